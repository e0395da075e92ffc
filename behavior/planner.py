"""The one component that decides: situation, policies, norms, arbiter, in this order.

`Planner.decide` is pure but for the situation it keeps: the same messages give the same decisions,
with or without an event loop, so a recording can be decided again. Policies remember nothing at
all, so they can be changed between turns.
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from agent.core.clock import Clock
from agent.core.messages import Act, ActId, ActRefused, Duck, Message, PrepareSpeech, Stop
from behavior.arbiter import settle
from behavior.norms.cases import Cases, log_norms
from behavior.norms.norm import Norms
from behavior.second_thoughts import thought_over
from behavior.situation.hearing import dismiss, part_spoken, surely_said
from behavior.situation.people import Mark
from behavior.situation.presence import mark
from behavior.situation.state import Situation, SituationConfig
from behavior.situation.update import update
from behavior.wishes import Policy, Wish, Wishes, Woke

_HOUR_EVERY_S = 20.0
_SOONEST_WAKE_S = 0.01


class PlannerConfig(BaseModel):
    """What the planner remembers and reports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    situation: SituationConfig = Field(
        default_factory=SituationConfig, description="How long things are remembered."
    )
    refusal_repeat_s: float = Field(
        10.0, ge=0, le=600, description="The same refusal is reported once in this many seconds."
    )


@dataclass(slots=True)
class _Round:
    """What is decided for one message."""

    situation: Situation
    wishes: list[Wish] = field(default_factory=list)
    out: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        """Send it out, and know at once that it was."""
        self.out.append(message)
        self.situation = update(self.situation, message)

    def take(self, wishes: Wishes) -> None:
        """Take in what one policy wants. Reflexes are done before the next policy is asked."""
        if wishes.dismiss is not None:
            self.situation = dismiss(self.situation, wishes.dismiss)
        reflexes: tuple[Stop | Duck | PrepareSpeech | None, ...]
        reflexes = (wishes.stop, wishes.duck, wishes.prepare)
        for reflex in reflexes:
            if reflex is not None:
                self.send(reflex)
        self.wishes.extend(wishes.acts)


class Planner:
    """Turns facts into acts."""

    name = "behavior.planner"

    def __init__(
        self,
        *,
        inputs: Sequence[AsyncIterable[Message]],
        publish: Callable[[Message], None],
        clock: Clock,
        local_time: Callable[[float], datetime],
        policies: Sequence[Policy],
        norms: Norms,
        config: PlannerConfig | None = None,
    ) -> None:
        """`local_time` gives the local date and time of a moment on the agent's axis."""
        self._inputs = tuple(inputs)
        self._publish = publish
        self._clock = clock
        self._local_time = local_time
        self._config = config or PlannerConfig()
        self._policies = tuple(policies)
        self._norms = norms
        self.cases = Cases()
        """What norms have changed and refused in this run."""
        self._next: tuple[tuple[Policy, ...], Norms, PlannerConfig] | None = None
        self._situation = Situation(config=self._config.situation)
        self._next_act = 1
        self._refused_at: dict[tuple[str, str, str], float] = {}
        self._wakes: dict[str, float] = dict.fromkeys((p.name for p in policies), float("-inf"))
        self._earlier = asyncio.Event()

    @property
    def situation(self) -> Situation:
        """What the agent knows now; for the console and for tests."""
        return self._situation

    @property
    def norms(self) -> Norms:
        """The norms it goes by now."""
        return self._norms

    @property
    def wake_at(self) -> float | None:
        """When a policy wants to be asked again; None: not before the next message."""
        return min(self._wakes.values(), default=None)

    def adopt(
        self, policies: Sequence[Policy], norms: Norms, config: PlannerConfig | None = None
    ) -> None:
        """Decide by these from the next moment on in which nobody has the floor."""
        self._next = (tuple(policies), norms, config or self._config)
        self._adopt_if_quiet(self._situation)
        self._earlier.set()

    # The pure core

    def decide(self, message: Message, now: float | None = None) -> list[Message]:
        """Take in one message and return what follows from it, in order.

        `message.at` is when it happened, `now` (by default the same) when it is decided on.
        """
        before = self._situation
        now = max(message.at, before.now, now if now is not None else message.at)
        situation = update(self._with_time(before, now), message)
        self._adopt_if_quiet(situation)
        one = _Round(situation=situation)
        for policy in self._policies:
            heard = isinstance(message, policy.hears)
            due = self._wakes.get(policy.name, float("inf")) <= now
            if heard or due:
                wishes = policy.decide(one.situation, message if heard else Woke(at=now))
                self._set_wake(policy.name, wishes.wake_at, now)
                one.take(wishes)
        refused = self._grant(one) if one.wishes else []
        self._think_again(one)
        self._situation = one.situation
        return [*one.out, *self._worth_telling(refused)]

    def _with_time(self, situation: Situation, now: float) -> Situation:
        situation = replace(situation, now=now, config=self._config.situation)
        if now - situation.hour_at < _HOUR_EVERY_S:
            return situation
        local = self._local_time(now)
        return replace(situation, hour=local.hour + local.minute / 60.0, hour_at=now)

    def _adopt_if_quiet(self, situation: Situation) -> None:
        if self._next is None or not situation.quiet:
            return
        self._policies, self._norms, self._config = self._next
        self._next = None
        self._wakes = {policy.name: situation.now for policy in self._policies}

    def _set_wake(self, name: str, wake_at: float | None, now: float) -> None:
        if wake_at is None:
            self._wakes.pop(name, None)
        else:
            self._wakes[name] = max(wake_at, now + _SOONEST_WAKE_S)

    def _ask_again(self, wish: Wish, at: float) -> None:
        name = wish.act.reason.policy.split(".")[0]
        self._wakes[name] = min(at, self._wakes.get(name, at))

    def _grant(self, one: _Round) -> list[ActRefused]:
        """Put the wishes before the norms and the arbiter; do those that pass."""
        allowed: list[Wish] = []
        refused: list[ActRefused] = []
        for wish in one.wishes:
            judgement = self._norms.judge(one.situation, wish)
            self.cases.note(one.situation, wish, judgement)
            if judgement.again_at is not None:
                self._ask_again(wish, judgement.again_at)
            if judgement.wish is not None:
                allowed.append(judgement.wish)
            if judgement.refused is not None:
                refused.append(judgement.refused)
        settlement = settle(allowed, one.situation, ActId(self._next_act))
        self._next_act += len(settlement.granted)
        for wish in settlement.granted:
            one.send(wish.act)
            one.situation = _done(one.situation, wish)
        return [*refused, *settlement.refused]

    def _think_again(self, one: _Round) -> None:
        """Change what is still unsaid of the words on stage where it may no longer be said."""
        for _ in one.situation.floor.speech:
            found = thought_over(one.situation, self._norms)
            if found is None:
                return
            wish, judgement = found
            self.cases.note(one.situation, wish, judgement)
            one.send(replace(wish.act, act=ActId(self._next_act)))
            self._next_act += 1

    def _worth_telling(self, refused: list[ActRefused]) -> list[ActRefused]:
        """Leave out what was told a moment ago: a wish comes back until it can be had."""
        now, told = self._situation.now, []
        for one in refused:
            key = (one.reason.policy, one.by, one.facts.get("to", ""))
            last = self._refused_at.get(key)
            if last is None or now - last >= self._config.refusal_repeat_s:
                self._refused_at[key] = now
                told.append(one)
        if len(self._refused_at) > 200:
            self._refused_at = dict(list(self._refused_at.items())[-100:])
        return told

    # The shell

    async def run(self) -> None:
        """Decide until cancelled. What it knew before a restart it still knows."""
        now = self._clock.now()
        self._wakes = {policy.name: now for policy in self._policies}
        async with asyncio.TaskGroup() as group:
            for source in self._inputs:
                group.create_task(self._read(source))
            group.create_task(self._wake())

    async def _read(self, source: AsyncIterable[Message]) -> None:
        async for message in source:
            self._step(message)

    async def _wake(self) -> None:
        while True:
            self._earlier.clear()
            due = self.wake_at
            if due is not None and due <= self._clock.now():
                self._step(Woke(at=self._clock.now()))
                continue
            try:
                async with asyncio.timeout(None if due is None else due - self._clock.now()):
                    await self._earlier.wait()
            except TimeoutError:
                continue

    def _step(self, message: Message) -> None:
        before = self.wake_at
        for decided in self.decide(message, self._clock.now()):
            log_norms(decided)
            self._publish(decided)
        after = self.wake_at
        if after is not None and (before is None or after < before):
            self._earlier.set()


def _done(situation: Situation, wish: Wish) -> Situation:
    """What is true once this wish is granted, beyond what its act shows."""
    act: Act = wish.act
    for who, what in wish.marks:
        situation = mark(situation, who, what)
    if act.in_reply_to is not None:
        situation = part_spoken(situation, act.in_reply_to, last=not act.more_follows)
        if wish.speaks and _surely_asked(situation, act):
            situation = mark(situation, act.to, Mark.ANSWERED)
    if wish.proactive and wish.speaks:
        situation = replace(situation, spoke_unasked_at=situation.now, spoke_unasked_to=wish.act.to)
    meeting = situation.encounter
    if wish.discloses and meeting is not None:
        situation = replace(situation, encounter=replace(meeting, disclosed=True))
    return situation


def _surely_asked(situation: Situation, act: Act) -> bool:
    """Nobody else can have asked what this answers."""
    turn = situation.turns.get(act.in_reply_to) if act.in_reply_to is not None else None
    person = situation.person(act.to)
    if turn is None or turn.ended is None or person is None:
        return False
    return turn.typed or surely_said(situation, turn.ended, person)
