"""Says goodbye to someone who was served and walks away; stops talking to someone who has gone.

Who may only have stood by while another was talked with gets a wave, which is right for both; so
do strangers to each other who leave at the same time.
"""

from typing import ClassVar

from pydantic import ConfigDict, Field

from agent.core.messages import (
    Act,
    ActFinished,
    Clause,
    Engagement,
    EngagementChanged,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
    Message,
    PersonLost,
    PersonSeen,
    Priority,
    Stop,
)
from behavior.policies.spoken import Spoken
from behavior.situation.floor import OnStage
from behavior.situation.people import Mark, Person
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because


class FarewellConfig(Spoken):
    """When and how to say goodbye."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(True, description="Whether the agent says goodbye by itself.")
    after_s: float = Field(
        0.8, ge=0, le=5, description="How long someone must have been turning away."
    )
    until_s: float = Field(
        4.0, ge=0.5, le=20, description="Later than this a goodbye would run after them."
    )
    leaving_m_s: float = Field(
        0.2, ge=0, le=2, description="Walking away at least this fast, metres a second."
    )
    words_within_m: float = Field(
        3.0, ge=0.5, le=5, description="Farther away there is a wave and no words, metres."
    )
    gesture: str = Field("wave", description="Gesture of the goodbye, from the lexicon.")
    lines: tuple[str, ...] = Field(
        ("Goodbye, and have a good day.", "Goodbye."),
        min_length=1,
        description="What is said, in turn.",
    )
    gone_after_s: float = Field(
        1.0,
        ge=0,
        le=10,
        description="Stop talking when the person spoken to has been gone this long.",
    )
    voice_keeps_s: float = Field(
        5.0, ge=0, le=60, description="Whoever was heard this lately is there, seen or not."
    )


class FarewellPolicy:
    """Pure: whether a goodbye is due, or nobody is left to talk to."""

    name: ClassVar[str] = "farewell"
    hears: ClassVar[tuple[type[Message], ...]] = (
        PersonSeen,
        EngagementChanged,
        PersonLost,
        ActFinished,
    )

    def __init__(self, config: FarewellConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return the goodbye that is due, or a stop."""
        if isinstance(message, PersonSeen):
            person = situation.people.get(message.person)
            if person is None or person.engagement is not Engagement.DISENGAGING:
                return NOTHING
        stop = self._stop(situation, message)
        acts = tuple(
            self._goodbye(situation, message, person)
            for person in situation.people.values()
            if self._is_due(situation, person)
        )
        if not self._config.enabled:
            acts = ()
        return Wishes(acts=acts[:1], stop=stop, wake_at=self._wake_at(situation, stop))

    def _is_due(self, situation: Situation, person: Person) -> bool:
        config = self._config
        if person.engagement is not Engagement.DISENGAGING or not situation.quiet:
            return False
        turned_at = person.engagement_since
        if not turned_at + config.after_s <= situation.now <= turned_at + config.until_s:
            return False
        return person.leaves_m_s >= config.leaving_m_s and _was_served(person)

    def _goodbye(self, situation: Situation, message: Message, person: Person) -> Wish:
        near = person.distance_m <= self._config.words_within_m
        near = near and _was_answered(person) and not _others_leave(situation, person)
        wave = GestureCue(lexeme=self._config.gesture)
        act = Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because(
                "farewell.words" if near else "farewell.wave",
                f"{person.id} was talked with and walks away at {person.distance_m:.1f} m",
            ),
            to=person.id,
            clauses=(Clause(text=self._line(situation), gestures=(wave,)),) if near else (),
            gestures=() if near else (wave,),
            expression=Expression.FRIENDLY,
            gaze=Gaze(target=GazeTarget.PERSON, person=person.id),
        )
        return Wish(act=act, proactive=True, marks=((person.id, Mark.FAREWELLED),))

    def _line(self, situation: Situation) -> str:
        recent = situation.lines
        lines = self._config.lines
        return min(lines, key=lambda line: recent.index(line) + 1 if line in recent else 0)

    # Nobody left to talk to

    def _stop(self, situation: Situation, message: Message) -> Stop | None:
        gone = self._spoken_to_gone(situation)
        if gone is None or situation.now < self._gone_at(situation, gone) + self._gone_after_s:
            return None
        reason = because("farewell.gone", f"{gone.to} has gone and nobody else is listening")
        return Stop(at=message.at, reason=reason)

    @property
    def _gone_after_s(self) -> float:
        return self._config.gone_after_s

    def _spoken_to_gone(self, situation: Situation) -> OnStage | None:
        """What is being said to someone who is out of view, where nobody else listens."""
        if situation.devices.camera is False or any(p.attends for p in situation.people.values()):
            return None
        turn = situation.current_turn
        if turn is not None and situation.now - turn.voice_at <= self._config.voice_keeps_s:
            return None
        for act in situation.floor.speech:
            soft = act.interruptible and act.priority not in (Priority.OPERATOR, Priority.SAFETY)
            if soft and act.to is not None and act.to not in situation.people:
                return act
        return None

    def _gone_at(self, situation: Situation, act: OnStage) -> float:
        left = [one.at for one in situation.departures if one.id == act.to]
        return left[-1] if left else act.sent_at

    def _wake_at(self, situation: Situation, stop: Stop | None) -> float | None:
        moments = [
            person.engagement_since + self._config.after_s
            for person in situation.people.values()
            if person.engagement is Engagement.DISENGAGING
        ]
        gone = self._spoken_to_gone(situation)
        if gone is not None and stop is None:
            moments.append(self._gone_at(situation, gone) + self._gone_after_s)
        return min((at for at in moments if at > situation.now), default=None)


def _others_leave(situation: Situation, person: Person) -> bool:
    """Somebody else who was greeted, and did not come with this person, walks away as well."""
    return any(
        other.engagement in (Engagement.DISENGAGING, Engagement.PASSING)
        and other.has(Mark.GREETED)
        and not other.came_with(person)
        for other in situation.others(person)
    )


def _was_answered(person: Person) -> bool:
    """Surely the one talked with, since the last goodbye."""
    goodbye = person.marks.get(Mark.FAREWELLED, float("-inf"))
    return person.marks.get(Mark.ANSWERED, goodbye) > goodbye


def _was_served(person: Person) -> bool:
    """Talked with since the last goodbye, as far as is known, and not sent to a seat to wait."""
    marks = person.marks
    goodbye = marks.get(Mark.FAREWELLED, float("-inf"))
    last = max(marks.get(one, goodbye) for one in (Mark.ANSWERED, Mark.SERVED, Mark.SPOKE))
    return last > goodbye and Mark.WAITING not in marks
