"""Bodies in the worker's thread: as each alone, cancelled, on a device that fails, beside faces."""

import threading

import numpy as np

from actuation.generators.flow_parts import RATE_HZ
from actuation.generators.flow_session import AtOnce, Bodies, BodySession
from actuation.generators.flow_stream import Script
from actuation.generators.rules_idle import rest_pose
from actuation.generators.worker import Worker
from actuation.gestures.choice import GestureConfig
from actuation.gestures.gesturing import BodyMotionConfig, gesturing
from agent.core.errors import BackendUnavailableError, BadInputError
from tests.fakes.small_body import small_model
from tests.fakes.small_face import small_model as small_face_model
from tests.fakes.small_face import voice

REST = rest_pose()[None]
WAIT_S = 20.0


def session(seed=0, end=120):
    return BodySession(Script(), 30, REST, end, seed=seed)


def made(each, until=100):
    return each.track.read(np.arange(32, until) / RATE_HZ)


class Announcing:
    """A model that says when it has stepped; it may fail at one of its steps, or wait there."""

    def __init__(self, fails_at=None, holds_at=None):
        self._model, self.steps = small_model(), 0
        self._fails_at, self._holds_at = fails_at, holds_at
        self.holding, self.go_on = threading.Event(), threading.Event()
        self.batches = []

    def __getattr__(self, name):
        return getattr(self._model, name)

    def step(self, due):
        self.steps += 1
        self.batches.append(len(due))
        if self.steps == self._fails_at:
            raise RuntimeError("device lost")
        if self.steps == self._holds_at:
            self.holding.set()
            assert self.go_on.wait(WAIT_S)
        self._model.step(due)


def wait_until(reached):
    """Until the worker's thread has come so far; it says nothing by itself."""
    for _ in range(int(WAIT_S / 0.005)):
        if reached():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came so far")


def test_four_characters_in_one_thread_move_as_each_alone():
    model, worker = Announcing(holds_at=1), Worker()
    bodies = Bodies(worker, load=lambda _: model, device="cpu")
    together = [session(seed) for seed in range(4)]
    try:
        bodies.begin(together[0])
        bodies.want(together[0], 100)
        assert model.holding.wait(WAIT_S)
        for each in together[1:]:
            bodies.begin(each)
            bodies.want(each, 100)
        model.go_on.set()
        wait_until(lambda: not any(each.hungry for each in together))
    finally:
        worker.close()
    assert max(model.batches) == 4
    for seed, each in enumerate(together):
        own = session(seed)
        AtOnce(small_model()).want(own, 100)
        np.testing.assert_allclose(made(each), made(own), atol=1e-5)


def test_a_step_under_way_for_an_older_wish_comes_to_nothing():
    model, worker = Announcing(holds_at=3), Worker()
    bodies = Bodies(worker, load=lambda _: model, device="cpu")
    changing, cancelled = session(1), session(2)
    try:
        bodies.begin(changing)
        bodies.begin(cancelled)
        bodies.want(changing, 100)
        bodies.want(cancelled, 100)
        assert model.holding.wait(WAIT_S)
        there = cancelled.track.made_s
        bodies.cancel(cancelled)
        bodies.change(changing, Script(resting="listen"), 30, REST, 120)
        model.go_on.set()
        wait_until(lambda: not changing.hungry)
    finally:
        worker.close()
    assert cancelled.track.made_s == there
    own = session(1)
    making = AtOnce(small_model())
    making.want(own, 40)
    making.change(own, Script(resting="listen"), 30, REST, 120)
    making.want(own, 100)
    np.testing.assert_allclose(made(changing), made(own), atol=1e-5)


def test_when_the_device_fails_all_are_told_and_the_next_run_on_the_processor():
    worker, told, devices = Worker(), [], []

    def load(device):
        devices.append(device)
        return Announcing(fails_at=2 if device == "cuda" else None)

    bodies = Bodies(worker, load=load, device="cuda", told=lambda *what: told.append(what))
    first, later = session(), session()
    try:
        bodies.begin(first)
        bodies.want(first, 100)
        wait_until(lambda: first.over)
        bodies.begin(later)
        bodies.want(later, 100)
        wait_until(lambda: not later.hungry)
    finally:
        worker.close()
    assert "device lost" in first.why
    assert devices == ["cuda", "cpu"]
    assert told[0] == ("cuda", False, "")
    assert told[1][:2] == ("cpu", True)
    assert later.track.made_s * RATE_HZ >= 100


def test_without_weights_sessions_are_given_up_and_it_is_said():
    worker, told = Worker(), []

    def load(device):
        raise BadInputError("no weights here")

    bodies = Bodies(worker, load=load, told=lambda *what: told.append(what))
    each = session()
    try:
        bodies.begin(each)
        wait_until(lambda: each.over)
    finally:
        worker.close()
    assert "no weights here" in each.why
    assert told[0][:2] == ("", True)


def test_faces_and_bodies_share_the_one_thread():
    worker, threads = Worker(load=lambda _: small_face_model()), set()

    class Noting(Announcing):
        def step(self, due):
            threads.add(threading.current_thread())
            super().step(due)

    bodies = Bodies(worker, load=lambda _: Noting(), device="cpu")
    each, frames, done = session(), [], threading.Event()

    def deliver(parts):
        threads.add(threading.current_thread())
        frames.append(len(parts.face))

    try:
        face = worker.open(16_000, deliver=deliver, ended=done.set)
        bodies.begin(each)
        worker.push(face, voice(1.0))
        worker.finish(face)
        bodies.want(each, 100)
        assert done.wait(WAIT_S)
        wait_until(lambda: not each.hungry)
    finally:
        worker.close()
    assert sum(frames) == 60
    assert len(threads) == 1


class Clock:
    def now(self):
        return 3.0


def test_rules_are_the_default_and_what_is_seen_where_the_learned_body_cannot_be_had():
    published = []
    ruled = gesturing(BodyMotionConfig(), clock=Clock(), publish=published.append)
    assert type(ruled(GestureConfig())).__name__ == "Gesticulation"
    assert published == []

    def missing(guidance):
        raise BackendUnavailableError("no torch here")

    instead = gesturing(
        BodyMotionConfig(by="learned"), clock=Clock(), publish=published.append, build=missing
    )
    assert type(instead(GestureConfig())).__name__ == "Gesticulation"
    assert (published[0].role, published[0].backend) == ("gestures", "rules")
    assert published[0].fallback
    assert "no torch" in published[0].detail


def test_only_knobs_that_are_turned_cost_a_row():
    assert BodyMotionConfig().guidance() == {}
    assert BodyMotionConfig(audio=2.0, style=0.5).guidance() == {"audio": 2.0, "style": 0.5}
