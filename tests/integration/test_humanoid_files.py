"""Files of robots that do not fit are told with file and field; pictures of one that does."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

mujoco = pytest.importorskip("mujoco", reason="needs: pip install 'foyer[humanoid]'")

from actuation.embodiments.humanoid_model import EXAMPLES, load_robot  # noqa: E402
from actuation.embodiments.humanoids.build import humanoid_xml  # noqa: E402
from agent.core.errors import BadInputError  # noqa: E402
from tests.fakes.gesturing import gesture  # noqa: E402
from tests.fakes.humanoids import ROBOT, Stand  # noqa: E402

OUTPUT = Path(__file__).parents[1] / "output" / "humanoid"


def test_the_example_is_what_its_script_makes():
    assert (EXAMPLES / "humanoid.xml").read_text(encoding="utf-8") == humanoid_xml()


MAPPING = (EXAMPLES / "humanoid.yaml").read_text(encoding="utf-8")
MODEL = EXAMPLES / "humanoid.xml"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("left_elbow,", "left_elbo,", "arms.left.axes.3: humanoid.xml has no joint 'left_elbo'; "
         "did you mean 'left_elbow'?"),
        ("hand: right_hand", "hand: right_hnd", "arms.right.hand: humanoid.xml has no body"),
        ("yaw: neck_yaw", "yaw: nck_yaw", "head.yaw: humanoid.xml has no joint 'nck_yaw'"),
        ("left_elbow: 0.5", "left_elbow: 3.0", "rest.left_elbow: 3 is not within"),
        ("axis: right_grip", "axis: left_grip", "axis 'left_grip' is named twice"),
        ("elbow: left_forearm", "elbow: left_upper_arm", "arms.left.elbow: lies on the joint"),
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_fit_is_told_with_file_and_field(tmp_path, old, new, told):
    path = tmp_path / "robot.yaml"
    assert old in MAPPING
    path.write_text(MAPPING.replace(old, new), encoding="utf-8")
    with pytest.raises(BadInputError) as fault:
        load_robot(MODEL, path)
    assert str(path) in str(fault.value)
    assert told in str(fault.value)


def test_a_rest_pose_in_itself_is_told(tmp_path):
    path = tmp_path / "robot.yaml"
    rest = "left_shoulder_swing: 0.9, left_shoulder_lift: 0.7, left_elbow: 0.5"
    path.write_text(MAPPING.replace("left_elbow: 0.5", rest).replace(
        ", left_shoulder_lift: 0.0", ""), encoding="utf-8")  # fmt: skip
    with pytest.raises(BadInputError, match="in each other"):
        load_robot(MODEL, path)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.urdf", "<robot name='a'><link name='b'>", "a.urdf"),
        ("a.urdf", "no xml at all", "a.urdf"),
        ("a.urdf", "<robot name='a'><link name='b'/></robot>", "a.urdf"),
        ("a.xml", "<mujoco><worldbody><joint axis='1 0 0'/></worldbody></mujoco>", "a.xml"),
        ("a.xml", "<mujoco><worldbody><geom mesh='none' type='mesh'/></worldbody></mujoco>",
         "a.xml"),
        ("a.txt", "", "neither .urdf nor .xml"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_used_is_told_with_its_file(tmp_path, name, text, told):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    empty = tmp_path / "robot.yaml"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(BadInputError) as fault:
        load_robot(path, empty)
    assert told in str(fault.value)


def test_a_model_without_its_mapping_is_told():
    with pytest.raises(BadInputError, match="both"):
        load_robot(MODEL, None)


# Pictures. The library chooses its way to draw when it is imported, and leaves broken objects
# behind: each way is tried in a process of its own.

NOTHING_TO_DRAW_WITH = 77


def drawn(renderer, stand, name):
    import cv2

    picture = stand.motion.drawn_with(renderer, "visitor")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(OUTPUT / f"{name}.png"), picture[..., ::-1])
    return picture.astype(float)


def pictures():
    """Draw rest, pointing, waving and explaining; called in a child process."""
    try:
        renderer = mujoco.Renderer(ROBOT.model, 480, 640)
    except Exception as fault:  # noqa: BLE001 - whatever the graphics library raises
        print(fault)  # noqa: T201
        raise SystemExit(NOTHING_TO_DRAW_WITH) from None
    shown = {"rest": drawn(renderer, Stand(), "rest")}
    for name, lexeme, kw in (
        ("point_left", "point", {"side": "left", "place": (0.9, 1.2, 0.5)}),
        ("wave", "wave", {}),
        ("explain", "container", {}),
    ):
        stand = Stand()
        stand.warm_up()
        laid, frames, stroke = gesture(lexeme, start_at=stand.now, **kw)
        stand.motion.take(laid, stand.now)
        stand.motion.take(frames, stand.now)
        stand.run(stroke.apex_s + 0.3)
        shown[name] = drawn(renderer, stand, name)
    renderer.close()
    for name, picture in shown.items():
        assert picture.std() > 15
        if name != "rest":
            assert np.abs(picture - shown["rest"]).mean() > 0.5


CHILD = """
try:
    import mujoco
except Exception as fault:
    print(fault)
    raise SystemExit(77)
from tests.integration.test_humanoid_files import pictures
pictures()
"""


def test_pictures_show_rest_pointing_waving_and_explaining():
    told = {}
    for way in ("egl", "osmesa"):
        done = subprocess.run(
            [sys.executable, "-c", CHILD], env={**os.environ, "MUJOCO_GL": way},
            cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=180,
        )  # fmt: skip
        if done.returncode == 0:
            assert {p.stem for p in OUTPUT.glob("*.png")} >= {"rest", "point_left", "wave"}
            return
        assert done.returncode == NOTHING_TO_DRAW_WITH, done.stderr
        told[way] = done.stdout.strip()
    pytest.skip(f"no off-screen drawing here: {told}")
