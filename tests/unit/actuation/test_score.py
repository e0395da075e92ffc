import pytest

from actuation.score import Score
from agent.core.messages import UtteranceId
from tests.fakes.stages import act
from tests.fakes.voices import speech, spelled


def scored(*texts, **more):
    an_act = act(*texts, **more)
    score = Score(utterance=UtteranceId(1))
    for i, text in enumerate(texts):
        score = score.append(an_act, i, speech(spelled(text), text))
    return an_act, score


def test_clauses_follow_each_other_with_a_breath():
    _, score = scored("Good morning.", "Come in.")
    first, second = score.clauses
    assert first.start_s == 0.0
    assert 0.1 < second.start_s - first.end_s < 0.5


def test_a_late_clause_never_starts_in_the_past():
    an_act, score = scored("Good morning.", "Come in.")
    an_act2 = act("Later")
    later = score.append(an_act2, 0, speech(spelled("Later"), "Later"), not_before_s=9.0)
    assert later.clauses[-1].start_s == 9.0
    assert later.clauses[:2] == score.clauses


def test_only_words_that_came_out_were_heard():
    an_act, score = scored("one two three four")
    length = score.end_s
    assert score.heard(an_act.act, 0.0) == ""
    assert score.heard(an_act.act, length * 0.5) == "one two"
    assert score.heard(an_act.act, length) == "one two three four"


def test_another_acts_words_are_not_its_own():
    _, score = scored("one two")
    assert score.heard(act("x").act, 99.0) == ""


@pytest.mark.parametrize("part", [0.05, 0.3, 0.55, 0.9])
def test_resuming_starts_at_a_word_and_not_after_the_cut(part):
    _, score = scored("one two three four")
    cut = score.end_s * part
    on = score.resume_s(cut)
    starts = [w.start_s for w in score.clauses[0].speech.words]
    assert any(on == pytest.approx(s) for s in starts)
    assert on <= cut


def test_resuming_between_clauses_goes_on_with_the_next():
    _, score = scored("Good morning.", "Come in.")
    assert score.resume_s(score.clauses[0].end_s + 0.01) == score.clauses[1].start_s


def test_a_stroke_lands_on_the_stressed_vowel_of_its_word():
    made = speech(["m", "aa", "t", "s", "uw", "t"], "mat soot")
    an_act = act("mat soot")
    clause = Score(utterance=UtteranceId(1)).append(an_act, 0, made).clauses[0]
    for word, phone in ((0, 1), (1, 4)):
        vowel = made.phones[phone]
        assert vowel.start_s < clause.stroke_s(word) < vowel.end_s


def test_content_words_carry_more_stress_than_function_words():
    made = speech(["dh", "ax", "k", "ae", "t"], "the cat")
    clause = Score(utterance=UtteranceId(1)).append(act("the cat"), 0, made).clauses[0]
    assert clause.speech.words[max(clause.prominences, key=lambda p: p.strength).word].text == "cat"


def test_moving_a_clause_moves_all_its_times():
    _, score = scored("one two three")
    moved = score.clauses[0].moved(5.0)
    assert moved.start_s == 5.0
    assert moved.stroke_s(None) == pytest.approx(score.clauses[0].stroke_s(None) + 5.0)
    assert [a for a, _ in moved.accents()] == [a + 5.0 for a, _ in score.clauses[0].accents()]
