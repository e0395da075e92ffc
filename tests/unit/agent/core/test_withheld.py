"""What is said while a form is filled in is written down nowhere; that it was said is."""

from agent.core.codec import to_line
from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    Clause,
    ClauseSpoken,
    FormShown,
    LineTyped,
    PrepareSpeech,
    Reason,
    ReplyReady,
    TurnEnded,
    TurnId,
    TurnPaused,
    WordsHeard,
)
from agent.core.withheld import Withheld

SECRET = "Rosa Demo"
SHOWN = FormShown(at=1.0, form="visitor", shown=True)
GONE = FormShown(at=9.0, form="visitor", shown=False)
CLAUSE = (Clause(text=SECRET, discreet=SECRET, screen=SECRET),)
REASON = Reason(policy="reply", because="asked")


def act(number, **more):
    return Act(at=2.0, act=ActId(number), reason=REASON, clauses=CLAUSE, **more)


def words(turn):
    return [
        WordsHeard(at=2.0, turn=TurnId(turn), revision=0, text=SECRET, stable=SECRET),
        TurnPaused(at=2.0, turn=TurnId(turn), revision=0, text=SECRET),
        TurnEnded(at=2.0, turn=TurnId(turn), revision=0, text=SECRET),
        ReplyReady(at=2.0, turn=TurnId(turn), revision=0, clauses=CLAUSE),
    ]


def stage(number):
    return [
        ActStarted(at=2.0, act=ActId(number), text=SECRET),
        ClauseSpoken(at=2.0, act=ActId(number), index=0, text=SECRET),
        ActFinished(at=2.0, act=ActId(number), heard=SECRET),
    ]


def told(withheld, messages):
    return "\n".join(to_line(withheld.kept(message)) for message in messages)


def test_nothing_is_withheld_where_no_form_is_shown():
    withheld = Withheld()
    for message in (*words(1), act(1), *stage(1), LineTyped(at=2.0, text=SECRET)):
        assert withheld.kept(message) is message


def test_all_that_is_said_while_a_form_is_shown_is_withheld():
    withheld = Withheld()
    lines = told(
        withheld,
        [
            SHOWN, *words(1), LineTyped(at=2.0, text=SECRET), act(1), *stage(1),
            PrepareSpeech(at=2.0, clauses=CLAUSE),
        ],
    )  # fmt: skip
    assert SECRET not in lines
    assert len(lines.splitlines()) == 11


def test_turns_and_acts_that_began_with_the_form_are_withheld_past_its_end():
    withheld = Withheld()
    told(withheld, [SHOWN, words(1)[0], act(1), GONE])
    late = [*words(1), *stage(1), act(2, in_reply_to=TurnId(1)), *stage(2)]
    assert SECRET not in told(withheld, late)


def test_after_the_form_words_are_kept_again():
    withheld = Withheld()
    told(withheld, [SHOWN, *words(1), GONE])
    assert all(SECRET in to_line(withheld.kept(message)) for message in (*words(2), act(5)))


def test_turns_are_told_apart_in_a_long_visit():
    withheld = Withheld()
    told(withheld, [SHOWN, *(message for n in range(500) for message in words(n)), GONE])
    assert len(withheld._turns) <= 64
