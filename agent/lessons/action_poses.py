"""How made people hold hands and fingers: the two strokes every made action is drawn with.

Most actions hold one pose, or swing about it: those are a row of numbers, `Held`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.lessons.action_bodies import Build, Pose

Action = Callable[[Build, Pose, float], None]
"""Changes the pose of rest to what is done `t` seconds into it."""
Place = Callable[[Build, float], tuple[float, float, float]]
"""Where a wrist is `t` seconds into an action: outward, up, forward of its shoulder, metres."""
Along = tuple[float, float, float]
Curls = tuple[float, float, float, float]

OPEN: Final[Curls] = (0.0, 0.0, 0.0, 0.0)
FIST: Final[Curls] = (1.0, 1.0, 1.0, 1.0)


def put(
    b: Build, p: Pose, out_m: float, up_m: float, fore_m: float, hand: int | None = None
) -> None:
    """Bring a wrist to a place: to its own side of its shoulder, up, forward, metres."""
    h = b.hand if hand is None else hand
    side = 1.0 if h == 0 else -1.0
    p.wrists[h] = side * (b.shoulder_m / 2 + out_m), up_m, fore_m


def hold(p: Pose, h: int, out: Along, palm: Along,
          curls: tuple[float, ...], thumb: float = 0.4) -> None:  # fmt: skip
    """Where the hand points and the palm looks, for the left hand; the other is mirrored."""
    side = 1.0 if h == 0 else -1.0
    p.out[h] = np.array(out) * (side, 1, 1)
    p.palm[h] = np.array(palm) * (side, 1, 1)
    p.curls[h], p.thumbs[h] = curls, thumb


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An action that holds one pose, with the sentence by which it is to be recognised."""

    sentence: str
    wrist: Place | None = None
    """None: the arms hang down."""
    out: Along = (0, 1, 0)
    """Where the hand points, as the left one does."""
    palm: Along = (0, 0, 1)
    """Where the palm looks, as the left one's does."""
    curls: Curls = OPEN
    thumb: float = 0.4
    both: bool = False
    """Both hands do it; else the one that the person prefers."""
    head_down_rad: float = 0.0
    """Of a person who does things in a middling size."""

    def __call__(self, b: Build, p: Pose, t: float) -> None:
        """As `Action`."""
        p.head_down_rad = self.head_down_rad * b.size
        if self.wrist is None:
            return
        for h in (0, 1) if self.both else (b.hand,):
            put(b, p, *self.wrist(b, t), h)
            hold(p, h, self.out, self.palm, self.curls, self.thumb)
