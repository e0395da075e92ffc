"""Makes the example humanoid: an upper body of capsules on a column, 18 axes.

`python -m actuation.embodiments.humanoids.build` writes `humanoid.xml` beside this file. Room axes:
x forward, y left, z up, metres. The first shoulder axis leans outwards, up and back, where no
gesture goes: an arm along it would be in the one place where a ball joint of three axes locks.
"""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

HERE: Final = Path(__file__).parent

UPPER_M: Final = 0.27
LOWER_M: Final = 0.25
_SWING: Final = np.array([-0.45, 0.65, 0.61])
"""The first shoulder axis of the left arm."""

_HEAD = """<mujoco model="foyer_humanoid">
  <!-- Made by actuation/embodiments/humanoids/build.py -->
  <compiler angle="radian" autolimits="true"/>
  <option timestep="0.002" integrator="implicitfast"/>
  <visual>
    <headlight ambient="0.35 0.35 0.35" diffuse="0.45 0.45 0.45"/>
    <global offwidth="1280" offheight="960"/>
    <quality shadowsize="2048"/>
  </visual>
  <asset>
    <texture name="sky" type="skybox" builtin="gradient" rgb1="0.86 0.89 0.93"
             rgb2="0.60 0.66 0.74" width="64" height="64"/>
    <texture name="floor" type="2d" builtin="checker" rgb1="0.78 0.79 0.80" rgb2="0.72 0.73 0.75"
             width="128" height="128"/>
    <material name="floor" texture="floor" texrepeat="6 6" reflectance="0.05"/>
    <material name="shell" rgba="0.93 0.93 0.91 1" specular="0.4" shininess="0.5"/>
    <material name="joint" rgba="0.25 0.28 0.33 1"/>
    <material name="accent" rgba="0.13 0.48 0.58 1"/>
    <material name="face" rgba="0.08 0.09 0.11 1" specular="0.8" shininess="0.8"/>
    <material name="eye" rgba="0.55 0.90 0.95 1" emission="0.8"/>
  </asset>
  <default>
    <geom type="capsule" density="500" material="shell"/>
    <joint type="hinge" damping="0.5"/>
    <default class="shown">
      <geom contype="0" conaffinity="0" density="0" group="1"/>
    </default>
  </default>
  <worldbody>
    <light pos="1.5 1.5 3" dir="-0.5 -0.5 -1" diffuse="0.5 0.5 0.5"/>
    <geom class="shown" type="plane" size="4 4 0.1" material="floor"/>
    <camera name="visitor" pos="2.1 0 1.4" xyaxes="0 1 0 -0.08 0 1" fovy="42"/>
    <camera name="aside" pos="1.35 1.75 1.65" xyaxes="-0.79 0.61 0 -0.15 -0.19 0.97" fovy="42"/>
    <body name="column">
      <geom type="cylinder" fromto="0 0 0 0 0 0.04" size="0.24" material="joint"/>
      <geom type="cylinder" fromto="0 0 0.04 0 0 0.85" size="0.05" material="joint"/>
      <body name="torso" pos="0 0 1.0">
        <geom name="belly" type="ellipsoid" pos="0 0 -0.09" size="0.085 0.11 0.075"
              material="accent"/>
        <geom name="chest" type="ellipsoid" pos="0 0 0.16" size="0.085 0.125 0.155"/>
        <geom name="waist" fromto="0 0 -0.08 0 0 0.10" size="0.065" material="joint"/>
        <geom name="collar" fromto="0 -0.10 0.30 0 0.10 0.30" size="0.035" material="joint"/>
        <geom class="shown" type="capsule" fromto="0 -0.19 0.30 0 0.19 0.30" size="0.024"
              material="joint"/>
        <body name="neck" pos="0 0 0.34">
          <joint name="neck_yaw" axis="0 0 1" range="-1.3 1.3"/>
          <geom fromto="0 0 0 0 0 0.07" size="0.034" material="joint"/>
          <body name="head" pos="0 0 0.09">
            <joint name="neck_pitch" axis="0 -1 0" range="-0.7 0.6"/>
            <geom name="skull" fromto="0.01 -0.035 0.09 0.01 0.035 0.09" size="0.088"/>
            <geom class="shown" type="ellipsoid" pos="0.068 0 0.09" size="0.045 0.098 0.066"
                  material="face"/>
            <geom class="shown" type="sphere" pos="0.107 0.035 0.10" size="0.014" material="eye"/>
            <geom class="shown" type="sphere" pos="0.107 -0.035 0.10" size="0.014" material="eye"/>
          </body>
        </body>
"""

_ARM = """        <body name="{s}_swing" pos="0 {y} 0.30">
          <joint name="{s}_shoulder_swing" axis="{swing}" range="-2.6 2.6"/>
          <geom type="sphere" size="0.048" material="joint"/>
          <body name="{s}_lift">
            <joint name="{s}_shoulder_lift" axis="{lift}" range="-1.9 0.75"/>
            <geom class="shown" type="sphere" size="0.03" material="joint" density="500"/>
            <body name="{s}_upper_arm">
              <joint name="{s}_upper_arm_turn" axis="{turn}" range="-2.6 2.6"/>
              <geom fromto="0 0 -0.02 0 0 {elbow}" size="0.040"/>
              <body name="{s}_forearm" pos="0 0 {elbow}">
                <joint name="{s}_elbow" axis="0 -1 0" range="0.02 2.5"/>
                <geom type="sphere" size="0.041" material="joint"/>
                <body name="{s}_forearm_roll">
                  <joint name="{s}_forearm_turn" axis="{turn}" range="-2.4 2.4"/>
                  <geom fromto="0 0 -0.03 0 0 {wrist}" size="0.033"/>
                  <body name="{s}_wrist" pos="0 0 {wrist}">
                    <joint name="{s}_wrist_flex" axis="{flex}" range="-1.35 1.35"/>
                    <geom type="sphere" size="0.030" material="joint"/>
                    <body name="{s}_hand">
                      <joint name="{s}_wrist_bend" axis="0 -1 0" range="-0.8 0.8"/>
                      <geom name="{s}_palm" type="box" pos="0 0 -0.065" size="0.036 0.013 0.038"/>
                      <body name="{s}_finger" pos="0 0 -0.10">
                        <joint name="{s}_grip" axis="{flex}" range="-0.1 1.5"/>
                        <geom fromto="0.025 0 0 0.027 0 -0.070" size="0.011" material="accent"/>
                        <geom fromto="0 0 0 0 0 -0.078" size="0.011" material="accent"/>
                        <geom fromto="-0.025 0 0 -0.027 0 -0.064" size="0.011" material="accent"/>
                      </body>
                      <body name="{s}_thumb" pos="0.036 0 -0.045">
                        <joint name="{s}_thumb" axis="{flex}" range="-0.2 1.2"/>
                        <geom fromto="0 0 0 0.022 0 -0.05" size="0.012" material="accent"/>
                      </body>
                    </body>
                  </body>
                </body>
              </body>
            </body>
          </body>
        </body>
"""

_TAIL = """      </body>
    </body>
  </worldbody>
  <contact>
{excluded}  </contact>
  <equality>
    <joint joint1="left_thumb" joint2="left_grip" polycoef="0 0.7 0 0 0"/>
    <joint joint1="right_thumb" joint2="right_grip" polycoef="0 0.7 0 0 0"/>
  </equality>
</mujoco>
"""

_NEIGHBOURS: Final = (
    ("torso", "{s}_swing"), ("torso", "{s}_lift"), ("swing", "upper_arm"), ("swing", "lift"),
    ("lift", "forearm"), ("upper_arm", "forearm_roll"), ("forearm", "wrist"),
    ("forearm_roll", "hand"), ("forearm_roll", "wrist"), ("wrist", "finger"), ("wrist", "thumb"),
    ("finger", "thumb"), ("forearm", "hand"), ("forearm_roll", "thumb"), ("forearm_roll", "finger"),
)  # fmt: skip


def humanoid_xml() -> str:
    """The whole model as MJCF."""
    arms = "".join(_arm(side) for side in ("left", "right"))
    excluded = "".join(f'    <exclude body1="torso" body2="{n}"/>\n' for n in ("neck", "head"))
    for side in ("left", "right"):
        for one, other in _NEIGHBOURS:
            names = [n.format(s=side) if "{s}" in n else f"{side}_{n}" for n in (one, other)]
            names[0] = "torso" if one == "torso" else names[0]
            excluded += f'    <exclude body1="{names[0]}" body2="{names[1]}"/>\n'
    return _HEAD + arms + _TAIL.format(excluded=excluded)


def _arm(side: str) -> str:
    """A mirrored axis turns the other way: positive angles mean the mirrored pose."""
    sign = 1.0 if side == "left" else -1.0
    swing = _SWING / np.linalg.norm(_SWING)
    lift = np.cross(swing, [0.0, 0.0, -1.0])
    return _ARM.format(
        s=side,
        y=sign * 0.20,
        swing=_mirrored(swing, sign),
        lift=_mirrored(lift / np.linalg.norm(lift), sign),
        turn=_mirrored(np.array([0.0, 0.0, 1.0]), sign),
        flex=_mirrored(np.array([-1.0, 0.0, 0.0]), sign),
        elbow=-UPPER_M,
        wrist=-LOWER_M,
    )


def _mirrored(axis: NDArray[np.float64], sign: float) -> str:
    turned = axis if sign > 0 else axis * [-1.0, 1.0, -1.0]
    return " ".join(f"{part + 0.0:.5g}" for part in turned)


if __name__ == "__main__":
    (HERE / "humanoid.xml").write_text(humanoid_xml(), encoding="utf-8")
