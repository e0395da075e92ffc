"""Looks after people who wait: for their host, for their turn, or for courage to speak."""

from typing import ClassVar

from pydantic import ConfigDict, Field

from agent.core.messages import (
    Act,
    ActFinished,
    Clause,
    Context,
    ContextChanged,
    EngagementChanged,
    Expression,
    Gaze,
    GazeTarget,
    HostNotified,
    Message,
    StageState,
    TurnEnded,
)
from behavior.policies.disclosing import names_itself
from behavior.policies.spoken import Spoken
from behavior.situation.people import Mark, Person
from behavior.situation.state import Situation
from behavior.wishes import UNNUMBERED, Wish, Wishes, because

_LATER_S = 5.0
_MET = (Mark.GREETED, Mark.SPOKE)
_WORDS = (*_MET, Mark.OFFERED, Mark.QUEUED, Mark.ANSWERED)


class WaitingConfig(Spoken):
    """When someone who waits is spoken to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(True, description="Whether people who wait are spoken to.")
    within_m: float = Field(
        3.5, ge=0.5, le=6, description="Nobody farther away is spoken to, metres."
    )
    reassure_every_s: float = Field(
        240.0, ge=30, le=3600, description="How often someone who waits for a host hears of it."
    )
    reassure_times: int = Field(3, ge=0, le=20, description="How many times at most.")
    reassurances: tuple[str, ...] = Field(
        (
            "Your host knows that you are here. It should not be long.",
            "Thank you for waiting. I can ask again if you like.",
        ),
        min_length=1,
        description="What they hear, in turn.",
    )
    queue_after_s: float = Field(
        5.0, ge=1, le=60, description="Someone who attends this long while another is served."
    )
    queue_line: str = Field(
        "I will be with you in a moment.", description="What they hear, once; empty: nothing."
    )
    long_after_s: float = Field(
        30.0,
        ge=5,
        le=600,
        description="Someone whom perception tells to wait long (`seeing.among`), so long after the"
        " last words to them.",
    )
    long_lines: tuple[str, ...] = Field(
        (
            "You have been waiting for a while, thank you. If you would rather talk to a person,"
            " just say so.",
        ),
        description="What they hear, once; an empty list: nothing.",
    )
    offer_after_s: float = Field(
        12.0, ge=2, le=120, description="Someone greeted who stands silent this long."
    )
    offer_returned_after_s: float = Field(
        2.5,
        ge=1,
        le=120,
        description="The same, for someone who came back, or was greeted well before they stood.",
    )
    offer_again_after_s: float = Field(
        25.0, ge=5, le=300, description="The same, for someone who has been talked with."
    )
    offers: tuple[str, ...] = Field(
        ("Can I help you with anything?", "If you need anything, just ask me."),
        description="What they hear, once; an empty list: nothing.",
    )
    unsure_after_s: float = Field(
        2.5,
        ge=0.5,
        le=60,
        description="Someone who attends so long and may have been greeted before, or be new.",
    )
    unsure_offers: tuple[str, ...] = Field(
        ("I am the AI receptionist. Can I help you?",),
        min_length=1,
        description="What such a one hears, once, and no greeting: right for both, so it says that "
        "this is an AI. Also said to who is taken for somebody who left.",
    )


class WaitingPolicy:
    """Pure: who has waited long enough to be told something."""

    name: ClassVar[str] = "waiting"
    hears: ClassVar[tuple[type[Message], ...]] = (
        ContextChanged,
        EngagementChanged,
        HostNotified,
        TurnEnded,
        ActFinished,
        StageState,
    )

    def __init__(self, config: WaitingConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return one line for whoever has waited longest, and the moment of the next."""
        if not self._config.enabled:
            return Wishes()
        wishes: list[Wish] = []
        moments: list[float] = []
        for person in situation.people.values():
            due = self._due(situation, person)
            if due is None or person.distance_m > self._config.within_m:
                continue
            at, branch, lines, mark, sentence = due
            if situation.now < at:
                moments.append(at)
            elif situation.quiet:
                moments.append(situation.now + 1.0)  # in case it is refused for now
                line = _turn_of(lines, situation.lines)
                wishes.append(_say(message, person, f"waiting.{branch}", sentence, line, mark))
        return Wishes(acts=tuple(wishes[:1]), wake_at=min(moments, default=None))

    def _due(
        self, situation: Situation, person: Person
    ) -> tuple[float, str, tuple[str, ...], Mark, str] | None:
        if situation.refused(person):
            return None
        offer = self._offer(situation, person)
        if offer is not None and person.returned:
            return offer  # comes up again: not only to wait
        waits = self._reassurance(person) or self._queue(situation, person)
        if waits := waits or self._unsure(person):
            return waits
        known = [one for one in (offer, self._long(person)) if one is not None]
        return min(known, key=lambda due: due[0], default=None)

    def _reassurance(self, person: Person) -> tuple[float, str, tuple[str, ...], Mark, str] | None:
        config, since = self._config, person.marks.get(Mark.WAITING)
        if since is None:
            return None
        last = max(since, person.marks.get(Mark.REASSURED, since), person.marks.get(Mark.SPOKE, 0))
        at = last + config.reassure_every_s
        if at - since > (config.reassure_times + 0.5) * config.reassure_every_s:
            return None
        sentence = f"{person.id} waits for a host"
        return at, "reassure", config.reassurances, Mark.REASSURED, sentence

    def _queue(
        self, situation: Situation, person: Person
    ) -> tuple[float, str, tuple[str, ...], Mark, str] | None:
        config, first = self._config, situation.addressee
        if first is None or first.id == person.id or not first.attends or not config.queue_line:
            return None
        known = any(person.has(mark) for mark in (Mark.QUEUED, Mark.GREETED, Mark.SPOKE))
        if person.attending_since is None or known:
            return None
        at = person.attending_since + config.queue_after_s
        sentence = f"{person.id} attends while {first.id} is served"
        return at, "queue", (config.queue_line,), Mark.QUEUED, sentence

    def _offer(
        self, situation: Situation, person: Person
    ) -> tuple[float, str, tuple[str, ...], Mark, str] | None:
        """Once to whoever stands in silence; sooner to one who may not be the one we greeted."""
        config, marks, since = self._config, person.marks, person.attending_since
        known_at = max((marks[one] for one in _MET if one in marks), default=None)
        if since is None or known_at is None or Mark.OFFERED in marks or not config.offers:
            return None
        if Mark.WAITING in marks and not person.returned:
            return None
        fresh = person.returned or (Mark.SPOKE not in marks and since - known_at > _LATER_S)
        wait_s = config.offer_returned_after_s if fresh else config.offer_after_s
        meeting = situation.encounter
        if Mark.SPOKE in marks:
            wait_s = config.offer_again_after_s
            if meeting is not None and meeting.addressee == person.id:
                known_at = max(known_at, meeting.active_at)
        at = max(since, known_at) + wait_s
        sentence = f"{person.id} has stood in silence for {wait_s:.0f} s"
        by_place = person.returned and Mark.SPOKE not in marks
        lines = config.unsure_offers if by_place else config.offers
        return at, "offer", lines, Mark.OFFERED, sentence

    def _long(self, person: Person) -> tuple[float, str, tuple[str, ...], Mark, str] | None:
        """Once to whoever stands here for long and still attends, in whatever line they wait.

        Who waits for a host hears of the host.
        """
        config, since = self._config, person.contexts.get(Context.WAITING)
        if since is None or person.attending_since is None or not config.long_lines:
            return None
        if Mark.WAITED in person.marks or Mark.WAITING in person.marks:
            return None
        told_at = max((person.marks[one] for one in _WORDS if one in person.marks), default=None)
        if told_at is None:
            return None  # a greeting comes first
        at = max(since, told_at + config.long_after_s)
        sentence = f"{person.id} has stood here for long without being served"
        return at, "long", config.long_lines, Mark.WAITED, sentence

    def _unsure(self, person: Person) -> tuple[float, str, tuple[str, ...], Mark, str] | None:
        """For one who may have been greeted under another id, or be new: no greeting, but help."""
        config, since = self._config, person.attending_since
        if since is None or not person.perhaps_met or Mark.OFFERED in person.marks:
            return None
        if any(one in person.marks for one in _MET):
            return None
        sentence = f"{person.id} {person.perhaps_met}: perhaps greeted before, perhaps new"
        at = since + config.unsure_after_s
        return at, "unsure", config.unsure_offers, Mark.OFFERED, sentence


def _turn_of(lines: tuple[str, ...], said: tuple[str, ...]) -> str:
    """The line said longest ago."""
    return min(lines, key=lambda line: said.index(line) + 1 if line in said else 0)


def _say(
    message: Message, person: Person, branch: str, sentence: str, line: str, mark: Mark
) -> Wish:
    act = Act(
        at=message.at,
        act=UNNUMBERED,
        reason=because(branch, sentence),
        to=person.id,
        clauses=(Clause(text=line),),
        expression=Expression.FRIENDLY,
        gaze=Gaze(target=GazeTarget.PERSON, person=person.id),
    )
    marks = [(person.id, mark)]
    if branch == "waiting.unsure":
        marks.append((person.id, Mark.GREETED))  # met by now, whoever it is
    return Wish(act=act, proactive=True, marks=tuple(marks), discloses=names_itself(line))
