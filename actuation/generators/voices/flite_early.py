"""Flite's clauses before they are done: phone times after a few milliseconds, then the sound.

Flite settles how long every phone lasts (a regression tree for each of its states), then reckons
spectra frame by frame and only then makes sound, which takes most of the time. The first step is
taken here through flite's own functions and tables, so its times are those of the sound (a test
compares them); the sound comes through the library's own streaming.
"""

import ctypes
from array import array
from collections.abc import Callable
from typing import Final

from actuation.generators.voices.engine import EngineMissingError

_POINTER = ctypes.c_void_p
_STEP: Final = 0.005
"""The shortest state, one frame of spectra; seconds."""
_FIRST_CHUNK, _CHUNK = 640, 6400
"""Samples of the first piece of sound after the silence before it, and of those that follow."""
_RATE_HZ: Final = 16_000


class _Stream(ctypes.Structure):
    _fields_ = (
        ("least", ctypes.c_int),
        ("call", _POINTER),
        ("utterance", _POINTER),
        ("item", _POINTER),
        ("user", _POINTER),
    )


class _Stat(ctypes.Structure):
    _fields_ = (("state", ctypes.c_char_p), ("mean", ctypes.c_float), ("spread", ctypes.c_float))


class _WaveHead(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("rate_hz", ctypes.c_int),
        ("count", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


_ON_SOUND = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(_WaveHead), ctypes.c_int, ctypes.c_int, ctypes.c_int, _POINTER
)
_ON_WAVE = ctypes.CFUNCTYPE(_POINTER, _POINTER)
_SIGNATURES = {
    "new_utterance": (_POINTER, []),
    "utt_set_input_text": (ctypes.c_int, [_POINTER, ctypes.c_char_p]),
    "utt_init": (_POINTER, [_POINTER, _POINTER]),
    "utt_synth": (_POINTER, [_POINTER]),
    "cg_synth": (_POINTER, [_POINTER]),
    "utt_relation_create": (_POINTER, [_POINTER, ctypes.c_char_p]),
    "utt_relation_delete": (ctypes.c_int, [_POINTER, ctypes.c_char_p]),
    "relation_append": (_POINTER, [_POINTER, _POINTER]),
    "item_add_daughter": (_POINTER, [_POINTER, _POINTER]),
    "item_set_string": (None, [_POINTER, ctypes.c_char_p, ctypes.c_char_p]),
    "item_set_int": (None, [_POINTER, ctypes.c_char_p, ctypes.c_int]),
    "cart_interpret": (_POINTER, [_POINTER, _POINTER]),
    "val_float": (ctypes.c_float, [_POINTER]),
    "uttfunc_val": (_POINTER, [_ON_WAVE]),
    "feat_set": (None, [_POINTER, ctypes.c_char_p, _POINTER]),
    "new_audio_streaming_info": (ctypes.POINTER(_Stream), []),
    "audio_streaming_info_val": (_POINTER, [ctypes.POINTER(_Stream)]),
}


class FliteEarly:
    """Makes one clause at a time with a clustergen voice of the library."""

    def __init__(self, flite: ctypes.CDLL, tables: ctypes.CDLL, name: str, voice: int) -> None:
        """`tables`: the library of the voice `name`. Raise `EngineMissingError` without them."""
        self._flite, self._voice = flite, voice
        try:
            for each, (result, arguments) in _SIGNATURES.items():
                function = getattr(flite, each)
                function.restype, function.argtypes = result, arguments
            self._tree = _POINTER.in_dll(tables, f"{name}_dur_cart_table").value
            self._stats = _stats(tables, name)
            self._states = _states(tables, name)
        except (AttributeError, ValueError) as missing:
            raise EngineMissingError(f"this flite tells nothing early: {missing}") from None
        self._usual = next(iter(self._stats.values()))
        self._stretch, self._least = 1.0, _FIRST_CHUNK
        self._waiting = array("h")
        self._fault: Exception | None = None
        self._planned: Callable[[int, list[float]], None]
        self._more: Callable[[bytes], None]
        self._at_wave = _ON_WAVE(self._before_wave)
        self._on_sound = _ON_SOUND(self._sound)

    def speak(
        self,
        text: bytes,
        stretch: float,
        *,
        planned: Callable[[int, list[float]], None],
        more: Callable[[bytes], None],
    ) -> int:
        """Synthesise; return the utterance, which the caller deletes. 0: flite made nothing.

        `planned` gets the utterance and the end of each of its segments, seconds; `more` then
        gets 16-bit sound.
        """
        flite = self._flite
        self._stretch, self._planned, self._more = stretch, planned, more
        self._waiting, self._least, self._fault = array("h"), _FIRST_CHUNK, None
        utterance = int(flite.new_utterance())
        flite.utt_set_input_text(utterance, text)
        flite.utt_init(utterance, self._voice)
        features = ctypes.cast(utterance, ctypes.POINTER(_POINTER))[0]
        flite.feat_set(features, b"wave_synth_func", flite.uttfunc_val(self._at_wave))
        stream = flite.new_audio_streaming_info()
        stream.contents.call = ctypes.cast(self._on_sound, _POINTER).value
        stream.contents.least = _FIRST_CHUNK
        flite.feat_set(features, b"streaming_info", flite.audio_streaming_info_val(stream))
        made = flite.utt_synth(utterance)
        if self._fault is not None:
            flite.delete_utterance(utterance)
            raise self._fault
        if not made:
            flite.delete_utterance(utterance)
            return 0
        if self._waiting:
            more(self._waiting.tobytes())
        return utterance

    def _before_wave(self, utterance: int) -> int | None:
        def tell() -> None:
            ends = self._ends(utterance)
            # Its first segment is silence, and nobody waits for that.
            self._least = _FIRST_CHUNK + round(ends[0] * _RATE_HZ)
            self._planned(utterance, ends)

        if not self._went_well(tell):
            return None
        return int(self._flite.cg_synth(utterance) or 0) or None

    def _went_well(self, call: Callable[[], None]) -> bool:
        """Whether `call` did; else `speak` raises what it raised."""
        try:
            call()
        except Exception as fault:
            # Nothing can be raised through flite's C: ctypes would print it and go on speaking.
            self._fault = fault
            return False
        return True

    def _ends(self, utterance: int) -> list[float]:
        """When each segment ends, by the voice's own trees. Leaves the utterance as it was."""
        flite = self._flite
        states = flite.utt_relation_create(utterance, b"HMMstate")
        segments = flite.utt_relation_create(utterance, b"segstate")
        made: list[list[tuple[int, bytes]]] = []
        item = flite.relation_head(flite.utt_relation(utterance, b"Segment"))
        while item:
            mother = flite.relation_append(segments, item)
            mine = []
            for k, name in enumerate(self._states_of(flite.item_feat_string(item, b"name")), 1):
                state = flite.relation_append(states, None)
                flite.item_add_daughter(mother, state)
                flite.item_set_string(state, b"name", name)
                flite.item_set_int(state, b"statepos", k)
                mine.append((state, name))
            made.append(mine)
            item = flite.item_next(item)
        ends, end = [], 0.0
        for mine in made:
            for state, name in mine:
                mean, spread = self._stats.get(name, self._usual)
                z = flite.val_float(flite.cart_interpret(state, self._tree))
                end += max(self._stretch * (z * spread + mean), _STEP)
            ends.append(end)
        flite.utt_relation_delete(utterance, b"HMMstate")
        flite.utt_relation_delete(utterance, b"segstate")
        return ends

    def _states_of(self, segment: bytes) -> tuple[bytes, ...]:
        return self._states.get(segment) or next(iter(self._states.values()))

    def _sound(
        self, wave: "ctypes._Pointer[_WaveHead]", start: int, size: int, last: int, _: int
    ) -> int:
        part = ctypes.cast(wave.contents.samples, _POINTER).value or 0
        self._waiting.frombytes(ctypes.string_at(part + 2 * start, 2 * size))
        if len(self._waiting) >= self._least and not last:
            if not self._went_well(lambda: self._more(self._waiting.tobytes())):
                return -1
            self._waiting, self._least = array("h"), _CHUNK
        return 0


def _stats(tables: ctypes.CDLL, name: str) -> dict[bytes, tuple[float, float]]:
    """State -> mean and spread of its length, seconds. The first row serves unknown ones."""
    rows = (ctypes.POINTER(ctypes.POINTER(_Stat)) * 1).in_dll(tables, f"{name}_dur_stats_table")[0]
    found: dict[bytes, tuple[float, float]] = {}
    i = 0
    while rows[i]:
        row = rows[i].contents
        found.setdefault(row.state, (row.mean, row.spread))
        i += 1
    return found


def _states(tables: ctypes.CDLL, name: str) -> dict[bytes, tuple[bytes, ...]]:
    """Phone -> the names of its states."""
    rows = (ctypes.POINTER(ctypes.c_char_p) * 256).in_dll(tables, f"{name}_phone_states")
    found: dict[bytes, tuple[bytes, ...]] = {}
    i = 0
    while rows[i]:
        row, k = [], 0
        while rows[i][k]:
            row.append(rows[i][k])
            k += 1
        found[row[0]] = tuple(row[1:])
        i += 1
    return found
