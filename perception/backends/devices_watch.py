"""Notices that sound devices came, went, or that the system chooses another microphone by now.

Where none is named in the configuration the system's choice is followed: streams let go for a
moment and open what is the default then. A named one is kept, and the other is only told of.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, Health, Message
from agent.core.sound_devices import SoundDevice, SoundSystem, choose, devices_of

_LOOKS_EVERY_S: Final = 5.0
_ASKS_EVERY_S: Final = 120.0
"""Where the system has no file that changes with its devices."""
_TELLS: Final = (Path("/proc/asound/cards"), Path("/proc/asound/devices"))


class DeviceWatch:
    """Asks the system for its devices when a sign says that they have changed."""

    name: Final = "perception.sound_devices"

    def __init__(
        self,
        *,
        system: SoundSystem,
        clock: Clock,
        publish: Callable[[Message], None],
        device: int | str = "",
        portaudio: Callable[[], Any] | None = None,
        sign: Callable[[], str] | None = None,
    ) -> None:
        """`sign`: changes whenever devices may have; `portaudio`: imports the module."""
        self._system = system
        self._clock = clock
        self._publish = publish
        self._device = device
        self._portaudio = portaudio or _sounddevice
        self._sign = sign or _devices_sign
        self._follows = device == ""

    async def run(self) -> None:
        """Watch until cancelled; ends at once where there is no PortAudio."""
        try:
            portaudio = self._portaudio()
        except (ImportError, OSError):
            return
        known, sign = devices_of(portaudio), self._sign()
        asked_at = self._clock.now()
        while True:
            await self._clock.sleep_until(self._clock.now() + _LOOKS_EVERY_S)
            newest, now = self._sign(), self._clock.now()
            if newest == sign and (newest or now - asked_at < _ASKS_EVERY_S):
                continue
            sign, asked_at = newest, now
            try:
                there = await self._system.listed()
            except BackendUnavailableError:
                continue  # the sound server is just coming back; it is asked again
            if there != known:
                await self._tell(portaudio, known, there)
                known = there

    async def _tell(
        self,
        portaudio: Any,  # noqa: ANN401 - untyped
        known: Sequence[SoundDevice],
        there: Sequence[SoundDevice],
    ) -> None:
        came = _inputs(there) - _inputs(known)
        gone = _inputs(known) - _inputs(there)
        before, now = _chosen(known, self._device), _chosen(there, self._device)
        said = [f"{name} was plugged in" for name in sorted(came)]
        said += [f"{name} is gone" for name in sorted(gone)]
        if self._follows and now is not None and before != now:
            said.append(f"the system's microphone is now {now}; it is listened to from here on")
            await self._system.renew(portaudio)
        elif came and not self._follows:
            said.append(f"{now or self._device} is listened to; microphone.device names another")
        if said:
            health = Health.DEGRADED if now is None else Health.RUNNING
            detail = "; ".join(said)
            at = self._clock.now()
            self._publish(ComponentHealth(at=at, component=self.name, health=health, detail=detail))


def _inputs(devices: Sequence[SoundDevice]) -> set[str]:
    return {device.name for device in devices if device.has("input")}


def _chosen(devices: Sequence[SoundDevice], wanted: int | str) -> str | None:
    try:
        return choose(devices, wanted, "input").name
    except BackendUnavailableError:
        return None


def _devices_sign() -> str:
    """The system's own lists of sound cards; empty where it keeps none."""
    parts = []
    for path in _TELLS:
        try:
            parts.append(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
    return "".join(parts)


def _sounddevice() -> Any:  # noqa: ANN401 - untyped
    import importlib

    return importlib.import_module("sounddevice")
