"""The ZeroMQ stream, read by a subscriber that knows only the published schema. Real sockets."""

import asyncio
import json
from dataclasses import replace

import numpy as np
import pytest
import zmq
from pydantic import ValidationError

from actuation.bodies.zmq_config import ZmqConfig
from actuation.embodiments.zmq_ import ZmqBody
from actuation.embodiments.zmq_keys import make_keys, own_keys
from actuation.embodiments.zmq_schema import SCHEMA_FILE, build_schema
from actuation.motion import JOINT_NAMES, Cut, Halt, Release, VoiceChunk, Volume
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    Clause,
    ComponentHealth,
    EngagementChanged,
    Health,
    HostNotified,
    LineTyped,
    PersonId,
    Reason,
    ShownOtherwise,
    StageState,
    TurnEnded,
    TurnId,
    UtteranceId,
    WordsHeard,
)
from tests.fakes.zmq_subscribers import chunk, heard, streaming

real_time = pytest.mark.real_time


def act(text="Good morning.", at=0.0):
    return Act(
        at=at, act=ActId(7), reason=Reason(policy="greeting.words", because="p1 attends"),
        to=PersonId("p1"), clauses=(Clause(text=text, screen="Room 4", discreet="Hello."),),
    )  # fmt: skip


def voice(at, seconds=0.1):
    samples = np.linspace(-1, 1, round(16_000 * seconds), dtype=np.float32)
    return VoiceChunk(
        generation=0, at=at, utterance=UtteranceId(3), score_s=0.0, rate_hz=16_000, samples=samples
    )


def test_the_schema_that_is_shipped_says_what_is_sent():
    assert json.loads(SCHEMA_FILE.read_text("utf-8")) == build_schema(), (
        "run: python -m actuation.embodiments.zmq_schema"
    )


@real_time
async def test_frames_come_sixty_times_a_second_each_when_it_is_to_be_seen():
    async with streaming() as stream:
        socket = await stream.subscriber("frame")
        begins = stream.clock.now() + 0.1
        stream.body.apply(chunk(begins, 60, jaw=0.5))
        frames = [f for f in await heard(socket, 55) if f[1]["pace"] == "follow"]
    assert frames[0][1]["at"] == pytest.approx(begins, abs=0.02)
    assert np.mean(np.diff([f["at"] for _, f, _ in frames[:50]])) == pytest.approx(1 / 60, abs=2e-3)
    assert np.median([when - f["at"] for _, f, when in frames[:50]]) < 0.01
    assert [f["seq"] for _, f, _ in frames] == list(range(1, len(frames) + 1))
    shown = frames[10][1]
    assert shown["joints"][5] == pytest.approx([0.0, 0.6, 0.0, 0.8])
    assert shown["face"][17] == pytest.approx(0.5)
    assert shown["gaze_yaw_rad"] == pytest.approx(0.6 * (shown["at"] - begins), abs=1e-4)


@real_time
async def test_a_late_comer_learns_what_the_numbers_mean():
    async with streaming(name="lobby") as stream:
        socket = await stream.subscriber("body")
        ((_, said, _),) = await heard(socket, 1)
    assert said["joints"] == list(JOINT_NAMES)
    assert said["blendshapes"] == list(ARKIT_NAMES)
    assert (said["name"], said["pace"], said["halted"]) == ("lobby", "rest", False)


@real_time
async def test_acts_states_and_health_are_passed_on_under_their_topics():
    async with streaming() as stream:
        socket = await stream.subscriber("act", "state", "health")
        for message in (
            act(),
            StageState(at=1.0, speaking=True),
            EngagementChanged(
                at=1.0, person=PersonId("p1"), state="engaged", previous=None, distance_m=1.2
            ),
            ComponentHealth(at=2.0, component="camera", health=Health.DEGRADED, detail="dark"),
            ShownOtherwise(at=2.0, body="robot", asked="gesture point", done="nodded"),
            ActFinished(at=3.0, act=ActId(7), heard="Good morning."),
        ):
            stream.traffic.say(message)
        said = await heard(socket, 6)
    assert [(topic, m["message"]["kind"]) for topic, m, _ in said] == [
        ("act", "Act"), ("state", "StageState"), ("state", "EngagementChanged"),
        ("health", "ComponentHealth"), ("act", "ShownOtherwise"), ("act", "ActFinished"),
    ]  # fmt: skip
    assert said[0][1]["message"]["clauses"][0]["text"] == "Good morning."


@real_time
async def test_what_a_visitor_says_and_whom_they_visit_is_never_published():
    async with streaming() as stream:
        socket = await stream.subscriber("")
        for message in (
            WordsHeard(at=0.0, turn=TurnId(1), revision=0, text="secret"),
            TurnEnded(at=0.0, turn=TurnId(1), revision=0, text="secret"),
            LineTyped(at=0.0, text="secret"),
            HostNotified(at=0.0, host="secret", channel="mail", delivered=True),
            act(),
        ):
            stream.traffic.say(message)
        said = await heard(socket, within_s=0.4)
    assert [m["message"]["kind"] for topic, m, _ in said if topic != "body"] == ["Act"]
    assert "secret" not in str(said)


@real_time
async def test_without_words_acts_come_without_what_is_said():
    async with streaming(words=False) as stream:
        socket = await stream.subscriber("act")
        stream.traffic.say(act("Your host is on the way."))
        stream.traffic.say(ActFinished(at=1.0, act=ActId(7), heard="Your host is on the way."))
        said = await heard(socket, 2)
    assert "host" not in str(said)
    assert said[0][1]["message"]["reason"]["policy"] == "greeting.words"


@real_time
async def test_the_voice_is_published_only_when_asked_for():
    for wanted in (False, True):
        async with streaming(voice=wanted) as stream:
            socket = await stream.subscriber("voice")
            at = stream.clock.now()
            stream.body.apply(voice(at))
            stream.body.apply(Volume(at=at, gain=0.3))
            stream.body.apply(Cut(generation=1, at=at))
            said = [m for _, m, _ in await heard(socket, within_s=0.3)]
        assert [m["event"] for m in said] == (["chunk", "volume", "cut"] if wanted else [])
    samples = np.frombuffer(said[0]["samples"], "<i2") / 32767
    assert samples == pytest.approx(np.linspace(-1, 1, 1600), abs=1e-4)


@real_time
async def test_a_halt_freezes_the_frame_at_once_and_a_release_lets_new_ones_through():
    async with streaming() as stream:
        socket = await stream.subscriber("frame", "body")
        now = stream.clock.now()
        stream.body.apply(chunk(now, 120))
        await heard(socket, 10, topic="frame")
        halted_at = stream.clock.now()
        stream.body.apply(Halt(at=halted_at, because="smoke"))
        stream.body.apply(chunk(halted_at, 60, jaw=1.0))
        said = await heard(socket, within_s=0.5)
        held = [m for topic, m, _ in said if topic == "frame" and m["pace"] == "hold"]
        first = next(when for topic, m, when in said if topic == "body" and m["halted"])
        assert first - halted_at < 0.1
        assert len({m["gaze_yaw_rad"] for m in held}) == 1
        assert len(held) > 20
        assert all(m["face"][17] == 0 for m in held)
        stream.body.apply(Cut(generation=1, at=stream.clock.now()))
        stream.body.apply(Release(at=stream.clock.now()))
        stream.body.apply(chunk(stream.clock.now(), 60, generation=1, jaw=1.0))
        moving = [m for _, m, _ in await heard(socket, 20, topic="frame") if m["pace"] == "follow"]
    assert moving[-1]["face"][17] == 1.0


@real_time
async def test_when_frames_stop_subscribers_are_told_to_hold_and_then_to_rest_and_it_is_quiet():
    async with streaming() as stream:
        socket = await stream.subscriber("frame")
        begins = stream.clock.now()
        stream.body.apply(chunk(begins, 6))
        said = await heard(socket, within_s=1.6)
    paces = [m["pace"] for _, m, _ in said]
    assert list(dict.fromkeys(paces)) == ["follow", "hold", "rest"]
    assert paces.count("rest") == 1
    last_at = begins + 5 / 60
    first_hold = next(when for _, m, when in said if m["pace"] == "hold")
    assert 0.19 < first_hold - last_at < 0.26
    assert 0.99 < said[-1][2] - last_at < 1.06


@real_time
async def test_a_cut_drops_what_was_not_seen_and_older_generations_stay_away():
    async with streaming() as stream:
        socket = await stream.subscriber("frame")
        now = stream.clock.now()
        stream.body.apply(chunk(now + 0.2, 30, jaw=0.9))
        stream.body.apply(Cut(generation=2, at=now))
        stream.body.apply(chunk(now, 30, generation=1, jaw=0.9))
        stream.body.apply(chunk(now, 30, generation=2, jaw=0.2))
        said = await heard(socket, 30)
    assert {round(m["face"][17], 3) for _, m, _ in said} == {0.2}
    assert stream.body.dropped == 60


@real_time
async def test_a_frame_of_no_numbers_is_not_published():
    async with streaming() as stream:
        socket = await stream.subscriber("frame")
        bad = chunk(stream.clock.now(), 1)
        joints = bad.frames[0].joints.copy()
        joints[3, 1] = np.nan
        stream.body.apply(replace(bad, frames=(replace(bad.frames[0], joints=joints),)))
        assert await heard(socket, within_s=0.3) == []


@real_time
async def test_two_on_one_port_says_what_to_do():
    async with streaming() as stream:
        with pytest.raises(ExceptionGroup) as fault:
            async with streaming(commands=stream.body.commands_endpoint):
                pass
        told = str(fault.value.exceptions[0])
    assert "cannot listen on" in told
    assert "choose another address" in told


async def test_once_stopped_it_listens_nowhere_and_says_so():
    body = ZmqBody(config=ZmqConfig(), clock=None, publish=print, traffic=())
    assert body.health() is Health.STARTING
    async with streaming() as stream:
        assert stream.body.health() is Health.RUNNING
    assert stream.body.health() is Health.DEGRADED


@pytest.mark.parametrize("address", ["tcp://*:5571", "tcp://0.0.0.0:5571", "tcp://[::]:5571"])
@pytest.mark.parametrize("field", ["address", "commands"])
def test_an_address_that_others_reach_wants_keys(address, field):
    with pytest.raises(ValidationError, match="can be reached from other machines.*zmq_keys"):
        ZmqConfig(**{field: address})
    ZmqConfig(**{field: address}, server_key="s.key_secret", client_keys="clients")


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:5571", "tcp://127.3.0.1:*", "tcp://[::1]:5571", "ipc:///run/foyer"]
)
def test_an_address_of_this_machine_needs_none(address):
    ZmqConfig(address=address)


@pytest.mark.parametrize("address", ["", "tcp://lo:1", "udp://127.0.0.1:1", "tcp://127.0.0.1"])
def test_an_address_that_is_none_is_refused_with_how_it_should_look(address):
    with pytest.raises(ValidationError, match="must be tcp://IP:PORT"):
        ZmqConfig(address=address)


def test_half_of_the_keys_is_refused():
    with pytest.raises(ValidationError, match="belong together"):
        ZmqConfig(server_key="s.key_secret")
    with pytest.raises(ValidationError, match="may_release names keys"):
        ZmqConfig(may_release=("desk",))


def test_a_secret_is_written_for_its_owner_alone_and_never_over_another(tmp_path):
    public, secret = make_keys(tmp_path, "server")
    assert secret.stat().st_mode & 0o777 == 0o600
    assert own_keys(secret)[0] in public.read_bytes()
    with pytest.raises(BadInputError, match="is there already"):
        make_keys(tmp_path, "server")


def test_a_secret_that_others_can_read_is_refused_with_the_cure(tmp_path):
    _, secret = make_keys(tmp_path, "server")
    secret.chmod(0o640)
    with pytest.raises(BackendUnavailableError, match="chmod 600"):
        own_keys(secret)


async def test_missing_keys_are_told_before_anything_listens(tmp_path):
    config = ZmqConfig(server_key=tmp_path / "server.key_secret", client_keys=tmp_path / "clients")
    body = ZmqBody(config=config, clock=None, publish=print, traffic=())
    with pytest.raises(BackendUnavailableError, match="there is no key .*zmq_keys"):
        await body.connect()
    make_keys(tmp_path, "server")
    with pytest.raises(BackendUnavailableError, match="there is no folder"):
        await body.connect()
    (tmp_path / "server.key_secret").write_text("nonsense")
    with pytest.raises(BackendUnavailableError, match="holds no secret key"):
        await body.connect()


@real_time
async def test_after_a_restart_it_goes_on_where_it_was():
    async with streaming() as stream:
        stream.body.apply(chunk(stream.clock.now(), 200))
        await asyncio.sleep(0.1)
        body, endpoint = stream.body, stream.body.endpoint
    body._config = body._config.model_copy(update={"address": endpoint})
    again = asyncio.get_running_loop().create_task(body.run())
    context = zmq.asyncio.Context()
    try:
        socket = context.socket(zmq.SUB)
        socket.subscribe("frame")
        socket.connect(endpoint)
        ((_, said, _),) = await heard(socket, 1)
        assert said["seq"] > 3
    finally:
        context.destroy(linger=0)
        again.cancel()
        await asyncio.wait([again])
