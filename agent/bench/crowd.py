"""What looking at one, three and six people costs beside a conversation, on this machine.

A whole agent whose page shows drawn people that sway where they stand, while questions are typed
and answered aloud. Told: looks a second, how often the nearest and the farthest are seen, the age
of a sighting, the share of one core of everything that the agent runs. It must degrade by choice,
the far ones less often, and not by lag; the control is a detector that looks everywhere.
"""

import importlib
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from agent.bench.camera import CONFIG, Found, looks_everywhere, run_agent
from agent.bench.figure import Figure
from agent.bench.handover import CHARACTER
from agent.settings import Settings, read_settings
from agent.stand_ins import REAL, StandIns

PLACES = ((1.3, 0.58), (2.2, -1.05), (2.6, 0.13), (3.6, -0.54), (4.2, 0.72), (4.8, -1.4))
"""Metres ahead and to the left, the nearest first."""
PICTURES, RATE_HZ, SWAY_M = 36, 12, 0.05
TALK_S = 12.0
LATE_MS = 150.0


async def crowd_figures() -> list[Figure]:
    """Four agents, one after the other; about two minutes."""
    settings = read_settings(CONFIG)
    with tempfile.TemporaryDirectory() as folder:
        clips = {n: _clip(Path(folder) / f"{n}.mp4", PLACES[:n]) for n in (1, 3, 6)}
        found = {n: await _agent(settings, clip, REAL) for n, clip in clips.items()}
        control = await _agent(
            settings, clips[6], StandIns(open_detector=looks_everywhere(settings))
        )
    return [_row(n, one, control if n == 6 else None) for n, one in found.items()]


async def _agent(settings: Settings, clip: Path, stand_ins: StandIns) -> Found:
    return await run_agent(settings, clip, stand_ins, talk_s=TALK_S)


def _row(people: int, found: Found, control: Found | None) -> Figure:
    talk = found.talk
    rates = sorted((n / talk.seconds for n in talk.people.values()), reverse=True)
    told = ", ".join(f"{rate:.1f}" for rate in rates)
    return Figure(
        name=f"{people} in view beside a conversation: age of a sighting, p95",
        value=talk.age_ms(95),
        unit="ms",
        target=LATE_MS,
        baseline=talk.age_ms(50),
        baseline_of="p50",
        control=control.talk.age_ms(95) if control else None,
        control_of="looking everywhere" if control else "",
        note=f"{talk.rate_hz:.1f} looks a second; each person {told} times a second;"
        f" {talk.core_share:.0%} of a core in all; {found.answers} answers heard",
    )


def _clip(path: Path, places: Sequence[tuple[float, float]]) -> Path:
    """A film of people at these places, which ends as it begins."""
    room, vrm, av = (
        importlib.import_module(name)
        for name in ("actuation.embodiments.room_camera", "actuation.embodiments.vrm_file", "av")
    )
    camera, rng = room.RoomCamera(vrm.read_character(CHARACTER)), np.random.default_rng(2)
    with av.open(str(path), "w") as film:
        stream = film.add_stream("mpeg4", rate=RATE_HZ, options={"qscale": "2"})
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for k in range(PICTURES):
            sway = SWAY_M * math.sin(math.tau * k / PICTURES)
            figures = [
                room.Figure(
                    x_m=x, y_m=y + sway, who=i, front_rad=math.atan2(-y, -x), size=1 - 0.02 * i
                )
                for i, (x, y) in enumerate(places)
            ]
            frame = av.VideoFrame.from_ndarray(camera.picture(figures, rng), "rgb24")
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path
