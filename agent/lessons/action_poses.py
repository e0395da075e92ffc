"""How made people hold hands and fingers: the two strokes every made action is drawn with."""

from collections.abc import Callable

import numpy as np

from agent.lessons.action_bodies import Build, Pose

Action = Callable[[Build, Pose, float], None]
"""Changes the pose of rest to what is done `t` seconds into it."""


def put(
    b: Build, p: Pose, out_m: float, up_m: float, fore_m: float, hand: int | None = None
) -> None:
    """Bring a wrist to a place: to its own side of its shoulder, up, forward, metres."""
    h = b.hand if hand is None else hand
    side = 1.0 if h == 0 else -1.0
    p.wrists[h] = side * (b.shoulder_m / 2 + out_m), up_m, fore_m


def hold(p: Pose, h: int, out: tuple[float, float, float], palm: tuple[float, float, float],
          curls: tuple[float, ...], thumb: float = 0.4) -> None:  # fmt: skip
    """Where the hand points and the palm looks, for the left hand; the other is mirrored."""
    side = 1.0 if h == 0 else -1.0
    p.out[h] = np.array(out) * (side, 1, 1)
    p.palm[h] = np.array(palm) * (side, 1, 1)
    p.curls[h], p.thumbs[h] = curls, thumb
