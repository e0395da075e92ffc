"""Actions made up after phrases were learned and the recogniser was finished, each with a sentence.

They are judged by what their sentences say, at the first try.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from agent.lessons.action_poses import Held

LATER: Final[Mapping[str, Held]] = {
    "stop": Held(
        sentence="an arm is stretched out, the palm faces forward, the fingers point up",
        wrist=lambda b, t: (0.02, 0.0, 0.5 * b.size),
        out=(0, 1, 0.2), palm=(0, -0.2, 1),
    ),
    "hand on the heart": Held(
        sentence="a hand is on the chest, the palm faces the body, the hand is still",
        wrist=lambda b, t: (-0.1, -0.22, 0.15),
        out=(-0.9, 0.3, 0), palm=(0, 0, -1),
    ),
    "palms together": Held(
        sentence="both hands are in front of the body, the hands are near each other, "
        "the palms face each other, the fingers point up",
        wrist=lambda b, t: (0.03 - b.shoulder_m / 2, -0.2, 0.22),
        out=(0, 1, 0.2), palm=(-1, 0, 0), both=True,
    ),
    "drink": Held(
        sentence="a hand is at the mouth, the fingers are curled, the arm is bent",
        wrist=lambda b, t: (-0.09, 0.05, 0.2),
        out=(-0.5, 0.2, -0.3), palm=(-0.4, 0, -0.8), curls=(0.6, 0.6, 0.6, 0.6),
    ),
    "look at the watch": Held(
        sentence="the head is bent down, a hand is in front of the body, "
        "the palm faces down, the fingers point to the other side",
        wrist=lambda b, t: (-0.16, -0.2, 0.25),
        out=(-1, 0.1, 0.1), palm=(0, -0.9, -0.3), curls=(0.4, 0.5, 0.5, 0.6), head_down_rad=0.45,
    ),
    "hands up": Held(
        sentence="both hands are above the shoulder, both palms face forward, both hands are still",
        wrist=lambda b, t: (0.12, 0.18 * b.size, 0.1),
        out=(0, 1, 0), palm=(0, 0, 1), both=True,
    ),
    "scratch the head": Held(
        sentence="a hand is on top of the head, the arm is bent",
        wrist=lambda b, t: (-0.08, 0.34 + 0.015 * np.sin(2 * np.pi * 3 * t), 0.02),
        out=(-0.7, 0.4, 0), palm=(-0.3, -0.9, 0), curls=(0.5, 0.5, 0.5, 0.5),
    ),
    "calm down": Held(
        sentence="a hand is in front of the body, the palm faces down, the hand moves up and down",
        wrist=lambda b, t: (0.05, -0.2 + 0.1 * b.size * np.sin(2 * np.pi * b.hz * t), 0.35),
        out=(0, 0, 1), palm=(0, -1, 0),
    ),
    "two fingers": Held(
        sentence="a hand is above the elbow, two fingers are straight, the palm faces forward",
        wrist=lambda b, t: (0.06, 0.02 * b.size, 0.2),
        out=(0, 1, 0), palm=(0, 0, 1), curls=(0.0, 0.0, 1.0, 1.0),
    ),
    "think": Held(
        sentence="a hand is at the chin, the arm is bent, the hand is still",
        wrist=lambda b, t: (-0.12, -0.03, 0.12),
        out=(-0.4, 0.8, -0.1), palm=(-0.3, 0, -0.9), curls=(0.2, 0.8, 0.9, 0.9),
    ),
}  # fmt: skip
LATER_SENTENCES: Final[Mapping[str, str]] = {name: held.sentence for name, held in LATER.items()}
