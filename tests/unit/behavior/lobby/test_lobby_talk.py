"""People in the lobby talk with the agent: they open, answer, repeat, are served or give up."""

import pytest

from agent.core.messages import HelpCalled, HostNotified, LineTyped, TurnEnded
from behavior.lobby.intentions import Patience, Speech
from behavior.lobby.library import intentions
from behavior.lobby.truth import (
    CameBack,
    Disturbed,
    Entered,
    FirstSign,
    FirstWord,
    GaveUp,
    Interrupted,
    Left,
    NoticedAgent,
    Refused,
    Served,
    Spoke,
    Stopped,
)
from tests.unit.behavior.lobby.agents import (
    LIBRARY,
    Agent,
    all_of,
    first,
    lobby_of,
    newest_id,
    see_first,
    stay_until,
)

GREETS = "Hello. How can I help you?"
HOSTS = intentions(LIBRARY).house.hosts
READY = {"hesitates": 0.0, "patience": Patience(begins=1.0)}
SHY = {"patience": Patience(begins=0.0, gives_up_s=(10.0, 12.0))}


def told(lobby, at):
    return HostNotified(at=at, host="Priya Nair", channel="log", delivered=True)


def test_a_visitor_comes_stands_and_speaks_first_when_nobody_says_a_word():
    agent = Agent(lobby_of("visit", change=READY))
    spoke = stay_until(agent, Spoke)
    kinds = [type(one) for one in agent.lobby.truth if one.person == spoke.person]
    assert kinds.index(Entered) < kinds.index(Stopped) < kinds.index(Spoke)
    assert spoke.unasked
    assert 1.5 < spoke.at - first(agent.lobby, Stopped).at < 12


def test_a_visitor_who_is_greeted_answers_the_greeting():
    agent = Agent(lobby_of("visit"), greets=GREETS)
    spoke = stay_until(agent, Spoke)
    word = first(agent.lobby, FirstWord)
    assert not spoke.unasked
    end = word.at + len(GREETS) / 15
    assert 0.2 < spoke.at - end < 2.0


def test_a_sign_makes_a_visitor_wait_longer_for_words():
    def spoke_at(signs):
        agent = Agent(lobby_of("visit", change=READY))
        stopped = stay_until(agent, Stopped)
        if signs:
            agent.wave(newest_id(agent.lobby, stopped.person))
        return stay_until(agent, Spoke).at

    assert spoke_at(True) > spoke_at(False) + 0.4


def test_a_visitor_says_name_and_host_when_asked_and_is_served_when_the_host_is_told():
    asked = ["Who are you here to see?", "And what is your name, please?"]

    def answer(text):
        return asked.pop(0) if asked else None

    agent = Agent(lobby_of("visit"), greets=GREETS, answer=answer)
    stay_until(agent, Served, 60)
    served = first(agent.lobby, Served)
    assert served is None
    me = first(agent.lobby, Entered).person
    lines = [one.text for one in all_of(agent.lobby, Spoke, me)]
    assert any(name in lines[1] for name in HOSTS) or "know" in lines[1] or "sure" in lines[1]
    agent.tell(told(agent.lobby, agent.now))
    agent.run_on(15)
    assert first(agent.lobby, Served, me).task.startswith("meet_host")


def test_a_served_visitor_sits_down_until_the_host_comes_and_both_go():
    agent = Agent(lobby_of("visit"), greets=GREETS)
    stay_until(agent, Spoke)
    agent.run_on(4)
    agent.tell(told(agent.lobby, agent.now))
    agent.say("Thank you. I am letting your host know that you are here. Please take a seat.")
    agent.run_on(40)
    me = first(agent.lobby, Entered).person
    (view,) = [one for one in agent.lobby.view().people if one.person == me]
    assert view.doing in ("sits", "goes to a seat")
    agent.run_on(500)
    host = next(o for o in all_of(agent.lobby, Entered) if o.intention == "host")
    left, fetched = first(agent.lobby, Left, me), first(agent.lobby, Left, host.person)
    assert left.served
    assert abs(left.at - fetched.at) < 15


def test_some_come_back_to_ask_where_the_host_is():
    change = {"impatient_after_s": (10.0, 20.0)}
    agent = Agent(lobby_of("visit", change=change, seed=5), greets=GREETS)
    stay_until(agent, Spoke)
    agent.run_on(4)
    agent.tell(told(agent.lobby, agent.now))
    agent.say("I am telling your host now. Please take a seat.")
    back = stay_until(agent, CameBack)
    assert back.task == "host_status"
    assert agent.lobby.intends_to_interact(back.person, agent.now)


def test_whoever_is_not_understood_says_it_again_and_gives_up_in_the_end():
    agent = Agent(
        lobby_of("lost"), greets=GREETS, answer=lambda _: "Sorry, I did not understand that."
    )
    gave_up = stay_until(agent, GaveUp, 180)
    assert gave_up.why == "not understood"
    assert 2 <= len(all_of(agent.lobby, Spoke, gave_up.person)) <= 5
    agent.run_on(60)
    assert not first(agent.lobby, Left, gave_up.person).served


def test_whoever_gets_no_answer_asks_again_and_gives_up():
    agent = Agent(lobby_of("asks"))
    gave_up = stay_until(agent, GaveUp, 120)
    assert gave_up.why == "no answer"
    assert len(all_of(agent.lobby, Spoke, gave_up.person)) >= 3


def test_some_never_speak_first_and_go_without_a_word():
    agent = Agent(lobby_of("child_alone", change=SHY))
    gave_up = stay_until(agent, GaveUp)
    assert gave_up.why == "nobody reacted"
    assert all_of(agent.lobby, Spoke) == []


@pytest.mark.parametrize(
    ("kind", "answer", "task"),
    [
        ("delivery", "Please leave it on the parcel shelf.", "delivery"),
        ("lost", "Go down the corridor on my left.", "directions"),
        ("taxi", "I am calling a colleague now.", "question_taxi"),
        ("lost_property", "A colleague is coming to help.", "lost_property"),
    ],
)
def test_the_right_answer_serves_and_they_go(kind, answer, task):
    agent = Agent(lobby_of(kind), greets=GREETS, answer=lambda _: answer)
    served = stay_until(agent, Served, 60)
    assert served.task == task


def test_an_answer_to_something_else_does_not_serve():
    agent = Agent(lobby_of("delivery"), greets=GREETS, answer=lambda _: "The wifi is free.")
    assert stay_until(agent, Served, 60) is None


def test_a_colleague_who_is_called_comes_and_takes_the_visitor_along():
    agent = Agent(lobby_of("lost_property"), greets=GREETS)
    stay_until(agent, Spoke)
    agent.run_on(5)
    agent.tell(HelpCalled(at=agent.now, urgent=False, because="lost property"))
    agent.say("I am calling a colleague.")
    agent.run_on(150)
    assert first(agent.lobby, Served) is not None
    assert any(one.intention == "colleague" for one in all_of(agent.lobby, Entered))


def test_the_same_name_is_confirmed_and_another_is_corrected():
    def second_line(question):
        asked = [question]
        agent = Agent(
            lobby_of("visit", change={"greets": 0.0}, seed=3),
            greets=GREETS,
            answer=lambda _: asked.pop() if asked else None,
        )
        stay_until(agent, Spoke)
        agent.run_on(12)
        lines = [one.text for one in all_of(agent.lobby, Spoke)]
        return lines[1], " ".join(lines)

    wrong, said = second_line("Do you mean Nobody Atall?")
    assert wrong.lower().startswith(("no", "not"))
    host = next(name for name in HOSTS if name in said)
    right, _ = second_line(f"Do you mean {host}?")
    assert right.lower().startswith(("yes", "yeah", "correct"))


def test_a_name_is_spelled_when_that_is_asked():
    asked = ["Could you spell it, please?"]
    agent = Agent(lobby_of("visit"), greets=GREETS, answer=lambda _: asked.pop() if asked else None)
    stay_until(agent, Spoke)
    agent.run_on(15)
    spelled = all_of(agent.lobby, Spoke)[1].text
    assert all(len(letter) == 1 for letter in spelled.split(", "))


def test_hard_of_hearing_people_ask_to_repeat():
    asked = 0
    for seed in range(4):
        lobby = lobby_of("hard_of_hearing", seed=seed)
        agent = Agent(lobby, greets=GREETS, answer=lambda _: GREETS)
        stay_until(agent, Spoke)
        agent.run_on(30)
        lines = [one.text for one in all_of(agent.lobby, Spoke)]
        asked += any("repeat" in one or "Pardon" in one or "what did" in one for one in lines)
    assert asked >= 2


def test_a_slow_speaker_is_interrupted_by_an_agent_that_does_not_wait():
    agent = Agent(
        lobby_of("slow_speaker"), greets=GREETS, answer=lambda _: "Pardon?", answer_after_s=0.0
    )
    agent.run(1500)
    assert all_of(agent.lobby, Interrupted)


def test_whoever_types_is_heard_as_typed():
    agent = Agent(lobby_of("averse", change={"speech": Speech(types=1.0)}), greets=GREETS)
    spoke = stay_until(agent, Spoke)
    agent.run_on(2)
    assert spoke.typed
    typed = [one for one in agent.messages if isinstance(one, LineTyped)]
    ended = [one for one in agent.messages if isinstance(one, TurnEnded)]
    assert typed[0].text == ended[0].text == spoke.text
    assert ended[0].typed


def test_words_to_somebody_who_passes_are_a_disturbance():
    agent = Agent(lobby_of("passing", change={"near": 0.0}))
    stay_until(agent, Entered)
    agent.say(GREETS, to=see_first(agent).ids[-1])
    agent.run_on(2)
    assert first(agent.lobby, Disturbed).why == "spoken to while passing"


def test_a_wave_to_somebody_who_passes_is_none():
    agent = Agent(lobby_of("passing"))
    stay_until(agent, Entered)
    agent.wave(see_first(agent).ids[-1])
    agent.run_on(20)
    assert first(agent.lobby, FirstSign) is not None
    assert first(agent.lobby, Disturbed) is None


@pytest.mark.parametrize(
    ("kind", "why"),
    [("phone", "spoken to while busy"), ("talking", "a conversation was broken into")],
)
def test_people_who_are_busy_mind_words(kind, why):
    agent = Agent(lobby_of(kind, change={"near": 1.0}, seed=2))
    stay_until(agent, Entered)
    for _ in range(300):
        agent.run_on(0.5)
        busy = [o for o in agent.lobby.view().people if o.doing in ("stands", "talks to others")]
        if busy and busy[0].ids:
            break
    agent.say(GREETS, to=busy[0].ids[-1])
    agent.run_on(2)
    assert first(agent.lobby, Disturbed).why == why


def test_somebody_who_declined_is_disturbed_by_more_words_but_not_by_an_all_right():
    agent = Agent(lobby_of("refuses", change={"near": 1.0}), greets=GREETS, within_m=3.6)
    refused = stay_until(agent, Refused, 240)
    assert refused is not None
    me = refused.person
    agent.run_on(2.5)
    agent.say("All right.", to=newest_id(agent.lobby, me))
    agent.run_on(8)
    again = "spoken to after declining"
    assert again not in [one.why for one in all_of(agent.lobby, Disturbed, me)]
    agent.say(GREETS, to=newest_id(agent.lobby, me))
    agent.run_on(2)
    assert again in [one.why for one in all_of(agent.lobby, Disturbed, me)]


def test_being_stared_at_disturbs_whoever_stands_about():
    agent = Agent(lobby_of("refuses", change={"near": 1.0}, seed=2))
    noticed = stay_until(agent, NoticedAgent, 200)
    agent.run_on(4)
    agent.look_at(newest_id(agent.lobby, noticed.person))
    agent.run_on(5)
    assert first(agent.lobby, Disturbed) is None
    agent.run_on(10)
    assert first(agent.lobby, Disturbed).why == "stared at"


def test_an_answer_reaches_whoever_asked_even_under_another_id():
    agent = Agent(lobby_of("lost", "phone", seed=3, per_hour=40))
    while True:  # until one has asked while somebody else is in view
        agent.run_on(0.1)
        ended = [one for one in agent.messages if isinstance(one, TurnEnded)]
        view = agent.lobby.view().people
        others = [one for one in view if one.ids and one.intention == "phone"]
        if ended and others and agent.now - ended[-1].at < 2:
            break
    asked = first(agent.lobby, Spoke).person
    agent.say("Go down the corridor on my left.", to=others[0].ids[-1], reply=ended[-1].turn)
    agent.run_on(10)
    assert first(agent.lobby, Served) is not None
    assert first(agent.lobby, Served).person >= asked
    assert first(agent.lobby, Disturbed) is None


def test_a_second_visitor_queues_until_the_first_is_served():
    agent = Agent(lobby_of("visit", per_hour=500, change={"hesitates": 0.0}), greets="")
    agent.run(60)
    doing = [one.doing for one in agent.lobby.view().people]
    assert "queues" in doing
    before = [d for d in doing if d in ("stands before the agent", "talks to the agent")]
    assert len(before) == 1


def test_those_who_come_together_stay_together():
    agent = Agent(lobby_of("couple"), greets=GREETS)
    stay_until(agent, Stopped)
    agent.run_on(3)
    one, other = agent.lobby.view().people[:2]
    assert ((one.x_m - other.x_m) ** 2 + (one.y_m - other.y_m) ** 2) ** 0.5 < 1.6
    words = all_of(agent.lobby, FirstWord)
    assert {word.person for word in words} == {one.person, other.person}
    assert first(agent.lobby, Disturbed) is None


def test_whoever_did_not_catch_the_greeting_says_their_wish_when_nobody_says_it_again():
    deaf = Speech(mishears=1.0)
    agent = Agent(lobby_of("visit", change={"speech": deaf}), greets=GREETS)
    stay_until(agent, Spoke)
    stay_until(agent, Left)
    lines = [one.text for one in all_of(agent.lobby, Spoke, 1)]
    assert any("appointment" in line or "meet" in line or "here" in line for line in lines), lines
