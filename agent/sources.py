"""Where the senses come from: the page, a robot, a device of this machine, a file."""

from collections.abc import Callable
from pathlib import Path

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import Message
from agent.core.sound_devices import SoundSystem
from agent.settings import CameraConfig, SourceConfig
from perception.backends.browser import BrowserMicrophone
from perception.senses import Camera, Microphone


def camera_of(
    config: CameraConfig, page: Camera, *, publish: Callable[[Message], None], clock: Clock
) -> Camera | None:
    """The configured camera; None: there is to be none. Opens nothing yet."""
    match config.source:
        case "page" | "reachy":
            return page
        case "device":
            from perception.backends.devices import LocalCamera

            return LocalCamera(clock=clock, report=publish, index=config.device)
        case "file":
            from perception.backends.recorded import RecordedCamera

            return RecordedCamera(_named(config, "camera"), clock=clock)
        case "lobby" | "none":
            return None


def microphone_of(
    config: SourceConfig, page: Microphone, *, clock: Clock, system: SoundSystem | None = None
) -> Microphone:
    """The configured microphone. Opens nothing yet. `system`: PortAudio, shared with others."""
    match config.source:
        case "page" | "reachy":
            return page
        case "device":
            from perception.backends.devices_microphone import DeviceMicrophone

            return DeviceMicrophone(
                clock, device=config.device, channels=config.array.channels, system=system
            )
        case "file":
            from perception.backends.recorded_sound import RecordedSound

            return RecordedSound(
                _named(config, "microphone"), clock=clock, channels=config.array.channels
            )
        case "none":
            return BrowserMicrophone()  # one that nobody feeds: typed lines still come through


def _named(config: SourceConfig | CameraConfig, sense: str) -> Path:
    if config.file is None:
        raise BackendUnavailableError(f"{sense}: source is `file`; set {sense}.file to one")
    return config.file
