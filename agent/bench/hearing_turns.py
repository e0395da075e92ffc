"""How soon a turn is known to be over, and how often somebody is cut off who only paused.

Made visitors hesitate inside sentences, tell numbers and lists bit by bit, and answer in one word
(`made_pauses`). Real voice detector, recogniser and listener to melody; time is virtual, so the
same run gives the same figures on any machine. What the two networks need is counted in as on two
cores of 2024; the way of the sound from the page to the agent is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from agent.bench.figure import Figure
from agent.bench.heard_once import Ends, HeardOnce, ended, lines, made
from agent.bench.hearing_words import SITE
from agent.bench.made_pauses import HARD_VOICES, VOICES, paused
from agent.models import models_folder
from perception.audio import FRAME_S
from perception.backends.pocketsphinx import PocketsphinxRecogniser
from perception.backends.recorded_sound import read_sound
from perception.backends.smart_turn import SmartTurn
from perception.turns.completeness import PatienceConfig
from perception.turns.taking import TurnsConfig, TurnTaker
from perception.turns.turn_end import MODEL
from perception.words.recognition import RecognitionConfig
from perception.words.site_language import SiteLanguage

FIXED_S: Final = 0.7
"""The usual wait of agents that go by silence alone."""
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


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """Four minutes of one core. Raises `BackendUnavailableError` without flite or the model.

    `audio`: real readings, `librivox/*.wav` with their words beside them.
    """
    site = SITE
    heard = made(lines("judged")[:: 6 if short else 1], site=site)
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
    real = _readings(audio, site) if audio is not None else []
    if real:
        kept, fixed = by_rule(real, "fused"), by_rule(real, f"silence of {FIXED_S:g} s")
        out.append(
            Figure(
                name="cut off, real readings with made pauses", value=kept.cut_ins, unit="",
                baseline=fixed.cut_ins, baseline_of=f"silence of {FIXED_S:g} s",
                note=f"{len(real)} readings, p50 {kept.delay_ms(50):.0f} ms",
            )
        )  # fmt: skip
    if short:
        return out
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


def _readings(audio: Path, site: SiteLanguage) -> list[HeardOnce]:
    """Each reading held up after one of its words, three times over."""
    recogniser = PocketsphinxRecogniser(RecognitionConfig(backend="pocketsphinx"), site)
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
        baseline=baseline.delay_ms(share), baseline_of=f"silence of {FIXED_S:g} s",
        control=control.delay_ms(share), control_of="silence of 0.3 s",
    )  # fmt: skip
