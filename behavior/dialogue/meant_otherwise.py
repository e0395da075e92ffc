"""Lines that mean something else than they seem to: another language, `the other one`, a question.

Each writes its share of an answer into a `Draft`, or returns None where the line is no such line.
"""

from behavior.dialogue import tasks
from behavior.dialogue.conversation import Asked
from behavior.dialogue.draft import Draft
from behavior.dialogue.requests import show_way
from behavior.house.directory import Found
from behavior.languages.elsewhere import agreed, spoken_elsewhere
from behavior.languages.sounds_like import plain, words_of
from behavior.languages.which_language import evidence_for
from behavior.tools.contract import Person
from behavior.understanding.intents import Intent, Request
from behavior.understanding.of_a_person import namesake

_UNREAD = frozenset({Intent.UNKNOWN, Intent.MAYBE_QUESTION, Intent.NAME, Intent.FAREWELL})
_OPEN = frozenset({Intent.UNKNOWN, Intent.MAYBE_QUESTION})
_LONG = 4


def elsewhere(draft: Draft, requests: tuple[Request, ...]) -> tuple[str, str] | None:
    """A line in a language that nobody here speaks: say so, in it too, and offer a person."""
    desk, line = draft.desk, draft.heard.text
    if draft.before.asked is Asked.STAFF and agreed(line, draft.before.asked_about):
        tasks.call_staff(draft, "a visitor speaks none of the languages here")
        return "staff", "says yes in another language"
    if any(request.intent not in _UNREAD for request in requests):
        return None
    here = max(evidence_for(code, line, desk.spoken) for code in desk.spoken)
    found = spoken_elsewhere(line, here)
    if found is None:
        return None
    names = desk.words.language_names
    languages = desk.words.listed(tuple(names[code] for code in desk.spoken))
    shown = found.screen.format(languages=languages)
    draft.ask("language.no", Asked.STAFF, found.code, screen=shown, languages=languages)
    return "language", f"seems to be {found.code}"


def the_other_one(draft: Draft) -> tuple[str, str] | None:
    """`No, I meant the other one`: the other Anna, or the place spoken of before."""
    state, desk = draft.state, draft.desk
    if draft.before.asked is Asked.WHICH_HOST or not desk.words.cue("other_one").match(
        plain(draft.heard.text)
    ):
        return None
    host = (state.meeting.host if state.meeting else None) or ""
    if host and (other := namesake(host, desk.directory)).hosts:
        tasks.withdraw(draft, unless=other.hosts)
        tasks.choose_host(draft, other)
        return "meet_host", f"the other one than {host}"
    place = desk.site.place(state.place_before)
    if place is not None and not host:
        show_way(draft, Request(intent=Intent.DIRECTIONS, text=draft.heard.text, place=place))
        return "directions", f"the other place than {state.spoken_of}"
    draft.say("which_other")
    return "unknown", "`the other one`, and none is known"


def is_question(draft: Draft, request: Request) -> bool:
    """Whether a line where a name was asked for is a question that was not understood."""
    line = draft.heard.text
    asks = draft.desk.words.cue("asks").search(plain(line)) is not None
    long = len(words_of(plain(line))) >= _LONG
    return request.intent in _OPEN and (line.rstrip().endswith("?") or (asks and long))


def is_remark(draft: Draft, request: Request) -> bool:
    """Whether a line where a host was asked for is a whole sentence that names nobody."""
    words = draft.desk.words
    text = plain(draft.heard.text)
    said = len(words_of(text)) > _LONG and not words.cue("meet").search(text)
    return request.intent in _OPEN and (is_question(draft, request) or said)


def note_person(draft: Draft, requests: tuple[Request, ...]) -> None:
    """Keep in mind whom a line is about."""
    for request in requests:
        found: Found = request.found
        if len(found.hosts) == 1 and found.sure:
            draft.change(person_spoken_of=found.hosts[0].name)
        asked = request.tool.arguments if request.tool is not None else None
        if isinstance(asked, Person):
            draft.change(person_spoken_of=asked.host)
