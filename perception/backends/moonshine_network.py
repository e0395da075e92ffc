"""Moonshine on ONNX Runtime: a small network that writes down English as people speak it.

Encoder and decoder of "Moonshine tiny" (Jeffries et al., "Moonshine: Speech recognition for live
transcription and voice commands", 2024; 27 million weights, MIT), as quantised by their authors.
A turn of two seconds is read in some 40 ms of one core, for the encoder takes as long as the sound
is. What it might have been instead can be held against the sound, too, all readings in one call.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from perception.audio import Sound
from perception.words.recognition import MOONSHINE_FILES

_BEGIN: Final = 1
_END: Final = 2
_BLANK: Final = "▁"
_BYTES_FROM: Final = 3
"""Tokens 3 to 258 are the single bytes; the others stand in the order in which pairs merge."""
_SHORTEST: Final = 1600
"""The encoder's first window needs samples enough for one step."""
_TOKENS_A_SECOND: Final = 6.5
"""Nobody speaks faster; more is the decoder going round in circles (as its authors cap it)."""
_ROUNDS, _ROUND_TOKENS = 4, 16
"""As many equal rounds one after the other, and as many tokens in them, are such a circle, too."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written down."""

    text: str
    """With capitals and stops, as people write."""
    numbers: tuple[int, ...]
    """Its tokens."""
    logs: tuple[float, ...]
    """Natural logarithm of each token's chance, the end's last."""


class Vocabulary:
    """Pieces of words and their numbers: byte pair encoding, pairs of lowest number first."""

    def __init__(self, packed: bytes) -> None:
        """`packed`: each token's length (one byte, or two from 128 on) and its bytes.

        Raises `ValueError` or `IndexError` where the last is cut off.
        """
        self._pieces = _unpacked(packed)
        self._numbers: dict[bytes, int] = {}
        for number, piece in enumerate(self._pieces[_BYTES_FROM + 256 :], _BYTES_FROM + 256):
            self._numbers.setdefault(piece, number)

    def __len__(self) -> int:
        """How many tokens there are."""
        return len(self._pieces)

    def text(self, numbers: Sequence[int]) -> str:
        """The text of tokens."""
        joined = b"".join(self._pieces[number] for number in numbers)
        return joined.decode("utf-8", "replace").replace(_BLANK, " ").strip()

    def numbers(self, text: str) -> list[int]:
        """The tokens of a text."""
        signs = [sign.encode() for sign in _BLANK + text.replace(" ", _BLANK)]
        pieces = [piece for sign in signs for piece in self._known(sign)]
        while True:
            pairs = [
                (self._numbers.get(a + b, len(self._pieces)), i)
                for i, (a, b) in enumerate(zip(pieces, pieces[1:], strict=False))
            ]
            best, at = min(pairs, default=(len(self._pieces), 0))
            if best == len(self._pieces):
                return [self._number(piece) for piece in pieces]
            pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]

    def _known(self, sign: bytes) -> list[bytes]:
        return [sign] if sign in self._numbers else [bytes([byte]) for byte in sign]

    def _number(self, piece: bytes) -> int:
        return self._numbers.get(piece, _BYTES_FROM + piece[0])


class Moonshine:
    """Sound in, writing out. Not thread-safe; one core."""

    def __init__(self, folder: Path) -> None:
        """Raises `BackendUnavailableError` where the model is missing or broken."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        encoder, decoder, tokens = MOONSHINE_FILES
        try:
            self.vocabulary = Vocabulary((folder / tokens).read_bytes())
            self._encoder, self._decoder = (
                onnxruntime.InferenceSession(
                    str(folder / name), options, providers=["CPUExecutionProvider"]
                )
                for name in (encoder, decoder)
            )
            chances = self._decoder.get_outputs()[0].shape[-1]
            if len(self.vocabulary) != chances:
                raise ValueError(f"{tokens} has {len(self.vocabulary)} tokens of {chances}")
        except Exception as fault:  # ONNX Runtime raises classes of its own, by cause
            raise BackendUnavailableError(
                f"recogniser: the Moonshine model in {folder} does not load: {fault}; "
                "fetch it with `foyer models pull`"
            ) from fault
        self._answers = [out.name for out in self._decoder.get_outputs()]
        self._memories = [
            given.name
            for given in self._decoder.get_inputs()
            if given.name.startswith("past_key_values")
        ]
        _, self._heads, _, self._size = next(
            given.shape for given in self._decoder.get_inputs() if given.name == self._memories[0]
        )

    def heard(self, sound: Sound) -> Floats:
        """What the encoder makes of `sound`, (n,) at 16 kHz: (1, steps, 288), 24 ms a step."""
        if sound.size < _SHORTEST:
            sound = np.pad(sound, (0, _SHORTEST - sound.size))
        given = {"input_values": sound[None].astype(np.float32)}
        given["attention_mask"] = np.ones((1, sound.size), np.int64)
        heard: Floats = self._encoder.run(None, given)[0]
        return heard

    def write(self, heard: Floats, *, seconds: float, guess: Sequence[int] = ()) -> Written:
        """Write down the likeliest, word piece by word piece, of a sound of so many `seconds`.

        `guess`: tokens it may begin with, as it did when less had been heard. They are judged all
        in one call, and kept as far as they are the likeliest still: the outcome is the same, but
        where two are so alike that rounding decides.
        Of what goes round in circles one round is kept, and how unlikely an end is after it.
        """
        most = max(2, math.ceil(seconds * _TOKENS_A_SECOND)) + 2
        numbers: list[int] = []
        logs: list[float] = []
        ends: list[float] = []
        step, memory = [_BEGIN, *guess[:most]], self._nothing()
        while True:
            logits, memory = self._step(heard, step, memory)
            for row, expected in zip(logits, [*step[1:], None], strict=True):
                best = int(row.argmax())
                logs.append(-_log_of_sum(row - row[best]))
                ends.append(-_log_of_sum(row - row[_END]))
                over = best == _END or len(numbers) == most
                if not over:
                    numbers.append(best)
                if over or (once := _before_circle(numbers)):
                    size = len(numbers) if over else once
                    kept = tuple(numbers[:size])
                    return Written(self.vocabulary.text(kept), kept, (*logs[:size], ends[size]))
                if best != expected:
                    break
            memory = {
                name: value[:, :, : len(numbers)] if ".decoder." in name else value
                for name, value in memory.items()
            }
            step = [numbers[-1]]

    def likelihood(self, heard: Floats, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """How well each of `texts` fits the sound: logarithms of its tokens, the end's last."""
        rows = [[*self.vocabulary.numbers(text), _END] for text in texts]
        longest = max(map(len, rows), default=0)
        if not longest:
            return []
        given = np.full((len(rows), longest), _END, np.int64)
        given[:, 0] = _BEGIN
        for i, row in enumerate(rows):
            given[i, 1 : len(row)] = row[:-1]
        logits, _ = self._run(heard, given, self._nothing(len(rows)), again=False)
        logs = []
        for i, row in enumerate(rows):
            one = logits[i, : len(row)].astype(np.float64)
            one -= one.max(1, keepdims=True)
            one -= np.log(np.exp(one).sum(1, keepdims=True))
            logs.append(tuple(one[np.arange(len(row)), row].tolist()))
        return logs

    def _step(
        self, heard: Floats, numbers: list[int], memory: dict[str, Floats]
    ) -> tuple[NDArray[np.float64], dict[str, Floats]]:
        again = next(iter(memory.values())).shape[2] > 0
        logits, memory = self._run(heard, np.array([numbers], np.int64), memory, again=again)
        return logits[0].astype(np.float64), memory

    def _run(
        self, heard: Floats, numbers: NDArray[np.int64], memory: dict[str, Floats], *, again: bool
    ) -> tuple[Floats, dict[str, Floats]]:
        count = len(numbers)
        given: dict[str, Any] = {
            "encoder_attention_mask": np.ones((count, 1), np.int64),  # all of it, for all steps
            "encoder_hidden_states": np.repeat(heard, count, 0),
            "input_ids": numbers,
            "use_cache_branch": np.array([again]),
            **memory,
        }
        logits, *present = self._decoder.run(None, given)
        kept = dict(memory)
        for name, value in zip(self._answers[1:], present, strict=True):
            if not (again and ".encoder." in name):  # what was heard is remembered once
                kept[name.replace("present", "past_key_values")] = value
        return logits, kept

    def _nothing(self, count: int = 1) -> dict[str, Floats]:
        empty = np.zeros((count, self._heads, 0, self._size), np.float32)
        return dict.fromkeys(self._memories, empty)


def _before_circle(numbers: Sequence[int]) -> int:
    """How many tokens there are up to the end of the first round, or 0 where they do not circle."""
    for size in range(1, len(numbers) // _ROUNDS + 1):
        rounds = max(_ROUNDS, -(-_ROUND_TOKENS // size))
        if numbers[-size * (rounds - 1) :] == numbers[-size * rounds : -size]:
            return len(numbers) - size * (rounds - 1)
    return 0


def _log_of_sum(row: NDArray[np.float64]) -> float:
    return math.log(float(np.exp(row).sum()))


def _unpacked(packed: bytes) -> list[bytes]:
    pieces, at = [], 0
    while at < len(packed):
        size = packed[at]
        at += 1
        if size >= 128:
            size += 128 * (packed[at] - 1)
            at += 1
        pieces.append(packed[at : at + size])
        at += size
    if at > len(packed):
        raise ValueError("the last token is cut off")
    return pieces
