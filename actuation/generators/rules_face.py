"""Lips by rule, from exact phone times: key poses first, motion completed between them.

Two axes carry speech, jaw and lips (JALI, 10.1145/2897824.2925984). Every phone states a pose and
how much it cares about each part of the mouth; a part it does not care about moves through from
one neighbour to the next, which is co-articulation. Between key poses the motion is a monotone
cubic, so an extreme lies exactly on its key: an apex cannot drift from its phone. Closures (p b m)
and lip-teeth contacts (f v) are separate tracks with a flat top, laid over everything else last,
so no vowel, no loudness and no expression can keep the lips apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.voices.phones import PAUSE, VOWELS
from actuation.rotations import minimum_jerk
from actuation.voice import Phone

Floats = NDArray[np.float64]

COLUMNS: Final = (
    "jaw", "funnel", "pucker", "stretch", "smile", "lower", "upper", "tongue", "close", "teeth",
)  # fmt: skip
"""Channels of the mouth. The last two are the constraints."""
COLUMN: Final = {name: i for i, name in enumerate(COLUMNS)}
_GROUPS = {
    "jaw": ("jaw",),
    "round": ("funnel", "pucker"),
    "spread": ("stretch", "smile"),
    "part": ("lower", "upper"),
    "tongue": ("tongue",),
}

CLOSURES: Final = frozenset("pbm")
CONTACTS: Final = frozenset("fv")

TABLE_RATE_HZ = 240
BEFORE_S, AFTER_S = 0.25, 0.3
"""How far the mouth moves before the first and after the last sample of a clause."""


@dataclass(frozen=True, slots=True)
class _Pose:
    shape: dict[str, float]
    cares: dict[str, float]
    """0..1 for each group; a group that is not named is not cared about."""


def _pose(cares: str, **shape: float) -> _Pose:
    """`cares`: groups, each with an optional weight: `jaw round:0.5`."""
    weights = {}
    for word in cares.split():
        group, _, weight = word.partition(":")
        weights[group] = float(weight or 1.0)
    return _Pose(shape, weights)


_ALL = "jaw round spread part tongue"
_REST = _pose(_ALL)
_POSES: dict[str, _Pose] = {
    "aa": _pose(_ALL, jaw=0.62, lower=0.30, upper=0.10),
    "ae": _pose(_ALL, jaw=0.50, stretch=0.32, smile=0.10, lower=0.32, upper=0.20),
    "ah": _pose(_ALL, jaw=0.42, lower=0.24, upper=0.10),
    "ao": _pose(_ALL, jaw=0.48, funnel=0.50, pucker=0.15, lower=0.10),
    "eh": _pose(_ALL, jaw=0.38, stretch=0.28, smile=0.06, lower=0.30, upper=0.14),
    "er": _pose(_ALL, jaw=0.26, funnel=0.38, pucker=0.22, lower=0.10),
    "ih": _pose(_ALL, jaw=0.24, stretch=0.26, smile=0.06, lower=0.26, upper=0.12),
    "iy": _pose(_ALL, jaw=0.15, stretch=0.42, smile=0.20, lower=0.30, upper=0.16),
    "uh": _pose(_ALL, jaw=0.24, funnel=0.40, pucker=0.32),
    "uw": _pose(_ALL, jaw=0.11, funnel=0.22, pucker=0.78),
    "ax": _pose("jaw round:0.5 spread:0.5 part tongue", jaw=0.26, lower=0.18, upper=0.08),
    "w": _pose("jaw round spread part tongue", jaw=0.08, funnel=0.16, pucker=0.88),
    "r": _pose("jaw:0.7 round:0.8 spread:0.6 part:0.5 tongue", jaw=0.15, funnel=0.36, pucker=0.32),
    "y": _pose("jaw spread:0.8 part:0.6 tongue", jaw=0.13, stretch=0.34, smile=0.12, lower=0.2),
    "sh": _pose(_ALL, jaw=0.10, funnel=0.62, pucker=0.22, lower=0.26, upper=0.20),
    "s": _pose("jaw spread:0.5 part:0.8 tongue", jaw=0.06, stretch=0.24, lower=0.28, upper=0.14),
    "t": _pose("jaw:0.6 part:0.3 tongue", jaw=0.12, lower=0.16),
    "l": _pose("jaw:0.5 part:0.3 tongue", jaw=0.20, lower=0.18),
    "th": _pose("jaw:0.8 part:0.6 tongue", jaw=0.18, lower=0.20, upper=0.06, tongue=0.42),
    "k": _pose("jaw:0.4 tongue", jaw=0.18),
    "hh": _pose("tongue"),
    "p": _pose("jaw:0.85 tongue", jaw=0.05),
    "f": _pose("jaw:0.85 part tongue spread:0.3", jaw=0.09, upper=0.22),
}
_LIKE = {
    "axr": "er", "ix": "ih", "b": "p", "m": "p", "v": "f", "z": "s", "zh": "sh", "ch": "sh",
    "jh": "sh", "d": "t", "n": "t", "dx": "t", "dh": "th", "g": "k", "ng": "k", PAUSE: "pau",
}  # fmt: skip
_POSES["pau"] = _REST
_DIPHTHONGS = {
    "aw": ("aa", "uw"), "ay": ("aa", "ih"), "ey": ("eh", "iy"), "ow": ("ao", "uw"),
    "oy": ("ao", "iy"),
}  # fmt: skip
_LIP_HEAVY = frozenset(("uw", "ow", "oy", "w", "sh", "zh", "ch", "jh"))

_RAMP_S, _LIP_RAMP_S = 0.16, 0.22
"""The time out of silence into a pose; lips that are pursed begin earlier than the jaw."""
_SETTLE_S = 0.12
_SHORT_VOWEL_S = 0.08


@dataclass(frozen=True, slots=True)
class _Key:
    at: float
    pose: _Pose
    scale: float
    phone: str
    silent: bool = False


@dataclass(frozen=True, slots=True)
class MouthTrack:
    """The mouth of one clause, ready to be read at any time. Times count from its first sample."""

    table: NDArray[np.float32]
    """(m, len(COLUMNS)) at `TABLE_RATE_HZ`, from `-BEFORE_S` on."""

    def evaluate(self, times_s: Floats) -> Floats:
        """Return (n, len(COLUMNS)) at `times_s`; the mouth at rest outside the clause."""
        at = (times_s + BEFORE_S) * TABLE_RATE_HZ
        last = len(self.table) - 1
        inside = np.clip(at, 0, last)
        low = np.minimum(inside.astype(np.int64), last - 1)
        part = (inside - low)[:, None]
        return np.asarray(self.table[low] * (1 - part) + self.table[low + 1] * part, np.float64)


def mouth_track(
    phones: Sequence[Phone], loudness: Sequence[float], duration_s: float
) -> MouthTrack:
    """Build the mouth for one clause.

    `loudness`: relative to the clause's usual vowel, 1 is usual, one a phone.
    """
    grid = np.arange(-BEFORE_S, duration_s + AFTER_S, 1 / TABLE_RATE_HZ)
    table = np.zeros((len(grid), len(COLUMNS)))
    keys = _keys(phones, loudness, duration_s)
    for group, columns in _GROUPS.items():
        for column in columns:
            times, values = _column_keys(keys, group, column)
            table[:, COLUMN[column]] = monotone(times, values, grid)
    table[:, COLUMN["close"]] = _constraint(phones, CLOSURES, grid)
    table[:, COLUMN["teeth"]] = _constraint(phones, CONTACTS, grid)
    return MouthTrack(np.ascontiguousarray(table, np.float32))


def apex_s(phone: Phone) -> float:
    """When a phone's pose is fully there: the middle of it."""
    return (phone.start_s + phone.end_s) / 2


def pose_of(name: str) -> dict[str, float]:
    """The mouth channels of a single phone, for contact sheets. Diphthongs give their start."""
    name = _DIPHTHONGS[name][0] if name in _DIPHTHONGS else name
    shape = dict(_POSES[_LIKE.get(name, name)].shape)
    if name in CLOSURES:
        shape["close"] = 1.0
    if name in CONTACTS:
        shape["teeth"] = 1.0
    return shape


def _keys(phones: Sequence[Phone], loudness: Sequence[float], duration_s: float) -> list[_Key]:
    keys = [_Key(-BEFORE_S, _REST, 1.0, PAUSE, True)]
    for i, (phone, loud) in enumerate(zip(phones, loudness, strict=True)):
        length = phone.end_s - phone.start_s
        if phone.name == PAUSE:
            if 0 < i < len(phones) - 1:
                keys += _pause_keys(phone.start_s, phone.end_s)
            continue
        scale = 1.0
        if phone.name in VOWELS:
            # Louder opens more; a short vowel never gets all the way.
            reach = min(1.0, 0.55 + 0.45 * length / _SHORT_VOWEL_S)
            scale = float(np.clip(np.sqrt(max(loud, 0.0)), 0.8, 1.25)) * reach
        if phone.name in _DIPHTHONGS:
            first, second = _DIPHTHONGS[phone.name]
            keys.append(_Key(phone.start_s + 0.35 * length, _POSES[first], scale, phone.name))
            keys.append(_Key(phone.start_s + 0.85 * length, _POSES[second], scale, phone.name))
        else:
            pose = _POSES[_LIKE.get(phone.name, phone.name)]
            keys.append(_Key(apex_s(phone), pose, scale, phone.name))
    end = max(duration_s, keys[-1].at)
    keys.append(_Key(end + _SETTLE_S, _REST, 1.0, PAUSE, True))
    keys.append(_Key(end + AFTER_S, _REST, 1.0, PAUSE, True))
    return keys


def _pause_keys(start: float, end: float) -> list[_Key]:
    if end - start < 0.16:
        half = _Pose({}, {"jaw": 0.5, "part": 0.5, "tongue": 1.0})
        return [_Key((start + end) / 2, half, 1.0, PAUSE, True)]
    settle = min(_SETTLE_S, (end - start) / 2)
    return [
        _Key(start + settle, _REST, 1.0, PAUSE, True),
        _Key(max(end - settle, start + settle + 1e-3), _REST, 1.0, PAUSE, True),
    ]


def _column_keys(keys: Sequence[_Key], group: str, column: str) -> tuple[Floats, Floats]:
    """Times and values of one channel, rising times at least a millisecond apart."""
    sure = [(k.at, k.pose.shape.get(column, 0.0) * k.scale) for k in keys
            if k.pose.cares.get(group, 0.0) >= 0.99]  # fmt: skip
    sure_times, sure_values = np.array([a for a, _ in sure]), np.array([v for _, v in sure])
    points: list[tuple[float, float]] = []
    for i, key in enumerate(keys):
        cares = key.pose.cares.get(group, 0.0)
        if cares <= 0.0:
            continue
        value = key.pose.shape.get(column, 0.0) * key.scale
        if cares < 0.99:
            passing = float(np.interp(key.at, sure_times, sure_values))
            value = cares * value + (1 - cares) * passing
        # After silence the lips wait, then move: a long pause is not one slow opening.
        heavy = group == "round" and key.phone in _LIP_HEAVY
        ramp = _LIP_RAMP_S if heavy else _RAMP_S
        if i and keys[i - 1].silent and key.at - points[-1][0] > ramp:
            points.append((key.at - ramp, points[-1][1]))
        points.append((key.at, value))
    rising: list[tuple[float, float]] = []
    for at, value in points:
        if not rising or at > rising[-1][0] + 1e-3:
            rising.append((at, value))
    return np.array([a for a, _ in rising]), np.array([v for _, v in rising])


def _constraint(phones: Sequence[Phone], names: frozenset[str], grid: Floats) -> Floats:
    """A track that is 1 over the middle of each phone in `names`, smooth beside it."""
    track = np.zeros_like(grid)
    for i, phone in enumerate(phones):
        if phone.name not in names:
            continue
        middle, half = apex_s(phone), _half_width(phone)
        before = _free_apex(phones, range(i - 1, -1, -1), names)
        after = _free_apex(phones, range(i + 1, len(phones)), names)
        # Open again by the neighbour's own apex, however near that is.
        rise = float(np.clip(middle - half - before, 0.008, 0.06))
        fall = float(np.clip(after - middle - half, 0.008, 0.055))
        up = minimum_jerk((grid - (middle - half - rise)) / rise)
        down = minimum_jerk(((middle + half + fall) - grid) / fall)
        track = np.maximum(track, np.minimum(up, down))
    return track


def _half_width(phone: Phone) -> float:
    """Half of the time fully closed: never under a frame, so that no frame rate can miss it."""
    return float(np.clip(0.3 * (phone.end_s - phone.start_s), 0.018, 0.05))


def _free_apex(phones: Sequence[Phone], order: range, names: frozenset[str]) -> float:
    for i in order:
        if phones[i].name not in names and phones[i].name != PAUSE:
            return apex_s(phones[i])
    return -np.inf if order.step < 0 else np.inf


def monotone(times: Floats, values: Floats, at: Floats) -> Floats:
    """Monotone cubic through the points (Fritsch-Carlson, 10.1137/0717021), flat outside.

    Between two points it stays between their values, so every extreme is one of the points.
    """
    if len(times) == 1:
        return np.full_like(at, values[0])
    step = np.diff(times)
    slope = np.diff(values) / step
    tangent = np.zeros_like(values)
    same = slope[:-1] * slope[1:] > 0
    w1, w2 = 2 * step[1:] + step[:-1], step[1:] + 2 * step[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (w1 + w2) / (w1 / slope[:-1] + w2 / slope[1:])
    tangent[1:-1] = np.where(same, mean, 0.0)
    i = np.clip(np.searchsorted(times, at, side="right") - 1, 0, len(step) - 1)
    x = np.clip((at - times[i]) / step[i], 0.0, 1.0)
    h = step[i]
    return np.asarray(
        values[i] * (1 + 2 * x) * (1 - x) ** 2
        + tangent[i] * h * x * (1 - x) ** 2
        + values[i + 1] * x * x * (3 - 2 * x)
        + tangent[i + 1] * h * x * x * (x - 1)
    )
