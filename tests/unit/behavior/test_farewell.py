from dataclasses import replace

import pytest

from agent.core.messages import HostNotified, PersonId
from behavior.situation.people import Mark
from tests.fakes.encounters import Lobby, marked, seen


def talked(**more):
    """A visitor has asked and was answered; nothing is being said at 14 s."""
    lobby = Lobby(greeting={"enabled": False}, waiting={"enabled": False}, **more)
    lobby.page(0.0)
    lobby.attends("p1", 1.0)
    lobby.ends(10.0, "where is the lift", voiced_s=1.0)
    lobby.performs(lobby.replies(10.0, "On your left."), 10.5, 12.0)
    return lobby


def walks_off(lobby, at=14.0, *, speed=1.0, x=1.5):
    lobby.becomes("p1", at, "disengaging", x=x)
    for i in range(30):
        t = at + i / 10
        lobby.sees("p1", t, x=x + speed * i / 10, approach=-speed)


def test_a_served_visitor_who_walks_off_hears_goodbye_once_while_still_near():
    lobby = talked()
    walks_off(lobby)
    assert lobby.branches() == ["reply.answer", "farewell.words"]
    at = lobby.said()[-1][0]
    assert 14.8 <= at <= 15.5


def test_who_only_turns_the_head_is_not_said_goodbye_to():
    lobby = talked()
    walks_off(lobby, speed=0.0)
    assert lobby.branches() == ["reply.answer"]


def test_who_stands_and_only_seems_to_sway_for_a_picture_is_not_said_goodbye_to():
    lobby = talked()
    lobby.becomes("p1", 14.0, "disengaging")
    for i in range(30):
        lobby.sees("p1", 14.0 + i / 10, approach=-0.45 if i % 5 == 0 else 0.1)
    assert lobby.branches() == ["reply.answer"]


def test_who_is_already_far_gets_a_wave():
    lobby = talked()
    walks_off(lobby, x=3.1)
    assert lobby.branches() == ["reply.answer"]
    (wave,) = lobby.acts("farewell.wave")
    assert wave.gestures[0].lexeme == "wave"


def test_who_was_only_greeted_is_let_go_in_silence():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.until(2.0)
    walks_off(lobby, 20.0)
    assert lobby.branches() == ["greeting.words"]


def test_who_goes_to_a_seat_to_wait_is_not_said_goodbye_to():
    lobby = talked()
    lobby.tell(HostNotified(at=12.5, host="A Host", channel="log", delivered=True))
    walks_off(lobby)
    assert lobby.branches() == ["reply.answer"]


def test_who_comes_back_and_asks_again_is_said_goodbye_to_again():
    lobby = talked()
    walks_off(lobby)
    lobby.finishes(lobby.acts("farewell.words")[0], 17.5)
    lobby.sees("p1", 18.0)
    lobby.becomes("p1", 18.0, "attending")
    lobby.ends(20.0, "and the stairs", turn=2, voiced_s=1.0)
    lobby.performs(lobby.replies(20.0, "Next to it.", turn=2), 20.5, 22.0)
    walks_off(lobby, 24.0)
    assert lobby.branches().count("farewell.words") == 2


def leaves_during_speech(lobby):
    lobby.attends("p1", 9.0)
    lobby.ends(10.0, "where is the lift", voiced_s=1.0)
    (act,) = [a for a in lobby.replies(10.0, "A very long way.") if getattr(a, "clauses", ())]
    lobby.starts(act, 10.5)
    for at in range(11, 16):
        for person in lobby.situation.people:
            lobby.sees(person, at, y=0.0 if person == "p1" else 1.0)
    lobby.loses("p1", 16.0)
    for at in range(16, 20):
        for person in lobby.situation.people:
            lobby.sees(person, at, y=1.0)
    return [policy for policy in (getattr(one, "reason", None) for _, one in lobby.sent) if policy]


@pytest.mark.parametrize(
    ("camera", "company", "stops"),
    [(True, False, True), (False, False, False), (True, True, False)],
)
def test_it_stops_talking_to_one_who_has_gone_if_it_can_tell(camera, company, stops):
    lobby = Lobby(greeting={"enabled": False}, waiting={"enabled": False})
    lobby.page(0.0, camera=camera)
    if company:
        lobby.attends("p2", 8.5, y=1.0)
    reasons = [reason.policy for reason in leaves_during_speech(lobby)]
    assert ("farewell.gone" in reasons) == stops


def two_leave(*, together=False, greeted=True, stays=False):
    """p1 was answered; p2 stood by. Both walk off, or p1 alone."""
    lobby = talked()
    for k in range(35):
        for who, x, y in (("p1", 1.5, 0.0), ("p2", 1.6, 1.0)):
            walks = 1.0 if together else 0.0
            lobby.tell(seen(who, 12.1 + k / 10, x=x, y=y, speed=walks))
    if greeted:
        lobby.planner._situation = marked(lobby.situation, "p2", Mark.GREETED)
    lobby.becomes("p2", 16.0, "attending" if stays else "disengaging", x=1.6)
    lobby.becomes("p1", 16.0, "disengaging")
    for i in range(30):
        t = 16.0 + i / 10
        lobby.sees("p1", t, x=1.5 + i / 10, approach=-1.0)
        away = 0.0 if stays else 1.0
        lobby.sees("p2", t, x=1.6 + away * i / 10, y=1.0, approach=-away)
    return lobby.branches()[1:], len(lobby.acts("farewell.wave"))


def test_where_two_strangers_leave_at_once_nobody_is_taken_for_the_other():
    assert two_leave() == ([], 1)


def test_who_came_along_or_stays_or_was_never_greeted_makes_no_difference():
    assert two_leave(stays=True) == (["farewell.words"], 0)
    assert two_leave(together=True) == (["farewell.words"], 0)
    assert two_leave(greeted=False) == (["farewell.words"], 0)


def test_who_walks_on_out_of_sight_is_not_called_after():
    lobby = talked()
    lobby.becomes("p1", 14.0, "disengaging")
    for i in range(2):
        lobby.sees("p1", 14.0 + i / 10, x=1.5 + i / 10, approach=-1.0)
    lobby.until(15.05)
    assert lobby.branches() == ["reply.answer"]


def asks_among_two(*, lips=None, named=None, x2=1.6):
    """Somebody asks while p1 and p2 stand there; p1 is taken for the one, and walks off."""
    lobby = Lobby(greeting={"enabled": False}, waiting={"enabled": False})
    lobby.page(0.0)
    lobby.attends("p1", 1.0)
    lobby.attends("p2", 1.5, x=x2, y=1.0)
    lobby.speaks(9.0)
    for k in range(10):
        at = 9.0 + k / 10
        lobby.speaks_on(at, k / 10)
        for who, y in (("p1", 0.0), ("p2", 1.0)):
            x = 1.5 if who == "p1" else x2
            opened = 0.4 if who == lips and k % 2 else 0.05
            lobby.tell(replace(seen(who, at, x=x, y=y, speed=0.0), mouth_open=opened))
    who = None if named is None else PersonId(named)
    lobby.ends(10.0, "where is the lift", voiced_s=1.0, person=who)
    lobby.performs(lobby.replies(10.0, "On your left."), 10.5, 12.0)
    walks_off(lobby)
    return lobby.branches()[1:], len(lobby.acts("farewell.wave"))


def test_words_of_goodbye_are_for_whoever_was_surely_talked_with():
    assert asks_among_two() == ([], 1)
    assert asks_among_two(lips="p1") == (["farewell.words"], 0)
    assert asks_among_two(named="p1") == (["farewell.words"], 0)
    assert asks_among_two(x2=5.0) == (["farewell.words"], 0)
