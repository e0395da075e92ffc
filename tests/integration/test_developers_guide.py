"""What agent/DEVELOPERS.md says to type works as it stands there."""

import asyncio
import json
import re
import sys
from datetime import datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
import yaml

from actuation.generators.rules_idle import rest_pose
from actuation.motion import Cut, Frame, FrameChunk, Halt, Release
from actuation.speech.phones import PHONES
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import Posture
from behavior.dialogue.conversation import Conversation, Heard
from behavior.norms.norm import Norms, NormsFile
from behavior.norms.review import failing_examples
from behavior.planner import Planner
from behavior.situation.state import Situation
from behavior.wishes import Woke
from perception.words.recognition import RecognitionConfig
from perception.words.site_language import SiteLanguage
from tests.fakes.desk import embedded
from tests.fakes.messages import invent, rng_of
from tests.fakes.puppets import silence

GUIDE = (Path(__file__).parents[2] / "agent" / "DEVELOPERS.md").read_text("utf-8")
FILES = {
    name: f"# {name}\n{text}"
    for name, text in re.findall(r"```(?:python|yaml)\n# (\S+)\n(.*?)```", GUIDE, re.DOTALL)
}


@pytest.fixture
def typed(tmp_path):
    """Type a file of the guide, and import it."""

    def type_in(name):
        path = tmp_path / Path(name).name
        path.write_text(FILES[name], "utf-8")
        spec = spec_from_file_location(f"guide_{path.stem}", path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return type_in


def frames(at, turn):
    joints = rest_pose().astype(np.float32)
    joints[5] = (0, np.sin(turn / 2), 0, np.cos(turn / 2))
    return FrameChunk(
        generation=0,
        frames=tuple(
            Frame(
                at=at + k / 60, utterance=None, score_s=0.0, joints=joints,
                face=np.zeros(52, np.float32), gaze_yaw_rad=0.0, gaze_pitch_rad=0.0,
            )
            for k in range(60)
        ),
    )  # fmt: skip


async def test_the_body_prints_what_is_due_and_stands_still_in_an_emergency(typed, tmp_path):
    printer = typed("actuation/embodiments/printer.py")
    clock = LoopClock(asyncio.get_running_loop())

    def body(file):
        config = printer.PrinterConfig(file=file)
        return printer.PrinterBody(
            config=config, clock=clock, publish=lambda _: None, traffic=silence()
        )

    lines, one = tmp_path / "frames.jsonl", body(tmp_path / "frames.jsonl")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(one.run())
        await asyncio.sleep(0.1)
        one.apply(frames(clock.now(), turn=0.5))
        await asyncio.sleep(0.5)
        before = lines.read_text().splitlines()
        one.apply(Halt(at=clock.now(), because="drill"))
        await asyncio.sleep(0.5)
        assert lines.read_text().splitlines() == before
        one.apply(Release(at=clock.now()))
        one.apply(Cut(generation=2, at=clock.now()))
        one.apply(frames(clock.now(), turn=-0.5))  # of an older generation
        await asyncio.sleep(0.3)
        running.cancel()
    heads = [json.loads(line)["head"] for line in lines.read_text().splitlines()]
    assert len(before) == pytest.approx(15, abs=2)
    assert all(head[1] == pytest.approx(0.2474, abs=1e-3) for head in heads)
    with pytest.raises(BackendUnavailableError, match="name another file"):
        await body(tmp_path / "no" / "folder").run()


def test_the_voice_has_a_phone_for_each_word(typed):
    spoken = typed("actuation/generators/voices/beep.py").BeepEngine().speak("one two", 2.0, "en")
    assert [word for *_, word in spoken.phones] == [0, 1]
    assert {name for name, *_ in spoken.phones} <= PHONES
    assert len(spoken.pcm) / spoken.rate_hz == spoken.phones[-1][2] == 0.25


def test_the_recogniser_reads_a_turn_and_forgets_it(typed):
    parrot = typed("perception/backends/parrot.py")
    recogniser = parrot.ParrotRecogniser(RecognitionConfig(), SiteLanguage())
    recogniser.start()
    assert recogniser.finish().confidence == 0.0
    recogniser.feed(np.zeros(160, np.float32))
    assert recogniser.finish().text == "where is the lift"
    recogniser.start()
    assert recogniser.finish().text == ""


def test_the_policy_straightens_up_when_its_time_has_come_and_nobody_is_there(typed):
    stretching = typed("behavior/policies/stretching.py")
    policy = stretching.StretchingPolicy(stretching.StretchingConfig(every_s=20))
    planner = Planner(
        inputs=(), publish=lambda _: None, clock=None, policies=[policy], norms=Norms([]),
        local_time=lambda at: datetime(2026, 5, 12, 10),
    )  # fmt: skip
    acts = [act for second in range(120) for act in planner.decide(Woke(at=float(second)))]
    assert [round(act.at) for act in acts] == [20, 40, 60, 80, 100]
    assert {act.posture for act in acts} == {Posture.ATTENTIVE}
    assert policy.decide(Situation(now=5.0), Woke(at=5.0)).wake_at == 20.0


def test_the_norm_does_what_its_examples_say():
    file = NormsFile.model_validate(yaml.safe_load(FILES["configs/policies/norms/mine.yaml"]))
    assert list(failing_examples(Norms(list(file.norms)))) == []
    assert len(file.norms) == 1


async def test_the_dialogue_says_back_and_leaves_what_is_unsure_to_the_embedded(typed):
    echo = typed("behavior/backends/echoing.py").EchoingDialogue(embedded=embedded(), clock=None)
    await echo.warm_up()

    async def said(heard):
        parts = [part async for part in echo.answer(Conversation(), heard)]
        assert parts[-1].last
        assert parts[0].conversation.turns == 1
        return " ".join(clause.text for part in parts for clause in part.clauses)

    assert await said(Heard(text="good morning")) == "You said: good morning."
    assert "You said" not in await said(Heard(text="good morning", confidence=0.2))
    await echo.close()


def test_a_recording_is_printed_message_by_message(typed, tmp_path, monkeypatch, capsys):
    from agent.core.messages import MicrophoneLevel
    from agent.recording import Recorded, RecordingWriter

    with (tmp_path / "one.mcap").open("wb") as stream:
        writer = RecordingWriter(stream, 0)
        writer.write(Recorded(1.5, invent(MicrophoneLevel, rng_of("level"))))
        writer.finish()
    monkeypatch.setattr(sys, "argv", ["print_messages.py", str(tmp_path / "one.mcap")])
    typed("print_messages.py")
    at, line = capsys.readouterr().out.split(" ", 1)
    assert float(at) == pytest.approx(1.5)
    assert json.loads(line)["kind"] == "MicrophoneLevel"


def test_every_file_and_name_that_the_guide_leads_to_is_there():
    root = Path(__file__).parents[2]
    for name in set(
        re.findall(
            r"`((?:agent|actuation|behavior|perception|tests|configs)/[\w/.]+\.(?:py|md))`", GUIDE
        )
    ):
        assert (root / name).is_file(), name
