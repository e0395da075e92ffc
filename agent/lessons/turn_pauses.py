"""Silences of made visitors, as the ears know them: those within turns, and those after them.

The visitors say the lines `known` of `bench/turn_ends.yaml`, questions of the knowledge files,
general visitors' phrases, and short answers, in four made voices, held up where people search for
words: three times as often after a word that calls for more as anywhere else. No recording of a
person is used, and none of the lines by which `foyer bench hearing` judges.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.bench.heard_once import lines
from agent.bench.hearing_words import SITE
from agent.bench.made_pauses import LEAD_S, VOICES, Said, say
from agent.core.errors import BackendUnavailableError
from agent.embedded_words import Embedded, embedded
from agent.models import models_folder
from perception.backends.smart_turn import SmartTurn
from perception.senses import SOUND_RATE_HZ
from perception.turns.completeness import Completeness, completeness
from perception.turns.over import Pause
from perception.turns.pitch import PitchEnd, pitch_end
from perception.turns.turn_end import LISTENS_BACK_S, MODEL
from perception.words.recognition import Reading
from perception.words.site_language import sentences, spoken

KNOWLEDGE: Final = Path("configs/knowledge")
_HEARD_AFTER_S: Final = 0.157
"""When a pause is noticed and judged: 0.125 s, and the frame in which it is."""
_PRE_ROLL_S: Final = 0.3
_STEP: Final = 512
_UNBROKEN: Final = 0.3
_CALLS: Final = 3.0
_LONGEST, _SHORT = 14, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One silence of a made visitor."""

    pause: Pause
    over: bool
    """Nothing more followed."""
    lasts_s: float
    line: int
    """Which line it is of; those of one line belong together."""
    voice: str


def texts(count: int, short: int) -> list[tuple[int, str]]:
    """Lines with bars where they are held up, and their seeds: `known`, `count`, `short` more."""
    chance = random.Random(7)
    asked = [
        spoken(line[3:])
        for path in sorted(KNOWLEDGE.glob("*.md"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    ]
    judged = {_plain(line) for name in ("judged", "slow", "again") for line in lines(name)}
    phrases = [text for text, _ in sentences(SITE, forms=1)]
    pool = [
        text
        for text in asked + phrases
        if 2 <= len(text.split()) <= _LONGEST and text not in judged
    ]
    chance.shuffle(pool)
    long = [_held_up(text, chance) for text in pool[:count]]
    answers = {text for text, _ in sentences(SITE, forms=8) if len(text.split()) <= _SHORT}
    picked = sorted(answers - judged)
    random.Random(3).shuffle(picked)
    return [one for part in (lines("known"), long, picked[:short]) for one in enumerate(part)]


def _plain(line: str) -> str:
    """Its words alone."""
    return " ".join(word for word in line.replace(",", " ").split() if word not in "|/")


def _held_up(text: str, chance: random.Random) -> str:
    words = text.split()
    if len(words) < _SHORT or chance.random() < _UNBROKEN:
        return text
    count = chance.choice([1, 1, 2, 3]) if len(words) > 5 else 1
    weights = [
        _CALLS if completeness(" ".join(words[:k])) is Completeness.DANGLING else 1.0
        for k in range(1, len(words))
    ]
    cuts = {chance.choices(range(1, len(words)), weights)[0] for _ in range(count)}
    out: list[str] = []
    for k, word in enumerate(words):
        out += [chance.choice("|||/")] * (k in cuts) + [word]
    return " ".join(out)


def silences(said: list[tuple[int, str]]) -> Iterator[Silence]:
    """Each line by one of the voices, in turn. Raises `BackendUnavailableError` without flite."""
    recogniser = embedded(SITE)
    ending = SmartTurn(models_folder() / MODEL)
    for i, (seed, line) in enumerate(said):
        try:
            turn = say(line, VOICES[seed % len(VOICES)], seed=seed)
        except BackendUnavailableError as fault:
            if "needs" in str(fault):
                raise
            continue  # a name that the aligner cannot spell
        yield from _of(turn, i, recogniser, ending)


def _of(turn: Said, line: int, recogniser: Embedded, ending: SmartTurn) -> Iterator[Silence]:
    recogniser.start()
    start = fed = round((LEAD_S - _PRE_ROLL_S) * SOUND_RATE_HZ)
    for at, lasts_s, over in [*((a, s, False) for a, s in turn.pauses), (turn.ends_at, 9.0, True)]:
        until = int((at + _HEARD_AFTER_S) * SOUND_RATE_HZ)
        for k in range(fed, until, _STEP):
            recogniser.feed(turn.sound[k : min(k + _STEP, until)])
        fed = max(fed, until)
        since = max(start, until - round(LISTENS_BACK_S * SOUND_RATE_HZ))
        sound = turn.sound[since:until]
        yield Silence(
            pause=_pause(recogniser.finish(), ending.finished(sound), pitch_end(sound)),
            over=over,
            lasts_s=lasts_s,
            line=line,
            voice=turn.voice,
        )


def _pause(reading: Reading, finished: float, pitch: PitchEnd | None) -> Pause:
    return Pause(
        text=reading.text,
        trust=reading.confidence,
        ends_here=reading.ends_here,
        ends_in_english=reading.ends_in_english,
        whole_here=reading.whole_here,
        finished=finished,
        pitch=pitch,
    )
