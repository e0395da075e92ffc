"""The configuration changes as the agent runs: the good is taken whole, the bad changes nothing."""

import asyncio
import contextlib
import os

import pytest
from pydantic import BaseModel, ConfigDict, Field

from agent.config import MAX_BYTES, load_folder, yaml_files
from agent.configuration.reload import ConfigWatcher
from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock
from agent.core.messages import PolicyReloaded


class Greeting(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    near_m: float = Field(2.5, gt=0, le=10)
    words: tuple[str, ...] = ()


TABLE = {"greeting": Greeting, "farewell": Greeting}


class World:
    def __init__(self, folder):
        self.loop, self.bus = asyncio.get_running_loop(), Bus()
        self.folder, self.taken, self.fault = folder, [], None
        self.write("greeting", "near_m: 2\n")
        self.write("farewell", "near_m: 4\n")
        self.reports = self.bus.subscribe(PolicyReloaded, delivery=EVERY)
        self.watcher = ConfigWatcher(
            files=lambda: [folder / f"{name}.yaml" for name in TABLE] + yaml_files(folder),
            read=lambda: load_folder(folder, TABLE),
            take=self.take,
            publish=self.bus.publish,
            clock=LoopClock(self.loop),
        )

    async def take(self, settings):
        if self.fault is not None:
            raise self.fault
        self.taken.append(settings)
        return {str(self.folder / "greeting.yaml"): "takes effect now: near_m"}

    def write(self, name, text):
        data = text if isinstance(text, bytes) else text.encode()
        (self.folder / f"{name}.yaml").write_bytes(data)

    def at(self, seconds, action, *arguments):
        self.loop.call_at(seconds, action, *arguments)

    async def live(self, until=10):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self.watcher.run()
        return list(self.reports.waiting())


async def test_a_valid_change_is_taken_and_its_effect_told(tmp_path):
    world = World(tmp_path)
    world.at(3.1, world.write, "greeting", "near_m: 3\n")
    (report,) = await world.live()
    assert world.taken == [{"greeting": Greeting(near_m=3), "farewell": Greeting(near_m=4)}]
    assert report.accepted
    assert report.path.endswith("greeting.yaml")
    assert report.detail == "takes effect now: near_m"
    assert report.at < 5


async def test_a_broken_file_keeps_all_that_was_and_is_told_with_line_and_cure(tmp_path):
    world = World(tmp_path)
    world.at(3.1, world.write, "farewell", "near_m: 5\n")
    world.at(3.1, world.write, "greeting", "# nearer\nnaer_m: 3\n")
    reports = await world.live()
    assert world.taken == []  # not the good half either
    told = {report.path.rsplit("/")[-1]: report.detail for report in reports}
    assert not any(report.accepted for report in reports)
    cure = "greeting.yaml:2: naer_m: unknown setting; did you mean near_m?"
    assert told["greeting.yaml"].endswith(cure)
    assert told["farewell.yaml"] == "waits: another file has a fault"


async def test_the_correction_of_a_broken_file_is_taken_with_what_waited_for_it(tmp_path):
    world = World(tmp_path)
    world.at(3.1, world.write, "greeting", "near_m: far\n")
    world.at(3.1, world.write, "farewell", "near_m: 6\n")
    world.at(6.1, world.write, "greeting", "near_m: 3\n")
    reports = await world.live()
    assert [report.accepted for report in reports] == [False, False, True]
    assert reports[-1].detail == "is good again; takes effect now: near_m"
    assert world.taken == [{"greeting": Greeting(near_m=3), "farewell": Greeting(near_m=6)}]


async def test_a_file_that_is_being_replaced_is_not_taken_for_gone(tmp_path):
    world = World(tmp_path)
    world.at(3.1, (tmp_path / "greeting.yaml").unlink)
    world.at(3.7, world.write, "greeting", "near_m: 3\n")  # one look finds it missing
    (report,) = await world.live()
    assert world.taken == [{"greeting": Greeting(near_m=3), "farewell": Greeting(near_m=4)}]
    assert "gone" not in report.detail


async def test_a_half_written_file_is_not_read_before_it_stands_still(tmp_path):
    world = World(tmp_path)
    for step in range(8):  # a slow editor, or a copy over a network
        world.at(3.1 + 0.4 * step, world.write, "greeting", "near_m: 3\nwords: [a"[: 10 + step])
    world.at(6.3, world.write, "greeting", "near_m: 3\nwords: [a]\n")
    reports = await world.live()
    assert [report.accepted for report in reports] == [True]
    assert world.taken[-1]["greeting"].words == ("a",)


def rename_dance(folder):
    """As editors save: a new file beside, the old one moved away, the new one in its place."""
    (folder / ".greeting.yaml.swp").write_bytes(b"\0\1")
    (folder / "4913").write_text("")
    (folder / "greeting.yaml").rename(folder / "greeting.yaml~")
    (folder / "new").write_text("near_m: 3\n")
    (folder / "new").replace(folder / "greeting.yaml")


async def test_editors_own_files_are_none_of_ours(tmp_path):
    world = World(tmp_path)
    (tmp_path / ".#greeting.yaml").symlink_to("somebody@desk.1:2")  # a lock that leads nowhere
    (tmp_path / "#greeting.yaml").write_text("half")
    world.at(3.1, rename_dance, tmp_path)
    reports = await world.live()
    assert [(report.path[-13:], report.accepted) for report in reports] == [("greeting.yaml", True)]
    assert world.taken == [{"greeting": Greeting(near_m=3), "farewell": Greeting(near_m=4)}]


async def test_a_file_that_is_saved_without_a_change_is_no_news(tmp_path):
    world = World(tmp_path)
    world.at(3.1, world.write, "greeting", "near_m: 2\n")
    assert await world.live() == []
    assert world.taken == []


async def test_a_file_that_is_deleted_gives_way_to_its_defaults_and_is_told(tmp_path):
    world = World(tmp_path)
    world.at(3.1, (tmp_path / "greeting.yaml").unlink)
    (report,) = await world.live()
    assert world.taken[-1]["greeting"] == Greeting()
    assert report.detail.startswith("the file is gone; ")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)
)
HARM = {
    "a bomb of aliases": (BOMB, "stands for too many values"),
    "an alias of itself": ("near_m: &a [*a]\n", "stands for too many values"),
    "a huge file": ("#" * (MAX_BYTES + 1), "is larger than 1 MB"),
    "another encoding": ("near_m: 2\nwords: [Grüß Gott]\n".encode("latin-1"), ":2: is not UTF-8"),
    "two bytes a letter": ("near_m: 2\n".encode("utf-16"), "UTF-8"),
    "bytes that are no text": (b"near_m: 2\0\n", "not text"),
    "an endless nesting": ("near_m: " + "[" * 5000 + "\n", "nested too deeply"),
    "a tag that runs code": ("near_m: !!python/object/apply:os.getcwd []\n", "plain values only"),
    "an endless number": ("near_m: " + "9" * 5000 + "\n", "impossible value"),
    "nothing but an open bracket": ("near_m: [\n", "bracket that is not closed"),
}


@pytest.mark.parametrize("what", HARM)
async def test_harm_in_a_file_is_told_and_changes_nothing(tmp_path, what):
    text, complaint = HARM[what]
    world = World(tmp_path)
    world.at(3.1, world.write, "greeting", text)
    world.at(6.1, world.write, "greeting", "near_m: 3\n")
    refused, taken = await world.live()
    assert not refused.accepted
    assert complaint in refused.detail
    assert taken.accepted
    assert world.taken == [{"greeting": Greeting(near_m=3), "farewell": Greeting(near_m=4)}]


def replace_by(make, path):
    path.unlink()
    make(path)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["a pipe", "a folder"])
async def test_what_is_no_file_is_told_and_keeps_nobody_waiting(tmp_path, make):
    world = World(tmp_path)
    world.at(3.1, replace_by, make, tmp_path / "greeting.yaml")
    (report,) = await world.live()
    assert not report.accepted
    assert "is a folder" in report.detail or "is no plain file" in report.detail
    assert world.taken == []


async def test_a_fault_while_it_is_taken_is_told_and_the_watch_goes_on(tmp_path):
    world = World(tmp_path)
    world.fault = RuntimeError("the voice does not start")
    world.at(3.1, world.write, "greeting", "near_m: 3\n")
    world.at(6.1, setattr, world, "fault", None)
    world.at(6.1, world.write, "greeting", "near_m: 5\n")
    refused, taken = await world.live()
    assert (refused.accepted, taken.accepted) == (False, True)
    assert "the voice does not start" in refused.detail


async def test_a_file_that_was_missed_is_watched_until_it_comes(tmp_path):
    world = World(tmp_path)
    world.watcher._read = lambda: load_folder(tmp_path / "site", TABLE)
    world.at(3.1, world.write, "greeting", "near_m: 3\n")
    world.at(6.1, (tmp_path / "site").mkdir)
    refused, *_ = await world.live()
    assert "there is no such folder" in refused.detail
    assert len(world.taken) == 1
