"""Any skeleton: joints told by name and place, and bones that point where they pointed."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.body_formats.bvh import local_turns, read_bvh, read_bvh_figure, write_bvh
from actuation.body_formats.clip import MotionClip, turned_by
from actuation.body_formats.figure import figure_of, stage_turns
from actuation.body_formats.hierarchy import Hierarchy
from actuation.body_formats.humanoid_names import VRM_PARENTS, bones_of, larynx_of
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.lexemes import standard_lexicon
from actuation.gestures.strokes import lay_over, make_stroke
from actuation.joints.rotations import IDENTITY, about, from_vector, inverse, multiply, to_vector
from actuation.joints.skeleton import FINGERS, SIDES, load_skeleton, parts_of
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.errors import BadInputError
from tests.fakes.foreign_skeletons import beat_names, foreign, joint_names, with_turned_joints

OWN = load_skeleton()
ALL_FINGERS = [
    f"{s}{finger}{part}" for s in SIDES for finger in FINGERS for part in parts_of(finger)
]
POINTING = [
    (f"{s}{a}", f"{s}{b}") for s in SIDES for a, b in (
        ("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("Hand", "MiddleProximal"),
        ("IndexProximal", "IndexIntermediate"), ("ThumbProximal", "ThumbDistal"),
    )
]  # fmt: skip
FIGURES = {
    "same": foreign(beat_names()),
    "arms down, long, short trunk": foreign(
        beat_names(), arms_down_rad=0.87, arm=1.3, trunk=0.8
    ),
    "arms hang": foreign(joint_names(), arms_down_rad=np.pi / 2, arm=0.7),
    "inches, z up": foreign(joint_names(), arms_down_rad=0.7, z_up=True, unit_m=0.0254),
    "no fingers": foreign(beat_names(), lacks=ALL_FINGERS, arms_down_rad=0.5),
    "two fingers": foreign(
        joint_names(), arms_down_rad=0.9,
        lacks=[f for f in ALL_FINGERS if any(x in f for x in ("Middle", "Ring", "Little"))],
    ),
    "no chest": foreign(beat_names(), lacks=("chest", "upperChest")),
    "no shoulders, no neck": foreign(
        beat_names(), lacks=("leftShoulder", "rightShoulder", "neck", "upperChest")
    ),
    "joints between": foreign(
        beat_names(), arms_down_rad=0.4,
        extra={"head": "Neck1", "leftHand": "LeftForeArmRoll", "spine": "LowerBack"},
    ),
    "joints turned at rest": with_turned_joints(foreign(beat_names(), arms_down_rad=0.6)),
}  # fmt: skip


def gestures():
    """(frames, 44, 4): what the character does with its arms and hands, by its lexicon."""
    rows = []
    for name in ("wave", "thumb_up", "shrug"):
        stroke = make_stroke(
            standard_lexicon().named(name), OWN, apex_s=1.0, earliest_s=0.0, side="right"
        )
        times = np.arange(0, stroke.end_s, 0.15)
        rows.append(lay_over(np.repeat(rest_pose()[None], len(times), 0), [stroke], times))
    bent = np.array(rows[0])
    bent[:, JOINT_INDEX["spine"]] = about("x", np.linspace(0, 0.3, len(bent)))
    bent[:, JOINT_INDEX["upperChest"]] = about("y", np.linspace(0, 0.4, len(bent)))
    return np.concatenate([*rows, bent]).astype(np.float32)


POSES = gestures()


def pointing(spots, bones):
    """Unit directions (frames, 3) of bones, by the places of their joints."""
    ways = {}
    for start, end in POINTING:
        if start in bones and end in bones:
            way = spots[:, bones[end]] - spots[:, bones[start]]
            ways[start] = way / np.linalg.norm(way, axis=-1, keepdims=True)
    return ways


def on_stage(joints):
    placed = [OWN.globals_of(pose) for pose in joints]
    spots = np.array([[each[name][1] for name in JOINT_NAMES] for each in placed])
    return pointing(spots, JOINT_INDEX)


SHOWN = on_stage(POSES)


def worst_deg(a, b):
    return max(
        float(np.degrees(np.linalg.norm(np.cross(a[bone], b[bone]), axis=-1).max()))
        for bone in a.keys() & b.keys()
    )


def apart(a, b):
    turn = multiply(inverse(np.asarray(a, float)), np.asarray(b, float))
    return np.linalg.norm(to_vector(turn), axis=-1)


@pytest.mark.parametrize("name", FIGURES)
def test_bones_point_where_they_pointed_whatever_the_body(name):
    skeleton = FIGURES[name]
    figure = figure_of(skeleton)
    spots = skeleton.spots_of(skeleton.turns_of(figure.from_stage(POSES)))
    there = pointing(turned_by(figure.rest.axes, spots), figure.bones)
    assert {"leftUpperArm", "rightLowerArm"} <= there.keys()
    assert worst_deg(there, SHOWN) < 0.01


@pytest.mark.parametrize("name", FIGURES)
def test_poses_come_back_as_they_went_as_far_as_the_body_has_bones(name):
    figure = figure_of(FIGURES[name])
    back = figure.to_stage(figure.from_stage(POSES))
    there, here = stage_turns(back), stage_turns(POSES)
    for bone in figure.bones:
        if bone in JOINT_INDEX and bone not in ("spine", "chest"):
            assert apart(there[bone], here[bone]).max() < 1e-4, bone


def test_a_trunk_of_one_bone_bends_as_a_whole_and_evenly():
    figure = figure_of(FIGURES["no chest"])
    back = stage_turns(figure.to_stage(figure.from_stage(POSES)))
    assert apart(back["upperChest"], stage_turns(POSES)["upperChest"]).max() < 1e-4
    hips, spine, chest, top = (back[bone][-1] for bone in ("hips", "spine", "chest", "upperChest"))
    steps = [float(apart(a, b)) for a, b in ((hips, spine), (spine, chest), (chest, top))]
    np.testing.assert_allclose(steps, np.mean(steps), rtol=1e-3)
    assert steps[0] > 0.1


def palms(places, bones):
    """Unit normals (sides, frames, 3) of the palms, by the places of wrists and knuckles."""
    found = []
    for side in SIDES:
        index, middle, little = (
            places[:, bones[f"{side}{finger}Proximal"]] for finger in ("Index", "Middle", "Little")
        )
        normal = np.cross(middle - places[:, bones[f"{side}Hand"]], index - little)
        found.append(normal / np.linalg.norm(normal, axis=-1, keepdims=True))
    return np.stack(found)


@pytest.mark.parametrize("palms_rest_rad", [0.0, 1.5])
def test_palms_look_where_they_looked(palms_rest_rad):
    """Also where they rest with the palms forward instead of down."""
    skeleton = FIGURES["arms down, long, short trunk"]
    offsets = np.array(skeleton.offsets)
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        along = offsets[skeleton.names.index(f"{side}Hand")]
        twist = from_vector(-sign * palms_rest_rad * along / np.linalg.norm(along))
        for joint, name in enumerate(skeleton.names):
            if name.startswith(f"{side}Hand") and name != f"{side}Hand":
                offsets[joint] = turned_by(twist, offsets[joint])
    skeleton = replace(skeleton, offsets=offsets)
    figure = figure_of(skeleton)
    spots = skeleton.spots_of(skeleton.turns_of(figure.from_stage(POSES)))
    placed = [OWN.globals_of(pose) for pose in POSES]
    here = palms(np.array([[p[n][1] for n in JOINT_NAMES] for p in placed]), JOINT_INDEX)
    there = palms(spots, figure.bones)
    assert np.linalg.norm(there - here, axis=-1).max() < 1e-4


def test_a_rest_pose_that_says_nothing_is_replaced_by_a_frame_with_hanging_arms():
    turned = FIGURES["joints turned at rest"]
    hanging = np.tile(IDENTITY, (1, len(JOINT_NAMES), 1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hanging[0, JOINT_INDEX[f"{side}UpperArm"]] = about("z", -sign * 1.4)
    poses = np.concatenate([POSES, hanging.astype(np.float32)])
    local = figure_of(turned).from_stage(poses)
    nonsense = replace(turned, rest=None)
    with pytest.raises(BadInputError, match="standing figure"):
        figure_of(nonsense)
    figure = figure_of(nonsense, local)
    assert figure.rest.frame == len(poses) - 1
    assert apart(figure.to_stage(local), poses).max() < 1e-3


def test_a_t_pose_put_before_the_motion_is_its_measure_and_not_shown(tmp_path):
    # As recordings of CMU begin: the T-pose's head is no zero, nor are its arms.
    skeleton = foreign(beat_names(), arms_down_rad=0.3)
    joint = {name: i for i, name in enumerate(skeleton.names)}
    local = np.tile(IDENTITY, (4, len(skeleton.names), 1))
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        local[0, joint[f"{side}Arm"]] = about("z", sign * 0.2)
        local[1:, joint[f"{side}Arm"]] = about("z", -sign * 1.1)
    local[:, joint["Head"]] = about("x", 0.28)
    local[2, joint["Head"]] = about("x", 0.48)
    figure = figure_of(skeleton, local)
    assert figure.rest.begins_in_t
    shown = figure.to_stage(local)
    assert apart(shown[1, JOINT_INDEX["head"]], IDENTITY) < 1e-6
    assert apart(shown[2, JOINT_INDEX["head"]], about("x", 0.2)) < 1e-6
    assert apart(shown[1, JOINT_INDEX["leftUpperArm"]], about("z", -1.4)) < 1e-6
    # The same motion without a jump is shown whole, and its head is taken as it is.
    assert not figure_of(skeleton, local[1:]).rest.begins_in_t
    whole = MotionClip(joints=shown, rate_hz=30)
    write_bvh(tmp_path / "a.bvh", whole)
    assert read_bvh(tmp_path / "a.bvh").frames == 3
    assert apart(read_bvh(tmp_path / "a.bvh").joints, shown[1:]).max() < 1e-4


def test_joints_turned_at_rest_are_written_so_that_zero_is_the_rest_pose(tmp_path):
    turned = figure_of(FIGURES["joints turned at rest"])
    write_bvh(tmp_path / "a.bvh", MotionClip(joints=POSES, rate_hz=30), like=turned)
    text, figure = read_bvh_figure(tmp_path / "a.bvh")
    assert figure.rest.frame is None
    assert sorted(text.hierarchy.names) == sorted(turned.hierarchy.names)
    straight = foreign(beat_names(), arms_down_rad=0.6)
    there = [straight.names.index(name) for name in text.hierarchy.names[1:]]
    np.testing.assert_allclose(text.hierarchy.offsets[1:], straight.offsets[there], atol=1e-4)
    assert apart(figure.to_stage(local_turns(text)), POSES).max() < 1e-4


def test_places_are_scaled_by_the_legs(tmp_path):
    child = foreign(beat_names(), unit_m=0.02)
    clip = MotionClip(joints=POSES[:2], rate_hz=30, hips_m=[[0, 0.93, 0], [0.1, 0.83, -0.2]])
    write_bvh(tmp_path / "child.bvh", clip, like=figure_of(child))
    np.testing.assert_allclose(read_bvh(tmp_path / "child.bvh").hips_m, clip.hips_m, atol=1e-4)
    rows = (tmp_path / "child.bvh").read_text().splitlines()
    assert rows[-1].split()[:3] == ["5.000000", "41.500000", "-10.000000"]


@pytest.mark.parametrize("turn", [False, True])
def test_a_larynx_goes_half_way_from_the_neck_to_the_head(turn):
    plain = foreign(beat_names(), arms_down_rad=0.5)
    neck = plain.names.index("Neck")
    skeleton = replace(
        plain,
        names=(*plain.names, "Larynx"),
        parents=(*plain.parents, neck),
        offsets=np.concatenate([plain.offsets, [[0, 3, 4]]]),
    )
    skeleton = with_turned_joints(skeleton) if turn else skeleton
    figure = figure_of(skeleton)
    poses = np.tile(IDENTITY, (1, len(JOINT_NAMES), 1))
    poses[:, JOINT_INDEX["spine"]] = about("y", 0.3)
    poses[:, JOINT_INDEX["head"]] = about("x", 0.6)
    rest = skeleton.turns_of(figure.rest.local)
    shown = multiply(skeleton.turns_of(figure.from_stage(poses))[0], inverse(rest))
    assert apart(shown[-1], multiply(about("y", 0.3), about("x", 0.3))) < 1e-6
    assert apart(shown[neck], about("y", 0.3)) < 1e-6
    assert larynx_of(plain) is None


def tree(*rows):
    """Joints as (name, parent, offset)."""
    names = [name for name, _, _ in rows]
    return Hierarchy(
        names=tuple(names),
        parents=tuple(-1 if above is None else names.index(above) for _, above, _ in rows),
        offsets=np.array([offset for _, _, offset in rows], float),
    )


def limb(names, above, steps):
    return [(n, a, s) for n, a, s in zip(names, [above, *names], steps, strict=False)]


def both(part, above, steps):
    rows = []
    for side, sign in (("Left", 1), ("Right", -1)):
        names = [f"{side}{each}" for each in part]
        rows += limb(names, above, [(sign * x, y, z) for x, y, z in steps])
    return rows


CMU = tree(
    ("Hips", None, (0, 0, 0)),
    ("LHipJoint", "Hips", (0, 0, 0)), ("LeftUpLeg", "LHipJoint", (1.4, -1.8, 0.9)),
    ("LeftLeg", "LeftUpLeg", (2.5, -7, 0)), ("LeftFoot", "LeftLeg", (2.6, -7.1, 0)),
    ("RHipJoint", "Hips", (0, 0, 0)), ("RightUpLeg", "RHipJoint", (-1.4, -1.8, 0.9)),
    ("RightLeg", "RightUpLeg", (-2.5, -7, 0)), ("RightFoot", "RightLeg", (-2.6, -7.1, 0)),
    ("LowerBack", "Hips", (0, 0, 0)), ("Spine", "LowerBack", (0, 2.2, -0.2)),
    ("Spine1", "Spine", (0, 2.2, 0)), ("Neck", "Spine1", (0, 0, 0)),
    ("Neck1", "Neck", (0, 1.6, 0.2)), ("Head", "Neck1", (0, 1.6, -0.2)),
    *both(("Shoulder", "Arm", "ForeArm", "Hand", "FingerBase", "HandIndex1"), "Spine1",
          [(0, 0, 0), (3.4, 0.6, -0.5), (5.3, 0, 0), (3.3, 0, 0), (0, 0, 0), (0.7, 0, 0)]),
    ("LThumb", "LeftHand", (0, 0, 0)), ("RThumb", "RightHand", (0, 0, 0)),
)  # fmt: skip


def test_cmu_recordings_are_understood():
    bones = {bone: CMU.names[joint] for bone, joint in bones_of(CMU).items()}
    assert bones["spine"] == "LowerBack"
    assert (bones["chest"], bones["upperChest"]) == ("Spine", "Spine1")
    assert (bones["neck"], bones["head"]) == ("Neck", "Head")
    assert [bones[f"left{p}"] for p in ("Shoulder", "UpperArm", "LowerArm", "Hand")] == [
        "LeftShoulder", "LeftArm", "LeftForeArm", "LeftHand",
    ]  # fmt: skip
    assert (bones["leftIndexProximal"], bones["rightThumbProximal"]) == ("LeftHandIndex1", "RThumb")
    assert (bones["leftUpperLeg"], bones["rightFoot"]) == ("LeftUpLeg", "RightFoot")
    # At rest it stands in a T, its hands as good as flat: one finger says no more about them.
    still = figure_of(CMU).to_stage(np.tile(IDENTITY, (1, len(CMU.names), 1)))[0]
    fingers = np.array([name in ALL_FINGERS for name in JOINT_NAMES])
    hands = np.array([name.endswith("Hand") for name in JOINT_NAMES])
    assert apart(still[~fingers & ~hands], IDENTITY).max() < 1e-6
    assert apart(still[hands], IDENTITY).max() < 0.05
    assert apart(still[fingers], IDENTITY).max() < 0.5


def test_fingers_are_counted_from_the_knuckles():
    names = [*(f"LeftHandMiddle{i}" for i in (1, 2, 3, 4)), "LeftHandRing",
             *(f"LeftHandRing{i}" for i in (1, 2, 3))]  # fmt: skip
    rows = [(n, "LeftHand", (1, 0, 0)) for n in names[:1]]
    rows += limb(names[1:4], names[0], [(1, 0, 0)] * 3)
    rows += [(names[4], "LeftHand", (1, 0, 1))] + limb(names[5:], names[4], [(1, 0, 0)] * 3)
    skeleton = tree(
        ("Hips", None, (0, 0, 0)), ("Spine", "Hips", (0, 1, 0)), ("Head", "Spine", (0, 1, 0)),
        *both(("Shoulder", "Arm", "ForeArm", "Hand"), "Spine", [(1, 0, 0)] * 4), *rows,
    )  # fmt: skip
    bones = {bone: skeleton.names[joint] for bone, joint in bones_of(skeleton).items()}
    for part, number in (("Proximal", 1), ("Intermediate", 2), ("Distal", 3)):
        assert bones[f"leftMiddle{part}"] == f"LeftHandMiddle{number}"
        assert bones[f"leftRing{part}"] == f"LeftHandRing{number}"


@pytest.mark.parametrize(
    ("left_arm", "hips", "head"),
    [
        (("LeftCollar", "LeftUpArm", "LeftLowArm", "LeftHand"), "Hips", "Head"),
        (("LShoulder", "LArm", "LArm1", "LHand"), "Hips", "Head"),
        (("lCollar", "lShldr", "lForeArm", "lHand"), "hip", "head"),
        (("lcollar", "lshoulder", "lelbow", "lhand"), "hip", "head"),
        (("left_collar", "left_shoulder", "left_elbow", "left_wrist"), "pelvis", "head"),
        (("clavicle_l", "upperarm_l", "lowerarm_l", "hand_l"), "pelvis", "head"),
        (("J_Bip_L_Shoulder", "J_Bip_L_UpperArm", "J_Bip_L_LowerArm", "J_Bip_L_Hand"),
         "J_Bip_C_Hips", "J_Bip_C_Head"),
        (("mixamorig:LeftShoulder", "mixamorig:LeftArm", "mixamorig:LeftForeArm",
          "mixamorig:LeftHand"), "mixamorig:Hips", "mixamorig:Head"),
        (("shoulder.L", "upper_arm.L", "forearm.L", "hand.L"), "hips", "head"),
        (("LEFTSHOULDER", "LEFTARM", "LEFTFOREARM", "LEFTHAND"), "HIPS", "HEAD"),
    ],
)  # fmt: skip
def test_arms_are_told_in_any_naming(left_arm, hips, head):
    flipped = [
        name.replace("Left", "Right").replace("LEFT", "RIGHT").replace("left", "right")
        .replace("_L_", "_R_").replace("_l", "_r").replace(".L", ".R")
        for name in left_arm
    ]  # fmt: skip
    right_arm = [
        "R" + n[1:] if n == m and n[0] == "L" else "r" + n[1:] if n == m and n[0] == "l" else n
        for n, m in zip(flipped, left_arm, strict=True)
    ]
    assert not set(right_arm) & set(left_arm)
    skeleton = tree(
        (hips, None, (0, 0, 0)), ("a", hips, (0, 1, 0)), ("b", "a", (0, 1, 0)),
        (head, "b", (0, 1, 0)), *limb(left_arm, "b", [(1, 0, 0)] * 4),
        *limb(right_arm, "b", [(-1, 0, 0)] * 4),
    )  # fmt: skip
    bones = {bone: skeleton.names[joint] for bone, joint in bones_of(skeleton).items()}
    parts = ("Shoulder", "UpperArm", "LowerArm", "Hand")
    assert [bones[f"left{part}"] for part in parts] == list(left_arm)
    assert [bones[f"right{part}"] for part in parts] == list(right_arm)
    assert (bones["hips"], bones["spine"], bones["chest"], bones["head"]) == (hips, "a", "b", head)


def test_parents_come_before_their_children():
    order = list(VRM_PARENTS)
    assert all(up is None or order.index(up) < order.index(b) for b, up in VRM_PARENTS.items())
    assert set(JOINT_NAMES) <= set(order)
