"""Sound files of every kind: heard, told what is wrong with them, or refused with the cure."""

import tracemalloc

import numpy as np
import pytest
import soundfile

from agent.commands.transcribe import Understood
from agent.core.errors import BadInputError
from agent.core.messages import BackendChosen, TurnEnded, TurnId
from perception.backends.recorded_sound import RecordedSound, read_sound
from perception.backends.sound_file_check import check_sound, stretches

RATE_HZ = 16_000


def tone(seconds=3.0, level=0.2, rate_hz=RATE_HZ):
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * 220 * t) * (np.sin(2 * np.pi * 2 * t) > 0)).astype("f4")


def saved(folder, sound, rate_hz=RATE_HZ, subtype="FLOAT"):
    path = folder / "sound.wav"
    soundfile.write(path, sound, rate_hz, subtype=subtype)
    return path


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_a_file_read_in_pieces_is_the_file_read_at_once(tmp_path, rate_hz):
    path = saved(tmp_path, tone(2.3, rate_hz=rate_hz), rate_hz)
    pieces = np.concatenate(list(stretches(path)))
    whole = read_sound(path)
    assert pieces.size == whole.size
    np.testing.assert_allclose(pieces, whole, atol=2e-4)


async def test_what_is_played_is_what_is_in_the_file_to_the_last_sample(tmp_path):
    path = saved(tmp_path, np.stack([tone(1.01), tone(1.01)], 1))
    chunks = [one async for one in RecordedSound(path).sound()]
    np.testing.assert_array_equal(np.concatenate([c.samples for c in chunks]), read_sound(path))
    assert [c.at for c in chunks[:3]] == pytest.approx([0.0, 0.02, 0.04])


async def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path):
    async def most(seconds):
        path = saved(tmp_path, np.zeros((seconds * 48_000, 2), "i2"), 48_000, "PCM_16")
        tracemalloc.start()
        try:
            async for _ in RecordedSound(path).sound():
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    await most(2)  # what is imported at first use
    assert await most(20) < 1.2 * await most(4)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda s: s * 0, "muted or not connected", id="zeros"),
        pytest.param(lambda s: s * 0 + np.float32(0.3), "muted or not connected", id="stuck"),
        pytest.param(lambda s: s * np.float32(1e-4), "which is silence", id="turned down"),
        pytest.param(lambda s: s * np.float32(0.01), "too quiet", id="quiet"),
        pytest.param(lambda s: np.clip(s * 12, -1, 1), "gain down", id="clipped"),
        pytest.param(lambda s: s + np.float32(0.3), "off its middle by 0.30", id="off its middle"),
        pytest.param(lambda s: s * np.float32(32768), "divide it by 32768", id="unscaled"),
        pytest.param(lambda s: np.stack([s, -s], 1), "wrong way round", id="against each other"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_cure(tmp_path, change, told):
    troubles = check_sound(saved(tmp_path, change(tone()))).troubles()
    assert any(told in one for one in troubles), troubles


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(tone(), id="mono"),
        pytest.param(np.stack([tone(), 0.5 * tone()], 1), id="stereo"),
        pytest.param(np.stack([tone(), 0 * tone()], 1), id="one side"),
    ],
)
def test_of_a_good_file_nothing_is_told(tmp_path, sound):
    assert check_sound(saved(tmp_path, sound)).troubles() == ()
    assert check_sound(saved(tmp_path, sound, 48_000)).troubles() == ()


def test_a_telephones_rate_is_told(tmp_path):
    (told,) = check_sound(saved(tmp_path, tone(rate_hz=8_000), 8_000)).troubles()
    assert "8000 Hz" in told
    assert "above 4 kHz" in told


async def test_channels_that_cancel_each_other_are_heard_by_the_first(tmp_path):
    path = saved(tmp_path, np.stack([tone(), -tone()], 1))
    heard = np.concatenate([c.samples async for c in RecordedSound(path).sound()])
    assert np.abs(heard).max() == pytest.approx(0.2, abs=0.01)


def test_values_that_are_no_numbers_are_refused_with_their_place(tmp_path):
    holed = tone()
    holed[20_000:20_100] = np.nan
    with pytest.raises(BadInputError, match=r"sound\.wav: .* not numbers, the first at 1\.25 s"):
        check_sound(saved(tmp_path, holed))


@pytest.mark.parametrize(
    ("made", "says"),
    [
        pytest.param(lambda path: path.mkdir(), "this is a folder", id="folder"),
        pytest.param(lambda path: path.write_text("hello"), r"\(Format not rec", id="text"),
        pytest.param(
            lambda path: path.write_bytes(b"\xff\xfb\x90\x00" * 2000), "be read; use", id="no mp3"
        ),
        pytest.param(
            lambda path: soundfile.write(path, tone(rate_hz=900), 900, format="WAV"),
            "says that it is at 900 Hz",
            id="no rate for a voice",
        ),
    ],
)
def test_what_cannot_be_heard_is_refused_with_what_it_is(tmp_path, made, says):
    made(tmp_path / "sound")
    with pytest.raises(BadInputError, match=says):
        check_sound(tmp_path / "sound")


# A word in the end


def turn(text, confidence, voiced_s=2.0):
    return TurnEnded(
        at=3.0, turn=TurnId(1), revision=0, text=text, confidence=confidence, voiced_s=voiced_s
    )


def word(*messages):
    heard = Understood()
    chosen = BackendChosen(at=0.0, role="recogniser", backend="pocketsphinx", languages=("en",))
    for message in (chosen, *messages):
        heard.take(message)
    return heard.trouble(12.0)


def test_a_file_without_a_voice_is_said_to_have_none():
    assert word() == "no voice was heard in 12.0 s of sound"


def test_where_most_of_a_voice_was_not_understood_the_languages_that_are_are_told():
    told = word(turn("good day", 0.9), turn("gluten talk", 0.1, 4.0))
    assert "4.0 s were hardly understood" in told
    assert "pocketsphinx understands en alone" in told
    assert "typed" in told
    assert word(turn("good day", 0.9, 4.0), turn("", 0.0, 1.0)) == ""
