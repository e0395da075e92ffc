"""What a file of heads and gazes may look like, and what becomes of the bad parts of it."""

import json
import math

import numpy as np
import pytest

from agent.core.errors import BadInputError
from perception.engagement.head_tracks import read_recording

GAZE = [-1.0, 0.0, 0.0]


def line(t, person="a", head_m=(1.0, 0.0, 0.1), **more):
    return json.dumps({"t": t, "person": person, "head_m": list(head_m), "gaze": GAZE} | more)


def write(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "tracks.jsonl"


def test_the_first_line_may_hold_the_truth_or_a_person(file):
    told = read_recording(write(file, '{"people_engaged": true}', line(0.0), line(0.1)))
    plain = read_recording(write(file, line(0.0), line(0.1)))
    assert told.header == {"people_engaged": True}
    assert plain.header == {}
    assert len(told.numbers) == len(plain.numbers) == 2
    assert told.faults == plain.faults == 0


def test_lines_come_in_the_order_of_their_times(file):
    found = read_recording(write(file, line(3), line(1, "b"), line(2)))
    assert found.numbers[:, 0].tolist() == [1, 2, 3]
    assert [found.people[i] for i in found.who] == ["b", "a", "a"]


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ("not json", "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ('{"some": "thing"}', "has no t"),
        (line("soon"), "t: not a number"),
        (line(float("nan")), "t: not a number"),
        (line(True), "t: not a number"),
        (line(1, None), "person: not a name"),
        (line(1, ["x"]), "person: not a name"),
        (line(1, head_m=(1, 2)), "head_m: not three numbers"),
        (line(1, head_m=(1, 2, float("inf"))), "head_m: not three numbers"),
        (line(1, head_m=(1e9, 0, 0)), "head_m: not three numbers"),
        ('{"t": ' + "9" * 400 + "}", "person: not a name"),
        ('{"t": 1, "person": "' + "x" * 70_000 + '"}', "longer than"),
        ("[" * 3000, "not JSON"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_passed_over(file, bad, what):
    found = read_recording(write(file, line(0), bad, line(2)))
    assert found.numbers[:, 0].tolist() == [0, 2]
    (complaint,) = found.complaints
    assert complaint.startswith(f"{file}:2: ")
    assert what in complaint


@pytest.mark.parametrize(
    "gaze", [None, [math.nan, 0, 0], [None, None, None], [0, 0, 0], [1e300, 1e300, 0]]
)
def test_a_gaze_that_was_not_seen_is_unknown_and_no_fault(file, gaze):
    found = read_recording(write(file, line(0, gaze=gaze), line(1)))
    first, second = found.sightings()
    assert first.gaze_off_rad is None
    assert first.head_yaw_rad is None
    assert second.gaze_off_rad is not None
    assert found.faults == 0


def test_a_gaze_that_is_no_vector_is_told_and_the_place_is_used(file):
    found = read_recording(write(file, line(0, gaze="ahead"), line(1, gaze=[1, 2])))
    assert [c.split(": ")[1] for c in found.complaints] == ["gaze", "gaze"]
    assert len(found.numbers) == 2


def test_gazes_are_made_as_long_as_one(file):
    found = read_recording(write(file, line(0, gaze=[-3, 4, 0])))
    assert np.allclose(found.numbers[0, 4:], [-0.6, 0.8, 0])


@pytest.mark.parametrize("content", ["", "\n\n", "nothing\nof use\n"])
def test_a_file_with_nothing_to_use_is_an_error_with_the_cause(file, content):
    file.write_text(content)
    with pytest.raises(BadInputError, match="no line in it has t, person and head_m"):
        read_recording(file)


def test_a_recording_of_nobody_is_no_error(file):
    assert read_recording(write(file, '{"people_engaged": false}')).people == []


def test_a_file_that_is_not_there_is_named(file):
    with pytest.raises(BadInputError, match=r"tracks\.jsonl: cannot be read"):
        read_recording(file)


def test_of_many_faults_all_are_counted_and_few_are_worded(file):
    found = read_recording(write(file, line(0), *["x"] * 1000))
    assert found.faults == 1000
    assert len(found.complaints) == 20


def test_whoever_comes_nearer_is_seen_to_come_nearer(file):
    steps = [line(i / 30, head_m=(3 - i / 30, 0.2, 0)) for i in range(60)]
    last = list(read_recording(write(file, *steps)).sightings())[-1]
    assert last.approach_m_s == pytest.approx(1.0, abs=0.15)
    assert last.speed_m_s == pytest.approx(1.0, abs=0.15)


def test_the_gaze_is_measured_from_the_line_to_the_agent(file):
    aside = line(0, head_m=(1, 1, 0), gaze=[-1, -1, 0])
    up = line(1, head_m=(1, 1, 0), gaze=[-1, -1, math.sqrt(2)])
    left = line(2, head_m=(1, 1, 0), gaze=[-1, 0, 0])
    straight, raised, turned = read_recording(write(file, aside, up, left)).sightings()
    assert straight.gaze_off_rad == pytest.approx(0, abs=1e-6)
    assert math.degrees(raised.head_pitch_rad) == pytest.approx(45)
    assert math.degrees(raised.gaze_off_rad) == pytest.approx(45)
    assert math.degrees(abs(turned.head_yaw_rad)) == pytest.approx(45)


def test_whoever_was_away_starts_to_walk_anew(tmp_path):
    """Elsewhere after a minute is no walk from there to here."""
    path = tmp_path / "away.jsonl"
    lines = [{"t": i / 15, "person": "a", "head_m": [3.0, 1.0, 0.0]} for i in range(30)]
    lines += [{"t": 4 + i / 15, "person": "a", "head_m": [1.0, -1.0, 0.0]} for i in range(30)]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    assert max(seen.speed_m_s for seen in read_recording(path).sightings()) < 0.2
