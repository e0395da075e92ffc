"""The language model server absent, dead, slow, mad, and back again: the visitor is answered."""

import asyncio
import re

import pytest

from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen, ComponentHealth, Health, ModelAnswered, ReplySource
from behavior.backends.openai_compatible import OpenAiCompatibleDialogue
from behavior.dialogue.conversation import Conversation, Heard
from behavior.model.server import ModelServerConfig
from tests.fakes.desk import GESTURES, embedded
from tests.fakes.model_server import AFTER_FIRST, FAULTS, GOOD, ModelServer

# Sockets are real here, so time is too. Deadlines are short and nothing waits to settle.
pytestmark = pytest.mark.real_time
PATIENT = {"first_clause_s": 5.0, "whole_s": 9.0}
"""Where it is no deadline that is tried."""
QUESTION = "i have an appointment with daniel okafor"
MODEL = ReplySource.LANGUAGE_MODEL


class Line:
    """A dialogue with a model server behind it, and what it published."""

    def __init__(self, url, **config):
        settings = {"first_clause_s": 0.6, "whole_s": 1.2, "retry_after_s": 0.2, "failures": 2}
        self.published = []
        self.clock = LoopClock(asyncio.get_running_loop())
        self.dialogue = OpenAiCompatibleDialogue(
            embedded=embedded(),
            config=ModelServerConfig(url=url, **(settings | config)),
            publish=self.published.append,
            clock=self.clock,
            gestures=GESTURES,
        )

    async def __aenter__(self):
        await self.dialogue.warm_up()
        return self

    async def __aexit__(self, *_):
        await self.dialogue.close()

    async def ask(self, text=QUESTION, **heard):
        started = self.clock.now()
        stream = self.dialogue.answer(Conversation(), Heard(text=text, **heard))
        parts, times = [], []
        async for part in stream:
            parts.append(part)
            times.append(self.clock.now() - started)
        return parts, times

    def answering(self):
        return [m.backend for m in self.published if isinstance(m, BackendChosen)]

    def figures(self):
        return [m for m in self.published if isinstance(m, ModelAnswered)]

    def health(self):
        return [m.health for m in self.published if isinstance(m, ComponentHealth)]


def text(parts):
    return " ".join(c.text for p in parts for c in p.clauses)


async def test_a_healthy_server_words_the_reply_and_the_desk_decides_what_is_done():
    async with ModelServer() as server, Line(server.url, **PATIENT) as line:
        parts, _ = await line.ask()
        assert [p.source for p in parts if p.clauses] == [MODEL, MODEL]
        assert text(parts) == " ".join(c["say"] for c in GOOD)
        assert [p.last for p in parts] == [False, False, True]
        assert parts[0].conversation.meeting.host == "Daniel Okafor"
        assert line.answering() == ["openai_compatible"]
        asked = server.requests[0]
        assert asked["stream"] is True
        assert asked["response_format"]["type"] == "json_schema"
        assert "Daniel Okafor" in asked["messages"][-1]["content"]


async def test_the_desks_line_on_the_screen_stays_beside_the_models_words():
    async with ModelServer() as server, Line(server.url, **PATIENT) as line:
        desk = await line.dialogue._embedded.respond(
            Conversation(), Heard(text="where is the lift")
        )
        shown = [c.screen for c in desk.clauses if c.screen]
        parts, _ = await line.ask("where is the lift")
        assert shown
        assert [c.screen for p in parts for c in p.clauses][: len(shown)] == shown


async def test_in_another_language_the_models_words_are_marked_with_it():
    said = [{"say": "Gerne, die Toiletten sind hier links im Flur."}]
    async with ModelServer(clauses=said) as server, Line(server.url, **PATIENT) as line:
        parts, _ = await line.ask("guten tag, wo ist die toilette bitte")
        assert [(p.source, c.language) for p in parts for c in p.clauses] == [(MODEL, "de")]
        assert "- speak: German" in server.requests[0]["messages"][-1]["content"]


async def test_the_first_clause_is_out_before_the_reply_is_complete():
    """And its deadline is the first clause's alone: the whole may take longer."""
    clauses = [{"say": f"This is clause number {i} of it."} for i in range(6)]
    async with (
        ModelServer(clauses=clauses, piece_s=0.08) as server,
        Line(server.url, first_clause_s=1.2, whole_s=9.0) as line,
    ):
        parts, times = await line.ask()
        assert len(parts) == 7
        assert times[0] < 0.5 * times[-1]
        assert times[-1] > 1.2
        assert {p.source for p in parts} == {MODEL}


@pytest.mark.parametrize("fault", sorted(FAULTS - AFTER_FIRST))
async def test_whatever_the_server_does_the_visitor_is_answered_in_time(fault):
    async with ModelServer(fault=fault) as server:
        url = "http://127.0.0.1:9/v1" if fault == "absent" else server.url
        async with Line(url) as line:
            parts, times = await line.ask()
            assert all(p.source is ReplySource.EMBEDDED for p in parts)
            assert parts[-1].last
            assert "Daniel Okafor" in text(parts)
            assert times[-1] < 0.6 + 0.9  # the deadline, and a busy machine
            assert line.answering()[-1] == "embedded"
            assert line.health()[-1] is Health.DEGRADED
            assert line.published[-1].detail
            assert not re.search("Nonsense|Payload", line.published[-1].detail)


@pytest.mark.parametrize("fault", sorted(AFTER_FIRST))
async def test_a_reply_that_breaks_off_is_finished_by_the_desk(fault):
    async with ModelServer(fault=fault) as server, Line(server.url) as line:
        parts, times = await line.ask("my name is tom baker and i am here to see daniel okafor")
        assert parts[0].source is MODEL
        assert parts[-1].source is ReplySource.EMBEDDED
        assert "Daniel Okafor" in text(parts[1:])
        assert len(parts[0].effects) == 2
        assert all(p.effects == () for p in parts[1:])
        assert times[-1] < 1.2 + 0.9
        assert not re.search("Nonsense|Payload", line.published[-1].detail)


async def test_a_server_that_fails_is_left_alone_and_tried_again():
    async with ModelServer(fault="error_500") as server, Line(server.url) as line:
        await line.ask()
        before = len(server.requests)
        await line.ask()
        assert len(server.requests) == before  # the breaker is open: answered at once
        server.fault = ""
        for _ in range(40):
            await line.clock.sleep_until(line.clock.now() + 0.05)
            parts, _ = await line.ask()
            if parts[0].source is MODEL:
                break
        assert parts[0].source is MODEL
        assert line.answering()[-1] == "openai_compatible"
        assert line.health()[-1] is Health.RUNNING


async def test_a_stale_revision_hangs_up_on_the_server():
    async with (
        ModelServer(piece_s=0.05) as server,
        Line(server.url, **PATIENT) as line,
    ):
        stream = line.dialogue.answer(Conversation(), Heard(text=QUESTION))
        await anext(stream)
        await stream.aclose()
        for _ in range(40):
            if server.hung_up:
                break
            await line.clock.sleep_until(line.clock.now() + 0.05)
        assert server.hung_up == 1


async def test_an_emergency_does_not_wait_for_a_model():
    async with ModelServer(fault="hang") as server, Line(server.url) as line:
        parts, times = await line.ask("someone has fainted")
        assert parts[0].intent == "emergency"
        assert server.requests == []
        assert times[-1] < 0.5


HISTORY = tuple((("visitor", "agent")[i % 2], f"line {i} " + "word " * 60) for i in range(200))


@pytest.mark.parametrize("tokenizer", ["vllm", "llama_cpp", "none", "slow"])
async def test_the_context_is_bounded_in_tokens_and_keeps_the_newest(tokenizer):
    async with (
        ModelServer(tokenizer=tokenizer) as server,
        Line(server.url, context_tokens=3000, max_tokens=300, **PATIENT) as line,
    ):
        parts, _ = await line.ask(history=HISTORY)
        sent = server.requests[0]["messages"]
        assert server.count(sent) <= 3000 - 300
        assert "line 199" in sent[-2]["content"]
        assert "line 0 " not in repr(sent)
        told = line.figures()[0]
        assert told.counted_by == "server"  # what it counted for the reply
        assert told.prompt_tokens == server.count(sent)
        assert told.turns_dropped == 200 - sum("line " in m["content"] for m in sent[1:-1])
        assert parts[0].source is MODEL


async def test_the_models_own_bound_counts_where_it_is_lower():
    async with (
        ModelServer(longest=2000) as server,
        Line(server.url, context_tokens=50_000, max_tokens=200, **PATIENT) as line,
    ):
        await line.ask(history=HISTORY)
        assert server.count(server.requests[0]["messages"]) <= 2000 - 200


async def test_without_a_count_of_the_server_it_says_that_it_estimates():
    async with (
        ModelServer(tokenizer="none", counts_usage=False) as server,
        Line(server.url, **PATIENT) as line,
    ):
        await line.ask()
        told = line.figures()[0]
        assert told.counted_by == "estimate"
        assert told.prompt_tokens >= server.count(server.requests[0]["messages"])


async def test_an_estimate_that_was_too_low_is_put_right_by_what_the_server_counted(monkeypatch):
    def letters(messages):
        return sum(len(m["content"]) for m in messages)

    async with (
        ModelServer(tokenizer="none") as server,
        Line(server.url, context_tokens=9000, max_tokens=100, **PATIENT) as line,
    ):
        monkeypatch.setattr(server, "count", letters)
        await line.ask(history=HISTORY)
        await line.ask(history=HISTORY)
        first, second = (letters(r["messages"]) for r in server.requests)
        assert first > 9000 - 100  # a token a letter is more than anybody reckons with
        assert second <= 9000 - 100


async def test_how_long_the_prompt_was_and_how_fast_words_came_is_told():
    async with ModelServer(piece_s=0.01) as server, Line(server.url, **PATIENT) as line:
        _, times = await line.ask()
        (told,) = line.figures()
        assert 0 < told.first_clause_s <= times[0] + 0.01
        assert told.first_clause_s <= told.whole_s <= times[-1] + 0.01
        assert told.reply_tokens > 10
        assert told.fault == ""
        assert server.tokenized == 1
        server.fault = "not_json"
        await line.ask()
        assert "not the JSON" in line.figures()[1].fault
        assert line.figures()[1].first_clause_s is None
