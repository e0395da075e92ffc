"""The policy lab as an operator runs it: good manners pass, bad ones are caught and named."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from agent.__main__ import main
from agent.recording import Recording

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
HOUR = ("--days", "1", "--hours", "1", "--jobs", "1", "--plan", "hotel", "--json")

HALF = ("--hours", "0.5")
SEVERAL_DAYS = ("--days", "6", "--hours", "0.25")
"""Fewer stretches than six are sure of nothing."""
SEVERAL_ABOUT = ("--seed", "4", *HALF)
"""Half an hour in which hosts are named while others stand by."""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the demonstration's configuration that starts fast."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "configs", folder / "configs", ignore=shutil.ignore_patterns("lobby"))
    change(folder / "configs" / "demo.yaml", dialogue={"encoder": "words"})
    return folder / "configs"


def change(path, **values):
    tree = yaml.safe_load(path.read_text()) or {}
    path.write_text(yaml.safe_dump({**tree, **values}, sort_keys=False))


def variant(house, tmp_path, *, norms_off=(), engagement=None, **policies):
    """Another configuration beside the good one."""
    copy = tmp_path / "configs"
    shutil.copytree(house, copy)
    off = [*yaml.safe_load((copy / "demo.yaml").read_text())["norms_off"], *norms_off]
    seeing = {"seeing": {"engagement": engagement}} if engagement else {}
    change(copy / "demo.yaml", norms_off=off, **seeing)
    for name, values in policies.items():
        change(copy / "policies" / f"{name}.yaml", **values)
    return copy / "demo.yaml"


def lab(config, out, capsys, *more):
    """Run it; returns the exit code and the summary, which is the last line."""
    code = main(["lobby", str(config), *HOUR, *more, "--out", str(out)])
    return code, json.loads(capsys.readouterr().out.strip().splitlines()[-1])


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def good(house, tmp_path_factory):
    out = tmp_path_factory.mktemp("good")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        code = main(["lobby", str(house / "demo.yaml"), *HOUR, "--out", str(out)])
    return code, json.loads((out / "report.json").read_text()), out


def test_the_default_manners_break_no_norm(good):
    code, told, _ = good
    assert told["norms_broken"] == {}
    assert code == 0
    assert told["measures"]["lead"]["met"]
    assert told["people"] > 50


def test_the_report_stands_by_itself(good):
    _, _, out = good
    page = (out / "report.html").read_text()
    assert page.startswith("<!doctype html>")
    for outside in ("http://", "https://", "<script", "<link", "url("):
        assert outside not in page
    assert "Visitors missed" in page


def test_the_same_seed_gives_the_same_day(house, good, tmp_path, capsys):
    _, told, _ = good
    _, again = lab(house / "demo.yaml", tmp_path / "out", capsys)
    for key in ("people", "passers_by", "missed", "lead", "served", "wait", "reply"):
        assert again[key] == told[key], key


def test_one_who_greets_everybody_from_afar_is_caught(house, tmp_path, capsys):
    bad = variant(
        house,
        tmp_path,
        norms_off=[
            "leave_passers_by_alone",
            "do_not_call_across_the_room",
            "words_wait_until_people_stand",
            "greet_faces_not_backs",
        ],
        engagement={
            "attend_m": 6.0,
            "attend_keep_m": 7.0,
            "attend_speed_m_s": 3.0,
            "look_share": 0.01,
        },
        greeting={
            "words_within_m": 5.0,
            "near_m": 5.0,
            "words_after_s": 0.0,
            "walking_m_s": 2.0,
        },
    )
    code, told = lab(bad, tmp_path / "out", capsys)
    assert code == 1
    assert told["passers_by"] > 5.0
    assert told["norms_broken"].get("passers_by")


def test_one_who_never_greets_is_caught(house, good, tmp_path, capsys):
    mute = {"enabled": False}
    bad = variant(house, tmp_path, greeting=mute, waiting=mute)
    _, told = lab(bad, tmp_path / "out", capsys)
    assert told["missed"] > 2.0
    assert told["wait"] > 2.0 > good[1]["wait"]
    assert told["targets_met"] is False


def test_one_who_talks_over_people_is_caught(house, tmp_path, capsys):
    bad = variant(
        house,
        tmp_path,
        interruption={
            "soft_gain": 1.0,
            "hold_after_voiced_s": 2.0,
            "hold_at_latest_s": 2.0,
            "stop_after_voiced_s": 10.0,
            "words_after_voiced_s": 3.0,
        },
    )
    code, told = lab(bad, tmp_path / "out", capsys, "--day", "rush")
    assert code == 1
    assert told["norms_broken"].get("talking_over")


def test_one_who_says_names_before_strangers_is_caught_and_shown(house, tmp_path, capsys):
    bad = variant(house, tmp_path, norms_off=["names_are_not_for_strangers"])
    code, told = lab(bad, tmp_path / "out", capsys, *SEVERAL_ABOUT)
    assert code == 1
    assert told["norms_broken"].get("names")
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    episode = next(one for one in told["episodes"] if one["kind"] == "names")
    assert len(list(Recording(Path(episode["file"])))) > 20
    assert main(["explain", episode["file"], str(episode["at_s"])]) == 0
    assert "said" in capsys.readouterr().out
    assert main(["replay", episode["file"], "--config", str(bad)]) in (0, 1)
    assert "same" in capsys.readouterr().out


def test_a_day_that_is_not_there_is_said_so(house, tmp_path, capsys):
    assert main(["lobby", str(house / "demo.yaml"), "--day", "sunday", "--out", str(tmp_path)]) == 2
    assert "sunday" in capsys.readouterr().err


def test_two_policies_are_compared_and_the_difference_is_put_down_to_its_line(
    house, tmp_path, capsys
):
    new = variant(house, tmp_path, greeting={"sign_within_m": 1.0})
    both = ["--compare", str(house / "demo.yaml"), str(new)]
    code, told = lab(house / "demo.yaml", tmp_path / "out", capsys, *both, *SEVERAL_DAYS)
    assert code == 0
    found = told["comparison"]
    assert found["figures"]["lead"]["verdict"] == "worse"
    assert found["figures"]["lead"]["high"] < 0
    (line,) = found["lines"]
    assert line["setting"] == "greeting: sign_within_m"
    assert (
        line["acts"].get("greeting.sign later", 0) + line["acts"].get("greeting.sign gone", 0) > 5
    )
    assert found["joint"] == {}
    assert "Which line did it" in (tmp_path / "out" / "report.html").read_text()
