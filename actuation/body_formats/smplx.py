"""Arrays in the SMPL-X format (npz), as BEAT2 and its tools have them, read and written.

The keys and their order are free to use; the body model itself is not part of this product. The
model rests in a T-pose with palms down and faces +Z, as the stage does, so rotations are copied
joint by joint. Its relaxed mean hand belongs to the model: where a corpus counts fingers from it
(`flat_hand_mean=False`), fingers read here are straighter by that constant pose.
"""

import zlib
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.clip import MotionClip
from actuation.joints.rotations import from_vector, to_vector
from actuation.joints.skeleton import SIDES
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.errors import BadInputError

RATE_HZ: Final = 30.0
"""What tools for this format expect."""
JAW: Final = 22
_BODY: Final = (
    "hips", "leftUpperLeg", "rightUpperLeg", "spine", "leftLowerLeg", "rightLowerLeg", "chest",
    "leftFoot", "rightFoot", "upperChest", "leftToes", "rightToes", "neck", "leftShoulder",
    "rightShoulder", "head", "leftUpperArm", "rightUpperArm", "leftLowerArm", "rightLowerArm",
    "leftHand", "rightHand",
)  # fmt: skip
_FACE: Final = ("jaw", "leftEye", "rightEye")
_HANDS: Final = tuple(
    f"{side}{bone}"
    for side in SIDES
    for finger in ("Index", "Middle", "Little", "Ring", "Thumb")
    for bone in (
        (f"{finger}Metacarpal", f"{finger}Proximal", f"{finger}Distal")
        if finger == "Thumb"
        else (f"{finger}Proximal", f"{finger}Intermediate", f"{finger}Distal")
    )
)
ORDER: Final = (*_BODY, *_FACE, *_HANDS)
"""The 55 joints of `poses`, three numbers each: an axis times an angle in radians."""
_ORDERS: Final = {165: ORDER, 156: (*_BODY, *_HANDS), 66: _BODY}
_UNREADABLE: Final = (
    ValueError, EOFError, BadZipFile, zlib.error,
    RuntimeError, NotImplementedError,  # encrypted, or packed in a way that zipfile lacks
    SyntaxError, TokenError,  # the text before an array is damaged
)  # fmt: skip
"""What numpy raises of an archive, or of one of its arrays, that it cannot read."""
_FLOOR_M: Final = np.array([0.0, 0.35, 0.0])
"""The pelvis of a mean body lies about so far below the origin that `trans` moves."""


def read_smplx(path: Path) -> MotionClip:
    """The motion in an npz. Raises `BadInputError` with the file, the key and the cure."""
    arrays = _arrays(path)
    poses = _numbers(path, arrays, "poses", "(frames, 165), axis times angle in radians")
    if poses.ndim != 2 or poses.shape[1] not in _ORDERS:
        raise BadInputError(
            f"{path}: poses of shape {poses.shape}; needed is (frames, 165): 55 joints of SMPL-X"
            " (156 without the face and 66 without hands are read too)"
        )
    rate = float(np.ravel(_rate(path, arrays))[0])
    trans = _numbers(path, arrays, "trans", "") if "trans" in arrays else None
    if trans is not None and trans.shape != (len(poses), 3):
        raise BadInputError(
            f"{path}: trans of shape {trans.shape}, but poses have {len(poses)} frames; needed is"
            f" ({len(poses)}, 3)"
        )
    vectors = poses.reshape(len(poses), poses.shape[1] // 3, 3)
    joints = np.zeros((len(poses), len(JOINT_NAMES), 4))
    joints[..., 3] = 1.0
    for place, name in enumerate(_ORDERS[poses.shape[1]]):
        if name in JOINT_INDEX:
            joints[:, JOINT_INDEX[name]] = from_vector(vectors[:, place])
    try:
        return MotionClip(
            joints=joints.astype(np.float32),
            rate_hz=rate,
            hips_m=None if trans is None else (trans - _FLOOR_M).astype(np.float32),
        )
    except BadInputError as fault:
        raise BadInputError(f"{path}: {fault}") from None


def write_smplx(
    path: Path, clip: MotionClip, *, jaw_rad: NDArray[np.floating] | None = None
) -> None:
    """Write the clip with all keys of the format.

    Legs, eyes and face shapes are zeros: the clip has none of them. `jaw_rad`: (frames,) opening.
    """
    vectors = np.zeros((clip.frames, len(ORDER), 3))
    for place, name in enumerate(ORDER):
        if name in JOINT_INDEX:
            vectors[:, place] = to_vector(clip.joints[:, JOINT_INDEX[name]].astype(np.float64))
    if jaw_rad is not None:
        vectors[:, JAW, 0] = jaw_rad
    trans = np.zeros((clip.frames, 3)) if clip.hips_m is None else clip.hips_m + _FLOOR_M
    np.savez(
        path,
        betas=np.zeros(300, np.float32),
        poses=vectors.reshape(clip.frames, -1).astype(np.float32),
        expressions=np.zeros((clip.frames, 100), np.float32),
        trans=trans.astype(np.float32),
        model=np.array("smplx2020"),
        gender=np.array("neutral"),
        mocap_frame_rate=np.array(round(clip.rate_hz, 6)),
    )


def _arrays(path: Path) -> dict[str, NDArray[Any] | None]:
    """The arrays by key; None for one that cannot be read and that nobody may need."""
    try:
        with path.open("rb") as file:
            # Plain arrays only: a pickled one could run code of its own.
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise BadInputError(
                    f"{path}: a single array; needed is an npz archive with poses in it"
                )
            return {key: _array(archive, key) for key in archive}
    except (OSError, *_UNREADABLE) as fault:
        raise BadInputError(
            f"{path}: not an npz archive that can be read ({fault}); save it again by numpy.savez"
        ) from None


def _array(archive: Mapping[str, Any], key: str) -> NDArray[Any] | None:
    try:
        return np.asarray(archive[key])
    except _UNREADABLE:
        return None


def _numbers(path: Path, arrays: Mapping[str, Any], key: str, shape: str) -> NDArray[np.float64]:
    if key not in arrays:
        names = sorted(arrays)
        have = ", ".join(names[:8]) + (" ..." if len(names) > 8 else "") or "none"
        raise BadInputError(f"{path}: no {key} in it (there are: {have}); add {key}: {shape}")
    try:
        numbers = np.asarray(arrays[key], np.float64)
    except (ValueError, TypeError):
        numbers = np.array(np.nan)
    if arrays[key] is None or (numbers.ndim == 0 and np.isnan(numbers)):
        raise BadInputError(f"{path}: {key} cannot be read as numbers; save it again as floats")
    return numbers


def _rate(path: Path, arrays: Mapping[str, Any]) -> NDArray[np.float64]:
    key = "mocap_framerate" if "mocap_framerate" in arrays else "mocap_frame_rate"
    rate = _numbers(path, arrays, key, "frames a second, 30 in BEAT2")
    if rate.size != 1:
        raise BadInputError(f"{path}: {key} has {rate.size} numbers; needed is one")
    return rate
