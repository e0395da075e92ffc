"""The bench's browser for tests: skips where there is none, reads pictures, makes camera clips."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from agent.bench.browser import browser as driven
from agent.bench.browser import chromium, write_wav
from agent.core.errors import BackendUnavailableError


def browser(*, video=None, sound=None, flags=()):
    """A running Chromium; `video` (.mjpeg or .y4m) and `sound` (.wav) feed its fake devices."""
    try:
        chromium()
    except BackendUnavailableError as missing:
        pytest.skip(str(missing))
    return driven(video=video, sound=sound, flags=flags)


async def screenshot(page, path, *, fine=False):
    """Save what is shown as a PNG; the pixels as an array, height x width x 3.

    `fine` draws it with all that is left out where the processor draws; it takes seconds.
    """
    data = await page.picture(fine=fine)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


async def recorded(page):
    """What the loudspeaker got since `tap`: samples, their rate, and the page's time of the
    first of them (performance seconds)."""
    output = await page.output()
    return output.samples, output.rate_hz, output.start_s


wav = write_wav


def mjpeg(path, clip, *, seconds=None, size=(640, 360), rate=15):
    """Write a clip, or a list of RGB arrays, for a fake camera."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        for picture in _pictures(clip, seconds, rate):
            fitted = cv2.resize(picture, size)
            file.write(cv2.imencode(".jpg", fitted, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())
    return path


def _pictures(clip, seconds, rate):
    if isinstance(clip, list):
        yield from (picture[..., ::-1] for picture in clip)
        return
    video = cv2.VideoCapture(str(clip))
    own = video.get(cv2.CAP_PROP_FPS) or rate
    due, number = 0.0, 0
    while seconds is None or number / own < seconds:
        ok, picture = video.read()
        if not ok:
            return
        if number / own >= due:
            due += 1 / rate
            yield picture
        number += 1
