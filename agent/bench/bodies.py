"""Planned against performed, for each body, in one run; and what many of them cost.

One performer says and shows one score. On the far side of every body (a puppet's UDP port, a
subscriber, a rosbridge server, a simulator's joints, a page's loudspeaker) somebody notes what
arrives and when. What was planned and what arrived are laid over each other: the shift is the
delay, what is left is the error, and how the shift differs between bodies at one time is the skew.

FOYER_BENCH_BODIES=network,humanoid leaves the other far sides out.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Final

import numpy as np

from actuation.embodiments.page import AvatarBody
from agent.bench.bodies_far import FAR_SIDES, FarSide, Opening
from agent.bench.bodies_figures import shown_by
from agent.bench.bodies_listener import PUPPETS
from agent.bench.bodies_network import quiet_puppets
from agent.bench.bodies_stage import OnArrival, perform
from agent.bench.figure import Figure
from agent.core.backend import pick
from agent.core.bus import Bus
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError, BadInputError

AVATARS: Final = 200
CORES: Final = 6
"""That many simulate two robots and draw a page beside the agent."""


async def measure() -> list[Figure]:
    """Every body at once; then the score alone, with 200 avatars, with 20 puppets: two minutes.

    Where a processor of few cores would have to simulate robots and draw a page at once, the page
    has a performance of its own, together with the bodies on the network.
    """
    names = _wanted()
    simulated = any(name in names for name in ("humanoid", "reachy"))
    if "page" not in names or not simulated or (os.cpu_count() or 1) >= CORES:
        return [*await _together(names), *await _cost()]
    figures = await _together(tuple(name for name in names if name != "page"))
    with_page = tuple(name for name in names if name in ("network", "page"))
    return [*figures, *_renamed(await _together(with_page), figures), *await _cost()]


def _renamed(with_page: list[Figure], told: list[Figure]) -> list[Figure]:
    """What the second performance adds to the first."""
    known = {figure.name for figure in told}
    return [
        replace(figure, name=f"{figure.name}, beside a page") if figure.name in known else figure
        for figure in with_page
        if figure.name not in known or not figure.name.endswith(("performed", "stage time"))
    ]


def _wanted() -> tuple[str, ...]:
    text = os.environ.get("FOYER_BENCH_BODIES", "")
    names = tuple(name.strip() for name in text.split(",")) if text else tuple(FAR_SIDES)
    if unknown := set(names) - set(FAR_SIDES):
        raise BadInputError(
            f"FOYER_BENCH_BODIES: there is no {', '.join(sorted(unknown))}; "
            f"there is {', '.join(FAR_SIDES)}"
        )
    return names


async def _together(names: tuple[str, ...]) -> list[Figure]:
    """All bodies that can be had here, from one score."""
    bus, control = Bus(), OnArrival(asyncio.get_running_loop().time)
    sides: list[FarSide] = []
    absent: list[Figure] = []
    async with AsyncExitStack() as stack:
        for name in names:
            try:
                opening: Opening = pick("far side", FAR_SIDES, name)
                sides.append(await stack.enter_async_context(opening(bus)))
                _tell(f"{name}: {FAR_SIDES[name].about}")
            except BackendUnavailableError as missing:
                absent.append(_absent(name, str(missing)))
                _tell(f"{name}: {absent[-1].note}")
        sides.sort(key=lambda side: not side.speaks)
        shown = await perform(
            [*(body for side in sides for body in side.bodies), control],
            jobs=[job for side in sides for job in side.jobs],
            emergency=True,
            bus=bus,
        )
        told = [await side.hear(shown) for side in sides]
    seen = [one for far in told for one in far.seen]
    figures = [figure for far in told for figure in far.figures]
    return [*shown_by(seen, shown, control), *figures, *absent]


def _absent(name: str, why: str) -> Figure:
    return Figure(
        name=f"{name}: planned to performed", value=float("nan"), unit="ms", note=f"not here: {why}"
    )


async def _cost() -> list[Figure]:
    """Share of a core, with nobody else of the bench at work."""
    loop, margins = asyncio.get_running_loop(), list[float]()
    _tell("the score alone, for its cost")
    alone = await perform([])
    _tell(f"{AVATARS} avatars")
    crowd = await perform([_avatar(margins, loop.time) for _ in range(AVATARS)])
    _tell(f"{PUPPETS} VMC puppets that nobody reads")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unread:
        unread.bind(("127.0.0.1", 0))
        puppets = await perform(quiet_puppets(unread.getsockname()[1]))
    early = f"frames early by {1e3 * float(np.percentile(margins, 5)):.0f} ms (p5)"
    return [
        _share(f"CPU of {AVATARS} avatars", crowd.cpu_share, alone.cpu_share, early),
        _share(f"CPU of {PUPPETS} VMC streams", puppets.cpu_share, alone.cpu_share, ""),
    ]


def _share(name: str, with_them: float, alone: float, note: str) -> Figure:
    return Figure(
        name=name,
        value=100 * (with_them - alone),
        unit="% of a core",
        baseline=100 * alone,
        baseline_of="the score itself",
        note=note,
    )


def _avatar(margins: list[float], now: Callable[[], float]) -> AvatarBody:
    body = AvatarBody(clock=LoopClock(asyncio.get_running_loop()), report=lambda _: None)
    body.attach(_Link(margins, now))
    return body


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


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)
