"""How voices, words, turns and replies change the situation. `behavior.situation.update` asks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rapidfuzz import fuzz

from agent.core.messages import (
    Message,
    PersonId,
    ReplyReady,
    ReplySource,
    SpeechContinues,
    SpeechStarted,
    TurnEnded,
    TurnId,
    TurnPaused,
    WordsHeard,
)
from behavior.situation.floor import Floor, Turn
from behavior.situation.overheard import circle, turned_away
from behavior.situation.people import Mark, Person
from behavior.situation.presence import mark
from behavior.situation.state import Encounter, Situation

_TURNS_KEPT = 6
_ECHO_WORDS = 3
_TALKING_DISTANCE_M = 3.0
_ANSWERED_WITHIN_S = 12.0
_WORDS_LAST_S = 0.6
"""A shorter voice without words was a noise."""
NOT_UNDERSTOOD = "unknown"
MURMUR = "listening.murmur"
"""The branch of what a listener murmurs; nobody is interrupted by going on over it."""
_NO_WISH = frozenset({"thanks", "no", "looking"})
_MISHEARD_FROM, _MISHEARD_AS = 12, 87.0
"""Phrases of so many letters are also known by so much likeness, per cent."""
_COURTESY = (" thank you very much", " thank you", " thanks")
"""Said after a no, too, and no part of it."""
_TOO_COMMON = "thank"
"""`no thank you` and `so thank you` are too alike."""


def speaker_of(situation: Situation, turn: TurnEnded) -> PersonId | None:
    """Who most likely said it, by `behavior.who_spoke`; else the one talked with, if in view."""
    spoke = situation.who_spoke.of(turn)
    if spoke is not None:
        return spoke.person
    partner = situation.addressee
    return partner.id if partner is not None else None


def plain(text: str) -> str:
    """Lower case words with single spaces, for comparing."""
    kept = "".join(c if c.isalnum() or c in "'" else " " for c in text.lower())
    return " ".join(kept.split())


def says_any(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether `text` holds one of `phrases` as whole words."""
    padded = f" {plain(text)} "
    return any(f" {plain(phrase)} " in padded for phrase in phrases)


def declines(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether `text` holds one of `phrases`, the longer ones also slightly misheard."""
    if says_any(text, phrases):
        return True
    heard = plain(text)
    bare = next((heard.removesuffix(one) for one in _COURTESY if heard.endswith(one)), heard)
    told = {heard, bare.strip()} - {""}
    return any(_is_misheard(one, phrase) for one in told for phrase in map(plain, phrases))


def _is_misheard(heard: str, phrase: str) -> bool:
    """A short phrase by itself or to begin with, its first word right; a longer one anywhere."""
    if len(phrase) < _MISHEARD_FROM or _TOO_COMMON in phrase:
        begins, words = phrase.split()[0], len(phrase.split())
        first = heard.split()[:words]
        alone = len(heard.split()) == words or len(phrase) >= _MISHEARD_FROM
        alike = first[:1] == [begins] and len(first) == words and alone
        return alike and fuzz.ratio(phrase, " ".join(first)) >= _MISHEARD_AS
    return len(heard) >= len(phrase) and fuzz.partial_ratio(phrase, heard) >= _MISHEARD_AS


def is_echo(situation: Situation, text: str) -> bool:
    """Whether `text` is mostly what the agent itself has just been saying."""
    words = plain(text).split()
    own = set(plain(" ".join(situation.floor.spoken)).split())
    if len(words) < _ECHO_WORDS or not own:
        return False
    return sum(word in own for word in words) / len(words) >= situation.config.echo_share


def dismiss(situation: Situation, turn: TurnId) -> Situation:
    """Return the situation in which `turn` asks for no answer."""
    known = situation.turns.get(turn)
    return situation if known is None else _put(situation, replace(known, dismissed=True))


def part_spoken(situation: Situation, turn: TurnId, *, last: bool) -> Situation:
    """Return the situation in which one more part of the reply to `turn` was sent out."""
    known = situation.turns.get(turn)
    if known is None:
        return situation
    known = replace(
        known,
        parts_spoken=known.parts_spoken + 1,
        last_part_at=situation.now,
        closed=known.closed or last,
    )
    return _put(situation, known)


def _put(situation: Situation, turn: Turn) -> Situation:
    turns = {**situation.turns, turn.id: turn}
    while len(turns) > _TURNS_KEPT:
        del turns[next(iter(turns))]
    return replace(situation, turns=turns)


def _started(situation: Situation, start: SpeechStarted) -> Situation:
    turn = situation.turns.get(start.turn)
    floor = situation.floor
    if turn is None:
        turn = Turn(
            id=start.turn,
            began_at=start.at,
            voice_began_at=start.at,
            voice_at=start.at,
        )
        floor = replace(floor, current_turn=start.turn)
    turn = replace(
        turn,
        revision=start.revision,
        voice_began_at=start.at,
        voice_at=max(start.at, turn.voice_at),
        earlier_voiced_s=turn.total_voiced_s,
        voiced_s=0.0,
        paused=False,
        murmur=None,
        trust=1.0,
        over_speech=turn.over_speech or _talks(floor),
        dismissed=False,
    )
    if turn.revision > 0:
        turn = replace(turn, replies=())
    return _put(replace(situation, floor=floor), turn)


def _talks(floor: Floor) -> bool:
    """The agent says more than a listener murmurs."""
    murmurs = bool(floor.speech) and all(one.policy == MURMUR for one in floor.speech)
    return floor.agent_speaks and not murmurs


def _known(situation: Situation, turn: TurnId, at: float) -> tuple[Situation, Turn]:
    """The turn, made up if its start was missed."""
    known = situation.turns.get(turn)
    if known is None:
        situation = _started(situation, SpeechStarted(at=at, turn=turn))
        known = situation.turns[turn]
    return situation, known


def _continues(situation: Situation, more: SpeechContinues) -> Situation:
    situation, turn = _known(situation, more.turn, more.at)
    newest = max(more.at, turn.voice_at)
    turn = replace(turn, voice_at=newest, voiced_s=more.voiced_s, paused=False)
    return _put(situation, turn)


def _words(situation: Situation, heard: WordsHeard) -> Situation:
    situation, turn = _known(situation, heard.turn, heard.at)
    return _put(situation, replace(turn, words=heard.text))


def _paused(situation: Situation, pause: TurnPaused) -> Situation:
    situation, turn = _known(situation, pause.turn, pause.at)
    voiced_s = max(turn.voiced_s, pause.at - turn.voice_began_at)
    words = pause.text or turn.words
    turn = replace(turn, paused=True, voice_at=pause.at, voiced_s=voiced_s, words=words)
    turn = replace(turn, revision=pause.revision, murmur=pause.murmur, trust=pause.confidence)
    return _put(situation, turn)


def _ended(situation: Situation, end: TurnEnded) -> Situation:
    situation, turn = _known(situation, end.turn, end.at)
    if end.revision != turn.revision:
        kept = tuple(reply for reply in turn.replies if reply.revision == end.revision)
        turn = replace(turn, replies=kept)
    turn = replace(turn, ended=end, revision=end.revision, words=end.text, paused=True)
    turn = replace(turn, murmur=end.murmur, trust=end.confidence)
    if end.typed:
        turn = replace(turn, dismissed=False)
    situation = _put(situation, turn)
    floor = situation.floor
    nothing = not end.text.strip()
    if floor.stopped_turn == end.turn and (nothing or is_echo(situation, end.text)):
        floor = replace(floor, false_stop_at=situation.now)
        situation = replace(situation, floor=floor)
    if nothing:
        if max(end.voiced_s, turn.total_voiced_s) < _WORDS_LAST_S:
            return situation
        situation = mark(situation, _spoken_to(situation), Mark.UNCLEAR)
        return mark(situation, speaker_of(situation, end), Mark.UNCLEAR)
    turns = {
        one.id: replace(one, closed=True) if one.ended and one.id != end.turn else one
        for one in situation.turns.values()
    }
    return _judge_clear(_converse(replace(situation, turns=turns), end), turn)


def _converse(situation: Situation, end: TurnEnded) -> Situation:
    who, now = speaker_of(situation, end), situation.now
    meeting = situation.encounter
    if meeting is None:
        meeting = Encounter(addressee=who, since=now, active_at=now, turns=1)
    else:
        addressee = who or meeting.addressee
        meeting = replace(meeting, addressee=addressee, active_at=now, turns=meeting.turns + 1)
    situation = replace(situation, encounter=meeting)
    person = situation.person(who)
    if person is None:
        return situation
    marks = {**person.marks, Mark.SPOKE: now}
    if declines(end.text, situation.config.refusal_phrases):
        marks[Mark.REFUSED] = now
        situation = _all_refuse(situation, person)
    elif not turned_away(person) and surely_said(situation, end, person):
        marks.pop(Mark.REFUSED, None)  # who asks wants an answer; who is overheard does not
    people = {**situation.people, person.id: replace(person, marks=marks)}
    return replace(situation, people=people)


def surely_said(situation: Situation, end: TurnEnded, person: Person) -> bool:
    """Nobody else can have said it, or they were seen to."""
    spoke = situation.who_spoke.of(end)
    if spoke is not None and spoke.seen and spoke.person == person.id:
        return True
    others = situation.others(person)
    return not any(other.distance_m <= _TALKING_DISTANCE_M for other in others)


def _all_refuse(situation: Situation, person: Person) -> Situation:
    """A no holds for those who stand with the speaker, and for whom it may have come from."""
    for other in circle(situation, person):
        situation = mark(situation, other.id, Mark.REFUSED)
    return mark(situation, _spoken_to(situation), Mark.REFUSED)


def _spoken_to(situation: Situation) -> PersonId | None:
    """Whom the agent has just spoken to unasked: a no that is heard now may be theirs."""
    at = situation.spoke_unasked_at
    if at is None or situation.now - at > _ANSWERED_WITHIN_S:
        return None
    return situation.spoke_unasked_to


def _reply(situation: Situation, reply: ReplyReady) -> Situation:
    turn = situation.turns.get(reply.turn)
    if turn is None:
        return situation
    stale = reply.revision < turn.revision
    if stale or (turn.ended is not None and reply.revision != turn.ended.revision):
        return situation
    kept = tuple(
        one for one in turn.replies if one.revision == reply.revision and one.part != reply.part
    )
    turn = replace(turn, replies=tuple(sorted((*kept, reply), key=lambda one: one.part)))
    return _judge_clear(_put(situation, turn), turn)


def _judge_clear(situation: Situation, turn: Turn) -> Situation:
    """Remember with whoever spoke whether it was understood, once it is said and answered."""
    if turn.ended is None or not turn.replies:
        return situation
    reply = turn.replies[0]
    person = situation.person(speaker_of(situation, turn.ended))
    if person is None:
        return situation
    if reply.intent == NOT_UNDERSTOOD and reply.source is ReplySource.EMBEDDED:
        situation = mark(situation, _spoken_to(situation), Mark.UNCLEAR)
        return mark(situation, person.id, Mark.UNCLEAR)
    if reply.intent in _NO_WISH and _spoken_to(situation) == person.id:
        return mark(situation, person.id, Mark.REFUSED)  # "thanks" to an offer is a no
    marks = dict(person.marks)
    marks.pop(Mark.UNCLEAR, None)
    people = {**situation.people, person.id: replace(person, marks=marks)}
    return replace(situation, people=people)


HEARD: Mapping[type[Message], Callable[[Situation, Any], Situation]] = {
    SpeechStarted: _started,
    SpeechContinues: _continues,
    WordsHeard: _words,
    TurnPaused: _paused,
    TurnEnded: _ended,
    ReplyReady: _reply,
}
