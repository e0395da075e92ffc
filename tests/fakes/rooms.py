"""A room with a loudspeaker and a microphone: delay, decay, noise, and clocks that run apart."""

import asyncio

import numpy as np
from scipy.signal import fftconvolve, lfilter

from perception.senses import SOUND_RATE_HZ, SoundChunk


def babble(seconds, seed, rate_hz=SOUND_RATE_HZ):
    """Noise with the spectrum and the syllables of a voice, (n,) float32."""
    rng = np.random.default_rng(seed)
    count = round(seconds * rate_hz)
    t = np.arange(count) / rate_hz
    sound = lfilter([1], [1, -1.6, 0.8], rng.standard_normal(count))
    syllables = (0.5 + 0.5 * np.sin(2 * np.pi * 3.3 * t + rng.uniform(0, 6))) ** 2
    sound = sound * syllables * (np.sin(2 * np.pi * 0.37 * t) > -0.6)
    return (sound / np.abs(sound).max() * 0.5).astype(np.float32)


def echo_of(sound, *, delay_s, decay_s=0.25, level=0.5, seed=1):
    """What comes back of `sound` at 16 kHz; a negative delay brings it before."""
    rng = np.random.default_rng(seed)
    count = round(decay_s * SOUND_RATE_HZ)
    room = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / count)
    room[0] = 6
    room *= level / np.sqrt((room**2).sum())
    echo = fftconvolve(sound, room)[: len(sound)]
    shift = round(delay_s * SOUND_RATE_HZ)
    if shift >= 0:
        return np.concatenate([np.zeros(shift), echo])[: len(sound)].astype(np.float32)
    return np.concatenate([echo[-shift:], np.zeros(-shift)]).astype(np.float32)


def decibels(sound):
    return 10 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-12)


class RoomMicrophone:
    """Brings `heard` in blocks of 20 ms, each a block late, stamped with some jitter.

    `played`: what the loudspeaker plays meanwhile goes there `out_s` before it is heard, at
    `rate_hz` by its own clock, which runs `apart` times too fast.
    """

    def __init__(self, clock, heard, played, sound, *, out_s=0.03, apart=0.0, jitter_s=0.0):
        self.clock, self.heard = clock, heard
        self.played, self.far = played, sound
        self.out_s, self.apart, self.jitter_s = out_s, apart, jitter_s
        self.rng = np.random.default_rng(5)

    async def sound(self):
        start = self.clock.now() + 0.1
        async with asyncio.TaskGroup() as group:
            loudspeaker = group.create_task(self._play(start))
            for k in range(len(self.heard) // 320):
                at = start + 0.02 * k
                await self.clock.sleep_until(at + 0.02 + 0.002)
                off = self.rng.uniform(-1, 1) * self.jitter_s
                yield SoundChunk(at=at + off, samples=self.heard[320 * k : 320 * k + 320])
            loudspeaker.cancel()

    async def _play(self, start):
        for k in range(len(self.far) // 160):
            at = start + 0.01 * k / (1 + self.apart)
            await self.clock.sleep_until(at - self.out_s)
            self.played.put(at, self.far[160 * k : 160 * k + 160], SOUND_RATE_HZ)
