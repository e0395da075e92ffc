"""Makes frames: every layer read at the same times and added, limits last. No I/O, no clock.

Layers from below: the idle body, gaze and head, gestures; the mouth, expression, brows and lids.
Each part of the face may be in the charge of another source (`face_heads`). What is to come is
scheduled; making frames for times already made gives the same frames again, apart from what was
scheduled or given up in between.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from actuation.faces.expressions import Bearing, bearing_of
from actuation.faces.face import FaceConfig
from actuation.faces.heads import FaceHeads, Mouth
from actuation.faces.living import LivingFace
from actuation.faces.words import FaceInstruction, instructed, read_face
from actuation.generators.rules_face import MouthTrack, mouth_track
from actuation.generators.rules_gaze import MOST_EYE_RAD, GazeConfig, GazeMode
from actuation.generators.rules_idle import IdleBody, lean_along_vector, lean_vector
from actuation.generators.rules_neck import eyes_in_head
from actuation.gestures.bearing import BODY_BEARING_SIZE, body_bearing
from actuation.gestures.contract import Gestures, PlacedStroke
from actuation.gestures.style import BodyStyle
from actuation.joints.moves import Moves
from actuation.joints.safety import SafetyLimits
from actuation.motion import FRAME_RATE_HZ, Frame
from actuation.score import ScoredClause, loudness
from actuation.speech.phones import VOWELS
from actuation.speech.prosody import prosody_of
from actuation.speech.voice import Phone, Speech
from actuation.stage.playback import Playback
from agent.core.messages import Expression, GestureCue, Lean, Posture

Floats = NDArray[np.float64]

_RELAX_S, _LEAN_S, _MOOD_S, _ALONG_S = 0.7, 0.7, 1.1, 2.5
_USUAL_VOWEL_RMS = 0.11
"""Of a voice at its usual level, 20 dB under full scale over a whole clause."""


class AnimationConfig(BaseModel):
    """How face, eyes and body move by themselves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    face: FaceConfig = Field(default_factory=FaceConfig, description="The face.")
    gaze: GazeConfig = Field(default_factory=GazeConfig, description="Eyes and head.")
    nods: float = Field(1.0, ge=0, le=2, description="Strength of nods on stressed words.")
    body: BodyStyle = Field(default_factory=BodyStyle, description="How arms and hands move.")
    mood: float = Field(
        1.0, ge=0, le=1, description="How much of a mood shows in trunk and shoulders; 0: nothing."
    )
    seed: int = Field(7, ge=0, description="Blinks, glances and sway follow from this number.")


def track_of(speech: Speech) -> MouthTrack:
    """The mouth for a clause, louder vowels wider, and a loud clause wider than a soft one.

    While its sound is still coming, all is as loud as usual.
    """
    if speech.coming is not None:
        return mouth_track(speech.phones, [1.0] * len(speech.phones), speech.duration_s)
    loud = [loudness(speech, p) for p in speech.phones]
    vowels = [x for x, p in zip(loud, speech.phones, strict=True) if p.name in VOWELS]
    usual = float(np.median(vowels)) if vowels else 0.0
    whole = float(np.clip(np.sqrt(usual / _USUAL_VOWEL_RMS), 0.8, 1.25))
    relative = [whole * x / usual if usual > 0 else 1.0 for x in loud]
    return mouth_track(speech.phones, relative, speech.duration_s)


@lru_cache(maxsize=1)
def _warm() -> None:
    """Read tables and set up transforms now, so that the first clause does not wait for them."""
    read_face("a friendly smile")
    vowel = Phone(name="aa", start_s=0.05, end_s=0.2, stress=1, word=0)
    sound = np.sin(np.arange(4000) * 0.06).astype(np.float32)
    prosody_of(Speech(text="a", voice="", rate_hz=16_000, samples=sound, phones=(vowel,), words=()))


class Animation:
    """The whole character over time."""

    def __init__(self, *, config: AnimationConfig, gestures: Gestures, start: float) -> None:
        _warm()
        self._config = config
        self._gestures = gestures
        self._limits = SafetyLimits()
        gestures.move_as(config.body)
        self._idle = IdleBody(seed=config.seed, rest_height=config.body.rest_height)
        self._face = LivingFace(
            face=config.face, gaze=config.gaze, nods=config.nods, seed=config.seed, start=start
        )
        self._lean = Moves(6)
        self._along = Moves(6)
        self._mood = Moves(BODY_BEARING_SIZE)
        self.relax(start, duration_s=1e-3)

    @property
    def heads(self) -> FaceHeads:
        """Who is in charge of mouth, expression, head pose and gaze."""
        return self._face.heads

    # What is to come.

    def express(
        self,
        expression: Expression | None,
        intensity: float,
        at: float,
        instruction: FaceInstruction | None = None,
    ) -> None:
        """Change the face from `at` on: a named face, an instruction in words, or both."""
        name = Expression(expression).value if expression is not None else None
        if instruction is not None and not instruction.empty:
            worn = instructed(instruction, face=name, intensity=intensity, usual=self._resting())
        elif name is not None:
            worn = bearing_of(name, intensity)
        else:
            return
        self._face.wear(worn, at)
        if name is not None:
            self.feel(body_bearing(name, intensity), at)

    def feel(self, mood: Floats, at: float) -> None:
        """Hold the body so from `at` on: (BODY_BEARING_SIZE,)."""
        self._mood.go(self._config.mood * mood, at, _MOOD_S)

    def wear(self, worn: Bearing, at: float) -> None:
        """Put any face on from `at` on."""
        self._face.wear(worn, at)

    def relax(self, at: float, *, duration_s: float = _RELAX_S) -> None:
        """Go back to the resting face, and to a body as usual."""
        self._face.wear(self._resting(), at, duration_s)
        self.feel(np.zeros(BODY_BEARING_SIZE), at)

    def _resting(self) -> Bearing:
        face = self._config.face
        return bearing_of(face.resting.value, face.resting_intensity)

    def lean(self, posture: Posture, at: float) -> None:
        """Change how the body holds itself."""
        self._lean.go(lean_vector(posture), at, _LEAN_S)

    def lean_along(self, lean: Lean, at: float) -> None:
        """Lean a little beside the posture, slowly: as a listener goes along with who speaks."""
        self._along.go(lean_along_vector(lean), at, _ALONG_S)

    def look(
        self,
        mode: GazeMode,
        aim: tuple[float, float],
        at: float,
        distance_m: float | None = None,
    ) -> None:
        """Wish for gaze; `distance_m`: of the face that is looked at, None where there is none."""
        self._face.look(mode, aim, at, distance_m)

    def gesture(self, spoken: ScoredClause, *, earliest_at: float) -> list[PlacedStroke]:
        """Place the gestures of a clause; its times are stage time."""
        return list(self._gestures.for_clause(spoken, earliest_s=earliest_at))

    def lead_s(self, spoken: ScoredClause) -> float:
        """How long before its sound hands must begin, for what a clause asks for on its words."""
        return self._gestures.lead_s(spoken)

    def speak(
        self,
        spoken: ScoredClause,
        track: Mouth,
        *,
        from_at: float | None = None,
        seen_from: float | None = None,
    ) -> None:
        """Move lips, brows and head with a clause; its times are stage time.

        `from_at`: only what comes after, when the clause is resumed in its middle. `seen_from`:
        frames before this were made without it.
        """
        self._face.speak(spoken, track, from_at, seen_from)

    def hear(self, spoken: ScoredClause, track: Mouth, from_at: float) -> None:
        """A clause that is being said is whole now: go over to how it really sounds."""
        self._face.hear(spoken, track, from_at)

    def at_once(self, cues: Sequence[GestureCue], at: float) -> list[PlacedStroke]:
        """Place gestures without words."""
        return list(self._gestures.at_once(cues, now_s=at))

    def give_up_gestures(self, at: float) -> None:
        """Retract what is under way."""
        self._gestures.interrupt(at)

    def hold(self, at: float) -> None:
        """Stop speaking and gesturing at `at`; the face stays alive."""
        self._face.hold(at)
        self._mood.give_up_after(at)
        self._gestures.interrupt(at)

    def moving(self, at: float, cues: Sequence[GestureCue] = ()) -> bool:
        """Whether a gesture is under way; given `cues`, whether one that stands in their way."""
        return self._gestures.busy_until_s(cues) > at

    # Frames.

    def frames(self, first: int, count: int, playback: Playback | None) -> tuple[Frame, ...]:
        """Make `count` frames from frame number `first` on; frame k is at k / 60 s."""
        times = np.arange(first, first + count) / FRAME_RATE_HZ
        turned = self._face.turned(times)
        joints = self._idle.evaluate(
            times,
            lean=self._lean.evaluate(times) + self._along.evaluate(times),
            head_yaw=turned.head[:, 0],
            head_pitch=turned.head[:, 1],
            head_roll=turned.head[:, 2],
            nod=turned.nod,
            mood=self._mood.evaluate(times),
        )
        joints = self._gestures.lay_over(joints, times)
        joints = self._limits.clamp(joints, first)
        # Eyes keep their aim whatever moves the head.
        eyes = np.clip(
            eyes_in_head(joints, turned.sight[:, 0], turned.sight[:, 1]),
            -MOST_EYE_RAD,
            MOST_EYE_RAD,
        )
        face = self._face.shapes(times, turned, eyes[1])
        joints = joints.astype(np.float32)
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
                    gaze_yaw_rad=float(eyes[0, i]),
                    gaze_pitch_rad=float(eyes[1, i]),
                    vergence_rad=float(turned.vergence[i]),
                )
            )
        return tuple(frames)
