"""Policies change while the agent runs: the good are swapped together, the bad change nothing."""

import asyncio
import contextlib

from pydantic import BaseModel, ConfigDict, Field

from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock
from agent.core.messages import PolicyReloaded
from agent.reload import PolicyWatcher


class Greeting(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    near_m: float = Field(2.5, gt=0, le=10)


class World:
    def __init__(self, folder):
        self.loop, self.bus = asyncio.get_running_loop(), Bus()
        self.folder, self.swaps = folder, []
        self.write("greeting", "near_m: 2\n")
        self.write("farewell", "near_m: 4\n")
        self.reports = self.bus.subscribe(PolicyReloaded, delivery=EVERY)
        self.watcher = PolicyWatcher(
            folder=folder,
            table={"greeting": Greeting, "farewell": Greeting},
            apply=self.swaps.append,
            publish=self.bus.publish,
            clock=LoopClock(self.loop),
        )

    def write(self, name, text):
        (self.folder / f"{name}.yaml").write_text(text)

    def at(self, seconds, action, *arguments):
        self.loop.call_at(seconds, action, *arguments)

    async def live(self, until):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self.watcher.run()


async def test_a_valid_change_is_swapped_in(tmp_path):
    world = World(tmp_path)
    world.at(3.1, world.write, "greeting", "near_m: 3\n")
    await world.live(10)
    (swap,) = world.swaps
    assert swap == {"greeting": Greeting(near_m=3), "farewell": Greeting(near_m=4)}
    (report,) = world.reports.waiting()
    assert report.accepted
    assert report.path.endswith("greeting.yaml")
    assert report.at < 5


async def test_a_broken_file_keeps_all_that_was_and_is_told_with_line_and_cure(tmp_path):
    world = World(tmp_path)
    world.at(3.1, world.write, "farewell", "near_m: 5\n")
    world.at(3.1, world.write, "greeting", "# nearer\nnaer_m: 3\n")
    await world.live(10)
    assert world.swaps == []  # not the good half either
    (report,) = world.reports.waiting()
    assert not report.accepted
    assert report.detail.endswith("greeting.yaml:2: naer_m: unknown setting; did you mean near_m?")


async def test_the_correction_of_a_broken_file_is_taken(tmp_path):
    world = World(tmp_path)
    world.at(3.1, world.write, "greeting", "near_m: far\n")
    world.at(6.1, world.write, "greeting", "near_m: 3\n")
    await world.live(10)
    assert [report.accepted for report in world.reports.waiting()] == [False, True]
    assert world.swaps[-1]["greeting"] == Greeting(near_m=3)


async def test_a_file_that_is_being_replaced_is_not_taken_for_gone(tmp_path):
    world = World(tmp_path)
    world.at(3.1, (tmp_path / "greeting.yaml").unlink)
    world.at(3.7, world.write, "greeting", "near_m: 3\n")  # one look finds it missing
    await world.live(10)
    assert world.swaps == [{"greeting": Greeting(near_m=3), "farewell": Greeting(near_m=4)}]


async def test_a_file_that_is_saved_without_a_change_is_no_news(tmp_path):
    world = World(tmp_path)
    world.at(3.1, world.write, "greeting", "near_m: 2\n")
    await world.live(10)
    assert world.swaps == []
    assert world.reports.waiting() == ()


async def test_a_file_that_is_deleted_gives_way_to_its_defaults(tmp_path):
    world = World(tmp_path)
    world.at(3.1, (tmp_path / "greeting.yaml").unlink)
    await world.live(10)
    assert world.swaps[-1]["greeting"] == Greeting()
    assert "defaults" in world.reports.waiting()[-1].detail
