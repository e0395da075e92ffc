"""What would have been right: the labels the model learns from and is judged by.

From the simulated lobby, which knows what everybody came for; or from a site's own annotations of
a recording. Both say, for a frame: act now or not, toward whom, and which purposes would do.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.core.errors import BadInputError
from agent.core.messages import PersonId
from behavior.proactive.windows import Frame
from behavior.situation.people import Mark, Person
from behavior.situation.state import Situation

YES, NO, UNKNOWN = 1, 0, -1
_LINGERS_S = 12.0
_SILENT_S = 4.0
"""To someone who has stood here in silence for so long, offering help is as good a beginning."""

_GREET = frozenset({"greet"})
_WAY = frozenset({"offer_way", "offer_help"})
_GROUP = frozenset({"greet_group"})
_CHILD = frozenset({"greet_child"})
_PHONE = frozenset({"sign_on_phone"})
PURPOSES_BY_INTENTION: Mapping[str, frozenset[str]] = {
    "asks": _GREET | {"offer_help"},
    "averse": _GREET | {"greet_soft"},
    "child": _CHILD,
    "child_alone": _CHILD,
    "couple": _GROUP,
    "delivery": _GREET | {"greet_brief"},
    "family": _GROUP,
    "group": _GROUP,
    "hard_of_hearing": _GREET | {"greet_plain"},
    "hostile": _GREET | {"calm", "offer_help"},
    "hurry": frozenset({"greet_brief"}),
    "lost": _WAY,
    "lost_property": _GREET | {"offer_help"},
    "phone": _PHONE,
    "phone_visit": _PHONE,
    "slow_speaker": _GREET | {"greet_soft"},
    "taxi": _GREET | {"offer_help"},
    "tourist": _WAY,
    "wheelchair": frozenset({"greet_low"}),
}
"""How to address whom, by what they came with; anyone else is greeted."""


@dataclass(frozen=True, slots=True)
class Label:
    """What was right at one frame."""

    act_now: int
    """YES, NO or UNKNOWN"""
    whom: NDArray[np.int8]
    """(people of the frame,): YES, NO or UNKNOWN"""
    suited: tuple[frozenset[str], ...]
    """For each person the purposes that would do; empty: not known or none"""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A frame and what was right then."""

    frame: Frame
    label: Label
    numbers: tuple[int, ...] = ()
    """Who the people of the frame really are; 0: nobody, made up by the detector"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the lobby says of one person in the frame."""

    intention: str
    wants: bool
    """Means to deal with the agent on this visit, or came with somebody who does."""
    company: bool = False
    """Others who came together with this person are in view."""
    due: str = ""
    """`sign` or `words`, when this is whom a good receptionist would turn to now."""


def label_of(frame: Frame, situation: Situation, wanted: Mapping[PersonId, Wanted]) -> Label:
    """The label of a lobby's frame. Who was signed to or greeted already needs no second one."""
    suited = tuple(
        _suited(situation, situation.people.get(who), wanted.get(who)) for who in frame.people
    )
    whom = np.full(len(frame.people), NO, np.int8)
    for i, who in enumerate(frame.people):
        told = wanted.get(who)
        if suited[i]:
            whom[i] = YES
        elif told is not None and told.wants and not told.due:
            whom[i] = UNKNOWN  # comes to be served, but another is nearer, or speaks for both
    return Label(YES if (whom == YES).any() else NO, whom, suited)


def _suited(situation: Situation, person: Person | None, told: Wanted | None) -> frozenset[str]:
    if person is None or told is None or not told.due or situation.refused(person):
        return frozenset()
    if told.due == "sign":
        if person.has(Mark.SIGNED) or person.has(Mark.GREETED):
            return frozenset()
        phone = PURPOSES_BY_INTENTION.get(told.intention) is _PHONE
        return _PHONE if phone else frozenset({"sign"})
    if person.has(Mark.SPOKE):
        return frozenset()
    if (greeted := person.marks.get(Mark.GREETED)) is not None:
        lingers = situation.now - greeted >= _LINGERS_S and not person.has(Mark.OFFERED)
        return frozenset({"offer_help"}) if lingers else frozenset()
    first = situation.addressee
    if first is not None and first.id != person.id and first.attends:
        return frozenset({"queue"})
    fitting = PURPOSES_BY_INTENTION.get(told.intention, _GREET)
    if told.company and "greet" in fitting:
        fitting = (fitting - _GREET) | _GROUP
    elif not told.company and fitting is _GROUP:
        fitting = _GREET
    silent_s = situation.now - (person.attending_since or situation.now)
    return fitting | {"offer_help"} if silent_s >= _SILENT_S else fitting


# A site's own recordings


class Annotation(BaseModel):
    """One line of a site's annotations: from this moment on, until the next line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: float = Field(ge=0, description="Seconds since the recording's first message.")
    act_now: bool | None = Field(description="Whether to act; null: leave this stretch out.")
    person: PersonId | None = Field(None, description="Toward whom, by the id in the recording.")
    act: str | None = Field(None, description="Which act would do: its name or its purpose.")


def read_annotations(path: Path, purposes: Collection[str]) -> tuple[Annotation, ...]:
    """Read a file of annotations, or raise `BadInputError` with line and cure."""
    found: list[Annotation] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            one = Annotation.model_validate(json.loads(line))
        except (ValueError, ValidationError) as fault:
            what = str(fault).splitlines()
            raise BadInputError(
                f"{path}:{number}: {' '.join(part.strip() for part in what)}"
            ) from None
        if one.act is not None and one.act.split("/")[0] not in purposes:
            there = ", ".join(sorted(purposes))
            raise BadInputError(f"{path}:{number}: act: no purpose {one.act!r}; there is {there}")
        if one.act_now and one.person is None:
            raise BadInputError(f"{path}:{number}: person: whom to act toward is missing")
        if found and one.at < found[-1].at:
            raise BadInputError(f"{path}:{number}: at: earlier than the line before; sort by `at`")
        found.append(one)
    if not found:
        raise BadInputError(f"{path}: no annotations in it")
    return tuple(found)


def annotated(
    frames: Iterable[Frame], start_s: float, lines: tuple[Annotation, ...]
) -> list[Labelled]:
    """Frames of a recording that begins at `start_s`, with what its annotations say."""
    out: list[Labelled] = []
    for frame in frames:
        held = [line for line in lines if line.at <= frame.at - start_s]
        label = _annotated(frame, held[-1] if held else None)
        out.append(Labelled(frame, label))
    return out


def _annotated(frame: Frame, line: Annotation | None) -> Label:
    count = len(frame.people)
    if line is None or line.act_now is None or (line.act_now and line.person not in frame.people):
        return Label(UNKNOWN, np.full(count, UNKNOWN, np.int8), (frozenset(),) * count)
    whom = np.array([line.act_now and who == line.person for who in frame.people], np.int8)
    purpose = frozenset({line.act.split("/")[0]}) if line.act else frozenset[str]()
    return Label(int(line.act_now), whom, tuple(purpose if yes else frozenset() for yes in whom))
