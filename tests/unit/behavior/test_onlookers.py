"""Who only looks on, walks, comes back or stands in for another: greeted late, or asked again."""

import pytest

from agent.core.messages import ActFinished, ActId, SpeechStarted, TurnEnded, TurnId
from behavior.situation.hearing import speaker_of
from tests.fakes.encounters import Lobby, acts_of


def heard(lobby):
    """What the agent said has been heard to its end."""
    for act in [act for act in acts_of(m for _, m in lobby.sent) if act.clauses]:
        lobby.tell(ActFinished(at=lobby.now, act=act.act, heard="all of it"))


def done(lobby, branch):
    return [act for act in acts_of(m for _, m in lobby.sent) if act.reason.policy == branch]


def greeted_at(lobby, person, until, *, x, speed=0.0, approach=0.0):
    """When the first words to somebody come who goes on being seen like this."""
    at = lobby.now
    while at < until:
        at += 0.1
        lobby.sees(person, at, x=x, speed=speed, approach=approach)
        words = done(lobby, "greeting.words")
        if words:
            return at
    return None


def attends(lobby, person, at, *, x):
    lobby.sees(person, at, x=x)
    lobby.becomes(person, at, "attending", x=x)


def test_who_stands_a_little_off_and_looks_is_greeted_later_than_who_stands_near():
    near, far = Lobby(), Lobby()
    attends(near, "p1", 1.0, x=1.2)
    attends(far, "p1", 1.0, x=2.2)
    assert greeted_at(near, "p1", 6.0, x=1.2) == pytest.approx(1.7, abs=0.15)
    assert greeted_at(far, "p1", 6.0, x=2.2) == pytest.approx(3.6, abs=0.15)


def test_who_still_walks_is_not_greeted_until_they_stand():
    lobby = Lobby()
    attends(lobby, "p1", 1.0, x=1.2)
    assert greeted_at(lobby, "p1", 3.0, x=1.2, speed=0.7, approach=0.6) is None
    assert greeted_at(lobby, "p1", 4.0, x=1.2) is not None


def test_who_comes_to_stand_long_after_the_greeting_is_soon_asked():
    lobby = Lobby()
    attends(lobby, "p1", 1.0, x=1.3)
    greeted_at(lobby, "p1", 4.0, x=1.3)
    heard(lobby)
    lobby.becomes("p1", 4.5, "present", x=2.0)
    at = 15.0
    lobby.sees("p1", at, x=1.3)
    lobby.becomes("p1", at, "attending", x=1.3)
    lobby.until(at + 2.0)
    assert not done(lobby, "waiting.offer")
    lobby.until(at + 4.0)
    assert done(lobby, "waiting.offer")


def test_who_was_greeted_where_they_stand_has_time_to_speak():
    lobby = Lobby()
    attends(lobby, "p1", 1.0, x=1.3)
    greeted_at(lobby, "p1", 4.0, x=1.3)
    heard(lobby)
    lobby.until(12.0)
    assert not done(lobby, "waiting.offer")
    lobby.until(16.0)
    assert done(lobby, "waiting.offer")


def test_a_voice_belongs_to_who_stands_here_not_to_the_partner_who_went():
    lobby = Lobby()
    attends(lobby, "p1", 1.0, x=1.3)
    lobby.tell(SpeechStarted(at=2.0, turn=TurnId(1)))
    lobby.tell(TurnEnded(at=2.5, turn=TurnId(1), revision=0, text="hello"))
    lobby.becomes("p1", 4.0, "passing", x=3.0)
    attends(lobby, "p2", 5.0, x=1.2)
    said = TurnEnded(at=6.0, turn=TurnId(2), revision=0, text="where is the lift")
    assert speaker_of(lobby.situation, said) == "p2"
    lobby.becomes("p1", 6.5, "attending", x=1.4)
    assert speaker_of(lobby.situation, said) == "p1"


def test_who_was_talked_with_and_still_stands_there_is_asked_in_the_end():
    lobby = Lobby()
    attends(lobby, "p1", 1.0, x=1.3)
    lobby.tell(SpeechStarted(at=1.2, turn=TurnId(1)))
    lobby.tell(TurnEnded(at=1.5, turn=TurnId(1), revision=0, text="thanks"))
    lobby.until(2.0)
    heard(lobby)
    lobby.tell(ActFinished(at=2.0, act=ActId(99), heard=""))
    lobby.until(24.0)
    assert not done(lobby, "waiting.offer")
    lobby.until(60.0)
    assert len(done(lobby, "waiting.offer")) == 1
