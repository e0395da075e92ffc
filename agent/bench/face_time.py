"""How soon a face comes and what it costs: rules from text, the learned face from sound.

Wall time as it was on this machine at this load; the share of a core by the process's own
processor time, all its threads together.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import psutil
from numpy.typing import NDArray

from actuation.animation import Animation, AnimationConfig
from actuation.gestures import HeadGestures
from actuation.motion import FRAME_RATE_HZ, FrameChunk, StageItem
from actuation.playback import ActOnStage
from actuation.stage import PerformerConfig, Stage
from actuation.voice import Speech, VoiceConfig, VoiceName, Voices
from agent.bench.face_takes import act_of
from agent.bench.figure import Figure
from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen

if TYPE_CHECKING:
    from actuation.generators.learned_face import LearnedFace

Floats = NDArray[np.float64]

CHUNK_S = 0.02
_WARM_S = 1.0


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """How long one clause took from its text to its first frames, milliseconds."""

    all_ms: float
    voice_ms: float
    """Of that, until its sound was there."""
    ours_cpu_ms: float
    """This process's own processor time."""
    voice_cpu_ms: float
    """The voice process's, a mean over all clauses: it is counted in hundredths of a second."""


async def first_frames(voice: VoiceName, texts: Sequence[str]) -> list[FirstFrame]:
    """Say each text on a stage that stands, as the performer does; empty where no such voice is."""
    chosen: list[BackendChosen] = []
    clock = LoopClock(asyncio.get_running_loop())
    voices = Voices(config=VoiceConfig(voice=voice), clock=clock, publish=chosen.append)
    await voices.start()
    try:
        if not chosen or chosen[-1].backend != voice:
            return []
        await voices.speak("Good day.")
        before = _children_s()
        made = [await _first_frame(voices, text) for text in texts]
        voice_ms = 1e3 * (_children_s() - before) / len(texts)
        return [replace(one, voice_cpu_ms=voice_ms) for one in made]
    finally:
        await voices.close()


def _children_s() -> float:
    """Processor time of all processes that this one has started."""
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return float(sum(t.user + t.system for t in times))


async def _first_frame(voices: Voices, text: str) -> FirstFrame:
    sent: list[StageItem] = []
    wanted: list[tuple[ActOnStage, int]] = []
    stage = Stage(
        config=PerformerConfig(),
        gestures=HeadGestures(),
        lead_s=0.25,
        start=0.0,
        publish=lambda _: None,
        send=sent.append,
        want=lambda on_stage, index, _: wanted.append((on_stage, index)),
    )
    stage.advance(1.0)
    began, busy = time.perf_counter(), time.process_time()
    stage.act(act_of(text), 1.0)
    speech = await voices.speak(text)
    spoken = time.perf_counter()
    del sent[:]
    stage.have_sound(*wanted[0], speech, 1.0)
    stage.advance(1.0 + 3 / FRAME_RATE_HZ)
    ended, used = time.perf_counter(), time.process_time() - busy
    if not any(isinstance(item, FrameChunk) for item in sent):
        raise RuntimeError(f"the stage sent no frames for {text!r}")
    return FirstFrame(1e3 * (ended - began), 1e3 * (spoken - began), 1e3 * used, 0.0)


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
    name = "rules: text of a clause to its sound and first frames"
    if not first:
        nan = float("nan")
        return [Figure(name=name, value=nan, unit="ms", target=20.0, note="no flite"), *figures]
    fields = ("all_ms", "voice_ms", "ours_cpu_ms")
    everything, voice, ours = (np.array([getattr(f, field) for f in first]) for field in fields)
    note = (
        f"median of {len(first)} clauses, p95 {np.quantile(everything, 0.95):.0f} ms; the voice "
        f"takes {np.median(voice):.1f} ms of it; processor time {np.median(ours):.1f} ms ours, "
        f"{first[0].voice_cpu_ms:.1f} ms the voice's"
    )
    return [
        Figure(name=name, value=float(np.median(everything)), unit="ms", target=20.0, note=note),
        Figure(
            name="  of that, from its sound to the frames",
            value=float(np.median(everything - voice)),
            unit="ms",
            note="median; phones, mouth, head, eyes, body, first 0.3 s of frames",
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
    ran = _streamed(learned, np.tile(speech.samples, 1 + int(10 / speech.duration_s)), speech)
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
            value=100 * ran.share,
            unit="% of a core",
            target=8.0,
            note="processor time of the whole process",
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
