"""What may be asked of the agent from outside, and what becomes of the rest."""

import json

import pytest

from actuation.embodiments.mqtt_commands import Command, Gate, signature
from actuation.embodiments.mqtt_link import Inbox
from agent.core.messages import ButtonPressed, CommandRefused, EmergencyRelease, EmergencyStop

TOPIC = "foyer/reception/command"
NOW = 1_700_000_000.0


def asks(gate, name, *, now=0.0, unix_s=NOW, retained=False, **body):
    payload = json.dumps(body).encode()
    return gate.take(f"{TOPIC}/{name}", payload, retained=retained, now=now, unix_s=unix_s)


def signed(name, secret=b"key", **body):
    body = {"id": "a", "sent_unix_ms": round(NOW * 1000), **body}
    return body | {"hmac": signature(secret, f"{TOPIC}/{name}", Command(**body))}


def test_a_stop_is_obeyed_however_old_and_a_release_only_when_young():
    gate = Gate(topic=TOPIC, max_age_s=10)
    old, young = round((NOW - 11) * 1000), round((NOW - 9) * 1000)
    assert isinstance(asks(gate, "emergency_stop", sent_unix_ms=old), EmergencyStop)
    refused = asks(gate, "emergency_release", sent_unix_ms=old)
    assert isinstance(refused, CommandRefused)
    assert "11 s ago" in refused.because
    assert isinstance(asks(gate, "emergency_release", sent_unix_ms=young), EmergencyRelease)
    ahead = asks(gate, "emergency_release", sent_unix_ms=round((NOW + 60) * 1000))
    assert "60 s ahead" in ahead.because


def test_the_plain_stop_presses_the_operators_button():
    pressed = asks(Gate(topic=TOPIC), "stop", now=4.0)
    assert pressed == ButtonPressed(at=4.0, button="stop")


def test_an_empty_body_is_enough_for_an_emergency_button():
    gate = Gate(topic=TOPIC)
    stop = gate.take(f"{TOPIC}/emergency_stop", b"", retained=False, now=1.0, unix_s=NOW)
    assert stop == EmergencyStop(at=1.0, source="mqtt")


def test_with_a_secret_only_the_signature_over_topic_id_time_and_reason_counts():
    good = signed("emergency_release", because="all clear")
    for change in (
        {"because": "all clear!"},
        {"id": "b"},
        {"sent_unix_ms": good["sent_unix_ms"] + 1},
        {"hmac": "0" * 64},
        {"hmac": ""},
        signed("emergency_release", secret=b"other"),
        signed("emergency_stop", because="all clear"),
    ):
        gate = Gate(topic=TOPIC, secret=b"key")
        refused = asks(gate, "emergency_release", **(good | change))
        assert isinstance(refused, CommandRefused), change
    gate = Gate(topic=TOPIC, secret=b"key")
    assert isinstance(asks(gate, "emergency_release", **good), EmergencyRelease)


def test_a_signed_command_needs_id_and_time_and_works_once():
    gate = Gate(topic=TOPIC, secret=b"key")
    assert "needs id" in asks(gate, "stop", **signed("stop", id="")).because
    once = signed("stop")
    assert isinstance(asks(gate, "stop", **once), ButtonPressed)
    assert asks(gate, "stop", **once) is None


def test_an_operator_may_open_the_emergency_stop_to_the_unsigned_and_nothing_else():
    gate = Gate(topic=TOPIC, secret=b"key", unsigned_stop=True)
    assert isinstance(asks(gate, "emergency_stop"), EmergencyStop)
    assert isinstance(asks(gate, "stop"), CommandRefused)
    assert isinstance(asks(gate, "emergency_stop", hmac="0" * 64), CommandRefused)


def test_what_a_broker_has_retained_is_not_obeyed():
    assert isinstance(asks(Gate(topic=TOPIC), "emergency_stop", retained=True), CommandRefused)


def test_in_a_flood_refusals_are_told_once_a_second_with_their_number():
    gate = Gate(topic=TOPIC)
    told = [asks(gate, "move", now=k / 1000) for k in range(5000)]
    told = [refusal for refusal in told if refusal is not None]
    assert 5 <= len(told) <= 8
    assert gate.refused == 5000
    assert "more before" in told[-1].because


def test_a_flood_of_other_commands_does_not_use_up_the_stop():
    gate = Gate(topic=TOPIC)
    for k in range(5101):
        asks(gate, "move", now=k / 1000)
    assert isinstance(asks(gate, "emergency_stop", now=5.1), EmergencyStop)


def test_one_stop_too_many_is_kept_and_obeyed_a_tenth_of_a_second_later():
    gate = Gate(topic=TOPIC)
    answers = [asks(gate, "emergency_stop", now=1.0) for _ in range(50)]
    assert sum(answer is not None for answer in answers) == 10
    due, stop = gate.stop_waits
    assert due == pytest.approx(1.1)
    assert gate.take_waiting_stop() is stop
    assert gate.stop_waits is None


def test_a_release_forgets_the_stop_that_waited_before_it():
    gate = Gate(topic=TOPIC)
    for _ in range(11):
        asks(gate, "emergency_stop", now=1.0)
    asks(gate, "emergency_release", now=1.0, sent_unix_ms=round(NOW * 1000))
    assert gate.stop_waits is None


@pytest.mark.parametrize("payload", [b"[" * 4000, b"{" * 4000, b"\x00" * 99, b'"', b"null", b"1"])
def test_no_body_breaks_the_gate(payload):
    gate = Gate(topic=TOPIC)
    for name in ("emergency_stop", "stop", "", "//", "a" * 60_000):
        refused = gate.take(f"{TOPIC}/{name}", payload, retained=False, now=0.0, unix_s=NOW)
        assert refused is None or len(refused.because) < 300
    assert gate.refused == 5


class Letter:
    def __init__(self, name, n=0):
        self.topic, self.n = f"{TOPIC}/{name}", n


async def test_stops_are_read_first_and_have_room_in_a_full_inbox():
    inbox = Inbox(maxsize=4)
    for n in range(10):
        inbox.put_nowait(Letter("move", n))
    inbox.put_nowait(Letter("emergency_stop", 1))
    inbox.put_nowait(Letter("emergency_stop", 2))
    read = [await inbox.get() for _ in range(4)]
    assert [letter.n for letter in read] == [1, 2, 0, 1]
    assert inbox.shed == 8
    for n in range(9):
        inbox.put_nowait(Letter("emergency_stop", n))
    assert inbox.qsize() == 4
    assert all(inbox.get_nowait() for _ in range(4))
    assert inbox.empty()


def test_the_next_number_is_called_as_by_the_operators_button():
    assert asks(Gate(topic=TOPIC), "next").button == "next"
    assert asks(Gate(topic=TOPIC), "next_badges").button == "next_badges"
    refused = asks(Gate(topic=TOPIC), "next_Badges; stop")
    assert isinstance(refused, CommandRefused)
    locked = Gate(topic=TOPIC, secret=b"key")
    assert isinstance(asks(locked, "next"), CommandRefused)
