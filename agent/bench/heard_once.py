"""Made turns as the ears hear them: computed once, replayed by any rule on virtual time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import yaml

from agent.bench.hearing import in_noise
from agent.bench.made_pauses import VOICES, Said, say
from agent.core.messages import Message, SpeechStarted, TurnEnded
from agent.embedded_words import Embedded, embedded
from agent.models import models_folder
from perception.audio import FRAME, FRAME_S, Sound
from perception.backends.silero import SileroDetector
from perception.backends.smart_turn import SmartTurn
from perception.senses import SOUND_RATE_HZ
from perception.turns.pitch import PitchEnd, pitch_end
from perception.turns.taking import BeginWords, Heard, Outcome, SettleWords, TurnTaker
from perception.turns.turn_end import LISTENS_BACK_S, MODEL, JudgeEnd, Sounded
from perception.words.recognition import Reading
from perception.words.site_language import SiteLanguage

WORDS_AFTER_S: Final = 0.03
"""From the question to the recogniser's answer; it has kept pace with the voice."""
SOUND_AFTER_S: Final = 0.07
"""From the question to the judgement of the sound: 50 ms of work, and the way there and back."""
AUDIBLE_AFTER_S: Final = 0.15
"""From a turn's being taken for over to the first sound of the answer at the page, at best: what
`bench reaction` measures between them."""
SOON_S: Final = 0.3
SILENT_AFTER_S: Final = 0.05
"""From the news of a voice to the silence of the page."""
_AUDIBLE: Final = 0.02
"""Of the loudest sample."""
_SAME_S: Final = 0.15
"""A turn that ends so much before the last word's end is over at its end."""


class HeardOnce:
    """What detector, recogniser and listener make of one made turn; computed when asked for."""

    def __init__(
        self,
        said: Said,
        recogniser: Embedded,
        ending: SmartTurn,
        noise_db: float | None = None,
    ) -> None:
        """`noise_db`: it is heard in noise so far below it."""
        loud = np.flatnonzero(np.abs(said.sound) > _AUDIBLE * np.abs(said.sound).max())
        self.begins_at = float(loud[0]) / SOUND_RATE_HZ
        """When the voice begins, seconds from the start of the sound."""
        if noise_db is not None:
            said = replace(said, sound=in_noise(said.sound, noise_db))
        self.said = said
        detector = SileroDetector()
        self._frames = [said.sound[i : i + FRAME] for i in _starts(said.sound)]
        self.probabilities = [detector.probability(frame) for frame in self._frames]
        self._recogniser, self._ending = recogniser, ending
        self._readings: dict[tuple[int, int], Reading] = {}
        self._looks: dict[tuple[int, int], str] = {}
        self._judged: dict[tuple[int, int], tuple[float, PitchEnd | None]] = {}
        self._state: tuple[int, int] | None = None

    def reading(self, since: float, until: float) -> Reading:
        """The words between two moments of the sound."""
        key = (_sample(since), _sample(until))
        if key not in self._readings:
            self._feed(key)
            self._readings[key] = self._recogniser.finish()
        return self._readings[key]

    def words_so_far(self, since: float, until: float) -> str:
        """The same while it is spoken, as cheap as it is then."""
        key = (_sample(since), _sample(until))
        if key not in self._looks:
            self._feed(key)
            self._looks[key] = self._recogniser.partial()
        return self._looks[key]

    def _feed(self, key: tuple[int, int]) -> None:
        fed = self._state[1] if self._state and self._state[0] == key[0] else None
        if fed is None or fed > key[1]:
            self._recogniser.start()
            fed = key[0]
        for at in range(fed, key[1], FRAME):
            self._recogniser.feed(self.said.sound[at : min(at + FRAME, key[1])])
        self._state = key

    def forget(self) -> None:
        """The recogniser is somebody else's now."""
        self._state = None

    def sounds(self, since: float, until: float) -> tuple[float, PitchEnd | None]:
        """How finished the sound between two moments sounds, 0..1, and how its pitch ends."""
        key = (_sample(max(since, until - LISTENS_BACK_S)), _sample(until))
        if key not in self._judged:
            sound = self.said.sound[slice(*key)]
            self._judged[key] = self._ending.finished(sound), pitch_end(sound)
        return self._judged[key]

    def murmur(self, since: float, until: float, voice_s: tuple[float, float]) -> float | None:
        """How likely the voice that began and ended so long before `until` was a murmur."""
        sound = self.said.sound[_sample(max(since, until - LISTENS_BACK_S)) : _sample(until)]
        return self._ending.heard(sound, voice_s)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How one made turn was ended."""

    cut_in: int
    """Answers that were heard before the last word."""
    withdrawn: int
    """Ends before the last word whose answer was taken back before anything of it was heard."""
    soon_silent: int
    """Of the cut-ins, those in which the answer fell silent within `SOON_S` of its first sound."""
    delay_s: float | None
    """From the last word's end to the knowledge that the turn is over; None: never."""


def ended(
    heard: HeardOnce,
    turns: TurnTaker,
    *,
    start: float = 0.0,
    deaf: bool = False,
    wordless: bool = False,
) -> Ends:
    """Let `turns` hear it from `start` on, on virtual time.

    `deaf`: the melody is not judged. `wordless`: words are not recognised, as nothing goes by them.
    """
    heard.forget()
    waiting: list[tuple[float, Outcome]] = []
    since, decided = start, list[tuple[float, Message]]()
    for i, probability in enumerate(heard.probabilities):
        now = start + (i + 1) * FRAME_S
        for due, wish in [w for w in waiting if w[0] <= now]:
            waiting.remove((due, wish))
            if wordless and isinstance(wish, SettleWords):
                nothing = Heard(turn=wish.turn, revision=wish.revision, text="")
                _note(turns.read(nothing), due, decided)
                continue
            _note(turns_answer(heard, turns, wish, since, start, due), due, decided)
        outcomes = turns.hear(start + i * FRAME_S, probability)
        _note(outcomes, now, decided)
        for outcome in outcomes:
            match outcome:
                case BeginWords():
                    since = outcome.since
                case SettleWords():
                    waiting.append((now + WORDS_AFTER_S, outcome))
                case JudgeEnd() if not deaf:
                    waiting.append((now + SOUND_AFTER_S, outcome))
    return ends_of(decided, start + heard.said.ends_at - _SAME_S)


def ends_of(decided: Sequence[tuple[float, Message]], over: float) -> Ends:
    """`over`: an end of a voice before it is none of the turn."""
    heard_s = []
    for i, (now, end) in enumerate(decided):
        if isinstance(end, TurnEnded) and end.at < over:
            starts = (later for later, one in decided[i:] if isinstance(one, SpeechStarted))
            again = next(starts, float("inf"))
            heard_s.append(again + SILENT_AFTER_S - now - AUDIBLE_AFTER_S)
    cut = [s for s in heard_s if s > 0.0]
    at = next(
        (now for now, end in reversed(decided) if isinstance(end, TurnEnded) and end.at >= over),
        None,
    )
    return Ends(
        cut_in=len(cut),
        withdrawn=len(heard_s) - len(cut),
        soon_silent=sum(s <= SOON_S for s in cut),
        delay_s=None if at is None else at - over - _SAME_S,
    )


def turns_answer(
    heard: HeardOnce, turns: TurnTaker, wish: Outcome, since: float, start: float, due: float
) -> list[Outcome]:
    """What follows from the answer to one wish, which was made `WORDS_AFTER_S` or so ago."""
    if isinstance(wish, SettleWords):
        asked = due - WORDS_AFTER_S - start
        reading = heard.reading(since - start, asked)
        return turns.read(
            Heard(
                turn=wish.turn,
                revision=wish.revision,
                text=reading.text,
                confidence=reading.confidence,
                ends_here=reading.ends_here,
                ends_in_english=reading.ends_in_english,
                whole_here=reading.whole_here,
            )
        )
    assert isinstance(wish, JudgeEnd)
    finished, pitch = heard.sounds(wish.since - start, due - SOUND_AFTER_S - start)
    told = Sounded(turn=wish.turn, revision=wish.revision, finished=finished, pitch=pitch)
    return turns.sounded(told)


def _note(outcomes: Iterable[Outcome], now: float, decided: list[tuple[float, Message]]) -> None:
    decided += [(now, one) for one in outcomes if isinstance(one, TurnEnded | SpeechStarted)]


def made(
    lines: Sequence[str],
    voices: Sequence[tuple[str, str]] = VOICES,
    *,
    site: SiteLanguage,
    slower: float = 1.0,
    noise_db: float | None = None,
) -> list[HeardOnce]:
    """Each line by one of the voices, in turn; in noise so far below it, if that is said."""
    recogniser = embedded(site)
    ending = SmartTurn(models_folder() / MODEL)
    said = [
        say(line, voices[i % len(voices)], seed=i, slower=slower) for i, line in enumerate(lines)
    ]
    return [HeardOnce(one, recogniser, ending, noise_db) for one in said]


@cache
def lines(name: str) -> tuple[str, ...]:
    """A set of lines of `turn_ends.yaml`."""
    sets = yaml.safe_load(Path(__file__).with_name("turn_ends.yaml").read_text(encoding="utf-8"))
    return tuple(sets[name])


def _starts(sound: Sound) -> range:
    return range(0, sound.size - FRAME + 1, FRAME)


def _sample(at: float) -> int:
    return max(0, round(at * SOUND_RATE_HZ))
