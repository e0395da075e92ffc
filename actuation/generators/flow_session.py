"""One character's learned motion on its way, and who makes it: at once, or in the worker's thread.

A session says what there is to do (a script) and how far ahead it is wanted. When the script
changes, what was made beyond a frame is thrown away and made again from the frames before it. Every
change raises a generation number; a step that was under way for an older one comes to nothing.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from actuation.generators.flow_model import BodyModel, Due
from actuation.generators.flow_parts import RATE_HZ
from actuation.generators.flow_stream import BodyStream, Script
from actuation.generators.flow_track import BodyTrack
from actuation.generators.flow_weights import FILE
from actuation.generators.worker import Worker, best_device
from agent.core.errors import BadInputError

Floats = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class BodySession:
    """One character while it speaks. Whoever shows it reads `track`."""

    script: Script
    first: int
    """The first frame that is to be made, at 30 Hz."""
    anchor: Floats
    """(k, 44, 4) shown before that."""
    end: int
    """Nothing is wanted from this frame on."""
    seed: int = 0
    wanted: int = 0
    """Make it up to this frame."""
    generation: int = 0
    over: bool = False
    why: str = ""
    """Why it was given up."""
    track: BodyTrack = field(default_factory=BodyTrack)
    stream: BodyStream | None = None
    begun: int = -1
    """The generation that `stream` works for."""

    @property
    def complete(self) -> bool:
        """All that is wanted of it at all has been made."""
        return self.track.made_s * RATE_HZ >= self.end

    def open(self, model: BodyModel) -> None:
        """Set the stream up for the newest script."""
        shape = model.card.shape
        if self.stream is None:
            self.stream = BodyStream(
                self.script, model.scale, rungs=shape.rungs, first=self.first, anchor=self.anchor,
                seed=self.seed, moves_trunk=model.card.moves_trunk,
            )  # fmt: skip
        elif self.begun != self.generation:
            self.stream.script = self.script
            self.stream.begin_again(self.first, self.anchor)
        if self.begun != self.generation:
            self.track.begin(self.first, self.stream.context)
            self.begun = self.generation

    @property
    def hungry(self) -> bool:
        """Something is to be made now."""
        if self.over:
            return False
        if self.stream is None or self.begun != self.generation:
            return True
        return self.track.made_s * RATE_HZ < min(self.wanted, self.end)


class Making(Protocol):
    """Who makes the frames of sessions."""

    def begin(self, session: BodySession) -> None:
        """Take a session on."""
        ...

    def change(
        self, session: BodySession, script: Script, first: int, anchor: Floats, end: int
    ) -> None:
        """Another script from frame `first` on, after the frames of `anchor`."""
        ...

    def want(self, session: BodySession, until: int) -> None:
        """Make it up to frame `until`."""
        ...

    def cancel(self, session: BodySession) -> None:
        """Nothing of it is made from now on."""
        ...


def changed(session: BodySession, script: Script, first: int, anchor: Floats, end: int) -> None:
    """Write a change down; the generation makes steps under way come to nothing."""
    session.script, session.first, session.anchor, session.end = script, first, anchor, end
    session.generation += 1


class AtOnce:
    """Makes what is wanted in the caller's thread: for files, benches and tests."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model

    def begin(self, session: BodySession) -> None:
        """As `Making`."""

    def change(
        self, session: BodySession, script: Script, first: int, anchor: Floats, end: int
    ) -> None:
        """As `Making`."""
        changed(session, script, first, anchor, end)

    def want(self, session: BodySession, until: int) -> None:
        """As `Making`: it is there when this returns."""
        session.wanted = max(session.wanted, until)
        while session.hungry:
            session.open(self.model)
            assert session.stream is not None
            due = session.stream.due()
            self.model.step([due])
            made = session.stream.take(due)
            if made is not None:
                session.track.add(made)

    def cancel(self, session: BodySession) -> None:
        """As `Making`."""
        session.over = True


class Bodies:
    """Makes all characters' motion in the worker's thread, one batch a round."""

    def __init__(
        self,
        worker: Worker,
        *,
        load: Callable[[str], BodyModel] | None = None,
        device: str | None = None,
        told: Callable[[str, bool, str], None] = lambda *_: None,
    ) -> None:
        """`told`: device (none: the rules), whether that is a fallback, and why.

        `load`: the model for a device.
        """
        self._worker = worker
        self._load = load or (lambda where: BodyModel.load(Path(FILE), where))
        self._device = device
        self._told = told
        self._lock = threading.Lock()
        self._sessions: list[BodySession] = []
        self._model: BodyModel | None = None
        worker.join(self)

    # For whoever shows the characters.

    def begin(self, session: BodySession) -> None:
        """As `Making`."""
        with self._lock:
            self._sessions.append(session)
        self._worker.wake()

    def change(
        self, session: BodySession, script: Script, first: int, anchor: Floats, end: int
    ) -> None:
        """As `Making`."""
        with self._lock:
            changed(session, script, first, anchor, end)
        self._worker.wake()

    def want(self, session: BodySession, until: int) -> None:
        """As `Making`: it comes when it comes."""
        if until > session.wanted:
            session.wanted = until
            self._worker.wake()

    def cancel(self, session: BodySession) -> None:
        """As `Making`."""
        with self._lock:
            session.generation += 1
            session.over = True

    # In the thread.

    def anything(self) -> bool:
        """Whether there is something to make."""
        with self._lock:
            self._sessions = [s for s in self._sessions if not s.over]
            return any(s.hungry for s in self._sessions)

    def round(self) -> None:
        """All sessions that want something, one step on."""
        if not self._ready():
            return
        assert self._model is not None
        batch: list[tuple[BodySession, int, Due]] = []
        with self._lock:
            for session in self._sessions:
                if session.hungry:
                    session.open(self._model)
                    assert session.stream is not None
                    batch.append((session, session.generation, session.stream.due()))
        if not batch:
            return
        try:
            self._model.step([due for _, _, due in batch])
        except RuntimeError as fault:
            self._device_failed(str(fault))
            return
        with self._lock:
            for session, generation, due in batch:
                if session.generation == generation and session.stream is not None:
                    made = session.stream.take(due)
                    if made is not None:
                        session.track.add(made)

    def close(self) -> None:
        """Sessions that are open come to nothing."""
        self._give_up("closed")

    def _ready(self) -> bool:
        if self._model is not None:
            return True
        device = self._device or best_device()
        try:
            self._model = self._load(device)
        except (BadInputError, RuntimeError, OSError) as fault:
            self._give_up(f"no learned body on {device}: {fault}")
            self._told("", True, f"no learned body on {device}: {fault}")
            return False
        self._told(device, False, "")
        return True

    def _device_failed(self, why: str) -> None:
        """What runs is given up; what comes later runs on the processor."""
        failed = self._device or best_device()
        self._model = None
        self._give_up(f"{failed} failed: {why}")
        self._device = "cpu"
        self._told("cpu", True, f"{failed} failed: {why}")

    def _give_up(self, why: str) -> None:
        with self._lock:
            sessions: Sequence[BodySession] = list(self._sessions)
            self._sessions = []
            for session in sessions:
                session.over, session.why = True, why
                session.generation += 1
