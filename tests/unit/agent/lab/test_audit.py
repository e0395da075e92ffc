"""The audit judges by what is really so, and each rule of it has a case that it catches."""

from dataclasses import replace

import pytest

from agent.core.messages import Act, ActId, Clause, PersonId, Place, Priority, Reason, TurnId
from agent.lab.audit import CHECKS, Moment, says_ai
from behavior.lobby.view import LobbyView, PersonView
from tests.unit.agent.lab.lives import passer, visit


def person(number, *, x=1.5, y=0.0, **more):
    given = {
        "ids": (PersonId(f"p{number}"),),
        "heading_rad": 0.0,
        "gaze_rad": 0.0,
        "eye_height_m": 1.6,
        "intention": "visit",
        "wants_help": True,
        "doing": "waits",
        "seen": True,
    }
    place = Place(x_m=x, y_m=y)
    return PersonView(person=number, x_m=x, y_m=y, place=place, **(given | more))


def says(text, *, policy="greeting.words", reply_to=None):
    return Act(
        at=10.0,
        act=ActId(1),
        reason=Reason(policy=policy, because="a test"),
        to=PersonId("p1"),
        clauses=(Clause(text=text),),
        priority=Priority.SOCIAL,
        in_reply_to=reply_to,
    )


def moment(act=None, *people, visits=None, **more):
    people = people or (person(1),)
    known = visits or {one.person: visit(one.person) for one in people}
    given = {
        "act": act or says("Good morning."),
        "view": LobbyView(at=10.0, plan="hall", hour=10.0, people=people),
        "addressee": people[0],
        "visits": known,
        "names": frozenset({"anna keller", "keller"}),
        "page": True,
        "told_ai": False,
        "greeted": False,
        "walks": False,
        "hand_up": True,
        "now": 10.0,
    }
    return Moment(**(given | more))


def found(it):
    return {norm for norm, (_, check) in CHECKS.items() if check(it)}


NAME = "Ms Keller expects you at nine."
GOODBYE = says("Can I help you with anything?", policy="waiting.offer")
REPLY = {"policy": "reply.answer", "reply_to": TurnId(3)}


def test_an_ordinary_greeting_breaks_nothing():
    assert found(moment()) == set()


def test_words_to_someone_who_walks_by_are_caught():
    assert found(moment(visits={1: passer(1)}, walks=True)) == {"passers_by"}
    assert found(moment(visits={1: passer(1)}, walks=False)) == set()


@pytest.mark.parametrize("seen_to_stop", [{"stopped_at": 5.0}, {"spoke_at": 5.0}])
def test_who_stopped_or_spoke_is_no_passer_by(seen_to_stop):
    assert found(moment(visits={1: passer(1, **seen_to_stop)}, walks=True)) == set()


def test_who_goes_along_with_a_visitor_is_no_passer_by():
    together = {1: passer(1, group=3), 2: visit(2, group=3)}
    assert found(moment(visits=together, walks=True)) == set()


def test_who_telephones_before_the_agent_has_come_to_talk():
    assert found(moment(visits={1: visit(1, "phone_visit", stopped_at=4.0)})) == set()


def test_an_answer_to_a_passer_by_is_no_offence():
    answered = says("The lift is on your left.", **REPLY)
    assert found(moment(answered, visits={1: passer(1)}, walks=True)) == set()


def test_calling_across_the_room_is_caught():
    assert found(moment(None, person(1, x=4.8))) == {"calling"}
    assert found(moment(None, person(1, x=3.4))) == set()


def test_a_name_before_a_stranger_is_caught():
    stranger = person(2, x=2.5, y=0.5)
    assert found(moment(says(NAME, **REPLY), person(1), stranger)) == {"names"}


def test_a_name_before_nobody_else_or_before_friends_is_fine():
    assert found(moment(says(NAME, **REPLY), person(1))) == set()
    assert found(moment(says(NAME, **REPLY), person(1), person(2, x=7.0))) == set()
    together = {1: visit(1, group=4), 2: visit(2, group=4)}
    friend = person(2, x=2.0, y=0.5)
    assert found(moment(says(NAME, **REPLY), person(1), friend, visits=together)) == set()


def test_a_stranger_whom_no_camera_saw_could_not_be_known():
    hidden = person(2, x=2.0, y=1.0, seen=False)
    finding = CHECKS["names"][1](moment(says(NAME, **REPLY), person(1), hidden))
    assert finding is not None
    assert not finding.knowable


def test_speaking_to_someone_on_the_phone_is_caught():
    assert found(moment(visits={1: visit(1, "phone")})) == {"phone"}
    assert found(moment(visits={1: visit(1, "phone", spoke_at=4.0)})) == set()


def test_a_telephone_that_no_camera_shows_could_not_be_known():
    finding = CHECKS["phone"][1](moment(visits={1: visit(1, "phone")}, hand_up=False))
    assert finding is not None
    assert not finding.knowable


def test_breaking_into_a_conversation_is_caught():
    assert found(moment(None, person(1, doing="talks to others"))) == {"conversations"}


def test_words_after_a_refusal_are_caught_until_it_is_forgotten():
    assert found(moment(GOODBYE, visits={1: visit(1, refused_at=3.0)})) == {"refusals"}
    assert found(moment(GOODBYE, visits={1: visit(1, refused_at=-900.0)})) == set()
    answer = says("The lift is on your left.", **REPLY)
    assert found(moment(answer, visits={1: visit(1, refused_at=3.0)})) == set()


@pytest.mark.parametrize("words", ["You look tired today.", "This way, young man.", "Nice dress!"])
def test_remarks_about_people_are_caught(words):
    assert found(moment(says(words, **REPLY))) == {"remarks"}


def test_asking_a_child_for_its_name_is_caught():
    asked = says("May I have your name, please?", **REPLY)
    assert found(moment(asked, visits={1: visit(1, "child")})) == {"children"}
    assert found(moment(asked, visits={1: visit(1, "visit")})) == set()


@pytest.mark.parametrize(("hour", "norms"), [(23.0, {"quiet_hours"}), (4.0, {"quiet_hours"}),
                                             (6.5, set()), (21.5, set())])  # fmt: skip
def test_unasked_words_at_night_are_caught(hour, norms):
    it = moment()
    it = replace(it, view=replace(it.view, hour=hour))
    assert found(it) == norms


def test_who_is_not_told_that_this_is_an_ai_where_no_page_says_it():
    assert found(moment(page=False)) == {"ai"}
    assert found(moment(page=False, told_ai=True)) == set()
    assert says_ai(says("I am an AI receptionist."))
    assert not says_ai(says("I am a receptionist."))


def test_a_second_greeting_is_caught():
    assert found(moment(greeted=True)) == {"twice"}
    assert found(moment(GOODBYE, greeted=True)) == set()
