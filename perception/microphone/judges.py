"""What is told of sound besides words: judges that listen along, frame by frame.

Each is pure: time enters with the frames. Some publish facts of their own, some complete what the
ears publish: a turn with whose voice it was, or with how much of it two spoke at once.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from agent.core.messages import Message
from perception.senses import SoundChunk


class SoundJudge(Protocol):
    """Listens along."""

    def hear(
        self, frame: SoundChunk, probability: float, *, agent_speaks: bool
    ) -> Sequence[Message]:
        """What the next frame settles. `probability`: of a voice in it, 0..1."""
        ...


class RawJudge(Protocol):
    """Looks at sound as it came from the device, before anything is done to it."""

    def take(self, chunk: SoundChunk) -> Sequence[Message]:
        """What this chunk settles."""
        ...


class TurnJudge(Protocol):
    """Knows more of a turn than its words."""

    def complete(self, message: Message) -> Message:
        """The same message with what this judge knows; others as they are. Sees every one."""
        ...


class SeeingJudge(Protocol):
    """Looks where others only listen."""

    def see(self, message: Message) -> None:
        """Take in a sighting, or a direction of sound that came from elsewhere."""
        ...


Judge = SoundJudge | RawJudge | TurnJudge | SeeingJudge


class SoundJudges:
    """All that listen along, each asked for what it has to say."""

    def __init__(self, judges: Sequence[Judge] = ()) -> None:
        """Each has one or more of the four methods."""
        self._hear = [one.hear for one in judges if hasattr(one, "hear")]
        self._take = [one.take for one in judges if hasattr(one, "take")]
        self._complete = [one.complete for one in judges if hasattr(one, "complete")]
        self._see = [one.see for one in judges if hasattr(one, "see")]

    def take(self, chunk: SoundChunk) -> Iterator[Message]:
        """Sound as it came."""
        for judge in self._take:
            yield from judge(chunk)

    def hear(
        self, frame: SoundChunk, probability: float, *, agent_speaks: bool
    ) -> Iterator[Message]:
        """One frame, cleaned, and how surely it is a voice."""
        for judge in self._hear:
            yield from judge(frame, probability, agent_speaks=agent_speaks)

    def complete(self, message: Message) -> Message:
        """What goes out, with all that is known."""
        for judge in self._complete:
            message = judge(message)
        return message

    def see(self, message: Message) -> None:
        """Who was seen, and where sound came from."""
        for judge in self._see:
            judge(message)
