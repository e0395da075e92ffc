"""The learned face on real speech: does the jaw go with the loudness, and does it not by chance?

Recordings are the operator's own: any folder of sound files. The rules cannot do this: nobody
tells them what is said and when.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
from numpy.typing import NDArray

from actuation.generators.metrics.coupling import Coupling, coupling, loudness_db
from actuation.generators.metrics.lips import lip_gap
from actuation.motion import FRAME_RATE_HZ
from agent.bench.face_takes import loudness_jaw
from agent.bench.figure import Figure
from agent.core.errors import BadInputError

if TYPE_CHECKING:
    from actuation.generators.learned_face import LearnedFace

Floats = NDArray[np.float64]

_NAMES = ("*.wav", "*.flac", "*.ogg")
_MOST_S, _LEAST_S = 60.0, 1.0
_LATE_FRAMES = 6


def recordings(folder: Path) -> list[tuple[str, NDArray[np.float32], int]]:
    """Name, samples and rate of each sound file in `folder` and the folders in it, one channel."""
    if not folder.is_dir():
        raise BadInputError(f"bench face: --audio {folder}: no such folder")
    found = list(_read(sorted(path for name in _NAMES for path in folder.rglob(name))))
    if not found:
        raise BadInputError(f"bench face: --audio {folder}: no {', '.join(_NAMES)} in it")
    return found


def _read(paths: Sequence[Path]) -> Iterator[tuple[str, NDArray[np.float32], int]]:
    for path in paths:
        try:
            samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as fault:
            raise BadInputError(f"bench face: --audio: {path}: {fault}") from None
        sound = np.ascontiguousarray(samples[: round(_MOST_S * rate_hz), 0])
        if len(sound) >= _LEAST_S * rate_hz:
            yield path.stem, sound, int(rate_hz)


def real_figures(learned: "LearnedFace | None", missing: str, folder: Path | None) -> list[Figure]:
    """Lag and z of the jaw against the loudness over all recordings."""
    nan = float("nan")
    if learned is None or folder is None:
        why = missing or "not measured: no recordings; --audio DIR names a folder of them"
        return [
            Figure(name="real speech: jaw after loudness", value=nan, unit="ms", target=17.0,
                   note=why),
            Figure(name="real speech: z against turned sound", value=nan, unit="", target=4.0,
                   at_most=False, note=why),
        ]  # fmt: skip
    from actuation.generators.untrained_face import untrained

    sounds = recordings(folder)
    gaps = _gaps(learned, sounds)
    times = [np.arange(len(gap)) / FRAME_RATE_HZ for gap in gaps]
    levels = [loudness_db(x, hz, t) for (_, x, hz), t in zip(sounds, times, strict=True)]
    jaws = [loudness_jaw(x, hz, t) for (_, x, hz), t in zip(sounds, times, strict=True)]
    gap, level, jaw = (np.concatenate(parts) for parts in (gaps, levels, jaws))
    blank = np.concatenate(_gaps(untrained(learned), sounds))

    def with_level(moved: Floats) -> Coupling:
        return coupling(moved, level, FRAME_RATE_HZ)

    return _figures(
        ours=with_level(gap),
        theirs=with_level(jaw),
        late=with_level(np.roll(gap, _LATE_FRAMES)),
        wrong=with_level(np.concatenate([*gaps[1:], gaps[0]])),
        blank=with_level(blank),
        note=f"{len(sounds)} recordings, {len(gap) / FRAME_RATE_HZ:.0f} s",
    )


def _gaps(
    learned: "LearnedFace", sounds: Sequence[tuple[str, NDArray[np.float32], int]]
) -> list[Floats]:
    return [lip_gap(learned.faces(x, rate_hz).astype(np.float64)) for _, x, rate_hz in sounds]


def _figures(
    *, ours: Coupling, theirs: Coupling, late: Coupling, wrong: Coupling, blank: Coupling, note: str
) -> list[Figure]:
    return [
        Figure(
            name="real speech: jaw after loudness",
            value=1e3 * abs(ours.lag_s),
            unit="ms",
            target=17.0,
            baseline=1e3 * abs(theirs.lag_s),
            baseline_of="jaw by loudness",
            control=1e3 * abs(late.lag_s),
            control_of="our lips 100 ms later",
            note=f"{1e3 * ours.lag_s:+.0f} ms at r = {ours.correlation:.2f}; {note}",
        ),
        Figure(
            name="real speech: z against turned sound",
            value=ours.z,
            unit="",
            target=4.0,
            at_most=False,
            baseline=theirs.z,
            baseline_of="jaw by loudness",
            control=wrong.z,
            control_of="lips of another recording",
            note=(
                f"r = {ours.correlation:.2f}, by chance {ours.by_chance:.2f}; the network before "
                f"it learned: z {blank.z:.1f}, r = {blank.correlation:.2f} at "
                f"{1e3 * blank.lag_s:+.0f} ms"
            ),
        ),
    ]
