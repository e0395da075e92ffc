"""A mapping that is wrong says in which file and field."""

import pytest

from actuation.bodies.robot_mapping import load_mapping
from agent.core.errors import BadInputError

ARM = "{shoulder: a, elbow: b, hand: c, axes: [x, y], fingers: [1, 0, 0], palm: [0, 0, -1]}"


def written(tmp_path, text):
    path = tmp_path / "robot.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("arms: {middle: " + ARM + "}", "arms.middle"),
        ("arms: {left: {shoulder: a}}", "arms.left.elbow"),
        ("usual: {speed_rad_s: -1}", "usual.speed_rad_s"),
        ("usual: {speed_rad_s: .nan}", "usual.speed_rad_s"),
        ("rest: {x: .inf}", "rest.x"),
        ("heat: {}", "heat"),
        ("[1, 2]", "must be a group of settings"),
        ("head: {yaw_sign: 3}", "head.yaw_sign"),
        ("a: [", "not YAML"),
    ],
)
def test_a_fault_is_told_with_file_and_field(tmp_path, text, field):
    path = written(tmp_path, text)
    with pytest.raises(BadInputError) as told:
        load_mapping(path)
    assert str(path) in str(told.value)
    assert field in str(told.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("head:\n  yaw: a\n  yaw_sign: 3\n", "3: head.yaw_sign: must be -1 or 1, and is 3"),
        ("rest:\n  a: 0.1\n  b: 9\n", "3: rest.b: must be less than or equal to 7, and is 9"),
        ("servo:\n  stifness: 3\n", "2: servo.stifness: unknown setting; did you mean stiffness?"),
        ("head: up\n", "1: head: must be a group of settings"),
        ("# a comment\narms:\n  left: {shoulder: a}\n", "3: arms.left.elbow: is needed and not"),
        ("head:\n  yaw: [\n", "3: not YAML"),
    ],
)
def test_a_fault_is_told_with_its_line_and_in_plain_words(tmp_path, text, said):
    path = written(tmp_path, text)
    with pytest.raises(BadInputError) as fault:
        load_mapping(path)
    assert str(fault.value).splitlines()[0].startswith(f"{path}:{said}")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(BadInputError, match="none.yaml: cannot be read"):
        load_mapping(tmp_path / "none.yaml")


def test_an_empty_mapping_is_a_robot_without_arms(tmp_path):
    assert load_mapping(written(tmp_path, "")).arms == {}


def test_every_axis_and_body_is_listed_with_its_field(tmp_path):
    mapping = load_mapping(written(tmp_path, "arms: {left: " + ARM + "}\nrest: {y: 0.1}"))
    assert ("arms.left.axes.1", "y") in mapping.named_axes()
    assert ("rest.y", "y") in mapping.named_axes()
    assert ("arms.left.hand", "c") in mapping.named_bodies()
