"""The simulated lobby as a whole: what it tells, and that it tells the same again."""

from agent.core.messages import PersonLost, PersonSeen, TurnEnded
from behavior.lobby.library import open_lobby
from behavior.lobby.truth import Entered, Left, Spoke


def test_the_same_seed_tells_the_same_day():
    one, other = (open_lobby(noise="none", seed=4) for _ in range(2))
    assert one.advance(900) == other.advance(900)
    assert one.truth == other.truth


def test_another_seed_tells_another_day():
    assert open_lobby(noise="none", seed=4).advance(900) != open_lobby(
        noise="none", seed=5
    ).advance(900)


def test_it_makes_no_difference_how_time_is_cut_up():
    whole, cut = (open_lobby(noise="none", seed=4) for _ in range(2))
    pieces, at = [], 0.0
    while at < 600:
        at += 0.37
        pieces += cut.advance(at)
    assert whole.advance(at) == pieces


def test_nothing_happens_before_the_next_event():
    lobby = open_lobby(noise="none", seed=4)
    first = lobby.next_event_at()
    assert lobby.advance(first - 0.05) == []
    assert lobby.truth == []
    lobby.advance(first + 0.05)
    assert isinstance(lobby.truth[0], Entered)


def test_people_come_are_seen_speak_and_go():
    lobby = open_lobby(noise="none", seed=4)
    messages = lobby.advance(1800)
    kinds = {type(one) for one in messages}
    assert {PersonSeen, PersonLost, TurnEnded} <= kinds
    assert {Entered, Left, Spoke} <= {type(one) for one in lobby.truth}
