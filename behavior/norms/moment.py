"""A moment in plain words: who is there, what goes on, what the agent would like to do.

The same words serve for finding norms that fit, for the language model, and for an operator. What a
visitor said is left out unless it is asked for, and never kept.
"""

from collections.abc import Callable, Iterator

from agent.core.messages import Act
from behavior.norms.facts import Facts
from behavior.norms.people import FactValue
from behavior.situation.state import Situation
from behavior.wishes import UNNUMBERED, Wish, because

_ENGAGED = {
    "present": "is busy with something else",
    "passing": "just walks by",
    "approaching": "comes up",
    "attending": "stands before us and attends",
    "engaged": "talks with us",
    "disengaging": "turns to go",
}
_TELLS: tuple[tuple[str, Callable[[FactValue], str]], ...] = (
    ("addressee.engagement", lambda v: f"The visitor {_ENGAGED.get(str(v), '')}."),
    ("addressee.distance_m", lambda v: _distance(float(v or 0))),
    ("addressee.looks_away", lambda v: "The visitor looks elsewhere." if v else ""),
    ("addressee.in_conversation", lambda v: "The visitor talks with somebody else." if v else ""),
    ("addressee.hand_up_s", lambda v: "A hand is held up, as in a telephone call."),
    ("addressee.eyes_m", lambda v: "Their eyes are low." if float(v or 9) < 1.35 else ""),
    ("addressee.behind_another", lambda v: "Somebody stands in between." if v else ""),
    ("addressee.refused", lambda v: "They have declined help." if v else ""),
    ("addressee.waits", lambda v: "They wait for a host." if v else ""),
    ("addressee.greeted", lambda v: "They were greeted." if v else "They were not greeted yet."),
    ("addressee.said_goodbye", lambda v: "Goodbye was said." if v else ""),
    ("visitor.trust", lambda v: "They were hard to hear." if float(v or 1) < 0.3 else ""),
    ("visitor.words_per_s", lambda v: "They speak slowly." if float(v or 9) < 1.3 else ""),
    ("visitor.unheard_turns", lambda v: "They were not understood." if v else ""),
    ("act.answers_typed", lambda v: "They type on the screen." if v else ""),
    ("floor.visitor_speaks", lambda v: "They are speaking." if v else ""),
    ("floor.with_another", lambda v: "We are talking with somebody else." if v else ""),
    ("room.stranger_m", lambda v: "A stranger can hear us." if float(v or 9) < 3 else ""),
    ("room.alarm", lambda v: "There is an emergency." if v else ""),
    ("floor.help_called_s", lambda v: "A person was called." if float(v or 9e9) < 600 else ""),
    ("room.hour", lambda v: "It is night." if not 6 <= float(v or 0) < 21 else ""),
)
_AIMS = {
    "greeting": "to greet",
    "farewell": "to say goodbye",
    "silence": "to help someone who says nothing",
    "waiting": "to speak to someone who waits",
    "reply": "to answer",
    "handover": "to say that a person comes",
    "attention": "to look at them",
    "listening": "to show that we listen",
}


def moment(situation: Situation, wish: Wish | None = None, *, aloud: bool = False) -> str:
    """Describe a situation, and what is wished in it; `aloud`: with the words of the act."""
    facts = Facts(situation, wish or _nothing(situation))
    told = " ".join(_facts(facts))
    if not situation.people:
        told = f"Nobody is in view. {told}"
    if wish is None:
        return told.strip()
    return f"{told} {_aim(wish, aloud)}".strip()


def _facts(facts: Facts) -> Iterator[str]:
    for name, tell in _TELLS:
        value = facts[name]
        if value is not None and (text := tell(value)):
            yield text


def _aim(wish: Wish, aloud: bool) -> str:
    policy = wish.act.reason.policy.split(".")[0]
    aim = _AIMS.get(policy, f"to act ({policy})")
    how = "unasked" if wish.proactive else "because we were asked"
    words = f': "{wish.text}"' if aloud and wish.speaks else ""
    return f"We would like {aim}, {'in words' if wish.speaks else 'silently'}, {how}{words}."


def _distance(metres: float) -> str:
    if metres < 0.6:
        return "They are very close."
    return "They are far away." if metres > 3.5 else ""


def _nothing(situation: Situation) -> Wish:
    """A wish for no act, towards whoever is talked with or stands nearest."""
    person = situation.addressee or min(
        situation.people.values(), key=lambda one: one.distance_m, default=None
    )
    to = person.id if person is not None else None
    return Wish(act=Act(at=situation.now, act=UNNUMBERED, reason=because("", ""), to=to))
