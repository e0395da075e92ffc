"""From a clause's text to its first frames and its first sound, by the rules and flite."""

import asyncio
import shutil

import numpy as np
import pytest

from agent.bench.face_time import first_frames

MOST_MS = 20.0
TEXTS = [
    "Would you mind waiting for a moment by the window?",
    "Mr Baker is on his way; he will be here in about five minutes.",
    "The lifts are behind you, to the left of the big green plant.",
    "I am sorry, but nobody of that name is on my list for today.",
    "Good morning, and welcome to our house!",
    "Could you spell that name for me, please?",
    "Room twelve is the second door on your right.",
]


@pytest.mark.real_time
@pytest.mark.alone
def test_the_first_frames_of_a_clause_take_at_most_twenty_milliseconds_from_its_text():
    if shutil.which("flite") is None:
        pytest.skip("flite is not on this system: apt-get install flite")
    first = asyncio.run(first_frames("flite", TEXTS))
    # Processor time of both processes on the way there: what else runs here does not count.
    assert np.median([f.frames_cpu_ms for f in first]) < MOST_MS
    # By the wall clock as well, less what was waited for processors that others had.
    assert np.median([f.frames_ms - f.waited_ms for f in first]) < MOST_MS
    # Nobody waited for the sound: it was there later, and not by the whole of its making.
    assert np.median([f.frames_ms / f.sound_ms for f in first]) < 1.0
