"""A VRM animation as an independent reader of glTF, three.js, plays it."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from actuation.body_formats.clip import MotionClip
from actuation.body_formats.vrma import write_vrma
from actuation.joints.rotations import from_vector
from actuation.joints.skeleton import load_skeleton
from actuation.motion import JOINT_NAMES

MODULES = Path(__file__).parents[2] / "agent/web/node_modules/three"
PLAYER = """
import fs from 'node:fs'
globalThis.self = globalThis
const THREE = await import(process.argv[2] + '/build/three.module.js')
const { GLTFLoader } = await import(process.argv[2] + '/examples/jsm/loaders/GLTFLoader.js')
const data = fs.readFileSync(process.argv[3])
const whole = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
const gltf = await new GLTFLoader().parseAsync(whole, '')
const mixer = new THREE.AnimationMixer(gltf.scene)
mixer.clipAction(gltf.animations[0]).play()
const told = gltf.parser.json.extensions.VRMC_vrm_animation
const rows = []
for (const time of process.argv.slice(4).map(Number)) {
  mixer.setTime(time)
  gltf.scene.updateMatrixWorld(true)
  const row = {}
  for (const [name, bone] of Object.entries(told.humanoid.humanBones)) {
    const node = await gltf.parser.getDependency('node', bone.node)
    row[name] = node.getWorldPosition(new THREE.Vector3()).toArray()
  }
  const jaw = await gltf.parser.getDependency('node', told.expressions.custom.jawOpen.node)
  row.jawOpen = jaw.position.x
  rows.push(row)
}
console.log(JSON.stringify(rows))
"""


@pytest.mark.skipif(
    shutil.which("node") is None or not MODULES.exists(), reason="needs node and the page's modules"
)
def test_three_js_puts_every_bone_where_the_character_has_it(tmp_path):
    rng = np.random.default_rng(5)
    clip = MotionClip(
        joints=from_vector(rng.normal(0, 0.5, (40, len(JOINT_NAMES), 3))).astype(np.float32),
        rate_hz=60.0,
        hips_m=rng.normal(0, 0.1, (40, 3)) + [0, 0.93, 0],
    )
    write_vrma(tmp_path / "a.vrma", clip, face={"jawOpen": np.linspace(0, 1, 40)})
    (tmp_path / "player.mjs").write_text(PLAYER)
    frames = (0, 13, 38)
    run = ["node", "player.mjs", str(MODULES), "a.vrma", *(str(k / 60) for k in frames)]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    skeleton = load_skeleton()
    for frame, row in zip(frames, json.loads(done.stdout), strict=True):
        moved = clip.hips_m[frame] - skeleton.positions["hips"]
        for name, (_, place) in skeleton.globals_of(clip.joints[frame]).items():
            np.testing.assert_allclose(row[name], place + moved, atol=1e-4, err_msg=name)
        assert row["jawOpen"] == pytest.approx(frame / 39, abs=1e-4)
