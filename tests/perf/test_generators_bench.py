"""`foyer bench generators`: what it measures is there, and without the device it says so."""

import pytest

from agent.__main__ import main
from agent.bench import generators
from agent.bench.gesture_takes import takes_of
from tests.fakes.small_body import small_model


@pytest.fixture(scope="module")
def takes():
    return takes_of(("Good morning. Please come in.", "It is upstairs."), ())


def test_a_batch_is_each_alone_and_others_are_others(takes):
    figure = generators._batch(small_model(), takes)
    assert figure.met
    assert figure.control > 1e-3


def test_bodies_are_counted_up_to_the_first_late_round(takes, monkeypatch):
    monkeypatch.setitem(generators.SIZES, "cpu", (1, 2))
    (figure,) = generators._crowds(small_model(), "cpu", takes, short=True)
    assert figure.value in (0, 1, 2)
    assert "1: p50" in figure.note


def test_the_first_frames_of_a_small_body_cost_something(takes):
    assert 0 < generators._first_ms(small_model(), takes[0]) < 5_000


@pytest.mark.parametrize(
    ("device", "told"), [("cuda", "no CUDA device"), ("tpu", "there is cpu and cuda")]
)
def test_a_device_that_is_not_here_is_said_with_the_cure(device, told, capsys):
    import torch

    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("there is one here")
    assert main(["bench", "generators", "--device", device]) == 2
    assert told in capsys.readouterr().err
