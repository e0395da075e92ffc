"""The lobby as a source like any camera: at the speed of the clock, beside the day's plan."""

import asyncio
from datetime import datetime

import pytest

from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import PersonLost, PersonSeen
from behavior.lobby.library import open_lobby
from behavior.lobby.live import LiveLobby, LobbyConfig, lobby_of


def live(bus, clock, **config):
    return LiveLobby(
        inputs=(),
        publish=bus.publish,
        clock=clock,
        local_time=lambda at: datetime(2026, 5, 12, 3, 30),
        config=LobbyConfig(noise="none", **config),
    )


async def test_whoever_is_sent_in_is_seen_within_seconds_and_at_the_clocks_time():
    bus, clock = Bus(), LoopClock(asyncio.get_running_loop())
    room = live(bus, clock, from_hour=17.99)
    seen = bus.subscribe(PersonSeen, PersonLost, delivery=EVERY)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(room.run())
        await asyncio.sleep(1.0)
        assert room.send_in("visit")
        assert not room.send_in("dragon")
        await asyncio.sleep(9.0)
        sightings = [m for m in seen.waiting() if isinstance(m, PersonSeen)]
        assert len(sightings) > 20
        assert all(1.0 <= m.at <= clock.now() + 1e-6 for m in sightings)
        task.cancel()


async def test_a_house_that_is_closed_at_this_hour_opens_at_ten():
    assert lobby_of(LobbyConfig(), 0.0, 3.5).hour == 10.0
    assert lobby_of(LobbyConfig(), 0.0, 9.25).hour == 9.25
    assert lobby_of(LobbyConfig(from_hour=16.0), 0.0, 9.25).hour == 16.0


async def test_a_plan_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(BackendUnavailableError, match=r"palace.*entrance_hall"):
        lobby_of(LobbyConfig(plan="palace"), 0.0, 9.0)


def test_those_sent_in_change_nothing_of_the_days_plan():
    def numbers(sent):
        lobby = open_lobby(noise="none", seed=4)
        if sent:
            lobby.send_in("passing")
        lobby.advance(1800.0)
        return [one.intention for one in lobby.truth if type(one).__name__ == "Entered"]

    plain, more = numbers(False), numbers(True)
    assert more[0] == "passing"
    assert more[1:] == plain
