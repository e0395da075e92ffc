"""A Live Link Face stream, unpacked by the published layout as it is written out here."""

import asyncio
import struct

import numpy as np
import pytest

from actuation.bodies.bodies import Bodies
from actuation.bodies.puppet_configs import LiveLinkConfig
from actuation.bodies.substitution import Substitution
from actuation.embodiments.livelink import LiveLinkBody, head_angles
from actuation.joints.rotations import turned
from actuation.motion import GestureLaid
from agent.core.clock import LoopClock
from agent.core.messages import ShownOtherwise
from tests.fakes.puppets import Listener, chunk, frame, running, silence, t_pose

_PUBLISHED = """
EyeBlinkLeft EyeLookDownLeft EyeLookInLeft EyeLookOutLeft EyeLookUpLeft EyeSquintLeft EyeWideLeft
EyeBlinkRight EyeLookDownRight EyeLookInRight EyeLookOutRight EyeLookUpRight EyeSquintRight
EyeWideRight JawForward JawLeft JawRight JawOpen MouthClose MouthFunnel MouthPucker MouthLeft
MouthRight MouthSmileLeft MouthSmileRight MouthFrownLeft MouthFrownRight MouthDimpleLeft
MouthDimpleRight MouthStretchLeft MouthStretchRight MouthRollLower MouthRollUpper MouthShrugLower
MouthShrugUpper MouthPressLeft MouthPressRight MouthLowerDownLeft MouthLowerDownRight
MouthUpperUpLeft MouthUpperUpRight BrowDownLeft BrowDownRight BrowInnerUp BrowOuterUpLeft
BrowOuterUpRight CheekPuff CheekSquintLeft CheekSquintRight NoseSneerLeft NoseSneerRight TongueOut
HeadYaw HeadPitch HeadRoll LeftEyeYaw LeftEyePitch LeftEyeRoll RightEyeYaw RightEyePitch
RightEyeRoll
"""
NAMES = _PUBLISHED.split()


def unpacked(data):
    """As the receiving side reads it, by the published layout."""
    assert struct.unpack_from("<I", data, 0) == (6,)
    sender = data[4:41].decode("ascii")
    (length,) = struct.unpack_from("!i", data, 41)
    subject = data[45 : 45 + length].decode("utf-8")
    number, part, numerator, denominator = struct.unpack_from("!IIII", data, 45 + length)
    count, *values = struct.unpack_from("!B61f", data, 61 + length)
    assert count == 61
    assert len(data) == 61 + length + 1 + 61 * 4
    return {
        "sender": sender, "subject": subject, "number": number, "part": part,
        "rate": (numerator, denominator), **dict(zip(NAMES, values, strict=True)),
    }  # fmt: skip


def body(publish=lambda _: None, clock=None, **config):
    loop = asyncio.new_event_loop()
    clock = clock or LoopClock(loop)
    loop.close()
    return LiveLinkBody(
        config=LiveLinkConfig(**config), clock=clock, publish=publish, traffic=silence()
    )


def sent(a_frame, at=0.0, **config):
    (datagram,) = body(**config).datagrams(a_frame, at)
    return unpacked(datagram)


def test_every_byte_is_where_the_layout_says():
    read = sent(frame(jawOpen=0.25, tongueOut=1.0, eyeBlinkLeft=0.5), at=2.0, subject="Empfang für")
    assert read["sender"][0] == "$"
    assert len(read["sender"]) == 37
    assert [len(part) for part in read["sender"][1:].split("-")] == [8, 4, 4, 4, 12]
    assert read["subject"] == "Empfang für"
    assert (read["number"], read["part"], read["rate"]) == (120, 0, (60, 1))
    assert read["JawOpen"] == 0.25
    assert read["TongueOut"] == 1.0
    assert read["EyeBlinkLeft"] == 0.5
    assert sum(abs(read[name]) for name in NAMES) == pytest.approx(1.75, abs=0.05)


def test_the_sender_is_the_same_after_a_restart_and_another_for_another_subject():
    assert sent(frame())["sender"] == sent(frame())["sender"]
    assert sent(frame())["sender"] != sent(frame(), subject="Second")["sender"]


def test_the_head_turns_left_nods_up_and_tilts_right_by_the_angles_of_the_frame():
    read = sent(frame(joints=t_pose(head=turned(0.4, 0.2, 0.1))))
    angles = [read[n] for n in ("HeadYaw", "HeadPitch", "HeadRoll")]
    assert angles == pytest.approx([0.4, 0.2, 0.1], abs=1e-5)


def test_what_trunk_and_neck_turn_counts_for_the_head():
    joints = t_pose(spine=turned(0.1, 0), neck=turned(0.15, 0), head=turned(0.15, 0))
    assert sent(frame(joints=joints))["HeadYaw"] == pytest.approx(0.4, abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_angles_make_the_orientation_again(seed):
    yaw, pitch, roll = np.random.default_rng(seed).uniform(-1.2, 1.2, 3)
    joints = t_pose(head=turned(yaw, pitch, roll))
    assert head_angles(joints.astype(float)) == pytest.approx((yaw, pitch, roll), abs=1e-4)


def test_factors_turn_signs_and_units_for_a_receiver_that_counts_otherwise():
    joints = t_pose(head=turned(0.4, 0.2, 0.1))
    read = sent(frame(joints=joints), head_factors=(-1.0, 0.5, 0.0))
    angles = [read[n] for n in ("HeadYaw", "HeadPitch", "HeadRoll")]
    assert angles == pytest.approx([-0.4, 0.1, 0.0], abs=1e-5)


def test_eyes_come_as_angles_and_as_shapes():
    read = sent(
        frame(yaw=-0.35, pitch=0.3), full_look_yaw_rad=0.7, full_look_pitch_rad=0.6
    )  # to its right and up
    assert read["LeftEyeYaw"] == read["RightEyeYaw"] == pytest.approx(-0.35)
    assert read["LeftEyePitch"] == read["RightEyePitch"] == pytest.approx(0.3)
    shown = {n: read[n] for n in NAMES if n.startswith("EyeLook") and read[n]}
    assert shown == pytest.approx(
        {"EyeLookInLeft": 0.5, "EyeLookOutRight": 0.5, "EyeLookUpLeft": 0.5,
         "EyeLookUpRight": 0.5}
    )  # fmt: skip


def test_it_is_a_face_with_a_head_and_says_what_it_lacks():
    described = body().describe()
    assert described.joints == ("neck", "head")
    assert described.has_mouth
    assert not described.has_arms
    assert any("arms" in sentence for sentence in described.cannot)
    assert Substitution(described).needed


async def test_where_the_score_points_it_looks():
    told = []
    clock = LoopClock(asyncio.get_running_loop())
    with Listener() as unreal:
        face = body(told.append, clock, port=unreal.port)
        bodies = Bodies([face], clock=clock, publish=told.append)
        bodies.apply(
            GestureLaid(
                generation=0, at=0.2, apex_at=0.8, end_at=2.0, lexeme="point_there", hands=True,
                aim=(0.7, 0.0, 0.7),
            )
        )  # fmt: skip
        bodies.apply(chunk(0.0, 2.0))
        async with running(face):
            await asyncio.sleep(0.15)
            before = unpacked(unreal.heard()[-1])["HeadYaw"]
            await asyncio.sleep(0.9)
            read = unpacked(unreal.heard()[-1])
        assert before == pytest.approx(0, abs=0.02)
        assert 0.5 < read["HeadYaw"] < 0.6
        assert read["LeftEyeYaw"] > 0.15
    assert [m.done for m in told if isinstance(m, ShownOtherwise)] == ["turned the head there"]


@pytest.mark.real_time
async def test_unreal_hears_one_datagram_a_pose_with_numbers_that_rise():
    clock = LoopClock(asyncio.get_running_loop())
    with Listener() as unreal:
        face = body(clock=clock, port=unreal.port)
        face.apply(chunk(clock.now(), 2.0, jawOpen=0.4))
        async with running(face):
            await asyncio.sleep(0.5)
            heard = [unpacked(data) for data in unreal.heard()]
        numbers = [read["number"] for read in heard]
        assert 8 <= len(heard) <= 40
        assert numbers == sorted(set(numbers))
        assert heard[-1]["JawOpen"] == pytest.approx(0.4)
