"""Kokoro (Apache-2.0), a neural voice, from a folder with its model and voices."""

import os
from array import array
from pathlib import Path

from actuation.generators.voices.engine import EngineMissingError, Spoken
from actuation.speech.phones import from_timed_signs

_MODEL, _VOICES = "kokoro-v1.0.onnx", "voices-v1.0.bin"
_VOICE = "af_heart"


class KokoroEngine:
    """Speaks with `af_heart`; the model must give its durations."""

    def __init__(self) -> None:
        folder = Path(os.environ.get("FOYER_KOKORO_MODEL", ""))
        missing = [n for n in (_MODEL, _VOICES) if not (folder / n).is_file()]
        if missing:
            raise EngineMissingError(
                f"no {' and no '.join(missing)} in {str(folder)!r}; "
                "set kokoro_model to the folder that holds them"
            )
        try:
            from kokoro_onnx import Kokoro
        except ImportError:
            raise EngineMissingError("pip install kokoro-onnx") from None
        self._kokoro = Kokoro(str(folder / _MODEL), str(folder / _VOICES))

    def speak(self, text: str, pace: float, language: str = "en") -> Spoken:
        """Synthesise `text`."""
        samples, rate_hz, times = self._kokoro.create_timed(text, _VOICE, speed=pace, trim=False)
        if not times:
            raise RuntimeError("this Kokoro model gives no phoneme times")
        signs = [(t.phoneme, float(t.start), float(t.end)) for t in times]
        pcm = array("h", (samples.clip(-1, 1) * 32767).astype("int16").tobytes())
        return Spoken(rate_hz=int(rate_hz), pcm=pcm, phones=tuple(from_timed_signs(signs)))
