"""A language that nobody here speaks is known as one, and is nobody's name."""

import pytest

from behavior.dialogue.conversation import Asked, Conversation, Heard, Meeting
from behavior.dialogue.desks import answer, desks_of
from behavior.languages.elsewhere import spoken_elsewhere
from behavior.languages.tongue import LANGUAGES
from behavior.languages.which_language import evidence_for
from tests.fakes.desk import KNOWLEDGE, demo_desk
from tests.integration.wordings import scenarios


@pytest.fixture(scope="module")
def desks():
    return desks_of(demo_desk("words"), KNOWLEDGE)


@pytest.mark.parametrize(
    ("line", "code"),
    [("Buonasera, dov'è il bagno?", "it"), ("Bom dia, onde fica o banheiro?", "pt"),
     ("Dzień dobry, gdzie jest toaleta?", "pl"), ("Goedemorgen, spreekt u Nederlands?", "nl"),
     ("Где туалет?", "ru"), ("トイレはどこですか", "ja"), ("화장실이 어디예요", "ko"),
     ("أين الحمام", "ar")],
)  # fmt: skip
def test_who_speaks_another_language_is_told_which_there_are_in_theirs(line, code, desks):
    part = answer(Conversation(), Heard(text=line, typed=True), desks)
    shown = [clause.screen for clause in part.clauses if clause.screen]
    assert part.intent == "language"
    assert part.conversation.asked is Asked.STAFF
    assert part.conversation.asked_about == code
    assert len(shown) == 1
    assert "English" in shown[0]


def test_a_question_in_another_language_is_nobodys_name(desks):
    waiting = Conversation(asked=Asked.VISITOR, meeting=Meeting(host="Wei Chen"))
    part = answer(waiting, Heard(text="Dov'è il bagno?", typed=True), desks)
    assert part.effects == ()
    assert part.conversation.visitor is None


def test_a_yes_in_that_language_calls_a_person(desks):
    asked = Conversation(asked=Asked.STAFF, asked_about="it", last_intent="language")
    part = answer(asked, Heard(text="Sì", typed=True), desks)
    assert [type(effect).__name__ for effect in part.effects][:1] == ["CallHelp"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_scenario_in_a_language_of_the_house_is_taken_for_one_from_elsewhere(code):
    lines = [line for s in scenarios(code) for turn in s["turns"] for line in turn.get("says", ())]
    taken = [
        line
        for line in lines
        if spoken_elsewhere(line, max(evidence_for(one, line, LANGUAGES) for one in LANGUAGES))
    ]
    assert lines
    assert taken == []
