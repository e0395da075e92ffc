"""What is wrong with a microphone, as its sound tells, in words a person can act on. Pure.

Each trouble has a proof that a quiet or a loud hall does not give: zeros are not quiet, a voice is
too quiet only once there was a voice, an echo is one only where it comes and goes with the agent's
own words, again and again. A trouble that has gone is taken back.
"""

import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import ComponentHealth, Health, Message, StreamQuiet
from perception.audio import FRAME_S, SILENCE_DB, Sound, clipped_share, level_db
from perception.microphone.loop import VoiceLoop
from perception.senses import SOUND_RATE_HZ, Microphone, SoundChunk

_VOICE: Final = 0.5
_VOICED_S: Final = 5.0
"""So much voice is looked at together."""
_SAME: Final = 1e-9
_TELEPHONE_DB: Final = -55.0
"""Voices at 8 kHz have -69 dB and less up there, others -39 and more."""
_TELEPHONE_OVER_DB: Final = -50.0
_GAP_S: Final = 0.5


class TroubleConfig(BaseModel):
    """When a microphone is said to be in trouble."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zeros_s: float = Field(
        20.0, ge=1, le=3600, description="So long nothing but zeros: muted, or dead."
    )
    hush_s: float = Field(
        300.0, ge=10, le=86400, description="So long nothing louder than hush_db: turned down."
    )
    hush_db: float = Field(-75.0, ge=-120, le=-30, description="What counts as nothing.")
    quiet_voice_db: float = Field(
        -52.0, ge=-100, le=-20, description="Voices quieter than this are too quiet."
    )
    clipped: float = Field(
        0.02, gt=0, le=1, description="Share of a voice at the stops that is too much."
    )
    offset: float = Field(
        0.03, gt=0, le=1, description="Constant offset that is too much, of full scale."
    )
    rate_off: float = Field(
        0.02, gt=0, le=1, description="So far sound may run ahead of time or behind it."
    )
    echoes: int = Field(
        3, ge=2, le=20, description="So often running its own words come back: it hears itself."
    )


class DeviceTrouble:
    """Listens for what is wrong. `take` gets sound as it came, `hear` the frames of the ears."""

    component: Final = "perception.sound"

    def __init__(self, config: TroubleConfig) -> None:
        self._config = config
        self._there: dict[str, str] = {}
        self._pace = _Pace(config.rate_off)
        self._zero_s = self._hush_s = self._well_s = self._offset_s = 0.0
        self._last = math.nan
        self._hush_db = SILENCE_DB
        self._mean = 0.0
        self._voice: deque[tuple[float, float, float, float]] = deque(
            maxlen=round(_VOICED_S / FRAME_S)
        )
        self._own = VoiceLoop(config.echoes)

    @property
    def frames(self) -> "_Frames":
        """Only its `hear`: for ears whose microphone is watched already."""
        return _Frames(self)

    @property
    def there(self) -> tuple[str, ...]:
        """The names of the troubles there are now."""
        return tuple(self._there)

    def take(self, chunk: SoundChunk) -> Sequence[Message]:
        """Sound as it came from the device, any length, at `SOUND_RATE_HZ`."""
        if chunk.samples.size == 0:
            return ()
        before = dict(self._there)
        lasts_s = chunk.samples.size / SOUND_RATE_HZ
        good = np.isfinite(chunk.samples)
        self._set("numbers", not good.all(), _NOT_NUMBERS, lasts_s)
        samples = chunk.samples if good.all() else np.where(good, chunk.samples, np.float32(0))
        self._stillness(samples, lasts_s)
        self._level_of(samples, lasts_s)
        told = self._pace.take(chunk)
        if told is not None:
            self._put("rate", _RATE.format(told) if told else "")
        return self._say(chunk.at + lasts_s, before)

    def hear(
        self, frame: SoundChunk, probability: float, *, agent_speaks: bool
    ) -> Sequence[Message]:
        """One frame, and how surely it is a voice."""
        before = dict(self._there)
        voice = probability >= _VOICE
        looped = self._own.hear(voice=voice, agent_speaks=agent_speaks)
        if looped is not None:
            self._put("echo", _ECHO if looped else "")
        if voice and not agent_speaks:
            low, high = _halves(frame.samples)
            self._voice.append((level_db(frame.samples), clipped_share(frame.samples), low, high))
            if len(self._voice) == self._voice.maxlen:
                self._judge_voice()
        return self._say(frame.at + FRAME_S, before)

    def _stillness(self, samples: Sound, lasts_s: float) -> None:
        """Zeros, or one value that never changes: no microphone does that."""
        still = bool(np.ptp(samples) <= _SAME)
        value = float(samples[0])
        goes_on = still and (math.isnan(self._last) or abs(value - self._last) <= _SAME)
        self._zero_s = self._zero_s + lasts_s if goes_on else (lasts_s if still else 0.0)
        self._last = value if still else math.nan
        dead = self._zero_s >= self._config.zeros_s
        self._put("dead", (_ZEROS if abs(value) <= _SAME else _STUCK) if dead else "")

    def _level_of(self, samples: Sound, lasts_s: float) -> None:
        level = level_db(samples - samples.mean())
        loud = level > self._config.hush_db
        self._hush_s = 0.0 if loud else self._hush_s + lasts_s
        self._hush_db = level if self._hush_s <= lasts_s else max(level, self._hush_db)
        hush = self._hush_s >= self._config.hush_s and "dead" not in self._there
        self._put("hush", _HUSH.format(self._hush_db) if hush else "")
        self._mean += min(1.0, lasts_s / 2.0) * (float(samples.mean()) - self._mean)
        off = abs(self._mean) > self._config.offset and math.isnan(self._last)
        self._offset_s = self._offset_s + lasts_s if off else 0.0
        words = _OFFSET.format(float(samples.mean()))
        self._put("offset", words if self._offset_s > _VOICED_S else "")

    def _judge_voice(self) -> None:
        levels, clipped, low, high = np.array(self._voice).T
        loud = np.percentile(levels, 75)
        quiet = loud < self._config.quiet_voice_db
        self._put("quiet voice", _QUIET_VOICE.format(loud) if quiet else "")
        share = float(clipped.mean())
        self._put("clipping", _CLIPPING.format(share) if share > self._config.clipped else "")
        over = 10 * np.log10(high.sum() / (low.sum() + 1e-12) + 1e-12)
        narrow = over < _TELEPHONE_DB and loud > _TELEPHONE_OVER_DB
        self._put("telephone", _TELEPHONE if narrow else "")

    def _set(self, name: str, there: bool, words: str, lasts_s: float) -> None:
        """A trouble of a moment is told until five seconds have been well."""
        if there:
            self._well_s = 0.0
            self._put(name, words)
        elif name in self._there:
            self._well_s += lasts_s
            if self._well_s >= _VOICED_S:
                self._put(name, "")

    def _put(self, name: str, words: str) -> None:
        if not words:
            self._there.pop(name, None)
        elif name not in self._there:  # the first figure stands: else it would be told for ever
            self._there[name] = words

    def _say(self, at: float, before: dict[str, str]) -> Sequence[Message]:
        if before == self._there:
            return ()
        health = Health.DEGRADED if self._there else Health.RUNNING
        detail = "; ".join(self._there.values())
        told = ComponentHealth(at=at, component=self.component, health=health, detail=detail)
        dead = "dead" in self._there
        if dead == ("dead" in before):
            return [told]
        # Chunks still come, so no one else notices that visitors cannot be heard.
        quiet_s = self._zero_s if dead else 0.0
        quiet = StreamQuiet(at=at, stream=self.component, quiet_s=quiet_s, recovered=not dead)
        return [told, quiet]


class _Frames:
    """The half of `DeviceTrouble` that listens with the ears."""

    def __init__(self, trouble: DeviceTrouble) -> None:
        self.hear = trouble.hear


class _Pace:
    """Whether sound comes as fast as time goes."""

    def __init__(self, off: float) -> None:
        self._off = off
        self._since: float | None = None
        self._until = 0.0
        self._taken_s = 0.0
        self._wrong = 0

    def take(self, chunk: SoundChunk) -> float | None:
        """Every ten seconds: how many times too fast, or 0 when it is right; else None."""
        lasts_s = chunk.samples.size / SOUND_RATE_HZ
        if self._since is None or not -_GAP_S < chunk.at - self._until < _GAP_S:
            self._since, self._taken_s = chunk.at, 0.0
        self._until = chunk.at + lasts_s
        over_s = chunk.at - self._since
        if over_s >= 10.0:
            pace = self._taken_s / over_s
            self._since, self._taken_s = chunk.at, lasts_s
            self._wrong = self._wrong + 1 if abs(pace - 1) > self._off else 0
            return (pace if self._wrong >= 2 else 0.0) if self._wrong != 1 else None
        self._taken_s += lasts_s
        return None


class WatchedMicrophone:
    """Passes a microphone on as it is, and lets the trouble be heard."""

    def __init__(
        self, microphone: Microphone, trouble: DeviceTrouble, publish: Callable[[Message], None]
    ) -> None:
        self._microphone = microphone
        self._trouble = trouble
        self._publish = publish

    async def sound(self) -> AsyncIterator[SoundChunk]:
        """As the microphone's own."""
        async for chunk in self._microphone.sound():
            for told in self._trouble.take(chunk):
                self._publish(told)
            yield chunk


def _halves(samples: Sound) -> tuple[float, float]:
    """Power of a voice below 3.4 kHz and above 4.8."""
    power = np.abs(np.fft.rfft(samples * np.hanning(samples.size))) ** 2
    bin_hz = SOUND_RATE_HZ / samples.size
    low, high, top = (round(f / bin_hz) for f in (3400.0, 4800.0, 7500.0))
    return float(power[round(200 / bin_hz) : low].sum()), float(power[high:top].sum())


_NOT_NUMBERS = (
    "the microphone sends values that are no numbers, which are taken for silence; unplug it and"
    " plug it in again, or choose another with microphone.device"
)
_ZEROS = (
    "the microphone sends nothing but zeros: it is muted by a switch, by the system's settings or"
    " by the browser's permission, or another program holds it; switch it on, or choose another"
)
_STUCK = (
    "the microphone sends the same value for ever: its driver hangs; unplug it and plug it in again"
)
_HUSH = (
    "the microphone has heard nothing louder than {:.0f} dB for a long time; if the place is not"
    " as quiet as that, turn its gain up or look whether it is the right one"
)
_QUIET_VOICE = (
    "voices come in at {:.0f} dB, too quiet to be understood well; turn the gain up, or bring the"
    " microphone nearer"
)
_CLIPPING = "{:.0%} of a voice is cut off at the stops; turn the microphone's gain down"
_OFFSET = (
    "the sound is off its middle by {:.2f} of full scale, which is taken out but costs loudness;"
    " try another socket or cable"
)
_RATE = (
    "sound comes {:.2f} times as fast as time goes: the device and its driver disagree about the"
    " sample rate; set one rate in the system's sound settings, or choose another device"
)
_TELEPHONE = (
    "voices have nothing above 4 kHz, as of a telephone: a wireless headset in its call mode, or a"
    " line at 8 kHz; choose another profile of it or another microphone, words are heard better"
)
_ECHO = (
    "the agent hears itself: a voice comes and goes with its own; turn the loudspeaker down or"
    " away, use a headset, or see that echo.canceller is webrtc and the browser's own is on"
)
