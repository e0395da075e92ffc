"""How the engagement model is taught: moments with a truth, and curves that may only rise or fall.

A moment is what the cues are at one time, from made people, from the simulated lobby or from a
recording. People weigh the same however long each was watched, and so do both answers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BadInputError
from agent.core.messages import Message, PersonLost, PersonSeen, SpeechStarted, TurnEnded
from agent.lessons.engagement_lobby import live
from agent.lessons.engagement_people import Scene
from agent.lessons.practice import Stretch
from perception.engagement.cues import Cue
from perception.engagement.head_tracks import Recording, read_recording
from perception.engagement.judge import Judge, JudgeConfig
from perception.engagement.model import Card, Curve, Weights

EVERY_S = 0.2
FIRST_S = 0.2
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a cue's curve bends, and which way it may go: +1 rises, -1 falls."""

    knots: tuple[float, ...]
    way: int


SHAPES: dict[Cue, Shape] = {
    Cue.GAZE_OFF: Shape((0, 10, 20, 30, 45, 90), -1),
    Cue.GAZE_LONG: Shape((0, 10, 20, 30, 45, 90), -1),
    Cue.UNSTEADY: Shape((0, 4, 8, 16, 32), -1),
    Cue.REST_OFF: Shape((0, 10, 20, 30, 45), -1),
    Cue.AT_REST: Shape((0, 0.25, 0.5, 0.75, 1), 1),
    Cue.CLOSING: Shape((-1, -0.3, 0, 0.3, 1), 1),
    Cue.SPEED: Shape((0.1, 0.3, 0.6, 1.2), -1),
    Cue.COURSE: Shape((0, 0.5, 1, 2, 4), -1),
    Cue.DISTANCE: Shape((0.8, 1.5, 2.5, 4), -1),
    Cue.FACING: Shape((0, 30, 60, 90, 150), -1),
    Cue.WAVE: Shape((0, 1), 1),
    Cue.SPEECH: Shape((0, 0.3, 1), 1),
    Cue.COMPANY: Shape((0, 0.5, 1), 1),
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was known of one person at some moments, and what was true."""

    source: str
    """`made`, `lobby` or the name of a recording."""
    cues: tuple[dict[Cue, float | None], ...]
    engaged: tuple[bool, ...]


def blank() -> Weights:
    """A model that holds nothing of anybody: to collect cues with."""
    return Weights(constant=0.0, curves={})


def lessons_of_scenes(scenes: Iterable[Scene], weights: Weights) -> Iterator[Lesson]:
    """Of made people. `weights` judge whom one stands beside."""
    for scene in scenes:
        judge, due, kept = Judge(weights, JudgeConfig()), dict[str, float](), _Kept("made")
        for moment in scene.moments:
            who, at = moment.seen.person, moment.seen.at
            if moment.speaks:
                judge.hear(at, who)
            judge.see(moment.seen)
            if at >= due.setdefault(who, at + FIRST_S):
                due[who] = at + EVERY_S
                kept.add(who, judge.cues_of(who), moment.engaged)
        yield from kept.lessons()


def lessons_of_recording(recording: Recording, weights: Weights) -> Iterator[Lesson]:
    """Of a recording whose first line holds `people_engaged`."""
    truth = recording.header.get("people_engaged")
    if not isinstance(truth, bool):
        raise BadInputError(f"{recording.path}:1: people_engaged: true or false is needed")
    judge, due = Judge(weights, JudgeConfig()), dict[str, float]()
    kept = _Kept(recording.path.stem)
    for seen in recording.sightings():
        judge.see(seen)
        if seen.at >= due.setdefault(seen.person, seen.at + FIRST_S):
            due[seen.person] = seen.at + EVERY_S
            kept.add(seen.person, judge.cues_of(seen.person), truth)
    yield from kept.lessons()


def lessons_of_lobby(stretch: Stretch, weights: Weights, *, judging: bool) -> Iterator[Lesson]:
    """Of a stretch of the simulated lobby, as its detector sees it."""
    judge, due, kept = Judge(weights, JudgeConfig()), dict[str, float](), _Kept("lobby")
    for instant in live(stretch, judging=judging):
        for message in instant.messages:
            attend(judge, message)
        for who, engaged in instant.truth.items():
            if instant.at >= due.setdefault(who, instant.at + FIRST_S):
                due[who] = instant.at + EVERY_S
                kept.add(who, judge.cues_of(who), engaged)
    yield from kept.lessons()


def attend(judge: Judge, message: Message) -> None:
    """Give the judge whatever in a message concerns it."""
    match message:
        case PersonSeen():
            judge.see(message)
        case PersonLost(person=who):
            judge.lose(who)
        case SpeechStarted(at=at):
            judge.hear(at)
        case TurnEnded(at=at, person=who):
            judge.hear(at, who)
        case _:
            pass


def recordings_in(folder: Path) -> list[Recording]:
    """All of a folder, in the order of their names. Raises `BadInputError` when there is none."""
    found = [read_recording(path) for path in sorted(folder.glob("*.jsonl"))]
    if not found:
        raise BadInputError(f"{folder}: no recordings (NAME.jsonl) in it")
    return found


class _Kept:
    def __init__(self, source: str) -> None:
        self._source = source
        self._of: dict[str, tuple[list[dict[Cue, float | None]], list[bool]]] = {}

    def add(self, who: str, cues: dict[Cue, float | None], engaged: bool) -> None:
        known, truths = self._of.setdefault(who, ([], []))
        known.append(cues)
        truths.append(engaged)

    def lessons(self) -> Iterator[Lesson]:
        for known, truths in self._of.values():
            yield Lesson(self._source, tuple(known), tuple(truths))


# Fitting


@dataclass(frozen=True, slots=True)
class Course:
    """How much what counts."""

    recorded: float = 5.0
    """So many made people one recorded person is worth."""
    smooth: float = 0.003
    """Penalty on steps of the curves."""
    level: float = 0.0015
    """Penalty on what a cue adds just by being known."""


PLAIN = Course()


def learn(lessons: Sequence[Lesson], course: Course = PLAIN) -> Weights:
    """The curves that explain the lessons best. Deterministic; a second for 30,000 moments."""
    from scipy.optimize import minimize

    table, truth, weight = _table(lessons, course)
    columns, low = table.shape[1], _bounds()
    penalty = np.array([0.0] + [p for s in SHAPES.values() for p in _penalty(s, course)])
    sign = np.where(truth, 1.0, -1.0)

    def loss(values: Array) -> tuple[float, Array]:
        z = sign * (table @ values)
        cost = float(weight @ np.logaddexp(0, -z) + penalty @ values**2)
        slope = -weight * sign / (1 + np.exp(np.clip(z, -60, 60)))
        return cost, table.T @ slope + 2 * penalty * values

    bounds = [(bound, None) for bound in low]
    found = minimize(loss, np.zeros(columns), jac=True, bounds=bounds, method="L-BFGS-B")
    return _weights(np.asarray(found.x, np.float64), table, weight)


def _table(lessons: Sequence[Lesson], course: Course) -> tuple[Array, NDArray[np.bool_], Array]:
    """Ramps of every cue, the truth, and each moment's weight (they sum to one)."""
    rows = [known for lesson in lessons for known in lesson.cues]
    truth = np.array([one for lesson in lessons for one in lesson.engaged])
    made = np.array([lesson.source in ("made", "lobby") for lesson in lessons])
    worth = np.where(made, 1.0, course.recorded) / [len(lesson.cues) for lesson in lessons]
    weight = np.repeat(worth, [len(lesson.cues) for lesson in lessons])
    seen = np.array([row[Cue.GAZE_OFF] is not None for row in rows])
    for gaze in (seen, ~seen):
        _level(weight, gaze & truth, gaze & ~truth)
    _level(weight, truth, ~truth)
    blocks = [np.ones((len(rows), 1))]
    for cue, shape in SHAPES.items():
        values = np.array([np.nan if row[cue] is None else row[cue] for row in rows], np.float64)
        blocks.append(_ramps(values, shape))
    return np.hstack(blocks), truth, weight / weight.sum()


def _level(weight: Array, yes: NDArray[np.bool_], no: NDArray[np.bool_]) -> None:
    """Both answers weigh the same: also where no gaze is seen, or that would become an answer."""
    half = (weight[yes].sum() + weight[no].sum()) / 2
    if yes.any() and no.any():
        weight[yes] *= half / weight[yes].sum()
        weight[no] *= half / weight[no].sum()


def _ramps(values: Array, shape: Shape) -> Array:
    """(n, knots): known or not, then how far each stretch between knots is gone through."""
    knots = np.array(shape.knots, np.float64)
    known = ~np.isnan(values)
    gone = (np.where(known, values, knots[0])[:, None] - knots[:-1]) / np.diff(knots)
    return np.hstack([known[:, None], shape.way * np.clip(gone, 0, 1) * known[:, None]])


def _bounds() -> list[float | None]:
    free: list[float | None] = [None]
    for shape in SHAPES.values():
        free += [None] + [0.0] * (len(shape.knots) - 1)
    return free


def _penalty(shape: Shape, course: Course) -> list[float]:
    return [course.level] + [course.smooth] * (len(shape.knots) - 1)


def _weights(values: Array, table: Array, weight: Array) -> Weights:
    curves, at = {}, 1
    for cue, shape in SHAPES.items():
        part = slice(at, at + len(shape.knots))
        steps, columns, at = values[part], table[:, part], part.stop
        adds = steps[0] + shape.way * np.concatenate([[0.0], np.cumsum(steps[1:])])
        known = weight * columns[:, 0]
        usual = float(known @ (columns @ steps) / known.sum()) if known.any() else 0.0
        curves[cue] = Curve(
            knots=tuple(map(float, shape.knots)),
            adds=tuple(round(float(one), 4) for one in adds),
            usual=round(usual, 4),
        )
    return Weights(constant=round(float(values[0]), 4), curves=curves)


@dataclass(frozen=True, slots=True)
class School:
    """All that is learned from but recordings."""

    scenes: Sequence[Scene]
    stretches: Sequence[Stretch]

    def lessons(self, weights: Weights) -> list[Lesson]:
        """`weights` judge whom one stands beside."""
        found = [*lessons_of_scenes(self.scenes, weights)]
        for stretch in self.stretches:
            found += lessons_of_lobby(stretch, weights, judging=False)
        return found


def first_look(school: School) -> tuple[Weights, list[Lesson]]:
    """A model of made people alone, and their lessons with company as that model judges it."""
    weights = learn(school.lessons(blank()))
    return weights, school.lessons(weights)


def with_card(weights: Weights, card: Card) -> Weights:
    """The same weights under a card."""
    return weights.model_copy(update={"card": card})
