"""Mouths for sound that comes without the times of its phones: a cloud's voice, an operator.

The learned face makes them, in its own thread; what it has not made (yet, or any more) is filled
by a jaw that follows loudness, and blended, so that nothing is seen of it. Says which is at work.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from actuation.animation import track_of
from actuation.faces.heads import Mouth
from actuation.generators.networks import Networks
from actuation.generators.rules_face import AFTER_S, BEFORE_S, COLUMNS
from actuation.generators.rules_loudness import LoudnessMouth
from actuation.joints.rotations import minimum_jerk
from actuation.motion import FRAME_RATE_HZ
from actuation.speech.voice import Speech
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.core.messages import BackendChosen

Floats = NDArray[np.float64]

LOUDNESS: Final = "loudness"
BLEND_S: Final = 0.12
PATIENCE_S: Final = 0.35
"""So long a clause waits for its lips; then it begins with what there is."""
READY_S: Final = 1.5
"""So much of a live sound waits for the learned face to be loaded."""


class FilledMouth:
    """A mouth that is being made while it is already read. Safe between two threads.

    What is there counts; before its end it blends into `instead` over `BLEND_S`.
    """

    def __init__(self, instead: Mouth, first_s: float) -> None:
        self._instead = instead
        self._first_s = first_s
        self._lock = threading.Lock()
        self._made = np.zeros((0, len(COLUMNS)))
        self._whole = False

    def add(self, frames: Floats) -> None:
        """The next frames, (n, len(COLUMNS)), 60 a second."""
        with self._lock:
            self._made = np.concatenate([self._made, frames])

    def finish(self) -> None:
        """All of it is there: what is after it is at rest."""
        with self._lock:
            self._whole = True

    @property
    def made_s(self) -> float:
        """How far it is made, seconds from the first sample."""
        with self._lock:
            return self._first_s + len(self._made) / FRAME_RATE_HZ

    def evaluate(self, times_s: Floats) -> Floats:
        """(n, len(COLUMNS)) at `times_s`."""
        with self._lock:
            made, whole = self._made, self._whole
        instead = self._instead.evaluate(times_s)
        if len(made) < 2:
            return np.zeros_like(instead) if whole else instead
        at = (np.asarray(times_s) - self._first_s) * FRAME_RATE_HZ
        last = len(made) - 1
        low = np.clip(np.floor(at), 0, last - 1).astype(np.int64)
        part = np.clip(at - low, 0.0, 1.0)[:, None]
        there = made[low] * (1 - part) + made[low + 1] * part
        end = (last - at) / FRAME_RATE_HZ
        weight = minimum_jerk(end / BLEND_S)[:, None]
        if whole:
            return np.asarray(there * weight)
        return np.asarray(there * weight + instead * (1 - weight))


class SoundWorker(Protocol):
    """What is needed of `generators.networks.SoundThread`."""

    def open(self, rate_hz: int, **how: Any) -> Any:  # noqa: ANN401 - the worker's own session
        """Begin a sound."""
        ...

    def push(self, session: Any, samples: object) -> None:  # noqa: ANN401
        """Its next stretch."""
        ...

    def finish(self, session: Any) -> None:  # noqa: ANN401
        """Nothing follows."""
        ...

    def close(self) -> None:
        """End the thread."""
        ...


class LiveMouth:
    """A mouth that is made as its sound comes in. Safe between threads."""

    def __init__(self, instead: Mouth, rate_hz: int, told: Callable[[str, str], None]) -> None:
        """`told`: more is there, by whom ("": as before) and why."""
        self.made = FilledMouth(instead, -BEFORE_S)
        self._rate_hz = rate_hz
        self.broken = False
        """Nothing more will be made: what stands in for it moves the mouth."""
        self._told = told
        self._open = False
        self._lock = threading.Lock()
        self._waiting: list[NDArray[np.float32] | None] = []
        self._push: Callable[[NDArray[np.float32] | None], None] = self._waiting.append

    @property
    def made_s(self) -> float:
        """So far, seconds from the first sample, the face is made or will never be."""
        return np.inf if self.broken else self.made.made_s - BLEND_S

    def begin(self, working: Callable[[], SoundWorker]) -> None:
        """Open the sound. In a thread: the first time this imports torch, which takes seconds."""
        rate_hz = self._rate_hz
        try:
            worker = working()
            session = worker.open(
                rate_hz, deliver=self._deliver, failed=self._failed, ended=self._ended
            )
        except (BackendUnavailableError, BadInputError) as missing:
            self._failed(str(missing))
            return

        def push(samples: NDArray[np.float32] | None) -> None:
            if samples is None:
                worker.push(session, np.zeros(round(AFTER_S * rate_hz), np.float32))
                worker.finish(session)
            else:
                worker.push(session, samples)

        with self._lock:
            worker.push(session, np.zeros(round(BEFORE_S * rate_hz), np.float32))
            for samples in self._waiting:
                push(samples)
            self._push, self._open = push, True

    def push(self, samples: NDArray[np.float32]) -> None:
        """The next of its sound, (n,)."""
        with self._lock:
            self._push(samples)
            waits_s = sum(len(part) for part in self._waiting if part is not None) / self._rate_hz
        if not self._open and not self.broken and waits_s > READY_S:
            # What it makes later still counts, from there on.
            self._failed("the learned face is still being loaded")

    def finish(self) -> None:
        """Nothing follows."""
        with self._lock:
            self._push(None)

    def _deliver(self, parts: Any) -> None:  # noqa: ANN401 - the worker's own
        self.made.add(parts.mouth)
        self._told("", "")

    def _failed(self, why: str) -> None:
        self.broken = True
        self._told(LOUDNESS, why)

    def _ended(self) -> None:
        self.made.finish()
        self.broken = True
        self._told("learned", "")


def _told_in(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *what: str) -> None:
    """Call back in the loop, unless that is over."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *what)


class SoundMouths:
    """Gives every clause its mouth: by rule where phones are known, else from its sound."""

    def __init__(
        self,
        *,
        clock: Clock,
        publish: Callable[[BackendChosen], None],
        worker: Callable[[], SoundWorker] | None = None,
    ) -> None:
        """`worker`: the thread for these sounds; None: one that nobody else uses."""
        self._clock = clock
        self._publish = publish
        self._build: Callable[[], SoundWorker] = worker or Networks().for_sounds
        self._worker: SoundWorker | None = None
        self._chosen = ""
        self._building = threading.Lock()

    async def mouth(self, speech: Speech) -> Mouth:
        """The mouth of a clause, at once or after `PATIENCE_S` at most."""
        if speech.phones or not np.any(speech.samples):
            return track_of(speech)
        loop = asyncio.get_running_loop()
        instead = LoudnessMouth(speech.samples, speech.rate_hz)
        made = FilledMouth(instead, -BEFORE_S)
        done = asyncio.Event()

        def over(backend: str, why: str) -> None:
            self._choose(backend, why)
            done.set()

        def failed(why: str) -> None:
            _told_in(loop, over, LOUDNESS, why)

        def ended() -> None:
            made.finish()
            _told_in(loop, over, "learned", "")

        def begin() -> None:
            # In a thread of its own: the first time this imports torch, which takes seconds.
            try:
                worker = self._working()
                session = worker.open(
                    speech.rate_hz,
                    deliver=lambda parts: made.add(parts.mouth),
                    failed=failed,
                    ended=ended,
                    text=speech.text,
                )
                rest = round(BEFORE_S * speech.rate_hz), round(AFTER_S * speech.rate_hz)
                worker.push(session, np.pad(np.nan_to_num(speech.samples), rest))
                worker.finish(session)
            except (BackendUnavailableError, BadInputError) as missing:
                failed(str(missing))

        loop.run_in_executor(None, begin)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await done.wait()
        return made

    def live(self, rate_hz: int, instead: Mouth, more: Callable[[], None]) -> "LiveMouth":
        """The mouth of a sound that is still coming in; `more` is called when more of it is made.

        `instead`: what moves it where the learned face cannot.
        """
        loop = asyncio.get_running_loop()

        def changed(backend: str, why: str) -> None:
            if backend:
                self._choose(backend, why)
            more()

        mouth = LiveMouth(
            instead, rate_hz, lambda backend, why: _told_in(loop, changed, backend, why)
        )
        loop.run_in_executor(None, mouth.begin, self._working)
        return mouth

    def close(self) -> None:
        """Let go of the thread."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def _working(self) -> SoundWorker:
        with self._building:
            if self._worker is None:
                self._worker = self._build()
            return self._worker

    def _choose(self, backend: str, why: str) -> None:
        if backend == self._chosen:
            return
        self._chosen = backend
        self._publish(
            BackendChosen(
                at=self._clock.now(), role="face", backend=backend,
                fallback=backend == LOUDNESS, detail=why,
            )
        )  # fmt: skip
