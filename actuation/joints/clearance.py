"""Keeps hands and forearms out of face, torso, desk and each other.

Arms are rows of small balls, the body is a few capsules, the desk is a slab. A ball that goes in is
pushed out by turning shoulder and elbow the least that does it; the rest of the pose stays. Pure;
model frame as in `skeleton`, metres. What it does not know: upper arms, clothes, and things that
hands hold.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import cross, from_vector, multiply, normalised
from actuation.joints.skeleton import FINGERS, SIDES, Skeleton, parts_of
from actuation.motion import FRAME_RATE_HZ, JOINT_INDEX, JOINT_NAMES

Floats = NDArray[np.float64]

DESK_TOP_M, DESK_BACK_M, DESK_FRONT_M, DESK_HALF_M = 1.02, 0.35, 0.95, 1.10

_CAPSULES: Final = (
    # joint, one end and the other in the model's rest pose, radius; metres
    ("hips", (-0.055, 0.88, -0.006), (0.055, 0.88, -0.006), 0.122),
    ("spine", (-0.035, 1.06, 0.004), (0.035, 1.06, 0.004), 0.096),
    ("chest", (-0.055, 1.205, 0.006), (0.055, 1.205, 0.006), 0.106),
    ("upperChest", (-0.06, 1.30, 0.008), (0.06, 1.30, 0.008), 0.075),
    ("neck", (0.0, 1.38, -0.02), (0.0, 1.46, -0.01), 0.050),
    ("head", (0.0, 1.505, 0.03), (0.0, 1.56, 0.02), 0.078),
    ("head", (0.0, 1.58, -0.02), (0.0, 1.60, -0.01), 0.098),
)
"""Torso, neck and head of the character, the jacket and the hair included."""
_FINGER_RADII_M: Final = {
    "Thumb": (0.012, 0.0105, 0.009), "Index": (0.0105, 0.009, 0.008, 0.007),
    "Middle": (0.0105, 0.009, 0.008, 0.007), "Ring": (0.0105, 0.009, 0.008, 0.007),
    "Little": (0.0095, 0.008, 0.007, 0.006),
}  # fmt: skip
_REST_M: Final = 0.006
"""Fingers that lie on the desk give way by so much; that is no collision."""
_TIP: Final = 0.85
"""Length of the last bone against the one before it."""
_BRAKING_M_S2: Final = 24.0
"""A hand that comes near something slows down by so much; gestures do so by themselves."""
_DAMPING: Final = 2e-3
_MOST_RAD: Final = 0.25
_ROUNDS: Final = 12


@dataclass(frozen=True, slots=True)
class Placed:
    """Joints in the model frame, for n frames."""

    turns: Floats
    """(n, 44, 3, 3)."""
    at: Floats
    """(n, 44, 3)."""


class Clearance:
    """The shape of one character, and how deep its arms are in what they may not touch."""

    def __init__(self, skeleton: Skeleton) -> None:
        self._rest = np.array([skeleton.positions[name] for name in JOINT_NAMES])
        self._levels = _levels(skeleton)
        balls = [ball for side in SIDES for ball in _balls(skeleton, side)]
        self._per_side = len(balls) // 2
        self._ball_joint = np.array([JOINT_INDEX[joint] for joint, _, _ in balls])
        self._ball_at = np.array([spot for _, spot, _ in balls]) - self._rest[self._ball_joint]
        self._ball_r = np.array([radius for _, _, radius in balls])
        joints = np.array([JOINT_INDEX[joint] for joint, _, _, _ in _CAPSULES])
        self._cap_joint = joints
        self._cap_a = np.array([a for _, a, _, _ in _CAPSULES]) - self._rest[joints]
        self._cap_b = np.array([b for _, _, b, _ in _CAPSULES]) - self._rest[joints]
        self._cap_r = np.array([radius for _, _, _, radius in _CAPSULES])
        half = self._per_side
        self._hands_apart_m = self._ball_r[:half, None] + self._ball_r[None, half:]

    def place(self, joints: Floats) -> Placed:
        """Forward kinematics of (n, 44, 4) local quaternions x y z w."""
        turns = _matrices(joints)
        at = np.broadcast_to(self._rest, (len(joints), len(JOINT_NAMES), 3)).copy()
        for children, parents, offsets in self._levels:
            above = turns[:, parents]
            at[:, children] = at[:, parents] + (above @ offsets[:, :, None])[..., 0]
            turns[:, children] = above @ turns[:, children]
        return Placed(turns, at)

    def depth_m(self, joints: Floats) -> Floats:
        """(n, 2): how deep the left and the right arm are in something; negative is clear."""
        placed = self.place(joints)
        balls = self._balls(placed)
        body, desk = self._from_body(placed, balls)[0], _in_desk(balls, self._ball_r)[0]
        hands, half = self._between_hands(balls)[0], self._per_side
        deepest = np.maximum(body.max(axis=2), desk).reshape(len(joints), 2, half).max(axis=2)
        return np.asarray(np.maximum(deepest, 0.5 * hands.max(axis=(1, 2))[:, None]))

    def push_out(
        self, joints: Floats, *, clear_m: Floats | float = 0.0
    ) -> tuple[Floats, Floats, int]:
        """Turn arms until they are `clear_m` clear, a number or (n, 2), as far as that goes.

        Returns `joints` itself where nothing is too near; how clear each arm is then, (n, 2);
        and how many frames were touched.
        """
        touched = np.zeros(len(joints), bool)
        depth, ball, normal = self._deepest(self.place(joints))
        for _ in range(_ROUNDS):
            lacking = depth + clear_m
            deep = lacking > 1e-5
            if not np.any(deep):
                break
            touched |= deep.any(axis=1)
            joints = joints.copy()
            placed = self.place(joints)
            for s, side in enumerate(SIDES):
                rows = np.flatnonzero(deep[:, s])
                if len(rows):
                    joints[rows] = _turned_arm(
                        side, joints[rows], placed.turns[rows], placed.at[rows],
                        ball[rows, s], normal[rows, s], lacking[rows, s],
                    )  # fmt: skip
            depth, ball, normal = self._deepest(self.place(joints))
        return joints, -depth, int(np.count_nonzero(touched))

    def approach(self, joints: Floats, clear_before_m: Floats | None) -> tuple[Floats, Floats, int]:
        """The same for frames in their order, so that arms come near things no faster than they
        can stop. `clear_before_m`: (2,) of the frame before the first; None if there was none.
        """
        clear = -self.depth_m(joints)
        before = clear[0] if clear_before_m is None else clear_before_m
        if np.all(clear >= _nearest_m(np.concatenate([before[None], clear[:-1]])) - 1e-5):
            return joints, clear, 0
        joints, touched = joints.copy(), 0
        for i in range(len(joints)):
            joints[i : i + 1], kept, pushed = self.push_out(
                joints[i : i + 1], clear_m=_nearest_m(before)
            )
            clear[i] = before = kept[0]
            touched += pushed
        return joints, clear, touched

    def _deepest(self, placed: Placed) -> tuple[Floats, Floats, Floats]:
        """Depth (n, 2), the ball's place (n, 2, 3) and the way out (n, 2, 3) for each side."""
        n, half = len(placed.at), self._per_side
        balls = self._balls(placed)
        body, body_normal = self._in_body(placed, balls)
        desk, desk_normal = _in_desk(balls, self._ball_r)
        hands, hands_normal = self._in_other_hand(balls)
        depths = np.stack([body, desk, 0.5 * hands])
        normals = np.stack([body_normal, desk_normal, hands_normal])
        worst = np.argmax(depths, axis=0)
        rows = np.arange(n)[:, None]
        cols = np.arange(2 * half)[None]
        by_side = depths[worst, rows, cols].reshape(n, 2, half)
        which = np.argmax(by_side, axis=2) + np.array([0, half])
        return (
            by_side.max(axis=2),
            balls[rows, which],
            normals[worst[rows, which], rows, which],
        )

    def _balls(self, placed: Placed) -> Floats:
        """(n, b, 3): where the balls are, those of the left arm first."""
        turned = (placed.turns[:, self._ball_joint] @ self._ball_at[:, :, None])[..., 0]
        return np.asarray(placed.at[:, self._ball_joint] + turned)

    def _from_body(self, placed: Placed, balls: Floats) -> tuple[Floats, Floats, Floats]:
        """Depth of each ball in each capsule (n, b, c), its distance, and the way away from it."""
        turn, at = placed.turns[:, self._cap_joint], placed.at[:, self._cap_joint]
        a = at + (turn @ self._cap_a[:, :, None])[..., 0]  # (n, c, 3)
        along = (turn @ (self._cap_b - self._cap_a)[:, :, None])[..., 0]
        away = balls[:, :, None] - a[:, None]  # (n, b, c, 3)
        share = np.einsum("nbck,nck->nbc", away, along) / np.sum(along**2, axis=-1)[:, None]
        away -= np.clip(share, 0.0, 1.0)[..., None] * along[:, None]
        distance = np.sqrt(np.einsum("nbck,nbck->nbc", away, away))
        return self._ball_r[:, None] + self._cap_r - distance, distance, away

    def _in_body(self, placed: Placed, balls: Floats) -> tuple[Floats, Floats]:
        depth, distance, away = self._from_body(placed, balls)
        worst = np.argmax(depth, axis=2)[..., None]
        normal = np.take_along_axis(away, worst[..., None], 2)[:, :, 0]
        length = np.take_along_axis(distance, worst, 2)
        return np.take_along_axis(depth, worst, 2)[..., 0], normal / np.maximum(length, 1e-6)

    def _between_hands(self, balls: Floats) -> tuple[Floats, Floats, Floats]:
        """Depth of left in right balls (n, l, r), their distance, and left minus right."""
        half = self._per_side
        away = balls[:, :half, None] - balls[:, None, half:]
        distance = np.sqrt(np.einsum("nlrk,nlrk->nlr", away, away))
        return self._hands_apart_m - distance, distance, away

    def _in_other_hand(self, balls: Floats) -> tuple[Floats, Floats]:
        depth, distance, away = self._between_hands(balls)
        # Hands that have passed each other go back the way they came: the left to the left.
        unit = away / np.maximum(distance, 1e-6)[..., None]
        unit[..., 0] = np.abs(unit[..., 0])
        left, right = np.argmax(depth, axis=2)[..., None], np.argmax(depth, axis=1)[:, None]
        normal = np.concatenate(
            [
                np.take_along_axis(unit, left[..., None], 2)[:, :, 0],
                -np.take_along_axis(unit, right[..., None], 1)[:, 0],
            ],
            axis=1,
        )
        return np.concatenate([depth.max(axis=2), depth.max(axis=1)], axis=1), normal


def _nearest_m(clear_m: Floats) -> Floats:
    """How near an arm may be that was so clear one frame before, and still stop in time."""
    clear_m = np.maximum(clear_m, 0.0)
    return np.maximum(0.0, clear_m - np.sqrt(2 * _BRAKING_M_S2 * clear_m) / FRAME_RATE_HZ)


def _in_desk(balls: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """Depth below the desk's top or before its back edge, whichever way out is shorter."""
    up = DESK_TOP_M - _REST_M + radius - balls[..., 1]
    back = balls[..., 2] + radius - DESK_BACK_M
    normal = np.zeros_like(balls)
    upward = up < back
    normal[..., 1] = upward
    normal[..., 2] = -1.0 * ~upward
    return np.minimum(up, back), normal


def _turned_arm(
    side: str,
    joints: Floats,
    turns: Floats,
    at: Floats,
    ball: Floats,
    normal: Floats,
    depth: Floats,
) -> Floats:
    """Turn shoulder (three ways) and elbow (its hinge) so that `ball` moves by `depth`."""
    upper, lower = JOINT_INDEX[f"{side}UpperArm"], JOINT_INDEX[f"{side}LowerArm"]
    shoulder = cross(ball - at[:, upper], normal)
    hinge = turns[:, upper, :, 1]  # the elbow bends about the upper arm's own Y
    elbow = np.sum(cross(ball - at[:, lower], normal) * hinge, axis=1)
    size = np.sum(shoulder**2, axis=1) + elbow**2 + _DAMPING
    step = np.clip(depth / size, 0.0, _MOST_RAD / np.sqrt(size))
    turned = joints.copy()
    parent = turns[:, JOINT_INDEX[f"{side}Shoulder"]]
    inside = (np.swapaxes(parent, 1, 2) @ (shoulder * step[:, None])[..., None])[..., 0]
    turned[:, upper] = normalised(multiply(from_vector(inside), joints[:, upper]))
    bend = np.zeros((len(joints), 3))
    bend[:, 1] = elbow * step
    turned[:, lower] = normalised(multiply(from_vector(bend), joints[:, lower]))
    return turned


def _levels(skeleton: Skeleton) -> list[tuple[NDArray[np.intp], NDArray[np.intp], Floats]]:
    """Joints in waves of equal depth: children, parents, offsets (k, 3)."""
    depth: dict[str, int] = {}
    for name in JOINT_NAMES:
        parent = skeleton.parents[name]
        depth[name] = depth[parent] + 1 if parent in depth else 0
    waves = []
    for level in range(1, max(depth.values()) + 1):
        names = [name for name in JOINT_NAMES if depth[name] == level]
        parents = [JOINT_INDEX[str(skeleton.parents[name])] for name in names]
        offsets = np.array([skeleton.offset(name) for name in names])
        waves.append((np.array([JOINT_INDEX[n] for n in names]), np.array(parents), offsets))
    return waves


def _balls(skeleton: Skeleton, side: str) -> list[tuple[str, Floats, float]]:
    """Joint, rest place and radius of each ball of one arm."""
    spots = skeleton.positions
    elbow, wrist = spots[f"{side}LowerArm"], spots[f"{side}Hand"]
    balls = [
        (f"{side}LowerArm", elbow + (wrist - elbow) * share, radius)
        for share, radius in ((0.3, 0.041), (0.55, 0.038), (0.8, 0.034))
    ]
    hand = f"{side}Hand"
    for finger, share in (("Index", 0.5), ("Little", 0.5), ("Middle", 0.75)):
        knuckle = spots[f"{side}{finger}Proximal"]
        balls.append((hand, wrist + (knuckle - wrist) * share, 0.017))
    balls.append((hand, wrist, 0.025))
    for finger in FINGERS:
        chain = [f"{side}{finger}{part}" for part in parts_of(finger)]
        places = [spots[name] for name in chain]
        tip = places[2] + _TIP * (places[2] - places[1])
        owners = [*chain, chain[2]]
        found = list(zip(owners, [*places, tip], strict=True))
        if finger == "Thumb":
            found = found[1:]
        balls += [(j, s, r) for (j, s), r in zip(found, _FINGER_RADII_M[finger], strict=True)]
    return balls


def _matrices(q: Floats) -> Floats:
    """(..., 3, 3) of unit quaternions."""
    x, y, z, w = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
        2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
        2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return np.stack(rows, axis=-1).reshape(*q.shape[:-1], 3, 3)
