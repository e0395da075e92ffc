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

from actuation.generators.rules_poses import DIPHTHONGS, LIKE, LIP_HEAVY, POSES, REST, Pose
from actuation.joints.rotations import minimum_jerk
from actuation.speech.phones import PAUSE, VOWELS
from actuation.speech.voice import Phone

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
_OPENING: Final = frozenset(("jaw", "part"))

CLOSURES: Final = frozenset("pbm")
CONTACTS: Final = frozenset("fv")

TABLE_RATE_HZ = 240
BEFORE_S, AFTER_S = 0.25, 0.3
"""How far the mouth moves before the first and after the last sample of a clause."""


_RAMP_S, _LIP_RAMP_S = 0.16, 0.22
"""The time out of silence into a pose; lips that are pursed begin earlier than the jaw."""
_SETTLE_S = 0.12
_UNDERSHOOT_S = 0.05
_USUAL_REACH = 1 - 0.6 * np.exp(-0.08 / _UNDERSHOOT_S)
"""Of a phone of 80 ms."""


@dataclass(frozen=True, slots=True)
class _Key:
    at: float
    pose: Pose
    scale: float
    phone: str
    opens: float = 1.0
    silent: bool = False

    def value(self, group: str, column: str) -> float:
        more = self.opens if group in _OPENING else 1.0
        return self.pose.shape.get(column, 0.0) * self.scale * more


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
        times, values = _group_keys(keys, group, columns)
        for column, curve in zip(columns, monotone(times, values, grid), strict=True):
            table[:, COLUMN[column]] = curve
    table[:, COLUMN["close"]] = _constraint(phones, CLOSURES, grid)
    table[:, COLUMN["teeth"]] = _constraint(phones, CONTACTS, grid)
    return MouthTrack(np.ascontiguousarray(table, np.float32))


def apex_s(phone: Phone) -> float:
    """When a phone's pose is fully there: the middle of it."""
    return (phone.start_s + phone.end_s) / 2


def reach(length_s: float) -> float:
    """How far a phone of this length gets to its pose; one of usual length gets there.

    Undershoot falls off exponentially with length (Lindblom 1963, 10.1121/1.1918816): fast speech
    does not reach its targets, slow speech goes a little beyond the usual.
    """
    return float((1 - 0.6 * np.exp(-length_s / _UNDERSHOOT_S)) / _USUAL_REACH)


def pose_of(name: str) -> dict[str, float]:
    """The mouth channels of a single phone, for contact sheets. Diphthongs give their start."""
    name = DIPHTHONGS[name][0] if name in DIPHTHONGS else name
    shape = dict(POSES[LIKE.get(name, name)].shape)
    if name in CLOSURES:
        shape["close"] = 1.0
    if name in CONTACTS:
        shape["teeth"] = 1.0
    return shape


def _keys(phones: Sequence[Phone], loudness: Sequence[float], duration_s: float) -> list[_Key]:
    keys = [_Key(-BEFORE_S, REST, 1.0, PAUSE, silent=True)]
    for i, (phone, loud) in enumerate(zip(phones, loudness, strict=True)):
        length = phone.end_s - phone.start_s
        if phone.name == PAUSE:
            if 0 < i < len(phones) - 1:
                keys += _pause_keys(phone.start_s, phone.end_s)
            continue
        vowel = phone.name in VOWELS
        scale = reach(length) if vowel else float(np.clip(reach(length), 0.85, 1.0))
        # Louder opens more; it purses and spreads no more.
        opens = float(np.clip(np.sqrt(max(loud, 0.0)), 0.8, 1.25)) if vowel else 1.0
        if phone.name in DIPHTHONGS:
            first, second = DIPHTHONGS[phone.name]
            keys.append(_Key(phone.start_s + 0.35 * length, POSES[first], scale, phone.name, opens))
            keys.append(
                _Key(phone.start_s + 0.85 * length, POSES[second], scale, phone.name, opens)
            )
        else:
            # A phone that nobody knows is passed over, as breath is.
            pose = POSES.get(LIKE.get(phone.name, phone.name), POSES["hh"])
            keys.append(_Key(apex_s(phone), pose, scale, phone.name, opens))
    end = max(duration_s, keys[-1].at)
    keys.append(_Key(end + _SETTLE_S, REST, 1.0, PAUSE, silent=True))
    keys.append(_Key(end + AFTER_S, REST, 1.0, PAUSE, silent=True))
    return keys


def _pause_keys(start: float, end: float) -> list[_Key]:
    if end - start < 0.16:
        half = Pose({}, {"jaw": 0.5, "part": 0.5, "tongue": 1.0})
        return [_Key((start + end) / 2, half, 1.0, PAUSE, silent=True)]
    settle = min(_SETTLE_S, (end - start) / 2)
    return [
        _Key(start + settle, REST, 1.0, PAUSE, silent=True),
        _Key(max(end - settle, start + settle + 1e-3), REST, 1.0, PAUSE, silent=True),
    ]


def _group_keys(keys: Sequence[_Key], group: str, columns: Sequence[str]) -> tuple[Floats, Floats]:
    """Times (k,) and values (columns, k) of one part, rising times at least a millisecond apart."""
    cares = np.array([key.pose.cares.get(group, 0.0) for key in keys])
    own = np.array([[key.value(group, column) for key in keys] for column in columns])
    at = np.array([key.at for key in keys])
    sure = cares >= 0.99
    passing = np.stack([np.interp(at, at[sure], each[sure]) for each in own])
    share = np.where(sure, 1.0, cares)
    values = share * own + (1 - share) * passing
    points: list[tuple[float, int]] = []
    for i, key in enumerate(keys):
        if cares[i] <= 0.0:
            continue
        # After silence the lips wait, then move: a long pause is not one slow opening.
        heavy = group == "round" and key.phone in LIP_HEAVY
        ramp = _LIP_RAMP_S if heavy else _RAMP_S
        if i and keys[i - 1].silent and key.at - points[-1][0] > ramp:
            points.append((key.at - ramp, points[-1][1]))
        points.append((key.at, i))
    rising: list[tuple[float, int]] = []
    for moment, row in points:
        if not rising or moment > rising[-1][0] + 1e-3:
            rising.append((moment, row))
    return np.array([moment for moment, _ in rising]), values[:, [row for _, row in rising]]


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
        begin, end = middle - half - rise, middle + half + fall
        near = slice(*np.searchsorted(grid, (begin, end)))
        up = minimum_jerk((grid[near] - begin) / rise)
        down = minimum_jerk((end - grid[near]) / fall)
        track[near] = np.maximum(track[near], np.minimum(up, down))
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
    """Monotone cubics through the points (Fritsch-Carlson, 10.1137/0717021), flat outside.

    `values`: (columns, k) at `times`; returns (columns, n). Between two points a column stays
    between their values, so every extreme is one of the points.
    """
    if len(times) == 1:
        return np.repeat(values, len(at), axis=1)
    step = np.diff(times)
    slope = np.diff(values, axis=1) / step
    tangent = np.zeros_like(values)
    before, after = slope[:, :-1], slope[:, 1:]
    same = before * after > 0
    w1, w2 = 2 * step[1:] + step[:-1], step[1:] + 2 * step[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (w1 + w2) / (w1 / before + w2 / after)
    tangent[:, 1:-1] = np.where(same, mean, 0.0)
    i = np.minimum(np.maximum(np.searchsorted(times, at, side="right") - 1, 0), len(step) - 1)
    h = step[i]
    x = np.minimum(np.maximum((at - times[i]) / h, 0.0), 1.0)
    late, leaves, arrives = x * x * (3 - 2 * x), h * x * (1 - x) ** 2, h * x * x * (x - 1)
    early = 1 - late
    return np.stack(
        [
            v[i] * early + v[i + 1] * late + t[i] * leaves + t[i + 1] * arrives
            for v, t in zip(values, tangent, strict=True)
        ]
    )
