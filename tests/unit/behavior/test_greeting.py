from datetime import datetime

import pytest
from pydantic import ValidationError

from agent.core.messages import (
    ActRefused,
    ButtonPressed,
    Expression,
    GazeTarget,
    PageChanged,
    PrepareSpeech,
    StreamQuiet,
)
from behavior.policies.greeting import GreetingConfig, Phrase
from tests.fakes.encounters import Lobby, acts_of, kinds


def test_someone_who_approaches_gets_a_look_and_a_nod_and_no_words():
    lobby = Lobby()
    lobby.sees("p1", 0.0, x=3.8, approach=1.0)
    sent = lobby.becomes("p1", 0.2, "approaching", x=3.8)
    (sign,) = lobby.acts("greeting.sign")
    assert sign.clauses == ()
    assert sign.gestures[0].lexeme == "nod"
    assert sign.gaze.target is GazeTarget.PERSON
    assert sign.expression is Expression.FRIENDLY
    lobby.until(20)
    assert lobby.said() == []
    assert [one for one in sent if isinstance(one, PrepareSpeech)]  # the words are made ready


def test_who_comes_from_far_away_gets_no_sign_yet():
    lobby = Lobby()
    lobby.sees("p1", 0.0, x=5.5, approach=1.0)
    lobby.becomes("p1", 0.2, "approaching", x=5.5)
    lobby.until(1.0)
    assert lobby.acts("greeting.sign") == []


@pytest.mark.parametrize("state", ["present", "passing"])
def test_who_neither_comes_nor_attends_gets_nothing(state):
    lobby = Lobby()
    lobby.sees("p1", 0.0)
    lobby.becomes("p1", 0.1, state)
    lobby.until(30)
    assert lobby.acts("greeting.sign") == []
    assert lobby.said() == []


def test_words_come_after_a_moment_of_attention_and_not_before():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.until(10)
    assert [(round(at, 2), branch) for at, branch, _ in lobby.said()] == [(1.6, "greeting.words")]


def test_a_moment_of_attention_is_not_enough():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.becomes("p1", 1.5, "passing")
    lobby.until(30)
    assert lobby.said() == []


def test_attending_and_engaged_count_as_one_attention():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.becomes("p1", 1.4, "engaged")
    lobby.until(10)
    assert round(lobby.said()[0][0], 2) == 1.6


def test_who_attends_from_afar_is_greeted_when_near():
    lobby = Lobby()
    lobby.attends("p1", 1.0, x=3.3)
    lobby.until(4.0)
    assert lobby.said() == []
    lobby.sees("p1", 5.0, x=2.5)
    assert lobby.branches() == ["greeting.words"]


def test_nobody_is_greeted_twice():
    lobby = Lobby(waiting={"enabled": False})
    lobby.attends("p1", 1.0)
    lobby.performs(acts_of(act for _, act in after(lobby, 2.0)), 2.2, 5.0)
    lobby.becomes("p1", 6.0, "present")
    lobby.becomes("p1", 7.0, "attending")
    lobby.until(60)
    assert lobby.branches() == ["greeting.words"]
    assert not [one for _, one in lobby.sent if isinstance(one, ActRefused)]  # nor is it wished


def after(lobby, when):
    known = len(lobby.sent)
    lobby.until(when)
    return lobby.sent[known:]


def test_who_walks_off_unspeaking_after_the_greeting_is_left_in_peace():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.performs(acts_of(act for _, act in after(lobby, 2.0)), 2.2, 5.0)
    lobby.becomes("p1", 6.0, "disengaging")
    lobby.becomes("p1", 8.0, "attending")
    for at in range(9, 100):
        lobby.sees("p1", at)
    assert lobby.branches() == ["greeting.words"]


def test_two_who_stand_together_are_greeted_as_several():
    lobby = Lobby()
    lobby.sees("p1", 0.9, y=0.4)
    lobby.sees("p2", 0.9, y=-0.4)
    lobby.becomes("p2", 1.0, "approaching")
    lobby.becomes("p1", 1.0, "attending")
    lobby.becomes("p2", 1.4, "attending")
    lobby.until(4.0)
    ((_, _, words),) = lobby.said()
    assert "everyone" in words


def test_who_joins_a_greeted_friend_gets_a_nod_and_no_second_greeting():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.performs(acts_of(act for _, act in after(lobby, 2.0)), 2.2, 5.0)
    lobby.attends("p2", 6.0, y=0.8)
    lobby.until(9.0)
    lobby.loses("p1", 9.0)
    lobby.until(14.0)
    assert lobby.branches() == ["greeting.words"]
    assert len(lobby.acts("greeting.sign")) == 2


def test_two_who_stand_apart_are_not_taken_for_one_group():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.attends("p2", 1.0, y=2.4)
    lobby.until(1.7)
    ((_, _, words),) = lobby.said()
    assert "everyone" not in words


@pytest.mark.parametrize(
    ("hour", "word"), [(6, "morning"), (11, "morning"), (12, "afternoon"), (18, "evening")]
)
def test_the_greeting_knows_the_time_of_day(hour, word):
    lobby = Lobby(start=datetime(2026, 3, 2, hour))
    lobby.attends("p1", 1.0)
    lobby.until(2.0)
    assert f"Good {word}" in lobby.said()[0][2]


def test_phrases_take_turns():
    lobby = Lobby()
    for i in range(4):
        start = 1.0 + 500 * i
        lobby.attends(f"p{i}", start)
        sent = acts_of(act for _, act in after(lobby, start + 1))
        lobby.performs(sent, start + 1, start + 4)
        lobby.loses(f"p{i}", start + 9)
    lines = [words.split(" I am")[0] for _, _, words in lobby.said()]
    assert len(lines) == 4
    assert all(one != other for one, other in zip(lines, lines[1:], strict=False))
    assert len(set(lines)) == 3


def test_a_visitor_who_is_speaking_is_not_greeted():
    lobby = Lobby()
    lobby.speaks(0.9)
    lobby.attends("p1", 1.0)
    for i in range(1, 30):
        lobby.speaks_on(1.0 + i * 0.2, i * 0.2)
    assert lobby.said() == []


def test_a_noise_does_not_cost_a_visitor_their_greeting():
    lobby = Lobby()
    lobby.speaks(0.9)
    lobby.attends("p1", 1.0)
    lobby.pauses(1.2)
    lobby.ends(1.2, "", voiced_s=0.2)
    lobby.until(5.0)
    assert lobby.branches() == ["greeting.words"]


@pytest.mark.parametrize(("page", "disclosed"), [(True, False), (False, True)])
def test_the_ai_may_be_disclosed_by_the_page_alone_and_only_where_there_is_one(page, disclosed):
    lobby = Lobby(greeting={"disclose": "without_page"})
    if page:
        lobby.page(0.0)
    lobby.attends("p1", 1.0)
    lobby.until(3.0)
    words = lobby.said()[0][2]
    assert ("I am an AI" in words) == disclosed
    assert words.count("I am an AI") <= 1


def test_it_can_be_switched_off():
    lobby = Lobby(greeting={"enabled": False})
    lobby.attends("p1", 1.0)
    lobby.until(60)
    assert lobby.branches() == []


def test_start_pressed_before_a_camera_is_not_a_reason_to_greet_early():
    lobby = Lobby()
    lobby.tell(PageChanged(at=0.1, connected=True, camera=False, microphone=False))
    lobby.tell(ButtonPressed(at=0.5, button="start"))
    lobby.page(1.5)
    lobby.until(30)
    assert lobby.said() == []


def test_whoever_comes_while_the_microphone_sends_nothing_is_asked_to_type():
    for recovered in (False, True):
        lobby = Lobby()
        lobby.page(0.0)
        lobby.tell(
            StreamQuiet(at=0.5, stream="perception.sound", quiet_s=20.0, recovered=recovered)
        )
        lobby.attends("p1", 1.0)
        lobby.until(10)
        (words,) = [said for _, branch, said in lobby.said() if branch == "greeting.words"]
        assert ("please type to me" in words) is not recovered


def test_the_sign_comes_before_the_words_even_when_someone_appears_right_in_front():
    lobby = Lobby()
    sent = lobby.attends("p1", 1.0, x=1.0)
    assert "act:greeting.sign" in kinds(sent)
    assert "act:greeting.words" not in kinds(sent)


def test_a_configuration_that_leaves_someone_ungreeted_is_refused():
    with pytest.raises(ValidationError, match="none for one person at 0:00"):
        GreetingConfig(phrases=(Phrase(say=("Good morning.",), from_hour=6, until_hour=12),))
