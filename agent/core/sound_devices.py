"""Sound devices of this machine: choosing one by name, and finding those that came later.

PortAudio lists the devices once, when it starts. One that is plugged in later is found only by
starting it anew, and that ends every stream of this process. So a fresh list is read in a child
process, which disturbs nobody; only when the wanted device is on it and cannot be had otherwise do
all who hold a stream let go for a moment. Imports no PortAudio: whoever opens streams hands it in.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from agent.core.errors import BackendUnavailableError

Way = Literal["input", "output"]
LIST_WITHIN_S = 10.0
LET_GO_WITHIN_S = 5.0
_KINDS = {"input": "microphone", "output": "loudspeaker"}
_LISTING = """
import json, sounddevice
from dataclasses import asdict
from agent.core.sound_devices import devices_of
print(json.dumps([asdict(d) for d in devices_of(sounddevice)]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundDevice:
    """One device as PortAudio lists it."""

    index: int
    name: str
    inputs: int
    """Channels it records; 0: it has no microphone."""
    outputs: int
    """Channels it plays; 0: it has no loudspeaker."""
    rate_hz: int
    """Its own sample rate."""
    default_input: bool = False
    default_output: bool = False

    def has(self, way: Way) -> bool:
        """Whether it can be used that way."""
        return (self.inputs if way == "input" else self.outputs) > 0

    def is_default(self, way: Way) -> bool:
        """Whether the system would choose it."""
        return self.default_input if way == "input" else self.default_output


def devices_of(portaudio: Any) -> list[SoundDevice]:  # noqa: ANN401 - the sounddevice module
    """The devices PortAudio knows of now."""
    inputs, outputs = portaudio.default.device
    return [
        SoundDevice(
            index=int(row["index"]),
            name=str(row["name"]),
            inputs=int(row["max_input_channels"]),
            outputs=int(row["max_output_channels"]),
            rate_hz=int(row["default_samplerate"]),
            default_input=row["index"] == inputs,
            default_output=row["index"] == outputs,
        )
        for row in portaudio.query_devices()
    ]


def choose(devices: Sequence[SoundDevice], wanted: int | str, way: Way) -> SoundDevice:
    """The device called `wanted`: its number, its name or a part of it; empty: the system's own.

    Of several with that name the system's own comes first, then the first listed. Raises
    `BackendUnavailableError` that says which there are.
    """
    usable = sorted((d for d in devices if d.has(way)), key=lambda d: not d.is_default(way))
    if isinstance(wanted, int):
        found = [d for d in usable if d.index == wanted]
    else:
        sought = wanted.strip().casefold()
        exact = [d for d in usable if d.name.casefold() == sought]
        found = exact or [d for d in usable if sought in d.name.casefold()]
    if found:
        return found[0]
    there = "; ".join(f"{d.index} {d.name}" for d in sorted(usable, key=lambda d: d.index))
    kind = _KINDS[way]
    called = f" {wanted!r}" if wanted != "" else ""
    raise BackendUnavailableError(
        f"{kind}: there is no {kind}{called}; there is {there or 'none at all'}. "
        "Plug it in, or choose another by its number or a part of its name"
    )


async def read_afresh() -> list[SoundDevice]:
    """The devices there are now, listed by a child process with a PortAudio of its own."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _LISTING,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # ALSA thinks aloud there
    )
    try:
        async with asyncio.timeout(LIST_WITHIN_S):
            told, _ = await child.communicate()
        return [SoundDevice(**row) for row in json.loads(told)]
    except (TimeoutError, ValueError):
        raise BackendUnavailableError(
            "sound: the devices cannot be listed; is the sound server well?"
        ) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


class SoundSystem:
    """The one PortAudio of this process, as microphone and loudspeaker share it."""

    def __init__(self, afresh: Callable[[], Awaitable[list[SoundDevice]]] = read_afresh) -> None:
        self._afresh = afresh
        self._open = 0
        self._all_closed = asyncio.Event()
        self._all_closed.set()
        self._restarting = asyncio.Lock()
        self.letting_go = False
        """Whoever holds a stream is to close it now, and to `find` its device again."""
        self.restarts = 0

    @contextlib.contextmanager
    def streaming(self) -> Iterator[None]:
        """A stream is open inside the block."""
        self._open += 1
        self._all_closed.clear()
        try:
            yield
        finally:
            self._open -= 1
            if self._open == 0:
                self._all_closed.set()

    async def find(
        self,
        portaudio: Any,  # noqa: ANN401 - the sounddevice module
        wanted: int | str,
        way: Way,
        *,
        doubted: bool = False,
    ) -> SoundDevice:
        """The wanted device as PortAudio numbers it now; hold no stream when you ask.

        `doubted`: opening what was found before failed, so the old list is not believed. Raises
        `BackendUnavailableError` when it is not plugged in.
        """
        async with self._restarting:
            if not doubted:
                with contextlib.suppress(BackendUnavailableError):
                    return choose(devices_of(portaudio), wanted, way)
            choose(await self._afresh(), wanted, way)
            await self._restart(portaudio)
            return choose(devices_of(portaudio), wanted, way)

    async def listed(self) -> list[SoundDevice]:
        """What is plugged in now, whatever PortAudio knows. Disturbs no stream."""
        return await self._afresh()

    async def renew(self, portaudio: Any) -> None:  # noqa: ANN401
        """Let every stream be opened anew by the list as it is now: another is the default."""
        async with self._restarting:
            await self._restart(portaudio)

    async def _restart(self, portaudio: Any) -> None:  # noqa: ANN401
        self.letting_go = True
        try:
            async with asyncio.timeout(LET_GO_WITHIN_S):
                await self._all_closed.wait()
            # A moment of the loop, some 20 ms, in which no sound is under way anywhere.
            portaudio._terminate()
            portaudio._initialize()
            self.restarts += 1
        except TimeoutError:
            raise BackendUnavailableError(
                "sound: a stream that is open was not let go; the device is tried again"
            ) from None
        finally:
            self.letting_go = False
