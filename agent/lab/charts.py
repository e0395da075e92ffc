"""Small drawings for the report: bars, intervals, histograms. SVG as text, coloured by the page."""

import math
from collections.abc import Sequence

from agent.lab.html import number, tag, text
from agent.lab.statistics import Estimate


def gauge(estimate: Estimate, target: float, better: str) -> str:
    """The figure with its interval on a line, and the side of the target that is good."""
    finite = [v for v in (estimate.value, estimate.low, estimate.high) if math.isfinite(v)]
    top = max([2.0 * abs(target) if target else 1.0, *(1.15 * v for v in finite)])
    bottom = min([0.0, *finite])
    width, span = 200.0, (top - bottom) or 1.0

    def x(value: float) -> float:
        clipped = min(max(value, bottom), top) if not math.isnan(value) else bottom
        return round(width * (clipped - bottom) / span, 1)

    good = (0.0, x(target)) if better == "lower" else (x(target), width)
    if target == 0 and better == "lower":
        good = (0.0, 4.0)
    low, high = x(estimate.low), x(estimate.high)
    marks = [
        _rect(0, 11, width, 4, "track"),
        _rect(good[0], 11, good[1] - good[0], 4, "good"),
        _rect(low, 8.5, max(high - low, 0.0), 9, "range"),
        tag("circle", cx=x(estimate.value), cy=13, r=5, class_="point"),
    ]
    return _svg(width, 26, marks, "gauge", "The figure, its interval, and the good side")


def histogram(values: Sequence[float], *, low: float, high: float, step: float, mark: float) -> str:
    """How often each value comes; what lies outside is in the outermost bars."""
    bins = max(1, round((high - low) / step))
    counts = [0] * bins
    for value in values:
        index = 0 if value < low else bins - 1 if value >= high else int((value - low) / step)
        counts[min(index, bins - 1)] += 1
    width, height, foot = 640.0, 150.0, 26.0
    wide, tallest = width / bins, max([*counts, 1])
    bars = []
    for i, count in enumerate(counts):
        tall = (height - 20) * count / tallest
        side = "good" if low + (i + 0.5) * step >= mark else "short"
        label = f"{number(low + i * step)} to {number(low + (i + 1) * step)} s: {count}"
        bar = _rect(i * wide + 1, height - tall, wide - 2, tall, side, label)
        bars.append(bar)
    at = width * (mark - low) / (high - low)
    axis = tag("line", x1=round(at, 1), x2=round(at, 1), y1=0, y2=height, class_="mark")
    ticks = [
        tag(
            "text",
            text(number(low + i * (high - low) / 8, 0 if step >= 0.5 else 1)),
            x=round(width * i / 8, 1),
            y=height + 18,
            text_anchor="start" if i == 0 else "end" if i == 8 else "middle",
        )
        for i in range(9)
    ]
    base = tag("line", x1=0, x2=width, y1=height, y2=height, class_="base")
    return _svg(width, height + foot, [*bars, base, axis, *ticks], "histogram", "Histogram")


def stacked(parts: Sequence[tuple[str, int, str]]) -> str:
    """Shares of a whole side by side: (name, count, class)."""
    whole = sum(count for _, count, _ in parts) or 1
    shown, at = [], 0.0
    for name, count, kind in parts:
        wide = 160.0 * count / whole
        if count:
            shown.append(_rect(at, 0, max(wide, 1.0), 10, kind, f"{name}: {count}"))
        at += wide
    return _svg(160, 10, shown, "stacked", ", ".join(f"{n}: {c}" for n, c, _ in parts))


def bar(value: float, most: float, kind: str) -> str:
    """One bar against the longest."""
    wide = 120.0 * value / (most or 1.0)
    return _svg(120, 8, [_rect(0, 0, max(wide, 1.0), 8, kind)], "bar", number(value, 0))


def change(estimate: Estimate, better: str) -> str:
    """A difference with its interval against nothing changed."""
    finite = [abs(v) for v in (estimate.value, estimate.low, estimate.high) if math.isfinite(v)]
    reach = 1.15 * max([*finite, 1e-9])

    def x(value: float) -> float:
        return round(70.0 + 66.0 * min(max(value / reach, -1.0), 1.0), 1)

    kind = verdict(estimate, better)
    middle = tag("line", x1=70, x2=70, y1=0, y2=16, class_="mark")
    if not math.isfinite(estimate.value):
        return _svg(140, 16, [middle], "change", "not known")
    low = x(estimate.low if math.isfinite(estimate.low) else estimate.value)
    high = x(estimate.high if math.isfinite(estimate.high) else estimate.value)
    return _svg(
        140,
        16,
        [
            middle,
            _rect(low, 5, max(high - low, 1.0), 6, f"range {kind}"),
            tag("circle", cx=x(estimate.value), cy=8, r=4, class_=f"point {kind}"),
        ],
        "change",
        f"{number(estimate.value, 2)}",
    )


def verdict(estimate: Estimate, better: str) -> str:
    """`better`, `worse` or `same`: only what the interval leaves no doubt of."""
    if not better or not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return "same"
    if estimate.low <= 0 <= estimate.high:
        return "same"
    falls = estimate.high < 0
    return "better" if falls == (better == "lower") else "worse"


def _rect(x: float, y: float, wide: float, tall: float, kind: str, title: str = "") -> str:
    inside = tag("title", text(title)) if title else ""
    return tag(
        "rect",
        inside,
        x=round(x, 1),
        y=round(y, 1),
        width=round(max(wide, 0.0), 1),
        height=round(max(tall, 0.0), 1),
        class_=kind,
        rx=1.5,
    )


def _svg(wide: float, tall: float, inside: list[str], kind: str, label: str) -> str:
    return tag(
        "svg",
        *inside,
        viewBox=f"0 0 {wide:g} {tall:g}",
        class_=kind,
        role="img",
        aria_label=label,
    )
