"""Takes a question about the past apart: its clauses, who did what in each, and when. Pure.

before i asked about the wifi what did i say
    pivot: the visitor said something about wifi; relation: before
    main: what, the visitor, said
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from behavior.past.questions import By, Event, Happening, Relation
from behavior.past.time_places import Place, placed
from behavior.past.time_words import (
    ASKED,
    AUX,
    FUTURE,
    OTHERS,
    SUBJECTS,
    VERBS,
    WH,
    Meant,
    complement_of,
    is_past,
    topic_of,
)

_PLACES: dict[str, Relation] = {
    "before": Relation.BEFORE, "after": Relation.AFTER, "when": Relation.WHEN,
    "while": Relation.WHILE, "as": Relation.WHILE, "during": Relation.WHILE,
    "since": Relation.SINCE, "until": Relation.UNTIL, "till": Relation.UNTIL,
    "between": Relation.BETWEEN,
}  # fmt: skip
_NOT_WHOM = frozenset(
    ("me", "us", "about", "that", "it", "anything", "something", "what", "regarding", "concerning")
    + ("of", "on", "to", "first", "last")
)
_TOLD_ONE = frozenset(("told", "asked", "informed", "answered", "greeted", "promised"))
_TELLS = frozenset((Happening.SAID, Happening.TOLD))
_ALONE = frozenset((Happening.CUT, Happening.SAID))
_AT_ONCE = frozenset(
    (Happening.CAME, Happening.LEFT, Happening.TOLD, Happening.GESTURED, Happening.CUT)
)
_TOLD_IT = frozenset(("said", "mentioned", "explained", "notified", "called", "contacted"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """The main clause of a question."""

    words: tuple[str, ...]
    asked: str = ""
    """The word that asks: `what`, `who`, `howlong` ...; empty: whether."""
    by: By | None = None
    what: Happening | None = None
    verb: str = ""
    verb_at: int = 0
    past: bool = False
    inverted: bool = False
    """The verb comes before who did it, as in a question."""


def taken_apart(meant: Meant) -> tuple[Clause, Place]:
    """The main clause of a line, and where in time it is meant."""
    text, place = placed(meant.text)
    words = text.split()
    main, subs = _split(words)
    for relation, sub in subs:
        said = read_clause(sub, subordinate=True)
        if relation is Relation.WHEN and said.what is None:
            main += sub  # `did I mention when my train goes`: what was said, not when
        elif _is_the_same(relation, said, main):
            main += topic_of(" ".join(sub)).split()  # `I said something about it, what did I say`
        else:
            place = _with_pivot(place, relation, sub)
    return read_clause(main), place


def _split(words: Sequence[str]) -> tuple[list[str], list[tuple[Relation, list[str]]]]:
    """The main clause, and the subordinate ones with how they place it."""
    start = _main_start(words)
    front, rest = list(words[:start]), list(words[start:])
    main: list[str] = []
    subs: list[tuple[Relation, list[str]]] = []
    current: list[str] = main
    if front and [w for w in rest if w != ASKED][1:] == []:
        front, rest = [], [*rest, *front]  # `I said something, do you know what`
    alone = read_clause(front, subordinate=True).what in _ALONE
    if front and front[0] not in _PLACES and alone:
        # `I cut you off, what were you saying`: a statement that places the question.
        subs.append((Relation.WHEN, front))
        front = []
    for part, from_main in ((front, False), (rest, True)):
        if from_main:
            current = main
        for i, word in enumerate(part):
            opens = word in _PLACES and not (from_main and i <= 1 and word in WH)
            if opens and word == "as" and not _has_subject(part[i + 1 : i + 2]):
                opens = False
            if opens and i + 1 < len(part):
                current = []
                subs.append((_PLACES[word], current))
            elif not opens and word != ASKED:
                current.append(word)
    return main, [(relation, sub) for relation, sub in subs if sub]


def _is_the_same(relation: Relation, said: Clause, words: Sequence[str]) -> bool:
    """A statement and a question about the same: what is asked is what was stated."""
    main = read_clause(words)
    same = said.by is main.by and said.what is main.what is Happening.SAID
    bare = not topic_of(" ".join(words))
    return relation is Relation.WHEN and same and bare and "something" in said.words


def _main_start(words: Sequence[str]) -> int:
    """Where the question itself begins: at a word that asks, or at a verb before its subject."""
    if ASKED in words:
        return list(words).index(ASKED)
    asks_when = False
    for i, word in enumerate(words):
        following = words[i + 1] if i + 1 < len(words) else ""
        if word == "when":
            # `when did you` asks; `when i asked about` places.
            asks_when = i == 0 and following in AUX
            if asks_when:
                return 0
            continue
        relative = word == "who" and i > 0 and words[i - 1] in SUBJECTS["other"]
        turned = word in AUX and (following == "there" or _has_subject([following]))
        if (word in WH and not relative) or (turned and (i == 0 or words[i - 1] not in WH)):
            return i
    return 0


def _asks_at(words: Sequence[str]) -> int:
    if words and words[0] in AUX:
        return -1  # `did you tell me where it is`
    for i, word in enumerate(words):
        relative = word == "who" and i > 0 and words[i - 1] in SUBJECTS["other"]
        if word in WH and not relative:
            return i
    return -1


def _has_subject(words: Sequence[str]) -> bool:
    return any(word in some for word in words for some in SUBJECTS.values()) or "the" in words


def _with_pivot(place: Place, relation: Relation, words: Sequence[str]) -> Place:
    if relation is Relation.BETWEEN:
        parts = " ".join(words).split(" and ", 1)
        first = read_event(parts[0].split())
        if parts[-1] == "now":
            return replace(place, relation=Relation.SINCE, pivot=first)
        second = read_event(parts[1].split()) if len(parts) == 2 else None
        return replace(place, relation=relation, pivot=first, until=second)
    event = read_event(words)
    if event is None:
        return place
    if place.pivot is not None and place.relation is Relation.AFTER and relation is Relation.BEFORE:
        return replace(place, relation=Relation.BETWEEN, until=event)
    if event.by is By.VISITOR and event.what in {Happening.CAME, Happening.WAS}:
        meant = {
            Relation.BEFORE: Relation.BEFORE_ME,
            Relation.AFTER: Relation.AFTER_ME,
            Relation.SINCE: Relation.SINCE_CAME,
            Relation.WHEN: Relation.FIRST,
            Relation.WHILE: Relation.FIRST if event.what is Happening.CAME else Relation.SINCE_CAME,
        }.get(relation, Relation.SINCE_CAME)
        return replace(place, relation=meant)
    if relation is Relation.WHILE and event.what in _AT_ONCE:
        relation = Relation.WHEN
    return replace(place, relation=relation, pivot=event)


def read_event(words: Sequence[str]) -> Event | None:
    """The event that a subordinate clause or a noun stands for; None: nothing that is known."""
    clause = read_clause(words, subordinate=True)
    what, by = clause.what, clause.by
    topic = topic_of(" ".join(words))
    if not topic and what is Happening.SAID:
        topic = complement_of(" ".join(words[clause.verb_at + 1 :]))
    if what is None and not topic:
        return None
    if what is Happening.WAS and "waiting" in words:
        what = Happening.WAITED
    if what is None:
        what, by = Happening.SAID, By.BOTH
    if what in {Happening.CAME, Happening.LEFT} and by is None:
        by = By.OTHER
    if what is Happening.SAID and told_a_host(clause):
        what = Happening.TOLD
    return Event(by=by or By.BOTH, what=what, topic=topic)


def told_a_host(clause: Clause) -> bool:
    """Whether `tell`, by the agent, has somebody else for its object than the visitor."""
    if clause.by is not By.AGENT or clause.verb not in {"tell", "told", "telling", "tells"}:
        return False
    rest = [w for w in clause.words[clause.verb_at + 1 :] if w != "just"]
    if not rest or rest[0] in _NOT_WHOM:
        return False
    return rest[0] not in WH and not any(w in OTHERS for w in rest) and "me" not in rest[:3]


def read_clause(words: Sequence[str], *, subordinate: bool = False) -> Clause:
    """Who did what in a clause, and which word asks."""
    asked_at = -1 if subordinate else _asks_at(words)
    asked = words[asked_at] if asked_at >= 0 else ""
    by, at = _subject(words, asked, asked_at)
    verb_at = _verb(words, max(at, asked_at) + 1)
    if verb_at < 0 and asked_at >= 0:
        verb_at = _verb(words, asked_at + 1)
    if verb_at < 0:
        verb_at = _verb(words, 0) if by is not By.OTHER or at > 0 else -1
    verb = words[verb_at] if verb_at >= 0 else ""
    what = VERBS.get(verb)
    aux = [w for w in words[max(asked_at, 0) : verb_at if verb_at > 0 else None] if w in AUX]
    if what is None and by is By.OTHER and any(w in AUX for w in words):
        what = Happening.WAS
    if _passive(words, by, at, verb, verb_at):
        what = Happening.TOLD if by is None and verb in {"told", "informed"} else what
        by = By.AGENT
    if what is Happening.WAITED and by is not By.OTHER:
        by = By.VISITOR
    modal = any(w in FUTURE for w in words) or "have to" in " ".join(words)
    present = bool({"do", "does", "is", "are", "am"} & set(aux)) and not {"been", "gone"} & set(
        words
    )
    past = not modal and not present and (bool(aux) or is_past(verb) or not verb)
    turned_at = max(asked_at + 1, 0)
    if asked in {"what", "which", "howmany"} and turned_at < len(words):
        turned_at = next((i for i in range(turned_at, len(words)) if words[i] in AUX), turned_at)
    pair = [*words[turned_at : turned_at + 2], ""]
    inverted = pair[0] in AUX and (pair[1] == "there" or _has_subject(pair[1:2]))
    inverted = inverted or words[:1] in (["was"], ["were"], ["did"], ["has"], ["have"], ["had"])
    return Clause(
        words=tuple(words),
        asked="" if asked in {"if", "whether"} else asked,
        by=by,
        what=what,
        verb=verb,
        verb_at=verb_at,
        past=past,
        inverted=inverted or asked in {"if", "whether"},
    )


def _subject(words: Sequence[str], asked: str, asked_at: int) -> tuple[By | None, int]:
    told_at = next((i for i, w in enumerate(words) if VERBS.get(w) in _TELLS), len(words))
    end = next((i for i in range(told_at, len(words)) if words[i] == "that"), len(words))
    after = list(range(max(asked_at, 0), end))
    front = range(0 if asked in {"who", "howmany"} else max(asked_at, 0))
    for i in [*after, *front]:
        word = words[i]
        if word in {"my", "our"} and i + 1 < len(words) and words[i + 1] in SUBJECTS["other"]:
            return By.OTHER, i + 1
        if word in {"i", "we"}:
            return (By.VISITOR if word == "i" else By.BOTH), i
        if word == "you":
            if (
                i
                and words[i - 1] in VERBS
                and words[i - 1] not in AUX
                and asked in {"who", "howmany"}
            ):
                continue  # `who asked you`
            return By.AGENT, i
        if word in SUBJECTS["other"] and word not in {"her", "him", "another"}:
            return By.OTHER, i
    if asked in {"who"} or (asked == "howmany" and len(words) > asked_at + 1):
        return By.OTHER, asked_at
    return None, -1


def _verb(words: Sequence[str], start: int) -> int:
    """Where the verb stands: the last of a chain such as `been waiting`."""
    at = -1
    for i in range(max(start, 0), len(words)):
        what = VERBS.get(words[i])
        if what is None or (words[i] in {"want", "need", "wish"} and i and words[i - 1] == "to"):
            continue
        if at < 0 or VERBS[words[at]] in {Happening.DID, Happening.WAS} and i - at <= 3:
            at = i
        else:
            break
    return at


def _passive(words: Sequence[str], by: By | None, at: int, verb: str, verb_at: int) -> bool:
    """`Was I told`, `what was said`: done by the agent, where nobody else is named."""
    been = frozenset({"was", "were", "been"})
    if verb not in _TOLD_ONE | _TOLD_IT or verb_at == 0:
        return False
    if by is By.VISITOR:
        right_before = words[verb_at - 1] in been
        turned = at > 0 and words[at - 1] in been and verb_at - at <= 2
        return verb in _TOLD_ONE and (right_before or turned)
    return by is None and any(w in been for w in words[:verb_at])
