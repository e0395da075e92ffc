"""PortAudio made of numbers, on the running loop's time: devices that can be pulled and put back.

A stream asks for (or brings) a block every 10 ms of the loop's time. `plugged` is what is there;
what PortAudio *lists* is what was plugged in when it was last initialised, as the real one does.
"""

import asyncio
import threading
from types import SimpleNamespace

import numpy as np

BLOCK_S = 0.01


def device(name, *, inputs=0, outputs=2, rate_hz=48_000):
    return {
        "name": name,
        "max_input_channels": inputs,
        "max_output_channels": outputs,
        "default_samplerate": float(rate_hz),
    }


class PortAudioError(Exception):
    pass


class CallbackAbort(Exception):  # noqa: N818 - its own name
    pass


class FakePortAudio:
    """As much of the `sounddevice` module as is used."""

    PortAudioError = PortAudioError
    CallbackAbort = CallbackAbort

    def __init__(self, *plugged, latency_s=0.03, echo=None):
        self.loop = asyncio.get_running_loop()
        self.plugged = list(plugged)
        self.latency_s = latency_s
        self.echo = echo
        """What a microphone hears: (seconds, count) -> samples, (count,) or (count, channels)."""
        self.streams = []
        self.played = []
        """(when it is heard, samples) of every block that was asked for."""
        self.clock_error = 0.0
        self._initialize()

    @property
    def default(self):
        def first(way):
            rows = [i for i, d in enumerate(self._listed) if d[f"max_{way}_channels"]]
            return rows[0] if rows else -1

        return SimpleNamespace(device=(first("input"), first("output")))

    def query_devices(self):
        return [{**d, "index": i} for i, d in enumerate(self._listed)]

    async def afresh(self):
        """What a child process with a PortAudio of its own would list."""
        from agent.core.sound_devices import devices_of

        other = FakePortAudio.__new__(FakePortAudio)
        other._listed = list(self.plugged)
        return devices_of(other)

    def _initialize(self):
        self._listed = list(self.plugged)

    def _terminate(self):
        assert not [s for s in self.streams if s.open], "a stream is open"

    def OutputStream(self, **asked):  # noqa: N802 - its own name
        return self._stream(asked, "output")

    def InputStream(self, **asked):  # noqa: N802 - its own name
        return self._stream(asked, "input")

    def _stream(self, asked, way):
        row = self._listed[asked["device"]]
        if row not in self.plugged:
            raise PortAudioError("Error opening stream: Device unavailable [PaErrorCode -9985]")
        stream = FakeStream(self, row, way, **asked)
        self.streams.append(stream)
        return stream

    def pull(self, name):
        self.plugged = [d for d in self.plugged if d["name"] != name]


class FakeStream:
    def __init__(self, world, row, way, *, samplerate, channels, callback, latency=None, **_):
        self.world, self.row, self.way = world, row, way
        self.rate_hz, self.channels, self.callback = samplerate, channels, callback
        self.latency = world.latency_s
        self.open, self.blocks = True, 0
        self._started = threading.Event()

    def start(self):
        self.world.loop.call_soon_threadsafe(self._begin)

    def _begin(self):
        self.begins_at = self.world.loop.time()
        self._block()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    def abort(self):
        self.open = False

    def close(self):
        self.open = False

    def _block(self):
        if not self.open or self.row not in self.world.plugged:
            return
        count = round(self.rate_hz * BLOCK_S)
        now = self.world.loop.time()
        times = SimpleNamespace(
            currentTime=now,
            outputBufferDacTime=now + self.latency,
            inputBufferAdcTime=now - BLOCK_S,
        )
        if self.way == "output":
            out = np.full((count, self.channels), np.nan, np.float32)
            self.callback(out, count, times, None)
            assert np.isfinite(out).all()
            self.world.played.append((now + self.latency, out[:, 0].copy()))
        else:
            heard = self.world.echo(now - BLOCK_S, count) if self.world.echo else np.zeros(count)
            heard = np.asarray(heard, np.float32)
            block = heard[:, None] if heard.ndim == 1 else heard[:, : self.channels]
            self.callback(block, count, times, None)
        self.blocks += 1
        due = self.begins_at + self.blocks * BLOCK_S * (1 + self.world.clock_error)
        self.world.loop.call_at(due, self._block)
