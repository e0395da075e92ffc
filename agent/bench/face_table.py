"""Side by side: every measure of lips for every side, as figures and as one table to look at."""

from collections.abc import Sequence

import numpy as np

from agent.bench.face_reading import LipTest
from agent.bench.face_sides import (
    BY_SOUND,
    BY_SOUND_AND_TEXT,
    OF_ANOTHER,
    RULES,
    SHIFTED,
    TOLD_APART,
    WRONG_TEXT,
    Measure,
    Sides,
    TeacherMeasures,
    lip_measures,
)
from agent.bench.face_takes import OTHERS
from agent.bench.figure import Figure

_TARGETS: dict[tuple[str, str], float] = {
    (RULES, "bilabial closure"): 99.0,
    (RULES, "labiodental contact"): 98.0,
    (RULES, "apex error p95"): 15.0,
    (BY_SOUND, "bilabial closure"): 90.0,
    (BY_SOUND_AND_TEXT, "bilabial closure"): 90.0,
    (BY_SOUND, "viseme timing, median"): 33.0,
    (BY_SOUND_AND_TEXT, "viseme timing, median"): 33.0,
}
_GAINS = (
    TOLD_APART,
    "labiodental contact",
    "viseme timing, median",
    "words read from the lips",
)
Table = dict[str, dict[str, float]]
"""Measure by its name -> side -> value."""


def measured(sides: Sides, test: LipTest | None) -> tuple[Table, list[Measure]]:
    """All measures of all sides. `test`: the reader of lips, where it is there."""
    measures = [*lip_measures(), *TeacherMeasures(sides.rules).measures()]
    table: Table = {
        m.name: {side: m.of(takes) for side, takes in sides.takes.items()} for m in measures
    }
    if test is not None:
        visemes = Measure("visemes read from the lips", "%", lambda _: np.nan, True)
        words = Measure("words read from the lips", "%", lambda _: np.nan, True)
        measures += [visemes, words]
        table[visemes.name], table[words.name] = {}, {}
        seen = {}
        for side, takes in sides.takes.items():
            late = side == SHIFTED
            seen[side] = test.seen if side in (RULES, SHIFTED) else [test.look(t) for t in takes]
            verdict = test.verdict(seen[side], later_s=-0.2 if late else 0.0)
            table[visemes.name][side] = 100 * verdict.viseme_accuracy
            table[words.name][side] = 100 * verdict.word_accuracy
    return table, measures


def figures_of(
    sides: Sides, table: Table, measures: Sequence[Measure], *, again: bool = False
) -> list[Figure]:
    """One figure for each measure of each side of ours, beside the best of the others.

    All sentences by one voice. `again`: another voice has been judged before; of this one only
    the rules, as the learned face is judged only on the voice that was held out of its training.
    """
    figures = []
    voice = sides.rules[0].speech.voice
    note = f"by {voice}"
    if sides.held_out:
        note += f", {sides.held_out} held out of training"
    for side in (RULES,) if again or not sides.held_out else sides.ours():
        for measure in measures:
            of_teacher = "against the rules" in measure.name or measure.name.startswith("LVD")
            if not (side == RULES and of_teacher):
                about = f"{side}, {voice}" if again else side
                row = table[measure.name]
                why = note if side != RULES else f"by {voice}"
                figures.append(_figure(side, about, measure, row, why))
    if again:
        return figures
    if BY_SOUND in sides.takes and sides.held_out:
        return [*figures, *text_gains(table, measures)]
    missing = sides.missing or f"not measured: it has learned from {voice}, and no other is here"
    nan = float("nan")
    return [*figures, Figure(name=BY_SOUND, value=nan, unit="", target=90.0, note=missing)]


def _figure(side: str, about: str, measure: Measure, row: dict[str, float], note: str) -> Figure:
    known = {name: abs(row[name]) for name in OTHERS if np.isfinite(row[name])}
    best = (max if measure.more_is_better else min)(known, key=lambda name: known[name], default="")
    control = OF_ANOTHER if "LVE" in measure.name or "LVD" in measure.name else SHIFTED
    signed = "signed" in measure.name
    return Figure(
        name=f"{about}: {measure.name}",
        value=row[side],
        unit=measure.unit,
        target=_TARGETS.get((side, measure.name)),
        at_most=not measure.more_is_better,
        baseline=row[best] if best else None,
        baseline_of=best,
        control=None if signed else row[control],
        control_of="" if signed else control.removeprefix(f"{RULES}, "),
        note=note,
    )


def text_gains(table: Table, measures: Sequence[Measure]) -> list[Figure]:
    """By how much the lips are better when the text is known; the control has a wrong text.

    Closures are judged together with vowels that are closed by mistake: alone, they are at their
    ceiling with and without a text, and lips that hardly ever part would have all of them.
    """
    figures = []
    for measure in measures:
        if measure.name not in _GAINS:
            continue
        row = table[measure.name]
        note = f"{row[BY_SOUND]:.1f} -> {row[BY_SOUND_AND_TEXT]:.1f} {measure.unit}"
        if measure.name == TOLD_APART:
            closed, open_ = table["bilabial closure"], table["vowels closed by mistake"]
            note += f"; closed at p b m {closed[BY_SOUND]:.1f} -> {closed[BY_SOUND_AND_TEXT]:.1f}"
            note += f", at vowels {open_[BY_SOUND]:.1f} -> {open_[BY_SOUND_AND_TEXT]:.1f} %"
        figures.append(
            Figure(
                name=f"what the text adds: {measure.name}",
                value=_better(row, measure, BY_SOUND_AND_TEXT),
                unit="points" if measure.unit == "%" else f"{measure.unit} less",
                target=0.01,
                at_most=False,
                control=_better(row, measure, WRONG_TEXT),
                control_of="the text of another sentence",
                note=note,
            )
        )
    return figures


def _better(row: dict[str, float], measure: Measure, side: str) -> float:
    """By how much a side is better than sound alone."""
    more = row[side] - row[BY_SOUND]
    return more if measure.more_is_better else -more


def as_table_of_sides(table: Table, measures: Sequence[Measure]) -> str:
    """One line a side, one column a measure."""
    sides = list(next(iter(table.values())))
    rows = [["", *(f"{m.name}, {m.unit}" for m in measures)]]
    rows += [[side, *(f"{table[m.name][side]:.3g}" for m in measures)] for side in sides]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
