"""Mouth against sound: closures, contacts, apexes; then the same at the page, over minutes.

What the performer would send is judged against the phone times the voice gave. Beside it, in the
same run: a jaw that follows loudness, a mouth that holds shapes timed from the text alone, and our
own mouth against sound shifted by 0.2 s, which must fail.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actuation.generators.metrics.lips import (
    TimedPhone,
    apex_errors_s,
    closure_rate,
    contact_rate,
)
from actuation.generators.rules_face import pose_of
from actuation.generators.voices.phones import PAUSE
from actuation.motion import FACE_INDEX, FRAME_RATE_HZ
from actuation.rehearsal import LEAD_IN_S, Rehearsal, rehearse
from actuation.voice import Speech, VoiceConfig, VoiceName, Voices
from agent.bench.figure import Figure
from agent.bench.lips_page import at_the_page
from agent.core.clock import LoopClock
from agent.core.messages import Act, ActId, BackendChosen, Clause, Expression, Reason

Floats = NDArray[np.float64]

SENTENCES = (
    "Good morning, welcome. How may I help you today?",
    "Please follow the blue line to the lift, it is just behind me.",
    "Your meeting with Bob Palmer begins at half past five.",
    "The conference room is on the fourth floor, number four twelve.",
    "I am afraid the bathroom by the main entrance is being fixed.",
    "May I have your name, and whom are you visiting?",
    "Would you mind waiting for a moment? He will be down in five minutes.",
    "Pam bought a big map before the museum opened.",
    "We have very fine coffee over there, if you would like some.",
    "The wifi password is printed on the paper beside the lamp.",
    "Somebody from the maintenance team will pick up the package.",
    "Have a wonderful afternoon, and thank you for coming by.",
)
EXTREMES = (Expression.HAPPY, Expression.SURPRISED, Expression.APOLOGETIC, Expression.THINKING)
SHIFT_S = 0.2
HALF_FRAME_S = 0.5 / FRAME_RATE_HZ
VRM = Path(__file__).parents[2] / "actuation/embodiments/avatar/receptionist.vrm"


@dataclass(frozen=True, slots=True)
class _Take:
    times: Floats
    faces: Floats
    phones: tuple[TimedPhone, ...]
    speech: Speech

    def shifted(self) -> "_Take":
        late = tuple(
            TimedPhone(name=p.name, start_s=p.start_s + SHIFT_S, end_s=p.end_s + SHIFT_S)
            for p in self.phones
        )
        return _Take(self.times, self.faces, late, self.speech)


def measure() -> list[Figure]:
    """Return all figures. The page's own are there when its bench is."""
    speeches, first_ms = asyncio.run(_speak(("flite", "espeak")))
    takes = [_take(s) for s in speeches]
    figures = [
        _closures(takes),
        _contacts(takes),
        _apexes(takes),
        _expressions(speeches),
        *_on_the_character(takes),
        Figure(
            name="text to first sound and frames",
            value=float(np.median(first_ms)),
            unit="ms",
            note="median; one clause, voice process warm, lead-in of 80 ms not counted",
        ),
    ]
    return figures + at_the_page()


async def _speak(names: Sequence[VoiceName]) -> tuple[list[Speech], list[float]]:
    """All sentences by each voice that works here, and how long text to first frames took."""
    clock = LoopClock(asyncio.get_running_loop())
    speeches: list[Speech] = []
    first_ms: list[float] = []
    for name in names:
        chosen: list[BackendChosen] = []
        voices = Voices(config=VoiceConfig(voice=name), clock=clock, publish=chosen.append)
        await voices.start()
        if not chosen or chosen[-1].backend != name:
            await voices.close()
            continue
        for text in SENTENCES:
            begun = time.perf_counter()
            speech = await voices.speak(text)
            _take(speech, frames_only=True)
            first_ms.append(1e3 * (time.perf_counter() - begun))
            speeches.append(speech)
        await voices.close()
    return speeches, first_ms


def _act(text: str, expression: Expression | None = None, intensity: float = 1.0) -> Act:
    return Act(
        at=0.0,
        act=ActId(1),
        reason=Reason(policy="bench", because="lips are measured"),
        clauses=(Clause(text=text),),
        expression=expression,
        intensity=intensity,
    )


def _take(
    speech: Speech, expression: Expression | None = None, *, frames_only: bool = False
) -> _Take:
    rehearsal: Rehearsal = rehearse(
        _act(speech.text, expression), [speech], until_s=0.3 if frames_only else None
    )
    phones = tuple(
        TimedPhone(name=p.name, start_s=LEAD_IN_S + p.start_s, end_s=LEAD_IN_S + p.end_s)
        for p in speech.phones
    )
    return _Take(rehearsal.times, rehearsal.faces.astype(np.float64), phones, speech)


def _pooled(takes: Iterable[_Take], judge: str) -> float:
    """A rate over the phones of all takes, in per cent."""
    names, function = ("pbm", closure_rate) if judge == "closure" else ("fv", contact_rate)
    reached, count = 0.0, 0
    for take in takes:
        n = sum(p.name in names for p in take.phones)
        if n:
            reached += n * function(take.times, take.faces, take.phones)
            count += n
    return 100.0 * reached / count if count else float("nan")


def _closures(takes: Sequence[_Take]) -> Figure:
    count = sum(p.name in "pbm" for t in takes for p in t.phones)
    return Figure(
        name="bilabial closure",
        value=_pooled(takes, "closure"),
        unit="%",
        target=98.0,
        at_most=False,
        baseline=_pooled(map(_by_loudness, takes), "closure"),
        baseline_of="jaw by loudness",
        control=_pooled((t.shifted() for t in takes), "closure"),
        control_of="sound shifted 0.2 s",
        note=f"{count} p b m, voices {', '.join(sorted({t.speech.voice for t in takes}))}",
    )


def _contacts(takes: Sequence[_Take]) -> Figure:
    return Figure(
        name="labiodental contact",
        value=_pooled(takes, "contact"),
        unit="%",
        target=98.0,
        at_most=False,
        baseline=_pooled(map(_by_text, takes), "contact"),
        baseline_of="shapes timed by text",
        control=_pooled((t.shifted() for t in takes), "contact"),
        control_of="sound shifted 0.2 s",
        note=f"{sum(p.name in 'fv' for t in takes for p in t.phones)} f v",
    )


def _apexes(takes: Sequence[_Take]) -> Figure:
    def p95_ms(some: Iterable[_Take]) -> float:
        errors = np.concatenate([apex_errors_s(t.times, t.faces, t.phones) for t in some])
        return float(1e3 * np.quantile(np.abs(errors), 0.95))

    errors = np.concatenate([apex_errors_s(t.times, t.faces, t.phones) for t in takes])
    return Figure(
        name="apex error p95",
        value=p95_ms(takes),
        unit="ms",
        target=20.0,
        baseline=p95_ms(map(_by_text, takes)),
        baseline_of="shapes timed by text",
        control=p95_ms(t.shifted() for t in takes),
        control_of="sound shifted 0.2 s",
        note=f"{len(errors)} apexes, median {1e3 * float(np.median(errors)):+.1f} ms; 60 frames/s",
    )


def _expressions(speeches: Sequence[Speech]) -> Figure:
    worst = min(
        _pooled([_take(s, expression) for s in speeches[::3]], "closure") for expression in EXTREMES
    )
    return Figure(
        name="bilabial closure, worst expression",
        value=worst,
        unit="%",
        target=98.0,
        at_most=False,
        note=f"{', '.join(EXTREMES)} at full intensity",
    )


def _on_the_character(takes: Sequence[_Take]) -> list[Figure]:
    """The same closures on the mesh of the character that ships, where it is there."""
    from actuation.embodiments.lip_probe import LipProbe
    from actuation.embodiments.vrm_file import read_character

    if not VRM.exists():
        return []
    probe = LipProbe(read_character(VRM))

    def narrowest_mm(some: Iterable[_Take]) -> Floats:
        found = []
        for take in some:
            opening = probe.opening_m(take.faces)
            for phone in take.phones:
                inside = (take.times >= phone.start_s - HALF_FRAME_S) & (
                    take.times <= phone.end_s + HALF_FRAME_S
                )
                if phone.name in "pbm" and np.any(inside):
                    found.append(1e3 * float(opening[inside].min()))
        return np.array(found)

    def p95(some: Iterable[_Take]) -> float:
        return float(np.quantile(narrowest_mm(some), 0.95))

    widest = max(1e3 * float(probe.opening_m(t.faces).max()) for t in takes)
    return [
        Figure(
            name="lips apart at p b m on the character, p95",
            value=p95(takes),
            unit="mm",
            target=0.5,
            baseline=p95(map(_by_loudness, takes)),
            baseline_of="jaw by loudness",
            control=p95(t.shifted() for t in takes),
            control_of="sound shifted 0.2 s",
            note=f"on its own mesh; widest opening {widest:.0f} mm",
        )
    ]


def _by_loudness(take: _Take) -> _Take:
    """What most avatars do: the jaw follows the sound's envelope, the lips do nothing."""
    speech = take.speech
    window = round(0.05 * speech.rate_hz)
    power = np.convolve(speech.samples.astype(np.float64) ** 2, np.ones(window) / window, "same")
    envelope = np.sqrt(np.maximum(power, 0)) / (float(np.sqrt(power.max())) or 1.0)
    at = (take.times - LEAD_IN_S) * speech.rate_hz
    faces = np.zeros_like(take.faces)
    faces[:, FACE_INDEX["jawOpen"]] = np.interp(
        at, np.arange(len(envelope)), envelope, left=0.0, right=0.0
    )
    return _Take(take.times, faces, take.phones, speech)


def _by_text(take: _Take) -> _Take:
    """Each phone's shape held for its share of the clause, as known from the text alone."""
    spoken = [p for p in take.phones if p.name != PAUSE]
    shares = np.array([1.3 if len(p.name) > 1 and p.name[0] in "aeiou" else 1.0 for p in spoken])
    ends = LEAD_IN_S + take.speech.duration_s * np.cumsum(shares) / shares.sum()
    faces = np.zeros_like(take.faces)
    for frame, at in enumerate(take.times):
        i = int(np.searchsorted(ends, at))
        if at < LEAD_IN_S or i >= len(spoken):
            continue
        shape = pose_of(spoken[i].name)
        close, teeth = shape.get("close", 0.0), shape.get("teeth", 0.0)
        faces[frame, FACE_INDEX["jawOpen"]] = shape.get("jaw", 0.0) * (1 - close)
        faces[frame, FACE_INDEX["mouthPucker"]] = shape.get("pucker", 0.0)
        faces[frame, FACE_INDEX["mouthRollLower"]] = 0.55 * teeth
        for side in ("Left", "Right"):
            faces[frame, FACE_INDEX[f"mouthUpperUp{side}"]] = 0.2 * teeth
    # A short glide from shape to shape.
    width = round(0.05 * FRAME_RATE_HZ)
    kernel = np.ones(width) / width
    faces = np.apply_along_axis(lambda c: np.convolve(c, kernel, "same"), 0, faces)
    return _Take(take.times, faces, take.phones, take.speech)
