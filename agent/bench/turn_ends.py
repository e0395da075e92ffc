"""How soon a turn is known to be over, and how often somebody is cut off who only paused.

Made visitors hesitate inside sentences, tell numbers and lists bit by bit, and answer in one word
(`made_pauses`). Real voice detector, recogniser and listener to melody; time is virtual, so the
same run gives the same figures on any machine. What the two networks need is counted in as on two
cores of 2024; the way of the sound from the page to the agent is not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import yaml

from agent.bench.figure import Figure
from agent.bench.made_pauses import HARD_VOICES, VOICES, Said, say
from agent.core.messages import TurnEnded
from agent.models import models_folder
from perception.audio import FRAME, FRAME_S, Sound
from perception.backends.pocketsphinx import PocketsphinxRecogniser
from perception.backends.silero import SileroDetector
from perception.backends.smart_turn import SmartTurn
from perception.completeness import PatienceConfig
from perception.recognition import Reading, RecognitionConfig
from perception.senses import SOUND_RATE_HZ
from perception.site_language import SiteLanguage
from perception.turn_end import LISTENS_BACK_S, MODEL, JudgeEnd, Sounded
from perception.turns import (
    BeginWords,
    Heard,
    Outcome,
    SettleWords,
    TurnsConfig,
    TurnTaker,
)

WORDS_AFTER_S: Final = 0.03
"""From the question to the recogniser's answer; it has kept pace with the voice."""
SOUND_AFTER_S: Final = 0.07
"""From the question to the judgement of the sound: 50 ms of work, and the way there and back."""
FIXED_S: Final = 0.7
"""The usual wait of agents that go by silence alone."""
_SAME_S: Final = 0.15
"""A turn that ends so much before the last word's end is over at its end."""
_SLOW: Final = 1.8
"""Slow speakers pause so many times longer."""


class SilenceOnly(PatienceConfig):
    """A fixed wait."""

    def silence_s(
        self, text: str, confidence: float, language: str = "", finished: float | None = None
    ) -> float:
        """The same for everything."""
        return self.closed_s


class SoundOnly(PatienceConfig):
    """The rule that comes with the network: finished after 0.2 s, else three seconds."""

    def silence_s(
        self, text: str, confidence: float, language: str = "", finished: float | None = None
    ) -> float:
        """By the melody alone."""
        return 0.2 if finished is not None and finished > 0.5 else 3.0


RULES: Final[dict[str, PatienceConfig]] = {
    "fused": PatienceConfig(),
    "words and silence": PatienceConfig(),
    "smart-turn only": SoundOnly(adapts=False),
    f"silence of {FIXED_S:g} s": SilenceOnly(closed_s=FIXED_S, adapts=False),
    "silence of 0.3 s": SilenceOnly(closed_s=0.3, adapts=False),
}
_DEAF: Final = ("words and silence",)


class HeardOnce:
    """What detector, recogniser and listener make of one made turn; computed when asked for."""

    def __init__(self, said: Said, recogniser: PocketsphinxRecogniser, ending: SmartTurn) -> None:
        self.said = said
        detector = SileroDetector()
        self._frames = [said.sound[i : i + FRAME] for i in _starts(said.sound)]
        self.probabilities = [detector.probability(frame) for frame in self._frames]
        self._recogniser, self._ending = recogniser, ending
        self._readings: dict[tuple[int, int], Reading] = {}
        self._judged: dict[tuple[int, int], float] = {}
        self._state: tuple[int, int] | None = None

    def reading(self, since: float, until: float) -> Reading:
        """The words between two moments of the sound."""
        key = (_sample(since), _sample(until))
        if key not in self._readings:
            fed = self._state[1] if self._state and self._state[0] == key[0] else None
            if fed is None or fed > key[1]:
                self._recogniser.start()
                fed = key[0]
            for at in range(fed, key[1], FRAME):
                self._recogniser.feed(self.said.sound[at : min(at + FRAME, key[1])])
            self._state = key
            self._readings[key] = self._recogniser.finish()
        return self._readings[key]

    def forget(self) -> None:
        """The recogniser is somebody else's now."""
        self._state = None

    def finished(self, since: float, until: float) -> float:
        """How finished the sound between two moments sounds, 0..1."""
        key = (_sample(max(since, until - LISTENS_BACK_S)), _sample(until))
        if key not in self._judged:
            self._judged[key] = self._ending.finished(self.said.sound[slice(*key)])
        return self._judged[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How one made turn was ended."""

    cut_in: int
    """Ends before the last word."""
    delay_s: float | None
    """From the last word's end to the knowledge that the turn is over; None: never."""


def ended(heard: HeardOnce, turns: TurnTaker, *, start: float = 0.0, deaf: bool = False) -> Ends:
    """Let `turns` hear it from `start` on, on virtual time. `deaf`: the melody is not judged."""
    heard.forget()
    waiting: list[tuple[float, Outcome]] = []
    since, decided = start, list[tuple[float, TurnEnded]]()
    for i, probability in enumerate(heard.probabilities):
        now = start + (i + 1) * FRAME_S
        for due, wish in [w for w in waiting if w[0] <= now]:
            waiting.remove((due, wish))
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
    over = start + heard.said.ends_at - _SAME_S
    early = sum(end.at < over for _, end in decided)
    at = next((now for now, end in reversed(decided) if end.at >= over), None)
    return Ends(cut_in=early, delay_s=None if at is None else at - over - _SAME_S)


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
            )
        )
    assert isinstance(wish, JudgeEnd)
    finished = heard.finished(wish.since - start, due - SOUND_AFTER_S - start)
    return turns.sounded(Sounded(turn=wish.turn, revision=wish.revision, finished=finished))


def _note(outcomes: Iterable[Outcome], now: float, decided: list[tuple[float, TurnEnded]]) -> None:
    decided += [(now, one) for one in outcomes if isinstance(one, TurnEnded)]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How a set of turns was ended by one rule."""

    ends: list[Ends] = field(default_factory=list)

    @property
    def cut_ins(self) -> float:
        """In a hundred turns."""
        return 100.0 * sum(one.cut_in for one in self.ends) / max(1, len(self.ends))

    def delay_ms(self, share: float) -> float:
        """Percentile of the delays, milliseconds."""
        known = [one.delay_s for one in self.ends if one.delay_s is not None]
        return 1e3 * float(np.percentile(known, share)) if known else float("nan")


def by_rule(heard: Sequence[HeardOnce], rule: str) -> Outcomes:
    """Every turn by a stranger."""
    config = TurnsConfig(patience=RULES[rule])
    return Outcomes([ended(one, TurnTaker(config), deaf=rule in _DEAF) for one in heard])


def in_a_row(heard: Sequence[HeardOnce], *, adapts: bool) -> Outcomes:
    """The same person says them all, a second apart."""
    turns = TurnTaker(TurnsConfig(patience=PatienceConfig(adapts=adapts)))
    ends, at = [], 0.0
    for one in heard:
        ends.append(ended(one, turns, start=at))
        at += len(one.probabilities) * FRAME_S + 1.0
    return Outcomes(ends)


def made(
    lines: Sequence[str],
    voices: Sequence[tuple[str, str]] = VOICES,
    *,
    site: SiteLanguage,
    slower: float = 1.0,
) -> list[HeardOnce]:
    """Each line by one of the voices, in turn."""
    recogniser = PocketsphinxRecogniser(RecognitionConfig(backend="pocketsphinx"), site)
    ending = SmartTurn(models_folder() / MODEL)
    return [
        HeardOnce(say(line, voices[i % len(voices)], seed=i, slower=slower), recogniser, ending)
        for i, line in enumerate(lines)
    ]


@cache
def lines(name: str) -> tuple[str, ...]:
    """A set of lines of `turn_ends.yaml`."""
    sets = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return tuple(sets[name])


def figures(site: SiteLanguage) -> list[Figure]:
    """About five minutes of one core. Raises `BackendUnavailableError` without flite."""
    heard = made(lines("judged"), site=site)
    results = {rule: by_rule(heard, rule) for rule in RULES}
    fused, fixed = results["fused"], results[f"silence of {FIXED_S:g} s"]
    quick = results["silence of 0.3 s"]
    count = f"{len(heard)} turns, {sum(len(one.said.pauses) for one in heard)} pauses"
    out = [
        _row("end of turn to its being known, p50", fused, fixed, quick, 300, 50),
        _row("end of turn to its being known, p95", fused, fixed, quick, None, 95),
        Figure(
            name="cut off in the middle, in 100 turns", value=fused.cut_ins, unit="", target=2.0,
            baseline=fixed.cut_ins, baseline_of=f"silence of {FIXED_S:g} s",
            control=quick.cut_ins, control_of="silence of 0.3 s", note=count,
        ),
    ]  # fmt: skip
    for rule in ("smart-turn only", "words and silence"):
        one = results[rule]
        out.append(
            Figure(
                name=f"  by {rule}: cut off", value=one.cut_ins, unit="",
                note=f"p50 {one.delay_ms(50):.0f} ms, p95 {one.delay_ms(95):.0f} ms",
            )
        )  # fmt: skip
    slow = made(lines("slow"), VOICES[:1], site=site, slower=_SLOW)
    adapted, rigid = in_a_row(slow, adapts=True), in_a_row(slow, adapts=False)
    hard = by_rule(made(lines("judged")[::4], HARD_VOICES, site=site), "fused")
    return [
        *out,
        Figure(
            name="a slow speaker cut off, in 100 turns", value=adapted.cut_ins, unit="",
            baseline=rigid.cut_ins, baseline_of="without learning their pauses",
            note=f"{len(slow)} turns in a row, pauses {_SLOW:g} times as long",
        ),
        Figure(
            name="cut off, voices that are not understood", value=hard.cut_ins, unit="",
            note=f"espeak, {len(hard.ends)} turns, p50 {hard.delay_ms(50):.0f} ms",
        ),
    ]  # fmt: skip


def _row(
    name: str,
    one: Outcomes,
    baseline: Outcomes,
    control: Outcomes,
    target: float | None,
    share: int,
) -> Figure:
    return Figure(
        name=name, value=one.delay_ms(share), unit="ms", target=target,
        baseline=baseline.delay_ms(share), baseline_of=f"silence of {FIXED_S:g} s",
        control=control.delay_ms(share), control_of="silence of 0.3 s",
    )  # fmt: skip


def _starts(sound: Sound) -> range:
    return range(0, sound.size - FRAME + 1, FRAME)


def _sample(at: float) -> int:
    return max(0, round(at * SOUND_RATE_HZ))
