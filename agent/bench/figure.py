"""The one form in which a bench states a result."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value beside its target, its baseline and its control, from one run."""

    name: str
    value: float
    unit: str
    target: float | None = None
    """Stated limit; None when the figure is for information."""
    at_most: bool = True
    """Whether the target is an upper limit, or a lower one."""
    baseline: float | None = None
    """The same measure of the thing to beat."""
    baseline_of: str = ""
    control: float | None = None
    """The same measure where it should fail, which shows that the measure can tell."""
    control_of: str = ""
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the target, if any, is met. A value that is not a number never is."""
        if self.target is None:
            return True
        return self.value <= self.target if self.at_most else self.value >= self.target


def as_json(figures: Iterable[Figure]) -> str:
    """One JSON object a line, one line a figure."""
    return "\n".join(json.dumps(asdict(f) | {"met": f.met}) for f in figures)


def as_table(figures: Iterable[Figure]) -> str:
    """A table for people, widths fitted."""

    def number(value: float | None, of: str = "") -> str:
        if value is None:
            return "-"
        return f"{value:.4g}" + (f" ({of})" if of else "")

    rows = [("figure", "value", "target", "baseline", "control", "", "note")]
    for f in figures:
        sign = "<=" if f.at_most else ">="
        target = "-" if f.target is None else f"{sign} {f.target:g}"
        verdict = "" if f.target is None else ("met" if f.met else "MISSED")
        rows.append(
            (
                f.name,
                f"{f.value:.4g} {f.unit}".rstrip(),
                target,
                number(f.baseline, f.baseline_of),
                number(f.control, f.control_of),
                verdict,
                f.note,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
