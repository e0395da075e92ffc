"""`foyer bench transcript`: does a person mean to deal with the agent, asked of the transcript.

On simulated encounters whose truth is known, at the same moments: the embedded reader, a language
model where a server is given, the house's own geometric estimate, and the published rule of
hri_engagement. Control: the transcript of another person. Plans, people and noises are held out.
"""

import asyncio
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import numpy as np
from numpy.typing import NDArray

from agent.bench.figure import Figure
from agent.bench.transcript_reader import ModelReader
from agent.core.errors import BadInputError
from agent.core.messages import Engagement, EngagementChanged, Message, PersonId, PersonSeen
from agent.lessons.practice import rehearsal_of, stretches
from agent.lessons.rehearsals import Known
from agent.settings import read_settings
from behavior.proactive.contenders import mutual_gaze
from behavior.proactive.model import Model
from behavior.transcript.encounter import Transcript
from behavior.transcript.engagement_reading import questionnaire, read_by_rule
from behavior.transcript.lines import Line

CONFIG = Path("configs/demo.yaml")
_EVERY_S = 2.0
_WITHIN_M = 4.0
_FIRST_AFTER_S = 1.0
_MEAN_S = 10.0
_RESAMPLED = 500
_GEOMETRY: Mapping[Engagement, float] = {
    Engagement.LEFT: 0.0,
    Engagement.PASSING: 0.1,
    Engagement.PRESENT: 0.2,
    Engagement.DISENGAGING: 0.3,
    Engagement.APPROACHING: 0.5,
    Engagement.ATTENDING: 0.8,
    Engagement.ENGAGED: 1.0,
}
"""The geometric estimate as a number, in the order in which its states come closer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: about whom, when, what was true, and what each contender said."""

    person: PersonId
    number: int
    """Who it really was, over all stretches."""
    at: float
    lines: tuple[Line, ...]
    truth: bool
    geometric: float
    published: float


@dataclass(slots=True)
class _Watch:
    """What the contenders need of the messages of one stretch."""

    transcript: Transcript = field(default_factory=Transcript)
    seen: dict[PersonId, PersonSeen] = field(default_factory=dict)
    first: dict[PersonId, float] = field(default_factory=dict)
    states: dict[PersonId, Engagement] = field(default_factory=dict)
    samples: dict[PersonId, list[tuple[float, float]]] = field(default_factory=dict)

    def __call__(self, message: Message) -> None:
        self.transcript.take(message)
        if isinstance(message, EngagementChanged):
            self.states[message.person] = message.state
        elif isinstance(message, PersonSeen):
            self.seen[message.person] = message
            self.first.setdefault(message.person, message.at)
            level = mutual_gaze(message)
            if level is not None:
                kept = self.samples.setdefault(message.person, [])
                kept.append((message.at, 1.0 if level > 0.5 else -1.0))

    def published(self, who: PersonId, now: float) -> float:
        """The mean of hri_engagement over its window, 0..1."""
        kept = self.samples.get(who, [])
        recent = [value for at, value in kept if at > now - _MEAN_S]
        return (sum(recent) / len(recent) + 1.0) / 2.0 if recent else 0.0


async def measure(
    episodes: int = 12, seed: int = 11, url: str = "", config: Path = CONFIG
) -> list[Figure]:
    """Judge `episodes` quarters of an hour. `url`: a model's server, else the configuration's."""
    if episodes < 2:
        raise BadInputError("transcript: --episodes: at least 2")
    server = read_settings(config).config.dialogue.model
    server = server.model_copy(update={"url": url}) if url else server
    asked = await asyncio.to_thread(encounters, episodes, seed)
    truth = np.array([one.truth for one in asked])
    if truth.all() or not truth.any():
        raise BadInputError("transcript: too few encounters; take more --episodes")
    shuffled = _of_others(asked, seed)
    rule = _rule(asked)
    scores = {
        "rule": rule,
        "geometric": np.array([one.geometric for one in asked]),
        "published": np.array([one.published for one in asked]),
        "shuffled": _rule(shuffled),
    }
    if server.url:
        try:
            async with ModelReader(server) as reader:
                scores["model"] = await _read(reader, asked)
                scores["model, shuffled"] = await _read(reader, shuffled)
                faults = reader.faults
        except (aiohttp.ClientError, OSError, LookupError) as fault:
            raise BadInputError(f"the model server {server.url} does not answer: {fault}") from None
        print(f"the model's answers that could not be read: {faults}", file=sys.stderr)
    return _figures(asked, truth, scores)


def encounters(episodes: int, seed: int, *, judging: bool = True) -> list[Asked]:
    """The questions of some stretches: every two seconds, about everybody within four metres."""
    window, found = Model.read().card.window, list[Asked]()
    for index, one in enumerate(stretches(episodes, seed, judging=judging)):
        watch = _Watch()
        rehearsal = rehearsal_of(one, window, judging=judging, watch=watch)
        due = 0.0
        for _ in rehearsal.frames(one.seconds):
            now = rehearsal.known.lobby.now
            if now < due:
                continue
            due = now + _EVERY_S
            found += _ask(watch, rehearsal.known, now, index * 100_000)
    return found


def _ask(watch: _Watch, known: Known, now: float, base: int) -> list[Asked]:
    lines = watch.transcript.lines()
    found = []
    for who, seen in watch.seen.items():
        near = seen.place.distance_m <= _WITHIN_M and now - seen.at < 0.5
        number = known.lobby.number_of(who)
        if not near or not number or now - watch.first[who] < _FIRST_AFTER_S:
            continue
        found.append(
            Asked(
                person=who,
                number=base + number,
                at=now,
                lines=tuple(o for o in lines if o.ended > now - 40.0),
                truth=known.lobby.intends_to_interact(number, now),
                geometric=_GEOMETRY[watch.states.get(who, Engagement.PRESENT)],
                published=watch.published(who, now),
            )
        )
    return found


def _of_others(asked: Sequence[Asked], seed: int) -> list[Asked]:
    """Every question with the person, moment and lines of another: the control."""
    rng, order = random.Random(seed), list(range(len(asked)))
    rng.shuffle(order)
    return [asked[i] for i in order]


def _rule(asked: Sequence[Asked]) -> NDArray[np.float64]:
    return np.array([read_by_rule(o.lines, o.person, o.at).engagement for o in asked])


async def _read(reader: ModelReader, asked: Sequence[Asked]) -> NDArray[np.float64]:
    return np.array(
        [await reader.engagement(questionnaire(o.lines, o.person, o.at)) for o in asked]
    )


# Figures


def _figures(
    asked: Sequence[Asked],
    truth: NDArray[np.bool_],
    scores: Mapping[str, NDArray[np.float64]],
) -> list[Figure]:
    people = np.array([one.number for one in asked])
    note = (
        f"{len(asked)} questions about {len(set(people))} people, {truth.mean():.0%} mean to deal"
        " with it"
    )
    figures = [
        Figure(
            name=f"AUC, read by {name}",
            value=area(scores[name], truth),
            unit="",
            at_most=False,
            baseline=area(scores["published"], truth),
            baseline_of="hri_engagement",
            control=area(scores[control], truth),
            control_of="another's transcript",
            note=f"{note}; {_interval(scores[name], truth, people)}" if name == "rule" else "",
        )
        for name, control in (("rule", "shuffled"), ("model", "model, shuffled"))
        if name in scores
    ]
    figures.append(
        Figure(
            name="AUC, geometric estimate of the house",
            value=area(scores["geometric"], truth),
            unit="",
            at_most=False,
            baseline=area(scores["published"], truth),
            baseline_of="hri_engagement",
            note=_interval(scores["geometric"], truth, people),
        )
    )
    figures.append(_gain(scores, truth, people))
    figures.append(
        Figure(
            name="rule agrees with the geometric estimate",
            value=_correlation(scores["rule"], scores["geometric"]),
            unit="r",
            at_most=False,
            control=_correlation(scores["shuffled"], scores["geometric"]),
            control_of="another's transcript",
        )
    )
    return figures


def _gain(
    scores: Mapping[str, NDArray[np.float64]],
    truth: NDArray[np.bool_],
    people: NDArray[np.int64],
) -> Figure:
    gains = [
        area(scores["rule"][i], truth[i]) - area(scores["published"][i], truth[i])
        for i in _resampled(truth, people)
    ]
    low, high = np.percentile(gains, (2.5, 97.5))
    return Figure(
        name="rule over hri_engagement, AUC",
        value=area(scores["rule"], truth) - area(scores["published"], truth),
        unit="",
        target=0.0,
        at_most=False,
        note=f"95 % of resampled people: {low:.3f} to {high:.3f}",
    )


def area(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """How often somebody who means it is ranked above somebody who does not; ties count half."""
    yes, no = scores[truth], np.sort(scores[~truth])
    below = np.searchsorted(no, yes, side="left")
    ties = np.searchsorted(no, yes, side="right") - below
    return float((below + 0.5 * ties).sum() / (len(yes) * len(no)))


def _interval(
    scores: NDArray[np.float64], truth: NDArray[np.bool_], people: NDArray[np.int64]
) -> str:
    areas = [area(scores[i], truth[i]) for i in _resampled(truth, people)]
    low, high = np.percentile(areas, (2.5, 97.5))
    return f"95 % of resampled people: {low:.3f} to {high:.3f}"


def _resampled(truth: NDArray[np.bool_], people: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Indices of the questions about people drawn with replacement: moments are not independent."""
    rng, found = np.random.default_rng(0), list[NDArray[np.int64]]()
    of = {number: np.flatnonzero(people == number) for number in np.unique(people)}
    numbers = np.array(list(of))
    while len(found) < _RESAMPLED:
        drawn = np.concatenate([of[n] for n in rng.choice(numbers, len(numbers))])
        if truth[drawn].any() and not truth[drawn].all():
            found.append(drawn)
    return found


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() and b.std() else 0.0
