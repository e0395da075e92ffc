"""The ZeroMQ stream among slow, hostile and unknown neighbours. Real sockets."""

import asyncio
import random

import msgpack
import numpy as np
import pytest
import zmq
import zmq.auth

from actuation.bodies.zmq_config import ZmqConfig
from actuation.embodiments.zmq_commands import Commands, Door
from actuation.embodiments.zmq_keys import ClientKeys, make_keys
from actuation.motion import VoiceChunk
from agent.core.clock import LoopClock
from agent.core.messages import CommandRefused, EmergencyRelease, EmergencyStop, UtteranceId
from tests.fakes.zmq_subscribers import heard, streaming

real_time = pytest.mark.real_time
STOP = msgpack.packb({"v": 1, "command": "emergency_stop", "because": "smoke"})


@real_time
async def test_a_subscriber_that_stopped_reading_holds_nobody_up():
    async with streaming(high_water=20, voice=True) as stream:
        asleep = stream.socket(zmq.SUB)
        asleep.setsockopt(zmq.RCVHWM, 1)
        asleep.setsockopt(zmq.RCVBUF, 4096)
        asleep.subscribe("voice")
        asleep.connect(stream.body.endpoint)
        awake = await stream.subscriber("voice")
        got = []

        async def read():
            while True:
                got.append(msgpack.unpackb((await awake.recv_multipart())[1])["seq"])

        reading = asyncio.get_running_loop().create_task(read())
        loud = VoiceChunk(
            generation=0, at=0.0, utterance=UtteranceId(1), score_s=0.0, rate_hz=48_000,
            samples=np.zeros(48_000, np.float32),
        )  # fmt: skip
        longest = 0.0
        for _ in range(200):  # 19 MB: more than the kernel and the stream keep for one that sleeps
            begun = stream.clock.now()
            stream.body.apply(loud)
            longest = max(longest, stream.clock.now() - begun)
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.3)
        reading.cancel()
        await asyncio.wait([reading])
    assert got == list(range(1, 201))
    assert stream.body.behind > 0
    assert longest < 0.1


@real_time
async def test_a_stop_is_told_within_a_tenth_of_a_second_and_answered():
    async with streaming() as stream:
        asked_at = stream.clock.now()
        said = await stream.ask(stream.commander(), "emergency_stop", because="smoke\n\x07 !")
        assert said["done"]
        (stop,) = stream.of(EmergencyStop)
        assert (stop.source, stop.because) == ("zmq", "smoke   !")
        assert stop.at - asked_at < 0.1


@real_time
async def test_without_keys_nobody_can_release():
    async with streaming() as stream:
        said = await stream.ask(stream.commander(), "emergency_release")
        assert not said["done"]
        assert "may stop and not release" in said["because"]
        assert not stream.of(EmergencyRelease)
        assert len(stream.of(CommandRefused)) == 1


def garbage():
    chance = random.Random(4)
    yield from (b"", b"\xc1", b"\x80", b"\x93\x01\x02\x03", b"\xdd\xff\xff\xff\xff", b"\x91" * 900)
    yield from (b"\x81" * 1000, b"\xc9\xff\xff\xff\xff\x01", STOP[:-3], STOP + b"\x00")
    yield from (msgpack.packb(x) for x in (None, 7, [], {}, "stop", {"v": 1}, {1: 2}, float("nan")))
    yield msgpack.packb({"v": 2, "command": "emergency_stop"})
    yield msgpack.packb({"v": 1, "command": ["emergency_stop"]})
    yield msgpack.packb({"v": 1, "command": "act", "because": ""})
    yield msgpack.packb({"v": 1, "command": "emergency_stop", "because": "x" * 201})
    yield msgpack.packb({"v": 1, "command": "emergency_stop", "because": b"\xff"})
    yield msgpack.packb({"v": 1, "command": "emergency_stop", "joints": [9.0]})
    yield msgpack.packb({"v": 1, "command": msgpack.Timestamp(1)})
    yield msgpack.packb({"v": 1, "command": "emergency_stop", "because": "y" * 1500})
    yield from (chance.randbytes(chance.randrange(1, 80)) for _ in range(3000))


def test_whatever_is_no_command_is_refused_and_nothing_else_happens():
    told = []
    clock = type("Still", (), {"now": lambda self: 5.0})()
    commands = Commands(config=ZmqConfig(), keys=None, clock=clock, publish=told.append)
    for count, payload in enumerate(garbage(), start=1):
        done, because = commands.obey(payload, None)
        assert not done, payload
        assert because
        assert commands.refused == count
    assert {type(m) for m in told} == {CommandRefused}
    assert len(told) == 5


def test_a_command_that_is_too_long_is_refused_whatever_it_says():
    told = []
    clock = type("Still", (), {"now": lambda self: 5.0})()
    config = ZmqConfig(most_command_bytes=64)
    commands = Commands(config=config, keys=None, clock=clock, publish=told.append)
    long = msgpack.packb({"v": 1, "command": "emergency_stop", "because": "x" * 90})
    assert commands.obey(STOP, None)[0]
    refused = f"zmq: a command may have 64 bytes, not {len(long)}"
    assert commands.obey(long, None) == (False, refused)
    assert [type(m) for m in told] == [EmergencyStop, CommandRefused]


async def test_of_a_flood_of_refusals_one_a_second_is_told_with_the_number_of_the_others():
    told = []
    clock = LoopClock(asyncio.get_running_loop())
    commands = Commands(config=ZmqConfig(), keys=None, clock=clock, publish=told.append)
    for _ in range(1000):
        commands.obey(b"\xc1", None)
        await asyncio.sleep(0.01)
    assert 10 <= len(told) <= 16
    assert "others before" in told[-1].because
    assert commands.refused == 1000


@real_time
async def test_a_flood_keeps_no_stop_out():
    async with streaming() as stream:
        hostile = stream.socket(zmq.DEALER)
        hostile.connect(stream.body.commands_endpoint)
        commander = stream.commander()
        await asyncio.sleep(0.1)

        async def flood():
            while True:
                for _ in range(50):
                    await hostile.send(b"\x81" * 1000)
                    await hostile.send(b"x" * 5000)
                    await hostile.send_multipart([b"a", b"b", b"c"])
                await asyncio.sleep(0)

        flooding = asyncio.get_running_loop().create_task(flood())
        await asyncio.sleep(0.3)
        asked_at = stream.clock.now()
        said = await stream.ask(commander, "emergency_stop")
        took_s = stream.clock.now() - asked_at
        flooding.cancel()
        await asyncio.wait([flooding])
        assert said["done"]
        (stop,) = stream.of(EmergencyStop)
        assert stop.at - asked_at < 0.1
        assert took_s < 0.25
        assert stream.body._commands.refused > 100


@real_time
async def test_what_is_far_too_long_is_not_even_received():
    async with streaming() as stream:
        hostile = stream.socket(zmq.DEALER)
        hostile.connect(stream.body.commands_endpoint)
        await hostile.send(bytes(5_000_000))
        await asyncio.sleep(0.2)
        assert (await stream.ask(stream.commander(), "emergency_stop"))["done"]


async def test_stops_are_told_once_while_they_hold_and_again_after():
    told = []
    clock = LoopClock(asyncio.get_running_loop())
    commands = Commands(config=ZmqConfig(), keys=None, clock=clock, publish=told.append)
    for _ in range(20):
        assert commands.obey(STOP, None)[0]
    assert len(told) == 1
    commands.halted = True
    await asyncio.sleep(1.0)
    assert commands.obey(STOP, None)[0]
    assert len(told) == 1
    commands.halted = False
    assert commands.obey(STOP, None)[0]
    assert len(told) == 2


class House:
    """Keys of a server, of two clients let in, and of a stranger."""

    def __init__(self, folder):
        clients = folder / "clients"
        self.secret = make_keys(folder, "server")[1]
        self.server = zmq.auth.load_certificate(self.secret)[0]
        self.keys = {"stranger": zmq.curve_keypair()}
        for name in ("desk", "wall"):
            path = make_keys(folder / "made", name)[1]
            self.keys[name] = zmq.auth.load_certificate(path)
            clients.mkdir(exist_ok=True)
            path.with_suffix(".key").rename(clients / f"{name}.key")
        self.clients = clients

    def config(self):
        return {"server_key": self.secret, "client_keys": self.clients, "may_release": ("desk",)}

    def of(self, name):
        return {"keys": self.keys[name], "server": self.server}


@real_time
async def test_with_keys_only_those_let_in_hear_anything(tmp_path):
    house = House(tmp_path)
    async with streaming(**house.config()) as stream:
        known = await stream.subscriber("body", **house.of("wall"))
        stranger = await stream.subscriber("body", **house.of("stranger"))
        plain = await stream.subscriber("body")
        assert await heard(known, 1)
        assert await heard(stranger, within_s=1.2) == []
        assert await heard(plain, within_s=0.2) == []
        assert any("unknown key" in m.because for m in stream.of(CommandRefused))


@real_time
async def test_with_keys_strangers_command_nothing_and_only_the_named_release(tmp_path):
    house = House(tmp_path)
    async with streaming(**house.config()) as stream:
        for who in ({}, house.of("stranger")):
            with pytest.raises(TimeoutError):
                await stream.ask(stream.commander(**who), "emergency_stop", within_s=0.5)
        assert not stream.of(EmergencyStop)
        wall, desk = (stream.commander(**house.of(name)) for name in ("wall", "desk"))
        assert (await stream.ask(wall, "emergency_stop"))["done"]
        assert stream.of(EmergencyStop)[0].source == "zmq:wall"
        assert not (await stream.ask(wall, "emergency_release"))["done"]
        assert not stream.of(EmergencyRelease)
        assert (await stream.ask(desk, "emergency_release"))["done"]
        assert stream.of(EmergencyRelease)[0].source == "zmq:desk"


@real_time
async def test_a_key_that_is_taken_away_commands_nothing_more_and_one_that_is_added_does(tmp_path):
    house = House(tmp_path)
    async with streaming(**house.config()) as stream:
        wall = stream.commander(**house.of("wall"))
        assert (await stream.ask(wall, "emergency_stop"))["done"]
        key = house.clients / "wall.key"
        key.rename(tmp_path / "wall.key")
        assert not (await stream.ask(wall, "emergency_stop"))["done"]
        (tmp_path / "wall.key").rename(key)
        again = stream.commander(**house.of("wall"))
        assert (await stream.ask(again, "emergency_stop"))["done"]


@real_time
async def test_while_nobody_is_at_the_door_nobody_comes_in(tmp_path):
    house = House(tmp_path)
    async with streaming(**house.config()) as stream:
        context = zmq.Context()
        door = Door(context, ClientKeys(house.clients), lambda because: None)
        socket = context.socket(zmq.PUB)
        door.guard(socket, *zmq.auth.load_certificate(house.secret))
        socket.bind("tcp://127.0.0.1:*")
        door.close()
        known = stream.socket(zmq.SUB, house.keys["wall"], house.server)
        known.subscribe("")
        known.connect(socket.getsockopt_string(zmq.LAST_ENDPOINT))
        await asyncio.sleep(0.3)
        socket.send(b"seen by nobody")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await known.recv()
        context.destroy(linger=0)


async def test_releases_are_rationed(tmp_path):
    house, told = House(tmp_path), []
    clock = LoopClock(asyncio.get_running_loop())
    config = ZmqConfig(**house.config(), commands_per_s=2)
    commands = Commands(
        config=config, keys=ClientKeys(house.clients), clock=clock, publish=told.append
    )
    release = msgpack.packb({"v": 1, "command": "emergency_release"})
    key = house.keys["desk"][0]
    done = [commands.obey(release, key)[0] for _ in range(50)]
    assert done.count(True) == 2
    await asyncio.sleep(1.0)
    assert commands.obey(release, key)[0]
    assert commands.obey(STOP, key)[0]
