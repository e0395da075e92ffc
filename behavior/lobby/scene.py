"""What everybody in the lobby shares: the room, the agent as people see it, the microphone."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.core.messages import Act, Message, PersonId, Place
from behavior.lobby.audience import Audience
from behavior.lobby.ear import Ear
from behavior.lobby.floor_plan import FloorPlan
from behavior.lobby.intentions import House
from behavior.lobby.microphone import Microphone
from behavior.lobby.room import Point, Room
from behavior.lobby.somebody import Phase, Somebody
from behavior.lobby.truth import Happening, NoticedAgent, Spoke

DESK_M = 2.0
"""Whoever stands this near to the agent has its desk."""
_TALK_M = 2.6
_RESERVED_M = 3.3
_AT_THE_DESK = (Phase.STAND, Phase.TALK)


@dataclass(slots=True)
class Scene:
    """The lobby at one moment."""

    plan: FloorPlan
    room: Room
    house: House
    ear: Ear
    microphone: Microphone
    tell: Callable[[Message], None]
    """Perception publishes this."""
    truth: list[Happening]
    rng: random.Random
    now: float = 0.0
    audience: Audience = field(default_factory=Audience)
    people: list[Somebody] = field(default_factory=list)
    calls: list[tuple[float, str, Somebody]] = field(default_factory=list)
    """Who comes later to fetch whom: moment, intention, person."""

    # The agent, as people find it

    @property
    def agent(self) -> Point:
        """Where it stands."""
        return self.plan.agent.x_m, self.plan.agent.y_m

    def from_agent_m(self, one: Somebody) -> float:
        """How far somebody is from it."""
        return one.body.away_m(*self.agent)

    def before_agent(self, ahead_m: float, left_m: float) -> Point:
        """A free point in front of it."""
        point = self.plan.to_world(Place(x_m=ahead_m, y_m=left_m))
        return self.room.free_near(*point)

    def looked_at(self, one: Somebody) -> bool:
        """The agent's eyes are on this person."""
        return self.audience.gaze_person is not None and self.audience.gaze_person in one.ids

    # People

    def owner(self, person: PersonId | None) -> Somebody | None:
        """Who is behind an id."""
        if person is None:
            return None
        held = [one for one in self.people if person in one.ids]
        # Where two have swapped ids, it is whoever had it last.
        return max(held, key=lambda one: one.ids[-1] == person, default=None)

    def meant(self, act: Act) -> Somebody | None:
        """Whom an act is for: whose turn it answers, else whose id it bears."""
        if act.in_reply_to is not None:
            number = self.microphone.speakers.get(act.in_reply_to)
            asked = next((one for one in self.people if one.number == number), None)
            if asked is not None:
                return asked
        return self.owner(act.to)

    def company(self, one: Somebody) -> list[Somebody]:
        """The group somebody belongs to, with themselves."""
        if not one.group:
            return [one]
        return [other for other in self.people if other.group == one.group]

    def at_desk(self) -> list[Somebody]:
        """Who stands before the agent or talks to it."""
        return [one for one in self.people if one.phase in _AT_THE_DESK]

    def desk_free(self, one: Somebody) -> bool:
        """Nobody else has the desk, and nobody queues before this person."""
        for other in self.people:
            if other is one or (one.group and other.group == one.group):
                continue
            if other.phase in _AT_THE_DESK and self.from_agent_m(other) < DESK_M + 0.6:
                return False
            earlier = other.in_line_since < one.in_line_since
            if other.phase is Phase.QUEUE and earlier:
                return False
            near = other.phase is Phase.COME and self.from_agent_m(other) < _RESERVED_M
            if near and earlier:
                return False
        return True

    def partner(self) -> Somebody | None:
        """Whom words without an address are for: who talks, else who stands there, nearest."""
        near = [one for one in self.at_desk() if self.from_agent_m(one) <= _TALK_M]
        return min(
            near,
            key=lambda one: (one.phase is not Phase.TALK, self.from_agent_m(one)),
            default=None,
        )

    # What happens

    def happen(self, one: Somebody, kind: type[Happening], **more: object) -> None:
        """Write down what is true."""
        more.setdefault("at", self.now)
        self.truth.append(kind(person=one.number, ids=tuple(one.ids), **more))  # type: ignore[arg-type]

    def notice(self, one: Somebody) -> None:
        """Somebody's eyes fall on the agent."""
        if not one.noticed and self.room.in_sight(one.body.x, one.body.y):
            one.noticed = True
            self.happen(one, NoticedAgent, distance_m=self.from_agent_m(one))

    def may_speak(self) -> bool:
        """Nobody speaks, so one can be heard."""
        return not self.microphone.busy

    def overhear(self, one: Somebody) -> None:
        """Somebody talks to others; the microphone may take it for a turn."""
        noise = self.microphone.noise
        near = self.from_agent_m(one) <= noise.overheard_m
        if near and self.may_speak() and one.chance(noise.overheard):
            text = one.rng.choice(one.intention.chat or self.house.says["chat"])
            self.microphone.say(one.number, text, self.now, 15.0, (0.0, 0.0, 0.0))

    def seat_for(self, one: Somebody) -> Point | None:
        """A free seat, and take it; None: all are taken."""
        taken = {other.seat for other in self.people if other.seat is not None}
        for place in self.plan.places:
            for k in range(place.seats):
                if (place.name, k) not in taken:
                    one.seat = (place.name, k)
                    return place.seat(k)
        return None

    def seat_heading(self, one: Somebody) -> float:
        """Where somebody who sits is turned: into the room."""
        return one.body.toward(*self.before_agent(2.5, 0.0))

    def speak(self, one: Somebody, text: str) -> None:
        """Somebody says a line to the agent, or types it."""
        unasked = one.worded_at is None
        if one.talk.types:
            for message in self.microphone.type(one.number, text, self.now):
                self.tell(message)
            one.talk.speaks_until = self.now
        else:
            speech = one.intention.speech
            gaps = (speech.halts, *speech.halt_s)
            pace = one.draw(speech.letters_s)
            line = self.microphone.say(one.number, text, self.now, pace, gaps)
            one.talk.speaking, one.talk.speaks_until = True, line.end
        one.talk.said_at, one.talk.last = None, text
        one.talk.waits_s = one.draw(one.intention.patience.answer_s)
        one.talk.heard.clear()
        one.talk.answer_at = None
        self.happen(one, Spoke, text=text, unasked=unasked, typed=one.talk.types)
