"""Where things in a picture are in the room.

A pinhole camera of known height, tilt and field of view. Pictures have x to the right and y down
in pixels; the camera's own frame is x right, y down, z forward; the room is the agent's frame of
REP-103: x forward, y left, z up, metres, the origin on the floor below the agent.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import Place

Vector = NDArray[np.float64]
"""Three metres, or a direction of length 1."""


class CameraConfig(BaseModel):
    """Where the camera is and what it sees. The defaults suit a webcam on top of a kiosk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    height_m: float = Field(1.5, ge=0.1, le=5, description="Height of the lens above the floor.")
    tilt_deg: float = Field(
        0.0, ge=-80, le=60, description="How far the camera looks up; negative looks down."
    )
    pan_deg: float = Field(
        0.0, ge=-180, le=180, description="How far it looks to the agent's left of straight ahead."
    )
    horizontal_fov_deg: float = Field(
        66.0, ge=20, le=150, description="Angle between the left and right edge of the picture."
    )
    x_m: float = Field(0.0, ge=-5, le=5, description="How far the lens is in front of the agent.")
    y_m: float = Field(
        0.0, ge=-5, le=5, description="How far the lens is to the left of the agent."
    )
    agent_face_height_m: float = Field(
        1.35, ge=0.1, le=3, description="Height of the agent's eyes, which visitors look at."
    )


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the picture: 0 is left and top, 1 is right and bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Fraction of the picture's width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Fraction of the picture's height."""
        return self.bottom - self.top

    @property
    def center(self) -> tuple[float, float]:
        """Middle, x and y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlap(self, other: "Box") -> float:
        """Intersection over union, 0..1."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        if wide <= 0 or high <= 0:
            return 0.0
        shared = wide * high
        return shared / (self.width * self.height + other.width * other.height - shared)

    def grown(self, factor: float) -> "Box":
        """As many times as wide and high around the same middle, kept inside the picture."""
        (x, y), half_w, half_h = self.center, self.width * factor / 2, self.height * factor / 2
        return Box(
            max(0.0, x - half_w), max(0.0, y - half_h), min(1.0, x + half_w), min(1.0, y + half_h)
        )


WHOLE = Box(0.0, 0.0, 1.0, 1.0)


class Lens:
    """One camera at one picture size: pixels, rays and places. Pure."""

    def __init__(self, config: CameraConfig, *, width_px: int, height_px: int) -> None:
        self.config = config
        self.width_px, self.height_px = width_px, height_px
        self.focal_px = width_px / 2 / math.tan(math.radians(config.horizontal_fov_deg) / 2)
        self.position: Vector = np.array([config.x_m, config.y_m, config.height_m])
        self.agent_face: Vector = np.array([0.0, 0.0, config.agent_face_height_m])
        self._to_room = _camera_to_room(math.radians(config.tilt_deg), math.radians(config.pan_deg))

    def direction(self, in_camera: Vector) -> Vector:
        """A direction of the camera's frame in the room's frame."""
        return np.asarray(self._to_room @ in_camera, dtype=np.float64)

    def point(self, in_camera: Vector) -> Vector:
        """A point of the camera's frame (metres) in the room's frame."""
        return self.position + self.direction(in_camera)

    def ray(self, x_px: float, y_px: float) -> Vector:
        """Unit vector in the room from the lens through a pixel."""
        along = np.array(
            [x_px - self.width_px / 2, y_px - self.height_px / 2, self.focal_px], dtype=np.float64
        )
        return self.direction(along / np.linalg.norm(along))

    def on_floor(self, x_px: float, y_px: float) -> Place | None:
        """The point of the floor seen at a pixel; None at or above the horizon."""
        ray = self.ray(x_px, y_px)
        if ray[2] > -0.01:
            return None
        foot = self.position + ray * (self.position[2] / -ray[2])
        return Place(x_m=float(foot[0]), y_m=float(foot[1]))

    def pixel(self, point: Vector) -> tuple[float, float] | None:
        """Where a point of the room is in the picture; None behind the camera."""
        x, y, z = self._to_room.T @ (point - self.position)
        if z <= 0.01:
            return None
        return (
            float(self.width_px / 2 + self.focal_px * x / z),
            float(self.height_px / 2 + self.focal_px * y / z),
        )


def _camera_to_room(tilt_rad: float, pan_rad: float) -> NDArray[np.float64]:
    forward = np.array(
        [
            math.cos(tilt_rad) * math.cos(pan_rad),
            math.cos(tilt_rad) * math.sin(pan_rad),
            math.sin(tilt_rad),
        ]
    )
    right = np.array([math.sin(pan_rad), -math.cos(pan_rad), 0.0])
    down = np.cross(forward, right)
    return np.column_stack([right, down, forward])


def azimuth_rad(direction: Vector) -> float:
    """Heading over the floor, left positive, 0 straight ahead of the agent."""
    return math.atan2(direction[1], direction[0])


def elevation_rad(direction: Vector) -> float:
    """Angle above the floor, up positive."""
    return math.atan2(direction[2], math.hypot(direction[0], direction[1]))


def wrapped_rad(angle_rad: float) -> float:
    """The same angle in -pi..pi."""
    return math.remainder(angle_rad, 2 * math.pi)
