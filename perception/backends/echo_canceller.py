"""The echo canceller of WebRTC, from the `livekit` wheel; and none. No server is involved."""

from typing import Any

import numpy as np

from agent.core.errors import BackendUnavailableError
from perception.audio import Sound
from perception.microphone.echo import BLOCK
from perception.senses import SOUND_RATE_HZ

_FULL = 32_767


class WebRtcCanceller:
    """Learns the room within a second or two of speech, and goes on learning."""

    delay_s = 127 / SOUND_RATE_HZ
    """As measured; `tests/unit/perception/test_echo.py` measures it again."""

    def __init__(self) -> None:
        try:
            from livekit import rtc

            self._frame = rtc.AudioFrame
            self._module = rtc.AudioProcessingModule(echo_cancellation=True)
        except (ImportError, OSError) as fault:
            raise BackendUnavailableError(
                f"echo canceller: {fault}; pip install 'foyer[local]', or set echo.canceller: none"
            ) from None

    def cancel(self, heard: Sound, played: Sound) -> Sound:
        """`heard` without the echo of `played`; both (BLOCK,)."""
        self._module.process_reverse_stream(self._packed(played))
        # The sound is given just before its echo: where exactly, the canceller finds by itself.
        self._module.set_stream_delay_ms(0)
        near = self._packed(heard)
        self._module.process_stream(near)
        return np.frombuffer(near.data, np.int16).astype(np.float32) / np.float32(_FULL)

    def _packed(self, block: Sound) -> Any:  # noqa: ANN401 - an rtc.AudioFrame
        pcm = np.round(np.clip(block, -1, 1) * _FULL).astype("<i2")
        return self._frame(bytearray(pcm.tobytes()), SOUND_RATE_HZ, 1, BLOCK)


class NoCanceller:
    """Leaves the sound as it is. The agent may hear itself: turns then start at a higher bar."""

    delay_s = 0.0

    def cancel(self, heard: Sound, played: Sound) -> Sound:
        """`heard`, unchanged."""
        return heard
