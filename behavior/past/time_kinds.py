"""Which kind of question about the past a line is, from who did what and which word asks. Pure."""

import re

from behavior.past.questions import By, Happening, Kind, Relation
from behavior.past.time_clauses import Clause, told_a_host
from behavior.past.time_places import Place
from behavior.past.time_words import AUX, OTHERS, Meant

_OWN_WORDS = re.compile(
    r"\b(?P<who>my|your) (?:very |most )?(?P<which>(?:first|last|latest|previous|recent"
    r"|earlier|original|other|next|opening|own|exact)\s)?"
    r"(?:(?:two|three|four|five)\s)?(?P<noun>questions?|requests?|wish(?:es)?|words?|sentences?"
    r"|remarks?|statements?|answers?|reply|replies|explanations?|comments?|greeting|things?|ones?)\b"
)
_LONG = frozenset(("long", "minutes", "hour", "hours"))
_SAYS_IT = frozenset({"say", "said", "tell", "told", "saying", "telling"})
_FOR_US = re.compile(r"\b(?:for|about|after|mention(?:ed)?) (?:me|us)\b")
_FIRST_HERE = re.compile(r"^(?:am|was|were|are|is) (?:i|we) (?:the )?(?:next|only one|alone)\b")
_FAR = re.compile(r"\b(?:how (?:far|close|near)|distance)\b")


def asks(clause: Clause, meant: Meant) -> bool:
    """Whether it is a question at all, and no statement."""
    if clause.asked == "when" and not meant.framed:
        at = clause.words.index("when")  # `when you have told me, call Priya` asks nothing
        return bool(AUX.intersection(clause.words[at + 1 : at + 2]))
    return bool(clause.asked) or clause.inverted or meant.framed


def kind_of(clause: Clause, place: Place, meant: Meant) -> Kind | None:
    """The kind of question; None: none about the past."""
    if own := _own_words(clause, meant):
        return own
    if not asks(clause, meant):
        return None
    if _FIRST_HERE.search(meant.text) or (
        clause.by is By.VISITOR and place.relation is Relation.FIRST
        and clause.what in {None, Happening.WAS, Happening.CAME} and not clause.asked
    ):  # fmt: skip
        return Kind.CAME_BEFORE
    match clause.by:
        case By.OTHER:
            return _of_others(clause, place, meant)
        case By.AGENT:
            return _of_agent(clause, place, meant)
        case By.VISITOR | By.BOTH:
            return _of_visitor(clause, place, meant)
        case _:
            return _of_nobody(clause, place)


def _own_words(clause: Clause, meant: Meant) -> Kind | None:
    """`My second question`, `your last answer`: nouns that stand for what was said."""
    text = " ".join(clause.words)
    match = _OWN_WORDS.search(text)
    if match is None or clause.asked in {"howmany", "howoften", "who", "why", "howlong"}:
        return None
    says = clause.what is Happening.SAID and clause.by is not None and clause.verb != "repeat"
    if says and match.start() > text.find(clause.verb):
        return None  # `what did you say to my question`
    rest = text[match.end() :].split()
    bare = len(rest) <= 3 and match.start() <= 12
    was = "was" in clause.words or "were" in clause.words or clause.past and bool(clause.asked)
    if not (was or meant.framed or (match["which"] and bare)):
        return None
    when = clause.asked == "when"
    if match["who"] == "my":
        return Kind.WHEN_I_SAID if when else Kind.I_SAID
    return Kind.WHEN_YOU_SAID if when else Kind.YOU_SAID


def _of_visitor(clause: Clause, place: Place, meant: Meant) -> Kind | None:  # noqa: C901 - a table
    asked, text = clause.asked, " ".join(clause.words)
    if _FAR.search(text) and clause.past and clause.what in {Happening.WAS, None}:
        return Kind.I_STOOD
    match clause.what:
        case Happening.SAID if asked == "howlong":
            return Kind.HOW_LONG_TALKED
        case Happening.SAID if asked in {"howoften", "howmany"}:
            return Kind.HOW_OFTEN if clause.past else None
        case Happening.SAID if clause.past:
            return Kind.WHEN_I_SAID if asked == "when" else Kind.I_SAID
        case Happening.CAME if place.with_me or re.search(r"\b(?:alone|with)\b", text):
            return Kind.CAME_WITH if clause.past else None
        case Happening.CAME if asked in {"when", "howlong"} and clause.past:
            return Kind.WHEN_CAME
        case Happening.WAITED if asked == "howlong" or "long" in clause.words:
            return Kind.HOW_LONG_WAITED if "to" not in clause.words else None
        case Happening.WAITED | Happening.WAS if asked == "when" and clause.past:
            return Kind.WHEN_CAME
        case Happening.WAS if asked == "howlong" or (clause.inverted and _LONG & set(clause.words)):
            return Kind.HOW_LONG_HERE
        case Happening.WAS if asked == "where" and clause.past:
            return Kind.I_STOOD
        case Happening.GESTURED if clause.past:
            return Kind.I_GESTURED
        case Happening.LOOKED if clause.past and asked in {"what", "how", ""}:
            return Kind.UNKEPT
        case Happening.DID if clause.past and asked == "what" and is_placed(place):
            return Kind.I_SAID
        case None if asked == "howlong" and clause.by is By.VISITOR:
            return Kind.HOW_LONG_HERE
        case _:
            return None


def _of_agent(clause: Clause, place: Place, meant: Meant) -> Kind | None:
    if not clause.past:
        return None
    asked = clause.asked
    match clause.what:
        case Happening.SAID if told_a_host(clause):
            return _told(clause, place)
        case Happening.SAID if _to_others(clause) or (asked == "who" and "me" not in clause.words):
            return Kind.OTHERS
        case Happening.SAID if asked in {"howoften", "howmany"}:
            return Kind.HOW_OFTEN_YOU
        case Happening.SAID if asked == "when":
            return Kind.YOU_SAID if _says_a_time(clause) else Kind.WHEN_YOU_SAID
        case Happening.SAID if asked not in {"howlong", "why"}:
            return Kind.YOU_SAID
        case Happening.TOLD:
            return _told(clause, place)
        case Happening.GESTURED:
            return Kind.YOU_GESTURED
        case Happening.DID:
            with_mine = re.search(r"\b(?:about|with|for) (?:it|my|me|us)\b", " ".join(clause.words))
            return Kind.YOU_DID if is_placed(place) or with_mine or meant.framed else None
        case _:
            return None


def _told(clause: Clause, place: Place) -> Kind | None:
    if clause.asked == "when":
        return Kind.WHEN_TOLD
    if clause.asked in {"what", "who", "which"} or (is_placed(place) and not clause.asked):
        return Kind.YOU_DID
    return None  # `did you tell him` is the desk's own business


def _of_others(clause: Clause, place: Place, meant: Meant) -> Kind | None:  # noqa: C901 - a table
    asked, words = clause.asked, clause.words
    text = " ".join(words)
    named = any(w in OTHERS for w in words) or place.relation in {
        Relation.BEFORE_ME, Relation.AFTER_ME}  # fmt: skip
    apart = asked in {"who", "what", "why", "where", "which"} and clause.inverted and named
    if "name" in words and named:
        return Kind.OTHERS
    if _FOR_US.search(text) and (clause.past or clause.inverted):
        return Kind.OTHERS
    placed = place.relation is not Relation.ANY
    if place.relation is Relation.FIRST and "first" not in meant.text:  # when I came
        if clause.what in {Happening.WAS, Happening.WAITED, None} and clause.past:
            return Kind.CAME_BEFORE
        if clause.what is Happening.CAME and clause.past:
            return Kind.CAME_WITH
    here = clause.what in {Happening.WAS, Happening.WAITED, None}
    if asked in {"what", "why"} and clause.what is not Happening.DID:
        return Kind.OTHERS if named and (clause.past or meant.framed) else None
    if asked == "howmany" and place.relation is Relation.BEFORE_ME:
        return Kind.CAME_BEFORE
    match clause.what:
        case Happening.SAID | Happening.TOLD | Happening.LOOKED:
            if asked == "howlong" and named:
                return Kind.HOW_LONG_OTHER
            talks = asked in {"who", ""} and clause.past and named
            return Kind.OTHERS if talks or (named and clause.past) else None
        case _ if asked == "howlong":
            return Kind.HOW_LONG_OTHER if named else None
        case Happening.LEFT if place.relation is Relation.BEFORE_ME and asked != "when":
            return Kind.CAME_BEFORE
        case Happening.LEFT if clause.past or "gone" in words:
            return Kind.WHEN_OTHER_WENT if asked == "when" else Kind.WENT
        case Happening.CAME if asked == "when":
            return Kind.WHEN_OTHER_CAME if clause.past and named else None
        case Happening.CAME if apart and asked == "who" and words[0] == "who":
            return Kind.OTHERS if _who_is_apart(clause) else _came(place)
        case Happening.CAME | Happening.WAS | Happening.WAITED | None if placed or place.with_me:
            allowed = clause.past or here or place.relation is Relation.BEFORE_ME
            return _came(place) if allowed and (named or asked in {"who", "howmany"}) else None
        case Happening.CAME if clause.past and asked == "who":
            return Kind.CAME_BEFORE if "before" in words else _came(place)
        case Happening.CAME | Happening.WAS if clause.past and named:
            still = "before" in words or (here and "else" not in words)
            return (
                Kind.CAME_BEFORE if still and not (asked == "who" and not placed) else _came(place)
            )
        case Happening.DID if placed and asked == "what":
            return Kind.YOU_DID
        case _:
            return None


def _who_is_apart(clause: Clause) -> bool:
    """`Who did the man come to see`: the one asked for is not the one who came."""
    words = clause.words
    turned = words[1:2] and words[1] in {"did", "was", "were", "does", "has", "had"}
    return bool(turned) and words[2:3] == ("the",) and any(w in OTHERS for w in words[1:5])


def _came(place: Place) -> Kind:
    if place.with_me:
        return Kind.CAME_WITH
    return Kind.CAME_BEFORE if place.relation is Relation.BEFORE_ME else Kind.CAME_SINCE


def _of_nobody(clause: Clause, place: Place) -> Kind | None:
    """No actor is named: `what happened`, `when was Priya told`, `how often did it come up`."""
    match clause.what:
        case Happening.SAID if clause.past and clause.asked == "when" and clause.verb == "told":
            return Kind.WHEN_TOLD
        case Happening.SAID if clause.past and {"was", "were", "been"} & set(clause.words):
            return Kind.WHEN_YOU_SAID if clause.asked == "when" else Kind.YOU_SAID
        case Happening.TOLD if clause.past and clause.asked == "when":
            return Kind.WHEN_TOLD
        case Happening.DID if clause.past and is_placed(place) and clause.asked in {"what", ""}:
            return Kind.YOU_DID
        case Happening.CAME if clause.asked in {"howoften", "when"} and "up" in clause.words:
            return Kind.HOW_OFTEN if clause.asked == "howoften" else Kind.WHEN_I_SAID
        case Happening.WAITED if clause.asked == "howlong":
            return Kind.HOW_LONG_WAITED
        case None if clause.asked == "what" and {"was", "about"} <= set(clause.words):
            return Kind.YOU_SAID  # `what was that again about the stairs`
        case _:
            return None


def _to_others(clause: Clause) -> bool:
    rest = clause.words[clause.verb_at + 1 :]
    with_at = next((i for i, w in enumerate(rest) if w in {"with", "to"}), len(rest))
    if any(w in OTHERS for w in rest[with_at : with_at + 4]):
        return True
    whom = (w for w in rest if w in OTHERS or w in {"me", "him", "her", "them", "about"})
    return next(whom, "me") not in {"me", "about"}


def _says_a_time(clause: Clause) -> bool:
    """`When did you say the lecture begins` asks for what was said, not for when."""
    rest = list(clause.words[clause.verb_at + 1 :])
    if (
        clause.verb not in _SAYS_IT
        or not rest
        or rest[0] in {"about", "to", "something", "anything"}
    ):
        return False
    return bool(
        re.search(r"\b(?:\w+s|is|are|was|were|will|can|could|would|open|close)$", " ".join(rest))
    )


def is_placed(place: Place) -> bool:
    """Whether anything tells where in time it is meant."""
    return place.relation is not Relation.ANY or place.number != 0
