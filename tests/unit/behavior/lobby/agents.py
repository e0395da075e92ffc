"""A lobby with one kind of people, and an agent that greets and answers as it is told to."""

from pathlib import Path

from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    Clause,
    ClauseSpoken,
    Gaze,
    GazeTarget,
    GestureCue,
    PersonSeen,
    Reason,
    StageState,
    TurnEnded,
)
from behavior.lobby.day_profile import DayProfile
from behavior.lobby.library import detector_noise, floor_plan, intentions
from behavior.lobby.lobby import Lobby
from behavior.lobby.truth import Entered

LIBRARY = Path(__file__).parents[4] / "configs/lobby"
LETTERS_S = 15.0


def lobby_of(*kinds, plan="office_lobby", noise="none", seed=1, per_hour=6, hours=1, change=None):
    """A lobby to which only these kinds come. `change`: fields of the first, replaced."""
    people = intentions(LIBRARY)
    if change:
        people[kinds[0]] = people[kinds[0]].model_copy(update=change)
    day = DayProfile.model_validate(
        {
            "name": "made",
            "opens_hour": 9,
            "closes_hour": 9 + hours,
            "hours": [{"hour": 9 + h, "arrivals": per_hour} for h in range(hours)],
            "intentions": dict.fromkeys(kinds, 1.0),
        }
    )
    if isinstance(noise, str):
        noise = detector_noise(noise, LIBRARY)
    return Lobby(floor_plan(plan, LIBRARY), day, noise, seed, people=people)


def first(lobby, kind, of=None):
    """The first happening of that kind."""
    found = [one for one in lobby.truth if isinstance(one, kind)]
    return next((one for one in found if of is None or one.person == of), None)


def all_of(lobby, kind, of=None):
    return [o for o in lobby.truth if isinstance(o, kind) and (of is None or o.person == of)]


class Agent:
    """Does as it is told, in time with the lobby."""

    def __init__(self, lobby, *, answer=None, greets="", within_m=1.9, answer_after_s=0.6):
        """`answer`: words heard -> words, or None. `greets`: said to whoever stands near."""
        self.lobby = lobby
        self.heard = []
        self.messages = []
        self._answer, self._greets, self._within_m = answer, greets, within_m
        self._answer_after_s = answer_after_s
        self._due = []
        self._acts = 0
        self._greeted = set()
        self._now = 0.0

    def run(self, until):
        while self._now < until - 1e-9:
            at = self.lobby.next_event_at()
            self._now = max(self._now, min(until, at))
            for pair in sorted((p for p in self._due if p[0] <= self._now), key=lambda p: p[:2]):
                self.lobby.hear(pair[2])
                self._due.remove(pair)
            for message in self.lobby.advance(self._now):
                self.messages.append(message)
                self._take(message)
        return self

    def run_on(self, seconds):
        return self.run(self._now + seconds)

    @property
    def now(self):
        return self._now

    def _take(self, message):
        if isinstance(message, TurnEnded):
            self.heard.append(message.text)
            words = self._answer(message.text) if self._answer else None
            if words:
                self.say(words, at=self._now + self._answer_after_s, reply=message.turn)
        elif isinstance(message, PersonSeen) and self._greets:
            near = message.place.distance_m < self._within_m and message.speed_m_s < 0.1
            if near and message.person not in self._greeted:
                self._greeted.add(message.person)
                self.say(self._greets, to=message.person)

    def say(self, text, *, to=None, at=None, reply=None):
        at = self._now if at is None else at
        self._acts += 1
        act, end = ActId(self._acts), at + len(text) / LETTERS_S
        for moment, message in (
            (at, _act(at, act, to, clauses=(Clause(text=text),), in_reply_to=reply)),
            (at, StageState(at=at, speaking=True)),
            (at, ActStarted(at=at, act=act, text=text)),
            (end, ClauseSpoken(at=end, act=act, index=0, text=text)),
            (end, ActFinished(at=end, act=act, heard=text)),
            (end, StageState(at=end, speaking=False)),
        ):
            self._put(moment, message)
        return act

    def wave(self, to):
        self._silent(to, gestures=(GestureCue(lexeme="wave"),))

    def look_at(self, to):
        self._silent(to, gaze=Gaze(target=GazeTarget.PERSON, person=to))

    def tell(self, message):
        self._put(message.at, message)

    def _silent(self, to, **more):
        self._acts += 1
        act = ActId(self._acts)
        self._put(self._now, _act(self._now, act, to, **more))
        self._put(self._now, ActStarted(at=self._now, act=act))

    def _put(self, moment, message):
        self._due.append((moment, len(self._due) + 1000 * self._acts, message))


def _act(at, act, to, **more):
    return Act(at=at, act=act, to=to, reason=Reason(policy="test", because="told to"), **more)


def stay_until(agent, kind, seconds=120.0):
    """Run until something of that kind has happened; returns it, or None after so long."""
    end = agent.lobby.next_event_at() + seconds if not agent.now else agent.now + seconds
    while agent.now < end:
        agent.run_on(0.1)
        found = first(agent.lobby, kind)
        if found is not None:
            return found
    return None


def see_first(agent, seconds=60.0):
    """Run until somebody is seen; returns them."""
    end = agent.now + seconds
    while agent.now < end:
        agent.run_on(0.1)
        for one in agent.lobby.view().people:
            if one.ids:
                return one
    return None


def newest_id(lobby, number):
    person = next(one for one in lobby.view().people if one.person == number)
    return person.ids[-1]


def number_of_first(lobby):
    return first(lobby, Entered).person
