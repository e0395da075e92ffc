"""What a body is asked to show: poses, frames and sound on one stage clock.

Everything on stage carries two times. `at` is stage time, seconds on the agent's monotonic axis:
when it should be seen or heard. `score_s` is score time, 0 at the first sample of the utterance.
A body plays sound and frames by one mapping of `at` to its own audio clock, so that lips and sound
meet whatever the network did; it may shift the mapping (and report it) but never one without the
other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Expression, Health, Posture, UtteranceId

FRAME_RATE_HZ = 60

FACE_INDEX: dict[str, int] = {name: i for i, name in enumerate(ARKIT_NAMES)}

_FINGERS = tuple(
    f"{finger}{part}"
    for finger, parts in (
        ("Thumb", ("Metacarpal", "Proximal", "Distal")),
        ("Index", ("Proximal", "Intermediate", "Distal")),
        ("Middle", ("Proximal", "Intermediate", "Distal")),
        ("Ring", ("Proximal", "Intermediate", "Distal")),
        ("Little", ("Proximal", "Intermediate", "Distal")),
    )
    for part in parts
)
JOINT_NAMES: tuple[str, ...] = (
    "hips", "spine", "chest", "upperChest", "neck", "head",
    "leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand",
    "rightShoulder", "rightUpperArm", "rightLowerArm", "rightHand",
    *(f"left{f}" for f in _FINGERS),
    *(f"right{f}" for f in _FINGERS),
)  # fmt: skip
"""VRM 1.0 humanoid bones that move, in the order of `Frame.joints`: 14 + 30."""
JOINT_INDEX: dict[str, int] = {name: i for i, name in enumerate(JOINT_NAMES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One instant of a body, as a pure function of score, layers and time."""

    at: float
    """Stage time, seconds: when to be seen."""
    utterance: UtteranceId | None
    """The utterance it belongs to; None while idle or listening."""
    score_s: float
    """Score time, seconds; 0.0 when there is no utterance."""
    joints: NDArray[np.float32]
    """(44, 4) unit quaternions x y z w in the parent's frame, order `JOINT_NAMES`."""
    face: NDArray[np.float32]
    """(52,) in 0..1, order `ARKIT_NAMES`. Eye-look shapes stay 0: gaze is apart."""
    gaze_yaw_rad: float
    """Eyes against the head, left positive (the character's own left)."""
    gaze_pitch_rad: float
    """Eyes against the head, up positive."""
    vergence_rad: float = 0.0
    """How far each eye turns in from there, to meet on what is near. Bodies may leave it out."""

    @property
    def eyes_yaw_rad(self) -> tuple[float, float]:
        """Yaw of the character's left and right eye against the head, left positive."""
        return self.gaze_yaw_rad - self.vergence_rad, self.gaze_yaw_rad + self.vergence_rad


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameChunk:
    """Consecutive frames, sent ahead of time. Those of an older generation are not shown."""

    generation: int
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceChunk:
    """A stretch of the agent's voice, sent ahead of time."""

    generation: int
    at: float
    """Stage time of the first sample."""
    utterance: UtteranceId
    score_s: float
    """Score time of the first sample."""
    rate_hz: int
    samples: NDArray[np.float32]
    """Mono, in [-1, 1]."""
    last: bool = False
    """Nothing of this utterance follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Drop all unplayed sound and frames of generations below this one, now."""

    generation: int
    at: float
    gestures_end: bool = False
    """Gestures under way at `at` are given up and retract; those to come do not happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Set the voice's gain now, smoothed over about 30 ms. Reversible; nothing is dropped."""

    at: float
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GestureLaid:
    """A gesture has its place on the stage.

    Bodies with arms see it in their frames and may ignore this; others do with what they have.
    """

    generation: int
    at: float
    """Stage time at which its preparation begins."""
    apex_at: float
    end_at: float
    lexeme: str
    hands: bool
    """Arms are needed to show it."""
    aim: tuple[float, float, float] | None = None
    """Where it points: unit direction on stage (left, up, forward), from between the shoulders."""
    place: tuple[float, float, float] | None = None
    """The true place it points at: metres on stage (left, up, forward) from the floor below the
    agent. None where only a direction is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodLaid:
    """The face or the posture changes. For bodies that show it by antennas or light."""

    generation: int
    at: float
    """Stage time from which it is to be seen."""
    expression: Expression | None = None
    intensity: float = 0.6
    posture: Posture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Emergency: stand still where you are and be silent, at once, until `Release`."""

    at: float
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The emergency is over: what is sent from now on counts again."""

    at: float


StageItem = FrameChunk | VoiceChunk | Cut | Volume | GestureLaid | MoodLaid | Halt | Release


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyDescription:
    """What a body can do, so that an act degrades to it knowingly."""

    name: str
    joints: tuple[str, ...] = ()
    blendshapes: tuple[str, ...] = ()
    speaks: bool = False
    lead_s: float = 0.25
    """How far ahead of stage time it wants sound and frames."""
    watches: bool = False
    """Shows nothing and only sees that the stage is alive: an emergency does not stop that."""
    limits_rad: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Lowest and highest angle of the body's own axes, by their own names."""
    senses: tuple[str, ...] = ()
    """What it can perceive: `camera`, `microphone`, `sound_direction`."""
    cannot: tuple[str, ...] = ()
    """What it cannot do, one plain sentence each, for the operator."""

    @property
    def has_arms(self) -> bool:
        """Whether it can show gestures of the hands."""
        return any(joint.endswith("UpperArm") for joint in self.joints)

    @property
    def has_mouth(self) -> bool:
        """Whether it can show lips."""
        return "jawOpen" in self.blendshapes


class Embodiment(Protocol):
    """One body: the page, a robot, a stream. At most these five methods.

    `Played` reports and faults go to callables given to the constructor.
    """

    def describe(self) -> BodyDescription:
        """Say what this body is. Pure."""
        ...

    async def connect(self) -> None:
        """Be ready to show, or raise `BackendUnavailableError` with the cure."""
        ...

    def apply(self, item: StageItem) -> None:
        """Take one item; never blocks. What comes too late to show is dropped and counted."""
        ...

    async def rest(self) -> None:
        """Go to a safe resting pose and let go."""
        ...

    def health(self) -> Health:
        """Whether it can be relied on now."""
        ...
