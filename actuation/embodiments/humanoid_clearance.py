"""Keeps the parts of a robot off each other: by MuJoCo's own contacts, before they happen.

Near pairs may come nearer only as fast as their distance allows (a velocity damper, Faverjon and
Tournassoud 1987), so a hand that is asked into the chest slides to a stop before it.
"""

from dataclasses import dataclass
from typing import Final

import mujoco
import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.humanoid_model import NEAR_M, Robot, touching

Floats = NDArray[np.float64]

_SHARE: Final = 0.35
"""Of the free distance that what is asked may use up."""
_PASSES: Final = 3
_GIVE_M: Final = 0.003


@dataclass(frozen=True, slots=True)
class Nearness:
    """Two parts that are near each other."""

    pair: tuple[str, str]
    apart_m: float
    """Negative: in each other."""
    least_m: float
    """They may not come nearer than this."""
    slope: Floats
    """(n,) metres a radian of each axis."""

    @property
    def free_m(self) -> float:
        """How much nearer they may come."""
        return self.apart_m - self.least_m


class SelfClearance:
    """Watches one robot's parts."""

    def __init__(self, robot: Robot, clear_m: float) -> None:
        self._robot = robot
        self._data = mujoco.MjData(robot.watched)
        self._clear_m = clear_m
        self._jac = np.zeros((2, 3, robot.watched.nv))
        self._at_rest: dict[tuple[int, int], float] = {}
        self._at_rest = {key: apart for key, apart, _ in self._pairs(robot.rest)}

    def near(self, at: Floats) -> list[Nearness]:
        """The near pairs with the axes at (n,) `at`."""
        found = []
        for geoms, apart, contact in self._pairs(at):
            least = min(self._clear_m, self._at_rest.get(geoms, np.inf) - _GIVE_M)
            pair = touching(self._robot, *geoms)
            found.append(Nearness(pair, apart, least, self._slope(contact)))
        return found

    def eased(self, now: Floats, asked: Floats, near: list[Nearness]) -> Floats:
        """What may be asked instead of (n,) `asked`, being at (n,) `now`."""
        step = asked - now
        for _ in range(_PASSES):
            for each in near:
                steep = float(each.slope @ each.slope)
                lack = -_SHARE * each.free_m - float(each.slope @ step)
                if lack > 0 and steep > 1e-6:
                    step = step + each.slope * (lack / steep)
        return np.asarray(np.clip(now + step, self._robot.limits.low, self._robot.limits.high))

    def _pairs(self, at: Floats) -> list[tuple[tuple[int, int], float, int]]:
        """Geoms, distance, and the number of the contact."""
        model, data = self._robot.watched, self._data
        data.qpos[:] = self._robot.qpos(at)
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_collision(model, data)
        contacts = data.contact
        pairs = zip(contacts.geom, contacts.dist, strict=True)
        return [
            ((int(g[0]), int(g[1])), float(dist), i)
            for i, (g, dist) in enumerate(pairs)
            if dist < NEAR_M
        ]

    def _slope(self, number: int) -> Floats:
        model, data = self._robot.watched, self._data
        contact = data.contact[number]
        for k in (0, 1):
            body = model.geom_bodyid[contact.geom[k]]
            mujoco.mj_jac(model, data, self._jac[k], None, contact.pos, body)
        apart = contact.frame[:3] @ (self._jac[1] - self._jac[0])
        return np.asarray(apart[self._robot.columns])
