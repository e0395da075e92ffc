"""What the site knows changes between visits, never within one.

A conversation goes by the edition with which it began, to its end; whoever comes next goes by the
newest. So an operator may edit the site and its knowledge while somebody is being served.
"""

from collections.abc import AsyncGenerator
from dataclasses import replace

from behavior.dialogue.conversation import Conversation, DialogueBackend, Heard, Part

_KEPT = 2
"""Editions at hand: the newest, and the one before for visits that go on."""


class Editions:
    """A dialogue back-end that hands each conversation to the edition it began with."""

    def __init__(self, first: DialogueBackend) -> None:
        self._editions: dict[int, DialogueBackend] = {0: first}
        self._newest = 0

    @property
    def name(self) -> str:
        """The newest one's."""
        return self._editions[self._newest].name

    async def adopt(self, backend: DialogueBackend) -> None:
        """Make it ready beside the work; conversations that begin from then on go by it."""
        await backend.warm_up()
        self._newest += 1
        self._editions[self._newest] = backend
        while len(self._editions) > _KEPT:
            oldest = min(self._editions)
            await self._editions.pop(oldest).close()

    async def warm_up(self) -> None:
        """Make the newest one ready."""
        await self._editions[self._newest].warm_up()

    async def answer(self, conversation: Conversation, heard: Heard) -> AsyncGenerator[Part, None]:
        """Yield the parts of its own edition's answer; of the newest, where its own is gone."""
        edition = conversation.edition
        if edition not in self._editions:
            edition = self._newest
        assert edition is not None
        stream = self._editions[edition].answer(replace(conversation, edition=edition), heard)
        try:
            async for part in stream:
                after = part.conversation
                if after is not None and after.edition != edition:
                    part = replace(part, conversation=replace(after, edition=edition))
                yield part
        finally:
            await stream.aclose()

    async def close(self) -> None:
        """Let go of all."""
        for backend in self._editions.values():
            await backend.close()
