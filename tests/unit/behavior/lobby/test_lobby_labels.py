"""Labels for training: who means to deal with the agent, and what a good receptionist would do."""

from behavior.lobby.drawing import plan_svg
from behavior.lobby.library import open_lobby
from behavior.lobby.truth import Entered, GaveUp, Left, Served, Spoke, Stopped
from tests.unit.behavior.lobby.agents import (
    LIBRARY,
    Agent,
    first,
    lobby_of,
    newest_id,
    stay_until,
)

GREETS = "Hello. How can I help you?"


def test_a_visitor_means_to_deal_with_the_agent_until_served():
    agent = Agent(lobby_of("lost"), greets=GREETS, answer=lambda _: "Down the corridor.")
    served = stay_until(agent, Served)
    agent.run_on(1)
    lobby, me = agent.lobby, served.person
    came = first(lobby, Entered, me).at
    assert not lobby.intends_to_interact(me, came - 1)
    assert lobby.intends_to_interact(me, came + 0.5)
    assert lobby.intends_to_interact(me, served.at - 0.1)
    assert not lobby.intends_to_interact(me, served.at + 0.1)


def test_whoever_wants_two_things_still_means_to_after_the_first():
    change = {"tasks_at_once": {2: 1.0}}
    agent = Agent(lobby_of("asks", change=change), greets=GREETS, answer=_answers_everything)
    served = stay_until(agent, Served)
    assert agent.lobby.intends_to_interact(served.person, served.at + 0.05)
    agent.run_on(40)
    assert not agent.lobby.intends_to_interact(served.person, agent.now)


def _answers_everything(_):
    return "Past the corridor: wifi, the toilet, the car park, coffee; open until 18:00 o'clock."


def test_who_has_given_up_or_gone_no_longer_means_to():
    agent = Agent(lobby_of("asks"))
    gave_up = stay_until(agent, GaveUp)
    agent.run_on(0.2)
    assert agent.lobby.intends_to_interact(gave_up.person, gave_up.at - 1)
    assert not agent.lobby.intends_to_interact(gave_up.person, agent.now)


def test_people_who_pass_stand_about_and_talk_never_mean_to_and_are_never_due():
    lobby = lobby_of("passing", "refuses", "phone", "talking", "cleaning", "staff", per_hour=120)
    at = 0.0
    while at < 900:
        at = max(at + 0.5, lobby.next_event_at())
        lobby.advance(at)
        assert lobby.wants_now() is None
        for one in lobby.view().people:
            assert not lobby.intends_to_interact(one.person, at)


def test_first_a_sign_then_words_then_an_answer_are_due():
    agent = Agent(lobby_of("visit", change={"hesitates": 0.0}))
    due = []
    stay_until(agent, Entered)
    while first(agent.lobby, Stopped) is None:
        agent.run_on(0.1)
        due.append(agent.lobby.wants_now())
    coming = [one for one in due if one is not None]
    assert due[0] is None  # too far off, or not yet seen
    assert coming
    assert {one.how for one in coming} == {"sign"}
    agent.wave(newest_id(agent.lobby, coming[0].person))
    agent.run_on(0.2)
    assert agent.lobby.wants_now() is None  # a sign is enough for now
    agent.run_on(0.6)
    assert agent.lobby.wants_now().how == "words"
    agent.say(GREETS, to=newest_id(agent.lobby, coming[0].person))
    stay_until(agent, Spoke)
    assert agent.lobby.wants_now() is None  # let them speak
    agent.run_on(7)
    waits = agent.lobby.wants_now()
    assert waits is not None
    assert waits.how == "reply"
    assert waits.person == coming[0].person


def test_one_sign_is_enough_on_the_way():
    agent = Agent(lobby_of("visit", change={"hesitates": 0.0}))
    stay_until(agent, Entered)
    while (due := agent.lobby.wants_now()) is None:
        agent.run_on(0.1)
    assert due.how == "sign"
    agent.wave(due.ids[-1])
    while first(agent.lobby, Stopped) is None:
        agent.run_on(0.1)
        assert agent.lobby.wants_now() is None


def test_nothing_is_due_to_whoever_has_left():
    agent = Agent(lobby_of("asks"))
    stay_until(agent, Left, 300)
    assert agent.lobby.wants_now() is None


def test_a_drawing_shows_the_plan_and_where_people_went():
    lobby = open_lobby(plan="clinic", noise="none", seed=1, library=LIBRARY)
    empty = plan_svg(lobby.plan)
    drawn = plan_svg(lobby.plan, {1: [(1.0, 1.0), (2.0, 2.0)]}, {1: "lost & found"})
    assert empty.startswith("<svg ")
    assert empty.count("<line ") == len(lobby.plan.walls)
    assert "polyline" not in empty
    assert drawn.count("<polyline ") == 1
    assert "lost &amp; found" in drawn
