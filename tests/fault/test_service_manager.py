"""systemd is told what it needs to know, over a real socket, and nothing when it is not there."""

import asyncio
import socket
import subprocess
import sys
import textwrap

import pytest

from agent.core.bus import Bus
from agent.core.clock import LoopClock
from agent.kiosk.service_manager import service_manager
from agent.runtime import OPTIONAL, RestartPolicy, Runtime

HASTY = RestartPolicy(essential=True, first_delay_s=20, longest_delay_s=20, unavailable_retry_s=5)


class Part:
    """A component that works until it is told to fail."""

    def __init__(self, name, fault=None):
        self.name = name
        self.broken = asyncio.Event()
        self._fault = fault or RuntimeError("broken")

    async def run(self):
        await self.broken.wait()
        self.broken.clear()
        raise self._fault


class Systemd:
    """The manager's end of the socket."""

    def __init__(self, address):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1) if address[0] == "@" else address)
        self._socket.settimeout(20)
        self.address = address

    def told(self):
        """All that came since the last look."""
        lines = []
        self._socket.setblocking(False)
        while True:
            try:
                lines.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return lines

    def next(self):
        self._socket.settimeout(20)
        return self._socket.recv(4096).decode()

    def until_silent(self, silent_s):
        """What comes until nothing came for so long; twenty lines at most."""
        self._socket.settimeout(silent_s)
        lines = []
        while len(lines) < 20:
            try:
                lines.append(self._socket.recv(4096).decode())
            except TimeoutError:
                return lines
        raise AssertionError("it is never silent")

    def close(self):
        self._socket.close()


@pytest.fixture(params=["file", "abstract"])
def systemd(request, tmp_path):
    name = f"@foyer-test-{tmp_path.name}" if request.param == "abstract" else str(tmp_path / "n")
    there = Systemd(name)
    yield there
    there.close()


class Agent:
    """A runtime with an essential and a spared part, under systemd."""

    def __init__(self, address, within_us="30000000", started=None):
        clock = LoopClock(asyncio.get_running_loop())
        self.environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": within_us, "HOME": "/"}
        self.runtime = Runtime(bus=Bus(), clock=clock)
        self.essential, self.spared = Part("essential"), Part("spared")
        self.runtime.add(self.essential, HASTY)
        self.runtime.add(self.spared, OPTIONAL)
        manager = service_manager(
            self.environment, started=started, ailing=self.runtime.ailing, clock=clock
        )
        self.runtime.add(manager, OPTIONAL)

    async def __aenter__(self):
        self._task = asyncio.get_running_loop().create_task(self.runtime.run())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        await asyncio.wait((self._task,))


async def test_it_says_when_it_is_ready_that_it_lives_and_that_it_stops(systemd):
    started = asyncio.Event()
    async with Agent(systemd.address, started=started):
        await asyncio.sleep(25)
        assert systemd.told() == []
        started.set()
        await asyncio.sleep(35)
        first, *others = systemd.told()
        assert first == "READY=1"
        assert others == ["WATCHDOG=1"] * 4
    assert systemd.told() == ["STOPPING=1"]


async def test_without_an_essential_part_there_is_no_sign_of_life_until_it_is_back(systemd):
    async with Agent(systemd.address) as agent:
        await asyncio.sleep(1)
        systemd.told()
        agent.essential.broken.set()
        await asyncio.sleep(19)
        assert systemd.told() == ["STATUS=without essential"]
        await asyncio.sleep(15)
        assert systemd.told()[:2] == ["WATCHDOG=1", "STATUS="]


async def test_a_part_that_can_be_spared_is_no_reason_to_be_restarted(systemd):
    async with Agent(systemd.address) as agent:
        await asyncio.sleep(1)
        systemd.told()
        agent.spared.broken.set()
        await asyncio.sleep(40)
        assert systemd.told() == ["WATCHDOG=1"] * 4


async def test_without_a_watchdog_only_ready_and_stopping_are_said(systemd):
    async with Agent(systemd.address, within_us=""):
        await asyncio.sleep(60)
    assert systemd.told() == ["READY=1", "STOPPING=1"]


async def test_a_socket_that_is_gone_disturbs_nothing(systemd):
    systemd.close()
    async with Agent(systemd.address) as agent:
        await asyncio.sleep(60)
        assert agent.runtime.health()["agent.service"][0] == "running"


def made(environment):
    return service_manager(environment, started=None, ailing=tuple, clock=None)


@pytest.mark.parametrize("address", [None, "", "vsock:2:99", "relative"])
def test_without_a_socket_there_is_nothing(address):
    environment = {"HOME": "/"} if address is None else {"HOME": "/", "NOTIFY_SOCKET": address}
    assert made(environment) is None
    assert environment == {"HOME": "/"}


def test_children_do_not_inherit_the_link():
    environment = {"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "5", "WATCHDOG_PID": "1", "HOME": "/"}
    assert made(environment) is not None
    assert environment == {"HOME": "/"}


@pytest.mark.parametrize("within", ["-3", "many", "0"])
def test_a_watchdog_of_no_length_is_none(within):
    assert not made({"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": within})._watched


def test_a_watchdog_of_another_process_is_not_answered():
    assert not made({"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "9", "WATCHDOG_PID": "1"})._watched


HANGS = """
    import asyncio, os, sys, time
    from agent.core.clock import LoopClock
    from agent.kiosk.service_manager import service_manager

    async def main():
        clock = LoopClock(asyncio.get_running_loop())
        manager = service_manager(os.environ, started=None, ailing=tuple, clock=clock)
        asyncio.get_running_loop().call_later(0.5, time.sleep, 60)
        await manager.run()

    asyncio.run(main())
"""


@pytest.mark.real_time
def test_a_loop_that_hangs_says_nothing_any_more(tmp_path):
    systemd = Systemd(str(tmp_path / "n"))
    environment = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "300000"}
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HANGS)], env=environment, cwd=tmp_path
    )
    try:
        assert [systemd.next() for _ in range(3)] == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]
        assert set(systemd.until_silent(1.0)) <= {"WATCHDOG=1"}
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()
        systemd.close()
