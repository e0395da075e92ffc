"""espeak-ng from PyPI through its synthesis callback, which places phonemes and words by sample.

espeak-ng is GPL-3: it is loaded only here, and this module runs only in a process of its own.
"""

import ctypes
from array import array

from actuation.generators.voices.engine import EngineMissingError, Spoken
from actuation.speech import phones as alphabet

_PHONEME_EVENTS, _IPA = 1, 2
_UTF8 = 1
_RATE = 1
_WORD_EVENT, _PHONEME_EVENT = 1, 7
_NORMAL_WORDS_PER_MINUTE = 165
_STOPS = frozenset(".,;:!?")


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_void_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p),
        ("id", _Id),
    )


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


VOICES = {"en": b"en-us", "de": b"de", "fr": b"fr", "es": b"es", "zh": b"cmn"}
"""Language -> espeak-ng's own name of its voice."""


class EspeakEngine:
    """Speaks five languages at 22,050 Hz: robotic, and always there."""

    def __init__(self) -> None:
        try:
            import espeakng_loader
        except ImportError:
            raise EngineMissingError("pip install espeakng-loader") from None
        self._espeak = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self._rate_hz = int(self._espeak.espeak_Initialize(2, 0, data, _PHONEME_EVENTS | _IPA))
        if self._rate_hz <= 0 or self._espeak.espeak_SetVoiceByName(b"en-us") != 0:
            raise EngineMissingError("espeak-ng's data is broken: reinstall espeakng-loader")
        self._language = "en"
        self._pcm = array("h")
        self._events: list[tuple[int, int, str]] = []
        self._callback = _CALLBACK(self._collect)
        self._espeak.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, pace: float, language: str = "en") -> Spoken:
        """Synthesise `text`."""
        if language != self._language:
            if self._espeak.espeak_SetVoiceByName(VOICES[language]) != 0:
                raise RuntimeError(f"espeak-ng has no voice for {language}")
            self._language = language
        self._pcm, self._events = array("h"), []
        speed = max(80, min(450, round(_NORMAL_WORDS_PER_MINUTE * pace)))
        self._espeak.espeak_SetParameter(_RATE, speed, 0)
        data = text.encode()
        self._espeak.espeak_Synth(data, len(data) + 1, 0, 0, 0, _UTF8, None, None)
        self._espeak.espeak_Synchronize()
        return Spoken(rate_hz=self._rate_hz, pcm=self._pcm, phones=tuple(self._phones(text)))

    def _collect(
        self,
        samples: "ctypes._Pointer[ctypes.c_short]",
        count: int,
        events: "ctypes._Pointer[_Event]",
    ) -> int:
        if samples and count:
            self._pcm.frombytes(ctypes.string_at(samples, 2 * count))
        i = 0
        while events[i].type:
            if events[i].type == _PHONEME_EVENT:
                sign = bytes(events[i].id.string).decode("utf-8", "ignore")
                if not sign.startswith("("):  # `(en)`: the voice changes for a foreign word
                    self._events.append((events[i].sample, events[i].text_position, sign))
            i += 1
        return 0

    def _phones(self, text: str) -> list[tuple[str, float, float, int, int]]:
        token_at = _tokens_by_position(text)
        phones: list[tuple[str, float, float, int, int]] = []
        if self._events and self._events[0][0] > 0:
            phones.append((alphabet.PAUSE, 0.0, self._events[0][0] / self._rate_hz, 0, -1))
        for start, end, position, sign in self._stretches():
            names, stress = alphabet.from_ipa(sign, self._language)
            token = token_at[min(max(position - 1, 0), len(token_at) - 1)] if token_at else -1
            if not names:
                names, stress, token = (alphabet.PAUSE,), 0, -1
            # A vowel coloured by r comes as one event: the vowel has two thirds of it.
            cuts = _cuts(len(names), self._language)
            for name, a, b in zip(names, cuts, cuts[1:], strict=False):
                begin, stop = start + a * (end - start), start + b * (end - start)
                if stop > begin:
                    mark = stress if name in alphabet.VOWELS else 0
                    phones.append((name, begin, stop, mark, token))
        return phones

    def _stretches(self) -> list[tuple[float, float, int, str]]:
        """Start and end in seconds of each event. Those at one sample share the time to the next.

        espeak joins some pairs, such as the l and v of `twelve`, and reports both at the start.
        """
        found: list[tuple[float, float, int, str]] = []
        i = 0
        while i < len(self._events):
            j = i
            while j < len(self._events) and self._events[j][0] == self._events[i][0]:
                j += 1
            start = self._events[i][0]
            end = self._events[j][0] if j < len(self._events) else len(self._pcm)
            step = (end - start) / (j - i) / self._rate_hz
            for k, (_, position, sign) in enumerate(self._events[i:j]):
                begin = start / self._rate_hz + k * step
                found.append((begin, begin + step, position, sign))
            i = j
        return found


def _cuts(count: int, language: str) -> list[float]:
    if language != "en":
        return [i / count for i in range(count + 1)]
    return [0.0, 1.0] if count == 1 else [0.0, 0.65, *([1.0] * (count - 1))]


def _tokens_by_position(text: str) -> list[int]:
    """Index of the token at each character; a space belongs to the next.

    Tokens end at spaces; each Chinese character is one, with the stop that follows it.
    """
    found: list[int] = []
    token, before = 0, ""
    for character in text:
        chinese = "\u3400" <= character <= "\u9fff"
        was = "\u3400" <= before <= "\u9fff"
        after_stop = before in _STOPS and bool(found) and character != " "
        starts = before not in {"", " "} and (chinese or (was and character.isalnum()))
        if character == " " or (starts and not after_stop) or (starts and chinese):
            token += 1
        found.append(token)
        before = character
    return found
