"""A moment in the lobby told in a few words, for the examples that norms bring along.

people: [{ engagement: passing, distance_m: 2.0 }]
act: { policy: greeting.words, say: Hello. | How can I help you?, unasked: true }
visitor: { says: where is the lift }
"""

from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Act,
    Channel,
    Clause,
    Context,
    Engagement,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
    Interaction,
    PersonId,
    Place,
    Priority,
    TurnEnded,
    TurnId,
)
from behavior.situation.floor import Floor, Turn
from behavior.situation.people import Mark, Person
from behavior.situation.state import Bearing, Devices, Encounter, Situation
from behavior.wishes import UNNUMBERED, Wish, because

_NOW_S = 1000.0
_LAST_TURN = TurnId(10)


class ScenePerson(BaseModel):
    """Somebody in the scene."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    engagement: Engagement = Field(Engagement.ATTENDING, description="As perception tells it.")
    distance_m: float = Field(1.5, gt=0, le=20, description="Metres in front of the agent.")
    left_m: float = Field(0.0, ge=-10, le=10, description="Metres to the agent's left.")
    turned_away_rad: float | None = Field(
        None, ge=0, le=3.15, description="How far turned from the agent; left out: not known."
    )
    speed_m_s: float = Field(0.0, ge=0, le=5, description="Walking speed.")
    eyes_m: float = Field(1.6, gt=0, le=2.5, description="Height of the eyes, metres.")
    hand_up_s: float | None = Field(None, ge=0, description="A hand has been up for so long.")
    contexts: tuple[Context, ...] = Field(
        (), description="What is told of the person: on the phone, carrying, child ..."
    )
    attends_s: float = Field(2.0, ge=0, description="Has attended for so long, if attending.")
    perhaps_met: bool = Field(
        False, description="Turned up close by, and may have been met under another id."
    )
    unseen_s: float = Field(0.0, ge=0, le=60, description="Was last seen so long ago.")
    has: tuple[Mark, ...] = Field((), description="What has passed: greeted, refused, waiting...")
    has_s: float = Field(1.0, ge=0, description="How long ago that was.")


class SceneVisitor(BaseModel):
    """The visitor's last turn, which a reply answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str = Field("", description="Its words; none: a voice that was not understood.")
    typed: bool = Field(False, description="Typed on the page, not spoken.")
    trust: float = Field(1.0, ge=0, le=1, description="The recogniser's trust in the words.")
    voiced_s: float = Field(1.5, ge=0, le=120, description="How long the voice was heard.")
    ago_s: float = Field(0.5, ge=0, le=600, description="How long ago it fell silent.")
    times: int = Field(1, ge=1, le=5, description="So many turns of the same kind.")
    paused: bool = Field(False, description="Only paused: the turn may go on.")


class SceneAct(BaseModel):
    """What the agent would like to do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: str = Field("reply.answer", description="The policy that wants it.")
    to: int = Field(1, ge=0, description="Which of the people, counted from 1; 0: nobody in view.")
    say: str = Field("", description="Its words, ` | ` between clauses; none: a silent act.")
    discreet: str | None = Field(None, description="Its words where strangers listen.")
    screen: str | None = Field(None, description="What is shown with the first clause.")
    unasked: bool = Field(False, description="Nobody asked for it.")
    greets: bool = Field(False, description="It is a greeting.")
    discloses: bool = Field(False, description="It says that this is an AI.")
    looks: bool = Field(True, description="It looks at the person.")
    gesture: str = Field("", description="A gesture that goes with it.")
    toward_m: tuple[float, float] | None = Field(
        None, description="Where the gesture shows to: metres ahead, metres to the left."
    )
    face: Expression | None = Field(None, description="The face that goes with it.")
    continues: bool = Field(False, description="It goes on with an answer begun before.")
    priority: Priority = Field(Priority.SOCIAL, description="Its strength.")


class Scene(BaseModel):
    """People, surroundings and one act."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    people: tuple[ScenePerson, ...] = Field((), description="Who is in view.")
    act: SceneAct = Field(description="What the agent would like to do.")
    met: tuple[int, ...] = Field(
        (), description="The eyes of these people meet, counted from 1; none: nobody's."
    )
    hour: float = Field(11.0, ge=0, le=24, description="Local time of day.")
    visitor_speaks: bool = Field(False, description="A visitor is speaking.")
    page_connected: bool = Field(True, description="A page is connected.")
    page_used_s: float | None = Field(None, ge=0, description="Someone used it so long ago.")
    alarm: bool = Field(False, description="An emergency goes on.")
    unasked_s: float | None = Field(None, ge=0, description="The agent spoke unasked so long ago.")
    visitor: SceneVisitor | None = Field(None, description="What the visitor has just said.")
    agent_said: tuple[str, ...] = Field((), description="The agent's last utterances.")
    help_called_s: float | None = Field(None, ge=0, description="A person was called so long ago.")
    looked_s: float = Field(0.0, ge=0, description="The eyes have been on the addressee so long.")
    talks_with: int = Field(0, ge=0, description="A conversation goes on with this one of them.")
    in_encounter: bool = Field(False, description="A conversation with the addressee goes on.")
    disclosed: bool = Field(False, description="In it was said that this is an AI.")

    def situation(self) -> Situation:
        """The scene as a situation."""
        people = {_name(i): _person(_name(i), one) for i, one in enumerate(self.people, start=1)}
        turns = {turn.id: turn for turn in self._turns()}
        to = self._to()
        talks = _name(self.talks_with) if self.talks_with else to
        meeting = Encounter(
            addressee=talks,
            since=_NOW_S - 30,
            active_at=_NOW_S,
            turns=1,
            disclosed=self.disclosed,
        )
        bearing = Bearing()
        if self.looked_s:
            since = _NOW_S - self.looked_s
            bearing = Bearing(gaze=GazeTarget.PERSON, gaze_person=to, gaze_since=since)
        return Situation(
            now=_NOW_S,
            people=people,
            turns=turns,
            floor=Floor(current_turn=max(turns, default=None), spoken=self.agent_said),
            encounter=meeting if self.in_encounter or self.talks_with else None,
            devices=Devices(
                page_connected=self.page_connected, page_used_at=_ago(self.page_used_s)
            ),
            bearing=bearing,
            hour=self.hour,
            help_at=_ago(self.help_called_s),
            interactions=self._meeting(),
            alarm_at=_NOW_S - 5 if self.alarm else None,
            spoke_unasked_at=_ago(self.unasked_s),
        )

    def wish(self) -> Wish:
        """The act as a wish."""
        draft, to = self.act, self._to()
        answers = self.visitor is not None and draft.priority is Priority.REPLY
        toward = None
        if draft.toward_m is not None:
            toward = Place(x_m=draft.toward_m[0], y_m=draft.toward_m[1])
        cues = (GestureCue(lexeme=draft.gesture, toward=toward),) if draft.gesture else ()
        act = Act(
            at=_NOW_S,
            act=UNNUMBERED,
            reason=because(draft.policy, "an example"),
            to=to,
            clauses=_clauses(draft),
            gestures=cues,
            expression=draft.face,
            gaze=Gaze(target=GazeTarget.PERSON, person=to) if draft.looks and to else None,
            priority=draft.priority,
            in_reply_to=_LAST_TURN if answers else None,
        )
        marks = ((to, Mark.GREETED),) if draft.greets and to is not None else ()
        return Wish(act=act, proactive=draft.unasked, marks=marks, discloses=draft.discloses)

    def _meeting(self) -> tuple[tuple[PersonId, Interaction], ...]:
        if not self.met:
            return ()
        first, *others = (_name(one) for one in self.met)
        eyes = Interaction(group=tuple(others), channel=Channel.GAZE, what="mutual gaze")
        return ((first, eyes),)

    def _to(self) -> PersonId | None:
        return _name(self.act.to) if 0 < self.act.to <= len(self.people) else None

    def _turns(self) -> list[Turn]:
        turns = []
        said = self.visitor
        if said is not None:
            turns = [_said(TurnId(_LAST_TURN - i), said) for i in reversed(range(said.times))]
            if self.act.continues:
                turns[-1] = replace(turns[-1], parts_spoken=1)
        if self.visitor_speaks:
            began = _NOW_S - 1
            speaking = Turn(
                id=TurnId(_LAST_TURN + 1), began_at=began, voice_began_at=began, voice_at=_NOW_S
            )
            turns.append(speaking)
        return turns


def _person(who: PersonId, one: ScenePerson) -> Person:
    attends = one.engagement in (Engagement.ATTENDING, Engagement.ENGAGED)
    return Person(
        id=who,
        place=Place(x_m=one.distance_m, y_m=one.left_m),
        first_seen_at=_NOW_S - 60,
        seen_at=_NOW_S - one.unseen_s,
        engagement=one.engagement,
        engagement_since=_NOW_S - 2,
        attending_since=_NOW_S - one.attends_s if attends else None,
        speed_m_s=one.speed_m_s,
        facing_rad=one.turned_away_rad,
        eyes_m=one.eyes_m,
        hand_up_since=_ago(one.hand_up_s),
        contexts=dict.fromkeys(one.contexts, _NOW_S - 2),
        perhaps_met="turned up close by" if one.perhaps_met else "",
        marks=dict.fromkeys(one.has, _NOW_S - one.has_s),
    )


def _clauses(draft: SceneAct) -> tuple[Clause, ...]:
    lines = [line.strip() for line in draft.say.split(" | ") if line.strip()]
    clauses = [Clause(text=line) for line in lines]
    if clauses:
        clauses[0] = replace(clauses[0], discreet=draft.discreet, screen=draft.screen)
    return tuple(clauses)


def _said(turn: TurnId, said: SceneVisitor) -> Turn:
    end = _NOW_S - said.ago_s
    began = end - max(said.voiced_s, 0.1)
    ended = TurnEnded(
        at=end,
        turn=turn,
        revision=0,
        text=said.says,
        confidence=said.trust,
        typed=said.typed,
        voiced_s=said.voiced_s,
    )
    return Turn(
        id=turn,
        began_at=began,
        voice_began_at=began,
        voice_at=end,
        voiced_s=said.voiced_s,
        words=said.says,
        paused=True,
        ended=None if said.paused else ended,
    )


def _ago(seconds: float | None) -> float | None:
    return None if seconds is None else _NOW_S - seconds


def _name(number: int) -> PersonId:
    return PersonId(f"p{number}")
