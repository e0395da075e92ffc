"""Embedded recogniser: two searches over one sound, the better reading wins.

One search knows the site: its names, rooms and what visitors say, from `SiteLanguage`. The other
is the model of general English that the package carries. Both score sound and language on the
same scale, so their difference says whether the visitor spoke as visitors do: a mixture of the
two language models, sentence by sentence. The site's search is small and costs a quarter.
"""

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from perception.audio import Sound
from perception.backends.pocketsphinx_listeners import ShortVoice
from perception.words.arpa import arpa
from perception.words.pronunciation import pronunciations
from perception.words.recognition import Reading, RecognitionConfig
from perception.words.site_language import SiteLanguage, sentences, site_words
from perception.words.whole_here import WholeHere

_COMMON_WORDS = 3000
"""General words that a site's sentence may contain, by frequency."""
_COMMON_SHARE = 0.1
_LEAN = 2e-3
"""Score a frame that moving `mixture` from 0 to 1 is worth; own phrases win by 0.8e-3, others
lose by as much, measured on read and made sentences."""
_LOG_BASE = 1.0001
_ALIKE = {
    "mr": "mister", "mrs": "missus", "dr": "doctor", "ms": "miss", "wi-fi": "wifi",
}  # fmt: skip
_TEACHES = 0.8
"""A turn read with less trust teaches nothing about the channel: it may have been noise."""
_ADAPT_FROM, _ADAPT_EVERY, _ADAPT_UNTIL = 6400, 1600, 64_000
"""Samples of a turn between which its channel is learned, and how often; 0.3 s are no voice."""
_FORMS = 30
"""Of each general phrase, so many are known as whole sentences."""
_FRAME = 160
_WINDOW, _KEPT_WEIGHT = 500.0, 60.0
"""Frames the decoder's running mean stands for, and what it weighs against the new turn's own."""
_PARTIAL_EVERY = 3200
"""Samples between two looks at the words so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One search's reading of the sound so far."""

    words: tuple[str, ...] = ()
    score: float = -math.inf
    """Logarithm of sound and language together, per frame of the turn."""
    language: float = 0.0
    """Logarithm of the language alone, per frame of the words."""
    frames: int = 0


class Channel:
    """Mean cepstra of one search: of earlier turns, and more and more of this one."""

    def __init__(self, kept: str) -> None:
        """`kept`: the decoder's mean when the turn begins, numbers with commas between."""
        self._kept = self._now = _numbers(kept)
        self._sum = np.zeros_like(self._kept)
        self._frames = 0.0

    def learned(self, running: str, frames: float) -> str:
        """The mean to go on with. `running`: the decoder's own, `frames` after it was last set."""
        self._sum += _numbers(running) * (_WINDOW + frames) - self._now * _WINDOW
        self._frames += frames
        self._now = (self._kept * _KEPT_WEIGHT + self._sum) / (_KEPT_WEIGHT + self._frames)
        return ",".join(f"{value:.4f}" for value in self._now)


class PocketsphinxRecogniser:
    """US English at 16 kHz. Loads in about a second; 0.2 of a core while somebody speaks."""

    def __init__(
        self, config: RecognitionConfig, site: SiteLanguage, *, alone: bool = True
    ) -> None:
        """`alone`: nobody else hears general English; else only what the site says is searched."""
        self._lean = (config.mixture - 0.5) * _LEAN
        general = pocketsphinx.Decoder(fwdflat=False, bestpath=False, loglevel="FATAL")
        self._searches = [general] if config.mixture < 1 and alone else []
        if config.mixture > 0 or not alone:
            self._searches.insert(0, _site_search(general, site))
        self._languages = [*self._searches, *([] if alone else [general])]
        _teach_names(general, site)
        self._short = ShortVoice(dictionary())
        self._whole = WholeHere(sentences(site, forms=_FORMS))
        self._cepstra: list[str] = [d.get_cmn(False) for d in self._searches]
        self._channels = [Channel(cepstra) for cepstra in self._cepstra]
        self._speaking = self._trusted = False
        self._fed = self._told_at = self._learned_at = 0

    def start(self) -> None:
        """Begin a new turn. What the last one taught about the channel is kept if it made sense."""
        if self._speaking:
            for i, search in enumerate(self._searches):
                search.end_utt()
                if self._trusted:
                    self._cepstra[i] = search.get_cmn(False)
        self._channels = [Channel(cepstra) for cepstra in self._cepstra]
        for search, cepstra in zip(self._searches, self._cepstra, strict=True):
            search.set_cmn(cepstra)
            search.start_utt()
        self._short.start()
        self._speaking, self._trusted = True, False
        self._fed = self._told_at = self._learned_at = 0

    def feed(self, samples: Sound) -> None:
        """More sound; the search keeps pace with it."""
        raw = (samples * 32767).astype(np.int16).tobytes()
        for search in self._searches:
            search.process_raw(raw, False, False)
        self._short.feed(raw)
        self._fed += samples.size
        due = max(_ADAPT_FROM, self._learned_at + _ADAPT_EVERY)
        if due <= self._fed < _ADAPT_UNTIL:
            self._adapt()

    def _adapt(self) -> None:
        """Learn this voice, room and microphone from the turn so far, for what follows of it.

        The model was trained on cepstra whose mean over each utterance is zero. The decoder knows
        only the mean of earlier turns; a stranger, an echo or a fan moves it. What was heard is
        not heard again: that would cost a fifth of a second just when a short question ends.
        """
        frames = (self._fed - self._learned_at) / _FRAME
        self._learned_at = self._fed
        for search, channel in zip(self._searches, self._channels, strict=True):
            search.set_cmn(channel.learned(search.get_cmn(True), frames))

    def partial(self) -> str:
        """Words so far, looked at every fifth of a second."""
        if self._fed - self._told_at < _PARTIAL_EVERY:
            return ""
        self._told_at = self._fed
        return " ".join(self._best()[0].words)

    def finish(self) -> Reading:
        """The better of the two readings."""
        return self.judged(*self.found())

    def found(self, others: tuple[str, ...] | None = None) -> tuple[tuple[str, ...], float]:
        """The words of the better reading, and the trust in them, 0..1.

        `others`: what somebody else has heard; else it is the other search.
        """
        best, other = self._best()
        heard = other.words if others is None else others
        trust = confidence(best.words, heard, best.language, best.frames)
        self._trusted = trust > _TEACHES
        return best.words, trust

    def whole(self, words: tuple[str, ...]) -> bool:
        """Whether visitors here say exactly this, and oftener stop then than go on."""
        return (self._whole.told(words) or 0.0) > 0.0

    def judged(self, words: Sequence[str], trust: float) -> Reading:
        """A reading of `words`: how readily sentences end on them."""
        words = tuple(words)
        ends = [_ends(search, words) for search in self._languages]
        both = len(ends) == 2 and bool(words)
        return Reading(
            text=" ".join(words),
            confidence=trust,
            ends_here=ends[0] if both else None,
            ends_in_english=ends[1] if both else None,
            whole_here=self._whole.told(words),
            listens=self._short.listens(),
        )

    def _best(self) -> tuple[_Found, _Found]:
        found = [_found(search, self._fed) for search in self._searches]
        if len(found) == 1:
            return found[0], found[0]
        own, general = found
        return (own, general) if own.score + self._lean >= general.score else (general, own)


def _ends(search: pocketsphinx.Decoder, words: tuple[str, ...]) -> float:
    """log10 of the chance that a sentence ends after the last two of `words`, by its language."""
    model = search.get_lm(search.current_search())
    return float(model.prob(["</s>", *reversed(words[-2:])])) * math.log10(_LOG_BASE)


def confidence(
    words: tuple[str, ...], others: tuple[str, ...], language: float, frames: int
) -> float:
    """Trust in a reading, 0..1: is it what people say, and do both searches hear it?

    A comparison with a free loop of phones, the usual way, told sense from nonsense no better
    than chance here; the language's own score per frame and the agreement of two searches do.
    """
    if not words:
        return 0.0
    per_word = frames / len(words)
    evidence = 3.0 * (1e3 * language + 1.25) + 2.5 * (agreement(words, others) - 0.4)
    evidence -= 60.0 * max(0.0, -language * per_word - 0.03)  # words nobody expects
    evidence -= 0.05 * max(0.0, per_word - 60.0)  # one word drawn over a long noise
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, evidence))))


def agreement(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Share of words two readings have in common and in order, 0..1."""
    row = [0] * (len(b) + 1)
    for word in a:
        before, row = row, [0] * (len(b) + 1)
        for j, other in enumerate(b):
            row[j + 1] = before[j] + 1 if word == other else max(row[j], before[j + 1])
    return row[-1] / max(len(a), len(b), 1)


def _found(search: pocketsphinx.Decoder, samples: int) -> _Found:
    hypothesis = search.hyp()
    if hypothesis is None or hypothesis.score <= 0:
        return _Found()
    spoken = [s for s in search.seg() if not s.word.startswith(("<", "[", "+"))]
    words = (w for s in spoken for w in _ALIKE.get(_base(s.word), _base(s.word)).split())
    frames = sum(s.end_frame - s.start_frame + 1 for s in spoken)
    language = sum(math.log(s.lscore) for s in spoken if s.lscore > 0)
    return _Found(
        words=tuple(words),
        score=math.log(hypothesis.score) / max(1, samples / 160),
        language=language / max(1, frames),
        frames=frames,
    )


def _numbers(cepstra: str) -> NDArray[np.float64]:
    return np.array([float(value) for value in cepstra.split(",")])


def _base(word: str) -> str:
    return word.partition("(")[0]


def _teach_names(search: pocketsphinx.Decoder, site: SiteLanguage) -> None:
    """Let general English know the site's names too."""
    unknown = [w for w in sorted(site_words(site)) if search.lookup_word(w) is None]
    readings = [
        (word if i == 0 else f"{word}({i + 1})", reading)
        for word in unknown
        for i, reading in enumerate(pronunciations(word))
    ]
    for i, (word, reading) in enumerate(readings):
        search.add_word(word, reading, i + 1 == len(readings))


def _site_search(general: pocketsphinx.Decoder, site: SiteLanguage) -> pocketsphinx.Decoder:
    known = dictionary()
    frequent = _frequent(general, known)
    said = sentences(site)
    words = sorted({word for text, _ in said for word in text.split()} | set(frequent))
    entries = []
    for word in words:
        for i, reading in enumerate(known.get(word) or pronunciations(word)):
            entries.append(f"{word}({i + 1}) {reading}" if i else f"{word} {reading}")
    with tempfile.TemporaryDirectory() as folder:
        lm, lexicon = Path(folder, "site.arpa"), Path(folder, "site.dict")
        lm.write_text(arpa(said, frequent, background_share=_COMMON_SHARE))
        lexicon.write_text("\n".join(entries) + "\n")
        return pocketsphinx.Decoder(
            lm=str(lm), dict=str(lexicon), fwdflat=False, bestpath=False, loglevel="FATAL"
        )


def dictionary() -> dict[str, list[str]]:
    """How the words of US English are said: ways of each, phones with blanks between."""
    readings: dict[str, list[str]] = {}
    path = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, phones = line.partition(" ")
        readings.setdefault(_base(word), []).append(phones.strip())
    return readings


def frequent_words() -> list[str]:
    """The most common words of general English, the commonest first."""
    general = pocketsphinx.Decoder(fwdflat=False, bestpath=False, loglevel="FATAL")
    return list(_frequent(general, dictionary()))


def _frequent(general: pocketsphinx.Decoder, known: dict[str, list[str]]) -> dict[str, float]:
    """The most common words of general English and their relative frequency."""
    model = general.get_lm(general.current_search())
    ranked = sorted(((model.prob([word]), word) for word in known), reverse=True)
    return {word: _LOG_BASE**log for log, word in ranked[:_COMMON_WORDS]}
