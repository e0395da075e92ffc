"""A face judged whole: lips from every side in one run, what each wish moves, time, life, minutes.

`foyer bench lips` is the quick look at the rules' closures and apexes, with the page; this one is
for everything else about a face. `--short` takes under a minute and leaves out the page, the
minutes and most of the sentences. Our rules are judged, and the learned face from sound alone and
with its text; beside them what others do; the control is the same lips against sound 0.2 s later.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from actuation.generators.lip_reader import LipReader
from actuation.speech.voice import Speech, VoiceName
from agent.bench.face_life import life_figures
from agent.bench.face_minutes import minutes_figures
from agent.bench.face_reader_worth import worth_figures
from agent.bench.face_reading import LipTest
from agent.bench.face_real import real_figures, recordings
from agent.bench.face_sides import learned_face, sides_of
from agent.bench.face_swaps import swap_figures
from agent.bench.face_table import as_table_of_sides, figures_of, measured
from agent.bench.face_takes import MORE_SENTENCES, SENTENCES, by_rule, speak
from agent.bench.face_time import first_frames, learned_figures, rule_figures
from agent.bench.figure import Figure
from agent.bench.lips_page import at_the_page
from agent.core.errors import BackendUnavailableError, BadInputError

if TYPE_CHECKING:
    from actuation.generators.learned_face import LearnedFace

VOICES: tuple[VoiceName, ...] = ("flite", "espeak")
_MINUTES = 10.0
_LIFE_MINUTES, _SHORT_LIFE_MINUTES = 5.0, 0.5


def measure(
    *,
    audio: Path | None = None,
    device: str = "cpu",
    short: bool = False,
    page_minutes: float | None = None,
) -> list[Figure]:
    """Return all figures.

    `audio`: a folder of recordings of real speech; without it that part is not measured. `device`:
    of the learned face. `short`: about a minute, nothing at the page unless `page_minutes` says.
    """
    if page_minutes is not None and not 0 <= page_minutes <= 24 * 60:
        raise BadInputError(f"bench face: --page-minutes {page_minutes:g}: 0 or more, in minutes")
    if audio is not None:
        recordings(audio)
    speeches = _speeches(short)
    learned, missing = learned_face(device)
    if missing:
        _tell(f"learned face {missing}")
    figures = [
        *_side_by_side(speeches, learned, missing, short),
        *swap_figures(_for_swaps(speeches, 1 if short else 6), learned, missing, short=short),
        *real_figures(learned, missing, audio),
    ]
    figures += life_figures(_SHORT_LIFE_MINUTES if short else _LIFE_MINUTES)
    _tell("four at once" if short else "ten minutes of speech, four at once")
    figures += minutes_figures(
        [s for s in speeches if s.voice == speeches[0].voice],
        learned,
        missing,
        0.0 if short else _MINUTES,
    )
    _tell("time and cost")
    figures += rule_figures(asyncio.run(first_frames("flite", SENTENCES)))
    figures += learned_figures(learned, missing, speeches[0])
    if device != "cpu":
        from agent.bench.face_capacity import capacity_figures

        figures += capacity_figures(
            learned, missing, device, speeches[0].samples, speeches[0].rate_hz
        )
    if page_minutes if page_minutes is not None else not short:
        figures += _page(page_minutes)
    return figures


def _page(minutes: float | None) -> list[Figure]:
    """The page under load and jitter. A browser that starves loses its own figures only."""
    found: list[Figure] = []
    try:
        found = at_the_page(minutes, burdened=True)
    except* TimeoutError:
        _tell("the page did not answer in time")
    why = "not measured: the browser did not answer in time; is the machine overloaded?"
    nan = float("nan")
    lost = Figure(name="lips at the page, p95", value=nan, unit="ms", target=20.0, note=why)
    return found or [lost]


def _speeches(short: bool) -> list[Speech]:
    texts = SENTENCES[::3] if short else SENTENCES + MORE_SENTENCES
    speeches, _ = asyncio.run(speak(VOICES[:1] if short else VOICES, texts))
    speeches = speeches or asyncio.run(speak(VOICES, texts))[0]
    if not speeches:
        raise BackendUnavailableError("no voice speaks here: apt-get install flite, or espeakng")
    return speeches


def _for_swaps(speeches: Sequence[Speech], count: int) -> list[Speech]:
    """Those with most lips that close and most that touch the teeth."""

    def telling(speech: Speech) -> int:
        names = [p.name for p in speech.phones]
        return min(sum(n in names_of for n in names) for names_of in ("pbm", "fv"))

    return sorted(speeches, key=telling, reverse=True)[:count]


def _side_by_side(
    speeches: Sequence[Speech], learned: "LearnedFace | None", missing: str, short: bool
) -> list[Figure]:
    """One table for each voice; what the reader of lips is worth on the first."""
    figures: list[Figure] = []
    worth: list[Figure] = []
    for voice in dict.fromkeys(speech.voice for speech in speeches):
        rules = [by_rule(speech) for speech in speeches if speech.voice == voice]
        sides = sides_of(rules, learned, missing)
        try:
            test = LipTest(LipReader.load(), rules)
        except BadInputError as none:
            _tell(f"lips are not read: {none}")
            test = None
        table, measures = measured(sides, test)
        about = f"{sides.held_out} held out of training" if sides.held_out else "learned from"
        _tell(f"side by side, {len(rules)} sentences by {voice} ({about})")
        _tell(as_table_of_sides(table, measures))
        figures += figures_of(sides, table, measures, again=bool(figures))
        if test is not None and not worth:
            worth = worth_figures(test, sides, short=short)
    return figures + worth


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)
