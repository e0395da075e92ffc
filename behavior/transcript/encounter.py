"""The encounter as a text of lines: who came, stood where, looked, spoke, and what the agent did.

Messages in, lines out; time comes from the messages. Of the agent's words only those that were
heard are in it. What a person said is gone from it when their visit ends, and at once when they
ask to be forgotten: of others who came later only the times of a visit remain, without an id.
"""

from dataclasses import replace

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
    ToolFinished,
    TurnEnded,
    TurnId,
)
from behavior.transcript.addressee import for_agent
from behavior.transcript.agent_acts import AgentActs, Heard
from behavior.transcript.config import STATES, deed_of
from behavior.transcript.config import TranscriptConfig as TranscriptConfig
from behavior.transcript.event_memory import Memory, memory_of
from behavior.transcript.in_view import Present
from behavior.transcript.kept_lines import KeptLines
from behavior.transcript.lines import BY_AGENT, Line, What, said, text_of
from behavior.transcript.people_in_view import PeopleInView
from behavior.transcript.watching import Glance
from behavior.who_spoke import WhoSpoke

_OTHERS = 4


class Transcript:
    """Grows with every message. See `lines`, `text` and `memory` for what can be had of it."""

    def __init__(
        self, config: TranscriptConfig | None = None, *, grace_s: float = 20.0, idle_s: float = 90.0
    ) -> None:
        """`grace_s`: a visit outlives somebody's absence so long; `idle_s`: one without a person
        in view ends after so long without a word."""
        self._config = config or TranscriptConfig()
        self._grace_s, self._idle_s = grace_s, idle_s
        self._lines = KeptLines()
        self._people = PeopleInView()
        self._acts = AgentActs()
        self._who_spoke = WhoSpoke()
        self._agent_spoke_at: float | None = None
        self._wishes: tuple[TurnId, int] | None = None
        self._ended: TurnEnded | None = None
        self.now = 0.0
        self.erased = 0
        """Counts how often words were forgotten, for whoever shows some of them elsewhere."""

    # What happens

    def take(self, message: Message) -> None:  # noqa: C901 - one line a kind
        """Take in one message."""
        self.now = max(self.now, message.at)
        self._who_spoke = self._who_spoke.take(message)
        match message:
            case PersonSeen():
                self._see(message)
            case EngagementChanged():
                self._change(message)
            case PersonLost():
                self._leave(message.person, message.at)
            case SpeechStarted():
                self._people.hear(message)
            case TurnEnded():
                self._hear(message)
            case ReplyReady():
                if "forget_me" in message.intent.split("+"):
                    self._wishes = message.turn, message.revision
                    self._keep_wish()
            case Act():
                self._acts.plan(message, self._people.partner)
            case ActStarted():
                if (seen := self._acts.begin(message)) is not None:
                    self._lines.add(seen)
            case ClauseSpoken():
                self._put(self._acts.say(message))
            case ActFinished():
                self._put(self._acts.finish(message, self._people.partner))
            case HostNotified() | HelpCalled() | ToolFinished():
                self._do(message)
            case ButtonPressed():
                self._press(message)
            case _:
                return
        self.tidy(self.now)

    def forget(self, person: PersonId | None) -> None:
        """Drop everything about this person, at once; None: about whoever was never seen."""
        self.erased += self._lines.forget(person)
        self._acts.forget(person)
        if self._ended is not None and self._ended.person in {person, None}:
            self._ended = None
        if person is not None:
            self._people.forget(person, self.now)

    # What can be had

    def lines(self) -> tuple[Line, ...]:
        """All of it, oldest first, as an operator may see it."""
        open_ones = [one.line(who) for who, one in self._people.present.items()]
        newest = [one for one in open_ones if one is not None]
        return tuple(sorted((*self._lines, *newest), key=lambda one: one.began))

    def text(self, *, zero: float = 0.0, tokens: int | None = None, words: bool = True) -> str:
        """The same as text; see `text_of`."""
        return text_of(self.lines(), zero, tokens=tokens, words=words)

    def memory(self, person: PersonId | None, at: float, since: float | None = None) -> Memory:
        """What this visitor may be told: their own part. Of others, when they came and went.

        `since`: when the visit began, for somebody who was never seen.
        """
        here = self._people.present.get(person) if person is not None else None
        came = here.came_at if here is not None else since
        return memory_of(self.lines(), person, at, came, self._people.others(person))

    def others(self, person: PersonId | None) -> tuple[PersonId, ...]:
        """Who is in view besides this person, longest here first; a few are enough."""
        return tuple(who for who in self._people.present if who != person)[:_OTHERS]

    def speaker(self, turn: TurnId, at: float) -> PersonId | None:
        """Whose voice this turn most likely is; None: nobody near enough was in view."""
        spoke = self._who_spoke.so_far(turn, at)
        return None if spoke is None else spoke.person

    def claim(self, person: PersonId) -> None:
        """Whoever spoke before being seen turns out to be this person."""
        self._lines.rename(None, person)

    def in_conversation(self, *, but: PersonId) -> bool:
        """Whether somebody else is being talked with, and still stands there."""
        return self._people.talks_with_another(but, self.now)

    def together(self, one: PersonId, other: PersonId) -> bool:
        """Whether the two walked in side by side."""
        return self._people.together(one, other)

    def before(self, person: PersonId) -> PersonId | None:
        """Who this person was before a tracker gave them another id; their lines go on as one."""
        old = self._people.before(person)
        if old is not None:
            self._lines.rename(old, person)
            self._people.rename(old, person)
        return old

    # How it grows

    def _see(self, seen: PersonSeen) -> None:
        here, new = self._people.see(seen)
        if new:
            glance = here.watched.over(seen.at, seen.at)
            self._write(What.CAME, seen.at, seen.person, "comes into view", glance=glance)
        elif seen.at - here.written_until >= self._config.watch_s:
            self._close_watch(seen.person, here)

    def _close_watch(self, who: PersonId, here: Present) -> None:
        line = here.line(who)
        if line is None:
            return
        here.written_until = line.ended
        self._lines.watch(line, read=self._config.expressions)

    def _do(self, done: HostNotified | HelpCalled | ToolFinished) -> None:
        if not (deed := deed_of(done)):
            return
        match done:
            case HostNotified():
                self._write(What.TOLD_HOST, done.at, done.person, deed, whom=done.host)
            case HelpCalled():
                self._write(What.CALLED, done.at, done.person, deed)
            case ToolFinished():
                began, asker = done.at - done.took_s, self._acts.asker(done.turn)
                self._write(What.TOOL, done.at, asker, deed, began=began)

    def _change(self, change: EngagementChanged) -> None:
        if change.state is Engagement.LEFT:
            return self._leave(change.person, change.at)
        here = self._people.change(change)
        if here.state is change.state:
            return
        if here.state is None and change.state is Engagement.PRESENT:
            here.state = change.state  # the line of coming into view says it
            return
        self._close_watch(change.person, here)
        here.state = change.state
        here.stopped = here.stopped or change.state in {Engagement.ATTENDING, Engagement.ENGAGED}
        glance = here.watched.over(change.at, change.at)
        self._write(What.STATE, change.at, change.person, STATES[change.state], glance=glance)

    def _leave(self, who: PersonId, at: float) -> None:
        here = self._people.present.get(who)
        if here is None or here.left_at is not None:
            return
        self._close_watch(who, here)
        here.left_at = at
        self._write(What.LEFT, at, who, "is gone")

    def _hear(self, turn: TurnEnded) -> None:
        began = self._people.began(turn)
        glances = self._people.glances(began, turn.at)
        spoke = self._who_spoke.of(turn)
        person = None if spoke is None else spoke.person
        self._acts.asked(turn.turn, person)
        glance = None if person is None else glances.get(person)
        if not turn.text.strip():
            if turn.voiced_s > 0.3 or began < turn.at:
                self._write(What.NOT_UNDERSTOOD, turn.at, person, began=began, glance=glance)
            return
        since_s = None if self._agent_spoke_at is None else began - self._agent_spoke_at
        sure = 1.0 if turn.typed else for_agent(turn.text, glance, len(glances), since_s)
        if person is not None:
            self._people.talk_with(person, turn.at)
            if (here := self._people.present.get(person)) is not None:
                here.stopped = True
        self._lines.add(said(turn, person, began, glance, sure))
        self._ended = replace(turn, person=person)
        self._keep_wish()

    def _keep_wish(self) -> None:
        """Forget whoever has asked for it, once the turn that did so is committed."""
        ended = self._ended
        if ended is not None and self._wishes == (ended.turn, ended.revision):
            self._wishes = None
            self.forget(ended.person)

    def _press(self, button: ButtonPressed) -> None:
        person = button.person or self._people.partner
        if button.button == "forget":
            self.forget(person)
            return
        self._write(What.PRESSED, button.at, person, f"presses {button.button!r}")

    def _put(self, heard: Heard | None) -> None:
        """Write what was heard of an act so far in place of what was written before."""
        if heard is None:
            return
        self._lines.put(heard)
        self._agent_spoke_at = heard.line.ended

    def _write(
        self,
        what: What,
        at: float,
        person: PersonId | None = None,
        deed: str = "",
        *,
        began: float | None = None,
        glance: Glance | None = None,
        whom: str = "",
    ) -> None:
        if person is None and what in BY_AGENT:
            person = self._people.partner
        line = Line(
            began=at if began is None else began,
            ended=at,
            what=what,
            person=person,
            deed=deed,
            whom=whom,
            glance=glance,
        )
        self._lines.add(line)

    # What goes

    def tidy(self, now: float) -> None:
        """Drop what may not be remembered any longer."""
        self.now = max(self.now, now)
        over = [
            who
            for who, one in self._people.present.items()
            if one.left_at is not None and self.now - one.left_at > self._grace_s
        ]
        for who in over:
            self.end(who)
        self.erased += self._lines.forget_unseen(self.now - self._idle_s)
        self._people.tidy(self.now, self._config.passages_s)
        self._lines.fold(self._config.lines)

    def end(self, person: PersonId | None) -> None:
        """A visit is over: its lines go; that somebody was there remains, without an id."""
        if person is not None:
            self._people.left(person, self.now)
        self.forget(person)
