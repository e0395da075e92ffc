"""Asks a transcript whether a person means to deal with the agent, and reads the answer from it.

Two readers answer the same questionnaire: a language model, from the text; and the rule below,
from the transcript's own numbers. Each statement is marked from 1 (not at all) to 5 (fully), as
in the study of Multimodal Fusion with LLMs (arXiv 2409.09135) and in its public neighbours.

The rule marks three statements from the lines of the last ten seconds about the person:
- attention: the share of sightings that look here, weighted by time;
- approach: stands near (full at 1.2 m, nothing at 3.5 m) or comes nearer; walking off counts
  against it;
- contact: has spoken to the agent or raised a hand, or the agent has lately spoken to them.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from agent.core.messages import PersonId
from behavior.transcript.lines import Line, What, render, short, text_of
from behavior.transcript.watching import Glance, Trend

STATEMENTS = ("attention", "approach", "contact")
_LOOKS_BACK_S = 10.0
_NEAR_M, _FAR_M = 1.2, 3.5
_WEIGHTS = {"attention": 0.5, "approach": 0.35, "contact": 0.15}
"""Chosen on the plans and people of the training lobbies; the bench judges on those held out."""
_NUMBER = re.compile(r"[1-5]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a reader has marked the statements, each 1..5."""

    attention: float
    approach: float
    contact: float

    @property
    def engagement(self) -> float:
        """All in one, 0..1."""
        marks: dict[str, float] = {name: getattr(self, name) for name in STATEMENTS}
        return sum(_WEIGHTS[name] * (mark - 1.0) / 4.0 for name, mark in marks.items())


def questionnaire(lines: Sequence[Line], person: PersonId, at: float, *, tokens: int = 700) -> str:
    """The prompt for a language model: the transcript up to `at`, and what is to be marked."""
    text = text_of(tuple(lines), at, tokens=tokens)
    rules = resources.files("behavior").joinpath("prompts", "engagement.md")
    return rules.read_text("utf-8").format(person=short(person), transcript=text)


def read_answer(text: str) -> Reading | None:
    """A model's marks from its answer; None: it holds none that can be read."""
    start, end = text.find("{"), text.rfind("}")
    try:
        given = json.loads(text[start : end + 1]) if start >= 0 else None
        if isinstance(given, dict):
            return _reading([float(given[name]) for name in STATEMENTS])
    except (ValueError, KeyError, TypeError):
        pass
    marks = _NUMBER.findall(text)
    return _reading([float(mark) for mark in marks[:3]]) if len(marks) == 3 else None


def _reading(marks: Sequence[float]) -> Reading | None:
    if not all(1.0 <= mark <= 5.0 for mark in marks):
        return None
    return Reading(attention=marks[0], approach=marks[1], contact=marks[2])


def read_by_rule(lines: Sequence[Line], person: PersonId, at: float) -> Reading:
    """The marks that the rule gives for a person at a moment."""
    since = at - _LOOKS_BACK_S
    about = [o for o in lines if o.person == person and o.ended >= since and o.began <= at]
    seen = [(o, o.glance) for o in about if o.glance is not None and o.glance.sightings]
    return Reading(
        attention=1.0 + 4.0 * _attention(seen, since),
        approach=1.0 + 4.0 * _approach(seen),
        contact=1.0 + 4.0 * _contact(lines, person, at),
    )


def reasoned(lines: Sequence[Line], person: PersonId, at: float) -> str:
    """The rule's reading as a chain: what was observed, how that is read, what follows.

    Geometry and words alone; nothing is said of feelings.
    """
    since = at - _LOOKS_BACK_S
    about = [
        one
        for one in lines
        if one.person == person
        and one.ended >= since
        and one.began <= at
        and one.glance is not None
    ]
    marks = read_by_rule(lines, person, at)
    steps = ["observed:", *(f"  {render(one, at)}" for one in about[-6:])]
    steps += [
        "read as:",
        f"  attention {marks.attention:.1f} of 5, from how much of the time they look here",
        f"  approach {marks.approach:.1f} of 5, from where they stand and how they move",
        f"  contact {marks.contact:.1f} of 5, from words and signs to and from the agent",
    ]
    level = marks.engagement
    means = "means" if level >= 0.6 else "may mean" if level >= 0.4 else "does not seem to mean"
    steps.append(f"so: {short(person)} {means} to deal with the agent ({level:.2f} of 1)")
    return "\n".join(steps)


def _attention(seen: Sequence[tuple[Line, Glance]], since: float) -> float:
    shares = [
        (glance.gaze, max(0.5, line.ended - max(line.began, since)))
        for line, glance in seen
        if glance.gaze is not None
    ]
    if not shares:
        return 0.5  # unseen gaze is no looking away
    total = sum(weight for _, weight in shares)
    return sum(share * weight for share, weight in shares) / total


def _approach(seen: Sequence[tuple[Line, Glance]]) -> float:
    if not seen:
        return 0.0
    last = max(seen, key=lambda pair: pair[0].ended)[1]
    away = _FAR_M if last.distance_m is None else last.distance_m
    near = min(1.0, max(0.0, (_FAR_M - away) / (_FAR_M - _NEAR_M)))
    if last.trend is Trend.LEAVING:
        return 0.2 * near
    if last.trend is Trend.CLOSING:
        return min(1.0, near + 0.3)
    return near if last.stands else 0.5 * near


def _contact(lines: Sequence[Line], person: PersonId, at: float) -> float:
    """1: spoke to the agent in the last half minute; less for a raised hand or being spoken to."""
    best = 0.0
    for line in lines:
        if line.person != person or not at - 30.0 <= line.ended <= at + 1e-6:
            continue
        if line.what in {What.SAID, What.PRESSED}:
            best = max(best, line.to_agent if line.to_agent is not None else 1.0)
        elif line.glance is not None and line.glance.hand_raised:
            best = max(best, 0.6)
        elif line.what is What.AGENT_SAID and at - line.ended < 10.0:
            best = max(best, 0.4)
    return best
