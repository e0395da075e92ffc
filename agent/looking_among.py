"""What passes among people in view, and what changes how each is read, as facts on the bus."""

from collections.abc import AsyncIterable, Callable, Sequence

from agent.core.messages import ComponentHealth, Message, PersonLost, PersonSeen
from perception.engagement.among import Among, AmongConfig
from perception.eyes.camera import CameraConfig
from perception.eyes.objects import LookedAt, ThingSeen
from perception.eyes.sightings import Look
from perception.eyes.track import Track
from perception.senses import Picture

Watch = Callable[[Picture, Look, list[Track]], None]


class LookingAmong:
    """Listens to what is told of people, and adds to it picture by picture. Keeps no picture."""

    name = "perception.among"

    def __init__(
        self,
        config: AmongConfig,
        camera: CameraConfig,
        *,
        events: AsyncIterable[Message],
        publish: Callable[[Message], None],
    ) -> None:
        """`events`: what others tell of people; sightings come by `tell` instead."""
        self._among = Among(config, camera)
        self._events = events
        self._publish = publish

    async def run(self) -> None:
        """Follow until cancelled."""
        async for message in self._events:
            self._among.tell(message)

    def tell(self, message: PersonSeen | PersonLost | ComponentHealth) -> None:
        """Pass on what the eyes tell, at once: it belongs to the picture that comes next."""
        self._among.tell(message)
        self._publish(message)

    def handle(self, look: LookedAt, things: Sequence[ThingSeen]) -> None:
        """What a look at somebody's hands has found."""
        self._among.handle(look, things)

    def watch(self, picture: Picture, look: Look, tracks: Sequence[Track]) -> None:
        """One picture and what was found in it."""
        height, width = picture.pixels.shape[:2]
        for message in self._among.look(picture.at, (width, height), tracks):
            self._publish(message)


def each_of(*watchers: Watch | None) -> Watch | None:
    """One after the other; None where there are none."""
    asked = [watcher for watcher in watchers if watcher is not None]

    def watch(picture: Picture, look: Look, tracks: list[Track]) -> None:
        for one in asked:
            one(picture, look, tracks)

    return watch if asked else None
