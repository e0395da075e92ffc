"""How well and how fast the ears hear, in parts: see `PARTS`. Here: a made visitor, live.

The visitor is Debian's flite, voice slt; the sentences are not those the language model is made
of. Sound runs in its own time through the real components. The control has no site language.
"""

import asyncio
import importlib
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from agent.bench.figure import Figure
from agent.bench.hearing_words import SENTENCES, SITE
from agent.core.clock import Clock, LoopClock
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.core.messages import Message, SpeechStarted, TurnEnded, TurnPaused
from agent.embedded_words import row
from perception.audio import Sound
from perception.backends.recorded_sound import CHUNK, read_sound
from perception.listening import Listening
from perception.senses import SOUND_RATE_HZ, SoundChunk
from perception.turns.taking import TurnsConfig
from perception.words.process import RecogniserProcess
from perception.words.recognition import RecognitionConfig
from perception.words.site_language import SiteLanguage

_TAIL_S = 1.4
_LEAD_S = 0.5


@dataclass(slots=True)
class _Run:
    """What one sentence brought: texts, and delays from the true end of its sound."""

    text: str = ""
    onset_s: float | None = None
    paused_s: float | None = None
    ended_s: float | None = None
    dated_s: float | None = None
    turns: int = 0


@dataclass(slots=True)
class _Ears:
    """Real ears on sound that is handed to them."""

    site: SiteLanguage
    config: TurnsConfig = field(default_factory=TurnsConfig)
    recognition: RecognitionConfig = field(
        default_factory=lambda: RecognitionConfig.model_validate({"backend": row()})
    )

    async def hear(self, sounds: list[Sound], *, in_step: bool) -> tuple[list[_Run], float]:
        """One run for each sound, and the memory of all this, MB."""
        clock = LoopClock(asyncio.get_running_loop())
        said: list[tuple[float, Message]] = []

        def publish(message: Message) -> None:
            said.append((clock.now(), message))

        words = RecogniserProcess(
            config=self.recognition, site=self.site, publish=publish, clock=clock
        )
        runs: list[_Run] = []
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(words.run())
            await words.ready.wait()
            for sound in sounds:
                said.clear()
                microphone = _Played(sound, None if in_step else clock)
                await Listening(
                    microphone=microphone,
                    words=words,
                    lines=_nothing(),
                    stage=_nothing(),
                    publish=publish,
                    clock=clock,
                    config=self.config,
                    in_step=in_step,
                ).run()
                runs.append(_summary(said, microphone))
            memory_mb = _memory_mb()
            keeper.cancel()
        return runs, memory_mb


class _Played:
    """A microphone that hears `sound` after a moment of quiet, and quiet after it."""

    def __init__(self, sound: Sound, clock: Clock | None) -> None:
        self._clock = clock
        loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
        self._onset_s = _LEAD_S + float(loud[0]) / SOUND_RATE_HZ
        self._end_s = _LEAD_S + float(loud[-1]) / SOUND_RATE_HZ
        quiet = np.random.default_rng(1).standard_normal(round((_LEAD_S + _TAIL_S) * SOUND_RATE_HZ))
        hush = (quiet * 1e-4).astype(np.float32)
        lead = round(_LEAD_S * SOUND_RATE_HZ)
        self._sound = np.concatenate([hush[:lead], sound, hush[lead:]])
        self.start = 0.0

    @property
    def onset_at(self) -> float:
        """When the voice began."""
        return self.start + self._onset_s

    @property
    def end_at(self) -> float:
        """When it ended."""
        return self.start + self._end_s

    async def sound(self) -> AsyncIterator[SoundChunk]:
        """Chunks of 20 ms in their own time, or flat out."""
        self.start = self._clock.now() if self._clock else 0.0
        for i in range(0, self._sound.size, CHUNK):
            part = self._sound[i : i + CHUNK]
            at = self.start + i / SOUND_RATE_HZ
            if self._clock:
                await self._clock.sleep_until(at + part.size / SOUND_RATE_HZ)
            yield SoundChunk(at=at, samples=part)


def _summary(said: list[tuple[float, Message]], microphone: _Played) -> _Run:
    run = _Run()
    texts = []
    for now, message in said:
        match message:
            case SpeechStarted() if run.onset_s is None:
                run.onset_s = now - microphone.onset_at
            case TurnPaused():
                run.paused_s = now - microphone.end_at
                run.dated_s = message.at - microphone.end_at
            case TurnEnded():
                run.ended_s = now - microphone.end_at
                run.turns += 1
                texts.append(message.text)
    run.text = " ".join(filter(None, texts))
    return run


def visitor_says(text: str) -> Sound:
    """`text` in the voice of flite slt. Raises `BackendUnavailableError` without flite."""
    flite = shutil.which("flite")
    if flite is None:
        raise BackendUnavailableError("the made visitor needs flite: apt install flite")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "said.wav")
        command = [flite, "-voice", "slt", "-t", text, "-o", str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        return read_sound(path)


def in_noise(sound: Sound, ratio_db: float) -> Sound:
    """`sound` in hiss that falls with frequency, as of a busy room's air, at this ratio."""
    spectrum = np.fft.rfft(np.random.default_rng(2).standard_normal(sound.size))
    spectrum /= np.sqrt(np.arange(spectrum.size) + 40.0)
    hiss = np.fft.irfft(spectrum, sound.size)
    loud = sound[np.abs(sound) > 0.05 * np.abs(sound).max()]
    gain = np.sqrt(np.mean(loud**2) / np.mean(hiss**2) / 10 ** (ratio_db / 10))
    mixed: Sound = np.clip(sound + gain * hiss, -1, 1).astype(np.float32)
    return mixed


def word_errors(said: str, heard: str) -> tuple[int, int]:
    """Words wrong, missing or added, and words said."""
    a, b = said.split(), heard.split()
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        before, row[0] = row[:], i
        for j, other in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (word != other))
    return row[-1], len(a)


def measure(
    audio: Path | None = None, short: bool | None = None, only: str | None = None
) -> list[Figure]:
    """All parts, or those named in `only`, with commas between. Some minutes each; see `PARTS`.

    `audio`: real recordings, laid out as the readers of each part say. `short`: a minute in all.
    """
    wanted = [name.strip() for name in only.split(",")] if only else list(PARTS)
    if unknown := sorted(set(wanted) - PARTS.keys()):
        raise BadInputError(
            f"hearing has no part {', '.join(unknown)}; there is {', '.join(PARTS)}"
        )
    if audio is not None and not audio.is_dir():
        raise BadInputError(f"--audio {audio}: there is no such folder")
    rows: list[Figure] = []
    for name in PARTS:
        if name == "live" and "live" in wanted:
            rows += asyncio.run(_live(SENTENCES[:3] if short else SENTENCES))
        elif name in wanted:
            part = importlib.import_module(f"agent.bench.hearing_{name}")
            rows += part.figures(audio, short=bool(short))
    return rows


PARTS = {
    "live": "turns and words of a made visitor in their own time",
    "noise": "word errors by engine, noise and room; what is shown while spoken",
    "voice": "precision and recall of voice",
    "turns": "when a turn is over, and who is cut off",
    "interruptions": "backchannels and interruptions",
    "where": "azimuth of arrays",
    "overlap": "two at once",
    "who": "whose voice it was",
    "addressee": "whose words they were and for whom, in simulated encounters",
    "echo": "the agent's own voice",
    "bad": "sound that is broken, and an hour without speech",
}


async def _live(sentences: Sequence[str]) -> list[Figure]:
    """About two minutes for twenty sentences in their own time and forty flat out."""
    sounds = [visitor_says(text) for text in sentences]
    noisy = [in_noise(sound, 20) for sound in sounds]
    live, memory_mb = await _Ears(SITE).hear(sounds, in_step=False)
    loud, _ = await _Ears(SITE).hear(noisy, in_step=True)
    plain = _Ears(SITE, recognition=RecognitionConfig(backend="pocketsphinx", mixture=0))
    control, _ = await plain.hear(sounds, in_step=True)
    control_loud, _ = await plain.hear(noisy, in_step=True)
    figures = [
        _error_rate("word errors, clean", live, control, 15.0),
        _error_rate("word errors, hiss 20 dB below", loud, control_loud, None),
    ]
    for name, delays, target in (
        ("voice begins to SpeechStarted", [r.onset_s for r in live], 0.15),
        ("voice ends to TurnPaused", [r.paused_s for r in live], 0.35),
        ("voice ends to TurnEnded", [r.ended_s for r in live], 0.6),
        ("error of the dated end", [abs(r.dated_s or 0.0) for r in live], None),
    ):
        times = [d for d in delays if d is not None]
        for percent in (50, 95):
            figures.append(
                Figure(
                    name=f"{name} p{percent}",
                    value=1e3 * float(np.percentile(times, percent)),
                    unit="ms",
                    target=1e3 * target if target and percent == 50 else None,
                )
            )
    split = float(sum(r.turns - 1 for r in live))
    return [
        *figures,
        Figure(name="turns cut in two", value=split, unit="", target=1.0, note="of twenty"),
        Figure(name="memory of the ears", value=memory_mb, unit="MB", target=450.0),
    ]


def _error_rate(name: str, runs: list[_Run], control: list[_Run], target: float | None) -> Figure:
    def rate(some: list[_Run]) -> float:
        pairs = [word_errors(s, r.text) for s, r in zip(SENTENCES, some, strict=False)]
        return 100.0 * sum(e for e, _ in pairs) / sum(n for _, n in pairs)

    return Figure(
        name=name, value=rate(runs), unit="%", target=target,
        control=rate(control), control_of="without the site's language",
    )  # fmt: skip


def _memory_mb() -> float:
    here = psutil.Process()
    resident = [p.memory_info().rss for p in (here, *here.children(recursive=True))]
    return float(sum(resident)) / 1e6


async def _nothing() -> AsyncIterator[Any]:
    return
    yield
