"""Whose voice a turn was, who is company, and who is the same under another id."""

from dataclasses import replace

from agent.core.messages import (
    Engagement,
    EngagementChanged,
    PersonId,
    SoundDirection,
    SpeechStarted,
    TurnEnded,
    TurnId,
)
from behavior.dialogue.addressed import Addressed
from behavior.dialogue.memory import Encounter
from behavior.situation.people import Mark
from behavior.transcript.encounter import Transcript
from tests.fakes.desk import Reception, ended
from tests.fakes.encounters import Lobby, acts_of
from tests.fakes.people import approach, lost, stand
from tests.integration.test_transcript_at_work import agent_says

A, B = PersonId("a"), PersonId("b")


def engaged(at, person):
    return EngagementChanged(
        at=at, person=person, state=Engagement.ENGAGED, previous=None, distance_m=1.2
    )


def talks(person, *, at=0.0, seconds=12.0, y_m=0.0, lips=(), **how):
    """Somebody who stands there; the mouth moves in the stretches `lips`."""
    still = stand(at=at, seconds=seconds, person=person, y_m=y_m, **{"gaze_deg": 5.0, **how})
    return [
        replace(one, mouth_open=0.05 + 0.3 * (i % 2) * any(b <= one.at <= e for b, e in lips))
        for i, one in enumerate(still)
    ]


def watched(*messages):
    transcript = Transcript()
    flat = [one for some in messages for one in (some if isinstance(some, list) else [some])]
    for message in sorted(flat, key=lambda one: one.at):
        transcript.take(message)
    return transcript


def speaker(*messages, began=8.0, ended=10.0):
    transcript = watched(engaged(2.0, A), SpeechStarted(at=began, turn=TurnId(1)), *messages)
    return transcript.speaker(TurnId(1), ended)


def test_the_one_whose_lips_move_speaks_and_not_the_one_who_was_talked_with():
    a, b = talks(A), talks(B, y_m=0.8, lips=[(8, 10)])
    assert speaker(a, b) == B
    assert speaker(talks(A, lips=[(8, 10)]), talks(B, y_m=0.8)) == A


def test_where_both_mouths_move_it_is_the_one_talked_with():
    assert speaker(talks(A, lips=[(8, 10)]), talks(B, y_m=0.8, lips=[(8, 10)])) == A


def test_a_mouth_out_of_earshot_does_not_count():
    assert speaker(talks(A), talks(B, x_m=5.0, lips=[(8, 10)])) == A


def test_the_one_who_stands_where_the_voice_comes_from_speaks():
    voice = [SoundDirection(at=9.0, azimuth_rad=0.8, speech=True)]
    assert speaker(talks(A), talks(B, y_m=1.2), voice) == B
    noise = [SoundDirection(at=9.0, azimuth_rad=0.8, speech=False)]
    assert speaker(talks(A), talks(B, y_m=1.2), noise) == A


def test_the_one_who_looks_here_while_the_one_talked_with_looks_away_speaks():
    assert speaker(talks(A, gaze_deg=80.0), talks(B, y_m=0.8)) == B
    assert speaker(talks(A, gaze_deg=None), talks(B, y_m=0.8)) == A


def test_whoever_comes_up_does_not_take_over_a_conversation():
    said = TurnEnded(at=5.0, turn=TurnId(9), revision=0, text="hello", person=A)
    both = [talks(A, seconds=50.0), talks(B, seconds=50.0, y_m=0.8), engaged(1.0, A), said]
    assert watched(*both, engaged(20.0, B)).speaker(TurnId(2), 21.0) == A
    # ... but whoever has said nothing for long holds up nobody.
    assert watched(*both, engaged(45.0, B)).speaker(TurnId(2), 46.0) == B


def test_who_comes_up_behind_another_is_not_the_one_talked_with():
    first = talks(A, at=9.0, seconds=8.0, x_m=1.0)
    behind = talks(B, seconds=17.0, x_m=2.2, y_m=0.4)
    turns = replace(engaged(12.0, A), state=Engagement.ATTENDING)
    voice = SpeechStarted(at=9.5, turn=TurnId(2))
    assert watched(behind, voice, engaged(11.0, B), turns, first).speaker(TurnId(2), 13.0) == A

    def waits(before, *facts):
        seen = [one for one in [*behind, *before] if one.at < 11.0]
        return watched(seen, *facts).in_conversation(but=B)

    assert waits(first)
    # ... but who has turned to go is nobody to wait for, nor is one who stands as near.
    assert not waits(first, replace(engaged(10.0, A), state=Engagement.DISENGAGING))
    assert not waits(talks(A, at=9.0, seconds=2.0, x_m=1.9, y_m=-0.4))
    assert not waits(talks(A, at=5.0, seconds=3.0, x_m=1.0))


def test_who_walked_in_side_by_side_is_company_and_who_only_stands_beside_is_not():
    a, b = approach(at=0.0, person=A), [
        replace(one, place=replace(one.place, y_m=0.8)) for one in approach(at=0.0, person=B)
    ]  # fmt: skip
    assert watched(a, b).together(A, B)
    later = [replace(one, at=one.at + 6.0) for one in b]
    assert not watched(a, stand(at=3.2, seconds=8.0, person=A), later).together(A, B)


def test_who_is_found_again_where_they_were_lost_is_the_same():
    before = [engaged(1.0, A), *talks(A, seconds=6.0)]
    said = TurnEnded(at=5.0, turn=TurnId(1), revision=0, text="my car is red", person=A)
    found = watched(before, said, talks(B, at=6.4, seconds=3.0))
    assert found.before(B) == A
    assert [one.words for one in found.memory(B, 9.0).lines if one.words] == ["my car is red"]
    elsewhere = watched(before, said, talks(B, at=6.4, seconds=3.0, y_m=1.5))
    assert elsewhere.before(B) is None
    at_once = watched(before, said, talks(B, at=4.0, seconds=5.0))  # both are in view
    assert at_once.before(B) is None
    later = watched(before, lost(6.0, A), talks(B, at=18.0, seconds=3.0))
    assert later.before(B) is None


def test_the_answer_goes_to_who_was_seen_to_ask_though_another_is_talked_with():
    lobby = Lobby()
    lobby.attends("p1", 0.0)
    lobby.speaks(2.0)
    lobby.ends(3.0, "hello there")
    lobby.performs(lobby.replies(3.1, "Hello."), 3.2, 4.0)
    lobby.attends("p2", 5.0, y=0.8)
    lobby.speaks(8.0, turn=2)
    lobby.ends(9.0, "where is the lift", turn=2)
    (act,) = acts_of(lobby.replies(9.1, "On your right.", turn=2, to=PersonId("p2")))
    assert (act.to, act.gaze.person) == ("p2", "p2")
    assert lobby.situation.people["p2"].has(Mark.SPOKE)


async def test_words_that_end_while_another_speaks_stay_with_whom_they_were_said_to(tmp_path):
    act, started, end = agent_says(4.0, "You can park behind the house.", to=A)
    async with Reception(tmp_path) as reception:
        reception.tell(ended(3.0, "where can i leave my car", turn=1, person=A))
        await reception.settle()
        reception.tell(replace(act, in_reply_to=TurnId(1)), started)
        reception.tell(ended(5.0, "where is the lift", turn=2, person=B))
        await reception.settle()
        reception.tell(end)
        await reception.settle()
        history = {one.person: one.history for one in reception.dialogue.encounters}
        assert ("agent", "You can park behind the house.") in history[A]
        assert all("park" not in words for _, words in history[B])


def test_words_on_stage_are_remembered_where_they_were_said_to():
    addressed, one, other = Addressed(), *(Encounter(began_at=0, last_at=0) for _ in "ab")
    act, _, end = agent_says(1.0, "Hello.", act=1)
    addressed.plan(act, one)
    assert addressed.heard(end.act, other) is one
    assert addressed.heard(end.act, other) is other  # never planned: whoever is served
    addressed.answer(TurnId(3), other)
    addressed.plan(replace(act, in_reply_to=TurnId(3)), one)
    assert addressed.heard(end.act, one) is other
    addressed.plan(act, one)
    addressed.forget(one)
    assert addressed.heard(end.act, other) is None
