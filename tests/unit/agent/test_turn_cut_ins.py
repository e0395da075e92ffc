"""What counts as cut off, how odds are held against silences, and the split of reactions."""

import numpy as np
import pytest

from agent.bench.heard_once import AUDIBLE_AFTER_S, SILENT_AFTER_S, SOON_S, ends_of
from agent.bench.reaction_lines import Line
from agent.bench.reaction_split import told
from agent.bench.reaction_take import Take
from agent.bench.turn_odds import Silence, figures
from agent.core.messages import SpeechStarted, TurnEnded, TurnId, TurnPaused
from perception.turns.over import Pause
from perception.words.recognition import Reading

OVER = 5.0
"""The last word ends a moment after it."""


def ended(at):
    return TurnEnded(at=at, turn=TurnId(1), revision=0, text="")


def began(at):
    return SpeechStarted(at=at, turn=TurnId(2))


@pytest.mark.parametrize(
    ("again_s", "cut_in", "withdrawn", "soon"),
    [
        (AUDIBLE_AFTER_S - SILENT_AFTER_S - 0.01, 0, 1, 0),
        (AUDIBLE_AFTER_S - SILENT_AFTER_S + 0.01, 1, 0, 1),
        (AUDIBLE_AFTER_S - SILENT_AFTER_S + SOON_S + 0.01, 1, 0, 0),
    ],
)
def test_only_an_answer_that_is_heard_cuts_anybody_off(again_s, cut_in, withdrawn, soon):
    decided = [(1.0, began(1.0)), (2.5, ended(2.2)), (2.5 + again_s, began(2.5)), (5.4, ended(5.1))]
    ends = ends_of(decided, OVER)
    assert (ends.cut_in, ends.withdrawn, ends.soon_silent) == (cut_in, withdrawn, soon)
    assert ends.delay_s == pytest.approx(5.4 - OVER - 0.15)


def test_who_says_nothing_more_after_an_early_end_was_cut_off_for_good():
    ends = ends_of([(1.0, began(1.0)), (2.5, ended(2.2))], OVER)
    assert (ends.cut_in, ends.withdrawn, ends.soon_silent) == (1, 0, 0)
    assert ends.delay_s is None


class AsSaid:
    """Judges every word as if nobody ended on it."""

    def judged(self, words, trust):
        ends = -0.1 if words[-1] == "park" else -3.0
        return Reading(text=" ".join(words), confidence=trust, ends_here=ends, ends_in_english=-1.0)


def test_each_witness_is_held_against_the_same_silences():
    def silence(over, heard, said, finished):
        known = Pause(
            text=heard, trust=0.8, ends_here=-1.0, ends_in_english=-1.0, finished=finished
        )
        return Silence(pause=known, said=said, over=over)

    found = [silence(True, "where can i bark", "where can i park", 0.5)] * 5
    found += [silence(False, "where can i bark", "where can i find the old", 0.1)] * 5
    rows = {row.name.split(", ")[1].split(":")[0]: row.value for row in figures(found, AsSaid())}
    assert rows["smart-turn alone"] == 1.0
    assert rows["words as they were said (a bound)"] == 1.0
    assert rows["words alone"] == 0.5


def test_each_question_is_told_with_what_was_heard_and_when():
    voice = np.full(16_000, 0.5, np.float32)
    line = Line("where can i park", voice, 0.0)
    paused = TurnPaused(
        at=11.0, turn=TurnId(1), revision=0, text="where can i bark", confidence=0.4
    )
    take = Take(lines=[line], seen=[(11.2, paused), (11.9, ended(11.0)), (30.0, ended(30.0))])
    row = told(take, line, 10.0, 1.1)
    assert "as 'where can i bark' (trust 0.40) 200 ms" in row
    assert "over 900 ms" in row
    assert "1100 ms" in row
    assert (
        "as" not in told(take, Line("where can i bark", voice, 0.0), 10.0, None).split("words")[1]
    )
