"""Mouth against sound: closures, contacts, apexes; then the same at the page, over minutes.

What the performer would send is judged against the phone times the voice gave. Beside it, in the
same run: a jaw that follows loudness, a mouth that holds shapes timed from the text alone, and our
own mouth against sound shifted by 0.2 s, which must fail. `foyer bench face` judges the whole face,
and the learned one.
"""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actuation.generators.metrics.lips import apex_errors_s
from actuation.motion import FRAME_RATE_HZ
from actuation.speech.voice import Speech
from agent.bench.face_takes import Take, by_loudness, by_rule, by_text, pooled, speak
from agent.bench.figure import Figure
from agent.bench.lips_page import at_the_page
from agent.core.messages import Expression

Floats = NDArray[np.float64]

EXTREMES = (Expression.HAPPY, Expression.SURPRISED, Expression.APOLOGETIC, Expression.THINKING)
HALF_FRAME_S = 0.5 / FRAME_RATE_HZ
VRM = Path(__file__).parents[2] / "actuation/embodiments/avatar/receptionist.vrm"


def measure() -> list[Figure]:
    """Return all figures. The page's own are there when its bench is."""
    speeches, first_ms = asyncio.run(speak(("flite", "espeak")))
    takes = [by_rule(s) for s in speeches]
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


def _closures(takes: Sequence[Take]) -> Figure:
    count = sum(p.name in "pbm" for t in takes for p in t.phones)
    return Figure(
        name="bilabial closure",
        value=pooled(takes, "closure"),
        unit="%",
        target=98.0,
        at_most=False,
        baseline=pooled(map(by_loudness, takes), "closure"),
        baseline_of="jaw by loudness",
        control=pooled((t.shifted() for t in takes), "closure"),
        control_of="sound shifted 0.2 s",
        note=f"{count} p b m, voices {', '.join(sorted({t.speech.voice for t in takes}))}",
    )


def _contacts(takes: Sequence[Take]) -> Figure:
    return Figure(
        name="labiodental contact",
        value=pooled(takes, "contact"),
        unit="%",
        target=98.0,
        at_most=False,
        baseline=pooled(map(by_text, takes), "contact"),
        baseline_of="shapes timed by text",
        control=pooled((t.shifted() for t in takes), "contact"),
        control_of="sound shifted 0.2 s",
        note=f"{sum(p.name in 'fv' for t in takes for p in t.phones)} f v",
    )


def _apexes(takes: Sequence[Take]) -> Figure:
    def p95_ms(some: Iterable[Take]) -> float:
        errors = np.concatenate([apex_errors_s(t.times, t.faces, t.phones) for t in some])
        return float(1e3 * np.quantile(np.abs(errors), 0.95))

    errors = np.concatenate([apex_errors_s(t.times, t.faces, t.phones) for t in takes])
    return Figure(
        name="apex error p95",
        value=p95_ms(takes),
        unit="ms",
        target=20.0,
        baseline=p95_ms(map(by_text, takes)),
        baseline_of="shapes timed by text",
        control=p95_ms(t.shifted() for t in takes),
        control_of="sound shifted 0.2 s",
        note=f"{len(errors)} apexes, median {1e3 * float(np.median(errors)):+.1f} ms; 60 frames/s",
    )


def _expressions(speeches: Sequence[Speech]) -> Figure:
    worst = min(
        pooled([by_rule(s, expression) for s in speeches[::3]], "closure")
        for expression in EXTREMES
    )
    return Figure(
        name="bilabial closure, worst expression",
        value=worst,
        unit="%",
        target=98.0,
        at_most=False,
        note=f"{', '.join(EXTREMES)} at full intensity",
    )


def _on_the_character(takes: Sequence[Take]) -> list[Figure]:
    """The same closures on the mesh of the character that ships, where it is there."""
    from actuation.embodiments.lip_probe import LipProbe
    from actuation.embodiments.vrm_file import read_character

    if not VRM.exists():
        return []
    probe = LipProbe(read_character(VRM))

    def narrowest_mm(some: Iterable[Take]) -> Floats:
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

    def p95(some: Iterable[Take]) -> float:
        return float(np.quantile(narrowest_mm(some), 0.95))

    widest = max(1e3 * float(probe.opening_m(t.faces).max()) for t in takes)
    return [
        Figure(
            name="lips apart at p b m on the character, p95",
            value=p95(takes),
            unit="mm",
            target=0.5,
            baseline=p95(map(by_loudness, takes)),
            baseline_of="jaw by loudness",
            control=p95(t.shifted() for t in takes),
            control_of="sound shifted 0.2 s",
            note=f"on its own mesh; widest opening {widest:.0f} mm",
        )
    ]
