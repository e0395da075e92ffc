"""Contact sheets of the character, rendered by Cycles on the CPU.

`python -m actuation.embodiments.avatar.render_sheet FOLDER [sheet ...]` with the sheets looks,
morphs, visemes, sums, poses, distances (all when none is named). The VRM itself is read, so that
what is seen is what other programs get.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils import Euler, Matrix, Vector

from actuation.embodiments.avatar.gltf import png
from actuation.embodiments.avatar.morphs import ARKIT
from actuation.embodiments.avatar.poses import GAZE_DEG, POSES, SUMS, VISEMES, Pose

VRM = Path(__file__).parent / "receptionist.vrm"
TO_BLENDER = Matrix(((1, 0, 0), (0, 0, -1), (0, 1, 0)))  # glTF's +Y up to Blender's +Z up
EYE_LEVEL = (0.0, 1.525, 0.03)


class Studio:
    """The character in light before a camera."""

    def __init__(self, vrm: Path = VRM) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "character.glb"
            shutil.copy(vrm, copy)
            bpy.ops.import_scene.gltf(filepath=str(copy))
        self.face = next(o for o in bpy.data.objects if o.type == "MESH" and o.data.shape_keys)
        self.rig = next(o for o in bpy.data.objects if o.type == "ARMATURE")
        for helper in [o for o in bpy.data.objects if o.name.startswith("Icosphere")]:
            helper.hide_render = True
        for material in bpy.data.materials:
            _use_vertex_colours(material)
        _lights()
        camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        bpy.context.collection.objects.link(camera)
        bpy.context.scene.camera = camera
        self.camera = camera
        self.folder = Path(tempfile.mkdtemp())

    def look(
        self, at: tuple[float, float, float], eye: tuple[float, float, float], lens_mm: float
    ) -> None:
        """Camera place and aim in the model frame, metres."""
        place, aim = TO_BLENDER @ Vector(eye), TO_BLENDER @ Vector(at)
        self.camera.location = place
        self.camera.rotation_euler = (aim - place).to_track_quat("-Z", "Y").to_euler()
        self.camera.data.lens = lens_mm

    def express(self, mix: dict[str, float]) -> None:
        """Set the morphs, 0 where not named, and turn the eyes along with eyeLook."""
        for key in self.face.data.shape_keys.key_blocks[1:]:
            key.value = mix.get(key.name, 0.0)
        for side in ("Left", "Right"):
            turns = []
            for name, (axis, degrees) in GAZE_DEG.items():
                own = name if name.endswith(side) else name + side
                weight = mix.get("eye" + own, 0.0)
                if weight and (name.endswith(side) or not name.endswith(("Left", "Right"))):
                    turns.append((axis, degrees * weight))
            self._turn(side.lower() + "Eye", tuple(turns))

    def pose(self, pose: Pose) -> None:
        """Turn the named joints, all others back to rest."""
        for bone in self.rig.pose.bones:
            if not bone.name.endswith("Eye"):
                self._turn(bone.name, pose.get(bone.name, ()))

    def _turn(self, name: str, turn: tuple[tuple[str, float], ...]) -> None:
        bone = self.rig.pose.bones[name]
        whole = Matrix.Identity(3)
        for axis, degrees in turn:
            angles = {"x": 0.0, "y": 0.0, "z": 0.0, axis: np.radians(degrees)}
            whole = whole @ Euler((angles["x"], angles["y"], angles["z"])).to_matrix()
        rest = bone.bone.matrix_local.to_3x3()
        local = rest.inverted() @ TO_BLENDER @ whole @ TO_BLENDER.transposed() @ rest
        bone.rotation_mode = "QUATERNION"
        bone.rotation_quaternion = local.to_quaternion()

    def shoot(self, width: int, height: int, samples: int) -> np.ndarray:
        """Render; (height, width, 3) bytes."""
        scene = bpy.context.scene
        scene.render.engine = "CYCLES"
        scene.cycles.samples = samples
        scene.cycles.use_denoising = True
        scene.cycles.max_bounces = 4
        scene.render.use_persistent_data = True
        scene.render.resolution_x, scene.render.resolution_y = width, height
        scene.view_settings.view_transform = "Standard"
        scene.render.filepath = str(self.folder / "shot.png")
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(scene.render.filepath)
        pixels = np.array(image.pixels[:]).reshape(height, width, 4)[::-1, :, :3]
        bpy.data.images.remove(image)
        return (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)


def _use_vertex_colours(material: bpy.types.Material) -> None:
    names = {"skin", "lips", "pocket", "teeth", "tongue", "hair", "jacket"}
    if not material.node_tree or material.name.split(".")[0] not in names:
        return
    tree = material.node_tree
    shader = next(n for n in tree.nodes if n.type == "BSDF_PRINCIPLED")
    colours = tree.nodes.new("ShaderNodeVertexColor")
    colours.layer_name = "Color"
    tree.links.new(colours.outputs["Color"], shader.inputs["Base Color"])
    if material.name.startswith("skin"):
        shader.inputs["Subsurface Weight"].default_value = 0.0


def _lights() -> None:
    def area(
        eye: tuple[float, float, float], watts: float, size: float, tint: tuple[float, float, float]
    ) -> None:
        light = bpy.data.lights.new("area", "AREA")
        light.energy, light.size, light.color = watts, size, tint
        lamp = bpy.data.objects.new("area", light)
        bpy.context.collection.objects.link(lamp)
        lamp.location = TO_BLENDER @ Vector(eye)
        aim = TO_BLENDER @ Vector((0, 1.45, 0))
        lamp.rotation_euler = (aim - lamp.location).to_track_quat("-Z", "Y").to_euler()

    area((0.9, 2.3, 1.5), 34.0, 0.9, (1.0, 0.95, 0.88))
    area((-1.3, 1.7, 1.2), 12.0, 1.2, (0.88, 0.94, 1.0))
    area((-0.6, 2.2, -1.4), 15.0, 0.6, (1.0, 0.98, 0.95))
    world = bpy.data.worlds.new("room")
    bpy.context.scene.world = world
    world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = (0.62, 0.60, 0.57, 1)
    background.inputs[1].default_value = 0.55


def tiled(shots: list[np.ndarray], columns: int) -> np.ndarray:
    """Equal images in rows of so many columns."""
    h, w, _ = shots[0].shape
    rows = -(-len(shots) // columns)
    sheet = np.full((rows * h, columns * w, 3), 255, np.uint8)
    for i, shot in enumerate(shots):
        r, c = divmod(i, columns)
        sheet[r * h : (r + 1) * h, c * w : (c + 1) * w] = shot
    return sheet


def render(folder: Path, wanted: set[str]) -> None:
    """Write the wanted sheets as PNG files."""
    folder.mkdir(parents=True, exist_ok=True)
    studio = Studio()
    rest = POSES["rest"]

    def close() -> None:
        studio.look(EYE_LEVEL, (0.10, 1.54, 1.05), 150)

    def save(name: str, shots: list[np.ndarray], columns: int) -> None:
        (folder / f"{name}.png").write_bytes(png(tiled(shots, columns)))

    if "looks" in wanted:
        studio.pose(rest)
        shots = []
        for mix, eye in (
            ({}, (0.0, 1.54, 1.1)),
            (SUMS["warm"], (0.55, 1.55, 0.95)),
            ({}, (1.1, 1.53, 0.05)),
        ):
            studio.express(mix)
            studio.look((0, 1.53, 0.02), eye, 105)
            shots.append(studio.shoot(440, 520, 16))
        save("looks", shots, 3)
    studio.pose(rest)
    for name, mixes, columns in (
        ("morphs", {m: {m: 1.0} for m in ARKIT}, 10),
        ("visemes", VISEMES, 5),
        ("sums", SUMS, 5),
    ):
        if name in wanted:
            close()
            shots = []
            for mix in mixes.values():
                studio.express(mix)
                shots.append(
                    studio.shoot(190, 210, 8) if name == "morphs" else studio.shoot(280, 300, 10)
                )
            save(name, shots, columns)
    studio.express(SUMS["warm"])
    if "poses" in wanted:
        studio.look((0, 1.28, 0), (0.35, 1.40, 2.2), 62)
        shots = []
        for pose in POSES.values():
            studio.pose(pose)
            shots.append(studio.shoot(330, 300, 8))
        save("poses", shots, 4)
    if "distances" in wanted:
        studio.pose(rest)
        shots = []
        for at, eye, lens in (
            ((0, 1.52, 0.03), (0.08, 1.54, 0.8), 95),
            ((0, 1.30, 0), (0.2, 1.42, 1.7), 62),
            ((0, 1.15, 0), (0, 1.5, 3.0), 50),
        ):
            studio.look(at, eye, lens)
            shots.append(studio.shoot(440, 520, 14))
        save("distances", shots, 3)


if __name__ == "__main__":
    render(
        Path(sys.argv[1]),
        set(sys.argv[2:]) or {"looks", "morphs", "visemes", "sums", "poses", "distances"},
    )
    sys.stdout.flush()
    os._exit(0)  # bpy can crash while the interpreter takes itself down
