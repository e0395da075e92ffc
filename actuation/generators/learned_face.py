"""Any sound to a living face: a cloud's voice, an operator, a recording. With its text, better.

    face = LearnedFace.load()
    shapes = face.faces(samples, 16_000, text="Please come in.")      # (m, 52), 60 a second
    stream = face.stream(16_000)
    while ...: shapes = stream.push(chunk)                            # new frames, in real time

What a stream gives is what the whole gives. The card beside the weights says what taught it and
what its figures are no evidence of.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actuation.faces.face import FaceConfig
from actuation.generators.learned_model import FaceModel
from actuation.generators.learned_sound import checked
from actuation.generators.learned_stream import (
    FRAME_RATE_HZ,
    FaceStream,
    Parts,
    joined,
)
from actuation.generators.learned_text import expected_sounds
from actuation.generators.learned_weights import FILE
from actuation.generators.learned_wish import Wish
from actuation.generators.rules_face import AFTER_S, BEFORE_S, COLUMNS

Floats = NDArray[np.float64]
_PIECE_S = 2.0


@dataclass(frozen=True, slots=True)
class LearnedMouth:
    """The mouth of one sound. Times count from its first sample; before and after it is at rest."""

    table: Floats
    """(m, len(COLUMNS)), 60 a second, from `first_s` on."""
    first_s: float

    def evaluate(self, times_s: Floats) -> Floats:
        """(n, len(COLUMNS)) at `times_s`, between frames by Catmull and Rom's cubic."""
        if not len(self.table):
            return np.zeros((len(times_s), len(COLUMNS)))
        at = (np.asarray(times_s) - self.first_s) * FRAME_RATE_HZ
        last = len(self.table) - 1
        low = np.clip(np.floor(at), 0, last).astype(np.int64)
        x = np.clip(at - low, 0.0, 1.0)[:, None]
        a, b, c, d = (self.table[np.clip(low + i, 0, last)] for i in (-1, 0, 1, 2))
        bend = 0.5 * ((c - a) + x * (2 * a - 5 * b + 4 * c - d + x * (3 * (b - c) + d - a)))
        made = np.clip(b + x * bend, np.minimum(b, c), np.maximum(b, c))
        # Beyond its ends the mouth goes to rest within a tenth of a second.
        beyond = np.maximum(-at, at - last) / (0.1 * FRAME_RATE_HZ)
        return np.asarray(made * np.clip(1 - beyond, 0.0, 1.0)[:, None])


class Live:
    """A face that follows a sound while it comes in."""

    def __init__(self, model: FaceModel, stream: FaceStream) -> None:
        self._model = model
        self._stream = stream

    def push(self, samples: object) -> NDArray[np.float32]:
        """(n, 52): the frames that this stretch of sound, (n,), completes."""
        return self.parts(samples).face

    def parts(self, samples: object) -> Parts:
        """The same frames with mouth, expression, head and gaze apart."""
        self._stream.hear(samples)
        return self._made()

    def finish(self) -> Parts:
        """The last frames: nothing follows."""
        self._stream.finish()
        return self._made()

    def _made(self) -> Parts:
        parts = []
        while (due := self._stream.due()) is not None:
            self._model.step([due])
            parts.append(self._stream.wear(due))
        return joined(parts)


class LearnedFace:
    """The networks, ready for any number of sounds."""

    def __init__(self, model: FaceModel) -> None:
        self.model = model

    @classmethod
    def load(cls, path: Path = FILE, device: str = "cpu") -> "LearnedFace":
        """From a file of weights, or raise `BadInputError`."""
        return cls(FaceModel.load(path, device))

    def stream(
        self,
        rate_hz: int,
        *,
        text: str | None = None,
        language: str = "en",
        wish: Wish | None = None,
        seed: int = 0,
        config: FaceConfig | None = None,
    ) -> Live:
        """A face for a sound that is still to come. `text`: what will be said, if it is known."""
        expected = expected_sounds(text, language) if text else ()
        memory = self.model.begin(expected)
        return Live(
            self.model,
            FaceStream(
                memory, self.model.card, rate_hz=rate_hz, wish=wish, seed=seed, config=config
            ),
        )

    def parts(
        self,
        samples: object,
        rate_hz: int,
        *,
        text: str | None = None,
        language: str = "en",
        wish: Wish | None = None,
        seed: int = 0,
        config: FaceConfig | None = None,
    ) -> Parts:
        """A whole sound: frame k is at k / 60 s, as long as the sound lasts.

        `samples`: (n,) in [-1, 1] at 8 to 48 kHz. Raises `BadInputError`.
        """
        sound = checked(samples, rate_hz)
        live = self.stream(
            rate_hz, text=text, language=language, wish=wish, seed=seed, config=config
        )
        piece = round(_PIECE_S * rate_hz)
        made = [live.parts(sound[a : a + piece]) for a in range(0, len(sound), piece)]
        return joined([*made, live.finish()])

    def faces(
        self,
        samples: object,
        rate_hz: int,
        *,
        text: str | None = None,
        language: str = "en",
        wish: Wish | None = None,
        seed: int = 0,
        config: FaceConfig | None = None,
    ) -> NDArray[np.float32]:
        """(m, 52) of a whole sound, as `parts`."""
        return self.parts(
            samples, rate_hz, text=text, language=language, wish=wish, seed=seed, config=config
        ).face

    def mouth(
        self, samples: object, rate_hz: int, *, text: str | None = None, language: str = "en"
    ) -> LearnedMouth:
        """Its mouth alone, from before the first sample until it has come to rest."""
        sound = checked(samples, rate_hz)
        before, after = round(BEFORE_S * rate_hz), round(AFTER_S * rate_hz)
        padded = np.pad(sound, (before, after))
        parts = self.parts(padded, rate_hz, text=text, language=language)
        return LearnedMouth(parts.mouth, -before / rate_hz)
