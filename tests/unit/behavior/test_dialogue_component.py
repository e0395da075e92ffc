"""Turns in, replies and effects out: speculation, commits, encounters."""

import pytest

from agent.core.messages import (
    ActFinished,
    ActId,
    ButtonPressed,
    ComponentHealth,
    Engagement,
    EngagementChanged,
    HelpCalled,
    HostNotified,
    PersonId,
    PersonLost,
    SpeechStarted,
    TurnId,
    VisitRecorded,
)
from behavior.backends.scripted import Line, ScriptedDialogue
from behavior.dialogue.conversation import Asked, NotifyHost
from behavior.dialogue.memory import VisitBook
from tests.fakes.desk import Reception, demo_site, ended, paused

EVERYTHING = "my name is tom baker and i am here to see daniel okafor"


def engaged(at, person):
    return EngagementChanged(
        at=at,
        person=PersonId(person),
        state=Engagement.ENGAGED,
        previous=Engagement.ATTENDING,
        distance_m=1.2,
    )


async def test_a_pause_is_answered_at_once_and_nothing_is_done(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(paused(0.0, EVERYTHING))
        await desk.settle()
        assert "Daniel Okafor" in desk.said()
        assert (desk.replies[0].turn, desk.replies[0].revision) == (1, 0)
        await desk.settle(5)
        assert desk.of(HostNotified) == []
        assert desk.of(VisitRecorded) == []
    assert VisitBook(desk.visits).visits() == ()


async def test_the_commit_of_the_same_revision_does_it_once(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(paused(0.0, EVERYTHING), ended(0.1, EVERYTHING), ended(0.1, EVERYTHING))
        await desk.settle(1)
        assert len(desk.replies) == 1
        assert [n.host for n in desk.of(HostNotified)] == ["Daniel Okafor"]
        assert [v.purpose for v in desk.of(VisitRecorded)] == ["appointment"]
    assert [v.visitor for v in VisitBook(desk.visits).visits()] == ["Tom Baker"]


def voice(at, turn, goes_on=None):
    return SpeechStarted(at=at, turn=TurnId(turn), goes_on=goes_on and TurnId(goes_on))


async def test_a_host_is_told_of_the_whole_when_a_turn_that_seemed_over_goes_on(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(paused(0.0, EVERYTHING), ended(0.2, EVERYTHING))
        await desk.settle(0.4)
        assert desk.of(HostNotified) == []
        desk.tell(voice(0.4, 2, goes_on=1))
        await desk.settle(2.0)
        assert desk.of(HostNotified) == []
        longer = EVERYTHING + " at ten"
        desk.tell(paused(2.4, longer, turn=2), ended(2.6, longer, turn=2))
        await desk.settle(2)
        assert [n.host for n in desk.of(HostNotified)] == ["Daniel Okafor"]
        assert len(desk.of(VisitRecorded)) == 1
    assert [v.visitor for v in VisitBook(desk.visits).visits()] == ["Tom Baker"]


async def test_what_the_first_half_had_changed_is_as_before_it(tmp_path):
    async with Reception(tmp_path) as desk:
        half = "i want to see daniel okafor"
        desk.tell(paused(0.0, half), ended(0.2, half))
        await desk.settle(0.3)
        assert desk.dialogue.encounters.current.conversation.asked is not Asked.NOTHING
        desk.tell(voice(0.4, 2, goes_on=1))
        whole = half + " no wait just tell me where the lift is"
        desk.tell(paused(1.4, whole, turn=2))
        await desk.settle(0.01)
        encounter = desk.dialogue.encounters.current
        assert encounter.history == []
        assert encounter.conversation.asked is Asked.NOTHING
        desk.tell(ended(1.6, whole, turn=2))
        await desk.settle(1)
        assert [words for who, words in encounter.history if who == "visitor"] == [whole]


async def test_a_cough_after_a_turn_takes_nothing_back(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(paused(0.0, EVERYTHING), ended(0.2, EVERYTHING), voice(0.5, 2, goes_on=1))
        await desk.settle(2)
        assert desk.of(HostNotified) == []
        desk.tell(ended(1.0, "", turn=2))
        await desk.settle(0.5)
        assert [n.host for n in desk.of(HostNotified)] == ["Daniel Okafor"]


async def test_what_was_chosen_meanwhile_outlives_a_half_that_goes_on(tmp_path):
    async with Reception(tmp_path) as desk:
        half = "i want to see daniel okafor"
        desk.tell(ended(0.2, half, person=PersonId("p1")), voice(0.4, 2, goes_on=1))
        await desk.settle(0.3)
        desk.tell(ButtonPressed(at=0.5, button="language_de", person=PersonId("p1")))
        desk.tell(paused(1.4, half + " at ten", turn=2))
        await desk.settle(0.01)
        assert desk.dialogue.encounters.current.conversation.language == "de"


async def test_whoever_leaves_in_the_middle_of_a_sentence_is_announced_all_the_same(tmp_path):
    async with Reception(tmp_path, grace_s=5.0) as desk:
        one = PersonId("p1")
        desk.tell(engaged(0.0, "p1"), ended(0.2, EVERYTHING, person=one))
        desk.tell(voice(0.4, 2, goes_on=1))
        await desk.settle(2)
        assert desk.of(HostNotified) == []
        desk.tell(PersonLost(at=2.0, person=one))
        await desk.settle(10)
        assert [n.host for n in desk.of(HostNotified)] == ["Daniel Okafor"]


async def test_a_name_that_was_forgotten_does_not_come_back_with_the_second_half(tmp_path):
    async with Reception(tmp_path) as desk:
        one = PersonId("p1")
        desk.tell(ended(0.0, "my name is tom baker", person=one))
        await desk.settle(1)
        desk.tell(ended(1.2, "i am here to see daniel okafor", turn=2, person=one))
        desk.tell(voice(1.4, 3, goes_on=2))
        await desk.settle(0.3)
        desk.tell(ButtonPressed(at=1.6, button="forget", person=one))
        desk.tell(ended(2.0, "at ten", turn=3, person=one))
        await desk.settle(2)
        assert desk.dialogue.encounters.current.conversation.visitor is None
        assert desk.of(HostNotified) == []


async def test_what_is_answered_just_now_keeps_nothing_of_whoever_is_forgotten(tmp_path):
    slow = ScriptedDialogue([Line(clauses=("One.", "Two.", "Three."), after_s=1.0)])
    async with Reception(tmp_path, backend=slow) as desk:
        desk.tell(ended(0.0, "my name is tom baker"))
        await desk.settle(4)
        desk.tell(ended(4.0, "forget me please", turn=2))
        await desk.settle(1.2)
        answering = desk.dialogue._answers._work
        assert answering.heard.history != ()
        desk.dialogue._answers.forget(answering.encounter)
        assert answering.heard.history == ()
        assert answering.heard.memory is None
        assert answering.before is None


async def test_help_is_sent_without_waiting_for_the_end_of_a_sentence(tmp_path):
    site = demo_site()
    nowhere = site.emergency.notify.model_copy(update={"channel": "webhook"})
    emergency = site.emergency.model_copy(update={"notify": nowhere})
    site = site.model_copy(update={"emergency": emergency})
    async with Reception(tmp_path, site=site) as desk:
        desk.tell(paused(0.0, EVERYTHING), ended(0.2, EVERYTHING), voice(0.4, 2, goes_on=1))
        await desk.settle(1)
        desk.tell(ButtonPressed(at=1.0, button="help"))
        await desk.settle(0.2)
        assert len(desk.of(HelpCalled)) == 1
        assert any("could not be told" in h.detail for h in desk.of(ComponentHealth))
        assert desk.of(HostNotified) == []
        desk.tell(ended(1.0, "", turn=2))


async def test_the_effects_of_a_reply_in_many_parts_run_once(tmp_path):
    told = NotifyHost(host="Daniel Okafor", visitor="Tom", purpose="appointment")
    script = ScriptedDialogue([Line(clauses=("One.", "Two.", "Three."), effects=(told,))])
    async with Reception(tmp_path, backend=script) as desk:
        desk.tell(paused(0.0, "hello"), ended(0.1, "hello"), ended(0.1, "hello"))
        await desk.settle(1)
        assert desk.said() == "One. Two. Three."
        assert len(desk.of(HostNotified)) == 1


async def test_a_newer_revision_replaces_the_older_and_its_effects(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(paused(0.0, EVERYTHING))
        await desk.settle()
        desk.tell(paused(1.0, "where is the toilet", revision=1))
        await desk.settle()
        desk.tell(ended(1.2, "where is the toilet", revision=1))
        await desk.settle(3)
        assert desk.replies[-1].revision == 1
        assert "corridor" in desk.said()
        assert desk.of(HostNotified) == []


async def test_a_turn_without_a_pause_is_answered_too(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(ended(0.0, "where is the lift", typed=True))
        await desk.settle()
        assert "glass doors" in desk.said()


async def test_a_voice_without_words_is_left_to_the_planner(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(ended(0.0, "", voiced_s=1.0))
        await desk.settle()
        assert desk.replies == []


async def test_a_slow_answer_is_dropped_when_the_visitor_goes_on(tmp_path):
    slow = ScriptedDialogue([Line(clauses=("One.", "Two.", "Three."), after_s=1.0)])
    async with Reception(tmp_path, backend=slow) as desk:
        desk.tell(paused(0.0, "hello"))
        await desk.settle(1.5)
        desk.tell(paused(1.5, "hello there", revision=1))
        await desk.settle(0.1)
        assert slow.abandoned == 1
        await desk.settle(4)
        stale = [r for r in desk.replies if r.revision == 0]
        assert [c.text for r in stale for c in r.clauses] == ["One."]


async def test_a_backchannel_does_not_cut_off_an_answer_that_streams(tmp_path):
    class Streams(ScriptedDialogue):
        async def answer(self, conversation, heard):
            if heard.text == "mm hm":
                return
            async for part in super().answer(conversation, heard):
                yield part

    slow = Streams([Line(clauses=("One.", "Two.", "Three."), after_s=1.0)])
    async with Reception(tmp_path, backend=slow) as desk:
        desk.tell(ended(0.0, "hello"))
        await desk.settle(1.5)
        desk.tell(paused(1.5, "mm hm", turn=2), ended(1.6, "mm hm", turn=2))
        await desk.settle(4)
        assert desk.said() == "One. Two. Three."


async def test_what_was_not_heard_is_not_remembered_as_said(tmp_path):
    script = ScriptedDialogue([Line(clauses=("The lift is on the right.",))])
    async with Reception(tmp_path, backend=script) as desk:
        desk.tell(ended(0.0, "where is the lift"))
        await desk.settle()
        desk.tell(ActFinished(at=1.0, act=ActId(1), heard="The lift", interrupted=True))
        desk.tell(ended(2.0, "and the stairs", turn=2))
        await desk.settle()
        said = [words for who, words in script.heard[-1].history if who == "agent"]
        assert said == ["The lift"]


async def test_memory_ends_with_the_visit(tmp_path):
    async with Reception(tmp_path, grace_s=10.0) as desk:
        desk.tell(engaged(0.0, "p1"), ended(0.1, "my name is tom baker"))
        await desk.settle(1)
        desk.tell(PersonLost(at=1.0, person=PersonId("p1")))
        await desk.settle(15)
        desk.tell(engaged(16.0, "p2"), ended(16.5, "what is my name", turn=2))
        await desk.settle()
        assert "Tom" not in desk.replies[-1].clauses[0].text
        assert [v.purpose for v in desk.of(VisitRecorded)] == ["question"]


async def test_a_short_absence_keeps_the_memory(tmp_path):
    async with Reception(tmp_path, grace_s=10.0) as desk:
        desk.tell(engaged(0.0, "p1"), ended(0.1, "my name is tom baker"))
        await desk.settle(1)
        desk.tell(PersonLost(at=1.0, person=PersonId("p1")))
        await desk.settle(4)
        desk.tell(ended(5.0, "what is my name", turn=2, person=PersonId("p1")))
        await desk.settle()
        assert "Tom Baker" in desk.said()


async def test_two_people_are_kept_apart(tmp_path):
    async with Reception(tmp_path) as desk:
        one, two = PersonId("p1"), PersonId("p2")
        desk.tell(ended(0.0, "my name is tom baker", person=one))
        await desk.settle()
        desk.tell(ended(1.0, "what is my name", turn=2, person=two))
        await desk.settle()
        assert "Tom" not in "".join(c.text for c in desk.replies[-1].clauses)
        desk.tell(ended(2.0, "what is my name", turn=3, person=one))
        await desk.settle()
        assert "Tom Baker" in desk.replies[-1].clauses[0].text


@pytest.mark.parametrize("how", ["spoken", "button"])
async def test_forget_me_deletes_what_is_in_the_book(tmp_path, how):
    async with Reception(tmp_path) as desk:
        desk.tell(ended(0.0, EVERYTHING))
        await desk.settle(1)
        if how == "spoken":
            desk.tell(ended(1.0, "forget me", turn=2))
        else:
            desk.tell(ButtonPressed(at=1.0, button="forget"))
        await desk.settle(1)
        desk.tell(ended(2.0, "what is my name", turn=3))
        await desk.settle(1)
        assert "Tom" not in "".join(c.text for c in desk.replies[-1].clauses)
    assert not any("Tom" in v.visitor for v in VisitBook(desk.visits).visits())
    assert b"Tom Baker" not in desk.visits.read_bytes()


async def test_an_emergency_calls_a_person_without_waiting_for_the_book(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(ended(0.0, "someone has fainted"))
        await desk.settle()
        assert [(h.urgent) for h in desk.of(HelpCalled)] == [True]


async def test_buttons_call_a_person(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(ButtonPressed(at=0.0, button="help"), ButtonPressed(at=1.0, button="staff"))
        await desk.settle()
        assert [h.urgent for h in desk.of(HelpCalled)] == [True, False]


async def test_a_host_who_cannot_be_reached_is_said_and_a_person_called(tmp_path):
    site = demo_site()
    host = site.hosts[0].model_copy(
        update={"notify": site.hosts[0].notify.model_copy(update={"channel": "webhook"})}
    )
    site = site.model_copy(update={"hosts": (host, *site.hosts[1:])})
    async with Reception(tmp_path, site=site) as desk:
        desk.tell(ended(0.0, EVERYTHING))
        await desk.settle(10)
        assert [n.delivered for n in desk.of(HostNotified)] == [False]
        assert "no URL" in desk.of(HostNotified)[0].detail
        assert [h.urgent for h in desk.of(HelpCalled)] == [False]
        desk.tell(ended(11.0, "is he coming", turn=2))
        await desk.settle()
        assert "could not reach" in desk.said() or "did not get through" in desk.said()


async def test_old_visits_are_deleted(tmp_path):
    from behavior.dialogue.conversation import RecordVisit

    book = VisitBook(tmp_path / "visits.sqlite")
    book.record(RecordVisit(kind="question"), 1000.0)
    book.close()
    async with Reception(tmp_path, retention_days=30) as desk:
        await desk.settle(3)
    assert VisitBook(desk.visits).visits() == ()
