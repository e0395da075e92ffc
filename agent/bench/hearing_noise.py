"""Words in noise and at a distance: by engine, in one table.

Real readers where recordings are given (`--audio DIR`), a made visitor with the site's own names
where flite is installed. Noise is a recorded one or made, and babble of other made readers; rooms
are a recorded response and made ones, near and far. Flat out, each turn by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from agent.bench.figure import Figure
from agent.bench.hearing import visitor_says, word_errors
from agent.bench.hearing_words import SENTENCES, SITE
from agent.bench.overlap_scenes import levelled, made_readers
from agent.bench.sound_rooms import Room
from agent.commands.training.overlap import hum
from agent.core.messages import TurnId, WordsHeard
from agent.embedded_words import embedded
from perception.audio import Sound
from perception.backends.recorded_sound import read_sound
from perception.senses import SOUND_RATE_HZ
from perception.words.recognition import (
    Recogniser,
    RecognitionConfig,
    moonshine_folder,
    whisper_model,
)
from perception.words.site_language import SiteLanguage, site_words, spoken
from perception.words.stable import StableWords

_STEP: Final = 512
_LOUD_DB: Final = -24.0
_LISTENER, _NEAR, _FAR = (2.0, 2.0, 1.4), (2.6, 2.2, 1.6), (4.8, 3.4, 1.6)
RATIOS_DB: Final = (20, 10, 5)
REAL: Final = "real readers"
EXPECTING: Final = "pocketsphinx, site that expects these sentences"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and how it sounds."""

    text: str
    sound: Sound


@dataclass(slots=True)
class Score:
    """Words wrong of words said, and the site's own words read right of those said."""

    wrong: int = 0
    words: int = 0
    own_right: int = 0
    own: int = 0

    @property
    def error(self) -> float:
        """Per cent."""
        return 100.0 * self.wrong / max(1, self.words)

    @property
    def names(self) -> float:
        """Per cent."""
        return 100.0 * self.own_right / max(1, self.own)


def real_readers(audio: Path) -> list[Said]:
    """The recordings below `audio` that have a transcript beside them."""
    said = []
    for text in sorted(audio.rglob("*.txt")):
        if (path := text.with_suffix(".wav")).is_file():
            said.append(Said(spoken(text.read_text(encoding="utf-8")), read_sound(path)))
    return said


def made_visitor(count: int) -> list[Said]:
    """Sentences of the desk, in a voice of flite."""
    return [Said(text, visitor_says(text)) for text in SENTENCES[:count]]


def conditions(audio: Path | None, *, short: bool) -> Iterator[tuple[str, "Change"]]:
    """Names of the conditions, and what each does to a sound."""
    recorded = audio / "noise/noise2.wav" if audio is not None else None
    noise = read_sound(recorded) if recorded is not None and recorded.is_file() else hum(7)
    yield "clean", Change()
    for ratio_db in (10,) if short else RATIOS_DB:
        yield f"noise {ratio_db} dB below", Change(noise=noise, ratio_db=ratio_db)
    if short:
        return
    babble = _babble()
    for ratio_db in RATIOS_DB:
        yield f"babble {ratio_db} dB below", Change(noise=babble, ratio_db=ratio_db)
    response = audio / "noise/rir1.wav" if audio is not None else None
    if response is not None and response.is_file():
        yield "recorded room", Change(response=read_sound(response))
    room = Room(size_m=(6.5, 5.0, 3.0), silent_after_s=0.4)
    yield "made room, 0.7 m", Change(response=room.responses(_NEAR, _LISTENER)[0])
    yield "made room, 3.1 m", Change(response=room.responses(_FAR, _LISTENER)[0])


@dataclass(frozen=True, slots=True)
class Change:
    """A room, then noise."""

    response: Sound | None = None
    noise: Sound | None = None
    ratio_db: float = 0.0

    def of(self, sound: Sound) -> Sound:
        """`sound` as it would be heard there, as loud as before."""
        out = sound
        if self.response is not None:
            from scipy.signal import fftconvolve

            out = np.asarray(fftconvolve(out, self.response)[: out.size + 3200], np.float32)
        out = levelled(out, _LOUD_DB)
        if self.noise is not None:
            under = levelled(np.resize(self.noise, out.size), _LOUD_DB - self.ratio_db)
            out = out + under
        return np.clip(out, -1, 1).astype(np.float32)


def _babble() -> Sound:
    """Six made readers at once."""
    readers = list(made_readers(SENTENCES[5:9]).values())[:6]
    length = 8 * SOUND_RATE_HZ
    parts = [np.resize(np.concatenate(list(map(levelled, one))), length) for one in readers]
    rolled = [np.roll(part, 7000 * k) for k, part in enumerate(parts)]
    mixed: Sound = np.sum(rolled, axis=0).astype(np.float32)
    return mixed


def engines(expected: Sequence[str] = ()) -> tuple[dict[str, Recogniser], str]:
    """Recognisers by name, the free one first, and what is missing here.

    `expected`: sentences for one that has them among the site's own, as if visitors said them.
    """
    from perception.backends.pocketsphinx import PocketsphinxRecogniser

    def sphinx(mixture: float, site: SiteLanguage = SITE) -> Recogniser:
        config = RecognitionConfig(backend="pocketsphinx", mixture=mixture)
        return PocketsphinxRecogniser(config, site)

    found: dict[str, Recogniser] = {
        "pocketsphinx, free": sphinx(0.0),
        "pocketsphinx, site": sphinx(0.5),
    }
    if moonshine_folder() is not None:
        found["moonshine, site"] = embedded(SITE)
    if expected:
        expecting = replace(SITE, phrases=(*SITE.phrases, *expected))
        found[EXPECTING] = sphinx(0.5, expecting)
    config = RecognitionConfig(backend="faster_whisper")
    if whisper_model(config.whisper) is None:
        missing = f"faster_whisper not measured: {config.whisper.model} is not on this disk"
        return found, missing
    from perception.backends.whisper import WhisperRecogniser

    found["faster_whisper"] = WhisperRecogniser(config, SITE)
    return found, ""


def read(recogniser: Recogniser, sound: Sound) -> tuple[str, list[str]]:
    """What is read of one turn in the end, and all that was read meanwhile."""
    quiet = np.zeros(round(0.3 * SOUND_RATE_HZ), np.float32)
    whole = np.concatenate([quiet, sound, quiet])
    recogniser.start()
    partials = []
    for k in range(0, whole.size, _STEP):
        recogniser.feed(whole[k : k + _STEP])
        if words := recogniser.partial():
            partials.append(words)
    return recogniser.finish().text, partials


def score(recogniser: Recogniser, said: Sequence[Said], change: Change, *, shift: int = 0) -> Score:
    """`shift`: each reading is held against another sentence, so many on."""
    found = Score()
    own = site_words(SITE) - site_words(SiteLanguage(phrases=("room house",)))
    for k, one in enumerate(said):
        text, _ = read(recogniser, change.of(one.sound))
        against = said[(k + shift) % len(said)].text
        wrong, words = word_errors(against, text)
        names = [word for word in against.split() if word in own]
        found.wrong += wrong
        found.words += words
        found.own += len(names)
        found.own_right += sum(word in text.split() for word in names)
    return found


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """The table: word errors by reader, condition and engine; names; flicker of what is shown."""
    readers: dict[str, list[Said]] = {"made visitor": made_visitor(6 if short else len(SENTENCES))}
    expected: list[str] = []
    if audio is not None and (real := real_readers(audio)):
        readers[REAL] = real[:2] if short else real
        expected = [one.text for one in real]
    able, missing = engines(expected)
    free = able["pocketsphinx, free"]
    rows: list[Figure] = []
    for name, said in readers.items():
        for where, change in conditions(audio, short=short):
            base = score(free, said, change)
            for engine, recogniser in able.items():
                if recogniser is free or (engine == EXPECTING and name != REAL):
                    continue
                rows += _rows(f"{name}, {where}: {engine}", score(recogniser, said, change), base)
    control = score(free, readers["made visitor"], Change(), shift=1)
    rows.append(
        Figure(
            name="word errors against another sentence (control of all)", value=control.error,
            unit="%", note=missing,
        )
    )  # fmt: skip
    return rows + flicker(able, readers)


def _rows(name: str, found: Score, base: Score) -> list[Figure]:
    rows = [
        Figure(
            name=f"word errors, {name}", value=found.error, unit="%", baseline=base.error,
            baseline_of="general English alone",
        )
    ]  # fmt: skip
    if found.own:
        rows.append(
            Figure(
                name=f"site's names and rooms, {name}", value=found.names, unit="%",
                at_most=False, baseline=base.names, baseline_of="general English alone",
                note=f"of {found.own}",
            )
        )  # fmt: skip
    return rows


def flicker(able: Mapping[str, Recogniser], readers: Mapping[str, Sequence[Said]]) -> list[Figure]:
    """Of the words shown while spoken: how many are taken back later. Raw readings beside."""
    rows = []
    for engine, recogniser in able.items():
        raw, stable, words, behind, looks = 0, 0, 0, 0, 0
        for said in readers.values():
            for one in said:
                final, partials = read(recogniser, levelled(one.sound, _LOUD_DB))
                raw += taken_back([*partials, final])
                shown = as_shown(partials)
                stable += taken_back([*shown, final])
                behind += sum(map(_words, partials)) - sum(map(_words, shown))
                looks += len(partials)
                words += _words(final)
        rows.append(
            Figure(
                name=f"shown words later changed, {engine}", value=100 * stable / max(1, words),
                unit="%", baseline=100 * raw / max(1, words), baseline_of="every reading shown",
                note=f"when the turn settles; shown {behind / max(1, looks):.1f} words behind",
            )
        )  # fmt: skip
    return rows


def _words(text: str) -> int:
    return len(text.split())


def as_shown(partials: Sequence[str]) -> list[str]:
    """What a page shows of readings, by the rule of `StableWords`."""
    judge, shown = StableWords(), []
    for text in partials:
        told = judge.complete(WordsHeard(at=0.0, turn=TurnId(1), revision=0, text=text))
        assert isinstance(told, WordsHeard)
        shown.append(told.stable or "")
    return shown


def taken_back(shown: Sequence[str]) -> int:
    """Words that stood there and were changed by what came next."""
    gone = 0
    for before, after in zip(shown, shown[1:], strict=False):
        a, b = before.split(), after.split()
        same = 0
        while same < min(len(a), len(b)) and a[same] == b[same]:
            same += 1
        gone += len(a) - same
    return gone
