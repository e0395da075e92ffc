"""An answer to what may have been half a turn: it counts, is doubted, and is taken back."""

import asyncio
import contextlib
from dataclasses import replace

from agent.core.messages import Clause
from behavior.dialogue.answer import Answer
from behavior.dialogue.conversation import CallHelp, Conversation, Heard, Part
from behavior.dialogue.editions import Editions
from behavior.dialogue.memory import Encounter
from behavior.dialogue.under_way import AnswersUnderWay

HELP = CallHelp(urgent=False, because="a visitor asks for a person")
FIRST, GOES_ON = 1, 2


class Slow:
    """Gives its answer when told to, and does not notice that it was cancelled meanwhile."""

    name = "slow"

    def __init__(self):
        self.go = asyncio.Event()

    async def answer(self, conversation, heard):
        with contextlib.suppress(asyncio.CancelledError):
            await self.go.wait()
        yield Part(
            clauses=(Clause(text="I am calling somebody."),),
            conversation=replace(conversation, turns=conversation.turns + 1),
            effects=(HELP,),
        )


class Desk:
    def __init__(self):
        self.done, self.backend = [], Slow()
        self.answers = AnswersUnderWay(
            backend=Editions(self.backend),
            tools=None,
            publish=lambda message: None,
            local_time=lambda at: None,
            counts=lambda work, effects: self.done.extend(effects),
            goes_on=lambda work: None,
        )
        self.work = Answer(
            FIRST, 0, Encounter(began_at=0.0, last_at=0.0), Heard(text="can you call")
        )
        self.work.settled.set()

    async def answered(self):
        self.backend.go.set()
        await self.answers.finished()


async def test_what_is_committed_and_not_doubted_is_done():
    desk = Desk()
    async with asyncio.TaskGroup() as group:
        desk.answers.begin(desk.work, group)
        desk.answers.commit(desk.work)
        await desk.answered()
    assert desk.done == [HELP]
    assert desk.work.encounter.conversation.turns == 1


async def test_what_was_taken_back_before_it_was_made_is_never_done():
    desk = Desk()
    async with asyncio.TaskGroup() as group:
        desk.answers.begin(desk.work, group)
        await asyncio.sleep(0)
        desk.answers.commit(desk.work)
        desk.answers.doubt(FIRST, GOES_ON)
        desk.answers.settle(GOES_ON, words=True)
        await desk.answered()
    assert desk.work.withdrawn
    assert desk.work.parts  # it was made all the same
    assert desk.done == []
    assert desk.work.encounter.conversation == Conversation()


async def test_what_nobody_has_committed_yet_is_not_in_doubt():
    desk = Desk()
    async with asyncio.TaskGroup() as group:
        desk.answers.begin(desk.work, group)
        desk.answers.doubt(FIRST, GOES_ON)
        assert desk.work.settled.is_set()
        desk.answers.settle(GOES_ON, words=True)
        desk.answers.commit(desk.work)
        await desk.answered()
    assert not desk.work.withdrawn
    assert desk.done == [HELP]
