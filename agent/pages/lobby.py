"""The lobby page: the simulated room from above beside the kiosk, live.

It shows simulated people only, but what the agent heard may come from somebody real at the kiosk,
so the page needs the operator's token as the console does.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Protocol

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

    def kinds(self) -> tuple[str, ...]:
        """Who can be sent in, by intention."""
        ...

    def send_in(self, intention: str) -> bool:
        """Let one of these come through the door now; False: there is nobody like that."""
        ...


def drawing(plan: FloorPlan, kinds: tuple[str, ...]) -> str:
    """What stays the same, as JSON: walls, doors, places, the agent, who may be sent in."""
    return json.dumps({**plan.model_dump(mode="json"), "kinds": list(kinds)})


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


async def events(room: Room, panel: Callable[[], str]) -> AsyncIterator[bytes]:
    """Server-sent events `plan` (once), `people` and `panel`, for as long as they are read."""
    loop, drawn, count = asyncio.get_running_loop(), "", 0
    due = loop.time()
    while True:
        plan, view = room.plan, room.view()
        if plan is not None and view is not None:
            if drawn != plan.name:
                drawn = plan.name
                yield _event("plan", drawing(plan, room.kinds()))
            yield _event("people", picture(view))
        if count % PANEL_EVERY == 0:
            yield _event("panel", panel())
        count += 1
        due = max(due + 1 / PICTURES_HZ, loop.time())
        await asyncio.sleep(due - loop.time())


def _event(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()
