"""The lobby page: the simulated room from above beside the kiosk, live.

It shows simulated people only, but what the agent heard may come from somebody real at the kiosk,
so the page needs the operator's token as the console does.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Protocol

from aiohttp import web

from behavior.lobby.floor_plan import FloorPlan
from behavior.lobby.view import LobbyView

PICTURES_HZ = 10.0
PANEL_EVERY = 3
"""Every so many pictures the agent's reasons go along."""


class Room(Protocol):
    """What the page needs of the lobby."""

    @property
    def plan(self) -> FloorPlan | None:
        """Walls and doors; None before it opens."""
        ...

    def view(self) -> LobbyView | None:
        """Everyone as they really are; None before it opens."""
        ...


def drawing(plan: FloorPlan) -> str:
    """What stays the same, as JSON: walls, doors, places, the agent."""
    return plan.model_dump_json()


def picture(view: LobbyView) -> str:
    """Everyone at one moment, as JSON with short numbers."""
    people = [
        {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(person).items()
            if name not in ("ids", "place")
        }
        for person in view.people
    ]
    return json.dumps(
        {"hour": round(view.hour, 4), "people": people, "agent_says": view.agent_says}
    )


async def stream(request: web.Request, room: Room, panel: Callable[[], str]) -> web.StreamResponse:
    """Server-sent events `plan`, `people` and `panel`, until the page goes."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    loop, drawn, count = asyncio.get_running_loop(), "", 0
    due = loop.time()
    while request.transport is not None and not request.transport.is_closing():
        plan, view = room.plan, room.view()
        if plan is not None and view is not None:
            if drawn != plan.name:
                drawn = plan.name
                await response.write(_event("plan", drawing(plan)))
            await response.write(_event("people", picture(view)))
        if count % PANEL_EVERY == 0:
            await response.write(_event("panel", panel()))
        count += 1
        due = max(due + 1 / PICTURES_HZ, loop.time())
        await asyncio.sleep(due - loop.time())
    return response


def _event(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()
