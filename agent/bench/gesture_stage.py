"""A body on stage that is interrupted, changes its mind, or must be quick: what is really sent.

The same `Stage` as in front of people. A twin of each act is never interrupted; what differs from
the twin is the interruption's.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.metrics.body_motion import angular_velocity
from actuation.gestures.gesticulation import Gesticulation
from actuation.joints.rotations import angle
from actuation.motion import FRAME_RATE_HZ, JOINT_INDEX, Cut, Frame, FrameChunk, StageItem
from actuation.speech.voice import Speech
from actuation.stage.config import PerformerConfig
from actuation.stage.playback import ActOnStage
from actuation.stage.stage import Stage
from agent.bench.figure import Figure
from agent.core.messages import Act, ActId, Clause, GestureCue, Meeting, Reason, Stop

Floats = NDArray[np.float64]
HZ: Final = float(FRAME_RATE_HZ)

_REASON = Reason(policy="bench", because="gestures are measured")
_BEGINS_S = 0.5
_MAIN = [JOINT_INDEX[f"{s}{part}"] for s in ("left", "right") for part in ("LowerArm", "Hand")]
_LIMIT: Final = 190.0
"""rad/s^2 that an elbow may be asked for (`safety`)."""
_GESTURES = ("wave", "welcome_arms", "halt", "offer_palm", "thumb_up", "beat_both", "heart_clasp")


@dataclass(frozen=True, slots=True)
class Sent:
    """Frames as a body would have shown them, 60 a second from 0."""

    joints: Floats
    """(n, 44, 4)."""


class _Stage:
    def __init__(self) -> None:
        self.items: list[StageItem] = []
        self._wanted: list[tuple[ActOnStage, int]] = []
        self.stage = Stage(
            config=PerformerConfig(),
            gestures=Gesticulation(),
            lead_s=0.25,
            start=0.0,
            publish=lambda _: None,
            send=self.items.append,
            want=lambda on_stage, index, _: self._wanted.append((on_stage, index)),
        )

    def say(self, act: Act, speeches: Sequence[Speech], now: float) -> None:
        del self._wanted[:]
        self.stage.act(act, now)
        for (on_stage, index), speech in zip(list(self._wanted), speeches, strict=True):
            self.stage.have_sound(on_stage, index, speech, now)
        self.stage.advance(now)

    def frames(self, until_s: float) -> Sent:
        shown: list[Frame] = []
        for item in self.items:
            if isinstance(item, Cut):
                shown = [f for f in shown if f.at < item.at - 1e-6]
            elif isinstance(item, FrameChunk):
                shown += item.frames
        kept = [f.joints for f in shown if f.at < until_s]
        return Sent(np.stack(kept).astype(np.float64))


def act_of(speech: Speech, lexeme: str | None, number: int = 1) -> Act:
    """One clause, with a gesture on its most stressed word if one is named."""
    cues = (GestureCue(lexeme=lexeme),) if lexeme else ()
    return Act(
        at=0.0, act=ActId(number), reason=_REASON,
        clauses=(Clause(text=speech.text, gestures=cues),),
    )  # fmt: skip


def played(
    act: Act,
    speech: Speech,
    until_s: float,
    at_s: float = np.inf,
    event: Callable[[Stage, float], None] | None = None,
) -> Sent:
    """The act from `_BEGINS_S` on; `event` happens at `at_s`."""  # fmt: skip
    stage = _Stage()
    now, begun = 0.0, False
    while now < until_s:
        stage.stage.advance(now)
        if not begun and now >= _BEGINS_S - 1e-9:
            stage.say(act, [speech], now)
            begun = True
        if event is not None and now < at_s <= now + 0.1:
            stage.stage.advance(at_s)
            event(stage.stage, at_s)
            event = None
        now = round(now + 0.1, 6)
    return stage.frames(until_s)


@dataclass(frozen=True, slots=True)
class Interrupted:
    """One interruption."""

    frames: float
    """Until the arms are nearer to rest than they would have been."""
    back_s: float
    """Until they are within a hundredth of the way they had gone."""
    push: float
    """The largest angular acceleration in the 0.1 s after, rad/s^2."""
    jump: float
    """What that would be if the arms were at rest one frame later."""


def interruptions(speeches: Sequence[Speech], per_speech: int) -> list[Interrupted]:
    """Stop each act at several moments of its strokes."""
    found = []
    for number, speech in enumerate(speeches):
        act = act_of(speech, _GESTURES[number % len(_GESTURES)])
        until_s = _BEGINS_S + speech.duration_s + 2.0
        twin = played(act, speech, until_s)
        rest = twin.joints[5]
        away = _away(twin, rest)
        busy = np.flatnonzero(away > 0.25)
        if not len(busy):
            continue
        for share in (np.arange(per_speech) + 0.5) / per_speech:
            at_s = (busy[int(share * len(busy))] + 0.37) / HZ
            cut = played(act, speech, until_s, at_s, _stop)
            found.append(_interrupted(cut, twin, rest, at_s))
    return found


def _instead(act: Act, stage: Stage, at_s: float) -> None:
    stage.act(act, at_s)


def _stop(stage: Stage, at_s: float) -> None:
    stage.stop(Stop(at=at_s, reason=_REASON), at_s)


def _away(sent: Sent, rest: Floats) -> Floats:
    """(n,) rad: how far elbows and wrists are from rest; shoulders also follow the trunk."""
    return np.asarray(angle(sent.joints[:, _MAIN], rest[None, _MAIN]).sum(axis=1))


def _interrupted(cut: Sent, twin: Sent, rest: Floats, at_s: float) -> Interrupted:
    first = int(np.ceil(at_s * HZ - 1e-6))
    gone, would = _away(cut, rest), _away(twin, rest)
    count = min(len(gone), len(would))
    nearer = np.flatnonzero(
        (gone[first:count] < would[first:count] - 1e-5)
        | (np.diff(gone[first - 1 : count]) < -1e-4)  # or going there anyway
    )
    # Hands at rest are never quite still: four joints stir by some hundredths.
    back = np.flatnonzero(gone[first:] < 0.02 * gone[first - 1] + 0.05)
    push = _push(cut)[max(first - 2, 0) : first + 6]
    return Interrupted(
        float(nearer[0] + 1) if len(nearer) else float("inf"),
        float(back[0] / HZ) if len(back) else float("inf"),
        float(push.max()),
        float(angle(cut.joints[first - 1, _MAIN], rest[_MAIN]).max() * HZ**2),
    )


def _push(sent: Sent) -> Floats:
    """(n - 2,) the largest angular acceleration of any joint of the arms, rad/s^2."""
    velocity = angular_velocity(sent.joints[:, _MAIN], HZ)
    return np.asarray(np.linalg.norm(np.diff(velocity, axis=0), axis=-1).max(axis=1) * HZ)


def changes_of_mind(speeches: Sequence[Speech]) -> tuple[Floats, Floats]:
    """Another gesture instead, in mid-stroke: accelerations (k,) around it, and of the twins."""
    around, usual = [], []
    for number, speech in enumerate(speeches):
        act = act_of(speech, _GESTURES[number % len(_GESTURES)])
        until_s = _BEGINS_S + speech.duration_s + 2.0
        twin = played(act, speech, until_s)
        usual.append(float(_push(twin).max()))
        busy = np.flatnonzero(_away(twin, twin.joints[5]) > 0.25)
        if not len(busy):
            continue
        at_s = (busy[len(busy) // 3] + 0.5) / HZ
        other = _GESTURES[(number + 3) % len(_GESTURES)]
        silent = replace(
            act, act=ActId(2), clauses=(), gestures=(GestureCue(lexeme=other),),
            gesture_meets=Meeting.REPLACE,
        )  # fmt: skip
        sent = played(act, speech, until_s, at_s, partial(_instead, silent))
        first = int(np.ceil(at_s * HZ))
        around.append(float(_push(sent)[first - 2 : first + 30].max()))
    return np.array(around), np.array(usual)


def first_frames_ms(speeches: Sequence[Speech]) -> tuple[Floats, Floats]:
    """From a clause's phones to its first frames sent: wall (k,) and processor time, ms."""
    wall, cpu = [], []
    for speech in speeches:
        stage = _Stage()
        stage.stage.advance(1.0)
        act = act_of(speech, None)
        del stage.items[:]
        began, busy = time.perf_counter(), time.process_time()
        stage.say(act, [speech], 1.0)
        stage.stage.advance(1.0 + 3 / HZ)
        wall.append(1e3 * (time.perf_counter() - began))
        cpu.append(1e3 * (time.process_time() - busy))
        if not any(isinstance(item, FrameChunk) for item in stage.items):
            raise RuntimeError(f"the stage sent no frames for {speech.text!r}")
    return np.array(wall), np.array(cpu)


def stage_figures(speeches: Sequence[Speech], *, short: bool) -> list[Figure]:
    """Quickness, interruption, change of mind."""
    some = speeches[: 3 if short else 14]
    first_frames_ms(some[:2])
    wall, cpu = first_frames_ms(speeches[: 6 if short else 24])
    cuts = interruptions(some, 2 if short else 6)
    around, usual = changes_of_mind(some)
    frames = np.array([cut.frames for cut in cuts])
    back = np.array([cut.back_s for cut in cuts])
    most, jump = float(np.max(usual)), float(np.median([cut.jump for cut in cuts]))
    return [
        Figure(
            name="rules: phones of a clause to its first frames", value=float(np.median(cpu)),
            unit="ms", target=30.0,
            note=f"processor time, median of {len(cpu)}, p95 {np.quantile(cpu, 0.95):.1f}; wall "
            f"{np.median(wall):.1f}; face, gestures' choice and arms in it, the voice not",
        ),
        Figure(
            name="rules: frames from an interruption to retracting, at worst",
            value=float(frames.max()), unit="frames", target=2.0,
            note=f"{len(cuts)} stops in mid-gesture; arms go back, or are nearer to rest than else",
        ),
        Figure(
            name="rules: an interrupted arm is back after, at most",
            value=1e3 * float(back.max()), unit="ms", target=400.0,
            note=f"median {1e3 * float(np.median(back)):.0f} ms; within 2 % of the way",
        ),
        Figure(
            name="rules: acceleration at an interruption",
            value=float(np.max([cut.push for cut in cuts])), unit="rad/s2", target=_LIMIT,
            baseline=most, baseline_of="the most uninterrupted", control=jump,
            control_of="cut to rest at once",
            note="of elbows and wrists, in the 0.1 s after; the limit is an elbow's",
        ),
        Figure(
            name="rules: acceleration at a change of mind in mid-stroke",
            value=float(around.max()), unit="rad/s2", target=_LIMIT,
            baseline=most, baseline_of="the most uninterrupted", control=jump,
            control_of="cut to rest at once", note=f"{len(around)} changes, the 0.5 s after",
        ),
    ]  # fmt: skip
