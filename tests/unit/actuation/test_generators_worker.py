"""One thread for all generators: batches equal each alone, cancelling, a device that fails."""

import threading

import numpy as np
import pytest

from actuation.generators.worker import Worker
from agent.core.errors import BadInputError
from tests.fakes.small_face import small_face, small_model, voice

WAIT_S = 20.0


class Listening:
    """Takes what a session delivers."""

    def __init__(self):
        self.parts, self.why = [], None
        self.done = threading.Event()

    def how(self):
        return {"deliver": self.parts.append, "failed": self.failed, "ended": self.done.set}

    def failed(self, why):
        self.why = why
        self.done.set()

    def faces(self):
        return np.concatenate([p.face for p in self.parts])


class Breaking:
    """A model whose device fails at its `at`-th step."""

    def __init__(self, at, device):
        self._model, self._left, self._device = small_model(), at, device

    def __getattr__(self, name):
        return getattr(self._model, name)

    def step(self, due):
        self._left -= 1
        if self._left < 0 and self._device != "cpu":
            raise RuntimeError("device lost")
        self._model.step(due)


def run_through(worker, sounds, **how):
    listening = [Listening() for _ in sounds]
    sessions = [
        worker.open(16_000, seed=i, **each.how(), **how) for i, each in enumerate(listening)
    ]
    for first in range(0, max(map(len, sounds)), 3_000):
        for session, sound in zip(sessions, sounds, strict=True):
            worker.push(session, sound[first : first + 3_000])
    for session in sessions:
        worker.finish(session)
    assert all(each.done.wait(WAIT_S) for each in listening)
    return listening


def test_four_characters_at_once_get_what_each_gets_alone():
    worker = Worker(load=small_model_for)
    sounds = [voice(s, seed=i) for i, s in enumerate((1.0, 1.7, 0.4, 2.3))]
    try:
        heard = run_through(worker, sounds)
    finally:
        worker.close()
    face = small_face()
    for i, (sound, each) in enumerate(zip(sounds, heard, strict=True)):
        assert each.why is None
        np.testing.assert_allclose(each.faces(), face.faces(sound, 16_000, seed=i), atol=1e-5)


def small_model_for(device):
    return small_model()


def test_nothing_comes_after_cancelling_and_the_others_go_on():
    worker = Worker(load=small_model_for)
    one, other = Listening(), Listening()
    first = worker.open(16_000, **one.how())
    second = worker.open(16_000, **other.how())
    try:
        worker.cancel(first)
        for session in (first, second):
            worker.push(session, voice(1.0))
            worker.finish(session)
        assert other.done.wait(WAIT_S)
    finally:
        worker.close()
    assert one.parts == []
    assert not one.done.is_set()
    assert len(other.faces()) == 60


def test_what_a_step_made_for_a_cancelled_session_is_thrown_away():
    begun, go_on = threading.Event(), threading.Event()

    class Slow:
        def __init__(self):
            self._model = small_model()

        def __getattr__(self, name):
            return getattr(self._model, name)

        def step(self, due):
            begun.set()
            go_on.wait(WAIT_S)
            self._model.step(due)

    worker = Worker(load=lambda device: Slow())
    listening = Listening()
    session = worker.open(16_000, **listening.how())
    try:
        worker.push(session, voice(1.0))
        assert begun.wait(WAIT_S)
        worker.cancel(session)
        go_on.set()
    finally:
        worker.close(WAIT_S)
    assert listening.parts == []


def test_a_device_that_fails_gives_its_sounds_up_and_later_ones_run_on_the_processor():
    told = []
    worker = Worker(
        load=lambda device: Breaking(1, device),
        device="cuda",
        told=lambda *what: told.append(what),
    )
    try:
        (first,) = run_through(worker, [voice(2.0)])
        (second,) = run_through(worker, [voice(1.0)])
    finally:
        worker.close()
    assert "device lost" in first.why
    assert 0 < sum(len(p.face) for p in first.parts) < 120
    assert second.why is None
    assert len(second.faces()) == 60
    assert [(device, fallback) for device, fallback, _ in told] == [
        ("cuda", False), ("cpu", True), ("cpu", False)
    ]  # fmt: skip


def test_weights_that_are_missing_are_told_to_the_session():
    def none(device):
        raise BadInputError("no weights of the learned face")

    worker = Worker(load=none)
    try:
        (listening,) = run_through(worker, [voice(0.3)])
    finally:
        worker.close()
    assert "no weights" in listening.why


def test_bad_sound_is_refused_where_it_is_pushed():
    worker = Worker(load=small_model_for)
    session = worker.open(16_000, **Listening().how())
    try:
        with pytest.raises(BadInputError, match="sample 0"):
            worker.push(session, [np.nan])
    finally:
        worker.close()
