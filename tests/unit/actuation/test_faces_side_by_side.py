"""Several faces at once, ten minutes of words, and words that are hardly any."""

import numpy as np
import pytest

from actuation.animation import track_of
from actuation.faces.expressions import bearing_of
from actuation.faces.face import FaceConfig
from actuation.faces.heads import FacePart, slider
from actuation.faces.living import LivingFace
from actuation.generators.metrics.lips import TimedPhone, apex_errors_s, closure_rate
from actuation.generators.rules_gaze import GazeConfig, GazeMode
from actuation.gestures.contract import HeadGestures
from actuation.motion import FRAME_RATE_HZ
from actuation.rehearsal import clauses_of, rehearse
from actuation.score import Score
from actuation.stage.config import PerformerConfig
from actuation.stage.stage import Stage
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Act, ActId, Clause, Expression, Reason, UtteranceId
from tests.fakes.voices import speech, spelled

WHY = Reason(policy="test", because="a test wants it")
LINES = ("Pam met Bob.", "I am sorry, it is late.", "Would you like a map?", "Bye bye!")
MANNERS = ("friendly", "apologetic, head tilted", "attentive, eyebrows up", "happy")


class Character:
    """One stage by itself, moved on a tenth of a second at a time."""

    def __init__(self, k):
        config = PerformerConfig.model_validate({"animation": {"seed": k}})
        self.frames, self.wanted = [], []
        self.stage = Stage(
            config=config, gestures=HeadGestures(), lead_s=0.25, start=0.0,
            publish=lambda _: None, send=self.take, want=lambda a, i, _: self.wanted.append((a, i)),
        )  # fmt: skip
        if k == 2:
            gaze = slider(FacePart.GAZE, {"yaw_rad": 0.2})
            self.stage.heads.take(FacePart.GAZE, gaze, 0.5)
        text = LINES[k]
        act = Act(at=0.0, act=ActId(1), reason=WHY, clauses=(Clause(text=text),), manner=MANNERS[k])
        self.stage.act(act, 0.0)
        for on_stage, index in self.wanted:
            self.stage.have_sound(on_stage, index, speech(spelled(text), text), 0.0)
        self.stage.advance(0.0)

    def take(self, item):
        self.frames += getattr(item, "frames", ())

    def shown(self):
        eyes = np.array([(f.at, f.gaze_yaw_rad, f.gaze_pitch_rad) for f in self.frames])
        faces, joints = ([getattr(f, name) for f in self.frames] for name in ("face", "joints"))
        return np.stack(faces), np.stack(joints), eyes


def test_four_characters_at_once_are_each_as_alone():
    together = [Character(k) for k in range(4)]
    for tick in range(1, 40):
        for each in together:
            each.stage.advance(tick / 10)
    for k, each in enumerate(together):
        alone = Character(k)
        for tick in range(1, 40):
            alone.stage.advance(tick / 10)
        for ours, theirs in zip(each.shown(), alone.shown(), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_ten_minutes_of_words_do_not_drift_and_leave_nothing_behind():
    face = LivingFace(face=FaceConfig(), gaze=GazeConfig(), nods=1.0, seed=1, start=0.0)
    text = "Pam met Bob and a big map by the bay."
    said = speech(spelled(text), text)
    track = track_of(said)
    act = Act(at=0.0, act=ActId(1), reason=WHY, clauses=(Clause(text=text),))
    placed = Score(utterance=UtteranceId(1)).append(act, 0, said).clauses[0]
    every_s = said.duration_s + 0.6
    begins = np.arange(0.5, 600.0, every_s)
    upcoming, kept, heads = list(begins), [], []
    for first in range(0, 600 * FRAME_RATE_HZ, 60):
        times = np.arange(first, first + 60) / FRAME_RATE_HZ
        while upcoming and upcoming[0] < times[-1] + 0.5:
            face.speak(placed.moved(upcoming.pop(0)), track, None)
        face.look(GazeMode.AT, (0.0, 0.0), float(times[0]), 1.2)
        turned = face.turned(times)
        heads.append(turned.head[:, :2].mean(axis=0))
        if first < 3600 or first >= 600 * FRAME_RATE_HZ - 3600:
            kept.append((times, face.shapes(times, turned, np.zeros(60))))
    assert len(face._mouths) < 5
    assert len(face._motions) < 5
    half = len(kept) // 2
    for part in (kept[:half], kept[half:]):
        times = np.concatenate([t for t, _ in part])
        shown = np.concatenate([f for _, f in part]).astype(float)
        phones = [
            TimedPhone(name=p.name, start_s=p.start_s + b, end_s=p.end_s + b)
            for b in begins if times[0] < b < times[-1] - every_s for p in said.phones
        ]  # fmt: skip
        assert len(phones) > 300
        assert closure_rate(times, shown, phones) == 1.0
        errors = apex_errors_s(times, shown, phones)
        assert np.quantile(np.abs(errors), 0.95) < 0.015
        assert abs(np.median(errors)) < 0.004
    minutes = np.stack(heads).reshape(10, 60, 2).mean(axis=1)
    assert np.ptp(minutes, axis=0).max() < 0.05, "the head does not wander off"


def test_in_silence_the_lips_are_still_and_the_face_is_alive():
    face = LivingFace(face=FaceConfig(), gaze=GazeConfig(), nods=1.0, seed=3, start=0.0)
    face.wear(bearing_of("friendly", 0.5), 0.0)
    shown = []
    for first in range(120, 60 * FRAME_RATE_HZ, 60):
        times = np.arange(first, first + 60) / FRAME_RATE_HZ
        face.look(GazeMode.AT, (0.0, 0.0), float(times[0]), 1.2)
        shown.append(face.shapes(times, face.turned(times), np.zeros(60)))
    faces = np.concatenate(shown)
    lips = [i for i, n in enumerate(ARKIT_NAMES) if n.startswith(("mouth", "jaw", "tongue"))]
    assert np.ptp(faces[:, lips], axis=0).max() == 0.0
    alive = np.delete(faces, lips, axis=1)
    for second in np.split(alive, len(alive) // 600):
        assert np.ptp(second, axis=0).max() > 0.1


@pytest.mark.parametrize(
    "phones",
    [[], ["p"], ["aa"], ["pau"], [("m", 0.001)], [("pau", 2.0), "f"], ["p", "b", "m"],
     [("uw", 3.0)]],
)  # fmt: skip
def test_hardly_any_words_are_a_quiet_sane_face(phones):
    made = speech(phones, "hm") if phones else speech([("pau", 0.2)], "hm")
    act = Act(at=0.0, act=ActId(1), reason=WHY, clauses=(Clause(text="hm"),),
              expression=Expression.HAPPY, intensity=float("nan"))  # fmt: skip
    shown = rehearse(act, [made])
    assert np.all(np.isfinite(shown.faces))
    assert np.all((shown.faces >= 0) & (shown.faces <= 1))
    assert np.abs(np.diff(shown.faces, axis=0)).max() < 0.9


def test_sound_that_is_no_number_moves_the_mouth_by_its_phones():
    whole = speech(spelled("Pam"), "Pam")
    broken = type(whole)(
        text=whole.text, voice="fake", rate_hz=whole.rate_hz,
        samples=np.full_like(whole.samples, np.nan), phones=whole.phones, words=whole.words,
    )  # fmt: skip
    act = Act(at=0.0, act=ActId(1), reason=WHY, clauses=(Clause(text="Pam"),))
    shown = rehearse(act, [broken])
    assert np.all(np.isfinite(shown.faces))
    assert shown.faces.max() > 0.2


def test_phones_of_a_language_nobody_knows_are_passed_over_as_rest():
    made = speech(["zz", "aa", "q", "p"], "zaqp")
    act = Act(at=0.0, act=ActId(1), reason=WHY, clauses=(Clause(text="zaqp"),))
    shown = rehearse(act, [made])
    assert np.all(np.isfinite(shown.faces))


def test_no_text_is_no_clause():
    assert clauses_of("") == ()
    assert clauses_of(" \n ") == ()
