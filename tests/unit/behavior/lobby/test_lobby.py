"""The simulated lobby as a whole: what it tells, that it tells the same again, and how fast."""

import math
import time

import pytest

from agent.core.messages import PersonLost, PersonSeen, TurnEnded
from behavior.lobby.library import open_lobby
from behavior.lobby.room import room_of
from behavior.lobby.truth import Entered, Left, Spoke
from tests.unit.behavior.lobby.agents import LIBRARY, Agent, lobby_of


def made(**more):
    return open_lobby(**{"noise": "measured", "seed": 4, "library": LIBRARY} | more)


def answer(text):
    return "Could you say that again, please?" if len(text) % 2 else "I am telling them now."


def test_the_same_seed_tells_the_same_day():
    one, other = made(), made()
    assert one.advance(1200) == other.advance(1200)
    assert one.truth == other.truth


def test_a_day_does_not_depend_on_the_days_before_it():
    def day(seed):
        return made(plan="library", day="rush", seed=seed).advance(900)

    room_of.cache_clear()
    fresh = day(4)
    room_of.cache_clear()
    day(5)
    assert day(4) == fresh


def test_another_seed_tells_another_day():
    assert made().advance(900) != made(seed=5).advance(900)


def test_the_same_agent_meets_the_same_people_with_the_same_words():
    days = []
    for _ in range(2):
        agent = Agent(made(), answer=answer, greets="Hello. How can I help you?").run(1500)
        days.append((agent.messages, agent.lobby.truth))
    assert days[0] == days[1]


def test_another_agent_meets_the_same_people_at_the_doors():
    silent, rude = made(), made()
    Agent(silent).run(1500)
    Agent(rude, greets="What do you want?", answer=answer).run(1500)
    came = [
        [(o.at, o.intention) for o in day.truth if isinstance(o, Entered) and o.intention != "host"]
        for day in (silent, rude)
    ]
    assert len(came[0]) > 15
    kept = sum(a[1] == b[1] and abs(a[0] - b[0]) < 3 for a, b in zip(*came, strict=False))
    assert kept > 0.9 * len(came[0])


@pytest.mark.parametrize("step_s", [0.03, 0.37, 5.0])
def test_it_makes_no_difference_how_time_is_cut_up(step_s):
    whole, cut = made(), made()
    pieces, at = [], 0.0
    while at < 700:
        at += step_s
        pieces += cut.advance(at)
    assert whole.advance(at) == pieces


def test_messages_come_in_the_order_in_which_they_are_published():
    deliveries = made(noise="harsh").deliveries(2400)
    moments = [one.at for one in deliveries]
    assert moments == sorted(moments)
    for one in deliveries:
        late = 2.0 if isinstance(one.message, PersonLost) else 1.5
        assert one.at - late <= one.message.at <= one.at + 1e-9


def test_nothing_happens_before_the_next_event():
    lobby = made(noise="none")
    soon = lobby.next_event_at()
    assert lobby.advance(soon - 0.05) == []
    assert lobby.truth == []
    lobby.advance(soon + 0.05)
    assert isinstance(lobby.truth[0], Entered)


def test_when_the_day_is_over_everybody_has_left_and_nothing_more_comes():
    lobby = made(day="quiet")
    lobby.advance(lobby.ends_at + 3600)
    assert math.isinf(lobby.next_event_at())
    assert lobby.view().people == ()
    assert sum(isinstance(o, Entered) for o in lobby.truth) == sum(
        isinstance(o, Left) for o in lobby.truth
    )


def test_people_come_are_seen_speak_and_go():
    lobby = made()
    messages = lobby.advance(1800)
    assert {PersonSeen, PersonLost, TurnEnded} <= {type(one) for one in messages}
    assert {Entered, Left, Spoke} <= {type(one) for one in lobby.truth}


def test_time_may_begin_anywhere():
    early, late = made(), made(start_s=5000.0)
    here, there = early.advance(900), late.advance(5900)
    assert [type(one) for one in here] == [type(one) for one in there]
    assert there[0].at == pytest.approx(here[0].at + 5000)
    assert late.hour == pytest.approx(early.hour)


def test_truth_names_people_by_the_ids_that_perception_gives_them():
    lobby = made(noise="measured")
    told = {one.person for one in lobby.advance(1200) if isinstance(one, PersonSeen)}
    known = {name for one in lobby.truth for name in one.ids}
    assert known <= told
    assert len(known) > 10


def test_an_id_leads_to_its_person_while_they_are_in_the_room():
    lobby = lobby_of("visit")
    agent = Agent(lobby)
    agent.run(lobby.next_event_at() + 8)
    (person,) = lobby.view().people
    assert lobby.number_of(person.ids[-1]) == person.person
    assert lobby.number_of("nobody") is None


@pytest.mark.parametrize("plan", ["entrance_hall", "office_lobby"])
def test_a_busy_hour_is_simulated_five_hundred_times_faster_than_it_lasts(plan):
    lobby = made(plan=plan, day="rush", noise="measured")
    lobby.advance(1800)
    began = time.process_time()
    lobby.advance(3600)
    assert 1800 / (time.process_time() - began) > 500
