"""Makes the corpus of the learned face: sentences, voices, the teacher's mouth for each.

The teacher is the rule path, given the exact phone times that the engines report. What is learned
from it is to do without those times.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.signal import resample_poly

from actuation.animation import track_of
from actuation.generators.learned_sound import RATE_HZ
from actuation.generators.sounds_of_speech import CLASS_OF, SILENCE
from actuation.generators.training.sentences import sentences
from actuation.generators.training.speakers import Speakers
from actuation.generators.voices.engine import EngineMissingError
from actuation.joints.moves import Bump
from actuation.score import Score
from actuation.speech.phones import PAUSE
from actuation.speech.voice import Speech
from agent.core.messages import Act, ActId, Clause, Reason, UtteranceId

TAUGHT_HZ: Final = 120
_ENGLISH = ("en-us", "en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-us-nyc")
_OTHERS = {"de": "de", "fr": "fr", "es": "es", "zh": "cmn"}
FLITE_VOICES = ("rms", "awb", "kal", "slt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """One sentence as it was spoken, and what the teacher makes of it. Silence around it."""

    samples: NDArray[np.int16]
    """At 16 kHz."""
    mouth: NDArray[np.float16]
    """(m, len(COLUMNS)) at `TAUGHT_HZ` from the first sample on."""
    accents: NDArray[np.float16]
    """(m, 2): how far a brow is up and the head nods with stressed words, 0..1."""
    sounds: NDArray[np.uint8]
    """(m,) index into `CLASSES`."""
    expected: NDArray[np.uint8]
    """(k,) classes in order that the text alone lets expect, by espeak-ng's reading."""
    speaker: str
    text: str
    phones: NDArray[np.float32]
    """(p, 3): class, start and end in seconds, silence too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who says what."""

    engine: str
    speaker: str
    language: str
    pace: float
    text: str


def orders(
    engines: Sequence[str], count: int, seed: int, *, voices: Sequence[str] = FLITE_VOICES
) -> list[Order]:
    """About `count` sentences, shared out between `engines`; each sentence only once."""
    rng = random.Random(f"orders {seed}")
    made: list[Order] = []
    english = list(sentences("en", count, seed))
    if "espeak" in engines:
        share = count // 4
        for language, voice in _OTHERS.items():
            for text in sentences(language, share // 4, seed):
                made.append(_espeak(voice, language, text, rng))
    flite = (count - len(made)) // 2 if len(engines) > 1 else count - len(made)
    for engine, number in (("flite", flite), ("espeak", count - len(made) - flite)):
        if engine not in engines:
            continue
        for _ in range(number if len(engines) > 1 else count - len(made)):
            text = english.pop()
            if engine == "flite":
                speaker, pace = rng.choice(voices), rng.uniform(0.8, 1.3)
                made.append(Order(engine=engine, speaker=speaker, language="en", pace=pace,
                                  text=text))  # fmt: skip
            else:
                made.append(_espeak(rng.choice(_ENGLISH), "en", text, rng))
    return made


def _espeak(voice: str, language: str, text: str, rng: random.Random) -> Order:
    variant = rng.choice(_variants())
    speaker = f"{voice}+{variant} {rng.randint(25, 75)} {rng.randint(20, 90)}"
    return Order(
        engine="espeak", speaker=speaker, language=language, pace=rng.uniform(0.75, 1.3), text=text
    )


@cache
def _variants() -> tuple[str, ...]:
    return tuple(yaml.safe_load(Path(__file__).with_name("variants.yaml").read_text("utf-8")))


def make(wanted: Iterable[Order], seed: int, told: Callable[[int], None]) -> Iterator[Taught]:
    """Have every order spoken. An engine that is missing is left out; its orders are skipped."""
    rng = random.Random(f"corpus {seed}")
    engines: dict[str, Speakers | None] = {}
    try:
        for number, order in enumerate(wanted, 1):
            for engine in ("espeak", order.engine):
                if engine not in engines:
                    engines[engine] = _started(engine)
            speakers, reader = engines[order.engine], engines["espeak"]
            if speakers is None:
                continue
            try:
                speech = speakers.say(
                    order.text, order.speaker, pace=order.pace, language=order.language
                )
                read = speech
                if order.engine != "espeak" and reader is not None:
                    read = reader.say(order.text, "en-us 50 50")
            except ValueError:
                continue
            yield taught(speech, read, rng)
            told(number)
    finally:
        for each in engines.values():
            if each is not None:
                each.close()


def _started(engine: str) -> Speakers | None:
    try:
        return Speakers(engine)
    except EngineMissingError:
        return None


def taught(speech: Speech, read: Speech, rng: random.Random) -> Taught:
    """Dress one sentence with silence and the teacher's face. `read`: the text's phones."""
    before = round(rng.uniform(0.2, 0.7) * TAUGHT_HZ) / TAUGHT_HZ
    after = rng.uniform(0.35, 0.8)
    samples = at_rate(speech.samples, speech.rate_hz)
    pads = round(before * RATE_HZ), round(after * RATE_HZ)
    whole = np.pad(np.clip(samples, -1, 1) * 32767, pads).astype(np.int16)
    times = np.arange(round(len(whole) / RATE_HZ * TAUGHT_HZ)) / TAUGHT_HZ - before
    phones = [p for p in speech.phones if p.end_s > p.start_s]
    sounds = np.full(len(times), SILENCE, np.uint8)
    for phone in phones:
        inside = (times >= phone.start_s) & (times < phone.end_s)
        sounds[inside] = CLASS_OF[phone.name]
    return Taught(
        samples=whole,
        mouth=track_of(speech).evaluate(times).astype(np.float16),
        accents=_accents(speech, times).astype(np.float16),
        sounds=sounds,
        expected=np.array([CLASS_OF[p.name] for p in read.phones if p.name != PAUSE], np.uint8),
        speaker=speech.voice,
        text=speech.text,
        phones=np.array(
            [(CLASS_OF[p.name], p.start_s + before, p.end_s + before) for p in phones], np.float32
        ).reshape(-1, 3),
    )


def at_rate(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """(n,) at 16 kHz."""
    if rate_hz == RATE_HZ:
        return samples
    shared = int(np.gcd(rate_hz, RATE_HZ))
    return np.asarray(resample_poly(samples, RATE_HZ // shared, rate_hz // shared), np.float32)


def _accents(speech: Speech, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2): the rules' brow and nod of each leading stress."""
    act = Act(
        at=0.0,
        act=ActId(1),
        reason=Reason(policy="train", because="corpus"),
        clauses=(Clause(text=speech.text),),
    )
    scored = Score(utterance=UtteranceId(1)).append(act, 0, speech).clauses[0]
    made = np.zeros((len(times), 2))
    for at, strength in scored.accents():
        brow = Bump(at, strength).evaluate(times)
        nod = Bump(at + 0.04, strength, rise_s=0.2, fall_s=0.36).evaluate(times)
        made = np.maximum(made, np.stack([brow, nod], axis=1))
    return made


def write(path: Path, corpus: Sequence[Taught]) -> None:
    """Keep a corpus in one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {}
    for field in fields(Taught):
        values = [np.asarray(getattr(each, field.name)) for each in corpus]
        if field.name in ("speaker", "text"):
            kept[field.name] = np.array([str(v) for v in values])
            continue
        kept[field.name] = np.concatenate(values)
        kept[f"{field.name}_lengths"] = np.array([len(v) for v in values])
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **kept)


def read(path: Path) -> list[Taught]:
    """A corpus from its file."""
    with np.load(path) as file:
        columns: dict[str, Sequence[Any]] = {}
        for field in fields(Taught):
            values = file[field.name]
            if field.name in ("speaker", "text"):
                columns[field.name] = [str(v) for v in values]
                continue
            cuts = np.cumsum(file[f"{field.name}_lengths"])[:-1]
            columns[field.name] = np.split(values, cuts)
    count = len(columns["text"])
    return [Taught(**{name: column[i] for name, column in columns.items()}) for i in range(count)]
