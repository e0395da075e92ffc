"""Flite's `slt` voice through the system's own library, which gives every phone's word and time.

The same figures as `flite -psdur`, without the cost of a process a clause. BSD-like licence.
"""

import ctypes
from array import array
from collections.abc import Callable, Sequence
from typing import Final

from actuation.generators.voices.engine import EngineMissingError, RawPhones, Spoken
from actuation.generators.voices.flite_early import FliteEarly

_CURE = "flite is not installed; on Debian or Ubuntu: apt-get install flite"
_POINTER = ctypes.c_void_p
_RATE_HZ: Final = 16_000


class _Wave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("rate_hz", ctypes.c_int),
        ("count", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class _Voice(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("features", _POINTER))


_SIGNATURES = {
    "flite_init": (ctypes.c_int, []),
    "flite_synth_text": (_POINTER, [ctypes.c_char_p, _POINTER]),
    "utt_relation": (_POINTER, [_POINTER, ctypes.c_char_p]),
    "relation_head": (_POINTER, [_POINTER]),
    "item_next": (_POINTER, [_POINTER]),
    "item_parent": (_POINTER, [_POINTER]),
    "item_as": (_POINTER, [_POINTER, ctypes.c_char_p]),
    "item_feat_string": (ctypes.c_char_p, [_POINTER, ctypes.c_char_p]),
    "item_feat_float": (ctypes.c_float, [_POINTER, ctypes.c_char_p]),
    "utt_wave": (ctypes.POINTER(_Wave), [_POINTER]),
    "delete_utterance": (None, [_POINTER]),
    "flite_feat_set_float": (None, [_POINTER, ctypes.c_char_p, ctypes.c_float]),
}


def _library(name: str) -> ctypes.CDLL:
    for pattern in ("lib{}.so.1", "lib{}.so", "lib{}.dylib"):
        try:
            return ctypes.CDLL(pattern.format(name), mode=ctypes.RTLD_GLOBAL)
        except OSError:
            continue
    raise EngineMissingError(_CURE)


def registered(name: str) -> tuple[int, int]:
    """A US English voice of the system's and its features, as flite's own pointers."""
    register = getattr(_library(f"flite_cmu_us_{name}"), f"register_cmu_us_{name}")
    register.restype, register.argtypes = _POINTER, [_POINTER]
    voice = int(register(None))
    return voice, int(ctypes.cast(voice, ctypes.POINTER(_Voice)).contents.features)


class FliteEngine:
    """Speaks with `slt`: clear, female, US English, 16 kHz."""

    usual_db: float | None = -14.6
    """Its level over 74 clauses (standard deviation 0.8); None: it tells nothing early."""

    def __init__(self) -> None:
        self._flite = _library("flite")
        _library("flite_usenglish")
        _library("flite_cmulex")
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(self._flite, name)
            function.restype, function.argtypes = result, arguments
        self._flite.flite_init()
        self._voice, self._features = registered("slt")
        try:
            tables = _library("flite_cmu_us_slt")
            self._early = FliteEarly(self._flite, tables, "cmu_us_slt", self._voice)
        except EngineMissingError:
            self.usual_db = None

    def speak_early(
        self,
        text: str,
        pace: float,
        language: str,
        planned: Callable[[int, RawPhones], None],
        more: Callable[[bytes], None],
    ) -> RawPhones:
        """Synthesise, telling of phones and sound as soon as they are known."""
        told: list[RawPhones] = []

        def tell(utterance: int, ends: list[float]) -> None:
            told.append(tuple(self._phones(utterance, ends)))
            planned(_RATE_HZ, told[0])

        flite = self._flite
        flite.flite_feat_set_float(self._features, b"duration_stretch", 1.0 / pace)
        data = text.encode("ascii", "ignore")
        utterance = self._early.speak(data, 1.0 / pace, planned=tell, more=more)
        if not utterance:
            raise RuntimeError("flite made nothing")
        try:
            return tuple(self._phones(utterance))
        finally:
            flite.delete_utterance(utterance)

    def speak(self, text: str, pace: float, language: str = "en") -> Spoken:
        """Synthesise `text`."""
        flite = self._flite
        flite.flite_feat_set_float(self._features, b"duration_stretch", 1.0 / pace)
        utterance = flite.flite_synth_text(text.encode("ascii", "ignore"), self._voice)
        if not utterance:
            raise RuntimeError("flite made nothing")
        try:
            wave = flite.utt_wave(utterance).contents
            pcm = array("h")
            pcm.frombytes(ctypes.string_at(wave.samples, 2 * wave.count))
            return Spoken(rate_hz=wave.rate_hz, pcm=pcm, phones=tuple(self._phones(utterance)))
        finally:
            flite.delete_utterance(utterance)

    def _phones(
        self, utterance: int, ends: Sequence[float] | None = None
    ) -> list[tuple[str, float, float, int, int]]:
        """`ends`: of its segments, where the utterance does not know them yet."""
        flite = self._flite
        tokens = {self._as(t, b"Token"): i for i, t in enumerate(self._items(utterance, b"Token"))}
        phones = []
        start = 0.0
        for i, item in enumerate(self._items(utterance, b"Segment")):
            name = flite.item_feat_string(item, b"name").decode("ascii", "replace")
            end = ends[i] if ends else float(flite.item_feat_float(item, b"end"))
            stress, token = 0, -1
            if leaf := flite.item_as(item, b"SylStructure"):
                syllable = flite.item_parent(leaf)
                stress = int(flite.item_feat_string(syllable, b"stress") or b"0")
                word = flite.item_as(flite.item_parent(syllable), b"Token")
                token = tokens.get(flite.item_parent(word), -1) if word else -1
            phones.append((name, start, end, stress, token))
            start = end
        return phones

    def _as(self, item: int, relation: bytes) -> int:
        return int(self._flite.item_as(item, relation) or 0)

    def _items(self, utterance: int, relation: bytes) -> list[int]:
        items = []
        item = self._flite.relation_head(self._flite.utt_relation(utterance, relation))
        while item:
            items.append(item)
            item = self._flite.item_next(item)
        return items
