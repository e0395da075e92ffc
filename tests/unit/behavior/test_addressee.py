"""Whether words were meant for the agent: each sign counts, and what was not seen does not."""

import pytest

from behavior.transcript.addressee import for_agent
from behavior.transcript.watching import Glance


def sure(words="lunch then", gaze=None, in_view=2, since_s=None):
    return for_agent(words, None if gaze is None else Glance(gaze=gaze), in_view, since_s)


def test_who_looks_here_while_speaking_means_the_agent_and_who_looks_away_does_not():
    assert sure(gaze=0.0) < sure(gaze=0.5) == 0.5 < sure(gaze=1.0)
    assert sure(gaze=0.0) == pytest.approx(0.2)


def test_a_look_that_was_not_seen_says_nothing():
    assert sure() == for_agent("lunch then", Glance(gaze=None), 2, None) == 0.5


def test_who_is_alone_means_the_agent_more_than_who_is_in_company():
    assert sure(in_view=1) > sure(in_view=2) == sure(in_view=5)


def test_what_follows_the_agents_words_answers_them_for_eight_seconds():
    assert sure(since_s=7.9) > sure(since_s=8.1) == sure(since_s=None)


@pytest.mark.parametrize("words", ["where is it", "is that so?", "could i", "thank you", "HELLO"])
def test_questions_and_words_to_somebody_are_rather_for_the_agent(words):
    assert sure(words) > sure("lunch then") == sure("somewhere nice")


def test_it_is_never_quite_sure():
    assert sure("where?", gaze=1.0, in_view=1, since_s=0.1) == 0.95
    assert sure(gaze=0.0) >= 0.05
