"""Why did it do that, and why not the other? For somebody who has never seen a log."""

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from agent.__main__ import main
from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActRefused,
    Clause,
    Duck,
    Engagement,
    EngagementChanged,
    GestureCue,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
    Reason,
    ReplyReady,
    Stop,
    TurnEnded,
    TurnId,
)
from agent.explaining.plain_words import plain_deed
from agent.explaining.why import WHY_NOT, Account
from agent.recording import Recorded, RecordingWriter
from agent.settings import read_settings
from behavior.policies.catalogue import CATALOGUE, PoliciesConfig
from behavior.policies.farewell import FarewellConfig, FarewellPolicy
from behavior.policies.greeting import GreetingConfig, GreetingPolicy
from behavior.policies.rules import RULES, rule_of
from behavior.policies.why_not import why_no_goodbye, why_not_greeted
from behavior.situation.floor import Floor, Turn
from behavior.situation.people import Mark, Person
from behavior.situation.state import Encounter, Situation

ROOT = Path(__file__).parents[2]
SETTINGS = read_settings(ROOT / "configs" / "demo.yaml")
ANN, BEN = PersonId("p0000000a"), PersonId("p0000000b")


def seen(at, who, x_m, approach_m_s=0.0):
    place = Place(x_m=x_m, y_m=0.0)
    return PersonSeen(
        at=at, person=who, place=place, approach_m_s=approach_m_s, speed_m_s=abs(approach_m_s)
    )


def became(at, who, state, x_m, *cues):
    return EngagementChanged(
        at=at, person=who, state=state, previous=None, distance_m=x_m, cues=cues
    )


def told(*messages):
    recorded = [Recorded(m.at, m) for m in sorted(messages, key=lambda m: m.at)]
    return Account(recorded, 1_790_000_000 * 10**9, SETTINGS)


WELCOME = Act(
    at=104.0,
    act=ActId(7),
    to=ANN,
    clauses=(Clause(text="Good morning.", gestures=(GestureCue(lexeme="wave"),)),),
    reason=Reason(
        policy="greeting.words",
        because=f"{ANN} stands at 1.8 m and attends 0.6 s; say_that_it_is_an_ai: as it must",
        norms=("say_that_it_is_an_ai",),
    ),
)
OFFER = ActRefused(
    at=104.2,
    reason=Reason(policy="waiting.offer", because="silent"),
    by="norm:greet_once",
    text="Can I help you?",
    facts={"to": ANN, "why": "At night the house is quiet"},
)
VISIT = (
    seen(100.0, ANN, 4.4, 1.0),
    seen(102.0, ANN, 2.4, 1.0),
    became(103.3, ANN, Engagement.ATTENDING, 1.8, "1.8 m", "gaze 0.8 of 1.5 s"),
    seen(103.9, ANN, 1.8),
    seen(103.9, BEN, 5.0),
    WELCOME,
    OFFER,
    ActFinished(at=106.0, act=ActId(7), heard="Good morning.", interrupted=False),
    TurnEnded(at=108.0, turn=TurnId(1), revision=0, text="is there a prayer room", person=ANN),
    ReplyReady(
        at=108.1,
        turn=TurnId(1),
        revision=0,
        clauses=(Clause(text="No."),),
        because="know building.is-there-a-quiet-room 0.9",
    ),
    Act(
        at=108.2,
        act=ActId(8),
        to=ANN,
        clauses=(Clause(text="No."),),
        in_reply_to=TurnId(1),
        reason=Reason(policy="reply.answer", because="know"),
    ),
    PersonLost(at=120.0, person=ANN),
)


def test_an_act_is_told_with_what_was_seen_the_rule_and_the_lines_to_change():
    text = told(*VISIT).at(104.1)
    assert f"the receptionist said “Good morning.” to visitor {ANN} and waved." in text
    assert f"It saw visitor {ANN}, who came from 4.4 m to 1.8 m and was attending" in text
    assert "(1.8 m, gaze 0.8 of 1.5 s). 1 more was in view." in text
    assert "someone within 3 m who has attended for 0.6 s (farther off than" in text
    assert f"Here: Visitor {ANN} stands at 1.8 m and attends 0.6 s." in text
    assert "It was heard whole." in text
    line = 1 + (ROOT / "configs/policies/greeting.yaml").read_text().split("\n").index(
        "words_within_m: 3.0       # nobody farther away is greeted in words"
    )
    assert f"configs/policies/greeting.yaml:{line}: words_within_m (3): Nobody farther" in text


def test_norms_that_changed_it_and_norms_that_forbade_something_are_told_with_their_lines():
    text = told(*VISIT).at(104.1)
    assert "The norm say_that_it_is_an_ai asked for more (disclose): Everyone is told" in text
    (once,) = [norm for norm in SETTINGS.norms.all if norm.id == "greet_once"]
    wish = "It wished to say “Can I help you?” and did not, because of the norm greet_once: "
    assert wish + once.reason in text
    assert re.search(r"norms/politeness\.yaml:\d+: the norm greet_once", text)
    assert re.search(r"norms/communication\.yaml:\d+: the norm say_that_it_is_an_ai", text)


def test_an_answer_leads_to_the_line_of_the_knowledge_it_came_from():
    text = told(*VISIT).last()
    assert "A visitor had said “is there a prayer room”." in text
    assert re.search(r"knowledge/building\.md:\d+: the answer to “Is there a quiet room\?”", text)


def test_a_glance_does_not_hide_the_words_of_a_moment_before():
    glance = Act(at=104.8, act=ActId(9), reason=Reason(policy="attention.away", because="x"))
    assert "Good morning." in told(*VISIT, glance).at(105.0)


def test_before_the_first_act_there_is_nothing_to_tell():
    assert "had done nothing by" in told(*VISIT).at(101.0)
    assert "said and gestured nothing" in told(VISIT[0]).last()


def test_a_visit_is_told_event_by_event_until_the_visitor_is_gone():
    lines = told(*VISIT, became(130.0, BEN, Engagement.PASSING, 4.0)).visit(None).splitlines()
    assert lines[0] == f"Visitor {ANN}:"
    assert lines[-1].endswith("was out of sight")
    middle = " ".join(lines)
    assert "was attending (1.8 m, gaze 0.8 of 1.5 s)" in middle
    assert "said “Good morning.”" in middle
    assert "it wished to say “Can I help you?” and did not" in middle
    assert "said “is there a prayer room”" in middle
    assert BEN not in middle  # never stopped


def test_whoever_was_not_greeted_is_told_why_and_where_to_change_it():
    far = (
        seen(100.0, BEN, 3.6),
        became(100.1, BEN, Engagement.ATTENDING, 3.6),
        seen(103, BEN, 3.6),
    )
    text = told(*far).why_not("greeting", None, None)
    assert f"visitor {BEN}, when nearest, was not greeted in words" in text
    assert "because the visitor stood at 3.60 m (words begin within 3 m)." in text
    assert re.search(r"greeting\.yaml:\d+: words_within_m", text)


def test_whoever_was_greeted_or_stayed_far_off_is_nobody_to_explain():
    passing = (seen(100.0, BEN, 6.0), became(100.1, BEN, Engagement.PASSING, 6.0))
    assert "Nobody came near" in told(*VISIT, *passing).why_not("greeting", None, None)


def test_a_norm_that_stood_against_a_greeting_is_named():
    no = replace(OFFER, reason=Reason(policy="greeting.words", because="x"), at=104.0)
    near = (seen(100.0, ANN, 1.5), became(101.0, ANN, Engagement.ATTENDING, 1.5))
    text = told(*near, no, seen(105.0, ANN, 1.5)).why_not("greeting", 105.0, ANN)
    assert "because of the norm greet_once" in text


def branches():
    """Every branch that a policy can give as its reason, from the sources."""
    found = set()
    for path in (ROOT / "behavior" / "policies").glob("*.py"):
        if path.stem in ("rules", "why_not", "proactive"):
            continue
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(rf'"({path.stem}\.[a-z_]+)"', text))
    return found | {f"waiting.{name}" for name in ("reassure", "queue", "offer")}


def test_every_branch_of_every_policy_has_its_rule():
    assert branches() <= set(RULES)


@pytest.mark.parametrize("branch", RULES)
def test_every_rule_reads_with_the_sites_own_numbers_and_names_real_settings(branch):
    rule = rule_of(branch, PoliciesConfig())
    assert "{" not in rule.text
    model = CATALOGUE[branch.split(".")[0]][0]
    assert set(rule.settings) <= set(model.model_fields)


def invented(rng):
    """A situation with one person in it, of any kind."""
    now = 100.0
    marks = {m: rng.uniform(0, now) for m in Mark if rng.random() < 0.12}
    state = rng.choice([Engagement.PASSING, Engagement.ATTENDING, Engagement.DISENGAGING])
    person = Person(
        id=ANN,
        place=Place(x_m=rng.uniform(0.5, 5), y_m=0.0),
        first_seen_at=0.0,
        seen_at=now,
        engagement=state,
        engagement_since=now - rng.uniform(0, 6),
        attending_since=rng.choice([None, now - 0.3, now - 2, now - 9]),
        leaves_m_s=rng.choice([0.0, 0.5, -0.5]),
        speed_m_s=rng.choice([0.0, 0.3, 0.9]),
        perhaps_met=rng.choice(["", "", "was first seen at 1.2 m, in the middle of 3 others"]),
        marks=marks,
    )
    other = replace(person, id=BEN, marks={}, attending_since=rng.choice([None, now]))
    turn = Turn(id=TurnId(1), began_at=now, voice_began_at=now, voice_at=now)
    speaks = rng.random() < 0.15
    return Situation(
        now=now,
        people={ANN: person, BEN: other},
        turns={TurnId(1): turn},
        floor=Floor(current_turn=TurnId(1) if speaks else None, stage_speaks=rng.random() < 0.15),
        encounter=rng.choice([None, None, Encounter(addressee=BEN, since=0.0, active_at=now)]),
    )


def test_what_is_told_to_stand_against_a_greeting_is_what_the_policy_goes_by():
    rng, due = random.Random(3), 0
    config = GreetingConfig()
    policy = GreetingPolicy(config)
    for _ in range(3000):
        situation = invented(rng)
        person = situation.people[ANN]
        wants = policy._wants_words(situation, person)
        assert wants == (not list(why_not_greeted(config, situation, person)))
        due += wants
    assert due > 20


def test_what_is_told_to_stand_against_a_goodbye_is_what_the_policy_goes_by():
    rng, due = random.Random(4), 0
    config = FarewellConfig()
    policy = FarewellPolicy(config)
    for _ in range(3000):
        situation = invented(rng)
        person = situation.people[ANN]
        is_due = policy._is_due(situation, person)
        assert is_due == (not list(why_no_goodbye(config, situation, person)))
        due += is_due
    assert due > 10


def test_a_stop_and_a_lowered_voice_read_as_such():
    reason = Reason(policy="interruption.duck", because="a voice")
    assert plain_deed(Stop(at=1, reason=reason)) == "stopped what it was saying and doing"
    assert plain_deed(Duck(at=1, gain=0.25, reason=reason)) == "lowered its voice to 25%"
    assert plain_deed(Duck(at=1, gain=0.0, reason=reason)) == "fell silent and kept its place"


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "x.mcap"
    with path.open("wb") as stream:
        writer = RecordingWriter(stream, axis_offset_ns=10**18)
        for one in told(*VISIT).recorded:
            writer.write(one)
        writer.finish()
    return path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "said “No.”"),
        (["4.1"], "someone within 3 m"),
        (["4.1", "--facts"], "What it knew, from 6 s before:"),
        (["--visit"], f"Visitor {ANN}:"),
        (["--why-not", "greeting"], "Nobody came near"),
        (["1.0", "--why-not", "greeting", "--of", ANN], "was not greeted in words"),
    ],
)
def test_the_command_tells_it(recording, capsys, arguments, expected):
    config = str(ROOT / "configs" / "demo.yaml")
    assert main(["explain", str(recording), *arguments, "--config", config]) == 0
    assert expected in capsys.readouterr().out


def test_a_visitor_who_is_not_in_it_is_said_to_be_so(recording, capsys):
    config = str(ROOT / "configs" / "demo.yaml")
    assert main(["explain", str(recording), "--visit", "pzzz", "--config", config]) == 2
    assert f"there is no visitor pzzz in it; there is {ANN}" in capsys.readouterr().err


def test_there_is_a_why_not_for_what_is_promised():
    assert set(WHY_NOT) == {"greeting", "farewell"}
