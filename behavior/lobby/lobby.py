"""The simulated lobby: tells what perception would tell, hears what the agent does.

Time is an argument. The room moves in steps of a tenth of a second on a fixed grid, so it makes
no difference how `advance` is cut up. An empty room costs nothing: see `next_event_at`.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.core.messages import (
    Act,
    ActStarted,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
    SpeechStarted,
    TurnEnded,
    TurnId,
    TurnPaused,
)
from behavior.lobby.day_profile import DayProfile
from behavior.lobby.floor_plan import FloorPlan
from behavior.lobby.intentions import Intention
from behavior.lobby.noise import DetectorNoise
from behavior.lobby.truth import (
    Due,
    Entered,
    FirstWord,
    GaveUp,
    Happening,
    Left,
    Refused,
    Served,
    Spoke,
    Stopped,
)
from behavior.lobby.view import LobbyView, PersonView

STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message and the moment at which perception would have published it."""

    at: float
    message: Message


@dataclass(slots=True)
class _Somebody:
    number: int
    intention: Intention
    x_m: float
    y_m: float
    speed_m_s: float
    eye_height_m: float
    way: list[tuple[float, float]]
    entered_at: float
    heading_rad: float = 0.0
    ids: list[PersonId] = field(default_factory=list)
    seen: bool = False
    stopped_at: float | None = None
    greeted: bool = False
    spoke_at: float | None = None
    served: bool = False


class Lobby:
    """People with intentions in a room, as perception would tell of them."""

    def __init__(
        self,
        plan: FloorPlan,
        day: DayProfile,
        noise: DetectorNoise,
        seed: int,
        people: Mapping[str, Intention],
        start_s: float = 0.0,
    ) -> None:
        """`people`: intentions by name. `start_s`: the moment at which the house opens."""
        self.plan, self.day, self.noise = plan, day, noise
        self.truth: list[Happening] = []
        self._people = dict(people)
        self._start_s = start_s
        self._tick = 0
        self._room: list[_Somebody] = []
        self._rng = random.Random(f"lobby {seed}")
        self._count = 0
        self._turn = 0
        self._acts: dict[int, Act] = {}
        self._waiting: list[Delivery] = []
        self._coming = self._plan_day()

    # What happens

    def advance(self, until: float) -> list[Message]:
        """Everything perception would publish up to and including `until`, in that order."""
        return [one.message for one in self.deliveries(until)]

    def deliveries(self, until: float) -> list[Delivery]:
        """The same, each with its moment of publishing (a message's own `at` may be earlier)."""
        out: list[Delivery] = []
        while (now := self._moment(self._tick + 1)) <= until + 1e-9:
            if not self._room and not self._waiting:
                self._tick = max(self._tick, self._tick_before(min(self._next_arrival(), until)))
                now = self._moment(self._tick + 1)
                if now > until + 1e-9:
                    break
            self._tick += 1
            self._step(now, out)
        return out

    def next_event_at(self) -> float:
        """The next moment at which anything may happen; infinite when the day is over."""
        if self._room or self._waiting:
            return self._moment(self._tick + 1)
        arrival = self._next_arrival()
        return arrival if math.isinf(arrival) else self._moment(self._tick_before(arrival) + 1)

    def hear(self, message: Message) -> None:
        """Take in what the agent does; people react from the next step on."""
        if isinstance(message, Act):
            self._acts[message.act] = message
        elif isinstance(message, ActStarted) and message.text:
            act = self._acts.get(message.act)
            for one in self._room:
                if act is not None and act.to in one.ids and not one.greeted:
                    one.greeted = True
                    self._tell(FirstWord, one, message.at, act=message.act, text=message.text)
                elif act is not None and act.to in one.ids and one.spoke_at and not one.served:
                    one.served = True
                    self._tell(Served, one, message.at, task="visit")
                    one.way = [(self._door().x_m, self._door().y_m)]

    # What is true

    def view(self) -> LobbyView:
        """Everyone as they really are, now."""
        return LobbyView(
            at=self.now,
            plan=self.plan.name,
            hour=self.hour,
            people=tuple(self._view_of(one) for one in self._room),
        )

    @property
    def now(self) -> float:
        """The moment up to which the room has moved."""
        return self._moment(self._tick)

    @property
    def hour(self) -> float:
        """Local time of day, 0..24."""
        return (self.day.opens_hour + (self.now - self._start_s) / 3600) % 24

    @property
    def ends_at(self) -> float:
        """When the house closes; those inside then still finish."""
        return self._start_s + (self.day.closes_hour - self.day.opens_hour) * 3600

    def number_of(self, person: PersonId) -> int | None:
        """Who is behind a perceived id; None: nobody, it was made up."""
        for one in self._room:
            if person in one.ids:
                return one.number
        return None

    def intends_to_interact(self, person: int, at: float) -> bool:
        """Whether at `at` this person still meant to deal with the agent on this visit.

        True from entering, for those who want help, until served, given up, refused or gone.
        `at` is any moment up to `now`.
        """
        meant = False
        for one in self.truth:
            if one.person != person or one.at > at:
                continue
            if isinstance(one, Entered):
                meant = one.wants_help
            elif isinstance(one, Served | GaveUp | Refused | Left):
                meant = False
        return meant

    def wants_now(self) -> Due | None:
        """What a good receptionist would do now, and toward whom; None: let everybody be."""
        near = [o for o in self._room if o.intention.wants_help and not o.served]
        near = [o for o in near if self._place(o).distance_m < 3.5]
        if not near:
            return None
        one = min(near, key=lambda o: self._place(o).distance_m)
        how = "sign" if one.stopped_at is None else "words" if one.spoke_at is None else "reply"
        return Due(person=one.number, ids=tuple(one.ids), how=how, because="wants help")

    # Inside

    def _moment(self, tick: int) -> float:
        return self._start_s + tick * STEP_S

    def _tick_before(self, at: float) -> int:
        return math.ceil((at - self._start_s) / STEP_S - 1e-9) - 1

    def _next_arrival(self) -> float:
        return self._coming[-1][0] if self._coming else math.inf

    def _plan_day(self) -> list[tuple[float, str]]:
        coming = []
        names = [name for name in self.day.intentions if name in self._people]
        weights = [self.day.intentions[name] for name in names]
        for hour in self.day.hours:
            at = (hour.hour - self.day.opens_hour) * 3600.0
            end = at + 3600
            while hour.arrivals and (at := at + self._rng.expovariate(hour.arrivals / 3600)) < end:
                coming.append((self._start_s + at, self._rng.choices(names, weights)[0]))
        return sorted(coming, reverse=True)

    def _door(self) -> "_DoorPoint":
        door = self.plan.doors[0]
        return _DoorPoint(door.x_m, door.y_m)

    def _step(self, now: float, out: list[Delivery]) -> None:
        while self._next_arrival() <= now + 1e-9:
            self._enter(now, self._coming.pop()[1])
        for one in list(self._room):
            self._move(one, now)
            self._sight(one, now, out)
        ready = [one for one in self._waiting if one.at <= now]
        self._waiting = [one for one in self._waiting if one.at > now]
        out += sorted(ready, key=lambda one: one.at)

    def _enter(self, now: float, name: str) -> None:
        intention, rng = self._people[name], self._rng
        self._count += 1
        doors = list(self.plan.doors)
        door = doors.pop(rng.randrange(len(doors)) if not intention.wants_help else 0)
        goal = rng.choice(doors or [door])
        way = [(goal.x_m, goal.y_m)]
        if intention.wants_help:
            way = [self.plan.to_world(Place(x_m=1.2, y_m=0.0))]
        one = _Somebody(
            self._count,
            intention,
            door.x_m,
            door.y_m,
            rng.uniform(*intention.speed_m_s),
            rng.uniform(*intention.eye_height_m),
            way,
            now,
        )
        self._room.append(one)
        wants = intention.wants_help
        self._tell(Entered, one, now, intention=name, wants_help=wants, door=door.name)

    def _move(self, one: _Somebody, now: float) -> None:
        if one.way:
            gx, gy = one.way[0]
            dx, dy = gx - one.x_m, gy - one.y_m
            left, stride = math.hypot(dx, dy), one.speed_m_s * STEP_S
            one.heading_rad = math.atan2(dy, dx)
            if left > stride:
                one.x_m += dx / left * stride
                one.y_m += dy / left * stride
                return
            one.way.pop(0)
            if one.intention.wants_help and not one.served and one.stopped_at is None:
                one.stopped_at = now
                one.heading_rad = math.atan2(
                    self.plan.agent.y_m - one.y_m, self.plan.agent.x_m - one.x_m
                )
                self._tell(Stopped, one, now, distance_m=self._place(one).distance_m)
                return
        if one.stopped_at is None or one.served or now - one.stopped_at > 90:
            self._leave(one, now)
        elif one.spoke_at is None and (one.greeted or now - one.stopped_at > 6):
            self._speak(one, now)

    def _speak(self, one: _Somebody, now: float) -> None:
        text = self._rng.choice(one.intention.says).format(host="Priya Nair")
        self._turn += 1
        turn, end = TurnId(self._turn), now + 0.07 * len(text)
        one.spoke_at = now
        self._tell(Spoke, one, now, text=text, unasked=not one.greeted)
        paused = TurnPaused(at=end, turn=turn, revision=0, text=text)
        ended = TurnEnded(at=end, turn=turn, revision=0, text=text, voiced_s=end - now)
        self._waiting += [
            Delivery(now + 0.2, SpeechStarted(at=now, turn=turn)),
            Delivery(end + 0.3, paused),
            Delivery(end + 0.8, ended),
        ]

    def _leave(self, one: _Somebody, now: float) -> None:
        self._room.remove(one)
        wanted, stayed_s = one.intention.wants_help, now - one.entered_at
        self._tell(Left, one, now, served=one.served, wanted_help=wanted, stayed_s=stayed_s)
        if one.seen:
            lost = PersonLost(at=now, person=one.ids[-1])
            self._waiting.append(Delivery(now + 1.0, lost))

    def _sight(self, one: _Somebody, now: float, out: list[Delivery]) -> None:
        place = self._place(one)
        half = math.radians(self.plan.camera.field_of_view_deg) / 2
        seen = place.distance_m < self.plan.camera.body_m and (
            abs(math.atan2(place.y_m, place.x_m)) < half
        )
        if one not in self._room or not seen:
            return
        if not one.ids:
            one.ids.append(PersonId(f"p{self._rng.getrandbits(32):08x}"))
        one.seen = True
        moving = one.speed_m_s if one.way else 0.0
        to_agent = math.atan2(self.plan.agent.y_m - one.y_m, self.plan.agent.x_m - one.x_m)
        off = abs(math.remainder(one.heading_rad - to_agent, math.tau))
        sighting = PersonSeen(
            at=now,
            person=one.ids[-1],
            place=place,
            approach_m_s=moving * math.cos(off),
            speed_m_s=moving,
            facing_rad=off,
            gaze_off_rad=off if place.distance_m < self.plan.camera.gaze_m else None,
            face_height_m=one.eye_height_m,
        )
        out.append(Delivery(now, sighting))

    def _place(self, one: _Somebody) -> Place:
        return self.plan.to_agent(one.x_m, one.y_m)

    def _tell(self, kind: type[Happening], one: _Somebody, at: float, **more: object) -> None:
        self.truth.append(kind(at=at, person=one.number, ids=tuple(one.ids), **more))

    def _view_of(self, one: _Somebody) -> PersonView:
        return PersonView(
            person=one.number,
            ids=tuple(one.ids),
            x_m=one.x_m,
            y_m=one.y_m,
            place=self._place(one),
            heading_rad=one.heading_rad,
            gaze_rad=one.heading_rad,
            eye_height_m=one.eye_height_m,
            intention=one.intention.name,
            wants_help=one.intention.wants_help,
            doing="walks" if one.way else "stands",
            seen=one.seen,
        )


@dataclass(frozen=True, slots=True)
class _DoorPoint:
    x_m: float
    y_m: float
