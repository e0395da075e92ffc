"""Draws a floor plan with where people walked, as SVG text, coloured by intention."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from behavior.lobby.floor_plan import FloorPlan
from behavior.lobby.room import Point

_SCALE = 60
_MARGIN_M = 0.9
_PALETTE = (
    "#1b6ca8", "#c8553d", "#3a7d44", "#8e5ea2", "#b58900", "#2aa198", "#d33682", "#586e75",
    "#6c71c4", "#cb4b16", "#859900", "#268bd2",
)  # fmt: skip


def plan_svg(
    plan: FloorPlan,
    paths: Mapping[int, Sequence[Point]] | None = None,
    intentions: Mapping[int, str] | None = None,
) -> str:
    """A picture of the plan. `paths`: world points by person; `intentions`: their labels."""
    xs = [v for x1, _, x2, _ in plan.walls for v in (x1, x2)]
    ys = [v for _, y1, _, y2 in plan.walls for v in (y1, y2)]
    left, top = min(xs) - _MARGIN_M, max(ys) + _MARGIN_M
    width = (max(xs) - left + _MARGIN_M) * _SCALE
    height = (top - min(ys) + _MARGIN_M) * _SCALE

    def at(x: float, y: float) -> str:
        return f"{(x - left) * _SCALE:.0f},{(top - y) * _SCALE:.0f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        *_fixtures(plan, at),
    ]
    colours: dict[str, str] = {}
    for person, points in (paths or {}).items():
        kind = (intentions or {}).get(person, "")
        colour = colours.setdefault(kind, _PALETTE[len(colours) % len(_PALETTE)])
        line = " ".join(at(x, y) for x, y in points)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6" '
            'stroke-opacity="0.6"/>'
        )
    for i, (kind, colour) in enumerate(colours.items()):
        parts.append(f'<text x="8" y="{16 + 15 * i}" fill="{colour}">{escape(kind)}</text>')
    return "\n".join([*parts, "</svg>"])


def _fixtures(plan: FloorPlan, at: Callable[[float, float], str]) -> list[str]:
    parts = []
    for box in plan.obstacles:
        corner = at(box.x_m, box.y_m + box.depth_m).split(",")
        fill = "#ddd" if box.low else "#999"
        parts.append(
            f'<rect x="{corner[0]}" y="{corner[1]}" width="{box.width_m * _SCALE:.0f}" '
            f'height="{box.depth_m * _SCALE:.0f}" fill="{fill}"/>'
        )
    for x1, y1, x2, y2 in plan.walls:
        ends = (*at(x1, y1).split(","), *at(x2, y2).split(","))
        parts.append(
            '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="#222" stroke-width="4"/>'.format(*ends)
        )
    named = [(door.name, door.x_m, door.y_m) for door in plan.doors]
    named += [(place.name, place.x_m, place.y_m) for place in plan.places]
    for name, x_m, y_m in named:
        x, y = at(x_m, y_m).split(",")
        parts.append(
            f'<text x="{x}" y="{y}" text-anchor="middle" fill="#777">{escape(name)}</text>'
        )
    x, y = at(plan.agent.x_m, plan.agent.y_m).split(",")
    parts.append(f'<circle cx="{x}" cy="{y}" r="14" fill="#222"/>')
    turn = -plan.agent.facing_deg
    parts.append(
        f'<path d="M14 -6 L26 0 L14 6 Z" fill="#222" '
        f'transform="translate({x},{y}) rotate({turn:g})"/>'
    )
    return parts
