"""The real eyes, with the real networks, before a camera of the test's own."""

import asyncio
import itertools

from agent.core.messages import PersonId
from agent.models import models_folder
from perception.eyes.detectors import DetectorConfig, detector_opener
from perception.eyes.people import PeopleComponent, PeopleConfig
from perception.off_loop import OneThread


def look_at_all(camera, take):
    """Give `take` every message about people until the pictures end. People are p1, p2 and on."""
    # A loaded machine is slow to look; that is not what such a test is about.
    config, numbers, thread = PeopleConfig(look_timeout_s=60), itertools.count(1), OneThread("eyes")
    eyes = PeopleComponent(
        camera=camera,
        open_detector=detector_opener(
            DetectorConfig(), camera=config.camera, models=models_folder()
        ),
        off_loop=thread,
        publish=take,
        config=config,
        new_id=lambda: PersonId(f"p{next(numbers)}"),
    )
    asyncio.run(eyes.run())
    thread.wait(20)
