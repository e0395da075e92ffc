import asyncio
import io
import struct

import cv2
import numpy as np
import pytest

from agent.core.errors import BadInputError
from perception.backends.browser import BrowserCamera, BrowserMicrophone, jpeg_size


def jpeg(red=200, width=64, height=48):
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 2] = red  # OpenCV's order is BGR
    return cv2.imencode(".jpg", pixels)[1].tobytes()


async def first(stream):
    async with asyncio.timeout(5):
        async for item in stream:
            return item


async def test_the_newest_picture_wins_in_rgb_with_its_moment():
    camera = BrowserCamera()
    camera.put(1.0, jpeg(50))
    camera.put(2.0, jpeg(200))
    picture = await first(camera.pictures())
    assert picture.at == 2.0
    assert picture.pixels.shape == (48, 64, 3)
    assert abs(int(picture.pixels[20, 20, 0]) - 200) < 8
    assert picture.pixels[20, 20, 2] < 30
    assert camera.dropped == 1


async def test_a_picture_that_cannot_be_decoded_is_left_out():
    camera = BrowserCamera()
    good = jpeg()
    start = good.index(b"\xff\xda")
    camera.put(1.0, good[:620])
    pictures = camera.pictures()
    async with asyncio.timeout(5):
        waiting = asyncio.ensure_future(anext(pictures))  # noqa: TID251 - ended below
        await asyncio.sleep(0.1)
        camera.put(2.0, good)
        assert (await waiting).at == 2.0
    assert start > 600


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff", b"\xff\xd8" + bytes(100)])
def test_what_is_no_jpeg_is_refused(data):
    with pytest.raises(BadInputError):
        BrowserCamera().put(1.0, data)


def test_a_picture_that_claims_to_be_huge_is_refused_before_it_is_decoded():
    small = jpeg()
    place = small.index(b"\xff\xc0")
    huge = small[: place + 5] + struct.pack(">HH", 60000, 60000) + small[place + 9 :]
    assert jpeg_size(huge) == (60000, 60000)
    with pytest.raises(BadInputError, match="60000x60000"):
        BrowserCamera().put(1.0, huge)


def test_the_size_is_read_through_other_segments():
    pixels = np.zeros((30, 40, 3), np.uint8)
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg", progressive=True, comment=b"x" * 3000)
    assert jpeg_size(file.getvalue()) == (40, 30)


async def test_sound_comes_in_order_and_the_oldest_is_dropped_when_nobody_listens():
    microphone = BrowserMicrophone()
    for n in range(150):
        microphone.put(n * 0.02, np.full(320, n, "<i2").tobytes())
    chunk = await first(microphone.sound())
    assert microphone.dropped == 50
    assert chunk.at == pytest.approx(1.0)
    assert chunk.samples.dtype == np.float32
    assert chunk.samples[0] == pytest.approx(50 / 32768)
