"""Keeps the parts of a robot off each other: by MuJoCo's own contacts, before they happen.

Near pairs may come nearer only as fast as their distance allows (a velocity damper, Faverjon and
Tournassoud 1987), so a hand that is asked into the chest slides to a stop before it. The last word
has `hinders`: a step is taken only if the fastest stop after it touches nothing.
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
_STOP_SHARE: Final = 0.85
_SAME_M: Final = 1e-5
_COARSE_RAD: Final = 0.06
_STATIONS: Final = 6


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
        self._at_rest = self._nearest(robot.rest)

    def near(self, at: Floats) -> list[Nearness]:
        """The near pairs with the axes at (n,) `at`."""
        found = []
        for geoms, apart, contact in self._pairs(at):
            pair = touching(self._robot, *geoms)
            found.append(Nearness(pair, apart, self._least_m(geoms), self._slope(contact)))
        return found

    def hinders(self, now: Floats, then: Floats) -> bool:
        """Whether parts come too near on the way from (n,) `now` to `then`, nearer than they are.

        Looked at there and, on a long way, in between; a little nearer than allowed is let pass, so
        that what is asked with the distance in mind is not stopped.
        """
        steps = min(_STATIONS, 1 + int(float(np.abs(then - now).max()) / _COARSE_RAD))
        stations = [now + (then - now) * (k / steps) for k in range(steps, 0, -1)]
        before: dict[tuple[int, int], float] | None = None
        for station in stations:
            for geoms, apart in self._nearest(station).items():
                if apart >= _STOP_SHARE * self._least_m(geoms):
                    continue
                if before is None:
                    before = self._nearest(now)
                if apart < before.get(geoms, np.inf) - _SAME_M:
                    return True
        return False

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

    def _least_m(self, geoms: tuple[int, int]) -> float:
        """What is nearer at rest may stay so."""
        return min(self._clear_m, self._at_rest.get(geoms, np.inf) - _GIVE_M)

    def _nearest(self, at: Floats) -> dict[tuple[int, int], float]:
        nearest: dict[tuple[int, int], float] = {}
        for geoms, apart, _ in self._pairs(at):
            nearest[geoms] = min(apart, nearest.get(geoms, np.inf))
        return nearest

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
