"""Speaks replies: the parts of the turn that counts, in order, as soon as they are there.

Nothing is spoken for a turn that is not over; its words are only made ready. While an answer is on
its way the agent looks away and thinks, then says so, then apologises: a turn is never left alone.
"""

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from agent.core.messages import (
    Act,
    ActFinished,
    Clause,
    Expression,
    Gaze,
    GazeTarget,
    Message,
    PersonId,
    Posture,
    PrepareSpeech,
    Priority,
    ReplyReady,
    StageState,
    TurnEnded,
)
from behavior.policies.spoken import Spoken
from behavior.situation.floor import Turn
from behavior.situation.hearing import NOT_UNDERSTOOD, speaker_of
from behavior.situation.overheard import is_overheard
from behavior.situation.people import Mark
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

_LISTENS_WITHIN_M = 3.0
_URGENT = frozenset({"emergency", "fire", "somebody_missing", "staff"})


class ReplyConfig(Spoken):
    """What happens between the end of a turn and its answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    think_after_s: float = Field(
        0.6, ge=0.1, le=5, description="Without an answer it looks away and thinks after this."
    )
    thinks_by: Literal["looking_away", "a_word"] = Field(
        "looking_away",
        description="How it shows that it thinks: by its gaze, or by a word. Never by both.",
    )
    thinking_words: tuple[str, ...] = Field(
        ("Hmm.", "Let me think."), min_length=1, description="The word, in turn."
    )
    filler_after_s: float = Field(
        2.5, ge=0.5, le=20, description="Without an answer it says that it is at it after this."
    )
    fillers: tuple[str, ...] = Field(
        ("One moment, please.", "Let me see."), description="What it says then, in turn."
    )
    give_up_after_s: float = Field(
        9.0, ge=1, le=60, description="Without an answer it apologises after this."
    )
    apology: str = Field(
        "I am sorry, I cannot answer that just now. Please ask me again, or press the help button.",
        min_length=5,
        description="What it says then.",
    )
    part_gap_s: float = Field(
        4.0, ge=0.5, le=30, description="A streamed reply that stops for this long is over."
    )
    not_caught: tuple[str, ...] = Field(
        ("I am sorry, I did not catch that.", "Could you say that once more, please?"),
        description="Said to a voice without words, in turn; an empty list: nothing.",
    )
    not_caught_voiced_s: float = Field(
        0.6, ge=0.1, le=5, description="Only to a voice at least this long."
    )
    not_caught_every_s: float = Field(
        15.0, ge=1, le=600, description="At most once in this many seconds."
    )
    mixed_from: float = Field(
        0.6,
        gt=0,
        le=1,
        description="A turn in which two spoke at once for this share of it is not answered, unless"
        " it is an emergency; whoever meant it is asked to say it again. 1: only if all of it was.",
    )


class ReplyPolicy:
    """Pure: which words to speak or make ready for which turn."""

    name: ClassVar[str] = "reply"
    hears: ClassVar[tuple[type[Message], ...]] = (ReplyReady, TurnEnded, ActFinished, StageState)

    def __init__(self, config: ReplyConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return the parts that can be spoken now, or how to pass the time until then."""
        if isinstance(message, ReplyReady):
            known = situation.turns.get(message.turn)
            if known is not None and known.ended is None and message in known.replies:
                prepare = PrepareSpeech(at=message.at, clauses=message.clauses)
                return Wishes(prepare=prepare if message.clauses else None)
        turn = situation.open_turn
        if turn is None or turn.ended is None:
            return self._not_caught(situation, message)
        if situation.in_turn and not turn.typed:
            return Wishes(wake_at=situation.now + situation.config.voice_lasts_s)
        parts = _speakable(turn)
        if parts and parts[0].intent == NOT_UNDERSTOOD and _is_overheard(situation, turn):
            return Wishes(acts=(_let_pass(situation, turn, message),))
        if parts and self._is_mixed(turn, parts[0]):
            line = _turn_of(self._config.not_caught, situation.lines)
            clauses = (Clause(text=line, expression=Expression.APOLOGETIC, intensity=0.4),)
            wish = _say(situation, turn, message, "reply.mixed", clauses)
            why = f"two spoke at once in {turn.ended.overlap:.0%} of turn {turn.id}"
            act = replace(wish.act, reason=because("reply.mixed", why))
            return Wishes(acts=(replace(wish, act=act),))
        if parts:
            acts = tuple(self._part(situation, turn, part) for part in parts)
            wake_at = None if parts[-1].last else situation.now + self._config.part_gap_s
            return Wishes(acts=acts, wake_at=wake_at)
        return self._pass_time(situation, message, turn, turn.ended)

    def _part(self, situation: Situation, turn: Turn, part: ReplyReady) -> Wish:
        who = part.to if part.to in situation.people else _asker(situation, turn)
        named = next((c.to for c in part.clauses if c.to in situation.people), None)
        to = named or who
        first = part.part == 0
        spoken = any(clause.text.strip() for clause in part.clauses)
        act = Act(
            at=part.at,
            act=UNNUMBERED,
            reason=because("reply.answer", part.because or f"answers turn {turn.id}"),
            to=to,
            clauses=part.clauses,
            expression=Expression.FRIENDLY if first else None,
            gaze=_look(to) if first or named is not None else None,
            posture=Posture.ATTENTIVE if first and spoken else None,
            priority=Priority.REPLY,
            in_reply_to=turn.id,
            more_follows=not part.last,
        )
        goodbye = part.closes and who is not None
        marks = ((who, Mark.FAREWELLED),) if goodbye and who is not None else ()
        return Wish(act=act, marks=marks)

    def _is_mixed(self, turn: Turn, first: ReplyReady) -> bool:
        """Its words are of two people: an answer would be to what nobody asked."""
        if turn.ended is None or turn.parts_spoken or not self._config.not_caught:
            return False
        urgent = _URGENT & set(first.intent.split("+"))
        return turn.ended.overlap >= self._config.mixed_from and not urgent

    # Until the answer is there

    def _pass_time(
        self, situation: Situation, message: Message, turn: Turn, end: TurnEnded
    ) -> Wishes:
        config, now = self._config, situation.now
        if turn.parts_spoken:
            due = (turn.last_part_at or now) + config.part_gap_s
            if now < due:
                return Wishes(wake_at=due)
            return Wishes(acts=(_say(situation, turn, message, "reply.cut_short", ()),))
        since = {
            branch: situation.acted.get(branch, float("-inf")) >= end.at
            for branch in ("reply.thinking", "reply.filler")
        }
        if now >= end.at + config.give_up_after_s:
            apology = (Clause(text=config.apology, expression=Expression.APOLOGETIC),)
            wish = _say(situation, turn, message, "reply.apology", apology)
            return Wishes(acts=(wish,), wake_at=now + 1.0)
        steps = [("reply.thinking", end.at + config.think_after_s)]
        if config.fillers:
            steps.append(("reply.filler", end.at + config.filler_after_s))
        coming = [at for branch, at in steps if not since[branch]]
        due_now = [branch for branch, at in steps if not since[branch] and now >= at]
        wake_at = min((at for at in coming if at > now), default=end.at + config.give_up_after_s)
        acts = [self._think(situation, message, turn)] if "reply.thinking" in due_now else []
        if "reply.filler" in due_now and not situation.floor.agent_speaks:
            line = _turn_of(config.fillers, situation.lines)
            acts.append(_aside(situation, turn, message, "reply.filler", line))
        return Wishes(acts=tuple(acts), wake_at=wake_at)

    def _think(self, situation: Situation, message: Message, turn: Turn) -> Wish:
        """Look away, or say so: who waits for an answer gets one sign that it is on its way."""
        if self._config.thinks_by == "looking_away" or situation.floor.agent_speaks:
            return _think(situation, message, turn)
        line = _turn_of(self._config.thinking_words, situation.lines)
        return _aside(situation, turn, message, "reply.thinking", line)

    def _not_caught(self, situation: Situation, message: Message) -> Wishes:
        config = self._config
        if not isinstance(message, TurnEnded) or message.text.strip() or not config.not_caught:
            return NOTHING
        turn = situation.turns.get(message.turn)
        voiced_s = max(message.voiced_s, turn.total_voiced_s if turn is not None else 0.0)
        if turn is None or turn.over_speech or voiced_s < config.not_caught_voiced_s:
            return NOTHING
        if situation.since("reply.not_caught") < config.not_caught_every_s or not situation.quiet:
            return NOTHING
        if not _someone_meant_us(situation):
            return NOTHING
        line = _turn_of(config.not_caught, situation.lines)
        clauses = (Clause(text=line, expression=Expression.APOLOGETIC, intensity=0.4),)
        wish = _say(situation, turn, message, "reply.not_caught", clauses)
        return Wishes(acts=(replace(wish, act=replace(wish.act, in_reply_to=None)),))


def _is_overheard(situation: Situation, turn: Turn) -> bool:
    """Said among visitors: who does not speak to the agent is not asked to say it again."""
    if turn.typed or turn.ended is None or turn.parts_spoken:
        return False
    return is_overheard(situation, situation.person(speaker_of(situation, turn.ended)))


def _let_pass(situation: Situation, turn: Turn, message: Message) -> Wish:
    wish = _say(situation, turn, message, "reply.overheard", ())
    why = f"turn {turn.id} was said among visitors who look at each other"
    act = replace(wish.act, reason=because("reply.overheard", why), posture=None)
    return replace(wish, act=act)


def _speakable(turn: Turn) -> list[ReplyReady]:
    """The parts that come next, without a gap."""
    parts: list[ReplyReady] = []
    for reply in turn.replies:
        if reply.part == turn.parts_spoken + len(parts):
            parts.append(reply)
    return parts


def _asker(situation: Situation, turn: Turn) -> PersonId | None:
    if turn.ended is not None and turn.ended.person in situation.people:
        return turn.ended.person
    return situation.addressee.id if situation.addressee is not None else None


def _look(who: PersonId | None) -> Gaze | None:
    return Gaze(target=GazeTarget.PERSON, person=who) if who is not None else None


def _think(situation: Situation, message: Message, turn: Turn) -> Wish:
    return Wish(
        act=Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because("reply.thinking", f"the answer to turn {turn.id} is on its way"),
            to=_asker(situation, turn),
            expression=Expression.THINKING,
            intensity=0.5,
            gaze=Gaze(target=GazeTarget.AWAY),
            posture=Posture.THINKING,
            priority=Priority.REPLY,
        )
    )


def _say(
    situation: Situation,
    turn: Turn,
    message: Message,
    branch: str,
    clauses: tuple[Clause, ...],
) -> Wish:
    who = _asker(situation, turn)
    return Wish(
        act=Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because(branch, f"turn {turn.id} has no answer"),
            to=who,
            clauses=clauses,
            gaze=_look(who) if clauses and branch != "reply.filler" else None,
            posture=Posture.ATTENTIVE,
            priority=Priority.REPLY,
            in_reply_to=turn.id,
        )
    )


def _aside(situation: Situation, turn: Turn, message: Message, branch: str, line: str) -> Wish:
    """A word while the answer is on its way: the turn stays open."""
    wish = _say(situation, turn, message, branch, (Clause(text=line),))
    act = replace(wish.act, in_reply_to=None, posture=None, expression=None, gaze=None)
    return replace(wish, act=act)


def _turn_of(lines: tuple[str, ...], said: tuple[str, ...]) -> str:
    """The line said longest ago."""
    return min(lines, key=lambda line: said.index(line) + 1 if line in said else 0)


def _someone_meant_us(situation: Situation) -> bool:
    if situation.encounter is not None and not situation.people:
        return True
    return any(
        person.attends and person.distance_m <= _LISTENS_WITHIN_M
        for person in situation.people.values()
    )
