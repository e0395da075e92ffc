"""Real ears on made and recorded voices: words, files, and the command line."""

import asyncio
import json

import numpy as np
import pytest
import soundfile

from agent.bench.hearing import word_errors
from agent.commands import transcribe
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.core.messages import TurnId
from perception.backends import devices_microphone
from perception.backends import pocketsphinx as embedded
from perception.backends.pocketsphinx import Channel, PocketsphinxRecogniser, confidence
from perception.backends.recorded_sound import RecordedSound, read_sound
from perception.words.recognition import RecognitionConfig
from perception.words.site_language import SiteLanguage
from tests.fakes.sounds import quiet, visitor_says
from tests.media import media

SITE = SiteLanguage(names=("Anna Keller", "Chidi Okafor"), rooms=("Aurora",))


@pytest.fixture(scope="module")
def recogniser():
    return PocketsphinxRecogniser(RecognitionConfig(), SITE)


def read(recogniser, sound):
    recogniser.start()
    whole = np.concatenate([quiet(0.3), sound, quiet(0.2)])
    for i in range(0, whole.size, 512):
        recogniser.feed(whole[i : i + 512])
    return recogniser.finish()


@pytest.mark.parametrize(
    "said",
    [
        "where is the restroom",
        "i have an appointment with anna keller at ten",
        "please tell mister okafor that i have arrived",
        "could you tell me the wifi password",
        "yes",
    ],
)
def test_a_visitor_is_understood_and_trusted(recogniser, tmp_path, said):
    reading = read(recogniser, visitor_says(said, tmp_path))

    assert word_errors(said, reading.text)[0] <= 1
    assert reading.confidence > 0.6


def test_nonsense_is_not_trusted(recogniser, tmp_path):
    reading = read(recogniser, visitor_says("blorf snittle wug zaffer dax", tmp_path))
    assert reading.confidence < 0.4


@pytest.mark.long
def test_free_speech_is_left_to_general_english():
    def errors(ears):
        wrong = 0
        for name in ("0880", "0930"):
            path = media(f"audio/librivox/sense_and_sensibility_01_austen_64kb-{name}.wav")
            said = " ".join(path.with_suffix(".txt").read_text().split())
            wrong += word_errors(said, read(ears, read_sound(path)).text)[0]
        return wrong

    general = PocketsphinxRecogniser(RecognitionConfig(mixture=0), SITE)
    own = PocketsphinxRecogniser(RecognitionConfig(mixture=1), SITE)
    # None of the three has heard another voice before: what it taught would be compared as well.
    mixed = errors(PocketsphinxRecogniser(RecognitionConfig(), SITE))

    assert mixed <= errors(general) + 1
    assert mixed < errors(own)


def test_trust_falls_with_unlikely_words_disagreement_and_drawn_out_words():
    words = ("where", "is", "the", "restroom")
    good = confidence(words, words, -0.5e-3, 120)

    assert good > 0.9
    assert confidence(words, ("when", "was", "a", "test"), -0.5e-3, 120) < good
    assert confidence(words, words, -2.5e-3, 120) < 0.4
    assert confidence(("if",), (), -0.1e-3, 200) < 0.1
    assert confidence((), (), 0.0, 0) == 0.0


@pytest.fixture
def decoders(monkeypatch):
    """What each decoder was given: samples to hear, and means to hear them by."""

    class Watched(embedded.pocketsphinx.Decoder):
        heard, means = 0, 0

        def __init__(self, **settings):
            super().__init__(**settings)
            made.append(self)

        def start_utt(self):
            self.turn = []
            super().start_utt()

        def process_raw(self, data, *more):
            self.turn.append(data)
            self.heard += len(data) // 2
            return super().process_raw(data, *more)

        def set_cmn(self, cepstra):
            self.means += 1
            super().set_cmn(cepstra)

    made = []
    monkeypatch.setattr(embedded.pocketsphinx, "Decoder", Watched)
    return made


def heard_a_call(ears, decoders, whole):
    """Samples the busiest decoder heard in any one call of `feed`."""
    most = 0
    for i in range(0, whole.size - 511, 512):
        before = [one.heard for one in decoders]
        ears.feed(whole[i : i + 512])
        ears.partial()
        heard = [one.heard - had for one, had in zip(decoders, before, strict=True)]
        most = max(most, *heard)
    return most


def test_no_sound_is_heard_again_at_once_whatever_the_length_of_the_turn(decoders, tmp_path):
    ears = PocketsphinxRecogniser(RecognitionConfig(), SITE)
    said = visitor_says("i have an appointment with anna keller", tmp_path)
    whole = np.concatenate([quiet(0.3), said])
    ears.start()
    first = heard_a_call(ears, decoders, whole[:32_000])
    before = [one.heard for one in decoders]
    ears.finish()

    assert first == 512
    assert before == [one.heard for one in decoders]
    assert heard_a_call(ears, decoders, whole[32_000:]) <= 3 * 512  # it was read and goes on


def test_a_voice_that_was_read_and_goes_on_is_heard_whole_by_all(decoders):
    ears = PocketsphinxRecogniser(RecognitionConfig(), SITE)
    voice = np.random.default_rng(5).normal(0, 0.05, 24_576).astype(np.float32)
    ears.start()
    for i in range(0, voice.size, 512):
        if i in (12_288, 22_528):
            ears.finish()
        ears.feed(voice[i : i + 512])
    ears.finish()
    whole = (voice * 32767).astype(np.int16).tobytes()

    assert [b"".join(one.turn) == whole for one in decoders] == [True] * 4


def test_a_turn_teaches_its_channel_while_it_goes_on(decoders):
    ears = PocketsphinxRecogniser(RecognitionConfig(), SITE)
    ears.start()
    begun = [one.means for one in decoders]
    loud = np.random.default_rng(3).normal(0, 0.05, 16_000).astype(np.float32)
    for i in range(0, loud.size, 320):
        ears.feed(loud[i : i + 320])
    again = sorted(one.means - had for one, had in zip(decoders, begun, strict=True))

    assert again == [0, 0, 7, 7]  # at 0.4 s and every tenth after it; not what listeners say


def test_a_channel_is_weighed_by_frames_of_earlier_turns_and_of_this_one():
    def running(now, own, frames):
        return f"{(now * 500 + own * frames) / (500 + frames):.8f}"

    channel = Channel("40")
    first = float(channel.learned(running(40, 50, 40), 40))
    second = float(channel.learned(running(first, 60, 100), 100))

    assert first == pytest.approx((60 * 40 + 40 * 50) / 100, abs=0.001)
    assert second == pytest.approx((60 * 40 + 40 * 50 + 100 * 60) / 200, abs=0.001)


def write(path, samples, rate=16_000, **more):
    soundfile.write(path, samples, rate, **more)
    return path


@pytest.mark.parametrize("spoil", ["empty", "text", "cut", "nan", "no samples", "missing"])
def test_a_bad_sound_file_is_named_with_what_is_wrong(tmp_path, spoil):
    path = tmp_path / "bad.wav"
    if spoil == "empty":
        path.touch()
    elif spoil == "text":
        path.write_text("this is no sound" * 20)
    elif spoil == "cut":
        whole = write(path, np.zeros(16_000, np.float32)).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif spoil == "nan":
        write(path, np.full(1600, np.nan, np.float32), subtype="FLOAT")
    elif spoil == "no samples":
        write(path, np.zeros(0, np.float32))

    with pytest.raises(BadInputError, match=r"bad\.wav: "):
        read_sound(path)


async def test_a_recorded_sound_keeps_its_own_pace_and_exact_times(tmp_path):
    path = write(tmp_path / "two.flac", np.zeros((48_000, 2), np.float32), 48_000)
    clock = LoopClock(asyncio.get_running_loop())
    began = clock.now()
    chunks = [(clock.now() - began, c) async for c in RecordedSound(path, clock=clock).sound()]

    assert sum(c.samples.size for _, c in chunks) == 16_000
    assert chunks[-1][0] == pytest.approx(1.0, abs=0.001)
    assert [c.at - began for _, c in chunks] == pytest.approx([i * 0.02 for i in range(50)])


async def test_without_a_clock_a_recording_runs_flat_out_from_zero(tmp_path):
    path = write(tmp_path / "one.wav", np.zeros(16_000, np.float32))
    clock = LoopClock(asyncio.get_running_loop())
    chunks = [c async for c in RecordedSound(path).sound()]

    assert (chunks[0].at, clock.now()) == (0.0, 0.0)
    assert chunks[-1].at == pytest.approx(0.98)


async def test_a_machine_without_portaudio_says_what_to_do(monkeypatch):
    def absent(name):
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(devices_microphone.importlib, "import_module", absent)
    clock = LoopClock(asyncio.get_running_loop())
    with pytest.raises(BackendUnavailableError, match=r"foyer\[local\]"):
        await anext(devices_microphone.DeviceMicrophone(clock).sound())


def arguments(*words):
    import argparse

    parser = argparse.ArgumentParser()
    transcribe.add_arguments(parser)
    return parser.parse_args([str(w) for w in words])


def test_transcribe_prints_a_turn_as_json_lines_in_the_sounds_own_time(tmp_path, capfd):
    sound = visitor_says("where is the restroom", tmp_path)
    path = write(tmp_path / "visit.wav", np.concatenate([quiet(1.0), sound, quiet(1.5)]))
    assert transcribe.run(arguments(path, "--recogniser", "pocketsphinx")) == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    by_kind = {line["kind"]: line for line in lines}
    told = [k for k in by_kind if k not in ("SpeechContinues", "WordsHeard")]
    loud = np.flatnonzero(np.abs(sound) > 0.02) / 16_000

    assert told == ["BackendChosen", "SpeechStarted", "TurnPaused", "TurnEnded"]
    assert by_kind["TurnEnded"]["text"] == "where is the restroom"
    assert "WordsHeard" in by_kind
    assert by_kind["SpeechStarted"]["at"] == pytest.approx(1.0 + loud[0], abs=0.1)
    assert by_kind["TurnEnded"]["at"] == pytest.approx(1.0 + loud[-1], abs=0.1)
    assert by_kind["TurnEnded"]["turn"] == TurnId(1)


def test_transcribe_of_a_bad_file_is_an_error_a_person_can_read(tmp_path, capsys):
    assert transcribe.run(arguments(tmp_path / "absent.wav")) == 1
    assert "there is no such sound file" in capsys.readouterr().err
