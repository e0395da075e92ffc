"""Which axis of a robot is which: the YAML file that comes with its URDF or MJCF."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from agent.core.errors import BadInputError

_MOST_BYTES = 200_000
Direction = tuple[float, float, float]
Angle = Annotated[float, Field(ge=-7, le=7, allow_inf_nan=False)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Agility(_Entry):
    """How fast an axis may move."""

    speed_rad_s: float = Field(4.0, gt=0.01, le=20, description="Highest speed.")
    acceleration_rad_s2: float = Field(30.0, gt=0.1, le=400, description="Highest acceleration.")
    jerk_rad_s3: float = Field(800.0, gt=1, le=20_000, description="Highest jerk.")


class Servo(_Entry):
    """The drive of every axis in the simulation."""

    stiffness: float = Field(300.0, gt=0, le=1e5, description="Torque for an error, Nm a rad.")
    armature: float = Field(0.05, ge=0, le=10, description="Inertia of motor and gear, kg m^2.")


class Grip(_Entry):
    """The axis that closes a hand."""

    axis: str
    open_rad: Angle
    closed_rad: Angle


class Arm(_Entry):
    """One arm: bodies that mark its joints, axes that move it, how its hand lies."""

    shoulder: str = Field(description="The body whose origin is the shoulder.")
    elbow: str = Field(description="The body whose origin is the elbow.")
    hand: str = Field(description="The body whose origin is the wrist.")
    axes: tuple[str, ...] = Field(min_length=2, max_length=12, description="Shoulder to wrist.")
    fingers: Direction = Field(description="Where straight fingers point, in the hand's frame.")
    palm: Direction = Field(description="Where the palm looks, in the hand's frame.")
    grip: Grip | None = None


class Head(_Entry):
    """The axes of the head. Signs: +1 where the axis turns left, up, to its own right shoulder."""

    yaw: str | None = None
    pitch: str | None = None
    roll: str | None = None
    yaw_sign: Literal[-1, 1] = 1
    pitch_sign: Literal[-1, 1] = 1
    roll_sign: Literal[-1, 1] = 1
    gaze_share: float = Field(
        0.5, ge=0, le=1, description="Of the eyes' turn, shown by a head without moving eyes."
    )


class RobotMapping(_Entry):
    """A whole robot."""

    facing_deg: float = Field(0.0, ge=-180, le=180, description="Where it faces; 0: along +x.")
    arms: dict[Literal["left", "right"], Arm] = Field(default_factory=dict)
    head: Head = Field(default_factory=Head)
    rest: dict[str, Angle] = Field(default_factory=dict, description="Axes at rest; others: 0.")
    usual: Agility = Field(default_factory=Agility, description="For axes not named below.")
    axes: dict[str, Agility] = Field(default_factory=dict, description="Axes of their own kind.")
    may_touch: tuple[tuple[str, str], ...] = Field(
        (), description="Pairs of bodies whose nearness is no collision, as neighbours."
    )
    servo: Servo = Field(default_factory=Servo)

    def named_axes(self) -> list[tuple[str, str]]:
        """Field and axis name, wherever an axis is named."""
        named = [(f"head.{k}", getattr(self.head, k)) for k in ("yaw", "pitch", "roll")]
        for side, arm in self.arms.items():
            named += [(f"arms.{side}.axes.{i}", axis) for i, axis in enumerate(arm.axes)]
            named += [(f"arms.{side}.grip.axis", arm.grip.axis)] if arm.grip else []
        named += [(f"rest.{axis}", axis) for axis in self.rest]
        named += [(f"axes.{axis}", axis) for axis in self.axes]
        return [(field, axis) for field, axis in named if axis is not None]

    def named_bodies(self) -> list[tuple[str, str]]:
        """Field and body name, wherever a body is named."""
        named = [
            (f"arms.{side}.{part}", getattr(arm, part))
            for side, arm in self.arms.items()
            for part in ("shoulder", "elbow", "hand")
        ]
        pairs = enumerate(self.may_touch)
        return named + [(f"may_touch.{i}", name) for i, pair in pairs for name in pair]


def load_mapping(path: Path) -> RobotMapping:
    """Read a mapping.

    Raises `BadInputError`: `file:line: field: what` for each fault, a line each.
    """
    try:
        tree = yaml.safe_load(_text(path))
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 0
        raise BadInputError(f"{path}:{line}: not YAML: {fault.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise BadInputError(f"{path}: not YAML: {' '.join(str(fault).split())}") from None
    try:
        return RobotMapping.model_validate(tree if tree is not None else {})
    except ValidationError as fault:
        lines = [told(path, _field(e["loc"]), _what(e)) for e in fault.errors()]
        raise BadInputError("\n".join(lines)) from None


def told(path: Path, field: str, what: str) -> str:
    """`file:line: field: what`, by the line on which the field stands, or its group."""
    line = _line(path, field)
    where = f"{path}:{line}" if line else f"{path}"
    return f"{where}: {field}: {what}" if field else f"{where}: {what}"


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise BadInputError(f"{path}: cannot be read: {fault.strerror}") from None
    if len(raw) > _MOST_BYTES:
        raise BadInputError(f"{path}: larger than {_MOST_BYTES} bytes; this is no mapping")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInputError(f"{path}: not YAML: not UTF-8 text") from None


def _line(path: Path, field: str) -> int:
    """The line of a dotted field, or of the nearest group around it; 0: of the file as a whole."""
    try:
        node = yaml.compose(_text(path), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, BadInputError, RecursionError):
        return 0
    line = 0
    for step in field.split("."):
        below: dict[str, tuple[int, yaml.Node]] = {}
        if isinstance(node, yaml.MappingNode):
            below = {str(k.value): (k.start_mark.line, v) for k, v in node.value}
        elif isinstance(node, yaml.SequenceNode):
            below = {str(i): (v.start_mark.line, v) for i, v in enumerate(node.value)}
        if step not in below:
            break
        line, node = below[step][0] + 1, below[step][1]
    return line


def _field(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc if part != "[key]")


def _what(fault: ErrorDetails) -> str:
    """A fault of one field in plain words."""
    kind, value = fault["type"], fault["input"]
    if kind == "missing":
        return "is needed and not there"
    if kind == "extra_forbidden":
        near = get_close_matches(str(fault["loc"][-1]), _FIELDS, 1)
        return "unknown setting" + (f"; did you mean {near[0]}?" if near else "")
    if kind in ("model_type", "dict_type"):
        return "must be a group of settings (`name: value` lines)"
    wanted = fault["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return f"must be {wanted}, and is {value!r}"


_FIELDS: Final = sorted(
    {
        name
        for model in (RobotMapping, Arm, Head, Grip, Agility, Servo)
        for name in model.model_fields
    }
)
