"""Judges of lips against phone times. Work on any 52-shape animation, whatever made it.

Bilabial closure and labiodental contact rate, apex timing: as proposed in the project's field notes
after JALI (10.1145/2897824.2925984) and Audio2Face's lip-distance loss. The gap between the lips
follows ARKit's definitions: mouthClose cancels jawOpen, the lip shapes part or press the lips.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.generators.rules_face import CLOSURES, CONTACTS
from actuation.motion import FACE_INDEX
from actuation.speech.phones import VOWELS

Floats = NDArray[np.float64]

OPEN_VOWELS = frozenset(("aa", "ae", "ah", "ao", "eh"))
ROUNDED = frozenset(("uw", "w"))
CLOSED_PART = 0.10
"""Lips count as closed below this part of the usual widest gap."""
LONG_VOWEL_S = 0.06
"""In the middle of a vowel so long the lips are apart, whatever stands beside it."""
_WINDOW_S = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedPhone:
    """A phone on the time axis of the frames."""

    name: str
    start_s: float
    end_s: float

    @property
    def middle_s(self) -> float:
        """The middle, where its pose is due."""
        return (self.start_s + self.end_s) / 2


def shape_mean(faces: Floats, *names: str) -> Floats:
    """(n,) mean of the named shapes of (n, 52) faces."""
    return np.asarray(np.mean([faces[:, FACE_INDEX[n]] for n in names], axis=0))


def lip_gap(faces: Floats) -> Floats:
    """(n,) opening between the lips, in units of a fully open jaw, 0 when they meet."""
    parting = shape_mean(faces, "mouthLowerDownLeft", "mouthLowerDownRight") + shape_mean(
        faces, "mouthUpperUpLeft", "mouthUpperUpRight"
    )
    seal = shape_mean(faces, "mouthPressLeft", "mouthPressRight") + shape_mean(
        faces, "mouthRollLower", "mouthRollUpper"
    )
    jaw = shape_mean(faces, "jawOpen") - shape_mean(faces, "mouthClose")
    gap = jaw + 0.3 * parting + 0.25 * shape_mean(faces, "mouthFunnel") - 0.05 * seal
    return np.asarray(np.clip(gap, 0.0, None))


def teeth_contact(faces: Floats) -> Floats:
    """(n,) how far the lower lip is at the upper teeth, 0..1: rolled in, teeth bare, jaw high."""
    bare = shape_mean(faces, "mouthUpperUpLeft", "mouthUpperUpRight")
    low = shape_mean(faces, "mouthLowerDownLeft", "mouthLowerDownRight")
    roll = shape_mean(faces, "mouthRollLower") / 0.45
    jaw = np.clip(1 - 3 * np.clip(shape_mean(faces, "jawOpen") - 0.1, 0, None), 0, 1)
    return np.asarray(np.clip(roll, 0, 1) * np.clip(bare / 0.12, 0, 1) * (1 - low) * jaw)


def closure_rate(times: Floats, faces: Floats, phones: Iterable[TimedPhone]) -> float:
    """Part of the p b m during which some frame shows closed lips. NaN when there are none.

    A frame counts from half a frame before the phone to half a frame after it.
    """
    gap = lip_gap(faces)
    wide = float(np.quantile(gap, 0.95)) or 1.0
    return _rate(times, gap < CLOSED_PART * wide, [p for p in phones if p.name in CLOSURES])


def long_vowels(phones: Iterable[TimedPhone]) -> list[TimedPhone]:
    """The vowels over 60 ms."""
    return [p for p in phones if p.name in VOWELS and p.end_s - p.start_s > LONG_VOWEL_S]


def closed_vowels_rate(times: Floats, faces: Floats, phones: Iterable[TimedPhone]) -> float:
    """Part of the vowels over 60 ms in whose very middle the lips are closed: by mistake.

    What closures cost: lips that always meet close at every p b m. NaN when there are none.
    """
    gap = lip_gap(faces)
    closed = gap < CLOSED_PART * (float(np.quantile(gap, 0.95)) or 1.0)
    middles = [p.middle_s for p in long_vowels(phones)]
    if not middles:
        return float("nan")
    nearest = np.abs(times[None, :] - np.array(middles)[:, None]).argmin(axis=1)
    return float(np.mean(closed[nearest]))


def contact_rate(times: Floats, faces: Floats, phones: Iterable[TimedPhone]) -> float:
    """Part of the f v during which some frame shows the lower lip at the teeth."""
    met = teeth_contact(faces) > 0.8
    return _rate(times, met, [p for p in phones if p.name in CONTACTS])


def _rate(times: Floats, met: NDArray[np.bool_], phones: Sequence[TimedPhone]) -> float:
    if not phones:
        return float("nan")
    half = float(np.median(np.diff(times))) / 2
    reached = [
        bool(np.any(met[(times >= p.start_s - half) & (times <= p.end_s + half)])) for p in phones
    ]
    return float(np.mean(reached))


def apex_errors_s(times: Floats, faces: Floats, phones: Sequence[TimedPhone]) -> Floats:
    """Time of the mouth's extreme minus the middle of the phone, for each phone that has one.

    Closures: the centre of the closed stretch. Open vowels: the widest jaw. Rounded phones: the
    most pursed lips. Looked for up to 60 ms beyond the phone, and not beyond its neighbours'
    middles. A phone whose extreme lies at the edge of that window has none of its own, because a
    neighbour goes further the same way, and is left out; a closure that is never reached counts
    as the whole window.
    """
    gap = lip_gap(faces)
    closed = gap < CLOSED_PART * (float(np.quantile(gap, 0.95)) or 1.0)
    pursed = shape_mean(faces, "mouthPucker") + 0.5 * shape_mean(faces, "mouthFunnel")
    jaw = shape_mean(faces, "jawOpen")
    found: list[float] = []
    for i, phone in enumerate(phones):
        begin, end = phone.start_s - _WINDOW_S, phone.end_s + _WINDOW_S
        if phone.name not in CLOSURES:
            begin = max(begin, phones[i - 1].middle_s if i else begin)
            end = min(end, phones[i + 1].middle_s if i + 1 < len(phones) else end)
        inside = np.flatnonzero((times >= begin) & (times <= end))
        if len(inside) < 3:
            continue
        if phone.name in CLOSURES:
            found.append(_centre(times, closed, inside, phone))
        elif phone.name in OPEN_VOWELS | ROUNDED:
            apex = _peak(times, pursed if phone.name in ROUNDED else jaw, inside)
            if apex is not None:
                found.append(apex - phone.middle_s)
    return np.array(found)


def _centre(
    times: Floats, closed: NDArray[np.bool_], inside: NDArray[np.intp], phone: TimedPhone
) -> float:
    if not np.any(closed[inside]):
        return float(inside.size and _WINDOW_S + (phone.end_s - phone.start_s) / 2)
    nearest = min(inside[closed[inside]], key=lambda i: abs(times[i] - phone.middle_s))
    first = last = int(nearest)
    while first > 0 and closed[first - 1] and times[first - 1] >= times[inside[0]]:
        first -= 1
    while last + 1 < len(times) and closed[last + 1] and times[last + 1] <= times[inside[-1]]:
        last += 1
    if first == inside[0] or last == inside[-1]:
        # Closed before or after as well: only what is this phone's own can be late or early.
        return float(times[nearest] - phone.middle_s)
    return float((times[first] + times[last]) / 2 - phone.middle_s)


def _peak(times: Floats, curve: Floats, inside: NDArray[np.intp]) -> float | None:
    """Time of the largest value, refined by a parabola; None at the edge of the window."""
    top = int(np.argmax(curve[inside]))
    if top in (0, len(inside) - 1) or np.ptp(curve[inside]) < 0.02:
        return None
    i = inside[top]
    a, b, c = (float(v) for v in curve[i - 1 : i + 2])
    bend = a - 2 * b + c
    shift = 0.5 * (a - c) / bend if abs(bend) > 1e-12 else 0.0
    return float(times[i] + shift * (times[i + 1] - times[i]))
