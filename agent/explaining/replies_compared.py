"""The replies of a recording beside those that were made again: turn by turn, for people.

A changed wording, prompt or model shows here. What could not be asked again is said to be so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agent.core.messages import (
    BackendChosen,
    ModelAnswered,
    ReplyReady,
    ReplySource,
    TurnEnded,
    TurnId,
)
from agent.recording import Recorded

_BY = {ReplySource.EMBEDDED: "the desk", ReplySource.LANGUAGE_MODEL: "the language model"}


@dataclass(slots=True)
class Reply:
    """What was answered to one turn."""

    words: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    """Who worded it, in order."""

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(self.words)

    @property
    def by(self) -> str:
        """Who made it."""
        return ", then ".join(dict.fromkeys(self.sources))


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn with its reply then and now."""

    at: float
    said: str
    then: Reply
    now: Reply

    @property
    def differs(self) -> bool:
        """Whether the visitor would hear other words."""
        return self.then.text != self.now.text


def turns_compared(then: Sequence[Recorded], now: Sequence[Recorded]) -> list[Turn]:
    """Each turn that was committed, with its replies."""
    old, new = _replies(then), _replies(now)
    ended = [(r.seen_at, r.message) for r in then if isinstance(r.message, TurnEnded)]
    return [
        Turn(at, turn.text, old.get(_key(turn), Reply()), new.get(_key(turn), Reply()))
        for at, turn in ended
        if turn.text.strip()
    ]


def _key(one: TurnEnded | ReplyReady) -> tuple[TurnId, int]:
    return one.turn, one.revision


def _replies(recorded: Sequence[Recorded]) -> dict[tuple[TurnId, int], Reply]:
    found: dict[tuple[TurnId, int], Reply] = {}
    for r in recorded:
        if isinstance(r.message, ReplyReady) and r.message.clauses:
            reply = found.setdefault(_key(r.message), Reply())
            reply.words += (clause.text for clause in r.message.clauses)
            reply.sources.append(_BY[r.message.source])
    return found


def told_turns(turns: Sequence[Turn], now: Sequence[Recorded], *, start: float) -> str:
    """The replies that differ, how many do not, and what of it rests on a model."""
    lines = []
    for turn in turns:
        if turn.differs:
            lines.append(f'{turn.at - start:9.2f} s  to "{turn.said}"')
            lines.append(f"{'':13}then, {turn.then.by or 'nobody'}: {turn.then.text or 'nothing'}")
            lines.append(f"{'':13}now, {turn.now.by or 'nobody'}: {turn.now.text or 'nothing'}")
    otherwise = sum(turn.differs for turn in turns)
    lines.append(f"replies: {len(turns) - otherwise} the same, {otherwise} other words")
    return "\n".join([*lines, *_about_the_model(turns, now)])


def _about_the_model(turns: Sequence[Turn], now: Sequence[Recorded]) -> Iterator[str]:
    chosen = [r.message for r in now if isinstance(r.message, BackendChosen)]
    asked = [r.message for r in now if isinstance(r.message, ModelAnswered)]
    fallen_back = next((one for one in chosen if one.role == "dialogue" and one.fallback), None)
    model = _BY[ReplySource.LANGUAGE_MODEL]
    was_model = any(model in turn.then.sources for turn in turns)
    if asked:
        failed = sum(bool(one.fault) for one in asked)
        last = next((one.fault for one in reversed(asked) if one.fault), "")
        yield (
            f"the language model was asked {len(asked)} times at temperature 0"
            + (f", {failed} times in vain ({last})" if failed else "")
            + "; its words may differ from one time to the next: the same command with the"
            " configuration of then is the control"
        )
    elif fallen_back is not None:
        yield f"the language model could not be asked: {fallen_back.detail}"
    elif was_model and all(one.backend == "embedded" for one in chosen if one.role == "dialogue"):
        yield "no language model is configured now, so the desk answered in its place"
    if was_model and not asked:
        yield "what a language model said then is compared with what the desk says now"
