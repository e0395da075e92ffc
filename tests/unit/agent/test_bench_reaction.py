"""The ruler of `bench reaction`: sound has to be found where it is, also after minutes."""

from itertools import pairwise

import numpy as np
import pytest

from agent.bench.reaction import INTERRUPTED, interruptions, measure
from agent.bench.reaction_lines import RATE_HZ, Line, in_order, located, loud_s
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


def made_lines():
    """Three lines of their own rhythm in 20 s of file."""
    chance, lines = np.random.default_rng(1), []
    for k in range(3):
        beats = np.repeat(chance.uniform(0.0, 0.5, 12), RATE_HZ // 10).astype(np.float32)
        lines.append(Line(f"line {k}", beats, 3.0 + 5.0 * k))
    sound = np.zeros(20 * RATE_HZ, np.float32)
    for line in lines:
        first = round(line.file_s * RATE_HZ)
        sound[first : first + len(line.samples)] = line.samples
    return lines, sound


def heard(sound, *, from_s=100.0):
    """Chunks of 20 ms as they came in, with their moments."""
    size = RATE_HZ // 50
    return [
        (from_s + k / RATE_HZ, (sound[k : k + size] * 32767).astype("<i2").tobytes())
        for k in range(0, len(sound), size)
    ]


def test_lines_are_found_where_they_were_heard_also_after_a_second_was_lost():
    lines, sound = made_lines()
    starved = np.delete(sound, slice(6 * RATE_HZ, 7 * RATE_HZ))
    at = located(lines, heard(starved))
    assert at == pytest.approx([103.0, 107.0, 112.0], abs=0.003)


def test_a_line_that_never_arrived_is_told_as_lost_and_the_others_are_found():
    lines, sound = made_lines()
    arrived = sound.copy()
    arrived[8 * RATE_HZ : 10 * RATE_HZ] = 0
    at = located(lines, heard(arrived[: 17 * RATE_HZ]))
    assert np.isnan(at[1])
    assert [at[0], at[2]] == pytest.approx([103.0, 113.0], abs=0.003)
    assert np.isnan(located(lines, heard(sound[: 12 * RATE_HZ]))[2])


def test_a_microphone_that_lost_the_first_lines_gives_the_last_their_own_names():
    lines, sound = made_lines()
    at = located(lines, heard(sound[7 * RATE_HZ :]))
    assert np.isnan(at[0])
    assert at[1:] == pytest.approx([101.0, 106.0], abs=0.003)


def test_places_keep_the_order_of_the_file_and_come_no_later_than_in_it():
    file_ms = [1000, 5000, 9000]
    assert in_order(file_ms, [[(5000, 0.9)], [(1000, 0.8)], [(9000, 0.8)]]) == [5000, None, 9000]
    late = [[(1000, 0.8)], [(8000, 0.9), (5000, 0.7)], [(9000, 0.8)]]
    assert in_order(file_ms, late) == [1000, 5000, 9000]
    alike = [[(1000, 0.9)], [(1040, 0.8), (4200, 0.7)], [(8000, 0.8)]]
    assert in_order(file_ms, alike) == [1000, 4200, 8000]
    assert in_order(file_ms, [[], [], []]) == [None, None, None]


def test_a_line_with_holes_is_found_by_the_end_that_counts():
    lines, sound = made_lines()
    holes = [round((8.0 + at) * RATE_HZ) for at in (0.22, 0.51, 0.68)]
    late = np.insert(sound, np.repeat(holes, RATE_HZ // 50), 0)
    at = located(lines, heard(late))
    assert at == pytest.approx([103.0, 108.06, 113.06], abs=0.003)
    lines[1].interrupts = True
    assert located(lines, heard(late))[1] == pytest.approx(108.0, abs=0.003)


def test_a_first_line_whose_beginning_was_made_louder_is_found():
    lines, sound = made_lines()
    sound[: round(3.5 * RATE_HZ)] *= 0.4
    sound[round(3.0 * RATE_HZ) : round(3.1 * RATE_HZ)] = 0.9
    assert located(lines, heard(sound)) == pytest.approx([103.0, 108.0, 113.0], abs=0.005)


def test_lines_are_found_at_a_microphone_that_falls_behind_its_file():
    lines, sound = made_lines()
    behind = np.insert(sound, np.repeat([5 * RATE_HZ, 10 * RATE_HZ], RATE_HZ * 7 // 10), 0)
    assert located(lines, heard(behind)) == pytest.approx([103.0, 108.7, 114.4], abs=0.003)
