"""A visitor leaves word: read back as plain words, sent once confirmed, and only if rules allow."""

import pytest

from behavior.dialogue.conversation import Conversation, Heard, NotifyHost
from behavior.dialogue.draft import set_up_desk
from behavior.dialogue.replies import respond
from behavior.encoders import Words
from behavior.tools.contract import Refuse
from behavior.tools.permission import Leave, NotifyRule, ToolsConfig
from tests.fakes.desk import KNOWLEDGE, demo_site

LEAVES = "please leave a message for priya nair"


@pytest.fixture(scope="module")
def desk():
    return set_up_desk(demo_site(), KNOWLEDGE, Words())


def talk(desk, *lines, rules=None):
    """The last part of a conversation, and all its effects."""
    conversation, effects = Conversation(), []
    for line in lines:
        heard = Heard(text=line, typed=True, leave=Leave(config=rules or ToolsConfig()))
        part = respond(conversation, heard, desk)
        conversation = part.conversation
        effects += part.effects
    return " ".join(clause.text for clause in part.clauses), part, effects


def test_the_words_go_out_as_they_were_said_and_once_they_are_confirmed(desk):
    words = "The key (no. 7) is with Ann | [urgent]"
    _, _, before = talk(desk, LEAVES, words)
    assert before == []
    _, _, effects = talk(desk, LEAVES, words, "yes")
    told = NotifyHost(host="Priya Nair", visitor="a visitor", purpose="words", words=words)
    assert effects == [told]


def test_words_read_back_are_no_cues_for_hands_and_face(desk):
    said, part, _ = talk(desk, LEAVES, "the [wave]box (happy) is {here} | now")
    assert "the wave box happy is here now" in said
    assert not any(clause.gestures for clause in part.clauses)


@pytest.mark.parametrize("no", ["no", "no don't send it", "cancel", "never mind"])
def test_nothing_goes_out_after_a_no(desk, no):
    _, _, effects = talk(desk, LEAVES, "the key is with ann", no, "yes")
    assert effects == []


def test_too_long_a_message_is_asked_for_again(desk):
    said, _, _ = talk(desk, LEAVES, " ".join(f"box {n} is heavy" for n in range(30)))
    assert "too long" in said
    assert "Shall I send" not in said


def test_an_emergency_is_never_taken_for_a_message(desk):
    _, part, _ = talk(desk, LEAVES, "there is a man lying on the floor")
    assert part.intent == "emergency"


def test_a_site_may_pass_on_no_words_of_visitors(desk):
    rules = ToolsConfig(notify_host=NotifyRule(visitors_words=False))
    said, _, effects = talk(desk, LEAVES, rules=rules)
    assert "Shall I send" not in said
    assert [type(effect) for effect in effects] == [Refuse]


def test_a_host_who_may_not_be_told_gets_no_word(desk):
    rules = ToolsConfig(notify_host=NotifyRule(not_hosts=("Priya Nair",)))
    _, _, effects = talk(desk, LEAVES, "the key is with ann", "yes", rules=rules)
    assert not any(isinstance(effect, NotifyHost) for effect in effects)
