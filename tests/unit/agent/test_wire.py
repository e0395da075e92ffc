"""The protocol of the pages, against the bytes that the page's own tests read."""

import json
from pathlib import Path

import numpy as np
import pytest

from actuation.embodiments.page import pack_frames, pack_voice
from actuation.motion import JOINT_NAMES, Frame, VoiceChunk
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import UtteranceId
from agent.pages import wire
from perception.backends.browser import PICTURE, SOUND, sound_of, unpack

WEB = Path(wire.__file__).parents[1] / "web"
GOLDEN = json.loads((WEB / "test" / "golden.json").read_text(encoding="utf-8"))
KINDS = {
    kind.model_fields["kind"].default: kind
    for kind in vars(wire).values()
    if isinstance(kind, type) and "kind" in getattr(kind, "model_fields", {})
}


def test_voice_is_packed_as_the_page_reads_it():
    chunk = VoiceChunk(
        generation=3,
        at=12.5,
        utterance=UtteranceId(7),
        score_s=0.25,
        rate_hz=22_050,
        samples=np.array([0, 0.5, -0.5, 1, -1], np.float32),
        last=True,
    )
    assert pack_voice(chunk).hex() == GOLDEN["to_page"]["voice"]


def test_frames_are_packed_as_the_page_reads_them():
    face = np.zeros(52, np.float32)
    face[ARKIT_NAMES.index("jawOpen")], face[ARKIT_NAMES.index("eyeBlinkLeft")] = 1.0, 0.25
    joints = np.zeros((44, 4), np.float32)
    joints[:, 3] = 1
    joints[JOINT_NAMES.index("head")] = (0.0, 0.6, 0.0, 0.8)
    frames = (
        Frame(
            at=12.5,
            utterance=UtteranceId(7),
            score_s=0.25,
            joints=joints,
            face=face,
            gaze_yaw_rad=0.125,
            gaze_pitch_rad=-0.25,
            vergence_rad=0.03125,
        ),
        Frame(
            at=12.515625,
            utterance=None,
            score_s=0.0,
            joints=joints,
            face=face * 0,
            gaze_yaw_rad=0.0,
            gaze_pitch_rad=0.0,
        ),
    )
    assert pack_frames(3, frames).hex() == GOLDEN["to_page"]["frames"]


@pytest.mark.parametrize("word", GOLDEN["to_page"]["words"], ids=lambda word: word["kind"])
def test_what_is_said_to_the_page_survives_the_way(word):
    assert json.loads(wire.encode(KINDS[word["kind"]].model_validate(word))) == word


def test_every_word_for_the_page_is_in_the_golden_file():
    told = {word["kind"] for word in GOLDEN["to_page"]["words"]}
    assert told == {kind.model_fields["kind"].default for kind in wire.ToPage.__args__}


@pytest.mark.parametrize("word", GOLDEN["from_page"]["words"], ids=lambda word: word["kind"])
def test_what_the_page_says_is_understood(word):
    said = wire.decode(json.dumps(word))
    assert said.kind == word["kind"]
    assert said.model_dump(include=set(word)) == word


def test_pictures_and_sound_of_the_page_are_unpacked():
    picture = unpack(bytes.fromhex(GOLDEN["from_page"]["picture"]))
    assert (picture.kind, picture.sequence, picture.client_s) == (PICTURE, 5, 9.5)
    assert picture.payload == b"\xff\xd8\xff"
    sound = unpack(bytes.fromhex(GOLDEN["from_page"]["sound"]))
    assert (sound.kind, sound.sequence, sound.client_s) == (SOUND, 6, 9.5)
    assert sound_of(sound.payload) == pytest.approx([0, 0.5, -0.5, 1, -1], abs=1e-4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"hello"',
        "{}",
        '{"kind":"dance"}',
        '{"kind":"line"}',
        '{"kind":"line","text":""}',
        '{"kind":"line","text":"' + "x" * 401 + '"}',
        '{"kind":"line","text":"x","more":1}',
        '{"kind":"button","button":"../x"}',
        '{"kind":"pong","at":NaN,"client_s":1}',
        '{"kind":"pong","at":1e999,"client_s":1}',
        '{"kind":"played","generation":-1,"utterance":1,"score_s":0,"client_s":0}',
        "[" * 5000 + "]" * 5000,
        '{"kind":"line","text":"' + " " * wire.MAX_JSON_BYTES + '"}',
    ],
    ids=lambda text: text[:24],
)
def test_nonsense_is_refused_in_words(text):
    with pytest.raises(BadInputError, match=r"\w{3}"):
        wire.decode(text)


def test_a_refusal_does_not_repeat_what_the_visitor_wrote():
    with pytest.raises(BadInputError) as refusal:
        wire.decode('{"kind":"line","text":"my secret","secret":"my secret"}')
    assert "my secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x01",
        b"\x63" + bytes(15),
        b"\x01\x02" + bytes(14),
        b"\x02\x01" + bytes(6) + np.float64(np.nan).tobytes(),
        b"\x02\x01" + bytes(6) + np.float64(np.inf).tobytes(),
    ],
)
def test_binary_nonsense_is_refused(message):
    with pytest.raises(BadInputError):
        unpack(message)


@pytest.mark.parametrize("payload", [b"", b"\x00", bytes(2 * 8001)])
def test_sound_of_a_strange_length_is_refused(payload):
    with pytest.raises(BadInputError):
        sound_of(payload)
