"""What a visitor's line asks for: a few patterns, then likeness in meaning, then names and places.

A line may ask for several things; they come out in the order in which they are to be done. Words
are taken as a recogniser gives them: lower case, no punctuation, some of them wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from behavior.directory import Destination, Directory, Found
from behavior.finer_pieces import finer
from behavior.knowledge import Entry, Index, Match
from behavior.lines import meeting_time, own_name, urgency
from behavior.past_questions import Kind, Relation
from behavior.said_as import ANYWHERE, read_as, unframed
from behavior.sequence import in_order
from behavior.sounds_like import plain, words_of
from behavior.time_questions import by_example, time_question
from behavior.tongue import ENGLISH, Tongue, tongue
from behavior.tools.asking import Asked as ToolWanted
from behavior.tools.asking import asked_for
from behavior.tools.asking_senses import is_it_somebody
from behavior.tools.permission import ToolsConfig


class Intent(StrEnum):
    """What a visitor wants of a receptionist."""

    EMERGENCY = "emergency"
    FIRE = "fire"
    FORGET_ME = "forget_me"
    REPEAT = "repeat"
    CANCEL = "cancel"
    STAFF = "staff"
    MEET_HOST = "meet_host"
    HOST_STATUS = "host_status"
    PRIVATE = "private"
    DELIVERY = "delivery"
    SIGNATURE = "signature"
    PICKUP = "pickup"
    DIRECTIONS = "directions"
    TOOL = "tool"
    QUESTION = "question"
    MAYBE_QUESTION = "maybe_question"
    OPEN_NOW = "open_now"
    TIME = "time"
    DATE = "date"
    NAME = "name"
    MY_NAME = "my_name"
    MEMORY = "memory"
    """A question about what was seen or said before."""
    WAIT = "wait"
    FAREWELL = "farewell"
    THANKS = "thanks"
    GREETING = "greeting"
    HOW_ARE_YOU = "how_are_you"
    JOKE = "joke"
    COMPLIMENT = "compliment"
    INSULT = "insult"
    PERSONAL = "personal"
    BACKCHANNEL = "backchannel"
    SOMEBODY_MISSING = "somebody_missing"
    """A child has lost its parents, or parents their child."""
    DOOR = "door"
    """A door is to be opened."""
    LOUDER = "louder"
    """The last words again, for somebody who hears badly."""
    GO_ON = "go_on"
    HELP = "help"
    """Help with something that is not said yet."""
    LOOKING = "looking"
    """Wants nothing."""
    PLEASANT = "pleasant"
    """Remarks on the weather and the day."""
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


SMALL = frozenset(
    {Intent.THANKS, Intent.GREETING, Intent.YES, Intent.NO, Intent.UNKNOWN, Intent.WAIT,
     Intent.COMPLIMENT, Intent.MAYBE_QUESTION, Intent.REPEAT, Intent.NAME, Intent.LOUDER,
     Intent.GO_ON, Intent.HELP, Intent.LOOKING, Intent.PLEASANT}
)  # fmt: skip
"""Intents that do not make a part of a line a request of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing a line asks for."""

    intent: Intent
    text: str
    """The part of the line, plain."""
    because: str = ""
    found: Found = Found()
    place: Destination | None = None
    entry: str = ""
    """Key of a knowledge entry."""
    name: str = ""
    """The visitor's own name, where the line gives it."""
    time: str = ""
    tool: ToolWanted | None = None
    """A tool that is wanted, with its arguments."""


_UNYIELDING = frozenset(
    {Intent.FORGET_ME, Intent.CANCEL, Intent.STAFF, Intent.PRIVATE, Intent.MY_NAME}
)
_ENGLISH = tongue(ENGLISH)
_POLITE = frozenset({Intent.THANKS, Intent.GREETING, Intent.COMPLIMENT, Intent.YES})
_GOING_ON = 0.1
"""`and on Saturday` need not be as near to a question as a whole one."""
_OF_IT = 0.48
_ALONE, _FAR_AHEAD = 0.05, 0.1
"""A question with no rival near need not be so like."""
_SURELY = 0.12
"""So much nearer than the least likeness: a rule that is more often wrong gives way."""
_FEW_WORDS = 10


def understand(
    line: str,
    *,
    directory: Directory,
    index: Index,
    entries: dict[str, Entry],
    now: datetime | None = None,
    visitor: str = "",
    words: Tongue = _ENGLISH,
    rules: ToolsConfig | None = None,
    spoken_of: str = "",
) -> tuple[Request, ...]:
    """Return what `line` asks for, at least one request, in the order to be done.

    `now`: at the site; `visitor`: the name given before. Both only for what is looked up.
    `rules` name what may be asked of MCP servers. `spoken_of`: the place that `it` may stand for.
    """
    whole = plain(line)
    if urgent := urgency(whole, words):
        return (Request(intent=Intent(urgent), text=whole, because="urgent words"),)
    if private := is_it_somebody(whole, directory, words):
        because = "asks whether it is somebody"
        return (Request(intent=Intent.TOOL, text=whole, tool=private, because=because),)
    name, rest = own_name(whole, line, words)
    reader = _Reader(directory, index, entries, now, name or visitor, words, rules)
    if about := reader.about(whole, spoken_of):
        return (about,)
    if name and words.cue("this_is").match(whole) and reader.is_firm(whole):
        name = ""
    pieces = _pieces(line, words)
    if several := reader.most(whole, pieces, finer(pieces, words)):
        return _with_name(several, name)
    if name and not rest:
        return (Request(intent=Intent.NAME, text=whole, name=name, because="says a name"),)
    request = reader.read(rest if name else whole)
    if name and request.intent in {Intent.UNKNOWN, Intent.MAYBE_QUESTION, Intent.GREETING}:
        return (Request(intent=Intent.NAME, text=whole, name=name, because="says a name"),)
    return _with_name((request,), name)


def _pieces(line: str, words: Tongue) -> list[str]:
    """The parts of a line in the order of doing; `before I asked` in a question is no order."""
    ordered = words.cue("first").search(line.lower()) is not None
    if words.code == ENGLISH and not ordered and (asked := time_question(line)):
        if asked.kind is Kind.OTHERS or asked.relation is Relation.BETWEEN:
            return [plain(line)]  # `between the lift and the stairs` is one thing
        parts = words.cue("split").split(line.lower())
        return [piece for piece in (plain(part) for part in parts) if piece]
    return list(in_order(line, words))


def _with_name(requests: Sequence[Request], name: str) -> tuple[Request, ...]:
    return tuple(replace(r, name=name) for r in requests) if name else tuple(requests)


class _Reader:
    """Reads one part of a line at a time."""

    def __init__(
        self,
        directory: Directory,
        index: Index,
        entries: dict[str, Entry],
        now: datetime | None,
        visitor: str,
        words: Tongue,
        rules: ToolsConfig | None = None,
    ) -> None:
        self._words = words
        self._rules = rules
        self._patterns = [(Intent(name), pattern) for name, pattern in words.intents.items()]
        self._now = now
        self._visitor = visitor
        self._directory = directory
        self._index = index
        self._entries = entries

    def most(self, whole: str, *partings: list[str]) -> tuple[Request, ...]:
        """Read the line in each of these parts; return the most requests, the first that has so."""
        if max(map(len, partings)) < 2 or self.is_known(whole):
            return ()
        found: tuple[Request, ...] = ()
        for pieces in dict.fromkeys(tuple(parts) for parts in partings):
            several = self.several(list(pieces), whole) if len(pieces) > 1 else ()
            found = several if len(several) > len(found) else found
        return found

    def several(self, pieces: list[str], whole: str) -> tuple[Request, ...]:
        """Read parts that each ask for something of their own; none if fewer than two do."""
        own: list[Request] = []
        polite = True
        for piece in pieces:
            if own and (place := self._place_of(own[-1])):  # "where is the café and is it open"
                named = self._words.said["the"].format(name=place.name)
                piece = self._words.cue("there").sub(f"to {named}", piece)
                piece = self._words.cue("pronoun").sub(named, piece)
            request = self.read(piece, sure_only=True)
            bare_word = len(words_of(piece)) < 2 and request.intent is not Intent.MEET_HOST
            if request.intent in SMALL or bare_word:
                polite = polite and request.intent in _POLITE
                continue
            same = any(
                (r.intent, r.entry, r.place) == (request.intent, request.entry, request.place)
                for r in own
            )
            if same:
                polite = False
                continue
            own.append(request)
        if len(own) < 2 and not (own and polite):
            return ()
        if Intent.MEET_HOST in {r.intent for r in own} and not self._words.cue("first").search(
            whole
        ):
            found = self._directory.people(whole)
            own = [
                replace(r, found=found, time=meeting_time(whole, self._words))
                if r.intent is Intent.MEET_HOST and not r.found.hosts
                else r
                for r in own
            ]
        return tuple(own)

    def _place_of(self, request: Request) -> Destination | None:
        """What place a request is about."""
        arguments = request.tool.arguments if request.tool is not None else None
        key = getattr(arguments, "room", "") or getattr(arguments, "to", "")
        return request.place or self._directory.site.place(key)

    def about(self, text: str, key: str) -> Request | None:
        """Read `when does it open` as a question about the place last spoken of."""
        place = self._directory.site.place(key)
        if place is None or not self._words.cue("asks_about_it").search(text):
            return None
        named = self._words.said["the"].format(name=place.name)
        meant = self._words.cue("asks_about_it").sub(lambda m: f"{m[1]} {named} {m[2]}", text)
        best = self._index.nearest(meant)[0]
        known = best.label.startswith("know:") and best.score >= self._index.threshold + 0.12
        entry = best.label.removeprefix("know:")
        if not known or self._entries[entry].point != key:
            return None
        because = f"`it` is {named}; nearest to {best.form!r}, likeness {best.score:.2f}"
        return Request(intent=Intent.QUESTION, text=meant, entry=entry, because=because)

    def is_known(self, text: str) -> bool:
        """Whether the whole line is a question we know: `i use a wheelchair, how do i get up`."""
        best = self._index.nearest(text)[0]
        return best.label.startswith("know:") and best.by_meaning >= self._index.threshold + 0.3

    def is_firm(self, text: str) -> bool:
        """Whether a pattern takes the line: `this is rubbish` is no introduction."""
        return any(pattern.search(text) for _, pattern in self._patterns)

    def read(self, text: str, *, sure_only: bool = False) -> Request:
        """Read one part as one request."""
        stripped = self._words.cue("lead").sub("", text + " ").strip() or text
        asked = unframed(stripped, self._words)
        nearest = self._nearest(stripped, asked)
        wanted = next(filter(None, map(self._tool, dict.fromkeys((asked, stripped, text)))), None)
        settled = wanted is not None and wanted.firm
        if not settled and (other := self._read_as(asked, nearest, wanted, sure_only)):
            return other
        past = self._is_past(text, nearest)
        if (
            past
            and wanted is not None
            and wanted.firm
            and self._words.tool("look_past").search(text)
        ):
            wanted = None  # what was, is remembered; only what is can be looked at
        firm = wanted is not None and wanted.firm
        if wanted is not None and (firm or not self._better_question(Intent.TOOL, nearest)):
            because = f"the words of the tool `{wanted.tool}`"
            return Request(intent=Intent.TOOL, text=stripped, tool=wanted, because=because)
        if past:
            return Request(intent=Intent.MEMORY, text=text, because="asks about the past")
        for candidate in dict.fromkeys((stripped, text, asked)):
            for intent, pattern in self._patterns:
                if pattern.search(candidate) and not self._better_question(intent, nearest):
                    return self._task(intent, stripped, candidate) or Request(
                        intent=intent, text=stripped, because=f"the words of `{intent.value}`"
                    )
        return (
            self._place(stripped, nearest)
            or self._meeting(stripped, nearest)
            or self._by_meaning(stripped, nearest, sure_only)
        )

    def _nearest(self, *lines: str) -> tuple[Match, ...]:
        """The known forms that the line is like, with its frame or without."""
        found = [self._index.nearest(line) for line in dict.fromkeys(lines)]
        return max(found, key=lambda one: one[0].score)

    def _is_past(self, text: str, nearest: Sequence[Match]) -> bool:
        """Whether the line asks about what was; `did anyone find a phone` is no such question."""
        asked = time_question(text) if self._words.code == ENGLISH else None
        if asked is None:
            return False
        if self._words.cue("not_past").match(text):
            return False
        others = asked.kind is Kind.OTHERS or asked.kind.value.startswith("came_")
        if not (others and self._index.knows_meaning):
            return True
        best = nearest[0]
        return best.label.startswith("time:") or best.by_meaning < self._index.threshold + _SURELY

    def _read_as(
        self, text: str, nearest: Sequence[Match], wanted: ToolWanted | None, sure_only: bool
    ) -> Request | None:
        """Read a line that is put in another way as the plainer one that it comes to.

        `wanted`: the tool that its words ask for; it yields to a line that is very near.
        """
        if self._words.code != ENGLISH:
            return None
        line, why = ("", "") if wanted else read_as(text, self._directory, self._index, self._words)
        best = self._index.nearest(text, 1, only=ANYWHERE)[:1]
        bar = max(self._index.threshold + (_SURELY if wanted else 0.0), nearest[0].score)
        if not why and best and best[0].score >= bar:
            line = best[0].label.removeprefix(ANYWHERE)
            why = f"like {best[0].form!r}, {best[0].score:.2f}"
        if not line:
            return None
        because = f"read as {line!r}: {why}"
        if tool := self._tool(line):
            return Request(intent=Intent.TOOL, text=text, tool=tool, because=because)
        place = self._place(line, ()) if not sure_only else None
        return replace(place, text=text, because=because) if place else None

    def _tool(self, text: str) -> ToolWanted | None:
        return asked_for(
            text,
            self._directory,
            now=self._now,
            visitor=self._visitor,
            words=self._words,
            rules=self._rules,
        )

    def _task(self, intent: Intent, text: str, whole: str) -> Request | None:
        """Let a pattern give way where a place or person makes the line mean something else."""
        if intent in {Intent.DELIVERY, Intent.PICKUP, Intent.SIGNATURE}:
            found = self._directory.people(text)
            places = self._directory.places(text)
            if intent is Intent.DELIVERY and places and self._words.cue("where_is").search(text):
                return (
                    None
                    if places[0][0].key == self._directory.site.parcels
                    else self._place(text, ())
                )
            return Request(
                intent=intent, text=text, found=found, because=f"the words of `{intent.value}`"
            )
        if intent is Intent.PRIVATE:
            found = self._directory.people(self._words.cue("possessive").sub("", text))
            about_others = self._words.cue("who_else").search(text)
            if not found.hosts and not about_others:
                return self._by_meaning(text, self._index.nearest(text), False)
            return Request(intent=intent, text=text, found=found, because="asks for private facts")
        if intent is Intent.STAFF and self._directory.department(text):
            return self._meeting(text, ())
        if intent is Intent.DIRECTIONS:
            places = self._directory.places(text)
            place = places[0][0] if places else None
            return Request(intent=intent, text=text, place=place, because="is lost")
        if intent is Intent.INSULT:
            calm = " ".join(self._words.cue("swearing").sub(" ", text).split())
            rest = self.read(calm, sure_only=True) if calm and calm != text else None
            return rest if rest and rest.intent not in SMALL | {Intent.INSULT} else None
        if intent in {Intent.THANKS, Intent.COMPLIMENT} and len(words_of(text)) > 2:
            if self._is_no(text):
                return Request(intent=Intent.NO, text=text, because="a no, and thanks")
            rest = self._rest_of(text)
            behind = intent is Intent.THANKS and not self._words.cue("thanks_words").match(text)
            lost = rest.intent is Intent.UNKNOWN and behind and len(words_of(rest.text)) > 1
            return rest if rest.intent not in SMALL or lost else None
        return None

    def _is_no(self, text: str) -> bool:
        """`not now thanks`, `no thank you very much`: a no, politely."""
        rest = " ".join(self._words.cue("thanks_words").sub(" ", text).split())
        return any(
            intent is Intent.NO and (pattern.search(rest) or pattern.search(text))
            for intent, pattern in self._patterns
        )

    def _rest_of(self, text: str) -> Request:
        rest = self._words.cue("thanks_words").sub(" ", text)
        rest = " ".join(rest.split())
        nearest = self._index.nearest(rest)
        return (
            self._place(rest, nearest)
            or self._meeting(rest, nearest)
            or self._by_meaning(rest, nearest, True)
        )

    def _better_question(self, intent: Intent, nearest: Sequence[Match]) -> bool:
        """Whether a known question fits the line so well that a pattern must not take it."""
        if intent in _UNYIELDING:
            return False
        best = nearest[0]
        # Spelling alone says less than meaning: there a pattern yields to next to nothing.
        margin = 0.22 if self._words.code == ENGLISH else 0.4
        return best.label.startswith("know:") and best.by_meaning >= self._index.threshold + margin

    def _place(self, text: str, nearest: Sequence[Match]) -> Request | None:
        places = self._directory.places(text)
        if not places:
            return None
        place, score, span = places[0]
        exact = score > 0.97 and span[1] - span[0] > 1 and len(words_of(text)) < 7
        where = self._words.cue("where")
        if not (where.search(text) or exact or self._is_all(text, span)):
            return None
        best = nearest[0] if nearest else None
        if best and best.label.startswith("know:"):
            entry = self._entries[best.label.removeprefix("know:")]
            bar = 0.88 if entry.point == place.key else 0.80
            bar += self._index.threshold - 0.60
            if best.score >= bar and not self._words.cue("where_is").match(text):
                return None
            if best.score >= 0.93:
                return None
        because = f"asks the way to `{place.key}`, likeness {score:.2f}"
        return Request(intent=Intent.DIRECTIONS, text=text, place=place, because=because)

    def _is_all(self, text: str, span: tuple[int, int]) -> bool:
        words = words_of(text)
        return all(w in self._words.small for w in words[: span[0]] + words[span[1] :])

    def _meeting(self, text: str, nearest: Sequence[Match]) -> Request | None:
        found = self._directory.people(text)
        cue = self._words.cue("meet").search(text)
        departments = self._directory.department(text)
        best = nearest[0] if nearest else None
        other = best is not None and best.label != f"intent:{Intent.MEET_HOST}"
        if other and best and best.score >= self._index.threshold + _SURELY and not found.hosts:
            return None
        if (
            not cue
            and not found.hosts
            and not (departments and self._words.cue("where").search(text))
        ):
            return None
        faint = len(found.hosts) == 1 and not found.sure and found.score < 0.80
        if not cue and faint and len(words_of(text)) > 4:
            # Half a likeness to a name, and nothing else that speaks of a visit: not enough.
            return None
        because = (
            f"a visit; {found.hosts[0].name} at {found.score:.2f}" if found.hosts else "a visit"
        )
        return Request(
            intent=Intent.MEET_HOST,
            text=text,
            found=found,
            time=meeting_time(text, self._words),
            because=because,
        )

    def _by_meaning(self, text: str, nearest: Sequence[Match], sure_only: bool) -> Request:
        best = nearest[0]
        bar = self._index.threshold + (0.05 if sure_only else 0.0)
        because = f"nearest to {best.form!r}, likeness {best.score:.2f}"
        kind, _, key = best.label.partition(":")
        # One stray word is like many forms; it has to be closer.
        bar += 0.08 if len(words_of(text)) == 1 else 0.0
        rival = nearest[1].score if len(nearest) > 1 else 0.0
        bar -= _ALONE if best.score - rival >= _FAR_AHEAD else 0.0
        bar -= _GOING_ON if self._words.cue("goes_on").match(text) else 0.0
        if best.score >= bar and self._is_of_it(text, best, bar):
            if kind == "know":
                return Request(intent=Intent.QUESTION, text=text, entry=key, because=because)
            if kind != "time":
                return self._of_example(Intent(key), text, because)
            if by_example(key, text) is not None and not self._words.cue("not_past").match(text):
                return Request(intent=Intent.MEMORY, text=text, entry=key, because=because)
        near = best.score >= bar - 0.06 and best.score - rival >= 0.04
        if kind == "know" and near and self._is_of_it(text, best, bar):
            return Request(intent=Intent.MAYBE_QUESTION, text=text, entry=key, because=because)
        if not sure_only and (place := self._only_place(text)):
            because = f"names `{place.key}` and nothing else that is understood"
            return Request(intent=Intent.DIRECTIONS, text=text, place=place, because=because)
        if self._words.cue("where").search(text) and self._words.cue("where_to").search(text):
            return Request(intent=Intent.DIRECTIONS, text=text, because="asks for a place we lack")
        return Request(intent=Intent.UNKNOWN, text=text, because=f"{because}: too far")

    def _is_of_it(self, text: str, best: Match, bar: float) -> bool:
        """Whether the thing asked for is of the question, too, and not only the way of asking.

        `is there a swimming pool` is put as `is there a water fountain` is.
        """
        match = self._words.cue("is_there").match(text)
        if match is None or best.score >= bar + 0.15 or not best.label.startswith("know:"):
            return True
        near = self._index.nearest(text[match.end() :], 4)
        return any(one.label == best.label and one.score >= _OF_IT for one in near)

    def _only_place(self, text: str) -> Destination | None:
        """The one place that a line names exactly, where nothing else of it is understood."""
        places = [place for place, score, _ in self._directory.places(text) if score >= 0.98]
        short = len(words_of(text)) <= _FEW_WORDS
        return places[0] if len(places) == 1 and short else None

    def _of_example(self, intent: Intent, text: str, because: str) -> Request:
        found = self._directory.people(text)
        if intent is Intent.DIRECTIONS:
            places = self._directory.places(text)
            return Request(
                intent=intent, text=text, place=places[0][0] if places else None, because=because
            )
        return Request(
            intent=intent,
            text=text,
            found=found,
            time=meeting_time(text, self._words),
            because=because,
        )
