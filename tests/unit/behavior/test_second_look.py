"""Observe, then answer: a model is asked again with what its tool found, so often and no more."""

import pytest

from agent.core.messages import Clause, ReplySource, ToolFinished, ToolRefused, ToolStarted
from behavior.dialogue.conversation import Asked, Part
from behavior.tools.contract import Look, UseTool, WantedBy
from behavior.tools.permission import ToolRule, ToolsConfig
from tests.integration.looking import Visit, seen

LOOK = UseTool(tool="look", arguments=Look(), wanted_by=WantedBy.MODEL)


class Model:
    """Says its lines one a request, with what it wants looked at; None: the desk answers."""

    name = "model"

    def __init__(self, *answers):
        self.answers = list(answers)
        self.heard = []

    async def warm_up(self):
        pass

    async def close(self):
        pass

    async def answer(self, conversation, heard):
        self.heard.append(heard)
        said = self.answers.pop(0) if self.answers else None
        if said is None:
            yield part("I do not know.", conversation, source=ReplySource.EMBEDDED)
            return
        words, uses, whole = said
        yield part(words, conversation, last=False)
        if not whole:  # cut off in mid-reply: the desk goes on
            yield part("", conversation, source=ReplySource.EMBEDDED)
            return
        yield part("", conversation, effects=uses)


def part(words, conversation, *, last=True, effects=(), source=ReplySource.LANGUAGE_MODEL):
    clauses = (Clause(text=words),) if words else ()
    return Part(
        clauses=clauses, last=last, source=source, intent="unknown", effects=effects,
        conversation=conversation,
    )  # fmt: skip


def says(words, *uses, whole=True):
    return words, uses, whole


async def visit(folder, *answers, **more):
    model = Model(*answers)
    async with Visit(folder, seen("p2", 2.0, 1.0), backend=model, **more) as one:
        said = await one.says("sesame")
        state = one.desk.dialogue.encounters.current.conversation
    return model, one.desk, said, state


async def test_a_model_is_asked_again_with_what_was_seen_and_its_words_are_said(tmp_path):
    model, desk, said, _ = await visit(
        tmp_path, says("Let me see.", LOOK), says("There is one more person, to my left.")
    )
    assert [heard.observed for heard in model.heard] == [
        (), ("look around: 1 besides the visitor: 2.2 m 27 deg left, stands, faces here",)
    ]  # fmt: skip
    assert said.startswith("Let me see.")
    assert said.endswith("There is one more person, to my left.")
    assert "Besides you" not in said
    assert [reply.last for reply in desk.replies].count(True) == 1
    assert desk.replies[-1].last


async def test_where_the_model_falls_silent_the_desk_tells_what_was_seen(tmp_path):
    _, desk, said, state = await visit(tmp_path, says("Let me see.", LOOK), None)
    assert "Besides you I see one person" in said
    assert "do not know" not in said
    assert desk.replies[-1].last
    assert state.asked is Asked.NOTHING


async def test_where_the_model_is_cut_off_what_was_seen_is_not_lost(tmp_path):
    _, _, said, _ = await visit(tmp_path, says("Let me see.", LOOK), says("There is", whole=False))
    assert said.endswith("to my left, facing this way.")


async def test_a_model_may_look_twice_and_not_for_ever(tmp_path):
    again = says("Once more.", LOOK)
    model, desk, _, _ = await visit(tmp_path, again, again, again, again, again)
    assert len(desk.of(ToolStarted)) == 2
    assert [len(heard.observed) for heard in model.heard] == [0, 1, 2]
    assert desk.replies[-1].last


async def test_a_model_that_wants_three_at_once_is_asked_again_twice(tmp_path):
    more = says("I see.")
    model, desk, said, _ = await visit(tmp_path, says("All.", LOOK, LOOK, LOOK), more, more, more)
    assert [len(heard.observed) for heard in model.heard] == [0, 1, 2]
    assert "Besides you" in said
    assert [reply.last for reply in desk.replies].count(True) == 1


async def test_what_the_rules_forbid_a_model_is_not_looked_at(tmp_path):
    rules = ToolsConfig(look=ToolRule(model_may_propose=False))
    model, desk, said, _ = await visit(tmp_path, says("Let me see.", LOOK), rules=rules)
    assert desk.of(ToolStarted) == []
    assert desk.of(ToolRefused)[0].because == "tools.yaml: look: a model may not propose it"
    assert len(model.heard) == 1


async def test_a_new_turn_ends_the_look_and_the_second_answer(tmp_path):
    model = Model(says("Let me see.", LOOK), None, says("Never said."))
    async with Visit(tmp_path, seen("p2", 2.0), backend=model) as one:
        before = len(one.desk.replies)
        from tests.fakes.desk import ended

        one.desk.tell(ended(one.desk.clock.now(), "sesame", turn=1))
        await one.passes(0.5)
        one.desk.tell(ended(one.desk.clock.now(), "stop that", turn=2))
        await one.passes(0.1)
        one.desk.tell(ended(one.desk.clock.now(), "now", turn=3))
        await one.passes(4)
        late = [r for r in one.desk.replies[before:] if r.turn == 1 and "Besides" in repr(r)]
    assert late == []
    assert one.desk.of(ToolFinished)[0].outcome == "dropped"


@pytest.mark.parametrize("seconds", [0.2, 4.0])
def test_listening_is_bounded(seconds):
    from behavior.tools.contract import Listen

    with pytest.raises(ValueError, match="seconds"):
        Listen(seconds=seconds)
