"""Makes frames: every layer read at the same times and added, limits last. No I/O, no clock.

Layers from below: the idle body, gaze and head, gestures; the mouth, expression, brows and lids.
What is to come is scheduled; making frames for times already made gives the same frames again,
apart from what was scheduled or given up in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from actuation.face_heads import FaceHeads, FacePart, Mouth
from actuation.faces import SHAPES, FaceConfig, compose, expression_vector, still_mouth
from actuation.generators.rules_blink import Blinks
from actuation.generators.rules_face import AFTER_S, MouthTrack, mouth_track
from actuation.generators.rules_gaze import MOST_EYE_RAD, GazeConfig, GazeMode, GazeProcess
from actuation.generators.rules_idle import IdleBody, lean_vector
from actuation.generators.voices.phones import VOWELS
from actuation.gestures import Gestures, PlacedStroke
from actuation.motion import FRAME_RATE_HZ, Frame
from actuation.moves import REWIND_S, Bump, Moves
from actuation.playback import Playback
from actuation.rotations import minimum_jerk
from actuation.safety import SafetyLimits
from actuation.score import ScoredClause, loudness
from actuation.voice import Speech
from agent.core.messages import Expression, GestureCue, Posture

Floats = NDArray[np.float64]

_EXPRESSION_S, _RELAX_S, _LEAN_S = 0.4, 0.7, 0.7
_MOUTH_RESUME_S, _MOUTH_RELEASE_S = 0.08, 0.22
_NOD_RAD = 0.045


class AnimationConfig(BaseModel):
    """How face, eyes and body move by themselves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    face: FaceConfig = Field(default_factory=FaceConfig, description="The face.")
    gaze: GazeConfig = Field(default_factory=GazeConfig, description="Eyes and head.")
    nods: float = Field(1.0, ge=0, le=2, description="Strength of nods on stressed words.")
    seed: int = Field(7, ge=0, description="Blinks, glances and sway follow from this number.")


def track_of(speech: Speech) -> MouthTrack:
    """The mouth for a clause, louder vowels wider."""
    loud = [loudness(speech, p) for p in speech.phones]
    vowels = [x for x, p in zip(loud, speech.phones, strict=True) if p.name in VOWELS]
    usual = float(np.median(vowels)) if vowels else 0.0
    relative = [x / usual if usual > 0 else 1.0 for x in loud]
    return mouth_track(speech.phones, relative, speech.duration_s)


@dataclass(slots=True)
class _MouthOnStage:
    track: Mouth
    zero_at: float
    """Stage time of the clause's first sample."""
    over_at: float
    resumed_at: float = -np.inf
    held_at: float = np.inf

    def evaluate(self, times: Floats) -> Floats:
        mouth = self.track.evaluate(np.minimum(times, self.held_at) - self.zero_at)
        weight = np.ones(len(times))
        if np.isfinite(self.resumed_at):
            weight = minimum_jerk((times - self.resumed_at) / _MOUTH_RESUME_S + 1.0)
        if np.isfinite(self.held_at):
            weight = weight * (1 - minimum_jerk((times - self.held_at) / _MOUTH_RELEASE_S))
        return np.asarray(mouth * weight[:, None])


class Animation:
    """The whole character over time."""

    def __init__(self, *, config: AnimationConfig, gestures: Gestures, start: float) -> None:
        self._config = config
        self._gestures = gestures
        self._limits = SafetyLimits()
        self._idle = IdleBody(seed=config.seed)
        self._gaze = GazeProcess(config=config.gaze, seed=config.seed, start=start)
        self._blinks = Blinks(
            seed=config.seed, per_minute=config.face.blinks_per_minute, start=start
        )
        self.heads = FaceHeads()
        self._expression, self._lean = Moves(SHAPES), Moves(6)
        self._mouths: list[_MouthOnStage] = []
        self._brows: list[Bump] = []
        self._nods: list[Bump] = []
        self.relax(start, duration_s=1e-3)

    # What is to come.

    def express(self, expression: Expression, intensity: float, at: float) -> None:
        """Change the face from `at` on."""
        self._expression.go(expression_vector(expression, intensity), at, _EXPRESSION_S)

    def relax(self, at: float, *, duration_s: float = _RELAX_S) -> None:
        """Go back to the resting face."""
        face = self._config.face
        self._expression.go(expression_vector(face.resting, face.resting_intensity), at, duration_s)

    def lean(self, posture: Posture, at: float) -> None:
        """Change how the body holds itself."""
        self._lean.go(lean_vector(posture), at, _LEAN_S)

    def look(self, mode: GazeMode, aim: tuple[float, float], at: float) -> None:
        """Wish for gaze; large shifts often come with a blink."""
        if self._gaze.look(mode, aim, at):
            self._blinks.hint(at)

    def gesture(self, spoken: ScoredClause, *, earliest_at: float) -> list[PlacedStroke]:
        """Place the gestures of a clause; its times are stage time."""
        return list(self._gestures.for_clause(spoken, earliest_s=earliest_at))

    def speak(self, spoken: ScoredClause, track: Mouth, *, from_at: float | None = None) -> None:
        """Move lips, brows and head with a clause; its times are stage time.

        `from_at`: only what comes after, when the clause is resumed in its middle.
        """
        over_at = spoken.end_s + AFTER_S
        mouth = _MouthOnStage(track, spoken.start_s, over_at)
        if from_at is not None and from_at > spoken.start_s + 1e-3:
            mouth.resumed_at = from_at
        self._mouths.append(mouth)
        first = from_at if from_at is not None else -np.inf
        for accent in spoken.prominences:
            if not accent.leads or accent.at_s < first:
                continue
            self._brows.append(Bump(accent.at_s, 0.8 * accent.strength))
            depth = _NOD_RAD * self._config.nods * accent.strength
            self._nods.append(Bump(accent.at_s + 0.04, -depth, rise_s=0.2, fall_s=0.36))
        self._gaze.begin_clause(spoken.start_s, spoken.end_s - spoken.start_s)

    def at_once(self, cues: Sequence[GestureCue], at: float) -> list[PlacedStroke]:
        """Place gestures without words."""
        return list(self._gestures.at_once(cues, now_s=at))

    def give_up_gestures(self, at: float) -> None:
        """Retract what is under way."""
        self._gestures.interrupt(at)

    def hold(self, at: float) -> None:
        """Stop speaking and gesturing at `at`; the face stays alive."""
        self._mouths = [m for m in self._mouths if m.zero_at - 0.3 < at]
        for mouth in self._mouths:
            mouth.held_at = min(mouth.held_at, at)
            mouth.over_at = min(mouth.over_at, mouth.held_at + _MOUTH_RELEASE_S)
        self._brows = [b for b in self._brows if b.peak_at - b.rise_s <= at]
        self._nods = [b for b in self._nods if b.peak_at - b.rise_s <= at]
        self._expression.give_up_after(at)
        self._gestures.interrupt(at)

    def moving(self, at: float) -> bool:
        """Whether a gesture is under way."""
        return self._gestures.busy_until_s() > at

    # Frames.

    def frames(self, first: int, count: int, playback: Playback | None) -> tuple[Frame, ...]:
        """Make `count` frames from frame number `first` on; frame k is at k / 60 s."""
        times = np.arange(first, first + count) / FRAME_RATE_HZ
        joints, look = self._body(times, first)
        face = self._face(times, look[1], look[2])
        speaking = playback is not None and playback.playing
        frames = []
        for i, at in enumerate(times.tolist()):
            score_s = playback.score_at(at) if playback is not None and speaking else 0.0
            frames.append(
                Frame(
                    at=at,
                    utterance=playback.utterance if playback is not None and speaking else None,
                    score_s=score_s,
                    joints=joints[i],
                    face=face[i],
                    gaze_yaw_rad=float(look[0][i]),
                    gaze_pitch_rad=float(look[1][i]),
                )
            )
        return tuple(frames)

    def _body(
        self, times: Floats, first: int
    ) -> tuple[NDArray[np.float32], tuple[Floats, Floats, Floats]]:
        """Joints, and of the eyes yaw and pitch against the head and lids."""
        look = self._gaze.evaluate(times)
        self._nods = [b for b in self._nods if b.over_at > times[0] - REWIND_S]
        nod = sum((b.evaluate(times) for b in self._nods), np.zeros(len(times)))
        # A head that turns tilts a little with it.
        ruled = np.stack([look.head_yaw, look.head_pitch + nod, -0.12 * look.head_yaw], axis=1)
        head = self.heads.in_charge(FacePart.HEAD, ruled, times)
        blink = self._blinks.evaluate(times, speaking=bool(self._mouths))
        sight = np.stack([look.head_yaw + look.eye_yaw, look.head_pitch + look.eye_pitch, blink],
                         axis=1)  # fmt: skip
        sight = self.heads.in_charge(FacePart.GAZE, sight, times)
        joints = self._idle.evaluate(
            times,
            lean=self._lean.evaluate(times),
            head_yaw=head[:, 0],
            head_pitch=head[:, 1],
            head_roll=head[:, 2],
        )
        joints = self._gestures.lay_over(joints, times)
        joints = self._limits.clamp(joints, first)
        # Eyes keep their aim while the head nods.
        eyes = np.clip(sight[:, :2] - head[:, :2], -MOST_EYE_RAD, MOST_EYE_RAD)
        return joints.astype(np.float32), (eyes[:, 0], eyes[:, 1], sight[:, 2])

    def _face(self, times: Floats, eye_pitch: Floats, blink: Floats) -> NDArray[np.float32]:
        mouth = still_mouth(len(times))
        self._mouths = [m for m in self._mouths if m.over_at > times[0] - REWIND_S]
        for each in self._mouths:
            mouth = np.maximum(mouth, each.evaluate(times))
        self._brows = [b for b in self._brows if b.over_at > times[0] - REWIND_S]
        brows = sum((b.evaluate(times) for b in self._brows), np.zeros(len(times)))
        return compose(
            mouth=self.heads.in_charge(FacePart.MOUTH, mouth, times),
            expression=self.heads.in_charge(
                FacePart.EXPRESSION, self._expression.evaluate(times), times
            ),
            blink=blink,
            brows=np.clip(brows, 0.0, 1.0),
            eye_pitch=eye_pitch,
            config=self._config.face,
        )
