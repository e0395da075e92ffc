"""The policy: suggestions become wishes under the house's norms, and greeting steps aside."""

import pytest

from agent.core.messages import (
    Act,
    ActRefused,
    ActSuggested,
    ComponentHealth,
    GazeTarget,
    Health,
    PersonId,
    Place,
    TurnEnded,
    TurnId,
)
from behavior.policies.proactive import COMPONENT, ProactiveConfig, ProactivePolicy
from behavior.proactive.acts import Purpose
from behavior.situation.people import Mark, Person
from behavior.situation.state import Situation
from tests.fakes.encounters import Lobby

SIGN = "sign/1/nod/friendly/person/attentive"
GREET = "greet/1/wave/friendly/person/attentive"
OTHER = "greet/4/wave/friendly/person/attentive"
OFFER = "offer_help/1/offer_palm/friendly/person/attentive"
WHY = "has come 2.1 m nearer and looks here"


def suggest(at, *acts, person="p1", sure=0.9):
    return ActSuggested(
        at=at, person=PersonId(person), act_now=sure, whom=0.9, acts=acts, because=WHY
    )


def room(*, at_work=Health.RUNNING, **settings):
    lobby = Lobby(proactive={"enabled": True, **settings})
    lobby.page(0.0)
    if at_work is not None:
        lobby.tell(ComponentHealth(at=0.0, component=COMPONENT, health=at_work))
    return lobby


def proactive(lobby):
    return [
        act
        for _, act in lobby.sent
        if isinstance(act, Act) and act.reason.policy.startswith("proactive.")
    ]


def coming(lobby, at=1.0, x=3.0):
    lobby.sees("p1", at, x=x, approach=1.0)
    lobby.becomes("p1", at + 0.1, "approaching", x=x)


def test_a_suggested_sign_is_given_with_the_reason_that_drove_it():
    lobby = room()
    coming(lobby)
    lobby.tell(suggest(1.5, SIGN))
    (act,) = proactive(lobby)
    assert act.gestures[0].lexeme == "nod"
    assert act.clauses == ()
    assert act.gaze.target is GazeTarget.PERSON
    assert act.reason.because == f"p1 {WHY} (sure to 90 %)"


def test_suggested_words_are_said_by_the_hour_and_say_that_this_is_an_ai():
    lobby = room()
    lobby.attends("p1", 1.0)
    lobby.tell(suggest(1.5, GREET))
    (act,) = proactive(lobby)
    said = [clause.text for clause in act.clauses]
    assert said == [
        "Good morning, and welcome.",
        "I am an AI receptionist.",
        "How can I help you?",
    ]
    assert act.reason.policy == "proactive.greet"


def test_where_the_page_says_that_this_is_an_ai_the_voice_need_not():
    lobby = room(disclose="without_page")
    lobby.attends("p1", 1.0)
    lobby.tell(suggest(1.5, GREET))
    assert not any("AI" in clause.text for clause in proactive(lobby)[0].clauses)


def test_a_suggestion_that_stays_is_followed_once():
    lobby = room()
    lobby.attends("p1", 1.0)
    for i in range(30):
        lobby.tell(suggest(1.5 + i / 10, GREET))
    assert len(proactive(lobby)) == 1


def test_a_norm_vetoes_a_suggestion_as_it_would_any_wish():
    lobby = room()
    lobby.sees("p1", 1.0, x=2.0)
    lobby.becomes("p1", 1.1, "passing", x=2.0)
    sent = lobby.tell(suggest(1.5, GREET))
    assert proactive(lobby) == []
    (refused,) = [one for one in sent if isinstance(one, ActRefused)]
    assert refused.by == "norm:leave_passers_by_alone"


def test_after_a_refusal_nothing_is_suggested_into_being():
    lobby = room()
    lobby.attends("p1", 1.0)
    lobby.tell(TurnEnded(at=2.0, turn=TurnId(1), revision=0, text="No thanks.", person="p1"))
    lobby.until(20.0)
    lobby.tell(suggest(20.0, OFFER))
    assert proactive(lobby) == []


def test_help_is_offered_to_someone_greeted_only_after_a_while():
    lobby = room(offer_after_s=8.0)
    lobby.attends("p1", 1.0)
    lobby.performs(lobby.tell(suggest(1.5, GREET)), 1.6, 4.0)
    lobby.tell(suggest(6.0, OFFER))
    assert [one.reason.policy for one in proactive(lobby)] == ["proactive.greet"]
    lobby.performs(lobby.tell(suggest(11.0, OFFER)), 11.2, 13.0)
    lobby.tell(suggest(30.0, OFFER))
    policies = [one.reason.policy for one in proactive(lobby)]
    assert policies == ["proactive.greet", "proactive.offer_help"]


def test_a_sign_that_was_given_is_not_given_again():
    lobby = room()
    coming(lobby)
    lobby.tell(suggest(1.5, SIGN))
    lobby.tell(suggest(2.5, SIGN))
    assert len(proactive(lobby)) == 1


@pytest.mark.parametrize(("marks", "acts"), [({}, 1), ({Mark.REFUSED: 5.0}, 0)])
def test_who_declined_without_a_word_gets_not_even_a_sign(marks, acts):
    policy = ProactivePolicy(ProactiveConfig(enabled=True))
    person = Person(
        id=PersonId("p1"), place=Place(x_m=2.0, y_m=0), first_seen_at=0, seen_at=9, marks=marks
    )
    situation = Situation(now=10.0, people={person.id: person})
    assert len(policy.decide(situation, suggest(10.0, SIGN)).acts) == acts


def test_purposes_that_others_look_after_are_left_to_them():
    lobby = room()
    lobby.attends("p1", 1.0)
    lobby.tell(suggest(1.5, "farewell/1/wave/friendly/person/attentive"))
    assert proactive(lobby) == []


def test_an_act_that_nobody_knows_is_not_done():
    lobby = room()
    lobby.attends("p1", 1.0)
    lobby.tell(suggest(1.5, "greet/99/none/friendly/person/attentive"))
    assert proactive(lobby) == []


def test_a_sites_own_act_is_done_like_any_other():
    own = Purpose(about="welcoming guests of the open day", say=("Welcome to our open day.",))
    lobby = room(more={"open_day": own})
    lobby.attends("p1", 1.0)
    lobby.tell(suggest(1.5, "open_day/1/none/friendly/person/attentive"))
    assert "Welcome to our open day." in [c.text for c in proactive(lobby)[0].clauses]


def test_of_acts_of_one_purpose_the_words_said_longest_ago_are_taken():
    lobby = room()
    said = []
    for i, who in enumerate(("p1", "p2")):
        at = 1.0 + 900 * i  # nobody takes the second for the first
        lobby.attends(who, at)
        sent = lobby.tell(suggest(at + 0.5, GREET, OTHER, person=who))
        lobby.performs(sent, at + 0.6, at + 4.0)
        lobby.loses(who, at + 20)
        said.append(proactive(lobby)[-1].clauses[0].text)
    assert len(set(said)) == 2


# Greeting steps aside


def greets_by_rule(lobby, until=3.2):
    lobby.attends("p1", 1.0)
    lobby.until(until)
    return [branch for _, branch, _ in lobby.said()]


def test_while_the_model_is_at_work_greeting_waits_for_it():
    lobby = room()
    assert greets_by_rule(lobby) == []
    assert lobby.acts("greeting.sign") == []


def test_who_is_left_standing_is_greeted_by_the_rules_after_all():
    lobby = room(rules_after_s=2.5)
    greets_by_rule(lobby, until=6.0)
    ((at, branch, _),) = lobby.said()
    assert branch == "greeting.words"
    assert 3.5 <= at < 5.0


def test_whom_the_model_has_met_the_rules_do_not_greet_again():
    lobby = room()
    lobby.attends("p1", 1.0)
    lobby.performs(lobby.tell(suggest(1.5, GREET)), 1.6, 4.0)
    lobby.until(10.0)
    assert "greeting.words" not in lobby.branches()


@pytest.mark.parametrize("health", [None, Health.DEGRADED, Health.RESTARTING, Health.FAILED])
def test_where_the_model_is_not_at_work_the_rules_greet(health):
    assert greets_by_rule(room(at_work=health)) == ["greeting.words"]


def test_off_by_default_and_then_suggestions_are_nothing():
    assert not ProactiveConfig().enabled
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.tell(suggest(1.2, GREET))
    assert proactive(lobby) == []
