"""The voices of the corpus, each in a process of its own: many speakers of each engine.

`python -m actuation.generators.training.speakers ENGINE` serves requests as the agent's own voices
do (`voices.serve`), with a `speaker` in each: for espeak a voice with a variant, a pitch and a
range (`en-us+f3 60 50`), for flite the name of a voice.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final

import numpy as np

from actuation.generators.voices import flite as flite_voice
from actuation.generators.voices.engine import EngineMissingError
from actuation.generators.voices.espeak import EspeakEngine
from actuation.generators.voices.flite import FliteEngine
from actuation.speech.sound import dress
from actuation.speech.text import readable
from actuation.speech.voice import Speech

_ROOT = Path(__file__).resolve().parents[3]
_PITCH, _PITCH_RANGE = 3, 4
LEVEL_DB: Final = -20.0


class _Espeak(EspeakEngine):
    def as_speaker(self, speaker: str, language: str) -> None:
        voice, pitch, width = speaker.split()
        if self._espeak.espeak_SetVoiceByName(voice.encode()) != 0:
            raise RuntimeError(f"espeak-ng has no voice {voice}")
        self._espeak.espeak_SetParameter(_PITCH, int(pitch), 0)
        self._espeak.espeak_SetParameter(_PITCH_RANGE, int(width), 0)
        self._language = language


class _Flite(FliteEngine):
    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, tuple[int, int]] = {}

    def as_speaker(self, speaker: str, language: str) -> None:
        """Take on another voice of the system's."""
        if speaker not in self._known:
            self._known[speaker] = flite_voice.registered(speaker)
        self._voice, self._features = self._known[speaker]


def _engine(name: str) -> _Espeak | _Flite:
    return _Espeak() if name == "espeak" else _Flite()


def main(name: str) -> int:
    """Serve requests of standard input until it ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        engine = _engine(name)
    except EngineMissingError as error:
        _send(out, {"missing": str(error)})
        return 1
    _send(out, {"ready": True})
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        try:
            engine.as_speaker(asked["speaker"], asked["language"])
            spoken = engine.speak(asked["text"], asked["pace"], asked["language"])
        except (RuntimeError, EngineMissingError, ValueError) as error:
            _send(out, {"error": repr(error), "bytes": 0})
            continue
        header: dict[str, object] = {"rate_hz": spoken.rate_hz, "phones": spoken.phones}
        _send(out, header | {"bytes": 2 * len(spoken.pcm)}, spoken.pcm.tobytes())
    return 0


def _send(out: BinaryIO, header: dict[str, object], pcm: bytes = b"") -> None:
    out.write(json.dumps(header).encode() + b"\n" + pcm)
    out.flush()


class Speakers:
    """One engine's process, asked sentence by sentence. Use it as a context."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        environment = os.environ | {"PYTHONPATH": str(_ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "actuation.generators.training.speakers", engine],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment,
        )  # fmt: skip
        greeting = self._line()
        if not greeting.get("ready"):
            self.close()
            raise EngineMissingError(str(greeting.get("missing", f"{engine} does not start")))

    def __enter__(self) -> "Speakers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def say(self, text: str, speaker: str, *, pace: float = 1.0, language: str = "en") -> Speech:
        """The sentence as sound with exact phone times; `ValueError` when the engine cannot."""
        words = readable(text, language)
        asked = {"text": words.text, "speaker": speaker, "pace": pace, "language": language}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        header = self._line()
        if "error" in header or "rate_hz" not in header:
            raise ValueError(f"{self.engine} {speaker}: {header.get('error', 'ended')}")
        pcm = self._process.stdout.read(int(header["bytes"]))
        length_s = len(pcm) / 2 / int(header["rate_hz"])
        return dress(
            text=text,
            voice=f"{self.engine} {speaker}",
            words=words,
            rate_hz=int(header["rate_hz"]),
            samples=np.frombuffer(pcm, "<i2").astype(np.float32) / 32768.0,
            # flite's diphone voices report a last pause that is longer than their sound.
            phones=[(str(n), min(a, length_s), min(b, length_s), int(s), int(t))
                    for n, a, b, s, t in header["phones"]],
            level_db=LEVEL_DB,
        )  # fmt: skip

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        answer = json.loads(line) if line else {}
        return answer if isinstance(answer, dict) else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
