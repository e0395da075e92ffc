"""A Piper neural voice from the operator's own .onnx file. GPL-3: only in its own process."""

import os
from array import array
from pathlib import Path

from actuation.generators.voices.engine import EngineMissingError, Spoken
from actuation.speech.phones import from_timed_signs


class PiperEngine:
    """Speaks with the model named by FOYER_PIPER_MODEL, with its own phoneme durations."""

    def __init__(self) -> None:
        path = Path(os.environ.get("FOYER_PIPER_MODEL", ""))
        if not path.is_file():
            raise EngineMissingError(
                f"no Piper voice at {str(path)!r}; set piper_model to an .onnx file, "
                "its .json beside it"
            )
        try:
            from piper import PiperVoice, SynthesisConfig
        except ImportError:
            raise EngineMissingError("pip install piper-tts") from None
        self._options = SynthesisConfig
        try:
            self._voice = PiperVoice.load(path, include_alignments=True)
        except Exception as error:  # the edge of a back-end
            raise EngineMissingError(
                f"{path.name} does not load with phoneme times ({error!r}); pip install onnx"
            ) from None

    def speak(self, text: str, pace: float, language: str = "en") -> Spoken:
        """Synthesise `text`."""
        pcm, rate_hz = array("h"), 22_050
        signs: list[tuple[str, float, float]] = []
        options = self._options(length_scale=1.0 / pace)
        for chunk in self._voice.synthesize(text, options, include_alignments=True):
            rate_hz = chunk.sample_rate
            at = len(pcm)
            if chunk.phoneme_alignments is None:
                raise RuntimeError("this voice gives no phoneme times")
            if signs:
                signs.append((" ", at / rate_hz, at / rate_hz))
            for each in chunk.phoneme_alignments:
                end = at + int(each.num_samples)
                signs.append((each.phoneme, at / rate_hz, end / rate_hz))
                at = end
            pcm.frombytes(chunk.audio_int16_bytes)
        return Spoken(rate_hz=rate_hz, pcm=pcm, phones=tuple(from_timed_signs(signs)))
