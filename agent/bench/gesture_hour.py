"""An hour on stage, spoken and silent by turns: is anything ever touched, bent or snapped?"""

from collections.abc import Sequence

import numpy as np

from actuation.generators.body_sources import BodySource
from actuation.generators.metrics.body_contacts import Violations, violations
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.style import BodyStyle, BodyWish
from actuation.joints.clearance import Clearance
from actuation.joints.reach import Reach, solve_arm
from actuation.joints.safety import SafetyLimits
from actuation.joints.skeleton import load_skeleton
from actuation.motion import JOINT_INDEX
from agent.bench.figure import Figure
from agent.bench.gesture_takes import Take

_STYLES = (
    BodyStyle(),
    BodyStyle(size=1.4, speed=1.3, smoothness=0.0),
    BodyStyle(spread=-1.0, rest_height=1.0),
    BodyStyle(spread=1.0, size=0.5, speed=0.7),
    BodyStyle(rest_height=0.5, smoothness=0.5),
)
_EMOTIONS = (None, "happy", "sad", "afraid", "angry", "apologetic")


def hour_figures(source: BodySource, takes: Sequence[Take], minutes: float) -> list[Figure]:
    """Violations over `minutes` of stage time, by turns in every style and several moods."""
    found, frames = [], 0
    clearance, limits = Clearance(load_skeleton()), SafetyLimits()
    number = 0
    while frames < minutes * 3600:
        take = takes[number % len(takes)]
        wish = BodyWish(
            emotion=_EMOTIONS[number % len(_EMOTIONS)],
            intensity=1.0,
            style=_STYLES[(number // 2) % len(_STYLES)],
        )
        joints = source.motion(take.clauses, take.at_s, number, wish)
        found.append(violations(joints, clearance, limits))
        frames += len(joints)
        number += 1
    touching = np.repeat(rest_pose()[None], 10, axis=0)
    chest = Reach(hand=(0.05, -0.25, 0.15), palm=(0, 0, -1), fingers=(-1, 0.2, 0))
    for name, turn in solve_arm(load_skeleton(), "left", chest).items():
        touching[:, JOINT_INDEX[name]] = turn.quat
    control = violations(touching, clearance, limits)
    length = f"{frames / 3600:.0f} min of stage time, {len(_STYLES)} styles, {len(_EMOTIONS)} moods"
    deepest = max(each.deepest_m for each in found)
    return [
        Figure(
            name=f"{source.name}: collisions in that time", value=_sum(found, "collisions"),
            unit="frames", target=0.0, control=float(control.collisions),
            control_of="a hand in the chest, 10 frames",
            note=f"{length}; at the deepest {1e3 * deepest:.1f} mm",
        ),
        Figure(
            name=f"{source.name}: joints bent too far", value=_sum(found, "bent"), unit="",
            target=0.0, note=length,
        ),
        Figure(
            name=f"{source.name}: joints too fast or too sudden", value=_sum(found, "hasty"),
            unit="", target=0.0, note=length,
        ),
    ]  # fmt: skip


def _sum(found: Sequence[Violations], name: str) -> float:
    return float(sum(getattr(each, name) for each in found))
