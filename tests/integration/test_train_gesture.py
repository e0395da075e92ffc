"""`foyer train gesture`: from takes or recordings to weights that move a body, resumable."""

import numpy as np
import pytest

from actuation.generators.flow_body import FlowBody
from actuation.generators.flow_network import FlowShape
from actuation.generators.training import body_corpus, body_course
from actuation.generators.training.body_course import BodyCourse
from actuation.generators.training.body_lessons import BodyLesson
from actuation.gestures.style import BodyWish
from agent.__main__ import main
from tests.fakes.body_corpora import write_beat2, write_bvh_corpus
from tests.fakes.small_body import clauses

SHAPE = FlowShape(width=32, blocks=1, heads=2, hear_width=16)
LESSON = BodyLesson(steps=20, batch=8, rate=3e-3)


def course(tmp_path, **how):
    given = {"lesson": LESSON, "takes": 0} | how
    return BodyCourse(out=tmp_path / "body.npz", work=tmp_path / "work", shape=SHAPE, **given)


@pytest.mark.parametrize("writes", [write_bvh_corpus, write_beat2])
def test_from_recordings_to_a_body_that_moves_and_a_smaller_loss_on_what_was_held_out(
    writes, tmp_path
):
    folder = writes(tmp_path / "corpus", clips=2, length_s=21.0)
    told = []
    card = body_course.run(course(tmp_path, corpus=folder), told.append)
    figures = card.figures
    assert figures["held-out loss"] < 0.8 * figures["held-out loss before"]
    assert card.moves_trunk
    assert "recordings of corpus" in card.data
    assert "licences" in card.is_no_evidence_of
    body = FlowBody.load(tmp_path / "body.npz")
    at_s = np.arange(0.5, 1.5, 1 / 30)
    moved = body.motion(clauses("Good morning."), at_s, 1, BodyWish())
    assert np.isfinite(moved).all()


def test_takes_are_made_once_and_an_interrupted_training_goes_on_as_it_would_have(tmp_path):
    missing = pytest.importorskip("actuation.generators.voices.engine").EngineMissingError
    try:
        takes = list(
            body_corpus.made(3, 1, voices=("flite:rms", "espeak"), told=lambda _: None)
        )  # fmt: skip
    except missing:
        pytest.skip("no voice here")
    assert len(takes) >= 2
    path = tmp_path / "takes.npz"
    body_corpus.write(path, takes)
    back = body_corpus.read(path)
    for one, other in zip(takes, back, strict=True):
        assert (one.motion == other.motion).all()
        assert [(s.parts, s.apex_s) for s in one.slots] == [
            (s.parts, s.apex_s) for s in other.slots
        ]
        assert one.beats == other.beats
        assert [w.text for s in one.said for w in s.words] == [
            w.text for s in other.said for w in s.words
        ]
    # Something moves on its words, and somebody speaks.
    assert any(len(take.slots) for take in back)
    assert {0} <= {int(s) for take in back for s in np.unique(take.states)}
    scale = body_course.body_windows.usual(back)
    ready = body_course.body_windows.schooled(back, scale)
    short = BodyLesson(steps=6, batch=4)

    class StoppedError(Exception):
        pass

    def train(path, report=lambda _: None, every=2):
        return body_course.body_lessons.train(
            ready, SHAPE, scale, short, report, path, kept_every=every
        )

    whole = train(tmp_path / "whole.pt")

    def stop_at_four(progress):
        raise StoppedError

    path = tmp_path / "cut.pt"
    with pytest.raises(StoppedError):
        train(path, stop_at_four, every=5)
    resumed = train(path, every=5)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        np.testing.assert_allclose(one.detach().numpy(), other.detach().numpy(), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--episodes", "3"], "at least 8"),
        (["--out", "weights.bin"], "must end in .npz"),
        (["--width", "18"], "by fours"),
        (["--corpus", "/no/such"], "needs --out"),
        (["--corpus", "/no/such", "--out", "OUT"], "no such folder"),
        (["--from", "/no/such.npz", "--out", "OUT"], "no weights"),
    ],
)
def test_bad_options_are_refused_with_the_cure(options, told, capsys, tmp_path):
    options = [str(tmp_path / "o.npz") if each == "OUT" else each for each in options]
    assert main(["train", "gesture", *options, "--work", str(tmp_path / "work")]) == 2
    assert told in capsys.readouterr().err


def test_too_little_motion_is_said(tmp_path, capsys):
    folder = write_bvh_corpus(tmp_path / "corpus", clips=1, length_s=0.5)
    options = ["--corpus", str(folder), "--out", str(tmp_path / "o.npz")]
    assert main(["train", "gesture", *options, "--work", str(tmp_path / "work")]) == 2
    assert "too little motion" in capsys.readouterr().err
