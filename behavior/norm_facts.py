"""The facts that a norm may ask about, by name. Each reads the situation and one wish.

None means unknown, and no condition holds of what is unknown: a missing gaze is not "looks away".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from agent.core.messages import PersonId
from behavior.situation import Mark, Person, Situation, apart_m
from behavior.wishes import Wish

FactValue = bool | float | str | None

_LOOKS_AWAY_RAD = 0.6
_TALKING_APART_M = 1.6
_STANDS_M_S = 0.3
_PAGE_IN_USE_S = 60.0


class FactKind(StrEnum):
    """What a fact is, and so how it can be tested."""

    FLAG = "flag"
    NUMBER = "number"
    WORD = "word"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a norm can ask."""

    kind: FactKind
    about: str
    read: Callable[[Situation, Wish], FactValue]


def addressee_of(situation: Situation, wish: Wish) -> Person | None:
    """The person a wish is meant for, if in view."""
    return situation.person(wish.act.to)


def _of_addressee(read: Callable[[Situation, Person], FactValue]) -> Callable[..., FactValue]:
    def reader(situation: Situation, wish: Wish) -> FactValue:
        person = addressee_of(situation, wish)
        return None if person is None else read(situation, person)

    return reader


def _in_conversation(situation: Situation, person: Person) -> FactValue:
    """Stands close to another, and neither is turned to the agent."""
    away = person.away_rad()
    if away is None:
        return None
    if away < _LOOKS_AWAY_RAD or person.speed_m_s > _STANDS_M_S:
        return False
    return any(
        apart_m(person.place, other.place) <= _TALKING_APART_M
        and (other.away_rad() or 0.0) >= _LOOKS_AWAY_RAD
        and other.speed_m_s <= _STANDS_M_S
        for other in situation.others(person)
    )


def _looks_away(_: Situation, person: Person) -> FactValue:
    away = person.away_rad()
    return None if away is None else away >= _LOOKS_AWAY_RAD


def _farewelled(_: Situation, person: Person) -> FactValue:
    """Said goodbye to, and has neither spoken nor turned to the agent since."""
    goodbye = person.marks.get(Mark.FAREWELLED)
    if goodbye is None:
        return False
    again = max(person.marks.get(Mark.SPOKE, goodbye), person.attending_since or goodbye)
    return again <= goodbye


def _company(situation: Situation, wish: Wish) -> set[PersonId]:
    """Those the words are meant for, and those greeted together with them."""
    meant = {who for who, _ in wish.marks}
    person = addressee_of(situation, wish)
    if person is None:
        return meant
    greeted = person.marks.get(Mark.GREETED)
    together = {
        other.id
        for other in situation.others(person)
        if greeted is not None and other.marks.get(Mark.GREETED) == greeted
    }
    return meant | together | {person.id}


def _stranger_m(situation: Situation, wish: Wish) -> FactValue:
    """Distance of the nearest person who does not belong, to the addressee or to the agent."""
    person, ours = addressee_of(situation, wish), _company(situation, wish)
    distances = [
        min(other.distance_m, apart_m(other.place, person.place) if person else 99.0)
        for other in situation.people.values()
        if other.id not in ours
    ]
    if person is None and distances:  # whoever speaks unseen may be any one of those in view
        distances.remove(min(distances))
    return min(distances, default=None)


def _page_in_use(situation: Situation, _: Wish) -> FactValue:
    devices = situation.devices
    used = devices.page_used_at
    recent = used is not None and situation.now - used <= _PAGE_IN_USE_S
    return devices.page_connected and recent


def _answers_typed(situation: Situation, wish: Wish) -> FactValue:
    turn = wish.act.in_reply_to
    return turn is not None and turn in situation.turns and situation.turns[turn].typed


def _since_unasked_s(situation: Situation, _: Wish) -> FactValue:
    at = situation.spoke_unasked_at
    return None if at is None else situation.now - at


def _disclosed(situation: Situation, wish: Wish) -> FactValue:
    meeting = situation.encounter
    return wish.discloses or (meeting is not None and meeting.disclosed)


_FLAG, _NUMBER, _WORD, _TEXT = FactKind.FLAG, FactKind.NUMBER, FactKind.WORD, FactKind.TEXT

FACTS: Mapping[str, Fact] = {
    "act.speaks": Fact(_FLAG, "The act has words.", lambda _, w: w.speaks),
    "act.unasked": Fact(_FLAG, "Nobody asked the agent for this act.", lambda _, w: w.proactive),
    "act.greets": Fact(_FLAG, "The act greets in words.", lambda _, w: w.greets),
    "act.policy": Fact(
        _WORD, "The policy it comes from.", lambda _, w: w.act.reason.policy.split(".")[0]
    ),
    "act.priority": Fact(
        _WORD,
        "Its strength: idle, social, reply, operator or safety.",
        lambda _, w: w.act.priority.value,
    ),
    "act.text": Fact(_TEXT, "All its words.", lambda _, w: w.text),
    "act.names_somebody": Fact(
        _FLAG,
        "Some of its words are not for strangers' ears.",
        lambda _, w: any(clause.discreet is not None for clause in w.act.clauses),
    ),
    "act.gestures": Fact(
        _FLAG,
        "It moves the arms.",
        lambda _, w: bool(w.act.gestures) or any(c.gestures for c in w.act.clauses),
    ),
    "act.looks": Fact(_FLAG, "It says where to look.", lambda _, w: w.act.gaze is not None),
    "act.answers_typed": Fact(_FLAG, "It answers a typed line.", _answers_typed),
    "addressee.seen": Fact(
        _FLAG, "The person addressed is in view.", lambda s, w: addressee_of(s, w) is not None
    ),
    "addressee.engagement": Fact(
        _WORD,
        "present, passing, approaching, attending, engaged or disengaging.",
        _of_addressee(lambda _, p: p.engagement.value),
    ),
    "addressee.distance_m": Fact(
        _NUMBER, "How far away the person is, metres.", _of_addressee(lambda _, p: p.distance_m)
    ),
    "addressee.looks_away": Fact(
        _FLAG, "The person is turned away from the agent.", _of_addressee(_looks_away)
    ),
    "addressee.in_conversation": Fact(
        _FLAG, "The person stands with others, turned to them.", _of_addressee(_in_conversation)
    ),
    "addressee.greeted": Fact(
        _FLAG, "The person was greeted before.", _of_addressee(lambda _, p: p.has(Mark.GREETED))
    ),
    "addressee.spoke": Fact(
        _FLAG, "The person has said something.", _of_addressee(lambda _, p: p.has(Mark.SPOKE))
    ),
    "addressee.waits": Fact(
        _FLAG, "The person waits for a host.", _of_addressee(lambda _, p: p.has(Mark.WAITING))
    ),
    "addressee.refused": Fact(
        _FLAG, "The person has declined.", _of_addressee(lambda s, p: s.refused(p))
    ),
    "addressee.said_goodbye": Fact(
        _FLAG, "Goodbye has been said to the person.", _of_addressee(_farewelled)
    ),
    "room.people": Fact(_NUMBER, "How many are in view.", lambda s, _: float(len(s.people))),
    "room.stranger_m": Fact(_NUMBER, "How near a stranger stands, metres.", _stranger_m),
    "room.hour": Fact(_NUMBER, "Hour of the day, local time, 0 to 24.", lambda s, _: s.hour),
    "room.alarm": Fact(_FLAG, "An emergency goes on.", lambda s, _: s.alarm),
    "room.page_connected": Fact(
        _FLAG, "A page is connected.", lambda s, _: s.devices.page_connected
    ),
    "room.page_in_use": Fact(_FLAG, "Someone used the page in the last minute.", _page_in_use),
    "floor.visitor_speaks": Fact(_FLAG, "A visitor is speaking.", lambda s, _: s.visitor_speaks),
    "floor.in_encounter": Fact(
        _FLAG, "A conversation goes on.", lambda s, _: s.encounter is not None
    ),
    "floor.since_unasked_s": Fact(
        _NUMBER, "Seconds since the agent last spoke unasked.", _since_unasked_s
    ),
    "floor.disclosed": Fact(
        _FLAG, "This act or an earlier one says that this is an AI.", _disclosed
    ),
}
