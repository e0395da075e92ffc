"""The facts that norms ask about, at their edges."""

from dataclasses import replace

import pytest

from agent.core.messages import PersonId, PersonSeen
from behavior.norms.facts import FACTS, Facts
from behavior.norms.scenes import Scene
from behavior.norms.words import spoken
from behavior.situation.people import Departure, Mark
from behavior.situation.state import Situation
from behavior.situation.update import update
from tests.fakes.encounters import house_norms, seen

P1 = PersonId("p1")


def fact(name, **scene):
    scene = Scene.model_validate({"act": {"say": "Hello.", "priority": "reply"}, **scene})
    return Facts(scene.situation(), scene.wish())[name]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("I'm sorry, I can't.", " i am sorry i cannot "),
        ("You’re right; it's here.", " you are right it is here "),
        ("I can not and won't.", " i cannot and will not "),
        ("Ms Bell's room", " ms bell's room "),
        ("They don't. We'll see. I've been.", " they do not we will see i have been "),
    ],
)
def test_short_forms_are_written_out(text, plain):
    assert spoken(text) == plain


def test_a_phrase_is_found_as_whole_words_only():
    norm = next(norm for norm in house_norms() if norm.id == "no_titles_by_looks")
    check = norm.when["act.text"]
    assert check.holds(spoken("Good morning, sir."))
    assert not check.holds(spoken("Siren and sirloin."))


@pytest.mark.parametrize(
    ("others", "behind"),
    [
        ([{"distance_m": 1.2}], True),
        ([{"distance_m": 1.2, "left_m": 0.8}], False),
        ([{"distance_m": 1.2, "engagement": "present"}], False),
        ([{"distance_m": 2.6}], False),
        ([], False),
    ],
)
def test_somebody_in_between_is_one_who_attends_near_the_line(others, behind):
    assert fact("addressee.behind_another", people=[{"distance_m": 3.0}, *others]) is behind


@pytest.mark.parametrize(
    ("person", "toward", "at_person"),
    [
        ({"distance_m": 2.0, "left_m": 2.0}, [4.0, 4.0], True),
        ({"distance_m": 2.0, "left_m": -2.0}, [4.0, 4.0], False),
        ({"distance_m": 5.5, "left_m": 5.5}, [4.0, 4.0], False),
        ({"distance_m": 2.0, "left_m": 2.0}, None, False),
    ],
)
def test_a_finger_points_at_who_stands_in_its_line_before_the_place(person, toward, at_person):
    act = {"say": "There.", "gesture": "point", "toward_m": toward, "priority": "reply"}
    assert fact("act.points_at_person", people=[{}, person], act=act) is at_person
    palm = act | {"gesture": "offer_palm"}
    assert fact("act.points_at_person", people=[{}, person], act=palm) is False


@pytest.mark.parametrize(
    ("visitor", "per_s"),
    [
        ({"says": "where is the lift", "voiced_s": 4.0}, 1.0),
        ({"says": "hello there", "voiced_s": 4.0}, None),
        ({"says": "where is the lift", "voiced_s": 0.8}, None),
        ({"says": "where is the lift", "voiced_s": 4.0, "typed": True}, None),
    ],
)
def test_the_pace_of_words_is_known_of_a_few_spoken_ones(visitor, per_s):
    assert fact("visitor.words_per_s", people=[{}], visitor=visitor) == per_s


@pytest.mark.parametrize(
    ("visitor", "count"),
    [
        ({"says": "", "voiced_s": 1.0, "times": 3}, 3.0),
        ({"says": "", "voiced_s": 0.2, "times": 3}, 0.0),
        ({"says": "hello", "times": 3}, 0.0),
        (None, 0.0),
    ],
)
def test_turns_without_words_count_back_from_the_newest(visitor, count):
    assert fact("visitor.unheard_turns", people=[{}], visitor=visitor) == count


def test_a_turn_with_words_ends_the_count_of_those_without():
    scene = Scene.model_validate(
        {"people": [{}], "act": {}, "visitor": {"says": "", "voiced_s": 1.0, "times": 3}}
    )
    situation = scene.situation()
    first, second, third = situation.turns.values()
    heard = replace(second, ended=replace(second.ended, text="hello"))
    turns = {one.id: one for one in (first, heard, third)}
    assert Facts(replace(situation, turns=turns), scene.wish())["visitor.unheard_turns"] == 1.0


@pytest.mark.parametrize(("ago_s", "greeted"), [(5, True), (60, False)])
def test_a_group_was_greeted_for_a_while_only(ago_s, greeted):
    other = {"distance_m": 1.6, "left_m": 0.8, "has": ["greeted"], "has_s": ago_s}
    assert fact("addressee.group_greeted", people=[{}, other]) is greeted


@pytest.mark.parametrize(("left_s_ago", "greeted"), [(1.0, True), (90.0, False)])
def test_who_was_greeted_beside_somebody_counts_when_lost_from_view(left_s_ago, greeted):
    scene = Scene.model_validate({"people": [{}], "act": {"say": "Hello."}})
    situation = scene.situation()
    now, here = situation.now, situation.people[P1].place
    gone = Departure(
        id=PersonId("p2"), place=here, at=now - left_s_ago, marks={Mark.GREETED: now - 5.0}
    )
    beside = replace(situation, departures=(gone,))
    assert Facts(beside, scene.wish())["addressee.group_greeted"] is greeted


def test_nothing_is_known_of_a_visitor_who_has_said_nothing():
    for name in ("visitor.words", "visitor.trust", "visitor.words_per_s", "visitor.since_voice_s"):
        assert fact(name, people=[{}]) is None


def test_nothing_is_known_of_an_addressee_out_of_view():
    asked = [name for name in FACTS if name.startswith("addressee.") and name != "addressee.seen"]
    assert {fact(name, act={"to": 0, "say": "Hello."}) for name in asked} == {None}


def test_a_fact_is_read_once(monkeypatch):
    scene = Scene.model_validate({"people": [{}], "act": {"say": "Hello."}})
    read = []
    monkeypatch.setitem(
        FACTS, "room.people", replace(FACTS["room.people"], read=lambda s, w: read.append(1))
    )
    facts = Facts(scene.situation(), scene.wish())
    assert (facts["room.people"], facts["room.people"]) == (None, None)
    assert read == [1]


def sighting(at, **changes):
    return replace(seen("p1", at), **changes)


def after(*messages: PersonSeen):
    situation = Situation()
    for message in messages:
        situation = update(situation, message)
    return situation.people[P1]


def test_the_height_of_the_eyes_is_taken_at_first_and_then_smoothed():
    assert after(sighting(1.0, face_height_m=1.0)).eyes_m == pytest.approx(1.0)
    jump = after(sighting(1.0, face_height_m=1.0), sighting(1.1, face_height_m=1.7))
    assert 1.0 < jump.eyes_m < 1.2


def test_a_hand_is_up_from_its_first_sighting_until_it_is_seen_down():
    up = [sighting(at, hand_raised=True) for at in (1.0, 2.0)]
    assert after(*up).hand_up_since == 1.0
    assert after(*up, sighting(3.0, hand_raised=None)).hand_up_since == 1.0
    assert after(*up, sighting(3.0, hand_raised=False)).hand_up_since is None


def test_every_fact_is_explained():
    assert all(fact.about.endswith(".") for fact in FACTS.values())
