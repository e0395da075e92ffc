"""The dialogue without a model server: what it has done before anybody comes."""

import pytest

import behavior.backends.embedded as module
from behavior.dialogue.conversation import Conversation, Heard
from tests.fakes.desk import embedded

pytestmark = pytest.mark.real_time


async def test_it_has_answered_before_the_first_visitor_asks(monkeypatch):
    answered, real = [], module.answer

    def noted(conversation, heard, desks):
        answered.append(heard.text)
        return real(conversation, heard, desks)

    monkeypatch.setattr(module, "answer", noted)
    dialogue = embedded()
    await dialogue.warm_up()
    assert len(answered) == 1
    part = await dialogue.respond(Conversation(), Heard(text="where is the restroom"))
    assert part.conversation.turns == 1  # nothing of the rehearsal is remembered
    await dialogue.warm_up()
    assert len(answered) == 2
    await dialogue.close()
