"""A visitor leaves word for a host. It goes out once the visitor has read it and said yes."""

from behavior.dialogue.conversation import Asked, NotifyHost
from behavior.dialogue.draft import Draft
from behavior.languages.sounds_like import plain, words_of
from behavior.tools import drafting
from behavior.tools.contract import Refuse
from behavior.understanding.intents import Intent, Request

_LONGEST = 240
"""Letters of a message: more is better written than dictated at a desk."""
_NO_CUES = str.maketrans(dict.fromkeys("[](){}<>|", " "))
_OF_ITS_OWN = frozenset(
    {Intent.CANCEL, Intent.STAFF, Intent.FORGET_ME, Intent.FAREWELL, Intent.REPEAT, Intent.LOUDER,
     Intent.DIRECTIONS, Intent.OPEN_NOW, Intent.TIME, Intent.DATE, Intent.WAIT, Intent.NO}
)  # fmt: skip
"""What a visitor may want instead of saying what is to be passed on."""


def about_word(draft: Draft, requests: tuple[Request, ...]) -> tuple[str, str] | None:
    """Take the line as a message, or as a yes or no to it. None: it is neither."""
    asked, host, first = draft.before.asked, draft.before.asked_about, requests[0]
    if asked is Asked.SEND_WORDS and (other := _other_words(draft)):
        return _take(draft, host, other)
    if asked is Asked.SEND_WORDS and (yes := _is_yes(draft, first)) is not None:
        if yes:
            _send(draft, host)
        else:
            draft.change(words="")
            draft.say("word.not_sent")
        return "yes" if yes else "no", "answers whether words are passed on"
    if wished := _wished(draft):
        return _take(draft, *wished)
    if first.intent is Intent.UNKNOWN and _for_nobody(draft):
        draft.ask("meet.ask_host", Asked.HOST)
        return "meet_host", "word for somebody who was not named"
    if asked is Asked.WORDS and first.intent not in _OF_ITS_OWN:
        return _take(draft, host, draft.heard.text)
    return None


def ask_again(draft: Draft) -> None:
    """After a digression: what is to be passed on, or whether it may go."""
    if draft.before.asked is Asked.WORDS:
        draft.ask("word.what", Asked.WORDS, draft.before.asked_about, host=draft.before.asked_about)
    elif draft.before.asked is Asked.SEND_WORDS and draft.state.words:
        _confirm(draft, draft.before.asked_about)


def _confirm(draft: Draft, host: str) -> None:
    # Whatever a visitor says, it is read out as words and not as a cue for hands or face.
    shown = " ".join(draft.state.words.translate(_NO_CUES).split())
    draft.ask("word.confirm", Asked.SEND_WORDS, host, host=host, words=shown)


def _is_yes(draft: Draft, request: Request) -> bool | None:
    text, words = plain(draft.heard.text), draft.desk.words
    sends = words.cue("begins_yes").match(text) or words.cue("sends_it").match(text)
    if request.intent is Intent.YES or sends:
        return True
    if request.intent in {Intent.NO, Intent.CANCEL} or words.cue("begins_no").match(text):
        return False
    return None


def _other_words(draft: Draft) -> str:
    """What is to be written instead: `no, say that it is in the post`; empty: nothing."""
    match = draft.desk.words.cue("puts_word").match(plain(draft.heard.text))
    return _as_written(draft.heard.text, len(words_of(match["words"]))) if match else ""


def _take(draft: Draft, host: str, words: str) -> tuple[str, str]:
    words = " ".join(words.split()).strip(" .,;:\"'")
    if not draft.heard.leave.config.notify_host.visitors_words:
        draft.ask("tool.notify.refused", Asked.STAFF)
        draft.do(Refuse(tool="notify_host", because="tools.yaml: notify_host.visitors_words"))
        return "word", "words are not passed on here"
    if not drafting.may_tell(draft, host):
        return "word", "a host who may not be told"
    if not words:
        draft.ask("word.what", Asked.WORDS, host, host=host)
    elif len(words) > _LONGEST:
        draft.ask("word.too_long", Asked.WORDS, host, host=host)
    else:
        draft.change(words=words)
        _confirm(draft, host)
    return "word", "leaves word for a host"


def _send(draft: Draft, host: str) -> None:
    words = draft.before.words
    draft.change(words="", person_spoken_of=host)
    if not words or not drafting.may_tell(draft, host):
        return
    visitor = draft.state.visitor or "a visitor"
    draft.say("word.sent", host=host)
    draft.do(NotifyHost(host=host, visitor=visitor, purpose="words", words=words))
    draft.change(recorded=(*draft.state.recorded, "words"))


def _wished(draft: Draft) -> tuple[str, str] | None:
    """For whom a line leaves word, and what; no words where it does not say yet."""
    match = draft.desk.words.cue("passes_on").search(plain(draft.heard.text))
    if match is None:
        return None
    group = match.groupdict()
    who = group["message_for"] or group["tell"] or ""
    host = _host(draft, who)
    if not host:
        return None
    what = group["message"] or group["told"] or ""
    return host, _as_written(draft.heard.text, len(words_of(what)))


def _for_nobody(draft: Draft) -> bool:
    """`tell her that ...`, and nobody was spoken of."""
    match = draft.desk.words.cue("passes_on").search(plain(draft.heard.text))
    who = (match["message_for"] or match["tell"] or "") if match is not None else ""
    return draft.desk.words.cue("her_or_him").fullmatch(who) is not None


def _host(draft: Draft, who: str) -> str:
    meeting, desk = draft.before.meeting, draft.desk
    known = meeting.host if meeting is not None else None
    known = known or draft.before.person_spoken_of or None
    if desk.words.cue("her_or_him").fullmatch(who):
        return known or ""
    found = desk.directory.people(who, expected=True)
    if known and any(host.name == known for host in found.hosts):
        return known
    return found.hosts[0].name if len(found.hosts) == 1 and found.sure else ""


def _as_written(line: str, count: int) -> str:
    """The last `count` words of a line as they were typed or recognised."""
    return " ".join(line.split()[-count:]) if count else ""
