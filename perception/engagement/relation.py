"""How each person relates to the agent: from passing by to being in an encounter, and out again.

    PRESENT <-> PASSING <-> APPROACHING      how they move
        \\          |          /
              ATTENDING                      near, and looks here or stands here for a while
                  |
               ENGAGED <-> DISENGAGING       stayed, or spoke; turns or walks away
                                             LEFT ends all

It is easier to stay in a state than to enter it, so a glance neither starts nor ends anything.
Nobody has to look at the agent: standing near for a while opens an encounter, speech makes it one,
and a gaze that cannot be seen counts neither way. The numbers are those of published systems
(entering at 1.5 m and leaving later, looks for 0.6 of 1.5 s, one second of standing), not fitted.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Engagement,
    EngagementChanged,
    PersonId,
    PersonLost,
    PersonSeen,
)
from perception.engagement.evidence import Evidence, EvidenceConfig
from perception.engagement.judge import Judge, JudgeConfig

MOVING = (Engagement.PRESENT, Engagement.PASSING, Engagement.APPROACHING)
"""States that say only how somebody moves."""
NEAR = (Engagement.ATTENDING, Engagement.ENGAGED, Engagement.DISENGAGING)


class EngagementConfig(BaseModel):
    """How readily the agent believes that someone attends to it, and that they stopped."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    judge: Literal["learned", "looks"] = Field(
        "looks",
        description="Who says whether somebody attends: the learned model, or looks counted.",
    )
    learned: JudgeConfig = Field(
        JudgeConfig(), description="How firmly the learned model's judgement is held."
    )
    evidence: EvidenceConfig = Field(EvidenceConfig(), description="What counts as what.")
    move_dwell_s: float = Field(
        0.4, ge=0, le=5, description="How long a way of moving must hold to be announced."
    )
    attend_m: float = Field(2.5, gt=0, le=10, description="Nobody farther off begins to attend.")
    attend_keep_m: float = Field(
        3.2, gt=0, le=10, description="Whoever attends may drift as far as this."
    )
    attend_speed_m_s: float = Field(
        0.8, gt=0, le=3, description="Nobody walking faster begins to attend, wherever they look."
    )
    watched_s: float = Field(
        0.6, ge=0, le=10, description="The model is believed of nobody in view for less than this."
    )
    look_share: float = Field(
        0.6, gt=0, le=1, description="Share of looks at the agent with which attending begins."
    )
    look_keep_share: float = Field(
        0.3, ge=0, le=1, description="Share of looks below which attending by looks ends."
    )
    stand_m: float = Field(
        1.5, gt=0, le=5, description="Standing nearer than this is attending, wherever one looks."
    )
    stand_s: float = Field(3.0, gt=0, le=30, description="How long one has to stand for that.")
    engage_m: float = Field(1.5, gt=0, le=5, description="Who attends nearer than this engages.")
    engage_still_s: float = Field(
        1.0, ge=0, le=10, description="How long they must stand there for it."
    )
    engage_keep_m: float = Field(
        2.2, gt=0, le=10, description="Whoever is engaged may drift as far as this."
    )
    averted_s: float = Field(
        2.5, gt=0, le=30, description="Looking elsewhere for this long disengages."
    )
    turned_s: float = Field(1.0, gt=0, le=10, description="Showing one's back this long does, too.")
    leaving_s: float = Field(0.7, gt=0, le=10, description="Walking away this long does, too.")
    part_s: float = Field(
        4.0, gt=0, le=60, description="Time in which one who disengages may come back."
    )
    speak_m: float = Field(
        2.5, gt=0, le=10, description="A voice belongs to nobody farther away than this."
    )
    speech_keeps_s: float = Field(
        5.0, ge=0, le=60, description="After speaking one may look elsewhere for this long."
    )


class EngagementTracker:
    """One person's state. Pure: time enters only with what was seen and heard."""

    def __init__(
        self, person: PersonId, config: EngagementConfig, judge: Judge | None = None
    ) -> None:
        """`judge`: says who attends; None: looks are counted."""
        self.person = person
        self._judge = judge
        self._held: bool | None = None
        self.state: Engagement | None = None
        self.evidence = Evidence(config.evidence)
        self._config = config
        self._since = 0.0
        self._wanted: Engagement | None = None
        self._wanted_since = 0.0
        self._spoke_at = float("-inf")
        self._by_looks = False
        self._stood_from = float("-inf")
        self.calls = False
        """On the phone: looks, standing near and words are not for the agent then."""

    def see(self, seen: PersonSeen) -> EngagementChanged | None:
        """Take in a sighting; return the change it completes, if any."""
        self.evidence.take(seen)
        self._held = self._judge.see(seen) if self._judge is not None else None
        if self.state is None:
            return self._become(Engagement.PRESENT, seen.at)
        if self.state in MOVING:
            return self._begin(seen.at) or self._move(seen.at)
        if self.state is Engagement.ATTENDING:
            return self._attend(seen.at)
        if self.state is Engagement.ENGAGED:
            return self._converse(seen.at)
        return self._part(seen.at)

    def hear(self, at: float, *, words: bool) -> EngagementChanged | None:
        """A voice, or whole words, are taken to be this person's."""
        if self.calls and self.state is not Engagement.ENGAGED:
            return None
        self._spoke_at = max(at, self._spoke_at)
        if self._judge is not None:
            self._judge.hear(at, self.person)
        if self.state in (Engagement.ATTENDING, Engagement.DISENGAGING) or (
            words and self.state in MOVING
        ):
            return self._become(Engagement.ENGAGED, at, "spoke")
        return None

    def lose(self, lost: PersonLost) -> EngagementChanged:
        """The person has gone."""
        return self._become(Engagement.LEFT, lost.at)

    @property
    def distance_m(self) -> float:
        """Where the person was last."""
        return self.evidence.seen.place.distance_m if self.evidence.seen else float("inf")

    def _begin(self, at: float) -> EngagementChanged | None:
        """From moving to attending; nobody who goes away or telephones begins to."""
        if self.calls or self._goes():
            return None
        config, evidence = self._config, self.evidence
        slow = evidence.seen is not None and evidence.seen.speed_m_s <= config.attend_speed_m_s
        near = self.distance_m <= config.attend_m
        if near and slow and self._looks_here():
            self._by_looks = True
            return self._become(Engagement.ATTENDING, at, self._looks())
        if self._stands(at):
            self._by_looks = False
            stood = evidence.holds_s("still")
            return self._become(Engagement.ATTENDING, at, f"stood {stood:.1f} s")
        return None

    def _move(self, at: float) -> EngagementChanged | None:
        """Between the ways of moving, once one has held."""
        wanted = self._way()
        if wanted is not self._wanted:
            self._wanted, self._wanted_since = wanted, at
        if wanted is self.state or at - self._wanted_since < self._config.move_dwell_s:
            return None
        return self._become(wanted, at, *self._pace())

    def _attend(self, at: float) -> EngagementChanged | None:
        config, evidence = self._config, self.evidence
        settled = evidence.holds_s("still") >= config.engage_still_s
        if self.calls:
            return self._become(self._way(), at, "on the phone")
        if self.distance_m <= config.engage_m and settled and self._looks_here():
            self._by_looks = True
            return self._become(Engagement.ENGAGED, at, self._looks(), "stands here")
        if self.distance_m > config.attend_keep_m:
            return self._become(self._way(), at, "too far off")
        if self._goes():
            return self._become(self._way(), at, "walks away")
        if self._by_looks and self._looks_elsewhere():
            if self._stands(at):
                self._by_looks = False
                return None
            return self._become(self._way(), at, self._looks(keep=True))
        if not self._by_looks and not evidence.holds("still") and evidence.holds("walking"):
            return self._become(self._way(), at, *self._pace())
        return None

    def _converse(self, at: float) -> EngagementChanged | None:
        config, evidence = self._config, self.evidence
        if evidence.looking(keep=True) is not None and self._looks_here():
            self._by_looks = True
        if self.distance_m > config.engage_keep_m and self._spoke_at < at - config.speech_keeps_s:
            return self._become(Engagement.DISENGAGING, at, "moved off")
        if self._goes():
            return self._become(Engagement.DISENGAGING, at, "walks away")
        if at - self._spoke_at <= config.speech_keeps_s:
            return None
        if evidence.holds_s("turned") >= config.turned_s:
            return self._become(Engagement.DISENGAGING, at, "turned away")
        averted = evidence.holds_s("averted")
        elsewhere = self._held is False and not self._looked_enough()
        if self._by_looks and (elsewhere or averted >= config.averted_s):
            return self._become(Engagement.DISENGAGING, at, f"looked away {averted:.1f} s")
        return None

    def _part(self, at: float) -> EngagementChanged | None:
        config = self._config
        near = self.distance_m <= config.engage_keep_m and not self._goes()
        looks = self._looks_here() or self._looked_enough()
        back = near and looks and not self.calls
        if back and at - self._since >= config.evidence.look_window_s:
            return self._become(Engagement.ENGAGED, at, self._looks())
        if at - self._since >= config.part_s or self.distance_m > config.attend_keep_m:
            self._stood_from = at
            return self._become(self._way(), at)
        return None

    def _way(self) -> Engagement:
        if self.evidence.holds("coming"):
            return Engagement.APPROACHING
        if self.evidence.holds("walking"):
            return Engagement.PASSING
        # Between standing and walking the state of motion stays what it was.
        undecided = not self.evidence.holds("still")
        keeps = undecided and self.state is Engagement.PASSING
        return Engagement.PASSING if keeps else Engagement.PRESENT

    def _stands(self, at: float) -> bool:
        config, evidence = self._config, self.evidence
        stood = min(evidence.holds_s("still"), at - self._stood_from)
        turned = evidence.holds("turned")
        return self.distance_m <= config.stand_m and stood >= config.stand_s and not turned

    def _goes(self) -> bool:
        return self.evidence.holds_s("leaving") >= self._config.leaving_s

    def _looks_here(self) -> bool:
        if self._judge is None:
            return self._looked_enough()
        if self.evidence.holds_s("in view") < self._config.watched_s:
            return False
        # Whoever has just come up looks here before the judgement has caught up with them.
        return self._held is True or (self._looked_enough() and self._judge.leans(self.person))

    def _looked_enough(self) -> bool:
        share = self.evidence.looking()
        return share is not None and share >= self._config.look_share

    def _looks_elsewhere(self) -> bool:
        if self._judge is not None:
            return self._held is False and not self._looks_here()
        share = self.evidence.looking(keep=True)
        return share is not None and share < self._config.look_keep_share

    def _looks(self, *, keep: bool = False) -> str:
        share = self.evidence.looking(keep=keep)
        return f"gaze {share or 0.0:.1f} of {self.evidence.looked_s():.1f} s"

    def _pace(self) -> tuple[str, ...]:
        seen = self.evidence.seen
        if seen is None:
            return ()
        return (f"speed {seen.speed_m_s:.1f} m/s", f"closing {seen.approach_m_s:.1f} m/s")

    def _become(self, state: Engagement, at: float, *cues: str) -> EngagementChanged:
        previous, self.state, self._since = self.state, state, at
        self._wanted, self._wanted_since = state, at
        distance = self.distance_m
        return EngagementChanged(
            at=at,
            person=self.person,
            state=state,
            previous=previous,
            distance_m=distance,
            cues=(f"{distance:.1f} m", *cues),
        )
