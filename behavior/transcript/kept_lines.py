"""The lines of a transcript while they are kept: written, joined, folded, forgotten. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from agent.core.messages import PersonId
from behavior.transcript.agent_acts import Heard
from behavior.transcript.expression_reading import readings
from behavior.transcript.lines import Line, What, folded, merged

_LOOKS_BACK = 6


@dataclass(slots=True)
class KeptLines:
    """Lines in the order of writing."""

    lines: list[Line] = field(default_factory=list)

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def add(self, line: Line) -> None:
        """Write one."""
        self.lines.append(line)

    def put(self, heard: Heard) -> None:
        """Write what was heard of an act so far in place of what was written before."""
        if heard.instead_of is not None and heard.instead_of in self.lines:
            self.lines[self.lines.index(heard.instead_of)] = heard.line
        else:
            self.lines.append(heard.line)

    def watch(self, line: Line, *, read: bool) -> None:
        """Write how somebody stood and looked: one line goes on while nothing changes.

        `read`: and what mouth, head and bearing may tell of it.
        """
        if read and line.glance is not None:
            spoke = any(
                o.what is What.SAID and o.person == line.person and o.ended >= line.began
                for o in self.lines
            )
            self.lines += [
                replace(line, what=What.READ, deed=one.text(), glance=None)
                for one in readings(line.glance, spoke=spoke)
            ]
        for i in range(len(self.lines) - 1, max(-1, len(self.lines) - 1 - _LOOKS_BACK), -1):
            if self.lines[i].person == line.person and self.lines[i].what is not What.READ:
                if (both := merged(self.lines[i], line)) is not None:
                    self.lines[i] = both
                    return
                break
        self.lines.append(line)

    def rename(self, old: PersonId | None, new: PersonId) -> None:
        """Lines about the one are about the other; of somebody never seen: all but the folded."""
        self.lines = [
            replace(one, person=new)
            if one.person == old and one.what is not What.EARLIER
            else one
            for one in self.lines
        ]  # fmt: skip

    def forget(self, person: PersonId | None) -> bool:
        """Drop what is about this person; say whether there were words in it.

        None: about whoever was never seen.
        """
        words = any(one.words for one in self.lines if one.person == person)
        self.lines = [one for one in self.lines if one.person != person]
        return words

    def forget_unseen(self, before: float) -> bool:
        """Drop what is about somebody who was never seen, after a silence since then."""
        unseen = [one for one in self.lines if _of_the_unseen(one)]
        if unseen and unseen[-1].ended < before:
            self.lines = [one for one in self.lines if not _of_the_unseen(one)]
            return any(one.words for one in unseen)
        return False

    def fold(self, most: int) -> None:
        """Put the older half into one line that counts them, where there are too many."""
        if len(self.lines) > most:
            half = len(self.lines) // 2
            self.lines = [folded(self.lines[:half]), *self.lines[half:]]


def _of_the_unseen(line: Line) -> bool:
    return line.person is None and line.what is not What.EARLIER
