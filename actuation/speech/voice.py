"""The agent's voice: words in, sound with the exact time of every phone out.

A voice is a row of a table and runs as a process of its own. When one fails or hangs, its
understudy says that clause; the last understudy is silent and needs nothing, so captions and
body always go on. What was said before, or prepared ahead, is kept and comes back at once.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from actuation.speech.text import Readable, readable
from agent.core.backend import Row, pick
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import BackendChosen

VoiceName = Literal["auto", "flite", "espeak", "piper", "kokoro", "silent"]


class VoiceConfig(BaseModel):
    """Which voice speaks, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    voice: VoiceName = Field(
        "auto", description="The voice; auto takes flite where the system has it, else espeak."
    )
    piper_language: str = Field(
        "en", pattern=r"^[a-z]{2}$", description="The language that the Piper voice speaks."
    )
    pace: float = Field(1.0, ge=0.6, le=1.6, description="Speaking rate, 1 is the voice's own.")
    level_db: float = Field(
        -20.0, ge=-35, le=-10, description="Loudness of speech, RMS decibels under full scale."
    )
    deadline_s: float = Field(
        2.5, ge=0.2, le=30, description="A voice that takes longer for a clause is replaced."
    )
    start_deadline_s: float = Field(
        8.0, ge=0.5, le=60, description="A voice that takes longer to start is given up."
    )
    rest_s: float = Field(
        20.0, ge=0, le=600, description="How long a voice that failed thrice is left alone."
    )
    remembered: int = Field(
        200, ge=0, le=5000, description="Clauses whose sound is kept for the next time."
    )
    piper_model: str = Field("", description="Path of a Piper voice, an .onnx file.")
    kokoro_model: str = Field("", description="Folder with kokoro-v1.0.onnx and voices-v1.0.bin.")


class VoiceFailedError(Exception):
    """A voice did not deliver this clause: it crashed, hung or sent nonsense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One phone and when it sounds."""

    name: str
    """Lower-case ARPAbet without digit; `pau` is silence."""
    start_s: float
    end_s: float
    stress: int = 0
    """1 primary, 2 secondary, 0 none."""
    word: int = -1
    """Index of the written word it belongs to; -1 for silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    """A written word and when it sounds."""

    text: str
    start_s: float
    end_s: float


@dataclass(slots=True)
class Coming:
    """How much of a clause's sound is there already; the rest is on its way."""

    count: int = 0
    """Samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A clause as sound. Times count from its first sample."""

    text: str
    voice: str
    rate_hz: int
    samples: NDArray[np.float32]
    """(n,), in [-1, 1]."""
    phones: tuple[Phone, ...]
    """Contiguous, in order. Empty for the silent voice: the mouth then stays still."""
    words: tuple[SpokenWord, ...]
    """As written, split at white space; one that is not spoken has no length."""
    coming: Coming | None = None
    """Set while the voice still speaks: `samples` has its full length, zeros where none is yet."""

    @property
    def there(self) -> int:
        """How many of its samples may be played."""
        return len(self.samples) if self.coming is None else self.coming.count

    @property
    def duration_s(self) -> float:
        """Length of the sound, seconds."""
        return len(self.samples) / self.rate_hz


class Early(Protocol):
    """Who wants a clause before the voice is done with it."""

    def begun(self, speech: Speech) -> None:
        """Called as soon as the times of all phones are known; sound may not be there yet."""
        ...

    def more(self) -> None:
        """Called whenever more of its sound is there."""
        ...


class Voice(Protocol):
    """One synthesiser."""

    @property
    def name(self) -> str:
        """Its row in the table."""
        ...

    async def start(self) -> None:
        """Be ready to speak, or raise `BackendUnavailableError` with the cure."""
        ...

    async def speak(self, text: str, words: Readable) -> Speech:
        """Synthesise. Raise `VoiceFailedError` when nothing good came within the deadline."""
        ...

    async def close(self) -> None:
        """Let go of the process."""
        ...


@runtime_checkable
class EarlyVoice(Protocol):
    """A voice that can be heard before it is done with a clause."""

    async def speak_early(self, text: str, words: Readable, early: Early) -> Speech:
        """Synthesise like `speak`, and tell of it as it comes. What is returned is whole.

        What was begun and then failed is void: whoever is called next begins again.
        """
        ...


_PROCESS = "actuation.generators.voices.process:ProcessVoice"
VOICES = {
    "flite": Row(
        path=_PROCESS,
        about="Flite slt, clear US English; the system's own library",
        cure="apt-get install flite",
    ),
    "espeak": Row(
        path=_PROCESS,
        about="espeak-ng from PyPI: robotic, runs anywhere",
        packages=("espeakng_loader",),
    ),
    "piper": Row(
        path=_PROCESS,
        about="Piper neural voice; needs its package and a voice file",
        packages=("piper",),
        cure="pip install piper-tts, and set piper_model to a voice's .onnx file",
    ),
    "kokoro": Row(
        path=_PROCESS,
        about="Kokoro neural voice; needs its package and model",
        packages=("kokoro_onnx",),
        cure="pip install kokoro-onnx, and set kokoro_model to the folder with its files",
    ),
    "silent": Row(
        path="actuation.generators.voices.silent:SilentVoice",
        about="no sound, captions only; needs nothing",
    ),
}


SPEAKS = {
    "flite": ("en",),
    "kokoro": ("en",),
    "espeak": ("en", "de", "fr", "es", "zh"),
}
"""Languages of each row; one that is not named here says anything."""


def _rows(wanted: VoiceName) -> tuple[str, ...]:
    """The wanted row and its understudies, in order."""
    if wanted == "silent":
        return ("silent",)
    first = () if wanted == "auto" else (wanted,)
    return tuple(dict.fromkeys((*first, "flite", "espeak", "silent")))


class Voices:
    """The chosen voice, its understudies, and what they have said before."""

    def __init__(
        self,
        *,
        config: VoiceConfig,
        clock: Clock,
        publish: Callable[[BackendChosen], None],
        rows: Sequence[Voice] | None = None,
        language: str = "en",
    ) -> None:
        """`rows` replaces the table, for tests: the wanted voice first, the surest last.

        `language`: of clauses that name none, the site's own.
        """
        self._language = language
        self._config = config
        self._clock = clock
        self._publish = publish
        self._said: OrderedDict[tuple[str, str], Speech] = OrderedDict()
        self._rows: list[Voice] = list(rows) if rows is not None else []
        self._built = self._given = rows is not None
        self._faults: dict[str, list[float]] = {}
        self._missing: dict[str, str] = {}
        self._chosen, self._spoken = "", ""
        self._turn = asyncio.Lock()

    @property
    def rows(self) -> tuple[Voice, ...]:
        """The voices in the order in which they are tried."""
        return tuple(self._rows)

    @property
    def chosen(self) -> str:
        """The row that spoke last, or is ready to."""
        return self._chosen

    async def start(self) -> None:
        """Start the first voice that works here, so that the first clause is not late."""
        self._build()
        async with self._turn:
            for voice in self._rows:
                if self._speaks(voice.name, self._language) and await self._ready(voice):
                    self._choose(voice, self._language)
                    return

    async def speak(self, text: str, language: str = "", early: Early | None = None) -> Speech:
        """Return the sound of a clause: at once when it was said or prepared before.

        `early`: who is told of it while it comes, where the voice can; else it comes whole.
        """
        self._build()
        language = language or self._language
        key = (language, text)
        async with self._turn:
            if (known := self._said.get(key)) is not None:
                self._said.move_to_end(key)
                return known
            speech = await self._say(text, language, early)
            # The silent voice is a stopgap: what it did is not worth keeping.
            if self._config.remembered and speech.phones:
                self._said[key] = speech
                while len(self._said) > self._config.remembered:
                    self._said.popitem(last=False)
            return speech

    async def close(self) -> None:
        """End all voices."""
        for voice in self._rows:
            await voice.close()

    async def adopt(self, config: VoiceConfig) -> None:
        """Speak by this from the next clause on; what was said before is made anew."""
        async with self._turn:
            await self.close()
            self._config = config
            self._said.clear()
            self._faults.clear()
            self._missing.clear()
            if not self._given:
                self._rows, self._built, self._chosen = [], False, ""
            self._spoken = ""
        await self.start()

    async def _say(self, text: str, language: str, early: Early | None) -> Speech:
        words = readable(text, language)
        for voice in self._rows[:-1]:
            if not words.tokens or not self._speaks(voice.name, language):
                continue
            if not await self._ready(voice):
                continue
            try:
                if early is not None and isinstance(voice, EarlyVoice):
                    speech = await voice.speak_early(text, words, early)
                else:
                    speech = await voice.speak(text, words)
            except VoiceFailedError as fault:
                self._faults.setdefault(voice.name, []).append(self._clock.now())
                self._missing[voice.name] = str(fault)
                continue
            self._choose(voice, language)
            return speech
        if words.tokens:
            self._choose(self._rows[-1], language)
        return await self._rows[-1].speak(text, words)

    async def _ready(self, voice: Voice) -> bool:
        now = self._clock.now()
        recent = [at for at in self._faults.get(voice.name, []) if now - at < self._config.rest_s]
        self._faults[voice.name] = recent
        if len(recent) >= 3:
            return False
        try:
            await voice.start()
        except BackendUnavailableError as error:
            # Tried again after the rest: the operator may have installed it meanwhile.
            self._faults[voice.name] = [now] * 3
            self._missing[voice.name] = str(error)
            return False
        return True

    def _speaks(self, name: str, language: str) -> bool:
        if name == "piper":
            return language == self._config.piper_language
        return language in SPEAKS.get(name, (language,))

    def _choose(self, voice: Voice, language: str) -> None:
        if (voice.name, language) == (self._chosen, self._spoken):
            return
        self._chosen, self._spoken = voice.name, language
        able = [row.name for row in self._rows if self._speaks(row.name, language)]
        wanted = self._config.voice
        first = wanted if wanted in able else able[0]
        about = [] if language == self._language else [f"speaks {language}"]
        missing = [why for name, why in self._missing.items() if name != voice.name]
        fallback = voice.name != first
        detail = "; ".join(about + missing * fallback)
        self._publish(
            BackendChosen(
                at=self._clock.now(),
                role="voice",
                backend=voice.name,
                fallback=fallback,
                detail=detail,
                languages=(language,),
            )
        )

    def _build(self) -> None:
        if self._built:
            return
        self._built = True
        for name in _rows(self._config.voice):
            try:
                self._rows.append(pick("voice", VOICES, name)(name=name, config=self._config))
            except BackendUnavailableError as error:
                self._missing[name] = str(error)
