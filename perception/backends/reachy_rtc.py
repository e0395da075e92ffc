"""What aiortc needs to speak with a Reachy Mini's daemon, which is GStreamer's `webrtcsink`."""

import importlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agent.core.clock import Clock
from perception.backends.reachy_signalling import IceCandidate, MediaLostError

VOICE_RATE_HZ: Final = 48_000
Voice = Callable[[int, float], NDArray[np.float32]]
"""(samples wanted, when they leave this machine) -> samples in [-1, 1] at `VOICE_RATE_HZ`."""

_BLOCK: Final = 960
_BLOCK_S: Final = _BLOCK / VOICE_RATE_HZ
_CIPHERS: Final = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:"
    b"ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256"
)
"""aiortc offers elliptic-curve certificates only; GStreamer has an RSA one."""


def spoken(rtc: Any, voice: Voice, clock: Clock) -> Any:  # noqa: ANN401 - a track of aiortc
    """A track that asks `voice` for its next 20 ms whenever they are due."""
    av = importlib.import_module("av")

    class Spoken(rtc.MediaStreamTrack):  # type: ignore[misc]
        kind = "audio"

        def __init__(self) -> None:
            super().__init__()
            self._begun = clock.now()
            self._given = 0

        async def recv(self) -> Any:  # noqa: ANN401 - an av.AudioFrame
            due = self._begun + self._given / VOICE_RATE_HZ
            await clock.sleep_until(due)
            if clock.now() - due > 10 * _BLOCK_S:  # this machine stood still: go on from here
                behind = int((clock.now() - due) / _BLOCK_S)
                self._given += behind * _BLOCK
                due += behind * _BLOCK_S
            samples = np.clip(voice(_BLOCK, due), -1.0, 1.0)
            both = np.repeat(np.round(32767 * samples).astype(np.int16), 2)[None, :]
            # Opus is sent in stereo; made from mono it would be 3 dB softer.
            frame = av.AudioFrame.from_ndarray(both, "s16", "stereo")
            frame.sample_rate, frame.pts = VOICE_RATE_HZ, self._given
            frame.time_base = Fraction(1, VOICE_RATE_HZ)
            self._given += _BLOCK
            return frame

    return Spoken()


def accept_gstreamer(peer: Any) -> None:  # noqa: ANN401 - of aiortc
    """Let the two agree on a cipher, see `_CIPHERS`. aiortc has no setting for it."""
    usual = importlib.import_module("aiortc.rtcdtlstransport").RTCCertificate

    def context_of(self: Any, srtp_profiles: Any) -> Any:  # noqa: ANN401
        context = usual._create_ssl_context(self, srtp_profiles)
        context.set_cipher_list(_CIPHERS)
        return context

    certificate: Any = type("Certificate", (usual,), {"_create_ssl_context": context_of})
    peer._RTCPeerConnection__certificates = [certificate.generateCertificate()]


def candidate_of(said: IceCandidate) -> Any:  # noqa: ANN401 - of aiortc
    """As aiortc takes it. Raises `MediaLostError`."""
    parse = importlib.import_module("aiortc.sdp").candidate_from_sdp
    try:
        candidate = parse(said.candidate.removeprefix("candidate:"))
    except (ValueError, AssertionError, IndexError) as problem:
        raise MediaLostError(f"a way to the robot is not understood ({problem})") from problem
    candidate.sdpMLineIndex = said.line
    return candidate


def ended() -> type[Exception]:
    """What a track raises when it has ended."""
    error: type[Exception] = importlib.import_module("aiortc.mediastreams").MediaStreamError
    return error
