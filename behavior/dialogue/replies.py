"""The embedded dialogue as a pure function: a conversation and a line in, an answer out.

First what cannot wait (emergency), then whether the line answers the question that was asked, then
what it asks for by itself. A question that a digression left open is asked again at the end.
"""

from dataclasses import replace

from behavior.dialogue import amends, passing_on, tasks
from behavior.dialogue.alarm import about_alarm
from behavior.dialogue.another import another
from behavior.dialogue.conversation import Asked, Conversation, Heard, Part
from behavior.dialogue.draft import Desk, Draft
from behavior.dialogue.meant_otherwise import (
    elsewhere,
    note_person,
    the_other_one,
)
from behavior.dialogue.open_question import (
    about_delivery,
    about_host,
    about_own_name,
    about_visitor,
    says_no_name,
    yes_or_no,
)
from behavior.dialogue.recollection import recollect
from behavior.dialogue.requests import take, tell_languages
from behavior.dialogue.yes_and import ASKS_YES_OR_NO, parted, without_answer
from behavior.forms.talk import about_form, ask_again
from behavior.house.directory import Found
from behavior.languages.sounds_like import plain, without_fillers
from behavior.languages.tongue import ENGLISH
from behavior.languages.which_language import wished
from behavior.past.time_questions import follow_up
from behavior.tools import drafting
from behavior.tools.trust import without_tricks
from behavior.understanding.corrections import (
    merged_name,
    nearer_to_visitor,
    new_time,
    put_right,
    taken_back,
)
from behavior.understanding.intents import SMALL, Intent, Request
from behavior.understanding.lines import bare_name
from behavior.understanding.misheard import mended
from behavior.understanding.tidying import tidy
from behavior.understanding.whole_line import understand

_FIRM = frozenset(
    {Intent.FORGET_ME, Intent.CANCEL, Intent.REPEAT, Intent.STAFF, Intent.FAREWELL, Intent.WAIT,
     Intent.INSULT, Intent.JOKE, Intent.HOW_ARE_YOU, Intent.OPEN_NOW, Intent.TIME, Intent.DATE,
     Intent.MY_NAME, Intent.PRIVATE, Intent.DELIVERY, Intent.SIGNATURE, Intent.PICKUP,
     Intent.DIRECTIONS, Intent.QUESTION, Intent.HOST_STATUS, Intent.MEMORY,
     Intent.TOOL, Intent.SOMEBODY_MISSING, Intent.DOOR, Intent.LOUDER, Intent.GO_ON,
     Intent.IN_WRITING, Intent.BLIND,
     Intent.HELP, Intent.LOOKING, Intent.WHICH_SIDE, Intent.HOW_FAR, Intent.INTERPRETER,
     Intent.OTHER_HOUSE, Intent.COMPLAINT, Intent.APOLOGY}
)  # fmt: skip
"""What a line may ask for while a question is open, without being an answer to it."""


def respond(conversation: Conversation, heard: Heard, desk: Desk) -> Part:
    """Answer one line. Pure: the same arguments give the same answer, and nothing is done."""
    text = without_tricks(heard.text)
    fillers = () if desk.words.code == ENGLISH else (desk.words.cue("fillers"),)
    text = tidy(without_fillers(text, *fillers), desk.words)
    if desk.words.code == ENGLISH and not heard.typed:
        text = mended(text, desk.directory, desk.index, desk.words)
    on_wheels = heard.on_wheels or conversation.step_free
    text = taken_back(text, desk.directory, desk.words)
    heard = replace(heard, text=text, on_wheels=on_wheels)
    draft = Draft(conversation, heard, desk)
    if not plain(heard.text):
        if answered := elsewhere(draft, ()):
            return draft.finish(*answered)
        draft.say("unheard")
        _keep_question(draft)
        return draft.finish("unheard", "a voice without words")
    if (
        desk.words.code == ENGLISH
        and "memory" in conversation.last_intent.split("+")
        and follow_up(heard.text, conversation.asked_of_past)
    ):
        if drafting.may_recall(draft):
            recollect(draft, heard.text)
        _keep_question(draft)
        return draft.finish("memory", "asks on about the past")
    requests = _understood(draft, heard.text)
    first = requests[0]
    note_person(draft, requests)
    if tasks.was_false_alarm(draft):
        return draft.finish("false_alarm", "takes an emergency back")
    if answered := about_alarm(draft, requests):
        return draft.finish(*answered)
    if first.intent in {Intent.EMERGENCY, Intent.FIRE}:
        tasks.emergency(draft, first.intent)
        return draft.finish(first.intent.value, first.because)
    if wish := wished(heard.text, desk.spoken):
        tell_languages(draft, wish)
        _keep_question(draft)
        return draft.finish("language", "asks for a language")
    if answered := elsewhere(draft, requests):
        _keep_question(draft)
        return draft.finish(*answered)
    if answered := about_form(draft, requests, take):
        return draft.finish(*answered)
    if answered := passing_on.about_word(draft, requests):
        return draft.finish(*answered)
    if answered := amends.about_delivery(draft) or another(draft):
        return draft.finish(*answered)
    if answered := _answer_and_more(draft) or _answer(draft, requests):
        return draft.finish(*answered)
    for request in requests:
        take(draft, request)
    if conversation.asked is not Asked.NOTHING and first.intent is not Intent.CANCEL:
        _keep_question(draft)
    intent = "+".join(dict.fromkeys(r.intent.value for r in requests))
    return draft.finish(intent, "; ".join(r.because for r in requests))


def _understood(draft: Draft, line: str) -> tuple[Request, ...]:
    desk, meeting = draft.desk, draft.before.meeting
    spoken_of = (meeting.host if meeting else None) or draft.before.person_spoken_of
    return understand(
        line,
        directory=desk.directory,
        index=desk.index,
        entries=desk.entries,
        now=draft.heard.local_time,
        visitor=draft.before.visitor or "",
        words=desk.words,
        rules=draft.heard.leave.config,
        spoken_of=draft.before.spoken_of,
        # Where a name is asked for, `tell her it's Tom` gives one.
        person="" if draft.before.asked is Asked.VISITOR else spoken_of,
    )


def _answer_and_more(draft: Draft) -> tuple[str, str] | None:
    """Take `yes and where is the lift` as the answer and as the wish. None: it is no such line."""
    asked = draft.before.asked
    both = parted(draft.heard.text, draft.desk.words) if asked in ASKS_YES_OR_NO else None
    if both is None:
        return None
    yes, rest = both
    more = _understood(draft, rest)
    if any(r.intent not in _FIRM or r.name for r in more):
        return None
    if not yes:
        without_answer(draft)
    elif asked is Asked.CONFIRM_HOST:
        about_host(draft, Request(intent=Intent.YES, text=rest))
    else:
        yes_or_no(draft, Request(intent=Intent.YES, text=rest))
    for request in more:
        take(draft, request)
    intents = "+".join(dict.fromkeys(r.intent.value for r in more))
    return f"{'yes' if yes else 'no'}+{intents}", f"answers `{asked.value}` and asks for more"


def _answer(draft: Draft, requests: tuple[Request, ...]) -> tuple[str, str] | None:
    """Take the line as an answer to what was asked, or as a correction. None: it is neither."""
    request, asked = requests[0], draft.before.asked
    if asked is Asked.VISITOR and says_no_name(draft):
        tasks.announce(draft)
        return "name", "would rather not say a name"
    if other := the_other_one(draft):
        return other
    chooses = asked is Asked.WHICH_HOST and draft.before.meeting is not None
    if not chooses and (right := put_right(draft.heard.text, draft.before.names, draft.desk.words)):
        corrected = _correct(draft, right)
        if corrected is not None or asked is not Asked.CONFIRM_HOST:
            return corrected  # `no, that is not the one I mean` puts nothing in its place: a no
    if len(requests) > 1:
        return None
    if request.intent in _FIRM and not _names_expected(draft, request):
        return None
    if _gives_name_late(draft, request):
        asked = Asked.VISITOR
    match asked:
        case Asked.HOST | Asked.WHICH_HOST | Asked.CONFIRM_HOST:
            return about_host(draft, request)
        case Asked.VISITOR:
            return about_visitor(draft, request)
        case Asked.DELIVERY_FOR:
            return about_delivery(draft, request)
        case Asked.OWN_NAME:
            return about_own_name(draft, request)
        case Asked.CONFIRM_ENTRY | Asked.STAFF | Asked.MORE | Asked.CONFIRM_TOOL:
            return yes_or_no(draft, request)
        case _:
            return None


def _gives_name_late(draft: Draft, request: Request) -> bool:
    """Whether a name that was asked for comes after a question in between."""
    meeting = draft.before.meeting
    waits = meeting is not None and bool(meeting.host) and not meeting.notified
    over = draft.before.asked in {Asked.NOTHING, Asked.STAFF} and not draft.before.visitor
    if not (waits and over and request.intent is Intent.UNKNOWN):
        return False
    return len(bare_name(draft.heard.text, draft.desk.words).split()) > 1


def _names_expected(draft: Draft, request: Request) -> bool:
    """Whether a name was asked for and the line holds one, whatever else it sounds like."""
    if draft.before.asked in {Asked.HOST, Asked.WHICH_HOST, Asked.CONFIRM_HOST}:
        found = draft.desk.directory.people(draft.heard.text, expected=True)
        return found.sure and request.intent in {Intent.QUESTION, Intent.DIRECTIONS}
    return False


def _correct(draft: Draft, put_right: str) -> tuple[str, str] | None:
    desk, state = draft.desk, draft.state
    again = _understood(draft, put_right)
    request = again[0]
    because = "puts right what was understood before"
    if request.intent is Intent.NAME or (request.name and not request.found.hosts):
        tasks.take_name(draft, request.name)
        return "name", because
    expects_host = state.asked in {Asked.HOST, Asked.CONFIRM_HOST, Asked.WHICH_HOST, Asked.VISITOR}
    found = desk.directory.people(put_right, expected=expects_host)
    if nearer_to_visitor(put_right, state.visitor or "", 1.0 if found.sure else found.score):
        found = Found()
    in_meeting = state.meeting is not None or expects_host
    if found.hosts and state.delivery_for and state.meeting is None:
        amends.redirect_delivery(draft, found)
        return "delivery", because
    if found.hosts and (in_meeting or request.intent is Intent.MEET_HOST):
        tasks.withdraw(draft, unless=found.hosts)
        tasks.choose_host(draft, found)
        return "meet_host", because
    if in_meeting and (hosts := desk.directory.department(put_right)):
        tasks.withdraw(draft, unless=hosts)
        tasks.meet(draft, replace(request, intent=Intent.MEET_HOST))
        return "meet_host", because
    if state.meeting is not None and (time := new_time(put_right, desk.words)):
        amends.change_time(draft, time)
        return "meet_host", because
    known = state.asked is Asked.VISITOR or (state.meeting and state.meeting.notified)
    name = bare_name(put_right, desk.words) if known else ""
    if name and request.intent in {*SMALL, Intent.MEET_HOST}:
        tasks.take_name(draft, merged_name(state.visitor or "", name))
        return "name", because
    if request.intent not in SMALL:
        for one in again:
            take(draft, one)
        return request.intent.value, because
    return None


def _keep_question(draft: Draft) -> None:
    """Ask again what was open before a digression, if the answer does not ask anything itself."""
    if draft.asked is not Asked.NOTHING or draft.closes:
        return
    if draft.state.form is not None:
        return ask_again(draft)
    meeting = draft.state.meeting
    if draft.before.asked is Asked.VISITOR and meeting and not meeting.notified:
        draft.ask("meet.ask_visitor", Asked.VISITOR)
    elif draft.before.asked is Asked.CONFIRM_HOST and meeting and meeting.options:
        host = meeting.options[0]
        draft.ask("meet.confirm_host", Asked.CONFIRM_HOST, host, host=host)
    elif draft.before.asked is Asked.HOST and meeting and not meeting.host:
        draft.ask("meet.ask_host_plain", Asked.HOST)
    else:
        passing_on.ask_again(draft)
