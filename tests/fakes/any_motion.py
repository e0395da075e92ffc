"""Motion that is anything, and how far two motions are apart."""

import numpy as np

from actuation.body_formats.clip import MotionClip
from actuation.body_formats.humanoid_names import bones_of
from actuation.embodiments.avatar.gltf import Document
from actuation.joints.rotations import from_vector, inverse, multiply, to_vector
from actuation.motion import JOINT_NAMES
from tests.fakes.foreign_skeletons import foreign, joint_names


def any_joints(frames=30, seed=0):
    rng = np.random.default_rng(seed)
    return from_vector(rng.normal(0, 0.6, (frames, len(JOINT_NAMES), 3))).astype(np.float32)


def any_motion(frames=30, rate_hz=30.0):
    hips = np.random.default_rng(1).normal(0, 0.1, (frames, 3)) + [0, 0.93, 0]
    return MotionClip(joints=any_joints(frames), rate_hz=rate_hz, hips_m=hips)


def apart(a, b):
    turn = multiply(inverse(np.asarray(a, float)), np.asarray(b, float))
    return float(np.linalg.norm(to_vector(turn), axis=-1).max())


def old_vrm(path):
    """A VRM 0.x figure: it faces -Z, and its thumbs are called as other fingers are."""
    plain = foreign(joint_names(), unit_m=1.0)
    spun = plain.offsets @ np.diag([-1.0, 1.0, -1.0])
    document = Document("test")
    for joint, name in enumerate(plain.names):
        node = {"name": name, "translation": spun[joint].tolist()}
        if below := list(plain.children[joint]):
            node["children"] = below
        document.json["nodes"].append(node)
    old = {"ThumbMetacarpal": "ThumbProximal", "ThumbProximal": "ThumbIntermediate"}
    bones = bones_of(plain)
    called = {b: b[: -len(k)] + v for b in bones for k, v in old.items() if b.endswith(k)}
    listed = [{"bone": called.get(b, b), "node": joint} for b, joint in bones.items()]
    document.json["extensions"] = {"VRM": {"humanoid": {"humanBones": listed}}}
    document.view(b"1234")
    document.write(path)
    return plain
