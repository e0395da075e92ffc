"""What a visitor's line asks for: a few patterns, then likeness in meaning, then names and places.

A line may ask for several things; they come out in the order in which they are to be done. Words
are taken as a recogniser gives them: lower case, no punctuation, some of them wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from behavior.directory import Destination, Directory, Found
from behavior.knowledge import Entry, Index, Match
from behavior.lines import meeting_time, own_name, urgency
from behavior.past_questions import Kind, Relation
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
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


SMALL = frozenset(
    {Intent.THANKS, Intent.GREETING, Intent.YES, Intent.NO, Intent.UNKNOWN, Intent.WAIT,
     Intent.COMPLIMENT, Intent.MAYBE_QUESTION, Intent.REPEAT, Intent.NAME}
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
) -> tuple[Request, ...]:
    """Return what `line` asks for, at least one request, in the order to be done.

    `now`: at the site; `visitor`: the name given before. Both only for what is looked up.
    `rules` name what may be asked of MCP servers.
    """
    whole = plain(line)
    if urgent := urgency(whole, words):
        return (Request(intent=Intent(urgent), text=whole, because="urgent words"),)
    if private := is_it_somebody(whole, directory, words):
        because = "asks whether it is somebody"
        return (Request(intent=Intent.TOOL, text=whole, tool=private, because=because),)
    name, rest = own_name(whole, line, words)
    reader = _Reader(directory, index, entries, now, name or visitor, words, rules)
    if name and words.cue("this_is").match(whole) and reader.is_firm(whole):
        name = ""
    pieces = _pieces(line, words)
    if (
        len(pieces) > 1
        and not reader.is_known(whole)
        and (several := reader.several(pieces, whole))
    ):
        return _with_name(several, name)
    if name and not rest:
        return (Request(intent=Intent.NAME, text=whole, name=name, because="says a name"),)
    request = reader.read(rest if name else whole)
    if name and request.intent in {Intent.UNKNOWN, Intent.MAYBE_QUESTION, Intent.GREETING}:
        return (Request(intent=Intent.NAME, text=whole, name=name, because="says a name"),)
    return _with_name((request,), name)


def _pieces(line: str, words: Tongue) -> list[str]:
    """The parts of a line in the order of doing; `before I asked` in a question is no order."""
    if words.code == ENGLISH and (asked := time_question(line)):
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

    def several(self, pieces: list[str], whole: str) -> tuple[Request, ...]:
        """Read parts that each ask for something of their own; none if fewer than two do."""
        own: list[Request] = []
        for piece in pieces:
            if own and own[-1].place:  # "where is the café and when does it open"
                named = self._words.said["the"].format(name=own[-1].place.name)
                piece = self._words.cue("pronoun").sub(named, piece)
            request = self.read(piece, sure_only=True)
            bare_word = len(words_of(piece)) < 2 and request.intent is not Intent.MEET_HOST
            if request.intent in SMALL or bare_word:
                continue
            same = any(
                (r.intent, r.entry, r.place) == (request.intent, request.entry, request.place)
                for r in own
            )
            if same:
                continue
            own.append(request)
        if len(own) < 2:
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

    def is_known(self, text: str) -> bool:
        """Whether the whole line is a question we know: `i use a wheelchair, how do i get up`."""
        best = self._index.nearest(text)[0]
        return best.label.startswith("know:") and best.score >= self._index.threshold + 0.3

    def is_firm(self, text: str) -> bool:
        """Whether a pattern takes the line: `this is rubbish` is no introduction."""
        return any(pattern.search(text) for _, pattern in self._patterns)

    def read(self, text: str, *, sure_only: bool = False) -> Request:
        """Read one part as one request."""
        stripped = self._words.cue("lead").sub("", text + " ").strip() or text
        nearest = self._index.nearest(stripped)
        wanted = self._tool(stripped) or (self._tool(text) if text != stripped else None)
        past = self._words.code == ENGLISH and time_question(text)
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
        for candidate in (stripped, text):
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
        if intent in {Intent.THANKS, Intent.COMPLIMENT} and len(words_of(text)) > 2:
            rest = self._rest_of(text)
            return rest if rest.intent not in SMALL else None
        return None

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
        return best.label.startswith("know:") and best.score >= self._index.threshold + margin

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
        known = best is not None and best.label.startswith("know:")
        if known and best and best.score >= self._index.threshold + 0.12 and not found.hosts:
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
        if best.score >= bar:
            if kind == "know":
                return Request(intent=Intent.QUESTION, text=text, entry=key, because=because)
            if kind != "time":
                return self._of_example(Intent(key), text, because)
            if by_example(key, text) is not None:
                return Request(intent=Intent.MEMORY, text=text, entry=key, because=because)
        rival = nearest[1].score if len(nearest) > 1 else 0.0
        if kind == "know" and best.score >= bar - 0.06 and best.score - rival >= 0.04:
            return Request(intent=Intent.MAYBE_QUESTION, text=text, entry=key, because=because)
        if self._words.cue("where").search(text) and self._words.cue("where_to").search(text):
            return Request(intent=Intent.DIRECTIONS, text=text, because="asks for a place we lack")
        return Request(intent=Intent.UNKNOWN, text=text, because=f"{because}: too far")

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
