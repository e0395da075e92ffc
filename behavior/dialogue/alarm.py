"""What is said while an alarm goes on: out first, no lift, and who is left inside is passed on.

An emergency stays in mind for the whole visit: a way to the lift is no answer in a fire, and
whoever asks what to do is told who can say it. A false alarm ends it (`tasks.was_false_alarm`).
"""

from behavior.dialogue.conversation import CallHelp
from behavior.dialogue.draft import Draft
from behavior.languages.sounds_like import plain
from behavior.understanding.intents import Intent, Request
from behavior.understanding.lines import urgency

_AS_EVER = frozenset(
    {Intent.THANKS, Intent.FAREWELL, Intent.YES, Intent.NO, Intent.BACKCHANNEL, Intent.REPEAT,
     Intent.LOUDER, Intent.IN_WRITING, Intent.FORGET_ME, Intent.CANCEL, Intent.STAFF}
)  # fmt: skip
"""What is answered in a fire as at other times."""
_STILL_OF_IT = frozenset({Intent.UNKNOWN, Intent.MAYBE_QUESTION, Intent.SOMEBODY_MISSING})
"""What a child who has lost its parents says next: how they look, and that it is afraid."""
_NOT_CLEAR = frozenset({Intent.UNKNOWN, Intent.MAYBE_QUESTION, Intent.TOOL, Intent.STAFF})


def about_alarm(draft: Draft, requests: tuple[Request, ...]) -> tuple[str, str] | None:
    """Answer a line that comes after a call for help. None: it has nothing to do with it."""
    recorded, first = draft.before.recorded, requests[0].intent
    if first in {Intent.EMERGENCY, Intent.FIRE} and not _is_better(draft):
        return None
    if "fire" in recorded:
        return None if first in _AS_EVER else _leave_first(draft)
    words, text = draft.desk.words, plain(draft.heard.text)
    waits = words.intents.get(Intent.HOST_STATUS)
    asks_who_comes = waits is not None and waits.search(text) is not None
    if "urgent" in recorded:
        return _until_help_comes(draft, first, asks_who_comes=asks_who_comes)
    if "missing" in recorded and first in _STILL_OF_IT and not draft.before.meeting:
        draft.say("somebody_missing.more")
        return "somebody_missing", "says more while a person is on the way"
    if "help" in recorded and asks_who_comes and draft.before.meeting is None:
        draft.say("staff.again")
        return "staff", "asks whether somebody comes"
    return None


def _is_better(draft: Draft) -> bool:
    words, text = draft.desk.words, plain(draft.heard.text)
    asks = words.cue("asks").search(text) is not None
    return bool(words.cue("is_better").search(text)) and not asks and not urgency(text, words)


def _leave_first(draft: Draft) -> tuple[str, str]:
    text = draft.desk.site.emergency.fire_text
    if draft.desk.words.cue("left_inside").search(plain(draft.heard.text)):
        draft.say("fire.somebody", text=text)
        draft.do(CallHelp(urgent=True, because="somebody may still be in the building"))
        return "fire", "speaks of somebody in a burning house"
    draft.say("fire.goes_on", text=text)
    return "fire", "a fire was reported in this visit"


def _until_help_comes(
    draft: Draft, first: Intent, *, asks_who_comes: bool
) -> tuple[str, str] | None:
    words, text = draft.desk.words, plain(draft.heard.text)
    asks = words.cue("asks").search(text) is not None
    if _is_better(draft):
        draft.say("emergency.better")
        draft.do(CallHelp(urgent=False, because="a visitor says that it is better now"))
        return "emergency", "says that it is better"
    if asks_who_comes or (asks and first in _NOT_CLEAR):
        number = " ".join(draft.desk.site.emergency.number.replace(" ", ""))
        draft.say("emergency.until", number=number)
        return "emergency", "asks in an emergency that was reported in this visit"
    return None
