"""Made visitors who do something, as a detector would see them: points with its noise and gaps.

A body of some proportions stands at some angle before the camera, rests for a while, does one
thing in its own way (side, height, size, speed differ) and is seen ten times a second: 33 body
points, hands in most pictures, a head. Legs are often behind a counter.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.lessons.action_bodies import Build, Eyes, Pose
from agent.lessons.action_last import LAST
from agent.lessons.action_later import LATER
from agent.lessons.action_poses import Action, hold, put
from perception.actions.figure import Sight

Floats = NDArray[np.float64]

RATE_HZ: Final = 10
REST_S: Final = 3.0
ACTION_S: Final = 2.6
_MOVE_S: Final = 0.45
_OPEN, _FIST, _INDEX = (0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0), (0.0, 1.0, 1.0, 1.0)


def _wave(b: Build, p: Pose, t: float) -> None:
    swing = 0.13 * b.size * np.sin(2 * np.pi * b.hz * t)
    put(b, p, 0.12 + swing, 0.10 * b.size, 0.22)
    hold(p, b.hand, (0.3 * np.sin(2 * np.pi * b.hz * t), 1, 0), (0, 0, 1), _OPEN)


def _point(b: Build, p: Pose, t: float) -> None:
    reach = 0.97 * (b.upper_m + b.lower_m)
    aside = 0.9 * (b.size - 1) + 0.3
    way = np.array([aside, 0.05, 1.0]) / np.linalg.norm([aside, 0.05, 1.0])
    put(b, p, reach * way[0], reach * way[1] - 0.05, reach * way[2])
    hold(p, b.hand, (way[0], way[1], way[2]), (0, -1, 0), _INDEX)


def _beckon(b: Build, p: Pose, t: float) -> None:
    curl = 0.5 - 0.5 * np.cos(2 * np.pi * b.hz * t)
    put(b, p, 0.02, -0.18, 0.33 * b.size)
    hold(p, b.hand, (0, 0.5, 1), (0, 1, -0.3), (curl,) * 4)


def _raise(b: Build, p: Pose, t: float) -> None:
    put(b, p, 0.06, 0.42 * b.size, 0.08)
    hold(p, b.hand, (0, 1, 0), (0, 0, 1), _OPEN)


def _hand_over(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.06, -0.16, 0.48 * b.size)
    hold(p, b.hand, (0, 0, 1), (0, 1, 0), (0.2, 0.2, 0.2, 0.2))


def _shrug(b: Build, p: Pose, t: float) -> None:
    p.raised_m, half = 0.07 * b.size, 0.4 * (b.upper_m + b.lower_m)
    for h in (0, 1):
        put(b, p, 0.8 * half, p.raised_m - half, half, h)
        hold(p, h, (0.6, 0.2, 0.8), (0, 1, 0), _OPEN)


def _thumb_up(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.02, -0.16, 0.34 * b.size)
    hold(p, b.hand, (0, 0, 1), (-1, 0, 0), _FIST, 1.0)


def _thumb_down(b: Build, p: Pose, t: float) -> None:
    put(b, p, 0.0, -0.12, 0.34 * b.size)
    hold(p, b.hand, (0, 0, 1), (1, 0, 0), _FIST, 1.0)


def _phone_ear(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.09, 0.13, 0.05)
    hold(p, b.hand, (-0.2, 1, -0.2), (-1, 0, 0), (0.6, 0.6, 0.6, 0.6))


def _phone_look(b: Build, p: Pose, t: float) -> None:
    p.head_down_rad = 0.5 * b.size
    put(b, p, -0.1, -0.24, 0.28)
    hold(p, b.hand, (0, 0.8, 0.6), (0, 0.5, -0.8), (0.6, 0.6, 0.6, 0.6))


def _sit(b: Build, p: Pose, t: float) -> None:
    p.seated = 1.0
    for h in (0, 1):
        put(b, p, -0.05, -0.42, 0.25, h)


def _turn_away(b: Build, p: Pose, t: float) -> None:
    p.turn_rad = b.side() * (1.9 + 0.6 * (b.size - 1))


def _clap(b: Build, p: Pose, t: float) -> None:
    apart = 0.10 + 0.10 * b.size * (1 + np.cos(2 * np.pi * b.hz * t)) / 2
    for h in (0, 1):
        put(b, p, apart - b.shoulder_m / 2, -0.18, 0.3, h)
        hold(p, h, (0, 0.7, 0.7), (-1, 0, 0), _OPEN)


def _cross_arms(b: Build, p: Pose, t: float) -> None:
    for h in (0, 1):
        put(b, p, -b.shoulder_m * 0.78, -0.2 - 0.05 * h, 0.2, h)


def _salute(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.02, 0.23, 0.13)
    hold(p, b.hand, (-0.8, 0.5, 0.1), (0, -0.6, 0.8), _OPEN)


def _cover_mouth(b: Build, p: Pose, t: float) -> None:
    put(b, p, -0.14, 0.07, 0.17)
    hold(p, b.hand, (-0.7, 0.5, 0), (0, 0, -1), (0.2, 0.2, 0.2, 0.2))


def _hands_on_hips(b: Build, p: Pose, t: float) -> None:
    for h in (0, 1):
        put(b, p, 0.0, -0.47, 0.02, h)


def _talk(b: Build, p: Pose, t: float) -> None:
    """Hands that go along with words: nothing in particular."""
    for h in (0, 1):
        s = np.sin(2 * np.pi * 0.7 * t + h + b.size * 9)
        put(b, p, 0.05, -0.28 + 0.06 * s, 0.22 + 0.04 * s, h)


def _walk(b: Build, p: Pose, t: float) -> None:
    for h in (0, 1):
        p.wrists[h, 2] += 0.18 * np.sin(2 * np.pi * 0.9 * t + np.pi * h)
        p.wrists[h, 1] += 0.03


def _stand(b: Build, p: Pose, t: float) -> None:
    """Nothing."""


ACTIONS: Final[Mapping[str, Action]] = {
    "wave": _wave, "point": _point, "beckon": _beckon, "raise hand": _raise,
    "hand over": _hand_over, "shrug": _shrug, "thumb up": _thumb_up,
    "phone to the ear": _phone_ear, "looks at a phone": _phone_look, "sit": _sit,
    "turn away": _turn_away,
}  # fmt: skip
NEW: Final[Mapping[str, Action]] = {
    "clap": _clap, "cross the arms": _cross_arms, "salute": _salute,
    "cover the mouth": _cover_mouth, "hands on hips": _hands_on_hips, "thumb down": _thumb_down,
}  # fmt: skip
NOTHING: Final[Mapping[str, Action]] = {"talk": _talk, "walk": _walk, "stand": _stand}


def made(name: str, seed: int) -> list[Sight]:
    """Rest, then the action: sights at 10 Hz from 0 s; the action begins at `REST_S`."""
    rng = np.random.default_rng([seed, sum(name.encode())])
    build = some_build(rng)
    acts: Mapping[str, Action] = {**ACTIONS, **NEW, **LATER, **LAST, **NOTHING}
    camera = Eyes(build, rng, legs=name == "sit" or rng.random() < 0.6)
    return [camera.sight(t, pose) for t, pose in course(build, acts[name])]


def some_build(rng: np.random.Generator) -> Build:
    """Somebody."""
    return Build(
        shoulder_m=float(rng.uniform(0.34, 0.44)), upper_m=float(rng.uniform(0.26, 0.32)),
        lower_m=float(rng.uniform(0.23, 0.28)), hand=int(rng.integers(2)),
        size=float(rng.uniform(0.8, 1.25)), hz=float(rng.uniform(1.2, 2.2)), rng=rng,
    )  # fmt: skip


def course(build: Build, act: Action, rest_s: float = REST_S) -> Iterator[tuple[float, Pose]]:
    """Moments and poses: at rest for `rest_s`, then the action."""
    for k in range(round((rest_s + ACTION_S) * RATE_HZ)):
        t = k / RATE_HZ
        rest, done = build.rest(), build.rest()
        act(build, done, max(t - rest_s, 0.0))
        part = float(np.clip((t - rest_s) / _MOVE_S, 0, 1))
        yield t, _between(rest, done, part * part * (3 - 2 * part))


def _between(a: Pose, b: Pose, part: float) -> Pose:
    def mix(x: Floats, y: Floats) -> Floats:
        return np.asarray((1 - part) * x + part * y)

    curls = [
        tuple(float(c) for c in mix(np.array(x), np.array(y)))
        for x, y in zip(a.curls, b.curls, strict=True)
    ]
    return Pose(
        wrists=mix(a.wrists, b.wrists), out=mix(a.out, b.out), palm=mix(a.palm, b.palm),
        curls=list(curls), thumbs=[float(v) for v in mix(np.array(a.thumbs), np.array(b.thumbs))],
        raised_m=part * b.raised_m, head_down_rad=part * b.head_down_rad,
        turn_rad=part * b.turn_rad, seated=part * b.seated,
    )  # fmt: skip
