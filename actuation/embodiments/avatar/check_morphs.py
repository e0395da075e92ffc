"""Numbers behind the looks: do lids close, do lips seal, does any morph turn the skin inside out?

`python -m actuation.embodiments.avatar.check_morphs` in the environment with bpy; prints one line
per check and exits with 1 when one fails.
"""

import sys

import numpy as np

from actuation.embodiments.avatar.face_form import EYE, EYE_RADIUS
from actuation.embodiments.avatar.head_mesh import HeadMesh, build_head
from actuation.embodiments.avatar.morphs import ARKIT, skin_morphs
from actuation.embodiments.avatar.surfaces import Array

MIRROR = np.array([-1.0, 1.0, 1.0])


def moved(mesh: HeadMesh, skin: dict[str, Array], **mix: float) -> Array:
    """The skin under a mix of morphs, (n, 3) head centimetres."""
    return mesh.points + sum(skin[name] * weight for name, weight in mix.items())


def lid_gap_cm(mesh: HeadMesh, p: Array) -> float:
    """The widest gap between the margins of the left upper and lower lid."""
    margin = p[mesh.eye_left[3]]
    n = len(margin)
    upper, lower = margin[1 : n // 2], margin[n // 2 + 1 :][::-1]
    return float(np.linalg.norm(upper - lower, axis=1).max())


def eye_clearance_cm(mesh: HeadMesh, p: Array) -> float:
    """The smallest distance of the lids' outside from the left eyeball; negative is poking in."""
    return float((np.linalg.norm(p[mesh.eye_left[3:9]] - EYE, axis=2) - EYE_RADIUS).min())


def lip_gap_cm(mesh: HeadMesh, p: Array) -> float:
    """The widest gap along the lips' contact line."""
    ring = p[mesh.mouth[mesh.contact_row]]
    n = len(ring)
    return float(np.linalg.norm(ring[1 : n // 2] - ring[n // 2 + 1 :][::-1], axis=1).max())


def folded_share(mesh: HeadMesh, p: Array) -> float:
    """The share of skin triangles whose facing turned by more than 100 degrees."""
    t = mesh.triangles[~mesh.pocket]

    def facing(q: Array) -> Array:
        n = np.cross(q[t[:, 1]] - q[t[:, 0]], q[t[:, 2]] - q[t[:, 0]])
        return n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)

    return float(np.mean(np.sum(facing(mesh.points) * facing(p), axis=1) < -0.17))


def main() -> int:
    """Run all checks; 0 when they hold."""
    mesh = build_head()
    skin = skin_morphs(mesh)
    blink = {w: moved(mesh, skin, eyeBlinkLeft=w) for w in (0.25, 0.5, 0.75, 1.0)}
    opened = {w: moved(mesh, skin, jawOpen=w, mouthClose=w) for w in (0.3, 1.0)}
    symmetry = max(
        float(
            np.abs(
                np.abs(skin[m + "Left"]).max(axis=0) - np.abs(skin[m + "Right"]).max(axis=0)
            ).max()
        )
        for m in ("eyeBlink", "mouthSmile", "browDown", "noseSneer")
    )
    alone = [m for m in ARKIT if m != "mouthClose"]  # which only makes sense on an open jaw
    worst = max(alone, key=lambda m: folded_share(mesh, moved(mesh, skin, **{m: 1.0})))
    rows = [
        (
            "all 52 morphs move the skin (least, cm)",
            min(np.abs(skin[m]).max() for m in ARKIT),
            0.03,
            9.0,
        ),
        ("gap between closed lids (cm)", lid_gap_cm(mesh, blink[1.0]), 0.0, 0.02),
        (
            "clearance lid to eyeball over a blink (cm)",
            min(eye_clearance_cm(mesh, p) for p in blink.values()),
            0.0,
            1.0,
        ),
        (
            "clearance lid to eyeball, wide eye (cm)",
            eye_clearance_cm(mesh, moved(mesh, skin, eyeWideLeft=1.0)),
            0.0,
            1.0,
        ),
        (
            "lip gap, jaw open and mouthClose (cm)",
            max(lip_gap_cm(mesh, p) for p in opened.values()),
            0.0,
            0.01,
        ),
        ("lip gap, jawOpen alone (cm)", lip_gap_cm(mesh, moved(mesh, skin, jawOpen=1.0)), 1.5, 5.0),
        (
            "lip gap in a smile (cm)",
            lip_gap_cm(mesh, moved(mesh, skin, mouthSmileLeft=1, mouthSmileRight=1)),
            0.0,
            0.1,
        ),
        ("left and right alike (cm)", symmetry, 0.0, 0.001),
        ("folded triangles, jaw open and mouthClose", folded_share(mesh, opened[1.0]), 0.0, 0.01),
        (
            f"folded triangles, worst morph {worst}",
            folded_share(mesh, moved(mesh, skin, **{worst: 1.0})),
            0.0,
            0.01,
        ),
    ]
    failed = 0
    for told, value, low, high in rows:
        good = low <= value <= high
        failed += not good
        print(f"{'ok ' if good else 'BAD'} {told}: {value:.4f}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
