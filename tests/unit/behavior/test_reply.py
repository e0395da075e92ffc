import pytest

from agent.core.messages import (
    Act,
    Clause,
    Expression,
    GazeTarget,
    PersonId,
    Posture,
    PrepareSpeech,
    ReplyReady,
    SpeechStarted,
    TurnEnded,
    TurnId,
)
from tests.fakes.encounters import Lobby, acts_of, kinds


def spoken(sent):
    return [act for act in acts_of(sent) if act.clauses]


def asked(text="where is the lift", **more):
    """A visitor in view has asked at 10 s, turn 1."""
    lobby = Lobby(greeting={"enabled": False}, waiting={"enabled": False}, **more)
    lobby.page(0.0)
    lobby.attends("p1", 1.0)
    lobby.speaks(9.0)
    lobby.pauses(10.0, text)
    return lobby


def test_a_reply_before_the_end_of_the_turn_is_only_made_ready():
    lobby = asked()
    sent = lobby.replies(10.0, "On your left.", now=10.2)
    assert [one.clauses[0].text for one in sent if isinstance(one, PrepareSpeech)] == [
        "On your left."
    ]
    assert spoken(sent) == []
    (act,) = spoken(lobby.ends(10.0, "where is the lift"))
    assert act.in_reply_to == 1
    assert act.at == 10.0
    assert act.to == "p1"


def test_a_reply_to_words_that_were_revised_is_not_spoken():
    lobby = asked()
    lobby.replies(10.0, "Stale.", now=10.1)
    lobby.tell(SpeechStarted(at=10.3, turn=TurnId(1), revision=1))
    assert lobby.replies(10.0, "Stale.", revision=0, now=10.4) == []  # nor made ready
    assert spoken(lobby.ends(11.5, "where is the lift please", revision=1)) == []
    assert spoken(lobby.replies(10.0, "Stale.", revision=0, now=11.6)) == []
    (act,) = spoken(lobby.replies(11.5, "On your left.", revision=1, now=11.7))
    assert act.clauses[0].text == "On your left."


def test_a_streamed_reply_is_spoken_in_order_whatever_the_order_of_its_parts():
    lobby = asked()
    lobby.ends(10.0, "where is the lift")
    assert spoken(lobby.replies(10.0, "Second.", part=1, last=False, now=10.2)) == []
    both = spoken(lobby.replies(10.0, "First.", part=0, last=False, now=10.3))
    assert [act.clauses[0].text for act in both] == ["First.", "Second."]
    assert all(act.more_follows for act in both)
    (last,) = spoken(lobby.replies(10.0, "Third.", part=2, last=True, now=10.4))
    assert not last.more_follows


def test_a_stream_closed_by_an_empty_part_closes_the_utterance():
    lobby = asked()
    lobby.ends(10.0, "where is the lift")
    lobby.replies(10.0, "First.", part=0, last=False, now=10.2)
    (closing,) = acts_of(lobby.replies(10.0, part=1, last=True, now=10.4))
    assert closing.clauses == ()
    assert closing.in_reply_to == 1
    assert not closing.more_follows


def test_a_stream_that_dies_is_closed_after_a_while():
    lobby = asked()
    lobby.ends(10.0, "where is the lift")
    lobby.replies(10.0, "First.", part=0, last=False, now=10.2)
    lobby.until(15)
    assert [act.more_follows for act in lobby.acts("reply.cut_short")] == [False]


def test_it_thinks_with_averted_eyes_when_the_answer_takes_time():
    lobby = asked()
    lobby.ends(10.0, "where is the lift")
    lobby.until(10.59)
    assert lobby.acts("reply.thinking") == []
    lobby.until(12.0)
    (thinking,) = lobby.acts("reply.thinking")
    assert (thinking.posture, thinking.expression) == (Posture.THINKING, Expression.THINKING)
    assert thinking.gaze.target is GazeTarget.AWAY
    looks = [act for act in lobby.acts("attention.look") if act.at > 10.7]
    assert looks == []


def test_no_thinking_when_the_answer_is_quick():
    lobby = asked()
    lobby.ends(10.0, "where is the lift")
    lobby.replies(10.0, "On your left.", now=10.4)
    lobby.until(12)
    assert lobby.acts("reply.thinking") == []


def test_an_overtaken_question_is_not_answered_any_more():
    lobby = asked()
    lobby.ends(10.0, "where is the lift")
    lobby.speaks(10.5, turn=2)
    lobby.ends(11.5, "no the stairs", turn=2)
    assert spoken(lobby.replies(10.0, "On your left.", turn=1, now=11.6)) == []
    assert len(spoken(lobby.replies(11.5, "On your right.", turn=2, now=11.7))) == 1
    assert spoken(lobby.replies(10.0, "On your left.", turn=1, now=11.8)) == []


def test_an_answer_waits_while_the_visitor_speaks_and_noise_does_not_lose_it():
    lobby = asked()
    lobby.ends(10.0, "where is the lift")
    lobby.speaks(10.2, turn=2)
    assert lobby.replies(10.0, "On your left.", turn=1, now=10.3) == []  # not even refused
    (act,) = spoken(lobby.ends(10.4, "", turn=2, voiced_s=0.2))
    assert act.in_reply_to == 1


def test_a_typed_line_is_answered_even_while_somebody_talks():
    lobby = asked()
    lobby.ends(10.0, "typed", turn=5, typed=True)
    lobby.speaks(10.1, turn=6)
    (act,) = spoken(lobby.replies(10.0, "Here you are.", turn=5, now=10.2))
    assert act.in_reply_to == 5


def test_a_typed_line_is_answered_when_nobody_is_seen_and_nothing_is_heard():
    lobby = Lobby()
    lobby.page(0.0, camera=False, microphone=False)
    lobby.ends(5.0, "hello", typed=True)
    (act,) = spoken(lobby.replies(5.0, "Hello."))
    assert act.to is None


@pytest.mark.parametrize(("voiced_s", "answered"), [(1.2, True), (0.3, False)])
def test_a_voice_without_words_is_asked_again_when_it_was_long_enough(voiced_s, answered):
    lobby = asked("")
    sent = spoken(lobby.ends(10.0, "", voiced_s=voiced_s)) if voiced_s > 1 else []
    if voiced_s < 1:
        lobby = Lobby(greeting={"enabled": False})
        lobby.attends("p1", 1.0)
        sent = spoken(lobby.ends(10.0, "", voiced_s=voiced_s))
    assert bool(sent) == answered


def test_a_voice_without_words_is_not_asked_when_nobody_attends():
    lobby = Lobby()
    lobby.sees("p1", 1.0)
    lobby.becomes("p1", 1.0, "present")
    assert spoken(lobby.ends(10.0, "", voiced_s=2.0)) == []


def test_it_does_not_keep_asking():
    lobby = asked("")
    (first,) = spoken(lobby.ends(10.0, "", voiced_s=1.2))
    lobby.performs([first], 10.2, 12.0)
    assert spoken(lobby.ends(14.0, "", turn=2, voiced_s=1.2)) == []
    (again,) = spoken(lobby.ends(30.0, "", turn=3, voiced_s=1.2))
    assert again.clauses[0].text != first.clauses[0].text


def test_after_a_reply_that_closes_no_second_goodbye_is_said():
    lobby = asked("thank you goodbye")
    lobby.ends(10.0, "thank you goodbye")
    lobby.performs(lobby.replies(10.0, "Goodbye.", closes=True, now=10.3), 10.5, 11.5)
    lobby.becomes("p1", 12.0, "disengaging")
    for i in range(20):
        lobby.sees("p1", 12.1 + i / 10, x=1.5 + i / 10, approach=-1.0)
    assert lobby.branches() == ["reply.answer"]


def test_a_reply_carries_its_own_reason():
    lobby = asked()
    lobby.ends(10.0, "where is the lift")
    sent = lobby.replies(10.0, "On your left.", because="found under lifts", now=10.3)
    assert [one.reason.because for one in sent if isinstance(one, Act) and one.clauses] == [
        "found under lifts"
    ]
    assert "act:reply.answer" in kinds(sent)


def test_a_clause_for_somebody_else_is_said_to_them_if_they_are_there():
    lobby = asked()
    lobby.sees("p2", 9.5, x=1.8, y=0.8)
    lobby.ends(10.0, "where is the lift", person=PersonId("p1"))
    clauses = [Clause(text="One moment, please.", to=PersonId(who)) for who in ("p2", "p7")]
    for part, clause in enumerate(clauses):
        lobby.tell(
            ReplyReady(
                at=10.0, turn=TurnId(1), revision=0, clauses=(clause,), part=part, last=part == 1
            ),
            now=10.2,
        )
    to_p2, to_p1 = lobby.acts("reply.answer")
    assert (to_p2.to, to_p2.gaze.person) == ("p2", "p2")
    assert to_p1.to == "p1"  # nobody is p7


def mixed(overlap, intent="directions"):
    lobby = asked()
    lobby.replies(10.0, "On your left.", now=10.2, intent=intent)
    end = TurnEnded(
        at=10.0, turn=TurnId(1), revision=0, text="where is the lift", voiced_s=1.0,
        overlap=overlap,
    )  # fmt: skip
    return spoken(lobby.tell(end, now=10.4))


def test_what_two_said_at_once_is_not_answered_but_asked_again():
    (act,) = mixed(0.9)
    assert "again" in act.clauses[0].text or "catch" in act.clauses[0].text
    assert act.reason.policy == "reply.mixed"
    assert "90%" in act.reason.because
    assert act.in_reply_to == 1
    (act,) = mixed(0.3)
    assert act.clauses[0].text == "On your left."


def test_an_emergency_is_answered_however_many_shout():
    (act,) = mixed(1.0, intent="emergency")
    assert act.clauses[0].text == "On your left."
