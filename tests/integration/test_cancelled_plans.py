"""Nothing of a plan that was given up is performed: dialogue, model server and planner together.

Time is virtual but while the server is asked.
"""

import asyncio

from agent.core.messages import (
    Act,
    ButtonPressed,
    Engagement,
    EngagementChanged,
    HostNotified,
    PersonId,
    ReplyReady,
    Stop,
    TurnEnded,
    TurnId,
    TurnPaused,
)
from agent.virtual_time import VirtualTimeLoop
from tests.fakes.desk import Reception
from tests.fakes.encounters import Lobby
from tests.fakes.model_server import ModelServer

WHO = PersonId("p1")
HOST = "my name is tom baker and i am here to see daniel okafor"


def plan(word):
    return [{"say": f"This is {word} clause number {i} of it."} for i in range(5)]


class House:
    """A reception whose replies go to a planner, with a model that takes its time."""

    def __init__(self, server, folder):
        config = {"url": server.url, "first_clause_s": 5.0, "whole_s": 9.0}
        self.desk = Reception(folder, row="openai_compatible", model=config)
        self.server = server
        self.lobby = Lobby(stage=True)
        self._told = 0

    async def __aenter__(self):
        await self.desk.__aenter__()
        self.zero = self.desk.clock.now()
        self.lobby.attends("p1", 0.0)
        self._tell(EngagementChanged(
            at=self.desk.clock.now(), person=WHO, state=Engagement.ENGAGED, previous=None,
            distance_m=1.0,
        ))  # fmt: skip
        return self

    async def __aexit__(self, *error):
        await self.desk.__aexit__(*error)

    def _tell(self, message):
        self.desk.tell(message)

    def hears(self, kind, text, *, turn=1, revision=0, **more):
        now = self.desk.clock.now()
        self._tell(kind(at=now, turn=TurnId(turn), revision=revision, text=text, **more))
        tell = self.lobby.pauses if kind is TurnPaused else self.lobby.ends
        tell(now - self.zero, text, turn=turn, revision=revision, **more)

    async def until(self, true):
        """Pass on replies to the planner until something is so."""
        async with asyncio.timeout(20):
            while True:
                self.pass_on()
                if true():
                    return
                await self.desk.settle(0.02)

    def pass_on(self):
        for message in self.desk.messages[self._told :]:
            if isinstance(message, ReplyReady):
                self.lobby.tell(message, now=self.desk.clock.now() - self.zero)
        self._told = len(self.desk.messages)

    def heard(self):
        return " ".join(c.text for _, act in self.lobby.sent if isinstance(act, Act)
                        for c in act.clauses)  # fmt: skip

    def replies(self, revision):
        return [r for r in self.desk.of(ReplyReady) if r.revision == revision]


def lived(scene, folder, **server):
    async def live():
        async with ModelServer(**server) as made, House(made, folder) as house:
            await scene(house)

    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(patience_s=20)) as runner:
        runner.run(live())


def test_of_a_turn_that_went_on_no_word_is_said_and_nothing_is_done(tmp_path):
    async def scene(house):
        house.hears(TurnPaused, HOST)
        await house.until(lambda: len(house.replies(0)) == 2)  # two of five clauses are there
        house.server.clauses = plan("new")
        house.lobby.speaks(house.desk.clock.now() - house.zero, revision=1)
        house.hears(TurnPaused, "where is the lift", revision=1)
        house.hears(TurnEnded, "where is the lift", revision=1, person=WHO)
        await house.until(lambda: any(r.last for r in house.replies(1)))
        await house.until(lambda: house.server.hung_up)
        assert len(house.replies(0)) <= 3  # one may have been on its way
        assert "old" not in house.heard()
        assert "new clause number 4" in house.heard()
        assert house.desk.of(HostNotified) == []

    lived(scene, tmp_path, clauses=plan("old"), piece_s=0.02)


def test_after_a_stop_the_rest_of_the_reply_is_not_performed_though_the_model_goes_on(tmp_path):
    async def scene(house):
        house.hears(TurnEnded, HOST, person=WHO, typed=True)
        await house.until(lambda: "number 1" in house.heard())
        before = house.heard()
        now = house.desk.clock.now() - house.zero
        house.lobby.starts(house.lobby.acts("reply.answer")[0], now)
        sent = house.lobby.tell(ButtonPressed(at=now + 0.01, button="stop"))
        assert any(isinstance(one, Stop) for one in sent)
        await house.until(lambda: any(r.last for r in house.replies(0)))
        house.lobby.until(house.desk.clock.now() - house.zero + 10)
        assert house.heard() == before
        assert len(house.desk.of(HostNotified)) == 1  # what was decided is done all the same

    lived(scene, tmp_path, clauses=plan("only"), piece_s=0.02)


def test_a_second_question_ends_the_answer_to_the_first_and_is_answered_itself(tmp_path):
    async def scene(house):
        house.hears(TurnEnded, HOST, person=WHO, typed=True)
        await house.until(lambda: "number 0" in house.heard())
        house.server.clauses = plan("second")
        house.hears(TurnEnded, "where is the lift", turn=2, person=WHO, typed=True)
        await house.until(lambda: any(r.last and r.turn == 2 for r in house.desk.of(ReplyReady)))
        said = house.heard()
        first_of_second = said.index("second clause number 0")
        assert "first" not in said[first_of_second:]
        assert "second clause number 4" in said

    lived(scene, tmp_path, clauses=plan("first"), piece_s=0.02)
