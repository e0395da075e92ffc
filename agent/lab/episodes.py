"""Episodes worth looking at: chosen, written as recordings, and told in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActRefused,
    ActStarted,
    Engagement,
    EngagementChanged,
    Message,
    PageChanged,
    PersonId,
    Stop,
    TurnEnded,
)
from agent.lab.outcomes import DayResult
from agent.lab.tape import Episode
from agent.recording import NS, Recorded, RecordingWriter

MOST: Final = 12
_MOST_OF_A_KIND: Final = 2
_MOST_LINES: Final = 12
_SEEMS: Final = {
    Engagement.PRESENT: "The visitor is in view",
    Engagement.PASSING: "The visitor walks past",
    Engagement.APPROACHING: "The visitor comes nearer",
    Engagement.ATTENDING: "The visitor attends",
    Engagement.ENGAGED: "The visitor stays",
    Engagement.DISENGAGING: "The visitor turns away",
    Engagement.LEFT: "The visitor is out of sight",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An episode in the report, with its recording."""

    day: DayResult
    number: int
    """Of the day, from 1."""
    episode: Episode
    path: Path
    moment_s: float
    """What it is about, seconds from the start of the recording."""
    lines: tuple[tuple[float, str, str], ...]
    """(seconds from the start, `agent` or `visitor` or `fact`, words)."""


def worst(days: Sequence[DayResult]) -> list[tuple[int, DayResult, Episode]]:
    """The worst episodes of all days, few of a kind: (number of the day, the day, the episode)."""
    everything = [
        (number, day, episode)
        for number, day in enumerate(days, 1)
        for episode in day.episodes
        if episode.recorded
    ]
    everything.sort(key=lambda one: (-one[2].cut.severity, one[0], one[2].cut.at))
    chosen: list[tuple[int, DayResult, Episode]] = []
    kinds: dict[str, int] = {}
    for one in everything:
        kind = one[2].cut.kind
        if kinds.get(kind, 0) < _MOST_OF_A_KIND and len(chosen) < MOST:
            kinds[kind] = kinds.get(kind, 0) + 1
            chosen.append(one)
    return chosen


def keep(days: Sequence[DayResult], folder: Path, *, page: bool) -> list[Kept]:
    """Write the worst episodes as recordings into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = []
    for place, (number, day, episode) in enumerate(worst(days), 1):
        path = folder / f"{place:02d}-{episode.cut.kind.replace('_', '-')}.mcap"
        recorded = _with_page(episode.recorded, page)
        _write(path, day, recorded)
        kept.append(
            Kept(
                day=day,
                number=number,
                episode=episode,
                path=path,
                moment_s=max(0.0, episode.cut.at - recorded[0].seen_at),
                lines=_told(episode),
            )
        )
    return kept


def _with_page(recorded: Sequence[Recorded], page: bool) -> list[Recorded]:
    """The stretch, begun by what the agent knew of its devices, so that it can be re-run."""
    at = recorded[0].seen_at
    known = PageChanged(at=at, connected=page, camera=True, microphone=True)
    return [Recorded(at, known), *recorded]


def _write(path: Path, day: DayResult, recorded: Sequence[Recorded]) -> None:
    with path.open("wb") as stream:
        writer = RecordingWriter(stream, round(day.start_unix_s * NS))
        for one in recorded:
            writer.write(one)
        writer.finish()


def _told(episode: Episode) -> tuple[tuple[float, str, str], ...]:
    """What was said and done, in order, near the moment it is about."""
    start = episode.recorded[0].seen_at
    acts = {r.message.act: r.message for r in episode.recorded if isinstance(r.message, Act)}
    who = episode.cut.person
    ids = frozenset(i for v in episode.views for p in v.people if p.person == who for i in p.ids)
    lines: list[tuple[float, str, str]] = []
    for one in episode.recorded:
        told = _line(one.message, acts, ids)
        if told is not None:
            lines.append((one.seen_at - start, *told))
    moment = episode.cut.at - start
    lines.sort(key=lambda line: abs(line[0] - moment))
    return tuple(sorted(lines[:_MOST_LINES]))


def _line(
    message: Message, acts: dict[ActId, Act], ids: frozenset[PersonId]
) -> tuple[str, str] | None:
    match message:
        case ActStarted() if message.text:
            return "agent", message.text
        case Act() if message.gestures and not message.clauses:
            signs = ", ".join(cue.lexeme or cue.meaning or "" for cue in message.gestures)
            return "sign", f"{signs.replace('_', ' ')} ({message.reason.because})"
        case ActFinished() if message.interrupted and acts.get(message.act):
            return "fact", "falls silent" if acts[message.act].clauses else "breaks off"
        case TurnEnded():
            return "visitor", message.text or "(words that were not understood)"
        case ActRefused():
            words = message.text or "a sign"
            return "refused", f"“{words}” – {message.facts.get('why', message.by)}"
        case Stop():
            return "fact", f"stops: {message.reason.because}"
        case EngagementChanged() if message.person in ids:
            return "fact", f"{_SEEMS[message.state]}, {message.distance_m:.1f} m away"
    return None
