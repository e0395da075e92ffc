"""How soon a face comes and what it costs: rules from text, the learned face from sound.

Wall time as it was on this machine at this load; the share of a core by the process's own
processor time, all its threads together.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
from numpy.typing import NDArray

from actuation.animation import Animation, AnimationConfig
from actuation.gestures.contract import HeadGestures
from actuation.motion import FRAME_RATE_HZ, FrameChunk, StageItem, VoiceChunk
from actuation.speech.voice import Speech, VoiceConfig, VoiceName, Voices
from actuation.stage.config import PerformerConfig
from actuation.stage.playback import ActOnStage
from actuation.stage.stage import Stage
from agent.bench.face_takes import act_of
from agent.bench.figure import Figure
from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen

if TYPE_CHECKING:
    from actuation.generators.learned_face import LearnedFace

Floats = NDArray[np.float64]

CHUNK_S = 0.02
_WARM_S = 1.0
_PASSES = 9
"""A core that others share gives the same work a third more time now and then."""


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """How long one clause took from its text, milliseconds; processor time is of both processes."""

    frames_ms: float
    """To the first frames that move its lips, sent."""
    sound_ms: float
    """To its first sound, sent."""
    voice_ms: float
    """Until the voice had said when every phone sounds."""
    frames_cpu_ms: float
    """This process's until the frames went out, and the voice's until they could be begun."""
    waited_ms: float
    """Of `frames_ms`: this thread was ready, and others had the processors. 0 if nothing tells."""


async def first_frames(voice: VoiceName, texts: Sequence[str]) -> list[FirstFrame]:
    """Say each text on a stage that stands, as the performer does; empty where no such voice is."""
    chosen: list[BackendChosen] = []
    clock = LoopClock(asyncio.get_running_loop())
    voices = Voices(config=VoiceConfig(voice=voice), clock=clock, publish=chosen.append)
    await voices.start()
    try:
        if not chosen or chosen[-1].backend != voice:
            return []
        await _first_frame(voices, "Good day.")
        return [await _first_frame(voices, text) for text in texts]
    finally:
        await voices.close()


def _started() -> list[int]:
    """The processes that this one has started."""
    return [child.pid for child in psutil.Process().children(recursive=True)]


def _waited_s() -> float:
    """How long this thread was ready and had no processor, as Linux counts it; 0 elsewhere."""
    told = Path("/proc/thread-self/schedstat")
    return int(told.read_text().split()[1]) / 1e9 if told.exists() else 0.0


def _process_s(pid: int) -> float:
    exact = Path(f"/proc/{pid}/schedstat")
    if exact.exists():
        return int(exact.read_text().split()[0]) / 1e9
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


class _FirstOf:
    """Brings one clause on stage early, and notes when the first of it goes out."""

    def __init__(self, stage: Stage, place: tuple[ActOnStage, int]) -> None:
        self._stage, self._place = stage, place
        self._voices = _started()
        self._voice_before = sum(map(_process_s, self._voices))
        self._waited_before = _waited_s()
        self._began, self._busy = time.perf_counter(), time.process_time()
        self.voice_ms = self.voice_cpu_ms = 0.0
        self.frames: tuple[float, float, float] | None = None
        self.sound_ms: float | None = None
        self.speaking = False

    def sent(self, item: StageItem) -> None:
        if isinstance(item, FrameChunk) and self.speaking and self.frames is None:
            busy_ms = 1e3 * (time.process_time() - self._busy)
            waited_ms = 1e3 * (_waited_s() - self._waited_before)
            self.frames = self._taken_ms(), busy_ms + self.voice_cpu_ms, waited_ms
        if isinstance(item, VoiceChunk) and self.sound_ms is None:
            self.sound_ms = self._taken_ms()

    def _taken_ms(self) -> float:
        return 1e3 * (time.perf_counter() - self._began)

    def begun(self, speech: Speech) -> None:
        self.voice_ms = self._taken_ms()
        self.voice_cpu_ms = 1e3 * (sum(map(_process_s, self._voices)) - self._voice_before)
        self.speaking = True
        self._stage.have_sound(*self._place, speech, 1.0)
        self._stage.advance(1.0)

    def more(self) -> None:
        self._stage.more_sound(1.0)


async def _first_frame(voices: Voices, text: str) -> FirstFrame:
    sent: list[Callable[[StageItem], None]] = []
    wanted: list[tuple[ActOnStage, int]] = []
    stage = Stage(
        config=PerformerConfig(),
        gestures=HeadGestures(),
        lead_s=0.25,
        start=0.0,
        publish=lambda _: None,
        send=lambda item: sent[0](item) if sent else None,
        want=lambda on_stage, index, _: wanted.append((on_stage, index)),
    )
    stage.advance(1.0)
    stage.act(act_of(text), 1.0)
    first = _FirstOf(stage, wanted[0])
    sent.append(first.sent)
    speech = await voices.speak(text, early=first)
    if not first.speaking:
        first.begun(speech)
    if first.frames is None or first.sound_ms is None:
        raise RuntimeError(f"the stage sent no frames for {text!r}")
    frames_ms, cpu_ms, waited_ms = first.frames
    return FirstFrame(frames_ms, first.sound_ms, first.voice_ms, cpu_ms, waited_ms)


def rule_figures(first: Sequence[FirstFrame]) -> list[Figure]:
    """Text to frames by the rules, and what a speaking body costs."""
    figures = [
        Figure(
            name="rules: a whole body at 60 frames/s",
            value=100 * _rule_share(10.0),
            unit="% of a core",
            note="processor time; face, head, eyes, idle body and its safety limits",
        )
    ]
    name = "rules: text of a clause to its first frames"
    if not first:
        nan = float("nan")
        return [Figure(name=name, value=nan, unit="ms", target=20.0, note="no flite"), *figures]
    frames, sound, voice, frames_cpu, waited = (
        np.array([getattr(f, field.name) for f in first]) for field in fields(FirstFrame)
    )
    return [
        Figure(
            name=name,
            value=float(np.median(frames)),
            unit="ms",
            target=20.0,
            note=(
                f"median of {len(first)} clauses, p95 {np.quantile(frames, 0.95):.0f} ms; phone "
                f"times are there after {np.median(voice):.1f} ms; processor time of both "
                f"processes {np.median(frames_cpu):.1f} ms"
            ),
        ),
        Figure(
            name="  less what it waited for processors that others had",
            value=float(np.median(frames - waited)),
            unit="ms",
            target=20.0,
            note="this process alone; the voice's own waiting is still in it",
        ),
        Figure(
            name="  to its first sound",
            value=float(np.median(sound)),
            unit="ms",
            note=(
                f"median, p95 {np.quantile(sound, 0.95):.0f} ms; played "
                f"{1e3 * PerformerConfig().lead_in_s:.0f} ms after the frames at the soonest"
            ),
        ),
        *figures,
    ]


def _rule_share(seconds: float) -> float:
    animation = Animation(config=AnimationConfig(), gestures=HeadGestures(), start=0.0)
    began = time.process_time()
    for first in range(0, round(seconds * FRAME_RATE_HZ), 6):
        animation.frames(first, 6, None)
    return (time.process_time() - began) / seconds


@dataclass(frozen=True, slots=True)
class _Streamed:
    chunk_ms: Floats
    """Wall time of each push that gave frames."""
    cpu_ms: Floats
    share: float
    """Of a core."""
    behind_s: float
    """The most by which frames trail the sound that was given."""


def learned_figures(learned: "LearnedFace | None", missing: str, speech: Speech) -> list[Figure]:
    """Sound to frames by the learned face, in chunks of 20 ms as they would come in."""
    if learned is None:
        nan = float("nan")
        return [
            Figure(name="learned: chunk of sound to frames, p95", value=nan, unit="ms",
                   target=30.0, note=missing),
            Figure(name="learned: one face at 60 frames/s", value=nan, unit="% of a core",
                   target=8.0, note=missing),
        ]  # fmt: skip
    sound = np.tile(speech.samples, 1 + int(10 / speech.duration_s))
    passes = [_streamed(learned, sound, speech) for _ in range(_PASSES)]
    ran, shares = passes[0], sorted(100 * each.share for each in passes)
    return [
        Figure(
            name="learned: chunk of sound to frames, p95",
            value=float(np.quantile(ran.chunk_ms, 0.95)),
            unit="ms",
            target=30.0,
            note=(
                f"wall time; median {np.median(ran.chunk_ms):.1f} ms, processor time p95 "
                f"{np.quantile(ran.cpu_ms, 0.95):.1f} ms; {len(ran.chunk_ms)} chunks"
            ),
        ),
        Figure(
            name="learned: looks ahead by at most",
            value=1e3 * ran.behind_s,
            unit="ms",
            target=80.0 + 1e3 * CHUNK_S + 1e3 / FRAME_RATE_HZ,
            note="sound given less frames made; 80 ms, a chunk and a frame",
        ),
        Figure(
            name="learned: one face at 60 frames/s",
            value=float(np.median(shares)),
            unit="% of a core",
            target=8.0,
            note=(
                f"processor time of the whole process; median of {_PASSES} passes, "
                f"{shares[0]:.1f} to {shares[-1]:.1f}"
            ),
        ),
    ]


def _streamed(learned: "LearnedFace", samples: NDArray[np.float32], speech: Speech) -> _Streamed:
    stream = learned.stream(speech.rate_hz, text=None)
    size = round(CHUNK_S * speech.rate_hz)
    warm = round(_WARM_S / CHUNK_S)
    wall, cpu, behind = [], [], 0.0
    spent = given = frames = 0.0
    for i, first in enumerate(range(0, len(samples) - size, size)):
        began, busy = time.perf_counter(), time.process_time()
        made = stream.push(samples[first : first + size])
        took, used = time.perf_counter() - began, time.process_time() - busy
        given += CHUNK_S
        frames += len(made) / FRAME_RATE_HZ
        if i < warm:
            continue
        spent += used
        behind = max(behind, given - frames)
        if len(made):
            wall.append(1e3 * took)
            cpu.append(1e3 * used)
    return _Streamed(
        np.array(wall), np.array(cpu), spent / max(given - warm * CHUNK_S, 1e-9), behind
    )
