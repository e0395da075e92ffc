"""Phones as the eye sees them, and when their lips come against when they sound.

The classes are the 15 of the Oculus set (OpenXR, XrFaceTrackingVisemeMETA) with `ax` beside them;
a diphthong is two of them, one after the other. Timing compares the peak of a phone's own channel
of the mouth with the middle of the phone: the temporal misalignment of kaist-ami's
Perceptually-Accurate-3D-Talking-Head (MTM), on shapes in place of vertices.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.metrics.lips import TimedPhone, lip_gap, shape_mean, teeth_contact

Floats = NDArray[np.float64]

VISEMES: Final = (
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "RR", "aa", "E", "I", "O", "U", "ax",
)  # fmt: skip
VISEME_INDEX: Final = {name: i for i, name in enumerate(VISEMES)}
_MEMBERS: Final = {
    "PP": "p b m", "FF": "f v", "TH": "th dh", "DD": "t d n l dx", "kk": "k g ng hh",
    "CH": "sh zh ch jh", "SS": "s z", "RR": "r er axr", "aa": "aa ah", "E": "ae eh",
    "I": "iy ih ix y", "O": "ao", "U": "uw uh w", "ax": "ax", "sil": "pau",
}  # fmt: skip
_OF = {phone: viseme for viseme, phones in _MEMBERS.items() for phone in phones.split()}
_TWO = {"ay": ("aa", "I"), "aw": ("aa", "U"), "ey": ("E", "I"), "ow": ("O", "U"), "oy": ("O", "I")}
_TURN = 0.6
"""Part of a diphthong after which its second vowel is seen."""

_WINDOW_S, _LEAST_ROOM_S = 0.12, 0.03
_FLAT = 0.05
_LEAST = 0.03
"""A channel that moves less than this near a phone has no peak there."""
_CHANNELS: Final[dict[str, Callable[[Floats], Floats]]] = {
    "PP": lambda faces: -lip_gap(faces),
    "FF": teeth_contact,
    "aa": lambda faces: shape_mean(faces, "jawOpen"),
    "E": lambda faces: shape_mean(faces, "jawOpen"),
    "O": lambda faces: shape_mean(faces, "mouthFunnel"),
    "U": lambda faces: shape_mean(faces, "mouthPucker"),
    "CH": lambda faces: shape_mean(faces, "mouthFunnel"),
    "SS": lambda faces: -lip_gap(faces),
    "TH": lambda faces: shape_mean(faces, "tongueOut"),
}
"""The right channel of each viseme that has one: what is at its most when the phone is."""


def visemes_of(phones: Iterable[TimedPhone]) -> list[TimedPhone]:
    """Return the visemes in order, with their times. Diphthongs become two."""
    found: list[TimedPhone] = []
    for phone in phones:
        if phone.name in _TWO:
            turn = phone.start_s + _TURN * (phone.end_s - phone.start_s)
            first, second = _TWO[phone.name]
            found.append(TimedPhone(name=first, start_s=phone.start_s, end_s=turn))
            found.append(TimedPhone(name=second, start_s=turn, end_s=phone.end_s))
        else:
            found.append(TimedPhone(name=_OF[phone.name], start_s=phone.start_s, end_s=phone.end_s))
    return found


def labels_at(times: Floats, phones: Iterable[TimedPhone]) -> NDArray[np.int64]:
    """(n,) index into `VISEMES` at rising `times`; silence where nothing is said."""
    labels = np.zeros(len(times), np.int64)
    for viseme in visemes_of(phones):
        labels[(times >= viseme.start_s) & (times < viseme.end_s)] = VISEME_INDEX[viseme.name]
    return labels


def timing_errors_s(times: Floats, faces: Floats, phones: Sequence[TimedPhone]) -> Floats:
    """Time of each phone's peak in its own channel, less the middle of the phone, seconds.

    `faces`: (n, 52). Looked for within 120 ms of the middle, and not beyond half the way to a
    neighbour that wants the same. A phone with less than 30 ms of room to a side, or near which
    the channel hardly moves, has no peak of its own and is left out. A flat peak, such as closed
    lips, counts at the middle of its stretch (within 5 % of the channel's range there). One at
    the edge of the window is kept: those lips are at least so far off.
    """
    curves = {name: channel(faces) for name, channel in _CHANNELS.items()}
    seen = visemes_of(phones)
    errors: list[float] = []
    for i, viseme in enumerate(seen):
        if viseme.name not in curves:
            continue
        begin, end = _room(seen, i)
        inside = np.flatnonzero((times >= begin) & (times <= end))
        part = curves[viseme.name][inside]
        if min(viseme.middle_s - begin, end - viseme.middle_s) < _LEAST_ROOM_S or len(inside) < 3:
            continue
        if np.ptp(part) >= _LEAST:
            errors.append(_flat_peak_s(times[inside], part) - viseme.middle_s)
    return np.array(errors)


def _flat_peak_s(times: Floats, curve: Floats) -> float:
    """The middle of the stretch around the largest value that is as good as it."""
    top = curve >= curve.max() - _FLAT * np.ptp(curve)
    first = last = int(np.argmax(curve))
    while first > 0 and top[first - 1]:
        first -= 1
    while last + 1 < len(curve) and top[last + 1]:
        last += 1
    return float(times[first] + times[last]) / 2


def _room(seen: Sequence[TimedPhone], i: int) -> tuple[float, float]:
    """From when to when the peak of the `i`th can be told from those of its like."""
    middle, alike = seen[i].middle_s, _ALIKE[seen[i].name]
    others = [v.middle_s for j, v in enumerate(seen) if j != i and v.name in alike]
    before = max((at for at in others if at < middle), default=-np.inf)
    after = min((at for at in others if at >= middle), default=np.inf)
    begin = max(middle - _WINDOW_S, (middle + before) / 2)
    return begin, min(middle + _WINDOW_S, (middle + after) / 2)


_ALIKE: Final = {
    "aa": frozenset(("aa", "E", "O", "ax")),
    "E": frozenset(("aa", "E", "O", "ax")),
    "O": frozenset(("O", "CH", "RR", "U")),
    "CH": frozenset(("O", "CH", "RR", "U")),
    "U": frozenset(("U", "RR", "O")),
    "PP": frozenset(("PP", "FF", "sil", "SS")),
    "SS": frozenset(("PP", "FF", "sil", "SS", "CH", "DD", "TH", "I")),
    "FF": frozenset(("FF",)),
    "TH": frozenset(("TH",)),
}
