"""One thread for all generators that need torch: batches across characters, one step at a time.

Callers open a session a sound, push what comes, and get frames through a callable, in this thread.
Every round takes all sessions with something due, by as many steps as the shortest has, in one
batch. A session that was cancelled has another generation number: what is made for the old one is
thrown away between steps. When the device fails the sessions are told, and whoever has a fallback
takes it; sessions opened later run on the processor.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from actuation.generators.learned_model import FaceModel, Steps
from actuation.generators.learned_sound import checked
from actuation.generators.learned_stream import FaceStream, Parts
from actuation.generators.learned_text import expected_sounds
from actuation.generators.learned_weights import FILE
from actuation.generators.learned_wish import Wish
from agent.core.errors import BadInputError

MOST_STEPS: Final = 15
"""Of one round: half a second of frames, so that who comes new waits for little."""
Deliver = Callable[[Parts], None]
Fail = Callable[[str], None]


def best_device() -> str:
    """The device to use: CUDA where it is, else the processor."""
    return "cuda" if torch.cuda.is_available() else "cpu"


class Party(Protocol):
    """Others whose networks run in the same thread, such as bodies."""

    def anything(self) -> bool:
        """Whether there is something to do. Quick; called from any thread."""
        ...

    def round(self) -> None:
        """One step of all that is to do. Called in the worker's thread."""
        ...

    def close(self) -> None:
        """Nothing is made from now on."""
        ...


@dataclass(slots=True, eq=False)
class Session:
    """One sound on its way through the worker."""

    rate_hz: int
    deliver: Deliver
    failed: Fail
    ended: Callable[[], None]
    expected: tuple[int, ...]
    """Classes of phones of its text; empty where that is not known."""
    wish: Wish
    seed: int
    generation: int = 0
    """Raised by cancelling: steps under way for an older one come to nothing."""
    over: bool = False
    inbox: deque[NDArray[np.float32] | None] = field(default_factory=deque)
    stream: FaceStream | None = None


class Worker:
    """The thread. Start it by opening a session; `close` ends it."""

    def __init__(
        self,
        *,
        load: Callable[[str], FaceModel] | None = None,
        device: str | None = None,
        told: Callable[[str, bool, str], None] = lambda *_: None,
    ) -> None:
        """`told`: device, whether that is a fallback, and why. `load`: the model for a device."""
        self._load = load or (lambda where: FaceModel.load(Path(FILE), where))
        self._device = device
        self._told = told
        self._wake = threading.Condition()
        self._sessions: list[Session] = []
        self._closing = False
        self._thread: threading.Thread | None = None
        self._model: FaceModel | None = None
        self._parties: list[Party] = []

    def join(self, party: "Party") -> None:
        """Work for others as well: a round of theirs after each of the faces'."""
        with self._wake:
            self._parties.append(party)
            self._start()

    def wake(self) -> None:
        """A party has something to do."""
        with self._wake:
            self._wake.notify()

    def open(
        self,
        rate_hz: int,
        *,
        deliver: Deliver,
        failed: Fail = lambda _: None,
        ended: Callable[[], None] = lambda: None,
        text: str = "",
        language: str = "en",
        wish: Wish | None = None,
        seed: int = 0,
    ) -> Session:
        """Begin a sound. `deliver`, `failed` and `ended` are called in the worker's thread.

        A `text` is read here and now, in the caller's thread, which may take half a second.
        """
        checked((), rate_hz)
        expected = expected_sounds(text, language) if text else ()
        session = Session(rate_hz, deliver, failed, ended, expected, wish or Wish(), seed)
        with self._wake:
            self._sessions.append(session)
            self._start()
        return session

    def push(self, session: Session, samples: object) -> None:
        """The next stretch of a session's sound, (n,). Raises `BadInputError` at once."""
        sound = checked(samples, session.rate_hz)
        with self._wake:
            session.inbox.append(sound)
            self._wake.notify()

    def finish(self, session: Session) -> None:
        """Nothing follows in this session."""
        with self._wake:
            session.inbox.append(None)
            self._wake.notify()

    def cancel(self, session: Session) -> None:
        """Nothing of this session is delivered from now on."""
        with self._wake:
            session.generation += 1
            session.over = True
            self._wake.notify()

    def close(self, timeout_s: float = 2.0) -> None:
        """End the thread; sessions that are open come to nothing."""
        with self._wake:
            self._closing = True
            for session in self._sessions:
                session.generation += 1
                session.over = True
            self._wake.notify()
            thread, parties = self._thread, list(self._parties)
        for party in parties:
            party.close()
        if thread is not None:
            thread.join(timeout_s)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="generators", daemon=True)
            self._thread.start()

    # In the thread.

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._closing and not self._anything():
                    self._wake.wait()
                if self._closing:
                    return
                self._sessions = [s for s in self._sessions if not s.over]
                open_now = [(s, s.generation) for s in self._sessions]
                parties = list(self._parties)
            if open_now and self._ready():
                self._round(open_now)
            for party in parties:
                if party.anything():
                    party.round()

    def _anything(self) -> bool:
        if any(party.anything() for party in self._parties):
            return True
        return any(s.inbox or (s.stream is not None and s.stream.due(1)) for s in self._sessions)

    def _ready(self) -> bool:
        if self._model is not None:
            return True
        device = self._device or best_device()
        try:
            self._model = self._load(device)
        except (BadInputError, RuntimeError, OSError) as fault:
            self._give_up(self._sessions, f"no learned face on {device}: {fault}")
            return False
        self._told(device, False, "")
        return True

    def _round(self, open_now: Sequence[tuple[Session, int]]) -> None:
        """All sessions with something due, some steps on."""
        due: list[tuple[Session, int, Steps]] = []
        for session, generation in open_now:
            if self._heard(session) and session.stream is not None:
                steps = session.stream.due(MOST_STEPS)
                if steps is not None:
                    due.append((session, generation, steps))
        if not due:
            return
        count = min(len(steps.looks) for _, _, steps in due)
        even = [
            (s, g, steps if len(steps.looks) == count else s.stream.due(count))
            for s, g, steps in due
            if s.stream is not None
        ]
        batch = [(s, g, steps) for s, g, steps in even if steps is not None]
        try:
            assert self._model is not None
            self._model.step([steps for _, _, steps in batch])
        except RuntimeError as fault:
            self._device_failed(str(fault))
            return
        for session, generation, steps in batch:
            assert session.stream is not None
            parts = session.stream.wear(steps)
            if session.generation == generation and len(parts.face):
                session.deliver(parts)
            if session.stream.complete:
                session.over = True
                session.ended()

    def _heard(self, session: Session) -> bool:
        """Take in what was pushed. False: there is nothing to do with this session."""
        if session.stream is None:
            assert self._model is not None
            session.stream = FaceStream(
                self._model.begin(session.expected),
                self._model.card,
                rate_hz=session.rate_hz,
                wish=session.wish,
                seed=session.seed,
            )
        while session.inbox:
            sound = session.inbox.popleft()
            if sound is None:
                session.stream.finish()
            else:
                session.stream.hear(sound)
        if session.stream.complete and not session.over:
            session.over = True
            session.ended()
        return not session.over

    def _device_failed(self, why: str) -> None:
        """What runs is given up; what comes later runs on the processor."""
        failed = self._device or best_device()
        self._model = None
        self._give_up(self._sessions, f"{failed} failed: {why}")
        if failed != "cpu":
            self._device = "cpu"
            self._told("cpu", True, f"{failed} failed: {why}")

    def _give_up(self, sessions: Sequence[Session], why: str) -> None:
        for session in list(sessions):
            if not session.over:
                session.over = True
                session.failed(why)
