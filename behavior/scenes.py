"""A moment in the lobby told in a few words, for the examples that norms bring along.

people: [{ engagement: passing, distance_m: 2.0 }]
act: { policy: greeting.words, say: Hello., unasked: true }
"""

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Act,
    Clause,
    Engagement,
    Gaze,
    GazeTarget,
    GestureCue,
    PersonId,
    Place,
    Priority,
    TurnEnded,
    TurnId,
)
from behavior.situation import Devices, Encounter, Floor, Mark, Person, Situation, Turn
from behavior.wishes import UNNUMBERED, Wish, because

_NOW_S = 1000.0


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
    has: tuple[Mark, ...] = Field((), description="What has passed: greeted, refused, waiting...")


class SceneAct(BaseModel):
    """What the agent would like to do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: str = Field("reply.answer", description="The policy that wants it.")
    to: int = Field(1, ge=0, description="Which of the people, counted from 1; 0: nobody in view.")
    say: str = Field("", description="Its words; none: a silent act.")
    discreet: str | None = Field(None, description="Its words where strangers listen.")
    unasked: bool = Field(False, description="Nobody asked for it.")
    greets: bool = Field(False, description="It is a greeting.")
    discloses: bool = Field(False, description="It says that this is an AI.")
    looks: bool = Field(True, description="It looks at the person.")
    gesture: str = Field("", description="A gesture that goes with it.")
    priority: Priority = Field(Priority.SOCIAL, description="Its strength.")
    answers_typed: bool = Field(False, description="It answers a typed line.")


class Scene(BaseModel):
    """People, surroundings and one act."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    people: tuple[ScenePerson, ...] = Field((), description="Who is in view.")
    act: SceneAct = Field(description="What the agent would like to do.")
    hour: float = Field(11.0, ge=0, le=24, description="Local time of day.")
    visitor_speaks: bool = Field(False, description="A visitor is speaking.")
    page_connected: bool = Field(True, description="A page is connected.")
    page_used_s: float | None = Field(None, ge=0, description="Someone used it so long ago.")
    alarm: bool = Field(False, description="An emergency goes on.")
    unasked_s: float | None = Field(None, ge=0, description="The agent spoke unasked so long ago.")
    in_encounter: bool = Field(False, description="A conversation with the addressee goes on.")
    disclosed: bool = Field(False, description="In it was said that this is an AI.")

    def situation(self) -> Situation:
        """The scene as a situation."""
        people = {
            _name(i): Person(
                id=_name(i),
                place=Place(x_m=one.distance_m, y_m=one.left_m),
                first_seen_at=_NOW_S - 60,
                seen_at=_NOW_S,
                engagement=one.engagement,
                engagement_since=_NOW_S - 2,
                attending_since=_NOW_S - 2
                if one.engagement in (Engagement.ATTENDING, Engagement.ENGAGED)
                else None,
                speed_m_s=one.speed_m_s,
                facing_rad=one.turned_away_rad,
                marks=dict.fromkeys(one.has, _NOW_S - 1),
            )
            for i, one in enumerate(self.people, start=1)
        }
        used_at = None if self.page_used_s is None else _NOW_S - self.page_used_s
        unasked_at = None if self.unasked_s is None else _NOW_S - self.unasked_s
        turns = {turn.id: turn for turn in self._turns()}
        meeting = Encounter(
            addressee=self._to(),
            since=_NOW_S - 30,
            active_at=_NOW_S,
            turns=1,
            disclosed=self.disclosed,
        )
        return Situation(
            now=_NOW_S,
            people=people,
            turns=turns,
            floor=Floor(current_turn=TurnId(2) if self.visitor_speaks else None),
            encounter=meeting if self.in_encounter else None,
            devices=Devices(page_connected=self.page_connected, page_used_at=used_at),
            hour=self.hour,
            alarm_at=_NOW_S - 5 if self.alarm else None,
            spoke_unasked_at=unasked_at,
        )

    def wish(self) -> Wish:
        """The act as a wish."""
        draft, to = self.act, self._to()
        clause = Clause(text=draft.say, discreet=draft.discreet)
        act = Act(
            at=_NOW_S,
            act=UNNUMBERED,
            reason=because(draft.policy, "an example"),
            to=to,
            clauses=(clause,) if draft.say else (),
            gestures=(GestureCue(lexeme=draft.gesture),) if draft.gesture else (),
            gaze=Gaze(target=GazeTarget.PERSON, person=to) if draft.looks and to else None,
            priority=draft.priority,
            in_reply_to=TurnId(1) if draft.answers_typed else None,
        )
        marks = ((to, Mark.GREETED),) if draft.greets and to is not None else ()
        return Wish(act=act, proactive=draft.unasked, marks=marks, discloses=draft.discloses)

    def _to(self) -> PersonId | None:
        return _name(self.act.to) if 0 < self.act.to <= len(self.people) else None

    def _turns(self) -> list[Turn]:
        turns = []
        began = _NOW_S - 1
        if self.act.answers_typed:
            end = TurnEnded(at=began, turn=TurnId(1), revision=0, text="hello", typed=True)
            turns.append(_turn(TurnId(1), began, ended=end))
        if self.visitor_speaks:
            turns.append(_turn(TurnId(2), began))
        return turns


def _turn(turn: TurnId, began: float, ended: TurnEnded | None = None) -> Turn:
    return Turn(id=turn, began_at=began, voice_began_at=began, voice_at=_NOW_S, ended=ended)


def _name(number: int) -> PersonId:
    return PersonId(f"p{number}")
