"""Runs the components together: restarts what fails, goes on without what it can spare.

The rules, in the order in which they meet a component that ends:
- It returns: its work is done (a recording was played to its end).
- It raises: it is started again, after a delay that grows with each fault of the last
  `window_s`. After `attempts` restarts within the window its budget is spent.
- It raises `BackendUnavailableError`: something is missing that a restart will not bring. It is
  DEGRADED with the cure, does not touch the budget, and is tried again every `unavailable_retry_s`.
- Its budget is spent: it is FAILED. An essential one takes the agent down. Of any other the agent
  takes leave, and tries it again every `failed_retry_s`: cameras are plugged in again.
- It ignores its cancellation: after `stop_within_s` it is abandoned. Its tenure ends (see
  `agent.core.tenure`): nothing that it still publishes arrives. That is reported.
"""

import asyncio
import logging
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, auto

from pydantic import BaseModel, ConfigDict, Field

from agent.core.bus import Bus
from agent.core.clock import Clock
from agent.core.component import Component
from agent.core.errors import BackendUnavailableError, FoyerError
from agent.core.messages import ComponentHealth, Health
from agent.core.tenure import Tenure, start_under

_log = logging.getLogger(__name__)


class RestartPolicy(BaseModel):
    """How much failure is tolerated from one component, and what follows when it is too much."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    essential: bool = Field(
        True, description="Whether the agent stops when this part cannot be kept alive."
    )
    attempts: int = Field(5, ge=0, le=100, description="Restarts allowed within `window_s`.")
    window_s: float = Field(
        60, gt=0, le=3600, description="Faults longer ago than this are forgiven."
    )
    first_delay_s: float = Field(
        0.5, ge=0, le=60, description="Pause before the first restart; it doubles with each fault."
    )
    longest_delay_s: float = Field(15, ge=0, le=600, description="The pause grows no longer.")
    unavailable_retry_s: float = Field(
        30, gt=0, le=3600, description="How often a missing device, package or server is tried."
    )
    failed_retry_s: float | None = Field(
        60,
        gt=0,
        le=86400,
        description="How often a part given up on, which the agent can spare, is tried again;"
        " null: never.",
    )
    stop_within_s: float = Field(
        0.2, ge=0, le=30, description="Time to end when asked to; who takes longer is abandoned."
    )


ESSENTIAL = RestartPolicy(essential=True)
"""The agent is nothing without it: planner, performer."""
OPTIONAL = RestartPolicy(essential=False)
"""The agent goes on without it: camera, microphone, page, language model, voice, recorder."""


_LOOKED_FOR_S = 20.0
"""Who takes longer to miss something had it before."""


class _End(Enum):
    """Why one run of a component is over."""

    RETURNED = auto()
    FAULT = auto()
    UNAVAILABLE = auto()


class _Post:
    """One component's place: its policy, its faults, and the run it is in."""

    def __init__(self, component: Component, policy: RestartPolicy) -> None:
        self.component = component
        self.policy = policy
        self.faults: deque[float] = deque()
        self.health = Health.STARTING
        self.detail = ""
        self.wanted_down: asyncio.Future[str] | None = None
        self.woken = asyncio.Event()

    def count_fault(self, now: float) -> int:
        """Note a fault; return how many lie within the window."""
        self.faults.append(now)
        while self.faults[0] <= now - self.policy.window_s:
            self.faults.popleft()
        return len(self.faults)


class Runtime:
    """Supervises the components of one agent on one loop."""

    def __init__(self, *, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._posts: dict[str, _Post] = {}
        self._abandoned: set[asyncio.Task[None]] = set()

    def add(self, component: Component, policy: RestartPolicy = ESSENTIAL) -> None:
        """Take a component in, before `run`. Names are unique."""
        if component.name in self._posts:
            raise ValueError(f"two components are named {component.name}")
        self._posts[component.name] = _Post(component, policy)

    def add_all(self, components: Iterable[Component], policy: RestartPolicy = ESSENTIAL) -> None:
        """Take several in under one policy."""
        for component in components:
            self.add(component, policy)

    async def run(self) -> None:
        """Run all until all have returned, or until cancelled: then stop all, in bounded time.

        Raises the fault of an essential component whose budget is spent, in an ExceptionGroup.
        """
        self._bus.open_to_threads(asyncio.get_running_loop())
        async with asyncio.TaskGroup() as group:
            for post in self._posts.values():
                group.create_task(self._keep(post), name=f"keep {post.component.name}")

    def restart(self, name: str, because: str) -> bool:
        """Restart a component, which counts as a fault; revive one that was given up on.

        For the watchdog (a hang) and the operator. False when there is no such component.
        """
        post = self._posts.get(name)
        if post is None:
            return False
        if post.wanted_down is not None and not post.wanted_down.done():
            post.wanted_down.set_result(because)
        post.woken.set()
        return True

    def health(self) -> dict[str, tuple[Health, str]]:
        """State and cure of each component, for the console."""
        return {name: (post.health, post.detail) for name, post in self._posts.items()}

    def ailing(self) -> tuple[str, ...]:
        """Essential components that do not run now."""
        return tuple(
            name
            for name, post in self._posts.items()
            if post.policy.essential and post.health is not Health.RUNNING
        )

    @property
    def abandoned(self) -> tuple[str, ...]:
        """Runs that ignored their cancellation and have not ended yet."""
        return tuple(task.get_name() for task in self._abandoned)

    async def _keep(self, post: _Post) -> None:
        """Run one component again and again, as its policy says."""
        policy = post.policy
        settles_after_s = 0.0
        delay_s: float | None
        while True:
            began = self._clock.now()
            end, fault = await self._run_once(post, settles_after_s)
            match end:
                case _End.RETURNED:
                    self._report(post, Health.RUNNING, "finished: nothing is left to do")
                    return
                case _End.UNAVAILABLE:
                    self._report(post, Health.DEGRADED, str(fault))
                    # The next try is quiet until it has lasted longer than it took to find that
                    # nothing is there: no flapping on the console.
                    took_s = self._clock.now() - began
                    took_s = took_s if took_s < _LOOKED_FOR_S else 0.0  # it worked in between
                    delay_s = policy.unavailable_retry_s
                    settles_after_s = max(1.0, min(10.0, 3 * took_s))
                case _End.FAULT:
                    faults = post.count_fault(self._clock.now())
                    if faults > policy.attempts:
                        delay_s, settles_after_s = self._give_up(post, fault), 1.0
                    else:
                        grown_s = policy.first_delay_s * 2.0 ** (faults - 1)
                        delay_s, settles_after_s = min(grown_s, policy.longest_delay_s), 0.0
                        self._report(post, Health.RESTARTING, told(fault))
            await self._pause(post, delay_s)

    def _give_up(self, post: _Post, fault: BaseException) -> float | None:
        """Report; return when to try again (None: when woken), or raise for an essential part."""
        policy, n = post.policy, post.policy.attempts
        spent = f"{told(fault)}; gave up after {n} restarts in {policy.window_s:g} s"
        if policy.essential:
            self._report(post, Health.FAILED, spent)
            raise fault
        again_s = policy.failed_retry_s
        then = "" if again_s is None else f"; tried again every {again_s:g} s"
        self._report(post, Health.FAILED, spent + then)
        post.faults.clear()
        return again_s

    async def _pause(self, post: _Post, seconds: float | None) -> None:
        """Wait before the next try; `restart` ends the wait."""
        post.woken.clear()
        try:
            async with asyncio.timeout(seconds):
                await post.woken.wait()
        except TimeoutError:
            return

    async def _run_once(self, post: _Post, settles_after_s: float) -> tuple[_End, BaseException]:
        """Start the component; return how its run ended, and with what fault if with any."""
        loop = asyncio.get_running_loop()
        tenure = Tenure(post.component.name)
        post.wanted_down = loop.create_future()
        task = start_under(tenure, post.component.run(), post.component.name)
        settled = None
        if settles_after_s:
            settled = loop.call_later(settles_after_s, self._report, post, Health.RUNNING)
        else:
            self._report(post, Health.RUNNING)
        try:
            await asyncio.wait((task, post.wanted_down), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if settled is not None:
                settled.cancel()
            if not task.done():
                await self._stop(post, task, tenure)
            else:
                tenure.end()  # what it has left running in the background is over as well
        if post.wanted_down.done():
            return _End.FAULT, FoyerError(post.wanted_down.result())
        return _classify(task)

    async def _stop(self, post: _Post, task: asyncio.Task[None], tenure: Tenure) -> None:
        """Ask a run to end; abandon it when it does not. Bounded, even while being cancelled."""
        task.cancel()
        limit_s = post.policy.stop_within_s
        try:
            await asyncio.wait((task,), timeout=limit_s)
        finally:
            tenure.end()
            if not task.done():
                self._abandon(post, task, limit_s)
            elif not task.cancelled() and task.exception() is not None:
                _note(post.component.name, task.exception())

    def _abandon(self, post: _Post, task: asyncio.Task[None], after_s: float) -> None:
        self._abandoned.add(task)
        task.add_done_callback(self._forget)
        self._report(
            post,
            Health.DEGRADED,
            f"did not stop within {after_s:g} s and was abandoned; what it still says is dropped."
            " Its code catches CancelledError and goes on",
        )

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()  # read, so that asyncio does not complain of it

    def _report(self, post: _Post, health: Health, detail: str = "") -> None:
        # What is missing all day is tried again all day, and logged once.
        news = (health, detail) != (post.health, post.detail)
        post.health, post.detail = health, detail
        name = post.component.name
        if health is not Health.RUNNING and news:
            _log.warning("component is not well", extra={"component": name, "health": str(health)})
        self._bus.publish(
            ComponentHealth(at=self._clock.now(), component=name, health=health, detail=detail)
        )


def _classify(task: asyncio.Task[None]) -> tuple[_End, BaseException]:
    if task.cancelled():
        return _End.FAULT, FoyerError("cancelled itself")
    fault = task.exception()
    if fault is None:
        return _End.RETURNED, FoyerError("")
    for leaf in leaves(fault):
        if isinstance(leaf, BackendUnavailableError):
            return _End.UNAVAILABLE, leaf  # its text is for people, and needs no stack
    _note(task.get_name(), fault)
    if not isinstance(fault, Exception):
        raise fault  # KeyboardInterrupt and its like are nobody's to handle
    return _End.FAULT, fault


def leaves(fault: BaseException) -> Iterator[BaseException]:
    """The faults in a fault: those of a TaskGroup come wrapped."""
    if isinstance(fault, BaseExceptionGroup):
        for inner in fault.exceptions:
            yield from leaves(inner)
    else:
        yield fault


def told(fault: BaseException) -> str:
    """A fault in one line for an operator: what it is, and where in the code."""
    lines = []
    for leaf in leaves(fault):
        if isinstance(leaf, FoyerError):
            lines.append(str(leaf))
            continue
        frames = traceback.extract_tb(leaf.__traceback__)
        where = f" at {_short(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
        text = f": {leaf}" if str(leaf) else ""
        lines.append(f"{type(leaf).__name__}{text}{where}")
    return "; ".join(dict.fromkeys(lines))


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-2:])


def _note(component: str, fault: BaseException | None) -> None:
    """Log a fault with its stack; its text may quote a visitor, so it is a personal field."""
    if fault is None:
        return
    leaf = next(leaves(fault))
    stack = [
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(leaf.__traceback__)
    ]
    _log.error(
        "component failed",
        extra={
            "component": component,
            "fault": type(leaf).__name__,
            "stack": " < ".join(reversed(stack)),
            "pii_text": str(leaf),
        },
    )


Restart = Callable[[str, str], bool]
"""`Runtime.restart`, as the watchdog sees it: component, because -> whether there is one."""
