"""Looking at hands beside the loop: one look at a time, and faults that end in a restart."""

import asyncio

import numpy as np
import pytest

from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import Context, ContextChanged
from agent.looking_at_objects import LookingAtObjects
from perception.eyes.objects import ObjectsConfig
from perception.eyes.sightings import Look
from perception.off_loop import GivenUpError
from perception.senses import Picture
from tests.fakes.agents import house, whole_agent
from tests.fakes.holding import FakeObjects, figure, followed, thing
from tests.fakes.people import Inline


class Slow:
    """Work that takes its time."""

    def __init__(self, seconds):
        self._seconds, self.closed = seconds, 0

    async def call(self, work, timeout_s):
        if self._seconds > timeout_s:
            raise GivenUpError("objects: no answer")
        await asyncio.sleep(self._seconds)
        return work()

    def close(self, last=None):
        self.closed += 1
        if last is not None:
            last()


def picture(at):
    return Picture(at=at, pixels=np.zeros((480, 640, 3), np.uint8))


def looking(told, *, detector=None, off_loop=None, opener=None, **config):
    found = detector or FakeObjects([thing("box", (0.2, 0.1), 0.4)])
    clock = LoopClock(asyncio.get_running_loop())
    return LookingAtObjects(
        ObjectsConfig(**config), open_detector=opener or (lambda: found),
        off_loop=off_loop or Inline(), clock=clock, tell=lambda *one: told.append(one),
    )  # fmt: skip


async def shown(objects, *, seconds=3.0, hz=10, tracks=True):
    """Pictures for a while, as the eyes hand them on."""
    async with asyncio.TaskGroup() as group:
        run = group.create_task(objects.run())
        for k in range(round(seconds * hz)):
            at = k / hz
            objects.watch(picture(at), Look(), [followed(at=at)] if tracks else [])
            await asyncio.sleep(1 / hz)
        run.cancel()


async def test_each_look_is_told_with_what_it_found_and_they_are_seldom():
    told = []
    await shown(looking(told, every_s=0.5))
    assert 5 <= len(told) <= 6
    assert all(look.person == "p1" and things[0].thing == "box" for look, things in told)


async def test_where_nobody_is_known_no_look_is_taken():
    detector = FakeObjects()
    await shown(looking([], detector=detector), tracks=False)
    assert detector.looks == []


async def test_pictures_that_come_during_a_look_are_let_pass_and_slow_looks_are_rare():
    told = []
    await shown(looking(told, off_loop=Slow(0.4), every_s=0.5, share=0.2), seconds=10)
    moments = [look.at for look, _ in told]
    assert len(moments) >= 3
    assert all(after - before >= 1.9 for before, after in zip(moments, moments[1:], strict=False))


async def test_two_pictures_at_once_are_one_look():
    told = []
    objects = looking(told)
    async with asyncio.TaskGroup() as group:
        run = group.create_task(objects.run())
        await asyncio.sleep(0.1)
        for at in (0.0, 1.0):
            objects.watch(picture(at), Look(), [followed(at=at)])
        await asyncio.sleep(0.1)
        run.cancel()
    assert [look.at for look, _ in told] == [0.0]


async def test_what_cannot_be_opened_is_told_with_its_cure():
    def refuse():
        raise BackendUnavailableError("objects: no model; foyer models pull --objects")

    with pytest.raises(BackendUnavailableError, match="--objects"):
        await looking([], opener=refuse).run()


async def test_a_look_that_hangs_ends_the_run_and_gives_the_model_back():
    detector, off_loop = FakeObjects(), Slow(1.0)
    objects = looking([], detector=detector, off_loop=off_loop)

    async def hangs():
        async with asyncio.TaskGroup() as group:
            group.create_task(objects.run())
            await asyncio.sleep(1.1)
            off_loop._seconds = 99.0
            objects.watch(picture(0.0), Look(), [followed()])

    with pytest.raises(ExceptionGroup) as fault:
        await hangs()
    assert fault.group_contains(GivenUpError)
    assert detector.closed
    objects.watch(picture(1.0), Look(), [followed(at=1.0)])  # nobody listens any more


def carrier(at):
    """Somebody who stands before the agent."""
    return Look(bodies=(figure(),))


async def test_the_whole_agent_tells_of_a_box_in_a_hand_and_of_none_without(tmp_path):
    for things in ([thing("box", (0.2, 0.1), 0.4)], []):
        detector = FakeObjects(things)
        async with whole_agent(
            tmp_path, scene=carrier, open_objects=lambda made=detector: made
        ) as agent:
            await agent.live(8)
            facts = [m for m in agent.of(ContextChanged) if m.context is Context.CARRYING]
        assert detector.looks
        assert detector.closed
        assert [(m.holds, m.because.split(" in ")[0]) for m in facts] == (
            [(True, "a box")] if things else []
        )


async def test_an_agent_whose_model_is_broken_goes_on_and_says_so(tmp_path):
    def refuse():
        raise BackendUnavailableError("objects: not whole; delete it")

    async with whole_agent(tmp_path, scene=carrier, open_objects=refuse) as agent:
        await agent.live(6)
        health, detail = agent.agent.runtime.health()["perception.objects"]
        eyes = agent.agent.runtime.health()["perception.people"][0]
        assert "perception.objects" not in agent.agent.runtime.ailing()
    assert (health, detail) == ("degraded", "objects: not whole; delete it")
    assert eyes == "running"


async def test_where_contexts_are_not_asked_for_hands_are_not_looked_at(tmp_path):
    settings = house(tmp_path)
    off = settings.config.seeing.among.model_copy(update={"contexts": False})
    settings = house(tmp_path, seeing={"among": off})
    detector = FakeObjects([thing("box", (0.2, 0.1), 0.4)])
    async with whole_agent(
        tmp_path, scene=carrier, settings=settings, open_objects=lambda: detector
    ) as agent:
        await agent.live(4)
    assert detector.looks == []
