"""`foyer engage` as it is called: on real recordings, on broken ones, on ones made worse."""

import json
import math
import random

import pytest

from agent.__main__ import main
from tests.media import media

TRACKS = [
    *(f"1p_{who}_{what}_1" for who in ("AA", "FV", "GA") for what in ("dis", "eng")),
    "2p_AA_FV_dis_1",
    "2p_AA_FV_eng_1",
]


def engage(capsys, path):
    code = main(["engage", str(path)])
    told = capsys.readouterr()
    return code, [json.loads(line) for line in told.out.splitlines()], told.err


def recording(name):
    lines = media(f"engagement/{name}.jsonl").read_text().splitlines()
    return json.loads(lines[0]), [json.loads(line) for line in lines[1:]]


def written(path, lines):
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    return path


def test_nine_of_ten_people_are_judged_rightly_within_seconds(capsys):
    right = []
    for name in TRACKS:
        header, lines = recording(name)
        code, told, complaints = engage(capsys, media(f"engagement/{name}.jsonl"))
        assert (code, complaints) == (0, "")
        assert [one["person"] for one in told] == list(dict.fromkeys(x["person"] for x in lines))
        right += [one["engaged"] is header["people_engaged"] and one["at"] < 4 for one in told]
    assert len(right) == 10
    assert sum(right) >= 9


def test_a_line_a_person_says_what_when_and_why(capsys):
    _, (one,), _ = engage(capsys, media("engagement/1p_GA_eng_1.jsonl"))
    assert list(one) == ["person", "engaged", "at", "reasons", "probability"]
    assert one["engaged"] is True
    assert 0 <= one["at"] <= 12.7
    assert one["reasons"][0].split(" ")[0] in {"distance_m", "gaze_off_deg", "rest_off_deg"}
    assert 0.5 < one["probability"] <= 1


def spoiled(lines, rng):
    """Shuffled, with broken lines between, gazes missing or not numbers, and double lines."""
    out = []
    for line in lines:
        out.append(json.dumps(line))
        if rng.random() < 0.15:
            out[-1] = json.dumps(line | {"gaze": [math.nan] * 3})
        if rng.random() < 0.1:
            out.append(json.dumps({key: line[key] for key in ("t", "person", "head_m")}))
        if rng.random() < 0.05:
            out.append(out[-1][: len(out[-1]) // 2])
    rng.shuffle(out)
    return out


@pytest.mark.parametrize("name", ["1p_GA_eng_1", "1p_AA_dis_1"])
def test_a_spoiled_recording_without_its_first_line_is_judged_as_the_whole_one(
    capsys, tmp_path, name
):
    header, lines = recording(name)
    path = tmp_path / "spoiled.jsonl"
    path.write_text("\n".join(spoiled(lines, random.Random(4))))
    code, (one,), complaints = engage(capsys, path)
    assert code == 0
    assert one["engaged"] is header["people_engaged"]
    assert "spoiled.jsonl:" in complaints
    assert "more lines passed over" in complaints


@pytest.mark.parametrize("hz", [5, 12])
def test_at_other_rates_the_same_is_held(capsys, tmp_path, hz):
    for name in ("1p_AA_eng_1", "1p_FV_eng_1", "1p_AA_dis_1", "1p_GA_dis_1"):
        header, lines = recording(name)
        kept, due = [], -1.0
        for line in lines:
            if line["t"] >= due:
                kept.append(line)
                due = line["t"] + 1 / hz
        _, (one,), _ = engage(capsys, written(tmp_path / "slow.jsonl", kept))
        assert one["engaged"] is header["people_engaged"], name


def test_when_a_recording_began_makes_no_difference(capsys, tmp_path):
    _, lines = recording("1p_FV_eng_1")
    late = [line | {"t": line["t"] + 1.7e9} for line in lines]
    _, (plain,), _ = engage(capsys, written(tmp_path / "a.jsonl", lines))
    _, (moved,), _ = engage(capsys, written(tmp_path / "b.jsonl", late))
    assert moved["engaged"] == plain["engaged"]
    assert moved["at"] - 1.7e9 == pytest.approx(plain["at"], abs=0.1)


def test_times_in_milliseconds_are_noticed_and_those_of_slow_cameras_are_none(capsys, tmp_path):
    _, lines = recording("1p_GA_eng_1")
    wrong = [line | {"t": line["t"] * 1000} for line in lines]
    assert "milliseconds" in engage(capsys, written(tmp_path / "ms.jsonl", wrong))[2]
    slow = [line | {"t": 2.0 * i} for i, line in enumerate(lines[::30])]
    assert engage(capsys, written(tmp_path / "slow.jsonl", slow))[2] == ""


def test_without_any_gaze_nobody_is_said_to_look_away(capsys, tmp_path):
    _, lines = recording("1p_AA_dis_1")
    blind = [{key: line[key] for key in ("t", "person", "head_m")} for line in lines]
    _, (one,), complaints = engage(capsys, written(tmp_path / "blind.jsonl", blind))
    assert complaints == ""
    assert not [reason for reason in one["reasons"] if "gaze" in reason or "rest" in reason]


def test_what_is_no_recording_ends_with_one_line_of_error(capsys, tmp_path):
    code, told, complaint = engage(capsys, tmp_path / "none.jsonl")
    assert (code, told) == (2, [])
    assert "none.jsonl: cannot be read" in complaint
    assert "Traceback" not in complaint
