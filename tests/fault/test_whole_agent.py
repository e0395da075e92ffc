"""One part after the other dies, hangs and comes back; the whole agent says so and goes on.

"Goes on" means each time: a typed question is answered aloud, and nothing essential has died.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time

import aiohttp
import pytest

from actuation.generators.voices.process import ProcessVoice
from actuation.generators.voices.silent import SilentVoice
from actuation.speech.voice import VoiceConfig
from agent.core.messages import (
    BackendChosen,
    ComponentHealth,
    Engagement,
    EngagementChanged,
    Health,
    LoopStalled,
    MicrophoneLevel,
    PageChanged,
    PersonLost,
    PersonSeen,
    PolicyReloaded,
    ReplyReady,
    ReplySource,
    TurnEnded,
)
from behavior.model.server import ModelServerConfig
from perception.words.process import RecogniserProcess
from perception.words.recognition import RecognitionConfig
from perception.words.site_language import SiteLanguage
from tests.fakes.agents import house, visitor, whole_agent
from tests.fakes.model_server import ModelServer
from tests.fakes.pages import FakePage
from tests.fakes.voices import DeadVoice, QuickVoice

ESSENTIAL = ("behavior.planner", "actuation.performer", "agent.server")


def quick():
    """Voices for tests on the real clock."""
    return [QuickVoice(), SilentVoice()]


async def goes_on(agent):
    assert await agent.answers()
    state = agent.runtime.health()
    for name in ESSENTIAL:
        assert state.get(name, (Health.RUNNING, ""))[0] is Health.RUNNING


def states(agent, component):
    return [health for health, _ in agent.health(component)]


async def gone(agent, component):
    """Wait until a component is not well; return what it says."""
    bad = {Health.RESTARTING, Health.DEGRADED, Health.FAILED}
    await agent.until(lambda: bad & set(states(agent, component)), 90)
    return next(detail for health, detail in agent.health(component) if health in bad)


# The camera.


async def test_a_camera_that_dies_is_told_and_seen_through_again_when_it_is_back(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(1.0)) as agent:
        await agent.live(10)
        agent.camera.dead = True
        assert "unplugged" in await gone(agent, "perception.people")
        assert len(agent.of(PersonLost)) == 1
        await goes_on(agent)

        agent.camera.dead = False
        back = agent.clock.now()
        await agent.until(lambda: agent.of(PersonSeen)[-1].at > back, 90)
        assert states(agent, "perception.people")[-1] is Health.RUNNING
        await goes_on(agent)


async def test_a_camera_that_hangs_is_told_and_opened_anew(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(1.0)) as agent:
        await agent.live(10)
        agent.camera.hung = True
        await agent.live(2)
        await goes_on(agent)
        await agent.until(lambda: agent.quiet("camera") == [False], 15)
        assert "camera has been quiet" in await gone(agent, "perception.people")

        agent.camera.hung = False
        await agent.until(lambda: agent.quiet("camera") == [False, True], 40)
        assert agent.camera.opened >= 2
        await agent.live(5)
        assert agent.clock.now() - agent.of(PersonSeen)[-1].at < 1.0


async def test_a_camera_that_never_comes_leaves_a_receptionist_who_talks(tmp_path):
    async with whole_agent(tmp_path) as agent:
        agent.camera.dead = True
        await agent.until(lambda: Health.FAILED in states(agent, "perception.people"), 200)
        await goes_on(agent)


async def test_a_detector_that_cannot_see_leaves_a_receptionist_who_talks(tmp_path):
    async with whole_agent(tmp_path, scene=lambda at: ValueError("no eyes")) as agent:
        assert "failed on 5 pictures" in await gone(agent, "perception.people")
        await goes_on(agent)


# The microphone.


async def test_a_microphone_that_dies_spares_the_keyboard_and_is_heard_again(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(1.0), texts=("hello",)) as agent:
        await agent.live(10)
        agent.microphone.dead = True
        assert "unplugged" in await gone(agent, "perception.microphone")
        await agent.until(lambda: agent.quiet("microphone") == [False])
        await goes_on(agent)
        assert states(agent, "perception.turns") == [Health.RUNNING]

        agent.microphone.dead = False
        await agent.until(lambda: agent.quiet("microphone") == [False, True], 90)
        turns = len(agent.of(TurnEnded))
        agent.speaks(agent.clock.now() + 0.1, 1.0)
        await agent.until(lambda: len(agent.of(TurnEnded)) > turns)


async def test_a_microphone_that_hangs_is_opened_anew(tmp_path):
    async with whole_agent(tmp_path) as agent:
        await agent.live(5)
        agent.microphone.hung = True
        await agent.until(lambda: agent.quiet("microphone") == [False])
        assert "microphone has been quiet" in await gone(agent, "perception.microphone")
        await goes_on(agent)

        agent.microphone.hung = False
        await agent.until(lambda: agent.quiet("microphone")[-1], 60)
        assert agent.microphone.opened >= 2
        assert agent.clock.now() - agent.of(MicrophoneLevel)[-1].at < 1.0


async def test_a_microphone_that_dies_while_somebody_speaks_leaves_no_turn_open(tmp_path):
    async with whole_agent(tmp_path, texts=("where is the",)) as agent:
        agent.speaks(2.0, 30.0)
        await agent.live(4)
        agent.microphone.dead = True
        await agent.until(lambda: agent.of(TurnEnded), 10)
        await goes_on(agent)


# The performer and the voice.


async def test_a_performer_that_hangs_is_restarted_and_answers(tmp_path):
    async with whole_agent(tmp_path) as agent:
        await agent.live(2)
        agent.clock.hung.add("actuation.performer")
        await agent.until(lambda: agent.quiet("performer") == [False], 10)
        agent.clock.hung.clear()
        assert "performer has been quiet" in await gone(agent, "actuation.performer")
        await agent.until(lambda: agent.quiet("performer") == [False, True], 10)
        await goes_on(agent)


def voice_process(trick="", deadline_s=0.6):
    """The silent engine's process, or one that behaves as told."""
    return ProcessVoice(
        name="flite",
        config=VoiceConfig(deadline_s=deadline_s),
        command=[sys.executable, "-m", "tests.fakes.voice_child", trick],
    )


@pytest.mark.real_time
async def test_a_voice_process_that_is_killed_costs_one_clause_at_most(tmp_path):
    voice = voice_process()
    async with whole_agent(tmp_path, voices=[voice, SilentVoice()]) as agent:
        await agent.until(lambda: voice.pid is not None)
        await goes_on(agent)
        os.kill(voice.pid, signal.SIGKILL)
        await goes_on(agent)
        await agent.answers("what are your opening hours")
        assert agent.of(BackendChosen)[-1].backend == "flite"


@pytest.mark.real_time
async def test_a_voice_process_that_hangs_is_replaced_and_that_is_told(tmp_path):
    voices = [voice_process("hang"), SilentVoice()]
    async with whole_agent(tmp_path, voices=voices) as agent:
        await goes_on(agent)
        chosen = [m for m in agent.of(BackendChosen) if m.role == "voice"][-1]
        assert (chosen.backend, chosen.fallback) == ("silent", True)
        assert "took over 0.6 s" in chosen.detail


# The recogniser.


def recogniser(trick):
    def made(bus, clock):
        return RecogniserProcess(
            config=RecognitionConfig(backend="pocketsphinx", ready_within_s=30.0),
            site=SiteLanguage(phrases=(trick,)),
            publish=bus.publish,
            clock=clock,
            module="tests.fakes.recogniser_child",
        )

    return made


@pytest.mark.real_time
@pytest.mark.parametrize("fault", ["crash", "hang"])
async def test_a_recogniser_that_dies_or_hangs_is_started_anew(tmp_path, fault):
    trick = f"{fault} {tmp_path / 'mark'}"
    async with whole_agent(tmp_path, words=recogniser(trick), voices=quick()) as agent:
        await asyncio.wait_for(agent.words.ready.wait(), 30)
        agent.speaks(agent.clock.now() + 0.1, 0.8)
        await agent.until(lambda: agent.of(TurnEnded), 10)
        await goes_on(agent)
        await agent.until(lambda: Health.RESTARTING in states(agent, "perception.recogniser"))

        await asyncio.wait_for(agent.words.ready.wait(), 30)
        turns = len(agent.of(TurnEnded))
        agent.speaks(agent.clock.now() + 0.1, 0.8)
        await agent.until(lambda: len(agent.of(TurnEnded)) > turns, 10)
        assert agent.of(TurnEnded)[-1].text.startswith("word")


@pytest.mark.real_time
async def test_without_any_recogniser_a_voice_is_noticed_and_typing_works(tmp_path):
    async with whole_agent(tmp_path, words=recogniser("refuse"), voices=quick()) as agent:
        await agent.until(lambda: [m for m in agent.of(BackendChosen) if m.role == "recogniser"])
        chosen = next(m for m in agent.of(BackendChosen) if m.role == "recogniser")
        assert (chosen.backend, chosen.fallback) == ("none", True)
        assert "no model here" in chosen.detail
        await goes_on(agent)


# The language model's server.


def with_model(folder, url):
    model = ModelServerConfig(url=url, first_clause_s=0.5, retry_after_s=0.3, failures=1)
    return house(folder, dialogue={"model": model})


def sources(agent):
    return [reply.source for reply in agent.of(ReplyReady) if reply.clauses]


@pytest.mark.real_time
@pytest.mark.parametrize("fault", ["error_500", "hang", "cut_off"])
async def test_a_model_server_that_fails_is_stood_in_for_and_used_again(tmp_path, fault):
    async with (
        ModelServer(fault=fault) as server,
        whole_agent(tmp_path, settings=with_model(tmp_path, server.url), voices=quick()) as agent,
    ):
        await goes_on(agent)
        assert sources(agent)[-1] is ReplySource.EMBEDDED
        told = [m for m in agent.of(ComponentHealth) if m.health is Health.DEGRADED]
        assert told[-1].detail

        server.fault = ""
        await agent.live(1.5)
        await agent.answers("what can i do while i wait")
        await agent.until(lambda: ReplySource.LANGUAGE_MODEL in sources(agent), 10)


@pytest.mark.real_time
async def test_a_model_server_that_is_not_there_is_stood_in_for(tmp_path):
    settings = with_model(tmp_path, "http://127.0.0.1:9/v1")
    async with whole_agent(tmp_path, settings=settings, voices=quick()) as agent:
        await goes_on(agent)
        assert sources(agent)[-1] is ReplySource.EMBEDDED


# The page.


def paged(folder):
    return house(folder, camera={"source": "page"}, microphone={"source": "page"})


@contextlib.asynccontextmanager
async def opened(agent, page):
    """A kiosk page at the other end of the agent's own socket."""
    address = agent.agent.server.address + "/ws"
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        kiosk = FakePage(socket, page=page)
        await kiosk.hello()
        await kiosk.hear("welcome")
        yield kiosk


async def served(agent):
    await asyncio.wait_for(agent.agent.server.started.wait(), 10)


def pages(agent):
    return [change.connected for change in agent.of(PageChanged)]


@pytest.mark.real_time
async def test_a_page_that_dies_is_told_and_a_new_one_is_served(tmp_path):
    async with whole_agent(
        tmp_path, settings=paged(tmp_path), headless=False, voices=quick()
    ) as agent:
        await served(agent)
        async with opened(agent, "page-0001") as page:
            await page.say(kind="line", text="where is the restroom")
            await agent.until(lambda: agent.heard("reply"))
        await agent.until(lambda: pages(agent)[-1:] == [False])
        assert agent.health("agent.page")[-1] == (Health.DEGRADED, "no kiosk page is open")
        await goes_on(agent)

        async with opened(agent, "page-0002") as page:
            assert agent.health("agent.page")[-1][0] is Health.RUNNING
            before = len(agent.heard("reply"))
            await page.say(kind="line", text="when are you open")
            await agent.until(lambda: len(agent.heard("reply")) > before)


@pytest.mark.real_time
async def test_a_page_that_hangs_gives_way_to_one_that_does_not(tmp_path):
    async with whole_agent(
        tmp_path, settings=paged(tmp_path), headless=False, voices=quick()
    ) as agent:
        await served(agent)
        async with opened(agent, "page-0001"):  # echoes nothing from here on
            await agent.live(3.0)
            await goes_on(agent)
            async with opened(agent, "page-0002"):
                await goes_on(agent)
                assert agent.health("agent.page")[-1][0] is Health.RUNNING


async def test_a_page_that_sends_neither_pictures_nor_sound_is_told_and_not_restarted(tmp_path):
    async with whole_agent(tmp_path, settings=paged(tmp_path)) as agent:
        agent.microphone.hung = agent.camera.hung = True
        on = PageChanged(at=agent.clock.now(), connected=True, camera=True, microphone=True)
        agent.bus.publish(on)
        await agent.until(lambda: agent.quiet("microphone") and agent.quiet("camera"))
        await goes_on(agent)
        assert set(states(agent, "perception.people")) == {Health.RUNNING}
        assert set(states(agent, "perception.turns")) == {Health.RUNNING}


async def test_nothing_is_expected_of_a_page_whose_senses_are_off(tmp_path):
    async with whole_agent(tmp_path, settings=paged(tmp_path)) as agent:
        agent.microphone.hung = agent.camera.hung = True
        off = PageChanged(at=agent.clock.now(), connected=True, camera=False, microphone=False)
        agent.bus.publish(off)
        await agent.live(60)
        assert agent.quiet("microphone") == agent.quiet("camera") == []


# Files, and everything at once.


async def test_broken_yaml_of_every_policy_is_told_and_nothing_changes(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(30.0)) as agent:
        for path in (tmp_path / "configs" / "policies").rglob("*.yaml"):
            path.write_text("words_after_s: [\n")
        await agent.until(lambda: len(agent.of(PolicyReloaded)) >= 10)
        assert not any(told.accepted for told in agent.of(PolicyReloaded))
        assert all(":1: " in told.detail for told in agent.of(PolicyReloaded))
        await goes_on(agent)
        await agent.live(40)
        assert len(agent.heard("greeting")) == 1


async def test_with_camera_microphone_voice_and_words_gone_typing_still_works(tmp_path):
    voices = [DeadVoice("flite"), SilentVoice()]
    async with whole_agent(tmp_path, voices=voices) as agent:
        agent.camera.dead = agent.microphone.dead = True
        agent.words._delay_s = None
        await agent.live(120)
        await goes_on(agent)
        assert agent.agent.runtime.abandoned == ()


async def test_a_visitor_is_greeted_after_every_part_was_restarted_once(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(20.0)) as agent:
        await agent.live(2)
        for name in agent.runtime.health():
            assert agent.runtime.restart(name, "a test wants it")
        await agent.live(38)
        assert {health for health, _ in agent.runtime.health().values()} == {Health.RUNNING}
        assert len(agent.heard("greeting")) == 1
        attended = agent.when(EngagementChanged, lambda c: c.state is Engagement.ATTENDING)[0]
        assert attended < agent.first_sounds()[0] < attended + 2.5
        await goes_on(agent)


async def test_every_part_ends_in_time_when_the_agent_stops(tmp_path):
    async with whole_agent(tmp_path) as agent:
        await agent.live(3)
        begins = agent.clock.now()
    assert agent.clock.now() - begins < 1.0
    assert agent.runtime.abandoned == ()


def hold_the_loop(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


@pytest.mark.real_time
async def test_what_blocks_the_loop_is_told_once_the_start_is_over(tmp_path):
    async with whole_agent(tmp_path, watch_loop=True) as agent:

        def told():
            return [s for s in agent.of(LoopStalled) if "hold_the_loop" in s.stack]

        await asyncio.sleep(0.2)
        hold_the_loop(0.4)
        await asyncio.sleep(0.5)
        assert told() == []
        agent.agent.settled.set()
        await asyncio.sleep(0.2)
        hold_the_loop(0.4)
        await agent.until(told)
