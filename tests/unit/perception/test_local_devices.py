"""Microphone and camera of this machine: named, pulled out, put back under another number."""

import asyncio
import contextlib
import threading

import numpy as np
import pytest

from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.sound_devices import SoundSystem
from perception.backends.devices import LocalCamera, camera_names, number_of
from perception.backends.devices_microphone import DeviceMicrophone
from perception.backends.devices_watch import DeviceWatch
from tests.fakes.people import picture
from tests.fakes.portaudio import FakePortAudio, device


def tone(start_s, count, rate_hz=16_000):
    t = start_s + np.arange(count) / rate_hz
    return 0.5 * np.sin(2 * np.pi * 200 * t)


def microphone(world, wanted="", system=None):
    clock = LoopClock(asyncio.get_running_loop())
    return DeviceMicrophone(
        clock, device=wanted, system=system or SoundSystem(world.afresh), portaudio=world
    )


async def heard(source, seconds):
    """What it brings within `seconds`."""
    chunks = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for chunk in source.sound():
                chunks.append(chunk)
    return chunks


async def test_a_microphone_is_heard_by_part_of_its_name_at_the_time_of_the_sound():
    world = FakePortAudio(
        device("HDMI"), device("USB microphone", inputs=1, outputs=0), echo=tone
    )  # fmt: skip
    chunks = await heard(microphone(world, "usb mic"), 1.0)
    assert sum(c.samples.size for c in chunks) == pytest.approx(16_000, abs=500)
    for chunk in chunks[5:]:
        assert chunk.samples == pytest.approx(tone(chunk.at, chunk.samples.size), abs=1e-3)


def tones(start_s, count):
    return np.stack([tone(start_s, count, 48_000) * gain for gain in (1.0, 0.5, -0.25)], axis=1)


async def test_the_microphones_of_an_array_come_beside_each_other_in_the_order_they_are_named():
    world = FakePortAudio(device("Array", inputs=3, outputs=0), echo=tones)
    clock = LoopClock(asyncio.get_running_loop())
    source = DeviceMicrophone(
        clock, channels=(2, 0), system=SoundSystem(world.afresh), portaudio=world
    )
    chunks = await heard(source, 0.5)
    for chunk in chunks[5:]:
        assert chunk.channels.shape == (2, chunk.samples.size)
        assert chunk.channels[0] == pytest.approx(chunk.samples)
        assert chunk.channels[1] == pytest.approx(-4 * chunk.samples, abs=1e-3)


async def test_a_device_with_too_few_channels_for_the_array_says_what_to_do():
    world = FakePortAudio(device("Webcam", inputs=2, outputs=0), echo=tones)
    clock = LoopClock(asyncio.get_running_loop())
    source = DeviceMicrophone(
        clock, channels=(0, 3), system=SoundSystem(world.afresh), portaudio=world
    )
    with pytest.raises(BackendUnavailableError, match="Webcam has 2 channels.*channel 3"):
        await heard(source, 0.5)


async def test_a_microphone_that_is_pulled_out_says_so_and_is_found_again_by_its_name():
    world = FakePortAudio(device("USB microphone", inputs=1, outputs=0), echo=tone)
    source = microphone(world, "usb")
    asyncio.get_running_loop().call_later(1.0, world.pull, "USB microphone")
    with pytest.raises(BackendUnavailableError, match=r"USB microphone: no sound for 3 s"):
        await heard(source, 10)
    with pytest.raises(BackendUnavailableError, match="there is no microphone 'usb'"):
        await heard(source, 10)
    world.plugged = [device("Headset", inputs=1), device("USB microphone", inputs=1, outputs=0)]
    assert len(await heard(source, 1.0)) > 40
    assert [s.row["name"] for s in world.streams if s.open] == []
    assert world.streams[-1].row["name"] == "USB microphone"


async def test_a_microphone_lets_go_when_the_loudspeaker_is_looked_for_and_goes_on():
    world = FakePortAudio(device("USB microphone", inputs=1, outputs=0), echo=tone)
    system = SoundSystem(world.afresh)
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(heard(microphone(world, system=system), 3.0))
        await asyncio.sleep(1.0)
        world.plugged.append(device("Loudspeaker"))
        assert (await system.find(world, "loud", "output")).name == "Loudspeaker"
    at = [chunk.at for chunk in listening.result()]
    assert max(np.diff(at)) < 0.2
    assert at[-1] - at[0] > 2.7


def watch(world, said, system, wanted=""):
    clock = LoopClock(asyncio.get_running_loop())
    return DeviceWatch(
        system=system, clock=clock, publish=said.append, device=wanted, portaudio=lambda: world,
        sign=lambda: str(world.plugged),
    )  # fmt: skip


async def listened_while(world, change, wanted=""):
    """Listen for 20 s; after 3 s the devices change. What is told, and the microphones opened."""
    system, said = SoundSystem(world.afresh), []
    asyncio.get_running_loop().call_later(3.0, change)
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch(world, said, system, wanted).run())
        await heard(microphone(world, wanted, system), 20.0)
        watching.cancel()
    return [m.detail for m in said], [s.row["name"] for s in world.streams]


async def test_where_none_is_named_the_systems_new_microphone_is_listened_to():
    old, new = device("Built-in", inputs=1, outputs=0), device("Headset", inputs=1)
    world = FakePortAudio(old, echo=tone)
    told, opened = await listened_while(world, lambda: world.plugged.insert(0, new))
    assert len(told) == 1
    assert "Headset was plugged in" in told[0]
    assert "the system's microphone is now Headset" in told[0]
    assert opened == ["Built-in", "Headset"]


async def test_a_named_microphone_is_kept_when_another_becomes_the_default():
    old, new = device("Built-in", inputs=1, outputs=0), device("Headset", inputs=1)
    world = FakePortAudio(old, echo=tone)
    told, opened = await listened_while(world, lambda: world.plugged.insert(0, new), "built")
    assert told == [
        "Headset was plugged in; Built-in is listened to; microphone.device names another"
    ]
    assert opened == ["Built-in"]


async def test_a_loudspeaker_that_comes_is_nothing_to_tell_of():
    world = FakePortAudio(device("Built-in", inputs=1, outputs=0), echo=tone)
    told, opened = await listened_while(world, lambda: world.plugged.append(device("HDMI")))
    assert (told, opened) == ([], ["Built-in"])


def video(root, number, name, index=0):
    node = root / f"video{number}"
    node.mkdir()
    (node / "name").write_text(name + "\n")
    (node / "index").write_text(f"{index}\n")


def test_cameras_are_listed_once_each_by_the_node_that_gives_pictures(tmp_path):
    video(tmp_path, 0, "Integrated Camera")
    video(tmp_path, 1, "Integrated Camera", index=1)
    video(tmp_path, 12, "C920 Webcam")
    assert camera_names(tmp_path) == {0: "Integrated Camera", 12: "C920 Webcam"}
    assert camera_names(tmp_path / "absent") == {}


def test_a_camera_is_chosen_by_number_by_part_of_its_name_or_as_the_first():
    names = {2: "Integrated Camera", 4: "C920 Webcam"}
    assert number_of(7, names) == 7
    assert number_of("c920", names) == 4
    assert number_of("", names) == 2
    assert number_of("", {}) == 0
    with pytest.raises(BackendUnavailableError, match="'logi'"):
        number_of("logi", names)


class Capture:
    """An OpenCV device that gives `count` pictures, a hundred a second, and is then unplugged."""

    def __init__(self, count):
        self._left = count
        self._pause = threading.Event()

    def set(self, what, value):
        return True

    def read(self):
        self._pause.wait(0.01)
        self._left -= 1
        return (True, picture(self._left / 10).pixels) if self._left >= 0 else (False, None)

    def release(self):
        pass


@pytest.mark.real_time
async def test_a_camera_put_back_under_another_number_is_found_by_its_name(monkeypatch):
    monkeypatch.setattr("perception.backends.devices.FIRST_DELAY_S", 0.01)
    there = {0: "Integrated", 2: "C920"}
    opened, reports = [], []

    def open_capture(index):
        opened.append(index)
        del there[index]  # it is pulled out after a few pictures
        return Capture(5 if len(opened) == 1 else 1000)

    def report(message):
        reports.append(message)
        if len(reports) == 1:
            assert "there is 0 Integrated)" in message.detail
            there[3] = "C920"

    camera = LocalCamera(
        clock=LoopClock(asyncio.get_running_loop()), report=report, index="c920",
        open_capture=open_capture, names=lambda: there,
    )  # fmt: skip
    async with asyncio.timeout(10):
        async for _ in camera.pictures():
            if len(opened) == 2:
                break
    assert opened == [2, 3]
    assert [report.health for report in reports] == ["degraded", "running"]
