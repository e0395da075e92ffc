"""How late sightings are, how many there are a second, and what looking costs.

A man and then an empty sky, from a test recording, are shown in a loop by a camera of 30 pictures
a second, in real time. A sighting's age is taken where it is published. Each core is kept busy
half of the time by another process, as recogniser, voice and page do in a conversation; the
baseline is the same on a quiet machine. The control is a detector told to look everywhere in
every picture: it must come out late.
"""

import asyncio
import importlib
import multiprocessing
import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil

from agent.bench.figure import Figure
from agent.core.clock import LoopClock
from agent.core.errors import BadInputError
from agent.core.messages import ComponentHealth, PersonLost, PersonSeen
from agent.models import models_folder
from perception.camera import WHOLE
from perception.detectors import DetectorConfig, detector_opener
from perception.focus import TILES
from perception.off_loop import OneThread
from perception.people import PeopleComponent, PeopleConfig
from perception.senses import Picture
from perception.sightings import Focus, Look, PeopleDetector

CLIP, MAN_UNTIL_S = "video/face_noface.mov", 2.3
CAMERA_HZ = 30.0
WARM_S, RUN_S = 2.0, 8.0
BURN_S = 0.01


async def measure() -> list[Figure]:
    """Six short runs, about a minute in all."""
    man, empty = await _scenes()
    with _busy_cores():
        loaded = await _run(man)
        control = await _run(man, everywhere=True)
    quiet, idle = await _run(man), await _run(empty)
    clip = sum(picture.pixels.nbytes for picture in man + empty)
    memory_mb = (psutil.Process().memory_info().rss - clip) / 1e6
    cores = os.cpu_count() or 1
    return [
        Figure(
            name="camera to PersonSeen, p95",
            value=loaded.age_ms(95),
            unit="ms",
            target=80,
            baseline=quiet.age_ms(95),
            baseline_of="quiet machine",
            control=control.age_ms(95),
            control_of="looking everywhere",
            note=f"{cores} cores kept half busy by others; p50 {loaded.age_ms(50):.0f} ms",
        ),
        Figure(
            name="sightings a second",
            value=loaded.rate_hz,
            unit="Hz",
            target=10,
            at_most=False,
            baseline=quiet.rate_hz,
            baseline_of="quiet machine",
            control=control.rate_hz,
            control_of="looking everywhere",
        ),
        Figure(
            name="one core used, nobody there",
            value=100 * idle.core_share,
            unit="%",
            target=40,
            baseline=100 * quiet.core_share,
            baseline_of="somebody there",
        ),
        Figure(name="memory", value=memory_mb, unit="MB", note="of eyes alone, without the clip"),
    ]


@dataclass(frozen=True, slots=True)
class _Run:
    ages_s: list[float]
    seconds: float
    core_share: float

    def age_ms(self, percent: float) -> float:
        return float(np.percentile(self.ages_s, percent) * 1000) if self.ages_s else float("nan")

    @property
    def rate_hz(self) -> float:
        return len(self.ages_s) / self.seconds


class _Loop:
    """Shows pictures round and round, in real time, skipping those nobody had time for."""

    def __init__(self, pictures: list[Picture], clock: LoopClock, until: float) -> None:
        self._pictures, self._clock, self._until = pictures, clock, until

    async def pictures(self) -> AsyncIterator[Picture]:
        begin, number = self._clock.now(), 0
        while (at := begin + number / CAMERA_HZ) < self._until:
            await self._clock.sleep_until(at)
            shown = self._pictures[number % len(self._pictures)]
            yield Picture(at=at, pixels=shown.pixels)
            number = max(number + 1, int((self._clock.now() - begin) * CAMERA_HZ))


class _Everywhere:
    """Looks at the whole picture and all its parts, whatever is asked."""

    def __init__(self, detector: PeopleDetector) -> None:
        self._detector = detector
        self.close = detector.close

    def look(self, picture: Picture, focus: Focus) -> Look:
        everything = replace(focus, scan=WHOLE, bodies=TILES[:3], faces=TILES)
        return self._detector.look(picture, everything)


async def _run(pictures: list[Picture], *, everywhere: bool = False) -> _Run:
    clock = LoopClock(asyncio.get_running_loop())
    config = PeopleConfig()
    opener = detector_opener(DetectorConfig(), camera=config.camera, models=models_folder())
    start = clock.now() + WARM_S
    ages: list[float] = []
    used: list[float] = []
    process = psutil.Process()

    def cpu_s() -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    def publish(message: PersonSeen | PersonLost | ComponentHealth) -> None:
        if isinstance(message, PersonSeen) and message.at >= start:
            ages.append(clock.now() - message.at)

    async def count_from_start() -> None:
        await clock.sleep_until(start)
        used.append(cpu_s())

    component = PeopleComponent(
        camera=_Loop(pictures, clock, start + RUN_S),
        open_detector=lambda: _Everywhere(opener()) if everywhere else opener(),
        off_loop=OneThread("eyes"),
        publish=publish,
        config=config,
        clock=clock,
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(count_from_start())
        await component.run()
    seconds = clock.now() - start
    return _Run(ages, seconds, (cpu_s() - used[0]) / seconds)


async def _scenes() -> tuple[list[Picture], list[Picture]]:
    """The pictures with the man, and those without."""
    try:
        folder: Path = importlib.import_module("tests.media").MEDIA
    except ImportError:
        folder = Path("media")
    path = folder / CLIP
    if not path.exists():
        raise BadInputError(f"the bench needs the test recording {path}")
    # Heavy, and this module is imported to list benches.
    from perception.backends.recorded import RecordedCamera

    pictures = [picture async for picture in RecordedCamera(path).pictures()]
    return (
        [picture for picture in pictures if picture.at < MAN_UNTIL_S],
        [picture for picture in pictures if picture.at > MAN_UNTIL_S + 0.2],
    )


@contextmanager
def _busy_cores() -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    burners = [context.Process(target=_burn, daemon=True) for _ in range(os.cpu_count() or 1)]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.join()


def _burn() -> None:
    pause = threading.Event()
    while True:
        begin = time.process_time()
        while time.process_time() - begin < BURN_S:
            sum(range(1000))
        pause.wait(BURN_S)
