"""Faces read against the same face at rest: frame, units, confidence, movements."""

import math
from dataclasses import replace

import numpy as np
import pytest

from agent.core.errors import BackendUnavailableError
from perception.faces.evidence import Course, presence
from perception.faces.frame import head_angles, stabilised
from perception.faces.movements import MovementKind, Movements
from perception.faces.network import inputs, load, save, shapes_of
from perception.faces.points import REGIONS
from perception.faces.reader import (
    FaceReader,
    Told,
    hidden_parts,
    lid_opening,
    share_in_regions,
)
from perception.faces.units import SHAPES, UNITS, asymmetry, intensities

WEIGHTS = load()
N = len(UNITS)


def turned(yaw=0.0, pitch=0.0, scale=900.0, change=None):
    """The mean face as seen, in pixels."""
    face = WEIGHTS.face_m.copy()
    if change is not None:
        change(face)
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    turn = turn @ np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    return face @ turn.T * scale + (160.0, -120.0, 5.0)


def close(face):
    """Both eyes shut."""
    for upper, lower in ((386, 374), (159, 145)):
        face[upper, 1] = face[lower, 1]


def read(frames, rate_hz=30, start=0.0, **options):
    reader = FaceReader(WEIGHTS, **options)
    return [reader.take(start + k / rate_hz, points) for k, points in enumerate(frames)]


def test_size_and_place_of_a_face_are_taken_out():
    near = stabilised(turned(scale=2000.0), WEIGHTS.frame)[1]
    far = stabilised(turned(scale=400.0), WEIGHTS.frame)[1]

    assert np.abs(near - far).max() < 1e-6


@pytest.mark.parametrize(("yaw", "pitch"), [(0.3, 0.0), (-0.3, 0.0), (0.0, 0.2)])
def test_a_turned_head_is_told_with_its_side(yaw, pitch):
    standing, _ = stabilised(turned(yaw, pitch), WEIGHTS.frame)
    straight, _ = stabilised(turned(), WEIGHTS.frame)
    told = head_angles(standing, WEIGHTS.frame) - head_angles(straight, WEIGHTS.frame)

    assert told[0] == pytest.approx(yaw, abs=0.1)
    assert told[1] == pytest.approx(pitch, abs=0.1)


def test_nothing_is_told_before_the_face_at_rest_is_known():
    readings = read([turned()] * 40)

    assert {unit.told for unit in readings[3].units} == {Told.UNKNOWN}
    assert Told.ABSENT in {unit.told for unit in readings[-1].units}


def test_units_that_were_not_learned_reliably_are_never_told():
    last = read([turned()] * 40)[-1]

    for unit, reliable in zip(last.units, WEIGHTS.told, strict=True):
        if reliable < 0.5:
            assert unit.told is Told.UNKNOWN


def test_a_unit_that_is_there_names_the_points_behind_it():
    def drop(face):
        face[[14, 17, 152, 148, 377, 176, 400, 199, 175, 200, 18, 87, 317, 178, 402], 1] -= 0.02

    readings = read([turned()] * 60 + [turned(change=drop)] * 15)
    jaw = next(unit for unit in readings[-1].units if unit.number == 26)

    assert jaw.told is Told.THERE
    assert len(set(jaw.points)) == 8


def test_a_far_turned_face_is_unknown():
    readings = read([turned()] * 40 + [turned(yaw=1.1)] * 10)

    assert {unit.told for unit in readings[-1].units} == {Told.UNKNOWN}
    assert readings[-1].gaze is None


def test_shut_eyes_look_nowhere_and_a_blink_is_told():
    frames = [turned()] * 40 + [turned(change=close)] * 5 + [turned()] * 5
    readings = read(frames)

    assert readings[42].gaze is None
    assert [m.kind for r in readings for m in r.movements] == [MovementKind.BLINK]


@pytest.mark.parametrize(("left", "blinks"), [(0.75, 0), (0.55, 1)])
def test_lids_that_go_a_third_of_their_way_and_back_have_blinked(left, blinks):
    movements, told = Movements(), []
    for k in range(40):
        told += movements.take(k / 30, np.zeros(3), left if 20 <= k < 24 else 1.0)

    assert [m.kind for m in told] == [MovementKind.BLINK] * blinks


def test_eyes_that_stay_shut_are_no_blink():
    frames = [turned()] * 60 + [turned(change=close)] * 30 + [turned()] * 5

    assert [m for r in read(frames) for m in r.movements] == []


@pytest.mark.parametrize(("axis", "kind"), [(1, MovementKind.NOD), (0, MovementKind.SHAKE)])
def test_quick_swings_of_a_head_are_a_nod_or_a_shake(axis, kind):
    movements, told = Movements(), []
    for k in range(90):
        angles = np.zeros(3)
        if 40 <= k < 70:
            angles[axis] = 0.12 * math.sin(2 * math.pi * 2 * (k - 40) / 30)
        told += movements.take(k / 30, angles, 1.0)

    assert {one.kind for one in told} == {kind}


def test_a_head_that_looks_slowly_down_and_up_does_not_nod():
    movements = Movements()
    for k in range(150):
        angles = np.array([0.0, 0.3 * math.sin(2 * math.pi * 0.3 * k / 30), 0.0])
        assert movements.take(k / 30, angles, 1.0) == []


def confidences(seen, intensity, rate_hz=30):
    """What the course says of all units alike, picture by picture."""
    course = Course(WEIGHTS.course)
    pairs = enumerate(zip(seen, intensity, strict=True))
    return [course.take(k / rate_hz, np.full(N, p), np.full(N, far)) for k, (p, far) in pairs]


def as_pictures_say(intensity):
    """The confidence of one ordinary picture in units that have gone so far."""
    return presence(WEIGHTS, np.full(N, intensity), np.zeros(3), np.array(130.0))


def test_what_lasts_is_told_and_what_has_gone_is_soon_no_longer_told():
    low, high, told = as_pictures_say(0.0), as_pictures_say(1.0), WEIGHTS.told > 0.5
    there = confidences([low] * 30 + [high] * 60, [0.0] * 30 + [1.0] * 60)
    gone = confidences([high] * 60 + [low] * 30, [1.0] * 60 + [0.0] * 30)

    assert there[29][told].max() < 0.05
    assert min(sure[told].min() for sure in there[31:]) > 0.9
    assert max(sure[told].max() for sure in gone[61:]) < 0.3


def test_a_doubtful_picture_is_believed_of_a_unit_that_was_there_and_not_of_one_that_was_not():
    weak = (0.5, 0.25)
    was_not = confidences(*zip(*[(0.02, 0.0)] * 30, weak, strict=True))[-1]
    was = confidences(*zip(*[(0.95, 0.8)] * 30, weak, strict=True))[-1]

    assert was_not.max() < 0.5
    assert was.min() > 0.8


def test_the_course_is_the_same_at_half_the_pictures_and_forgets_what_is_long_past():
    fast, slow, fresh = Course(WEIGHTS.course), Course(WEIGHTS.course), Course(WEIGHTS.course)
    low, high = np.full(N, 0.1), np.full(N, 0.8)
    for k in range(61):
        at, seen = k / 30, low if k < 30 else high
        quick = fast.terms(at, seen, seen)
        if k % 2 == 0:
            half = slow.terms(at, seen, seen)

    assert np.abs(quick - half).max() < 0.1
    assert np.abs(fast.terms(30.0, high, high) - fresh.terms(0.0, high, high)).max() < 0.05
    assert not fresh.terms(0.1, high, high)[:, 4:].any()


def test_one_side_alone_is_told_with_its_side():
    shapes = np.zeros(len(SHAPES))
    shapes[SHAPES.index("mouthSmileLeft")] = 0.8
    smile = [unit.number for unit in UNITS].index(12)

    assert intensities(shapes)[smile] == pytest.approx(0.8)
    assert asymmetry(shapes)[smile] == pytest.approx(0.8)


def test_sensitivity_is_a_share():
    known = np.zeros(WEIGHTS.first.shape[0])
    heat, area = share_in_regions(WEIGHTS, known, 0)

    assert 0 <= heat <= 1
    assert 0 < area < 1


def test_what_is_no_face_is_no_reading():
    reader = FaceReader(WEIGHTS)

    assert reader.take(0.0, np.zeros((478, 3))) is None
    assert reader.take(0.1, np.full((478, 3), np.nan)) is None
    assert reader.take(0.2, np.ones((12, 3))) is None
    assert reader.take(0.3, turned()) is not None
    assert reader.take(0.2, turned()) is not None


def test_lids_have_a_distance():
    assert lid_opening(WEIGHTS.face_m) > 0.003


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"no archive"])
def test_damaged_weights_say_how_to_make_them_again(tmp_path, data):
    file = tmp_path / "weights.npz"
    file.write_bytes(data)

    with pytest.raises(BackendUnavailableError, match="foyer train expressions"):
        load(file)


def test_weights_of_another_version_say_how_to_make_them_again(tmp_path):
    file = tmp_path / "weights.npz"
    save(replace(WEIGHTS, course=np.zeros(3)), file, {})

    with pytest.raises(BackendUnavailableError, match=r"another version.*foyer train expressions"):
        load(file)


def test_a_head_that_circles_neither_nods_nor_shakes():
    movements = Movements()
    for k in range(60):
        turn = 2 * math.pi * 2 * k / 30
        angles = np.array([0.12 * math.sin(turn), 0.12 * math.sin(turn), 0.0])
        assert movements.take(k / 30, angles, 1.0) == []


def test_a_unit_is_read_by_the_part_of_the_face_that_made_it():
    """Only the lips move; so keeping the lips still takes the reading away."""
    weights = WEIGHTS
    moved = np.zeros_like(weights.face_m)
    moved[list(REGIONS["lips"]), 1] -= np.linspace(0, 0.02, len(REGIONS["lips"]))
    moved[[17, 84, 314, 405, 181, 14, 87, 317, 178, 402], 1] -= 0.02
    known = inputs(moved, np.zeros(3))
    read = intensities(shapes_of(weights, known))
    unit = int(np.argmax(read * weights.told))
    parts = hidden_parts(weights, known, unit)

    assert read[unit] > 0.2
    assert parts[0] == ("lips", pytest.approx(1.0))
    assert hidden_parts(weights, inputs(0 * moved, np.zeros(3)), unit) == ()
