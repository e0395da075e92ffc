"""Stretches of a day are cut out whole, and only the worst are kept."""

from agent.core.messages import StageState
from agent.lab.tape import KEPT_S, Cut, Tape
from behavior.lobby.view import LobbyView


def cut(at, *, kind="missed", severity=1.0, before=10.0, after=5.0):
    return Cut(
        kind=kind,
        sentence="",
        at=at,
        start=at - before,
        end=at + after,
        person=1,
        severity=severity,
    )


def roll(tape, start, end):
    for at in range(start, end):
        tape.note(float(at), StageState(at=float(at), speaking=False))
        tape.look(LobbyView(at=float(at), plan="hall", hour=10.0, people=()))


def test_a_stretch_has_what_came_before_and_after():
    tape = Tape()
    roll(tape, 0, 30)
    tape.want(cut(29.0))
    roll(tape, 30, 60)
    (episode,) = tape.finish()
    assert [r.seen_at for r in episode.recorded] == [float(at) for at in range(19, 35)]
    assert len(episode.views) == 16


def test_what_is_long_past_is_let_go():
    tape = Tape()
    roll(tape, 0, int(KEPT_S) + 100)
    assert len(tape._messages) <= KEPT_S + 2


def test_of_a_kind_the_worst_are_kept():
    tape = Tape(most_of_a_kind=2)
    for at, severity in ((20, 1.0), (40, 3.0), (60, 2.0), (80, 0.5)):
        roll(tape, at - 20, at)
        tape.want(cut(float(at), severity=severity))
    roll(tape, 80, 100)
    assert sorted(one.cut.severity for one in tape.finish()) == [2.0, 3.0]
    assert tape.dropped == {"missed": 2}


def test_the_end_of_the_day_is_kept_as_far_as_it_went():
    tape = Tape()
    roll(tape, 0, 20)
    tape.want(cut(18.0))
    (episode,) = tape.finish()
    assert episode.recorded[-1].seen_at == 19.0
