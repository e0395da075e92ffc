"""The agent's own voice is taken out of what its microphone hears."""

import asyncio

import numpy as np
import pytest

from actuation.bodies.configs import SpeakerConfig
from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen
from agent.local_sound import LocalSound
from agent.pages.clock import PageClock
from agent.settings import AgentConfig, SourceConfig
from perception.backends.browser import BrowserMicrophone
from perception.microphone.echo import BLOCK, Alignment, EchoConfig, PlayedSound, find_echo
from perception.microphone.echo_free import EchoFreeMicrophone
from perception.senses import SOUND_RATE_HZ
from tests.fakes.rooms import RoomMicrophone, babble, decibels, echo_of

SECONDS = 16


def webrtc():
    pytest.importorskip("livekit.rtc", reason="pip install 'foyer[local]'")


async def cleaned(far, heard, *, config=None, canceller=None, **room):
    """What is left of `heard` while `far` is played, each sample in its place by its time; and
    the microphone that cleaned it."""
    clock, played, said = LoopClock(asyncio.get_running_loop()), PlayedSound(), []
    microphone = EchoFreeMicrophone(
        RoomMicrophone(clock, heard, played, far, **room), played,
        config=config or EchoConfig(), clock=clock, publish=said.append, canceller=canceller,
    )  # fmt: skip
    start = clock.now() + 0.1
    chunks = [chunk async for chunk in microphone.sound()]
    microphone.said = said
    sound = np.concatenate([c.samples for c in chunks])
    return sound[round((start - chunks[0].at) * SOUND_RATE_HZ) :], microphone


def part(sound, start, end):
    return sound[round(start * SOUND_RATE_HZ) : round(end * SOUND_RATE_HZ)]


def reduction_db(echo, left, start, end):
    return decibels(part(echo, start, end)) - decibels(part(left, start, end))


FAR = babble(SECONDS, 2)
HISS = (3e-4 * np.random.default_rng(9).standard_normal(len(FAR))).astype(np.float32)


@pytest.mark.parametrize("delay_s", [0.0, 0.005, 0.04, 0.15])
async def test_the_echo_of_a_room_is_gone_after_a_few_seconds(delay_s):
    webrtc()
    echo = echo_of(FAR, delay_s=delay_s)
    left, microphone = await cleaned(FAR, echo + HISS)
    assert reduction_db(echo, left, 2, 5) > 20
    assert reduction_db(echo, left, 8, 15) > 30
    assert microphone.found.delay_s == pytest.approx(0.03 + delay_s, abs=0.002)


async def test_without_a_canceller_nothing_is_taken_out():
    echo = echo_of(FAR, delay_s=0.04)
    left, microphone = await cleaned(FAR, echo, config=EchoConfig(canceller="none"))
    assert left == pytest.approx(echo[: len(left)], abs=1e-6)
    assert [m.backend for m in microphone.said] == ["none"]
    assert not microphone.said[0].fallback


async def test_a_visitor_who_speaks_meanwhile_is_heard():
    webrtc()
    near = np.zeros_like(FAR)
    near[9 * SOUND_RATE_HZ : 13 * SOUND_RATE_HZ] = 0.4 * babble(4, 33)
    left, _ = await cleaned(FAR, echo_of(FAR, delay_s=0.04, level=0.3) + near + HISS)
    speech, kept = part(near, 9, 13), part(left, 9, 13)
    assert decibels(kept) - decibels(speech) > -6
    loud = np.abs(speech) > 0.02
    assert np.corrcoef(speech[loud], kept[loud])[0, 1] > 0.5


async def test_a_visitor_is_left_alone_while_the_agent_is_silent():
    webrtc()
    near = babble(6, 33)
    left, _ = await cleaned(np.zeros_like(near), near)
    assert decibels(part(left, 1, 5.9)) == pytest.approx(decibels(part(near, 1, 5.9)), abs=1)
    a, b = part(near, 2, 4), part(left, 2, 4)
    lag = np.argmax(np.correlate(b, a, "same")) - len(a) // 2
    assert abs(lag) <= 2, "what the canceller takes is told by its delay"


async def test_clocks_that_run_apart_and_stamps_that_jump_are_held_together():
    webrtc()
    apart = 2e-4
    moments = np.arange(len(FAR)) * (1 + apart)
    echo = echo_of(np.interp(moments, np.arange(len(FAR)), FAR), delay_s=0.04)
    left, microphone = await cleaned(FAR, echo + HISS, apart=apart, jitter_s=0.004)
    assert reduction_db(echo, left, 8, 15) > 20
    assert microphone._alignment.jumps == 0


async def test_a_delay_that_wanders_unsaid_is_followed():
    webrtc()
    moments = np.arange(len(FAR))
    still = echo_of(FAR, delay_s=0.04)
    echo = np.interp(moments * (1 - 4e-4), moments, still).astype(np.float32)
    left, microphone = await cleaned(FAR, echo + HISS)
    assert reduction_db(echo, left, 8, 15) > 30
    assert microphone._alignment.jumps == 0
    assert microphone.found.delay_s == pytest.approx(0.07, abs=0.003)


async def test_a_device_that_misstates_its_delay_is_found_out():
    webrtc()
    echo = echo_of(FAR, delay_s=-0.08)
    left, microphone = await cleaned(FAR, echo + HISS, out_s=0.11)
    assert microphone.found.delay_s == pytest.approx(0.03, abs=0.003)
    assert reduction_db(echo, left, 10, 15) > 20


async def test_a_loudspeaker_that_is_absent_costs_no_delay_and_no_sound():
    clock, near = LoopClock(asyncio.get_running_loop()), babble(2, 3)
    room = RoomMicrophone(clock, near, PlayedSound(), near[:0])
    microphone = EchoFreeMicrophone(
        room, PlayedSound(), config=EchoConfig(canceller="none"), clock=clock,
        publish=lambda m: None,
    )  # fmt: skip
    late = [clock.now() - chunk.at async for chunk in microphone.sound()]
    assert len(late) == 200
    assert max(late) < 0.03


async def test_a_missing_package_is_told_and_the_sound_passes(monkeypatch):
    from agent.core.backend import Row

    monkeypatch.setattr(Row, "missing", lambda self: self.packages)
    left, microphone = await cleaned(FAR[:16_000], FAR[:16_000])
    (chosen,) = [m for m in microphone.said if isinstance(m, BackendChosen)]
    assert (chosen.backend, chosen.fallback) == ("none", True)
    assert "pip install 'foyer[local]'" in chosen.detail
    assert left == pytest.approx(FAR[: len(left)], abs=1e-6)


def test_an_echo_is_found_where_it_is_and_none_where_there_is_none():
    far = babble(1, 2)
    for delay_s in (-0.1, 0.0, 0.03, 0.25):
        found = find_echo(far, echo_of(far, delay_s=delay_s))
        assert found.delay_s == pytest.approx(delay_s, abs=0.001)
    assert find_echo(far, babble(1, 7)) is None
    assert find_echo(np.zeros_like(far), far) is None


def test_played_sound_is_kept_by_the_time_it_was_heard_at_any_rate():
    played = PlayedSound()
    t = np.arange(48_000) / 48_000
    tone = np.sin(2 * np.pi * 440 * t).astype(np.float32)
    for k in range(100):
        played.put(5.0 + k / 100, tone[480 * k : 480 * k + 480], 48_000)
    moments = 5.5 + np.arange(1600) / SOUND_RATE_HZ
    assert played.between(5.5, 1600) == pytest.approx(
        np.sin(2 * np.pi * 440 * (moments - 5.0)), abs=5e-3
    )
    assert not played.between(4.0, 1600).any()
    assert not played.between(6.5, 1600).any()


def test_a_gap_in_what_was_played_is_silence_and_not_old_sound():
    played = PlayedSound()
    played.put(1.0, np.full(1600, 0.5, np.float32), SOUND_RATE_HZ)
    played.put(9.0, np.full(1600, 0.25, np.float32), SOUND_RATE_HZ)
    assert not played.between(5.0, BLOCK).any()
    assert played.between(9.02, BLOCK) == pytest.approx(np.full(BLOCK, 0.25))


def test_the_alignment_slips_a_sample_at_a_time_for_drift_and_jumps_for_a_gap():
    alignment = Alignment(PlayedSound(), 0.03)
    for k in range(6000):
        alignment.beside(k * 0.01 * (1 + 1e-4))
    assert alignment.jumps == 0
    assert alignment.slips == pytest.approx(60 * SOUND_RATE_HZ * 1e-4, abs=20)
    alignment.beside(100.0)
    assert alignment.jumps == 1


class Page:
    """A page in the room: its clock runs apart, its sound and its echoed pings take a while."""

    def __init__(self, clock, heard, played, far, *, apart, seed=4):
        self.clock, self.far, self.played, self.heard = clock, far, played, heard
        self.apart = apart
        self.rng = np.random.default_rng(seed)
        self.mapped = PageClock()
        self.microphone = BrowserMicrophone()

    def own_s(self, at):
        return 1000.0 + at * (1 + self.apart)

    async def go(self, start):
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ping(start))
            group.create_task(self._play(start))
            group.create_task(self._capture(start))

    async def _ping(self, start):
        for k in range(len(self.heard) // SOUND_RATE_HZ + 1):
            there, back = self.rng.exponential(0.004, 2) + 0.001
            sent = start - 0.1 + k
            await self.clock.sleep_until(sent + there + back)
            self.mapped.pong(
                sent_at=sent, received_at=sent + there + back, client_s=self.own_s(sent + there)
            )

    async def _play(self, start):
        for k in range(len(self.far) // 160):
            at = start + 0.01 * k
            await self.clock.sleep_until(at - 0.03)
            self.played.put(at, self.far[160 * k : 160 * k + 160], SOUND_RATE_HZ)

    async def _capture(self, start):
        arrived = start
        for k in range(len(self.heard) // 320):
            at = start + 0.02 * k / (1 + self.apart)
            arrived = max(arrived, at + 0.03 + self.rng.exponential(0.02))
            await self.clock.sleep_until(arrived)
            pcm = np.round(self.heard[320 * k : 320 * k + 320] * 32767).astype("<i2")
            self.microphone.put(self.mapped.at(self.own_s(at)), pcm.tobytes())


async def heard_by_page(far, heard, source="page", apart=1e-4):
    """What the agent makes of a page's microphone in a room where its loudspeaker plays `far`."""
    clock = LoopClock(asyncio.get_running_loop())
    config = AgentConfig(bodies=(SpeakerConfig(),), microphone=SourceConfig(source="page"))
    if source != "page":
        config = AgentConfig()  # no loudspeaker of this machine's own
    sound = LocalSound(config)
    page = Page(clock, heard, sound._played, far, apart=apart)
    microphone = sound.heard_by(page.microphone, clock=clock, publish=lambda m: None)
    start, chunks = clock.now() + 0.2, []

    async def listen():
        async for chunk in microphone.sound():
            chunks.append(chunk)

    listening = asyncio.get_running_loop().create_task(listen())
    await page.go(start)
    await asyncio.sleep(0.2)
    listening.cancel()
    left = np.concatenate([c.samples for c in chunks])
    return left[round((start - chunks[0].at) * SOUND_RATE_HZ) :], microphone, page


async def test_this_machines_loudspeaker_is_taken_out_of_the_pages_microphone():
    webrtc()
    echo = echo_of(FAR, delay_s=0.05)
    moments = np.arange(len(FAR)) / (1 + 1e-4)
    echo = np.interp(moments, np.arange(len(FAR)), echo).astype(np.float32)
    left, microphone, _ = await heard_by_page(FAR, echo + HISS)
    assert reduction_db(echo, left, 2, 5) > 15
    assert reduction_db(echo, left, 8, 15) > 20
    assert microphone._alignment.jumps == 0
    assert microphone.found.delay_s == pytest.approx(0.08, abs=0.01)


async def test_a_visitor_at_the_page_is_heard_over_the_agents_loudspeaker():
    webrtc()
    near = np.zeros_like(FAR)
    near[9 * SOUND_RATE_HZ : 13 * SOUND_RATE_HZ] = 0.4 * babble(4, 33)
    left, _, _ = await heard_by_page(FAR, echo_of(FAR, delay_s=0.05, level=0.3) + near + HISS)
    assert decibels(part(left, 9, 13)) - decibels(part(near, 9, 13)) > -6


async def test_a_page_that_has_the_voice_itself_keeps_its_microphone_as_it_is():
    _, microphone, page = await heard_by_page(FAR[:32_000], FAR[:32_000], source="page with voice")
    assert microphone is page.microphone
