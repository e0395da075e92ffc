"""When, whom, what: the learned model against rules, on lobbies that none of them has seen.

Everybody judges the same frames of the same stretches, in which nobody acts, so that one
contender's act spoils nothing for another. Floor plans, people and detectors' noise are held out.
"""

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import thread_time

import numpy as np

from agent.bench.figure import Figure
from agent.core.errors import BadInputError
from agent.core.messages import Message, PersonId, PersonSeen
from agent.lessons.practice import Stretch, rehearsal_of, stretches
from agent.lessons.rehearsals import Rehearsal
from behavior.lobby.truth import Spoke, Stopped
from behavior.proactive import act_vectors
from behavior.proactive.acts import repertoire
from behavior.proactive.contenders import Always, Contender, MutualGaze, Rules, Zones
from behavior.proactive.cues import Vector
from behavior.proactive.evaluation import (
    SHARES,
    Estimate,
    Score,
    Timing,
    Verdict,
    Visitor,
    estimate,
    median_lead_s,
    share_of,
)
from behavior.proactive.examples import held_out_sayings, is_held_out
from behavior.proactive.labels import YES, Labelled
from behavior.proactive.model import Answer, Model
from behavior.proactive.threshold import answers_of
from behavior.situation.state import Situation

MODEL, RULES, UNTRAINED = "model", "rules", "untrained"
_HOLD = 2
"""Frames in a row in which a contender has to say so before it counts as an act."""
_RANK_EVERY = 5
_SECONDS = {"median lead"}
_LOWER_IS_BETTER = {"false acts an hour", "passers-by bothered", "visitors not met in time"}


@dataclass(slots=True)
class _Lived:
    """One stretch: its frames, what the rules said of each, and who came."""

    frames: list[Labelled]
    verdicts: dict[str, list[Verdict]]
    near: list[list[bool]]
    """For each frame and person: attends, so that the rules would use words"""
    visitors: dict[int, Visitor]
    hours: float


def measure(*, episodes: int = 20, seed: int = 7, minutes: float = 15.0) -> list[Figure]:
    """Judge `episodes` stretches of `minutes` each."""
    if episodes < 2:
        raise BadInputError("proactive: --episodes: at least 2")
    model = Model.read()
    lived = []
    plan = stretches(episodes, seed, judging=True, seconds=60.0 * minutes)
    for number, one in enumerate(plan, 1):
        lived.append(live_and_judge(one, model))
        if number % 6 == 0:
            print(f"lived {number} of {episodes} stretches", file=sys.stderr, flush=True)
    catalogue = _Acts(model)
    scores = {name: [_score(day, name) for day in lived] for name in lived[0].verdicts}
    for name, net in ((MODEL, model), (UNTRAINED, _untrained(model))):
        scores[name] = [_judged(day, net, catalogue, name) for day in lived]
    for day, score in zip(lived, scores[RULES], strict=True):
        catalogue.rank_rules(day, score)
    return [*_timing(scores), *_measures(scores), _decision_time(lived, model)]


# Living a stretch


def live_and_judge(one: Stretch, model: Model) -> _Lived:
    """Live a stretch; every contender but the model says at each frame what it would do."""
    seen: dict[PersonId, PersonSeen] = {}

    def watch(message: Message) -> None:
        if isinstance(message, PersonSeen):
            seen[message.person] = message

    rehearsal = rehearsal_of(one, model.card.window, judging=True, watch=watch)
    others: Mapping[str, Contender] = {
        RULES: Rules(),
        "zones": Zones(),
        "gaze 10 s": MutualGaze(10.0),
        "gaze 2 s": MutualGaze(2.0),
        "always": Always(),
    }
    day = _Lived([], {name: [] for name in others}, [], {}, one.seconds / 3600)

    def judge(labelled: Labelled, situation: Situation) -> None:
        frame = labelled.frame
        day.frames.append(labelled)
        day.near.append([situation.people[w].attends for w in frame.people])
        for name, contender in others.items():
            day.verdicts[name].append(contender.judge(frame, situation, seen))

    for labelled in rehearsal.frames(one.seconds, judge):
        _note(day, labelled, rehearsal)
    for happening in rehearsal.known.lobby.truth:
        if isinstance(happening, Stopped | Spoke) and happening.person in day.visitors:
            visitor = day.visitors[happening.person]
            visitor.comes_at = min(happening.at, visitor.comes_at or happening.at)
    return day


def _note(day: _Lived, labelled: Labelled, rehearsal: Rehearsal) -> None:
    label = labelled.label
    for i, number in enumerate(labelled.numbers):
        if not number:
            continue
        wants = rehearsal.known.came_for_help(number)
        visitor = day.visitors.setdefault(number, Visitor(wants))
        if label.whom[i] == YES and visitor.due_at is None:
            visitor.due_at = labelled.frame.at


# Judging it


def _score(day: _Lived, name: str, verdicts: Sequence[Verdict] | None = None) -> Score:
    score = Score(hours=day.hours)
    score.visitors = {n: Visitor(v.wants, v.comes_at, v.due_at) for n, v in day.visitors.items()}
    held, last = 0, 0
    for one, verdict in zip(day.frames, verdicts or day.verdicts[name], strict=True):
        label = one.label
        score.now.append(verdict.now)
        score.right.append(label.act_now)
        score.at.append(one.frame.at)
        if label.act_now == YES:
            right = verdict.whom >= 0 and label.whom[verdict.whom] == YES
            score.whom.append((bool(right), len(one.frame.people) > 1))
        who = one.numbers[verdict.whom] if verdict.fires and verdict.whom >= 0 else 0
        held = held + 1 if who and who == last else 1
        last = who
        if who and held >= _HOLD and (visitor := score.visitors.get(who)) is not None:
            visitor.fired_at = visitor.fired_at or one.frame.at
    return score


def _judged(day: _Lived, model: Model, acts: "_Acts", name: str) -> Score:
    answers = answers_of(model, [one for one in day.frames])
    verdicts = []
    for i, one in enumerate(day.frames):
        answer = answers.get(i)
        verdicts.append(_verdict(answer, len(one.frame.people), model.card.act_at))
    score = _score(day, name, verdicts)
    acts.rank(day, answers, score, model)
    return score


def _verdict(answer: Answer | None, people: int, act_at: float) -> Verdict:
    if answer is None or not people:
        return Verdict(0.0, -1, False)
    whom = int(np.argmax(answer.whom[:people]))
    return Verdict(answer.act_now, whom, answer.act_now >= act_at and answer.whom[whom] >= 0.5)


class _Acts:
    """Which acts would do, and where a contender ranks them."""

    def __init__(self, model: Model) -> None:
        self.vectors, patterns = act_vectors.act_vectors(
            repertoire().patterns, act_vectors.read_vectors()
        )
        unseen = held_out_sayings(patterns)
        purposes = np.array([p.purpose for p in patterns])
        self._of = {name: purposes == name for name in repertoire().purposes}
        self._unseen = np.array([is_held_out(p, unseen) for p in patterns])
        self._number = {p.name: i for i, p in enumerate(patterns)}

    def rank(self, day: _Lived, answers: Mapping[int, Answer], score: Score, model: Model) -> None:
        """Rank by the model's own queries."""
        projected = model.project(self.vectors)
        for i, column, suited in _moments(day):
            if (answer := answers.get(i)) is not None:
                self._add(score, model.scores(answer.queries[column], projected), suited)

    def rank_rules(self, day: _Lived, score: Score) -> None:
        """Rank by likeness to the one act that the rules would do."""
        sign = self._number["sign/1/nod/friendly/person/attentive"]
        one = self._number["greet/1/wave/friendly/person/attentive"]
        group = self._number["greet_group/1/wave/friendly/person/attentive"]
        for i, column, suited in _moments(day):
            several = sum(day.near[i]) > 1
            act = sign if not day.near[i][column] else group if several else one
            self._add(score, self.vectors @ self.vectors[act], suited)

    def _add(self, score: Score, values: Vector, suited: frozenset[str]) -> None:
        fits = np.any([self._of[name] for name in suited], axis=0)
        for ranks, among in ((score.ranks, np.ones_like(fits)), (score.ranks_unseen, self._unseen)):
            if (fits & among).any():
                best = values[fits & among].max()
                ranks.append(1 + int((values[~fits & among] > best).sum()))


def _moments(day: _Lived) -> list[tuple[int, int, frozenset[str]]]:
    """Every fifth frame and person at which acting was right."""
    found = []
    for i, one in enumerate(day.frames[::_RANK_EVERY]):
        for column, suited in enumerate(one.label.suited):
            if suited:
                found.append((i * _RANK_EVERY, column, suited))
    return found


def _untrained(model: Model) -> Model:
    """The same network with random weights, which must fail."""
    rng = np.random.default_rng(0)
    drawn = {
        name: rng.normal(0.0, 0.08, value.shape).astype(np.float32)
        for name, value in model.weights.items()
    }
    return Model(drawn, model.card)


# Telling it


def _timing(scores: Mapping[str, Sequence[Score]]) -> list[Figure]:
    found: list[Figure] = []
    for tolerance in (0, 1, 2):
        timings = {name: Timing(some, tolerance) for name, some in scores.items()}
        ap = {name: one.estimate(one.average_precision) for name, one in timings.items()}
        found.append(_figure(f"AP, tolerance {tolerance}", ap))
        if not tolerance:
            found.append(_figure("AUC", {n: one.estimate(one.area) for n, one in timings.items()}))
    return found


def _measures(scores: Mapping[str, Sequence[Score]]) -> list[Figure]:
    figures = [
        _figure(name, {who: share_of(some, part) for who, some in scores.items()})
        for name, part in SHARES.items()
    ]
    leads = {who: estimate(some, median_lead_s) for who, some in scores.items()}
    return [*figures, _figure("median lead", leads)]


def _figure(name: str, all_of: Mapping[str, Estimate]) -> Figure:
    mine = all_of[MODEL]
    rest = [
        f"{who} {one.value:.3g}"
        for who, one in all_of.items()
        if who not in (MODEL, RULES, UNTRAINED) and not np.isnan(one.value)
    ]
    rules = all_of[RULES]
    note = f"model {mine.low:.3g} to {mine.high:.3g}, rules {rules.low:.3g} to {rules.high:.3g}"
    return Figure(
        name=name,
        value=mine.value,
        unit="s" if name in _SECONDS else "",
        baseline=rules.value,
        baseline_of="rules",
        control=all_of[UNTRAINED].value,
        control_of="untrained",
        at_most=name in _LOWER_IS_BETTER,
        note="; ".join([note, *rest]),
    )


def _decision_time(lived: Sequence[_Lived], model: Model) -> Figure:
    from behavior.proactive.examples import window_of

    rng, config = random.Random(0), model.card.window
    days = [day for day in lived if any(one.frame.people for one in day.frames)]
    taken = []
    for _ in range(500):
        day = rng.choice(days)
        i = rng.choice([k for k in range(0, len(day.frames), 7)])
        began = thread_time()
        window = window_of(day.frames[max(0, i - config.frames + 1) : i + 1], config)
        model.answer(window)
        taken.append(thread_time() - began)
    return Figure(
        name="model's part of a decision, p95",
        value=1e3 * float(np.percentile(taken, 95)),
        unit="ms",
        target=15.0,
        note=f"median {1e3 * float(np.median(taken)):.2f} ms; processor time of one thread",
    )
