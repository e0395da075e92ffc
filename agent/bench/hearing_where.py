"""Where a voice is: azimuth error of arrays in made rooms and on a recording, and two talkers.

Voices are real readers where recordings are given, else made ones. The control has the same sound
and the microphones' places mixed up.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from agent.bench.figure import Figure
from agent.bench.hearing import visitor_says
from agent.bench.hearing_words import SENTENCES
from agent.bench.overlap_scenes import levelled
from agent.bench.sound_rooms import Channels, Room, with_noise
from agent.core.messages import SoundDirection
from perception.audio import FRAME, FRAME_S, Sound
from perception.backends.recorded_sound import read_channels, read_sound
from perception.backends.silero import SileroDetector
from perception.senses import SOUND_RATE_HZ, SoundChunk
from perception.voices.array import ArrayConfig
from perception.voices.direction import DirectionJudge
from perception.voices.srp_phat import wrapped

ARRAYS: Final[dict[str, Sequence[tuple[float, float]]]] = {
    "2 microphones": ((0.0, 0.05), (0.0, -0.05)),
    "4 microphones": ((0.05, 0.05), (0.05, -0.05), (-0.05, 0.05), (-0.05, -0.05)),
    "6 microphones": tuple(
        (0.0463 * math.cos(k * math.pi / 3), 0.0463 * math.sin(k * math.pi / 3)) for k in range(6)
    ),
}
RECORDED: Final = ((-0.05, -0.05), (-0.05, 0.05), (0.05, -0.05), (0.05, 0.05))
_CENTRE: Final = np.array([3.0, 2.5, 1.1])
_WITHIN_RAD: Final = math.radians(10)
_LEAD_S: Final = 0.6


@dataclass(frozen=True, slots=True)
class Heard:
    """A made scene."""

    channels: Channels
    azimuths_rad: tuple[float, ...]


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """Median error and share within ten degrees, by array, room and noise; two talkers."""
    readers = _readers(audio)
    rows = _recorded(audio)
    trials = 2 if short else 4
    for name, places in ARRAYS.items():
        for silent_after_s in (0.4,) if short else (0.2, 0.5):
            for ratio_db in (10,) if short else (30, 10, 5):
                where = f"{name}, room of {silent_after_s:g} s, noise {ratio_db} dB below"
                room = Room(silent_after_s=silent_after_s)
                scenes = [_scene(readers, places, room, ratio_db, k) for k in range(trials)]
                rows += _rows(where, scenes, places)
    rows += _two(readers, 4 if short else 12)
    return rows


def _readers(audio: Path | None) -> list[Sound]:
    paths = sorted(audio.glob("librivox/*.wav"))[:3] if audio is not None else []
    if paths and audio is not None:
        paths += [path for path in (audio / "LJ050-0131.wav",) if path.is_file()]
        return [levelled(read_sound(path))[: 4 * SOUND_RATE_HZ] for path in paths]
    return [levelled(visitor_says(text)) for text in SENTENCES[1:5]]


def _scene(
    readers: Sequence[Sound],
    places: Sequence[tuple[float, float]],
    room: Room,
    ratio_db: float,
    seed: int,
    azimuths_rad: tuple[float, ...] = (),
) -> Heard:
    rng = np.random.default_rng(seed)
    reach = math.radians(75) if len(places) == 2 else math.pi
    asked = azimuths_rad or (float(rng.uniform(-reach, reach)),)
    ears = _CENTRE + np.array([(x, y, 0.0) for x, y in places])
    mixed, true = None, []
    for k, azimuth in enumerate(asked):
        away_m = rng.uniform(1.0, 2.3)
        there = np.array([math.cos(azimuth), math.sin(azimuth), 0.0]) * away_m
        source = np.clip(_CENTRE + there + (0, 0, 0.5), 0.2, (5.8, 4.8, 2.5))
        true.append(math.atan2(source[1] - _CENTRE[1], source[0] - _CENTRE[0]))
        sound = readers[(seed + k) % len(readers)]
        heard = room.hears(sound, source, ears)
        if mixed is None:
            mixed = heard
        else:
            count = min(mixed.shape[1], heard.shape[1])
            mixed = mixed[:, :count] + heard[:, :count]
    assert mixed is not None
    lead = np.zeros((len(places), round(_LEAD_S * SOUND_RATE_HZ)), np.float32)
    whole = with_noise(np.concatenate([lead, mixed], axis=1), ratio_db, seed)
    return Heard(np.asarray(whole / np.abs(whole).max() * 0.5, np.float32), tuple(true))


def directions(channels: Channels, places: Sequence[tuple[float, float]]) -> list[SoundDirection]:
    """All that is told of a sound, with the voice detector of the product."""
    config = ArrayConfig.model_validate({"microphones": [{"x_m": x, "y_m": y} for x, y in places]})
    judge, detector = DirectionJudge(config), SileroDetector()
    told: list[SoundDirection] = []
    for k in range(channels.shape[1] // FRAME):
        part = channels[:, k * FRAME : (k + 1) * FRAME]
        frame = SoundChunk(at=k * FRAME_S, samples=part[0], channels=part)
        for message in judge.hear(frame, detector.probability(part[0]), agent_speaks=False):
            if isinstance(message, SoundDirection) and message.speech:
                told.append(message)
    return told


def _mixed_up(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Three times as far apart, or each in another's place."""
    if len(places) == 2:
        return [(x, 3 * y) for x, y in places]
    order = np.random.default_rng(5).permutation(len(places))
    return [places[int(k)] for k in order]


def _errors(scenes: Sequence[Heard], places: Sequence[tuple[float, float]]) -> Iterator[float]:
    for scene in scenes:
        for message in directions(scene.channels, places):
            yield abs(wrapped(message.azimuth_rad - scene.azimuths_rad[0]))


def _rows(
    where: str, scenes: Sequence[Heard], places: Sequence[tuple[float, float]]
) -> list[Figure]:
    right, wrong = list(_errors(scenes, places)), list(_errors(scenes, _mixed_up(places)))
    if not right:
        return [Figure(name=f"azimuth error, {where}", value=math.nan, unit="deg", note="unsure")]
    return [
        Figure(
            name=f"azimuth error, {where}", value=math.degrees(float(np.median(right))),
            unit="deg", control=math.degrees(float(np.median(wrong))) if wrong else None,
            control_of="places mixed up",
            note=f"{np.mean(np.array(right) <= _WITHIN_RAD):.0%} within 10 deg of {len(right)}",
        )
    ]  # fmt: skip


def _recorded(audio: Path | None) -> list[Figure]:
    """Recordings whose name holds the unit vector to the voice."""
    rows = []
    for path in sorted(audio.glob("mic_array/*.flac")) if audio is not None else []:
        vector = [float(part) for part in re.findall(r"-?\d+(?:\.\d+)?", path.stem)[:2]]
        channels = read_channels(path, (0, 1, 2, 3))
        loud = np.asarray(channels / np.abs(channels).max() * 0.5, np.float32)
        scene = Heard(loud, (math.atan2(vector[1], vector[0]),))
        # Of four in a square some exchanges leave this very direction: one that turns it is taken.
        wrong = [RECORDED[k] for k in (1, 3, 0, 2)]
        right, turned = list(_errors([scene], RECORDED)), list(_errors([scene], wrong))
        rows.append(
            Figure(
                name=f"azimuth error, recorded array, {len(right)} looks", unit="deg",
                value=math.degrees(float(np.median(right))), target=5.0,
                control=math.degrees(float(np.median(turned))), control_of="places mixed up",
            )
        )  # fmt: skip
    return rows


def _two(readers: Sequence[Sound], trials: int) -> list[Figure]:
    """Two talkers at once: both directions told, within ten degrees; and of one, two."""
    places, room = ARRAYS["4 microphones"], Room(silent_after_s=0.3)
    rng = np.random.default_rng(11)
    both, one, looks, alone = 0, 0, 0, 0
    for k in range(trials):
        first = float(rng.uniform(-math.pi, math.pi))
        second = wrapped(first + float(rng.uniform(0.8, 2.6)))
        scene = _scene(readers, places, room, 20, k, (first, second))
        for told in directions(scene.channels, places):
            looks += 1
            both += bool(told.others_rad) and _both_found(told, scene.azimuths_rad)
        single = _scene(readers, places, room, 20, k, (first,))
        for told in directions(single.channels, places):
            alone += 1
            one += bool(told.others_rad)
    return [
        Figure(
            name="two talkers told apart, 4 microphones", value=100 * both / max(1, looks),
            unit="%", at_most=False, control=100 * one / max(1, alone),
            control_of="one talker told as two", note=f"of {looks} looks, each within 10 deg",
        )
    ]  # fmt: skip


def _both_found(told: SoundDirection, true: Sequence[float]) -> bool:
    found = (told.azimuth_rad, *told.others_rad)
    return all(min(abs(wrapped(one - a)) for a in found) <= _WITHIN_RAD for one in true)
