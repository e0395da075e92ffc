"""The ruler of `bench bodies`: a known delay is found, and a loose one is not called tight."""

import numpy as np
import pytest

from agent.bench.lag import shift_s, windows

AT = np.arange(0, 14, 1 / 60)
JAW = 0.3 + 0.3 * np.sin(9 * AT) * np.sin(1.3 * AT)


@pytest.mark.parametrize("late_s", [-0.05, 0.0, 0.012, 0.25])
def test_a_known_delay_is_found(late_s):
    rows = np.column_stack([AT + late_s, JAW])
    found, left = shift_s(rows, (AT, JAW))
    assert found == pytest.approx(late_s, abs=0.0015)
    assert left < 0.01


def test_a_delay_that_wanders_differs_from_stretch_to_stretch():
    late = np.where(AT < 7, 0.0, 0.08)
    found = windows(np.column_stack([AT + late, JAW]), (AT, JAW))
    assert min(found.values()) < 0.01
    assert max(found.values()) > 0.07


def test_a_still_jaw_tells_nothing():
    assert not windows(np.column_stack([AT, np.zeros_like(AT)]), (AT, np.zeros_like(AT)))
