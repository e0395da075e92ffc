"""Whose words they were, and whether they were meant for the agent: told against the truth.

Simulated encounters on floor plans that nothing was fitted to: visitors who speak to the agent,
people who talk to each other beside it. The rules are `behavior.who_spoke` and
`behavior.transcript.addressee`, asked through the transcript as an operator reads it. Baseline:
whatever is heard is meant for the agent, and was said by the nearest. Control: what is told of
another turn.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from agent.bench.figure import Figure
from agent.bench.overlap_scenes import area_under_curve
from agent.core.messages import Message, PersonId, PersonLost, PersonSeen, TurnEnded
from agent.lessons.practice import people_of, rehearsal_of, stretches
from agent.lessons.rehearsals import Rehearsal
from behavior.proactive.model import Model
from behavior.transcript.encounter import Transcript
from behavior.transcript.lines import What

_SEED: Final = 500
"""The weights of `behavior.who_spoke` were set on 23, 77 and 311."""
_ALIKE: Final = 80.0
_NEAR_M: Final = 3.5
_FRESH_S: Final = 2.0
_AGENT_AT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Told:
    """One turn: what was told of it, and what was true."""

    speaker: PersonId | None
    for_agent: float
    nearest: PersonId | None
    true_speaker: int
    true_for_agent: bool
    speaker_number: int | None
    nearest_number: int | None
    in_view: int


@dataclass(slots=True)
class _Listener:
    """The transcript, and who is in view."""

    chat: Sequence[str]
    rehearsal: Rehearsal | None = None
    transcript: Transcript = field(default_factory=Transcript)
    seen: dict[PersonId, PersonSeen] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def __call__(self, message: Message) -> None:
        self.transcript.take(message)
        match message:
            case PersonSeen():
                self.seen[message.person] = message
            case PersonLost():
                self.seen.pop(message.person, None)
            case TurnEnded(typed=False) if message.text.strip():
                self._note(message)
            case _:
                pass

    def _note(self, turn: TurnEnded) -> None:
        assert self.rehearsal is not None
        lobby = self.rehearsal.known.lobby
        speaker = lobby.speaker_of(turn.turn)
        lines = [one for one in self.transcript.lines() if one.what is What.SAID]
        if not speaker or not lines:
            return
        newest = max(lines, key=lambda one: one.ended)
        near = [
            one
            for one in self.seen.values()
            if turn.at - one.at <= _FRESH_S and one.place.distance_m <= _NEAR_M
        ]
        first = min(near, key=lambda one: one.place.distance_m, default=None)
        nearest = None if first is None else first.person
        alike = max((fuzz.ratio(turn.text.lower(), one.lower()) for one in self.chat), default=0.0)
        self.told.append(
            Told(
                speaker=newest.person,
                for_agent=newest.to_agent or 0.0,
                nearest=nearest,
                true_speaker=speaker,
                true_for_agent=alike < _ALIKE,
                speaker_number=None if newest.person is None else lobby.number_of(newest.person),
                nearest_number=None if nearest is None else lobby.number_of(nearest),
                in_view=len(near),
            )
        )


def heard(count: int, seed: int = _SEED) -> list[Told]:
    """Every spoken turn of so many quarters of an hour."""
    people = people_of(judging=True)
    chat = [line for who in people.values() for line in who.chat]
    chat += people.house.says["chat"]
    window = Model.read().card.window
    told: list[Told] = []
    for one in stretches(count, seed, judging=True):
        listener = _Listener(chat)
        rehearsal = rehearsal_of(replace(one, acts=True), window, judging=True, watch=listener)
        listener.rehearsal = rehearsal
        for _ in rehearsal.frames(one.seconds):
            pass
        told += listener.told
    return told


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """Speaker and addressee, as shares and as confusion tables. No recordings are needed."""
    told = heard(8 if short else 30)
    rows = [_speaker(name, some) for name, some in _by_company(told) if some]
    truth = np.array([one.true_for_agent for one in told])
    scores = np.array([one.for_agent for one in told])
    if truth.all() or not truth.any():
        return rows
    return [*rows, *_addressee(truth, scores)]


def _by_company(told: Sequence[Told]) -> list[tuple[str, list[Told]]]:
    return [
        ("one in view", [one for one in told if one.in_view == 1]),
        ("two or more in view", [one for one in told if one.in_view >= 2]),
        ("nobody within 3.5 m in view", [one for one in told if one.in_view == 0]),
    ]


def _speaker(name: str, some: Sequence[Told]) -> Figure:
    found = Counter(
        "nobody" if one.speaker_number is None
        else "right" if one.speaker_number == one.true_speaker else "another"
        for one in some
    )  # fmt: skip
    nearest = sum(one.nearest_number == one.true_speaker for one in some)
    turned = [*some[1:], *some[:1]]
    chance = sum(a.speaker_number == b.true_speaker for a, b in zip(turned, some, strict=True))
    return Figure(
        name=f"whose words, {name}", value=100 * found["right"] / len(some), unit="%",
        at_most=False, baseline=100 * nearest / len(some), baseline_of="the nearest",
        control=100 * chance / len(some), control_of="told of another turn",
        note=f"right {found['right']}, another {found['another']}, nobody {found['nobody']}",
    )  # fmt: skip


def _addressee(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> list[Figure]:
    agent = scores >= _AGENT_AT
    shuffled = np.random.default_rng(1).permutation(truth)
    table = Counter(zip(truth.tolist(), agent.tolist(), strict=True))
    balanced = 50 * (agent[truth].mean() + (~agent)[~truth].mean())
    return [
        Figure(
            name="meant for the agent: area under the curve", unit="", at_most=False,
            value=area_under_curve(scores, truth), baseline=0.5, baseline_of="all is meant for it",
            control=area_under_curve(scores, shuffled), control_of="truths shuffled",
            note=f"{int(truth.sum())} turns for it, {int((~truth).sum())} among people",
        ),
        Figure(
            name="meant for the agent, from 0.5 on: mean of both shares right", unit="%",
            at_most=False, value=float(balanced), baseline=50.0,
            baseline_of="all is meant for it",
            note=(
                f"for it: told so {table[True, True]}, not {table[True, False]};"
                f" among people: told for it {table[False, True]}, not {table[False, False]}"
            ),
        ),
    ]  # fmt: skip
