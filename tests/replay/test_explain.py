"""Why did it do that? In plain language, from the recording alone."""

from argparse import ArgumentParser
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.commands import explain as explain_command
from agent.commands import replay as replay_command
from agent.core.codec import KINDS
from agent.core.errors import BadInputError
from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActRefused,
    ActStarted,
    Clause,
    ComponentHealth,
    Duck,
    Engagement,
    EngagementChanged,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
    Health,
    PersonId,
    PersonSeen,
    Place,
    Reason,
    Stop,
    TurnEnded,
    TurnId,
    WordsHeard,
)
from agent.explaining.explain import explain, moment
from agent.recording import NS, Recorded, RecordingWriter
from tests.fakes.messages import invent, rng_of

P1 = PersonId("p1")


def encounter():
    messages = [
        PersonSeen(
            at=101.0, person=P1, place=Place(x_m=3.0, y_m=0.0), approach_m_s=0.8, speed_m_s=0.8
        ),
        EngagementChanged(
            at=103.0,
            person=P1,
            state=Engagement.ATTENDING,
            previous=Engagement.APPROACHING,
            distance_m=1.3,
            cues=("gaze 0.8 of 1.5 s",),
        ),
        PersonSeen(
            at=103.5,
            person=P1,
            place=Place(x_m=1.2, y_m=0.0),
            approach_m_s=0.0,
            speed_m_s=0.0,
            gaze_off_rad=0.07,
        ),
        ActRefused(
            at=103.6,
            reason=Reason(policy="idle.remark", because="someone is near"),
            by="norm:first_words",
        ),
        ComponentHealth(
            at=103.7, component="behavior.llm", health=Health.DEGRADED, detail="no server"
        ),
        Act(
            at=104.0,
            act=ActId(7),
            to=P1,
            clauses=(Clause(text="Hello."), Clause(text="Can I help you?")),
            gestures=(GestureCue(lexeme="wave"),),
            expression=Expression.FRIENDLY,
            gaze=Gaze(target=GazeTarget.PERSON, person=P1),
            reason=Reason(
                policy="greeting.words",
                because="p1 stands at 1.2 m and has attended for 1.0 s",
                norms=("greet_once",),
            ),
        ),
        ActStarted(at=104.3, act=ActId(7)),
        WordsHeard(at=105.0, turn=TurnId(1), revision=0, text="where is"),
        WordsHeard(at=105.4, turn=TurnId(1), revision=0, text="where is the restroom"),
        Duck(at=105.1, gain=0.25, reason=Reason(policy="interruption.reflex", because="a voice")),
        Stop(
            at=105.5,
            reason=Reason(policy="interruption.yield", because="the visitor kept speaking"),
        ),
        ActFinished(at=105.6, act=ActId(7), heard="Hello. Can", interrupted=True),
        TurnEnded(at=106.0, turn=TurnId(1), revision=0, text="where is the restroom"),
    ]
    return sorted((Recorded(m.at, m) for m in messages), key=lambda r: r.seen_at)


def test_an_act_is_explained_by_its_policy_its_norms_and_the_facts_before_it():
    text = explain(encounter(), 104.1)
    assert "At 3.0 s" in text
    assert 'the agent said "Hello. Can I help you?" to p1, gestured wave, looked friendly' in text
    assert "Why: P1 stands at 1.2 m and has attended for 1.0 s. (policy greeting.words)" in text
    assert "Norms that had a say: greet_once." in text
    assert "p1: approaching -> attending at 1.3 m (gaze 0.8 of 1.5 s)" in text
    assert "p1 was from 3.0 m to 1.2 m, seen 2 times, eyes 0.07 rad off the agent" in text
    assert "idle.remark: refused by norm:first_words: someone is near" in text
    assert "behavior.llm was degraded: no server" in text
    assert 'it was cut short; heard: "Hello. Can"' in text


def test_what_came_after_the_act_is_not_given_as_its_cause():
    text = explain(encounter(), 104.1)
    assert "restroom" not in text


def test_a_stop_and_a_duck_are_explained_too():
    text = explain(encounter(), 105.5)
    assert "the agent stopped what it was saying and doing" in text
    assert "The visitor kept speaking. (policy interruption.yield)" in text
    assert 'a visitor was saying "where is the restroom"' in text
    assert "lowered its voice to 25%" in explain(encounter(), 105.15)


def test_before_the_first_act_there_is_nothing_to_explain():
    assert explain(encounter(), 102.0) == (
        "The agent had done nothing by 1.0 s; its first act came at 3.0 s."
    )


@pytest.mark.parametrize("name", sorted({"Act", "Stop", "Duck"}))
def test_any_act_can_be_explained(name):
    rng = rng_of(name)
    for _ in range(100):
        facts = [Recorded(1.0, invent(kind, rng)) for kind in KINDS.values()]
        assert "Why: " in explain([*facts, Recorded(1.0, invent(KINDS[name], rng))], 1.0)


def test_moments_are_given_as_people_give_them():
    recorded = [Recorded(at, None) for at in (100.0, 300.0)]
    start = datetime(2026, 11, 20, 14, 3, 0)
    offset_ns = int((start.timestamp() - 100.0) * NS)
    for text, at in [
        ("83.5", 183.5),
        ("0", 100.0),
        ("2s", 102.0),
        ("1:23.5", 183.5),
        ("14:03:22", 122.0),
    ]:
        assert moment(text, recorded, offset_ns) == pytest.approx(at)
    with pytest.raises(BadInputError, match="goes from 14:03:00 to 14:06:20"):
        moment("15:00:00", recorded, offset_ns)
    zone = ZoneInfo("Asia/Tokyo")
    there = datetime.fromtimestamp(start.timestamp() + 22, zone).strftime("%H:%M:%S")
    assert moment(there, recorded, offset_ns, zone) == pytest.approx(122.0)
    with pytest.raises(BadInputError, match="soon"):
        moment("soon", recorded, offset_ns)


def recording_of(path, recorded):
    with path.open("wb") as stream:
        writer = RecordingWriter(stream, axis_offset_ns=10**18)
        for one in recorded:
            writer.write(one)
        writer.finish()


def called(command, *arguments):
    parser = ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(a) for a in arguments]))


def test_the_command_reads_a_file_and_answers(tmp_path, capsys):
    recording_of(tmp_path / "x.mcap", encounter())
    assert called(explain_command, tmp_path / "x.mcap", "3.1", "--facts") == 0
    assert "policy greeting.words" in capsys.readouterr().out


def test_the_messages_of_a_recording_are_printed_as_json_lines(tmp_path, capsys):
    recording_of(tmp_path / "x.mcap", encounter())
    assert called(replay_command, tmp_path / "x.mcap", "--messages") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(encounter())
    assert lines[0].startswith('{"kind":"PersonSeen","at":101.0')
