"""Lips by rule, over random phones at every expression and intensity."""

import itertools

import numpy as np
import pytest

from actuation.animation import track_of
from actuation.faces.face import FaceConfig, compose, expression_vector
from actuation.generators.metrics.lips import (
    TimedPhone,
    apex_errors_s,
    closed_vowels_rate,
    closure_rate,
    contact_rate,
    lip_gap,
)
from actuation.generators.rules_face import BEFORE_S, COLUMN, monotone
from actuation.motion import FACE_INDEX
from actuation.speech.phones import CONSONANTS, PAUSE, VOWELS
from agent.core.messages import Expression
from tests.fakes.voices import speech

EVERY = [*sorted(CONSONANTS | VOWELS), PAUSE, *"pbmfv" * 2]


def random_speech(seed, count=60):
    random = np.random.default_rng(seed)
    phones = [(str(random.choice(EVERY)), float(random.uniform(0.035, 0.22))) for _ in range(count)]
    return speech([("ax", 0.1), *phones, ("ax", 0.1)], " ".join(["word"] * 20))


def faces_of(made, expression=None, intensity=1.0, fps=60, phase=0.0, config=None):
    times = np.arange(-0.2 + phase, made.duration_s + 0.3, 1 / fps)
    face = np.zeros(52) if expression is None else expression_vector(expression, intensity)
    still = np.zeros(len(times))
    faces = compose(
        mouth=track_of(made).evaluate(times),
        expression=np.tile(face, (len(times), 1)),
        blink=still,
        brows=still,
        eye_pitch=still,
        config=config or FaceConfig(),
    )
    return times, faces.astype(float)


def timed(made):
    return [TimedPhone(name=p.name, start_s=p.start_s, end_s=p.end_s) for p in made.phones]


@pytest.mark.parametrize(
    ("expression", "intensity"),
    [(None, 0.0), *itertools.product(Expression, (0.3, 0.7, 1.0))],
)
def test_every_p_b_m_closes_whatever_the_face_feels(expression, intensity):
    for seed in range(4):
        made = random_speech(seed)
        times, faces = faces_of(made, expression, intensity)
        assert closure_rate(times, faces, timed(made)) == 1.0
        assert contact_rate(times, faces, timed(made)) == 1.0


@pytest.mark.parametrize("fps", [25, 30, 60])
@pytest.mark.parametrize("phase", [0.0, 0.007])
def test_no_frame_rate_misses_a_closure(fps, phase):
    for seed in range(4, 10):
        made = random_speech(seed)
        times, faces = faces_of(made, fps=fps, phase=phase)
        assert closure_rate(times, faces, timed(made)) == 1.0


@pytest.mark.parametrize("mouth", [0.5, 1.5])
def test_a_stronger_or_weaker_mouth_closes_as_well(mouth):
    made = random_speech(11)
    times, faces = faces_of(made, config=FaceConfig(mouth=mouth))
    assert closure_rate(times, faces, timed(made)) == 1.0


def test_the_judge_of_closures_can_tell():
    aa = ("aa", 0.25)
    made = speech([aa, "p", aa, "m", aa, "b", aa], "ap am ab a")
    times, faces = faces_of(made)
    late = [TimedPhone(name=p.name, start_s=p.start_s + 0.15, end_s=p.end_s + 0.15)
            for p in made.phones]  # fmt: skip
    assert closure_rate(times, faces, timed(made)) == 1.0
    assert closure_rate(times, faces, late) < 0.5
    assert closure_rate(times, np.full_like(faces, 0.3), timed(made)) < 0.5


def test_the_judge_of_vowels_counts_those_whose_middle_is_shut():
    times = np.arange(60) / 60
    names = [
        ("aa", 0.0, 0.2),
        ("iy", 0.2, 0.4),
        ("m", 0.4, 0.6),
        ("ax", 0.6, 0.65),
        ("ow", 0.65, 1),
    ]
    said = [TimedPhone(name=n, start_s=a, end_s=b) for n, a, b in names]
    faces = np.zeros((60, 52))
    faces[:, FACE_INDEX["jawOpen"]] = 0.5
    # Shut in the middle of "iy", at the edges of "aa", in "m", and in a vowel too short to count.
    for first, last in ((0, 3), (9, 20), (24, 39)):
        faces[first:last, FACE_INDEX["mouthClose"]] = 0.5
    assert closed_vowels_rate(times, faces, said) == pytest.approx(1 / 3)
    assert closed_vowels_rate(times, np.zeros((60, 52)), said) == 1.0
    assert np.isnan(closed_vowels_rate(times, faces, said[2:4]))


def test_apexes_lie_on_their_phones():
    errors = []
    for seed in range(12):
        made = speech(
            [("ax", 0.1), *[(str(p), 0.09) for p in np.random.default_rng(seed).choice(
                ["aa", "ae", "p", "m", "s", "t", "uw", "w", "k", "iy", "n"], 40)], ("ax", 0.1)],
            " ".join(["word"] * 20),
        )  # fmt: skip
        times, faces = faces_of(made)
        errors.append(apex_errors_s(times, faces, timed(made)))
    pooled = np.abs(np.concatenate(errors))
    assert len(pooled) > 100
    assert np.quantile(pooled, 0.95) < 0.02


def test_rounding_begins_before_its_vowel():
    made = speech(["s", "t", "uw"], "stew")
    at_t = (made.phones[1].start_s + made.phones[1].end_s) / 2
    pucker = track_of(made).evaluate(np.array([0.0, at_t]))[:, COLUMN["pucker"]]
    assert pucker[1] > 0.15


def test_out_of_silence_the_lips_purse_before_the_jaw_falls():
    made = speech([("pau", 0.5), ("uw", 0.12)], "ooh")
    row = track_of(made).evaluate(np.array([0.56 - 0.18]))[0]
    assert row[COLUMN["pucker"]] > 0.01
    assert row[COLUMN["jaw"]] < 1e-6


def test_a_vowel_between_closures_is_open():
    made = speech(["p", ("aa", 0.09), "b", ("eh", 0.07), "m"], "pa be m")
    middles = np.array([(p.start_s + p.end_s) / 2 for p in made.phones if p.name in ("aa", "eh")])
    assert track_of(made).evaluate(middles)[:, COLUMN["close"]].max() < 0.01


def test_a_mouth_that_hangs_open_in_surprise_closes_fully():
    made = speech(["aa", "p", "aa", "m", "aa"], "apa ma")
    times, faces = faces_of(made, Expression.SURPRISED, 1.0)
    for phone in made.phones:
        if phone.name in "pm":
            at = np.abs(times - (phone.start_s + phone.end_s) / 2).argmin()
            jaw, close = faces[at, FACE_INDEX["jawOpen"]], faces[at, FACE_INDEX["mouthClose"]]
            assert abs(jaw - close) < 1e-3
            assert jaw > 0.03


def test_the_mouth_is_closed_and_still_in_a_long_silence():
    made = speech(["aa", ("pau", 0.9), "aa"], "a a")
    times, faces = faces_of(made)
    inside = (times > 0.35) & (times < 0.7)
    assert lip_gap(faces[inside]).max() < 0.01
    assert np.ptp(faces[inside], axis=0).max() < 0.01


def test_lips_move_without_jumps():
    for seed in range(6):
        _, faces = faces_of(random_speech(seed))
        assert np.abs(np.diff(faces, axis=0)).max() < 0.62


def test_louder_vowels_open_wider():
    quiet = speech(["aa", "t", "aa"], "a ta")
    samples = quiet.samples.copy()
    samples[: len(samples) // 2] *= 0.3
    softer = type(quiet)(
        text=quiet.text, voice="fake", rate_hz=quiet.rate_hz, samples=samples,
        phones=quiet.phones, words=quiet.words,
    )  # fmt: skip
    jaw = track_of(softer).evaluate(np.array([0.04, 0.20]))[:, COLUMN["jaw"]]
    assert jaw[1] > 1.1 * jaw[0]


def test_the_mouth_rests_before_and_after():
    track = track_of(speech(["m", "aa"], "ma"))
    ends = track.evaluate(np.array([-BEFORE_S - 1, -BEFORE_S, 5.0]))
    assert np.abs(ends).max() < 1e-6


def test_a_monotone_cubic_has_its_extremes_on_the_points():
    random = np.random.default_rng(3)
    times = np.cumsum(random.uniform(0.01, 0.2, 30))
    values = random.uniform(0, 1, 30)
    at = np.linspace(times[0], times[-1], 5000)
    curve = monotone(times, values[None], at)[0]
    between = np.searchsorted(times, at, side="right").clip(1, 29)
    low = np.minimum(values[between - 1], values[between])
    high = np.maximum(values[between - 1], values[between])
    assert np.all(curve >= low - 1e-9)
    assert np.all(curve <= high + 1e-9)
