"""One character's face over time: what is worn, said, looked at, and what lives by itself.

Four parts (`face_heads`): mouth, expression, head pose, gaze. The rules of each are asked first;
another source may then be in charge. Everything is scheduled in stage time; nothing is shared
between characters.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.faces.expressions import SHAPES, Bearing
from actuation.faces.face import FaceConfig, compose, still_mouth
from actuation.faces.heads import RULE, FaceHeads, FacePart, Mouth
from actuation.faces.style import Habits, styled
from actuation.generators.rules_blink import Blinks
from actuation.generators.rules_face import AFTER_S
from actuation.generators.rules_gaze import GazeConfig, GazeMode, GazeProcess
from actuation.generators.rules_speech_head import AFTER_S as HEAD_AFTER_S
from actuation.generators.rules_speech_head import BEFORE_S as HEAD_BEFORE_S
from actuation.generators.rules_speech_head import SPEECH_COLUMNS, SpeechMotion, speech_motion
from actuation.joints.moves import REWIND_S, Moves
from actuation.joints.rotations import minimum_jerk
from actuation.motion import FACE_INDEX
from actuation.score import ScoredClause
from actuation.speech.prosody import Prosody, prosody_of

Floats = NDArray[np.float64]

_EXPRESSION_S, _HEAD_S = 0.4, 0.8
_MOUTH_S, _HEAD_MOTION_S = (0.08, 0.22), (0.3, 0.45)
"""Of what goes on in a clause's middle, and of what is cut: rise and release."""
_BEGIN_S, _END_S = 0.15, 0.25
_GO_OVER_S = 0.25
"""From a clause as it was planned to what is heard of it."""
_ANOTHER = 0.1
"""Faces less apart than this are the same: the eyes do not look down again with each clause."""
_ROLL_WITH_TURN = -0.12
_QUICK_RAD = 0.15
_INNER, _OUTER = FACE_INDEX["browInnerUp"], FACE_INDEX["browOuterUpLeft"]
_BROWS = np.array([_INNER, _OUTER, FACE_INDEX["browOuterUpRight"]])


@dataclass(slots=True)
class _OnStage:
    """Something of a clause that is read in the clause's own time."""

    read: Callable[[Floats], Floats]
    zero_at: float
    """Stage time of the clause's first sample."""
    ends_at: float
    """Stage time after its last sample."""
    over_at: float
    rise_release_s: tuple[float, float]
    resumed_at: float = -np.inf
    held_at: float = np.inf
    seen_from: float = -np.inf
    """Nothing of it was seen before, though it may have begun."""

    def evaluate(self, times: Floats) -> Floats:
        values = self.read(np.minimum(times, self.held_at) - self.zero_at)
        return np.asarray(values * self._weight(times)[:, None])

    def presence(self, times: Floats) -> Floats:
        """(n,) 1 from the first to the last sample."""
        up = minimum_jerk((times - self.zero_at) / _BEGIN_S + 1.0)
        down = minimum_jerk((self.ends_at + _END_S - times) / _END_S)
        return np.asarray(np.minimum(up, down) * self._weight(times))

    def _weight(self, times: Floats) -> Floats:
        rise_s, release_s = self.rise_release_s
        weight = np.ones(len(times))
        if np.isfinite(self.resumed_at):
            weight = minimum_jerk((times - self.resumed_at) / rise_s + 1.0)
        if np.isfinite(self.seen_from):
            weight = weight * minimum_jerk((times - self.seen_from) / rise_s)
        if np.isfinite(self.held_at):
            weight = weight * (1 - minimum_jerk((times - self.held_at) / release_s))
        return weight

    def hold(self, at: float) -> None:
        self.held_at = min(self.held_at, at)
        self.over_at = min(self.over_at, self.held_at + self.rise_release_s[1])


def _going_over(
    first: Callable[[Floats], Floats], then: Callable[[Floats], Floats], at_s: float
) -> Callable[[Floats], Floats]:
    """`first` up to `at_s`, in the clause's own time, and `then` a little later."""

    def read(times_s: Floats) -> Floats:
        part = minimum_jerk((times_s - at_s) / _GO_OVER_S)[:, None]
        if part[0, 0] >= 1.0:
            return then(times_s)
        return np.asarray(first(times_s) * (1 - part) + then(times_s) * part)

    return read


@dataclass(frozen=True, slots=True)
class Turned:
    """How head and line of sight are held at a few instants."""

    head: Floats
    """(n, 3) yaw, pitch, roll against the trunk, radians, without the nod."""
    nod: Floats
    """(n,) the quick part of the pitch."""
    sight: Floats
    """(n, 2) yaw and pitch of the line of sight against the trunk."""
    lids: Floats
    """(n,) how far a blink has closed them."""
    vergence: Floats
    """(n,) how far each eye turns in, radians."""


class LivingFace:
    """Mouth, expression, head pose and gaze of one character."""

    def __init__(
        self, *, face: FaceConfig, gaze: GazeConfig, nods: float, seed: int, start: float
    ) -> None:
        self._config, self._nods, self._seed = face, nods, seed
        self._side = float(np.random.default_rng((seed, 0x51DE)).uniform(-1, 1))
        self.heads = FaceHeads()
        self.gaze = GazeProcess(config=gaze, seed=seed, start=start)
        self._blinks = Blinks(seed=seed, per_minute=face.blinks_per_minute, start=start)
        self._habits = Habits(face.style, seed=seed, start=start)
        self._shapes, self._held = Moves(SHAPES), Moves(6)
        self._mouths: list[_OnStage] = []
        self._motions: list[_OnStage] = []

    # What is to come.

    def wear(self, worn: Bearing, at: float, duration_s: float = _EXPRESSION_S) -> None:
        """Put a face on from `at` on; the head follows it more slowly."""
        worn = styled(worn, self._config.style, self._side)
        another = float(np.abs(worn.shapes - self._shapes.target).max()) > _ANOTHER
        self._shapes.go(worn.shapes, at, duration_s)
        rest = worn.vector()[SHAPES:]
        self._held.go(rest, at, max(duration_s, _HEAD_S) if duration_s > 0.01 else duration_s)
        if another:
            self.gaze.take_habit(worn.gaze, at)

    def look(
        self, mode: GazeMode, aim: tuple[float, float], at: float, distance_m: float | None
    ) -> None:
        """Wish for gaze."""
        self.gaze.look(mode, aim, at, distance_m)

    def speak(
        self,
        spoken: ScoredClause,
        mouth: Mouth,
        from_at: float | None,
        seen_from: float | None = None,
    ) -> None:
        """Move lips, brows and head with a clause; its times are stage time.

        `seen_from`: frames before were made without it, so head and brows set in softly there.
        """
        start, end = spoken.start_s, spoken.end_s
        resumed_at = -np.inf
        if from_at is not None and from_at > start + 1e-3:
            resumed_at = from_at
        self._mouths.append(
            _OnStage(mouth.evaluate, start, end, end + AFTER_S, _MOUTH_S, resumed_at)
        )
        prosody = prosody_of(spoken.speech)
        motion = self._speech_motion(spoken, prosody)
        late = seen_from is not None and seen_from > max(start, resumed_at) - HEAD_BEFORE_S
        self._motions.append(
            _OnStage(
                motion.evaluate, start, end, end + HEAD_AFTER_S, _HEAD_MOTION_S, resumed_at,
                seen_from=seen_from if late and seen_from is not None else -np.inf,
            )
        )  # fmt: skip
        self.gaze.begin_clause(max(start, resumed_at), end - max(start, resumed_at))
        for at_s in prosody.phrase_ends_s:
            if start + at_s > resumed_at:
                self._blinks.at_phrase_end(start + at_s)

    def hear(self, spoken: ScoredClause, mouth: Mouth, at: float) -> None:
        """Go over to how a clause really sounds, from `at` on: its phones stay where they are."""
        motion = self._speech_motion(spoken, prosody_of(spoken.speech))
        for some, read in ((self._mouths, mouth.evaluate), (self._motions, motion.evaluate)):
            for each in some:
                if each.zero_at == spoken.start_s and not np.isfinite(each.held_at):
                    each.read = _going_over(each.read, read, at - each.zero_at)
                    each.over_at += spoken.end_s - each.ends_at
                    each.ends_at = spoken.end_s
        self.gaze.stop_speaking(spoken.end_s)

    def _speech_motion(self, spoken: ScoredClause, prosody: Prosody) -> SpeechMotion:
        return speech_motion(
            spoken, prosody, seed=self._seed, liveliness=self._config.style.liveliness
        )

    def hold(self, at: float) -> None:
        """Stop speaking at `at`; the face stays alive."""
        for some in (self._mouths, self._motions):
            some[:] = [each for each in some if each.zero_at - 0.3 < at]
            for each in some:
                each.hold(at)
        self._shapes.give_up_after(at)
        self._held.give_up_after(at)
        self.gaze.stop_speaking(at)
        self._blinks.give_up_after(at)

    # What there is.

    def turned(self, times: Floats) -> Turned:
        """Head and line of sight at rising `times`."""
        held = self._held.evaluate(times)
        look = self.gaze.evaluate(times, glances=float(1 + held[-1, 4]))
        for at, size in self.gaze.shifts:
            self._blinks.with_shift(at, size)
        self.gaze.shifts.clear()
        motion = self._nods * self._motion(times)[:, :3]
        habit = self._habit(times)[:, SHAPES:]
        # A head that turns tilts a little with it.
        pose = np.stack([look.head_yaw, look.head_pitch, _ROLL_WITH_TURN * look.head_yaw], axis=1)
        ruled = pose + held[:, :3] + habit + motion
        head = self.heads.in_charge(FacePart.HEAD, ruled, times)
        nod = np.clip(head[:, 1] - look.head_pitch - held[:, 1], -_QUICK_RAD, _QUICK_RAD)
        lids = self._blinks.evaluate(
            times, speaking=self._speaking(float(times[0])), rate=float(1 + held[-1, 3])
        )
        sight = np.stack(
            [look.head_yaw + look.eye_yaw, look.head_pitch + look.eye_pitch, lids], axis=1
        )
        sight = self.heads.in_charge(FacePart.GAZE, sight, times)
        slow = head - np.stack([np.zeros_like(nod), nod, np.zeros_like(nod)], axis=1)
        return Turned(slow, nod, sight[:, :2], sight[:, 2], look.vergence)

    def shapes(self, times: Floats, turned: Turned, eye_pitch: Floats) -> NDArray[np.float32]:
        """(n, 52) at rising `times`; `eye_pitch`: of the eyes as they really stand in the head."""
        mouth, speech = still_mouth(len(times)), np.zeros(len(times))
        self._mouths = [m for m in self._mouths if m.over_at > times[0] - REWIND_S]
        for each in self._mouths:
            mouth = np.maximum(mouth, each.evaluate(times))
            speech = np.maximum(speech, each.presence(times))
        mouth = self.heads.in_charge(FacePart.MOUTH, mouth, times)
        if self.heads.source(FacePart.MOUTH, float(times[-1])) != RULE:
            # Nobody said when another source speaks: its mouth tells.
            speech = np.maximum(speech, np.clip(mouth[:, :-2].max(axis=1, initial=0.0) * 4, 0, 1))
        worn = self._shapes.evaluate(times) + self._habit(times)[:, :SHAPES]
        motion = self._motion(times)
        worn[:, _BROWS] += self._config.brows * np.stack(
            [0.45 * motion[:, 3], 0.55 * motion[:, 4], 0.55 * motion[:, 4]], axis=1
        )
        return compose(
            mouth=mouth,
            expression=self.heads.in_charge(FacePart.EXPRESSION, np.clip(worn, 0.0, 1.0), times),
            blink=turned.lids,
            eye_pitch=eye_pitch,
            config=self._config,
            speech=speech,
            articulation=1 + self._held.evaluate(times)[:, 5],
        )

    def _motion(self, times: Floats) -> Floats:
        self._motions = [m for m in self._motions if m.over_at > times[0] - REWIND_S]
        return sum(
            (each.evaluate(times) for each in self._motions),
            np.zeros((len(times), len(SPEECH_COLUMNS))),
        )

    def _habit(self, times: Floats) -> Floats:
        return self._habits.evaluate(times, busy=self._speaking(float(times[0])))

    def _speaking(self, at: float) -> bool:
        return any(m.zero_at - 0.3 <= at < min(m.ends_at, m.held_at) + 0.3 for m in self._mouths)
