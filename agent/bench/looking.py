"""The product's own eyes, with their networks, before a film: for benches and tests."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Final

from agent.core.messages import ComponentHealth, PersonId, PersonLost, PersonSeen
from agent.models import models_folder
from perception.eyes.detectors import DetectorConfig, detector_opener
from perception.eyes.people import PeopleComponent, PeopleConfig
from perception.eyes.sightings import Look
from perception.eyes.track import Track
from perception.off_loop import OneThread
from perception.senses import Camera, Picture

_ENDS_S: Final = 20.0


def look_at_all(
    camera: Camera,
    take: Callable[[PersonSeen | PersonLost | ComponentHealth], None],
    *,
    config: PeopleConfig | None = None,
    watch: Callable[[Picture, Look, list[Track]], None] | None = None,
) -> None:
    """Give `take` every message about people until the pictures end. People are p1, p2 and on.

    `watch` sees each picture with what was found in it.
    """
    config, numbers, thread = config or PeopleConfig(), itertools.count(1), OneThread("eyes")
    eyes = PeopleComponent(
        camera=camera,
        open_detector=detector_opener(
            DetectorConfig(), camera=config.camera, models=models_folder()
        ),
        off_loop=thread,
        publish=take,
        config=config,
        new_id=lambda: PersonId(f"p{next(numbers)}"),
        watch=watch,
    )
    asyncio.run(eyes.run())
    thread.wait(_ENDS_S)
