"""What a floor plan means for those who walk in it: clearance, ways round walls, lines of sight.

Everything is computed once a plan, on grids, so that a step of a person is a few look-ups.
"""

import heapq
import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from behavior.lobby.floor_plan import FloorPlan, Segment

CELL_M = 0.1
MESH_M = 0.25
_MARGIN_M = 1.4
_BODY_M = 0.3
"""Half the width a body needs."""
_AGENT_M = 0.45
"""Half the width of the agent and its stand."""
_DOORSTEP_M = 1.0
_FAR = 1e9
_FIELDS_KEPT = 256
_WAYS_KEPT = 20_000

Floats = NDArray[np.float64]
Point = tuple[float, float]


class Room:
    """Grids over one floor plan. Pure look-ups after building."""

    def __init__(self, plan: FloorPlan) -> None:
        self.plan = plan
        solid = [segment for segment in plan.walls]
        for box in plan.obstacles:
            solid += box.edges()
        xs = [v for x1, _, x2, _ in solid for v in (x1, x2)] + [d.x_m for d in plan.doors]
        ys = [v for _, y1, _, y2 in solid for v in (y1, y2)] + [d.y_m for d in plan.doors]
        self._x0, self._y0 = min(xs) - _MARGIN_M, min(ys) - _MARGIN_M
        width, depth = max(xs) + _MARGIN_M - self._x0, max(ys) + _MARGIN_M - self._y0
        self._nx, self._ny = math.ceil(width / CELL_M), math.ceil(depth / CELL_M)
        x = self._x0 + (np.arange(self._nx) + 0.5) * CELL_M
        y = self._y0 + (np.arange(self._ny) + 0.5) * CELL_M
        gx, gy = np.meshgrid(x, y, indexing="ij")
        clear = self._clearance(gx, gy, solid)
        slope_x, slope_y = np.gradient(clear, CELL_M)
        steep = np.maximum(np.hypot(slope_x, slope_y), 1.0)
        slope_x, slope_y = slope_x / steep, slope_y / steep
        self._clear: list[float] = clear.ravel().tolist()
        self._slope_x: list[float] = slope_x.ravel().tolist()
        self._slope_y: list[float] = slope_y.ravel().tolist()
        self._seen: list[bool] = self._in_sight(gx, gy).ravel().tolist()
        self._mx, self._my = math.ceil(width / MESH_M), math.ceil(depth / MESH_M)
        self._toll = [
            self._toll_at(self._x0 + (i + 0.5) * MESH_M, self._y0 + (j + 0.5) * MESH_M)
            for i in range(self._mx)
            for j in range(self._my)
        ]
        self._beside = [self._neighbours(cell) for cell in range(len(self._toll))]
        self._fields: dict[int, list[float]] = {}
        self._ways: dict[tuple[int, int], list[Point]] = {}

    # Look-ups

    def clearance(self, x_m: float, y_m: float) -> tuple[float, float, float]:
        """Metres to the nearest thing that is in the way, and the direction away from it."""
        i, j = int((x_m - self._x0) / CELL_M), int((y_m - self._y0) / CELL_M)
        if not (0 <= i < self._nx and 0 <= j < self._ny):
            return 0.0, 0.0, 0.0
        k = i * self._ny + j
        return self._clear[k], self._slope_x[k], self._slope_y[k]

    def in_sight(self, x_m: float, y_m: float) -> bool:
        """Whether the camera could see somebody's head there: angle, range, walls."""
        i, j = int((x_m - self._x0) / CELL_M), int((y_m - self._y0) / CELL_M)
        if not (0 <= i < self._nx and 0 <= j < self._ny):
            return False
        return self._seen[i * self._ny + j]

    def open_line(self, start: Point, goal: Point, width_m: float = _BODY_M) -> bool:
        """Whether one can walk straight from one point to the other."""
        length = math.dist(start, goal)
        steps = max(1, math.ceil(length / 0.12))
        dx, dy = (goal[0] - start[0]) / steps, (goal[1] - start[1]) / steps
        for k in range(1, steps):
            if self.clearance(start[0] + dx * k, start[1] + dy * k)[0] < width_m:
                return False
        return True

    def way(self, start: Point, goal: Point) -> list[Point]:
        """Points to walk to one after the other; the last is `goal`. Straight if all else fails."""
        if self.open_line(start, goal):
            return [goal]
        key = (self._cell(start), self._cell(goal))
        found = self._ways.get(key)
        if found is None:
            if len(self._ways) >= _WAYS_KEPT:
                self._ways.clear()
            found = self._ways[key] = self._search(*key)
        return [*found, goal]

    def free_near(self, x_m: float, y_m: float, width_m: float = _BODY_M) -> Point:
        """The point itself, or the nearest one by where a body has room."""
        for _ in range(20):
            clear, sx, sy = self.clearance(x_m, y_m)
            if clear >= width_m:
                break
            norm = math.hypot(sx, sy) or 1.0
            x_m, y_m = x_m + sx / norm * 0.1, y_m + sy / norm * 0.1
        return x_m, y_m

    # Building

    def _clearance(self, gx: Floats, gy: Floats, solid: list[Segment]) -> Floats:
        clear = np.full(gx.shape, _FAR)
        for segment in solid:
            np.minimum(clear, _distance(gx, gy, segment), out=clear)
        agent = self.plan.agent
        np.minimum(clear, np.hypot(gx - agent.x_m, gy - agent.y_m) - _AGENT_M, out=clear)
        for box in self.plan.obstacles:
            inside = (abs(gx - box.x_m - box.width_m / 2) < box.width_m / 2) & (
                abs(gy - box.y_m - box.depth_m / 2) < box.depth_m / 2
            )
            clear[inside] = -clear[inside]
        floor = np.zeros(gx.shape, bool)
        for x1, y1, x2, y2 in self.plan.floor:
            floor |= (gx >= x1) & (gx <= x2) & (gy >= y1) & (gy <= y2)
        for door in self.plan.doors:
            floor |= self._doorstep(gx, gy, (door.x_m, door.y_m), door.width_m / 2)
        return np.where(floor, clear, -np.abs(clear))

    def _doorstep(self, gx: Floats, gy: Floats, door: Point, half_m: float) -> NDArray[np.bool_]:
        """The strip between a door and the floor it leads to."""
        x, y = door

        def entry(rectangle: Segment) -> Point:
            x1, y1, x2, y2 = rectangle
            return min(max(x, x1), x2), min(max(y, y1), y2)

        inner = min(map(entry, self.plan.floor), key=lambda point: math.dist(point, door))
        length = max(math.dist(inner, door), 1e-6)
        ex, ey = (inner[0] - x) / length, (inner[1] - y) / length
        along = (gx - x) * ex + (gy - y) * ey
        aside = np.abs((gx - x) * ey - (gy - y) * ex)
        strip: NDArray[np.bool_] = (np.abs(along) <= _DOORSTEP_M) & (aside <= half_m)
        return strip

    def _in_sight(self, gx: Floats, gy: Floats) -> NDArray[np.bool_]:
        plan, agent = self.plan, self.plan.agent
        dx, dy = gx - agent.x_m, gy - agent.y_m
        bearing = np.arctan2(dy, dx) - math.radians(agent.facing_deg)
        bearing = np.abs((bearing + math.pi) % math.tau - math.pi)
        away = np.hypot(dx, dy)
        seen = (bearing <= math.radians(plan.camera.field_of_view_deg) / 2) & (
            (away <= plan.camera.body_m) & (away >= plan.camera.near_m)
        )
        high = list(plan.walls)
        for box in plan.obstacles:
            high += [] if box.low else box.edges()
        for segment in high:
            seen &= ~_crosses(agent.x_m, agent.y_m, gx, gy, segment)
        return seen

    def _toll_at(self, x_m: float, y_m: float) -> float:
        clear = self.clearance(x_m, y_m)[0]
        return _FAR if clear < _BODY_M else 1.0 + 0.25 / clear

    def _cell(self, point: Point) -> int:
        i = min(max(int((point[0] - self._x0) / MESH_M), 0), self._mx - 1)
        j = min(max(int((point[1] - self._y0) / MESH_M), 0), self._my - 1)
        return i * self._my + j

    def _point(self, cell: int) -> Point:
        i, j = divmod(cell, self._my)
        return self._x0 + (i + 0.5) * MESH_M, self._y0 + (j + 0.5) * MESH_M

    def _neighbours(self, cell: int) -> list[tuple[int, float]]:
        """Cells to which one can step, and what it costs to step to them."""
        i, j = divmod(cell, self._my)
        found = []
        for di in (-1, 0, 1):
            for dj in (-1, 0, 1):
                if (di or dj) and 0 <= i + di < self._mx and 0 <= j + dj < self._my:
                    other = cell + di * self._my + dj
                    if self._toll[other] < _FAR:
                        found.append((other, math.hypot(di, dj) * self._toll[other]))
        return found

    def _field(self, goal: int) -> list[float]:
        """Cost of the way to `goal` from everywhere, by Dijkstra's algorithm."""
        costs = [_FAR] * len(self._toll)
        costs[goal] = 0.0
        heap = [(0.0, goal)]
        while heap:
            cost, cell = heapq.heappop(heap)
            if cost > costs[cell]:
                continue
            for other, step in self._beside[cell]:
                total = cost + step
                if total < costs[other]:
                    costs[other] = total
                    heapq.heappush(heap, (total, other))
        return costs

    def _search(self, start: int, goal: int) -> list[Point]:
        """The corners from one cell to another; of cells alone, so that nobody's way depends on
        who has walked before."""
        here, there = self._point(start), self._point(goal)
        end = self._cell(self.free_near(*there))
        field = self._fields.get(end)
        if field is None:
            if len(self._fields) >= _FIELDS_KEPT:
                self._fields.clear()
            field = self._fields[end] = self._field(end)
        cell, steps = start, []
        for _ in range(self._mx + self._my + 200):
            if not self._beside[cell]:
                break
            best = min(self._beside[cell], key=lambda pair: field[pair[0]])[0]
            if field[best] >= field[cell] and field[cell] < _FAR:
                break
            cell = best
            steps.append(self._point(cell))
        return self._straightened(here, [*steps, there])[:-1]

    def _straightened(self, start: Point, steps: list[Point]) -> list[Point]:
        way, here, k = [], start, 0
        while k < len(steps):
            far = k
            while far + 1 < len(steps) and self.open_line(here, steps[far + 1]):
                far += 1
            way.append(steps[far])
            here, k = steps[far], far + 1
        return way


@lru_cache(maxsize=32)
def room_of(plan: FloorPlan) -> Room:
    """The room of a plan; built once, shared by all lobbies in it."""
    return Room(plan)


def _distance(gx: Floats, gy: Floats, segment: Segment) -> Floats:
    x1, y1, x2, y2 = segment
    dx, dy = x2 - x1, y2 - y1
    along = ((gx - x1) * dx + (gy - y1) * dy) / max(dx * dx + dy * dy, 1e-12)
    along = np.clip(along, 0.0, 1.0)
    found: Floats = np.hypot(gx - x1 - along * dx, gy - y1 - along * dy)
    return found


def _crosses(ax: float, ay: float, gx: Floats, gy: Floats, segment: Segment) -> NDArray[np.bool_]:
    """Whether the line from (ax, ay) to each point of the grid crosses the segment."""
    x1, y1, x2, y2 = segment

    def side(px: Floats, py: Floats, qx: Floats, qy: Floats, x: float, y: float) -> Floats:
        return (qx - px) * (y - py) - (qy - py) * (x - px)

    a_x, a_y = np.full_like(gx, ax), np.full_like(gy, ay)
    one, two = side(a_x, a_y, gx, gy, x1, y1), side(a_x, a_y, gx, gy, x2, y2)
    here = (x2 - x1) * (ay - y1) - (y2 - y1) * (ax - x1)
    there = (x2 - x1) * (gy - y1) - (y2 - y1) * (gx - x1)
    crossed: NDArray[np.bool_] = (one * two < 0) & (here * there < 0)
    return crossed
