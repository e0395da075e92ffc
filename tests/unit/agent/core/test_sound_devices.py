"""Choosing a sound device, and finding one that was plugged in later."""

import asyncio

import pytest

from agent.core.errors import BackendUnavailableError
from agent.core.sound_devices import SoundDevice, SoundSystem, choose
from tests.fakes.portaudio import FakePortAudio, device

LISTED = [
    SoundDevice(index=0, name="HDMI 0", inputs=0, outputs=8, rate_hz=44_100),
    SoundDevice(index=1, name="USB Audio: front", inputs=1, outputs=2, rate_hz=48_000),
    SoundDevice(index=2, name="USB Audio: rear", inputs=0, outputs=2, rate_hz=48_000),
    SoundDevice(
        index=3, name="default", inputs=2, outputs=2, rate_hz=48_000, default_input=True,
        default_output=True,
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "way", "index"),
    [
        ("", "output", 3),
        ("", "input", 3),
        (0, "output", 0),
        ("usb", "output", 1),
        ("REAR", "output", 2),
        ("usb", "input", 1),
        ("  default ", "output", 3),
    ],
)
def test_a_device_is_chosen_by_number_by_part_of_its_name_or_by_the_system(wanted, way, index):
    assert choose(LISTED, wanted, way).index == index


@pytest.mark.parametrize(("wanted", "way"), [("jabra", "output"), (7, "input"), (0, "input")])
def test_one_that_is_not_there_is_told_with_those_that_are(wanted, way):
    with pytest.raises(BackendUnavailableError) as fault:
        choose(LISTED, wanted, way)
    assert repr(wanted) in str(fault.value)
    assert "1 USB Audio: front; " in str(fault.value)
    assert ("HDMI" in str(fault.value)) == (way == "output")


def test_a_machine_without_any_says_so():
    with pytest.raises(BackendUnavailableError, match="there is no microphone; there is none"):
        choose([], "", "input")


async def test_a_device_on_the_old_list_needs_no_restart():
    world = FakePortAudio(device("Desk"))
    system = SoundSystem(world.afresh)
    assert (await system.find(world, "desk", "output")).name == "Desk"
    assert system.restarts == 0


async def test_a_device_that_nobody_has_disturbs_nobody():
    world = FakePortAudio(device("Desk"))
    system = SoundSystem(world.afresh)
    with system.streaming(), pytest.raises(BackendUnavailableError, match="there is 0 Desk"):
        await system.find(world, "usb", "output")
    assert not system.letting_go
    assert system.restarts == 0


async def test_a_device_that_came_later_is_found_once_the_others_have_let_go():
    world = FakePortAudio(device("Desk"))
    system = SoundSystem(world.afresh)
    world.plugged.append(device("USB"))
    let_go_at = None

    async def other():
        nonlocal let_go_at
        with system.streaming():
            while not system.letting_go:  # noqa: ASYNC110 - as those who hold streams look
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.5)
        let_go_at = asyncio.get_running_loop().time()
        return await system.find(world, "desk", "output")

    async with asyncio.TaskGroup() as group:
        task = group.create_task(other())
        await asyncio.sleep(0.1)
        found = await system.find(world, "usb", "output")
        assert let_go_at == pytest.approx(asyncio.get_running_loop().time(), abs=0.01)
    assert (found.name, found.index) == ("USB", 1)
    assert (await task).name == "Desk"
    assert system.restarts == 1


async def test_one_that_does_not_let_go_keeps_its_stream_and_the_other_is_told():
    world = FakePortAudio(device("Desk"))
    system = SoundSystem(world.afresh)
    world.plugged.append(device("USB"))
    with system.streaming(), pytest.raises(BackendUnavailableError, match="was not let go"):
        await system.find(world, "usb", "output")
    assert not system.letting_go
    assert system.restarts == 0


async def test_a_device_that_was_pulled_and_put_back_is_looked_for_on_a_new_list():
    world = FakePortAudio(device("HDMI"), device("USB"))
    system = SoundSystem(world.afresh)
    world.plugged = [device("USB")]
    assert (await system.find(world, "usb", "output", doubted=True)).index == 0
    assert system.restarts == 1
