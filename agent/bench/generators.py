"""`foyer bench generators`: what the learned generators take of a device, the rules beside them.

On the processor: one character's share of a core, face and body, and how soon a clause is moved.
On either: how many bodies keep real time, what a batch changes. Shares and times are the process's
own processor time, so what else runs on the machine hardly counts; batches are timed by the clock.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from actuation.animation import Animation, AnimationConfig, track_of
from actuation.gestures.contract import Gestures
from actuation.gestures.gesticulation import Gesticulation
from actuation.score import ScoredClause
from agent.bench.figure import Figure
from agent.bench.gesture_takes import TEXTS, Take, takes_of
from agent.core.errors import BadInputError

if TYPE_CHECKING:
    from actuation.generators.flow_capacity import BodyCapacity
    from actuation.generators.flow_model import BodyModel
    from actuation.generators.flow_stream import Script

Floats = NDArray[np.float64]

SHARE_TARGET: Final = 20.0
FIRST_TARGET_MS: Final = 60.0
CROWD_TARGET: Final = 2000
SIZES: Final = {
    "cpu": (1, 2, 4, 8, 16, 32, 64),
    "cuda": (1, 64, 256, 512, 1024, 2048, 4096, 8192),
}
_CHUNK: Final = 6


def measure(device: str = "cpu", short: bool = False) -> list[Figure]:
    """Run everything on `device`: `cpu` or `cuda`."""
    model = _model(device)
    takes = takes_of(TEXTS[: 3 if short else 8], ())
    figures = []
    if device == "cpu":
        figures += list(_one_character(model, takes, short=short))
    figures.append(_batch(model, takes))
    figures += _crowds(model, device, takes, short=short)
    return figures


def _model(device: str) -> "BodyModel":
    if device not in SIZES:
        raise BadInputError(f"generators: --device {device}: there is {' and '.join(SIZES)}")
    from actuation.generators.flow_model import BodyModel
    from actuation.generators.worker import best_device

    if device == "cuda" and best_device() != "cuda":
        raise BadInputError(
            "generators: --device cuda: torch sees no CUDA device here; run it where there is one, "
            "or with --device cpu"
        )
    return BodyModel.load(device=device)


# One character on the processor.


def _one_character(model: "BodyModel", takes: Sequence[Take], *, short: bool) -> Iterator[Figure]:
    from actuation.generators.flow_body import FlowBody
    from actuation.gestures.style import BodyWish

    body = FlowBody(model)
    ruled = _share(takes, Gesticulation)
    learned = _share(takes, lambda: body.gestures(1, BodyWish()))
    face = _face_share(takes)
    yield Figure(
        name="one character, face and body learned, 60 frames/s", value=learned + face,
        unit="% of a core", target=SHARE_TARGET, baseline=ruled, baseline_of="rules, both",
        note=f"whole body with the learned arms {learned:.1f}, learned face beside it {face:.1f}; "
        f"{_size(model)}",
    )  # fmt: skip
    each = takes if short else takes_of(TEXTS, ())
    first = [_first_ms(model, take) for take in each]
    rules = [_first_ruled_ms(take) for take in each]
    yield Figure(
        name="a clause's sound to frames of the learned body, p95",
        value=float(np.quantile(first, 0.95)), unit="ms", target=FIRST_TARGET_MS,
        baseline=float(np.quantile(rules, 0.95)), baseline_of="rules",
        note=f"processor time, without the voice; {len(first)} clauses, median "
        f"{np.median(first):.1f}; until then, and whenever it is late, the rules move",
    )  # fmt: skip


def _size(model: "BodyModel") -> str:
    count = sum(p.numel() for p in model.network.parameters())
    return f"{count / 1e6:.1f} M numbers, {model.card.shape.rungs} steps a block of 8 at 30/s"


def _share(takes: Sequence[Take], make: Callable[[], Gestures]) -> float:
    """Percent of a core that a whole character takes, its face by rule."""
    for warm in (True, False):
        busy = length_s = 0.0
        for take in takes[:1] if warm else takes:
            began = time.process_time()
            length_s += _perform(take, make())
            busy += time.process_time() - began
    return 100 * busy / length_s


def _perform(take: Take, gestures: Gestures) -> float:
    """Move a take as the stage does, chunk by chunk; how long it lasts, seconds."""
    animation = Animation(config=AnimationConfig(), gestures=gestures, start=0.0)
    waiting = list(_shifted(take))
    frames = round((waiting[-1].end_s + 1.0) * 60)
    for first in range(0, frames, _CHUNK):
        now = first / 60
        while waiting and waiting[0].start_s - 0.9 <= now:
            clause = waiting.pop(0)
            animation.speak(clause, track_of(clause.speech))
            animation.gesture(clause, earliest_at=now)
        animation.frames(first, _CHUNK, None)
    return frames / 60


def _shifted(take: Take) -> Iterator[ScoredClause]:
    """The clauses, the first of them beginning at one second."""
    for clause in take.clauses:
        yield clause.moved(1.0 - take.clauses[0].start_s)


def _face_share(takes: Sequence[Take]) -> float:
    from actuation.generators.learned_face import LearnedFace

    face = LearnedFace.load()
    for warm in (True, False):
        busy = length_s = 0.0
        for take in takes[:1] if warm else takes:
            samples, rate = take.sound
            began = time.process_time()
            live = face.stream(rate)
            step = rate * _CHUNK // 60
            for at in range(0, len(samples), step):
                live.parts(samples[at : at + step])
            live.finish()
            busy += time.process_time() - began
            length_s += len(samples) / rate
    return 100 * busy / length_s


def _first_ms(model: "BodyModel", take: Take) -> float:
    from actuation.generators.flow_gestures import AHEAD_S, MARGIN_S, LearnedGestures
    from actuation.generators.flow_parts import RATE_HZ
    from actuation.generators.flow_session import AtOnce, BodySession

    later = round((AHEAD_S - MARGIN_S) * RATE_HZ)

    class Near(AtOnce):
        """Makes what it takes to be in charge, and no more."""

        def want(self, session: BodySession, until: int) -> None:
            super().want(session, until - later)

    clause = next(_shifted(take))
    rest = _rest()
    gestures = LearnedGestures(Near(model))
    times = 0.5 + np.arange(_CHUNK) / 60
    began = time.process_time()
    gestures.for_clause(clause, earliest_s=0.5)
    gestures.lay_over(rest, times)
    return 1e3 * (time.process_time() - began)


def _first_ruled_ms(take: Take) -> float:
    clause, rest, gestures = next(_shifted(take)), _rest(), Gesticulation()
    began = time.process_time()
    gestures.for_clause(clause, earliest_s=0.5)
    gestures.lay_over(rest, 0.5 + np.arange(_CHUNK) / 60)
    return 1e3 * (time.process_time() - began)


def _rest() -> Floats:
    from actuation.generators.rules_idle import rest_pose

    return np.repeat(rest_pose()[None], _CHUNK, axis=0)


# Many.


def _scripts(takes: Sequence[Take]) -> "list[Script]":
    from actuation.generators.flow_condition import said
    from actuation.generators.flow_stream import Script

    return [Script(said=tuple(said(c) for c in _shifted(take))) for take in takes]


def _batch(model: "BodyModel", takes: Sequence[Take]) -> Figure:
    """The same streams alone and together."""
    from actuation.generators.flow_stream import BodyStream
    from actuation.generators.rules_idle import rest_pose

    scripts = _scripts(takes)

    def streams() -> list[BodyStream]:
        return [
            BodyStream(script, model.scale, rungs=model.card.shape.rungs, first=30,
                       anchor=rest_pose()[None], seed=i)
            for i, script in enumerate(scripts)
        ]  # fmt: skip

    def run(
        group: list[BodyStream],
    ) -> list[list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]]:
        made: list[list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]] = [[] for _ in group]
        for _ in range(8):
            due = [stream.due() for stream in group]
            model.step(due)
            for each, stream, one in zip(made, group, due, strict=True):
                block = stream.take(one)
                if block is not None:
                    each.append(block)
        return made

    together = run(streams())
    alone = [run([stream])[0] for stream in streams()]
    apart = max(
        float(np.abs(np.array(a) - np.array(b)).max()) for a, b in zip(together, alone, strict=True)
    )
    others = float(np.abs(np.array(alone[0]) - np.array(alone[1])).max())
    return Figure(
        name="a body in a batch against alone", value=apart, unit="of a rotation", target=1e-5,
        control=others, control_of="one against another",
        note=f"{len(scripts)} characters, two seconds",
    )  # fmt: skip


def _crowds(model: "BodyModel", device: str, takes: Sequence[Take], *, short: bool) -> list[Figure]:
    """Raise the number of bodies until a round is late."""
    from actuation.generators.flow_capacity import capacity, device_name

    found: list[BodyCapacity] = []
    for bodies in SIZES[device]:
        found.append(capacity(model, _scripts(takes), bodies, rounds=20 if short else 60))
        if not found[-1].in_time:
            break
    best = max((c for c in found if c.in_time), key=lambda c: c.bodies, default=found[0])
    most = best.bodies if best.in_time else 0
    told = "; ".join(f"{c.bodies}: p50 {c.p50_ms:.0f}, p99 {c.p99_ms:.0f} ms" for c in found)
    figures = [
        Figure(
            name=f"learned bodies in real time at 30 frames/s on {device_name(model)}",
            value=most, unit="bodies", at_most=False,
            target=float(CROWD_TARGET) if "H200" in device_name(model) else 1.0,
            note=f"a round of 267 ms in time in 99 of 100; {told}",
        ),
    ]  # fmt: skip
    if device == "cuda":
        figures += [
            Figure(name="memory of the device", value=best.memory_mb, unit="MB"),
            Figure(name="kernel share of a round", value=best.kernel_share, unit="of its time"),
            Figure(name="least time by the roofline", value=best.of_roofline, unit="of its time",
                   note="nan: the best rates of this device are not known here"),
        ]  # fmt: skip
    return figures
