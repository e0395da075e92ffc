"""What a running agent takes on from a changed configuration, and what it says of it.

Everything was read and found valid before. Here the parts that can change while they run get what
is theirs; the rest waits for a restart, and is named. `agent.configuration.kinds` says which is
which.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from actuation.gestures.choice import GestureConfig
from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.gesturing import AdoptingGestures, offered_names
from actuation.speech.voice import Voices
from agent.config import Problem
from agent.configuration.changes import SAME, Change, changes, told
from agent.configuration.history import History
from agent.configuration.kinds import KINDS, TakesEffect
from agent.configuration.reload import ConfigWatcher
from agent.configuration.review import warnings
from agent.core.clock import Clock, WallTime
from agent.core.messages import Message
from agent.settings import POLICY_FILES, AgentConfig, Settings, read_settings, site_language
from behavior.dialogue.answering import Dialogue
from behavior.dialogue.conversation import DialogueBackend
from behavior.planner import Planner
from behavior.policies.catalogue import build_policies
from behavior.reception import choose_backend
from perception.engagement.states import EngagementComponent
from perception.listening import Listening
from perception.words.process import RecogniserProcess

_log = logging.getLogger(__name__)


class LocalTime:
    """The site's local date and time of a moment on the agent's axis."""

    def __init__(self, zone: str, wall: WallTime) -> None:
        self._zone = ZoneInfo(zone)
        self._wall = wall

    def __call__(self, at: float) -> datetime:
        """The local time at `at`."""
        return datetime.fromtimestamp(self._wall.unix_s(at), self._zone)

    def move(self, zone: str) -> None:
        """Go by another time zone from now on."""
        self._zone = ZoneInfo(zone)


class Hands:
    """Makes the gestures of each stage, by the newest settings."""

    def __init__(
        self,
        config: GestureConfig,
        make: Callable[[GestureConfig], AdoptingGestures] = Gesticulation,
    ) -> None:
        self._config = config
        self._make = make
        self._newest: AdoptingGestures | None = None

    def __call__(self) -> AdoptingGestures:
        """Gestures for a new stage."""
        self._newest = self._make(self._config)
        return self._newest

    def adopt(self, config: GestureConfig) -> None:
        """Gesture by this from the next clause on."""
        self._config = config
        if self._newest is not None:
            self._newest.adopt(config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Those of a running agent that can change while they run."""

    planner: Planner
    dialogue: Dialogue
    local_time: LocalTime
    voices: Voices
    hands: Hands
    engagement: EngagementComponent | None
    listening: Listening
    recogniser: RecogniserProcess | None


def watcher(
    settings: Settings, parts: Parts, *, publish: Callable[[Message], None], clock: Clock
) -> ConfigWatcher[Settings]:
    """Watches all files of the configuration for the running agent."""
    adoption = Adoption(settings, parts, publish=publish, clock=clock)
    return ConfigWatcher(
        begin=adoption.begin,
        files=lambda: adoption.settings.files(),
        read=lambda: read_settings(settings.path),
        take=adoption.take,
        publish=publish,
        clock=clock,
    )


class Adoption:
    """Knows by what the agent runs, and goes from there to what was read anew."""

    def __init__(
        self,
        settings: Settings,
        parts: Parts,
        *,
        publish: Callable[[Message], None],
        clock: Clock,
    ) -> None:
        self.settings = settings
        """The last good one."""
        self._parts = parts
        self._publish = publish
        self._clock = clock
        self._history = History(settings.config.history, settings.path)
        self._warned: frozenset[Problem] = frozenset()
        """What is warned of in the settings by which it runs, without lines: these move."""
        self._waiting: set[tuple[str, ...]] = set()
        """Settings that differ from those the agent was started with, and need a restart."""

    async def begin(self) -> None:
        """Keep what the agent was started with."""
        await self.keep("the agent was started")
        self._warned = frozenset(map(_anywhere, await asyncio.to_thread(_warnings, self.settings)))

    async def take(self, now: Settings) -> Mapping[str, str]:
        """Run by it from now on; return what to tell of each file, with new warnings."""
        old = self.settings
        warned = await asyncio.to_thread(_warnings, now)
        await self._take(old, now)
        self.settings = now
        found = list(changes(_as_read(old), _as_read(now)))
        texts = {**self._of_config(now, found), **_of_policies(old, now), **_of_house(old, now)}
        await self.keep("; ".join(_news(now.path, texts)) or SAME)
        news = [one for one in warned if _anywhere(one) not in self._warned]
        self._warned = frozenset(map(_anywhere, warned))
        changed = [path for path, text in texts.items() if text != SAME]
        for problem in news:
            at = problem.path if problem.path in changed else (*changed, problem.path)[0]
            texts[at] = f"{texts.get(at, SAME)}\nwarning: {problem}"
        return texts

    async def keep(self, why: str) -> None:
        """Keep this edition, to go back to."""
        if self.settings.broken:
            return  # it is kept already, and what lies in its place is not good
        # As this machine tells the time, like its files.
        now = datetime.fromtimestamp(self._parts.local_time(self._clock.now()).timestamp())
        try:
            await asyncio.to_thread(self._history.keep, self.settings.source(), why, now)
        except OSError as fault:  # a full or read-only disk: the agent goes on without
            _log.warning("an edition could not be kept", extra={"fault": str(fault)})

    async def _take(self, old: Settings, now: Settings) -> None:
        """Slow things first, which may fail; then all others between two moments."""
        parts, before, config = self._parts, _as_read(old), now.config
        if (old.site, old.entries) != (now.site, now.entries):
            await parts.dialogue.adopt(now.site, self._backend(now))
        if before.voice != config.voice:
            await parts.voices.adopt(config.voice)
        if old.policies.tools != now.policies.tools:
            parts.dialogue.obey(now.policies.tools)
        if _manners(old) != _manners(now):
            parts.planner.adopt(build_policies(now.policies), now.norms, config.planner)
        if before.gestures != config.gestures:
            parts.hands.adopt(config.gestures)
        if parts.engagement is not None and before.seeing.engagement != config.seeing.engagement:
            parts.engagement.adopt(config.seeing.engagement)
        if before.turns.patience != config.turns.patience:
            parts.listening.adopt(config.turns.patience)
        if old.site.timezone != now.site.timezone:
            parts.local_time.move(now.site.timezone)
        if parts.recogniser and site_language(old.site) != site_language(now.site):
            parts.recogniser.relearn(site_language(now.site))

    def _backend(self, settings: Settings) -> DialogueBackend:
        return choose_backend(
            publish=self._publish,
            site=settings.site,
            config=settings.config.dialogue,
            clock=self._clock,
            gestures=offered_names(settings.config.body_motion),
            house=self._parts.planner,
        )

    def _of_config(self, now: Settings, found: Sequence[Change]) -> Mapping[str, str]:
        for change in found:
            if KINDS["agent"].effect_of(change.path) is TakesEffect.RESTART:
                self._waiting.add(change.path)
        text = told(found, KINDS["agent"])
        news = {change.path for change in found}
        if waiting := sorted(".".join(path) for path in self._waiting - news):
            text += f"; a restart is still needed for {', '.join(waiting)}"
        return {str(now.path): text}


def _warnings(settings: Settings) -> Sequence[Problem]:
    return sorted(set(warnings(settings)))


def _anywhere(problem: Problem) -> Problem:
    return replace(problem, line=0)


def _as_read(settings: Settings) -> AgentConfig:
    return settings.as_read or settings.config


def _news(config: Path, texts: Mapping[str, str]) -> list[str]:
    """What changed, file by file, each named as seen from the configuration."""
    here = config.resolve().parent
    return [f"{os.path.relpath(path, here)} {text}" for path, text in texts.items() if text != SAME]


def _manners(settings: Settings) -> tuple[object, ...]:
    return settings.policies, settings.norms.all, settings.config.planner


def _of_policies(old: Settings, now: Settings) -> Mapping[str, str]:
    """What to tell of policies and norms."""
    texts = {}
    for name in POLICY_FILES:
        found = changes(getattr(old.policies, name), getattr(now.policies, name))
        texts[str(now.policies_folder / f"{name}.yaml")] = told(found, KINDS[name])
    before = {norm.id: norm for norm in old.norms.all}
    after = {norm.id: norm for norm in now.norms.all}
    of_norms = _by_name(before, after)
    for folder in {old.norms_folder, now.norms_folder}:
        for path in folder.glob("*.yaml"):
            texts[str(path)] = told(of_norms, KINDS["norms"])
    return texts


def _of_house(old: Settings, now: Settings) -> Mapping[str, str]:
    """What to tell of the site and its knowledge."""
    texts = {str(now.site_path): told(changes(old.site, now.site), KINDS["site"])}
    before = {entry.key: entry for entry in old.entries}
    after = {entry.key: entry for entry in now.entries}
    gone = {Path(path) for path in map(str, old.files()) if path.endswith(".md")}
    found = _by_name(before, after)
    for path in {*now.files(), *gone}:
        if path.suffix == ".md":
            own = [one for one in found if one.path[0].startswith(path.stem + ".")]
            texts[str(path)] = told(own, KINDS["site"])
    return texts


def _by_name(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    words = {
        name: "added" if name not in before else "removed" if name not in after else "changed"
        for name in (*after, *before)
        if before.get(name) != after.get(name)
    }
    return [Change((name,), what) for name, what in words.items()]
