"""`foyer run CONFIG`: starts the receptionist and says where to meet it."""

import argparse
import asyncio
import contextlib
import os
import sys
import webbrowser
from collections.abc import AsyncIterable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from agent import log
from agent.app import Agent, build
from agent.calendar import Calendar
from agent.commands.editions import history_of
from agent.config import ConfigError
from agent.core.bus import EVERY, Bus
from agent.core.clock import Clock, LoopClock, WallTime
from agent.core.errors import FoyerError
from agent.core.messages import BackendChosen, ComponentHealth, Health, PolicyReloaded
from agent.kiosk.service_manager import service_manager
from agent.lifetime import leave, run_to_end, settle
from agent.pages.site import try_to_listen
from agent.runtime import OPTIONAL
from agent.settings import Settings, read_settings, with_lobby

HELP = "start the receptionist from a configuration"
SLOW_S = 15.0
"""After this long it is said what is waited for."""
LONG_S = 60.0
"""And after this long besides it is not waited for any more."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "config", type=Path, nargs="?", default=Path("configs/demo.yaml"), help="a configuration"
    )
    parser.add_argument("--headless", action="store_true", help="serve no page; a null body plays")
    parser.add_argument(
        "--people",
        choices=("camera", "lobby"),
        default="camera",
        help="lobby: simulated people instead of the camera and microphone",
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--log", default="warning", choices=("debug", "info", "warning", "error"))
    parser.add_argument(
        "--personal", action="store_true", help="show words and names in the log (your own desk)"
    )


Beside = Callable[[Agent, Settings, Bus, Clock], None]
"""Adds to an agent that is not yet started what a command needs beside it."""


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C; 0 then, 1 when an essential part could not be kept alive."""
    return serve(arguments, port_must_be_free=True)


def serve(
    arguments: argparse.Namespace,
    beside: Beside | None = None,
    *,
    last_good: bool = False,
    port_must_be_free: bool = False,
) -> int:
    """As `run`, with something beside the agent.

    `last_good`: nobody is there to read of a fault, so the last good edition runs meanwhile.
    `port_must_be_free`: say so and end where it is not, instead of trying again for a while.
    """
    log.setup(arguments.log, personal=arguments.personal)
    settings = (_or_last_good if last_good else read_settings)(arguments.config)
    if getattr(arguments, "people", "camera") == "lobby":
        settings = with_lobby(settings)
    if port_must_be_free and not arguments.headless:
        try_to_listen(settings.config.server)
    try:
        run_to_end(_run(settings, arguments, beside))
    except KeyboardInterrupt:
        print("\nfoyer: stopped")
        leave(0)
    except ExceptionGroup as group:
        told, untold = group.split(FoyerError)
        for fault in _leaves(told) if told else []:
            print(f"foyer: {fault}", file=sys.stderr)
        if untold is not None:
            raise untold from None
        leave(1)
    return 0


def _or_last_good(config: Path) -> Settings:
    """The configuration; where it has faults, the newest good edition that was kept of it."""
    try:
        return read_settings(config)
    except ConfigError as error:
        good = history_of(config).good()
        if not good:
            raise
        print(f"foyer: {error}", file=sys.stderr)
        print(
            f"foyer: runs by its edition {good[-1].number} of {good[-1].kept_at} until that is put"
            " right; `foyer rollback` puts that edition back",
            file=sys.stderr,
        )
        kept = read_settings(good[-1].stored_config)
        broken = {Path(problem.path) for problem in error.problems}
        return replace(kept, path=config, broken=tuple(sorted(broken)))


async def _run(settings: Settings, arguments: argparse.Namespace, beside: Beside | None) -> None:
    clock = LoopClock(asyncio.get_running_loop())
    bus = Bus()
    wall = WallTime(clock)
    agent = build(settings, bus=bus, clock=clock, wall=wall, headless=arguments.headless)
    calendar = Calendar(
        wall=wall,
        served=lambda: agent.planner.situation.encounter is not None,
        quiet=lambda: agent.planner.situation.quiet,
        publish=bus.publish,
        clock=clock,
    )
    agent.runtime.add(calendar, OPTIONAL)
    if beside is not None:
        beside(agent, settings, bus, clock)
    manager = service_manager(
        os.environ,
        started=agent.server.started if agent.server else None,
        ailing=agent.runtime.ailing,
        clock=clock,
    )
    if manager is not None:
        agent.runtime.add(manager, OPTIONAL)
    news = bus.subscribe(BackendChosen, ComponentHealth, PolicyReloaded, delivery=EVERY)
    async with asyncio.TaskGroup() as group:
        tellers = [
            group.create_task(_tell(news, settings.path.resolve().parent)),
            group.create_task(_welcome(agent, arguments)),
            group.create_task(_tell_ready(agent, clock)),
        ]
        try:
            await agent.runtime.run()
        finally:
            for teller in tellers:
                teller.cancel()


async def _welcome(agent: Agent, arguments: argparse.Namespace) -> None:
    if agent.server is None:
        print("foyer: running without a page; Ctrl-C stops it", flush=True)
        return
    await agent.server.started.wait()
    print(f"\n  The receptionist:  {agent.server.address}/")
    print(f"  For operators:     {agent.server.console_address}")
    if agent.server.room is not None:
        print(f"  Its visitors:      {agent.server.lobby_address}")
    print("  Ctrl-C stops it.\n", flush=True)
    if not arguments.no_browser and _has_display():
        await asyncio.to_thread(_open, agent.server.address + "/")


async def _tell_ready(agent: Agent, clock: Clock) -> None:
    """Say once when a visitor can be served, and before that what is waited for.

    What has not come after a while, as eyes without their models, is gone on without.
    """
    if not await _all_there(agent, clock.now() + SLOW_S):
        print(f"  not ready yet: {_awaited(agent)}", flush=True)
        if not await _all_there(agent, clock.now() + LONG_S):
            _settle(agent)
            print(f"  visitors are served without: {_awaited(agent)}", flush=True)
            await _all_there(agent, None)
    _settle(agent)
    print(f"  ready after {_age_s():.1f} s", flush=True)


def _settle(agent: Agent) -> None:
    settle()
    agent.settled.set()


async def _all_there(agent: Agent, until: float | None) -> bool:
    """Whether all that a visitor needs is there by then."""
    try:
        async with asyncio.timeout_at(until):
            for event in agent.ready.values():
                await event.wait()
    except TimeoutError:
        return False
    return True


def _awaited(agent: Agent) -> str:
    return ", ".join(sorted(name for name, event in agent.ready.items() if not event.is_set()))


def _age_s() -> float:
    """How long ago this process was started."""
    import psutil

    born_s = float(psutil.Process().create_time())
    return datetime.now(UTC).timestamp() - born_s


def _open(address: str) -> None:
    with contextlib.suppress(webbrowser.Error, OSError):
        webbrowser.open(address)


def _has_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _seen_from(configs: Path, path: str) -> str:
    return os.path.relpath(path, configs)


async def _tell(
    news: AsyncIterable[BackendChosen | ComponentHealth | PolicyReloaded], configs: Path
) -> None:
    """Say who is at work and who is not well, once each."""
    told: dict[str, tuple[Health, str]] = {}
    at_work: dict[str, tuple[str, str]] = {}
    async for one in news:
        match one:
            case BackendChosen():
                if at_work.get(one.role) == (one.backend, one.detail):
                    continue
                at_work[one.role] = (one.backend, one.detail)
                note = " (a fallback)" if one.fallback else ""
                detail = f": {one.detail}" if one.detail else ""
                print(f"  {one.role}: {one.backend}{note}{detail}", flush=True)
            case ComponentHealth():
                before = told.get(one.component)
                told[one.component] = (one.health, one.detail)
                if one.health is Health.RUNNING and (before is None or before[0] is one.health):
                    continue
                if before == told[one.component]:
                    continue
                print(f"  {one.component}: {one.health} {one.detail}".rstrip(), flush=True)
            case PolicyReloaded():
                word = "" if one.accepted else "kept as it was: "
                detail = one.detail.replace("\n", "\n    ") or "reloaded"
                print(f"  {_seen_from(configs, one.path)} {word}{detail}", flush=True)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for one in group.exceptions:
        found += _leaves(one) if isinstance(one, BaseExceptionGroup) else [one]
    return found
