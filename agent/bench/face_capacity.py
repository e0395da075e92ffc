"""Learned faces in real time on one device: how many, how late at worst, how much memory."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agent.bench.figure import Figure

if TYPE_CHECKING:
    from actuation.generators.face_capacity import Capacity
    from actuation.generators.learned_face import LearnedFace

FACES = (1, 4, 16, 64, 256, 1024)


def capacity_figures(
    learned: "LearnedFace | None",
    missing: str,
    device: str,
    samples: NDArray[np.float32],
    rate_hz: int,
) -> list[Figure]:
    """Raise the number of faces until a step is late."""
    if learned is None:
        name = f"learned faces in real time on {device}"
        return [Figure(name=name, value=float("nan"), unit="faces", target=1.0, at_most=False,
                       note=missing)]  # fmt: skip
    from actuation.generators.face_capacity import capacity, device_name

    sound = np.tile(samples, 1 + 10 * rate_hz // len(samples))
    found: list[Capacity] = []
    for faces in FACES:
        found.append(capacity(learned.model, sound, rate_hz, faces))
        if not found[-1].in_time:
            break
    most = max((c.faces for c in found if c.in_time), default=0)
    told = "; ".join(
        f"{c.faces}: p50 {c.p50_ms:.1f}, p99 {c.p99_ms:.1f} (networks {c.networks_p99_ms:.1f}) ms, "
        f"{c.memory_mb:.0f} MB"
        for c in found
    )
    return [
        Figure(
            name=f"learned faces in real time on {device_name(device)}",
            value=most,
            unit="faces",
            target=1.0,
            at_most=False,
            note=f"a step of 33 ms in time in 99 of 100; {told}",
        )
    ]
