"""The simulated lobby: tells what perception would tell, hears what the agent does.

Time is an argument. The room moves in steps of a tenth of a second on a fixed grid, so it makes
no difference how `advance` is cut up. An empty room costs nothing: see `next_event_at`.
"""

import math
import random
from dataclasses import dataclass

from agent.core.messages import HelpCalled, HostNotified, Message, PersonId, TurnId
from behavior.lobby.audience import Begun
from behavior.lobby.body import STEP_S as STEP_S
from behavior.lobby.body import walk
from behavior.lobby.cast import Cast, arrivals
from behavior.lobby.conduct import act
from behavior.lobby.day_profile import DayProfile
from behavior.lobby.ear import Ear, plain_words
from behavior.lobby.entrance import Entrance
from behavior.lobby.floor_plan import FloorPlan
from behavior.lobby.intentions import Population
from behavior.lobby.labels import Intents, due
from behavior.lobby.microphone import Microphone
from behavior.lobby.noise import DetectorNoise
from behavior.lobby.reactions import begun, said
from behavior.lobby.reactions import step as react
from behavior.lobby.room import room_of
from behavior.lobby.scene import Scene
from behavior.lobby.sight import Eyes
from behavior.lobby.somebody import Phase
from behavior.lobby.truth import Due, Happening, Left
from behavior.lobby.view import LobbyView, view_of

_RUSTLE_S = (0.15, 0.9)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message and the moment at which perception would have published it."""

    at: float
    message: Message


class Lobby:
    """People with intentions in a room, as perception would tell of them."""

    def __init__(
        self,
        plan: FloorPlan,
        day: DayProfile,
        noise: DetectorNoise,
        seed: int,
        people: Population,
        start_s: float = 0.0,
    ) -> None:
        """`start_s`: the moment at which the house opens. ValueError: a day's unknown intention."""
        self.plan, self.day, self.noise = plan, day, noise
        self._people = people
        self.truth: list[Happening] = []
        self._start_s = start_s
        self._tick = 0
        self._out: list[Delivery] = []
        self._inbox: list[Message] = []
        name = f"lobby {seed}"
        self._rng = random.Random(f"{name} noises")
        house = people.house
        known = " ".join((*house.hosts, *house.visitors, *house.firms))
        microphone = Microphone(
            noise.hearing, random.Random(f"{name} words"), frozenset(plain_words(known).split())
        )
        self._scene = Scene(
            plan=plan,
            room=room_of(plan),
            house=house,
            ear=Ear(house.cues),
            microphone=microphone,
            tell=self._publish,
            truth=self.truth,
            rng=random.Random(f"{name} scene"),
            now=start_s,
        )
        self._eyes = Eyes(self._scene.room, noise, name)
        self._entrance = Entrance(
            self._scene,
            Cast(plan, day, people, house, name),
            arrivals(day, people, name, start_s),
            self._rng,
        )
        self._ghost_at = self._next(noise.loss.ghosts_per_hour, start_s)
        self._rustle_at = self._next(noise.hearing.false_per_hour, start_s)
        self._intents = Intents(self.truth)

    # What happens

    def advance(self, until: float) -> list[Message]:
        """Everything perception would publish up to and including `until`, in that order."""
        return [one.message for one in self.deliveries(until)]

    def deliveries(self, until: float) -> list[Delivery]:
        """The same, each with its moment of publishing (a message's own `at` may be earlier)."""
        while True:
            tick = self._tick + 1
            if self._idle():
                tick = max(tick, self._tick_at(self._next_wake()))
            if self._moment(tick) > until + 1e-9:
                break
            self._tick = tick
            self._step(self._moment(tick))
        out, self._out = self._out, []
        return out

    def next_event_at(self) -> float:
        """The next moment at which anything may happen; infinite when the day is over."""
        if not self._idle():
            return self._moment(self._tick + 1)
        wake = self._next_wake()
        return wake if math.isinf(wake) else self._moment(max(self._tick + 1, self._tick_at(wake)))

    def hear(self, message: Message) -> None:
        """Take in what the agent does; people react at the next step that is not before it."""
        self._inbox.append(message)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Who can be sent in, by intention."""
        return tuple(self._people)

    def send_in(self, intention: str) -> None:
        """Let one of these come through the door at the next step, beside the day's plan.

        KeyError: there is nobody with that intention.
        """
        if intention not in self._people:
            raise KeyError(intention)
        self._entrance.send_in(intention, self.now)

    # What is true

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
        """When the house closes: nobody comes after it; those inside still finish."""
        return self._start_s + (self.day.closes_hour - self.day.opens_hour) * 3600

    def view(self) -> LobbyView:
        """Everyone as they really are, now."""
        return view_of(self._scene, self._eyes, self.now, self.hour)

    def speaker_of(self, turn: TurnId) -> int:
        """The number of who really spoke in a turn; 0: nobody."""
        return self._scene.microphone.speakers.get(turn, 0)

    def number_of(self, person: PersonId) -> int | None:
        """Who in the room is behind a perceived id; None: gone, or never was."""
        owner = self._scene.owner(person)
        return owner.number if owner is not None else None

    def intends_to_interact(self, person: int, at: float) -> bool:
        """Whether at `at` (up to `now`) this person still meant to deal with the agent.

        True from entering, for those who want help, until served in everything, given up,
        refused or gone. False for everybody else, however they look.
        """
        return self._intents.at(person, at)

    def wants_now(self) -> Due | None:
        """What a good receptionist would do now, and toward whom; None: let everybody be."""
        return due(self._scene)

    # Inside

    def _publish(self, message: Message) -> None:
        self._out.append(Delivery(self._scene.now, message))

    def _moment(self, tick: int) -> float:
        return self._start_s + tick * STEP_S

    def _tick_at(self, at: float) -> int:
        """The first step that is not before `at`; a very late one when never."""
        return 2**60 if math.isinf(at) else math.ceil((at - self._start_s) / STEP_S - 1e-9)

    def _idle(self) -> bool:
        scene = self._scene
        return not (scene.people or scene.calls or scene.microphone.busy) and (
            self._entrance.idle and self._eyes.idle
        )

    def _next_wake(self) -> float:
        arrival = self._entrance.next_at
        if math.isinf(arrival) and self.now >= self.ends_at:
            return math.inf
        noise = min(self._ghost_at, self._rustle_at)
        return min(arrival, noise if noise <= self.ends_at else math.inf)

    def _next(self, per_hour: float, now: float) -> float:
        return now + self._rng.expovariate(per_hour / 3600) if per_hour else math.inf

    def _step(self, now: float) -> None:
        scene = self._scene
        scene.now = now
        self._listen()
        self._entrance.let_in(now)
        for one in scene.people:
            act(scene, one)
            react(scene, one)
        walk([one.body for one in scene.people], scene.room)
        self._let_out(now)
        if now >= self._rustle_at:
            self._rustle_at = self._next(self.noise.hearing.false_per_hour, now)
            scene.microphone.rustle(now, self._rng.uniform(*_RUSTLE_S))
        if now >= self._ghost_at:
            self._ghost_at = self._next(self.noise.loss.ghosts_per_hour, now)
            self._eyes.haunt(now)
        scene.microphone.step(now, self._publish)
        for message in self._eyes.look(now, scene.people):
            self._publish(message)

    def _listen(self) -> None:
        """What the agent has done up to now."""
        scene, now = self._scene, self._scene.now
        if not self._inbox:
            return
        later: list[Message] = []
        for message in self._inbox:
            if message.at > now + 1e-9:
                later.append(message)
                continue
            self._come_for(message)
            event = scene.audience.hear(message)
            if isinstance(event, Begun):
                begun(scene, event)
            elif event is not None:
                said(scene, event)
        self._inbox = later

    def _come_for(self, message: Message) -> None:
        """A host was told, or a colleague called: they come in their time."""
        scene = self._scene
        if isinstance(message, HostNotified) and message.delivered:
            who = scene.partner()
            if who is not None and self._entrance.call("host", who):
                scene.audience.notified.append(who.wants.fills["host"])
        elif isinstance(message, HelpCalled):
            who = scene.owner(message.person) or scene.partner()
            if who is not None and self._entrance.call("colleague", who):
                scene.audience.help_called = True

    def _let_out(self, now: float) -> None:
        gone = [one for one in self._scene.people if one.phase is Phase.GONE]
        for one in gone:
            self._scene.people.remove(one)
            self._eyes.leave(one)
            self._scene.happen(
                one,
                Left,
                served=one.served,
                wanted_help=one.intention.wants_help,
                stayed_s=now - one.entered_at,
            )
