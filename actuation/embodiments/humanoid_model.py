"""A robot as MuJoCo sees it: URDF or MJCF read, checked against its mapping, given drives.

Every axis gets a position drive of this program's; drives that the file brings are left out, and
so are free joints, as bases stand still. Gravity is compensated, as arms that work near people do
by themselves. What is wrong with either file is said with the file and the field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import mujoco
import numpy as np
from numpy.typing import NDArray

from actuation.bodies.robot_mapping import Arm, RobotMapping, load_mapping, told
from actuation.joints.axis_limits import AxisLimits
from actuation.joints.retarget import ArmSize
from agent.core.errors import BadInputError

Floats = NDArray[np.float64]

EXAMPLES: Final = Path(__file__).parent / "humanoids"
NEAR_M: Final = 0.08
"""Parts nearer than this are watched."""
_POWERS: Final = np.arange(5)
_UNLIMITED_RAD: Final = np.pi
_MOST_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """A checked model with its drives. Arrays over n axes are in the order of `axes`."""

    name: str
    mapping: RobotMapping
    model: Any
    """`mujoco.MjModel` of what moves: for `Simulation`."""
    watched: Any
    """The same with wide margins: for kinematics and clearance, never stepped."""
    axes: tuple[str, ...]
    places: NDArray[np.intp]
    """(n,) of each axis in qpos."""
    columns: NDArray[np.intp]
    """(n,) of each axis in qvel."""
    limits: AxisLimits
    rest: Floats
    """(n,)."""
    arms: Mapping[str, ArmSize]
    followers: tuple[tuple[int, int, Floats], ...] = ()
    """Places in qpos of a joint that follows, of the one it follows, and the rule's five powers."""

    def index(self, axes: Iterable[str]) -> NDArray[np.intp]:
        """Where those axes are in `axes`."""
        return np.array([self.axes.index(axis) for axis in axes], np.intp)

    def body(self, name: str) -> int:
        """The number of a body."""
        return int(self.model.body(name).id)

    def qpos(self, at: Floats) -> Floats:
        """(nq,) for axes at (n,) `at`; joints that follow others are placed by their rule."""
        qpos = np.array(self.model.qpos0)
        qpos[self.places] = at
        for one, other, rule in self.followers:
            qpos[one] = rule @ qpos[other] ** _POWERS
        return qpos


def load_robot(model: Path | None, mapping: Path | None) -> Robot:
    """Read and check both files; without any, the example humanoid.

    Raises `BadInputError`, one line for each fault: file, field, what, did you mean.
    """
    if (model is None) != (mapping is None):
        raise BadInputError("a robot needs both: model and mapping; only one of them is given")
    model = model or EXAMPLES / "humanoid.xml"
    mapping = mapping or EXAMPLES / "humanoid.yaml"
    chosen = load_mapping(mapping)
    spec = _read(model)
    _check_names(spec, chosen, model, mapping)
    axes = _give_drives(spec, chosen, model)
    compiled = _compiled(spec, model)
    limits = _limits(compiled, axes, chosen)
    joints = np.array([compiled.joint(axis).id for axis in axes])
    robot = Robot(
        name=model.stem,
        mapping=chosen,
        model=compiled,
        watched=_watched(spec, model),
        axes=axes,
        places=compiled.jnt_qposadr[joints].astype(np.intp),
        columns=compiled.jnt_dofadr[joints].astype(np.intp),
        limits=limits,
        rest=_rest(chosen, axes, limits, mapping),
        followers=_followers(compiled),
        arms={side: _size(compiled, arm, mapping, side) for side, arm in chosen.arms.items()},
    )
    _check_rest(robot, mapping)
    return robot


def _read(path: Path) -> Any:  # noqa: ANN401 - mujoco.MjSpec
    if path.suffix.lower() not in {".xml", ".mjcf", ".urdf"}:
        raise BadInputError(f"{path}: neither .urdf nor .xml (MJCF)")
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInputError(f"{path}: larger than {_MOST_BYTES // 1_000_000} MB")
        spec = mujoco.MjSpec.from_file(str(path))
    except OSError as fault:
        raise BadInputError(f"{path}: cannot be read: {fault.strerror}") from None
    except (ValueError, mujoco.FatalError) as fault:
        raise BadInputError(f"{path}: {_one_line(fault)}") from None
    spec.compiler.fusestatic = False
    return spec


def _check_names(spec: Any, chosen: RobotMapping, model: Path, mapping: Path) -> None:  # noqa: ANN401
    known = {
        "joint": {j.name for j in spec.joints if _turns_or_slides(j)},
        "body": {b.name for b in spec.bodies},
    }
    named = [("joint", *each) for each in chosen.named_axes()]
    named += [("body", *each) for each in chosen.named_bodies()]
    faults = [
        told(mapping, field, f"{model.name} has no {kind} {name!r}{_like(name, known[kind])}")
        for kind, field, name in named
        if name not in known[kind]
    ]
    driven = [axis for field, axis in chosen.named_axes() if not field.startswith(("rest", "axes"))]
    twice = {axis for axis in driven if driven.count(axis) > 1}
    last = {axis: field for field, axis in chosen.named_axes()}
    faults += [
        told(mapping, last[axis], f"axis {axis!r} is named twice; one part of the body has it")
        for axis in sorted(twice)
    ]
    if not known["joint"]:
        faults.append(f"{model}: has no joints that move")
    if faults:
        raise BadInputError("\n".join(faults))


def _give_drives(spec: Any, chosen: RobotMapping, path: Path) -> tuple[str, ...]:  # noqa: ANN401
    for drive in list(spec.actuators):
        spec.delete(drive)
    for body in spec.bodies[1:]:
        body.gravcomp = 1.0
    for one, other in chosen.may_touch:
        spec.add_exclude(bodyname1=one, bodyname2=other)
    following = {e.name1 for e in spec.equalities if e.type == mujoco.mjtEq.mjEQ_JOINT}
    axes = []
    for joint in list(spec.joints):
        if joint.type == mujoco.mjtJoint.mjJNT_FREE:
            spec.delete(joint)
            continue
        if not _turns_or_slides(joint):
            raise BadInputError(f"{path}: joint {joint.name!r}: ball joints have no drive here")
        joint.armature = np.maximum(joint.armature, chosen.servo.armature)
        if joint.name in following:
            continue
        if not joint.name:
            raise BadInputError(f"{path}: a joint of body {joint.parent.name!r} has no name")
        drive = spec.add_actuator(name=f"drive of {joint.name}", target=joint.name)
        drive.trntype = mujoco.mjtTrn.mjTRN_JOINT
        drive.set_to_position(kp=chosen.servo.stiffness, dampratio=1.0)
        axes.append(joint.name)
    return tuple(axes)


def _compiled(spec: Any, path: Path) -> Any:  # noqa: ANN401
    try:
        return spec.compile()
    except (ValueError, mujoco.FatalError) as fault:
        raise BadInputError(f"{path}: {_one_line(fault)}") from None


def _watched(spec: Any, path: Path) -> Any:  # noqa: ANN401
    """Compiled with its margins: MuJoCo sorts out far bodies by margins made while compiling."""
    wide = spec.copy()
    for geom in wide.geoms:
        geom.margin, geom.gap = NEAR_M / 2, 0.0  # those of both geoms add up
    return _compiled(wide, path)


def _limits(model: Any, axes: tuple[str, ...], chosen: RobotMapping) -> AxisLimits:  # noqa: ANN401
    rows = []
    for axis in axes:
        joint = model.joint(axis)
        low, high = joint.range if joint.limited[0] else (-_UNLIMITED_RAD, _UNLIMITED_RAD)
        agility = chosen.axes.get(axis, chosen.usual)
        rows.append(
            (low, high, agility.speed_rad_s, agility.acceleration_rad_s2, agility.jerk_rad_s3)
        )
    low, high, speed, acceleration, jerk = np.array(rows, np.float64).T
    return AxisLimits(low=low, high=high, speed=speed, acceleration=acceleration, jerk=jerk)


def _followers(model: Any) -> tuple[tuple[int, int, Floats], ...]:  # noqa: ANN401
    rules = []
    for i in np.flatnonzero(model.eq_type == mujoco.mjtEq.mjEQ_JOINT):
        one, other = int(model.eq_obj1id[i]), int(model.eq_obj2id[i])
        if other >= 0:
            places = model.jnt_qposadr[[one, other]]
            rules.append((int(places[0]), int(places[1]), np.array(model.eq_data[i][:5])))
    return tuple(rules)


def _rest(chosen: RobotMapping, axes: tuple[str, ...], limits: AxisLimits, path: Path) -> Floats:
    rest = np.array([chosen.rest.get(axis, 0.0) for axis in axes])
    for i, axis in enumerate(axes):
        if axis in chosen.rest and not limits.low[i] <= rest[i] <= limits.high[i]:
            what = f"{rest[i]:g} is not within the joint's limits"
            span = f"{limits.low[i]:g}..{limits.high[i]:g}"
            raise BadInputError(told(path, f"rest.{axis}", f"{what} {span}"))
    return np.asarray(np.clip(rest, limits.low, limits.high))


def _size(model: Any, arm: Arm, path: Path, side: str) -> ArmSize:  # noqa: ANN401
    """Lengths of the arm as it stands in the file, which turning its joints does not change."""
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    shoulder, elbow, hand = (
        np.array(data.xpos[model.body(name).id]) for name in (arm.shoulder, arm.elbow, arm.hand)
    )
    upper, lower = float(np.linalg.norm(elbow - shoulder)), float(np.linalg.norm(hand - elbow))
    for part, length in (("elbow", upper), ("hand", lower)):
        if length < 0.02:
            raise BadInputError(told(path, f"arms.{side}.{part}", "lies on the joint before it"))
    forward, left, up = map(float, shoulder)
    return ArmSize(
        upper_m=upper,
        lower_m=lower,
        nearest_m=0.3 * (upper + lower),
        shoulder=(forward, left, up),
    )


def _check_rest(robot: Robot, path: Path) -> None:
    data = mujoco.MjData(robot.model)
    data.qpos[:] = robot.qpos(robot.rest)
    mujoco.mj_forward(robot.model, data)
    pairs = sorted({touching(robot, *c.geom) for c in data.contact if c.dist < -1e-4})
    if pairs:
        parts = "; ".join(f"[{a}, {b}]" for a, b in pairs)
        what = (
            f"these parts are in each other: {parts}; change the pose, or name them in may_touch "
            "if they are neighbours"
        )
        raise BadInputError(told(path, "rest", what))


def touching(robot: Robot, one: int, other: int) -> tuple[str, str]:
    """Names of the bodies that two geoms belong to, in order."""
    model = robot.model
    first, second = sorted(model.body(model.geom_bodyid[g]).name for g in (one, other))
    return first, second


def _turns_or_slides(joint: Any) -> bool:  # noqa: ANN401
    return joint.type in (mujoco.mjtJoint.mjJNT_HINGE, mujoco.mjtJoint.mjJNT_SLIDE)


def _like(name: str, known: set[str]) -> str:
    near = get_close_matches(name, sorted(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _one_line(fault: Exception) -> str:
    return " ".join(str(fault).split())[:400]
