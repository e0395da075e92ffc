"""The MQTT body against a real Mosquitto, read and commanded by clients that are not ours."""

import asyncio
import gc
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import aiomqtt
import pytest

from actuation.embodiments.mqtt_commands import Command, signature
from actuation.motion import Halt, Release
from agent.core.messages import (
    ActFinished,
    ButtonPressed,
    CommandRefused,
    ComponentHealth,
    EmergencyRelease,
    EmergencyStop,
    Engagement,
    EngagementChanged,
    Health,
    PersonId,
    StageState,
)
from tests.fakes.brokers import Linked, broker, free_port, linked, needs_mosquitto, reader, until
from tests.fakes.stages import KeepingBody, act, performing

# ruff: noqa: SIM117 - a broker, then who reads there, then we
pytestmark = [needs_mosquitto, pytest.mark.real_time]
COMMAND = "foyer/reception/command"


def running(body):
    return lambda: body.health() is Health.RUNNING


def engaged(distance_m):
    return EngagementChanged(
        at=0.0,
        person=PersonId("p1"),
        state=Engagement.ENGAGED,
        previous=None,
        distance_m=distance_m,
    )


def release(age_s=0.0, **more):
    sent = round((time.time() - age_s) * 1000)  # noqa: TID251 - the sender's own calendar
    return json.dumps({"sent_unix_ms": sent, **more})


def noted(folder, name, took_s, *more):
    """Leave what was measured where a person finds it (pytest --basetemp)."""
    figures = {"stop_ms": [round(1e3 * s, 2) for s in sorted(took_s)], "more": more}
    (folder / f"{name}.json").write_text(json.dumps(figures))


async def heard_after(ours, begun):
    """How long after `begun` a stop was on the bus, seconds."""

    def after():
        return [at for at, m in ours.told if isinstance(m, EmergencyStop) and at > begun]

    await until(after)
    return after()[0] - begun


async def test_whoever_comes_later_finds_state_health_and_availability(tmp_path):
    async with broker(tmp_path) as there, linked(there.port) as ours:
        await until(running(ours.body))
        ours.bus.publish(StageState(at=1.0, speaking=True))
        ours.body.apply(Halt(at=1.0, because="smoke"))
        ours.bus.publish(
            ComponentHealth(at=1.0, component="camera", health=Health.FAILED, detail="pii")
        )
        await asyncio.sleep(0.5)
        async with reader(there.port) as late:
            await until(lambda: late.of("state") and late.of("health") and late.of("availability"))
            (state,), (health,) = late.of("state"), late.of("health")
            assert (state["speaking"], state["emergency"]) == (True, True)
            assert state["because"] == "smoke"
            assert abs(state["unix_s"] - time.time()) < 60  # noqa: TID251
            assert health["parts"]["camera"] == {"health": "failed"}
            assert late.of("availability") == ["online"]
            ours.body.apply(Release(at=2.0))
            await until(lambda: not late.of("state")[-1]["emergency"])


async def test_events_arrive_once_and_in_order_at_qos_1(tmp_path):
    async with broker(tmp_path) as there, reader(there.port) as someone:
        async with linked(there.port) as ours:
            asked = act("Good morning.")
            ours.bus.publish(asked)
            ours.bus.publish(engaged(1.25))
            ours.bus.publish(ActFinished(at=2.0, act=asked.act, heard="Good morning."))
            await until(lambda: someone.of("act_finished"))
            events = [m for _, m in someone.read if m.payload.startswith(b'{"id"')]
            names = [str(m.topic).rsplit("/", 1)[1] for m in events]
            assert names == ["act", "engagement", "act_finished"]
            assert {m.qos for m in events} == {1}
            assert [json.loads(m.payload)["seq"] for m in events] == [1, 2, 3]
            assert someone.of("engagement")[0]["distance_m"] == 1.25
            assert all(b"morning" not in m.payload for m in events)
        await until(lambda: "offline" in someone.of("availability"))


async def test_an_agent_that_ends_with_much_to_say_still_says_that_it_is_gone(tmp_path):
    async with broker(tmp_path) as there, reader(there.port, topic="+/+/availability") as someone:
        async with linked(there.port, outbox=100_000) as ours:
            await until(running(ours.body))
            for n in range(50_000):
                ours.bus.publish(ActFinished(at=0.0, act=n, heard=""))
            await until(lambda: len(ours.body.outbox) > 40_000)
            ours.task.cancel()
            begun = time.perf_counter()
            await asyncio.wait([ours.task])
            assert time.perf_counter() - begun < 2.0
        assert len(ours.body.outbox) > 0
        await until(lambda: someone.of("availability")[-1] == "offline")


async def test_an_agent_that_is_killed_is_offline_by_its_last_will(tmp_path):
    code = (
        "import asyncio, sys\n"
        "from tests.fakes.brokers import linked\n"
        "async def main():\n"
        "    async with linked(int(sys.argv[1]), keepalive_s=2):\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    async with broker(tmp_path) as there, reader(there.port) as someone:
        agent = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, str(there.port), cwd=Path(__file__).parents[2]
        )
        await until(lambda: "online" in someone.of("availability"), 30)
        agent.kill()
        await agent.wait()
        await until(lambda: someone.of("availability")[-1] == "offline")


async def test_a_broker_killed_and_restarted_mid_stream_costs_no_event_and_no_order(tmp_path):
    # A broker that is killed forgets its readers: this one is back before the agent is.
    async with broker(tmp_path) as there:
        async with reader(there.port) as someone, linked(there.port) as ours:
            await until(running(ours.body))
            for n in range(400):
                ours.bus.publish(ActFinished(at=float(n), act=n, heard=""))
                if n in (100, 250):
                    ours.clock.going.clear()
                    await there.kill()
                    await until(lambda: not someone.there.is_set())
                if n in (200, 300):
                    await there.start()
                    await until(lambda: someone.there.is_set())
                    ours.clock.going.set()
                await asyncio.sleep(0.002)
            await until(lambda: len(ours.body.outbox) == 0, 20)
            await until(lambda: len(someone.once("act_finished")) == 400, 20)
            assert [e["act"] for e in someone.once("act_finished")] == list(range(400))
            assert [e["seq"] for e in someone.once("act_finished")] == list(range(1, 401))
            assert ours.body.outbox.dropped == 0
            assert ours.body._links == 3
            # The broker came back without what it had retained: it is told again.
            assert someone.of("availability")[-1] == "online"


async def test_a_broker_that_hangs_is_left_and_what_was_sent_twice_is_marked(tmp_path):
    async with broker(tmp_path) as there, reader(there.port) as someone:
        async with linked(there.port) as ours:
            await until(running(ours.body))
            there.freeze()
            for n in range(20):
                ours.bus.publish(ActFinished(at=float(n), act=n, heard=""))
            await until(lambda: ours.body.health() is Health.DEGRADED)
            there.thaw()
            await until(lambda: len(ours.body.outbox) == 0)
            await until(lambda: len(someone.once("act_finished")) == 20)
            assert [e["act"] for e in someone.once("act_finished")] == list(range(20))
            copies = [m for _, m in someone.read if str(m.topic).endswith("/act_finished")]
            ids = [json.loads(m.payload)["id"] for m in copies]
            again = [
                ("resent", "true") in getattr(m.properties, "UserProperty", []) for m in copies
            ]
            assert ours.body.outbox.resent > 0
            for i, one in enumerate(ids):
                assert again[i] or one not in ids[:i]


async def test_a_stop_from_elsewhere_is_on_the_bus_within_a_tenth_of_a_second(tmp_path):
    async with (
        broker(tmp_path) as there,
        reader(there.port, topic="none") as someone,
        linked(there.port) as ours,
    ):
        await until(running(ours.body))
        took_s = []
        for _ in range(20):
            begun = time.perf_counter()
            await someone.client.publish(f"{COMMAND}/emergency_stop", b"", qos=1)
            took_s.append(await heard_after(ours, begun))
            await asyncio.sleep(0.11)
        noted(tmp_path, "calm", took_s)
        assert max(took_s) < 0.1
        assert ours.of(EmergencyStop)[0].source == "mqtt"
        await someone.client.publish(f"{COMMAND}/emergency_release", release(), qos=1)
        await someone.client.publish(f"{COMMAND}/stop", b"{}", qos=1)
        await until(lambda: ours.of(EmergencyRelease) and ours.of(ButtonPressed))


async def test_a_stop_from_elsewhere_halts_every_body_within_a_tenth_of_a_second(tmp_path):
    class Halted(KeepingBody):
        halted_at = None

        def apply(self, item):
            if isinstance(item, Halt):
                self.halted_at = time.perf_counter()
            super().apply(item)

    bodies = [Halted("page"), Halted("robot")]
    async with broker(tmp_path) as there, reader(there.port, topic="none") as someone:
        async with performing(bodies=bodies) as (say, *_), linked(there.port, say=say) as ours:
            await until(running(ours.body))
            say(act("We have a big map of the building beside the main door for you."))
            await asyncio.sleep(0.5)
            begun = time.perf_counter()
            await someone.client.publish(f"{COMMAND}/emergency_stop", b"", qos=1)
            await until(lambda: all(b.halted_at for b in bodies))
            took_s = [b.halted_at - begun for b in bodies]
            assert max(took_s) < 0.1
            noted(tmp_path, "halt", took_s)


async def test_a_stop_passes_through_a_flood_of_rubbish(tmp_path):
    async with (
        broker(tmp_path) as there,
        reader(there.port, topic="none") as someone,
        reader_named(there.port) as flooder,
        linked(there.port) as ours,
    ):
        await until(running(ours.body))
        enough = asyncio.Event()
        flood = asyncio.create_task(rubbish(flooder, enough))  # noqa: TID251 - awaited below
        await asyncio.sleep(1.0)
        took_s = []
        for _ in range(5):
            begun = time.perf_counter()
            await someone.client.publish(f"{COMMAND}/emergency_stop", b"", qos=1)
            took_s.append(await heard_after(ours, begun))
            await asyncio.sleep(0.2)
        enough.set()
        await flood
        # Some of the machine is the flood's; usually this takes 2 ms.
        assert sorted(took_s)[2] < 0.1
        assert any("only emergency stops are heard" in m.because for m in ours.of(CommandRefused))
        noted(tmp_path, "flood", took_s, ours.body._gate.refused)
        assert len(ours.of(CommandRefused)) < 12
        assert ours.body.health() is Health.RUNNING


def reader_named(port):
    return aiomqtt.Client("127.0.0.1", port, identifier="flooder", timeout=5)


async def rubbish(client, enough):
    n = 0
    while not enough.is_set():
        await client.publish(f"{COMMAND}/open_the_door", b"x" * 200, qos=0)
        n += 1
        if n % 20 == 0:
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("name", "payload", "because"),
    [
        ("emergency_release", b"x" * 9_000, "9000 bytes; at most 4096 are taken"),
        ("emergency_release", b"not json", "emergency_release: the body: Invalid JSON"),
        ("emergency_release", b"\xff\xfe{}", "Invalid JSON"),
        ("emergency_release", b"[" * 4000, "Invalid JSON"),
        ("emergency_release", b'{"sent_unix_ms": 1e400}', "sent_unix_ms"),
        ("emergency_release", b'{"sent_unix_ms": "now"}', "sent_unix_ms"),
        ("emergency_release", b"{}", "needs sent_unix_ms"),
        ("emergency_release", b'{"sent_unix_ms": 1000}', "s ago"),
        ("stop", b'{"joint": 1}', "stop: joint: Extra inputs"),
        ("stop", b'{"because": "a\\u0000b"}', "because"),
        ("stop/now", b"{}", "there is no command 'stop/now'"),
        ("move_arm", b"{}", "there is no command 'move_arm'; there is emergency_stop"),
    ],
)
async def test_what_may_not_be_asked_is_refused_with_a_reason(tmp_path, name, payload, because):
    async with broker(tmp_path) as there, reader(there.port) as someone:
        async with linked(there.port) as ours:
            await until(running(ours.body))
            await someone.client.publish(f"{COMMAND}/{name}", payload, qos=1)
            await until(lambda: ours.of(CommandRefused))
            assert because in ours.of(CommandRefused)[0].because
            await until(lambda: someone.of("command_refused"))
            assert because in someone.of("command_refused")[0]["because"]
            assert not ours.of(EmergencyRelease)
            assert not ours.of(ButtonPressed)
            await someone.client.publish(f"{COMMAND}/emergency_stop", b"{}", qos=1)
            await until(lambda: ours.of(EmergencyStop))


async def test_a_megabyte_is_kept_back_by_the_broker_and_disturbs_nothing(tmp_path):
    async with (
        broker(tmp_path) as there,
        reader(there.port, topic="none") as someone,
        linked(there.port) as ours,
    ):
        await until(running(ours.body))
        await someone.client.publish(f"{COMMAND}/stop", b"x" * 1_000_000, qos=1)
        await someone.client.publish(f"{COMMAND}/stop", b"{}", qos=1)
        await until(lambda: ours.of(ButtonPressed))
        assert ours.body.health() is Health.RUNNING
        assert not ours.of(CommandRefused)


async def test_with_a_secret_only_the_signed_are_obeyed(tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_SECRET", "not a good one")
    async with (
        broker(tmp_path) as there,
        reader(there.port, topic="none") as someone,
        linked(there.port, secret_from="env:TEST_SECRET") as ours,
    ):
        await until(running(ours.body))
        topic = f"{COMMAND}/emergency_stop"
        await someone.client.publish(topic, b"{}", qos=1)
        await until(lambda: ours.of(CommandRefused))
        assert ours.of(CommandRefused)[0].because == "emergency_stop: not signed"
        body = json.loads(release(id="a-1", because="smoke"))
        body["hmac"] = signature(b"not a good one", topic, Command(**body))
        await someone.client.publish(topic, json.dumps(body), qos=1)
        await until(lambda: ours.of(EmergencyStop))
        # The same signature does not open another command.
        await someone.client.publish(f"{COMMAND}/emergency_release", json.dumps(body), qos=1)
        await until(lambda: len(ours.of(CommandRefused)) == 2)
        assert ours.of(CommandRefused)[1].because == "emergency_release: wrongly signed"
        assert not ours.of(EmergencyRelease)


async def test_a_command_that_was_retained_is_not_obeyed_by_who_comes_later(tmp_path):
    async with broker(tmp_path) as there, reader(there.port, topic="none") as someone:
        await someone.client.publish(f"{COMMAND}/emergency_stop", b"{}", qos=1, retain=True)
        async with linked(there.port) as ours:
            await until(running(ours.body))
            await asyncio.sleep(0.3)
            assert not ours.of(EmergencyStop)


async def test_a_stop_sent_while_the_link_was_broken_is_heard_after_it(tmp_path):
    async with broker(tmp_path) as there, reader(there.port, topic="none") as someone:
        async with linked(there.port) as ours:
            await until(running(ours.body))
        await someone.client.publish(f"{COMMAND}/emergency_stop", b"{}", qos=1)
        await someone.client.publish(f"{COMMAND}/emergency_release", release(3600), qos=1)
        async with linked(there.port) as ours:
            await until(lambda: ours.of(EmergencyStop) and ours.of(CommandRefused))
            assert "was sent 3600 s ago" in ours.of(CommandRefused)[0].because
            assert not ours.of(EmergencyRelease)


async def test_a_wrong_password_is_told_and_the_right_one_from_a_file_is_taken(tmp_path):
    passwords = tmp_path / "passwords"
    tool = shutil.which("mosquitto_passwd")
    if tool is None:
        pytest.skip("no mosquitto_passwd here; Debian, Ubuntu: apt install mosquitto")
    await asyncio.to_thread(
        subprocess.run, [tool, "-b", "-c", passwords, "foyer", "right"], check=True
    )
    (tmp_path / "user").write_text("foyer\n")
    (tmp_path / "password").write_text("wrong\n")
    login = {
        "username_from": f"file:{tmp_path}/user",
        "password_from": f"file:{tmp_path}/password",
    }
    async with broker(tmp_path, f"password_file {passwords}", anonymous=False) as there:
        async with linked(there.port, **login) as ours:
            await until(lambda: ours.of(ComponentHealth))
            assert ours.of(ComponentHealth)[0].detail == (
                f"mqtt: the broker at 127.0.0.1:{there.port} refused user name or password;"
                " check username_from and password_from"
            )
            ours.bus.publish(ActFinished(at=0.0, act=1, heard=""))
            (tmp_path / "password").write_text("right\n")
            await until(running(ours.body))
            await until(lambda: ours.body.outbox.confirmed == 1)


async def test_a_broker_that_takes_nothing_from_this_user_is_told(tmp_path):
    rights = tmp_path / "rights"
    rights.write_text("topic read #\n")
    async with broker(tmp_path, f"acl_file {rights}") as there, linked(there.port) as ours:
        ours.bus.publish(ActFinished(at=0.0, act=1, heard=""))
        await until(lambda: any("let its user write" in m.detail for m in ours.of(ComponentHealth)))
        assert "Not authorized" in ours.of(ComponentHealth)[-1].detail


async def test_a_broker_that_is_not_there_is_told_with_its_cure_and_found_when_it_comes(tmp_path):
    there = None
    port = free_port()
    async with linked(port) as ours:
        ours.bus.publish(ActFinished(at=0.0, act=1, heard=""))
        await until(lambda: ours.of(ComponentHealth))
        told = ours.of(ComponentHealth)[0]
        assert told.health is Health.DEGRADED
        assert f"127.0.0.1:{port} does not answer" in told.detail
        async with broker(tmp_path) as there:
            await there.kill()
            there.port = port
            there._file.write_text(f"user root\nlistener {port}\nallow_anonymous true\n")
            await there.start()
            await until(running(ours.body))
            await until(lambda: ours.body.outbox.confirmed == 1)


def made_ca(folder):
    """A CA, a broker's and a client's certificate, made here and thrown away."""

    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=folder)

    new = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test CA",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    openssl("req", "-x509", *new, "-keyout", "else.key", "-out", "else.pem", "-subj", "/CN=other")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for name in ("broker", "client"):
        openssl("req", *new[:3], "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                f"/CN={name}")  # fmt: skip
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "2", "-out", f"{name}.pem", "-extfile",
                "names")  # fmt: skip


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here; apt install openssl")
# paho leaves a socket to the garbage collector when the handshake fails.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_link_is_encrypted_and_both_sides_show_who_they_are(tmp_path):
    made_ca(tmp_path)
    lines = (
        f"cafile {tmp_path}/ca.pem",
        f"certfile {tmp_path}/broker.pem",
        f"keyfile {tmp_path}/broker.key",
        "require_certificate true",
    )
    shown = {
        "ca_file": tmp_path / "ca.pem",
        "certificate": tmp_path / "client.pem",
        "certificate_key": tmp_path / "client.key",
    }
    async with broker(tmp_path, *lines) as there:
        async with linked(there.port, tls=shown) as ours:
            ours.bus.publish(ActFinished(at=0.0, act=1, heard=""))
            await until(lambda: ours.body.outbox.confirmed == 1)
        for tls, said in (
            (shown | {"ca_file": tmp_path / "else.pem"}, "tls.ca_file does not vouch for"),
            ({"ca_file": tmp_path / "ca.pem"}, "TLS"),
            (None, "TLS"),
            (shown | {"ca_file": tmp_path / "none.pem"}, "none.pem"),
        ):
            async with linked(there.port, tls=tls) as ours:
                await until(lambda: ours.of(ComponentHealth))  # noqa: B023
                assert said in ours.of(ComponentHealth)[0].detail
                assert ours.body.outbox.confirmed == 0
    gc.collect()


async def test_a_restart_of_the_body_loses_nothing(tmp_path):
    async with broker(tmp_path) as there, reader(there.port) as someone:
        async with linked(there.port) as ours:
            assert isinstance(ours, Linked)
            await until(running(ours.body))
            there.freeze()
            for n in range(5):
                ours.bus.publish(ActFinished(at=0.0, act=n, heard=""))
            await until(lambda: len(ours.body.outbox) == 5)
            ours.task.cancel()
            await asyncio.wait([ours.task])
            there.thaw()
            async with asyncio.TaskGroup() as group:
                again = group.create_task(ours.body.run())
                await until(lambda: len(someone.once("act_finished")) == 5)
                again.cancel()
            assert [e["act"] for e in someone.once("act_finished")] == list(range(5))


BURST = """
import asyncio, os, signal, sys
from pathlib import Path
from agent.core.messages import ActFinished
from tests.fakes.brokers import linked
async def main():
    port, first, count = map(int, sys.argv[1:4])
    file = Path(sys.argv[4])
    async with linked(port, outbox_file=file) as ours:
        for n in range(first, first + count):
            ours.bus.publish(ActFinished(at=0.0, act=n, heard=""))
            await asyncio.sleep(0.001)
        while ours.body.outbox._last < first + count:
            await asyncio.sleep(0.001)
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


async def test_an_agent_killed_with_events_waiting_loses_none_and_each_is_one_by_its_id(tmp_path):
    async def lives_and_dies(port, first, count):
        agent = await asyncio.create_subprocess_exec(
            sys.executable, "-c", BURST, str(port), str(first), str(count),
            str(tmp_path / "box.sqlite"), cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert await agent.wait() == -9

    away = free_port()
    await lives_and_dies(away, 0, 60)  # nobody is there
    async with broker(tmp_path) as there, reader(there.port) as someone:
        await lives_and_dies(there.port, 60, 60)  # killed while some are on their way
        async with linked(there.port, outbox_file=tmp_path / "box.sqlite") as ours:
            await until(running(ours.body))
            ours.bus.publish(ActFinished(at=0.0, act=120, heard=""))
            await until(lambda: len(ours.body.outbox) == 0)
            await until(lambda: len(someone.once("act_finished")) == 121)
        events = someone.once("act_finished")
        assert [e["act"] for e in events] == list(range(121))
        assert [e["seq"] for e in events] == list(range(1, 122))
        assert len({e["id"] for e in events}) == 121


async def test_an_outbox_file_that_cannot_be_used_is_told_and_events_are_sent_all_the_same(
    tmp_path,
):
    (tmp_path / "taken").mkdir()
    async with (
        broker(tmp_path) as there,
        linked(there.port, outbox_file=tmp_path / "taken") as ours,
    ):
        await until(running(ours.body))
        ours.bus.publish(ActFinished(at=0.0, act=1, heard=""))
        await until(lambda: ours.body.outbox.confirmed == 1)
        (told,) = [m for m in ours.of(ComponentHealth) if m.component.endswith(".outbox")]
        assert told.health is Health.DEGRADED
        assert "events wait in memory only" in told.detail
