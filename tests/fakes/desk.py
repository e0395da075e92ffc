"""The demonstration site at a desk that needs no model and no thread, and a visit to it."""

import asyncio
from functools import lru_cache
from pathlib import Path

from actuation.gestures.gesturing import BodyMotionConfig, offered_names
from agent.config import load
from agent.core.clock import LoopClock, WallTime
from agent.core.messages import TurnEnded, TurnId, TurnPaused
from behavior.backends.embedded import EmbeddedDialogue
from behavior.backends.embeddings import MiniLm
from behavior.dialogue.draft import set_up_desk
from behavior.encoders import Words
from behavior.house.site import SiteConfig
from behavior.languages.sounds_like import plain, without_fillers
from behavior.languages.tongue import tongue
from behavior.reception import DialogueConfig, choose_backend, set_up_dialogue
from behavior.understanding.tidying import tidy

ROOT = Path(__file__).parents[2]
KNOWLEDGE = ROOT / "configs" / "knowledge"
GESTURES = offered_names(BodyMotionConfig())
"""What a language model may ask for by name."""


@lru_cache(maxsize=1)
def demo_site():
    return load(ROOT / "configs" / "sites" / "demo.yaml", SiteConfig)


@lru_cache(maxsize=2)
def demo_desk(encoder="words"):
    return set_up_desk(demo_site(), KNOWLEDGE, ENCODERS[encoder]())


ENCODERS = {"words": Words, "minilm": lambda: MiniLm(remembers=100_000)}
"""Tests say the same lines often."""


def learn(lines):
    """Have the encoder compute these lines at once, which takes a third of the time."""
    told = [tidy(without_fillers(line), tongue("en")) for line in lines]
    demo_desk("minilm").index._encoder.encode([plain(line) for line in told])


def embedded():
    return EmbeddedDialogue(site=demo_site(), knowledge=KNOWLEDGE, encoder="words")


def paused(at, text, turn=1, revision=0):
    return TurnPaused(at=at, turn=TurnId(turn), revision=revision, text=text)


def ended(at, text, turn=1, revision=0, **more):
    return TurnEnded(at=at, turn=TurnId(turn), revision=revision, text=text, **more)


class Reception:
    """A whole dialogue component with its inputs fed by hand and its outputs kept."""

    def __init__(
        self, folder, *, backend=None, row="embedded", site=None, rules=None, at=None,
        screen=None, around=None, settles_s=0.05, **config
    ):  # fmt: skip
        """`at`: what the site's calendar says now; left out: what it really says.

        `around`: makes a back-end from the one that is configured.
        `settles_s`: so long it is left alone at first; 0: until its back-end is ready.
        """
        self._settles_s = settles_s
        self.visits = folder / "visits.sqlite"
        self.messages, self.told_at = [], []
        self.told = asyncio.Event()
        """Set with each message."""
        self.site = site or demo_site()
        self._inputs = asyncio.Queue()
        self.clock = LoopClock(asyncio.get_running_loop())
        self.wall = WallTime(self.clock, at and at.timestamp() - self.clock.now())
        settings = {"encoder": "words", "backend": row, "visits": self.visits}
        settings |= {"tickets": folder / "tickets.sqlite"}
        config = DialogueConfig(**({"knowledge": KNOWLEDGE} | settings | config))
        if around is not None:
            backend = around(
                choose_backend(
                    publish=self._note,
                    site=self.site,
                    config=config,
                    clock=self.clock,
                    gestures=GESTURES,
                )
            )
        self.dialogue = set_up_dialogue(
            inputs=self._read(),
            publish=self._note,
            site=self.site,
            config=config,
            backend=backend,
            clock=self.clock,
            wall=self.wall,
            gestures=GESTURES,
            rules=rules,
            screen=screen,
        )

    def _note(self, message):
        self.messages.append(message)
        self.told_at.append(self.clock.now())
        self.told.set()

    async def _read(self):
        while (message := await self._inputs.get()) is not None:
            yield message

    async def __aenter__(self):
        self._task = asyncio.get_running_loop().create_task(self.dialogue.run())
        if self._settles_s:
            await self.settle(self._settles_s)
        else:
            await self.dialogue.ready.wait()
        return self

    async def __aexit__(self, *_):
        await self.finish()

    async def finish(self):
        self._inputs.put_nowait(None)
        await self._task

    def tell(self, *messages):
        for message in messages:
            self._inputs.put_nowait(message)

    async def settle(self, seconds=0.05):
        await self.clock.sleep_until(self.clock.now() + seconds)

    def of(self, kind):
        return [m for m in self.messages if isinstance(m, kind)]

    @property
    def replies(self):
        from agent.core.messages import ReplyReady

        return self.of(ReplyReady)

    def said(self):
        return " ".join(c.text for r in self.replies for c in r.clauses)
