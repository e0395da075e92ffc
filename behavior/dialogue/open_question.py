"""A line as an answer to what was asked: whom to meet, a name, whom a parcel is for, yes or no.

Each writes its share into a `Draft` and says what it was and why; None where the line is no answer.
"""

from dataclasses import replace

from behavior.dialogue import tasks
from behavior.dialogue.conversation import Asked, Meeting
from behavior.dialogue.draft import Draft
from behavior.dialogue.meant_otherwise import (
    is_question,
    is_remark,
)
from behavior.dialogue.requests import tell, unclear
from behavior.house.directory import Found
from behavior.languages.sounds_like import plain, spelled, words_of
from behavior.languages.tongue import Tongue
from behavior.tools import drafting
from behavior.tools.contract import Expected, UseTool
from behavior.tools.trust import fit_name
from behavior.understanding.corrections import (
    denied,
)
from behavior.understanding.intents import SMALL, Intent, Request
from behavior.understanding.lines import bare_name, meeting_time

_SHORT = 5
_NO_NAME_YET = frozenset(
    {Intent.YES, Intent.GREETING, Intent.THANKS, Intent.HOW_ARE_YOU, Intent.BACKCHANNEL}
)


def about_host(draft: Draft, request: Request) -> tuple[str, str] | None:
    """Whom somebody wants to meet: by name, by letters, one of those offered, yes or no."""
    directory, state, line = draft.desk.directory, draft.state, draft.heard.text
    meeting = state.meeting or Meeting()
    options = meeting.options
    if request.name:
        draft.change(visitor=request.name)
    if letters := spelled(line):
        found = directory.people(letters, expected=True)
        return _go_on_with(draft, found, f"spelled {letters}")
    if state.asked is Asked.CONFIRM_HOST and not directory.people(line, expected=True).hosts:
        request = _plainly(draft, request)
    one_known = len(options) == 1 and _that_one(line, draft.desk.words)
    if (state.asked is Asked.CONFIRM_HOST and request.intent is Intent.YES and options) or (
        one_known and request.intent is not Intent.NO
    ):
        tasks.accept_host(draft, options[0])
        return "meet_host", "the visitor says yes"
    if state.asked is Asked.CONFIRM_HOST and request.intent is Intent.NO:
        draft.change(meeting=replace(meeting, options=(), host=None))
        draft.ask("meet.wrong_host", Asked.HOST)
        return "meet_host", "the visitor says no"
    if state.asked is Asked.WHICH_HOST and (chosen := _among(draft, options, line)):
        tasks.accept_host(draft, chosen)
        return "meet_host", "chosen from those named"
    text = line.replace(request.name, "") if request.name else line
    found = directory.people(text, expected=True)
    if request.intent is Intent.MEET_HOST and request.found.sure and not found.hosts:
        found = request.found  # `tell her that I am here`
    if found.hosts:
        if len(found.hosts) == 1 and found.hosts[0].name in options:
            found = replace(found, sure=True)
        return _go_on_with(draft, found, f"names {found.hosts[0].name}, {found.score:.2f}")
    if directory.department(line):
        tasks.meet(draft, replace(request, intent=Intent.MEET_HOST))
        return "meet_host", "names a department"
    if draft.desk.words.cue("no_idea").search(plain(line)) or request.intent is Intent.NO:
        tasks.call_staff(draft, "a visitor does not know whom to meet")
        return "staff", "does not know the host's name"
    if request.intent in {Intent.NAME, Intent.MEET_HOST} and request.name:
        draft.ask("meet.ask_host", Asked.HOST)
        return "name", "gives the own name first"
    if is_remark(draft, request):
        return None  # `can you show me on a map` is no name
    if request.intent is Intent.MEET_HOST and not tasks.names_somebody(text, draft.desk.words):
        draft.ask("meet.ask_host_plain", Asked.HOST)
        return "meet_host", "a visit, and nobody is named"
    return _go_on_with(draft, Found(), "a name that is not in the directory")


def _that_one(line: str, words: Tongue) -> bool:
    """Whether a short line means the one person who was named: `yes, her please`."""
    text = plain(line)
    short = len(words_of(text)) <= _SHORT and words.cue("her_or_him").search(text)
    return bool(words.cue("that_person").match(text) or short)


def _go_on_with(draft: Draft, found: Found, because: str) -> tuple[str, str]:
    if found.hosts:
        tasks.choose_host(draft, found)
    else:
        tasks.unknown_host(draft)
    return "meet_host", because


def _among(draft: Draft, options: tuple[str, ...], line: str) -> str | None:
    """Find which of the names just offered is meant: by name, department or order."""
    words = words_of(plain(line))
    no = denied(line, options, draft.desk.words)
    left = [name for name in options if name not in no]
    if no and len(left) == 1:
        return left[0]
    for i, names in enumerate(draft.desk.words.ordinals[: len(options)]):
        if any(n in words for n in names):
            return options[i]
    hosts = [h for h in draft.desk.site.hosts if h.name in options]
    by_department = [h for h in hosts if h.department and plain(h.department) in plain(line)]
    if len(by_department) == 1:
        return by_department[0].name
    site = draft.desk.site.model_copy(update={"hosts": tuple(hosts)})
    found = type(draft.desk.directory)(site, draft.desk.words).people(line, expected=True)
    return found.hosts[0].name if len(found.hosts) == 1 else None


def about_visitor(draft: Draft, request: Request) -> tuple[str, str] | None:
    """Who somebody is: a name, or why there is none yet."""
    letters = spelled(draft.heard.text)
    name = letters.capitalize() if letters else request.name
    asked = draft.heard.text.rstrip().endswith("?")
    name = name or ("" if asked else bare_name(draft.heard.text, draft.desk.words))
    if request.intent is Intent.MEET_HOST and not request.name and request.found.sure:
        words = words_of(plain(draft.heard.text))
        if len(words) > 4:  # a whole sentence about the host, not a name
            tasks.meet(draft, request)
            return "meet_host", request.because
    if not name and is_question(draft, request):
        return None
    if not name and request.intent is Intent.MEET_HOST and not request.found.hosts:
        tasks.no_name(draft, "meet.ask_visitor")
        return "meet_host", "the host is to be told, and no name is said"
    if not name and (time := meeting_time(draft.heard.text, draft.desk.words)):
        meeting = draft.state.meeting or Meeting()
        draft.change(meeting=replace(meeting, time=time))
        draft.ask("meet.ask_visitor", Asked.VISITOR)
        return "name", "says when, and no name yet"
    points = not name and _that_one(draft.heard.text, draft.desk.words)
    if request.intent in _NO_NAME_YET or points:
        draft.ask("meet.ask_visitor", Asked.VISITOR)
        return request.intent.value, "no name yet"
    if request.intent is Intent.NO:
        draft.change(meeting=replace(draft.state.meeting or Meeting(), host=None))
        draft.ask("meet.wrong_host", Asked.HOST)
        return "meet_host", "no: probably another host"
    if name:
        tasks.take_name(draft, name)
        return "name", "a name was asked for"
    says = draft.desk.words.cue("i_am").match(plain(draft.heard.text))
    tasks.no_name(draft, "meet.ask_visitor" if says else "meet.ask_visitor_again")
    return "name", "a name was asked for and none was understood"


def says_no_name(draft: Draft) -> bool:
    """Whether a name is refused."""
    return bool(draft.desk.words.cue("no_name").search(plain(draft.heard.text)))


def about_own_name(draft: Draft, request: Request) -> tuple[str, str] | None:
    """The name that the calendar is asked about."""
    name = fit_name(request.name or bare_name(draft.heard.text, draft.desk.words))
    if request.intent is not Intent.NAME and not name:
        return None
    if len(name.split()) < 2:
        draft.ask("meet.ask_visitor_again", Asked.OWN_NAME)
        return "name", "given name and surname are needed for the calendar"
    draft.change(visitor=name)
    drafting.put(draft, UseTool(tool="expected", arguments=Expected(visitor=name)))
    return "tool", "the name that the calendar is asked about"


def about_delivery(draft: Draft, request: Request) -> tuple[str, str] | None:
    """Whom a parcel is for."""
    found = draft.desk.directory.people(draft.heard.text, expected=True)
    if found.hosts:
        tasks.delivery_for(draft, replace(found, sure=found.sure or found.score > 0.76))
        return "delivery", f"it is for {found.hosts[0].name}"
    if request.intent in SMALL | {Intent.NAME, Intent.MEET_HOST}:
        draft.say("delivery.noted")
        return "delivery", "nobody of the directory was named"
    return None


def yes_or_no(draft: Draft, request: Request) -> tuple[str, str] | None:
    """Yes or no to an entry, a tool, a person to be called, or anything more."""
    asked = draft.before.asked
    request = _plainly(draft, request)
    if request.intent is Intent.YES:
        if asked is Asked.CONFIRM_ENTRY:
            tell(draft, draft.before.asked_about)
        elif asked is Asked.CONFIRM_TOOL:
            tasks.confirmed(draft)
        elif asked is Asked.STAFF:
            tasks.call_staff(draft, "a visitor asked for a person")
        else:
            draft.say("more.go_on")
        return request.intent.value, f"answers `{asked.value}`"
    if request.intent is Intent.NO:
        if asked is Asked.CONFIRM_ENTRY:
            unclear(draft)
            return "unknown", "not the question that was meant"
        if asked is Asked.CONFIRM_TOOL:
            drafting.declined(draft)
            return request.intent.value, "would rather not"
        draft.say("no_more")
        return request.intent.value, f"answers `{asked.value}`"
    return None


def _plainly(draft: Draft, request: Request) -> Request:
    """A yes or no with something behind it that makes no sense is a yes or no."""
    words, text = draft.desk.words, plain(draft.heard.text)
    vague = {Intent.UNKNOWN, Intent.NAME, Intent.MAYBE_QUESTION, Intent.THANKS}
    if request.intent not in vague:
        return request
    if words.cue("begins_yes").match(text):
        return replace(request, intent=Intent.YES, name="")
    if words.cue("begins_no").match(text):
        return replace(request, intent=Intent.NO, name="")
    return request
