"""A visitor's voice through a real page, and all that was heard and played: for `bench reaction`.

The voice (flite, slt) plays through the fake microphone of a real Chromium; what its loudspeaker
got is recorded inside the page. Both ends are found in the sound itself, on the agent's time axis.
"""

import asyncio
import contextlib
import logging
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from agent.app import Agent, build
from agent.bench.browser import Output, Page, browser, write_wav
from agent.core.bus import Bus, Delivery
from agent.core.clock import LoopClock, WallTime
from agent.core.messages import (
    Act,
    BackendChosen,
    Duck,
    Message,
    Played,
    SpeechStarted,
    Stop,
    TurnEnded,
    TurnPaused,
)
from agent.settings import Settings, apart

_log = logging.getLogger(__name__)
RATE_HZ = 16_000
AUDIBLE_DB = -45.0
SILENT_DB = -50.0
SILENT_FOR_S = 0.35
WINDOW_S = 0.005
_ALIKE = 0.6
"""Correlation of loudness from which a line may be at a place."""
_SKIPPED = 0.5
"""What a line's likeness has to be worth: below it the line is better left out."""
_TRIED, _APART_MS, _GAINED_MS = 12, 150, 300
_TRAFFIC = Delivery(capacity=1_000_000, lossy=False)
_NOTED = (BackendChosen, SpeechStarted, TurnPaused, TurnEnded, Act, Duck, Stop, Played)


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
        return float(loud[0]), float(loud[-1]) + WINDOW_S


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


@cache
def say(text: str) -> NDArray[np.float32]:
    """`text` in the visitor's voice, (n,) at `RATE_HZ`."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", file.name], check=True)
        samples, rate = soundfile.read(file.name, dtype="float32")
    assert rate == RATE_HZ
    voiced = np.flatnonzero(np.abs(samples) > 0.01)
    trimmed: NDArray[np.float32] = samples[voiced[0] : voiced[-1] + 1] * 0.7
    return trimmed


async def talk(settings: Settings, lines: list[Line]) -> Take:
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
        take.heard_at = located(lines, microphone)
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
    traffic = bus.subscribe(*_NOTED, delivery=_TRAFFIC)

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


def located(lines: list[Line], microphone: list[tuple[float, bytes]]) -> list[float]:
    """When each line of the file began at the agent, by where its loudness is found.

    Not a number where it is not found: a microphone that was starved has lost some of it.
    """
    starts = np.array([at for at, _ in microphone])
    chunks = [np.frombuffer(pcm, "<i2").astype(np.float32) / 32768 for _, pcm in microphone]
    begin = float(starts[0])
    heard = np.zeros(round((float(starts[-1]) - begin + 1) * RATE_HZ), np.float32)
    for at, chunk in zip(starts, chunks, strict=True):
        first = round((float(at) - begin) * RATE_HZ)
        part = heard[first : first + len(chunk)]
        part[:] = chunk[: len(part)]
    have = _loudness(heard)
    places = [_places(have, _loudness(line.samples)) for line in lines]
    found = in_order([round(line.file_s * 1000) for line in lines], places)
    return [float("nan") if at is None else begin + at / 1000 for at in found]


def _loudness(samples: NDArray[np.float32]) -> NDArray[np.floating]:
    """At 1 kHz: the browser's own processing changes the waveform, not when it is loud."""
    hop = RATE_HZ // 1000
    loudness: NDArray[np.floating] = (
        np.abs(samples[: len(samples) // hop * hop]).reshape(-1, hop).mean(1)
    )
    return loudness


def _places(have: NDArray[np.floating], shape: NDArray[np.floating]) -> list[tuple[int, float]]:
    """Where in `have` it rises and falls like `shape`: (milliseconds, likeness), best first."""
    if len(have) < len(shape):
        return []
    size, ones = 1 << (len(have) + len(shape)).bit_length(), np.ones(len(shape))

    def slid(track: NDArray[np.floating], over: NDArray[np.floating]) -> NDArray[np.floating]:
        product = np.fft.rfft(track, size) * np.conj(np.fft.rfft(over, size))
        return np.fft.irfft(product, size)[: len(have) - len(shape) + 1]

    spread = slid(have**2, ones) - slid(have, ones) ** 2 / len(shape)
    wanted = shape - shape.mean()
    alike = slid(have, wanted) / np.sqrt(np.maximum(spread, 1e-9) * float(wanted @ wanted))
    found: list[tuple[int, float]] = []
    while len(found) < _TRIED and (best := int(np.argmax(alike))) >= 0 and alike[best] >= _ALIKE:
        found.append((best, float(alike[best])))
        alike[max(0, best - _APART_MS) : best + _APART_MS] = 0.0
    return found


def in_order(
    file_ms: Sequence[int], places: Sequence[Sequence[tuple[int, float]]]
) -> list[int | None]:
    """One place for each line, or none, so that together they are most alike.

    `places`: (milliseconds, likeness) for each. They keep the order of the file, and nothing comes
    later after another than in the file: a starved microphone loses time, and never gains any.
    """
    chains: list[tuple[float, list[tuple[int, int]]]] = []
    for line, tried in enumerate(places):
        for at, alike in tried:
            before = [
                (score, chain)
                for score, chain in chains
                if (last := chain[-1])[0] < line
                and 0 < at - last[1] <= file_ms[line] - file_ms[last[0]] + _GAINED_MS
            ]
            score, chain = max(before, default=(0.0, list[tuple[int, int]]()), key=lambda c: c[0])
            chains.append((score + alike - _SKIPPED, [*chain, (line, at)]))
    whole = dict(max(chains, default=(0.0, []), key=lambda c: c[0])[1])
    return [whole.get(line) for line in range(len(places))]


def loud_s(samples: NDArray[np.float32], rate_hz: float, limit_db: float) -> NDArray[np.float64]:
    """When stretches of 5 ms begin that are louder than `limit_db`, seconds from the start.

    44.1 kHz has no whole number of samples in 5 ms: stretches begin where they really do.
    """
    count = int(len(samples) / rate_hz / WINDOW_S)
    starts = np.rint(np.arange(count) * WINDOW_S * rate_hz).astype(int)
    if not count:
        return np.empty(0)
    size = np.diff(np.append(starts, len(samples)))
    power = np.sqrt(np.add.reduceat(samples.astype(np.float64) ** 2, starts) / size)
    loud: NDArray[np.float64] = starts[20 * np.log10(power + 1e-9) > limit_db] / rate_hz
    return loud


def played_at(take: Take, limit_db: float) -> NDArray[np.float64]:
    """Moments on the agent's axis at which the page was audible."""
    assert take.output is not None
    loud = loud_s(take.output.samples, take.output.rate_hz, limit_db)
    return take.output.heard_at(loud) + take.offset_s


def silence_after(played: NDArray[np.float64], onset: float) -> float:
    """Time from `onset` to the last audible moment before a pause of `SILENT_FOR_S`."""
    last = onset
    for moment in played[played >= onset - 0.12]:
        if moment - max(last, onset) > SILENT_FOR_S:
            break
        last = float(moment)
    return max(0.0, last + WINDOW_S - onset)
