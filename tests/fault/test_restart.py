"""What the agent does when one of its parts fails, hangs, or will not stop."""

import asyncio
import contextlib
import threading

import pytest

from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, Health, PersonId, PersonLost
from agent.runtime import RestartPolicy, Runtime, told

QUICK = RestartPolicy(attempts=3, first_delay_s=0.5, window_s=60)
SPARE = QUICK.model_copy(update={"essential": False})


class Part:
    """Does what its script says, one entry a run: a fault to raise, or how long to live."""

    def __init__(self, *script, name="fake.part"):
        self.name = name
        self.runs = 0
        self._script = list(script)

    async def run(self):
        self.runs += 1
        step = self._script.pop(0) if self._script else None
        if isinstance(step, BaseException):
            raise step
        if step is not None:
            await asyncio.sleep(step)
            raise ConnectionError("unplugged")
        await asyncio.Event().wait()


def unplugged(times):
    return [ConnectionError("camera unplugged")] * times


class World:
    """A runtime, and what it says of its parts."""

    def __init__(self, *parts, policy=QUICK):
        self.loop = asyncio.get_running_loop()
        self.bus, self.clock = Bus(), LoopClock(self.loop)
        self.reports = self.bus.subscribe(ComponentHealth, delivery=EVERY)
        self.runtime = Runtime(bus=self.bus, clock=self.clock)
        self.runtime.add_all(parts, policy)

    async def live(self, seconds):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.runtime.run()

    def told(self, name="fake.part"):
        said = self.reports.waiting()
        return [(round(r.at, 3), str(r.health)) for r in said if r.component == name]


async def test_a_component_that_recovers_is_restarted_with_growing_delay():
    world = World(Part(*unplugged(2)))
    await world.live(10)
    assert world.told() == [
        (0.0, "running"),
        (0.0, "restarting"),
        (0.5, "running"),
        (0.5, "restarting"),
        (1.5, "running"),
    ]


async def test_an_essential_component_that_does_not_recover_takes_the_agent_down():
    world = World(Part(*unplugged(99)), Part(name="fake.other"))
    with pytest.raises(ExceptionGroup) as raised:
        await world.runtime.run()
    assert raised.group_contains(ConnectionError, match="camera unplugged")
    assert world.told()[-1][1] == "failed"


async def test_the_agent_goes_on_without_a_part_it_can_spare_and_tries_it_again():
    world = World(Part(*unplugged(4)), policy=SPARE)
    world.runtime.add(Part(name="fake.planner"))
    await world.live(300)
    assert [h for _, h in world.told()].count("failed") == 1
    assert world.runtime.health()["fake.part"][0] is Health.RUNNING  # it was plugged in again
    assert world.told("fake.planner") == [(0.0, "running")]


async def test_faults_of_long_ago_are_forgiven():
    """One fault every 25 s for ten minutes never has four within the window of 60 s."""
    part = Part(*[25.0] * 20)
    world = World(part)
    await world.live(600)
    assert part.runs > 15
    assert "failed" not in [h for _, h in world.told()]


async def test_as_many_faults_within_the_window_are_too_many():
    world = World(Part(*[10.0] * 20), policy=SPARE)
    await world.live(60)
    assert world.told()[-1][1] == "failed"


async def test_what_is_not_there_is_not_asked_for_hotly_and_its_cure_is_shown():
    cure = "recogniser: whisper needs faster_whisper; pip install faster-whisper"
    part = Part(*[BackendUnavailableError(cure)] * 1000)
    world = World(part)  # essential: even so, waiting for a cure is no reason to go down
    await world.live(600)
    assert 10 <= part.runs <= 25
    assert world.runtime.health()["fake.part"] == (Health.DEGRADED, cure)
    assert [h for _, h in world.told()].count("running") == 1  # no flapping


async def test_what_is_missing_all_day_is_one_line_of_the_log_and_a_fault_has_its_stack(caplog):
    away = [BackendUnavailableError("camera: there is none; plug one in")] * 100
    world = World(Part(*away, ConnectionError("unplugged"), *away))
    await world.live(5000)
    lines = [(one.message, getattr(one, "stack", "")) for one in caplog.records]
    assert [message for message, _ in lines] == [
        "component is not well",
        "component failed",
        "component is not well",
        "component is not well",
    ]
    assert "test_restart.py" in lines[1][1]


class Sought(Part):
    """Looks for its device for a while before it finds that there is none."""

    async def run(self):
        self.runs += 1
        await asyncio.sleep(self._script.pop(0) if self._script else 1e9)
        raise BackendUnavailableError("microphone: there is none; plug one in")


async def test_a_part_that_looks_long_for_what_is_missing_is_not_told_to_run_meanwhile():
    part = Sought(*[3.0] * 40)
    world = World(part, policy=SPARE.model_copy(update={"unavailable_retry_s": 10}))
    await world.live(400)
    first, *then = [health for _, health in world.told()]
    assert (first, set(then)) == ("running", {"degraded"})
    assert len(then) > 20
    world = World(Sought(3.0, 3.0, 3600.0), policy=SPARE)
    await world.live(120)
    assert world.told()[-1][1] == "running"  # it has lasted


async def test_a_missing_back_end_is_known_inside_a_task_group_too():
    class Grouped(Part):
        async def run(self):
            async with asyncio.TaskGroup() as group:
                group.create_task(super().run())

    world = World(Grouped(BackendUnavailableError("no device")))
    await world.live(10)
    assert world.runtime.health()["fake.part"] == (Health.DEGRADED, "no device")


async def test_a_part_that_came_back_is_running_again():
    world = World(Part(BackendUnavailableError("no device")))
    await world.live(40)
    assert [h for _, h in world.told()] == ["running", "degraded", "running"]


async def test_a_component_whose_work_is_done_is_not_restarted():
    class Ends(Part):
        async def run(self):
            self.runs += 1

    part = Ends()
    world = World(part)
    await world.runtime.run()
    assert part.runs == 1
    assert world.runtime.health()["fake.part"][0] is Health.RUNNING


async def test_a_hung_component_is_restarted_when_the_watchdog_asks():
    part = Part()
    world = World(part)
    world.loop.call_later(5.0, world.runtime.restart, "fake.part", "quiet for 5 s")
    await world.live(10)
    assert part.runs == 2
    assert (5.0, "restarting") in world.told()


async def test_the_operator_can_revive_what_was_given_up_on():
    part = Part(*unplugged(4))
    world = World(part, policy=SPARE.model_copy(update={"failed_retry_s": None}))
    runs = []
    world.loop.call_later(99.0, lambda: runs.append(part.runs))
    world.loop.call_later(100.0, world.runtime.restart, "fake.part", "the operator asks")
    await world.live(200)
    assert runs == [4]  # given up on, and left alone
    assert part.runs == 5
    assert world.runtime.health()["fake.part"][0] is Health.RUNNING
    assert world.runtime.restart("fake.nobody", "because") is False


class Stubborn(Part):
    """Swallows its cancellation and goes on publishing, the first time it runs."""

    bus = None

    async def run(self):
        self.runs += 1
        if self.runs > 1:
            await asyncio.Event().wait()
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.1)
            self.bus.publish(PersonLost(at=0.0, person=PersonId("ghost")))


async def test_a_component_that_ignores_its_cancellation_is_abandoned_and_silenced():
    part = Stubborn()
    world = World(part)
    part.bus = world.bus
    heard = world.bus.subscribe(PersonLost, delivery=EVERY)
    world.loop.call_later(1.0, world.runtime.restart, "fake.part", "hung")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            group.create_task(world.runtime.run())
            await asyncio.sleep(1.3)
            said = len(heard)
            assert (1.2, "degraded") in world.told()  # reported within 250 ms
            assert world.runtime.abandoned == ("fake.part",)
            await asyncio.sleep(5)
            assert len(heard) == said  # the ghost publishes on, and nobody hears it
            assert part.runs == 2  # and has a successor
    end_of_the_ghosts()


def end_of_the_ghosts():
    """Let the loop of this test end: take the abandoned tasks off its books."""
    loop = asyncio.get_running_loop()
    for task in asyncio.all_tasks(loop):
        if task is not asyncio.current_task():
            task._log_destroy_pending = False
            asyncio.tasks._unregister_task(task)


async def test_stopping_takes_bounded_time_whatever_the_parts_do():
    part = Stubborn()
    world = World(part)
    part.bus = world.bus
    await world.live(5)
    assert world.loop.time() == pytest.approx(5.2, abs=0.02)
    end_of_the_ghosts()


async def test_a_part_may_say_its_last_words_while_it_is_stopped():
    class Tidy(Part):
        async def run(self):
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0.1)
                world.bus.publish(PersonLost(at=0.0, person=PersonId("p1")))

    world = World(Tidy())
    heard = world.bus.subscribe(PersonLost, delivery=EVERY)
    await world.live(5)
    assert len(heard) == 1


async def test_a_background_task_of_a_dead_run_is_silenced_with_it():
    async def late():
        await asyncio.sleep(1)
        world.bus.publish(PersonLost(at=0.0, person=PersonId("ghost")))

    class LeavesATask(Part):
        async def run(self):
            self.late = asyncio.get_running_loop().create_task(late())
            await super().run()

    world = World(LeavesATask(*unplugged(1)))
    heard = world.bus.subscribe(PersonLost, delivery=EVERY)
    await world.live(1.2)
    assert len(heard) == 0


async def test_what_is_published_while_a_component_is_down_reaches_it_after_its_restart():
    class Forwarder:
        name = "fake.forwarder"

        def __init__(self, inbox):
            self.got = []
            self._inbox = inbox

        async def run(self):
            async for lost in self._inbox:
                if lost.at == 1.0 and not self.got:
                    self.got.append("fault")
                    raise ConnectionError
                self.got.append(lost.at)

    world = World()
    part = Forwarder(world.bus.subscribe(PersonLost, delivery=EVERY))
    world.runtime.add(part, QUICK)
    for at in (1.0, 1.1, 1.2):  # the restart takes 0.5 s: the last two find it down
        world.loop.call_at(at, world.bus.publish, PersonLost(at=at, person=PersonId("p1")))
    await world.live(10)
    assert part.got == ["fault", 1.1, 1.2]


async def test_the_bus_is_open_to_threads_while_the_runtime_runs():
    class FromAThread(Part):
        async def run(self):
            message = PersonLost(at=0.0, person=PersonId("p1"))
            thread = threading.Thread(target=world.bus.publish_from_thread, args=(message,))
            thread.start()
            thread.join()

    world = World(FromAThread())
    heard = world.bus.subscribe(PersonLost, delivery=EVERY)
    await world.live(1)
    assert len(heard) == 1


def test_a_fault_is_told_in_one_line_with_its_place():
    try:
        raise ValueError("three eyes")
    except ValueError as error:
        text = told(ExceptionGroup("parts", [error]))
    assert text.startswith("ValueError: three eyes at fault/test_restart.py:")


def test_two_components_of_one_name_are_refused():
    runtime = Runtime(bus=Bus(), clock=None)
    runtime.add(Part())
    with pytest.raises(ValueError, match="fake.part"):
        runtime.add(Part())
