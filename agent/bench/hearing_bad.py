"""Bad sound through `foyer transcribe`, as a person would run it: what came of each, and memory.

Each file is made here and given to the command in a process of its own, with the real detector and
recogniser. As it should be: so many turns, with or without a word for the cure, and nothing that
ends in a stack of calls. An hour of a quiet room with a click now and then must take no more memory
at its end than at its beginning.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import psutil
import soundfile
from numpy.typing import NDArray

from agent.bench.figure import Figure
from agent.bench.hearing import visitor_says
from agent.bench.hearing_voice import sounds_of_no_voice
from agent.bench.made_pauses import HARD_VOICES, say
from perception.audio import Sound
from perception.senses import SOUND_RATE_HZ

SENTENCE: Final = "i have an appointment at half past ten"
_GERMAN: Final = "guten tag ich habe einen termin um zehn uhr mit der abteilung für einkauf"
_WITHIN_S: Final = 900.0
_LOOK_S: Final = 1.0
_HOUR_S: Final = 3600
_SHORT_HOUR_S: Final = 900
_CHUNK_S: Final = 60
Made = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sound, and what should come of it."""

    sound: Callable[[], Made]
    """(samples,) or (samples, channels)."""
    turns: int
    says: str = ""
    """Part of what is told of it; empty: nothing is told."""
    rate_hz: int = SOUND_RATE_HZ
    refused: bool = False
    or_more: bool = False
    """More turns than `turns` are as good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of one file."""

    code: int
    turns: int
    text: str
    told: str
    grown_mb: float
    most_mb: float
    seconds: float


def cases() -> dict[str, Case]:
    """The list, in the order in which it is told. Raises `BackendUnavailableError`: no flite."""
    voice = _between_quiet(visitor_says(SENTENCE))
    many = np.repeat(voice, 3).astype(np.float32)  # 48 kHz, a sample held for three
    return {
        "as it is": Case(sound=lambda: voice, turns=1),
        "silence": Case(sound=lambda: np.zeros(5 * SOUND_RATE_HZ, np.float32), turns=0,
                        says="one value"),
        "clipping": Case(sound=lambda: np.clip(voice * 12, -1, 1), turns=1, says="cut off"),
        "an offset": Case(sound=lambda: np.clip(voice * 0.6 + 0.3, -1, 1), turns=1,
                          says="off its middle"),
        "8 kHz": Case(sound=lambda: voice[::2], rate_hz=8000, turns=1, says="8000"),
        "48 kHz, stereo": Case(sound=lambda: np.stack([many, 0.7 * many], 1), rate_hz=48_000,
                               turns=1),
        "48 kHz, channels that cancel": Case(sound=lambda: np.stack([many, -many], 1),
                                             rate_hz=48_000, turns=1, says="cancel each other"),
        "values that are no numbers": Case(sound=lambda: _with_holes(voice), turns=0,
                                           says="not numbers", refused=True),
        "a shout, to the stops": Case(sound=_shout, turns=1, says="cut off"),
        "music": Case(sound=lambda: sounds_of_no_voice()["chords"][: 20 * SOUND_RATE_HZ],
                      turns=0, says="no voice"),
        "two languages": Case(sound=_mixed, turns=2, says="hardly understood", or_more=True),
    }  # fmt: skip


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """Three minutes of one core; `short`: a quarter of the hour."""
    rows = [_figure(name, case, came_of(case)) for name, case in cases().items()]
    seconds = _SHORT_HOUR_S if short else _HOUR_S
    hour = came_of(Case(sound=lambda: np.zeros(0, np.float32), turns=0), seconds=seconds)
    return [
        *rows,
        Figure(
            name=f"{seconds / 60:.0f} minutes without speech: memory grown in the last third",
            value=hour.grown_mb, unit="MB", target=10.0,
            note=f"most {hour.most_mb:.0f} MB with the recogniser, {hour.turns} turns, "
            f"{seconds / hour.seconds:.0f} times real time; {hour.told[:60]}",
        ),
    ]  # fmt: skip


def as_it_should(case: Case, came: Came) -> bool:
    """Turns and what is told are those of the case, and nothing broke."""
    enough = came.turns >= case.turns if case.or_more else came.turns == case.turns
    told = case.says in came.told if case.says else not came.told
    return enough and told and came.code == int(case.refused) and "Traceback" not in came.told


def _figure(name: str, case: Case, came: Came) -> Figure:
    said = f", {came.text!r}" if came.text else ""
    return Figure(
        name=f"bad sound: {name}", value=float(as_it_should(case, came)), unit="", target=1.0,
        at_most=False, note=f"{came.turns} turns{said}; told: {came.told or 'nothing'}"[:160],
    )  # fmt: skip


def came_of(case: Case, *, seconds: int = 0) -> Came:
    """Give the sound of `case`, or `seconds` of a quiet room, to the command."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sound.wav")
        if seconds:
            _write_quiet_room(path, seconds)
        else:
            soundfile.write(path, case.sound(), case.rate_hz, subtype="FLOAT")
        return _transcribed(path)


def _transcribed(path: Path) -> Came:
    command = [sys.executable, "-m", "agent", "transcribe", str(path), "--recogniser"]
    out, errors = path.with_suffix(".out"), path.with_suffix(".err")
    sizes: list[float] = []
    with out.open("wb") as said, errors.open("wb") as faults:
        process = psutil.Popen([*command, "pocketsphinx"], stdout=said, stderr=faults)
        begun = time.perf_counter()
        while process.poll() is None:
            sizes.append(_memory_mb(process))
            try:
                process.wait(_LOOK_S if len(sizes) > 1 else 0.1)
            except psutil.TimeoutExpired:
                continue
        took = time.perf_counter() - begun
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    turns = [line for line in lines if line["kind"] == "TurnEnded"]
    told = [line["detail"] for line in lines if line["kind"] == "ComponentHealth"]
    told += errors.read_text(encoding="utf-8").splitlines()
    known = [size for size in sizes if size > 0.0]
    third = max(1, len(known) // 3)  # the first third loads what is needed
    early, late = known[third : 2 * third] or known, known[2 * third : -1] or known
    return Came(
        code=process.returncode,
        turns=len(turns),
        text=" / ".join(line["text"] for line in turns),
        told="; ".join(told),
        grown_mb=float(np.median(late) - np.median(early)),
        most_mb=max(sizes, default=0.0),
        seconds=took,
    )


def _memory_mb(process: psutil.Popen) -> float:
    """Resident memory of the command and its children."""
    try:
        every = [process, *process.children(recursive=True)]
        return float(sum(one.memory_info().rss for one in every)) / 1e6
    except psutil.Error:  # one of them has just ended
        return 0.0


def _between_quiet(sound: Sound) -> Made:
    chance = np.random.default_rng(3)
    before, after = (
        (chance.standard_normal(round(seconds * SOUND_RATE_HZ)) * 1e-4).astype(np.float32)
        for seconds in (1.0, 1.5)
    )
    return np.concatenate([before, sound, after]).astype(np.float32)


def _shout() -> Made:
    return _between_quiet(np.tanh(visitor_says("help me") * 9))


def _with_holes(sound: Made) -> Made:
    holed = sound.copy()
    holed[20_000:20_100] = np.nan
    return holed


def _mixed() -> Made:
    """The sentence, and a German one after it by a voice of espeak."""
    german = say(_GERMAN, (HARD_VOICES[0][0], "de"), seed=0).sound
    return np.concatenate([_between_quiet(visitor_says(SENTENCE)), german]).astype(np.float32)


def _write_quiet_room(path: Path, seconds: int) -> None:
    """A minute of hiss and clicks at a time."""
    chance = np.random.default_rng(4)
    with soundfile.SoundFile(path, "w", SOUND_RATE_HZ, 1, subtype="PCM_16") as file:
        for _ in range(0, seconds, _CHUNK_S):
            room = 3e-4 * chance.standard_normal(_CHUNK_S * SOUND_RATE_HZ)
            at = chance.integers(0, room.size - 200, 5)
            for one in at:
                room[one : one + 200] += 0.05 * chance.standard_normal(200)
            file.write(room.astype(np.float32))
