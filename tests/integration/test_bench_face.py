"""`foyer bench face --short`: what it says of the rules' face holds, and its controls fail."""

import math

import pytest

from agent.__main__ import main
from agent.bench.face import measure
from agent.bench.face_sides import BY_SOUND, BY_SOUND_AND_TEXT, learned_face
from agent.core.errors import BadInputError

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def figures():
    return {figure.name: figure for figure in measure(short=True)}


def test_the_rules_meet_what_is_stated_for_them_and_the_shifted_control_does_not(figures):
    judged = [f for name, f in figures.items() if name.startswith(("rules: bil", "rules: lab"))]
    judged.append(figures["rules: apex error p95"])
    assert all(figure.met for figure in judged)
    for figure in judged:
        worse = figure.control > figure.target if figure.at_most else figure.control < figure.target
        assert worse, figure.name


def test_the_lips_can_be_read_far_better_than_those_of_others_or_by_chance(figures):
    words = figures["rules: words read from the lips"]
    assert words.value > 50
    assert words.baseline < 0.5 * words.value
    assert words.control < 0.5 * words.value
    preferred = figures["reader of lips: sentences in which right lips are preferred to late ones"]
    assert preferred.met


def test_every_wish_moves_its_own_measure_and_leaves_the_lips(figures):
    swaps = [figure for name, figure in figures.items() if name.startswith("rules: swap")]
    assert len(swaps) == 11
    assert [figure.name for figure in swaps if not figure.met] == []


def test_the_face_lives_and_is_calm_and_four_do_not_disturb_each_other(figures):
    for name in (
        "lids open slower than they close by",
        "saccades, main sequence",
        "head at rest, turning speed p95",
        "twitches of face and head",
        "longest freeze of face and head",
        "rules: four characters at once against each alone",
    ):
        assert figures[name].met, figures[name]


def test_the_learned_face_is_measured_where_it_is_and_said_to_be_missing_where_it_is_not(figures):
    learned, missing = learned_face()
    if learned is None:
        assert missing in figures[BY_SOUND].note
        assert not figures[BY_SOUND].met
        return
    for side in (BY_SOUND, BY_SOUND_AND_TEXT):
        assert math.isfinite(figures[f"{side}: bilabial closure"].value)
        assert math.isfinite(figures[f"{side}: words read from the lips"].value)
    assert figures["learned: four characters at once against each alone"].met


def test_what_cannot_be_is_refused_before_anything_is_measured(tmp_path, capsys):
    with pytest.raises(BadInputError, match="no such folder"):
        measure(audio=tmp_path / "none")
    with pytest.raises(BadInputError, match="in it"):
        measure(audio=tmp_path)
    (tmp_path / "a.wav").write_bytes(b"no sound")
    with pytest.raises(BadInputError, match=r"a\.wav"):
        measure(audio=tmp_path)
    with pytest.raises(BadInputError, match="page-minutes"):
        measure(page_minutes=-1)
    assert main(["bench", "lips", "--short"]) == 2
    assert "takes no --short" in capsys.readouterr().err
