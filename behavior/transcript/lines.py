"""One line of the transcript of an encounter, and how it reads.

    [12.4-15.1] p3f2a says "where is room 204?" | gaze agent 82% | 1.3 m closing | addressee agent

The same text serves a person at the console and a language model.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.core.messages import PersonId, TurnEnded
from behavior.transcript.watching import Glance, Trend


class What(StrEnum):
    """What a line tells of."""

    CAME = "came"
    LEFT = "left"
    WATCHED = "watched"
    """How somebody stood or moved, and where they looked."""
    STATE = "state"
    """How somebody relates to the agent has changed."""
    SAID = "said"
    NOT_UNDERSTOOD = "not_understood"
    """A voice without words."""
    PRESSED = "pressed"
    AGENT_SAID = "agent_said"
    """Only what was heard."""
    AGENT_DID = "agent_did"
    TOLD_HOST = "told_host"
    CALLED = "called"
    TOOL = "tool"
    """A tool was used: what kind, and what an observation came to."""
    READ = "read"
    """What a face and a bearing may tell; only where a site has asked for it."""
    EARLIER = "earlier"
    """The oldest lines, folded into one."""


BY_AGENT = frozenset((What.AGENT_SAID, What.AGENT_DID, What.TOLD_HOST, What.CALLED, What.TOOL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event with its stretch of time, in seconds on the agent's axis."""

    began: float
    ended: float
    what: What
    person: PersonId | None = None
    """Whom it is about: the visitor, also where the agent speaks to them."""
    words: str = ""
    """What was said. Personal data."""
    deed: str = ""
    """What was done or is told, in a few words of ours."""
    whom: str = ""
    """The host who was told, to tell one from another. Personal data, never rendered."""
    typed: bool = False
    glance: Glance | None = None
    to_agent: float | None = None
    """How surely the words were meant for the agent, 0..1."""
    cut: bool = False
    """Interrupted: only the beginning was heard."""


def said(
    turn: TurnEnded, person: PersonId | None, began: float, glance: Glance | None, sure: float
) -> Line:
    """The line of a turn. `sure`: how surely it was meant for the agent."""
    return Line(
        began=began,
        ended=turn.at,
        what=What.SAID,
        person=person,
        words=turn.text.strip(),
        typed=turn.typed,
        glance=glance,
        to_agent=sure,
    )


def short(person: PersonId | None) -> str:
    """The id as the transcript writes it. It is random, and ends with the visit."""
    return "somebody" if person is None else str(person)[:5]


def render(line: Line, zero: float = 0.0, *, words: bool = True) -> str:
    """The line as text; times count from `zero`. Without `words`: what was said is left out."""
    span = f"[{line.began - zero:.1f}-{line.ended - zero:.1f}]"
    parts = [f"{span} {_told(line, words)}"]
    if line.glance is not None:
        parts += _seen(line.glance)
    if line.to_agent is not None:
        to, sure = (
            ("agent", line.to_agent) if line.to_agent >= 0.5 else ("other", 1 - line.to_agent)
        )
        parts.append(f"addressee {to} ({sure:.1f})")
    return " | ".join(parts)


def _told(line: Line, words: bool) -> str:
    who, said = short(line.person), _quoted(line.words) if words else "(words left out)"
    match line.what:
        case What.SAID:
            return f"{who} {'types' if line.typed else 'says'} {said}"
        case What.NOT_UNDERSTOOD:
            return f"{who} speaks, not understood"
        case What.AGENT_SAID:
            to = f" to {who}" if line.person is not None else ""
            cut = ", interrupted there" if line.cut else ""
            also = f", {line.deed}" if line.deed else ""
            return f"agent says{to} {said}{cut}{also}"
        case What.AGENT_DID:
            to = f" to {who}" if line.person is not None else ""
            return f"agent {line.deed}{to}"
        case What.TOLD_HOST | What.CALLED | What.TOOL:
            return f"agent {line.deed} for {who}"
        case What.EARLIER:
            return line.deed
        case _:
            return f"{who} {line.deed}"


def _quoted(words: str) -> str:
    # One line, and no way out of the quotation marks.
    return json.dumps(" ".join(words.split()), ensure_ascii=False)


def _seen(glance: Glance) -> list[str]:
    parts = []
    if glance.gaze is not None:
        parts.append(f"gaze agent {round(100 * glance.gaze)}%")
    elif glance.sightings:
        parts.append("gaze unknown")
    if glance.distance_m is not None:
        trend = f" {glance.trend.value}" if glance.trend is not None else ""
        parts.append(f"{glance.distance_m:.1f} m{trend}")
    if glance.hand_raised:
        parts.append("hand raised")
    if glance.nods:
        parts.append(f"nods x{glance.nods}")
    if glance.nearer_m is not None:
        side = "nearer" if glance.nearer_m > 0 else "farther"
        parts.append(f"{side} than usual {abs(glance.nearer_m):.1f} m")
    if glance.looks_more is not None:
        side = "more" if glance.looks_more > 0 else "less"
        parts.append(f"looks here {side} than usual {round(100 * abs(glance.looks_more))}%")
    return parts


def text_of(
    lines: tuple[Line, ...], zero: float, *, tokens: int | None = None, words: bool = True
) -> str:
    """The newest lines that fit into about so many tokens, oldest first; None: all of them."""
    rendered = [render(line, zero, words=words) for line in lines]
    if tokens is not None:
        kept: list[str] = []
        for one in reversed(rendered):
            tokens -= tokens_of(one)
            if tokens < 0:
                break
            kept.append(one)
        rendered = kept[::-1]
    return "\n".join(rendered)


def tokens_of(text: str) -> int:
    """How many tokens a text will be, on the safe side: numbers and ids cost more than words."""
    return math.ceil(len(text.encode()) / 3) + 1


def merged(one: Line, following: Line) -> Line | None:
    """Two stretches of watching as one, where nothing to speak of has changed."""
    a, b = one.glance, following.glance
    if one.what is not What.WATCHED or following.what is not What.WATCHED or a is None or b is None:
        return None
    same = (
        one.person == following.person
        and one.deed == following.deed
        and a.trend is b.trend
        and (a.gaze is None) == (b.gaze is None)
        and abs((a.gaze or 0.0) - (b.gaze or 0.0)) < 0.3
        and a.hand_raised == b.hand_raised
        and not b.nods
        and abs((a.distance_m or 0.0) - (b.distance_m or 0.0))
        < (0.5 if a.trend is Trend.STEADY else 9)
        and following.began - one.ended < 1.0
    )
    if not same:
        return None
    total = max(a.sightings + b.sightings, 1)
    gaze = None
    if a.gaze is not None and b.gaze is not None:
        gaze = (a.gaze * a.sightings + b.gaze * b.sightings) / total
    glance = Glance(
        gaze=gaze,
        distance_m=b.distance_m,
        trend=b.trend,
        stands=b.stands,
        hand_raised=b.hand_raised,
        nods=a.nods,
        nearer_m=b.nearer_m,
        looks_more=b.looks_more,
        sightings=total,
    )
    return Line(
        began=one.began,
        ended=following.ended,
        what=What.WATCHED,
        person=one.person,
        deed=one.deed,
        glance=glance,
    )


def folded(old: Sequence[Line]) -> Line:
    """The oldest lines as one that counts them by what they tell."""
    earlier = old[0] if old[0].what is What.EARLIER else None
    counts = dict[str, int]()
    if earlier is not None:
        for part in earlier.deed.removeprefix("earlier: ").split(", "):
            count, _, name = part.partition(" x ")
            counts[name] = int(count)
    for line in old:
        if line.what is not What.EARLIER:
            counts[line.what.value] = counts.get(line.what.value, 0) + 1
    deed = "earlier: " + ", ".join(f"{n} x {name}" for name, n in sorted(counts.items()))
    return Line(began=old[0].began, ended=max(o.ended for o in old), what=What.EARLIER, deed=deed)
