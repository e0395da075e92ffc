"""One thread for the networks of faces and bodies: shared, cancelled by generation, let go of."""

import asyncio
import threading

import numpy as np
import pytest

from actuation.animation import track_of
from actuation.generators.flow_parts import RATE_HZ
from actuation.generators.flow_session import BodySession
from actuation.generators.flow_stage import LearnedHands
from actuation.generators.flow_stream import Script
from actuation.generators.networks import Networks
from actuation.generators.rules_idle import rest_pose
from actuation.generators.worker import Worker
from actuation.gestures.choice import GestureConfig
from actuation.gestures.gesturing import BodyMotionConfig, gesturing
from actuation.speech.mouths import SoundMouths
from actuation.speech.voice import Speech
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from tests.fakes.small_body import small_model
from tests.fakes.small_face import small_model as small_face_model
from tests.fakes.small_face import voice

REST = rest_pose()[None]
WAIT_S = 20.0


class Noting:
    """A model that notes in which thread each step was made; it may wait at its first."""

    def __init__(self, model, threads, *, holds=False):
        self._model, self._threads = model, threads
        self.holding, self.go_on = threading.Event(), threading.Event()
        if not holds:
            self.go_on.set()

    def __getattr__(self, name):
        return getattr(self._model, name)

    def step(self, due):
        self._threads.append(threading.current_thread())
        self.holding.set()
        assert self.go_on.wait(WAIT_S)
        self._model.step(due)


def wait_until(reached):
    """Until the thread has come so far; it says nothing by itself."""
    for _ in range(int(WAIT_S / 0.005)):
        if reached():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came so far")


def learned_hands(networks, body):
    """The learned body as the agent wires it."""
    made = []

    def build(guidance, worker):
        made.append(LearnedHands(guidance, worker=worker, load=lambda _: body, moves_trunk=False))
        return made[0]

    gesturing(
        BodyMotionConfig(by="learned"), clock=None, publish=print, build=build, networks=networks
    )
    return made[0]


def clause():
    return Speech(
        text="", voice="cloud", rate_hz=16_000, samples=voice(1.0), phones=(), words=()
    )  # fmt: skip


def test_the_face_of_a_sound_and_the_body_are_made_in_the_same_thread():
    faces, bodies = [], []
    networks = Networks(lambda: Worker(load=lambda _: Noting(small_face_model(), faces)))
    hands = learned_hands(networks, Noting(small_model(), bodies))

    async def spoken():
        ready = asyncio.Event()
        mouths = SoundMouths(
            clock=LoopClock(asyncio.get_running_loop()), publish=lambda _: ready.set(),
            worker=networks.for_sounds,
        )  # fmt: skip
        async with asyncio.timeout(WAIT_S):
            await mouths.mouth(clause())
            await ready.wait()
        each = BodySession(Script(), 30, REST, 120, seed=0)
        hands._bodies.begin(each)
        hands._bodies.want(each, 100)
        wait_until(lambda: not each.hungry)
        # The performer goes, the body stays.
        mouths.close()
        hands._bodies.want(each, 119)
        wait_until(lambda: each.track.made_s * RATE_HZ >= 119)

    asyncio.run(spoken())
    assert len(set(faces) | set(bodies)) == 1
    assert faces
    assert bodies
    networks.give_back()
    faces[0].join(WAIT_S)
    assert not faces[0].is_alive()


def test_closing_cancels_the_sounds_of_one_and_leaves_those_of_the_others():
    threads, heard = [], {"one": 0, "other": 0}
    model = Noting(small_face_model(), threads, holds=True)
    networks = Networks(lambda: Worker(load=lambda _: model))
    one, other = networks.for_sounds(), networks.for_sounds()
    done = threading.Event()

    def told(name):
        def deliver(parts):
            heard[name] += len(parts.face)

        return deliver

    gone = one.open(16_000, deliver=told("one"))
    stays = other.open(16_000, deliver=told("other"), ended=done.set)
    for each, session in ((one, gone), (other, stays)):
        each.push(session, voice(0.6))
        each.finish(session)
    assert model.holding.wait(WAIT_S)
    one.close()
    assert gone.generation == 1
    assert stays.generation == 0
    model.go_on.set()
    assert done.wait(WAIT_S)
    assert heard == {"one": 0, "other": 36}
    other.close()
    threads[0].join(WAIT_S)
    assert not threads[0].is_alive()


def test_who_comes_after_the_last_has_gone_gets_another_thread():
    built = []

    def build():
        built.append(Worker(load=lambda _: small_face_model()))
        return built[-1]

    networks = Networks(build)
    networks.for_sounds().close()
    networks.take()
    networks.for_sounds().close()
    assert len(built) == 2
    assert networks.take() is built[1]


def test_without_torch_the_body_is_the_rules_and_says_why():
    def missing():
        raise BackendUnavailableError("no torch here")

    published = []
    made = gesturing(
        BodyMotionConfig(by="learned"), clock=type("At", (), {"now": lambda _: 3.0})(),
        publish=published.append, build=LearnedHands, networks=Networks(missing),
    )  # fmt: skip
    assert type(made(GestureConfig())).__name__ == "Gesticulation"
    assert "no torch" in published[0].detail


def test_a_clause_with_phones_needs_no_thread():
    def never():
        pytest.fail("nothing is to be learned here")

    async def spoken():
        mouths = SoundMouths(
            clock=LoopClock(asyncio.get_running_loop()), publish=lambda _: None,
            worker=Networks(never).for_sounds,
        )  # fmt: skip
        silent = Speech(
            text="", voice="", rate_hz=16_000, samples=np.zeros(800, np.float32), phones=(),
            words=(),
        )  # fmt: skip
        return await mouths.mouth(silent)

    assert type(asyncio.run(spoken())) is type(track_of(clause()))
