"""A recording replied to again with another prompt, another model, other knowledge or none."""

import asyncio
import contextlib
import re
import threading

import pytest
import yaml

from agent.__main__ import main
from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock
from agent.core.messages import (
    Engagement,
    EngagementChanged,
    Message,
    PersonId,
    TurnEnded,
    TurnId,
)
from agent.deciding import decisions
from agent.recording import NOT_RECORDED, Recorded, RecordingWriter, without_words
from agent.virtual_time import VirtualTimeLoop
from tests.fakes.desk import ROOT
from tests.fakes.model_server import ModelServer

QUESTIONS = ("where is the restroom", "tell me something about the moon", "thanks a lot")
P1 = PersonId("p1")


class Poet(ModelServer):
    """Says by which prompt it was asked, and at what temperature."""

    def _text(self):
        import json

        asked = self.requests[-1]
        told = asked["messages"][-1]["content"]
        manner = re.search(r"Speak like (\w+)", told)
        who = manner[1] if manner else "a receptionist"
        return json.dumps({"clauses": [{"say": f"I would say that like {who}, if you please."}]})


@contextlib.contextmanager
def running(server):
    """The server in a thread of its own: a replay has a loop of its own, on its own time."""
    up, done = threading.Event(), []

    async def serve():
        end = asyncio.Event()
        done.append((asyncio.get_running_loop(), end))
        async with server:
            up.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert up.wait(10)
    try:
        yield server
    finally:
        loop, end = done[0]
        loop.call_soon_threadsafe(end.set)
        thread.join(10)


def config(folder, name, **model):
    """The demonstration's configuration with changes to the language model."""
    tree = yaml.safe_load((ROOT / "configs" / "demo.yaml").read_text())
    tree |= {
        "site": str(ROOT / "configs/sites/demo.yaml"),
        "policies": str(ROOT / "configs/policies"),
    }
    dialogue = {"knowledge": str(ROOT / "configs" / "knowledge"), "encoder": "words"}
    tree["dialogue"] = dialogue | ({"model": model} if model else {})
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(tree))
    return path


def recorded(path, settings, *, words=True):
    """A visitor who asks, as the agent of these settings lived it."""
    build = decisions(settings, replies=True)

    async def live():
        bus, clock = Bus(), LoopClock(asyncio.get_running_loop())
        bus.open_to_threads(asyncio.get_running_loop())
        inbox, seen = bus.subscribe(Message, delivery=EVERY), []

        async def note():
            async for message in inbox:
                seen.append(Recorded(clock.now(), message))

        async with asyncio.TaskGroup() as group:
            jobs = [note(), *(part.run() for part in build(bus, clock))]
            tasks = [group.create_task(job) for job in jobs]
            await asyncio.sleep(3)
            bus.publish(EngagementChanged(
                at=clock.now(), person=P1, state=Engagement.ENGAGED, previous=None, distance_m=1.0
            ))  # fmt: skip
            for number, text in enumerate(QUESTIONS, 1):
                turn = {"turn": TurnId(number), "revision": 0, "text": text, "person": P1}
                bus.publish(TurnEnded(at=clock.now(), typed=True, **turn))
                await asyncio.sleep(6)
            for task in tasks:
                task.cancel()
        return seen

    loop = VirtualTimeLoop(start_s=100.0, patience_s=20)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        seen = runner.run(live())
    with path.open("wb") as stream:
        writer = RecordingWriter(stream, 1_700_000_000_000_000_000)
        for one in seen:
            writer.write(one if words else Recorded(one.seen_at, without_words(one.message)))
        writer.finish()
    return path


def replayed(capsys, path, settings, *more):
    code = main(["replay", str(path), "--config", str(settings), *more])
    return code, capsys.readouterr().out


PIRATE = "Speak like pirates. {draft}\nThe visitor says: {line}\n- speak: {language}\n{acts}"


@pytest.fixture(scope="module")
def poet():
    with running(Poet()) as server:
        yield server


@pytest.fixture
def lived_with_a_model(poet, tmp_path):
    settings = config(tmp_path, "then", url=poet.url, first_clause_s=5)
    return recorded(tmp_path / "visit.mcap", settings), settings


def test_the_same_prompt_and_model_give_the_same_replies(lived_with_a_model, capsys):
    path, settings = lived_with_a_model
    code, out = replayed(capsys, path, settings)
    assert "replies: 3 the same, 0 other words" in out
    assert code == 0, out
    assert "the language model was asked 3 times at temperature 0" in out


def test_a_changed_prompt_shows_what_the_replies_would_have_been(
    lived_with_a_model, poet, tmp_path, capsys
):
    path, _ = lived_with_a_model
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "turn.md").write_text(PIRATE)
    settings = config(tmp_path, "now", url=poet.url, first_clause_s=5, prompts="prompts")
    before = len(poet.requests)
    code, out = replayed(capsys, path, settings)
    assert code == 1
    assert 'to "where is the restroom"' in out
    assert "then, the language model: I would say that like a receptionist" in out
    assert "now, the language model: I would say that like pirates" in out
    assert all(r["temperature"] == 0 for r in poet.requests[before:])
    assert len(poet.requests) == before + 3


def test_a_model_that_cannot_be_reached_is_said_not_to_have_been_asked(
    lived_with_a_model, tmp_path, capsys
):
    path, _ = lived_with_a_model
    settings = config(tmp_path, "gone", url="http://127.0.0.1:9/v1")
    code, out = replayed(capsys, path, settings)
    assert code == 1
    assert "the language model could not be asked: model server http://127.0.0.1:9/v1" in out
    assert "what a language model said then is compared with what the desk says now" in out
    assert "now, the desk: " in out
    assert "corridor" in out


def test_without_a_model_now_that_is_told(lived_with_a_model, tmp_path, capsys):
    path, _ = lived_with_a_model
    _, out = replayed(capsys, path, config(tmp_path, "none"))
    assert "no language model is configured now" in out


def test_a_model_that_hangs_is_waited_for_as_in_life_and_told(lived_with_a_model, tmp_path, capsys):
    path, _ = lived_with_a_model
    with running(Poet(fault="hang")) as server:
        settings = config(tmp_path, "hangs", url=server.url, first_clause_s=0.3)
        _, out = replayed(capsys, path, settings)
    assert "2 times in vain (no answer in time (first clause))" in out


def test_other_knowledge_shows_in_the_desks_own_replies(tmp_path, capsys):
    then = config(tmp_path, "then")
    path = recorded(tmp_path / "visit.mcap", then)
    code, out = replayed(capsys, path, then)
    assert "replies: 3 the same, 0 other words" in out
    assert "language model" not in out
    assert code == 0
    site = yaml.safe_load((ROOT / "configs/sites/demo.yaml").read_text())
    for place in site["places"]:
        if "restroom" in place.get("also", ()):
            place["directions"] = "It is behind the blue curtain."
    (tmp_path / "site.yaml").write_text(yaml.safe_dump(site, allow_unicode=True))
    tree = yaml.safe_load(then.read_text()) | {"site": str(tmp_path / "site.yaml")}
    now = tmp_path / "now.yaml"
    now.write_text(yaml.safe_dump(tree))
    code, out = replayed(capsys, path, now)
    assert code == 1
    assert re.search(r"now, the desk: .*behind the blue curtain", out)
    assert "2 the same, 1 other words" in out


def test_where_words_were_not_recorded_the_replies_of_then_are_kept(tmp_path, capsys):
    settings = config(tmp_path, "then")
    path = recorded(tmp_path / "visit.mcap", settings, words=False)
    code, out = replayed(capsys, path, settings)
    assert "what visitors said was not recorded: the replies of then are kept" in out
    assert NOT_RECORDED not in out
    assert code == 0, out


def test_a_prompt_with_a_fault_is_told_with_file_and_line(tmp_path, capsys):
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "turn.md").write_text("{drfat}")
    settings = config(tmp_path, "faulty", url="http://127.0.0.1:9/v1", prompts="prompts")
    assert main(["check", str(settings)]) != 0
    said = "".join(capsys.readouterr())
    assert re.search(r"faulty.yaml:\d+: dialogue.model.prompts: .*turn.md: \{drfat\}", said)
