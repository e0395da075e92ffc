"""How soon a turn is known to be over, and how often somebody is cut off who only paused.

Made visitors hesitate inside sentences, tell numbers and lists bit by bit, and answer in one word
(`made_pauses`). Real voice detector, recogniser and listener to melody; time is virtual, so the
same run gives the same figures on any machine. What the two networks need is counted in as on two
cores of 2024; the way of the sound from the page to the agent is not. A cut-in is an answer that is
heard while its visitor has only paused: one that is taken back before its first sound is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np

from agent.bench import turn_odds
from agent.bench.figure import Figure
from agent.bench.heard_once import SOON_S, Ends, HeardOnce, ended, lines, made
from agent.bench.hearing_words import SITE
from agent.bench.made_pauses import HARD_VOICES, VOICES, paused
from agent.embedded_words import embedded
from agent.models import models_folder
from perception.audio import FRAME_S
from perception.backends.recorded_sound import read_sound
from perception.backends.smart_turn import SmartTurn
from perception.turns.over import Manner, Pause, is_known
from perception.turns.patience import PatienceConfig
from perception.turns.taking import TurnsConfig, TurnTaker
from perception.turns.turn_end import MODEL
from perception.words.site_language import SiteLanguage

FIXED_S: Final = 0.7
"""The usual wait of agents that go by silence alone."""
_SLOW: Final = 1.8
"""Slow speakers pause so many times longer."""


class SilenceOnly(PatienceConfig):
    """A fixed wait."""

    def silence_s(self, pause: Pause) -> float:
        """The same for everything."""
        return self.closed_s


class SoundOnly(PatienceConfig):
    """The rule that comes with the network: finished after 0.2 s, else three seconds."""

    def silence_s(self, pause: Pause) -> float:
        """By the melody alone: `sounds_finished_at` is where it counts as finished."""
        finished = pause.finished
        return 0.2 if finished is not None and finished > self.sounds_finished_at else 3.0


class Costing(PatienceConfig):
    """The learned judge with another price of a cut-in, seconds of waiting; for the curve."""

    price_s: float

    def silence_s(self, pause: Pause) -> float:
        """What costs least at this price; where nothing was learned, as ever."""
        if not is_known(pause):
            return super().silence_s(pause)
        return self.at_price(pause, self.price_s)


class Scaled(PatienceConfig):
    """The hand-made rule with all its waits `patient_factor` times as long; for the curve."""

    judge: Literal["learned", "rule"] = "rule"
    patient: bool = True
    patient_factor: float = 1.0


FUSED: Final = "fused"
RULE: Final = "fused by hand"
_FIXED: Final = f"silence of {FIXED_S:g} s"
_QUICK: Final = "silence of 0.3 s"
RULES: Final[dict[str, PatienceConfig]] = {
    FUSED: PatienceConfig(),
    **{f"fused, {one}": PatienceConfig(manner=one) for one in Manner if one != Manner.ORDINARY},
    **{f"fused, a cut-in costs {k:g} s": Costing(price_s=k) for k in (3, 12, 40, 80)},
    "words and silence": PatienceConfig(),
    RULE: PatienceConfig(judge="rule"),
    **{f"{RULE}, waits {k:g} times": Scaled(patient_factor=k) for k in (0.5, 1.5, 2.0)},
    **{
        f"smart-turn only, from {at:g}": SoundOnly(sounds_finished_at=at, adapts=False)
        for at in (0.5, 0.9, 0.97)
    },
    **{
        f"silence of {wait_s:g} s": SilenceOnly(closed_s=wait_s, adapts=False)
        for wait_s in (0.3, 0.5, FIXED_S, 1.0, 1.5, 2.0)
    },
}
"""Fused: words, melody and silence. Each family more or less hasty: together they are the curve of
delay against cut-ins."""
_DEAF: Final = ("words and silence",)


def _wordless(rule: str) -> bool:
    """It does not go by words: they need not be recognised."""
    return rule.startswith(("silence", "smart-turn"))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How a set of turns was ended by one rule."""

    ends: list[Ends] = field(default_factory=list)

    @property
    def cut_ins(self) -> float:
        """Answers that were heard while somebody had only paused, in a hundred turns."""
        return 100.0 * sum(one.cut_in for one in self.ends) / max(1, len(self.ends))

    @property
    def aside(self) -> str:
        """What became of ends in a pause that were none, or hardly."""
        soon = sum(one.soon_silent for one in self.ends)
        unheard = sum(one.withdrawn for one in self.ends)
        return f"{soon} of them silent again within {SOON_S:g} s; {unheard} more taken back unheard"

    def delay_ms(self, share: float) -> float:
        """Percentile of the delays, milliseconds."""
        known = [one.delay_s for one in self.ends if one.delay_s is not None]
        return 1e3 * float(np.percentile(known, share)) if known else float("nan")


def by_rule(heard: Sequence[HeardOnce], rule: str) -> Outcomes:
    """Every turn by a stranger."""
    config = TurnsConfig(patience=RULES[rule])
    return Outcomes(
        [
            ended(one, TurnTaker(config), deaf=rule in _DEAF, wordless=_wordless(rule))
            for one in heard
        ]
    )


def in_a_row(heard: Sequence[HeardOnce], *, adapts: bool) -> Outcomes:
    """The same person says them all, a second apart."""
    turns = TurnTaker(TurnsConfig(patience=PatienceConfig(adapts=adapts)))
    ends, at = [], 0.0
    for one in heard:
        ends.append(ended(one, turns, start=at))
        at += len(one.probabilities) * FRAME_S + 1.0
    return Outcomes(ends)


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """Twelve minutes of one core. Raises `BackendUnavailableError` without flite or the model.

    `audio`: real readings, `librivox/*.wav` with their words beside them.
    """
    site, every = SITE, 6 if short else 1
    said = lines("judged")[::every]
    heard = made(said, site=site)
    results = {rule: by_rule(heard, rule) for rule in RULES}
    recogniser = embedded(site)
    out = [
        *_aims(results, f"{len(heard)} turns, {sum(len(one.said.pauses) for one in heard)} pauses"),
        *_curve(results),
        *turn_odds.figures(turn_odds.silences(heard, said), recogniser),
    ]
    if audio is not None and (real := _readings(audio, site)):
        out.append(_beside("cut off, real readings with made pauses", real))
    return out if short else [*out, *_others(site)]


def _aims(results: Mapping[str, Outcomes], count: str) -> list[Figure]:
    fused, fixed, quick = results[FUSED], results[_FIXED], results[_QUICK]
    return [
        _row("end of turn to its being known, p50", fused, fixed, quick, 300, 50),
        _row("end of turn to its being known, p95", fused, fixed, quick, None, 95),
        Figure(
            name="cut off in the middle, in 100 turns", value=fused.cut_ins, unit="", target=2.0,
            baseline=fixed.cut_ins, baseline_of=_FIXED,
            control=quick.cut_ins, control_of=_QUICK, note=count,
        ),
    ]  # fmt: skip


def _curve(results: Mapping[str, Outcomes]) -> list[Figure]:
    """Delay against cut-ins, a point a rule."""
    return [
        Figure(
            name=f"  {rule}: cut off", value=one.cut_ins, unit="",
            note=f"p50 {one.delay_ms(50):.0f} ms, p95 {one.delay_ms(95):.0f} ms; {one.aside}",
        )
        for rule, one in results.items()
    ]  # fmt: skip


def _beside(name: str, heard: Sequence[HeardOnce]) -> Figure:
    """The fused rule beside a fixed silence and the rule by hand."""
    kept, hand, fixed = (by_rule(heard, rule) for rule in (FUSED, RULE, _FIXED))
    return Figure(
        name=name, value=kept.cut_ins, unit="", baseline=fixed.cut_ins, baseline_of=_FIXED,
        note=f"{len(heard)} turns, p50 {kept.delay_ms(50):.0f} ms; by hand {hand.cut_ins:.0f}, "
        f"{hand.delay_ms(50):.0f} ms",
    )  # fmt: skip


def _others(site: SiteLanguage) -> list[Figure]:
    """Lines written when all was set, a slow speaker, and voices that are not understood."""
    slow = made(lines("slow"), VOICES[:1], site=site, slower=_SLOW)
    adapted, rigid = in_a_row(slow, adapts=True), in_a_row(slow, adapts=False)
    hard = by_rule(made(lines("judged")[::4], HARD_VOICES, site=site), FUSED)
    return [
        _beside("cut off, lines written afterwards", made(lines("again"), site=site)),
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


def _readings(audio: Path, site: SiteLanguage) -> list[HeardOnce]:
    """Each reading held up after one of its words, three times over."""
    recogniser = embedded(site)
    ending = SmartTurn(models_folder() / MODEL)
    found = []
    for path in sorted(audio.glob("librivox/*.wav")):
        words = path.with_suffix(".txt").read_text(encoding="utf-8").lower().split()
        for third in (1, 2, 3):
            at = max(1, len(words) * third // 4)
            line = " ".join((*words[:at], "|", *words[at:]))
            said = paused(read_sound(path), line, seed=third)
            found.append(HeardOnce(said, recogniser, ending))
    return found


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
        baseline=baseline.delay_ms(share), baseline_of=_FIXED,
        control=control.delay_ms(share), control_of=_QUICK,
    )  # fmt: skip
