"""Far side of the humanoid: the angles of its joints, read back from the simulation."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import numpy as np

from actuation.bodies.configs import HumanoidConfig
from actuation.embodiments.humanoid import HumanoidBody
from actuation.embodiments.humanoid_motion import DRIVE_DELAY_S, STEP_S, Moment
from actuation.joints.axis_limits import DELAY_S
from agent.bench.bodies_far import TRAFFIC, FarSide, Seen, Told
from agent.bench.bodies_stage import Noted, Performance
from agent.core.bus import Bus
from agent.core.clock import LoopClock
from agent.core.messages import Message

_LOOK_S: Final = 3.0
"""The body keeps ten seconds."""


@contextlib.asynccontextmanager
async def humanoid(_bus: Bus) -> AsyncIterator[FarSide]:
    """The example robot. Planned: what inverse kinematics makes of the frame that is due."""
    clock, bus = LoopClock(asyncio.get_running_loop()), Bus()
    body = HumanoidBody(
        config=HumanoidConfig(),
        clock=clock,
        publish=bus.publish,
        traffic=bus.subscribe(Message, delivery=TRAFFIC),
    )
    noted, moments = Noted(body, body.run), dict[float, Moment]()

    async def look() -> None:
        while True:
            await clock.sleep_until(clock.now() + _LOOK_S)
            moments.update((moment.at, moment) for moment in body.recent())

    async def hear(shown: Performance) -> Told:
        moments.update((moment.at, moment) for moment in body.recent())
        kept = [moments[at] for at in sorted(moments)]
        at = np.array(sorted(moments))
        shown_at = at + DELAY_S + DRIVE_DELAY_S
        asked = np.array([moment.asked for moment in kept])
        done = np.array([moment.performed for moment in kept])
        seen = Seen(
            body="humanoid",
            plan=(noted.on_stage(shown_at, shown.planned), asked),
            given=(shown_at, asked),
            rows=np.column_stack([at + STEP_S, done]),  # where it is as a step ends
            of=f"{asked.shape[1]} joints",
            unit="rad",
            stops_late=True,
        )
        return Told([seen])

    yield FarSide([noted], hear, [look])
