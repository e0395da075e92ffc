"""Draws recorded poses of the robot. Runs in the environment of the robot's daemon.

    render.py poses.json    [{"path": ..., "head_joints": [7], "antennas": [2], "azimuth": deg}]

Joints go to the model's own motors and the mechanism settles: passive joints close by themselves.
"""

import json
import os
import struct
import sys
import zlib
from importlib.resources import files
from pathlib import Path

os.environ.setdefault("MUJOCO_GL", "egl")

import mujoco
import numpy as np


def save(path, pixels):
    """Write (h, w, 3) bytes as PNG."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def part(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header))
        file.write(part(b"IDAT", zlib.compress(rows, 9)) + part(b"IEND", b""))


def main(wanted):
    scene = files("reachy_mini").joinpath("descriptions/reachy_mini/mjcf/scenes/empty.xml")
    model = mujoco.MjModel.from_xml_path(str(scene))
    data = mujoco.MjData(model)
    view = mujoco.MjvCamera()
    view.distance, view.elevation = 0.62, -8
    view.lookat[:] = 0, 0, 0.2
    with mujoco.Renderer(model, 400, 420) as renderer:
        for one in wanted:
            data.ctrl[:7] = one["head_joints"]
            data.ctrl[-2:] = -np.array(one["antennas"])
            for _ in range(2500):
                mujoco.mj_step(model, data)
            view.azimuth = one["azimuth"]
            renderer.update_scene(data, view)
            save(one["path"], renderer.render())
    # How far each motor may go, as the robot's description says.
    ranges = [model.jnt_range[model.actuator_trnid[i, 0]].tolist() for i in range(model.nu)]
    sys.stdout.write(json.dumps(ranges))


main(json.loads(Path(sys.argv[1]).read_text()))
