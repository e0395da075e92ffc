"""The dialogue with a real vLLM: streaming, grammar, cancellation, death, silence, nonsense."""

import asyncio
import contextlib
import json
import signal
import statistics
import subprocess

import jsonschema
import pytest

from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen, ModelAnswered, PersonId, ReplySource
from behavior.backends.model_client import ModelClient
from behavior.backends.openai_compatible import OpenAiCompatibleDialogue
from behavior.dialogue.conversation import Conversation, Heard
from behavior.model.act_grammar import Here, reply_schema
from behavior.model.act_reader import ClauseReader
from behavior.model.server import ModelServerConfig
from behavior.tools.contract import TOOLS
from tests.fakes.desk import GESTURES, demo_site, embedded
from tests.vllm.conftest import ENVIRONMENT, LONGEST

pytestmark = pytest.mark.real_time
MODEL, DESK = ReplySource.LANGUAGE_MODEL, ReplySource.EMBEDDED
QUESTION = "i have an appointment with daniel okafor"
PLACES = {place.key: place.place for place in demo_site().places if place.public}
HERE = Here(person=PersonId("p1"), others=(PersonId("p2f3a"),), places=PLACES, gestures=GESTURES)
PROPOSABLE = {n: t.arguments.model_json_schema() for n, t in TOOLS.items() if t.proposable}


class Line:
    """A dialogue with the server behind it. Deadlines suit a machine that does other things."""

    def __init__(self, url, **config):
        usual = {"first_clause_s": 8.0, "whole_s": 20.0, "retry_after_s": 0.5, "seed": 3}
        usual |= {"temperature": 1.0, "max_tokens": 1500, "context_tokens": 6000}
        self.published = []
        self.clock = LoopClock(asyncio.get_running_loop())
        self.dialogue = OpenAiCompatibleDialogue(
            embedded=embedded(),
            config=ModelServerConfig(url=url, api_key_env="FOYER_VLLM_KEY", **(usual | config)),
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
        began, parts, times = self.clock.now(), [], []
        async for part in self.dialogue.answer(Conversation(), Heard(text=text, **heard)):
            parts.append(part)
            times.append(self.clock.now() - began)
        return parts, times

    def of(self, kind):
        return [m for m in self.published if isinstance(m, kind)]

    async def until(self, true, within_s=10.0):
        """Return how long it took."""
        began = self.clock.now()
        while not true():
            assert self.clock.now() - began < within_s, "it did not happen in time"
            await self.clock.sleep_until(self.clock.now() + 0.05)
        return self.clock.now() - began


def asked_for(**more):
    return {
        "model": "tiny",
        "messages": [{"role": "user", "content": "hello"}],
        "temperature": 1.0,
        **more,
    }


def test_both_of_its_grammar_back_ends_take_the_schema_with_every_tool():
    schema = reply_schema(HERE, PROPOSABLE)
    jsonschema.Draft202012Validator.check_schema(schema)
    said = {"say": "The lift is over there.", "to": "visitor", "wait_s": 0.5}
    said |= {"gestures": [{"name": "point", "word": "lift", "toward": "lift"}], "gaze": "place"}
    said |= {"face": {"expression": "friendly", "instruction": "warm"}, "posture": "attentive"}
    keys = list(schema["properties"]["clauses"]["items"]["properties"])
    ordered = {key: said[key] for key in keys if key in said}
    reply = {"clauses": [ordered], "tool": None}
    lines = f"{json.dumps(schema)}\n{json.dumps(reply, separators=(',', ':'))}\n"
    compiled = subprocess.run(
        [ENVIRONMENT / "bin" / "python", "tests/vllm/compile_schema.py", ENVIRONMENT / "tiny"],
        input=lines, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert compiled.stdout.split("\n")[:2] == ["xgrammar accepts", "guidance accepts"]


@pytest.mark.parametrize("tools", [{}, PROPOSABLE], ids=["words", "words and a tool"])
def test_whatever_the_random_model_says_under_the_grammar_can_be_read(server, tools):
    schema = reply_schema(HERE, tools)
    form = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}
    for seed in range(5):
        wanted = asked_for(max_tokens=2500, seed=seed, response_format=form)
        choice = server.post("/v1/chat/completions", wanted)["choices"][0]
        assert choice["finish_reason"] == "stop"
        text = choice["message"]["content"]
        said = json.loads(text, strict=False)  # its grammar lets control characters pass
        jsonschema.validate(said, schema)
        reader = ClauseReader()
        assert [c.say for c in reader.feed(text)]
        assert reader.closed
        assert ("tool" in said) is bool(tools)


def test_without_a_grammar_it_says_nothing_that_can_be_read(server):
    """The control: it is the grammar that makes a random model speak the form."""
    text = server.post("/v1/chat/completions", asked_for(max_tokens=60, seed=1))
    with pytest.raises(ValueError, match="Expecting|Extra|Invalid"):
        json.loads(text["choices"][0]["message"]["content"])


async def test_a_reply_streams_and_its_first_clause_is_out_before_its_end(server, figures):
    async with Line(server.url) as line:
        seconds, shares, spoken = [], [], 0
        for seed in range(8):
            line.dialogue._config = line.dialogue._config.model_copy(update={"seed": seed})
            parts, times = await line.ask()
            spoken += parts[0].source is MODEL
            if parts[0].source is MODEL and len([p for p in parts if p.clauses]) > 1:
                seconds.append(times[0])
                shares.append(times[0] / times[-1])
        assert spoken >= 4, [m.fault for m in line.of(ModelAnswered)]
        assert statistics.median(shares) < 0.8
        told = [m for m in line.of(ModelAnswered) if m.first_clause_s is not None]
        first = statistics.median(m.first_clause_s for m in told)
        prompt = statistics.median(m.prompt_tokens for m in told)
        figures.append(f"prompt: {prompt:.0f} tokens, by the server's count")
        figures.append(f"first clause after {first:.2f} s (median of {len(told)} replies)")
        whole = statistics.median(m.whole_s for m in told)
        figures.append(f"whole reply after {whole:.2f} s (median)")
        figures.append(f"server up after {server.up_after_s:.0f} s")


async def test_the_prompts_length_is_what_the_server_counts(server):
    async with Line(server.url) as line:
        client = line.dialogue._server
        chat = [{"role": "system", "content": "You are."}, {"role": "user", "content": "café 你好"}]
        counted = await client.count(chat)
        answer = server.post(
            "/v1/chat/completions", {"model": "tiny", "messages": chat, "max_tokens": 1}
        )
        assert (counted.tokens, counted.by) == (answer["usage"]["prompt_tokens"], "server")
        assert client.longest_tokens == LONGEST


@pytest.mark.parametrize("context_tokens", [5000, 100_000])
async def test_a_long_conversation_keeps_within_the_context(server, context_tokens, figures):
    """Also where the configuration allows more than the model can take."""
    history = tuple(
        (("visitor", "agent")[i % 2], f"line {i} " + "moment " * 50) for i in range(300)
    )
    async with Line(server.url, context_tokens=context_tokens) as line:
        parts, _ = await line.ask(history=history)
        (told,) = line.of(ModelAnswered)
        assert told.counted_by == "server"
        assert told.prompt_tokens <= min(context_tokens, LONGEST) - 1500
        assert told.turns_dropped > 0
        assert "400" not in told.fault
        assert parts[-1].last
        room = min(context_tokens, LONGEST) - 1500
        figures.append(
            f"300 turns said before: {told.prompt_tokens} tokens where {room} have room,"
            f" {told.turns_dropped} turns dropped"
        )


async def test_hanging_up_ends_the_work_at_the_server(server, figures):
    async with Line(server.url) as line:
        client = ModelClient(line.dialogue._config)
        endless = asked_for(max_tokens=7000, ignore_eos=True)
        async with client.reply(endless) as stream:
            await anext(stream.text())
            await line.until(lambda: server.figure("num_requests_running") == 1)
            made = server.figure("generation_tokens_total")
        took = await line.until(lambda: server.figure("num_requests_running") == 0)
        made = server.figure("generation_tokens_total") - made
        assert made < 3500
        await client.close()
        figures.append(f"hung up: no request running {took:.2f} s later, of 7000 tokens")


async def test_a_stale_revision_is_given_up_by_the_server(server):
    async with Line(server.url) as line:
        stream = line.dialogue.answer(Conversation(), Heard(text=QUESTION))
        part = await anext(stream)
        assert part.source is MODEL
        await stream.aclose()
        await line.until(lambda: server.figure("num_requests_running") == 0, 3.0)
        parts, _ = await line.ask()
        assert parts[-1].last


async def test_babble_without_the_form_is_spoken_by_nobody(server):
    async with Line(server.url, structured=False) as line:
        parts, _ = await line.ask()
        assert all(p.source is DESK for p in parts)
        assert "not the JSON that was asked for" in parts[0].because
        await line.until(lambda: server.figure("num_requests_running") == 0, 3.0)


async def test_a_wrong_key_is_told_and_the_desk_answers(server, monkeypatch):
    monkeypatch.setenv("FOYER_VLLM_KEY", "another")
    async with Line(server.url) as line:
        parts, _ = await line.ask()
        assert parts[0].source is DESK
        assert "401" in line.of(BackendChosen)[-1].detail


async def test_a_server_that_stands_still_is_not_waited_for(server, figures):
    async with Line(server.url, first_clause_s=1.0, whole_s=3.0) as line:
        server.signal(signal.SIGSTOP)
        try:
            parts, times = await line.ask()
        finally:
            server.signal(signal.SIGCONT)
        assert parts[0].source is DESK
        assert "Daniel Okafor" in parts[0].clauses[0].text + parts[-1].clauses[-1].text
        assert times[-1] < 1.0 + 1.0  # the deadline, and a busy machine
        await line.until(lambda: server.figure("num_requests_running") == 0)
        figures.append(f"server stopped, deadline 1.0 s: the desk answered after {times[-1]:.2f} s")


async def test_a_server_killed_in_mid_reply_and_started_again_is_used_again(server, figures):
    async with Line(server.url, whole_s=6.0, failures=1) as line:
        stream = line.dialogue.answer(Conversation(), Heard(text=QUESTION))
        async with contextlib.aclosing(stream):
            first = await anext(stream)
            server.kill()
            began = line.clock.now()
            rest = [part async for part in stream]
        assert first.source is MODEL
        took = line.clock.now() - began
        assert took < 6.0 + 1.0
        words = " ".join(c.text for part in rest for c in part.clauses)
        assert "Daniel Okafor" in words or rest[-1].source is MODEL
        assert rest[-1].last
        parts, times = await line.ask()
        assert parts[0].source is DESK
        assert times[-1] < 1.0  # it is left alone: no waiting
        assert line.of(BackendChosen)[-1].fallback
        server.start()
        await asyncio.get_running_loop().run_in_executor(None, server.wait)
        for _ in range(20):
            parts, _ = await line.ask()
            if not line.of(BackendChosen)[-1].fallback:
                break  # a reply that only began with the model, and was finished, does not count
            await line.clock.sleep_until(line.clock.now() + 0.5)
        assert parts[0].source is MODEL
        assert line.of(BackendChosen)[-1].backend == "openai_compatible"
        figures.append(
            f"killed in mid-reply: the desk finished {took:.2f} s later; started again, it is used"
        )
