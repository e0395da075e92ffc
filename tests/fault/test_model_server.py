"""The language model server absent, dead, slow, mad, and back again: the visitor is answered."""

import asyncio

import pytest

from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen, ComponentHealth, Health, ReplySource
from behavior.backends.openai_compatible import OpenAiCompatibleDialogue
from behavior.conversation import Conversation, Heard
from behavior.model_server import ModelServerConfig
from tests.fakes.desk import embedded
from tests.fakes.model_server import FAULTS, GOOD, ModelServer

# Sockets are real here, so time is too. Deadlines are short and nothing waits to settle.
pytestmark = pytest.mark.real_time
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

    def health(self):
        return [m.health for m in self.published if isinstance(m, ComponentHealth)]


def text(parts):
    return " ".join(c.text for p in parts for c in p.clauses)


async def test_a_healthy_server_words_the_reply_and_the_desk_decides_what_is_done():
    async with ModelServer() as server, Line(server.url) as line:
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


async def test_the_first_clause_is_out_before_the_reply_is_complete():
    async with ModelServer(piece_s=0.03) as server, Line(server.url, whole_s=5) as line:
        parts, times = await line.ask()
        assert len(parts) == 3
        assert times[0] < 0.8 * times[-1]


@pytest.mark.parametrize("fault", sorted(FAULTS - {"hang_after_first", "cut_after_first"}))
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


@pytest.mark.parametrize("fault", ["hang_after_first", "cut_after_first"])
async def test_a_reply_that_breaks_off_is_finished_by_the_desk(fault):
    async with ModelServer(fault=fault) as server, Line(server.url) as line:
        parts, times = await line.ask("my name is tom baker and i am here to see daniel okafor")
        assert parts[0].source is MODEL
        assert parts[-1].source is ReplySource.EMBEDDED
        assert "Daniel Okafor" in text(parts[1:])
        assert len(parts[0].effects) == 2
        assert all(p.effects == () for p in parts[1:])
        assert times[-1] < 1.2 + 0.9


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
        Line(server.url, first_clause_s=5, whole_s=9) as line,
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


async def test_the_context_is_bounded_and_keeps_the_newest():
    async with ModelServer() as server, Line(server.url, context_tokens=1500) as line:
        history = tuple(("visitor", f"line {i} " + "word " * 60) for i in range(200))
        await line.ask(history=history)
        sent = server.requests[0]["messages"]
        assert sum(len(m["content"]) for m in sent) < 1500 * 4
        assert "line 199" in sent[-2]["content"]


async def test_a_key_comes_from_the_environment_and_is_in_no_message(monkeypatch):
    monkeypatch.setenv("FOYER_TEST_KEY", "s3cret")
    async with (
        ModelServer(key="s3cret") as server,
        Line(server.url, api_key_env="FOYER_TEST_KEY") as line,
    ):
        parts, _ = await line.ask()
        assert parts[0].source is MODEL
        server.key = "another"
        parts, _ = await line.ask()
        assert parts[0].source is ReplySource.EMBEDDED
        assert "s3cret" not in repr(line.published)
        assert "s3cret" not in repr(server.requests)
