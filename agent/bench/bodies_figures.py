"""From what far sides saw to figures: delay, jitter and error of each body, skew between them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agent.bench.bodies_far import Seen
from agent.bench.bodies_stage import OnArrival, Performance
from agent.bench.figure import Figure
from agent.bench.lag import WINDOW_S, shift_s, windows

Floats = NDArray[np.float64]
_ENOUGH = 100
_BEFORE_S = 0.1
_STILL = 1e-4


def shown_by(seen: Sequence[Seen], shown: Performance, control: OnArrival) -> list[Figure]:
    """All that can be said of one performance."""
    return [*delays(seen, shown, control), *skew(seen, shown, control), *emergency(seen, shown)]


def delays(seen: Sequence[Seen], shown: Performance, control: OnArrival) -> list[Figure]:
    """Delay, jitter and error of each body; of many puppets the first."""
    early_s = _shift_of_control(control, shown)
    return [
        _delay(one, shown, early_s)
        for one in seen
        if not one.body.startswith("vmc ") or one.body == "vmc 1"
    ]


def _delay(one: Seen, shown: Performance, early_s: float) -> Figure:
    name, rows = f"{one.body}: planned to performed", _spoken(one, shown)
    if len(rows) < _ENOUGH // 2:
        nothing = f"{len(rows)} readings came; that tells nothing"
        return Figure(name=name, value=float("nan"), unit="ms", target=50, note=nothing)
    delay_s, error = shift_s(rows, one.given)
    shifts = list(windows(rows, one.given).values())
    wanders_ms = 1e3 * float(np.ptp(np.percentile(shifts, (5, 95)))) if shifts else float("nan")
    note = f"shift wanders by {wanders_ms:.0f} ms; {one.of} off by {error:.4f} rms {one.unit}"
    return Figure(
        name=name,
        value=1e3 * delay_s,
        unit="ms",
        target=50,
        control=1e3 * early_s,
        control_of="shown on arrival",
        note=f"{note}; {one.note}" if one.note else note,
    )


def skew(seen: Sequence[Seen], shown: Performance, control: OnArrival) -> list[Figure]:
    """How far bodies are from the middle one in each stretch of time; and the worst of them."""
    shifts = {one.body: windows(_spoken(one, shown), one.plan) for one in seen}
    stretches = sorted(set().union(*shifts.values()))
    middle = {
        n: float(np.median([body[n] for body in shifts.values() if n in body])) for n in stretches
    }
    away = {
        body: [abs(shift - middle[n]) for n, shift in of_body.items()]
        for body, of_body in shifts.items()
        if of_body
    }
    loose = windows(_spoken(_control(control, shown), shown), shown.planned.jaw())
    worst = max(away, key=lambda body: _p95_ms(away[body]), default="none")
    return [
        Figure(
            name="skew between bodies, p95",
            value=_p95_ms([apart for body in away.values() for apart in body]),
            unit="ms",
            target=20,
            control=_p95_ms([abs(s - middle[n]) for n, s in loose.items() if n in middle]),
            control_of="shown on arrival",
            note=f"{len(away)} bodies, {len(stretches)} stretches of {WINDOW_S:.0f} s",
        ),
        Figure(
            name="  of the body furthest off, p95",
            value=_p95_ms(away.get(worst, [])),
            unit="ms",
            baseline=_p95_ms([abs(s) for s in shifts["page"].values()])
            if "page" in shifts
            else None,
            baseline_of="the page, had nobody followed it",
            note="; ".join(f"{body} {_p95_ms(away[body]):.0f}" for body in _one_of_a_kind(away)),
        ),
    ]


def emergency(seen: Sequence[Seen], shown: Performance) -> list[Figure]:
    """From the order to the last change at each body."""
    still_ms = {one.body: 1e3 * _still_s(one, shown.emergency_at) for one in seen}
    at_once = [one.body for one in seen if not one.stops_late]
    slowest = max(at_once, key=lambda body: still_ms[body], default="none")
    later = [f"{one.body} {still_ms[one.body]:.0f} ms" for one in seen if one.stops_late]
    return [
        Figure(
            name="emergency stop to stillness, slowest body",
            value=still_ms.get(slowest, float("nan")),
            unit="ms",
            target=100,
            note=f"{len(at_once)} bodies in mid-sentence, {slowest} the last; "
            f"later what has mass or is drawn by a processor: {', '.join(later) or 'none here'}",
        )
    ]


def _still_s(one: Seen, emergency_at: float) -> float:
    rows = one.within(emergency_at - 0.05, float("inf"))
    fastest = np.max(np.abs(np.diff(rows[:, 1:], axis=0)), axis=1) if len(rows) > 1 else np.zeros(0)
    still = 1e-3 if one.stops_late else _STILL
    moved = rows[1:][fastest > still]
    return max(0.0, float(moved[-1, 0]) - emergency_at) if len(moved) else 0.0


def _spoken(one: Seen, shown: Performance) -> Floats:
    """What was seen of the speech that counts."""
    return one.within(shown.began_at, shown.emergency_at - _BEFORE_S)


def _control(control: OnArrival, shown: Performance) -> Seen:
    rows = np.array(control.shown).reshape(-1, 2)
    plan = shown.planned.jaw()
    return Seen(body="shown on arrival", plan=plan, given=plan, rows=rows)


def _one_of_a_kind(bodies: dict[str, list[float]]) -> list[str]:
    return [body for body in bodies if not body.startswith("vmc ") or body == "vmc 1"]


def _p95_ms(apart_s: Sequence[float]) -> float:
    return 1e3 * float(np.percentile(apart_s, 95)) if len(apart_s) else float("nan")


def _shift_of_control(control: OnArrival, shown: Performance) -> float:
    return shift_s(_spoken(_control(control, shown), shown), shown.planned.jaw())[0]
