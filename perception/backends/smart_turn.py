"""Smart Turn v3.2 on ONNX Runtime: from the sound of the last seconds, has the speaker finished?

An encoder of the Whisper kind with a small head, by Daily (BSD 2-clause), 23 languages, 8.7 MB. It
hears intonation and how words trail off, and knows nothing of their meaning. About 50 ms of one
core a judgement: for worker threads, not for the loop. What its encoder makes of a short voice
also tells murmurs from words (`perception/turns/murmur.py`); that takes another 12 ms.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from perception.audio import Sound
from perception.senses import SOUND_RATE_HZ
from perception.turns.murmur import (
    chance_of_murmur,
    phones_of_voice,
    read_lists,
    voice_rows,
    with_phrases,
)
from perception.turns.murmur import features as of_voice
from perception.turns.phones import LAYERS, OUTPUT_WIDTH

_SPAN = 8 * SOUND_RATE_HZ
"""Samples the network looks at."""
_WINDOW, _HOP, _BANDS = 400, 160, 80
_FLOOR = 1e-10
_GRAPH, _GRAPH_OUTPUT, _NAME = 7, 12, 1
"""Fields of ModelProto, GraphProto and ValueInfoProto in `onnx.proto`."""


class SmartTurn:
    """Judges one stretch of sound at a time; remembers nothing."""

    def __init__(self, model: Path) -> None:
        """Load `model`. Raises `BackendUnavailableError` where it is missing or damaged."""
        if not model.is_file():
            raise BackendUnavailableError(
                f"end of turn: {model} is missing; run `foyer models pull`, or set "
                "turns.ending.detector: none"
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                _also_telling(model.read_bytes(), LAYERS),
                options,
                providers=["CPUExecutionProvider"],
            )
        except Exception as fault:  # onnxruntime has no common class of its own faults
            raise BackendUnavailableError(
                f"end of turn: {model} cannot be read ({fault}); delete it and run "
                "`foyer models pull`"
            ) from fault
        self._verdict = self._session.get_outputs()[0].name

    def finished(self, sound: Sound) -> float:
        """Probability, 0..1, that the speaker has finished where `sound` ends. 16 kHz, any length.

        `sound` ends in the silence after the last word; what is older than 8 s is not looked at.
        """
        return self.heard(sound)[0]

    def heard(
        self, sound: Sound, voice_s: tuple[float, float] | None = None
    ) -> tuple[float, float | None]:
        """The same, and the probability that a short voice in it is a listener's murmur.

        `voice_s`: when that voice begins and ends, seconds before the end of `sound`; None: it is
        not asked.
        """
        wanted = [self._verdict] if voice_s is None else [self._verdict, *LAYERS]
        out, *layers = self._session.run(wanted, {"input_features": features(sound)[None]})
        finished = float(np.clip(np.ravel(out)[0], 0.0, 1.0))
        if voice_s is None:
            return finished, None
        rows = _beside(layers)
        told = of_voice(voice_rows(rows[:, -OUTPUT_WIDTH:], *voice_s), voice_s[0] - voice_s[1])
        better = read_lists().fit(phones_of_voice(rows, *voice_s))
        return finished, with_phrases(chance_of_murmur(told), better)

    def layers(self, sound: Sound) -> NDArray[np.float32]:
        """(400, 1152): what `LAYERS` make of the last 8 s beside each other, a row for 20 ms."""
        told = self._session.run(list(LAYERS), {"input_features": features(sound)[None]})
        return _beside(told)


def _beside(layers: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.concatenate([one[0] for one in layers], axis=1, dtype=np.float32)


def _also_telling(model: bytes, names: Sequence[str]) -> bytes:
    """`model` (ONNX) with more outputs: messages of protobuf that follow each other are joined.

    Varints of one byte do: everything that is added is shorter than 128 bytes.
    """
    for name in names:
        told = name.encode()
        for field in (_NAME, _GRAPH_OUTPUT, _GRAPH):
            told = bytes([field << 3 | 2, len(told)]) + told
        model += told
    return model


def features(sound: Sound) -> NDArray[np.float32]:
    """(80, 800): logarithms of mel bands every 10 ms, as Whisper takes them.

    The last 8 s, silence before them where there is less; evened to mean 0 and variance 1.
    Radford et al., "Robust speech recognition via large-scale weak supervision", 2022.
    """
    last = sound[-_SPAN:]
    even = np.zeros(_SPAN, np.float32)
    even[_SPAN - last.size :] = last
    even = (even - even.mean()) / np.sqrt(even.var() + 1e-7)
    padded = np.pad(even, _WINDOW // 2, mode="reflect")
    pieces = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[:_SPAN:_HOP]
    spectrum = np.abs(np.fft.rfft(pieces * _hann(), axis=-1)) ** 2
    bands = np.log10(np.maximum(_FLOOR, spectrum @ _mel_bands()))
    bands = np.maximum(bands, bands.max() - 8.0)
    scaled: NDArray[np.float32] = ((bands.T + 4.0) / 4.0).astype(np.float32)
    return scaled


@cache
def _hann() -> NDArray[np.float32]:
    window: NDArray[np.float32] = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    return window


@cache
def _mel_bands() -> NDArray[np.float32]:
    """(201, 80): triangles on Slaney's mel scale, each of area 1."""
    edges = _hz(np.linspace(0.0, float(_mel(np.array(SOUND_RATE_HZ / 2))), _BANDS + 2))
    bins = np.linspace(0.0, SOUND_RATE_HZ / 2, _WINDOW // 2 + 1)
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (edges[2:] - edges[:-2])
    bands: NDArray[np.float32] = triangles.astype(np.float32)
    return bands


_LINEAR_TO_HZ, _LINEAR_TO_MEL, _STEP = 1000.0, 15.0, np.log(6.4) / 27.0


def _mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    logarithmic = _LINEAR_TO_MEL + np.log(np.maximum(hz, 1.0) / _LINEAR_TO_HZ) / _STEP
    mel: NDArray[np.float64] = np.where(hz < _LINEAR_TO_HZ, 3.0 * hz / 200.0, logarithmic)
    return mel


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    exponential = _LINEAR_TO_HZ * np.exp(_STEP * (mel - _LINEAR_TO_MEL))
    hz: NDArray[np.float64] = np.where(mel < _LINEAR_TO_MEL, 200.0 * mel / 3.0, exponential)
    return hz
