"""Every message survives the way to JSON and back; what is malformed is named."""

import json
import math
from dataclasses import fields

import pytest

from agent.core.codec import KINDS, decode, encode, from_line, schema, to_line
from agent.core.errors import BadInputError
from agent.core.messages import Engagement, MicrophoneLevel
from tests.fakes.messages import invent, rng_of

SEEN = {"kind": "PersonLost", "at": 1.5, "person": "p1"}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_comes_back_as_it_went(name):
    rng = rng_of(name)
    for _ in range(50):
        message = invent(KINDS[name], rng)
        line = to_line(message)
        assert "\n" not in line
        back = from_line(line)
        assert back == message
        assert type(back) is KINDS[name]


@pytest.mark.parametrize("name", KINDS)
def test_the_schema_of_every_kind_names_all_it_carries(name):
    described = schema(KINDS[name])
    carried = encode(invent(KINDS[name], rng_of(name)))
    assert set(described["properties"]) == set(carried)
    assert {"kind", "at"} <= set(described["required"])
    assert json.loads(json.dumps(described)) == described


def test_values_of_an_enum_come_back_as_members():
    message = decode(
        {
            "kind": "EngagementChanged",
            "at": 1,
            "person": "p1",
            "state": "attending",
            "previous": None,
            "distance_m": 1,
        }
    )
    assert message.state is Engagement.ATTENDING
    assert isinstance(message.distance_m, float)
    assert message.cues == ()


def test_a_level_of_silence_without_end_is_no_invalid_json():
    line = to_line(MicrophoneLevel(at=0.0, level_db=-math.inf, speech=0.0))
    assert "Infinity" not in line
    assert from_line(line).level_db == -math.inf


def test_a_field_of_a_later_version_is_ignored():
    assert decode(SEEN | {"mood": "unknowable"}) == decode(SEEN)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([1], "must be a JSON object"),
        ({"at": 1.0}, "no message kind None"),
        (SEEN | {"kind": "Message"}, "no message kind 'Message'"),
        ({"kind": "PersonLost", "at": 1.0}, "PersonLost lacks person"),
        (SEEN | {"at": "soon"}, "PersonLost.at must be float, and is 'soon'"),
        (SEEN | {"at": True}, "PersonLost.at must be float, and is True"),
        (SEEN | {"person": 7}, "PersonLost.person must be str, and is 7"),
        (
            {"kind": "PrepareSpeech", "at": 1.0, "clauses": [{"text": "hi", "gestures": 3}]},
            "PrepareSpeech.clauses.0.gestures must be a list",
        ),
        (
            {"kind": "ComponentHealth", "at": 1.0, "component": "x", "health": "great"},
            "ComponentHealth.health must be one of starting, running",
        ),
    ],
)
def test_what_is_malformed_is_named(data, said):
    with pytest.raises(BadInputError) as raised:
        decode(data)
    assert said in str(raised.value)


@pytest.mark.parametrize("line", ["", "{", "[" * 100_000, b"\xff\xfe", "NaN"])
def test_a_line_that_is_no_message_is_bad_input(line):
    with pytest.raises(BadInputError):
        from_line(line)


def test_no_field_is_called_as_the_word_that_names_the_message():
    for kind in KINDS.values():
        assert "kind" not in {f.name for f in fields(kind)}, kind
