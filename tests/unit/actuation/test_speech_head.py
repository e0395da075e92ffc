"""Head and brows go with tone, stress, pace and form; prosody is measured as it was made."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.generators.rules_speech_head import SPEECH_COLUMNS, speech_motion
from actuation.score import Score
from actuation.speech.prosody import RATE_HZ, prosody_of
from actuation.speech.voice import Phone, Speech, SpokenWord
from agent.core.messages import Act, ActId, Clause, Reason, UtteranceId

HZ = 16_000
PITCH, ROLL = SPEECH_COLUMNS.index("pitch_rad"), SPEECH_COLUMNS.index("roll_rad")
BROWS = [SPEECH_COLUMNS.index(n) for n in ("inner_brows", "outer_brows")]


TEXT = "one two three four five six seven eight."


def sung(tone_hz, *, phone_s=0.1, count=24, text=TEXT, stressed=True):
    """Consonants and vowels in turn, all voiced with `tone_hz(t)`, every third vowel stressed."""
    length = phone_s * count
    t = np.arange(round(length * HZ)) / HZ
    hz = np.array([tone_hz(at) for at in t[:: HZ // 100]]).repeat(HZ // 100)[: len(t)]
    phase = 2 * np.pi * np.cumsum(hz) / HZ
    samples = 0.15 * (np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.3 * np.sin(3 * phase))
    words = text.split()
    names = ["t", "aa"] * (count // 2)
    phones = tuple(
        Phone(name=n, start_s=k * phone_s, end_s=(k + 1) * phone_s,
              stress=int(stressed and k % 6 == 1), word=k * len(words) // count)
        for k, n in enumerate(names)
    )  # fmt: skip
    said = tuple(
        SpokenWord(text=w, start_s=length * k / len(words), end_s=length * (k + 1) / len(words))
        for k, w in enumerate(words)
    )
    return Speech(text=text, voice="fake", rate_hz=HZ, samples=samples.astype(np.float32),
                  phones=phones, words=said)  # fmt: skip


def flat(_):
    return 160.0


def motion(speech, seed=1, liveliness=1.0, **changed):
    """`changed`: what of the prosody is otherwise than it was measured."""
    act = Act(
        at=0.0, act=ActId(1), reason=Reason(policy="test", because="a test wants it"),
        clauses=(Clause(text=speech.text),),
    )  # fmt: skip
    spoken = Score(utterance=UtteranceId(1)).append(act, 0, speech).clauses[0]
    prosody = replace(prosody_of(speech), **changed)
    made = speech_motion(spoken, prosody, seed=seed, liveliness=liveliness)
    times = np.arange(-0.6, speech.duration_s + 1.2, 1 / 60)
    return times, made.evaluate(times)


def test_pitch_is_heard_as_it_was_sung():
    glide = prosody_of(sung(lambda t: 140 * 2 ** (t / 2.4)))
    times = np.arange(len(glide.pitch_st)) / RATE_HZ
    inside = (times > 0.4) & (times < 2.0)
    slope = np.polyfit(times[inside], glide.pitch_st[inside], 1)[0]
    assert slope == pytest.approx(12 / 2.4, rel=0.1)
    assert np.abs(prosody_of(sung(flat)).pitch_st).max() < 0.3


def test_whose_voice_it_is_does_not_matter():
    low, high = (
        prosody_of(sung(lambda t, at=at: at * 2 ** (0.2 * np.sin(4 * t)))) for at in (95, 210)
    )
    assert np.abs(low.pitch_st - high.pitch_st)[10:-10].max() < 0.7


def test_pace_is_counted_in_syllables():
    slow, fast = (prosody_of(sung(flat, phone_s=s)).pace for s in (0.15, 0.06))
    assert slow == pytest.approx(1 / 0.3 / 4.5, rel=0.05)
    assert fast == pytest.approx(1 / 0.12 / 4.5, rel=0.05)


def rising(t):
    return 150.0 * 2 ** (max(0.0, t - 2.0) / 1.2)


def test_a_rise_at_the_end_is_noticed():
    assert prosody_of(sung(rising)).final_rise_st > 1.0
    assert prosody_of(sung(lambda t: 300.0 - rising(t) * 0.9)).final_rise_st < -0.5


@pytest.mark.parametrize(
    "samples", [np.zeros(0), np.zeros(8), np.zeros(16_000), np.full(8_000, np.nan)]
)
@pytest.mark.parametrize("with_phone", [False, True])
def test_a_clause_without_a_voice_is_flat(samples, with_phone):
    phones = (Phone(name="aa", start_s=0.0, end_s=len(samples) / HZ),) * with_phone
    empty = Speech(text="", voice="", rate_hz=HZ, samples=samples.astype(np.float32),
                   phones=phones, words=())  # fmt: skip
    measured = prosody_of(empty)
    assert np.all(measured.pitch_st == 0.0)
    assert np.all(np.isfinite(measured.loudness))
    assert np.all(np.isfinite(motion(empty)[1]))


def test_head_and_brows_rise_with_the_tone():
    def wave(t):
        return 150.0 * 2 ** (0.35 * np.sin(2 * np.pi * 0.5 * t))

    plain, toned = (motion(sung(tone, stressed=False))[1] for tone in (flat, wave))
    moved = toned - plain
    times = np.arange(-0.6, 3.6, 1 / 60)[: len(moved)]
    inside = (times > 0.2) & (times < 2.2)
    tone = np.sin(2 * np.pi * 0.5 * times[inside])
    assert np.corrcoef(moved[inside, PITCH], tone)[0, 1] > 0.8
    assert moved[inside][:, BROWS][tone > 0.7].mean() > 0.05
    assert np.abs(moved[inside][:, BROWS][tone < -0.3]).mean() < 0.03


def test_stresses_have_nods_and_brows_near_them():
    depth = []
    for seed in range(12):
        times, moved = motion(sung(flat), seed=seed)
        nods = -np.gradient(np.gradient(moved[:, PITCH], times), times)
        depth.append(float(nods.min()))
    brows = [motion(sung(flat), seed=s)[1][:, BROWS].max() for s in range(12)]
    assert np.mean(np.array(brows) > 0.2) > 0.6
    assert np.median(depth) < -0.3


def test_a_question_waits_with_raised_brows_and_a_statement_does_not():
    for seed in range(4):
        asked, told = (
            motion(sung(flat, text=f"one two three four five six seven eight{end}"), seed=seed)
            for end in "?."
        )
        end = (asked[0] > 2.45) & (asked[0] < 2.65)
        assert asked[1][end][:, BROWS].min() > 0.3
        assert told[1][end][:, BROWS].max() < 0.3
        assert asked[1][end, PITCH].mean() > told[1][end, PITCH].mean() + 0.02


def test_a_tone_that_rises_raises_a_question_more():
    asks = "one two three four five six seven eight?"
    level, up = (np.mean([motion(sung(tone, text=asks), seed=s)[1][:, BROWS].max()
                          for s in range(6)]) for tone in (flat, rising))  # fmt: skip
    assert up > level


def test_it_is_all_over_before_and_after_and_never_jumps():
    for seed in range(6):
        times, moved = motion(sung(rising, text="is it so? yes, it is so now."), seed=seed)
        assert np.abs(moved[(times < -0.4) | (times > 2.4 + 0.9)]).max() < 1e-6
        assert np.abs(np.diff(moved[:, :3], axis=0)).max() * 60 < 0.6
        assert np.abs(np.diff(moved[:, BROWS], axis=0)).max() * 60 < 12
        assert np.abs(moved[:, :3]).max() < 0.14
        assert moved[:, BROWS].max() <= 1.0
        assert moved[:, BROWS].min() >= 0.0


def test_one_voice_has_many_faces_and_each_again_the_same():
    a, b, again = (motion(sung(flat), seed=s)[1] for s in (1, 2, 1))
    np.testing.assert_array_equal(a, again)
    assert np.abs(a - b)[:, :3].max() > 0.01


def test_stillness_can_be_asked_for_and_twice_the_life_is_twice_the_motion():
    still, usual, lively = (motion(sung(flat), liveliness=v)[1] for v in (0.0, 1.0, 2.0))
    assert np.abs(still).max() == 0.0
    assert np.abs(lively[:, :3]).max() == pytest.approx(2 * np.abs(usual[:, :3]).max(), rel=1e-3)


def test_fast_speech_has_smaller_nods():
    same = sung(flat)
    slow, usual, fast = (
        np.mean([motion(same, seed=k, pace=pace)[1][:, BROWS].mean() for k in range(10)])
        for pace in (0.9, 1.0, 1.6)
    )
    assert fast < 0.75 * usual < 0.75 * slow


def test_a_long_clause_costs_as_its_length():
    long = sung(flat, count=2400, text=" ".join(["word"] * 800))
    assert long.duration_s == pytest.approx(240.0)
    times, moved = motion(long)
    late = np.std(moved[(times > 200) & (times < 230)], axis=0)
    early = np.std(moved[(times > 10) & (times < 40)], axis=0)
    assert np.all(late[:3] > 0.4 * early[:3])
    assert np.all(late[:3] < 2.5 * early[:3])
