import dataclasses

import pytest

from agent.core.messages import (
    ButtonPressed,
    ComponentHealth,
    Engagement,
    EngagementChanged,
    Health,
    PersonId,
    PersonLost,
    SpeechContinues,
    SpeechStarted,
    StreamQuiet,
    TurnEnded,
    TurnId,
)
from behavior.situation.floor import Holder
from behavior.situation.hearing import says_any, speaker_of
from behavior.situation.people import Mark
from behavior.situation.state import Situation, SituationConfig
from behavior.situation.update import update
from tests.fakes.encounters import Lobby, acts_of, after, marked, seen


def becomes(person, at, state, x=1.5):
    return EngagementChanged(
        at=at, person=PersonId(person), state=Engagement(state), previous=None, distance_m=x
    )


def lost(person, at):
    return PersonLost(at=at, person=PersonId(person))


def test_it_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Situation().now = 3.0


def test_a_message_from_the_past_does_not_turn_time_back():
    assert after(seen("p1", 5.0), seen("p2", 4.9)).now == 5.0


def test_attention_lasts_from_attending_through_engaged():
    situation = after(becomes("p1", 1, "attending"), becomes("p1", 3, "engaged"))
    assert situation.people["p1"].attending_since == 1
    situation = after(becomes("p1", 5, "disengaging"), start=situation)
    assert situation.people["p1"].attending_since is None


def left_after_a_greeting(x=3.0, at=10.0):
    start = marked(after(seen("p1", at, x=x)), "p1", Mark.GREETED, Mark.SPOKE)
    return after(lost("p1", at), start=start)


def test_who_is_lost_for_a_moment_keeps_everything():
    situation = after(seen("p2", 13.0, x=2.5), start=left_after_a_greeting())
    person = situation.people["p2"]
    assert set(person.marks) == {Mark.GREETED, Mark.SPOKE}
    assert not person.returned


def test_who_comes_back_after_a_while_is_still_greeted():
    situation = after(seen("p2", 70.0, x=3.4), start=left_after_a_greeting())
    person = situation.people["p2"]
    assert set(person.marks) == {Mark.GREETED}
    assert person.returned


@pytest.mark.parametrize(("at", "x", "y"), [(500.0, 3.0, 0.0), (70.0, 3.0, 3.0)])
def test_who_comes_much_later_or_elsewhere_is_someone_else(at, x, y):
    situation = after(seen("p2", at, x=x, y=y), start=left_after_a_greeting())
    assert situation.people["p2"].marks == {}


def test_only_one_person_is_taken_for_the_one_who_left():
    situation = after(
        seen("p2", 70.0, x=3.2), seen("p3", 70.2, x=3.2), start=left_after_a_greeting()
    )
    assert [bool(person.marks) for person in situation.people.values()] == [True, False]


def test_the_encounter_follows_someone_whose_id_changed():
    start = after(seen("p1", 1.0), becomes("p1", 1.1, "attending"))
    end = TurnEnded(at=5.0, turn=TurnId(1), revision=0, text="hello", voiced_s=1.0)
    start = after(end, start=start)
    assert start.encounter.addressee == "p1"
    situation = after(lost("p1", 5.5), seen("p2", 6.0), start=start)
    assert situation.encounter.addressee == "p2"


@pytest.mark.parametrize("found_at", [1.4, 2.2])
def test_who_is_seen_under_another_id_before_the_first_is_given_up_is_the_same(found_at):
    known = after(seen("p1", 1.0, x=1.4), becomes("p1", 1.1, "attending"))
    known = marked(known, "p1", Mark.GREETED)
    known = update(known, SpeechStarted(at=1.2, turn=TurnId(1)))
    known = update(known, TurnEnded(at=1.3, turn=TurnId(1), revision=0, text="hello"))
    known = after(seen("p2", found_at, x=1.5), becomes("p2", found_at, "present"), start=known)
    known = after(seen("p2", found_at + 0.3, x=1.5), start=known)
    assert set(known.people) == {"p2"}
    assert known.people["p2"].has(Mark.GREETED)
    assert known.encounter.addressee == "p2"
    assert not known.people["p2"].attends
    assert set(after(lost("p1", 2.5), start=known).people) == {"p2"}


@pytest.mark.parametrize(("at", "x"), [(1.1, 1.4), (1.8, 2.2)])
def test_two_who_are_both_seen_or_stand_apart_are_two(at, x):
    known = marked(after(seen("p1", 1.0, x=1.4)), "p1", Mark.GREETED)
    known = update(known, seen("p2", at, x=x))
    known = update(known, seen("p1", at + 0.1, x=1.4)) if at < 1.5 else known
    assert set(known.people) == {"p1", "p2"}
    assert not known.people["p2"].has(Mark.GREETED)


def test_who_came_before_the_other_was_lost_is_somebody_else():
    known = after(seen("p1", 1.0, x=1.4), seen("p2", 1.1, x=1.5), seen("p1", 1.2, x=1.4))
    known = after(seen("p2", 1.9, x=1.5), start=known)
    assert set(known.people) == {"p1", "p2"}


def test_who_is_not_seen_any_more_is_gone_even_if_nobody_says_so():
    situation = after(seen("p1", 1.0), seen("p2", 4.0), seen("p2", 8.0))
    assert set(situation.people) == {"p2"}


def test_a_voice_nobody_reports_on_any_more_has_fallen_silent():
    start = after(SpeechStarted(at=1.0, turn=TurnId(1)))
    assert start.visitor_speaks
    assert start.floor.holder is Holder.VISITOR
    going = SpeechContinues(at=2.0, turn=TurnId(1), revision=0, voiced_s=1.0)
    assert after(going, start=start).visitor_speaks
    late = after(seen("p1", 9.0), start=start)
    assert not late.visitor_speaks
    assert late.floor.holder is Holder.NOBODY


def test_a_turn_is_laid_to_whoever_is_talked_with_or_stands_nearest_attending():
    near = after(seen("p1", 1.0, x=1.4), seen("p2", 1.0, x=1.2), becomes("p1", 1.0, "attending"))
    end = TurnEnded(at=2.0, turn=TurnId(1), revision=0, text="hello")
    assert speaker_of(near, end) == "p1"
    named = dataclasses.replace(end, person=PersonId("p2"))
    assert speaker_of(near, named) == "p2"
    assert speaker_of(Situation(), end) is None


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("No, thank you.", True),
        ("not nowhere", False),
        ("where is it", False),
        ("juit looking thanko", True),
        ("so thank you", False),
        ("no tianks", True),
        ("oh thanks", False),
        ("We are fine, thank you.", True),
    ],
)
def test_a_refusal_is_understood(text, refuses):
    start = after(seen("p1", 1.0), becomes("p1", 1.0, "attending"))
    end = TurnEnded(at=2.0, turn=TurnId(1), revision=0, text=text)
    situation = after(end, start=start)
    assert situation.refused(situation.people["p1"]) == refuses


def test_who_refused_and_then_asks_is_served_again():
    start = marked(after(seen("p1", 1.0)), "p1", Mark.REFUSED)
    end = TurnEnded(at=2.0, turn=TurnId(1), revision=0, text="well, where is it")
    situation = after(end, start=start)
    assert not situation.refused(situation.people["p1"])


def test_forget_forgets():
    start = marked(after(seen("p1", 1.0)), "p1", Mark.GREETED, Mark.SPOKE)
    end = TurnEnded(at=2.0, turn=TurnId(1), revision=0, text="my name is a secret")
    situation = after(end, ButtonPressed(at=3.0, button="forget"), start=start)
    assert "secret" not in repr(situation)
    assert situation.people["p1"].marks == {}
    assert situation.encounter is None


def test_a_camera_that_falls_silent_is_no_camera():
    situation = after(StreamQuiet(at=1.0, stream="camera", quiet_s=3.0))
    assert situation.devices.camera is False
    back = StreamQuiet(at=2.0, stream="camera", quiet_s=0.0, recovered=True)
    assert after(back, start=situation).devices.camera is True


def test_a_stage_that_failed_says_nothing_any_more():
    lobby = Lobby()
    lobby.ends(1.0, "hello", typed=True)
    (act,) = [a for a in acts_of(lobby.replies(1.0, "Hello.")) if a.clauses]
    lobby.starts(act, 1.2)
    assert lobby.situation.floor.holder is Holder.AGENT
    down = ComponentHealth(at=2.0, component="actuation.performer", health=Health.RESTARTING)
    lobby.tell(down)
    assert lobby.situation.floor.holder is Holder.NOBODY


def test_an_act_the_stage_never_reports_on_does_not_hold_the_floor_for_ever():
    lobby = Lobby()
    lobby.ends(1.0, "hello", typed=True)
    lobby.replies(1.0, "Hello.")
    assert lobby.situation.floor.agent_speaks
    lobby.sees("p1", 40.0)
    assert not lobby.situation.floor.agent_speaks


def test_turns_are_not_kept_for_ever():
    lobby = Lobby()
    for i in range(1, 50):
        lobby.ends(float(i), f"line {i}", turn=i, typed=True)
    assert len(lobby.situation.turns) <= 10


def test_how_long_things_last_is_configured():
    short = Situation(config=SituationConfig(return_within_s=0, bridge_s=0))
    start = marked(after(seen("p1", 1.0), start=short), "p1", Mark.GREETED)
    assert after(lost("p1", 1.0), seen("p2", 2.0), start=start).people["p2"].marks == {}


@pytest.mark.parametrize(
    ("text", "found"), [("You look TIRED.", True), ("you look, tired", True), ("retired", False)]
)
def test_phrases_are_found_as_whole_words(text, found):
    assert says_any(text, ("you look tired", "tired")) == found
