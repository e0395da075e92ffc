"""The clock of the machine is set while the agent runs: when date and hour follow."""

import asyncio

import pytest

from agent.calendar import Calendar
from agent.core.clock import LoopClock, WallTime

HOUR_S = 3600.0


class Machine:
    """A machine whose clock can be set, and an agent on it that may be serving somebody."""

    def __init__(self, *, served=False):
        self.loop = asyncio.get_running_loop()
        self.clock = LoopClock(self.loop)
        self.set_by_s, self.served, self.quiet = 0.0, served, True
        self.told = []
        self.wall = WallTime(
            self.clock, calendar=lambda: 1_800_000_000 + self.loop.time() + self.set_by_s
        )
        self.calendar = Calendar(
            wall=self.wall,
            served=lambda: self.served,
            quiet=lambda: self.quiet,
            publish=self.told.append,
            clock=self.clock,
        )

    async def live(self, seconds):
        try:
            async with asyncio.timeout(seconds):
                await self.calendar.run()
        except TimeoutError:
            pass

    @property
    def off_s(self):
        return self.wall.unix_s(self.clock.now()) - self.loop.time() - 1_800_000_000


@pytest.mark.parametrize("by_s", [8 * HOUR_S, -56 * 365 * 24 * HOUR_S])
async def test_a_clock_that_is_set_while_nobody_is_served_is_taken_on_within_seconds(by_s):
    machine = Machine()
    machine.set_by_s = by_s
    await machine.live(6)
    assert machine.off_s == pytest.approx(by_s)
    assert [str(one.health) for one in machine.told] == ["running"]
    assert "clock was set" in machine.told[0].detail


async def test_a_visit_is_finished_on_the_calendar_it_began_with():
    machine = Machine(served=True)
    machine.set_by_s = 8 * HOUR_S
    await machine.live(120)
    assert machine.off_s == pytest.approx(0)
    assert [one.detail for one in machine.told] == [
        "the machine's clock was set forward by 8:00:00 h; taken on when this visit is over"
    ]
    machine.served = False
    await machine.live(6)
    assert machine.off_s == pytest.approx(8 * HOUR_S)
    assert str(machine.told[-1].health) == "running"


async def test_where_somebody_is_always_served_it_is_taken_on_in_a_pause_of_the_talk():
    machine = Machine(served=True)
    machine.set_by_s, machine.quiet = -HOUR_S, False
    await machine.live(1200)
    assert machine.off_s == pytest.approx(0)
    machine.quiet = True
    await machine.live(6)
    assert machine.off_s == pytest.approx(-HOUR_S)


async def test_a_clock_that_is_set_back_before_the_visit_is_over_was_never_taken_on():
    machine = Machine(served=True)
    machine.set_by_s = 3 * HOUR_S
    await machine.live(20)
    machine.set_by_s = 0.0
    await machine.live(6)
    machine.served = False
    await machine.live(6)
    assert machine.off_s == pytest.approx(0)
    assert str(machine.told[-1].health) == "running"


async def test_less_than_a_second_is_drift_and_no_news():
    machine = Machine()
    machine.set_by_s = 0.9
    await machine.live(20)
    assert (machine.off_s, machine.told) == (pytest.approx(0), [])


async def test_the_day_of_a_recording_stays_its_own():
    machine = Machine()
    machine.wall = WallTime(machine.clock, 1_700_000_000.0)
    assert machine.wall.behind_s() == 0.0
