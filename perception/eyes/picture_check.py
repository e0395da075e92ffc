"""Says when a camera still sends pictures but sees nothing: dark, blinded or frozen. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from perception.senses import Picture


class PictureConfig(BaseModel):
    """When the camera's pictures are not believed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dark_level: float = Field(
        5.0, ge=0, le=255, description="Mean brightness (0..255) below which all is black."
    )
    dark_s: float = Field(5.0, gt=0, description="Black, white or flat for longer is reported.")
    bright_level: float = Field(
        250.0, ge=0, le=255, description="Mean brightness above which all is white."
    )
    flat_level: float = Field(
        2.0, ge=0, le=50, description="Spread of brightness below which nothing can be told apart."
    )
    frozen_s: float = Field(
        10.0, gt=0, description="Identical pictures for longer than this are reported."
    )
    disbelieved_s: float = Field(
        30.0, gt=0, description="After this long a frozen picture shows nobody any more."
    )


SMALLEST_PX = 48
STEP_PX = 16


def is_picture(picture: Picture) -> bool:
    """Whether the pixels are a colour picture large enough to see anybody in."""
    pixels = picture.pixels
    shape: Sequence[int] = getattr(pixels, "shape", ())
    return (
        len(shape) == 3
        and shape[2] == 3
        and min(shape[:2]) >= SMALLEST_PX
        and pixels.dtype == np.uint8
    )


class PictureCheck:
    """Watches for pictures in which nothing can be seen, or that do not change."""

    def __init__(self, config: PictureConfig) -> None:
        self._config = config
        self._thumbnail: NDArray[np.uint8] | None = None
        self._changed_at = float("-inf")
        self._fault, self._fault_at = "", float("-inf")

    def complaint(self, picture: Picture) -> str:
        """What is wrong with the pictures of late, for a person; empty when nothing is."""
        thumbnail = picture.pixels[::STEP_PX, ::STEP_PX].copy()
        changed = self._thumbnail is None or not np.array_equal(thumbnail, self._thumbnail)
        if changed:
            self._changed_at = picture.at
        self._thumbnail = thumbnail
        fault = self._fault_of(thumbnail, live=changed)
        if fault != self._fault:
            self._fault, self._fault_at = fault, picture.at
        if fault and picture.at - self._fault_at > self._config.dark_s:
            return fault
        if picture.at - self._changed_at > self._config.frozen_s:
            return "the camera's picture stands still; plug it in again"
        return ""

    def _fault_of(self, thumbnail: NDArray[np.uint8], *, live: bool) -> str:
        level = float(thumbnail.mean())
        if level < self._config.dark_level:
            return "the camera sees only black; uncover the lens or switch on a light"
        if level > self._config.bright_level:
            return "the camera sees only white; lower its exposure or turn it from the light"
        # Of a picture that stands still that is the matter, not that it is flat.
        if live and float(thumbnail.mean(axis=2).std()) < self._config.flat_level:
            return "the camera sees one even grey; clean the lens or set its exposure and focus"
        return ""

    def disbelieved(self, at: float) -> bool:
        """Whether the picture has stood still for so long that nobody in it counts."""
        return at - self._changed_at > self._config.disbelieved_s
