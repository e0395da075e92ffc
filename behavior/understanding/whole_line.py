"""What a visitor's line asks for: a whole line, its parts, and the order in which they are meant.

A line may ask for several things; they come out in the order in which they are to be done. Words
are taken as a recogniser gives them: lower case, no punctuation, some of them wrong. One part is
read by `behavior.understanding.reading`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from behavior.house.directory import Directory
from behavior.house.knowledge import Entry, Index
from behavior.languages.sounds_like import plain, words_of
from behavior.languages.tongue import ENGLISH, Tongue, tongue
from behavior.past.questions import Kind, Relation
from behavior.past.time_questions import time_question
from behavior.tools.asking_senses import is_it_somebody
from behavior.tools.contract import Way
from behavior.tools.permission import ToolsConfig
from behavior.understanding.by_meaning import about_it, another_one, is_known
from behavior.understanding.finer_pieces import finer
from behavior.understanding.intents import SMALL, Intent, Request
from behavior.understanding.known import Known
from behavior.understanding.lines import meeting_time, own_name, urgency
from behavior.understanding.of_a_person import named, private_of
from behavior.understanding.reading import read
from behavior.understanding.sequence import in_order

_ENGLISH = tongue(ENGLISH)
_MARKUP = re.compile(r"""^\s*[\[{<]|[{\[]\s*["']?\w+["']?\s*:|</?\w+[^<>]*>|\w\(\w+\s*=""")
_NAMED = 0.9
_LISTED_WORDS = 2
_SHORT_THANKS = 4
"""`toilets, parking and wifi`: a list has no longer parts."""
_VAGUE = frozenset({Intent.UNKNOWN, Intent.MAYBE_QUESTION, Intent.QUESTION})
_POLITE = frozenset(
    {Intent.THANKS, Intent.GREETING, Intent.COMPLIMENT, Intent.YES, Intent.LOUDER, Intent.APOLOGY,
     Intent.HELP, Intent.PLEASANT}
)  # fmt: skip
"""Beside one wish of its own, these do not ask for a second."""


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
    person: str = "",
) -> tuple[Request, ...]:
    """Return what `line` asks for, at least one request, in the order to be done.

    `now`: at the site; `visitor`: the name given before. Both only for what is looked up.
    `rules` name what may be asked of MCP servers. `spoken_of`: the place that `it` may stand for;
    `person`: whom `she` may.
    """
    whole = plain(line)
    if _is_markup(line):
        return (Request(intent=Intent.UNKNOWN, text=whole, because="written for a machine"),)
    if urgent := urgency(whole, words):
        return (Request(intent=Intent(urgent), text=whole, because="urgent words"),)
    if private := is_it_somebody(whole, directory, words):
        because = "asks whether it is somebody"
        return (Request(intent=Intent.TOOL, text=whole, tool=private, because=because),)
    of_person = named(whole, person, directory, words)
    if asked := private_of(of_person or whole, directory, words):
        return (asked,)
    if _complains(whole, words):
        return (Request(intent=Intent.COMPLAINT, text=whole, because="nobody came"),)
    if _thanks_and_leaves(whole, words):
        return (Request(intent=Intent.FAREWELL, text=whole, because="thanks and takes leave"),)
    if words.cue("calls_off").search(whole):
        return (Request(intent=Intent.CANCEL, text=whole, because="calls it off"),)
    name, rest = own_name(whole, line, words)
    known = Known(
        directory=directory,
        index=index,
        entries=entries,
        words=words,
        now=now,
        visitor=name or visitor,
        rules=rules,
    )
    if about := about_it(known, whole, spoken_of) or another_one(known, whole, spoken_of):
        return (about,)
    if name and words.cue("this_is").match(whole) and known.pattern_of(whole):
        name = ""  # `this is rubbish` is no introduction
    pieces = _pieces(line, words)
    if several := _most(known, whole, pieces, finer(pieces, words), _at_the(known, whole)):
        return _with_name(several, name)
    if name and not rest:
        return (Request(intent=Intent.NAME, text=whole, name=name, because="says a name"),)
    request = read(known, rest if name else whole)
    if of_person and (meant := _of_person(known, of_person, request)):
        return (meant,)
    if name and request.intent in {Intent.UNKNOWN, Intent.MAYBE_QUESTION, Intent.GREETING}:
        return (Request(intent=Intent.NAME, text=whole, name=name, because="says a name"),)
    return _with_name((request,), name)


def _is_markup(line: str) -> bool:
    """Whether a line is written for a machine, as nobody speaks: `{"host": "Priya Nair"}`."""
    return _MARKUP.search(line) is not None


def _complains(whole: str, words: Tongue) -> bool:
    """Whether somebody was left waiting: `for twenty minutes and nobody came` is one thing."""
    return words.cue("left_waiting").search(whole) is not None


def _thanks_and_leaves(whole: str, words: Tongue) -> bool:
    """Whether a line is a farewell and short thanks and no more: `many thanks, see you later`."""
    leaves, thanks = words.intents.get(Intent.FAREWELL), words.intents.get(Intent.THANKS)
    said = leaves.search(whole) if leaves is not None else None
    if said is None or thanks is None:
        return False
    rest = f"{whole[: said.start()]} {whole[said.end() :]}".strip()
    short = len(words_of(rest)) <= _SHORT_THANKS and not words.cue("asks").search(rest)
    return short and thanks.search(rest) is not None


def _of_person(known: Known, text: str, without: Request) -> Request | None:
    """The line read with a name for `she`, where it made little sense without."""
    if without.intent is Intent.MEET_HOST and not without.found.hosts:
        found = known.directory.people(text)  # `tell her that I am outside`
        return replace(without, found=found) if found.hosts else None
    if without.intent not in _VAGUE:
        return None
    request = read(known, text)
    surely = request.intent in {Intent.TOOL, Intent.PRIVATE}
    meets = request.intent is Intent.MEET_HOST and without.intent is Intent.UNKNOWN
    return request if surely or meets else None


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


def _most(known: Known, whole: str, *partings: list[str]) -> tuple[Request, ...]:
    """Read the line in each of these parts; return the most requests, the first that has so."""
    if max(map(len, partings)) < 2 or is_known(known, whole) or _is_way_on_wheels(known, whole):
        return ()
    found: tuple[Request, ...] = ()
    for pieces in dict.fromkeys(tuple(parts) for parts in partings):
        several = _several(known, pieces, whole) if len(pieces) > 1 else ()
        found = several if len(several) > len(found) else found
    return found


def _is_way_on_wheels(known: Known, whole: str) -> bool:
    """`I can't use stairs, how do I get to the café` is one wish."""
    tool = known.tool(whole)
    way = tool.arguments if tool is not None else None
    return isinstance(way, Way) and (way.step_free or way.without_lift or bool(way.start))


def _at_the(known: Known, whole: str) -> list[str]:
    """Two parts at `in the`, which `and the` comes out as; one where a place follows."""
    for match in known.words.cue("and_the_misheard").finditer(whole):
        before, rest = whole[: match.start()].strip(), whole[match.end("link") :].strip()
        named = any(score > _NAMED for _, score, _ in known.directory.places(rest))
        if not named and read(known, rest, sure_only=True).intent is Intent.QUESTION:
            return [before, rest]
    return [whole]


def _several(known: Known, pieces: Sequence[str], whole: str) -> tuple[Request, ...]:
    """Read parts that each ask for something of their own; none if fewer than two do."""
    own: list[Request] = []
    polite = True
    listed = all(len(words_of(piece)) <= _LISTED_WORDS for piece in pieces)
    for piece in pieces:
        request = read(known, _of_last(known, piece, own), sure_only=True)
        bare_word = len(words_of(piece)) < 2 and request.intent is not Intent.MEET_HOST
        bare_word = bare_word and not listed
        if request.intent in SMALL or bare_word:
            polite = polite and request.intent in _POLITE
        elif any(_same(request, other) for other in own):
            polite = False
        else:
            own.append(request)
    if len(own) < 2 and not (own and polite):
        return ()
    return _with_host(known, _for_whom(known, own), whole)


def _for_whom(known: Known, own: list[Request]) -> list[Request]:
    """Who is named beside a delivery is the one it is for, unless a visit is spoken of."""
    named = [
        r
        for r in own
        if r.intent is Intent.MEET_HOST
        and r.found.hosts
        and not known.words.cue("meet").search(r.text)
    ]
    if not named or not any(r.intent is Intent.DELIVERY for r in own):
        return own
    return [
        replace(r, found=r.found if r.found.hosts else named[0].found)
        if r.intent is Intent.DELIVERY
        else r
        for r in own
        if r not in named
    ]


def _of_last(known: Known, piece: str, before: Sequence[Request]) -> str:
    """The part with the place put in that was named before: `where is the café and is it open`."""
    place = known.place_of(before[-1]) if before else None
    if place is None:
        return piece
    named = known.words.said["the"].format(name=place.name)
    piece = known.words.cue("there").sub(f"to {named}", piece)
    return known.words.cue("pronoun").sub(named, piece)


def _same(one: Request, other: Request) -> bool:
    return (one.intent, one.entry, one.place) == (other.intent, other.entry, other.place)


def _with_host(known: Known, own: list[Request], whole: str) -> tuple[Request, ...]:
    """A host who was named in another part of the line is the one of the visit."""
    meets = Intent.MEET_HOST in {r.intent for r in own}
    if not meets or known.words.cue("first").search(whole):
        return tuple(own)
    found, time = known.directory.people(whole), meeting_time(whole, known.words)
    return tuple(
        replace(r, found=found, time=time)
        if r.intent is Intent.MEET_HOST and not r.found.hosts
        else r
        for r in own
    )
