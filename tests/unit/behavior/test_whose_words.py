"""Whose words they were, for whom, and whether they were a no: from lips, bodies and places."""

import math
from dataclasses import replace

import pytest

from agent.core.messages import (
    Clause,
    Engagement,
    EngagementChanged,
    PersonId,
    PersonLost,
    ReplyReady,
    SpeechContinues,
    SpeechStarted,
    TurnEnded,
    TurnId,
)
from behavior.norms.people import faced_by_another
from behavior.situation.hearing import declines, speaker_of
from behavior.situation.people import Mark
from behavior.situation.state import Encounter, Situation
from behavior.situation.update import update
from tests.fakes.encounters import Lobby, after, marked, seen

# Lips


def voice(*lips, start=None, for_s=1.0):
    """A voice of turn 1, while people are seen with mouths that move or do not."""
    situation = after(SpeechStarted(at=5.0, turn=TurnId(1), revision=0), start=start)
    for k in range(1, round(for_s * 10) + 1):
        at = 5.0 + 0.1 * k
        more = SpeechContinues(at=at, turn=TurnId(1), revision=0, voiced_s=0.1 * k)
        situation = update(situation, more)
        for who, y, moves in lips:
            opened = (0.4 if k % 2 else 0.1) if moves else 0.05
            one = replace(seen(who, at, y=y, speed=0.0), mouth_open=opened)
            situation = update(situation, one)
    return situation


def end(text="where is it", at=6.2):
    return TurnEnded(at=at, turn=TurnId(1), revision=0, text=text, voiced_s=1.0)


def attending(*people):
    changes = (
        EngagementChanged(
            at=4.0,
            person=PersonId(who),
            state=Engagement.ATTENDING,
            previous=None,
            distance_m=1.5,
        )
        for who in people
    )
    return after(*changes)


def test_words_are_theirs_whose_lips_moved():
    situation = voice(("p1", 0.0, False), ("p2", 0.8, True), start=attending("p1", "p2"))
    assert speaker_of(situation, end()) == "p2"


def test_who_is_off_across_the_room_has_not_said_what_somebody_near_said():
    start = attending("p1", "p2")
    gone = after(
        seen("p1", 5.0, x=6.0),
        EngagementChanged(
            at=5.0,
            person=PersonId("p1"),
            state=Engagement.DISENGAGING,
            previous=None,
            distance_m=6.0,
        ),
        seen("p2", 5.0, y=0.8),
        start=replace(
            start, encounter=Encounter(addressee=PersonId("p1"), since=1.0, active_at=4.0)
        ),
    )
    assert speaker_of(gone, end()) == "p2"


def test_where_both_mouths_move_lips_say_nothing():
    start = attending("p1", "p2")
    both = voice(("p1", 0.0, True), ("p2", 0.8, True), start=start)
    assert not both.who_spoke.of(end()).seen
    assert speaker_of(both, end()) == speaker_of(start, end())


def test_a_mouth_that_opens_once_has_not_spoken():
    situation = voice(("p2", 0.8, True), start=attending("p1", "p2"), for_s=0.2)
    situation = after(seen("p1", 5.3), start=situation)
    assert speaker_of(situation, end(at=5.4)) == "p1"


# For whom, and what it means


def back_to_back_with(angle):
    """p1 looks over from 0.8 m beside p2, whose body is turned from the agent by `angle`."""
    return after(
        seen("p1", 0.0, x=1.8, y=-0.8, facing=0.3, speed=0.0),
        seen("p2", 0.1, x=1.2, y=-0.4, facing=angle, speed=0.0),
    )


def test_a_body_turned_to_somebody_is_seen_by_its_angle():
    situation = back_to_back_with(2.6)
    assert faced_by_another(situation, situation.people["p1"])
    situation = back_to_back_with(0.95)
    assert not faced_by_another(situation, situation.people["p1"])
    between = after(
        seen("p1", 0.0, x=0.8, facing=0.3, speed=0.0),
        seen("p2", 0.1, x=1.6, facing=0.4, speed=0.0),
    )
    assert not faced_by_another(between, between.people["p1"])  # p2 looks at the agent


def after_a_talk(*later, angle=2.6):
    """p2 stood turned to p1 for a second, until 1.0 s."""
    p1 = [seen("p1", k / 10, x=1.8, y=-0.8, facing=0.3, speed=0.0) for k in range(10)]
    p2 = [seen("p2", k / 10, x=1.2, y=-0.4, facing=angle, speed=0.0) for k in range(1, 11)]
    return after(*sorted((*p1, *p2), key=lambda one: one.at), *later)


def test_a_talk_is_not_over_with_the_first_step_or_the_first_glance():
    goes = seen("p1", 1.5, x=1.8, y=-1.0, facing=0.3, speed=0.6)
    glances = seen("p2", 1.6, x=1.2, y=-0.4, facing=0.1, speed=0.0)
    situation = after_a_talk(goes, glances)
    assert all(faced_by_another(situation, one) for one in situation.people.values())
    later = seen("p1", 3.7, x=1.8, y=-1.0, facing=0.3, speed=0.0)
    situation = after_a_talk(goes, glances, later)
    assert not any(faced_by_another(situation, one) for one in situation.people.values())


def test_one_picture_of_a_turned_body_is_no_talk_to_be_remembered():
    first = [seen("p2", -1 + k / 10, x=1.2, y=-0.4, facing=0.1, speed=0.0) for k in range(10)]
    flips = seen("p2", 0.02, x=1.2, y=-0.4, facing=2.6, speed=0.0)
    back = seen("p2", 0.14, x=1.2, y=-0.4, facing=0.1, speed=0.0)
    situation = after(*first, seen("p1", 0.0, x=1.8, y=-0.8, facing=0.3, speed=0.0), flips, back)
    assert not faced_by_another(situation, situation.people["p1"])


def talkers(lobby):
    """Two who stand face to face, sideways to the agent."""
    side = math.atan2(0.4, 1.8)
    for who, y in (("p1", 0.4), ("p2", -0.4)):
        lobby.tell(seen(who, 1.0, x=1.8, y=y, facing=math.pi / 2 - side, speed=0.0))


def unknown(at, turn=1):
    return ReplyReady(
        at=at,
        turn=TurnId(turn),
        revision=0,
        clauses=(Clause(text="Sorry, once more?"),),
        intent="unknown",
    )


def hears(lobby, text, at=3.0):
    lobby.speaks(at - 1.0)
    lobby.pauses(at, text)
    lobby.ends(at, text, voiced_s=1.0)
    lobby.tell(unknown(at), at + 0.1)
    lobby.until(at + 9.0)


def test_what_people_say_to_each_other_is_not_asked_again():
    lobby = Lobby()
    talkers(lobby)
    hears(lobby, "that meeting took for ever")
    assert lobby.said() == []
    (passed,) = lobby.acts("reply.overheard")
    assert "among visitors" in passed.reason.because


def test_who_turns_to_the_agent_is_asked_again():
    lobby = Lobby()
    lobby.tell(seen("p1", 1.0, x=1.8, y=0.4, facing=0.1, speed=0.0))
    lobby.tell(seen("p2", 1.0, x=1.8, y=-0.4, facing=1.3, speed=0.0))
    hears(lobby, "that meeting took for ever")
    assert "reply.answer" in lobby.branches()


def test_who_looks_away_alone_is_asked_again():
    lobby = Lobby()
    lobby.tell(seen("p1", 1.0, x=1.8, facing=1.3, speed=0.0))
    hears(lobby, "that meeting took for ever")
    assert "reply.answer" in lobby.branches()


def test_a_no_of_one_who_talks_with_others_is_theirs_too():
    lobby = Lobby()
    talkers(lobby)
    lobby.speaks(2.0)
    lobby.ends(3.0, "no thanks we are just talking", voiced_s=1.0)
    assert all(lobby.situation.refused(one) for one in lobby.situation.people.values())


def test_a_no_of_one_is_not_that_of_another_visitor_beside():
    lobby = Lobby()
    lobby.tell(seen("p1", 1.0, x=1.5, facing=0.1, speed=0.0))
    lobby.tell(seen("p2", 1.0, x=1.5, y=1.0, facing=0.1, speed=0.0))
    lobby.speaks(2.0)
    lobby.ends(3.0, "just looking thanks", voiced_s=1.0, person=PersonId("p1"))
    refused = {who for who, one in lobby.situation.people.items() if lobby.situation.refused(one)}
    assert refused == {"p1"}


def refuses_after_greeting(at, speaker):
    """p1 is greeted; p2 comes up; somebody says no, and it is put down to `speaker`."""
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.until(2.0)
    lobby.attends("p2", at - 1.5, y=1.0)
    lobby.speaks(at - 1.0)
    lobby.ends(at, "leave me alone", voiced_s=1.0, person=PersonId(speaker))
    return {who for who, one in lobby.situation.people.items() if lobby.situation.refused(one)}


def test_a_no_to_a_greeting_holds_for_whom_was_greeted_whoever_seems_to_have_said_it():
    assert refuses_after_greeting(6.0, "p2") == {"p1", "p2"}
    assert refuses_after_greeting(40.0, "p2") == {"p2"}


def answered(intent, at=5.0, ready_s=0.1):
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.until(2.0)
    lobby.speaks(at - 1.0)
    if ready_s < 0:
        lobby.pauses(at + ready_s, "looking thanks")
        lobby.replies(at, "Gladly.", intent=intent, now=at + ready_s)
    lobby.ends(at, "looking thanks", voiced_s=1.0)
    if ready_s > 0:
        lobby.replies(at, "Gladly.", intent=intent, now=at + ready_s)
    return lobby.situation.refused(lobby.situation.people["p1"])


def test_thanks_to_an_offer_is_a_no():
    assert answered("thanks")
    assert answered("thanks", ready_s=-0.5)  # made ready before it was sure that the turn is over
    assert not answered("thanks", at=40.0)
    assert not answered("question")


def test_where_two_pass_closely_a_refusal_holds_for_both():
    start = marked(after(seen("p1", 1.0, x=1.4)), "p1", Mark.REFUSED)
    near = after(seen("p2", 2.0, x=1.4, y=0.4, speed=1.0), start=start)
    assert near.refused(near.people["p2"])
    far = after(seen("p2", 2.0, x=1.4, y=0.9, speed=1.0), start=start)
    assert not far.refused(far.people["p2"])
    start = after(seen("p1", 1.9, x=1.4), start=start)
    stands = after(seen("p2", 2.0, x=1.4, y=0.4, speed=0.0), start=start)
    assert not stands.refused(stands.people["p2"])


def test_who_comes_after_a_greeted_one_has_not_refused_by_walking_in():
    start = marked(after(seen("p1", 1.0, x=3.2)), "p1", Mark.GREETED)
    start = after(PersonLost(at=1.0, person=PersonId("p1")), start=start)
    start = after(seen("p2", 40.0, x=3.3, speed=1.0), start=start)
    assert start.people["p2"].returned
    passing = EngagementChanged(
        at=41.0, person=PersonId("p2"), state=Engagement.PASSING, previous=None, distance_m=2.0
    )
    assert not after(passing, start=start).people["p2"].has(Mark.REFUSED)
    greeted = marked(start, "p2", Mark.GREETED)
    assert after(passing, start=greeted).people["p2"].has(Mark.REFUSED)


# Not understood


def test_words_that_were_not_understood_may_have_been_a_no():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    hears(lobby, "chust lookin sanks", at=8.0)
    assert lobby.situation.people["p1"].has(Mark.UNCLEAR)
    lobby.until(80.0)
    assert not [branch for branch in lobby.branches() if branch.startswith("waiting")]


def test_who_is_understood_the_next_time_is_as_before():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    hears(lobby, "chust lookin sanks", at=8.0)
    lobby.speaks(20.0, turn=2)
    lobby.ends(21.0, "where is the lift", turn=2, voiced_s=1.0)
    lobby.replies(21.0, "On the left.", turn=2, intent="directions", now=21.2)
    assert not lobby.situation.people["p1"].has(Mark.UNCLEAR)


# What was not understood


def unclear(at, *, speaker="p2", text="gargle", voiced_s=1.0):
    """p1 is greeted, p2 stands by; something is said at `at` that nobody can make out."""
    lobby = Lobby(waiting={"enabled": False})
    lobby.attends("p1", 1.0)
    lobby.until(2.0)
    assert lobby.branches() == ["greeting.words"]
    lobby.tell(seen("p2", at - 1.5, y=1.0, speed=0.0))
    lobby.speaks(at - 1.0)
    lobby.ends(at, text, voiced_s=voiced_s, person=PersonId(speaker))
    if text:
        lobby.tell(unknown(at), at + 0.1)
    people = lobby.situation.people
    return {who for who, one in people.items() if one.has(Mark.UNCLEAR)}


def test_unclear_words_after_a_greeting_may_be_a_no_of_whom_was_greeted():
    assert unclear(6.0) == {"p1", "p2"}
    assert unclear(40.0) == {"p2"}


def test_a_voice_without_words_may_be_one_too():
    assert unclear(6.0, text="") == {"p1", "p2"}
    assert unclear(6.0, text="", voiced_s=0.3) == set()


@pytest.mark.parametrize(
    ("heard", "declined"),
    [
        ("no thauk you just", True),
        ("no thang you i am looking", True),
        ("no thank you", True),
        ("so thank you just", False),
        ("now thank you for that", False),
        ("not all thank you", False),
        ("go thauk you just", False),
        ("leave me a loan", True),
        ("looking for the lift", False),
        ("i'm fire", True),
        ("i'm fire where is the lift", False),
        ("i'm aine thank you", True),
        ("not nown thanks", True),
        ("i'm here for aine thank you", False),
        ("thank you", False),
    ],
)
def test_a_no_is_known_though_misheard_where_a_sentence_begins_with_it(heard, declined):
    phrases = Situation().config.refusal_phrases
    assert declines(heard, phrases) is declined


def test_a_refusal_ends_only_with_words_that_surely_are_theirs():
    start = marked(attending("p1", "p2"), "p1", Mark.REFUSED)
    two = after(seen("p1", 5.0), seen("p2", 5.0, y=0.8), start=start)
    two = after(end("where are the toilets"), start=two)
    assert two.refused(two.people["p1"])
    start = marked(attending("p1"), "p1", Mark.REFUSED)
    one = after(seen("p1", 5.0), end("where are the toilets"), start=start)
    assert not one.refused(one.people["p1"])


def goodbye_to(answered):
    lobby = Lobby()
    lobby.tell(seen("p1", 1.0, x=2.0, facing=0.1, speed=0.0))
    lobby.becomes("p1", 1.0, "attending")
    lobby.speaks(4.0)
    lobby.ends(5.0, "where is the lift", voiced_s=1.0, person=PersonId("p1"))
    if answered:
        lobby.performs(lobby.replies(5.0, "On the left.", now=5.2), 5.3, 7.0)
    else:
        lobby.tell(replace(unknown(5.0), clauses=(), intent="directions"), 5.1)
    lobby.tell(seen("p1", 9.0, x=2.2, approach=-1.0))
    lobby.becomes("p1", 9.0, "disengaging", x=2.2)
    lobby.tell(seen("p1", 9.6, x=2.6, approach=-1.0))
    lobby.until(14.0)
    return "farewell.words" in lobby.branches()


def test_goodbye_is_said_to_whom_something_was_said():
    assert goodbye_to(answered=True)
    assert not goodbye_to(answered=False)
