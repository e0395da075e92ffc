"""What an operator says of a robot behind rosbridge: its joints, their limits, its topics."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from actuation.bodies.config import NamedBody
from actuation.motion import JOINT_NAMES

_ROS_TOPIC: Final = r"^$|^/[A-Za-z][A-Za-z0-9_]*(/[A-Za-z][A-Za-z0-9_]*)*$"


class RosJoint(BaseModel):
    """One joint of the robot, and what of the stage's body moves it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=120, description="The joint's name in ROS.")
    bones: tuple[str, ...] = Field(
        min_length=1,
        max_length=6,
        description="VRM joints whose rotations it follows together, from the trunk outwards;"
        " `eyes`: the gaze. Joints with the same bones turn one after the other, as listed.",
    )
    axis: Literal["x", "y", "z"] = Field(
        description="Turns about it: x is the body's left (a nod), y up (a shake), z forward."
    )
    sign: Literal[-1, 1] = Field(1, description="-1 where the robot counts the other way round.")
    offset_rad: float = Field(0, ge=-7, le=7, description="The robot's angle in the T-pose.")
    lowest_rad: float = Field(ge=-7, le=7, description="It never goes below.")
    highest_rad: float = Field(ge=-7, le=7, description="It never goes above.")
    fastest_rad_s: float = Field(1.5, gt=0, le=20, description="It never turns faster.")
    hardest_rad_s2: float = Field(
        20, gt=0.1, le=400, description="It starts and stops turning no harder."
    )
    rest_rad: float = Field(0, ge=-7, le=7, description="Where it rests.")

    @model_validator(mode="after")
    def _possible(self) -> "RosJoint":
        if not self.lowest_rad < self.highest_rad:
            raise ValueError(f"joint {self.name}: lowest_rad must be below highest_rad")
        if not self.lowest_rad <= self.rest_rad <= self.highest_rad:
            raise ValueError(f"joint {self.name}: rest_rad must lie within its limits")
        if unknown := [b for b in self.bones if b != "eyes" and b not in JOINT_NAMES]:
            raise ValueError(
                f"joint {self.name}: there is no bone {', '.join(unknown)}; there is eyes,"
                f" {', '.join(JOINT_NAMES[:14])}, and the fingers"
            )
        return self


_PAN_AND_TILT = (
    RosJoint(
        name="head_pan_joint",
        bones=("neck", "head"),
        axis="y",
        lowest_rad=-1.2,
        highest_rad=1.2,
        fastest_rad_s=2.0,
    ),
    RosJoint(
        name="head_tilt_joint",
        bones=("neck", "head"),
        axis="x",
        lowest_rad=-0.5,
        highest_rad=0.5,
        fastest_rad_s=1.5,
    ),
)


class RosConfig(NamedBody):
    """A robot in ROS 2, by the rosbridge protocol. An empty topic is not used."""

    kind: Literal["ros"] = "ros"
    address: str = Field(
        "ws://127.0.0.1:9090", pattern=r"^wss?://\S+$", description="The rosbridge server."
    )
    joints: tuple[RosJoint, ...] = Field(
        _PAN_AND_TILT, max_length=64, description="The joints it moves, and by what."
    )
    trajectory_topic: str = Field(
        "/joint_trajectory_controller/joint_trajectory",
        min_length=2,
        pattern=_ROS_TOPIC,
        description="Where trajectory_msgs/JointTrajectory is published.",
    )
    state_topic: str = Field(
        "/joint_states",
        pattern=_ROS_TOPIC,
        description="sensor_msgs/JointState to start from; empty: the first move is slow instead.",
    )
    emergency_topic: str = Field(
        "/emergency_stop",
        pattern=_ROS_TOPIC,
        description="std_msgs/Bool that stops all bodies when true.",
    )
    may_release: bool = Field(
        False, description="False on the emergency topic, after true, ends the emergency."
    )
    face_topic: str = Field(
        "/foyer/blendshapes",
        pattern=_ROS_TOPIC,
        description="Where the 52 blendshapes go as std_msgs/Float32MultiArray.",
    )
    words_topic: str = Field(
        "", pattern=_ROS_TOPIC, description="Where the words go when heard, as std_msgs/String."
    )
    acts_topic: str = Field(
        "", pattern=_ROS_TOPIC, description="Where acts go as JSON in std_msgs/String."
    )
    rate_hz: float = Field(25, ge=2, le=100, description="Trajectories sent a second.")
    points: int = Field(
        3, ge=1, le=10, description="Look-ahead points in each, one period of `rate_hz` apart."
    )
    velocities: bool = Field(
        False,
        description="Points carry velocities: rounder, but between points a controller's curve"
        " may be up to a third faster than `fastest_rad_s`.",
    )
    rest_speed_rad_s: float = Field(0.4, gt=0, le=2, description="How fast it goes to rest.")
    first_move_s: float = Field(
        3, ge=0.5, le=30, description="Length of the first move when `state_topic` is empty."
    )
    gives_up_after_s: float = Field(
        20, ge=0, le=600, description="How long a lost server is tried again before it is told."
    )

    @model_validator(mode="after")
    def _each_axis_once(self) -> "RosConfig":
        taken: dict[tuple[tuple[str, ...], str], str] = {}
        for joint in self.joints:
            other = taken.setdefault((joint.bones, joint.axis), joint.name)
            if other != joint.name:
                raise ValueError(
                    f"joints: {other} and {joint.name} both turn {', '.join(joint.bones)} about"
                    f" {joint.axis}; give each its own axis"
                )
        return self

    @model_validator(mode="after")
    def _each_joint_once(self) -> "RosConfig":
        names = [joint.name for joint in self.joints]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"joints: {', '.join(twice)} is there twice")
        return self
