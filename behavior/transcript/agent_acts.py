"""What the agent was heard to say and seen to do, as lines. Pure.

An act is planned, begins, is heard clause by clause, and ends; what was heard grows in one line.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass

from agent.core.messages import Act, ActFinished, ActId, ActStarted, ClauseSpoken, PersonId, TurnId
from behavior.transcript.lines import Line, What

_KEPT = 64
_TURNS_KEPT = 16


@dataclass(slots=True)
class _OnStage:
    """An act that was planned or begun."""

    act: Act | None
    person: PersonId | None
    began: float | None = None
    clauses: tuple[str, ...] = ()
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A line of what was heard, and the one it takes the place of."""

    line: Line
    instead_of: Line | None


class AgentActs:
    """Follows the acts on stage."""

    def __init__(self) -> None:
        self._acts: OrderedDict[ActId, _OnStage] = OrderedDict()
        self._askers: OrderedDict[TurnId, PersonId | None] = OrderedDict()
        self._unsaid: deque[ActId] = deque(maxlen=_KEPT)
        """Acts whose words are not to be written, because somebody was forgotten."""

    def asked(self, turn: TurnId, person: PersonId | None) -> None:
        """A turn was this person's, as far as is known."""
        self._askers[turn] = person
        while len(self._askers) > _TURNS_KEPT:
            self._askers.popitem(last=False)

    def asker(self, turn: TurnId | None) -> PersonId | None:
        """Whose turn it was; None: not known."""
        return self._askers.get(turn) if turn is not None else None

    def plan(self, act: Act, partner: PersonId | None) -> None:
        """An act was decided: for who asked what it answers, else whom it names, else `partner`."""
        if act.clauses or act.gestures:
            person = self.asker(act.in_reply_to) or act.to or partner
            self._acts[act.act] = _OnStage(act, person)
            while len(self._acts) > _KEPT:
                self._acts.popitem(last=False)

    def begin(self, started: ActStarted) -> Line | None:
        """An act is seen or heard; the line of one without words."""
        one = self._acts.get(started.act)
        if one is None:
            return None
        one.began = started.at
        if one.act is None or one.act.clauses:
            return None
        names = (g.lexeme or g.meaning or "gesture" for g in one.act.gestures)
        return Line(
            began=started.at,
            ended=started.at,
            what=What.AGENT_DID,
            person=one.person,
            deed=f"gestures: {', '.join(names)}",
        )

    def say(self, spoken: ClauseSpoken) -> Heard | None:
        """A clause was heard to its end."""
        one = self._acts.get(spoken.act)
        if one is None:
            return None
        one.clauses += (spoken.text,)
        return self._heard(one, " ".join(one.clauses), spoken.at, cut=False)

    def finish(self, finished: ActFinished, partner: PersonId | None) -> Heard | None:
        """An act is over; `partner`: whom it was for where its beginning was not told."""
        one = self._acts.pop(finished.act, None)
        if one is None and finished.act not in self._unsaid:
            one = _OnStage(None, partner)
        if one is None or not finished.heard.strip():
            return None
        return self._heard(one, finished.heard.strip(), finished.at, cut=finished.interrupted)

    def forget(self, person: PersonId | None) -> None:
        """Write nothing more of what is on stage for this person."""
        for turn in [turn for turn, who in self._askers.items() if who == person]:
            del self._askers[turn]
        for act in [a for a, one in self._acts.items() if one.person == person]:
            del self._acts[act]
            self._unsaid.append(act)

    def _heard(self, one: _OnStage, words: str, at: float, *, cut: bool) -> Heard:
        cues = [g for c in one.act.clauses for g in c.gestures] if one.act is not None else []
        line = Line(
            began=one.began if one.began is not None else at,
            ended=at,
            what=What.AGENT_SAID,
            person=one.person,
            words=words,
            deed=", ".join(dict.fromkeys(f"with {g.lexeme}" for g in cues if g.lexeme)),
            cut=cut,
        )
        before, one.line = one.line, line
        return Heard(line, before)
