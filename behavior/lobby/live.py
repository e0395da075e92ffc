"""The simulated lobby as a source like any camera: its people walk in at the speed of the clock.

It publishes what perception would and hears what the stage reports. Their voices are not sounded:
turns arrive as words. Nobody real is in it.
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import BackendChosen, Message
from behavior.lobby.floor_plan import FloorPlan
from behavior.lobby.library import LIBRARY, day_profile, detector_noise, floor_plan, intentions
from behavior.lobby.lobby import STEP_S, Lobby
from behavior.lobby.view import LobbyView


class LobbyConfig(BaseModel):
    """Which simulated people come, and where."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plan: str = Field("entrance_hall", description="Floor plan, by its file's name.")
    day: str = Field("normal", description="Day profile, by its file's name.")
    noise: str = Field("measured", description="Errors of the detectors, by the file's name.")
    seed: int = Field(0, ge=0, le=2**31, description="The same number: the same people.")
    from_hour: float | None = Field(
        None,
        ge=0,
        lt=24,
        description="The hour of that day with which it begins. None: the hour it is, or ten"
        " o'clock when that house is closed now.",
    )
    library: Path = Field(LIBRARY, description="Folder of plans/, days/, noise/ and people/.")


_USUAL_HOUR = 10.0


def lobby_of(config: LobbyConfig, start_s: float, hour: float) -> Lobby:
    """The lobby of a configuration, opened at `start_s`, when it is `hour` (0..24) outside.

    Raises `BackendUnavailableError` where a file is missing.
    """
    try:
        day = day_profile(config.day, config.library)
        wanted = hour if config.from_hour is None else config.from_hour
        if not day.opens_hour <= wanted < day.closes_hour:
            wanted = min(max(_USUAL_HOUR, day.opens_hour), day.closes_hour)
        day = day.model_copy(update={"opens_hour": wanted})
        return Lobby(
            floor_plan(config.plan, config.library),
            day,
            detector_noise(config.noise, config.library),
            config.seed,
            people=intentions(config.library),
            start_s=start_s,
        )
    except FileNotFoundError as fault:
        raise BackendUnavailableError(f"lobby: {fault}") from None


class LiveLobby:
    """Publishes the lobby's people as they are seen and heard; they react to the agent."""

    name = "behavior.lobby"

    def __init__(
        self,
        *,
        inputs: Sequence[AsyncIterable[Message]],
        publish: Callable[[Message], None],
        clock: Clock,
        local_time: Callable[[float], datetime],
        config: LobbyConfig,
    ) -> None:
        """`inputs`: what the agent does and what its stage reports."""
        self._inputs = tuple(inputs)
        self._publish = publish
        self._clock = clock
        self._local_time = local_time
        self._config = config
        self.lobby: Lobby | None = None
        """The room, once it is open."""

    @property
    def plan(self) -> FloorPlan | None:
        """Walls and doors; None before it opens."""
        return None if self.lobby is None else self.lobby.plan

    def view(self) -> LobbyView | None:
        """Everyone as they really are; None before it opens."""
        return None if self.lobby is None else self.lobby.view()

    def kinds(self) -> tuple[str, ...]:
        """Who can be sent in, by intention."""
        return () if self.lobby is None else self.lobby.kinds

    def send_in(self, intention: str) -> bool:
        """Let one of these come through the door now; False: there is nobody like that."""
        if self.lobby is None or intention not in self.lobby.kinds:
            return False
        self.lobby.send_in(intention)
        return True

    async def run(self) -> None:
        """Let people come and go until cancelled."""
        now = self._clock.now()
        if self.lobby is None:
            local = self._local_time(now)
            hour = local.hour + local.minute / 60
            self.lobby = await asyncio.to_thread(lobby_of, self._config, now, hour)
        self._publish(
            BackendChosen(
                at=now,
                role="people",
                backend="lobby",
                detail="simulated people; no camera is used",
            )
        )
        async with asyncio.TaskGroup() as group:
            for source in self._inputs:
                group.create_task(self._hear(self.lobby, source))
            group.create_task(self._move(self.lobby))

    async def _hear(self, lobby: Lobby, source: AsyncIterable[Message]) -> None:
        async for message in source:
            lobby.hear(message)

    async def _move(self, lobby: Lobby) -> None:
        while True:
            for message in lobby.advance(self._clock.now()):
                self._publish(message)
            await self._clock.sleep_until(self._clock.now() + STEP_S)
