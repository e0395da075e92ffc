"""Now and then looks at the hands of somebody in view, beside the loop. Keeps no picture."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from agent.core.clock import Clock
from perception.eyes.objects import (
    LookedAt,
    ObjectDetector,
    ObjectFocus,
    ObjectsConfig,
    ThingSeen,
)
from perception.eyes.people import OPEN_TIMEOUT_S
from perception.eyes.sightings import Look
from perception.eyes.track import Track
from perception.off_loop import OffLoop
from perception.senses import Picture

PATIENCE_S = 5.0


class LookingAtObjects:
    """One look at a time: pictures that come meanwhile are let pass."""

    name = "perception.objects"

    def __init__(
        self,
        config: ObjectsConfig,
        *,
        open_detector: Callable[[], ObjectDetector],
        off_loop: OffLoop,
        clock: Clock,
        tell: Callable[[LookedAt, Sequence[ThingSeen]], None],
    ) -> None:
        """`tell` gets each look with what was found in it."""
        self._config = config
        self._open_detector = open_detector
        self._off_loop = off_loop
        self._clock = clock
        self._tell = tell
        self._wanted: asyncio.Future[tuple[LookedAt, Picture]] | None = None
        self._focus = ObjectFocus(config)

    async def run(self) -> None:
        """Look until cancelled. A model that is of no use is told, and tried again later."""
        detector: ObjectDetector | None = None
        try:
            # Of an unknown model the trial comes first.
            detector = await self._off_loop.call(self._open_detector, 2 * OPEN_TIMEOUT_S)
            while True:
                self._wanted = asyncio.get_running_loop().create_future()
                look, picture = await self._wanted
                self._wanted, began = None, self._clock.now()
                find = partial(detector.find, picture.pixels, look.around)
                found = await self._off_loop.call(find, PATIENCE_S)
                del picture, find
                self._focus.took(look.at, self._clock.now() - began)
                self._tell(look, found)
        finally:
            self._off_loop.close(detector.close if detector is not None else None)

    def watch(self, picture: Picture, look: Look, tracks: Sequence[Track]) -> None:
        """One picture and what was found in it."""
        if self._wanted is None or self._wanted.done():
            return
        height, width = picture.pixels.shape[:2]
        chosen = self._focus.choose(picture.at, tracks, (width, height))
        if chosen is not None:
            self._wanted.set_result((chosen, picture))
