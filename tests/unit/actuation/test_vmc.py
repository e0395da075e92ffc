"""A VMC puppet, read back by an independent OSC decoder and stood up on Unity's axes."""

import asyncio

import numpy as np
import pytest
from pythonosc.osc_packet import OscPacket

from actuation.bodies.puppet_configs import VmcConfig
from actuation.embodiments.vmc import VmcBody
from actuation.generators.rules_idle import rest_pose
from actuation.joints.rotations import about, from_vector, turned
from actuation.joints.skeleton import load_skeleton
from actuation.motion import JOINT_NAMES
from agent.core.clock import LoopClock
from agent.core.face_shapes import ARKIT_NAMES
from tests.fakes.puppets import Listener, chunk, frame, running, silence, t_pose

FINGERS = [
    f"{side}{finger}{part}"
    for side in ("Left", "Right")
    for finger in ("Thumb", "Index", "Middle", "Ring", "Little")
    for part in ("Proximal", "Intermediate", "Distal")
]
UNITY_BONES = {
    "Hips", "LeftUpperLeg", "RightUpperLeg", "LeftLowerLeg", "RightLowerLeg", "LeftFoot",
    "RightFoot", "Spine", "Chest", "UpperChest", "Neck", "Head", "LeftShoulder", "RightShoulder",
    "LeftUpperArm", "RightUpperArm", "LeftLowerArm", "RightLowerArm", "LeftHand", "RightHand",
    "LeftToes", "RightToes", "LeftEye", "RightEye", *FINGERS,
}  # fmt: skip
"""UnityEngine.HumanBodyBones, all but the jaw."""


def body(**config):
    clock = LoopClock(asyncio.get_event_loop_policy().new_event_loop())
    made = VmcBody(
        config=VmcConfig(**config), clock=clock, publish=lambda _: None, traffic=silence()
    )
    clock._loop.close()
    return made


def read(datagrams):
    """(address, arguments) of every message, in order."""
    return [
        (timed.message.address, timed.message.params)
        for datagram in datagrams
        for timed in OscPacket(bytes(datagram)).messages
    ]


def bones(messages):
    """Name -> (position, rotation), both as Unity has them."""
    return {
        p[0]: (np.array(p[1:4]), np.array(p[4:8]))
        for address, p in messages
        if address == "/VMC/Ext/Bone/Pos"
    }


def shapes(messages):
    return {p[0]: p[1] for address, p in messages if address == "/VMC/Ext/Blend/Val"}


def posed(joints, **config):
    return bones(read(body(**config).datagrams(frame(joints=joints), 0.0)))


def moved(q, v):
    """`v` turned by the unit quaternion x y z w: the same sum in Unity as anywhere."""
    u, w = np.array(q[:3]), q[3]
    v = np.array(v, float)
    return v + 2 * np.cross(u, np.cross(u, v) + w * v)


UP, RIGHT, AHEAD = (0, 1, 0), (1, 0, 0), (0, 0, 1)
"""Unity's axes, for a character that faces +Z."""


def test_a_pose_is_complete_in_order_and_in_datagrams_that_pass_anywhere():
    datagrams = body().datagrams(frame(jawOpen=0.5), 12.5)
    assert all(len(d) <= 1400 for d in datagrams)
    messages = read(datagrams)
    addresses = [address for address, _ in messages]
    assert addresses == [
        "/VMC/Ext/OK", "/VMC/Ext/T", "/VMC/Ext/Root/Pos",
        *["/VMC/Ext/Bone/Pos"] * 54, *["/VMC/Ext/Blend/Val"] * 52, "/VMC/Ext/Blend/Apply",
    ]  # fmt: skip
    assert messages[0][1] == [1]
    assert messages[2][1] == ["root", 0, 0, 0, 0, 0, 0, 1]
    assert set(bones(messages)) == UNITY_BONES
    assert list(shapes(messages)) == [n[0].upper() + n[1:] for n in ARKIT_NAMES]
    assert shapes(messages)["JawOpen"] == 0.5


def test_a_nod_lowers_the_face():
    _, head = posed(t_pose(head=turned(0.0, -0.3)))["Head"]
    face = moved(head, AHEAD)
    assert face[1] == pytest.approx(-np.sin(0.3), abs=1e-6)
    assert face[0] == pytest.approx(0, abs=1e-6)


def test_a_turn_to_the_left_is_to_its_own_left_which_is_minus_x_in_unity():
    _, head = posed(t_pose(head=turned(0.5, 0.0)))["Head"]
    assert moved(head, AHEAD) == pytest.approx([-np.sin(0.5), 0, np.cos(0.5)], abs=1e-6)


def test_a_tilt_to_the_right_brings_the_crown_over_the_right_shoulder():
    _, head = posed(t_pose(head=turned(0.0, 0.0, 0.4)))["Head"]
    assert moved(head, UP)[0] == pytest.approx(np.sin(0.4), abs=1e-6)


def test_the_left_arm_raised_goes_up_on_the_left_and_the_right_one_stays():
    pose = posed(t_pose(leftUpperArm=about("z", 1.0)))
    arm, _ = pose["LeftLowerArm"]
    assert arm[0] < -0.2  # in the T-pose it points to the left
    raised = moved(pose["LeftUpperArm"][1], arm)
    assert raised[1] > 0.2
    assert raised[0] < -0.1
    assert pose["RightUpperArm"][1] == pytest.approx([0, 0, 0, 1])
    assert pose["RightLowerArm"][0][0] > 0.2


def stood_up(pose, parents):
    """Where every joint is in Unity, from local positions and rotations alone."""
    placed = {}
    for name in JOINT_NAMES:
        place, turn = pose[unity(name)]
        parent = parents[name]
        if parent is not None:
            at, frame_of = placed[parent]
            place = at + frame_of @ place
            turn_matrix = frame_of @ matrix(turn)
        else:
            turn_matrix = matrix(turn)
        placed[name] = (place, turn_matrix)
    return placed


def matrix(q):
    return np.stack([moved(q, axis) for axis in np.eye(3)], axis=1)


def unity(name):
    thumbs = {"Metacarpal": "Proximal", "Proximal": "Intermediate"}
    if "Thumb" in name:
        for vrm, its in thumbs.items():
            if name.endswith(vrm):
                name = name.removesuffix(vrm) + its
                break
    return name[0].upper() + name[1:]


def test_any_pose_is_the_stage_seen_in_a_mirror_joint_by_joint():
    rng = np.random.default_rng(4)
    joints = from_vector(rng.normal(0, 0.6, (44, 3))).astype(np.float32)
    skeleton = load_skeleton()
    there = stood_up(posed(joints), skeleton.parents)
    for name, (_, at) in skeleton.globals_of(joints).items():
        assert there[name][0] == pytest.approx(at * (-1, 1, 1), abs=1e-4), name


def test_the_hips_height_scales_what_is_told_of_positions():
    pose = posed(t_pose(), hips_height_m=1.86)
    assert pose["Hips"][0] == pytest.approx([0, 1.86, 0], abs=1e-6)
    own = posed(t_pose())
    assert pose["LeftLowerArm"][0] == pytest.approx(2 * own["LeftLowerArm"][0], rel=1e-4)


def test_eyes_are_turned_by_their_bones():
    messages = read(body().datagrams(frame(yaw=0.3, pitch=0.2), 0.0))
    for eye in ("LeftEye", "RightEye"):
        looks = moved(bones(messages)[eye][1], AHEAD)
        assert looks == pytest.approx(
            [-np.sin(0.3) * np.cos(0.2), np.sin(0.2), np.cos(0.3) * np.cos(0.2)], abs=1e-6
        )
    assert not any(v for n, v in shapes(messages).items() if n.startswith("EyeLook"))


def test_or_by_shapes_and_then_not_by_bones():
    made = body(gaze="shapes", full_look_yaw_rad=0.6, full_look_pitch_rad=0.5)
    messages = read(made.datagrams(frame(yaw=0.3, pitch=-0.25), 0.0))
    looks = {n: v for n, v in shapes(messages).items() if n.startswith("EyeLook") and v}
    assert looks == pytest.approx(
        {"EyeLookOutLeft": 0.5, "EyeLookInRight": 0.5, "EyeLookDownLeft": 0.5,
         "EyeLookDownRight": 0.5}
    )  # fmt: skip
    assert bones(messages)["LeftEye"][1] == pytest.approx([0, 0, 0, 1])


@pytest.mark.parametrize(
    ("kind", "open_mouth", "blink"), [("vrm0", "A", "Blink_L"), ("vrm1", "aa", "blinkLeft")]
)
def test_a_character_with_presets_only_opens_its_mouth_and_blinks(kind, open_mouth, blink):
    made = body(shapes=kind)
    sent = shapes(read(made.datagrams(frame(jawOpen=0.5, eyeBlinkLeft=1.0), 0.0)))
    assert sent[open_mouth] == pytest.approx(0.8)
    assert sent[blink] == pytest.approx(1.0)
    assert all(0 <= value <= 1 for value in sent.values())
    assert made.describe().has_mouth
    assert any("roughly" in sentence for sentence in made.describe().cannot)


def test_closed_lips_over_a_low_jaw_are_not_an_open_mouth():
    sent = shapes(read(body(shapes="vrm1").datagrams(frame(jawOpen=0.3, mouthClose=0.3), 0.0)))
    assert sent["aa"] == pytest.approx(0)


def test_it_has_arms_and_a_mouth_and_says_that_it_has_no_voice():
    described = body().describe()
    assert described.has_arms
    assert described.has_mouth
    assert not described.speaks
    assert any("voice" in sentence for sentence in described.cannot)


@pytest.mark.real_time
async def test_a_marionette_on_a_real_port_hears_whole_poses_at_the_rate():
    clock = LoopClock(asyncio.get_running_loop())
    with Listener() as marionette:
        puppet = VmcBody(
            config=VmcConfig(port=marionette.port), clock=clock, publish=lambda _: None,
            traffic=silence(),
        )  # fmt: skip
        puppet.apply(chunk(clock.now(), 2.0, jawOpen=0.4))
        async with running(puppet):
            heard = []
            for _ in range(10):
                await asyncio.sleep(0.1)
                heard += marionette.heard()
        messages = read(heard)
        times = [p[0] for address, p in messages if address == "/VMC/Ext/T"]
        assert 15 <= len(times) <= 1 + 62 * (times[-1] - times[0])  # a busy machine leaves some out
        assert np.all(np.diff(times) > 0)
        assert shapes(messages)["JawOpen"] == pytest.approx(0.4)
        assert bones(messages)["LeftHand"][1][3] == pytest.approx(
            float(rest_pose()[JOINT_NAMES.index("leftHand"), 3]), abs=1e-4
        )
