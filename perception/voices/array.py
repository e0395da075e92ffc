"""Several microphones at known places: what a site writes down of them, and what can be told.

Places are in the agent's frame: x forward from the agent, y to its left, z up, metres. Only how
they lie to each other matters, so the origin may be anywhere near.
"""

from itertools import combinations
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

Places = NDArray[np.float64]
"""(microphones, 3), metres."""
_NEAREST_M: Final = 0.005
_WIDEST_M: Final = 1.5
_FLAT: Final = 0.05
"""A row whose microphones lie this little beside a line is a line."""


class MicrophonePlace(BaseModel):
    """One microphone of an array."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x_m: float = Field(0.0, ge=-1000, le=1000, description="Forward from the agent.")
    y_m: float = Field(0.0, ge=-1000, le=1000, description="To the agent's left.")
    z_m: float = Field(0.0, ge=-1000, le=1000, description="Up.")
    channel: int | None = Field(
        None,
        ge=0,
        le=63,
        description="Its channel on the device, from 0; empty: in the order they are listed.",
    )


class ArrayConfig(BaseModel):
    """Microphones at known places, which together tell where a voice comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    microphones: tuple[MicrophonePlace, ...] = Field(
        (),
        max_length=16,
        description="Where each one is; words are heard by the first. Empty: there is no array.",
    )
    sure_at: float = Field(
        0.4,
        ge=0,
        le=1,
        description="How sure a direction must be to be told; lower tells more and errs more.",
    )
    apart_rad: float = Field(
        0.45, ge=0.1, le=3.2, description="Two voices nearer to each other than this are one."
    )

    @model_validator(mode="after")
    def _can_tell_a_direction(self) -> Self:
        if not self.microphones:
            return self
        if len(self.microphones) == 1:
            raise ValueError("one microphone tells no direction; list two or more, or none")
        if len(set(self.channels)) < len(self.channels):
            raise ValueError(f"two microphones share a channel: {list(self.channels)}")
        places = self.places
        for (i, one), (j, other) in combinations(enumerate(places), 2):
            apart_m = float(np.linalg.norm(one - other))
            if apart_m < _NEAREST_M:
                raise ValueError(f"microphones {i + 1} and {j + 1} are at the same place")
            if apart_m > _WIDEST_M:
                raise ValueError(
                    f"microphones {i + 1} and {j + 1} are {apart_m:.2f} m apart; places are in"
                    f" metres, and more than {_WIDEST_M:g} m is no array"
                )
        if mirrored(places) and abs(_row(places)[0]) > abs(_row(places)[1]):
            raise ValueError(
                "a row that points forward cannot tell left from right; turn it sideways, or put"
                " a microphone beside it"
            )
        return self

    @property
    def channels(self) -> tuple[int, ...]:
        """The device's channel of each microphone."""
        return tuple(
            i if one.channel is None else one.channel for i, one in enumerate(self.microphones)
        )

    @property
    def places(self) -> Places:
        """(microphones, 3), metres."""
        return np.array([(m.x_m, m.y_m, m.z_m) for m in self.microphones], np.float64)


def mirrored(places: Places) -> bool:
    """Whether they stand in a row: it cannot tell a direction from its mirror image."""
    spread = np.linalg.svd(_flat(places), compute_uv=False)
    return len(spread) < 2 or bool(spread[1] < _FLAT * spread[0])


def in_front(places: Places, azimuths_rad: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Of a row: which directions are on its front; of any other array: all."""
    if not mirrored(places):
        return np.ones(azimuths_rad.shape, np.bool_)
    along = _row(places)
    front = np.array([along[1], -along[0]])
    front *= 1.0 if front[0] >= 0 else -1.0
    towards: NDArray[np.float64] = np.stack([np.cos(azimuths_rad), np.sin(azimuths_rad)], -1)
    return np.asarray(towards @ front >= -1e-9)


def _flat(places: Places) -> NDArray[np.float64]:
    flat: NDArray[np.float64] = places[:, :2] - places[:, :2].mean(axis=0)
    return flat


def _row(places: Places) -> NDArray[np.float64]:
    """The way the row runs, (2,)."""
    return np.asarray(np.linalg.svd(_flat(places))[2][0])
