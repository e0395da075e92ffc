"""Planned against performed, for each body, in one run; and what many of them cost.

One performer says and shows one score. On the far side of every body (a puppet's UDP port, a
subscriber, a rosbridge server, a simulator's joints) another process notes what arrives and when.
The jaw of the plan and the jaw that arrived are laid over each other: the shift is the delay, what
is left is the error, and how the shift differs between bodies at one time is the skew.
"""

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import psutil
from numpy.typing import NDArray

from actuation.body_configs import BodyConfig
from actuation.embodiments.catalogue import RunningBody, build_body
from actuation.embodiments.null import NullBody
from actuation.embodiments.page import AvatarBody
from actuation.gesticulation import Gesticulation
from actuation.motion import (
    FACE_INDEX,
    BodyDescription,
    Embodiment,
    Frame,
    FrameChunk,
    Halt,
    StageItem,
)
from actuation.performer import Performer
from actuation.puppet_configs import LiveLinkConfig, VmcConfig
from actuation.ros_config import RosConfig
from actuation.voice import VoiceConfig, Voices
from actuation.zmq_config import ZmqConfig
from agent.bench.bodies_listener import PUPPETS
from agent.bench.figure import Figure
from agent.bench.lag import WINDOW_S, shift_s, windows
from agent.core.bus import EVERY, RECENT, Bus, Delivery
from agent.core.clock import LoopClock
from agent.core.messages import (
    Act,
    ActId,
    Clause,
    Duck,
    EmergencyRelease,
    EmergencyStop,
    Health,
    Message,
    PersonLost,
    PersonSeen,
    Played,
    PrepareSpeech,
    Reason,
    Stop,
)

Floats = NDArray[np.float64]
AVATARS: Final = 200
SPEECH: Final = (
    "Welcome to our house, it is good to see you this morning.",
    "The restroom is down the corridor, on your left, the second door.",
    "You can take the lift over there to the third floor, and then turn right.",
    "Somebody will come and meet you in about five minutes, please have a seat.",
)
PHASE_S: Final = 14.0
JAW: Final = FACE_INDEX["jawOpen"]
_TRAFFIC: Final = Delivery(capacity=65_536, lossy=True)


class Planned:
    """A body that keeps what is to be shown, and when."""

    def __init__(self) -> None:
        self.frames: dict[int, Frame] = {}
        self.halted_at: float | None = None

    def describe(self) -> BodyDescription:
        """It shows nothing."""
        return BodyDescription(name="planned", lead_s=0.0)

    async def connect(self) -> None:
        """Nothing to wait for."""

    def apply(self, item: StageItem) -> None:
        """Keep frames; a later one for the same instant takes the place of an earlier."""
        if isinstance(item, FrameChunk):
            self.frames |= {round(frame.at * 1000): frame for frame in item.frames}
        elif isinstance(item, Halt):
            self.halted_at = item.at

    async def rest(self) -> None:
        """Nothing to let go of."""

    def health(self) -> Health:
        """Nothing can break."""
        return Health.RUNNING

    def jaw(self) -> tuple[Floats, Floats]:
        """Moments and openings, in order."""
        rows = sorted((f.at, float(f.face[JAW])) for f in self.frames.values())
        return np.array([at for at, _ in rows]), np.array([jaw for _, jaw in rows])


class OnArrival(Planned):
    """The control: shows each frame as soon as it comes."""

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self.shown: list[tuple[float, float]] = []
        self._now = now

    def apply(self, item: StageItem) -> None:
        """Show it now."""
        if isinstance(item, FrameChunk):
            self.shown += [(self._now(), float(frame.face[JAW])) for frame in item.frames]


class _Link:
    """Where one of many avatars sends its packed items: notes how early they are."""

    def __init__(self, margins: list[float], now: Callable[[], float]) -> None:
        self._margins = margins
        self._now = now

    def voice(self, generation: int, packed: bytes) -> None:
        """Sound is not looked at."""

    def frames(self, generation: int, packed: bytes) -> None:
        """The first frame's moment stands after the header."""
        due = float(np.frombuffer(packed, "<f8", 1, 8)[0])
        self._margins.append(due - self._now())

    def cut(self, generation: int) -> None:
        """Nothing is kept here."""

    def volume(self, gain: float) -> None:
        """Nothing is heard here."""


@dataclass(slots=True)
class Phase:
    """What one stretch of performing gave."""

    planned: Planned
    cpu_share: float = 0.0
    """Processor time of this process in one second of it."""
    emergency_at: float = float("nan")
    others: list[Embodiment] = field(default_factory=list)


async def measure() -> list[Figure]:
    """Alone, with 200 avatars, with every body on the network: about a minute."""
    loop = asyncio.get_running_loop()
    _tell("one score: alone")
    alone = await _phase([])
    margins: list[float] = []
    _tell(f"{AVATARS} avatars")
    avatars = [_avatar(margins, loop.time) for _ in range(AVATARS)]
    crowd = await _phase(avatars)
    _tell(f"{PUPPETS} VMC puppets, Live Link, ZeroMQ, rosbridge")
    control = OnArrival(loop.time)
    zmq_address = f"tcp://127.0.0.1:{_free_port()}"
    async with _listener(zmq_address) as (ports, hear):
        bodies = _network_bodies(ports, zmq_address)
        mixed = await _phase([*bodies, control], emergency=True)
        heard = await hear()
    only_puppets = await _cost_of_puppets(alone)
    return [
        *_delays(mixed, heard, control),
        *_skew(mixed, heard, control),
        Figure(
            name=f"CPU of {AVATARS} avatars",
            value=100 * (crowd.cpu_share - alone.cpu_share),
            unit="% of a core",
            baseline=100 * alone.cpu_share,
            baseline_of="the score itself",
            note=f"frames early by {1e3 * float(np.percentile(margins, 5)):.0f} ms (p5)",
        ),
        Figure(
            name=f"CPU of {PUPPETS} VMC streams",
            value=100 * only_puppets,
            unit="% of a core",
            baseline=100 * alone.cpu_share,
            baseline_of="the score itself",
            note=f"{_rate_hz(heard):.0f} poses a second each; read by another process",
        ),
        _emergency(mixed, heard),
    ]


def _avatar(margins: list[float], now: Callable[[], float]) -> AvatarBody:
    body = AvatarBody(clock=LoopClock(asyncio.get_running_loop()), report=lambda _: None)
    body.attach(_Link(margins, now))
    return body


def _network_bodies(ports: dict[str, int], zmq_address: str) -> list[RunningBody]:
    clock, bus = LoopClock(asyncio.get_running_loop()), Bus()
    configs: list[BodyConfig] = [
        *(VmcConfig(name=f"vmc {n + 1}", port=ports[f"vmc {n + 1}"]) for n in range(PUPPETS)),
        LiveLinkConfig(port=ports["livelink"]),
        ZmqConfig(address=zmq_address),
        RosConfig(address=f"ws://127.0.0.1:{ports['ros']}/"),
    ]
    return [
        build_body(
            config,
            clock=clock,
            publish=bus.publish,
            traffic=bus.subscribe(Message, delivery=_TRAFFIC),
        )
        for config in configs
    ]


async def _cost_of_puppets(alone: Phase) -> float:
    """Share of a core of the VMC streams alone; they send to a port where nobody reads."""
    quiet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    quiet.bind(("127.0.0.1", 0))
    clock, bus = LoopClock(asyncio.get_running_loop()), Bus()
    with quiet:
        bodies = [
            build_body(
                VmcConfig(name=f"vmc {n + 1}", port=quiet.getsockname()[1]),
                clock=clock,
                publish=bus.publish,
                traffic=bus.subscribe(Message, delivery=_TRAFFIC),
            )
            for n in range(PUPPETS)
        ]
        phase = await _phase(bodies)
    return phase.cpu_share - alone.cpu_share


async def _phase(others: Sequence[Embodiment], *, emergency: bool = False) -> Phase:
    """Perform for `PHASE_S` with these bodies beside a perfect one."""
    loop = asyncio.get_running_loop()
    clock, bus = LoopClock(loop), Bus()
    null, planned = NullBody(clock=clock, report=bus.publish), Planned()
    performer = Performer(
        commands=bus.subscribe(Act, Stop, Duck, PrepareSpeech, delivery=EVERY),
        sightings=bus.subscribe(PersonSeen, PersonLost, delivery=RECENT),
        reports=bus.subscribe(Played, delivery=RECENT),
        emergencies=bus.subscribe(EmergencyStop, EmergencyRelease, delivery=EVERY),
        publish=bus.publish,
        voices=Voices(config=VoiceConfig(), clock=clock, publish=bus.publish),
        bodies=[null, planned, *others],
        clock=clock,
        gestures=Gesticulation,
    )
    phase = Phase(planned, others=list(others))
    runs = [job for body in others if (job := getattr(body, "run", None)) is not None]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job()) for job in (null.run, performer.run, *runs)]
        await asyncio.sleep(2.0)
        bus.publish(_speech(loop.time()))
        process, began = psutil.Process(), loop.time()
        before = process.cpu_times()
        await asyncio.sleep(PHASE_S)
        after = process.cpu_times()
        used = after.user + after.system - before.user - before.system
        phase.cpu_share = used / (loop.time() - began)
        if emergency:
            bus.publish(_speech(loop.time()))
            await asyncio.sleep(2.0)
            phase.emergency_at = loop.time()
            bus.publish(EmergencyStop(at=phase.emergency_at, source="bench"))
            await asyncio.sleep(1.5)
        for task in tasks:
            task.cancel()
    return phase


def _speech(now: float) -> Act:
    return Act(
        at=now,
        act=ActId(round(now * 1000)),
        reason=Reason(policy="bench", because="to be measured"),
        clauses=tuple(Clause(text=text) for text in SPEECH),
    )


@contextlib.asynccontextmanager
async def _listener(
    zmq_address: str,
) -> AsyncIterator[tuple[dict[str, int], Callable[[], Awaitable[dict[str, Floats]]]]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agent.bench.bodies_listener", zmq_address,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=64 << 20,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def hear() -> dict[str, Floats]:
        stdin.close()
        told = json.loads(await stdout.readline())
        return {name: np.array(rows, np.float64).reshape(-1, 2) for name, rows in told.items()}

    try:
        yield json.loads(await stdout.readline()), hear
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _spoken(rows: Floats, phase: Phase) -> Floats:
    """Those of before the emergency."""
    return rows[rows[:, 0] < phase.emergency_at - 0.1]


def _delays(phase: Phase, heard: dict[str, Floats], control: OnArrival) -> list[Figure]:
    plan = phase.planned.jaw()
    figures = []
    early = -shift_s(_spoken(np.array(control.shown), phase), plan)[0]
    for name, rows in heard.items():
        if name.startswith("vmc") and name != "vmc 1":
            continue
        spoken = _spoken(rows, phase)
        if len(spoken) < 100:
            figures.append(Figure(name=f"{name}: delay", value=float("nan"), unit="ms", target=50))
            continue
        delay_s, error = shift_s(spoken, plan)
        gaps = np.diff(spoken[:, 0])
        jitter_s = float(np.percentile(np.abs(gaps - np.median(gaps)), 95))
        figures.append(
            Figure(
                name=f"{name}: planned to performed",
                value=1e3 * delay_s,
                unit="ms",
                target=50,
                control=-1e3 * early,
                control_of="shown on arrival",
                note=f"jitter p95 {1e3 * jitter_s:.1f} ms; jaw off by {error:.4f} rms of 0..1",
            )
        )
    return figures


def _skew(phase: Phase, heard: dict[str, Floats], control: OnArrival) -> list[Figure]:
    plan = phase.planned.jaw()
    by_body = [windows(_spoken(rows, phase), plan) for rows in heard.values() if len(rows) > 100]
    middle = {
        number: float(np.median([w[number] for w in by_body if number in w]))
        for number in set().union(*by_body)
    }
    apart = [abs(s - middle[n]) for shifts in by_body for n, s in shifts.items()]
    loose = windows(_spoken(np.array(control.shown), phase), plan)
    away = [abs(s - middle[n]) for n, s in loose.items() if n in middle]
    return [
        Figure(
            name="skew between bodies, p95",
            value=1e3 * float(np.percentile(apart, 95)) if apart else float("nan"),
            unit="ms",
            target=20,
            control=1e3 * float(np.percentile(away, 95)) if away else float("nan"),
            control_of="shown on arrival",
            note=f"{len(by_body)} bodies, {len(middle)} stretches of {WINDOW_S:.0f} s",
        )
    ]


def _emergency(phase: Phase, heard: dict[str, Floats]) -> Figure:
    """From the order to the last change of any body."""
    still = []
    for rows in heard.values():
        after = rows[rows[:, 0] > phase.emergency_at - 0.05]
        moved = after[1:][np.abs(np.diff(after[:, 1])) > 1e-4]
        last = float(moved[-1, 0]) if len(moved) else phase.emergency_at
        still.append(max(0.0, last - phase.emergency_at))
    return Figure(
        name="emergency stop to stillness, slowest body",
        value=1e3 * max(still, default=float("nan")),
        unit="ms",
        target=100,
        note=f"{len(still)} bodies, in the middle of a sentence",
    )


def _rate_hz(heard: dict[str, Floats]) -> float:
    """Poses a second of a puppet, from the middle of the gaps between them."""
    return 1 / max(1e-3, float(np.median(np.diff(heard["vmc 1"][:, 0]))))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)
