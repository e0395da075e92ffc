"""A planner of the house's own configuration, fed with facts by hand."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    Duck,
    Engagement,
    EngagementChanged,
    PageChanged,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
    ReplyReady,
    SpeechContinues,
    SpeechStarted,
    StageState,
    Stop,
    TurnEnded,
    TurnId,
    TurnPaused,
    WordsHeard,
)
from agent.core.messages.acts import Clause
from behavior.norms.norm import Norms, NormsFile
from behavior.planner import Planner
from behavior.policies.catalogue import CATALOGUE, PoliciesConfig, build_policies
from behavior.situation.presence import mark
from behavior.situation.state import Situation
from behavior.situation.update import update
from behavior.wishes import Woke
from tests.made_yaml import read_yaml

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "policies"
MORNING = datetime(2026, 3, 2, 10, 0)


@cache
def house_policies():
    read = {n: read_yaml(CONFIGS / f"{n}.yaml") or {} for n in CATALOGUE}
    return PoliciesConfig.model_validate(read)


@cache
def house_norms():
    files = sorted((CONFIGS / "norms").glob("*.yaml"))
    read = (NormsFile.model_validate(read_yaml(path)) for path in files)
    return tuple(norm for file in read for norm in file.norms)


def planner(*, inputs=(), publish=None, clock=None, start=MORNING, norms=None, **changes):
    config = house_policies()
    for name, values in changes.items():
        config = config.model_copy(update={name: getattr(config, name).model_copy(update=values)})
    return Planner(
        inputs=inputs,
        publish=publish or (lambda message: None),
        clock=clock,
        local_time=lambda at: start + timedelta(seconds=at),
        policies=build_policies(config),
        norms=Norms(house_norms() if norms is None else norms),
    )


class Lobby:
    """Plays facts to a planner in order, wakes it when it asks, and is its stage."""

    def __init__(self, stage=True, **kwargs):
        self.planner = planner(**kwargs)
        self.now = 0.0
        self.sent = []
        self._stage = stage
        self._in_view = {}

    @property
    def situation(self):
        return self.planner.situation

    def tell(self, message, now=None):
        """One fact, after all that comes before it; returns what it led to at once."""
        self.until(message.at if now is None else now)
        if isinstance(message, PersonSeen):
            self._in_view[message.person] = message
        elif isinstance(message, PersonLost):
            self._in_view.pop(message.person, None)
        return self._decide(message)

    def until(self, when):
        """Let time pass: who is in view stays there, seen once a second where not told else."""
        while (again := min((s.at for s in self._in_view.values()), default=when) + 1.0) < when:
            for person, sighting in self._in_view.items():
                if sighting.at + 1.0 <= again:
                    self._in_view[person] = replace(sighting, at=again, approach_m_s=0.0)
                    self._wakes_until(again)
                    self._decide(self._in_view[person])
        self._wakes_until(when)

    def _wakes_until(self, when):
        while (wake := self.planner.wake_at) is not None and max(wake, self.now) <= when:
            self.now = max(wake, self.now)
            self._decide(Woke(at=self.now))
        self.now = max(self.now, when)

    def _decide(self, message):
        self.now = max(self.now, message.at)
        sent = self.planner.decide(message, self.now)
        self.sent += [(self.now, one) for one in sent]
        if self._stage:
            for act in (one for one in sent if isinstance(one, Act) and not one.clauses):
                self._decide(ActStarted(at=self.now, act=act.act))
                self._decide(ActFinished(at=self.now, act=act.act, heard=""))
        return sent

    # What happens

    def sees(self, person, at, *, x=1.5, y=0.0, approach=0.0, **more):
        return self.tell(seen(person, at, x=x, y=y, approach=approach, **more))

    def becomes(self, person, at, state, *, x=1.5):
        change = EngagementChanged(
            at=at, person=PersonId(person), state=Engagement(state), previous=None, distance_m=x
        )
        return self.tell(change)

    def attends(self, person="p1", at=0.0, *, x=1.5, y=0.0):
        """Somebody appears and attends."""
        self.sees(person, at, x=x, y=y)
        return self.becomes(person, at, "attending", x=x)

    def loses(self, person, at):
        return self.tell(PersonLost(at=at, person=PersonId(person)))

    def speaks(self, at, turn=1, revision=0):
        return self.tell(SpeechStarted(at=at, turn=TurnId(turn), revision=revision))

    def speaks_on(self, at, voiced_s, turn=1, revision=0):
        more = SpeechContinues(at=at, turn=TurnId(turn), revision=revision, voiced_s=voiced_s)
        return self.tell(more)

    def words(self, at, text, turn=1, revision=0):
        return self.tell(WordsHeard(at=at, turn=TurnId(turn), revision=revision, text=text))

    def pauses(self, at, text="", turn=1, revision=0, **more):
        return self.tell(TurnPaused(at=at, turn=TurnId(turn), revision=revision, text=text, **more))

    def ends(self, at, text="", turn=1, revision=0, **more):
        return self.tell(TurnEnded(at=at, turn=TurnId(turn), revision=revision, text=text, **more))

    def replies(self, at, *lines, turn=1, revision=0, now=None, **more):
        clauses = tuple(Clause(text=line) for line in lines)
        ready = ReplyReady(at=at, turn=TurnId(turn), revision=revision, clauses=clauses, **more)
        return self.tell(ready, now)

    def page(self, at, *, camera=True, microphone=True):
        return self.tell(PageChanged(at=at, connected=True, camera=camera, microphone=microphone))

    def starts(self, act, at):
        """The stage plays an act."""
        self.tell(StageState(at=at, speaking=True))
        return self.tell(ActStarted(at=at, act=act.act, text="..."))

    def finishes(self, act, at, interrupted=False):
        self.tell(ActFinished(at=at, act=act.act, heard="all", interrupted=interrupted))
        return self.tell(StageState(at=at, speaking=False))

    def performs(self, sent, start, end):
        """The stage plays what was said in `sent`, from `start` to `end`."""
        (act,) = [one for one in sent if isinstance(one, Act) and one.clauses]
        self.starts(act, start)
        self.finishes(act, end)

    # What it led to

    def said(self):
        """(time, branch, words) of all utterances."""
        return [
            (at, one.reason.policy, " ".join(c.text for c in one.clauses))
            for at, one in self.sent
            if isinstance(one, Act) and one.clauses
        ]

    def branches(self):
        return [branch for _, branch, _ in self.said()]

    def acts(self, branch):
        return [one for _, one in self.sent if isinstance(one, Act) and one.reason.policy == branch]


def seen(person, at, *, x=1.5, y=0.0, approach=0.0, facing=0.1, speed=None):
    return PersonSeen(
        at=at,
        person=PersonId(person),
        place=Place(x_m=x, y_m=y),
        approach_m_s=approach,
        speed_m_s=abs(approach) if speed is None else speed,
        facing_rad=facing,
    )


def kinds(sent):
    """The kinds of what was decided: `act:reply.answer`, `duck:0.25`, `stop:words`."""
    names = []
    for one in sent:
        if isinstance(one, Act):
            names.append(f"act:{one.reason.policy}")
        elif isinstance(one, Duck):
            names.append(f"duck:{one.gain:g}")
        elif isinstance(one, Stop):
            names.append(f"stop:{one.reason.policy.split('.')[1]}")
        else:
            names.append(type(one).__name__)
    return names


def acts_of(sent):
    return [one for one in sent if isinstance(one, Act)]


def after(*messages, start=None):
    """The situation after these messages."""
    situation = start or Situation()
    for message in messages:
        situation = update(situation, message)
    return situation


def marked(situation, person, *marks):
    """The situation in which this has passed with somebody, just now."""
    for one in marks:
        situation = mark(situation, PersonId(person), one)
    return situation
