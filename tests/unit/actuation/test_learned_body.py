"""The learned body's window: what is known stays, a batch is each alone, a knob is one knob."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from actuation.generators.flow_condition import (
    AUDIO,
    EMOTION,
    PHASES,
    TEXT,
    Feeling,
    Slot,
    said,
    slot_of,
    slot_tables,
    style_numbers,
)
from actuation.generators.flow_crowd import Crowd
from actuation.generators.flow_network import BLOCK, CONTEXT
from actuation.generators.flow_parts import (
    COLUMNS_OF,
    RATE_HZ,
    WIDTH,
    at_times,
    from_six,
    resampled,
    to_six,
)
from actuation.generators.flow_stream import REACH, BodyStream, Script, smoothed
from actuation.generators.flow_track import BodyTrack
from actuation.generators.flow_weights import BodyCard, read, write
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.lexemes import standard_lexicon
from actuation.gestures.strokes import make_stroke
from actuation.gestures.style import BodyStyle
from actuation.joints.rotations import about, angle, normalised
from actuation.joints.skeleton import load_skeleton
from agent.core.errors import BadInputError
from tests.fakes.small_body import SHAPE, clauses, small_model

REST = rest_pose()


def chance_pose(seed, count=1):
    rng = np.random.default_rng(seed)
    return normalised(rng.standard_normal((count, 44, 4)))


def stream_of(model, script=None, *, seed=0, anchor=None):
    return BodyStream(
        script or Script(), model.scale, rungs=SHAPE.rungs, first=30,
        anchor=REST[None] if anchor is None else anchor, seed=seed,
    )  # fmt: skip


def blocks(model, stream, count):
    made = []
    while len(made) < count:
        due = stream.due()
        model.step([due])
        block = stream.take(due)
        if block is not None:
            made.append(block)
    return np.concatenate(made)


def test_six_numbers_and_back_is_the_same_rotation():
    joints = chance_pose(1, 200)
    assert angle(from_six(to_six(joints)), joints).max() < 1e-6
    assert to_six(joints).shape == (200, WIDTH)


def test_numbers_that_are_no_rotation_become_one():
    rng = np.random.default_rng(2)
    made = from_six(rng.standard_normal((50, WIDTH)))
    np.testing.assert_allclose(np.linalg.norm(made, axis=-1), 1.0, atol=1e-9)


def test_between_frames_the_body_turns_evenly_and_at_frames_it_is_there():
    turning = np.repeat(REST[None], 6, axis=0)
    turning[:, 7] = about("z", 0.1 * np.arange(6))
    halves = at_times(turning, np.arange(11) / 2)
    assert angle(halves[::2], turning).max() < 1e-7
    steps = angle(halves[1:, 7], halves[:-1, 7])
    assert steps[2:-2].max() / steps[2:-2].min() < 1.01


def test_another_rate_keeps_the_moments():
    turning = np.repeat(REST[None], 61, axis=0)
    turning[:, 7] = about("z", 0.01 * np.arange(61))
    half = resampled(turning, 60)
    assert len(half) == 31
    assert angle(half, turning[::2]).max() < 1e-6


def wave(apex_s=2.0):
    return make_stroke(
        standard_lexicon().named("wave"), load_skeleton(), apex_s=apex_s, earliest_s=0.0
    )


def test_a_gesture_has_its_phases_and_its_poses_at_their_times():
    stroke = wave()
    slot = slot_of(stroke, REST)
    model = small_model()
    table, poses = slot_tables([slot], 0, 150, model.scale)
    times = np.arange(150) / RATE_HZ
    right = table[:, 2]
    phase = np.where(right[:, : len(PHASES)].any(axis=1), right[:, : len(PHASES)].argmax(1), -1)
    changes = times[np.flatnonzero(np.diff(phase)) + 1]
    keyed_s, held_s = float(stroke.key_times_s[0]), stroke.end_of_hold_s
    frame = 1.5 / RATE_HZ
    expected = [stroke.start_s, keyed_s - frame, stroke.apex_s, held_s + frame, stroke.end_s]
    for at in set(changes.tolist()):
        assert min(abs(at - e) for e in expected) <= 1 / RATE_HZ + 1e-6
    assert len(changes) >= 4
    given = right[:, -1] > 0.5
    assert keyed_s - frame - 1e-6 <= times[given][0] <= keyed_s
    assert held_s <= times[given][-1] <= held_s + frame + 1e-6
    shown = from_six(model.scale.undo(poses[given]))
    arm = np.arange(10, 14)
    keyed = stroke.pose(np.clip(times[given], keyed_s, held_s))[
        :, [list(stroke.joints).index(i) for i in arm]
    ]
    assert angle(shown[:, arm], keyed).max() < 1e-4
    assert not table[:, 1].any()
    assert right[np.argmin(abs(times - stroke.apex_s)), len(PHASES) + 1] > 0.95


def test_what_a_gesture_asks_for_is_what_is_made_on_its_parts_alone():
    model, stroke = small_model(), wave(2.0)
    script = Script(slots=(slot_of(stroke, REST),))
    plain = blocks(model, stream_of(model), 6)
    asked = blocks(model, stream_of(model, script), 6)
    frames = np.arange(30, 30 + len(asked)) / RATE_HZ
    # Whole tokens of two frames are given.
    inside = (frames >= stroke.key_times_s[0]) & (frames <= stroke.end_of_hold_s)
    whole = inside & np.roll(inside, 1) & np.roll(inside, -1)
    assert whole.sum() >= 8
    arm = [list(stroke.joints).index(i) for i in range(10, 14)]
    made = from_six(asked[whole])[:, 10:14]
    assert angle(made, stroke.pose(frames[whole])[:, arm]).max() < 1e-3
    untouched = COLUMNS_OF["left_arm"]
    assert angle(from_six(plain)[:, 10:14], from_six(asked)[:, 10:14])[whole].max() > 0.1
    assert np.abs(plain[:, untouched] - asked[:, untouched]).max() < 0.5


def test_frames_that_were_shown_are_the_clean_beginning_of_the_window():
    model = small_model()
    anchor = chance_pose(3, CONTEXT)
    due = stream_of(model, anchor=anchor).due()
    shown = from_six(model.scale.undo(due.now[:CONTEXT]))
    body = [i for i in range(44) if i not in (4, 5)]
    assert angle(shown[:, body], anchor[:, body]).max() < 1e-3
    assert (due.level[: CONTEXT // 2] == 1).all()
    assert (due.stride[: CONTEXT // 2] == 0).all()
    # Where gaze turns the head, the network is not asked.
    assert angle(shown[:, 4:6], REST[None, 4:6]).max() < 1e-3


def test_the_first_block_takes_as_many_steps_as_rungs_and_then_each_takes_one():
    model = small_model()
    stream = stream_of(model)
    taken = []
    for _ in range(5):
        due = stream.due()
        model.step([due])
        taken.append(stream.take(due) is not None)
    assert taken == [False, True, True, True, True]
    assert stream.next == 30 + 4 * BLOCK


def test_the_same_seed_moves_the_same_and_another_one_otherwise():
    model = small_model()
    first, again, other = (blocks(model, stream_of(model, seed=s), 3) for s in (1, 1, 2))
    assert (first == again).all()
    assert np.abs(first - other).max() > 1e-3


def test_many_in_one_batch_move_as_each_alone():
    model = small_model()
    spoken = said(clauses("Good morning and welcome.")[0])
    scripts = [
        Script(), Script(said=(spoken,)), Script(said=(spoken,), guidance={"audio": 2.0}),
        Script(slots=(slot_of(wave(1.6), REST),), guidance={"text": 0.0, "style": 3.0},
               style=style_numbers(BodyStyle(size=1.4))),
    ]  # fmt: skip
    alone = [blocks(model, stream_of(model, s, seed=i), 3) for i, s in enumerate(scripts)]
    streams = [stream_of(model, s, seed=i) for i, s in enumerate(scripts)]
    together = [[] for _ in streams]
    for _ in range(4):
        due = [stream.due() for stream in streams]
        model.step(due)
        for each, stream, one in zip(together, streams, due, strict=True):
            block = stream.take(one)
            if block is not None:
                each.append(block)
    for each, own in zip(together, alone, strict=True):
        np.testing.assert_allclose(np.concatenate(each), own, atol=1e-5)


def test_a_knob_of_one_is_no_knob_and_a_knob_of_nothing_known_changes_nothing():
    model = small_model()
    spoken = said(clauses("Good morning and welcome.", start_s=0.6)[0])
    script = Script(said=(spoken,))
    plain = blocks(model, stream_of(model, script), 3)
    one = blocks(model, stream_of(model, replace(script, guidance={"audio": 1.0})), 3)
    # Style is not known here, so without it is the same as with it.
    nothing = blocks(model, stream_of(model, replace(script, guidance={"style": 3.0})), 3)
    loud = blocks(model, stream_of(model, replace(script, guidance={"audio": 3.0})), 3)
    assert (plain == one).all()
    np.testing.assert_allclose(plain, nothing, atol=1e-5)
    assert np.abs(plain - loud).max() > 1e-4


@pytest.mark.parametrize("knob", range(4))
def test_leaving_a_knob_out_leaves_the_others(knob):
    lessons = pytest.importorskip("actuation.generators.training.body_windows")
    timed, whole = np.ones((40, AUDIO + TEXT + 4), np.float32), np.ones(EMOTION + 6, np.float32)
    lessons.leave_out(timed, whole, knob)
    gone = [
        not timed[:, :AUDIO].any(), not timed[:, AUDIO : AUDIO + TEXT].any(),
        not whole[:EMOTION].any(), not whole[EMOTION:].any(),
    ]  # fmt: skip
    assert gone == [i == knob for i in range(4)]
    assert timed[:, AUDIO + TEXT :].all()


def test_words_and_sound_are_heard_at_their_frames():
    clause = clauses("Good morning.", start_s=1.0)[0]
    timed = Script(said=(said(clause),)).timed(0, 90)
    speaks = timed[:, -4] > 0.5
    assert 10 <= np.flatnonzero(speaks)[0] <= 13
    loud = timed[:, AUDIO - 3]
    silent = loud[:20].max()
    assert (loud[32 : int(clause.end_s * RATE_HZ) - 2] > silent + 0.3).all()
    stress = timed[:, AUDIO + 3]
    apex = clause.prominences[0].at_s * RATE_HZ
    assert any(abs(apex - peak) <= 1.5 for peak in np.flatnonzero(stress > 0.9 * stress.max()))


def test_feelings_and_styles_are_numbers_about_one_and_unknown_is_nothing():
    assert not Script().feeling.any()
    assert Feeling("happy", 1.0, 0.8, 0.5).numbers()[1] == 1.0
    assert np.abs(style_numbers(BodyStyle(size=0.5, speed=0.7, spread=-1))).max() < 1.3
    assert (style_numbers(BodyStyle())[:-1] == 0).all()


def test_a_track_cut_short_keeps_what_was_shown():
    rng = np.random.default_rng(4)
    frames = to_six(REST)[None] + 0.05 * rng.standard_normal((40, WIDTH))
    track = BodyTrack()
    track.begin(10, frames[:CONTEXT])
    track.add(frames[CONTEXT:])
    times = np.arange(12, 30) / RATE_HZ
    before = track.read(times)
    end = track.made_s
    track.begin(10 + 20, frames[20 : 20 + CONTEXT])
    assert end > track.made_s
    # The last stretch between two frames leans on the frame after it.
    kept = times <= (10 + 20 - 2 - REACH) / RATE_HZ
    assert (track.read(times[kept]) == before[kept]).all()
    assert smoothed(frames[: 2 * REACH + 3]).shape == (3, 44, 4)


def test_weights_come_back_as_they_were_and_broken_ones_are_refused(tmp_path):
    model = small_model()
    weights = {k: v.numpy() for k, v in model.network.state_dict().items()}
    path = tmp_path / "body.npz"
    write(path, weights, model.scale, BodyCard(shape=SHAPE, data="made"))
    back, scale, card = read(path)
    assert card.data == "made"
    assert "rule" in card.is_no_evidence_of
    np.testing.assert_allclose(scale.spread, model.scale.spread)
    np.testing.assert_allclose(back["whole.weight"], weights["whole.weight"], atol=1e-3)
    with pytest.raises(BadInputError, match="foyer train gesture"):
        read(tmp_path / "none.npz")
    weights["whole.weight"] = weights["whole.weight"] * np.nan
    write(path, weights, model.scale, BodyCard(shape=SHAPE))
    with pytest.raises(BadInputError, match="no numbers"):
        read(path)


def test_weights_of_another_shape_are_refused_with_the_cure():
    model = small_model()
    weights = {k: v.numpy() for k, v in model.network.state_dict().items()}
    other = BodyCard(shape=SHAPE.model_copy(update={"width": 32}))
    with pytest.raises(BadInputError, match="foyer train gesture"):
        type(model)(weights, model.scale, other)


def test_of_two_gestures_on_one_arm_the_later_counts():
    early = Slot((2, 4), 0.0, 0.5, 1.0, 2.0, 3.0, np.repeat(REST[None], 46, axis=0))
    late = Slot((2, 4), 1.0, 1.5, 1.7, 2.0, 3.0, np.repeat(REST[None], 16, axis=0))
    table, _ = slot_tables([late, early], 0, 60, small_model().scale)
    assert table[36, 2, 0] == 1.0
    assert table[20, 2, 1] == 1.0


def test_a_crowd_kept_on_the_device_moves_as_the_streams_do():
    model = small_model()
    spoken = said(clauses("Good morning and welcome.", start_s=0.6)[0])
    scripts = [Script(said=(spoken,)), Script(slots=(slot_of(wave(1.0), REST),))]
    rng = np.random.default_rng(5)
    noise = [torch.from_numpy(rng.standard_normal((4, BLOCK, WIDTH)).astype(np.float32))
             for _ in range(9)]  # fmt: skip
    crowd = Crowd(model, scripts, REST, frames=96, copies=2, noise=lambda k: noise[k])
    assert len(crowd) == 4
    together = [block for _ in range(6) if (block := crowd.step()) is not None]
    assert len(together) == 5
    for i in range(4):
        stream = BodyStream(
            scripts[i % 2], model.scale, rungs=SHAPE.rungs, first=0, anchor=REST[None]
        )
        own = iter([each[i].numpy() for each in noise])
        stream._coming = np.concatenate([next(own) for _ in range(SHAPE.rungs)])
        stream._noise = lambda blocks, own=own: next(own)
        alone = blocks(model, stream, 5)
        crowded = np.concatenate([block[i].numpy() for block in together])
        np.testing.assert_allclose(crowded, alone, atol=2e-5)


def test_a_stroke_of_one_key_is_given_to_a_whole_token():
    beat = make_stroke(
        standard_lexicon().named("offer_palm"), load_skeleton(), apex_s=2.02, earliest_s=0.0
    )
    for shift in np.arange(4) / 120:
        one = replace(
            beat, key_times_s=np.array([2.02 + shift]), apex_s=2.02 + shift,
            end_of_hold_s=2.02 + shift,
        )  # fmt: skip
        table, _ = slot_tables([slot_of(one, REST)], 0, 90, small_model().scale)
        given = table[:, list(slot_of(one, REST).parts)[0], -1]
        assert given.reshape(-1, 2).min(axis=1).sum() >= 1
