"""Far side of the page: a kiosk page in Chromium, what its loudspeaker got and what it drew.

The page's clock is laid on ours by readings of our own, and its sound on its clock by readings of
the audio clock: not by what the player believes, so that a player that believes wrongly is found.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.page import AvatarBody
from actuation.motion import VoiceChunk
from agent.bench.bodies_far import FarSide, Seen, Told
from agent.bench.bodies_stage import Performance
from agent.bench.browser import BrowserError, Output, Page, browser, chromium
from agent.bench.figure import Figure
from agent.bench.lag import Plan
from agent.bench.stand_in import running
from agent.core.bus import RECENT, Bus
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.pages.config import ServerConfig
from agent.pages.panel import SHOWN
from agent.pages.server import WEB, PageServer, Senses

Floats = NDArray[np.float64]
_HOP_S: Final = 0.01
_LOUD: Final = 95
"""The percentile of loudness that counts as one."""
_DRAWN: Final = 5
_SIZE_PX: Final = (320, 180)
"""A processor draws it; a kiosk has a graphics chip."""


@contextlib.asynccontextmanager
async def page(bus: Bus) -> AsyncIterator[FarSide]:
    """The avatar on its page; it has the voice."""
    chromium()
    if not (WEB / "kiosk.html").exists():
        raise BackendUnavailableError("the pages are not built: foyer pages build")
    clock = LoopClock(asyncio.get_running_loop())
    body = AvatarBody(clock=clock, report=bus.publish)
    with tempfile.TemporaryDirectory() as folder:
        server = PageServer(
            config=ServerConfig(port=0, token_file=Path(folder) / "token"),
            clock=clock,
            facts=bus.subscribe(*SHOWN, delivery=RECENT),
            publish=bus.publish,
            senses=Senses(picture=_unwatched, sound=_unwatched),
            body=body,
        )
        async with running(server):
            await asyncio.wait_for(server.started.wait(), 10)
            async with browser() as chrome:
                kiosk = await chrome.open(server.address, width=_SIZE_PX[0], height=_SIZE_PX[1])
                await _drawing(kiosk)

                async def hear(shown: Performance) -> Told:
                    return await _heard(kiosk, shown)

                yield FarSide([body], hear, speaks=True)


async def _drawing(kiosk: Page) -> None:
    """The page shows its character, can be heard, and is recorded."""
    try:
        await kiosk.until("__foyer.bodyName === 'vrm'", within_s=90)
        await kiosk.until("__foyer.player.speaker.running", within_s=30)
        await kiosk.until(f"__foyer.player.moments.length > {_DRAWN}", within_s=30)
        await kiosk.tap()
    except BrowserError as fault:
        raise BackendUnavailableError(f"its browser shows no page: {fault}") from None


async def _heard(kiosk: Page, shown: Performance) -> Told:
    apart_s = await kiosk.clock_offset_s()
    output, moments = await kiosk.output(), await kiosk.moments()
    loud, jaw = _planned_loudness(shown.planned.voice.values()), shown.planned.jaw()
    software = bool(await kiosk.evaluate("__foyer.stage.software"))
    sound = Seen(
        body="page",
        plan=loud,
        given=loud,
        rows=_loudness(output, apart_s),
        of="loudness",
    )
    pictures = Seen(
        body="page's pictures",
        plan=jaw,
        given=jaw,
        stops_late=software,
        rows=np.array([(m["dueS"] + apart_s, m["jawOpen"]) for m in moments]).reshape(-1, 2),
        note=_drawn(moments, software),
    )
    return Told([sound, pictures], [_late(shown)])


def _planned_loudness(voice: Iterable[VoiceChunk]) -> Plan:
    """Loudness every `_HOP_S`, from the samples where they were to be heard."""
    chunks = sorted(voice, key=lambda chunk: chunk.at)
    if not chunks:
        return np.array([0.0, 1.0]), np.zeros(2)
    rate_hz, begins = chunks[0].rate_hz, chunks[0].at
    samples = np.zeros(round((chunks[-1].at - begins + 10) * rate_hz))
    for chunk in chunks:
        first = round((chunk.at - begins) * rate_hz)
        samples[first : first + len(chunk.samples)] = chunk.samples
    middles_s, loud = _envelope(samples, rate_hz)
    return begins + middles_s, loud


def _loudness(output: Output, apart_s: float) -> Floats:
    """(n, 2) the same of what the loudspeaker got."""
    middles_s, loud = _envelope(output.samples, output.rate_hz)
    return np.column_stack([output.heard_at(middles_s) + apart_s, loud])


def _envelope(samples: NDArray[np.floating[Any]], rate_hz: float) -> tuple[Floats, Floats]:
    """Middles of stretches of `_HOP_S`, seconds from the first sample, and how loud each is."""
    hop = round(_HOP_S * rate_hz)
    count = len(samples) // hop
    parts = np.asarray(samples[: count * hop], np.float64).reshape(count, hop)
    rms = np.sqrt(np.mean(parts**2, axis=1))
    audible = rms[rms > 1e-4]
    loudest = float(np.percentile(audible, _LOUD)) if len(audible) else 1.0
    middles_s: Floats = (np.arange(count, dtype=np.float64) + 0.5) * hop / rate_hz
    return middles_s, np.asarray(rms / loudest, np.float64)


def _drawn(moments: list[dict[str, Any]], software: bool) -> str:
    at = np.array([m["perfS"] for m in moments])
    rate_hz = 1 / float(np.median(np.diff(at))) if len(at) > 9 else 0.0
    late_ms = 1e3 * np.median([m["perfS"] - m["dueS"] for m in moments] or [np.nan])
    by = "the processor draws" if software else "a graphics chip draws"
    return f"{by}, {rate_hz:.0f} pictures/s, ready {late_ms:+.0f} ms from when due"


def _late(shown: Performance) -> Figure:
    """Sound that cannot come out in time shifts the page, and the others follow it."""
    late_ms = [1e3 * late for late in shown.late_s()]
    return Figure(
        name="page: words heard after their planned moment, once it has spoken",
        value=max(late_ms[1:], default=float("nan")),
        unit="ms",
        baseline=late_ms[0] if late_ms else None,
        baseline_of="its first words",
        note=f"{len(late_ms)} utterances",
    )


def _unwatched(_at: float, _payload: bytes) -> None:
    """Nobody looks or listens here."""
