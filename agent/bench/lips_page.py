"""Lips against sound at a real page: in each picture, over minutes.

A stand-in speaks chirps whose pitch tells their score time. What the loudspeaker got is recorded
inside the page, and read at the moment of each picture: that is what the mouth in it had to
match. The page's audio clock is laid onto its pictures' clock by readings of our own, not by what
the player believes, so that a player that believes wrongly is found out.

Ten minutes; FOYER_BENCH_MINUTES=1 for a quick look.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.page import AvatarBody
from agent.bench.browser import Output, Page, browser, chromium
from agent.bench.burden import burden
from agent.bench.figure import Figure
from agent.bench.stand_in import STRETCH_S, StandInPerformer, lip_errors, mouth, running
from agent.core.bus import RECENT, Bus
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.pages.config import ServerConfig
from agent.pages.panel import SHOWN
from agent.pages.server import WEB, PageServer, Senses

Floats = NDArray[np.float64]

MINUTES = 10.0
CHIRP_S = 18.0
PAUSE_S = 1.2
"""From the end of one chirp to the next: its last picture, and the reading of what was heard."""
SETTLE_S = 3.0
JITTER_S = 0.08
SHIFT_S = 0.2
READINGS = 5
"""Clock readings, a tenth of a second apart, of which the middle counts."""
WRONG_CLOCK = 1e-4
"""By how much the control's clock runs wrongly: 60 ms in ten minutes."""
SPAN_S = 600.0
HELD = 0.05

_READ_CLOCKS = """(() => {
  const context = __foyer.player.speaker.context;
  window.__clocks = [];
  setInterval(() => {
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    if (contextTime > 0) __clocks.push([performanceTime / 1000, contextTime]);
  }, 100);
})()"""
_TAKE = """(() => {
  __tap.length = 0;
  const player = __foyer.player;
  return {
    moments: player.moments.splice(0), arrivals: player.arrivals.splice(0),
    clocks: __clocks.splice(0),
  };
})()"""


@dataclass(frozen=True, slots=True)
class _Chirp:
    """What one chirp gave; a number for each picture that showed speech."""

    due_s: Floats
    """The page's time each was made for."""
    due: Floats
    """Mouth less sound at that time, seconds; not a number where nothing was heard."""
    ready: Floats
    """The same at the time it was ready."""
    shifted: Floats
    """Against the sound of `SHIFT_S` later."""
    wrong_clock: Floats
    """Against a loudspeaker whose clock runs wrongly by `WRONG_CLOCK` since the first chirp."""
    on_arrival: Floats
    """A mouth shown as it arrives: one for each stretch of voice."""
    jaw: Floats
    """Jaw drawn less that of the score shown, which says that the score is the picture's own."""
    audio_clock: tuple[float, float]
    """Time, and audio clock less the page's there, seconds."""


@dataclass(frozen=True, slots=True)
class _Run:
    chirps: list[_Chirp]
    software: bool
    """The processor drew."""
    late: int
    """Stretches of voice that came too late."""

    def all(self, of: Callable[[_Chirp], Floats]) -> Floats:
        """One kind of number over the run, of those pictures that could be judged."""
        values: Floats = np.concatenate([of(chirp) for chirp in self.chirps])
        judged: Floats = values[np.isfinite(values)]
        return judged


def at_the_page(minutes: float | None = None, *, burdened: bool = False) -> list[Figure]:
    """Return the page's figures; where there is no browser, that they were not measured.

    `minutes`: else those of FOYER_BENCH_MINUTES, else ten. `burdened`: beside a process that never
    rests, with stretches of sound and frames that come up to `JITTER_S` late.
    """
    try:
        chromium()
        if not (WEB / "kiosk.html").exists():
            raise BackendUnavailableError("the pages are not built: foyer pages build")
    except BackendUnavailableError as missing:
        return [_error(float("nan"), note=str(missing))]
    minutes = _minutes() if minutes is None else minutes
    with burden() if burdened else contextlib.nullcontext():
        return _figures(asyncio.run(_watch(minutes, JITTER_S if burdened else 0.0)))


def _minutes() -> float:
    text = os.environ.get("FOYER_BENCH_MINUTES") or str(MINUTES)
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= 24 * 60:
        raise BadInputError(f"FOYER_BENCH_MINUTES={text}: a number of minutes, more than 0")
    return minutes


async def _watch(minutes: float, jitter_s: float) -> _Run:
    """Speak chirp after chirp at a page for so long."""
    chirps: list[_Chirp] = []
    _tell(f"lips at the page: chirps of {CHIRP_S:.0f} s for {minutes:g} minutes")
    async with _page(jitter_s) as (page, performer):
        await page.tap()
        await page.evaluate(_READ_CLOCKS)
        loop = asyncio.get_running_loop()
        until = loop.time() + 60 * minutes
        first_s: float | None = None
        while not chirps or loop.time() + CHIRP_S + PAUSE_S <= until:
            performer.say(CHIRP_S)
            await asyncio.sleep(CHIRP_S + PAUSE_S)
            output = await page.output()
            taken = await page.evaluate(_TAKE)
            if first_s is None:
                first_s = output.start_s
            chirps.append(
                await asyncio.to_thread(_judged, output, taken, performer.utterance, first_s)
            )
        return _Run(
            chirps,
            software=bool(await page.evaluate("__foyer.stage.software")),
            late=int(await page.evaluate("__foyer.player.playout.lateChunks")),
        )


@contextlib.asynccontextmanager
async def _page(jitter_s: float) -> AsyncIterator[tuple[Page, StandInPerformer]]:
    """A server, the avatar's body, a stand-in, and a kiosk page that shows its character."""
    clock = LoopClock(asyncio.get_running_loop())
    bus = Bus()
    body = AvatarBody(clock=clock, report=bus.publish)
    performer = StandInPerformer(clock=clock, apply=body.apply, jitter_s=jitter_s)
    with tempfile.TemporaryDirectory() as folder:
        server = PageServer(
            config=ServerConfig(port=0, token_file=Path(folder) / "token"),
            clock=clock,
            facts=bus.subscribe(*SHOWN, delivery=RECENT),
            publish=bus.publish,
            senses=Senses(picture=_unwatched, sound=_unwatched),
            body=body,
        )
        async with running(server, performer):
            await asyncio.wait_for(server.started.wait(), 10)
            async with browser() as chrome:
                page = await chrome.open(server.address)
                await page.until("__foyer.bodyName === 'vrm'", within_s=90)
                await page.until("__foyer.player.speaker.running", within_s=30)
                await asyncio.sleep(SETTLE_S)
                yield page, performer


def _unwatched(_at: float, _payload: bytes) -> None:
    """Nobody looks or listens here."""


def _judged(output: Output, taken: dict[str, list[Any]], utterance: int, first_s: float) -> _Chirp:
    """Compare each picture of one chirp with the sound that was heard."""
    clocks = np.array(taken["clocks"], np.float64).reshape(-1, 2)
    apart = clocks[:, 1] - clocks[:, 0]
    moments = [m for m in taken["moments"] if m["utterance"] == utterance]
    drifted = [m | {"dueS": m["dueS"] + WRONG_CLOCK * (m["dueS"] - first_s)} for m in moments]
    arrivals = [a for a in taken["arrivals"] if a["utterance"] == utterance]
    arrived = [
        {"arrivedS": a["arrivedS"], "scoreShownS": STRETCH_S * number}
        for number, a in enumerate(arrivals)
    ]

    def errors(pictures: Sequence[dict[str, Any]], when: str, later_s: float = 0.0) -> Floats:
        on_clock = [p | {when: p[when] + _apart_at(p[when], clocks[:, 0], apart)} for p in pictures]
        return lip_errors(
            output.samples, output.rate_hz, output.clock_s, on_clock, when, later_s=later_s
        )

    return _Chirp(
        due_s=np.array([m["dueS"] for m in moments], np.float64),
        due=errors(moments, "dueS"),
        ready=errors(moments, "perfS"),
        shifted=errors(moments, "dueS", SHIFT_S),
        wrong_clock=errors(drifted, "dueS"),
        on_arrival=errors(arrived, "arrivedS"),
        jaw=np.array([m["jawOpen"] - mouth(m["scoreShownS"]) for m in moments], np.float64),
        audio_clock=(float(clocks[:, 0].mean()), float(np.median(apart))),
    )


def _apart_at(at_s: float, read_s: Floats, apart: Floats) -> float:
    """Audio clock less the page's near `at_s`: a starved loudspeaker stands still for a while."""
    nearest = np.argsort(np.abs(read_s - at_s))[:READINGS]
    return float(np.median(apart[nearest]))


def _figures(run: _Run) -> list[Figure]:
    due, shown = run.all(lambda c: c.due), sum(len(c.due) for c in run.chirps)
    seconds = sum(float(np.ptp(c.due_s)) for c in run.chirps if len(c.due_s))
    middle_ms = 1e3 * _median(run.all(lambda c: c.shifted))
    return [
        _error(
            _p95_ms(due),
            baseline=_p95_ms(run.all(lambda c: c.on_arrival)),
            baseline_of="shown on arrival",
            control=_p95_ms(run.all(lambda c: c.shifted)),
            control_of=f"sound of {SHIFT_S:g} s later",
            note=(
                f"{len(due)} of {shown} pictures in {len(run.chirps)} chirps, middle "
                f"{1e3 * _median(due):+.2f} ms (control {middle_ms:+.0f} ms)"
            ),
        ),
        _when_ready(run, len(due) / seconds if seconds else float("nan")),
        _held(run),
        *_drift(run),
    ]


def _error(p95_ms: float, **more: Any) -> Figure:  # noqa: ANN401 - fields of a figure
    return Figure(name="lips at the page, p95", value=p95_ms, unit="ms", target=20.0, **more)


def _when_ready(run: _Run, rate_hz: float) -> Figure:
    ready = run.all(lambda c: c.ready)
    drawn_by = "the processor draws here" if run.software else "a graphics chip draws here"
    return Figure(
        name="  the same when the picture was ready, p95",
        value=_p95_ms(ready),
        unit="ms",
        note=f"{drawn_by}, {rate_hz:.0f} pictures/s; middle {1e3 * _median(ready):+.1f} ms",
    )


def _held(run: _Run) -> Figure:
    """The score of a picture goes on when frames fail to come; its mouth does not."""
    jaw = np.abs(run.all(lambda c: c.jaw))
    return Figure(
        name="  pictures whose mouth is not that of their score",
        value=100 * float(np.mean(jaw > HELD)) if len(jaw) else float("nan"),
        unit="%",
        note=(
            f"jaw off by more than {HELD:g}, as when frames come after it is drawn; "
            f"{run.late} stretches of voice came late"
        ),
    )


def _drift(run: _Run) -> list[Figure]:
    """How the error goes on average over the run, by the middle of each chirp."""
    slope, spread = _slope_ms([(c.due_s, c.due) for c in run.chirps])
    wrong, _ = _slope_ms([(c.due_s, c.wrong_clock) for c in run.chirps])
    clock, _ = _slope_ms([_one(*c.audio_clock) for c in run.chirps])
    first, last = _first_and_last(run)
    return [
        Figure(
            name="lips at the page, drift in ten minutes",
            value=abs(slope),
            unit="ms",
            target=5.0,
            baseline=abs(clock),
            baseline_of="clocks read once",
            control=abs(wrong),
            control_of=f"loudspeaker {1e6 * WRONG_CLOCK:.0f} ppm off",
            note=(
                f"{slope:+.2f} +- {spread:.2f} ms; middle of the first minute {first:+.2f} ms, "
                f"of the last {last:+.2f} ms"
            ),
        )
    ]


def _one(at_s: float, value: float) -> tuple[Floats, Floats]:
    return np.array([at_s]), np.array([value])


def _slope_ms(chirps: Sequence[tuple[Floats, Floats]]) -> tuple[float, float]:
    """Slope of the chirps' medians in milliseconds per ten minutes, and its standard error."""
    middles = [
        (float(np.median(at[good])), float(np.median(values[good])))
        for at, values in chirps
        if np.any(good := np.isfinite(values))
    ]
    if len(middles) < 2:
        return float("nan"), float("nan")
    at_s, errors = np.array(middles).T
    (slope, offset) = np.polyfit(at_s - at_s[0], errors, 1)
    left = errors - offset - slope * (at_s - at_s[0])
    scatter = np.sqrt(np.sum(left**2) / max(len(errors) - 2, 1))
    error = scatter / np.sqrt(np.sum((at_s - at_s.mean()) ** 2))
    return float(1e3 * SPAN_S * slope), float(1e3 * SPAN_S * error)


def _first_and_last(run: _Run) -> tuple[float, float]:
    """Median error of the first and of the last minute, milliseconds."""
    at = np.concatenate([c.due_s for c in run.chirps])
    errors = 1e3 * np.concatenate([c.due for c in run.chirps])
    if not len(at):
        return float("nan"), float("nan")
    first, last = errors[at <= at[0] + 60], errors[at >= at[-1] - 60]
    return _median(first[np.isfinite(first)]), _median(last[np.isfinite(last)])


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _p95_ms(errors: Floats) -> float:
    return float(1e3 * np.percentile(np.abs(errors), 95)) if len(errors) else float("nan")


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)
