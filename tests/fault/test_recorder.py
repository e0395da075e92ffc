"""Recordings: complete, typed, readable after a kill, and never a danger to the agent."""

import asyncio
import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from mcap.reader import make_reader

from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock, WallTime
from agent.core.codec import KINDS
from agent.core.errors import BadInputError
from agent.core.messages import (
    ComponentHealth,
    FormShown,
    Health,
    HostNotified,
    LineTyped,
    Message,
    MicrophoneLevel,
    TurnEnded,
    TurnId,
    WordsHeard,
)
from agent.recorder import Recorder, RecorderConfig
from agent.recording import NOT_RECORDED, Recorded, Recording, RecordingWriter
from tests.fakes.messages import invent, rng_of

pytestmark = pytest.mark.real_time  # the writer is a thread with a clock of its own


class World:
    def __init__(self, folder, **settings):
        given = {name: settings.pop(name) for name in ("open_file", "wall") if name in settings}
        self.bus, self.clock = Bus(), LoopClock(asyncio.get_running_loop())
        self.folder = folder
        self.health = self.bus.subscribe(ComponentHealth, delivery=EVERY)
        self.recorder = Recorder(
            traffic=self.bus.subscribe(Message, delivery=EVERY),
            publish=self.bus.publish,
            clock=self.clock,
            config=RecorderConfig(enabled=True, folder=folder, flush_s=0.02, **settings),
            **given,
        )

    @contextlib.asynccontextmanager
    async def recording(self):
        task = asyncio.get_running_loop().create_task(self.recorder.run())
        await asyncio.sleep(0)
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait((task,))

    def level(self):
        self.bus.publish(MicrophoneLevel(at=self.clock.now(), level_db=-30.0, speech=0.1))

    def files(self):
        return sorted(self.folder.glob("*.mcap"))

    def messages(self):
        return [recorded.message for path in self.files() for recorded in Recording(path)]


async def test_every_kind_of_message_comes_back_in_its_type_and_order(tmp_path):
    sent = [invent(KINDS[name], rng_of(name)) for name in sorted(KINDS)] * 3
    world = World(tmp_path)
    async with world.recording():
        for message in sent:
            world.bus.publish(message)
            await asyncio.sleep(0)
    assert world.messages() == sent
    assert not Recording(world.files()[0]).truncated


async def test_times_come_back_on_the_axis_of_the_agent(tmp_path):
    world = World(tmp_path)
    async with world.recording():
        before = world.clock.now()
        world.level()
        await asyncio.sleep(0)
        after = world.clock.now()
    (recorded,) = Recording(world.files()[0])
    assert before - 1e-5 <= recorded.seen_at <= after + 0.05


async def test_foxglove_finds_json_with_a_schema_and_calendar_time(tmp_path):
    world = World(tmp_path)
    async with world.recording():
        world.level()
    with world.files()[0].open("rb") as stream:
        (found,) = list(make_reader(stream).iter_messages())
    schema, channel, message = found
    assert channel.topic == "/MicrophoneLevel"
    assert (channel.message_encoding, schema.encoding) == ("json", "jsonschema")
    assert b'"level_db"' in schema.data
    age_s = os.stat(world.files()[0]).st_mtime - message.log_time / 1e9
    assert -2 < age_s < 60


async def test_a_file_begun_after_the_clock_was_set_has_the_new_time(tmp_path):
    today_s, set_by_s = datetime.now(UTC).timestamp(), [0.0]
    wall = WallTime(LoopClock(asyncio.get_running_loop()), calendar=lambda: today_s + set_by_s[0])
    world = World(tmp_path, file_mb=0.0001, wall=wall)
    async with world.recording():
        world.level()
        await asyncio.sleep(0.2)
        set_by_s[0] = 7200.0
        wall.renew()
        world.level()
    begun = []
    for path in world.files():
        with path.open("rb") as stream:
            begun += [
                message.log_time / 1e9 for _, _, message in make_reader(stream).iter_messages()
            ]
    assert [at - today_s for at in begun] == [pytest.approx(s, abs=60) for s in (0, 7200)]


async def test_a_file_that_has_grown_is_followed_by_another(tmp_path):
    world = World(tmp_path, file_mb=0.002)
    async with world.recording():
        for _ in range(6):
            for _ in range(50):
                world.level()
            await asyncio.sleep(0.05)
    assert len(world.files()) >= 3
    assert len(world.messages()) == 300


async def test_old_and_surplus_files_are_deleted(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.mcap").write_bytes(b"")
        os.utime(tmp_path / f"{name}.mcap", (1e9, 1e9))
    (tmp_path / "notes.txt").write_text("not ours")
    world = World(tmp_path, keep_days=30)
    async with world.recording():
        world.level()
    assert len(world.files()) == 1
    assert (tmp_path / "notes.txt").exists()


async def test_words_stay_out_of_a_recording_that_is_made_without_them(tmp_path):
    world = World(tmp_path, words=False)
    async with world.recording():
        world.bus.publish(LineTyped(at=0.0, text="my name is Zanzibar"))
        world.bus.publish(TurnEnded(at=0.0, turn=TurnId(1), revision=0, text="Zanzibar"))
        world.bus.publish(
            WordsHeard(at=0.0, turn=TurnId(1), revision=0, text="Zanzibar", stable="Zanzibar")
        )
        world.bus.publish(
            HostNotified(at=0.0, host="Zanzibar", channel="mail", delivered=True, detail="Zanzibar")
        )
    assert [m.text for m in world.messages()[:3]] == [NOT_RECORDED] * 3
    assert "Zanzibar" not in str(world.messages())


class FullDisk:
    """Opens files on a disk that is full until `space` is made."""

    def __init__(self):
        self.full = False
        self.opened = []

    def open(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        disk = self

        class Raw:
            def __init__(self):
                self.file = path.open("xb")

            def write(self, data):
                if disk.full:
                    raise OSError(errno.ENOSPC, "No space left on device")
                return self.file.write(data)

            def flush(self):
                self.file.flush()

            def tell(self):
                return self.file.tell()

            def close(self):
                self.file.close()

        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return Raw()


async def until(condition):
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within 4 s")


async def test_a_full_disk_is_told_once_and_recording_goes_on_when_there_is_space(tmp_path):
    disk = FullDisk()
    world = World(tmp_path, open_file=disk.open, retry_s=0.1)
    async with world.recording():
        world.level()
        await until(world.files)
        await asyncio.sleep(0.05)
        disk.full = True
        for _ in range(20):
            world.level()
            await asyncio.sleep(0.02)
        (told,) = world.health.waiting()
        assert told.health is Health.DEGRADED
        assert "No space left on device" in told.detail
        disk.full = False
        for _ in range(20):
            world.level()
            await asyncio.sleep(0.02)
        await until(lambda: world.health.waiting()[-1].health is Health.RUNNING)
    assert len(world.health.waiting()) == 2
    levels = [m for m in world.messages() if isinstance(m, MicrophoneLevel)]
    assert 5 < len(levels) < 41  # before and after, not while the disk was full


async def test_a_folder_that_cannot_be_made_costs_the_recording_only(tmp_path):
    (tmp_path / "file").write_text("in the way")
    world = World(tmp_path / "file" / "recordings")
    async with world.recording():
        world.level()
        await until(lambda: len(world.health))
    assert world.health.waiting()[0].health is Health.DEGRADED


WRITES_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock, WallTime
from agent.core.messages import Message, VisitRecorded
from agent.recorder import Recorder, RecorderConfig

async def main():
    bus, clock = Bus(), LoopClock(asyncio.get_running_loop())
    config = RecorderConfig(enabled=True, folder=Path(sys.argv[1]), flush_s=0.2)
    recorder = Recorder(traffic=bus.subscribe(Message, delivery=EVERY), publish=bus.publish,
                        clock=clock, config=config)
    async with asyncio.TaskGroup() as group:
        group.create_task(recorder.run())
        for visit in range(100000):
            bus.publish(VisitRecorded(at=clock.now(), visit=visit, purpose="question"))
            print(visit, flush=True)
            await asyncio.sleep(0.005)

asyncio.run(main())
"""


def test_a_killed_process_leaves_a_readable_file_that_lacks_the_last_moments_only(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES_UNTIL_KILLED, str(tmp_path)], stdout=subprocess.PIPE
    )
    time_up = time.perf_counter() + 1.5
    printed = -1
    while time.perf_counter() < time_up:
        printed = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    (path,) = tmp_path.glob("*.mcap")
    recording = Recording(path)
    visits = [recorded.message.visit for recorded in recording]
    assert recording.truncated
    assert visits == list(range(len(visits)))
    assert len(visits) > printed - 150  # 0.2 s at 200 a second, and room for a slow machine


def written(path, count):
    with path.open("wb") as stream:
        writer = RecordingWriter(stream, axis_offset_ns=10**18)
        for n in range(count):
            message = MicrophoneLevel(at=float(n), level_db=-30.0, speech=0.1)
            writer.write(Recorded(float(n), message))
            if n % 10 == 9:
                writer.flush()
        writer.finish()
    return path.read_bytes()


def test_a_file_torn_anywhere_yields_what_is_whole(tmp_path):
    path = tmp_path / "x.mcap"
    whole = written(path, 100)
    previous = -1
    for length in range(8, len(whole), 97):
        path.write_bytes(whole[:length])
        recording = Recording(path)
        read = [r.message.at for r in recording]
        assert recording.truncated
        assert read == [float(n) for n in range(len(read))]
        assert len(read) >= previous
        previous = len(read)
    assert previous == 100


def test_a_file_with_a_flipped_bit_yields_no_false_message(tmp_path):
    path = tmp_path / "x.mcap"
    whole = written(path, 100)
    for place in range(300, len(whole) - 100, 211):
        damaged = bytearray(whole)
        damaged[place] ^= 0x10
        path.write_bytes(bytes(damaged))
        with contextlib.suppress(BadInputError):
            for recorded in Recording(path):
                assert recorded.message.level_db == -30.0


def test_messages_of_a_later_version_are_skipped_and_counted(tmp_path, monkeypatch):
    path = tmp_path / "x.mcap"
    written(path, 3)
    monkeypatch.setattr("agent.recording.KINDS", {})
    recording = Recording(path)
    assert list(recording) == []
    assert recording.unknown == 3


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n" + b"\0" * 100])
def test_what_is_no_recording_is_refused(tmp_path, content):
    path = tmp_path / "x.mcap"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="is no recording"):
        Recording(path)


def test_a_recording_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInputError, match="gone.mcap: No such file"):
        Recording(tmp_path / "gone.mcap")


@pytest.mark.parametrize("words", [True, False])
async def test_what_is_said_while_a_form_is_filled_in_is_never_recorded(tmp_path, words):
    world = World(tmp_path, words=words)
    async with world.recording():
        world.bus.publish(FormShown(at=world.clock.now(), form="visitor", shown=True))
        for turn in range(3):
            said = {"turn": TurnId(turn), "revision": 0, "text": "my name is zebulon"}
            world.bus.publish(TurnEnded(at=world.clock.now(), **said))
        await asyncio.sleep(0.1)
    (path,) = tmp_path.glob("*.mcap")
    kept = [one.message for one in Recording(path)]
    assert [m.turn for m in kept if isinstance(m, TurnEnded)] == [0, 1, 2]
    assert "zebulon" not in repr(kept)
