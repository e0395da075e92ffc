"""Whole encounters: scripted facts before the house's own policies and norms, on virtual time."""

from datetime import datetime

import pytest

from agent.core.messages import (
    Act,
    ActRefused,
    ButtonPressed,
    Duck,
    HelpCalled,
    HostNotified,
    LineTyped,
    PageChanged,
    PersonId,
    PersonLost,
    Stop,
    TurnEnded,
    TurnId,
)
from tests.fakes.played import (
    LONG,
    PAGE,
    SECONDS_A_WORD,
    answers,
    comes,
    leaves,
    play,
    state,
    voice,
    walks,
)


async def test_a_passer_by_is_left_alone():
    passing = [
        *walks("p1", 1, 6, x0=3.0, x1=3.0, y0=-4, y1=4, facing=1.5),
        state(1.5, "p1", "passing", x=4.0),
        state(6.5, "p1", "left", "passing", x=4.0),
        (6.5, PersonLost(at=6, person=PersonId("p1"))),
    ]
    met = await play([PAGE, *passing], until=40)
    assert met.said() == []
    assert met.signs() == []


async def test_a_visitor_gets_a_sign_and_then_words_soon_after_attending_and_not_before():
    met = await play([PAGE, *comes("p1", 1.0)], until=12)
    ((at, branch, words),) = met.said()
    assert branch == "greeting.words"
    assert words.startswith("Good morning")
    assert "AI" in words
    attended = 1.0 + 3.5
    assert attended < at < attended + 1.0
    assert attended < met.heard[0][0] < attended + 2.5
    assert met.signs()[0] < attended - 1.0  # a nod while still walking


async def test_a_visitor_is_greeted_once_however_long_they_stay():
    met = await play([PAGE, *comes("p1", 1.0, stays=200)], until=220)
    assert met.branches().count("greeting.words") == 1
    assert len(met.said()) <= 2  # and offered help once


async def test_two_who_come_together_are_greeted_once_as_two():
    met = await play([PAGE, *comes("p1", 1.0, y=0.4), *comes("p2", 1.2, y=-0.4)], until=15)
    ((_, branch, words),) = met.said()
    assert branch == "greeting.words"
    assert "everyone" in words
    assert len(met.signs()) == 2


async def test_a_stranger_who_comes_while_another_is_served_is_seen_and_not_greeted_yet():
    script = [
        PAGE,
        *comes("p1", 1.0, stays=30),
        *voice(9.0, 2.0, "where is the restroom"),
        *comes("p2", 7.0, stays=23, y=2.5),
    ]
    met = await play(script, until=20, dialogue=answers(LONG))
    assert [b for b in met.branches() if b.startswith("greeting")] == ["greeting.words"]
    glances = [at for at, act in met.of(Act) if act.gaze and act.gaze.person == "p2"]
    assert glances
    back = [at for at, act in met.of(Act) if act.gaze and act.gaze.person == "p1"]
    assert max(back) > glances[0]


async def test_one_who_comes_back_under_a_new_id_is_not_greeted_anew():
    first = [*comes("p1", 1.0, stays=8), *leaves("p1", 9.2)]
    met = await play([PAGE, *first, *comes("p9", 40.0, stays=9)], until=60)
    assert met.branches().count("greeting.words") == 1


async def test_someone_who_comes_much_later_is_greeted():
    first = [*comes("p1", 1.0, stays=8), *leaves("p1", 9.2)]
    met = await play([PAGE, *first, *comes("p2", 400.0, stays=9)], until=412)
    assert met.branches().count("greeting.words") == 2
    lines = [words for _, branch, words in met.said() if branch == "greeting.words"]
    assert lines[0] != lines[1]


async def test_a_served_visitor_who_leaves_is_said_goodbye_to_once():
    script = [
        PAGE,
        *comes("p1", 1.0, stays=19),
        *voice(9.0, 2.0, "where is the restroom"),
        *leaves("p1", 20.1),
    ]
    met = await play(script, until=40, dialogue=answers("Down the hall."))
    assert met.branches() == ["greeting.words", "reply.answer", "farewell.words"]
    assert 20.4 < met.said()[-1][0] < 23


async def test_one_who_waits_for_a_host_is_reassured_and_not_said_goodbye_to():
    told = HostNotified(at=11.8, host="A Host", channel="log", delivered=True)
    seat = [
        *walks("p1", 15.0, 17.0, x0=1.4, x1=2.8, facing=3.0),
        state(15.4, "p1", "disengaging", "engaged"),
        *walks("p1", 17.1, 280.0, x0=2.8, x1=2.8, hz=1, facing=1.0),
        state(19.0, "p1", "present", "disengaging", x=2.8),
    ]
    script = [
        PAGE,
        *comes("p1", 1.0, stays=13.9),
        *voice(9.0, 2.0, "i have an appointment"),
        (11.8, told),
        *seat,
    ]
    met = await play(script, until=282, dialogue=answers("Please take a seat."))
    assert met.branches() == ["greeting.words", "reply.answer", "waiting.reassure"]
    assert met.said()[-1][0] > 240


async def test_the_reply_to_one_who_walks_off_is_broken_off():
    script = [
        PAGE,
        *comes("p1", 1.0, stays=10.5),
        *voice(9.0, 1.5, "where is the restroom"),
        *leaves("p1", 11.6),
    ]
    met = await play(script, until=60, dialogue=answers(*([LONG] * 6)))
    ((at, stop),) = met.of(Stop)
    assert stop.reason.policy == "farewell.gone"
    assert 16 < at < 18
    assert met.heard[-1][0] <= at + SECONDS_A_WORD


@pytest.mark.parametrize(("hold_s", "first_gain"), [(None, 0.0), (0.2, 0.25)])
async def test_a_barge_in_ducks_at_once_then_holds_then_stops(hold_s, first_gain):
    held = {"hold_after_voiced_s": hold_s, "hold_at_latest_s": hold_s}
    later = {} if hold_s is None else {"interruption": held}
    script = [
        PAGE,
        *comes("p1", 1.0),
        *voice(9.0, 1.5, "where is the restroom"),
        *voice(13.0, 2.0, "no i mean the canteen please", turn=2),
    ]
    met = await play(script, until=25, dialogue=answers(LONG), **later)
    ducks = [(round(at, 2), duck.gain) for at, duck in met.of(Duck)]
    assert ducks[0] == (13.07, first_gain)
    (silent_at, *_) = [at for at, gain in ducks if gain == 0.0]
    assert silent_at <= 13.3
    ((at, stop),) = met.of(Stop)
    assert stop.reason.policy in ("interruption.words", "interruption.voice")
    assert at < 14.9
    answered = [act.in_reply_to for _, act in met.of(Act) if act.in_reply_to]
    assert answered == [1, 2]


async def test_mm_hm_does_not_take_the_floor_and_is_not_answered():
    script = [
        PAGE,
        *comes("p1", 1.0),
        *voice(9.0, 1.5, "where is the restroom"),
        *voice(13.0, 0.4, "mm-hm", turn=2),
    ]
    met = await play(script, until=30, dialogue=answers(LONG))
    assert met.of(Stop) == []
    assert met.of(Duck)[-1][1].gain == 1.0
    assert [act.in_reply_to for _, act in met.of(Act) if act.in_reply_to] == [1]
    assert " ".join(word for _, word in met.heard).endswith("just past the lift.")


async def test_a_cough_does_not_take_the_floor():
    script = [
        PAGE,
        *comes("p1", 1.0),
        *voice(9.0, 1.5, "where is the restroom"),
        *voice(13.0, 0.25, "", turn=2),
    ]
    met = await play(script, until=30, dialogue=answers(LONG))
    assert met.of(Stop) == []
    assert " ".join(word for _, word in met.heard).endswith("just past the lift.")


async def test_a_typed_line_stops_the_speech_at_once_and_is_answered():
    typed = TurnEnded(at=13.0, turn=TurnId(2), revision=0, text="never mind", typed=True)
    script = [
        PAGE,
        *comes("p1", 1.0),
        *voice(9.0, 1.5, "where is the restroom"),
        (13.0, LineTyped(at=13.0, text="never mind")),
        (13.0, typed),
    ]
    met = await play(script, until=25, dialogue=answers(LONG))
    assert [round(at, 2) for at, _ in met.of(Stop)] == [13.0]
    assert [act.in_reply_to for _, act in met.of(Act) if act.in_reply_to] == [1, 2]


async def test_nobody_greets_an_empty_room():
    met = await play([PAGE], until=600)
    assert met.said() == []
    assert met.signs() == []


async def test_without_a_camera_whoever_presses_start_is_greeted():
    page = PageChanged(at=0.1, connected=True, camera=False, microphone=True)
    start = ButtonPressed(at=1.0, button="start")
    met = await play([(0.1, page), (1.0, start)], until=30)
    ((at, branch, _),) = met.said()
    assert branch == "greeting.unseen"
    assert 3.5 < at < 5


async def test_without_a_microphone_the_greeting_asks_to_type_and_typing_works():
    page = PageChanged(at=0.1, connected=True, camera=True, microphone=False)
    typed = TurnEnded(at=12.0, turn=TurnId(1), revision=0, text="hello", typed=True)
    script = [(0.1, page), *comes("p1", 1.0), (12.0, typed)]
    met = await play(script, until=20, dialogue=answers("Hello."))
    assert met.branches() == ["greeting.words", "reply.answer"]
    assert "type" in met.said()[0][2]


async def test_without_a_page_the_first_words_say_that_it_is_an_ai():
    met = await play(voice(2.0, 1.5, "hello there"), until=12, dialogue=answers("How can I help?"))
    assert met.said()[0][2] == "I am an AI receptionist. How can I help?"


async def test_a_visitor_who_speaks_first_is_answered_and_not_greeted():
    script = [PAGE, *comes("p1", 1.0), *voice(4.4, 1.5, "where is the restroom")]
    met = await play(script, until=10, dialogue=answers("Down the hall."))
    assert met.branches() == ["reply.answer"]


async def test_late_at_night_a_visitor_gets_a_nod_and_answers_but_no_unasked_words():
    script = [PAGE, *comes("p1", 1.0), *voice(9.0, 1.5, "where is the restroom")]
    night = datetime(2026, 3, 2, 23, 30)
    met = await play(script, until=40, start=night, dialogue=answers("Down the hall."))
    assert met.branches() == ["reply.answer"]
    assert met.signs()
    refusals = {one.by for _, one in met.of(ActRefused)}
    assert refusals == {"norm:quiet_hours"}


async def test_a_slow_answer_is_waited_for_thinking_and_never_dropped():
    script = [PAGE, *comes("p1", 1.0), *voice(9.0, 1.5, "a hard question")]
    met = await play(script, until=30, dialogue=answers("Done.", delay=4.0))
    assert met.branches() == ["greeting.words", "reply.filler", "reply.answer"]
    thinking = [at for at, act in met.of(Act) if act.reason.policy == "reply.thinking"]
    assert thinking == [pytest.approx(9.0 + 1.5 + 0.6, abs=0.05)]


async def test_an_answer_that_never_comes_is_apologised_for():
    script = [PAGE, *comes("p1", 1.0), *voice(9.0, 1.5, "a hard question")]
    met = await play(script, until=40)
    assert met.branches() == ["greeting.words", "reply.filler", "reply.apology"]


async def test_the_help_button_is_answered_at_once():
    script = [
        PAGE,
        *comes("p1", 1.0),
        (12.0, ButtonPressed(at=12.0, button="help")),
        (12.1, HelpCalled(at=12.1, urgent=False, because="button")),
    ]
    met = await play(script, until=30)
    assert met.branches()[:2] == ["greeting.words", "handover.button"]
    assert "handover.called" not in met.branches()


async def test_the_gaze_does_not_stare_and_does_not_wander():
    met = await play([PAGE, *comes("p1", 1.0, stays=100)], until=100)
    shifts = [(at, act.gaze) for at, act in met.of(Act) if act.gaze]
    looks = 0.0
    for (at, gaze), (until, _) in zip(shifts, [*shifts[1:], (100.0, None)], strict=True):
        if gaze.person == "p1":
            assert until - at <= 6.0
            looks += until - at
    assert 0.35 < looks / 96 < 0.8
