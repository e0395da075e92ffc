"""The one thread in which all networks of a process run: faces from sound, bodies, all characters.

Light: the thread, and torch with it, is there from when the first of them needs it until the last
has let go.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from agent.core.backend import Row, pick

if TYPE_CHECKING:
    from actuation.generators.worker import Session, Worker

ROWS: Final = {
    "learned": Row(
        path="actuation.generators.worker:Worker",
        about="a network that hears any sound; needs torch and its weights",
        packages=("torch",),
    ),
}


class Networks:
    """Lends the thread out. May be called from any thread."""

    def __init__(self, build: Callable[[], "Worker"] | None = None) -> None:
        """`build`: in place of the row's class."""
        self._build = build
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._users = 0

    def take(self) -> "Worker":
        """The thread itself; `give_back` it. Raises `BackendUnavailableError` without torch."""
        with self._lock:
            if self._worker is None:
                self._worker = (self._build or pick("face", ROWS, "learned"))()
            self._users += 1
            return self._worker

    def give_back(self) -> None:
        """One user less; with the last the thread ends."""
        with self._lock:
            self._users -= 1
            worker = self._worker
            if self._users > 0 or worker is None:
                return
            self._worker = None
        worker.close()

    def for_sounds(self) -> "SoundThread":
        """The thread for somebody's sounds, who closes what is given here and nothing else."""
        return SoundThread(self)


class SoundThread:
    """Some of the sounds in the one thread: closing ends these, and leaves the others their own."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._worker = networks.take()
        self._open: list[Session] = []
        self._closed = False

    def open(self, rate_hz: int, **how: Any) -> "Session":  # noqa: ANN401 - as `Worker.open`
        """Begin a sound."""
        session = self._worker.open(rate_hz, **how)
        self._open = [each for each in self._open if not each.over] + [session]
        return session

    def push(self, session: "Session", samples: object) -> None:
        """Its next stretch."""
        self._worker.push(session, samples)

    def finish(self, session: "Session") -> None:
        """Nothing follows."""
        self._worker.finish(session)

    def close(self) -> None:
        """Nothing of these sounds is delivered from now on."""
        if self._closed:
            return
        self._closed = True
        for session in self._open:
            self._worker.cancel(session)
        self._networks.give_back()
