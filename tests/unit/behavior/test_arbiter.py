from dataclasses import replace

import pytest

from agent.core.messages import (
    Act,
    ActId,
    Clause,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
    Meeting,
    PersonId,
    Posture,
    Priority,
    Reason,
    TurnId,
)
from behavior.arbiter import settle
from behavior.situation.floor import Floor, OnStage
from behavior.situation.state import Situation
from behavior.wishes import UNNUMBERED, Wish


def wish(say="", policy="some.policy", **more):
    clauses = (Clause(text=say),) if say else ()
    reason = Reason(policy=policy, because="a test")
    return Wish(act=Act(at=1.0, act=UNNUMBERED, reason=reason, clauses=clauses, **more))


def saying(priority=Priority.SOCIAL, interruptible=True):
    on_stage = OnStage(
        act=ActId(7),
        to=None,
        policy="other.policy",
        priority=priority,
        interruptible=interruptible,
        text="Hello.",
        sent_at=0.0,
    )
    return Situation(floor=Floor(on_stage=(on_stage,)))


def settled(*wishes, situation=None):
    settlement = settle(wishes, situation or Situation(), ActId(10))
    granted = [one.act.reason.policy for one in settlement.granted]
    return granted, [one.reason.policy for one in settlement.refused]


def test_one_utterance_at_a_time_the_stronger_first():
    social = wish("Hello.", "a", priority=Priority.SOCIAL)
    reply = wish("On your left.", "b", priority=Priority.REPLY)
    assert settled(social, reply) == (["b"], ["a"])


def test_of_two_equals_the_first_asked_speaks():
    assert settled(wish("One.", "a"), wish("Two.", "b")) == (["a"], ["b"])


def test_parts_of_one_reply_follow_each_other():
    first = wish("One.", "a", in_reply_to=TurnId(1), priority=Priority.REPLY)
    second = wish("Two.", "b", in_reply_to=TurnId(1), priority=Priority.REPLY)
    assert settled(first, second) == (["a", "b"], [])


def test_acts_are_numbered_in_order():
    settlement = settle([wish(posture=Posture.REST), wish("Hello.")], Situation(), ActId(10))
    assert [one.act.act for one in settlement.granted] == [10, 11]


SPEECH = {
    # (meets, its priority, priority of what is being said, interruptible): granted
    (Meeting.APPEND, Priority.SOCIAL, Priority.SOCIAL, True): False,
    (Meeting.APPEND, Priority.REPLY, Priority.SOCIAL, True): True,
    (Meeting.APPEND, Priority.REPLY, Priority.OPERATOR, False): True,
    (Meeting.REPLACE, Priority.SOCIAL, Priority.REPLY, True): False,
    (Meeting.REPLACE, Priority.REPLY, Priority.REPLY, True): True,
    (Meeting.REPLACE, Priority.REPLY, Priority.REPLY, False): False,
    (Meeting.REPLACE, Priority.SAFETY, Priority.REPLY, False): True,
    (Meeting.OVERRIDE, Priority.SAFETY, Priority.SAFETY, False): False,
    (Meeting.PARALLEL, Priority.SOCIAL, Priority.SOCIAL, True): False,
}


@pytest.mark.parametrize(("meets", "mine", "theirs", "interruptible"), SPEECH)
def test_speech_that_meets_speech(meets, mine, theirs, interruptible):
    new = wish("Now.", priority=mine, speech_meets=meets)
    granted, _ = settled(new, situation=saying(theirs, interruptible))
    assert bool(granted) == SPEECH[meets, mine, theirs, interruptible]


def test_words_that_may_be_skipped_are_and_the_gesture_stays():
    new = wish("Hello.", speech_meets=Meeting.SKIP, gestures=(GestureCue(lexeme="wave"),))
    settlement = settle([new], saying(), ActId(1))
    (granted,) = settlement.granted
    assert granted.act.clauses == ()
    assert granted.act.gestures


def test_a_silent_act_is_not_in_the_way_of_words():
    granted, refused = settled(wish(posture=Posture.REST), situation=saying())
    assert (len(granted), refused) == (1, [])


def test_at_one_moment_the_stronger_decides_where_to_look():
    look = Gaze(target=GazeTarget.PERSON, person=PersonId("p1"))
    away = Gaze(target=GazeTarget.AWAY)
    weak = wish(policy="weak", gaze=away, posture=Posture.REST, priority=Priority.IDLE)
    strong = wish(policy="strong", gaze=look, expression=Expression.FRIENDLY)
    settlement = settle([weak, strong], Situation(), ActId(1))
    assert [one.act.gaze for one in settlement.granted] == [look, None]
    assert settlement.granted[1].act.posture is Posture.REST


def test_at_one_moment_the_stronger_decides_the_face_by_name_and_in_words():
    grins = wish(policy="weak", manner="big grin", priority=Priority.IDLE)
    strong = wish(policy="strong", expression=Expression.APOLOGETIC)
    assert settled(strong, grins) == (["strong"], [])
    words = wish(policy="words", manner="sorry, eyebrows up")
    smiles = wish(policy="weak", expression=Expression.HAPPY, priority=Priority.IDLE)
    assert settled(words, smiles) == (["words"], [])


def test_a_wish_of_which_nothing_remains_is_left_out():
    look = Gaze(target=GazeTarget.AWAY)
    assert settled(wish(policy="a", gaze=look), wish(policy="b", gaze=look)) == (["a"], [])


def test_a_refusal_says_why_and_what_would_have_been_said():
    settlement = settle([wish("Hello.", to=PersonId("p1"))], saying(), ActId(1))
    (refused,) = settlement.refused
    assert refused.by == "arbiter"
    assert refused.text == "Hello."
    assert refused.facts["to"] == "p1"
    assert "other.policy" in refused.facts["why"]


def test_settling_changes_no_wish():
    one = wish("Hello.", gaze=Gaze(target=GazeTarget.AWAY))
    copy = replace(one)
    settle([one], saying(), ActId(1))
    assert one == copy
