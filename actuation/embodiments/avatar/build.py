"""Build the receptionist: `python -m actuation.embodiments.avatar.build` (needs bpy).

Writes receptionist.vrm, skeleton.json and desk.glb beside this file. The result is the same on
every run.
"""

from pathlib import Path

from actuation.embodiments.avatar import ears, features, hair, hands
from actuation.embodiments.avatar.desk import write_desk
from actuation.embodiments.avatar.export_vrm import export_vrm
from actuation.embodiments.avatar.head_mesh import build_head
from actuation.embodiments.avatar.head_parts import head_parts
from actuation.embodiments.avatar.morphs import skin_morphs
from actuation.embodiments.avatar.part import Part
from actuation.embodiments.avatar.skeleton import write_skeleton
from actuation.embodiments.avatar.tailoring import body_parts

HERE = Path(__file__).parent


def sculpt() -> tuple[list[Part], dict[str, list[Part]]]:
    """All parts: those of the face, which carry morphs, and the others by mesh name."""
    mesh = build_head()
    skin = skin_morphs(mesh)
    face = head_parts(mesh, skin) + features.face_parts(mesh, skin)
    eyes = [f(side) for f in (features.eyeball, features.glint) for side in ("left", "right")]
    others = {
        "Eyes": eyes,
        "Hair": hair.hair(),
        "Ears": ears.ears(),
        "Hands": hands.hands(),
        "Clothes": body_parts(),
    }
    return face, others


def main() -> None:
    """Sculpt, write, and say how large it became."""
    face, others = sculpt()
    size = export_vrm(HERE / "receptionist.vrm", face, others)
    write_skeleton(HERE / "skeleton.json")
    desk = write_desk(HERE / "desk.glb")
    total = 0
    for name, parts in {"Face": face, **others}.items():
        count = sum(len(p.triangles) for p in parts)
        total += count
        print(f"{name:8} {count:6d} triangles")
    print(f"all      {total:6d} triangles, {size / 1e6:.2f} MB; desk {desk / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
