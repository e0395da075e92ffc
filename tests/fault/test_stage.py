"""Voices and bodies that die, hang or talk nonsense, while the rest goes on."""

import asyncio
import sys

import pytest

from actuation.generators.voices.process import ProcessVoice
from actuation.generators.voices.silent import SilentVoice
from actuation.motion import VoiceChunk
from actuation.speech.text import readable
from actuation.speech.voice import VoiceConfig, VoiceFailedError, Voices
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import (
    ActFinished,
    ActStarted,
    BackendChosen,
    ClauseSpoken,
    ComponentHealth,
    Health,
    PrepareSpeech,
)
from tests.fakes.stages import KeepingBody, act, duck, performing, stop
from tests.fakes.voices import DeadVoice, FailingVoice, FakeVoice

LONG = "we have a big map of the building beside the main door for you"


def now():
    return asyncio.get_running_loop().time()


def of(kind, told):
    return [m for m in told if isinstance(m, kind)]


# Voices.


async def test_a_dead_voice_is_replaced_and_the_change_is_told():
    async with performing(DeadVoice("best"), FakeVoice("second"), SilentVoice()) as stage:
        publish, told, *_ = stage
        publish(act("Good morning.", at=now()))
        await asyncio.sleep(3)
    assert of(ActFinished, told)[0].heard == "Good morning."
    chosen = of(BackendChosen, told)[-1]
    assert (chosen.role, chosen.backend, chosen.fallback) == ("voice", "second", True)
    assert "buy a new one" in chosen.detail


async def test_a_clause_that_breaks_a_voice_is_said_by_another_and_the_next_by_the_first():
    first = FailingVoice("first", fails=lambda text: "twelve" in text)
    second = FakeVoice("second")
    async with performing(first, second, SilentVoice()) as stage:
        publish, told, *_ = stage
        publish(act("Good morning.", "Room twelve.", "Come in.", at=now()))
        await asyncio.sleep(6)
    assert first.said == ["Good morning.", "Come in."]
    assert second.said == ["Room twelve."]
    assert of(ActFinished, told)[0].heard == "Good morning. Room twelve. Come in."


async def test_without_any_voice_captions_flow_and_the_mouth_is_still():
    body = KeepingBody()
    async with performing(DeadVoice(), SilentVoice(), bodies=[body]) as stage:
        publish, told, *_ = stage
        publish(act("Good morning, welcome.", "Come in.", at=now()))
        await asyncio.sleep(8)
    spoken = of(ClauseSpoken, told)
    assert [s.text for s in spoken] == ["Good morning, welcome.", "Come in."]
    assert spoken[1].at > spoken[0].at > 0.5
    assert body.faces[:, 17].max() < 0.02
    assert of(BackendChosen, told)[-1].backend == "silent"


async def test_a_voice_that_failed_often_is_left_alone_and_tried_again_later():
    first = FailingVoice("first", fails=lambda text: "bad" in text)
    async with performing(first, FakeVoice("second"), SilentVoice()) as stage:
        publish, *_ = stage
        for k in range(4):
            publish(act(f"bad {k}", at=now()))
            await asyncio.sleep(2)
        publish(act("good one", at=now()))
        await asyncio.sleep(2)
        assert first.said == []
        await asyncio.sleep(40)
        publish(act("good two", at=now()))
        await asyncio.sleep(2)
        assert first.said == ["good two"]


async def test_words_that_cannot_be_said_are_shown_and_pass():
    async with performing() as stage:
        publish, told, *_ = stage
        publish(act("😀", "привет мир", "Come in.", at=now()))
        await asyncio.sleep(6)
    assert len(of(ClauseSpoken, told)) == 3


async def test_slow_sound_of_a_stopped_act_never_plays():
    async with performing(FakeVoice(delay_s=1.0), SilentVoice()) as stage:
        publish, told, (body,), _ = stage
        publish(act("Good morning.", at=now()))
        await asyncio.sleep(0.5)
        publish(stop(at=now()))
        await asyncio.sleep(3)
    assert body.sound == []
    assert of(ActFinished, told)[0].interrupted


async def test_prepared_words_start_within_the_lead_in():
    slow = FakeVoice(delay_s=1.0)
    async with performing(slow, SilentVoice()) as stage:
        publish, _, (body,), _ = stage
        wanted = act("Good morning.", at=now())
        publish(PrepareSpeech(at=now(), clauses=wanted.clauses))
        await asyncio.sleep(2)
        asked = now()
        publish(wanted)
        await asyncio.sleep(0.3)
        assert body.sound[0].at - asked < 0.1


async def test_what_is_wanted_now_comes_before_what_may_be_wanted():
    slow = FakeVoice(delay_s=0.5)
    async with performing(slow, SilentVoice()) as stage:
        publish, *_ = stage
        maybe = act(*(f"maybe {k}" for k in range(9)))
        publish(PrepareSpeech(at=now(), clauses=maybe.clauses))
        await asyncio.sleep(0.1)
        publish(act("now", at=now()))
        await asyncio.sleep(2)
    assert slow.said.index("now") == 1


# Real processes that misbehave.

HANGS = (
    "import sys,time\nprint('{\"ready\": true}', flush=True)\nsys.stdin.readline()\ntime.sleep(99)"
)
DIES = "print('{\"ready\": true}', flush=True)\ninput()"
GARBAGE = (
    "print('{\"ready\": true}', flush=True)\ninput()\nprint('%%% no json %%%', flush=True)\ninput()"
)
LIES = (
    "import sys,json\nprint('{\"ready\": true}', flush=True)\ninput()\n"
    "print(json.dumps({'id':1,'rate_hz':16000,'bytes':64,'phones':[['zz',0,9,0,0]]}), flush=True)\n"
    "sys.stdout.buffer.write(b'x'*64); sys.stdout.flush(); input()"
)
HUGE = (
    "import json\nprint('{\"ready\": true}', flush=True)\ninput()\n"
    "print(json.dumps({'id':1,'rate_hz':16000,'bytes':10**12,'phones':[]}), flush=True)\ninput()"
)
MUTE = "input()"


def process(script, **config):
    settings = VoiceConfig(**({"deadline_s": 0.5, "start_deadline_s": 5} | config))
    return ProcessVoice(name="bad", config=settings, command=[sys.executable, "-c", script])


@pytest.mark.real_time
@pytest.mark.parametrize("script", [HANGS, DIES, GARBAGE, LIES, HUGE])
async def test_a_process_that_misbehaves_is_ended_and_started_again(script):
    voice = process(script)
    for _ in range(2):
        await voice.start()
        pid = voice.pid
        with pytest.raises(VoiceFailedError):
            await voice.speak("hi", readable("hi"))
        assert voice.pid is None
        assert pid is not None
    await voice.close()


@pytest.mark.real_time
async def test_a_process_that_never_greets_is_unavailable():
    with pytest.raises(BackendUnavailableError, match=r"does not start \(too slow\)"):
        await process(MUTE, start_deadline_s=0.5).start()


@pytest.mark.real_time
async def test_a_program_that_is_not_there_is_unavailable():
    voice = ProcessVoice(name="none", config=VoiceConfig(), command=["/no/such/program"])
    with pytest.raises(BackendUnavailableError, match="none"):
        await voice.start()


SERVES = (
    "import sys\nfrom actuation.generators.voices import serve\n{}\nsys.exit(serve.main('mine'))"
)
FORGOTTEN = SERVES.format("")
BROKEN = SERVES.format("serve._ENGINES['mine'] = ('wave', 'Wave_read')")


@pytest.mark.real_time
@pytest.mark.parametrize(
    ("script", "told"),
    [
        (FORGOTTEN, "no engine is called 'mine' in .*serve.py"),
        (BROKEN, r"TypeError: .* at .*:\d+$"),
    ],
)
async def test_an_engine_that_its_author_got_wrong_says_what_and_where(script, told):
    with pytest.raises(BackendUnavailableError, match=told):
        await process(script, start_deadline_s=30).start()


@pytest.mark.real_time
async def test_a_killed_voice_speaks_the_next_clause():
    config = VoiceConfig(voice="espeak")
    voices = Voices(
        config=config,
        clock=LoopClock(asyncio.get_running_loop()),
        publish=lambda _: None,
        rows=[ProcessVoice(name="espeak", config=config), SilentVoice()],
    )
    await voices.speak("one")
    voices.rows[0].kill()
    await asyncio.sleep(0.1)
    assert (await voices.speak("two")).voice == "espeak"
    await voices.close()


# Bodies.


class RaisingBody(KeepingBody):
    broken = True

    def apply(self, item):
        if self.broken:
            raise OSError("cable out")
        self.items.append(item)


class AbsentBody(KeepingBody):
    async def connect(self):
        raise BackendUnavailableError("robot: no answer at 10.0.0.9; switch it on")


async def test_a_body_that_raises_does_not_stop_the_others():
    good, bad = KeepingBody("good"), RaisingBody("bad")
    async with performing(bodies=[bad, good]) as stage:
        publish, told, *_ = stage
        publish(act(LONG, at=now()))
        await asyncio.sleep(6)
        bad.broken = False
        await asyncio.sleep(6)
    assert of(ActFinished, told)[0].heard == LONG
    health = [h.health for h in of(ComponentHealth, told) if h.component.endswith(".bad")]
    assert health == [Health.DEGRADED, Health.RUNNING]
    assert good.sound


async def test_a_body_that_is_absent_is_reported_with_its_cure():
    async with performing(bodies=[AbsentBody("robot"), KeepingBody()]) as stage:
        publish, told, *_ = stage
        publish(act("Good morning.", at=now()))
        await asyncio.sleep(3)
    assert "switch it on" in of(ComponentHealth, told)[0].detail
    assert of(ActFinished, told)[0].heard == "Good morning."


async def test_without_any_body_acts_still_run_by_the_clock():
    async with performing(bodies=[]) as stage:
        publish, told, *_ = stage
        publish(act("Good morning.", at=now()))
        await asyncio.sleep(3)
    assert of(ActFinished, told)[0].heard == "Good morning."


async def test_a_body_that_stops_reporting_is_taken_to_play_on_time():
    async with performing() as stage:
        publish, told, *_ = stage
        publish(act("Good morning.", at=now()))
        await asyncio.sleep(4)
    assert of(ActStarted, told)
    assert not of(ActFinished, told)[0].interrupted


async def test_bodies_rest_and_voices_end_when_the_performer_ends():
    voice, body = FakeVoice(), KeepingBody()
    async with performing(voice, SilentVoice(), bodies=[body]):
        await asyncio.sleep(1)
    assert body.rested
    assert voice.closed


async def test_a_performer_that_is_restarted_speaks_on_and_owes_no_answer():
    body = KeepingBody()
    async with performing(bodies=[body]) as stage:
        publish, told, *_ = stage
        publish(act(LONG, at=now()))
        await asyncio.sleep(1)
    assert of(ActFinished, told)[0].interrupted
    assert of(ActFinished, told)[0].detail == "stage ended"


async def test_bodies_follow_a_restarted_performer():
    body = KeepingBody()
    async with performing(bodies=[body]) as stage:
        publish, told, *_ = stage
        stage_again = stage[3]
        publish(act(LONG, at=now()))
        await asyncio.sleep(1)
        await stage_again()
        before = len(body.sound)
        publish(act("Good morning.", at=now()))
        await asyncio.sleep(3)
    assert len(body.sound) > before
    assert [f.interrupted for f in of(ActFinished, told)] == [True, False]
    assert len({c.utterance for c in body.sound}) == 2


async def test_from_duck_to_silence_takes_no_time_of_its_own():
    async with performing() as stage:
        publish, _, (body,), _ = stage
        publish(act(LONG, at=now()))
        await asyncio.sleep(1.5)
        held_at = now()
        publish(duck(0.0, at=held_at))
        await asyncio.sleep(1)
        assert body.heard_until() <= held_at + 0.02
        assert not [i for i in body.items if isinstance(i, VoiceChunk) and i.at > held_at + 0.5]
