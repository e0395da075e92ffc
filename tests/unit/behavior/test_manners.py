"""Attention, listening, waiting, handover, idle, page."""

from agent.core.messages import (
    ButtonPressed,
    GazeTarget,
    HelpCalled,
    HostNotified,
    Posture,
    Priority,
)
from tests.fakes.encounters import Lobby, acts_of, kinds


def gazes(lobby):
    return [
        (at, act.gaze.target, act.gaze.person)
        for at, act in lobby.sent
        if getattr(act, "gaze", None) is not None
    ]


# Attention


def test_alone_it_looks_about():
    lobby = Lobby()
    lobby.until(30)
    assert [target for _, target, _ in gazes(lobby)] == [GazeTarget.AMBIENT]


def test_it_looks_away_from_time_to_time():
    lobby = Lobby(waiting={"enabled": False})
    lobby.attends("p1", 1.0)
    for i in range(1, 300):
        lobby.sees("p1", 1.0 + i / 5)
    targets = [target for _, target, _ in gazes(lobby)]
    assert targets.count(GazeTarget.AWAY) > 10
    assert targets.count(GazeTarget.PERSON) > 10


def test_it_looks_more_at_one_who_speaks():
    def share(speaking):
        lobby = Lobby(greeting={"enabled": False}, waiting={"enabled": False})
        lobby.attends("p1", 1.0)
        if speaking:
            lobby.speaks(2.0)
        for i in range(1, 400):
            at = 2.0 + i / 5
            lobby.sees("p1", at)
            if speaking:
                lobby.speaks_on(at, i / 5)
        shifts = gazes(lobby)
        ends = [*(at for at, _, _ in shifts[1:]), 82.0]
        looked = sum(
            end - at
            for (at, target, _), end in zip(shifts, ends, strict=True)
            if target is GazeTarget.PERSON
        )
        return looked / 81

    assert share(True) > share(False) + 0.1


def test_a_newcomer_gets_one_glance_while_it_talks_with_another():
    lobby = Lobby(waiting={"enabled": False})
    lobby.attends("p1", 1.0)
    lobby.ends(5.0, "hello", voiced_s=1.0)
    (act,) = [a for a in lobby.replies(5.0, "A long answer.") if getattr(a, "clauses", ())]
    lobby.starts(act, 5.5)
    lobby.sees("p2", 6.9, x=3.0, y=2.0)
    lobby.becomes("p2", 7.0, "approaching", x=3.6)
    lobby.sees("p1", 7.5)
    lobby.sees("p1", 9.0)
    lobby.until(9.5)
    at_p2 = [at for at, _, person in gazes(lobby) if person == "p2"]
    assert at_p2 == [7.0]
    back = [at for at, _, person in gazes(lobby) if person == "p1" and at > 7.0]
    assert 7.5 < back[0] < 8.2


# Listening


def long_turn(lobby):
    lobby.attends("p1", 1.0)
    lobby.speaks(2.0)
    for i in range(1, 21):
        lobby.speaks_on(2.0 + i / 5, i / 5)


def test_a_listener_turns_to_the_speaker_at_once():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    (act,) = [a for a in acts_of(lobby.speaks(1.3)) if a.posture]
    assert act.posture is Posture.LISTENING
    assert act.gaze.person == "p1"


def test_it_nods_at_a_pause_in_a_long_turn():
    lobby = Lobby()
    long_turn(lobby)
    lobby.pauses(6.0, "and so i thought")
    lobby.until(6.29)
    assert lobby.acts("listening.nod") == []
    lobby.until(7.0)
    assert len(lobby.acts("listening.nod")) == 1


def test_it_does_not_nod_at_a_breath():
    lobby = Lobby()
    long_turn(lobby)
    lobby.pauses(6.0, "and so i thought")
    lobby.speaks(6.2, revision=1)
    lobby.until(6.5)
    assert lobby.acts("listening.nod") == []


def test_it_does_not_nod_in_short_turns_nor_too_often():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.speaks(1.2)
    lobby.pauses(2.0, "well")
    lobby.until(2.4)
    assert lobby.acts("listening.nod") == []
    lobby = Lobby()
    long_turn(lobby)
    lobby.pauses(6.0, "one")
    lobby.until(6.4)
    lobby.speaks(6.5, revision=1)
    lobby.pauses(7.0, "two", revision=1)
    lobby.until(7.6)
    assert len(lobby.acts("listening.nod")) == 1


# Waiting


def waiting_visitor():
    lobby = Lobby(greeting={"enabled": False})
    lobby.attends("p1", 1.0)
    lobby.ends(5.0, "i am here to meet a host", voiced_s=1.0)
    lobby.performs(lobby.replies(5.0, "Please take a seat."), 5.5, 7.0)
    lobby.tell(HostNotified(at=7.0, host="A Host", channel="log", delivered=True))
    return lobby


def test_who_waits_is_reassured_now_and_then_and_not_for_ever():
    lobby = waiting_visitor()
    for i in range(7, 3000):
        lobby.sees("p1", float(i), x=2.5)
        for act in [a for _, a in lobby.sent[-3:] if getattr(a, "clauses", ())]:
            lobby.finishes(act, float(i))
    assert lobby.branches() == ["reply.answer", *["waiting.reassure"] * 3]
    moments = [at for at, _, _ in lobby.said()[1:]]
    assert all(later - before >= 240 for before, later in zip(moments, moments[1:], strict=False))


def test_who_waits_far_away_is_left_in_peace():
    lobby = waiting_visitor()
    for i in range(7, 600):
        lobby.sees("p1", float(i), x=5.0)
    assert lobby.branches() == ["reply.answer"]


def test_who_stands_there_in_silence_is_offered_help_once():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.until(2.0)
    lobby.finishes(lobby.acts("greeting.words")[0], 5.0)
    for i in range(5, 100):
        lobby.sees("p1", float(i))
        for act in lobby.acts("waiting.offer"):
            lobby.finishes(act, float(i))
    assert lobby.branches() == ["greeting.words", "waiting.offer"]


# Handover


def test_a_button_that_calls_a_person_is_answered_at_once():
    lobby = Lobby()
    lobby.page(0.0)
    sent = lobby.tell(ButtonPressed(at=2.0, button="staff"))
    (act,) = [a for a in acts_of(sent) if a.clauses]
    assert act.reason.policy == "handover.button"
    assert act.priority is Priority.OPERATOR


def test_an_urgent_call_is_said_even_after_the_button():
    lobby = Lobby()
    lobby.page(0.0)
    lobby.tell(ButtonPressed(at=2.0, button="help"))
    lobby.tell(HelpCalled(at=2.2, urgent=True, because="emergency"))
    assert lobby.branches() == ["handover.button", "handover.called"]


def test_a_reply_that_tells_of_the_call_makes_a_second_line_superfluous():
    lobby = Lobby()
    lobby.page(0.0)
    lobby.ends(5.0, "i need a human", typed=True)
    lobby.tell(HelpCalled(at=5.0, urgent=False, because="asked for a human"), 5.1)
    lobby.replies(5.0, "A colleague is coming.", now=5.3)
    lobby.until(30)
    assert lobby.branches() == ["reply.answer"]


def test_a_call_that_no_reply_tells_of_is_told():
    lobby = Lobby()
    lobby.page(0.0)
    lobby.ends(5.0, "i need a human", typed=True)
    lobby.tell(HelpCalled(at=5.0, urgent=False, because="asked for a human"), 5.1)
    lobby.until(7.4)
    assert lobby.branches() == ["handover.called"]
    lobby.finishes(lobby.acts("handover.called")[0], 9.0)
    lobby.finishes(lobby.acts("handover.called")[0], 19.0)
    assert lobby.branches().count("handover.called") == 1


# Idle, page


def test_it_rests_when_nobody_has_been_there_for_a_while():
    lobby = Lobby(greeting={"enabled": False}, waiting={"enabled": False})
    lobby.attends("p1", 1.0)
    lobby.loses("p1", 5.0)
    lobby.until(60)
    postures = [a.posture for _, a in lobby.sent if getattr(a, "posture", None)]
    assert postures[-1] is Posture.REST


def test_a_page_comes_up_to_a_friendly_silent_look():
    lobby = Lobby()
    assert "act:page.ready" in kinds(lobby.page(1.0))
    assert "act:page.ready" not in kinds(lobby.page(3.0))
    assert lobby.said() == []
