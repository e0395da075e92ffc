"""The doors of the lobby: lets people in when they come and the doorway is free."""

import math
import random

from behavior.lobby.body import APART_M
from behavior.lobby.cast import Arrival, Cast
from behavior.lobby.scene import Scene
from behavior.lobby.somebody import Phase, Somebody
from behavior.lobby.truth import Entered

_HOST_COMES_S = (40.0, 420.0)
_HELP_COMES_S = (25.0, 90.0)
_BLOCKED_DOOR_S = 0.5
_BEHIND_S = 0.6
_INSIDE_M = 0.9
_SENT_IN = 1_000_000
"""Arrivals beside the day's plan are numbered from here, and change nothing of it."""


class Entrance:
    """Who is to come, and who stands at the doors."""

    def __init__(self, scene: Scene, cast: Cast, coming: list[Arrival], rng: random.Random) -> None:
        """`coming`: latest first."""
        self._scene = scene
        self._cast = cast
        self._coming = coming
        self._rng = rng
        self._entering: list[tuple[float, Somebody]] = []
        self._sent = 0

    @property
    def next_at(self) -> float:
        """The next arrival; infinite: nobody comes any more."""
        return self._coming[-1].at if self._coming else math.inf

    @property
    def idle(self) -> bool:
        """Nobody stands at the doors."""
        return not self._entering

    def call(self, intention: str, one: Somebody) -> bool:
        """Have a host or a colleague come for somebody, in their time; False: one comes."""
        if not math.isinf(one.host_at):
            return False
        one.host_at = self._scene.now + self._rng.uniform(
            *(_HOST_COMES_S if intention == "host" else _HELP_COMES_S)
        )
        self._scene.calls.append((one.host_at, intention, one))
        return True

    def send_in(self, intention: str, now: float) -> None:
        """Let somebody come beside the day's plan."""
        self._sent += 1
        self._arrive(Arrival(now, intention, _SENT_IN + self._sent), now)

    def let_in(self, now: float) -> None:
        """Let in whose moment it is."""
        while self._coming and self._coming[-1].at <= now + 1e-9:
            self._arrive(self._coming.pop(), now)
        if self._scene.calls:
            self._answer_calls(now)
        if self._entering:
            self._let_in_waiting(now)

    def _answer_calls(self, now: float) -> None:
        for call in [call for call in self._scene.calls if call[0] <= now]:
            self._scene.calls.remove(call)
            if call[2].phase is not Phase.GONE:
                self._entering.append((now, self._cast.fetcher(call[1], call[2], now)))

    def _let_in_waiting(self, now: float) -> None:
        waiting, self._entering = self._entering, []
        for at, one in waiting:
            leader_first = one.leader is not None and one.leader.entered_at >= now
            if now < at:
                self._entering.append((at, one))
            elif leader_first or self._blocked(one):
                self._entering.append((now + _BLOCKED_DOOR_S, one))
            else:
                self._enter(one, now)

    def _arrive(self, arrival: Arrival, now: float) -> None:
        for k, one in enumerate(self._cast.make(arrival, now)):
            self._entering.append((now + _BEHIND_S * (k // 2), one))

    def _blocked(self, one: Somebody) -> bool:
        x, y = one.body.x, one.body.y
        return any(other.body.away_m(x, y) < APART_M + 0.05 for other in self._scene.people)

    def _enter(self, one: Somebody, now: float) -> None:
        scene, intention = self._scene, one.intention
        one.entered_at = one.since = now
        scene.people.append(one)
        if one.fetches is not None:
            visitor = one.fetches.body
            one.body.way[:] = scene.room.way((one.body.x, one.body.y), (visitor.x, visitor.y))
            one.enter(Phase.VISIT, now)
        else:
            door = one.came_by
            inner = scene.room.free_near(
                door.x_m + _INSIDE_M * math.cos(one.body.heading),
                door.y_m + _INSIDE_M * math.sin(one.body.heading),
            )
            one.body.way[:] = [inner]
        scene.happen(
            one,
            Entered,
            intention=intention.name,
            wants_help=intention.wants_help,
            tasks=len(one.wants.tasks),
            group=one.group,
            door=one.came_by.name,
        )
