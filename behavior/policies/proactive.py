"""Acts of itself where the learned model suggests it: when, toward whom, and with which act.

Off by default. It takes over the triggers of greeting, and of nothing else; the norms stand over
its wishes as over any other's. Where the model is not at work, greeting goes on by its rules.
"""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Act,
    ActSuggested,
    Clause,
    Gaze,
    GazeTarget,
    GestureCue,
    Health,
    Message,
    PersonId,
    Place,
)
from behavior.policies.greeting import GreetingConfig, GreetingPolicy
from behavior.proactive.acts import ActPattern, Purpose, repertoire
from behavior.situation.people import Mark, Person, apart_m
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

COMPONENT = "behavior.proactive"
_ASIDE_M = 0.35
_MARKS = {"queue": Mark.QUEUED, "reassure": Mark.REASSURED, "farewell": Mark.FAREWELLED}


class ProactiveConfig(BaseModel):
    """Whether and how the learned model has a say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(
        False, description="Whether the model decides when, whom and how to greet, not the rules."
    )
    weights: Path | None = Field(
        None, description="A file that `foyer train proactive` made; null: the one that ships."
    )
    act_at: float | None = Field(
        None, gt=0, lt=1, description="How sure the model has to be; null: as found in training."
    )
    whom_at: float = Field(
        0.5, ge=0, le=1, description="How sure it has to be that this person is meant."
    )
    hold_frames: int = Field(
        2, ge=1, le=20, description="For so many frames of a tenth of a second it has to hold."
    )
    choices: int = Field(
        8, ge=1, le=50, description="Among so many of the best acts one not said lately is taken."
    )
    rules_after_s: float = Field(
        2.5,
        ge=0.5,
        le=60,
        description="Someone who attends so long unaddressed is greeted by the rules after all.",
    )
    group_radius_m: float = Field(
        1.5, ge=0.3, le=4, description="People this near to each other have come together, metres."
    )
    offer_after_s: float = Field(
        8.0, ge=1, le=120, description="Someone greeted is not offered help sooner than this."
    )
    disclose: Literal["always", "without_page"] = Field(
        "always",
        description="Say aloud that this is an AI: always, or only where no page shows it.",
    )
    disclosure: str = Field(
        "I am an AI receptionist.", min_length=5, description="How it says that it is an AI."
    )
    never: tuple[str, ...] = Field(
        ("farewell", "reassure"), description="Purposes that other policies look after."
    )
    more: dict[str, Purpose] = Field(
        default_factory=dict,
        description="Acts of this site's own, by purpose; one of a known name takes its place.",
    )


class ProactivePolicy:
    """Pure: which suggestion becomes a wish."""

    name: ClassVar[str] = "proactive"
    hears: ClassVar[tuple[type[Message], ...]] = (ActSuggested,)

    def __init__(self, config: ProactiveConfig) -> None:
        self._config = config
        self._acts = repertoire(config.more) if config.enabled else None

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return the wish that a suggestion amounts to, if any."""
        if self._acts is None or not isinstance(message, ActSuggested):
            return NOTHING
        person = situation.person(message.person)
        if person is None or situation.refused(person):
            return NOTHING
        patterns = [found for name in message.acts if (found := self._acts.get(name)) is not None]
        patterns = [one for one in patterns if one.purpose not in self._config.never]
        if not patterns:
            return NOTHING
        # The best act says what is wanted; among others of its purpose the freshest words win.
        same = [one for one in patterns if one.purpose == patterns[0].purpose]
        pattern = min(same, key=lambda one: _said_lately(one, situation))
        if not self._may(situation, person, pattern):
            return NOTHING
        return Wishes(acts=(self._wish(situation, message, person, pattern),))

    def _may(self, situation: Situation, person: Person, pattern: ActPattern) -> bool:
        if pattern.silent:
            busy = situation.floor.agent_speaks or situation.in_turn
            return not busy and not person.has(Mark.SIGNED)
        if not situation.quiet or person.has(Mark.SPOKE):
            return False
        if pattern.purpose in _MARKS:
            return not person.has(_MARKS[pattern.purpose])
        greeted = person.marks.get(Mark.GREETED)
        if greeted is None:
            return True
        late = situation.now - greeted >= self._config.offer_after_s
        return late and not person.has(Mark.OFFERED)

    def _wish(
        self, situation: Situation, message: ActSuggested, person: Person, pattern: ActPattern
    ) -> Wish:
        sentence = f"{person.id} {message.because} (sure to {100 * message.act_now:.0f} %)"
        gesture = () if pattern.gesture == "none" else (GestureCue(lexeme=pattern.gesture),)
        clauses = _clauses(pattern, situation.hour, gesture)
        says_so = bool(clauses) and self._has_to_say_so(situation)
        if says_so:
            clauses = (clauses[0], Clause(text=self._config.disclosure), *clauses[1:])
        act = Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because(f"proactive.{pattern.purpose}", sentence),
            to=person.id,
            clauses=clauses,
            gestures=gesture if pattern.silent else (),
            expression=pattern.face,
            intensity=0.5,
            gaze=_gaze(pattern, person),
            posture=pattern.posture,
        )
        marks = self._marks(situation, person, pattern)
        return Wish(act=act, proactive=True, marks=marks, discloses=says_so)

    def _has_to_say_so(self, situation: Situation) -> bool:
        meeting = situation.encounter
        if meeting is not None and meeting.disclosed:
            return False
        return self._config.disclose == "always" or not situation.devices.page_connected

    def _marks(
        self, situation: Situation, person: Person, pattern: ActPattern
    ) -> tuple[tuple[PersonId, Mark], ...]:
        group = [person.id]
        if pattern.to == "group":
            group += [
                other.id
                for other in situation.others(person)
                if apart_m(other.place, person.place) <= self._config.group_radius_m
            ]
        done = [Mark.SIGNED, Mark.NOTICED]
        if not pattern.silent:
            again = Mark.OFFERED if person.has(Mark.GREETED) else Mark.GREETED
            done.append(_MARKS.get(pattern.purpose, again))
        return tuple((who, mark) for who in group for mark in done)


class GreetingBesideModel(GreetingPolicy):
    """Greeting whose own triggers step aside while the model is at work.

    Nobody is left standing: someone who attends and has not been spoken to for a while is greeted
    by the rules after all.
    """

    def __init__(self, config: GreetingConfig, proactive: ProactiveConfig) -> None:
        super().__init__(config)
        self._proactive = proactive

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """As greeting, without what the model now decides."""
        wishes = super().decide(situation, message)
        at_work = situation.health.get(COMPONENT) is Health.RUNNING
        if not self._proactive.enabled or not at_work:
            return wishes
        kept = tuple(one for one in wishes.acts if not self._leaves(situation, one))
        return replace(wishes, acts=kept)

    def _leaves(self, situation: Situation, wish: Wish) -> bool:
        """Whether this one is the model's business."""
        person = situation.person(wish.act.to)
        if wish.act.reason.policy == "greeting.sign":
            return True
        if wish.act.reason.policy != "greeting.words" or person is None:
            return False
        since = person.attending_since if person.attending_since is not None else situation.now
        return situation.now - since < self._proactive.rules_after_s


def _said_lately(pattern: ActPattern, situation: Situation) -> int:
    first = _sentences(pattern.words(situation.hour))[:1]
    return situation.lines.index(first[0]) + 1 if first and first[0] in situation.lines else 0


def _sentences(words: str) -> list[str]:
    """Breaths: a sentence each."""
    marked = words.replace("? ", "?|").replace(". ", ".|").replace("! ", "!|")
    return [part.strip() for part in marked.split("|") if part.strip()]


def _clauses(
    pattern: ActPattern, hour: float, gesture: tuple[GestureCue, ...]
) -> tuple[Clause, ...]:
    said = _sentences(pattern.words(hour))
    return tuple(
        Clause(text=line, gestures=gesture if i == 0 else ()) for i, line in enumerate(said)
    )


def _gaze(pattern: ActPattern, person: Person) -> Gaze:
    if pattern.gaze == "away":
        return Gaze(target=GazeTarget.AWAY)
    if pattern.gaze == "soft":  # past the eyes, not at them
        beside = Place(x_m=person.place.x_m, y_m=person.place.y_m + _ASIDE_M)
        return Gaze(target=GazeTarget.PLACE, place=beside)
    return Gaze(target=GazeTarget.PERSON, person=person.id)
