"""Who turns up in the middle of people may have been greeted already, or be new."""

from dataclasses import replace

import pytest

from agent.core.messages import ActRefused, PersonId, Place
from behavior.policies.disclosing import names_itself
from behavior.policies.waiting import WaitingConfig
from behavior.situation.people import Mark
from behavior.situation.same_person import perhaps_met
from behavior.situation.state import Situation
from tests.fakes.encounters import Lobby, after, marked, seen

HERE = Place(x_m=1.2, y_m=0.6)


def crowd(*met, others=3, x=1.8):
    """Some people who stand about `x` metres away; `met` were greeted."""
    people = [seen(f"c{i}", 99.9, x=x, y=-0.6 + 0.6 * i) for i in range(others)]
    situation = replace(after(*people), now=100.0)
    for who in met:
        situation = marked(situation, who, Mark.GREETED)
    return situation


def test_somebody_in_the_middle_of_people_may_be_one_of_them():
    assert (
        perhaps_met(crowd("c0"), HERE, 100.0)
        == "was first seen at 1.3 m, in the middle of 3 others"
    )


@pytest.mark.parametrize(
    "situation",
    [Situation(), crowd(), crowd("c0", others=1), crowd("c0", x=5.0)],
    ids=["an empty room", "nobody of them was met", "one other is no crowd", "they stand far off"],
)
def test_nothing_is_doubted_without_people_around_of_whom_one_was_met(situation):
    assert perhaps_met(situation, HERE, 100.0) == ""


def test_who_is_seen_to_come_from_afar_is_new():
    assert perhaps_met(crowd("c0"), Place(x_m=2.6, y_m=0.0), 100.0) == ""


@pytest.mark.parametrize(("x_m", "doubted"), [(1.8, True), (1.3, True), (0.3, False)])
def test_who_was_lost_a_moment_ago_can_have_walked_so_far(x_m, doubted):
    lost = marked(after(seen("p1", 98.9, x=2.0)), "p1", Mark.GREETED)
    there = Place(x_m=x_m, y_m=0.0)
    assert bool(perhaps_met(lost, there, 100.0)) is doubted


def met_among_people(lobby):
    """One visitor is greeted among two others, and somebody turns up between them."""
    lobby.attends("p1", 1.0, x=1.2)
    for who, y in (("p2", 0.9), ("p3", -0.9)):
        lobby.sees(who, 1.0, x=1.9, y=y)
    lobby.until(1.9)
    (greeting,) = lobby.acts("greeting.words")
    lobby.starts(greeting, 2.0)
    lobby.finishes(greeting, 5.0)
    lobby.becomes("p1", 6.0, "present", x=1.2)
    lobby.attends("p9", 40.0, x=1.3, y=0.5)


def test_who_turns_up_among_people_is_offered_help_without_a_greeting():
    lobby = Lobby()
    met_among_people(lobby)
    lobby.until(50.0)
    (said,) = [one for one in lobby.said() if one[0] >= 40.0]
    assert said[1:] == ("waiting.unsure", "I am the AI receptionist. Can I help you?")
    assert 42.0 <= said[0] <= 43.5
    (act,) = lobby.acts("waiting.unsure")
    assert "in the middle of 3 others: perhaps greeted before, perhaps new" in act.reason.because
    assert lobby.situation.encounter.disclosed
    refused = [one for _, one in lobby.sent if isinstance(one, ActRefused)]
    assert not [one for one in refused if one.reason.policy == "greeting.words"]  # nor wished for


def test_it_is_said_once():
    lobby = Lobby()
    met_among_people(lobby)
    lobby.until(43.5)
    (act,) = lobby.acts("waiting.unsure")
    lobby.starts(act, 43.6)
    lobby.finishes(act, 46.0)
    lobby.until(200.0)
    assert [one for one in lobby.branches() if one != "waiting.queue"] == [
        "greeting.words",
        "waiting.unsure",
    ]


def test_who_is_taken_for_somebody_who_left_is_told_what_is_right_for_a_new_one():
    lobby = Lobby()
    lobby.attends("p1", 1.0, x=1.2)
    lobby.until(1.9)
    (greeting,) = lobby.acts("greeting.words")
    lobby.starts(greeting, 2.0)
    lobby.finishes(greeting, 5.0)
    lobby.loses("p1", 8.0)
    lobby.attends("p2", 60.0, x=1.2)
    lobby.until(70.0)
    assert lobby.situation.people[PersonId("p2")].returned
    assert lobby.said()[-1][1:] == ("waiting.offer", "I am the AI receptionist. Can I help you?")


@pytest.mark.parametrize(
    ("line", "says_so"),
    [
        ("I am the AI receptionist.", True),
        ("This is an A.I. speaking.", True),
        ("Ich bin die KI am Empfang.", True),
        ("Je suis l'IA de l'accueil.", True),
        ("我是前台的人工智能。", True),
        ("I said so again and again.", False),
        ("Kiwis are in the main hall.", False),
        ("Can I help you?", False),
    ],
)
def test_a_line_says_that_an_ai_speaks(line, says_so):
    assert names_itself(line) is says_so


def test_the_houses_own_line_says_it():
    assert all(names_itself(line) for line in WaitingConfig().unsure_offers)
