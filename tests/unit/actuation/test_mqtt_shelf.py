"""Events that wait for a broker outlive the agent, and say no more than the agent may."""

import json
import sqlite3

from actuation.embodiments.mqtt_outbox import Outbox


def opened(path, *, says=0, capacity=100):
    outbox = Outbox(session="new", capacity=capacity)
    outbox.open_file(path, says=says)
    return outbox


def ended(outbox):
    """As when its process ends."""
    outbox._shelf.close()


def told(outbox):
    return [json.loads(event.body) for event in outbox.head(999)]


def test_what_was_not_confirmed_is_there_after_a_restart_under_its_own_id(tmp_path):
    first = opened(tmp_path / "out" / "box.sqlite")
    for n in range(5):
        first.put("act", {"n": n})
    for event in first.head(2):
        first.confirm(event, 0.0)
    before = told(first)
    ended(first)
    second = opened(tmp_path / "out" / "box.sqlite")
    assert told(second) == before
    assert [e["n"] for e in before] == [2, 3, 4]
    assert second.sending(second.head(1)[0]), "it may have been sent before"
    second.put("act", {"n": 5})
    assert [e["seq"] for e in told(second)] == [3, 4, 5, 6]
    assert len({e["id"].split("-")[0] for e in told(second)}) == 1
    assert not second.sending(second.head(9)[-1])


def test_a_number_is_never_given_twice_even_when_all_had_arrived(tmp_path):
    first = opened(tmp_path / "box.sqlite")
    first.put("act", {})
    first.confirm(first.head(1)[0], 0.0)
    ended(first)
    second = opened(tmp_path / "box.sqlite")
    second.put("act", {})
    assert told(second)[0]["seq"] == 2


def test_the_file_is_bounded_as_the_memory_is(tmp_path):
    first = opened(tmp_path / "box.sqlite", capacity=10)
    for n in range(25):
        first.put("act", {"n": n})
    ended(first)
    second = opened(tmp_path / "box.sqlite", capacity=4)
    assert [e["n"] for e in told(second)] == [21, 22, 23, 24]
    assert second.dropped == 6
    ended(second)
    rows = sqlite3.connect(tmp_path / "box.sqlite").execute("SELECT count(*) FROM events")
    assert rows.fetchone() == (4,)


def test_an_agent_that_may_say_less_erases_what_said_more(tmp_path):
    first = opened(tmp_path / "box.sqlite", says=2)
    first.put("act", {"text": "Room 7 is taken by the auditors."})
    ended(first)
    quiet = opened(tmp_path / "box.sqlite", says=1)
    quiet.put("act", {"text": "Somebody will come."})
    assert [e["text"] for e in told(quiet)] == ["Somebody will come."]
    assert quiet.dropped == 1
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Somebody" in kept
    assert b"auditors" not in kept
    ended(quiet)
    assert told(opened(tmp_path / "box.sqlite", says=2)) != []


def test_only_its_owner_can_read_it(tmp_path):
    outbox = opened(tmp_path / "box.sqlite")
    outbox.put("act", {})
    assert {file.stat().st_mode & 0o077 for file in tmp_path.iterdir()} == {0}


def test_what_is_no_outbox_is_left_alone_and_told_and_events_wait_in_memory(tmp_path):
    (tmp_path / "box.sqlite").write_text("a letter, and not a short one: " + 40 * "dear all, ")
    outbox = opened(tmp_path / "box.sqlite")
    assert "not a database" in outbox.fault
    outbox.put("act", {"n": 1})
    assert [e["n"] for e in told(outbox)] == [1]
    assert (tmp_path / "box.sqlite").read_text().startswith("a letter")


def test_two_agents_do_not_share_one(tmp_path):
    opened_first = opened(tmp_path / "box.sqlite")
    assert opened_first.fault == ""
    assert "locked" in opened(tmp_path / "box.sqlite").fault


def test_a_file_that_fails_later_is_told_and_what_comes_waits_in_memory(tmp_path):
    outbox = opened(tmp_path / "box.sqlite")
    outbox.put("act", {"n": 0})
    ended(outbox)
    outbox.put("act", {"n": 1})
    assert "closed" in outbox.fault
    assert [e["n"] for e in told(outbox)] == [0, 1]
