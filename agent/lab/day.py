"""One day in the lobby: people come, the agent decides, both react; what came of it is kept.

No event loop and no clock: the next thing that happens, in the room or in the agent, is the next
moment. The same seed gives the same day.
"""

import gc
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter, process_time
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    ClauseSpoken,
    Duck,
    HelpCalled,
    HostNotified,
    Message,
    PageChanged,
    StageState,
    Stop,
)
from agent.lab.mind import Mind
from agent.lab.outcomes import DayResult, Timing
from agent.lab.tape import Tape
from agent.lab.witness import Witness
from agent.settings import Settings
from behavior.dialogue.draft import Desk
from behavior.lobby.lobby import Lobby

MONDAY: Final = datetime(2026, 3, 2)
_LOOK_S: Final = 0.5
_AFTERWARDS_S: Final = 900.0
"""Those inside at closing time may finish; nobody stays longer."""
_HEARD: Final = (
    Act,
    Stop,
    Duck,
    ActStarted,
    ClauseSpoken,
    ActFinished,
    StageState,
    HostNotified,
    HelpCalled,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """Which day is lived."""

    seed: int
    number: int = 0
    """Which day of the run: its date."""
    plan: str = ""
    day: str = ""
    noise: str = ""
    variant: str = ""
    page: bool = True
    """A page is there that says that this is an AI."""
    until_s: float = float("inf")
    """For tests: the house closes this long after opening."""


def live(lobby: Lobby, settings: Settings, desk: Desk, plan: DayPlan) -> DayResult:
    """Live one day through to its end."""
    day = _Day(lobby, settings, desk, plan)
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()  # a day makes much that is dropped at once, and hardly a cycle
    try:
        return day.live()
    finally:
        if collecting:
            gc.enable()


class _Day:
    def __init__(self, lobby: Lobby, settings: Settings, desk: Desk, plan: DayPlan) -> None:
        self._lobby, self._plan = lobby, plan
        self._site = settings.site
        opens_s = lobby.day.opens_hour * 3600.0
        date = MONDAY + timedelta(days=plan.number + 2 * (plan.number // 5))
        start = (date + timedelta(seconds=opens_s)).replace(tzinfo=ZoneInfo(self._site.timezone))
        self._tape = Tape()
        self._mind = Mind(settings, desk, start=start, tell=self._tell)
        self._witness = Witness(lobby, settings.site, self._tape, self._mind.stage, plan.page)
        self._room_s = 0.0
        self._looked_at = float("-inf")
        self._start = start

    def live(self) -> DayResult:
        began_s, at = process_time(), perf_counter()
        mind, lobby = self._mind, self._lobby
        page = PageChanged(at=0.0, connected=self._plan.page, camera=True, microphone=True)
        mind.take(page, 0.0)
        closes = min(lobby.ends_at, self._plan.until_s)
        while True:
            of_room, of_mind = self._next_of_room(), mind.next_at
            now = min(of_room, of_mind)
            if now > closes + _AFTERWARDS_S or (now > closes and not lobby.view().people):
                break
            if of_mind < of_room:
                mind.advance(of_mind)
            else:
                self._let_the_room_go_on(of_room)
        spent = (process_time() - began_s, perf_counter() - at)
        return self._result(*spent, min(mind.now, closes))

    def _next_of_room(self) -> float:
        began = perf_counter()
        at = self._lobby.next_event_at()
        self._room_s += perf_counter() - began
        return at

    def _let_the_room_go_on(self, until: float) -> None:
        began = perf_counter()
        deliveries = self._lobby.deliveries(until)
        self._room_s += perf_counter() - began
        for one in deliveries:
            self._mind.take(one.message, max(one.at, self._mind.now))
        self._mind.advance(max(until, self._mind.now))
        self._witness.see_what_happened(until)
        if until - self._looked_at >= _LOOK_S:
            view = self._lobby.view()
            self._tape.look(view)
            self._witness.look(view, until - self._looked_at)
            self._looked_at = until

    def _tell(self, now: float, message: Message) -> None:
        self._tape.note(now, message)
        if isinstance(message, _HEARD):
            began = perf_counter()
            self._lobby.hear(message)
            self._room_s += perf_counter() - began
        self._witness.take(now, message)

    def _result(self, cpu_s: float, wall_s: float, simulated_s: float) -> DayResult:
        took_s = np.frombuffer(self._mind.took_s, np.float64) if self._mind.took_s else np.zeros(1)
        decide_s = float(took_s.sum())
        timing = Timing(
            simulated_s=simulated_s,
            cpu_s=cpu_s,
            wall_s=wall_s,
            room_s=self._room_s,
            decide_s=decide_s,
            rest_s=max(0.0, wall_s - self._room_s - decide_s),
            decisions=len(took_s),
            p50_ms=1e3 * float(np.percentile(took_s, 50)),
            p95_ms=1e3 * float(np.percentile(took_s, 95)),
            worst_ms=1e3 * float(took_s.max()),
        )
        plan, seen = self._plan, self._witness
        return DayResult(
            seed=plan.seed,
            plan=plan.plan,
            day=plan.day,
            noise=plan.noise,
            variant=plan.variant,
            opens_hour=self._lobby.day.opens_hour,
            start_unix_s=self._start.timestamp(),
            visits=tuple(seen.visits.values()),
            deeds=tuple(seen.deeds),
            breaches=tuple(seen.breaches),
            episodes=self._tape.finish(),
            replies_s=tuple(seen.replies_s),
            timing=timing,
        )
