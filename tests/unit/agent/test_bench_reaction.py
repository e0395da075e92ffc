"""The ruler of `bench reaction`: sound has to be found where it is, also after minutes."""

from itertools import pairwise

import numpy as np
import pytest

from agent.bench.reaction import INTERRUPTED, interruptions, measure
from agent.bench.reaction_take import loud_s
from agent.core.errors import BadInputError


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_a_tone_is_found_where_it_begins_even_after_five_minutes(rate_hz):
    samples = np.zeros(302 * rate_hz, np.float32)
    samples[300 * rate_hz :] = 0.1
    found = loud_s(samples, rate_hz, -45.0)
    assert abs(found[0] - 300) < 0.006
    assert abs(found[-1] - 302) < 0.006


def test_silence_and_nothing_are_not_loud():
    assert not len(loud_s(np.zeros(44_100, np.float32), 44_100, -45.0))
    assert not len(loud_s(np.zeros(0, np.float32), 44_100, -45.0))


async def test_a_part_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(BadInputError, match=r"no part barge; there is answers, interruptions"):
        await measure(only="answers,barge")


def test_every_long_answer_is_interrupted_in_several_ways_and_two_are_heard_to_their_end():
    lines = interruptions(INTERRUPTED)
    pairs = {(a.text, b.text) for a, b in pairwise(lines) if b.interrupts}
    assert sum(line.interrupts for line in lines) == INTERRUPTED
    assert len(pairs) >= 30
    assert not any(line.interrupts for line in lines[:2])
    starts = [line.file_s for line in lines]
    assert starts == sorted(starts)
