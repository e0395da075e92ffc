"""What phrases about a body are learned from: motions that are no action, seen with gaps.

Hands go anywhere they can, fingers and palms as it comes, some of it to and fro; shoulders, head,
trunk and thighs move by chance. What is true is asked of the motion as it is; what is seen has the
detector's noise, and often bodies, hands or faces are missing altogether. No action that is told
later is among them, and no sentence.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.lessons.action_bodies import RELAXED, Build, Eyes, Pose
from agent.lessons.action_people import course, some_build
from agent.lessons.action_poses import Action
from perception.actions.cues import cues
from perception.actions.figure import Figure, Sight
from perception.actions.phrases import PHRASES

Floats = NDArray[np.float64]

SCENES: Final = 3500
REST_S: Final = 1.6
LOOKS: Final = 3
"""Moments of a scene that are asked."""
MISSING: Final = {"body": 0.2, "hands": 0.25, "head": 0.25}
_AXES: Final = np.vstack([np.eye(3), -np.eye(3)])
_CURLS: Final = (
    (0.0,) * 4, (1.0,) * 4, RELAXED, (0.0, 1.0, 1.0, 1.0), (0.0, 0.0, 1.0, 1.0), (0.2,) * 4,
    (0.6,) * 4,
)  # fmt: skip
_SPOTS: Final = np.array(
    [(0.07, 0.21, 0.02), (0.0, 0.13, 0.1), (0.0, 0.07, 0.08), (0.0, 0.29, 0.08), (0.0, 0.38, 0.0),
     (0.02, -0.17, 0.12), (0.0, 0.2, 0.25), (0.1, -0.45, 0.1)]
)  # fmt: skip
"""Near the head, before the chest, at the belt: left, up, forward, metres."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Rows of cues and what is true of them."""

    cues: Floats
    """(n, CUES), NaN where unknown."""
    true: NDArray[np.bool_]
    """(n, phrases)."""
    scene: NDArray[np.int_]
    """(n,)."""


def lessons(scenes: int = SCENES, seed: int = 1) -> Lessons:
    """Some tenth of a second a scene."""
    rows: list[Floats] = []
    true: list[list[float]] = []
    of: list[int] = []
    for k in range(scenes):
        rng = np.random.default_rng([seed, k])
        for seen, truth in _scene(rng):
            rows.append(seen)
            true.append(truth)
            of.append(k)
    values = np.array(true)
    return Lessons(np.array(rows), np.nan_to_num(values) >= 0.5, np.array(of))


def _scene(rng: np.random.Generator) -> list[tuple[Floats, list[float]]]:
    build = some_build(rng)
    act = some_motion(rng)
    eyes = Eyes(build, rng, legs=rng.random() < 0.6)
    missing = {part for part, often in MISSING.items() if rng.random() < often}
    if len(missing) == len(MISSING):
        missing.pop()
    figure, truth, found = Figure(), Figure(), []
    poses = list(course(build, act, REST_S))
    asked = set(rng.choice(np.arange(14, len(poses)), LOOKS, replace=False).tolist())
    for k, (t, pose) in enumerate(poses):
        figure.take(without(eyes.sight(t, pose), missing))
        truth.take(eyes.truth(t, pose))
        if k in asked:
            found += [
                (cues(figure, h), [p.measure(truth, h) for p in PHRASES.values()]) for h in (0, 1)
            ]
    return found


def without(sight: Sight, missing: Collection[str]) -> Sight:
    """A sight in which parts were not seen: `body`, `hands`, `head`."""
    if "body" in missing:
        sight = replace(sight, body=None, visible=None)
    if "hands" in missing:
        sight = replace(sight, hands=(None, None), places=(None, None))
    if "head" in missing:
        sight = replace(sight, head=None, places=(None, None))
    return sight


def some_motion(rng: np.random.Generator) -> Action:
    """A motion that means nothing."""
    hands = [_some_hand(rng) for _ in (0, 1)]
    if rng.random() < 0.35:  # both alike
        hands[1] = hands[0]
    elif rng.random() < 0.4:  # one hangs
        hands[int(rng.integers(2))] = None
    if rng.random() < 0.1:
        hands = [None, None]
    raised = float(rng.uniform(0.03, 0.1)) * (rng.random() < 0.2)
    down = float(rng.uniform(-0.2, 0.8)) * (rng.random() < 0.3)
    turn = float(rng.uniform(0.5, 2.5) * rng.choice([-1, 1])) * (rng.random() < 0.15)
    seated = float(rng.uniform(0.3, 1.0)) * (rng.random() < 0.2)

    def act(build: Build, pose: Pose, t: float) -> None:
        pose.raised_m, pose.head_down_rad, pose.turn_rad, pose.seated = raised, down, turn, seated
        for h, hand in enumerate(hands):
            if hand is not None:
                hand.put(pose, h, t)

    return act


@dataclass(frozen=True, slots=True)
class _Hand:
    """Where a hand goes and what it does there; the left hand's own side."""

    place: Floats
    out: Floats
    palm: Floats
    curls: Floats
    thumb: float
    swing: Floats
    curling: float
    hz: float
    knuckles: float
    """Which part comes to the place: 0 the wrist, 0.09 the knuckles, 0.18 the tips; metres."""

    def put(self, pose: Pose, h: int, t: float) -> None:
        """Into a pose, `t` seconds into it."""
        side = np.array([1.0 if h == 0 else -1.0, 1.0, 1.0])
        wave = np.sin(2 * np.pi * self.hz * t)
        place = self.place - self.knuckles * self.out + self.swing * wave
        pose.wrists[h], pose.out[h], pose.palm[h] = place * side, self.out * side, self.palm * side
        curls = np.clip(self.curls + self.curling * (wave - 1) / 2, 0, 1)
        pose.curls[h], pose.thumbs[h] = tuple(float(c) for c in curls), self.thumb


def _some_hand(rng: np.random.Generator) -> _Hand | None:
    where = rng.random()
    if where < 0.15:
        return None
    if where < 0.6:
        place = rng.uniform((-0.3, -0.5, -0.05), (0.6, 0.55, 0.55))
    elif where < 0.7:
        way = rng.normal((0.4, 0, 0.6), (0.6, 0.3, 0.4))
        place = 0.55 * way / np.linalg.norm(way) + (0.18, 0, 0)
    else:
        place = _SPOTS[rng.integers(len(_SPOTS))] + rng.normal(0, 0.05, 3)
    out, palm = _some_way(rng), _some_way(rng)
    swing = np.zeros(3)
    if rng.random() < 0.3:
        swing[rng.integers(3)] = rng.uniform(0.03, 0.2)
    curls = np.array(_CURLS[rng.integers(len(_CURLS))])
    if rng.random() < 0.2:
        curls = rng.uniform(0, 1, 4)
    curling = float(rng.uniform(0.4, 1.0)) * (rng.random() < 0.12)
    return _Hand(
        place, out, palm, np.maximum(curls, curling), float(rng.choice([0.3, 0.5, 1.0])), swing,
        curling, float(rng.uniform(0.8, 2.6)), float(rng.choice([0.0, 0.09, 0.18])),
    )  # fmt: skip


def _some_way(rng: np.random.Generator) -> Floats:
    """Mostly near one of six ways."""
    way = _AXES[rng.integers(6)] + rng.normal(0, 0.35, 3)
    return np.asarray(way / np.linalg.norm(way))
