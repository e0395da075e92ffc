"""The wire to a language model server: its key, its size, its breaks, and where words may go."""

import pytest

from agent.core.messages import Health, ReplySource
from tests.fakes.model_server import ModelServer
from tests.fault.test_model_server import MODEL, PATIENT, Line, text

pytestmark = pytest.mark.real_time


async def test_a_key_comes_from_the_environment_and_is_in_no_message(monkeypatch):
    monkeypatch.setenv("FOYER_TEST_KEY", KEY)
    async with ModelServer(key=KEY) as server, Line(server.url, **KEYED) as line:
        parts, _ = await line.ask()
        assert parts[0].source is MODEL
        server.key = "another"
        parts, _ = await line.ask()
        assert parts[0].source is ReplySource.EMBEDDED
        assert KEY not in repr(line.published)
        assert KEY not in repr(server.requests)


KEY = "s3cret-0f-th3-h0use"
KEYED = {"api_key_env": "FOYER_TEST_KEY", **PATIENT}


@pytest.mark.parametrize(
    "fault", ["error_event", "forbidden", "too_many", "error_500", "redirect", "tells_key"]
)
async def test_a_server_that_says_the_key_back_has_it_said_by_nobody(fault, monkeypatch, caplog):
    monkeypatch.setenv("FOYER_TEST_KEY", KEY)
    caplog.set_level("DEBUG")
    async with ModelServer(key=KEY, fault=fault) as server, Line(server.url, **KEYED) as line:
        parts, _ = await line.ask()
        assert all(p.source is ReplySource.EMBEDDED for p in parts)
        for told in (parts, line.published, server.requests, caplog.text):
            assert KEY not in repr(told)


async def test_a_key_that_cannot_be_sent_and_a_password_in_the_address_are_not_told(monkeypatch):
    monkeypatch.setenv("FOYER_TEST_KEY", f"{KEY}\nX-Other: 1")
    url = f"http://somebody:{KEY}@127.0.0.1:9/v1?token={KEY}"
    async with Line(url, **KEYED) as line:
        parts, _ = await line.ask()
        assert "Daniel Okafor" in text(parts)
        assert line.health() == [Health.DEGRADED]
        assert KEY not in repr((parts, line.published))
        assert "somebody" not in repr(line.published)
        assert "model server http://127.0.0.1:9/v1: " in line.published[0].detail


async def test_what_a_visitor_says_goes_to_the_configured_server_and_nowhere_else():
    async with ModelServer(fault="redirect") as server, Line(server.url, failures=9) as line:
        parts, _ = await line.ask()
        assert "Daniel Okafor" in text(parts)
        assert server.hits_elsewhere == 0
        assert "points elsewhere" in line.published[-1].detail


async def test_a_server_that_wants_a_pause_gets_it():
    async with ModelServer() as server, Line(server.url, retry_after_s=0.1, **PATIENT) as line:
        await line.ask()
        server.fault = "too_many"
        await line.ask()
        server.fault, asked = "", len(server.requests)
        await line.clock.sleep_until(line.clock.now() + 0.3)
        parts, _ = await line.ask()
        assert parts[0].source is ReplySource.EMBEDDED
        assert len(server.requests) == asked  # it said: seven seconds


async def test_a_connection_that_was_closed_behind_our_back_costs_no_reply():
    async with ModelServer(closes_after=1) as server, Line(server.url, **PATIENT) as line:
        for _ in range(4):
            parts, _ = await line.ask()
            assert parts[0].source is MODEL
            await line.clock.sleep_until(line.clock.now() + 0.05)


@pytest.mark.parametrize(("drops", "source"), [(1, MODEL), (2, ReplySource.EMBEDDED)])
async def test_a_request_that_finds_the_connection_closed_is_sent_once_more(drops, source):
    async with ModelServer(drops=drops) as server, Line(server.url, **PATIENT) as line:
        parts, _ = await line.ask()
        assert parts[0].source is source
        assert len(server.requests) == 2


async def test_events_that_say_nothing_are_passed_over():
    async with ModelServer(fault="odd_choices") as server, Line(server.url, **PATIENT) as line:
        parts, _ = await line.ask()
        assert {p.source for p in parts} == {MODEL}


async def test_it_does_not_matter_where_the_bytes_are_cut():
    said = [{"say": "The café is open, naïve as it sounds."}, {"say": "Please take a seat."}]
    async with (
        ModelServer(clauses=said, odd_pieces=True) as server,
        Line(server.url, **PATIENT) as line,
    ):
        parts, _ = await line.ask("what is the meaning of life")
        assert text(parts) == " ".join(c["say"] for c in said)


@pytest.mark.parametrize("fault", ["huge_line", "endless", "endless_comments", "blanks"])
async def test_more_than_a_reply_is_not_taken_in(fault):
    async with ModelServer(fault=fault) as server, Line(server.url, whole_s=5) as line:
        parts, _ = await line.ask()
        assert all(p.source is ReplySource.EMBEDDED for p in parts)
        for _ in range(40):
            if server.hung_up:
                break
            await line.clock.sleep_until(line.clock.now() + 0.05)
        assert server.hung_up == 1 or fault == "blanks"  # which is over by itself
        assert server.sent_bytes < 20_000_000
