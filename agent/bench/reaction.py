"""`bench reaction`: how soon the agent answers, and how soon it falls silent. At a real page.

A visitor's voice (flite, slt) plays through the fake microphone of a real Chromium; what its
loudspeaker got is recorded inside the page. Both ends are read off sound: where the visitor's
words end, found in the samples that reached the agent, and where the first audible sample left
the page. Nothing the agent says about itself enters a figure.
"""

import asyncio
import contextlib
import logging
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from agent.app import Agent, build
from agent.bench.browser import Output, Page, browser, write_wav
from agent.bench.figure import Figure
from agent.core.bus import Bus, Delivery
from agent.core.clock import LoopClock, WallTime
from agent.core.errors import BackendUnavailableError
from agent.core.messages import (
    Act,
    BackendChosen,
    Message,
    Played,
    TurnEnded,
    TurnPaused,
)
from agent.settings import Settings, apart, read_settings

_log = logging.getLogger(__name__)
RATE_HZ = 16_000
CONFIG = Path("configs/demo.yaml")
QUESTIONS = (
    "where is the restroom",
    "what is the wifi password",
    "are you a robot",
    "where is the lift",
    "what are your opening hours",
    "where can i park",
    "where is the waiting area",
    "can you call me a taxi",
    "thank you",
    "where can i smoke",
    "how are you",
    "where is the cafe",
)
LONG_ANSWERS = (
    "what are your opening hours",
    "where can i park",
    "are you recording me",
    "can i bring my dog",
    "where is the restroom",
    "where is the bus stop",
)
INTERRUPTION = "excuse me please wait a moment i have another question"
PAUSE_S = 7.5
LISTEN_S = 1.9
"""From the end of a question to the interruption of its answer, seconds."""
AUDIBLE_DB = -45.0
SILENT_DB = -50.0
SILENT_FOR_S = 0.35
_WINDOW_S = 0.005
_STRAY_MS = 400
"""How far the microphone's clock may go astray from one line to the next."""
_TRAFFIC = Delivery(capacity=1_000_000, lossy=False)


@dataclass(slots=True)
class Line:
    """One thing the visitor says."""

    text: str
    samples: NDArray[np.float32]
    file_s: float
    """Where it begins in the microphone's file."""
    interrupts: bool = False

    @property
    def voiced(self) -> tuple[float, float]:
        """First and last audible moment within the line, seconds."""
        loud = loud_s(self.samples, RATE_HZ, AUDIBLE_DB)
        return float(loud[0]), float(loud[-1]) + _WINDOW_S


@dataclass(slots=True)
class Take:
    """What one run gave."""

    lines: list[Line]
    heard_at: list[float] = field(default_factory=list)
    """When each line began at the agent, seconds on its axis."""
    output: Output | None = None
    offset_s: float = 0.0
    """The agent's axis minus the page's."""
    seen: list[tuple[float, Message]] = field(default_factory=list)
    """Messages with the moment they came."""
    moments: list[dict[str, float]] = field(default_factory=list)


async def measure() -> list[Figure]:
    """Talk to the agent as configured, then to one that waits a fixed 0.8 s; compare."""
    if shutil.which("flite") is None:
        raise BackendUnavailableError("bench reaction: the visitor's voice is flite; install it")
    settings = read_settings(CONFIG)
    _tell(f"{len(QUESTIONS)} questions, {len(LONG_ANSWERS)} interruptions: about four minutes")
    take = await _talk(settings, _script(QUESTIONS, LONG_ANSWERS))
    _tell("the same with a fixed silence of 0.8 s, as the baseline")
    plain = await _talk(_with_fixed_silence(settings), _script(QUESTIONS[:6], ()))
    reactions, baseline = _reactions(take), _reactions(plain)
    cuts, uncut = _cuts(take), _uninterrupted(take)
    recogniser = next(
        (
            m.backend
            for _, m in take.seen
            if isinstance(m, BackendChosen) and m.role == "recogniser"
        ),
        "?",
    )
    return [
        *_reaction_figures(reactions, baseline, recogniser),
        *_stage_figures(take),
        Figure(
            name="barge-in to silence, p95",
            value=1e3 * _percentile(cuts, 95),
            unit="ms",
            target=300,
            control=1e3 * _percentile(uncut, 50),
            control_of="uninterrupted",
            note=f"n = {len(cuts)}, p50 {1e3 * _percentile(cuts, 50):.0f} ms",
        ),
        Figure(
            name="frames of before a cut shown after it",
            value=_stale(take),
            unit="",
            target=0,
            note=f"of {len(take.moments)} pictures",
        ),
    ]


def _reaction_figures(
    reactions: list[float], baseline: list[float], recogniser: str
) -> list[Figure]:
    answered = len(reactions) / len(QUESTIONS)
    return [
        Figure(
            name="questions answered",
            value=answered,
            unit="",
            target=0.9,
            at_most=False,
            note=f"recogniser {recogniser}",
        ),
        *(
            Figure(
                name=f"end of speech to first sound, p{share}",
                value=1e3 * _percentile(reactions, share),
                unit="ms",
                target=limit,
                baseline=1e3 * _percentile(baseline, share),
                baseline_of="fixed 0.8 s",
            )
            for share, limit in ((50, 700), (95, 1200))
        ),
    ]


def _stage_figures(take: Take) -> list[Figure]:
    """Where the time goes, by when the agent's messages came; for information."""
    rows: dict[str, list[float]] = {}
    for line, at in zip(take.lines, take.heard_at, strict=True):
        end = at + line.voiced[1]
        if line.interrupts or line.text not in QUESTIONS:
            continue
        for name, kind in _STEPS.items():
            seen = [
                t
                for t, m in take.seen
                if isinstance(m, kind) and getattr(m, "clauses", True) and end - 0.1 < t < end + 3
            ]
            if kind is Played:
                seen = [
                    m.at
                    for _, m in take.seen
                    if isinstance(m, Played) and m.first and end - 0.1 < m.at < end + 3
                ]
            if seen:
                # The last pause is the one that led to the end of the turn.
                moment = seen[-1] if kind is TurnPaused else seen[0]
                rows.setdefault(name, []).append(moment - end)
    return [
        Figure(
            name=f"  until {name}, p50",
            value=1e3 * _percentile(times, 50),
            unit="ms",
            note=f"p95 {1e3 * _percentile(times, 95):.0f} ms",
        )
        for name, times in rows.items()
    ]


_STEPS: dict[str, type[Message]] = {
    "the pause is noticed": TurnPaused,
    "the turn is over": TurnEnded,
    "the stage has the reply": Act,
    "the page reports its first sound": Played,
}


def _with_fixed_silence(settings: Settings) -> Settings:
    turns = settings.config.turns
    kinds = ("finished", "closed", "open", "counting", "dangling", "nothing", "goes_on")
    waits = {f"{kind}_s": 0.8 for kind in kinds}
    alike = {**waits, "doubt_factor": 1.0, "adapts": False}
    patience = turns.patience.model_copy(update=alike)
    config = settings.config.model_copy(
        update={"turns": turns.model_copy(update={"patience": patience})}
    )
    return replace(settings, config=config)


def _script(questions: tuple[str, ...], long_answers: tuple[str, ...]) -> list[Line]:
    lines: list[Line] = []
    at = 4.0
    for text in questions:
        lines.append(Line(text, _say(text), at))
        at += len(lines[-1].samples) / RATE_HZ + PAUSE_S
    for text in long_answers:
        lines.append(Line(text, _say(text), at))
        at += len(lines[-1].samples) / RATE_HZ + LISTEN_S
        lines.append(Line(INTERRUPTION, _say(INTERRUPTION), at, interrupts=True))
        at += len(lines[-1].samples) / RATE_HZ + PAUSE_S
    return lines


def _say(text: str) -> NDArray[np.float32]:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", file.name], check=True)
        samples, rate = soundfile.read(file.name, dtype="float32")
    assert rate == RATE_HZ
    voiced = np.flatnonzero(np.abs(samples) > 0.01)
    trimmed: NDArray[np.float32] = samples[voiced[0] : voiced[-1] + 1] * 0.7
    return trimmed


async def _talk(settings: Settings, lines: list[Line]) -> Take:
    """Play the lines to an agent behind a page; return what was heard and played."""
    take = Take(lines)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        sound = np.zeros(round((lines[-1].file_s + 12) * RATE_HZ), np.float32)
        for line in lines:
            first = round(line.file_s * RATE_HZ)
            sound[first : first + len(line.samples)] = line.samples
        file = write_wav(Path(folder) / "visitor.wav", sound)
        async with _running(apart(settings, Path(folder)), take) as (agent, microphone):
            assert agent.server is not None
            async with browser(sound=file) as chrome:
                page = await chrome.open(agent.server.address + "/")
                await _allow(page)
                await page.tap()
                take.offset_s = await page.clock_offset_s()
                await asyncio.sleep(len(sound) / RATE_HZ + 1)
                take.output = await page.output()
                take.moments = await page.moments()
                drift = await page.clock_offset_s() - take.offset_s
                _log.info("page clock", extra={"drift_s": drift})
        take.heard_at = _located(lines, microphone, sound)
    return take


@contextlib.asynccontextmanager
async def _running(
    settings: Settings, take: Take
) -> AsyncIterator[tuple[Agent, list[tuple[float, bytes]]]]:
    loop = asyncio.get_running_loop()
    clock, bus = LoopClock(loop), Bus()
    microphone: list[tuple[float, bytes]] = []
    agent = build(
        settings,
        bus=bus,
        clock=clock,
        wall=WallTime(clock),
        overhear=lambda at, pcm: microphone.append((at, pcm)),
    )
    assert agent.server is not None
    traffic = bus.subscribe(BackendChosen, TurnPaused, TurnEnded, Act, Played, delivery=_TRAFFIC)

    understands = asyncio.Event()

    async def note() -> None:
        async for message in traffic:
            take.seen.append((clock.now(), message))
            if isinstance(message, BackendChosen) and message.role == "recogniser":
                understands.set()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(agent.runtime.run()), group.create_task(note())]
        await agent.server.started.wait()
        try:
            async with asyncio.timeout(90):
                await understands.wait()
            yield agent, microphone
        finally:
            for task in tasks:
                task.cancel()


async def _allow(page: Page) -> None:
    """Say yes to camera and microphone, as a visitor would."""
    await page.until("__foyer && document.querySelector('#ask-yes')", within_s=30)
    await page.evaluate("document.querySelector('#ask-yes').click()", gesture=True)
    await page.until("__foyer.player.speaker.context.state === 'running'", within_s=15)


def _located(
    lines: list[Line], microphone: list[tuple[float, bytes]], sound: NDArray[np.float32]
) -> list[float]:
    """When each line of the file began at the agent, by where it correlates best."""
    starts = np.array([at for at, _ in microphone])
    chunks = [np.frombuffer(pcm, "<i2").astype(np.float32) / 32768 for _, pcm in microphone]
    begin = float(starts[0])
    heard = np.zeros(round((float(starts[-1]) - begin + 1) * RATE_HZ), np.float32)
    for at, chunk in zip(starts, chunks, strict=True):
        first = round((float(at) - begin) * RATE_HZ)
        part = heard[first : first + len(chunk)]
        part[:] = chunk[: len(part)]
    # Envelopes at 1 kHz: the browser's own processing changes the waveform, not when it is loud.
    hop = RATE_HZ // 1000
    have, want = (np.abs(x[: len(x) // hop * hop]).reshape(-1, hop).mean(1) for x in (heard, sound))
    size = 1 << int(np.ceil(np.log2(len(have) + len(want))))
    product = np.fft.rfft(have - have.mean(), size) * np.conj(np.fft.rfft(want - want.mean(), size))
    lag = int(np.argmax(np.fft.irfft(product, size)))
    if lag > size // 2:
        lag -= size
    located = []
    for line in lines:
        first = round(line.file_s * 1000) + lag
        near = np.arange(max(first - _STRAY_MS, 0), first + _STRAY_MS)
        shape = np.abs(line.samples[: len(line.samples) // hop * hop]).reshape(-1, hop).mean(1)
        scores = [
            float(have[k : k + len(shape)] @ shape) if k + len(shape) <= len(have) else 0.0
            for k in near
        ]
        found = int(near[int(np.argmax(scores))])
        # A starved microphone loses time for good: the next line is sought from here.
        lag += found - first
        located.append(begin + found / 1000)
    return located


def loud_s(samples: NDArray[np.float32], rate_hz: float, limit_db: float) -> NDArray[np.float64]:
    """When stretches of 5 ms begin that are louder than `limit_db`, seconds from the start.

    44.1 kHz has no whole number of samples in 5 ms: stretches begin where they really do.
    """
    count = int(len(samples) / rate_hz / _WINDOW_S)
    starts = np.rint(np.arange(count) * _WINDOW_S * rate_hz).astype(int)
    if not count:
        return np.empty(0)
    size = np.diff(np.append(starts, len(samples)))
    power = np.sqrt(np.add.reduceat(samples.astype(np.float64) ** 2, starts) / size)
    loud: NDArray[np.float64] = starts[20 * np.log10(power + 1e-9) > limit_db] / rate_hz
    return loud


def _played_at(take: Take, limit_db: float) -> NDArray[np.float64]:
    """Moments on the agent's axis at which the page was audible."""
    assert take.output is not None
    loud = loud_s(take.output.samples, take.output.rate_hz, limit_db)
    return take.output.heard_at(loud) + take.offset_s


def _reactions(take: Take) -> list[float]:
    """From the end of each question to the first audible sample after it, seconds."""
    played = _played_at(take, AUDIBLE_DB)
    times = []
    for line, at in zip(take.lines, take.heard_at, strict=True):
        if line.interrupts or line.text not in QUESTIONS:
            continue
        end = at + line.voiced[1]
        after = played[(played > end - 0.02) & (played < end + PAUSE_S - 1)]
        if len(after):
            times.append(float(after[0]) - end)
    return times[: len(QUESTIONS)]


def _cuts(take: Take) -> list[float]:
    """From the onset of each interruption to the silence of the page, seconds."""
    played = _played_at(take, SILENT_DB)
    return [
        _silence_after(played, at + line.voiced[0])
        for line, at in zip(take.lines, take.heard_at, strict=True)
        if line.interrupts and np.any(np.abs(played - (at + line.voiced[0])) < 0.12)
    ]


def _uninterrupted(take: Take) -> list[float]:
    """The same measure where nobody interrupts: from 1.9 s after a question to silence."""
    played = _played_at(take, SILENT_DB)
    moments = [
        at + line.voiced[1] + LISTEN_S
        for line, at in zip(take.lines, take.heard_at, strict=True)
        if not line.interrupts
    ][: len(QUESTIONS)]
    return [_silence_after(played, m) for m in moments if np.any(np.abs(played - m) < 0.12)]


def _silence_after(played: NDArray[np.float64], onset: float) -> float:
    """Time from `onset` to the last audible moment before a pause of `SILENT_FOR_S`."""
    last = onset
    for moment in played[played >= onset - 0.12]:
        if moment - max(last, onset) > SILENT_FOR_S:
            break
        last = float(moment)
    return max(0.0, last + _WINDOW_S - onset)


def _stale(take: Take) -> float:
    """Pictures that showed an older generation than one shown before."""
    generations = np.array([m["generation"] for m in take.moments if "generation" in m])
    if not len(generations):
        return float("nan")
    return float(np.count_nonzero(generations < np.maximum.accumulate(generations)))


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def _percentile(values: list[float], share: float) -> float:
    return float(np.percentile(values, share)) if values else float("nan")
