"""`foyer train face`: from voices to weights that are read, with a card that says what they are."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.generators.learned_face import LearnedFace
from actuation.generators.learned_network import NetworkShape
from actuation.generators.learned_weights import write
from actuation.generators.training import course as courses
from actuation.generators.training.lessons import Lesson
from actuation.generators.training.manners import MannerLesson
from actuation.generators.training.reading import ReadingLesson
from agent.__main__ import main
from agent.core.errors import BadInputError
from tests.fakes.small_face import voice

SHAPE = NetworkShape(width=24, inner=24, dilations=(1,), text_width=16, text_dilations=(1,))


@pytest.mark.long
def test_the_whole_course_makes_weights_that_are_read_and_goes_on_from_them(tmp_path, monkeypatch):
    whole = courses.test_orders
    monkeypatch.setattr(
        courses,
        "test_orders",
        lambda course: {name: orders[:1] for name, orders in whole(course).items()},
    )
    course = courses.Course(
        out=tmp_path / "w.npz",
        work=tmp_path / "work",
        hold_out="flite:slt" if _flite() else "flite",
        sentences=20,
        shape=SHAPE,
        lesson=Lesson(steps=2, batch=2, length=20),
        reads=ReadingLesson(sentences=4, steps=2, batch=2),
        manner=MannerLesson(steps=2, batch=2, length=20),
        command="foyer train face --some",
    )
    told = []
    card = courses.run(course, told.append)
    read = LearnedFace.load(course.out)
    assert read.model.card == card
    assert "rule teacher" in card.is_no_evidence_of
    assert card.held_out == course.hold_out
    assert "made sentences" in card.data
    assert read.faces(voice(0.5), 16_000).shape == (30, 52)
    if _flite():
        assert {name.split(", ")[1] for name in card.figures} >= {"audio", "audio and text"}
        assert card.figures["flite slt, teacher"]["closure_rate"] == 1.0
    # What was made is not made again; nobody is judged a second time here.
    monkeypatch.setattr(courses, "test_orders", lambda course: {})
    again = courses.run(replace(course, out=tmp_path / "v.npz", begin=course.out), told.append)
    assert any("as it was made before" in line for line in told)
    assert "foyer train face --some" in again.data
    weights = [dict(np.load(tmp_path / f"{name}.npz")) for name in ("w", "v")]
    assert weights[0].keys() == weights[1].keys()
    # How they are worn is found anew, and the weights stay.
    bare = card.model_copy(update={"usual": (), "closes_from": (0.2, 0.4), "figures": {}})
    write(course.out, weights[0], bare)
    anew = courses.run(replace(course, card_only=True), told.append)
    assert (anew.usual, anew.closes_from) == (card.usual, card.closes_from)
    assert anew.command == card.command
    for name, kept in np.load(course.out).items():
        np.testing.assert_array_equal(kept, weights[0][name])
    with pytest.raises(BadInputError, match=f"--hold-out {course.hold_out}"):
        courses.run(replace(course, card_only=True, hold_out="espeak"), told.append)


def _flite():
    from actuation.generators.training.speakers import Speakers
    from actuation.generators.voices.engine import EngineMissingError

    try:
        Speakers("flite").close()
    except EngineMissingError:
        return False
    return True


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--episodes", "3"], "at least 20"),
        (["--out", "weights.bin"], "must end in .npz"),
        (["--from", "/no/such.npz", "--episodes", "20", "--work", "WORK"], "no weights"),
    ],
)
def test_bad_options_are_refused_with_the_cure(options, told, capsys, tmp_path):
    options = [str(tmp_path) if each == "WORK" else each for each in options]
    assert main(["train", "face", *options]) == 2
    assert told in capsys.readouterr().err
