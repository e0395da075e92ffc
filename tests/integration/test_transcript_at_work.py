"""The dialogue remembers what was seen and heard, and answers from it, in virtual time."""

import pytest

from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    ButtonPressed,
    Engagement,
    EngagementChanged,
    PersonId,
    Reason,
)
from agent.core.messages.acts import Clause
from behavior.transcript.encounter import Transcript
from tests.fakes.desk import Reception, ended, paused
from tests.fakes.model_server import ModelServer
from tests.fakes.people import lost, stand
from tests.fault.test_model_server import Line

A, B = PersonId("aa"), PersonId("bb")


def comes(person, at, *, gaze_deg=0.0, seconds=5.0):
    engaged = EngagementChanged(
        at=at + 0.5, person=person, state=Engagement.ENGAGED, previous=None, distance_m=1.2
    )
    return [*stand(at=at, seconds=seconds, person=person, gaze_deg=gaze_deg), engaged]


def agent_says(at, words, *, heard=None, act=1, to=A):
    reason = Reason(policy="reply.answer", because="a test")
    return [
        Act(at=at, act=ActId(act), reason=reason, to=to, clauses=(Clause(text=words),)),
        ActStarted(at=at, act=ActId(act)),
        ActFinished(
            at=at + 2.0,
            act=ActId(act),
            heard=words if heard is None else heard,
            interrupted=heard is not None,
        ),
    ]


def in_order(*messages):
    flat = [one for many in messages for one in (many if isinstance(many, list) else [many])]
    return sorted(flat, key=lambda one: one.at)


async def scene(tmp_path, *batches):
    """Play batches of messages to a dialogue; return it, and what it said to the last one."""
    async with Reception(tmp_path) as reception:
        for batch in batches:
            reception.messages.clear()
            reception.tell(*batch)
            await reception.settle(0.5)
        return reception, reception.said(), [r.intent for r in reception.replies]


VISIT = in_order(comes(A, 1.0), ended(3.0, "where can i leave my car", turn=1, person=A))


async def test_the_dialogue_tells_what_was_said_about_a_topic(tmp_path):
    asks = [ended(60.0, "what did i just say about parking", turn=2, person=A)]
    _, said, intents = await scene(tmp_path, VISIT, asks)
    assert "where can i leave my car" in said
    assert intents == ["memory"]


async def test_the_early_answer_of_a_pause_and_the_committed_one_are_the_same(tmp_path):
    line = "what did i just say about parking"
    asks = [paused(60.0, line, turn=2), ended(60.0, line, turn=2)]
    reception, said, _ = await scene(tmp_path, VISIT, asks)
    assert "where can i leave my car" in said
    assert len(reception.replies) == 1


async def test_what_was_not_heard_is_not_remembered_as_said(tmp_path):
    asks = [ended(60.0, "what did you say about the car park", turn=2, person=A)]
    cut = agent_says(5.0, "The car park is behind the house, take the ramp.", heard="")
    _, said, _ = await scene(tmp_path, in_order(VISIT, cut), asks)
    assert "ramp" not in said
    begun = agent_says(
        5.0, "The car park is behind the house, take the ramp.", heard="The car park"
    )
    _, said, _ = await scene(tmp_path, in_order(VISIT, begun), asks)
    assert "The car park" in said
    assert "interrupted" in said
    assert "ramp" not in said


@pytest.mark.parametrize(
    "forgets",
    [
        [ended(20.0, "forget me please", turn=2, person=A)],
        [paused(20.0, "forget me please", turn=2), ended(20.0, "forget me please", turn=2)],
        [ButtonPressed(at=20.0, button="forget", person=A)],
    ],
)
async def test_forget_me_works_at_once(tmp_path, forgets):
    asks = [ended(25.0, "what did i say about my car", turn=3, person=A)]
    reception, said, _ = await scene(tmp_path, VISIT, forgets, asks)
    assert "leave my car" not in said
    assert "leave my car" not in reception.dialogue._transcript.text()


async def test_memory_ends_with_the_visit_even_when_nothing_more_happens(tmp_path):
    async with Reception(tmp_path) as reception:
        reception.tell(*VISIT, lost(6.0, A))
        await reception.settle(5.0)
        assert "leave my car" in reception.dialogue._transcript.text()
        await reception.settle(120.0)
        assert reception.dialogue._transcript.lines() == ()


async def test_somebody_who_steps_up_is_not_told_what_the_last_one_said(tmp_path):
    steps_up = in_order(comes(B, 30.0, seconds=10.0), stand(at=30.0, x_m=4.0, person=A))
    asks = [ended(38.0, "what did i say about my car", turn=2)]
    _, said, _ = await scene(tmp_path, VISIT, steps_up, asks)
    assert "leave my car" not in said


async def test_a_voice_is_that_of_who_stands_near_and_looks_though_another_was_talked_with(
    tmp_path,
):
    steps_up = in_order(
        stand(at=30.0, seconds=10.0, person=B, gaze_deg=0.0),
        stand(at=30.0, seconds=10.0, x_m=4.0, person=A),
    )
    asks = [ended(38.0, "what did i say about my car", turn=2)]
    _, said, _ = await scene(tmp_path, VISIT, steps_up, asks)
    assert "leave my car" not in said


async def test_asking_twice_gives_the_same_answer_twice(tmp_path):
    line = "what did i say about my car"
    asks = [[ended(at, line, turn=int(at), person=A)] for at in (40.0, 50.0)]
    _, said, _ = await scene(tmp_path, VISIT, *asks)
    assert "where can i leave my car" in said


async def test_whoever_spoke_before_being_seen_is_told_what_they_said(tmp_path):
    spoke = [ended(1.0, "where can i leave my car", turn=1)]
    asks = [ended(12.0, "what did i say about my car", turn=2, person=A)]
    _, said, _ = await scene(tmp_path, spoke, in_order(comes(A, 5.0)), asks)
    assert "where can i leave my car" in said


async def test_whoever_only_passed_by_is_forgotten_though_nothing_more_happens(tmp_path):
    async with Reception(tmp_path) as reception:
        reception.tell(*stand(at=1.0, seconds=2.0, person=B), lost(3.0, B))
        await reception.settle(120.0)
        assert reception.dialogue._transcript.lines() == ()


async def test_whoever_asks_about_others_is_told_that_their_words_are_kept(tmp_path):
    asks = [ended(38.0, "did anybody ask for me", turn=2, person=B)]
    _, said, _ = await scene(tmp_path, VISIT, in_order(comes(B, 30.0)), asks)
    assert "other" in said
    assert "car" not in said.replace("care", "")


async def test_and_before_that_goes_further_back(tmp_path):
    second = [ended(10.0, "where is the lift", turn=2, person=A)]
    asks = [ended(60.0, "what was my last question", turn=3, person=A)]
    further = [ended(70.0, "and before that", turn=4, person=A)]
    _, said, _ = await scene(tmp_path, VISIT, second, asks)
    assert "where is the lift" in said
    _, said, intents = await scene(tmp_path, VISIT, second, asks, further)
    assert "where can i leave my car" in said
    assert intents == ["memory"]


async def test_an_open_question_is_asked_again_after_a_look_back(tmp_path):
    opens = [ended(10.0, "i am here to see priya nair", turn=2, person=A)]
    asks = [ended(60.0, "what did i ask about the car", turn=3, person=A)]
    _, said, _ = await scene(tmp_path, VISIT, opens, asks)
    assert "leave my car" in said
    assert "name" in said or "who may" in said


@pytest.mark.real_time
async def test_the_language_model_reads_the_visitors_part_and_nobody_elses_words():
    told = in_order(
        comes(B, 0.5), ended(0.9, "my secret is tulip", person=B), comes(A, 1.0),
        agent_says(2.0, "Hello there."),
    )  # fmt: skip
    transcript = Transcript()
    for message in told:
        transcript.take(message)
    memory = transcript.memory(A, 6.0)
    async with ModelServer() as server, Line(server.url) as line:
        await line.ask(at=6.0, memory=memory)
        prompt = server.requests[0]["messages"][-1]["content"]
    assert '[-4.0--2.0] agent says to aa "Hello there."' in prompt
    assert "gaze agent 100%" in prompt
    assert "others in view: 1" in prompt
    assert "tulip" not in prompt


@pytest.mark.real_time
async def test_what_the_model_is_told_of_the_past_is_bounded():
    transcript = Transcript()
    for i in range(100):
        transcript.take(ended(float(i), f"line {i} " + "word " * 20, turn=i, person=A))
    async with ModelServer() as server, Line(server.url, transcript_tokens=100) as line:
        await line.ask(at=100.0, memory=transcript.memory(A, 100.0))
        prompt = server.requests[0]["messages"][-1]["content"]
    seen = prompt.split("seconds before now:")[1].split("The visitor says")[0]
    assert "line 99" in seen
    assert len(seen) < 100 * 4


@pytest.mark.real_time
async def test_questions_about_the_past_are_answered_by_the_desk_and_not_embroidered():
    transcript = Transcript()
    transcript.take(ended(1.0, "where can i leave my car", person=A))
    async with ModelServer() as server, Line(server.url) as line:
        question = "what did i say about my car"
        parts, _ = await line.ask(question, at=9.0, memory=transcript.memory(A, 9.0))
    assert server.requests == []
    assert "leave my car" in " ".join(c.text for p in parts for c in p.clauses)
