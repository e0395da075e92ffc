"""An episode from above: the room, who walked where, and where the agent did something."""

import math
from collections.abc import Sequence

from agent.lab.html import tag, text
from agent.lab.tape import Episode
from behavior.lobby.floor_plan import FloorPlan
from behavior.lobby.view import LobbyView, PersonView

_MARGIN_M = 0.6
_DOTS_S = 2.0


def plan_view(plan: FloorPlan, episode: Episode) -> str:
    """SVG of the plan with everybody's way; the person concerned stands out."""
    left, bottom, wide, tall = _frame(plan)
    views, who = episode.views, episode.cut.person
    others = sorted({p.person for v in views for p in v.people if p.person != who})
    drawn = [
        *(_line(wall, "wall") for wall in plan.walls),
        *(_box(b.x_m, b.y_m, b.width_m, b.depth_m) for b in plan.obstacles),
        *(_door(door.name, door.x_m, door.y_m, plan) for door in plan.doors),
        _sight(plan),
        *(_way(_of(views, other), "way other") for other in others),
        *_chief(_of(views, who), episode),
        _agent(plan),
    ]
    flipped = tag("g", *drawn, transform=f"translate({-left:.2f} {bottom + tall:.2f}) scale(1 -1)")
    return tag(
        "svg",
        flipped,
        viewBox=f"0 0 {wide:.2f} {tall:.2f}",
        class_="plan",
        role="img",
        aria_label=f"The room from above: {episode.cut.sentence}",
    )


def _frame(plan: FloorPlan) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of what is drawn, world metres."""
    xs = [x for wall in plan.walls for x in (wall[0], wall[2])] + [plan.agent.x_m]
    ys = [y for wall in plan.walls for y in (wall[1], wall[3])] + [plan.agent.y_m]
    xs += [door.x_m for door in plan.doors]
    ys += [door.y_m for door in plan.doors]
    left, bottom = min(xs) - _MARGIN_M, min(ys) - _MARGIN_M
    return left, bottom, max(xs) - left + _MARGIN_M, max(ys) - bottom + _MARGIN_M


def _of(views: Sequence[LobbyView], person: int) -> list[tuple[float, PersonView]]:
    return [(v.at, one) for v in views for one in v.people if one.person == person]


def _way(seen: list[tuple[float, PersonView]], kind: str) -> str:
    points = " ".join(f"{one.x_m:.2f},{one.y_m:.2f}" for _, one in seen)
    return tag("polyline", points=points, class_=kind) if seen else ""


def _chief(seen: list[tuple[float, PersonView]], episode: Episode) -> list[str]:
    """The person it is about: the way, a dot every two seconds, and the moment itself."""
    if not seen:
        return []
    drawn, last = [_way(seen, "way chief")], -math.inf
    for at, one in seen:
        if at - last >= _DOTS_S:
            last = at
            said = tag("title", text(f"{at - episode.cut.start:.0f} s: {one.doing}"))
            drawn.append(tag("circle", said, cx=f"{one.x_m:.2f}", cy=f"{one.y_m:.2f}", r=0.07,
                             class_="step"))  # fmt: skip
    _, then = min(seen, key=lambda pair: abs(pair[0] - episode.cut.at))
    eyes = (then.x_m + 0.5 * math.cos(then.gaze_rad), then.y_m + 0.5 * math.sin(then.gaze_rad))
    drawn.append(_line((then.x_m, then.y_m, *eyes), "eyes"))
    drawn.append(tag("circle", cx=f"{then.x_m:.2f}", cy=f"{then.y_m:.2f}", r=0.22, class_="moment"))
    return drawn


def _line(segment: tuple[float, float, float, float], kind: str) -> str:
    x1, y1, x2, y2 = (f"{value:.2f}" for value in segment)
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def _box(x_m: float, y_m: float, wide_m: float, deep_m: float) -> str:
    return tag("rect", x=x_m, y=y_m, width=wide_m, height=deep_m, class_="thing", rx=0.08)


def _door(name: str, x_m: float, y_m: float, plan: FloorPlan) -> str:
    left, bottom, wide, tall = _frame(plan)
    anchor = "start" if x_m < left + 0.2 * wide else "end" if x_m > left + 0.8 * wide else "middle"
    up = -0.35 if y_m > bottom + 0.8 * tall else 0.25
    label = tag(
        "text",
        text(name),
        x=f"{x_m:.2f}",
        y=f"{-(y_m + up):.2f}",
        transform="scale(1 -1)",
        text_anchor=anchor,
    )
    return tag("circle", cx=x_m, cy=y_m, r=0.14, class_="door") + label


def _sight(plan: FloorPlan) -> str:
    """What the camera can see, up to where a gaze is found."""
    half, reach = math.radians(plan.camera.field_of_view_deg) / 2, plan.camera.face_m
    facing = math.radians(plan.agent.facing_deg)
    x, y = plan.agent.x_m, plan.agent.y_m
    edge = [(x + reach * math.cos(facing + side), y + reach * math.sin(facing + side))
            for side in (-half, half)]  # fmt: skip
    path = (
        f"M{x:.2f} {y:.2f}L{edge[0][0]:.2f} {edge[0][1]:.2f}"
        f"A{reach:.2f} {reach:.2f} 0 0 1 {edge[1][0]:.2f} {edge[1][1]:.2f}Z"
    )
    return tag("path", d=path, class_="sight")


def _agent(plan: FloorPlan) -> str:
    facing = math.radians(plan.agent.facing_deg)
    x, y = plan.agent.x_m, plan.agent.y_m
    nose = (x + 0.42 * math.cos(facing), y + 0.42 * math.sin(facing))
    body = tag("circle", cx=x, cy=y, r=0.26, class_="agent")
    return body + _line((x, y, *nose), "nose")
