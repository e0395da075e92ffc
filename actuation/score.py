"""One utterance as a timeline: what is said when, which syllables are stressed, what goes along.

Score time starts at 0 with the first sample of the utterance. A score is immutable; it grows by
clauses, also while it is being played, and never changes where it may already have been heard.
"""

from dataclasses import dataclass, replace

import numpy as np

from actuation.speech.languages import joined
from actuation.speech.phones import PAUSE, VOWELS
from actuation.speech.voice import Phone, Speech
from agent.core.messages import Act, ActId, Clause, UtteranceId

_FUNCTION_WORDS = frozenset((
    "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "and", "or",
    "but", "if", "as", "is", "am", "are", "was", "were", "be", "been", "it", "its", "it's", "i",
    "you", "he", "she", "we", "they", "me", "him", "her", "us", "them", "my", "your", "his",
    "our", "their", "this", "that", "there", "here", "do", "does", "did", "have", "has", "had",
    "will", "would", "can", "could", "shall", "should", "may", "might", "must", "not", "no",
    "so", "than", "then", "i'm", "you're", "we're", "i'll", "you'll", "please", "just",
))  # fmt: skip
_SENTENCE_GAP_S, _CLAUSE_GAP_S = 0.22, 0.08
_LONG_VOWEL_S = 0.16
_SAME_S = 1e-6
_USUAL_LOUDNESS = 0.7
"""Of a stressed vowel against the loudest of its clause, while the sound is not there to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prominence:
    """A stressed syllable that may carry a beat, a brow or a nod."""

    at_s: float
    """Score time of the middle of its vowel."""
    word: int
    """Index of the written word in its clause."""
    strength: float
    """0..1, the strongest of a phrase near 1."""
    leads: bool
    """The strongest of its phrase, between two pauses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredClause:
    """A clause with its place on the timeline."""

    act: Act
    index: int
    """Index of the clause in its act."""
    clause: Clause
    speech: Speech
    start_s: float
    """Score time of its first sample."""
    prominences: tuple[Prominence, ...]

    @property
    def end_s(self) -> float:
        """Score time after its last sample."""
        return self.start_s + self.speech.duration_s

    def moved(self, by_s: float) -> "ScoredClause":
        """Return the clause on another time axis, such as stage time."""
        return replace(
            self,
            start_s=self.start_s + by_s,
            prominences=tuple(replace(p, at_s=p.at_s + by_s) for p in self.prominences),
        )

    def accents(self) -> tuple[tuple[float, float], ...]:
        """Moment and strength, 0..1, of the leading stress of each phrase."""
        return tuple((p.at_s, p.strength) for p in self.prominences if p.leads)

    def stroke_s(self, word: int | None) -> float:
        """Score time at which the stroke of a gesture bound to `word` should land.

        None: the most stressed word. The stressed vowel of the word, else its middle.
        """
        if word is not None:
            found = [p for p in self.prominences if p.word == word]
            if found:
                return max(found, key=lambda p: p.strength).at_s
            if 0 <= word < len(self.speech.words):
                spoken = self.speech.words[word]
                return self.start_s + (spoken.start_s + spoken.end_s) / 2
        if self.prominences:
            return max(self.prominences, key=lambda p: p.strength).at_s
        return self.start_s + self.speech.duration_s / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """All clauses of an utterance so far."""

    utterance: UtteranceId
    clauses: tuple[ScoredClause, ...] = ()

    @property
    def end_s(self) -> float:
        """Score time at which the sound so far ends."""
        return self.clauses[-1].end_s if self.clauses else 0.0

    def append(self, act: Act, index: int, speech: Speech, *, not_before_s: float = 0.0) -> "Score":
        """Return the score with clause `index` of `act` after what is there.

        `not_before_s`: score time that has been played already, if the clause comes late.
        """
        start_s = max(self._next_start_s(), not_before_s) if self.clauses else 0.0
        scored = ScoredClause(
            act=act,
            index=index,
            clause=act.clauses[index],
            speech=speech,
            start_s=start_s,
            prominences=_prominences(speech, start_s),
        )
        return replace(self, clauses=(*self.clauses, scored))

    def with_sound(self, i: int, speech: Speech) -> "Score":
        """Return the score with the whole sound of clause `i`; what follows keeps its distance."""
        clauses = list(self.clauses)
        longer_s = speech.duration_s - clauses[i].speech.duration_s
        clauses[i] = replace(clauses[i], speech=speech)
        if abs(longer_s) > _SAME_S:
            clauses[i + 1 :] = [later.moved(longer_s) for later in clauses[i + 1 :]]
        return replace(self, clauses=tuple(clauses))

    def _next_start_s(self) -> float:
        last = self.clauses[-1]
        ends_sentence = last.speech.text.rstrip().endswith((".", "!", "?"))
        gap = _SENTENCE_GAP_S if ends_sentence else _CLAUSE_GAP_S
        return last.end_s + max(gap, last.clause.pause_after_s)

    def heard(self, act: ActId, score_s: float) -> str:
        """Words of `act` that were over, or more than half over, at `score_s`."""
        said: list[str] = []
        for scored in self.clauses:
            if scored.act.act != act:
                continue
            at = score_s - scored.start_s
            if at >= scored.speech.duration_s - 1e-6:
                said.append(scored.speech.text)
                continue
            words = [
                w.text
                for w in scored.speech.words
                if w.end_s > 0 and (w.start_s + w.end_s) / 2 <= at
            ]
            if words and at > 0:
                said.append(joined(words))
        return " ".join(said)

    def resume_s(self, score_s: float) -> float:
        """Score time to go on from after a cut at `score_s`: the start of the cut phrase.

        That is the word after the last pause, or the cut word itself when the phrase has run for
        more than a second and a half. Between clauses: the next clause.
        """
        for scored in self.clauses:
            if score_s < scored.end_s:
                at = score_s - scored.start_s
                return scored.start_s + _resume_in(scored.speech, at) if at > 0 else scored.start_s
        return self.end_s


_LONGEST_REPEAT_S = 1.5


def _resume_in(speech: Speech, at_s: float) -> float:
    starts = [w.start_s for w in speech.words if w.start_s <= at_s and w.end_s > w.start_s]
    if not starts:
        return 0.0
    pauses = [p.end_s for p in speech.phones if p.name == PAUSE and p.end_s <= at_s + 1e-6]
    phrase = max([s for s in pauses if s > 0.1], default=0.0)
    return phrase if at_s - phrase <= _LONGEST_REPEAT_S else starts[-1]


def _prominences(speech: Speech, start_s: float) -> tuple[Prominence, ...]:
    """Stressed vowels of content words, weighed by length and loudness."""
    weighed: list[tuple[Phone, float, int]] = []
    phrase = 0
    vowels = [p for p in speech.phones if p.name in VOWELS]
    loud = {id(p): loudness(speech, p) for p in vowels} if speech.coming is None else {}
    loudest = max(loud.values(), default=0.0) or 1.0
    for phone in speech.phones:
        if phone.name == PAUSE:
            phrase += 1
        if phone.name not in VOWELS or phone.stress != 1 or phone.word < 0:
            continue
        word = speech.words[phone.word].text.lower().strip(".,;:!?\"'")
        content = 0.25 if word in _FUNCTION_WORDS else 1.0
        length = min(1.0, (phone.end_s - phone.start_s) / _LONG_VOWEL_S)
        louder = loud[id(phone)] / loudest if loud else _USUAL_LOUDNESS
        weighed.append((phone, content * (0.4 + 0.35 * length + 0.25 * louder), phrase))
    best: dict[int, float] = {}
    for _, weight, phrase in weighed:
        best[phrase] = max(best.get(phrase, 0.0), weight)
    return tuple(
        Prominence(
            at_s=start_s + (phone.start_s + phone.end_s) / 2,
            word=phone.word,
            strength=weight,
            leads=weight >= best[phrase] and weight > 0.4,
        )
        for phone, weight, phrase in weighed
    )


def loudness(speech: Speech, phone: Phone) -> float:
    """Root mean square of one phone's sound, 0..1."""
    a, b = round(phone.start_s * speech.rate_hz), round(phone.end_s * speech.rate_hz)
    part = speech.samples[max(a, 0) : b]
    return float(np.sqrt(np.mean(part.astype(np.float64) ** 2))) if len(part) else 0.0
