"""The encounter as a text of lines: who came, stood where, looked, spoke, and what the agent did.

Messages in, lines out; time comes from the messages. Of the agent's words only those that were
heard are in it. What a person said is gone from it when their visit ends, and at once when they
ask to be forgotten: of others who came later only the times of a visit remain, without an id.
"""

from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    ButtonPressed,
    ClauseSpoken,
    Engagement,
    EngagementChanged,
    HelpCalled,
    HostNotified,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    ReplyReady,
    SpeechStarted,
    TurnEnded,
    TurnId,
)
from behavior.addressee import Witness, for_agent, speaker_of
from behavior.agent_acts import AgentActs, Heard
from behavior.event_memory import Memory, Passage
from behavior.in_view import Present
from behavior.transcript_lines import BY_AGENT, Line, What, folded, merged, text_of

READS: tuple[type[Message], ...] = (
    Act,
    ActStarted,
    ActFinished,
    ButtonPressed,
    ClauseSpoken,
    EngagementChanged,
    HelpCalled,
    HostNotified,
    PersonLost,
    PersonSeen,
    ReplyReady,
    SpeechStarted,
    TurnEnded,
)
"""The kinds that make a difference to it."""
_STATES = {
    Engagement.PRESENT: "is about",
    Engagement.PASSING: "passes by",
    Engagement.APPROACHING: "comes up",
    Engagement.ATTENDING: "attends to the agent",
    Engagement.ENGAGED: "is engaged with the agent",
    Engagement.DISENGAGING: "turns away",
}
_PASSAGES_KEPT = 60
_OTHERS = 4


class TranscriptConfig(BaseModel):
    """How much of an encounter is remembered while it lasts, and how finely."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: int = Field(
        240, ge=20, le=5000, description="Most lines; the oldest are folded into a summary."
    )
    watch_s: float = Field(
        4.0, gt=0.5, le=60, description="How often a line is written of somebody in view."
    )
    passages_s: float = Field(
        1800.0,
        ge=0,
        le=86_400,
        description="How long it is known that somebody, nobody knows who, came and went.",
    )


class Transcript:
    """Grows with every message. See `lines`, `text` and `memory` for what can be had of it."""

    def __init__(
        self, config: TranscriptConfig | None = None, *, grace_s: float = 20.0, idle_s: float = 90.0
    ) -> None:
        """`grace_s`: a visit outlives somebody's absence so long; `idle_s`: one without a person
        in view ends after so long without a word."""
        self._config = config or TranscriptConfig()
        self._grace_s, self._idle_s = grace_s, idle_s
        self._lines: list[Line] = []
        self._present: dict[PersonId, Present] = {}
        self._passages: list[Passage] = []
        self._acts = AgentActs()
        self._voices: dict[TurnId, float] = {}
        self._partner: PersonId | None = None
        self._agent_spoke_at: float | None = None
        self._wishes: tuple[TurnId, int] | None = None
        self._ended: TurnEnded | None = None
        self.now = 0.0

    # What happens

    def take(self, message: Message) -> None:  # noqa: C901 - one line a kind
        """Take in one message."""
        self.now = max(self.now, message.at)
        match message:
            case PersonSeen():
                self._see(message)
            case EngagementChanged():
                self._change(message)
            case PersonLost():
                self._leave(message.person, message.at)
            case SpeechStarted():
                self._voices.setdefault(message.turn, message.at)
            case TurnEnded():
                self._hear(message)
            case ReplyReady():
                if "forget_me" in message.intent.split("+"):
                    self._wishes = message.turn, message.revision
                    self._keep_wish()
            case Act():
                self._acts.plan(message, message.to if message.to is not None else self._partner)
            case ActStarted():
                if (seen := self._acts.begin(message)) is not None:
                    self._lines.append(seen)
            case ClauseSpoken():
                self._put(self._acts.say(message))
            case ActFinished():
                self._put(self._acts.finish(message, self._partner))
            case HostNotified():
                done = "told" if message.delivered else "could not reach"
                self._write(What.TOLD_HOST, message.at, deed=f"{done} the host", whom=message.host)
            case HelpCalled():
                urgent = " urgently" if message.urgent else ""
                self._write(What.CALLED, message.at, message.person, f"called a person{urgent}")
            case ButtonPressed():
                self._press(message)
            case _:
                return
        self.tidy(self.now)

    def forget(self, person: PersonId | None) -> None:
        """Drop everything about this person, at once; None: about whoever was never seen."""
        self._lines = [one for one in self._lines if one.person != person]
        self._acts.forget(person)
        if self._ended is not None and self._ended.person in {person, None}:
            self._ended = None
        if person is None:
            return
        if (here := self._present.pop(person, None)) is not None and here.left_at is None:
            # Still in view: known from now on, and as nobody in particular.
            self._present[person] = Present(self.now, written_until=self.now, state=here.state)
        if self._partner == person:
            self._partner = None

    # What can be had

    def lines(self) -> tuple[Line, ...]:
        """All of it, oldest first, as an operator may see it."""
        open_ones = [one.line(who) for who, one in self._present.items()]
        newest = [one for one in open_ones if one is not None]
        return tuple(sorted((*self._lines, *newest), key=lambda one: one.began))

    def text(self, *, zero: float = 0.0, tokens: int | None = None, words: bool = True) -> str:
        """The same as text; see `text_of`."""
        return text_of(self.lines(), zero, tokens=tokens, words=words)

    def memory(self, person: PersonId | None, at: float, since: float | None = None) -> Memory:
        """What this visitor may be told: their own part. Of others, when they came and went.

        `since`: when the visit began, for somebody who was never seen.
        """
        mine = tuple(
            one
            for one in self.lines()
            if one.person == person
            and one.what is not What.EARLIER
            and not (one.what is What.SAID and one.ended >= at - 1e-6)  # the question itself
        )
        here = self._present.get(person) if person is not None else None
        came = here.came_at if here is not None else since
        if came is None and mine:
            came = mine[0].began
        others = [
            Passage(came_at=one.came_at, left_at=one.left_at, stopped=one.stopped)
            for who, one in self._present.items()
            if who != person
        ]
        passages = sorted((*self._passages, *others), key=lambda one: one.came_at)
        return Memory(now=at, person=person, came_at=came, lines=mine, others=tuple(passages))

    def others(self, person: PersonId | None) -> tuple[PersonId, ...]:
        """Who is in view besides this person, longest here first; a few are enough."""
        return tuple(who for who in self._present if who != person)[:_OTHERS]

    def speaker(self, turn: TurnId, at: float) -> PersonId | None:
        """Whose voice this turn most likely is; None: nobody near enough was in view."""
        return speaker_of(self._witnesses(self._voices.get(turn, at), at), self._partner)

    def claim(self, person: PersonId) -> None:
        """Whoever spoke before being seen turns out to be this person."""
        self._lines = [
            replace(one, person=person) if one.person is None and one.what is not What.EARLIER
            else one
            for one in self._lines
        ]  # fmt: skip

    # How it grows

    def _see(self, seen: PersonSeen) -> None:
        here = self._present.get(seen.person)
        if here is None:
            here = self._present[seen.person] = Present(seen.at, written_until=seen.at)
            here.watched.add(seen)
            glance = here.watched.over(seen.at, seen.at)
            self._write(What.CAME, seen.at, seen.person, "comes into view", glance=glance)
            return
        here.left_at = None
        here.watched.add(seen)
        if seen.at - here.written_until >= self._config.watch_s:
            self._close_watch(seen.person, here)

    def _close_watch(self, who: PersonId, here: Present) -> None:
        line = here.line(who)
        if line is None:
            return
        here.written_until = line.ended
        for i in range(len(self._lines) - 1, max(-1, len(self._lines) - 7), -1):
            if self._lines[i].person == who:
                if (both := merged(self._lines[i], line)) is not None:
                    self._lines[i] = both
                    return
                break
        self._lines.append(line)

    def _change(self, change: EngagementChanged) -> None:
        if change.state is Engagement.LEFT:
            return self._leave(change.person, change.at)
        here = self._present.get(change.person)
        if here is None:
            here = self._present[change.person] = Present(change.at, written_until=change.at)
        if here.state is change.state:
            return
        if here.state is None and change.state is Engagement.PRESENT:
            here.state = change.state  # the line of coming into view says it
            return
        self._close_watch(change.person, here)
        here.state = change.state
        here.stopped = here.stopped or change.state in {Engagement.ATTENDING, Engagement.ENGAGED}
        if change.state is Engagement.ENGAGED:
            self._partner = change.person
        glance = here.watched.over(change.at, change.at)
        self._write(What.STATE, change.at, change.person, _STATES[change.state], glance=glance)

    def _leave(self, who: PersonId, at: float) -> None:
        here = self._present.get(who)
        if here is None or here.left_at is not None:
            return
        self._close_watch(who, here)
        here.left_at = at
        self._write(What.LEFT, at, who, "is gone")

    def _hear(self, turn: TurnEnded) -> None:
        began = self._voices.pop(turn.turn, turn.at - turn.voiced_s)
        self._voices = {t: at for t, at in self._voices.items() if turn.at - at < 120.0}
        witnesses = self._witnesses(began, turn.at)
        person = turn.person or speaker_of(witnesses, self._partner)
        glance = next((one.glance for one in witnesses if one.person == person), None)
        if not turn.text.strip():
            if turn.voiced_s > 0.3 or began < turn.at:
                self._write(What.NOT_UNDERSTOOD, turn.at, person, began=began, glance=glance)
            return
        since_s = None if self._agent_spoke_at is None else began - self._agent_spoke_at
        sure = 1.0 if turn.typed else for_agent(turn.text, glance, len(witnesses), since_s)
        if person is not None:
            self._partner = person
            if (here := self._present.get(person)) is not None:
                here.stopped = True
        line = Line(
            began=began,
            ended=turn.at,
            what=What.SAID,
            person=person,
            words=turn.text.strip(),
            typed=turn.typed,
            glance=glance,
            to_agent=sure,
        )
        self._lines.append(line)
        self._ended = replace(turn, person=person)
        self._keep_wish()

    def _witnesses(self, began: float, ended: float) -> list[Witness]:
        return [
            Witness(who, one.state, one.watched.over(began, ended))
            for who, one in self._present.items()
            if one.left_at is None or ended - one.left_at < 2.0
        ]

    def _keep_wish(self) -> None:
        """Forget whoever has asked for it, once the turn that did so is committed."""
        ended = self._ended
        if ended is not None and self._wishes == (ended.turn, ended.revision):
            self._wishes = None
            self.forget(ended.person)

    def _press(self, button: ButtonPressed) -> None:
        person = button.person or self._partner
        if button.button == "forget":
            self.forget(person)
            return
        self._write(What.PRESSED, button.at, person, f"presses {button.button!r}")

    # The agent's own part

    def _put(self, heard: Heard | None) -> None:
        """Write what was heard of an act so far in place of what was written before."""
        if heard is None:
            return
        if heard.instead_of is not None and heard.instead_of in self._lines:
            self._lines[self._lines.index(heard.instead_of)] = heard.line
        else:
            self._lines.append(heard.line)
        self._agent_spoke_at = heard.line.ended

    def _write(
        self,
        what: What,
        at: float,
        person: PersonId | None = None,
        deed: str = "",
        *,
        began: float | None = None,
        glance: object = None,
        whom: str = "",
    ) -> None:
        if person is None and what in BY_AGENT:
            person = self._partner
        line = Line(
            began=at if began is None else began,
            ended=at,
            what=what,
            person=person,
            deed=deed,
            whom=whom,
        )
        self._lines.append(line if glance is None else replace(line, glance=glance))  # type: ignore[arg-type]

    # What goes

    def tidy(self, now: float) -> None:
        """Drop what may not be remembered any longer."""
        self.now = max(self.now, now)
        over = [
            who
            for who, one in self._present.items()
            if one.left_at is not None and self.now - one.left_at > self._grace_s
        ]
        for who in over:
            self.end(who)
        unseen = [one for one in self._lines if _of_the_unseen(one)]
        if unseen and self.now - unseen[-1].ended > self._idle_s:
            self._lines = [one for one in self._lines if not _of_the_unseen(one)]
        self._passages = [
            one
            for one in self._passages[-_PASSAGES_KEPT:]
            if self.now - (one.left_at or one.came_at) <= self._config.passages_s
        ]
        if len(self._lines) > self._config.lines:
            self._fold()

    def end(self, person: PersonId | None) -> None:
        """A visit is over: its lines go; that somebody was there remains, without an id."""
        here = self._present.get(person) if person is not None else None
        if here is not None and here.left_at is not None:
            passage = Passage(came_at=here.came_at, left_at=here.left_at, stopped=here.stopped)
            self._passages.append(passage)
            del self._present[person]  # type: ignore[arg-type]
        self.forget(person)

    def _fold(self) -> None:
        """Put the older half into one line that counts them."""
        half = len(self._lines) // 2
        old, self._lines = self._lines[:half], self._lines[half:]
        self._lines.insert(0, folded(old))


def _of_the_unseen(line: Line) -> bool:
    """About somebody who was never seen, who ends with a long silence."""
    return line.person is None and line.what is not What.EARLIER
