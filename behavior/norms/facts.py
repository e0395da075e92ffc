"""The facts that a norm may ask about, by name. Each reads the situation and one wish.

None means unknown, and no condition holds of what is unknown: a missing gaze is not "looks away".
Texts come as `behavior.norms.words.spoken` gives them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from agent.core.messages import Context
from behavior.norms import people, words
from behavior.norms.people import FactValue, of_addressee
from behavior.situation.contexts import is_told, meets_another
from behavior.situation.people import Mark
from behavior.situation.state import Situation
from behavior.wishes import Wish

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


class Facts:
    """The facts of one situation and one wish, each read at most once."""

    __slots__ = ("_known", "_situation", "_wish")

    def __init__(self, situation: Situation, wish: Wish) -> None:
        self._situation = situation
        self._wish = wish
        self._known: dict[str, FactValue] = {}

    def __getitem__(self, name: str) -> FactValue:
        known = self._known
        if name not in known:
            known[name] = FACTS[name].read(self._situation, self._wish)
        return known[name]


def _page_in_use(situation: Situation, _: Wish) -> FactValue:
    devices = situation.devices
    used = devices.page_used_at
    recent = used is not None and situation.now - used <= _PAGE_IN_USE_S
    return devices.page_connected and recent


def _since(at: float | None, situation: Situation) -> FactValue:
    return None if at is None else situation.now - at


def _disclosed(situation: Situation, wish: Wish) -> FactValue:
    meeting = situation.encounter
    return wish.discloses or (meeting is not None and meeting.disclosed)


def _has(mark: Mark) -> Callable[[Situation, Wish], FactValue]:
    return of_addressee(lambda _, person: person.has(mark))


def _told(context: Context) -> Callable[[Situation, Wish], FactValue]:
    return of_addressee(lambda _, person: is_told(person, context))


_FLAG, _NUMBER, _WORD, _TEXT = FactKind.FLAG, FactKind.NUMBER, FactKind.WORD, FactKind.TEXT

_ACT: Mapping[str, Fact] = {
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
    "act.text": Fact(_TEXT, "All its words.", words.act_text),
    "act.words": Fact(_NUMBER, "How many words it has.", words.act_words),
    "act.clauses": Fact(_NUMBER, "How many breaths they take.", words.act_clauses),
    "act.apologies": Fact(_NUMBER, "How often it says sorry.", words.act_apologies),
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
    "act.gesture_names": Fact(
        _TEXT, "Its gestures by their names, blanks for underscores.", words.act_gesture_names
    ),
    "act.points_at_person": Fact(
        _FLAG, "It would point a finger towards somebody.", people.points_at_person
    ),
    "act.face": Fact(_WORD, "The face it makes, the brightest first.", words.act_face),
    "act.looks": Fact(_FLAG, "It says where to look.", lambda _, w: w.act.gaze is not None),
    "act.answers_typed": Fact(_FLAG, "It answers a typed line.", words.answers_typed),
    "act.continues": Fact(_FLAG, "It goes on with an answer begun before.", words.act_continues),
}

_ADDRESSEE: Mapping[str, Fact] = {
    "addressee.seen": Fact(
        _FLAG, "The person addressed is in view.", lambda s, w: s.person(w.act.to) is not None
    ),
    "addressee.engagement": Fact(
        _WORD,
        "present, passing, approaching, attending, engaged or disengaging.",
        of_addressee(lambda _, p: p.engagement.value),
    ),
    "addressee.distance_m": Fact(
        _NUMBER, "How far away the person is, metres.", of_addressee(lambda _, p: p.distance_m)
    ),
    "addressee.unseen_s": Fact(
        _NUMBER,
        "How long ago the person was last seen, seconds.",
        of_addressee(lambda s, p: s.now - p.seen_at),
    ),
    "addressee.speed_m_s": Fact(
        _NUMBER, "How fast the person walks.", of_addressee(lambda _, p: p.speed_m_s)
    ),
    "addressee.eyes_m": Fact(
        _NUMBER,
        "How high the person's eyes are above the floor, metres.",
        of_addressee(lambda _, p: p.eyes_m),
    ),
    "addressee.turned_rad": Fact(
        _NUMBER, "How far the person is turned away.", of_addressee(lambda _, p: p.away_rad())
    ),
    "addressee.body_turned_rad": Fact(
        _NUMBER,
        "How far the person's body is turned away, wherever the eyes go.",
        of_addressee(lambda _, p: p.body_rad if p.body_rad is not None else p.facing_rad),
    ),
    "addressee.looks_away": Fact(
        _FLAG, "The person is turned away from the agent.", of_addressee(people.looks_away)
    ),
    "addressee.hand_up_s": Fact(
        _NUMBER, "How long a hand has been held up, seconds.", of_addressee(people.hand_up_s)
    ),
    "addressee.attends_s": Fact(
        _NUMBER, "How long the person has attended, seconds.", of_addressee(people.attends_s)
    ),
    "addressee.looked_at_s": Fact(
        _NUMBER, "How long the eyes have rested on the person.", of_addressee(people.looked_at_s)
    ),
    "addressee.in_conversation": Fact(
        _FLAG,
        "The person stands with others, turned to them.",
        of_addressee(people.in_conversation),
    ),
    "addressee.faced_by_another": Fact(
        _FLAG,
        "Somebody close by is turned to this person and not to the agent, or was a moment ago.",
        of_addressee(people.faced_by_another),
    ),
    "addressee.joined": Fact(
        _FLAG,
        "The person stands, and somebody is just walking up to their side.",
        of_addressee(people.joined),
    ),
    "addressee.unclear_s": Fact(
        _NUMBER,
        "How long ago the person's last words were not understood, seconds.",
        of_addressee(people.unclear_s),
    ),
    "addressee.behind_another": Fact(
        _FLAG, "Somebody who attends stands in between.", of_addressee(people.behind_another)
    ),
    "addressee.group_greeted": Fact(
        _FLAG, "Someone of the same group was just greeted.", of_addressee(people.group_greeted)
    ),
    "addressee.signed": Fact(_FLAG, "The person has had a silent sign.", _has(Mark.SIGNED)),
    "addressee.greeted": Fact(_FLAG, "The person was greeted before.", _has(Mark.GREETED)),
    "addressee.perhaps_met": Fact(
        _FLAG,
        "The person turned up close by, and may be somebody met before under another id.",
        of_addressee(lambda _, p: bool(p.perhaps_met)),
    ),
    "addressee.offered": Fact(_FLAG, "The person was offered help before.", _has(Mark.OFFERED)),
    "addressee.spoke": Fact(_FLAG, "The person has said something.", _has(Mark.SPOKE)),
    "addressee.waits": Fact(_FLAG, "The person waits for a host.", _has(Mark.WAITING)),
    "addressee.waited_s": Fact(
        _NUMBER, "How long ago the host was told, seconds.", of_addressee(people.waited_s)
    ),
    "addressee.refused": Fact(
        _FLAG, "The person has declined.", of_addressee(lambda s, p: s.refused(p))
    ),
    "addressee.on_the_phone": Fact(
        _FLAG, "Seen to hold something to the ear; unknown where not.", _told(Context.PHONE)
    ),
    "addressee.carries": Fact(
        _FLAG, "Came in with both hands full; unknown where not.", _told(Context.CARRYING)
    ),
    "addressee.waits_long": Fact(
        _FLAG, "Has stood here for long without being served.", _told(Context.WAITING)
    ),
    "addressee.child": Fact(
        _FLAG, "Stands with eyes as low as a child's; unknown where not.", _told(Context.CHILD)
    ),
    "addressee.in_wheelchair": Fact(
        _FLAG, "Was seen to move while sitting; unknown where not.", _told(Context.WHEELCHAIR)
    ),
    "addressee.meets_another": Fact(
        _FLAG, "Looks into another's eyes or shakes hands now.", of_addressee(meets_another)
    ),
    "addressee.said_goodbye": Fact(
        _FLAG, "Goodbye has been said to the person.", of_addressee(people.farewelled)
    ),
}

_VISITOR: Mapping[str, Fact] = {
    "visitor.words": Fact(
        _TEXT, "What was said in the turn that it answers, or last.", words.visitor_words
    ),
    "visitor.trust": Fact(
        _NUMBER, "The recogniser's trust in these words, 0 to 1.", words.visitor_trust
    ),
    "visitor.perhaps_another": Fact(
        _FLAG,
        "Another stands as near, and nothing shows which of them said what it answers.",
        people.perhaps_another,
    ),
    "visitor.words_per_s": Fact(_NUMBER, "How fast they were said.", words.visitor_words_per_s),
    "visitor.unheard_turns": Fact(
        _NUMBER, "The last so many turns were a voice without words.", words.visitor_unheard_turns
    ),
    "visitor.since_voice_s": Fact(
        _NUMBER, "Seconds since a voice was last heard.", words.since_voice_s
    ),
}

_ROOM: Mapping[str, Fact] = {
    "room.people": Fact(_NUMBER, "How many are in view.", lambda s, _: float(len(s.people))),
    "room.nearest_m": Fact(_NUMBER, "How near the nearest person is.", people.nearest_m),
    "room.stranger_m": Fact(_NUMBER, "How near a stranger stands, metres.", people.stranger_m),
    "room.hour": Fact(_NUMBER, "Hour of the day, local time, 0 to 24.", lambda s, _: s.hour),
    "room.alarm": Fact(_FLAG, "An emergency goes on.", lambda s, _: s.alarm),
    "room.page_connected": Fact(
        _FLAG, "A page is connected.", lambda s, _: s.devices.page_connected
    ),
    "room.page_in_use": Fact(_FLAG, "Someone used the page in the last minute.", _page_in_use),
    "floor.visitor_speaks": Fact(_FLAG, "A visitor is speaking.", lambda s, _: s.visitor_speaks),
    "floor.in_turn": Fact(
        _FLAG, "A visitor speaks, or has paused and may go on.", lambda s, _: s.in_turn
    ),
    "floor.in_encounter": Fact(
        _FLAG, "A conversation goes on.", lambda s, _: s.encounter is not None
    ),
    "floor.with_another": Fact(
        _FLAG, "A conversation goes on with somebody else.", people.with_another
    ),
    "floor.since_unasked_s": Fact(
        _NUMBER,
        "Seconds since the agent last spoke unasked.",
        lambda s, _: _since(s.spoke_unasked_at, s),
    ),
    "floor.help_called_s": Fact(
        _NUMBER, "Seconds since a person was asked to come.", lambda s, _: _since(s.help_at, s)
    ),
    "floor.apologised": Fact(
        _FLAG, "The agent has just said sorry.", words.apologised
    ),
    "floor.disclosed": Fact(
        _FLAG, "This act or an earlier one says that this is an AI.", _disclosed
    ),
}  # fmt: skip

FACTS: Mapping[str, Fact] = {**_ACT, **_ADDRESSEE, **_VISITOR, **_ROOM}
