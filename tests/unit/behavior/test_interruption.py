"""Who gets the floor when a voice comes over the agent's own: every state with every event."""

import pytest

from agent.core.messages import (
    ButtonPressed,
    HelpCalled,
    LineTyped,
    Meeting,
    Priority,
    SpeechStarted,
    TurnId,
)
from tests.fakes.encounters import Lobby, kinds

ANSWER = "The canteen is on the first floor, past the lift and to the right."
QUESTION = "Shall I call your host and say that you are here?"


LOWERED_FIRST = {"hold_after_voiced_s": 0.06, "hold_at_latest_s": 0.06}


def speaking(line=ANSWER, interruption=LOWERED_FIRST, **more):
    """The agent is in the middle of its answer to turn 1, at 10 s."""
    lobby = Lobby(interruption=interruption, **more)
    lobby.page(0.0)
    lobby.speaks(7.0)
    lobby.ends(8.0, "where is the canteen", voiced_s=1.0)
    (act,) = [one for one in lobby.replies(8.0, line) if getattr(one, "clauses", ())]
    lobby.starts(act, 8.4)
    lobby.answer = act
    return lobby


def ducked(line=ANSWER, **more):
    lobby = speaking(line, **more)
    assert kinds(lobby.speaks(10.0, turn=2)) == ["duck:0.25"]
    return lobby


def held(line=ANSWER, **more):
    lobby = ducked(line, **more)
    assert kinds(lobby.speaks_on(10.05, 0.07, turn=2)) == ["duck:0"]
    return lobby


def resumed(**more):
    lobby = held(**more)
    assert kinds(lobby.pauses(10.3, "", turn=2)) == ["duck:1"]
    return lobby


STATES = {"speaking": speaking, "ducked": ducked, "held": held, "resumed": resumed}
EVENTS = {
    "short voice": lambda lobby: lobby.speaks_on(10.4, 0.04, turn=2),
    "more voice": lambda lobby: lobby.speaks_on(10.5, 0.5, turn=2),
    "long voice": lambda lobby: lobby.speaks_on(11.3, 1.3, turn=2),
    "pause after mm-hm": lambda lobby: lobby.pauses(10.4, "mm-hm", turn=2),
    "pause after words": lambda lobby: lobby.pauses(10.6, "excuse me", turn=2),
    "pause after noise": lambda lobby: lobby.pauses(10.3, "", turn=2),
    "typed": lambda lobby: lobby.tell(LineTyped(at=10.5, text="stop")),
    "stop button": lambda lobby: lobby.tell(ButtonPressed(at=10.5, button="stop")),
    "other button": lambda lobby: lobby.tell(ButtonPressed(at=10.5, button="forget")),
}
TABLE = {
    ("speaking", "short voice"): [],
    ("speaking", "more voice"): ["duck:0"],
    ("speaking", "long voice"): ["stop:voice"],
    ("speaking", "pause after mm-hm"): [],
    ("speaking", "pause after words"): ["stop:words"],
    ("speaking", "pause after noise"): [],
    ("speaking", "typed"): ["stop:typed"],
    ("speaking", "stop button"): ["stop:stop"],
    ("speaking", "other button"): [],
    ("ducked", "short voice"): [],
    ("ducked", "more voice"): [],  # held by the clock a moment before
    ("ducked", "long voice"): ["stop:voice"],
    ("ducked", "pause after mm-hm"): ["duck:1"],
    ("ducked", "pause after words"): ["stop:words"],
    ("ducked", "pause after noise"): ["duck:1"],
    ("ducked", "typed"): ["stop:typed"],
    ("ducked", "stop button"): ["stop:stop"],
    ("ducked", "other button"): [],
    ("held", "short voice"): [],
    ("held", "more voice"): [],
    ("held", "long voice"): ["stop:voice"],
    ("held", "pause after mm-hm"): ["duck:1"],
    ("held", "pause after words"): ["stop:words"],
    ("held", "pause after noise"): ["duck:1"],
    ("held", "typed"): ["stop:typed"],
    ("held", "stop button"): ["stop:stop"],
    ("held", "other button"): [],
    ("resumed", "short voice"): [],
    ("resumed", "more voice"): ["duck:0"],
    ("resumed", "long voice"): ["stop:voice"],
    ("resumed", "pause after mm-hm"): [],
    ("resumed", "pause after words"): ["stop:words"],
    ("resumed", "pause after noise"): [],
    ("resumed", "typed"): ["stop:typed"],
    ("resumed", "stop button"): ["stop:stop"],
    ("resumed", "other button"): [],
}


def floor_only(sent):
    return [kind for kind in kinds(sent) if kind.startswith(("duck", "stop"))]


@pytest.mark.parametrize(("state", "event"), TABLE, ids=lambda name: name.replace(" ", "-"))
def test_state_and_event(state, event):
    lobby = STATES[state]()
    assert floor_only(EVENTS[event](lobby)) == TABLE[state, event]


def test_the_table_is_complete():
    assert set(TABLE) == {(state, event) for state in STATES for event in EVENTS}


def floor_of(lobby):
    return [(round(at, 2), kind) for at, one in lobby.sent for kind in floor_only([one])]


def test_without_further_news_it_holds_by_the_clock_and_goes_on_when_nothing_follows():
    lobby = ducked()
    lobby.until(12.0)
    assert floor_of(lobby) == [(10.0, "duck:0.25"), (10.06, "duck:0"), (10.6, "duck:1")]


@pytest.mark.parametrize("text", ["mm-hm", "okay", "yeah okay", "i see", "uh-huh right"])
def test_a_backchannel_goes_unanswered(text):
    lobby = held()
    lobby.pauses(10.4, text, turn=2)
    lobby.ends(10.4, text, turn=2, voiced_s=0.4)
    assert floor_of(lobby)[-1][1] == "duck:1"
    lobby.replies(10.4, "Anything else?", turn=2)
    lobby.until(60)
    assert lobby.branches() == ["reply.answer"]


@pytest.mark.parametrize("text", ["stop", "no", "wait a moment", "okay but where is it"])
def test_words_take_the_floor(text):
    lobby = held()
    assert floor_only(lobby.pauses(10.5, text, turn=2)) == ["stop:words"]


def test_okay_is_an_answer_when_the_agent_asks():
    lobby = held(QUESTION)
    assert floor_only(lobby.pauses(10.5, "okay", turn=2)) == ["stop:words"]


def test_a_word_too_uncertain_to_be_one_does_not_take_the_floor():
    lobby = held()
    assert floor_only(lobby.pauses(10.25, "him", turn=2, confidence=0.1)) == ["duck:1"]


def test_first_words_stop_it_while_the_voice_goes_on():
    lobby = held()
    lobby.speaks_on(10.5, 0.5, turn=2)
    assert floor_only(lobby.words(10.6, "excuse me", turn=2)) == ["stop:words"]


def test_its_own_echo_neither_stops_it_nor_is_answered():
    lobby = held()
    echo = "is on the first floor past the lift"
    lobby.speaks_on(10.7, 0.7, turn=2)
    assert floor_only(lobby.pauses(11.0, echo, turn=2)) == ["duck:1"]
    lobby.ends(11.0, echo, turn=2, voiced_s=1.0)
    lobby.replies(11.0, "Which floor?", turn=2)
    assert lobby.branches() == ["reply.answer"]


def test_it_does_not_lose_the_floor_to_its_own_echo_twice():
    lobby = held()
    assert floor_only(lobby.speaks_on(11.3, 1.3, turn=2)) == ["stop:voice"]
    lobby.finishes(lobby.answer, 11.4, interrupted=True)
    lobby.ends(12.0, "", turn=2, voiced_s=2.0)  # nobody had said anything

    lobby.ends(13.0, "where is it", turn=3, typed=True)
    (act,) = [one for one in lobby.replies(13.0, ANSWER, turn=3) if getattr(one, "clauses", ())]
    lobby.starts(act, 13.2)
    lobby.speaks(13.4, turn=4)
    assert floor_only(lobby.speaks_on(15.0, 1.6, turn=4)) == ["duck:0"]
    assert floor_only(lobby.words(15.1, "excuse me please", turn=4)) == ["stop:words"]


def test_a_call_for_help_is_not_talked_down():
    lobby = Lobby()
    lobby.page(0.0)
    act = call_for_help(lobby)
    assert act.priority is Priority.SAFETY
    lobby.starts(act, 1.2)
    assert floor_only(lobby.speaks(2.0, turn=9)) == []
    assert floor_only(lobby.speaks_on(4.0, 2.0, turn=9)) == []
    assert lobby.situation.floor.gain == 1.0


def call_for_help(lobby):
    sent = lobby.tell(HelpCalled(at=1.0, urgent=True, because="a visitor fell"))
    (act,) = [one for one in sent if getattr(one, "clauses", ())]
    assert act.speech_meets is Meeting.REPLACE
    return act


def test_if_the_agent_ends_while_its_voice_is_lowered_the_voice_is_restored():
    lobby = ducked()
    lobby.finishes(lobby.answer, 10.05)
    assert floor_of(lobby) == [(10.0, "duck:0.25"), (10.05, "duck:1")]


def test_the_stop_button_also_drops_the_answer_that_is_on_its_way():
    lobby = speaking()
    lobby.ends(10.0, "and the lift", turn=2, typed=True)
    lobby.until(12.6)  # it says that it is at it
    lobby.tell(ButtonPressed(at=13.0, button="stop"))
    before = len(lobby.said())
    lobby.replies(10.0, "The lift is here.", turn=2, now=13.5)
    assert len(lobby.said()) == before


def test_knobs_count():
    lobby = Lobby(interruption={"soft_gain": 0.5})
    lobby.ends(1.0, "hello", typed=True)
    lobby.replies(1.0, ANSWER)
    assert floor_only(lobby.speaks(1.5, turn=2)) == ["duck:0.5"]


@pytest.mark.parametrize("words", ["them image", "an h and man", "the", "yes she", "us she"])
def test_what_is_hardly_understood_of_a_short_voice_is_a_murmur(words):
    lobby = held()
    lobby.words(10.3, words, turn=2)
    lobby.speaks_on(10.55, 0.55, turn=2)
    assert floor_only(lobby.pauses(10.7, words, turn=2, confidence=0.2)) == ["duck:1"]


def test_particles_alone_are_a_murmur_however_surely_they_were_heard():
    lobby = held()
    assert floor_only(lobby.pauses(10.5, "the but", turn=2, confidence=0.97)) == ["duck:1"]


@pytest.mark.parametrize(
    ("answer_began", "after"),
    [(9.8, ["stop:words"]), (8.5, ["duck:1"])],
    ids=["just after its first sound", "well into it"],
)
def test_who_goes_on_as_the_answer_begins_had_only_paused(answer_began, after):
    lobby = Lobby()
    lobby.ends(8.0, "i have", voiced_s=1.0)
    (act,) = [
        one
        for one in lobby.replies(8.2, "I did not quite get that, I am afraid.")
        if getattr(one, "clauses", ())
    ]
    lobby.starts(act, answer_began)
    lobby.speaks(10.0, turn=2)
    lobby.speaks_on(10.3, 0.3, turn=2)
    assert floor_only(lobby.pauses(10.5, "an an", turn=2, confidence=0.9)) == after


@pytest.mark.parametrize("words", ["wait", "stop stop", "no no", "sorry"])
def test_who_asks_for_the_floor_gets_it_though_half_understood(words):
    lobby = held()
    assert floor_only(lobby.pauses(10.5, words, turn=2, confidence=0.3)) == ["stop:words"]


def test_a_word_that_is_still_being_spoken_does_not_stop_it_yet():
    lobby = held()
    lobby.speaks_on(10.55, 0.55, turn=2)
    assert floor_only(lobby.words(10.6, "man", turn=2)) == []
    assert floor_only(lobby.speaks_on(10.95, 0.95, turn=2)) == []
    assert floor_only(lobby.speaks_on(11.25, 1.25, turn=2)) == ["stop:words"]


def test_a_voice_that_was_confirmed_for_long_enough_is_met_with_silence_at_once():
    lobby = speaking()
    began = SpeechStarted(at=10.0, turn=TurnId(2))
    assert floor_only(lobby.planner.decide(began, 10.095)) == ["duck:0"]


def heard_from(lobby, began_at, turn):
    """A voice is noticed as soon as the detector can: one frame after it began."""
    started = SpeechStarted(at=began_at, turn=TurnId(turn), revision=0)
    return kinds(lobby.tell(started, began_at + 0.032))


def test_the_voice_is_held_as_soon_as_another_is_noticed():
    assert heard_from(speaking(interruption={}), 10.0, 2) == ["duck:0"]


@pytest.mark.parametrize(("after_s", "first"), [(19.0, ["duck:0.25"]), (21.0, ["duck:0"])])
def test_where_it_was_held_for_nothing_a_moment_ago_it_is_lowered_first(after_s, first):
    lobby = speaking(interruption={})
    assert heard_from(lobby, 10.0, 2) == ["duck:0"]
    assert kinds(lobby.pauses(10.3, "", turn=2)) == ["duck:1"]
    assert heard_from(lobby, 10.3 + after_s, 3) == first
    lobby.until(10.4 + after_s)
    assert lobby.planner.situation.floor.gain == 0.0
