"""What listeners say is taken out of what was heard, and nothing else."""

import pytest

from behavior.policies.interruption import InterruptionConfig
from behavior.situation.hearing import plain
from behavior.understanding.listeners_words import only_listens, without

CONFIG = InterruptionConfig()
KNOWN = (*CONFIG.backchannels, *CONFIG.agreements)


def rest(text):
    return without(plain(text), KNOWN, CONFIG.assessments)


@pytest.mark.parametrize(
    "text",
    [
        "that's really interesting", "oh how very nice", "yeah that is quite impressive",
        "brilliant brilliant", "okay sounds fantastic", "no worries", "mm that's helpful",
    ],
)  # fmt: skip
def test_a_listeners_judgement_of_what_is_said_claims_nothing(text):
    assert rest(text) == ""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("that's not good", "that's not"),
        ("okay but where", "but where"),
        ("the goodwill shop", "the goodwill shop"),
        ("how far is it", "how far is it"),
        ("is the museum nice", "is the museum"),
    ],
)
def test_what_is_no_judgement_is_left(text, left):
    assert rest(text) == left


def test_an_answer_to_a_question_is_not_taken_for_a_judgement():
    assert without("perfect", CONFIG.backchannels) == "perfect"


def test_only_a_few_words_and_particles_are_listening():
    assert only_listens("okay and", "and", ("and",), 6)
    assert not only_listens("okay and where", "and where", ("and",), 6)
    assert not only_listens("ok ok ok ok ok ok ok", "", (), 6)
