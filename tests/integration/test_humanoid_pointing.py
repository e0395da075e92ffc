"""A humanoid in MuJoCo points at true places from its own shoulders, or says how far beside."""

import itertools

import numpy as np
import pytest

mujoco = pytest.importorskip("mujoco", reason="needs: pip install 'foyer[humanoid]'")

from actuation.embodiments.humanoid_model import load_robot  # noqa: E402
from actuation.gestures.gesticulation import Gesticulation  # noqa: E402
from actuation.gestures.strokes import lay_over  # noqa: E402
from actuation.motion import Cut, GestureLaid  # noqa: E402
from actuation.stage.config import PerformerConfig  # noqa: E402
from actuation.stage.stage import Stage  # noqa: E402
from agent.core.messages import GestureCue, Place  # noqa: E402
from tests.fakes.gesturing import REST, chunk, direction, gesture  # noqa: E402
from tests.fakes.humanoids import ONE_ARM, WHOLE, Stand, assert_within_limits  # noqa: E402
from tests.fakes.stages import act  # noqa: E402


@pytest.mark.long
def test_pointing_holds_the_true_direction_within_five_degrees(capsys):
    stand = Stand()
    stand.warm_up()
    errors = []
    for yaw in (-110, -60, -20, 0, 40, 85)[:: 1 if WHOLE else 2]:
        for pitch in (-25, 0, 12, 30)[:: 1 if WHOLE else 3]:
            aim = direction(yaw, pitch)
            side = "left" if aim[0] > 0.05 else "right"
            held = []

            def look(stroke, aim=aim, side=side, held=held):
                if stroke.apex_s + 0.2 <= stand.now <= stroke.end_of_hold_s:
                    held.append(stand.beside_deg(side, aim=aim))

            stand.show("point", look, side=side, aim=aim)
            errors.append(max(held))
    with capsys.disabled():
        print(  # noqa: T201 - the figures
            f"\n[humanoid] pointing, {len(errors)} directions, worst of each hold: p50 "
            f"{np.median(errors):.2f}, p95 {np.percentile(errors, 95):.2f}, max "
            f"{max(errors):.2f} deg"
        )
    assert max(errors) < 5.0
    assert stand.motion.collisions == 0


DISTANCES_M = (0.6, 0.8, 1.2, 2.5, 10.0)
HEIGHTS_M = (0.9, 1.2, 1.6)
YAWS_DEG = (-120, -90, -60, -30, -5, 15, 45, 75, 105)


def far_enough(distance, height, yaw):
    """Others are nearer than a hand is long, in the trunk's shadow."""
    return distance > 0.8 or (abs(yaw) <= 90 and (distance > 0.6 or height > 1.0))


def pointed_at(stand, place, side):
    """Degrees beside the place through the hold, and what was told."""
    held = []

    def look(stroke):
        if stroke.apex_s + 0.25 <= stand.now <= stroke.end_of_hold_s:
            held.append(stand.beside_deg(side, place))

    stand.show("point", look, side=side, place=place)
    return held


def test_places_near_and_far_high_and_low_are_pointed_at_within_five_degrees(capsys):
    stand = Stand()
    stand.warm_up()
    errors = {}
    grid = list(itertools.product(enumerate(DISTANCES_M), enumerate(YAWS_DEG)))
    for (i, distance), (k, yaw) in grid[:: 1 if WHOLE else 7]:
        height = HEIGHTS_M[(i + k) % 3]
        if far_enough(distance, height, yaw):
            left, forward = distance * np.sin(np.radians(yaw)), distance * np.cos(np.radians(yaw))
            side = "left" if yaw > 0 else "right"
            held = pointed_at(stand, (float(left), height, float(forward)), side)
            errors[distance, height, yaw] = max(held)
    worst = np.array(list(errors.values()))
    with capsys.disabled():
        print(  # noqa: T201 - the figures
            f"\n[humanoid] pointing at {len(worst)} places 0.6 to 10 m away, worst of each hold: "
            f"p50 {np.median(worst):.2f}, p95 {np.percentile(worst, 95):.2f}, max "
            f"{worst.max():.2f} deg"
        )
    assert {k: round(v, 1) for k, v in errors.items() if v >= 5.0} == {}
    assert stand.motion.collisions == 0
    assert stand.told == []
    assert_within_limits(stand)


def test_a_near_place_behind_it_is_missed_and_told_by_how_much():
    stand = Stand()
    stand.warm_up()
    held = pointed_at(stand, (0.3, 1.2, -0.5), "left")
    (told,) = stand.told
    assert told[0] == "gesture point"
    degrees = int(told[1].split()[1])
    assert degrees > 5
    assert degrees == pytest.approx(held[-1], abs=6)
    assert stand.motion.collisions == 0


def test_a_low_aim_that_is_given_up_goes_back_as_quickly_as_any_other():
    """Low and straight ahead is where hands rest: frames alone do not show that it is over."""
    from actuation.gestures.contract import RETRACT_S

    def way_left(interrupt):
        stand = Stand()
        stand.warm_up()
        resting = stand.motion.performed
        aim = direction(-5, -22)
        laid, frames, stroke = gesture("point_behind", start_at=stand.now, side="right", aim=aim)
        stand.motion.take(laid, stand.now)
        stand.motion.take(frames, stand.now)
        stand.run(stroke.apex_s + 0.2)
        there = stand.motion.performed
        if interrupt:
            at = stand.now
            given_up = stroke.interrupt(at)
            stand.motion.take(Cut(generation=1, at=at, gestures_end=True), at)
            times = np.arange(at, at + 1.2, 1 / 60)
            idle = np.repeat(REST[None], len(times), axis=0)
            stand.motion.take(chunk(lay_over(idle, [given_up], times), at, 1), at)
        stand.run(stroke.apex_s + 0.2 + RETRACT_S + 0.2)
        home = resting - there
        return float((stand.motion.performed - there) @ home / (home @ home))

    assert way_left(interrupt=False) < 0.5
    assert way_left(interrupt=True) > 0.9


PLACES = ((0.7, 0.4), (0.6, -0.35), (1.2, -1.0), (1.0, 4.0), (-0.5, 3.5), (9.0, -3.0))
POINTED_HEIGHT_M = 1.2


def test_an_act_that_points_at_a_place_points_there_from_the_robots_own_shoulder(capsys):
    errors = []
    for place in PLACES[:: 1 if WHOLE else 2]:
        stand, laid = Stand(), []

        def send(item, stand=stand, laid=laid):
            stand.motion.take(item, stand.now)
            laid += [item] if isinstance(item, GestureLaid) else []

        stage = Stage(
            config=PerformerConfig(), gestures=Gesticulation(), lead_s=0.25, start=0.0,
            publish=lambda _: None, send=send, want=lambda *_: None,
        )  # fmt: skip
        stand.run(0.4, lambda stage=stage, stand=stand: stage.advance(stand.now))
        cue = GestureCue(lexeme="point", toward=Place(x_m=place[0], y_m=place[1]))
        stage.act(act(gestures=(cue,), at=stand.now), stand.now)
        held = []

        def go_on(stage=stage, stand=stand, laid=laid, held=held, place=place):
            stage.advance(stand.now)
            if laid and laid[0].apex_at + 0.25 <= stand.now <= laid[0].end_at - 0.6:
                spot = (place[1], POINTED_HEIGHT_M, place[0])
                held.append(stand.beside_deg("left" if place[1] > 0 else "right", spot))

        while not (held and stand.now > laid[0].end_at - 0.6) and stand.now < 5.0:
            stand.run(stand.now + 0.2, go_on)
        errors.append(max(held))
        assert stand.motion.collisions == 0
    with capsys.disabled():
        print(  # noqa: T201 - the figures
            f"\n[humanoid] acts that point at places 0.7 to 9.5 m away, worst of each hold: "
            f"{', '.join(f'{e:.1f}' for e in errors)} deg"
        )
    assert max(errors) < 5.0


def test_a_place_that_joint_limits_keep_it_from_is_told_once_and_others_are_not():
    stand = Stand(load_robot(*ONE_ARM))
    stand.warm_up()
    stand.show("point", side="right", aim=direction(-45, 5))
    assert stand.told == []
    stand.show("point_behind", side="right", aim=direction(-178, 0))
    assert len(stand.told) == 1
    asked, done = stand.told[0]
    assert asked == "gesture point_behind"
    assert "degrees beside the place" in done
