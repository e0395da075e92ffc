"""No emotion, intensity, style, seed or instruction costs a closure or moves an apex."""

import itertools

import numpy as np
import pytest

from actuation.animation import AnimationConfig, track_of
from actuation.faces.expressions import bearing_at, bearing_of, faces
from actuation.faces.face import FaceConfig, compose
from actuation.faces.style import FaceStyle, styled
from actuation.faces.words import details, instructed, read_face
from actuation.generators.metrics.lips import apex_errors_s, closure_rate, contact_rate
from actuation.generators.rules_face import COLUMN
from actuation.motion import FACE_INDEX
from actuation.rehearsal import LEAD_IN_S, rehearse
from actuation.stage.config import PerformerConfig
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Act, ActId, Clause, Reason
from tests.fakes.voices import speech
from tests.unit.actuation.test_lips import TimedPhone, random_speech, timed

USUAL = bearing_of("friendly", 0.35)
STYLES = [FaceStyle(asymmetry=a, liveliness=v) for a in (0.0, 0.5) for v in (0.0, 2.0)]
INSTRUCTIONS = (
    "apologetic, eyebrows up", "warm but serious, slight smile, head tilted", "no smile",
    "mouth wide open", "lips pressed, nose wrinkled", "big grin, cheeks puffed", "lips pursed",
    "angry, jaw clenched, mouth open", "valence 0.9, arousal 0.9",
)  # fmt: skip
WORN = {
    "nothing": bearing_of("neutral", 0.0),
    **{f"{n} {a}": bearing_of(n, a) for n in faces() for a in (0.3, 0.7, 1.0)},
    **{
        f"{n} in style {k}": styled(bearing_of(n, 1.0), style, 1.0)
        for n in ("happy", "contemptuous", "disgusted")
        for k, style in enumerate(STYLES)
    },
    **{
        f"told: {words}": instructed(read_face(words), face=None, intensity=1.0, usual=USUAL)
        for words in (*INSTRUCTIONS, *(d.replace("_", " ") for d in details()))
    },
    **{
        f"mood {v} {a}": bearing_at(v, a)
        for v, a in itertools.product((-1.0, 0.0, 1.0), (-1.0, 0.0, 1.0))
    },
}


def in_words(seed):
    """Phones in the order of words: some vowel, some consonant, no two closures together."""
    random = np.random.default_rng(seed)
    phones = [("ax", 0.1)]
    for _ in range(24):
        phones.append((str(random.choice(["p", "b", "m", "s", "t", "k", "f", "n", "w"])),
                       float(random.uniform(0.05, 0.1))))  # fmt: skip
        phones.append((str(random.choice(["aa", "ae", "eh", "ih", "iy", "uw", "ah"])),
                       float(random.uniform(0.06, 0.16))))  # fmt: skip
    return speech(phones, " ".join(["word"] * 20))


SAID = [in_words(0), in_words(1), random_speech(3, 40)]
TIMES = [np.arange(-0.2, each.duration_s + 0.3, 1 / 60) for each in SAID]
MOUTHS = [track_of(each).evaluate(t) for each, t in zip(SAID, TIMES, strict=True)]


def judged(worn):
    """Closure and contact rates, and the apex errors of the clauses that are like words."""
    closed, met, errors = [], [], []
    for said, times, mouth in zip(SAID, TIMES, MOUTHS, strict=True):
        still = np.zeros(len(times))
        shown = compose(
            mouth=mouth, expression=np.tile(worn.shapes, (len(times), 1)), blink=still,
            eye_pitch=still, config=FaceConfig(), speech=np.ones(len(times)),
            articulation=worn.mouth,
        ).astype(float)  # fmt: skip
        closed.append(closure_rate(times, shown, timed(said)))
        met.append(contact_rate(times, shown, timed(said)))
        errors.append(apex_errors_s(times, shown, timed(said)))
    return min(closed), min(met), np.abs(np.concatenate(errors[:2]))


NEUTRAL = judged(WORN["nothing"])


@pytest.mark.parametrize("name", list(WORN))
def test_lips_close_meet_and_are_in_time_whatever_is_worn(name):
    closed, met, errors = judged(WORN[name])
    assert closed == NEUTRAL[0] == 1.0
    assert met == NEUTRAL[1] == 1.0
    assert np.quantile(errors, 0.95) <= 0.015
    assert abs(np.quantile(errors, 0.95) - np.quantile(NEUTRAL[2], 0.95)) < 0.002


def act(expression_words=""):
    return Act(
        at=0.0,
        act=ActId(1),
        reason=Reason(policy="test", because="lips are judged"),
        clauses=(Clause(text="word " * 20),),
        manner=expression_words,
    )


def performed(words="", seed=7, **style):
    config = AnimationConfig(seed=seed, face=FaceConfig(style=FaceStyle(**style)))
    said = in_words(2)
    shown = rehearse(act(words), [said], config=PerformerConfig(animation=config))
    phones = [
        TimedPhone(name=p.name, start_s=p.start_s + LEAD_IN_S, end_s=p.end_s + LEAD_IN_S)
        for p in said.phones
    ]
    return shown, phones


LIPS = [i for i, n in enumerate(ARKIT_NAMES) if n.startswith(("mouth", "jaw", "tongue"))]
BROWS = [FACE_INDEX[n] for n in ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")]


@pytest.mark.parametrize("words", ["", "very surprised, mouth open", "furious", "big smile"])
def test_a_whole_performance_closes_as_well(words):
    shown, phones = performed(words)
    assert closure_rate(shown.times, shown.faces.astype(float), phones) == 1.0


def test_a_seed_moves_brows_head_and_lids_and_no_lip():
    (one, _), (other, _), (again, _) = (performed(seed=seed) for seed in (1, 2, 1))
    np.testing.assert_array_equal(one.faces[:, LIPS], other.faces[:, LIPS])
    assert np.abs(one.faces[:, BROWS] - other.faces[:, BROWS]).max() > 0.05
    heads = [np.stack([f.joints[5] for f in some.frames]) for some in (one, other)]
    assert np.abs(heads[0] - heads[1]).max() > 0.005
    np.testing.assert_array_equal(one.faces, again.faces)


def test_a_livelier_style_moves_more_and_a_still_one_not_at_all():
    brows, heads = [], []
    for liveliness in (0.0, 1.0, 2.0):
        shown, _ = performed(liveliness=liveliness)
        brows.append(float(np.abs(np.diff(shown.faces[:, BROWS], axis=0)).sum()))
        heads.append(np.abs(np.diff([f.joints[5] for f in shown.frames], axis=0)).sum())
    assert 3 * brows[0] < brows[1] < brows[2]
    assert heads[0] < heads[1] < 0.8 * heads[2]


def jaw_of(length_s, loud=1.0, name="aa"):
    made = speech([("t", 0.08), (name, length_s), ("t", 0.08)], "tat")
    samples = made.samples * loud
    made = type(made)(text=made.text, voice="fake", rate_hz=made.rate_hz, samples=samples,
                      phones=made.phones, words=made.words)  # fmt: skip
    return track_of(made).evaluate(np.arange(0, 0.5, 1 / 240))[:, COLUMN["jaw"]].max()


def test_short_vowels_fall_short_and_slow_or_loud_ones_open_wider():
    assert jaw_of(0.035) < 0.85 * jaw_of(0.08) < 0.85 * jaw_of(0.2)
    assert jaw_of(0.1, loud=0.5) < jaw_of(0.1) < jaw_of(0.1, loud=2.0)


def test_closures_depend_on_neither_length_nor_loudness():
    for length in (0.03, 0.06, 0.2):
        made = speech([("aa", 0.1), ("p", length), ("aa", 0.1)], "apa")
        track = track_of(made)
        middle = np.array([0.1 + length / 2])
        assert track.evaluate(middle)[0, COLUMN["close"]] > 0.99


def test_between_two_rounded_vowels_the_lips_let_go_a_little():
    made = speech([("uw", 0.12), ("t", 0.08), ("uw", 0.12)], "utu")
    pucker = track_of(made).evaluate(np.array([0.06, 0.16, 0.26]))[:, COLUMN["pucker"]]
    assert 0.8 * pucker[0] < pucker[1] < 0.95 * pucker[0]
