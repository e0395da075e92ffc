"""Greets in two stages: a silent sign to someone who comes, words to someone near who attends.

Nobody who walks by is spoken to, nobody is greeted twice, people who come together are greeted
once. Someone who starts to speak first is answered instead.
"""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.core.messages import (
    Act,
    ActFinished,
    ButtonPressed,
    Clause,
    Engagement,
    EngagementChanged,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
    Message,
    PageChanged,
    PersonId,
    PersonSeen,
    Posture,
    PrepareSpeech,
    StageState,
    TurnEnded,
)
from behavior.situation.people import Mark, Person, apart_m
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

_COMING = (Engagement.APPROACHING, Engagement.ATTENDING, Engagement.ENGAGED)
_OPEN_HOUR, _CLOSE_HOUR = 0.0, 24.0


class Phrase(BaseModel):
    """One way to greet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: tuple[str, ...] = Field(
        min_length=1, description="What is said, a line for each breath, the greeting word first."
    )
    to: Literal["one", "group"] = Field("one", description="For one person or for several.")
    from_hour: float = Field(
        _OPEN_HOUR, ge=0, le=24, description="Used from this hour of the day on, local time."
    )
    until_hour: float = Field(_CLOSE_HOUR, ge=0, le=24, description="Used until this hour.")

    def fits(self, hour: float, group: bool) -> bool:
        """Whether it can be said at this hour to so many."""
        return (self.to == "group") == group and self.from_hour <= hour < self.until_hour


class GreetingConfig(BaseModel):
    """When and how to greet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(True, description="Whether the agent greets by itself at all.")
    sign_within_m: float = Field(
        4.0, ge=0.5, le=8, description="Someone who comes gets a silent sign from here on, metres."
    )
    sign_gesture: str = Field("nod", description="Gesture of the silent sign, from the lexicon.")
    words_within_m: float = Field(
        3.0, ge=0.5, le=5, description="Nobody farther away is greeted in words, metres."
    )
    words_after_s: float = Field(
        0.6, ge=0, le=2, description="How long someone must have attended before the first word."
    )
    near_m: float = Field(
        1.5, ge=0.5, le=5, description="Who stands farther away than this may only be looking on."
    )
    far_after_s: float = Field(
        2.5, ge=0, le=10, description="So such a one must have attended this long for words."
    )
    walking_m_s: float = Field(
        0.3,
        ge=0.1,
        le=2,
        description="Nobody who still walks faster than this is greeted in words.",
    )
    group_radius_m: float = Field(
        1.1, ge=0.3, le=4, description="People this near to each other have come together, metres."
    )
    group_grace_s: float = Field(
        20.0, ge=0, le=120, description="Who joins a greeted person within this time is of them."
    )
    settle_s: float = Field(
        3.5,
        ge=0,
        le=15,
        description="After somebody has left, those who stood with them are greeted only if they "
        "stay for this long: most go along.",
    )
    settle_radius_m: float = Field(
        2.0, ge=0, le=6, description="Who stood this near to someone who left may go along, metres."
    )
    unseen_after_s: float = Field(
        3.0,
        ge=0.5,
        le=30,
        description="Without a camera, greet this long after someone has pressed start.",
    )
    words_gesture: str = Field("wave", description="Gesture with the first words; empty: none.")
    disclose: Literal["always", "without_page"] = Field(
        "always",
        description="Say aloud that this is an AI: always, or only where no page shows it.",
    )
    disclosure: str = Field(
        "I am an AI receptionist.", min_length=5, description="How it says that it is an AI."
    )
    deaf: str = Field(
        "I cannot hear you just now, so please type to me.",
        description="Added when the page has no microphone; empty: nothing.",
    )
    phrases: tuple[Phrase, ...] = Field(
        (
            Phrase(say=("Hello, and welcome.", "How can I help you?")),
            Phrase(say=("Hello, welcome, everyone.", "How can I help you?"), to="group"),
        ),
        description="Ways to greet; the one used longest ago is taken next.",
    )

    @model_validator(mode="after")
    def _someone_can_always_be_greeted(self) -> "GreetingConfig":
        for hour in range(24):
            if not any(phrase.fits(hour, group=False) for phrase in self.phrases):
                raise ValueError(f"phrases: none for one person at {hour}:00")
        return self


class GreetingPolicy:
    """Pure: who is to be given a sign or words now."""

    name: ClassVar[str] = "greeting"
    hears: ClassVar[tuple[type[Message], ...]] = (
        PersonSeen,
        EngagementChanged,
        TurnEnded,
        ActFinished,
        StageState,
        ButtonPressed,
        PageChanged,
    )

    def __init__(self, config: GreetingConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return the sign and the greeting that are due."""
        if not self._config.enabled:
            return NOTHING
        seen = message.person if isinstance(message, PersonSeen) else None
        people = tuple(situation.people.values())
        if seen is not None:
            people = tuple(person for person in people if person.id == seen)
            if not people or people[0].engagement not in _COMING:
                return Wishes(wake_at=self._wake_at(situation))
        acts: list[Wish] = []
        prepare = None
        for person in people:
            if self._wants_sign(situation, person):
                acts.append(self._sign(situation, message, person))
                prepare = self._prepare(situation, message, person)
        due = [person for person in people if self._wants_words(situation, person)]
        if due:
            acts.append(self._words(situation, message, due))
        elif unseen := self._unseen(situation, message):
            acts.append(unseen)
        return Wishes(acts=tuple(acts), prepare=prepare, wake_at=self._wake_at(situation))

    # The silent sign

    def _wants_sign(self, situation: Situation, person: Person) -> bool:
        if person.engagement not in _COMING or person.has(Mark.SIGNED):
            return False
        if person.distance_m > self._config.sign_within_m:
            return False
        return not situation.floor.agent_speaks and not situation.in_turn

    def _sign(self, situation: Situation, message: Message, person: Person) -> Wish:
        marks = [(person.id, Mark.SIGNED), (person.id, Mark.NOTICED)]
        if self._joins_greeted(situation, person):
            marks.append((person.id, Mark.GREETED))
        sentence = f"{person.id} is {person.engagement} at {person.distance_m:.1f} m"
        act = Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because("greeting.sign", sentence),
            to=person.id,
            gestures=(GestureCue(lexeme=self._config.sign_gesture),),
            expression=Expression.FRIENDLY,
            intensity=0.5,
            gaze=Gaze(target=GazeTarget.PERSON, person=person.id),
            posture=Posture.ATTENTIVE,
        )
        return Wish(act=act, proactive=True, marks=tuple(marks))

    def _joins_greeted(self, situation: Situation, person: Person) -> bool:
        grace_s = self._config.group_grace_s
        return any(
            situation.now - other.marks[Mark.GREETED] <= grace_s
            for other in self._near(situation, person)
            if other.has(Mark.GREETED)
        )

    def _near(self, situation: Situation, person: Person) -> list[Person]:
        radius_m = self._config.group_radius_m
        return [
            other
            for other in situation.others(person)
            if apart_m(other.place, person.place) <= radius_m
        ]

    def _prepare(self, situation: Situation, message: Message, person: Person) -> PrepareSpeech:
        group = bool(self._company(situation, person))
        return PrepareSpeech(at=message.at, clauses=self._clauses(situation, group))

    # The words

    def _wants_words(self, situation: Situation, person: Person) -> bool:
        config = self._config
        since = person.attending_since
        if since is None or situation.now < since + self._patience_s(person):
            return False
        if person.distance_m > config.words_within_m or person.speed_m_s > config.walking_m_s:
            return False
        if person.has(Mark.GREETED) or person.has(Mark.SPOKE) or situation.refused(person):
            return False
        if person.perhaps_met:
            return False  # offered help without a greeting: behavior.policies.waiting
        if situation.now < self._settled_at(situation, person):
            return False
        return situation.quiet and not self._talks_to_another(situation, person)

    def _settled_at(self, situation: Situation, person: Person) -> float:
        """When it is clear that this person does not go along with somebody who left."""
        config = self._config
        left = (
            one.at
            for one in situation.departures
            if Mark.SPOKE in one.marks
            and one.at > person.first_seen_at
            and apart_m(one.place, person.place) <= config.settle_radius_m
        )
        leaving = (
            other.engagement_since
            for other in situation.others(person)
            if other.engagement is Engagement.DISENGAGING
            and other.has(Mark.SPOKE)
            and apart_m(other.place, person.place) <= config.settle_radius_m
        )
        return max((*left, *leaving), default=float("-inf")) + config.settle_s

    def _patience_s(self, person: Person) -> float:
        """How long this person must have attended: who stands far off may only be looking on."""
        config = self._config
        far = person.distance_m > config.near_m
        return max(config.words_after_s, config.far_after_s) if far else config.words_after_s

    def _talks_to_another(self, situation: Situation, person: Person) -> bool:
        addressee = situation.addressee
        if addressee is None or addressee.id == person.id:
            return False
        return addressee.attends or situation.now - addressee.seen_at < 1.0

    def _company(self, situation: Situation, person: Person) -> list[Person]:
        near = self._near(situation, person)
        return [
            other
            for other in situation.others(person)
            if ((other in near and other.engagement in _COMING) or person.came_with(other))
            and not other.has(Mark.GREETED)
        ]

    def _words(self, situation: Situation, message: Message, due: list[Person]) -> Wish:
        person = min(due, key=lambda one: one.distance_m)
        company = self._company(situation, person)
        clauses = self._clauses(situation, bool(company))
        attended_s = situation.now - (person.attending_since or situation.now)
        sentence = f"{person.id} stands at {person.distance_m:.1f} m and attends {attended_s:.1f} s"
        if company:
            sentence += f", with {len(company)} more"
        group = (person.id, *(other.id for other in company))
        return self._greet(message, "greeting.words", sentence, clauses, group)

    def _greet(
        self,
        message: Message,
        branch: str,
        sentence: str,
        clauses: tuple[Clause, ...],
        group: tuple[PersonId, ...],
    ) -> Wish:
        to = group[0] if group else None
        act = Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because(branch, sentence),
            to=to,
            clauses=clauses,
            expression=Expression.FRIENDLY,
            gaze=Gaze(target=GazeTarget.PERSON, person=to) if to is not None else None,
            posture=Posture.ATTENTIVE,
        )
        done = (Mark.GREETED, Mark.SIGNED, Mark.NOTICED)
        marks = tuple((who, mark) for who in group for mark in done)
        says_so = any(clause.text == self._config.disclosure for clause in clauses)
        return Wish(act=act, proactive=True, marks=marks, discloses=says_so)

    def _clauses(self, situation: Situation, group: bool) -> tuple[Clause, ...]:
        config, devices = self._config, situation.devices
        first, *rest = self._phrase(situation, group).say
        if config.disclose == "always" or not devices.page_connected:
            rest.insert(0, config.disclosure)
        if config.deaf and devices.page_connected and devices.microphone is False:
            rest.append(config.deaf)
        wave = (GestureCue(lexeme=config.words_gesture),) if config.words_gesture else ()
        opening = Clause(text=first, gestures=wave, expression=Expression.HAPPY, intensity=0.5)
        return (opening, *(Clause(text=line) for line in rest))

    def _phrase(self, situation: Situation, group: bool) -> Phrase:
        fitting = [one for one in self._config.phrases if one.fits(situation.hour, group)]
        fitting = fitting or [
            one for one in self._config.phrases if one.fits(situation.hour, False)
        ]

        def last_said(phrase: Phrase) -> int:
            said = [i for i, line in enumerate(situation.lines) if line == phrase.say[0]]
            return said[-1] if said else -1

        return min(fitting, key=last_said)

    # Someone at the page whom no camera shows

    def _unseen(self, situation: Situation, message: Message) -> Wish | None:
        due = self._unseen_due_at(situation)
        if due is None or situation.now < due or not situation.quiet:
            return None
        clauses = self._clauses(situation, group=False)
        sentence = "someone pressed start, and there is no camera"
        return self._greet(message, "greeting.unseen", sentence, clauses, ())

    def _unseen_due_at(self, situation: Situation) -> float | None:
        devices = situation.devices
        if devices.started_at is None or devices.camera or situation.people:
            return None
        spoken = situation.encounter is not None or (
            situation.acted.get("greeting.unseen", float("-inf")) >= devices.started_at
        )
        return None if spoken else devices.started_at + self._config.unseen_after_s

    # When to be asked again

    def _wake_at(self, situation: Situation) -> float | None:
        moments = [
            max(
                person.attending_since + self._patience_s(person),
                self._settled_at(situation, person),
            )
            for person in situation.people.values()
            if person.attending_since is not None
            and not person.has(Mark.GREETED)
            and not person.perhaps_met
        ]
        if (unseen := self._unseen_due_at(situation)) is not None:
            moments.append(unseen)
        return min((at for at in moments if at > situation.now), default=None)
