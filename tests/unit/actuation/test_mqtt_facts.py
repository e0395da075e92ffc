"""What leaves the house by MQTT: facts, and words only where the operator says so."""

import asyncio
import json

import numpy as np
import pytest
from pydantic import ValidationError

from actuation.bodies.configs import MqttConfig
from actuation.embodiments.mqtt import MqttBody
from actuation.embodiments.mqtt_facts import Telling
from actuation.embodiments.mqtt_link import secret_of
from actuation.generators.rules_idle import rest_pose
from actuation.motion import Frame
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    Clause,
    CommandRefused,
    ComponentHealth,
    GestureCue,
    Health,
    HostNotified,
    PersonId,
    PersonSeen,
    Place,
    Reason,
    StageState,
    TurnEnded,
    TurnId,
    WordsHeard,
)

NAMED = Act(
    at=1.0,
    act=ActId(7),
    reason=Reason(policy="reply.host", because="heard 'i want to see anna keller'"),
    to=PersonId("p1"),
    clauses=(
        Clause(
            text="I have told Anna Keller.",
            discreet="I have told your host.",
            screen="Anna Keller comes",
            gestures=(GestureCue(lexeme="nod"), GestureCue(meaning="anna")),
        ),
        Clause(text="Please take a seat."),
    ),
)
HEARD = ActFinished(at=2.0, act=ActId(7), heard="I have told Anna Keller.", detail="keller")
BROKEN = ComponentHealth(at=0.0, component="x", health=Health.FAILED, detail="no word 'keller'")


def telling(**opted):
    settings = {"words": False, "host_names": False} | opted
    return Telling(**settings, unix_s=lambda at: 1000.0 + at, source="mqtt")


def all_told(**opted):
    made = telling(**opted)
    events = [made.event(NAMED), made.event(HEARD)]
    made.note(BROKEN)
    return json.dumps([events, made.state(3.0), made.health(3.0, {})]).lower()


def test_by_default_no_word_of_anybody_leaves_and_the_act_is_still_told():
    told = all_told()
    assert "keller" not in told
    assert "seat" not in told
    topic, act = telling().event(NAMED)
    assert topic == "act"
    assert act["policy"] == "reply.host"
    assert act["gestures"] == ["nod"]
    assert (act["clauses"], act["to"], act["unix_s"]) == (2, "p1", 1001.0)


def test_with_words_alone_hosts_stay_unnamed():
    made = telling(words=True)
    _, act = made.event(NAMED)
    assert act["text"] == ["I have told your host.", "Please take a seat."]
    _, finished = made.event(HEARD)
    assert "heard" not in finished
    assert "keller" not in json.dumps([act, finished]).lower()
    _, other = made.event(ActFinished(at=0.0, act=ActId(8), heard="Good morning."))
    assert other["heard"] == "Good morning."


def test_host_names_need_both_words():
    assert "keller" not in all_told(host_names=True)
    assert "anna keller" in all_told(words=True, host_names=True)


def test_what_visitors_say_and_where_they_stand_is_no_event_at_all():
    made = telling(words=True, host_names=True)
    for message in (
        WordsHeard(at=0.0, turn=TurnId(1), revision=0, text="hello"),
        TurnEnded(at=0.0, turn=TurnId(1), revision=0, text="hello"),
        HostNotified(at=0.0, host="Anna Keller", channel="mail", delivered=True),
        PersonSeen(
            at=0.0, person=PersonId("p"), place=Place(x_m=1, y_m=0), approach_m_s=0, speed_m_s=0
        ),
    ):
        assert made.event(message) is None
        assert not made.note(message)


def test_only_refusals_of_our_own_commands_are_told():
    made = telling()
    assert made.event(CommandRefused(at=0.0, source="zmq", because="x")) is None
    assert made.event(CommandRefused(at=0.0, source="mqtt", because="x"))[0] == "command_refused"


def test_the_state_says_whether_it_speaks_and_whether_an_emergency_holds():
    made = telling()
    assert made.note(StageState(at=0.0, speaking=True, moving=True))
    made.emergency("smoke")
    state = made.state(5.0)
    assert (state["speaking"], state["emergency"], state["because"]) == (True, True, "smoke")
    made.emergency("")
    assert made.state(6.0)["emergency"] is False


def test_the_pose_has_the_body_without_fingers():
    frame = Frame(
        at=1.0, utterance=None, score_s=0.0, joints=rest_pose().astype(np.float32),
        face=np.zeros(52, np.float32), gaze_yaw_rad=0.1, gaze_pitch_rad=0.0,
    )  # fmt: skip
    pose = telling().pose(frame)
    assert set(pose["joints"]) >= {"head", "rightHand"}
    assert len(pose["joints"]) == 14
    assert json.dumps(pose)


async def nothing():
    await asyncio.Event().wait()
    yield


async def test_it_claims_no_joint_no_face_and_no_voice():
    body = MqttBody(
        config=MqttConfig(),
        clock=LoopClock(asyncio.get_running_loop()),
        publish=lambda _: None,
        traffic=nothing(),
    )
    described = body.describe()
    assert (described.joints, described.blendshapes, described.speaks) == ((), (), False)
    assert any("shows nothing" in line for line in described.cannot)


def test_secrets_come_from_the_environment_or_a_file_and_are_told_when_missing(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("DOOR", "sesame")
    (tmp_path / "key").write_text("key\n")
    assert secret_of("env:DOOR", "password_from") == "sesame"
    assert secret_of(f"file:{tmp_path}/key", "password_from") == "key"
    assert secret_of("", "password_from") is None
    with pytest.raises(BackendUnavailableError, match="password_from: the environment variable"):
        secret_of("env:NO_SUCH_DOOR", "password_from")
    with pytest.raises(BackendUnavailableError, match="no_file: No such file"):
        secret_of(f"file:{tmp_path}/no_file", "password_from")


@pytest.mark.parametrize(
    "wrong",
    [
        {"password_from": "sesame"},
        {"password": "sesame"},
        {"prefix": "foyer/#"},
        {"prefix": "$SYS"},
        {"agent": "a/b"},
        {"agent": ""},
        {"pose_hz": 60},
    ],
)
def test_a_password_in_the_configuration_and_a_wild_topic_are_faults(wrong):
    with pytest.raises(ValidationError):
        MqttConfig(**wrong)
