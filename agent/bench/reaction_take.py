"""A visitor's voice through a real page, and all that was heard and played: for `bench reaction`.

The voice (flite, slt) plays through the fake microphone of a real Chromium; what its loudspeaker
got is recorded inside the page. Both ends are found in the sound itself, on the agent's time axis.
"""

import asyncio
import contextlib
import logging
import subprocess
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from agent.app import Agent, build
from agent.bench.browser import Output, Page, browser, write_wav
from agent.bench.reaction_lines import RATE_HZ, WINDOW_S, Line, located, loud_s
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
SILENT_DB = -50.0
SILENT_FOR_S = 0.35
_SOFT_S = 0.1
_TRAFFIC = Delivery(capacity=1_000_000, lossy=False)
_NOTED = (BackendChosen, SpeechStarted, TurnPaused, TurnEnded, Act, Duck, Stop, Played)


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
    # A soft beginning, such as that of "thank", is softer than what is called voiced here.
    first = max(0, voiced[0] - round(_SOFT_S * RATE_HZ))
    trimmed: NDArray[np.float32] = samples[first : voiced[-1] + round(_SOFT_S * RATE_HZ)] * 0.7
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
