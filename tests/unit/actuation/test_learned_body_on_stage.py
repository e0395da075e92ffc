"""The learned body over the rules: takes over, stops, changes its mind and fails without a jump."""

from functools import cache

import numpy as np
import pytest

from actuation.generators.body_sources import performed
from actuation.generators.flow_body import FlowBody, felt
from actuation.generators.flow_gestures import LearnedGestures
from actuation.generators.flow_network import BLOCK, CONTEXT
from actuation.generators.flow_parts import RATE_HZ, to_six
from actuation.generators.flow_session import AtOnce, changed
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.style import BodyPart, BodyWish
from actuation.joints.rotations import about, angle, minimum_jerk, multiply
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.messages import GestureCue
from tests.fakes.small_body import clauses, small_model

REST = rest_pose()
ARMS = [i for i, name in enumerate(JOINT_NAMES) if "Arm" in name or name.endswith("Hand")]
TRUNK = [JOINT_INDEX[n] for n in ("hips", "spine", "chest", "upperChest", "neck", "head")]
CHUNK = 6
TEXT = "Good morning and welcome here."
FRAMES = 330
"""The words end at 2.9 s; half a second for each hand to come back, and more."""


class Swaying:
    """Makes frames like a network that is always smooth: arms swing, a pure function of time."""

    dead = False

    def begin(self, session):
        pass

    def change(self, session, script, first, anchor, end):
        changed(session, script, first, anchor, end)

    def cancel(self, session):
        session.over = True

    def want(self, session, until):
        session.wanted = max(session.wanted, until)
        while session.hungry and not self.dead:
            if session.begun != session.generation:
                session.stream, session.begun = self, session.generation
                self._next = session.first
                context = np.arange(session.first - CONTEXT, session.first)
                session.track.begin(session.first, to_six(swaying(context / RATE_HZ)))
            frames = np.arange(self._next, self._next + BLOCK)
            # Another wish: from its first frame on it goes elsewhere, smoothly.
            away = 0.3 * session.generation * minimum_jerk((frames - session.first) / 15)
            session.track.add(to_six(swaying(frames / RATE_HZ, away)))
            self._next += BLOCK


def swaying(times, away=0.0):
    """(n, 44, 4): up to 0.4 rad from rest, 0.6 times a second, and `away` on top."""
    joints = np.repeat(REST[None], len(times), axis=0)
    turn = about("z", 0.4 * np.sin(2 * np.pi * 0.6 * np.asarray(times)) + away)
    for i in ARMS:
        joints[:, i] = multiply(joints[:, i], turn)
    return joints


def shown(gestures, frames, *, spoken=(), at=None):
    """(frames, 44, 4) chunk by chunk, as the stage asks; `at`: what to do before a frame."""
    rows, waiting = [], list(spoken)
    for first in range(0, frames, CHUNK):
        now = first / 60
        while waiting and waiting[0].start_s - 0.9 <= now:
            gestures.for_clause(waiting.pop(0), earliest_s=now)
        if at is not None and first in at:
            at[first](now)
        times = (first + np.arange(CHUNK)) / 60
        rows.append(gestures.lay_over(np.repeat(REST[None], CHUNK, axis=0), times))
    return np.concatenate(rows)


def speeds(joints):
    return angle(joints[1:], joints[:-1])[:, ARMS] * 60


def sudden(joints):
    """(frames - 2,) how much the fastest change of speed is, rad/s from frame to frame."""
    return np.abs(np.diff(speeds(joints), axis=0)).max(axis=1)


def learned(making=None, **how):
    return LearnedGestures(making or Swaying(), **how)


def spoken(text=TEXT, *, start_s=1.0, cues=()):
    return clauses(text, start_s=start_s, cues=cues)


@cache
def undisturbed():
    """What a smooth network and what the rules make of the words."""
    made = shown(learned(), FRAMES, spoken=spoken())
    ruled = shown(Gesticulation(), FRAMES, spoken=spoken())
    return made, ruled


def test_while_somebody_speaks_arms_are_the_networks_and_the_trunk_is_the_rules():
    made, ruled = undisturbed()
    apart = angle(made, ruled)
    assert apart[72:170, ARMS].max() > 0.05
    assert apart[:, TRUNK].max() < 1e-6
    # Before anybody speaks, and long after, there is nothing of it.
    assert apart[:6].max() < 1e-6
    assert apart[-12:].max() < 1e-6


def test_frames_made_again_are_the_same_frames():
    gestures = learned()
    first = shown(gestures, 240, spoken=spoken())
    for start in (228, 180, 150):
        times = (start + np.arange(12)) / 60
        again = gestures.lay_over(np.repeat(REST[None], 12, axis=0), times)
        assert angle(again, first[start : start + 12]).max() < 1e-6


@pytest.mark.parametrize("frame", [96, 114, 126, 138, 150, 168])
def test_interrupted_at_any_frame_it_goes_back_at_once_and_without_a_jump(frame):
    whole, ruled = undisturbed()
    gestures = learned()
    cut = shown(gestures, frame + 48, spoken=spoken(), at={frame: gestures.interrupt})
    assert angle(cut[:frame], whole[:frame]).max() < 1e-6
    # After three frames it is on its way, after 0.32 s there.
    near = slice(frame - 2, frame + 8)
    away = (angle(whole, ruled) + angle(ruled, REST))[near][:, ARMS].max()
    assert angle(cut[frame + 21 :], REST)[:, ARMS].max() < 1e-6
    at_once = angle(cut[frame - 1 : frame + 3], REST)[:, ARMS].max(axis=1)
    usual = speeds(whole)[near].max()
    assert at_once[-1] < at_once[0] + 3 * usual / 60
    # Two ways of `away` by minimum jerk in 0.32 s, the network's and the rules': so fast at most.
    assert speeds(cut)[frame - 2 :].max() < usual + 1.9 * away / 0.32
    assert sudden(cut)[frame - 2 :].max() < sudden(whole).max() + 5.8 * away / 0.32**2 / 60


def test_a_change_of_mind_keeps_what_was_sent_and_does_not_jump():
    plain, _ = undisturbed()
    gestures = learned()
    late = spoken("Oh, come this way instead, please.", start_s=2.6)[0]
    changed = shown(
        gestures, 300, spoken=spoken(),
        at={120: lambda now: gestures.for_clause(late, earliest_s=now)},
    )  # fmt: skip
    assert angle(changed[:120], plain[:120]).max() < 1e-6
    assert angle(changed[260:], plain[260:300])[:, ARMS].max() > 0.02
    # 0.3 rad by minimum jerk in half a second, on top of the swing.
    assert sudden(changed).max() <= 1.1 * sudden(plain).max() + 5.8 * 0.3 / 0.5**2 / 60


def test_when_making_stops_the_rules_take_over_within_the_frames_that_are_there():
    making = Swaying()

    def die(now):
        making.dead = True

    made = shown(learned(making), 240, spoken=spoken(), at={108: die})
    whole, ruled = undisturbed()
    assert angle(made[:108], whole[:108]).max() < 1e-6
    # A second is made ahead at most; then it fades over what is left.
    assert angle(made[108 + 84 :], ruled[108 + 84 : 240])[:, ARMS].max() < 1e-6
    away = angle(whole, ruled)[108:180, ARMS].max()
    assert sudden(made).max() < sudden(whole).max() + 5.8 * away / 0.2**2 / 60


def test_making_that_was_slow_for_a_while_is_in_charge_again_when_it_has_caught_up():
    making = Swaying()

    def sleep(now):
        making.dead = True

    def wake(now):
        making.dead = False

    long = spoken(TEXT + " Please wait there for a moment.")
    made = shown(learned(making), 318, spoken=long, at={90: sleep, 186: wake})
    ruled = shown(Gesticulation(), 318, spoken=long)
    apart = angle(made, ruled)[:, ARMS].max(axis=1)
    assert apart[174:186].max() < 1e-6
    assert apart[230:250].max() > 0.02


def test_with_nothing_made_it_is_the_rules():
    making = Swaying()
    making.dead = True
    made = shown(learned(making), 240, spoken=spoken())
    assert angle(made, undisturbed()[1][:240]).max() < 1e-6


def test_what_is_asked_for_is_placed_and_shown_where_the_rules_show_it():
    said = spoken("Please wave to her for me.", cues=((0, "wave", 1),))
    gestures = learned(AtOnce(small_model()))
    placed = gestures.for_clause(said[0], earliest_s=0.1)
    ruled = Gesticulation().for_clause(said[0], earliest_s=0.1)
    assert [(p.lexeme, p.apex_s) for p in placed] == [(p.lexeme, p.apex_s) for p in ruled]
    wave = next(p for p in placed if p.lexeme == "wave")
    assert gestures.busy_until_s() >= wave.end_s
    frames = np.arange(0, round(wave.end_s * 60) // CHUNK * CHUNK)
    rest = np.repeat(REST[None], CHUNK, axis=0)
    made = np.concatenate(
        [gestures.lay_over(rest, frames[i : i + CHUNK] / 60) for i in range(0, len(frames), CHUNK)]
    )
    apex = round(wave.apex_s * 60)
    key = shown(Gesticulation(), 240, spoken=said)[apex]
    right = [JOINT_INDEX[f"right{n}"] for n in ("UpperArm", "LowerArm", "Hand")]
    assert angle(made[apex - 2 : apex + 6], key)[:, right].max(axis=1).min() < 0.12


def test_a_beat_that_the_rules_chose_is_on_its_stress_too():
    said = spoken("Nobody had ever seen a machine of that colour in our town.")
    gestures, rules = learned(AtOnce(small_model())), Gesticulation()
    gestures.for_clause(said[0], earliest_s=0.1)
    rules.for_clause(said[0], earliest_s=0.1)
    beats = [stroke for stroke in rules.latest if "beat" in stroke.lexeme]
    assert beats
    frames = range(0, 60 * 4, CHUNK)
    rest = np.repeat(REST[None], CHUNK, axis=0)
    made = np.concatenate([gestures.lay_over(rest, (i + np.arange(CHUNK)) / 60) for i in frames])
    ruled = shown(Gesticulation(), 240, spoken=said)
    for beat in beats:
        apex = round(beat.apex_s * 60)
        assert angle(made[apex], ruled[apex])[beat.joints].max() < 0.05


def test_a_nod_goes_on_while_the_arms_are_the_networks():
    said = spoken(cues=((0, "nod", 1),))
    gestures = learned()
    made = shown(gestures, 240, spoken=said)
    head = JOINT_INDEX["head"]
    assert angle(made[:, head], REST[head]).max() > 0.05
    assert angle(made[72:180], REST)[:, ARMS].max() > 0.05


def test_gestures_without_words_are_the_rules():
    gestures, rules = learned(), Gesticulation()
    cue = (GestureCue(lexeme="wave"),)
    assert gestures.at_once(cue, now_s=0.5)[0].apex_s == rules.at_once(cue, now_s=0.5)[0].apex_s
    assert angle(shown(gestures, 120), shown(rules, 120)).max() < 1e-6


def test_as_a_source_it_gives_the_same_for_the_same_and_idles_where_it_is_told_to():
    said = spoken()
    at_s = np.arange(0.5, 2.2, 1 / 30)
    body = FlowBody(small_model())
    wish = BodyWish()
    made = body.motion(said, at_s, 1, wish)
    assert made.shape == (len(at_s), len(JOINT_NAMES), 4)
    np.testing.assert_allclose(made, body.motion(said, at_s, 1, wish))
    one_arm = BodyWish(parts=frozenset({BodyPart.RIGHT_ARM}))
    half = body.motion(said, at_s, 1, one_arm)
    idle = performed((), at_s, 1, wish).joints
    left = JOINT_INDEX["leftUpperArm"]
    assert angle(half[:, left], idle[:, left]).max() < 1e-6
    assert angle(made[:, left], idle[:, left]).max() > 0.02
    assert angle(body.motion((), at_s, 1, wish), idle).max() < 1e-6


def test_a_wish_is_felt_by_name_or_by_its_place():
    by_name = felt(BodyWish(emotion="happy", intensity=1.0))
    assert by_name.name == "happy"
    assert by_name.valence > 0.5
    placed = felt(BodyWish(valence=-0.5, arousal=0.8, intensity=0.5))
    assert (placed.name, placed.valence, placed.arousal) == (None, -0.25, 0.4)
    assert felt(BodyWish(emotion="friendly")).name is None
