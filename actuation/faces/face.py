"""The face: mouth, expression, brows and lids added together, in ARKit's 52 shapes.

Order matters: expression is added to speech first, the closures of p b m and the contacts of f v
are applied to the sum. So no smile and no surprise can cost a closure. Everything here is a pure
function of time and of what has been scheduled.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from actuation.faces.expressions import SHAPES, expression_vector
from actuation.faces.style import FaceStyle
from actuation.generators.rules_face import COLUMN, COLUMNS
from actuation.motion import FACE_INDEX
from agent.core.messages import Expression

__all__ = ["SHAPES", "FaceConfig", "compose", "expression_vector", "still_mouth"]

Floats = NDArray[np.float64]


class FaceConfig(BaseModel):
    """How much the face moves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mouth: float = Field(1.0, ge=0.5, le=1.5, description="Strength of lip and jaw motion.")
    resting: Expression = Field(
        Expression.FRIENDLY, description="The face between acts, worn lightly."
    )
    resting_intensity: float = Field(
        0.35, ge=0, le=1, description="How much of the resting face shows."
    )
    blinks_per_minute: float = Field(
        14.0, ge=2, le=40, description="Blinks a minute while nothing is said; more in speech."
    )
    brows: float = Field(
        1.0, ge=0, le=2, description="Strength of brows on stressed words and in questions."
    )
    style: FaceStyle = Field(
        default_factory=FaceStyle, description="How lively and how evenly the face is worn."
    )


_MOST = np.ones(SHAPES)
for _name in ("eyeSquintLeft", "eyeSquintRight"):
    _MOST[FACE_INDEX[_name]] = 0.7

_LID_PER_RAD = 1.1
_I = FACE_INDEX
_PAIRS = {
    "stretch": (_I["mouthStretchLeft"], _I["mouthStretchRight"]),
    "smile": (_I["mouthSmileLeft"], _I["mouthSmileRight"]),
    "lower": (_I["mouthLowerDownLeft"], _I["mouthLowerDownRight"]),
    "upper": (_I["mouthUpperUpLeft"], _I["mouthUpperUpRight"]),
}
_SINGLES = {
    "jaw": _I["jawOpen"],
    "funnel": _I["mouthFunnel"],
    "pucker": _I["mouthPucker"],
    "tongue": _I["tongueOut"],
}
_PARTING = np.array([*_PAIRS["lower"], *_PAIRS["upper"]])
_PRESS = np.array([_I["mouthPressLeft"], _I["mouthPressRight"]])
_LIDS = np.array([_I["eyeBlinkLeft"], _I["eyeBlinkRight"]])
_WIDE = np.array([_I["eyeWideLeft"], _I["eyeWideRight"]])
_SMILING = np.array([*_PAIRS["smile"], _I["mouthDimpleLeft"], _I["mouthDimpleRight"]])
_BROWS = np.array([_I["browInnerUp"], _I["browOuterUpLeft"], _I["browOuterUpRight"]])
_OTHER_MOUTH = np.array(
    [i for n, i in _I.items() if n.startswith(("mouth", "jaw")) and "Smile" not in n
     and "Dimple" not in n]
)  # fmt: skip
_FROWN = np.array([_I["mouthFrownLeft"], _I["mouthFrownRight"]])
_SNEER = np.array([_I["noseSneerLeft"], _I["noseSneerRight"]])


def compose(
    *,
    mouth: Floats,
    expression: Floats,
    blink: Floats,
    eye_pitch: Floats,
    config: FaceConfig,
    brows: Floats | None = None,
    speech: Floats | None = None,
    articulation: Floats | float = 1.0,
) -> NDArray[np.float32]:
    """Put a face together.

    `mouth`: (n, len(COLUMNS)); `expression`: (n, 52); `blink`, `brows`: (n,) in 0..1;
    `eye_pitch`: (n,) radians, up positive: upper lids follow the eyes. `speech`: (n,) in 0..1,
    whether words are being said; without it, how far the mouth is open tells. `articulation`: how
    far speech moves the mouth, 1 as it says; closures do not depend on it.
    Returns (n, 52) in 0..1.
    """
    face = expression.copy()
    if speech is None:
        speech = np.clip(np.max(mouth[:, :-2], axis=1, initial=0.0) * 4, 0, 1)
    # While lips speak, an expression keeps its smile and gives up half of its other lip shapes.
    face[:, _OTHER_MOUTH] *= (1 - 0.5 * speech)[:, None]
    # Rounded lips cannot smile at the same time, and an open mouth presses nothing.
    rounded = np.clip(mouth[:, COLUMN["pucker"]] + 0.6 * mouth[:, COLUMN["funnel"]], 0, 1)
    face[:, _SMILING] *= ((1 - 0.3 * speech) * (1 - 0.7 * rounded))[:, None]
    face[:, _PRESS] *= (1 - np.clip(2.5 * mouth[:, COLUMN["jaw"]], 0, 1))[:, None]
    strength = config.mouth * articulation
    for column, i in _SINGLES.items():
        face[:, i] += mouth[:, COLUMN[column]] * strength
    spread = np.clip(1 - 2 * face[:, _FROWN].max(axis=1), 0, 1)
    for column, (left, right) in _PAIRS.items():
        # A vowel that is spread does not smile on a sad face.
        part = mouth[:, COLUMN[column]] * strength * (spread if column == "smile" else 1.0)
        face[:, left] += part
        face[:, right] += part
    _meet(face, mouth[:, COLUMN["close"]], mouth[:, COLUMN["teeth"]])
    if brows is not None:
        face[:, _BROWS] += brows[:, None] * np.array([0.30, 0.42, 0.42]) * config.brows
    _move_lids(face, blink, eye_pitch)
    return np.asarray(np.clip(face, 0.0, _MOST), np.float32)


def _move_lids(face: Floats, blink: Floats, eye_pitch: Floats) -> None:
    """Upper lids follow the eyes up and down; a blink closes what is left open."""
    followed = np.clip(_LID_PER_RAD * -eye_pitch, -0.12, 0.45)
    face[:, _LIDS] += np.maximum(followed, 0.0)[:, None]
    face[:, _WIDE] += np.maximum(-followed, 0.0)[:, None]
    face[:, _LIDS] += (1 - face[:, _LIDS]) * blink[:, None]
    face[:, _WIDE] *= (1 - blink)[:, None]


def _meet(face: Floats, close: Floats, teeth: Floats) -> None:
    """Bring the lips together where `close` is 1, lower lip to upper teeth where `teeth` is 1.

    mouthClose cancels what the jaw opens, as ARKit defines it, so it takes the jaw's own value.
    """
    jaw = _I["jawOpen"]
    teeth = teeth * (1 - close)
    face[:, jaw] = np.clip(face[:, jaw], 0.0, 1.0) * (1 - 0.5 * close) * (1 - 0.55 * teeth)
    face[:, _PARTING] *= ((1 - close) * (1 - teeth))[:, None]
    face[:, _I["mouthFunnel"]] *= (1 - close) * (1 - 0.8 * teeth)
    face[:, _I["mouthShrugUpper"]] *= 1 - close
    face[:, _SMILING] *= (1 - 0.2 * close)[:, None]
    # A wrinkled nose lifts the upper lip with it.
    face[:, _SNEER] *= (1 - 0.6 * close)[:, None]
    face[:, _I["mouthClose"]] = close * face[:, jaw]
    face[:, _PRESS] = np.maximum(face[:, _PRESS], 0.30 * close[:, None])
    roll_lower, roll_upper = _I["mouthRollLower"], _I["mouthRollUpper"]
    face[:, roll_lower] = np.maximum(face[:, roll_lower], 0.22 * close + 0.55 * teeth)
    face[:, roll_upper] = np.maximum(face[:, roll_upper], 0.18 * close) * (1 - teeth)
    face[:, _PARTING[2:]] += 0.20 * teeth[:, None]
    face[:, _I["tongueOut"]] *= (1 - close) * (1 - teeth)


def still_mouth(count: int) -> Floats:
    """(count, len(COLUMNS)) of a mouth that says nothing."""
    return np.zeros((count, len(COLUMNS)))
