"""Events wait in order until the broker has confirmed them, whatever becomes of the link."""

import json

from actuation.bodies.rate_limit import RateLimit
from actuation.embodiments.mqtt_outbox import Outbox


def filled(count, capacity=100):
    outbox = Outbox(session="s", capacity=capacity)
    for n in range(count):
        outbox.put("act", {"n": n})
    return outbox


def numbers(events):
    return [json.loads(event.body)["n"] for event in events]


def test_events_leave_in_the_order_in_which_they_came():
    outbox = filled(5)
    assert numbers(outbox.head(3)) == [0, 1, 2]
    for event in outbox.head(2):
        outbox.confirm(event, 0.0)
    assert numbers(outbox.head(9)) == [2, 3, 4]
    assert outbox.confirmed == 2


def test_an_unconfirmed_event_stays_at_the_head_and_is_known_as_sent_before():
    outbox = filled(3)
    first, second, third = outbox.head(3)
    assert [outbox.sending(first), outbox.sending(second)] == [False, False]
    outbox.confirm(second, 0.0)
    assert numbers(outbox.head(9)) == [0, 2]
    assert [outbox.sending(first), outbox.sending(third)] == [True, False]
    assert outbox.resent == 1


def test_every_event_has_an_id_and_a_number_without_gaps():
    events = [json.loads(event.body) for event in filled(3).head(3)]
    assert [event["seq"] for event in events] == [1, 2, 3]
    assert [event["id"] for event in events] == ["s-1", "s-2", "s-3"]


def test_when_it_is_full_the_oldest_is_given_up_and_counted_and_the_gap_shows():
    outbox = filled(12, capacity=10)
    assert outbox.dropped == 2
    assert len(outbox) == 10
    assert json.loads(outbox.head(1)[0].body)["seq"] == 3


def test_a_late_confirmation_of_an_event_given_up_does_no_harm():
    outbox = filled(10, capacity=10)
    gone = outbox.head(1)[0]
    outbox.put("act", {"n": 10})
    outbox.confirm(gone, 0.0)
    assert (outbox.confirmed, len(outbox)) == (0, 10)


def test_what_was_confirmed_just_before_a_break_goes_out_again_in_its_place():
    outbox = Outbox(session="s", capacity=100, unsure_s=15)
    for n in range(5):
        outbox.put("act", {"n": n})
    events = outbox.head(5)
    for event, at in ((events[0], 10.0), (events[1], 20.0), (events[3], 30.0)):
        outbox.sending(event)
        outbox.confirm(event, at)
    outbox.broke(32.0)
    assert numbers(outbox.head(9)) == [1, 2, 3, 4]
    assert outbox.sending(events[1])
    outbox.broke(33.0)
    assert numbers(outbox.head(9)) == [1, 2, 3, 4]


def test_an_event_confirmed_already_takes_no_room_from_one_that_is_not():
    outbox = Outbox(session="s", capacity=10, unsure_s=15)
    for n in range(8):
        outbox.put("act", {"n": n})
    for event in outbox.head(8):
        outbox.confirm(event, 1.0)
    for n in range(8, 16):
        outbox.put("act", {"n": n})
    outbox.broke(2.0)
    assert numbers(outbox.head(99)) == list(range(6, 16))
    assert outbox.dropped == 0


def test_what_json_lacks_is_null_and_a_broken_letter_does_no_harm():
    outbox = filled(0)
    outbox.put("act", {"distance_m": float("nan"), "of": [float("inf")], "text": "a\ud800b"})
    told = json.loads(outbox.head(1)[0].body)
    assert (told["distance_m"], told["of"], told["text"]) == (None, [None], "a?b")


def test_a_burst_is_taken_and_then_so_many_a_second():
    limit = RateLimit(per_s=2.0, burst=3)
    assert [limit.allows(10.0) for _ in range(5)] == [True, True, True, False, False]
    assert limit.next_at(10.0) == 10.5
    assert [limit.allows(10.6), limit.allows(10.6)] == [True, False]
    taken = sum(limit.allows(20.0 + k / 100) for k in range(1000))
    assert 20 <= taken <= 23


def test_a_clock_that_goes_back_gives_no_tokens():
    limit = RateLimit(per_s=1.0, burst=1)
    assert limit.allows(100.0)
    assert not limit.allows(50.0)
    assert not limit.allows(100.5)
    assert limit.allows(101.1)
