import asyncio
import contextlib
import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from agent.core.clock import LoopClock
from agent.core.errors import BadInputError
from perception.backends.recorded import RecordedCamera, RecordedPeople, shrunk
from perception.eyes.sightings import Focus
from perception.senses import Picture


def write(path, *, times_ms, size=(64, 96), fast_start=False):
    """A video of one brighter-growing picture at each of the times; red on top, blue below."""
    options = {"movflags": "faststart"} if fast_start else {}
    with av.open(str(path), "w", options=options) as file:
        stream = file.add_stream("mpeg4", rate=1000)
        stream.width, stream.height, stream.pix_fmt = size[1], size[0], "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for ms in times_ms:
            pixels = np.zeros((*size, 3), np.uint8)
            pixels[: size[0] // 2, :, 0] = 200
            pixels[size[0] // 2 :, :, 2] = 200
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            frame.pts, frame.time_base = ms, Fraction(1, 1000)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


async def read(path, **kwargs):
    return [picture async for picture in RecordedCamera(path, **kwargs).pictures()]


@pytest.mark.real_time
async def test_pictures_come_with_the_times_in_the_file_though_uneven(tmp_path):
    times = [0, 40, 80, 300, 310, 900]
    pictures = await read(write(tmp_path / "v.mp4", times_ms=times), start_at=5.0)
    assert [p.at for p in pictures] == pytest.approx([5 + t / 1000 for t in times], abs=0.002)


@pytest.mark.real_time
async def test_pictures_are_rgb_and_upright(tmp_path):
    (picture, *_) = await read(write(tmp_path / "v.mp4", times_ms=range(0, 200, 40)))
    assert picture.pixels.shape == (64, 96, 3)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels[10, 40, 0] > 120 > picture.pixels[10, 40, 2]


@pytest.mark.real_time
async def test_a_video_marked_as_turned_is_turned_back(tmp_path):
    path = write(tmp_path / "v.mp4", times_ms=range(0, 200, 40))
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 4 + 40  # the matrix of the track header, version 0
    one = 1 << 16
    struct.pack_into(">9i", data, start, 0, one, 0, -one, 0, 0, 64 * one, 0, 1 << 30)
    path.write_bytes(data)
    (picture, *_) = await read(path)
    assert picture.pixels.shape == (96, 64, 3)
    assert picture.pixels[40, 55, 0] > 120  # what was on top is now on the right


@pytest.mark.real_time
@pytest.mark.parametrize("content", [b"", b"\x00" * 5000, b"not a video at all"])
async def test_what_is_no_video_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "v.mp4"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"v\.mp4: (the file is empty|this is not a video)"):
        await read(path)


@pytest.mark.real_time
async def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInputError, match="no such file"):
        await read(tmp_path / "none.mp4")
    with pytest.raises(BadInputError, match="this is a folder"):
        await read(tmp_path)


@pytest.mark.real_time
async def test_a_file_cut_off_before_its_index_cannot_be_read(tmp_path):
    path = write(tmp_path / "v.mp4", times_ms=range(0, 2000, 40))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(BadInputError, match="cut off at its start"):
        await read(path)


@pytest.mark.real_time
async def test_a_file_cut_off_later_is_used_as_far_as_it_goes_and_then_said_to_be(tmp_path):
    path = write(tmp_path / "v.mp4", times_ms=range(0, 4000, 40), fast_start=True)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    seen = []

    async def read_on():
        async for picture in RecordedCamera(path).pictures():
            seen.append(picture)

    with pytest.raises(BadInputError, match="it was cut off"):
        await read_on()
    assert seen


@pytest.mark.real_time
@pytest.mark.parametrize(("changed", "cut"), [(20, 1.0), (400, 1.0), (4000, 1.0), (20, 0.6)])
async def test_a_file_with_wrong_bytes_is_read_as_far_as_it_goes_or_refused(tmp_path, changed, cut):
    path = write(tmp_path / "v.mp4", times_ms=range(0, 2000, 40), fast_start=True)
    rng, data = np.random.default_rng(changed), bytearray(path.read_bytes())
    for place in rng.integers(len(data), size=changed):
        data[place] = rng.integers(256)
    path.write_bytes(data[: int(cut * len(data))])
    seen = []
    with contextlib.suppress(BadInputError):
        async for one in RecordedCamera(path).pictures():
            seen.append(one)
    assert all(one.pixels.dtype == np.uint8 and one.pixels.shape[2] == 3 for one in seen)
    assert [one.at for one in seen] == sorted(one.at for one in seen)


@pytest.mark.real_time
async def test_a_tiny_video_is_refused_with_its_size(tmp_path):
    path = write(tmp_path / "v.mp4", times_ms=[0, 40, 80], size=(16, 16))
    with pytest.raises(BadInputError, match="16 x 16"):
        await read(path)


@pytest.mark.parametrize(
    ("shape", "then"),
    [((4320, 7680, 3), (1080, 1920, 3))]
    + [((1920, 1080, 3), (1920, 1080, 3)), ((60, 9000, 3), (48, 1920, 3))],
)
def test_an_8k_picture_is_made_as_large_as_eyes_need_it(shape, then):
    assert shrunk(np.zeros(shape, np.uint8)).shape == then


@pytest.mark.real_time
async def test_with_a_clock_a_slow_reader_gets_the_present_not_the_past(tmp_path):
    path = write(tmp_path / "v.mp4", times_ms=range(0, 1000, 20))
    clock = LoopClock(asyncio.get_running_loop())
    begin, ages, count = clock.now(), [], 0
    async for picture in RecordedCamera(path, clock=clock).pictures():
        ages.append(clock.now() - picture.at)
        count += 1
        await clock.sleep_until(clock.now() + 0.15)
    assert count < 15
    assert max(ages) < 0.3
    assert clock.now() - begin >= 0.8


LINE = '{"t": %s, "person": "%s", "head_m": [1.0, 0.1, 0.0], "gaze": [-1.0, 0.0, 0.0]}\n'


def test_recorded_people_appear_at_their_times(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text('{"recording": "x"}\n' + LINE % (0.0, "a") + LINE % (1.0, "b"))
    people = RecordedPeople(path)
    pixels = np.zeros((64, 64, 3), np.uint8)
    looks = [people.look(Picture(at=at, pixels=pixels), Focus()) for at in (50.0, 50.5, 51.0)]
    assert [len(look.faces) for look in looks] == [1, 0, 1]


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"head_m": [1], "gaze": [0, 0, 1]}', '{"head_m": [1, 2, 3], "t": 1}']
)
def test_a_bad_line_of_people_is_an_error_with_its_number(tmp_path, line):
    path = tmp_path / "p.jsonl"
    path.write_text(LINE % (0.0, "a") + line)
    with pytest.raises(BadInputError, match="p.jsonl:2"):
        RecordedPeople(path)
