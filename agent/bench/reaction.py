"""`bench reaction`: how soon the agent answers, and how soon it falls silent. At a real page.

A visitor's voice plays through the fake microphone of a real Chromium, and what its loudspeaker got
is recorded inside the page (`reaction_take.py`). Both ends are read off sound: where the visitor's
words end or begin, found in the samples that reached the agent, and where the page begins to be
audible or falls silent. Nothing the agent says about itself enters a figure; when its messages came
is told beside them, as a split by stage.
"""

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from agent.bench.figure import Figure
from agent.bench.reaction_lines import AUDIBLE_DB, RATE_HZ, Line
from agent.bench.reaction_split import told
from agent.bench.reaction_take import SILENT_DB, Take, played_at, say, silence_after, talk
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.core.messages import (
    Act,
    BackendChosen,
    Duck,
    Message,
    Played,
    SpeechStarted,
    Stop,
    TurnEnded,
    TurnPaused,
)
from agent.settings import Settings, read_settings

CONFIG = Path("configs/demo.yaml")
PARTS: Final = ("answers", "interruptions")
QUESTIONS = (
    "where is the restroom",
    "what is the wifi password",
    "are you a robot",
    "where is the lift",
    "what are your opening hours",
    "where can i park",
    "where is the waiting area",
    "can you call me a taxi",
    "thank you",
    "where can i smoke",
    "how are you",
    "where is the cafe",
)
LONG_ANSWERS = (
    "what are your opening hours",
    "where can i park",
    "are you recording me",
    "can i bring my dog",
    "where is the restroom",
    "where is the bus stop",
)
INTERRUPTIONS = (
    "excuse me please wait a moment",
    "wait a minute",
    "stop please",
    "hold on",
    "no no not that one",
    "i have another question",
)
INTERRUPTED: Final = 32
PAUSE_S: Final = 7.5
"""After a question whose answer is heard to its end."""
BREATH_S: Final = 4.0
"""After an interruption."""
LISTEN_S: Final = 1.9
"""From the end of a question to the interruption of its answer, seconds."""
Steps = Mapping[str, Callable[[Message], bool]]


async def measure(only: str | None = None) -> list[Figure]:
    """Talk to the agent as configured; its answers beside those after a fixed 0.8 s of silence.

    `only`: `answers` (four minutes) or `interruptions` (five). Raises `BadInputError` for others.
    """
    wanted = [one.strip() for one in only.split(",")] if only else list(PARTS)
    if unknown := sorted(set(wanted) - set(PARTS)):
        known = ", ".join(PARTS)
        raise BadInputError(f"reaction has no part {', '.join(unknown)}; there is {known}")
    if shutil.which("flite") is None:
        raise BackendUnavailableError("bench reaction: the visitor's voice is flite; install it")
    settings = read_settings(CONFIG)
    rows: list[Figure] = []
    if "answers" in wanted:
        rows += await _answers(settings)
    if "interruptions" in wanted:
        rows += await _interruptions(settings)
    return rows


async def _answers(settings: Settings) -> list[Figure]:
    _tell(f"{len(QUESTIONS)} questions, and half of them to a fixed silence of 0.8 s")
    take = await talk(settings, questions(QUESTIONS))
    plain = await talk(_with_fixed_silence(settings), questions(QUESTIONS[:6]))
    chosen = [m for _, m in take.seen if isinstance(m, BackendChosen) and m.role == "recogniser"]
    recogniser = chosen[0].backend if chosen else "?"
    return [
        *_reaction_figures(_reactions(take), _reactions(plain), recogniser),
        *_stages(take, _ANSWERING, from_end=True),
    ]


async def _interruptions(settings: Settings) -> list[Figure]:
    _tell(f"{INTERRUPTED} answers that are interrupted: about five minutes")
    take = await talk(settings, interruptions(INTERRUPTED))
    cuts, uncut = _cuts(take), _uninterrupted(take)
    return [
        Figure(
            name="barge-in to silence, p95",
            value=1e3 * _percentile(cuts, 95),
            unit="ms",
            target=150,
            control=1e3 * _percentile(uncut, 50),
            control_of="uninterrupted",
            note=f"n = {len(cuts)} of {INTERRUPTED}, p50 {1e3 * _percentile(cuts, 50):.0f} ms",
        ),
        *_stages(take, _YIELDING, from_end=False),
        Figure(
            name="frames of before a cut shown after it",
            value=_stale(take),
            unit="",
            target=0,
            note=f"of {len(take.moments)} pictures",
        ),
    ]


def _reaction_figures(
    reactions: list[float], baseline: list[float], recogniser: str
) -> list[Figure]:
    return [
        Figure(
            name="questions answered",
            value=len(reactions) / len(QUESTIONS),
            unit="",
            target=0.9,
            at_most=False,
            note=f"recogniser {recogniser}",
        ),
        *(
            Figure(
                name=f"end of speech to first sound, p{share}",
                value=1e3 * _percentile(reactions, share),
                unit="ms",
                target=limit,
                baseline=1e3 * _percentile(baseline, share),
                baseline_of="fixed 0.8 s",
                note=f"n = {len(reactions)}",
            )
            for share, limit in ((50, 400), (95, 700))
        ),
    ]


def _is_hold(message: Message) -> bool:
    return isinstance(message, Stop) or (isinstance(message, Duck) and message.gain <= 0.0)


_NOTICED: Final = "the pause is noticed"
_ANSWERING: Final[Steps] = {
    _NOTICED: lambda m: isinstance(m, TurnPaused),
    "the turn is over": lambda m: isinstance(m, TurnEnded),
    "the stage has the reply": lambda m: isinstance(m, Act) and bool(m.clauses),
    "the page reports its first sound": lambda m: isinstance(m, Played) and m.first,
}
_YIELDING: Final[Steps] = {
    "the voice is noticed": lambda m: isinstance(m, SpeechStarted),
    "it is told to lower its voice": lambda m: isinstance(m, Duck) and m.gain < 1.0,
    "it is told to be silent": _is_hold,
}


def _stages(take: Take, steps: Steps, *, from_end: bool) -> list[Figure]:
    """Where the time goes, by when the agent's messages came."""
    rows: dict[str, list[float]] = {}
    for line, at in zip(take.lines, take.heard_at, strict=True):
        if line.interrupts == from_end:
            continue
        since = at + line.voiced[1 if from_end else 0]
        for name, fits in steps.items():
            came = [m.at if isinstance(m, Played) else t for t, m in take.seen if fits(m)]
            near = [moment for moment in came if since - 0.1 < moment < since + 3]
            if near:
                # The last pause is the one that led to the end of the turn.
                moment = near[-1] if name == _NOTICED else near[0]
                rows.setdefault(name, []).append(moment - since)
    return [
        Figure(
            name=f"  until {name}, p50",
            value=1e3 * _percentile(times, 50),
            unit="ms",
            note=f"p95 {1e3 * _percentile(times, 95):.0f} ms",
        )
        for name, times in rows.items()
    ]


def _with_fixed_silence(settings: Settings) -> Settings:
    turns = settings.config.turns
    kinds = ("finished", "closed", "open", "counting", "dangling", "nothing", "goes_on")
    alike = {"judge": "rule", "doubt_factor": 1.0, "adapts": False}
    patience = turns.patience.model_copy(update={f"{k}_s": 0.8 for k in kinds} | alike)
    config = settings.config.model_copy(
        update={"turns": turns.model_copy(update={"patience": patience})}
    )
    return replace(settings, config=config)


def questions(texts: tuple[str, ...]) -> list[Line]:
    """One after the other, each with time for its answer."""
    lines: list[Line] = []
    at = 4.0
    for text in texts:
        lines.append(Line(text, say(text), at))
        at += len(lines[-1].samples) / RATE_HZ + PAUSE_S
    return lines


def interruptions(count: int) -> list[Line]:
    """Questions with long answers, each of which is interrupted; other pairs in every round.

    The first two are not interrupted: they are the control.
    """
    lines = questions(LONG_ANSWERS[:2])
    at = lines[-1].file_s + len(lines[-1].samples) / RATE_HZ + PAUSE_S
    for k in range(count):
        text = LONG_ANSWERS[k % len(LONG_ANSWERS)]
        cut_in = INTERRUPTIONS[(k + k // len(LONG_ANSWERS)) % len(INTERRUPTIONS)]
        lines.append(Line(text, say(text), at))
        at += len(lines[-1].samples) / RATE_HZ + LISTEN_S
        lines.append(Line(cut_in, say(cut_in), at, interrupts=True))
        at += len(lines[-1].samples) / RATE_HZ + BREATH_S
    return lines


def _reactions(take: Take) -> list[float]:
    """From the end of each question to the first audible sample after it, seconds."""
    played = played_at(take, AUDIBLE_DB)
    times = []
    for line, at in zip(take.lines, take.heard_at, strict=True):
        end = at + line.voiced[1]
        after = played[(played > end - 0.02) & (played < end + PAUSE_S - 1)]
        heard_s = float(after[0]) - end if len(after) else None
        times += [] if heard_s is None else [heard_s]
        _tell(told(take, line, at, heard_s))
    return times


def _cuts(take: Take) -> list[float]:
    """From the onset of each interruption to the silence of the page, seconds."""
    played = played_at(take, SILENT_DB)
    return [
        silence_after(played, at + line.voiced[0])
        for line, at in zip(take.lines, take.heard_at, strict=True)
        if line.interrupts and np.any(np.abs(played - (at + line.voiced[0])) < 0.12)
    ]


def _uninterrupted(take: Take) -> list[float]:
    """The same measure where nobody interrupts: from 1.9 s after a question to silence."""
    played = played_at(take, SILENT_DB)
    follows = [*(line.interrupts for line in take.lines[1:]), False]
    moments = [
        at + line.voiced[1] + LISTEN_S
        for line, at, interrupted in zip(take.lines, take.heard_at, follows, strict=True)
        if not line.interrupts and not interrupted
    ]
    return [silence_after(played, m) for m in moments if np.any(np.abs(played - m) < 0.12)]


def _stale(take: Take) -> float:
    """Pictures that showed an older generation than one shown before."""
    generations = np.array([m["generation"] for m in take.moments if "generation" in m])
    if not len(generations):
        return float("nan")
    return float(np.count_nonzero(generations < np.maximum.accumulate(generations)))


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def _percentile(values: list[float], share: float) -> float:
    return float(np.percentile(values, share)) if values else float("nan")
