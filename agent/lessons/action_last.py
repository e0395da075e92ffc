"""Ten more actions, made up with their sentences after measures were mended.

They are judged by what their sentences say, at the first try.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from agent.lessons.action_poses import FIST, Held

LAST: Final[Mapping[str, Held]] = {
    "knock": Held(
        sentence="a hand is above the elbow, it is a fist, the hand moves to and fro",
        wrist=lambda b, t: (0.0, 0.0, 0.3 + 0.09 * b.size * np.sin(2 * np.pi * b.hz * t)),
        out=(0, 0.9, 0.3), palm=(0, -0.3, 0.9), curls=FIST,
    ),
    "hands folded": Held(
        sentence="both hands are at the height of the belt, the hands are near each other, "
        "both hands are still",
        wrist=lambda b, t: (0.05 - b.shoulder_m / 2, -0.8 * (b.upper_m + 0.6 * b.lower_m), 0.16),
        out=(-0.7, -0.7, 0.1), palm=(0, 0, -1), curls=(0.4, 0.4, 0.4, 0.4), both=True,
    ),
    "arms wide": Held(
        sentence="both arms are held out sideways, both arms are straight",
        wrist=lambda b, t: (0.95 * (b.upper_m + b.lower_m), -0.05 * b.size, 0.08),
        out=(1, 0, 0), palm=(0, 0, 1), both=True,
    ),
    "listen": Held(
        sentence="a hand is at the ear, the arm is bent, its fingers are straight, "
        "the palm faces forward",
        wrist=lambda b, t: (-0.06, 0.12, 0.02),
        out=(-0.1, 1, 0), palm=(-0.2, 0, 1), curls=(0.1, 0.1, 0.1, 0.1),
    ),
    "shade the eyes": Held(
        sentence="a hand is at the forehead, the palm faces down, "
        "the fingers point to the other side",
        wrist=lambda b, t: (-0.03, 0.24, 0.14),
        out=(-1, 0.1, 0), palm=(0, -1, 0),
    ),
    "offer a handshake": Held(
        sentence="a hand reaches forward, the palm faces inward, "
        "the fingers point forward, the fingers are straight",
        wrist=lambda b, t: (-0.04, -0.22, 0.45 * b.size),
        out=(0, 0, 1), palm=(-1, 0, 0), thumb=0.8,
    ),
    "shake the fist": Held(
        sentence="a hand is above the shoulder, it is a fist, the hand moves to and fro",
        wrist=lambda b, t: (0.08, 0.12, 0.22 + 0.1 * b.size * np.sin(2 * np.pi * b.hz * t)),
        out=(0, 1, 0.1), palm=(-0.6, 0, 0.8), curls=FIST,
    ),
    "push away": Held(
        sentence="both hands reach forward, both palms face forward, the fingers point up",
        wrist=lambda b, t: (-0.02, -0.06, 0.42 * b.size),
        out=(0, 1, 0.1), palm=(0, 0, 1), both=True,
    ),
    "bow the head": Held(
        sentence="the head is bent down, both arms hang down",
        head_down_rad=0.6,
    ),
    "cover the ears": Held(
        sentence="both hands are at the ear, both arms are bent",
        wrist=lambda b, t: (-0.04, 0.12, 0.03),
        out=(-0.3, 0.9, -0.1), palm=(-1, 0, 0), curls=(0.2, 0.2, 0.2, 0.2), both=True,
    ),
}  # fmt: skip
LAST_SENTENCES: Final[Mapping[str, str]] = {name: held.sentence for name, held in LAST.items()}
