"""Who should be heard of how often: what the watchdog expects of the agent's own parts.

Pictures and frames do not travel on the bus. So a camera is wrapped in one that notes each picture
the eyes take, and the performer gets a body that shows nothing and notes that frames come.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

from actuation.motion import BodyDescription, FrameChunk, StageItem
from agent.core.messages import Health, MicrophoneLevel
from agent.settings import AgentConfig, CameraConfig, SourceConfig
from agent.watchdog import Expectation
from behavior.situation.state import Devices
from perception.senses import Camera, Picture

CAMERA, MICROPHONE, PERFORMER = "camera", "microphone", "performer"
SOUND_QUIET_S = 3.0
FRAMES_QUIET_S = 2.0
LOOKS_AT_MOST_S = 3.0
"""Beyond the eyes' own patience with one picture: their restart comes first."""

Saw = Callable[[str], None]
"""`Watchdog.saw`."""


class WatchedCamera:
    """A camera that tells of each picture that was taken from it."""

    def __init__(self, camera: Camera, saw: Saw) -> None:
        self._camera = camera
        self._saw = saw
        self.asked = asyncio.Event()
        """Set once the eyes have opened and ask for pictures."""

    @property
    def away(self) -> bool:
        """It says itself that it gives no picture, and tries again: no restart makes it come."""
        return bool(getattr(self._camera, "away", False))

    async def pictures(self) -> AsyncIterator[Picture]:
        """As the camera's own."""
        self.asked.set()
        async for picture in self._camera.pictures():
            self._saw(CAMERA)
            yield picture


class Pulse:
    """A body without anything to show: it tells that the performer is alive."""

    def __init__(self, saw: Saw) -> None:
        self._saw = saw

    def describe(self) -> BodyDescription:
        """It has no joints, no face, no voice, and is in no hurry."""
        return BodyDescription(name="pulse", lead_s=0.0, watches=True)

    async def connect(self) -> None:
        """Nothing to wait for."""

    def apply(self, item: StageItem) -> None:
        """Note that frames come."""
        if isinstance(item, FrameChunk):
            self._saw(PERFORMER)

    async def rest(self) -> None:
        """Nothing to let go of."""

    def health(self) -> Health:
        """Nothing can break."""
        return Health.RUNNING


def expectations(
    config: AgentConfig, devices: Callable[[], Devices], camera: WatchedCamera | None
) -> tuple[Expectation, ...]:
    """One row a stream. The page's senses are expected while the page has them on.

    A page that sends nothing is not cured by restarting the ears; a device may be.
    """

    def looking() -> bool:
        page = devices()
        on = page.page_connected and bool(page.camera)
        opened = camera is not None and camera.asked.is_set() and not camera.away
        return opened and _expected(config.camera, on)

    def listening() -> bool:
        page = devices()
        on = page.page_connected and bool(page.microphone) and not page.muted
        return _expected(config.microphone, on)

    return (
        Expectation(
            stream=CAMERA,
            quiet_s=config.seeing.people.look_timeout_s + LOOKS_AT_MOST_S,
            expected=looking,
            restarts="perception.people" if config.camera.source == "device" else "",
        ),
        Expectation(
            stream=MICROPHONE,
            quiet_s=SOUND_QUIET_S,
            kinds=(MicrophoneLevel,),
            expected=listening,
            restarts="perception.microphone" if config.microphone.source == "device" else "",
        ),
        Expectation(stream=PERFORMER, quiet_s=FRAMES_QUIET_S, restarts="actuation.performer"),
    )


def _expected(source: SourceConfig | CameraConfig, page_has_it_on: bool) -> bool:
    match source.source:
        case "page":
            return page_has_it_on
        case "device" | "reachy":
            return True
        case _:  # a recording may end
            return False
