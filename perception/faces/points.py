"""The 478 points of MediaPipe's face mesh that the rest of perception speaks of by name.

Points are rows of an array (478, 3): to the picture's right (which is the person's left), up, and
out of the picture, all in one unit.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

POINTS: Final = 478
MESH: Final = 468
"""The rest are the irises: five of the right one, five of the left."""

RIGID_POINTS: Final[dict[int, tuple[float, float, float]]] = {
    1: (0.0, -1.126865, 7.475604),
    4: (0.0, -0.463170, 7.586580),
    6: (0.0, 2.473255, 5.788627),
    168: (0.0, 3.271027, 5.236015),
    9: (0.0, 4.885979, 5.385258),
    10: (0.0, 8.261778, 4.481535),
    33: (-4.445859, 2.663991, 3.173422),
    263: (4.445859, 2.663991, 3.173422),
    133: (-1.856432, 2.585245, 3.757904),
    362: (1.856432, 2.585245, 3.757904),
    98: (-1.405627, -1.714196, 5.241087),
    327: (1.405627, -1.714196, 5.241087),
    54: (-6.279331, 6.615427, 1.425850),
    284: (6.279331, 6.615427, 1.425850),
    127: (-7.743095, 2.364999, -2.005167),
    356: (7.743095, 2.364999, -2.005167),
}
"""Face points that neither speech nor a smile moves, centimetres: x to the person's left, y up,
z out of the face. From MediaPipe's canonical face model (Apache-2.0)."""
MODEL_M: Final = np.array(list(RIGID_POINTS.values())) / 100
MODEL_INDEX: Final = list(RIGID_POINTS)

REGIONS: Final[dict[str, tuple[int, ...]]] = {
    "left brow": (276, 283, 282, 295, 285, 300, 293, 334, 296, 336),
    "right brow": (46, 53, 52, 65, 55, 70, 63, 105, 66, 107),
    "left eye": (263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398),
    "right eye": (33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173),
    "left cheek": (330, 347, 348, 280, 425, 411, 352, 266, 329, 350),
    "right cheek": (101, 118, 119, 50, 205, 187, 123, 36, 100, 121),
    "nose": (1, 2, 4, 5, 6, 168, 197, 195, 98, 327, 64, 294, 48, 278, 129, 358, 49, 279),
    "lips": (
        61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
        78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
    ),
    "chin": (152, 148, 377, 176, 400, 199, 175, 200, 18, 83, 313, 150, 379, 136, 365, 172, 397),
    "forehead": (9, 10, 8, 151, 108, 337, 67, 297),
    "irises": (468, 473),
}  # fmt: skip
"""Points by the part of the face that they lie on."""
READ_POINTS: Final = tuple(i for points in REGIONS.values() for i in points)
"""What expressions are read from."""
