"""Finds in the settings of policies what each is allowed and together can hardly be meant.

Pure: settings in, findings out. Each says what happens as it stands, and what cures it. Norms are
reviewed in `behavior.norms.review`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from behavior.languages.sounds_like import plain
from behavior.policies.catalogue import PoliciesConfig
from behavior.policies.disclosing import names_itself
from behavior.policies.greeting import GreetingConfig, Phrase
from behavior.policies.interruption import InterruptionConfig
from behavior.policies.waiting import WaitingConfig

Where = tuple[str | int, ...]

PAGE_BUTTONS = ("help", "staff", "stop", "start", "forget")
"""What a page can press."""
_DAYTIMES = {
    "good morning": (0.0, 13.0),
    "good afternoon": (11.0, 19.0),
    "good evening": (15.0, 24.0),
}
"""Hours in which such words may be said; generous."""
_STEP_H = 0.25
_GREETING_WORDS, _WORDS_S = 30, 2.6
"""Longer greetings are walked away from; words a second of an ordinary voice."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that can hardly be meant."""

    file: str
    """The policy, or `site`."""
    field: Where
    what: str
    """What happens, and the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What policies meet: numbers of perception and dialogue, and the gestures there are."""

    attend_keep_m: float
    """Nobody attends from farther away."""
    engage_m: float
    """Who attends and stands nearer than this is in an encounter."""
    longest_patience_s: float
    """The longest silence within one turn."""
    model_begins_s: float | None
    """How long a language model may take to begin; None: there is none."""
    knows_gesture: Callable[[str], bool]


def review_policies(policies: PoliciesConfig, around: Surroundings) -> Iterator[Finding]:
    """All findings, in the order of the files."""
    yield from _greeting(policies.greeting, around)
    yield from _phrases(policies.greeting)
    yield from _long(policies.greeting)
    yield from _gestures(policies, around)
    yield from _orders(policies, around)
    yield from _waiting(policies.waiting)
    yield from _interruption(policies.interruption)
    for index, button in enumerate(policies.handover.buttons):
        if button not in PAGE_BUTTONS:
            what = f"no page has a button {button!r}; there is {', '.join(PAGE_BUTTONS)}"
            yield Finding("handover", ("buttons", index), what)


def _greeting(config: GreetingConfig, around: Surroundings) -> Iterator[Finding]:
    words_m, sign_m = config.words_within_m, config.sign_within_m
    if sign_m < words_m:
        what = (
            f"the silent sign comes at {sign_m:g} m and the words from {words_m:g} m on, so people"
            " are spoken to unprepared; make it at least as large as words_within_m"
        )
        yield Finding("greeting", ("sign_within_m",), what)
    if words_m > around.attend_keep_m:
        what = (
            f"nobody attends from farther than {around.attend_keep_m:g} m, so anything above makes"
            " no difference; lower it, or raise seeing.engagement.attend_keep_m"
        )
        yield Finding("greeting", ("words_within_m",), what)
    if words_m < around.engage_m:
        what = (
            f"whoever stops between {words_m:g} m and {around.engage_m:g} m and looks here is taken"
            " for a visitor and not greeted; raise it, or lower seeing.engagement.engage_m"
        )
        yield Finding("greeting", ("words_within_m",), what)
    if not names_itself(config.disclosure):
        what = "does not say that this is an AI; say so, with that word"
        yield Finding("greeting", ("disclosure",), what)


def _phrases(config: GreetingConfig) -> Iterator[Finding]:
    """Phrases that are never said, hours without any, words that do not fit their hours."""
    for index, phrase in enumerate(config.phrases):
        here: Where = ("phrases", index)
        if phrase.from_hour >= phrase.until_hour:
            what = (
                f"is never said: {_clock(phrase.from_hour)} is not before"
                f" {_clock(phrase.until_hour)}; for a night write two, until 24 and from 0"
            )
            yield Finding("greeting", (*here, "from_hour"), what)
            continue
        rival = next((one for one in config.phrases[:index] if _covers(one, phrase)), None)
        if rival is not None:
            what = (
                f"is never said: an earlier phrase begins with the same words, {phrase.say[0]!r},"
                " and is taken whenever this one fits; begin it otherwise"
            )
            yield Finding("greeting", here, what)
        yield from (Finding("greeting", here, what) for what in _daytime(phrase))
        for other in config.phrases[:index]:
            if what := _overlap(other, phrase):
                yield Finding("greeting", here, what)
                break
    for start, end in _gaps(config.phrases, group=False):
        what = f"there is none for one person from {_clock(start)} to {_clock(end)}"
        yield Finding("greeting", ("phrases",), f"{what}; nobody is greeted then")
    if any(phrase.to == "group" for phrase in config.phrases):
        for start, end in _gaps(config.phrases, group=True):
            what = f"from {_clock(start)} to {_clock(end)} groups are greeted as one person is"
            yield Finding("greeting", ("phrases",), f"{what}; give them a phrase for these hours")


def _long(config: GreetingConfig) -> Iterator[Finding]:
    for number, phrase in enumerate(config.phrases):
        words = sum(len(line.split()) for line in phrase.say)
        if words > _GREETING_WORDS:
            seconds = round(words / _WORDS_S)
            said = f"is {words} words, some {seconds} s before the visitor's turn; say it shorter"
            yield Finding("greeting", ("phrases", number, "say"), said)


def _covers(earlier: Phrase, later: Phrase) -> bool:
    same = earlier.say[0] == later.say[0] and earlier.to == later.to
    return same and earlier.from_hour <= later.from_hour and later.until_hour <= earlier.until_hour


def _daytime(phrase: Phrase) -> Iterator[str]:
    said = plain(" ".join(phrase.say))
    for words, (first, last) in _DAYTIMES.items():
        if words in said and (phrase.from_hour < first or phrase.until_hour > last):
            hours = f"from {_clock(phrase.from_hour)} to {_clock(phrase.until_hour)}"
            yield f"says {words!r} {hours}; give it the hours it speaks of"


def _overlap(earlier: Phrase, later: Phrase) -> str:
    """What is wrong when two phrases of different times of day fit the same hour."""
    one, other = (_spoken_daytime(phrase) for phrase in (earlier, later))
    start = max(earlier.from_hour, later.from_hour)
    end = min(earlier.until_hour, later.until_hour)
    if not one or not other or one == other or earlier.to != later.to or start >= end:
        return ""
    both = f"both {one!r} and {other!r} are said from {_clock(start)} to {_clock(end)}"
    return f"{both}; let one end where the other begins"


def _spoken_daytime(phrase: Phrase) -> str:
    said = plain(" ".join(phrase.say))
    return next((words for words in _DAYTIMES if words in said), "")


def _gaps(phrases: tuple[Phrase, ...], *, group: bool) -> Iterator[tuple[float, float]]:
    """Hours for which there is no phrase."""
    start = None
    steps = round(24 / _STEP_H)
    for step in range(steps + 1):
        hour = step * _STEP_H
        bare = step < steps and not any(phrase.fits(hour, group) for phrase in phrases)
        if bare and start is None:
            start = hour
        elif not bare and start is not None:
            yield start, hour
            start = None


def _gestures(policies: PoliciesConfig, around: Surroundings) -> Iterator[Finding]:
    for policy, field, name in (
        ("greeting", "sign_gesture", policies.greeting.sign_gesture),
        ("greeting", "words_gesture", policies.greeting.words_gesture),
        ("farewell", "gesture", policies.farewell.gesture),
        ("listening", "gesture", policies.listening.gesture),
    ):
        if name and not around.knows_gesture(name):
            what = f"no gesture is called {name!r}, so none is made; see actuation/lexicon"
            yield Finding(policy, (field,), what)


def _orders(policies: PoliciesConfig, around: Surroundings) -> Iterator[Finding]:
    """Times that have to follow each other."""
    reply, farewell = policies.reply, policies.farewell
    if farewell.after_s >= farewell.until_s:
        what = (
            f"no goodbye is ever said: until_s ({farewell.until_s:g} s) is over by then; lower it"
        )
        yield Finding("farewell", ("after_s",), what)
    if reply.fillers and reply.filler_after_s >= reply.give_up_after_s:
        what = f"no filler is ever said: it gives up after {reply.give_up_after_s:g} s; lower it"
        yield Finding("reply", ("filler_after_s",), what)
    if reply.think_after_s >= reply.give_up_after_s:
        what = f"it never thinks: it gives up after {reply.give_up_after_s:g} s; lower it"
        yield Finding("reply", ("think_after_s",), what)
    begins_s = around.model_begins_s
    if begins_s is not None and reply.give_up_after_s <= begins_s:
        what = (
            f"it apologises before the language model may have begun"
            f" (dialogue.model.first_clause_s is {begins_s:g} s); raise it"
        )
        yield Finding("reply", ("give_up_after_s",), what)
    if policies.listening.nods and policies.listening.nod_after_s >= around.longest_patience_s:
        what = (
            f"it never nods: a turn is over after {around.longest_patience_s:g} s of silence"
            " (turns.patience); lower it"
        )
        yield Finding("listening", ("nod_after_s",), what)


def _waiting(waiting: WaitingConfig) -> Iterator[Finding]:
    if waiting.offer_returned_after_s > waiting.offer_after_s:
        what = f"whoever comes back waits longer than somebody new ({waiting.offer_after_s:g} s)"
        yield Finding("waiting", ("offer_returned_after_s",), f"{what}; lower it")
    if waiting.unsure_after_s > waiting.offer_after_s:
        what = (
            "whoever may be new waits longer for help than somebody greeted"
            f" ({waiting.offer_after_s:g} s); lower it"
        )
        yield Finding("waiting", ("unsure_after_s",), what)
    said = [
        ("unsure_offers",),
        *(("languages", code, "unsure_offers") for code in waiting.languages),
    ]
    for where in said:
        lines = waiting.said_in(where[1]).unsure_offers if len(where) > 1 else waiting.unsure_offers
        for index, line in enumerate(lines):
            if not names_itself(line):
                what = "may be the first that somebody hears, and does not say that this is an AI"
                yield Finding("waiting", (*where, index), f"{what}; say so, with that word")


def _interruption(config: InterruptionConfig) -> Iterator[Finding]:
    if config.stop_after_voiced_s <= config.hold_after_voiced_s:
        what = "it never holds: it has stopped by then; make it larger than hold_after_voiced_s"
        yield Finding("interruption", ("stop_after_voiced_s",), what)
    if config.words_after_voiced_s > config.stop_after_voiced_s:
        what = (
            "words come too late to be believed: the voice alone has stopped it by then; lower it"
        )
        yield Finding("interruption", ("words_after_voiced_s",), what)
    listeners = {plain(word) for word in config.backchannels}
    for index, word in enumerate(config.agreements):
        if plain(word) in listeners:
            what = f"{word!r} is a backchannel, too, and so never taken for an answer; remove one"
            yield Finding("interruption", ("agreements", index), what)


def _clock(hour: float) -> str:
    minutes = round(hour * 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
