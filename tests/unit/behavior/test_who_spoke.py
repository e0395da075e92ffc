"""One judgement of whose voice it was, the same for everybody who asks."""

from dataclasses import replace

import pytest

from agent.core.messages import (
    Engagement,
    EngagementChanged,
    PersonId,
    SoundDirection,
    SpeechStarted,
    TurnEnded,
    TurnId,
    TurnPaused,
)
from behavior.situation.hearing import speaker_of
from behavior.situation.state import Situation
from behavior.situation.update import update
from behavior.transcript.encounter import Transcript
from behavior.who_spoke import WhoSpoke
from tests.fakes.people import lost, stand

A, B = PersonId("a"), PersonId("b")
TURN = TurnId(1)


def becomes(person, state, at=2.0):
    return EngagementChanged(at=at, person=person, state=state, previous=None, distance_m=1.2)


def voice(began=8.0, ended=10.0, text="hello"):
    return [
        SpeechStarted(at=began, turn=TURN),
        TurnPaused(at=ended, turn=TURN, revision=0, text=text),
        TurnEnded(at=ended, turn=TURN, revision=0, text=text, voiced_s=ended - began),
    ]


def there(person, *, lips=None, seconds=12.0, **how):
    seen = stand(seconds=seconds, person=person, **{"gaze_deg": 5.0, **how})
    if lips is None:
        return seen
    return [replace(one, mouth_open=0.05 + 0.3 * (i % 2) * lips) for i, one in enumerate(seen)]


def in_order(*some):
    flat = [one for part in some for one in (part if isinstance(part, list) else [part])]
    return sorted(flat, key=lambda one: one.at)


def spoke(*some):
    judge = WhoSpoke()
    for message in in_order(*some, voice()):
        judge = judge.take(message)
    return judge.told[TURN]


def test_of_two_who_look_here_the_nearer_one_spoke_and_it_is_less_sure_than_of_one():
    two = spoke(there(A, x_m=1.2), there(B, x_m=1.9, y_m=0.6))
    assert two.person == A
    assert spoke(there(A, x_m=1.2)).sure == 1.0 > two.sure > 0.5


def test_somebody_who_looks_here_from_across_the_room_does_not_outweigh_who_stands_here():
    near, far = there(A, gaze_deg=60.0), there(B, x_m=3.2, gaze_deg=0.0)
    assert spoke(near, far, becomes(A, Engagement.ENGAGED)).person == A


def test_who_is_out_of_reach_has_not_spoken():
    assert spoke(there(B, x_m=4.5)) is None


def test_a_mouth_that_was_not_seen_counts_for_nobody():
    """A still mouth is evidence against, an unseen one is none."""
    still = there(A, lips=0.0)
    unseen = there(B, x_m=1.5)
    assert spoke(still, unseen).person == B
    assert spoke(there(A), unseen).person == A


def test_lips_count_while_the_voice_is_heard_and_not_before_or_after():
    def moves(person, begin, end):
        return [
            replace(one, mouth_open=0.05 + 0.3 * (i % 2) * (begin <= one.at < end))
            for i, one in enumerate(there(person))
        ]

    seen = spoke(moves(A, 3.0, 7.9), there(B, lips=0.0, y_m=0.6), becomes(B, Engagement.ENGAGED))
    assert (seen.person, seen.seen) == (B, False)
    assert spoke(moves(A, 8.0, 10.0), there(B, lips=0.0, y_m=0.6)).seen


def test_what_perception_is_sure_of_stands():
    judge = WhoSpoke()
    for message in in_order(there(A, lips=1.0), there(B, lips=0.0, y_m=0.6)):
        judge = judge.take(message)
    told = judge.take(replace(voice()[-1], person=B, person_confidence=0.8)).told[TURN]
    assert (told.person, told.sure, told.seen) == (B, 0.8, True)


def test_a_direction_of_sound_counts_only_where_it_was_a_voice():
    two = there(A), there(B, y_m=1.0)
    voiced = SoundDirection(at=9.0, azimuth_rad=0.69, speech=True)
    assert spoke(*two, voiced).person == B
    assert spoke(*two, replace(voiced, speech=False)).person == A


def test_who_spoke_last_is_likely_to_go_on():
    first = TurnEnded(at=5.0, turn=TurnId(9), revision=0, text="hello", person=B)
    two = there(A, x_m=1.2), there(B, x_m=1.4)
    assert spoke(*two).person == A
    assert spoke(*two, first).person == B


def test_the_answer_of_a_turn_that_is_over_stays_whoever_comes_or_goes():
    judge = WhoSpoke()
    for message in in_order(there(A), there(B, x_m=2.0), voice()):
        judge = judge.take(message)
    over = judge.take(lost(13.0, A))
    assert over.of(voice()[-1]).person == A
    assert over.so_far(TurnId(2), 13.0).person == B


def test_who_is_gone_is_not_asked_for():
    assert spoke(there(A, seconds=3.0)) is None
    judge = WhoSpoke().take(there(A)[0])
    assert judge.take(lost(1.0, A)).people == {}


@pytest.mark.parametrize("turned", [0.0, 80.0])
@pytest.mark.parametrize("lips", [None, 0.0, 1.0])
def test_the_norms_and_the_transcript_are_told_the_same(turned, lips):
    transcript, situation = Transcript(), Situation()
    said = voice()
    two = there(A, gaze_deg=turned), there(B, x_m=1.5, y_m=0.7, lips=lips)
    for message in in_order(*two, becomes(A, Engagement.ENGAGED), said):
        transcript.take(message)
        situation = update(situation, message)
        if message.at >= 9.0:
            assert transcript.speaker(TURN, message.at) == speaker_of(situation, said[-1])
