from agent.core.messages import Act, ActId, Clause, Expression, Reason
from agent.explaining.plain_words import plain_deed

WHY = Reason(policy="reply.answer", because="asked")


def test_a_face_that_was_asked_for_in_words_is_told_with_what_was_performed_of_it():
    clause = Clause(
        text="I am sorry.", expression=Expression.APOLOGETIC, manner="apologetic, brows up"
    )
    told = plain_deed(Act(at=0.0, act=ActId(1), reason=WHY, clauses=(clause,)))
    assert told.endswith("looked apologetic (asked for: apologetic, brows up)")
