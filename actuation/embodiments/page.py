"""The avatar on the kiosk page: sound and frames packed for the socket, reports unpacked.

Binary messages to the page, little-endian:

    voice   16 u8 | flags u8 (1: last of its utterance) | reserved u16 | generation u32
            | utterance u32 | rate_hz u32 | at f64 | score_s f64 | samples s16 ...
    frames  17 u8 | reserved u8 | count u16 | generation u32 | count x frame
    frame   at f64 | score_s f32 | utterance i32 (-1: none) | gaze yaw f32 | gaze pitch f32
            | face 52 x u16 (1 = 65535) | joints 44 x 4 x s16 (1 = 32767)

Gaze is of both eyes together; where each looks sideways is in its own eyeLookIn and eyeLookOut,
1 at `FULL_YAW_RAD`.

It knows nothing of sockets: whoever has one attaches a `PageLink`.
"""

import struct
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from actuation.embodiments.datagrams import with_looks
from actuation.motion import (
    JOINT_NAMES,
    BodyDescription,
    Cut,
    Frame,
    FrameChunk,
    Halt,
    StageItem,
    VoiceChunk,
    Volume,
)
from agent.core.clock import Clock
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Health, Played, UtteranceId

VOICE = 16
FRAMES = 17
LAST = 1
VOICE_HEADER = struct.Struct("<BBHIIIdd")
FRAMES_HEADER = struct.Struct("<BBHI")
FRAME_HEADER = struct.Struct("<dfiff")
FULL_YAW_RAD = 0.6
FULL_PITCH_RAD = 0.5
FRAME_BYTES = FRAME_HEADER.size + 2 * len(ARKIT_NAMES) + 2 * 4 * len(JOINT_NAMES)


class AvatarConfig(BaseModel):
    """How the page is fed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lead_s: float = Field(
        0.25, ge=0.05, le=2, description="How far ahead sound and frames are sent, seconds."
    )
    too_late_s: float = Field(
        0.5, ge=0, le=5, description="Frames older than this are not sent, seconds."
    )


class PageLink(Protocol):
    """Where packed items go: one kiosk page. Calls never block."""

    def voice(self, generation: int, packed: bytes) -> None:
        """Send a stretch of voice."""
        ...

    def frames(self, generation: int, packed: bytes) -> None:
        """Send frames; the oldest may be dropped when the page does not keep up."""
        ...

    def cut(self, generation: int) -> None:
        """Drop what is queued below `generation` and tell the page to do the same."""
        ...

    def volume(self, gain: float) -> None:
        """Set the voice's gain."""
        ...


def pack_voice(chunk: VoiceChunk) -> bytes:
    """The bytes of a voice message."""
    header = VOICE_HEADER.pack(
        VOICE,
        LAST if chunk.last else 0,
        0,
        chunk.generation,
        chunk.utterance,
        chunk.rate_hz,
        chunk.at,
        chunk.score_s,
    )
    samples = np.round(np.clip(chunk.samples, -1, 1) * 32767).astype("<i2")
    return header + samples.tobytes()


def pack_frames(generation: int, frames: tuple[Frame, ...]) -> bytes:
    """The bytes of a frames message."""
    parts = [FRAMES_HEADER.pack(FRAMES, 0, len(frames), generation)]
    for frame in frames:
        utterance = -1 if frame.utterance is None else frame.utterance
        parts.append(
            FRAME_HEADER.pack(
                frame.at, frame.score_s, utterance, frame.gaze_yaw_rad, frame.gaze_pitch_rad
            )
        )
        face = with_looks(frame, FULL_YAW_RAD, FULL_PITCH_RAD)
        parts.append(np.round(np.clip(face, 0, 1) * 65535).astype("<u2").tobytes())
        parts.append(np.round(np.clip(frame.joints, -1, 1) * 32767).astype("<i2").tobytes())
    return b"".join(parts)


class AvatarBody:
    """The avatar as an `Embodiment`. Without a page it takes everything and shows nothing."""

    def __init__(
        self,
        *,
        clock: Clock,
        report: Callable[[Played], None],
        config: AvatarConfig | None = None,
        name: str = "avatar",
        speaks: bool = True,
    ) -> None:
        """`speaks`: it has the voice; where a loudspeaker of this machine has it, it has not."""
        self.dropped = 0
        """Items that came too late, or that no page was there to show."""
        self._clock = clock
        self._report = report
        self._config = config or AvatarConfig()
        self._name = name
        self._speaks = speaks
        self._link: PageLink | None = None
        self._generation = 0
        self._gain = 1.0
        self._ahead: deque[tuple[float, int, bool, bytes]] = deque(maxlen=256)

    @property
    def generation(self) -> int:
        """The generation that is shown now; older ones are cut."""
        return self._generation

    def describe(self) -> BodyDescription:
        """Say what this body is."""
        return BodyDescription(
            name=self._name,
            joints=JOINT_NAMES,
            blendshapes=ARKIT_NAMES,
            speaks=self._speaks,
            lead_s=self._config.lead_s,
        )

    async def connect(self) -> None:
        """Nothing to wait for: the page comes when someone opens it."""

    def apply(self, item: StageItem) -> None:
        """Send one item to the page, if there is one."""
        match item:
            case VoiceChunk() if not self._speaks:
                self._generation = max(self._generation, item.generation)
            case VoiceChunk():
                self._generation = max(self._generation, item.generation)
                ends_at = item.at + len(item.samples) / item.rate_hz
                self._send(ends_at, item.generation, True, pack_voice(item))
            case FrameChunk():
                self._generation = max(self._generation, item.generation)
                oldest = self._clock.now() - self._config.too_late_s
                frames = tuple(f for f in item.frames if f.at >= oldest)
                self.dropped += len(item.frames) - len(frames)
                if frames:
                    packed = pack_frames(item.generation, frames)
                    self._send(frames[-1].at, item.generation, False, packed)
            case Cut():
                self._generation = max(self._generation, item.generation)
                self._ahead.clear()
                if self._link is not None:
                    self._link.cut(item.generation)
            case Halt():
                self.apply(Cut(generation=self._generation + 1, at=item.at))
            case Volume():
                self._gain = item.gain
                if self._link is not None:
                    self._link.volume(item.gain)

    async def rest(self) -> None:
        """Drop what is unplayed; the page lets the face relax by itself."""
        self.apply(Cut(generation=self._generation + 1, at=self._clock.now()))

    def health(self) -> Health:
        """Running while a page shows it; degraded while nobody does."""
        return Health.DEGRADED if self._link is None else Health.RUNNING

    def attach(self, link: PageLink) -> None:
        """A page is there: bring it to the current generation and to what is still to come."""
        self._link = link
        link.cut(self._generation)
        link.volume(self._gain)
        now = self._clock.now()
        for until_at, generation, is_voice, packed in tuple(self._ahead):
            if until_at > now and generation == self._generation:
                (link.voice if is_voice else link.frames)(generation, packed)

    def detach(self, link: PageLink) -> None:
        """That page has gone. Another may have taken its place already."""
        if self._link is link:
            self._link = None

    def played(
        self,
        *,
        at: float,
        utterance: int,
        score_s: float,
        first: bool = False,
        lip_error_s: float | None = None,
    ) -> None:
        """The page says what came out, and when on the agent's axis."""
        self._report(
            Played(
                at=at,
                body=self._name,
                utterance=UtteranceId(utterance),
                score_s=score_s,
                first=first,
                lip_error_s=lip_error_s,
            )
        )

    def _send(self, until_at: float, generation: int, is_voice: bool, packed: bytes) -> None:
        if generation < self._generation:
            self.dropped += 1
            return
        self._ahead.append((until_at, generation, is_voice, packed))
        if self._link is None:
            self.dropped += 1
        else:
            (self._link.voice if is_voice else self._link.frames)(generation, packed)
