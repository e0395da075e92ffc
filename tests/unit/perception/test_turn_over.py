"""The odds that a turn is over, how its pitch ends, and the wait that costs least."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from agent.commands.training.turns import fit, left_out, write
from agent.core.errors import BadInputError
from agent.lessons.turn_pauses import Silence, texts
from perception.turns.over import (
    CUT_COSTS_S,
    PAUSE_S,
    PAUSE_SPREAD,
    Manner,
    Pause,
    chance_over,
    least_costly_wait_s,
    read_lines,
)
from perception.turns.patience import PatienceConfig
from perception.turns.pitch import PitchEnd, pitch_end

LOW = PitchEnd(above_middle_st=-3.0, above_floor_st=0.0, slope_st_s=0.0)
HIGH = PitchEnd(above_middle_st=2.0, above_floor_st=4.0, slope_st_s=0.0)
RATE_HZ = 16_000


def pause(text, finished=0.9, pitch=LOW, *, trust=0.9, language="", ends=None, whole=None):
    return Pause(
        text=text, trust=trust, language=language, finished=finished, pitch=pitch,
        ends_here=ends, ends_in_english=ends, whole_here=whole,
    )  # fmt: skip


@pytest.mark.parametrize("over", [0.2, 0.7, 0.95])
@pytest.mark.parametrize("cut_costs_s", [3.0, 20.0])
def test_no_other_wait_costs_less_with_pauses_as_people_make_them(over, cut_costs_s):
    chance = np.random.default_rng(1)
    pauses_s = PAUSE_S * np.exp(PAUSE_SPREAD * chance.standard_normal(20_000))

    def cost(wait_s):
        return over * wait_s + (1 - over) * cut_costs_s * np.mean(pauses_s > wait_s)

    wait_s = least_costly_wait_s(over, cut_costs_s=cut_costs_s, least_s=0.2)
    others = np.arange(0.2, 2.6, 0.1)
    assert cost(wait_s) <= min(map(cost, others)) + 0.02


def test_the_surer_the_shorter_and_the_dearer_a_cut_in_the_longer():
    def waits(price):
        sure = np.linspace(0.01, 0.99, 50)
        return [least_costly_wait_s(p, cut_costs_s=price, least_s=0.2) for p in sure]

    prices = [waits(CUT_COSTS_S[one]) for one in (Manner.BRISK, Manner.ORDINARY, Manner.PATIENT)]
    for row in prices:
        assert row == sorted(row, reverse=True)
    for quick, slow in zip(prices, prices[1:], strict=False):
        assert all(a <= b for a, b in zip(quick, slow, strict=True))
        assert quick != slow


def test_a_question_that_ends_low_and_sounds_finished_is_answered_at_once():
    patience = PatienceConfig()
    whole = pause("where is the meeting room please", 0.97, ends=-0.3, trust=0.97)
    assert patience.silence_s(whole) == pytest.approx(patience.finished_s)


def test_a_question_that_is_known_to_be_all_is_answered_before_its_sound_is_judged():
    patience = PatienceConfig()
    known = pause("where can i park today", None, None, ends=-0.3, trust=0.97, whole=3.0)
    assert patience.silence_s(known) == pytest.approx(patience.finished_s)
    for less in (replace(known, whole_here=-3.0), replace(known, trust=0.2, ends_here=-2.0)):
        assert patience.silence_s(less) == PatienceConfig(judge="rule").silence_s(less)
    rule = PatienceConfig(judge="rule")
    assert rule.silence_s(known) == rule.closed_s


def test_visitors_who_stop_after_these_words_shorten_the_wait_and_those_who_go_on_lengthen_it():
    stop, unknown, go_on = (
        chance_over(pause("where is the lift", 0.5, ends=-0.5, whole=whole))
        for whole in (3.0, None, -3.0)
    )
    assert stop > unknown > go_on


def test_thanks_are_whole_however_they_sound_if_they_were_understood():
    patience = PatienceConfig()
    assert patience.silence_s(pause("thank you", 0.02, HIGH)) == patience.closed_s
    assert patience.silence_s(pause("thank you", 0.02, HIGH, trust=0.3)) > 1.0


@pytest.mark.parametrize("text", ["i have an appointment with", "my name is", "where is the"])
def test_words_that_call_for_more_are_waited_for_however_they_sound(text):
    patience = PatienceConfig(manner=Manner.BRISK)
    assert patience.silence_s(pause(text, 0.98, ends=-0.3)) >= patience.open_s


def test_a_pitch_that_is_held_up_and_a_melody_that_goes_on_lengthen_the_wait():
    patience = PatienceConfig(manner=Manner.PATIENT)
    words = "we would like to see the garden"
    low, high = (patience.silence_s(pause(words, 0.5, one)) for one in (LOW, HIGH))
    assert low < high < patience.silence_s(pause(words, 0.02, HIGH))


def test_whoever_tells_a_number_bit_by_bit_is_given_the_time_for_the_next():
    patience = PatienceConfig(manner=Manner.BRISK)
    assert patience.silence_s(pause("my number is five five one", 0.98)) >= patience.counting_s


@pytest.mark.parametrize(
    "known",
    [pause("where is the restroom", None, None), pause("", 0.9), pause("guten tag", language="de")],
)
def test_where_nothing_was_learned_the_rule_decides(known):
    assert PatienceConfig().silence_s(known) == PatienceConfig(judge="rule").silence_s(known)


def test_a_patient_receptionist_multiplies_what_the_odds_say_too():
    known = pause("tuesday", 0.5)
    patient = PatienceConfig(patient=True, patient_factor=3.0)
    assert patient.silence_s(known) == pytest.approx(3 * PatienceConfig().silence_s(known))


def glide(from_hz, to_hz, *, noise=0.0):
    """A voice of 1.2 s at one pitch that goes to another in its last 0.3 s; then quiet."""
    pitch = np.concatenate([np.full(19_200, from_hz), np.linspace(from_hz, to_hz, 4_800)])
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    voice = sum(np.sin(k * phase) / k for k in range(1, 6)) * 0.1
    rustle = noise * np.random.default_rng(2).standard_normal(voice.size)
    return np.concatenate([voice + rustle, np.zeros(2_400)]).astype(np.float32)


@pytest.mark.parametrize("hz", [90.0, 220.0])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_how_a_pitch_ends_is_told_in_semitones_whatever_the_voice(hz, noise):
    fell, rose, level = (pitch_end(glide(hz, k * hz, noise=noise)) for k in (0.75, 1.33, 1.0))
    assert fell.above_middle_st < -2.0
    assert fell.slope_st_s < -8.0
    assert rose.above_middle_st > 2.0
    assert rose.above_floor_st > 2.0
    assert rose.slope_st_s > 8.0
    assert level.above_middle_st == pytest.approx(0.0, abs=0.3)
    assert level.slope_st_s == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(0, np.float32),
        np.zeros(16_000, np.float32),
        np.full(16_000, 0.5, np.float32),
        0.1 * np.random.default_rng(3).standard_normal(32_000).astype(np.float32),
    ],
)
def test_what_is_no_voice_has_no_pitch(sound):
    assert pitch_end(sound) is None


def made_silences(count=200):
    """Ends sound finished and pauses do not, mostly; words tell nothing."""
    chance = np.random.default_rng(4)
    out = []
    for k in range(count):
        over = k % 2 == 0
        logit = chance.normal(1.5 if over else -1.5)
        known = Pause(
            text="one two tuesday", trust=0.7, ends_here=-1.0, ends_in_english=-1.0,
            finished=1 / (1 + math.exp(-logit)), pitch=LOW,
        )  # fmt: skip
        out.append(Silence(pause=known, over=over, lasts_s=0.5, line=k // 2, voice=str(k % 3)))
    return out


def test_fitted_odds_come_true_as_often_as_they_say():
    heard = made_silences(1600)
    lines = fit(heard)
    told = np.array([chance_over(one.pause, lines) for one in heard])
    truth = np.array([one.over for one in heard])
    for low, high in ((0.02, 0.2), (0.4, 0.6), (0.8, 0.98)):
        some = (told >= low) & (told < high)
        assert truth[some].mean() == pytest.approx(told[some].mean(), abs=0.08)
    assert left_out(made_silences(), lambda one: one.line % 4) > 0.9


def test_weights_are_read_back_as_written_and_those_of_other_features_are_refused(tmp_path):
    path = tmp_path / "weights.json"
    heard = made_silences()
    card = write(heard, path)
    assert "100 ends and 100 pauses" in card["fitted_to"]
    known = pause("where is the restroom")
    assert chance_over(known, read_lines(path)) == pytest.approx(
        chance_over(known, fit(heard)), abs=1e-3
    )
    told = json.loads(path.read_text())
    told["cases"]["words+sound"]["weights"].pop("slope")
    path.write_text(json.dumps(told))
    read_lines.cache_clear()
    with pytest.raises(ValueError, match="foyer train turns"):
        read_lines(path)
    with pytest.raises(BadInputError, match="too few"):
        write(heard[:20], path)


def test_none_of_the_lines_that_judge_is_among_those_that_teach():
    from agent.bench.heard_once import lines

    def words(line):
        return " ".join(line.replace("|", " ").replace("/", " ").replace(",", " ").split())

    said = {words(line) for _, line in texts(151, 44)}
    assert not said & {words(line) for name in ("judged", "slow", "again") for line in lines(name)}
    assert len(said) > 200
