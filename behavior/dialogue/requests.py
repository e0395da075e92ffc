"""What each thing a visitor may ask for is answered with."""

from dataclasses import replace

from agent.core.messages import Clause
from behavior.dialogue import amends, tasks
from behavior.dialogue.conversation import Asked, Conversation, Forget, Meeting
from behavior.dialogue.draft import Draft
from behavior.dialogue.hours import tell_hours, tell_open_now
from behavior.dialogue.other_words import is_question
from behavior.dialogue.recollection import recollect
from behavior.dialogue.step_free import accessible_one, way_without_steps
from behavior.dialogue.whereabouts import how_far, which_side
from behavior.dialogue.wording import in_language, sentences
from behavior.dialogue.yes_and import unheard_rest
from behavior.house.knowledge import clock_in_words
from behavior.house.site import Destination
from behavior.languages.sounds_like import plain, words_of
from behavior.tools import drafting
from behavior.tools.contract import UseTool, Way
from behavior.understanding.intents import Intent, Request

_STAYS_OPEN = frozenset(
    {Asked.STAFF, Asked.CONFIRM_TOOL, Asked.OWN_NAME, Asked.WHICH_HOST, Asked.DELIVERY_FOR,
     Asked.CONFIRM_ENTRY}
)  # fmt: skip
"""Questions whose answer still counts when it is said again, after it was not understood."""


def take(draft: Draft, request: Request) -> None:
    """Write the answer to one request."""
    if request.name and request.intent is not Intent.NAME:
        draft.change(visitor=request.name)
    match request.intent:
        case Intent.MEET_HOST:
            tasks.meet(draft, request)
        case Intent.HOST_STATUS:
            tasks.host_status(draft)
        case Intent.PRIVATE:
            tasks.private(draft, request)
        case Intent.DELIVERY:
            tasks.deliver(draft, request)
        case Intent.SOMEBODY_MISSING:
            amends.somebody_missing(draft)
        case Intent.SIGNATURE:
            tasks.sign(draft, request)
        case Intent.PICKUP:
            tasks.pick_up(draft, request)
        case Intent.STAFF:
            tasks.call_staff(draft, "a visitor asked for a person")
        case Intent.EMERGENCY | Intent.FIRE:
            tasks.emergency(draft, request.intent)
        case Intent.NAME:
            tasks.take_name(draft, request.name)
        case Intent.DIRECTIONS:
            show_way(draft, request)
        case Intent.TOOL if request.tool is not None:
            drafting.want(draft, request.tool)
        case Intent.QUESTION if _hears_badly(draft, request):
            _small_talk(draft, replace(request, intent=Intent.LOUDER))
        case Intent.QUESTION:
            tell(draft, request.entry)
        case Intent.MAYBE_QUESTION:
            known = draft.desk.entries[request.entry].questions
            question = next((one for one in known if is_question(one)), known[0])
            draft.ask("know.confirm", Asked.CONFIRM_ENTRY, request.entry, question=question)
        case Intent.MEMORY:
            if drafting.may_recall(draft):
                recollect(draft, request.text, request.entry)
        case Intent.WHICH_SIDE:
            which_side(draft)
        case Intent.HOW_FAR:
            how_far(draft, request)
            if request.place is not None and request.place.key != draft.before.spoken_of:
                show_way(draft, request)
        case Intent.COMPLAINT | Intent.INTERPRETER | Intent.OTHER_HOUSE:
            _offer_staff(draft, request.intent)
        case Intent.OPEN_NOW | Intent.TIME | Intent.DATE:
            _tell_time(draft, request.intent)
        case _:
            _small_talk(draft, request)


def _offer_staff(draft: Draft, intent: Intent) -> None:
    """What only a person can put right; who waits for a host is told of the host first."""
    meeting, site = draft.state.meeting, draft.desk.site
    if intent is Intent.COMPLAINT and meeting is not None and meeting.notified:
        return tasks.host_status(draft)
    if intent is Intent.COMPLAINT and "help" in draft.state.recorded:
        return draft.say("staff.again")
    names = draft.desk.words.language_names
    languages = draft.desk.words.listed(tuple(names[code] for code in draft.desk.spoken))
    return draft.ask(intent.value, Asked.STAFF, site=site.name, languages=languages)


def _hears_badly(draft: Draft, request: Request) -> bool:
    """Whether somebody asks to be spoken to louder, who was told something already."""
    louder = draft.desk.words.intents.get(Intent.LOUDER)
    heard_badly = louder is not None and louder.search(request.text) is not None
    return heard_badly and bool(draft.before.last_reply)


def _small_talk(draft: Draft, request: Request) -> None:
    before = draft.before
    match request.intent:
        case Intent.REPEAT if before.last_reply:
            draft.repeats = True
            draft.say("repeat.intro")
            draft.clauses += before.last_reply
            draft.asked, draft.about = before.asked, before.asked_about
        case Intent.LOUDER if before.last_reply:
            draft.repeats = True
            draft.say("louder")
            draft.clauses += before.last_reply
            draft.asked, draft.about = before.asked, before.asked_about
        case Intent.GO_ON if before.last_reply:
            draft.repeats = True
            draft.clauses += before.last_reply[unheard_rest(draft) :]
            draft.asked, draft.about = before.asked, before.asked_about
            if not draft.clauses:
                draft.ask("more", Asked.MORE)
        case Intent.DOOR:
            draft.ask("door", Asked.STAFF)
        case Intent.HELP | Intent.GO_ON:
            draft.say("help")
        case Intent.LOOKING:
            draft.say("no_more")
        case Intent.PLEASANT:
            draft.say("pleasant")
        case Intent.LOUDER | Intent.IN_WRITING:
            draft.say("louder.nothing")
        case Intent.BLIND:
            draft.ask("blind", Asked.STAFF)
        case Intent.REPEAT if before.turns == 0:
            draft.say("greet")  # `excuse me`, to somebody who has not said a word
        case Intent.REPEAT:
            draft.say("repeat.nothing")
        case Intent.CANCEL:
            draft.change(meeting=None)
            draft.say("cancel")
            draft.asked = Asked.MORE
        case Intent.FORGET_ME:
            draft.say("forget")
            draft.do(Forget())
            old = draft.state
            draft.state = Conversation(
                turns=old.turns, wordings=old.wordings, language=old.language
            )
        case Intent.MY_NAME if draft.state.visitor:
            draft.say("name.yours", visitor=draft.state.visitor)
        case Intent.MY_NAME:
            draft.say("name.unknown")
        case Intent.FAREWELL:
            draft.say("farewell")
            draft.closes = True
        case Intent.GREETING:
            draft.say("greet" if before.turns < 2 else "greet.again")
        case Intent.INSULT if "insult" in before.last_intent.split("+"):
            draft.say("no_more")  # offered once is enough
        case Intent.INSULT:
            draft.ask("insult", Asked.STAFF)
        case Intent.YES:
            draft.say("more.go_on" if before.last_intent in {"", "greeting", "cancel"} else "fine")
        case Intent.NO:
            draft.say("no_more")
        case Intent.THANKS:
            draft.say("welcome")
        case Intent.BACKCHANNEL:
            pass
        case (
            Intent.WAIT
            | Intent.HOW_ARE_YOU
            | Intent.JOKE
            | Intent.COMPLIMENT
            | Intent.PERSONAL
            | Intent.APOLOGY
        ):
            draft.say(request.intent.value)
        case _:
            unclear(draft)


def show_way(draft: Draft, request: Request) -> None:
    """Tell and point the way to the place of the request."""
    place = request.place
    if place is not None and draft.heard.on_wheels:
        place = accessible_one(draft.desk.directory, place)
    if place is not None:
        draft.change(spoken_of=place.key)
    if place is None:
        lost = draft.desk.words.cue("lost").search(request.text)
        if lost and len(words_of(request.text)) < 9:
            return draft.say("directions.which")
        return draft.ask("directions.unknown", Asked.STAFF)
    if not place.public:
        draft.change(meeting=draft.state.meeting or Meeting())
        return draft.ask("directions.not_public", Asked.HOST)
    if (way := way_without_steps(draft.heard, draft.desk.site, place)) is not None:
        return drafting.put(draft, UseTool(tool="way", arguments=way))
    if place.key in draft.desk.own_ways:
        return _show_way_in_own(draft, place)
    if not place.directions:
        return drafting.put(draft, UseTool(tool="way", arguments=Way(to=place.key)))
    screen = place.screen or f"{place.name[:1].upper()}{place.name[1:]}"
    # The way is told sentence by sentence, and the hand points while the first one is spoken.
    directions = " | ".join(c.text for c in sentences(place.directions))
    draft.say("directions", toward=place.place, screen=screen, directions=directions)


def _show_way_in_own(draft: Draft, place: Destination) -> None:
    """The way is written in the site's own language only."""
    clauses = in_own_language(draft, sentences(place.directions))
    draft.tell(clauses, place.place, place.screen or place.name)


def tell(draft: Draft, key: str) -> None:
    """Answer a frequent question, pointing at the place it speaks of."""
    entry = draft.desk.entries[key]
    if entry.tells_hours and tell_hours(draft):
        return
    place = draft.desk.site.place(entry.point) if entry.point else None
    if place is not None:
        draft.change(spoken_of=place.key)
    clauses = sentences(entry.answer)
    if entry.language:
        clauses = in_own_language(draft, clauses)
    draft.tell(clauses, place.place if place else None, entry.screen)
    if entry.offers_staff and "person" not in entry.answer:
        draft.asked = Asked.STAFF


def in_own_language(draft: Draft, clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """What the site has written in its own language only, after a word that says so."""
    own = draft.desk.spoken[0]
    draft.say("in_own", language=draft.desk.words.language_names[own])
    return in_language(clauses, own)


def tell_languages(draft: Draft, wish: str) -> None:
    """A language was asked for: go on in it, or say which there are."""
    desk = draft.desk
    if wish == desk.words.code:
        return draft.say("language.yes")
    names = desk.words.language_names
    draft.ask(
        "language.no",
        Asked.STAFF,
        languages=desk.words.listed(tuple(names[code] for code in desk.spoken)),
    )


def _tell_time(draft: Draft, intent: Intent) -> None:
    now, words = draft.heard.local_time, draft.desk.words
    if intent is Intent.OPEN_NOW:
        return tell_open_now(draft)
    if now is None:
        return draft.say("time.unknown")
    if intent is Intent.TIME:
        return draft.say("time", time=clock_in_words(now.hour * 60 + now.minute, words))
    draft.say("date", date=words.date(now))


def unclear(draft: Draft) -> None:
    """Own up, differently each time, and in the end offer typing and a person."""
    heard, count = draft.heard, draft.before.not_understood
    text = plain(heard.text)
    text = draft.desk.words.cue("lead").sub("", f"{text} ").strip() or text
    words = words_of(text)
    asks = draft.desk.words.cue("asks").search(text)
    if asks and len(words) >= 4 and (heard.typed or heard.confidence >= 0.6):
        return draft.ask("know.unknown", Asked.STAFF)
    if count >= 2:
        return draft.ask("unclear.3", Asked.STAFF)
    draft.say("unclear.1" if count == 0 else "unclear.2")
    if draft.asked is Asked.NOTHING and draft.before.asked in _STAYS_OPEN:
        draft.asked, draft.about = draft.before.asked, draft.before.asked_about
