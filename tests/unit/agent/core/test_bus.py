"""The bus: who gets what, what is shed, and that nobody starves."""

import asyncio
import threading
import time
import tracemalloc

import pytest

from agent.core.bus import EVERY, LATEST, RECENT, Bus, Delivery, OverrunError
from agent.core.clock import LoopClock
from agent.core.messages import (
    Duck,
    Message,
    MicrophoneLevel,
    PersonId,
    PersonLost,
    Reason,
    SpeechStarted,
    Stop,
    TurnId,
    WordsHeard,
)
from agent.core.tenure import Tenure, TenureEnded, start_under


def lost(at):
    return PersonLost(at=float(at), person=PersonId(f"p{at}"))


def level(at):
    return MicrophoneLevel(at=float(at), level_db=-30.0, speech=0.5)


def stop(at):
    return Stop(at=float(at), reason=Reason(policy="test", because="the test says so"))


def duck(at):
    return Duck(at=float(at), gain=0.25, reason=Reason(policy="test", because="a voice"))


async def take(subscription, count):
    return [(await anext(subscription)).at for _ in range(count)]


async def test_a_reader_gets_its_kinds_in_the_order_of_publication():
    bus = Bus()
    both = bus.subscribe(PersonLost, MicrophoneLevel, delivery=EVERY)
    one = bus.subscribe(PersonLost, delivery=EVERY)
    for message in (lost(1), level(2), lost(3)):
        bus.publish(message)

    assert await take(both, 3) == [1, 2, 3]
    assert await take(one, 2) == [1, 3]


async def test_a_reader_of_the_base_gets_everything():
    bus = Bus()
    everything = bus.subscribe(Message, delivery=EVERY)
    bus.publish(lost(1))
    bus.publish(stop(2))
    assert await take(everything, 2) == [1, 2]


async def test_a_reader_that_subscribes_after_the_first_publication_is_served_too():
    bus = Bus()
    bus.publish(lost(0))
    late = bus.subscribe(PersonLost, delivery=EVERY)
    bus.publish(lost(1))
    assert await take(late, 1) == [1]


async def test_a_reader_waits_for_what_is_not_there_yet():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, delivery=EVERY)
    loop = asyncio.get_running_loop()
    loop.call_later(3.0, bus.publish, lost(3))
    assert await take(inbox, 1) == [3]
    assert loop.time() == pytest.approx(3.0)


async def test_latest_keeps_the_newest_and_counts_the_rest():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, delivery=LATEST)
    for at in range(5):
        bus.publish(lost(at))
    assert await take(inbox, 1) == [4]
    assert inbox.dropped == 4


async def test_recent_keeps_a_short_history():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, delivery=RECENT)
    for at in range(RECENT.capacity + 10):
        bus.publish(lost(at))
    assert len(inbox) == RECENT.capacity
    assert await take(inbox, 1) == [10]
    assert inbox.dropped == 10


async def test_what_waited_too_long_is_not_delivered():
    bus = Bus()
    commands = bus.subscribe(Stop, delivery=Delivery(capacity=8, lossy=False, max_age_s=2.0))
    bus.publish(stop(0))
    await asyncio.sleep(5)
    bus.publish(stop(4))
    assert await take(commands, 1) == [4]
    assert commands.dropped == 1


async def test_a_reader_that_must_see_all_is_told_once_that_it_did_not():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, delivery=EVERY, reader="the planner")
    for at in range(EVERY.capacity + 3):
        bus.publish(lost(at))

    with pytest.raises(OverrunError, match="the planner fell behind: PersonLost: lost 3"):
        await anext(inbox)
    bus.publish(lost(5000))  # still full: the same overrun goes on, and is not told again
    assert await take(inbox, EVERY.capacity) == [*range(4, EVERY.capacity + 3), 5000]
    assert inbox.overruns == 1


async def test_a_second_overrun_after_catching_up_is_told_again():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, delivery=Delivery(capacity=2, lossy=False))
    for _ in range(2):
        for at in range(3):
            bus.publish(lost(at))
        with pytest.raises(OverrunError):
            await anext(inbox)
        await take(inbox, 2)
    assert inbox.overruns == 2


async def test_without_an_urgent_kind_the_order_is_kept():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, Stop, delivery=EVERY)
    for message in (lost(1), lost(2), stop(3)):
        bus.publish(message)
    assert await take(inbox, 3) == [1, 2, 3]


async def test_an_urgent_kind_overtakes_the_backlog_and_keeps_its_own_order():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, Stop, Duck, delivery=EVERY, urgent=(Stop, Duck))
    for message in (lost(1), lost(2), duck(3), stop(4), lost(5)):
        bus.publish(message)
    assert await take(inbox, 5) == [3, 4, 1, 2, 5]


async def test_when_room_is_short_urgent_messages_are_shed_last():
    bus = Bus()
    delivery = Delivery(capacity=3, lossy=True)
    inbox = bus.subscribe(PersonLost, Stop, delivery=delivery, urgent=(Stop,))
    for message in (stop(1), lost(2), lost(3), lost(4), stop(5)):
        bus.publish(message)
    assert await take(inbox, 3) == [1, 5, 4]


async def test_what_a_stop_made_void_can_be_discarded():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, delivery=EVERY)
    for at in range(4):
        bus.publish(lost(at))
    assert inbox.discard() == 4
    bus.publish(lost(9))
    assert await take(inbox, 1) == [9]
    assert inbox.dropped == 4


async def test_a_reader_with_a_full_backlog_lets_others_run():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, delivery=EVERY)
    for at in range(1000):
        bus.publish(lost(at))
    read = 0

    async def greedy():
        nonlocal read
        async for _ in inbox:
            read += 1

    async with asyncio.TaskGroup() as group:
        reader = group.create_task(greedy())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert 0 < read < 100
        reader.cancel()


@pytest.mark.real_time
async def test_a_stop_passes_four_rooms_between_two_messages_of_a_stage_that_blocks():
    """The stage blocks 20 ms a message with ten waiting; the stop comes from another thread."""
    bus, loop = Bus(), asyncio.get_running_loop()
    bus.open_to_threads(loop)
    slow = bus.subscribe(PersonLost, delivery=EVERY)
    voice = bus.subscribe(SpeechStarted, delivery=EVERY)
    words = bus.subscribe(WordsHeard, delivery=EVERY)
    ducks = bus.subscribe(Duck, delivery=EVERY)
    stops = bus.subscribe(Stop, delivery=EVERY)
    served = 0
    for at in range(10):
        bus.publish(lost(at))

    async def blocks():
        nonlocal served
        async for _ in slow:
            until = time.perf_counter() + 0.02
            while time.perf_counter() < until:
                pass
            served += 1

    async def passes_on(inbox, outgoing):
        async for message in inbox:
            bus.publish(outgoing(message.at))

    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(passes_on(voice, lambda at: words_heard(at))),
            group.create_task(passes_on(words, duck)),
            group.create_task(passes_on(ducks, stop)),
            group.create_task(blocks()),
        ]
        threading.Timer(
            0.03, bus.publish_from_thread, [SpeechStarted(at=0.0, turn=TurnId(1))]
        ).start()
        await anext(stops)
        assert served <= 3  # one quantum after the 30 ms, not the whole backlog
        for task in tasks:
            task.cancel()


def words_heard(at):
    return WordsHeard(at=at, turn=TurnId(1), revision=0, text="")


async def test_publishing_from_a_thread_wakes_the_reader():
    bus = Bus()
    bus.open_to_threads(asyncio.get_running_loop())
    inbox = bus.subscribe(PersonLost, delivery=EVERY)
    await asyncio.to_thread(bus.publish_from_thread, lost(1))
    assert await take(inbox, 1) == [1]


def test_publishing_from_a_thread_needs_a_running_bus():
    with pytest.raises(RuntimeError, match="open_to_threads"):
        Bus().publish_from_thread(lost(1))


async def test_a_component_given_up_on_publishes_and_reads_nothing():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, delivery=EVERY)
    outbox = bus.subscribe(MicrophoneLevel, delivery=EVERY)
    tenure = Tenure("fake.zombie")

    async def zombie():
        while True:
            message = await anext(inbox)
            bus.publish(level(message.at))

    task = start_under(tenure, zombie(), "zombie")
    bus.publish(lost(1))
    assert await take(outbox, 1) == [1]
    tenure.end()
    bus.publish(lost(2))

    with pytest.raises(TenureEnded):
        await task
    assert await take(inbox, 1) == [2]  # left for its successor
    assert len(outbox) == 0


async def test_the_end_of_a_tenure_covers_the_threads_that_were_started_under_it():
    bus, go_on = Bus(), threading.Event()
    bus.open_to_threads(asyncio.get_running_loop())
    outbox = bus.subscribe(MicrophoneLevel, delivery=EVERY)
    tenure = Tenure("fake.zombie")

    def compute():
        go_on.wait(5)
        bus.publish_from_thread(level(1))

    async def job():
        await asyncio.to_thread(compute)

    task = start_under(tenure, job(), "job")
    await asyncio.sleep(0)
    tenure.end()
    go_on.set()
    await task
    assert len(outbox) == 0
    assert tenure.refused == 1


async def test_a_successor_takes_over_a_subscription_from_a_reader_given_up_on():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, delivery=EVERY)
    tenure = Tenure("fake.zombie")

    async def read():
        return await anext(inbox)

    zombie = start_under(tenure, read(), "zombie")
    await asyncio.sleep(0)  # it waits for a message now
    tenure.end()
    asyncio.get_running_loop().call_later(1.0, bus.publish, lost(1))
    assert await take(inbox, 1) == [1]
    with pytest.raises(TenureEnded):
        await zombie


async def test_two_readers_of_one_subscription_are_an_error():
    bus = Bus()
    inbox = bus.subscribe(PersonLost, delivery=EVERY)

    async def read():
        return await anext(inbox)

    first = asyncio.get_running_loop().create_task(read())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(1.0, bus.publish, lost(1))
    await take(inbox, 1)
    with pytest.raises(RuntimeError, match="two readers"):
        await first


async def test_a_long_run_leaves_nothing_behind():
    bus, clock = Bus(), LoopClock(asyncio.get_running_loop())
    inbox = bus.subscribe(PersonLost, delivery=LATEST)

    async def run(count):
        for _ in range(count):
            bus.publish(lost(clock.now()))
            await anext(inbox)

    await run(2000)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        await run(20_000)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown / 20_000 < 1.0
