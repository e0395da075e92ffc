"""`foyer check`: the demonstration site with one thing wrong in it at a time."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from actuation.embodiments import catalogue
from agent.__main__ import main
from agent.commands.check import default_yaml
from agent.config import load
from agent.core.errors import BadInputError
from agent.settings import AgentConfig

CONFIGS = Path(__file__).parents[2] / "configs"
GREETING = """
  - id: greet_nobody
    kind: politeness
    when: WHEN
    verdict: veto
    reason: Because it is an example.
    examples:
      fires: [{ act: { policy: greeting.words, say: Hello., unasked: true } }]
      silent: [{ act: { policy: reply.answer } }]
"""


@pytest.fixture
def site(tmp_path):
    """A copy of the demonstration's configuration, to be broken."""
    shutil.copytree(CONFIGS, tmp_path / "configs")
    return tmp_path / "configs"


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def check(site, capsys):
    code = main(["check", str(site / "demo.yaml")])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_reference_of_all_settings_is_up_to_date():
    written = (CONFIGS / "default.yaml").read_text()
    cure = "out of date: run `foyer check --write-default configs/default.yaml`"
    assert written == default_yaml(), cure


def test_the_reference_is_written_as_asked_and_reads_back_as_the_defaults(tmp_path):
    assert main(["check", "--write-default", str(tmp_path / "all.yaml")]) == 0
    assert load(tmp_path / "all.yaml", AgentConfig) == AgentConfig()


def test_the_reference_explains_every_setting():
    lines = default_yaml().splitlines()
    for before, line in zip(lines, lines[1:], strict=False):
        if line.strip() and not line.lstrip().startswith(("#", "-")):
            assert before.lstrip().startswith("#"), f"nothing is said of {line.strip()}"


@pytest.mark.parametrize("kind", ["agent", "site", "norms", "greeting"])
def test_the_schema_of_each_kind_of_file_is_printed_for_editors(kind, capsys):
    assert main(["check", "--schema", kind]) == 0
    assert json.loads(capsys.readouterr().out)["type"] == "object"


def test_without_a_kind_the_schema_is_the_agents(capsys):
    main(["check", "--schema"])
    assert "watchdog" in json.loads(capsys.readouterr().out)["properties"]


@pytest.mark.parametrize("name", ["demo.yaml", "default.yaml"])
def test_the_configurations_of_the_house_are_well(name, capsys):
    assert main(["check", str(CONFIGS / name)]) == 0
    told = capsys.readouterr()
    assert "all is well" in told.out
    assert told.err == ""


FAULTS = [
    ("demo.yaml", "agent_name", "agent_nam", "server.agent_nam: .*did you mean agent_name"),
    ("sites/demo.yaml", "timezone", "timzone", "timzone: .*did you mean timezone"),
    ("policies/greeting.yaml", "sign_within_m", "sign_with_m", ".*did you mean sign_within_m"),
    ("policies/greeting.yaml", "sign_within_m: 4.0", "sign_within_m: near", "sign_within_m: "),
    ("policies/idle.yaml", "rest_after_s:", "rest_after_s: {", ".*bracket that is not closed"),
    ("policies/norms/privacy.yaml", "verdict:", "verdickt:", "norms.0.verdickt: .*did you mean"),
]


@pytest.mark.parametrize(("file", "old", "new", "complaint"), FAULTS)
def test_a_broken_file_is_named_with_line_field_and_cure(site, capsys, file, old, new, complaint):
    line = edit(site / file, old, new)
    code, _, err = check(site, capsys)
    assert code == 2
    place = rf"{re.escape(file)}:{line}: "
    assert any(re.search(place + complaint, fault) for fault in err.splitlines())


def test_a_file_that_is_not_there_is_told_with_the_likely_one(site, capsys):
    edit(site / "demo.yaml", "sites/demo.yaml", "sites/demu.yaml")
    code, _, err = check(site, capsys)
    assert code == 2
    assert "no such file; did you mean demo.yaml" in err


def test_several_broken_files_are_told_at_once(site, capsys):
    edit(site / "sites/demo.yaml", "timezone", "timzone")
    edit(site / "policies/greeting.yaml", "sign_within_m", "sign_with_m")
    code, _, err = check(site, capsys)
    assert code == 2
    assert "timzone" in err
    assert "sign_with_m" in err


def test_a_norm_that_is_switched_off_by_a_wrong_name_is_told_where(site, capsys):
    (site / "demo.yaml").write_text("site: sites/demo.yaml\nnorms_off: [greet_onse]\n")
    code, _, err = check(site, capsys)
    assert code == 2
    assert "demo.yaml:2: norms_off: there is no norm greet_onse; did you mean greet_once" in err


def with_norm(site, when):
    path = site / "policies" / "norms" / "own.yaml"
    path.write_text("norms:" + GREETING.replace("WHEN", when))
    return path


def test_an_example_that_does_not_end_as_it_says_fails_the_check(site, capsys):
    path = with_norm(site, "{ act.policy: farewell }")
    code, out, err = check(site, capsys)
    assert code == 1
    assert f"{path.resolve()}:2: greet_nobody.examples.fires.0: it does not fire here" in err
    assert "some norms fail" in out


def test_an_example_in_which_a_norm_should_keep_silent_and_does_not_fails_too(site, capsys):
    with_norm(site, "{ act.policy: { one_of: [greeting, reply] }, room.people: { below: 3 } }")
    code, _, err = check(site, capsys)
    assert code == 1
    assert "greet_nobody.examples.silent.0: it fires here" in err


def test_a_norm_that_nothing_can_trigger_is_warned_of(site, capsys):
    path = with_norm(site, "{ act.policy: greting }")
    _, _, err = check(site, capsys)
    assert f"warning: {path.resolve()}:2: greet_nobody: nothing can trigger this norm: " in err
    assert "act.policy is never greting; did you mean greeting?" in err


def test_two_bodies_of_one_name_are_refused_and_a_name_tells_them_apart(site, capsys):
    demo = (site / "demo.yaml").read_text()
    two = "bodies:\n  - {kind: vmc}\n  - {kind: vmc, port: 40000%s}\n"
    (site / "demo.yaml").write_text(demo + two % "")
    code, _, err = check(site, capsys)
    assert code == 2
    assert "bodies: two bodies are called vmc; give each its own `name`" in err
    (site / "demo.yaml").write_text(demo + two % ", name: second")
    assert check(site, capsys)[0] == 0


ROBOTS = Path(__file__).parents[2] / "actuation" / "embodiments" / "humanoids"


@pytest.fixture
def robot(site):
    """The demonstration with a robot from files beside it: the mapping, to be broken."""
    for name in ("one_arm.urdf", "one_arm.yaml"):
        shutil.copy(ROBOTS / name, site / name)
    demo = site / "demo.yaml"
    mapping = site / "one_arm.yaml"
    kept = "".join(
        f"    {k}: {v}\n" for k, v in (("model", site / "one_arm.urdf"), ("mapping", mapping))
    )
    demo.write_text(demo.read_text() + f"\nbodies:\n  - kind: humanoid\n{kept}")
    return mapping


def test_a_robots_files_are_read(site, robot, capsys):
    code, out, _ = check(site, capsys)
    assert code == 0, out
    line = edit(robot, "tool_turn]", "tool_trun]")
    pytest.importorskip("mujoco")
    code, _, err = check(site, capsys)
    assert code == 2
    assert f"{robot}:{line}: arms.right.axes.5: one_arm.urdf has no joint 'tool_trun'" in err
    assert "did you mean 'tool_turn'?" in err


def test_what_is_wrong_with_a_robot_is_said_as_when_it_starts(site, robot, capsys):
    pytest.importorskip("mujoco")
    from actuation.embodiments.humanoid_model import load_robot

    edit(robot, "rest: {lift: -0.8", "rest: {lift: -5.8")
    _, _, err = check(site, capsys)
    with pytest.raises(BadInputError) as at_start:
        load_robot(site / "one_arm.urdf", robot)
    assert err == f"foyer check: {at_start.value}\n"


def test_without_mujoco_the_mapping_is_read_all_the_same(site, robot, capsys, monkeypatch):
    row = catalogue.BODIES["humanoid"]
    away = {**catalogue.BODIES, "humanoid": replace(row, packages=("mujoco_that_is_not_here",))}
    monkeypatch.setattr(catalogue, "BODIES", away)
    assert check(site, capsys)[0] == 0
    line = edit(robot, "stiffness", "stifness")
    code, _, err = check(site, capsys)
    assert code == 2
    assert f"{robot}:{line}: servo.stifness: unknown setting; did you mean stiffness?" in err
    edit(robot, "stifness", "stiffness")
    (site / "one_arm.urdf").unlink()
    assert "one_arm.urdf: cannot be read" in check(site, capsys)[2]


def test_a_robot_with_one_of_its_two_files_is_told_by_its_line(site, robot, capsys):
    demo = site / "demo.yaml"
    line = demo.read_text().split("- kind: humanoid")[0].count("\n") + 1
    edit(demo, f"    mapping: {robot}\n", "")
    code, _, err = check(site, capsys)
    assert code == 2
    assert f"demo.yaml:{line}: bodies.0: a robot needs both: model and mapping" in err
