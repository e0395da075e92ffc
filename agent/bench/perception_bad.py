"""Bad films through `foyer perceive`, as a person would run it: what came of each.

Each film is made here of a real clip's first seconds, or of nothing, and given to the command in a
process of its own, with the real networks. As it should be: somebody is told where somebody can be
seen, nobody where not, the cure in one line where there is one, and nothing that hangs or ends in a
stack of calls. Control: each outcome held against what should come of the next film.
"""

import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.bench.figure import Figure

CLIP: Final = "face_noface.mov"
_SECONDS, _HZ = 2.4, 12
_WITHIN_S: Final = 120.0
Picture = NDArray[np.uint8]
Film = Sequence[Picture]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A film, and what should come of it."""

    write: Callable[[Path, Film], None]
    """Writes it; gets pictures of a man that fill the seconds."""
    people: tuple[int, int] = (1, 1)
    """So many are told, from and to."""
    says: str = ""
    """Part of what is told of the film."""
    told: bool = False
    """The command ends with an error's number: its one line is what the user needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a film."""

    code: int | None
    """None: it hung."""
    people: int
    told: str


def cases() -> dict[str, Case]:
    """The list, in the order in which it is told."""
    return {
        "as it is": Case(write=_film),
        "cut off in the middle": Case(write=_cut, says="it was cut off", told=True),
        "wrong bytes in the middle": Case(write=_wrong_bytes),
        "one picture a second": Case(write=lambda path, film: _film(path, film, rate=1)),
        "uneven rate": Case(write=_uneven),
        "8K": Case(write=lambda path, film: _film(path, _sized(film[:8], 7680, 4320))),
        "1 x 1": Case(write=lambda path, film: _film(path, _sized(film, 1, 1)), people=(0, 0),
                      says="48 x 48 are needed", told=True),
        "on its side": Case(write=lambda path, film: _film(path, [_turned(p) for p in film]),
                            people=(0, 1)),
        "black": Case(write=lambda path, film: _still(path, film, 0), people=(0, 0), says="black"),
        "white": Case(write=lambda path, film: _still(path, film, 255), people=(0, 0),
                      says="white"),
        "much too dark": Case(write=lambda path, film: _film(path, [p // 10 for p in film]),
                              people=(0, 1)),
        "frozen": Case(write=lambda path, film: _film(path, [film[0]] * 24, rate=1),
                       says="stands still"),
        "no film": Case(write=lambda path, _: _bytes(path, b"nothing to see\n" * 40),
                        people=(0, 0), says="not a video", told=True),
        "empty": Case(write=lambda path, _: _bytes(path, b""), people=(0, 0), says="empty",
                      told=True),
    }  # fmt: skip


def bad_figures(folder: Path) -> list[Figure]:
    """A minute and a half of one core. `folder`: holds the clip."""
    film, wanted = list(_pictures(folder / CLIP)), cases()
    came = {name: came_of(case, film) for name, case in wanted.items()}
    order = list(wanted)
    crossed = zip(order, [*order[1:], order[0]], strict=True)
    control = sum(as_it_should(wanted[other], came[name]) for name, other in crossed)
    wrong = {n: one for n, one in came.items() if not as_it_should(wanted[n], one)}
    return [
        Figure(
            name=f"bad films: as it should be, of {len(wanted)}",
            value=len(wanted) - len(wrong),
            unit="",
            target=len(wanted),
            at_most=False,
            control=control,
            control_of="against the next film",
            note="; ".join(f"{n}: {one.code}, {one.people}, {one.told}" for n, one in wrong.items())
            or "none hung, none ended in a stack of calls",
        )
    ]


def as_it_should(case: Case, came: Came) -> bool:
    """What came of a film is what should."""
    low, high = case.people
    told = case.says in came.told and "Traceback" not in came.told
    return told and low <= came.people <= high and came.code == (2 if case.told else 0)


def came_of(case: Case, film: Film) -> Came:
    """Write the film and give it to the command."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "film.mkv")
        case.write(path, film)
        command = [sys.executable, "-m", "agent", "perceive", str(path)]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=_WITHIN_S)
        except subprocess.TimeoutExpired:
            return Came(code=None, people=0, told="hung")
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    people = {line["person"] for line in lines if line["kind"] == "PersonSeen"}
    told = [line["detail"] for line in lines if line["kind"] == "ComponentHealth"]
    stack = "Traceback" if "Traceback" in ran.stderr else ""
    return Came(
        code=ran.returncode, people=len(people), told="; ".join([*told, stack, _last(ran.stderr)])
    )


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _pictures(path: Path) -> Iterator[Picture]:
    """The clip's pictures, `_HZ` of them a second."""
    due = 0.0
    with importlib.import_module("av").open(str(path)) as clip:
        for frame in clip.decode(video=0):
            if frame.time is not None and frame.time >= _SECONDS:
                return
            if frame.time is not None and frame.time >= due - 1e-6:
                due += 1 / _HZ
                yield frame.to_ndarray(format="rgb24")


def _film(
    path: Path, pictures: Film, rate: int = _HZ, times: Sequence[float] | None = None
) -> None:
    """Write pictures of one size; `times`: seconds of each, where they are not even."""
    av = importlib.import_module("av")
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w", format="matroska") as film:
        # Any size, and every picture by itself.
        stream = film.add_stream("mjpeg" if min(height, width) > 1 else "ffv1", rate=rate)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if min(height, width) > 1 else "bgr0"
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for k, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
            if times is not None:
                frame.pts, frame.time_base = round(1000 * times[k]), Fraction(1, 1000)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def _cut(path: Path, film: Film) -> None:
    _film(path, film)
    _bytes(path, path.read_bytes()[: path.stat().st_size * 6 // 10])


def _wrong_bytes(path: Path, film: Film) -> None:
    _film(path, film)
    data, rng = bytearray(path.read_bytes()), np.random.default_rng(5)
    for at in rng.integers(len(data) // 3, len(data) * 2 // 3, 200).tolist():
        data[at] = int(rng.integers(256))
    _bytes(path, bytes(data))


def _uneven(path: Path, film: Film) -> None:
    steps = np.random.default_rng(6).uniform(0.02, 0.25, len(film))
    _film(path, film, times=[float(at) for at in np.cumsum(steps)])


def _still(path: Path, film: Film, level: int) -> None:
    _film(path, [np.full_like(film[0], level)] * 9, rate=1)


def _turned(picture: Picture) -> Picture:
    return np.ascontiguousarray(np.rot90(picture))


def _sized(film: Film, width: int, height: int) -> list[Picture]:
    resize = importlib.import_module("cv2").resize
    return [np.asarray(resize(picture, (width, height)), np.uint8) for picture in film]


def _bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)
