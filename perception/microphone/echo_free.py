"""A microphone without the echo of the agent's own voice."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final

import numpy as np

from agent.core.backend import pick
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import BackendChosen, Message
from perception.audio import Channels, Sound, beside
from perception.microphone.echo import (
    BLOCK,
    ECHO_CANCELLERS,
    Alignment,
    EchoCanceller,
    EchoConfig,
    EchoFound,
    PlayedSound,
    find_echo,
)
from perception.senses import SOUND_RATE_HZ, Microphone, SoundChunk

_BLOCK_S: Final = BLOCK / SOUND_RATE_HZ
_NOBODY_PLAYS_S: Final = 0.5
_LOOK_EVERY_S: Final = 1.0
_EARLIEST_S: Final = 0.005
"""An echo that comes nearer to its sound than this, or before it, cannot be cancelled."""
_LATEST_S: Final = 0.2
_WANDERS_S: Final = 0.002
"""An echo that comes by more than this later or earlier than it did has jumped; less is drift."""
_LOOKS: Final = 6
_SURELY: Final = 8.0
_DRIFTS_S: Final = 1e-4
"""In a second. The canceller bears less by itself."""


class EchoFreeMicrophone:
    """Passes `microphone` on, cleaned, in blocks of 10 ms; waits a little for what was played."""

    def __init__(
        self,
        microphone: Microphone,
        played: PlayedSound,
        *,
        config: EchoConfig,
        clock: Clock,
        publish: Callable[[Message], None],
        canceller: EchoCanceller | None = None,
    ) -> None:
        """`canceller`: instead of the configured one, for tests."""
        self.found: EchoFound | None = None
        """The echo as it was last found: after the played sound as it is given, `ahead_s` early."""
        self._microphone = microphone
        self._played = played
        self._config = config
        self._clock = clock
        self._publish = publish
        self._given = canceller
        self._alignment = Alignment(played, config.ahead_s)
        self._look = _Look()
        self._drift = _Drift()

    async def sound(self) -> AsyncIterator[SoundChunk]:
        """Yield the visitor's sound until the microphone ends or fails."""
        canceller: EchoCanceller | None = None
        waiting: deque[SoundChunk] = deque()
        rest, rest_at = np.zeros(0, np.float32), 0.0
        channels: Channels | None = None
        async for chunk in self._microphone.sound():
            canceller = canceller or self._canceller()
            if rest.size and abs(chunk.at - rest_at - rest.size / SOUND_RATE_HZ) > _BLOCK_S:
                rest, channels = rest[:0], None
            rest_at = chunk.at - rest.size / SOUND_RATE_HZ
            channels = beside(channels, rest.size, chunk.channels)
            rest = np.concatenate([rest, chunk.samples])
            while rest.size >= BLOCK:
                block = None if channels is None else channels[:, :BLOCK]
                waiting.append(SoundChunk(at=rest_at, samples=rest[:BLOCK], channels=block))
                rest, rest_at = rest[BLOCK:], rest_at + _BLOCK_S
                channels = None if channels is None else channels[:, BLOCK:]
            while waiting and self._ready(waiting[0]):
                yield self._cleaned(waiting.popleft(), canceller)

    def _canceller(self) -> EchoCanceller:
        """The same one however often the microphone comes back: it knows the room."""
        if self._given is None:
            self._given = self._chosen()
        return self._given

    def _chosen(self) -> EchoCanceller:
        """The configured canceller; without its package the sound passes, and that is said."""
        wanted = self._config.canceller
        try:
            made: EchoCanceller = pick("echo canceller", ECHO_CANCELLERS, wanted)()
            chosen, detail = wanted, ""
        except BackendUnavailableError as fault:
            made = pick("echo canceller", ECHO_CANCELLERS, "none")()
            chosen, detail = "none", f"{fault}. Until then the agent may hear itself"
        self._publish(
            BackendChosen(
                at=self._clock.now(),
                role="echo canceller",
                backend=chosen,
                fallback=chosen != wanted,
                detail=detail,
            )
        )
        return made

    def _ready(self, chunk: SoundChunk) -> bool:
        """What was played meanwhile is known, or is not worth waiting for."""
        now, known_until = self._clock.now(), self._played.until_at
        return (
            known_until >= chunk.at + self._alignment.ahead_s + _BLOCK_S
            or known_until < now - _NOBODY_PLAYS_S
            or now - chunk.at > self._config.waits_s
        )

    def _cleaned(self, chunk: SoundChunk, canceller: EchoCanceller) -> SoundChunk:
        played = self._alignment.beside(chunk.at)
        self._seek(played, chunk.samples)
        return SoundChunk(
            at=chunk.at - canceller.delay_s,
            samples=canceller.cancel(chunk.samples, played),
            channels=chunk.channels,  # with the echo: nobody takes a direction while it is there
        )

    def _seek(self, played: Sound, heard: Sound) -> None:
        """Look for the echo; where a device misstates its delay, give the sound at another time."""
        found = self._look.see(played, heard)
        if found is None:
            return
        self.found = found
        if not _EARLIEST_S <= found.delay_s <= _LATEST_S and self._look.agreed:
            self._alignment.ahead_s += self._config.ahead_s - found.delay_s
            self._look, self._drift = _Look(), _Drift()
        else:
            self._alignment.follow(self._drift.see(found.delay_s))


class _Drift:
    """By how much the echo comes later from look to look: what devices' stamps do not say."""

    def __init__(self) -> None:
        self._delays_s: list[float] = []
        self._follows_s = 0.0

    def see(self, delay_s: float) -> float:
        """By how much to let what was played come later until the next look, seconds."""
        if self._delays_s and abs(delay_s - self._delays_s[-1]) > _WANDERS_S:
            self._delays_s.clear()
            self._follows_s = 0.0
        self._delays_s.append(delay_s)
        if len(self._delays_s) == _LOOKS:
            steps = np.arange(_LOOKS) - (_LOOKS - 1) / 2
            delays_s = np.array(self._delays_s) - np.mean(self._delays_s)
            slope_s = float(steps @ delays_s / (steps @ steps))
            doubt_s = float(np.std(delays_s - slope_s * steps) / np.sqrt(steps @ steps))
            self._delays_s.clear()
            if abs(slope_s) > max(_DRIFTS_S, _SURELY * doubt_s):
                self._follows_s += slope_s
        return self._follows_s


class _Look:
    """The last second of both, looked at once a second while the agent speaks."""

    def __init__(self) -> None:
        self.agreed = False
        """Two looks running found the echo at the same place."""
        self._played: list[Sound] = []
        self._heard: list[Sound] = []
        self._last_s: float | None = None

    def see(self, played: Sound, heard: Sound) -> EchoFound | None:
        self._played.append(played)
        self._heard.append(heard)
        if len(self._played) < _LOOK_EVERY_S / _BLOCK_S:
            return None
        found = find_echo(np.concatenate(self._played), np.concatenate(self._heard))
        self._played.clear()
        self._heard.clear()
        if found is None:
            return None
        self.agreed = self._last_s is not None and abs(found.delay_s - self._last_s) < 0.003
        self._last_s = found.delay_s
        return found
