"""The agent's own voice in its own microphone: how much is taken out, and what stays of a visitor.

A loudspeaker and a microphone in made rooms, a real reader for the agent and another for the
visitor, devices whose clocks run apart and whose delay moves. The control has no canceller.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from agent.bench.figure import Figure
from agent.bench.hearing import visitor_says, word_errors
from agent.bench.hearing_words import SENTENCES
from agent.bench.overlap_scenes import levelled
from agent.bench.sound_rooms import Room
from agent.core.clock import Clock, LoopClock
from agent.virtual_time import VirtualTimeLoop
from perception.audio import Sound, level_db
from perception.backends.recorded_sound import read_sound
from perception.microphone.echo import EchoConfig, EchoFound, PlayedSound
from perception.microphone.echo_free import EchoFreeMicrophone
from perception.senses import SOUND_RATE_HZ, SoundChunk
from perception.words.site_language import spoken

SECONDS: Final = 24
_SETTLED: Final = (10.0, 15.0)
_BOTH: Final = (16.0, 23.5)
_LOUDSPEAKER, _MICROPHONE, _VISITOR = (2.6, 2.0, 1.3), (2.2, 2.0, 1.2), (3.2, 2.5, 1.6)
_STEP: Final = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One room and one pair of devices."""

    name: str
    silent_after_s: float = 0.3
    delay_s: float = 0.04
    """From the moment it is said to be heard, to the microphone."""
    apart: float = 0.0
    """How much too fast the loudspeaker's clock runs."""
    jitter_s: float = 0.0
    """By how much stamps jump about."""
    wanders_s: float = 0.0
    """By how much the delay comes to be longer, evenly over all the time."""
    target_db: float | None = 30.0


CASES: Final = (
    Case(name="one clock, room of 0.3 s"),
    Case(name="one clock, room of 0.6 s", silent_after_s=0.6),
    Case(name="clocks 100 ppm apart, stamps off by 4 ms", apart=1e-4, jitter_s=0.004),
    Case(name="clocks 300 ppm apart", apart=3e-4),
    Case(name="delay that wanders by 10 ms", wanders_s=0.01),
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What came of one case."""

    reduction_db: float
    """Of the echo alone, once it has settled."""
    first_db: float
    """The same in seconds 2 to 5."""
    kept_db: float
    """Level of the visitor while both speak, against the visitor alone."""
    likeness: float
    """Of what is heard while both speak with the visitor alone, 0..1."""
    both: Sound
    """The stretch in which both speak, cleaned."""
    found: EchoFound | None


class _Device:
    """A loudspeaker and a microphone beside each other, in the clock's time."""

    def __init__(
        self, clock: Clock, heard: Sound, far: Sound, played: PlayedSound, case: Case
    ) -> None:
        self._clock, self._heard, self._far = clock, heard, far
        self._played, self._case = played, case
        self._rng = np.random.default_rng(5)
        self.start = clock.now() + 0.1

    async def sound(self) -> AsyncIterator[SoundChunk]:
        """Blocks of 20 ms, each a moment late; what is played is told 30 ms before it is heard."""
        told = 0
        for k in range(self._heard.size // _STEP):
            at = self.start + k * _STEP / SOUND_RATE_HZ
            while told < self._far.size and self._due(told) <= at + 0.05:
                block = self._far[told : told + _STEP // 2]
                self._played.put(self._due(told), block, SOUND_RATE_HZ)
                told += _STEP // 2
            await self._clock.sleep_until(at + 0.022)
            off_s = self._rng.uniform(-1, 1) * self._case.jitter_s
            yield SoundChunk(at=at + off_s, samples=self._heard[k * _STEP : (k + 1) * _STEP])

    def _due(self, sample: int) -> float:
        return self.start + sample / SOUND_RATE_HZ / (1 + self._case.apart)


def echo_in(case: Case, far: Sound) -> Sound:
    """What the microphone hears of `far` alone."""
    room = Room(size_m=(5.0, 4.0, 2.8), silent_after_s=case.silent_after_s)
    heard = room.hears(far, _LOUDSPEAKER, _MICROPHONE)[0]
    moments = np.arange(far.size) / SOUND_RATE_HZ
    late_s = case.delay_s + case.wanders_s * moments / SECONDS
    moved = np.interp((moments - late_s) * (1 + case.apart), moments, heard, left=0.0)
    return np.asarray(moved, np.float32)


def cleaned(case: Case, far: Sound, near: Sound, *, canceller: str = "webrtc") -> Cleaned:
    """Both readers in the room of `case`, and what the canceller makes of it."""
    echo = echo_in(case, far)
    room = Room(size_m=(5.0, 4.0, 2.8), silent_after_s=case.silent_after_s)
    visitor = room.hears(near, _VISITOR, _MICROPHONE)[0]
    # The loudspeaker stands nearer: its voice comes in as loud as the visitor's, or louder.
    visitor *= np.float32(np.std(part(echo, _BOTH)) / np.std(part(visitor, _BOTH)))
    visitor[: round(_BOTH[0] * SOUND_RATE_HZ)] = 0.0
    hiss = (2e-4 * np.random.default_rng(9).standard_normal(far.size)).astype(np.float32)
    left, found = _through(case, far, echo + visitor + hiss, canceller)
    alone, both = part(visitor, _BOTH), part(left, _BOTH)
    lag = np.array([_likeness(part(left, _BOTH, shift), alone) for shift in range(-40, 41, 4)])
    return Cleaned(
        reduction_db=_gone_db(echo, left, _SETTLED),
        first_db=_gone_db(echo, left, (2.0, 5.0)),
        kept_db=level_db(both) - level_db(alone),
        likeness=float(lag.max()),
        both=both,
        found=found,
    )


def _through(
    case: Case, far: Sound, heard: Sound, canceller: str
) -> tuple[Sound, EchoFound | None]:
    async def run() -> tuple[Sound, EchoFound | None]:
        clock, played = LoopClock(asyncio.get_running_loop()), PlayedSound()
        device = _Device(clock, heard, far, played, case)
        microphone = EchoFreeMicrophone(
            device,
            played,
            config=EchoConfig(canceller=canceller),
            clock=clock,
            publish=lambda _: None,
        )
        chunks = [chunk async for chunk in microphone.sound()]
        sound = np.concatenate([chunk.samples for chunk in chunks])
        skip = round((device.start - chunks[0].at) * SOUND_RATE_HZ)
        lead = np.zeros(max(0, -skip), np.float32)
        return np.concatenate([lead, sound[max(0, skip) :]]), microphone.found

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(run())


def part(sound: Sound, between: tuple[float, float], shift: int = 0) -> Sound:
    """The samples between two moments, `shift` samples later."""
    start, end = (round(at * SOUND_RATE_HZ) + shift for at in between)
    return sound[start:end]


def _gone_db(echo: Sound, left: Sound, between: tuple[float, float]) -> float:
    return level_db(part(echo, between)) - level_db(part(left, between))


def _likeness(one: Sound, other: Sound) -> float:
    count = min(one.size, other.size)
    return float(np.corrcoef(one[:count], other[:count])[0, 1])


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """Reduction by room and devices, and the words of a visitor while the agent talks."""
    far, near, text, note = _readers(audio)
    rows: list[Figure] = []
    for case in CASES[:1] if short else CASES:
        found = cleaned(case, far, near)
        plain = cleaned(case, far, near, canceller="none")
        rows += [
            Figure(
                name=f"echo taken out, {case.name}", value=found.reduction_db, unit="dB",
                target=case.target_db, at_most=False, control=plain.reduction_db,
                control_of="no canceller", note=f"{found.first_db:.0f} in seconds 2 to 5; {note}",
            ),
            Figure(
                name=f"visitor's level while both talk, {case.name}", value=found.kept_db,
                unit="dB", target=-6.0, at_most=False, control=plain.kept_db,
                control_of="no canceller",
            ),
        ]  # fmt: skip
    return rows + _words(far, near, text)


def _words(far: Sound, near: Sound, text: str) -> list[Figure]:
    """Word errors of a visitor who talks over the agent."""
    from agent.bench.hearing_noise import engines, read

    recogniser = engines()[0]["pocketsphinx, free"]
    errors = {}
    for name, canceller in (("found", "webrtc"), ("control", "none")):
        both = cleaned(CASES[0], far, near, canceller=canceller).both
        wrong, words = word_errors(text, read(recogniser, levelled(both))[0])
        errors[name] = 100.0 * wrong / max(1, words)
    room = Room(size_m=(5.0, 4.0, 2.8), silent_after_s=CASES[0].silent_after_s)
    alone = room.hears(part(near, _BOTH), _VISITOR, _MICROPHONE)[0]
    wrong, words = word_errors(text, read(recogniser, levelled(alone))[0])
    return [
        Figure(
            name="word errors of a visitor over the agent", value=errors["found"], unit="%",
            baseline=100.0 * wrong / max(1, words), baseline_of="the agent is silent",
            control=errors["control"], control_of="no canceller", note=f"{words} words",
        )
    ]  # fmt: skip


def _readers(audio: Path | None) -> tuple[Sound, Sound, str, str]:
    """The agent for the whole time, the visitor's one sentence, and its words."""
    novel = sorted(audio.glob("librivox/*.wav")) if audio is not None else []
    report = audio / "LJ050-0131.wav" if audio is not None else None
    if novel and report is not None and report.is_file():
        talk, said = read_sound(report), read_sound(novel[0])
        text, note = spoken(novel[0].with_suffix(".txt").read_text(encoding="utf-8")), "readers"
    else:
        talk, text = visitor_says(" ".join(SENTENCES[:4])), SENTENCES[9]
        said, note = visitor_says(text), "made voices"
    length = SECONDS * SOUND_RATE_HZ
    near = np.zeros(length, np.float32)
    begin = round(_BOTH[0] * SOUND_RATE_HZ)
    near[begin : begin + said.size] = levelled(said)[: length - begin]
    return np.resize(levelled(talk, -20.0), length), near, text, note
