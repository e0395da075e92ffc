"""The dialogue that needs no model server: patterns, likeness in meaning, and a site's facts."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from agent.core.backend import pick
from agent.core.errors import BackendUnavailableError
from behavior.dialogue.conversation import Asked, Conversation, Heard, Part
from behavior.dialogue.desks import answer, desks_of
from behavior.dialogue.draft import Desk, Draft, set_up_desk
from behavior.encoders import ENCODERS, Encoder
from behavior.house.site import SiteConfig

log = logging.getLogger(__name__)
_REHEARSED: Final = "where is the way to the lift"


class EmbeddedDialogue:
    """Answers in one part, within milliseconds."""

    name = "embedded"

    def __init__(
        self,
        *,
        site: SiteConfig,
        knowledge: Path,
        encoder: str = "auto",
        degraded: Callable[[str], None] = lambda detail: None,
        kept: Path | None = None,
    ) -> None:
        """Take `auto` (the best encoder at hand) or a row of `ENCODERS`.

        `kept`: folder in which the encoded knowledge waits for the next start.

        `degraded` is told when `auto` has to do with less than `minilm`.
        """
        self._site = site
        self._knowledge = knowledge
        self._wanted = encoder
        self._degraded = degraded
        self._kept = kept
        self._desk: Desk | None = None
        self._desks: dict[str, Desk] = {}
        self._slow = False
        self._thread: ThreadPoolExecutor | None = None

    @property
    def desk(self) -> Desk:
        """What replies are made from. Only after `warm_up`."""
        if self._desk is None:
            raise RuntimeError("warm_up first")
        return self._desk

    async def warm_up(self) -> None:
        """Read the knowledge and load the encoder, in the worker thread where that is slow."""
        if self._desk is not None:
            return
        if self._wanted == "words":
            self._desk, self._desks = self._set_up_all(_encoder("words"))
            return
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="dialogue")
        loop = asyncio.get_running_loop()
        made, self._slow = await loop.run_in_executor(self._thread, self._set_up)
        self._desk, self._desks = made

    def _set_up(self) -> tuple[tuple[Desk, dict[str, Desk]], bool]:
        try:
            encoder = _encoder("minilm" if self._wanted == "auto" else self._wanted)
        except BackendUnavailableError as error:
            if self._wanted != "auto":
                raise
            self._degraded(str(error))
            encoder = _encoder("words")
        return self._set_up_all(encoder), encoder.slow

    def _set_up_all(self, encoder: Encoder) -> tuple[Desk, dict[str, Desk]]:
        """The desk in the site's own language, and all by their language."""
        own = set_up_desk(self._site, self._knowledge, encoder, self._kept)
        desks = desks_of(own, self._knowledge)
        # The first visitor does not wait for what is read and compiled at the first answer.
        answer(Conversation(), Heard(text=_REHEARSED), desks)
        return own, desks

    async def answer(self, conversation: Conversation, heard: Heard) -> AsyncGenerator[Part, None]:
        """Yield the whole answer at once."""
        yield await self.respond(conversation, heard)

    async def respond(self, conversation: Conversation, heard: Heard) -> Part:
        """Return the answer. A thread that runs on after cancellation produces nothing."""
        await self.warm_up()
        try:
            if not self._slow or self._thread is None:
                return answer(conversation, heard, self._desks)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._thread, answer, conversation, heard, self._desks
            )
        except Exception:  # the back-end edge: a visitor is never left without an answer
            log.exception("a line could not be answered")
            return _at_a_loss(conversation, heard, self.desk)

    async def close(self) -> None:
        """End the worker thread."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None
            self._desk = None


def _at_a_loss(conversation: Conversation, heard: Heard, desk: Desk) -> Part:
    draft = Draft(conversation, heard, desk)
    draft.ask("unclear.3", Asked.STAFF)
    return draft.finish("unknown", "a fault while answering; see the log")


def _encoder(name: str) -> Encoder:
    made: Encoder = pick("encoder", ENCODERS, name)()
    return made
