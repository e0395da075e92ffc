"""Questions about the past, put to made encounters: the answer rests on the right stretch."""

import random

import pytest

from behavior.dialogue.conversation import Conversation, Heard
from behavior.dialogue.replies import respond
from tests.fakes.desk import demo_desk, learn
from tests.integration.temporal import AFRESH, FOURTH, LAST, SEVERAL, ask, asked, encounters, faults
from tests.integration.visitor import bend

ENCOUNTERS = encounters()
ASKED = asked(ENCOUNTERS)
OF_SEVERAL = asked(encounters(SEVERAL, AFRESH, LAST, FOURTH))


def test_there_are_forty_encounters_and_forty_more_of_several_people():
    assert len(ENCOUNTERS) >= 40
    assert len(encounters(SEVERAL)) >= 40


@pytest.mark.parametrize("encoder", ["words", "minilm"])
def test_19_of_20_questions_about_the_past_find_the_right_stretch(encoder, record_property):
    desk = demo_desk(encoder)
    if encoder == "minilm":
        learn(line for _, line in ASKED)
    wrong = [found for one, line in ASKED if (found := faults(one, line, desk))]
    record_property("right", f"{len(ASKED) - len(wrong)} of {len(ASKED)}")
    assert len(wrong) <= 0.05 * len(ASKED), wrong


@pytest.mark.long
def test_so_do_19_of_20_about_encounters_of_several_people(record_property):
    desk = demo_desk("minilm")
    learn(line for _, line in OF_SEVERAL)
    wrong = [found for one, line in OF_SEVERAL if (found := faults(one, line, desk))]
    record_property("right", f"{len(OF_SEVERAL) - len(wrong)} of {len(OF_SEVERAL)}")
    assert len(wrong) <= 0.05 * len(OF_SEVERAL), wrong


def test_most_of_them_do_with_every_tenth_word_wrong():
    desk, chance = demo_desk("words"), random.Random(7)
    bent = [(one, bend(line, chance, 0.1, frozenset())) for one, line in ASKED]
    wrong = [found for one, line in bent if (found := faults(one, line, desk))]
    assert len(wrong) <= 0.15 * len(ASKED), wrong


def test_no_answer_holds_a_word_of_anybody_else():
    desk = demo_desk("words")
    secret = "zanzibar umbrella quintessence"
    for one, line in (*ASKED, *OF_SEVERAL):
        asker = one["asks"][1]
        said = [[*r[:3], secret] if r[2] not in {asker, "agent", f"agent>{asker}"} else r
                for r in one.get("said", ())]  # fmt: skip
        answer = ask({**one, "said": said}, line, desk)
        assert not any(word in clause.text for clause in answer.clauses for word in secret.split())


@pytest.mark.parametrize(
    "line",
    ["what did you say", "sorry what did you say again", "can you tell me what you said",
     "when do you open", "how long does the lecture take", "where is the lift",
     "who is the boss here", "did you tell him", "have you told my host", "is he here",
     "how long will it take", "i said priya nair", "no i said okafor", "what do you do",
     "can you tell me when the lecture begins", "do you know where the toilet is",
     "tell me what i have to do", "i was here before", "i have been waiting for a long time",
     "who is daniel okafor", "what time is it", "i came to see priya nair",
     "somebody is waiting for me", "what can i ask you", "do you remember my name"],
)  # fmt: skip
@pytest.mark.parametrize("encoder", ["words", "minilm"])
def test_other_lines_are_not_taken_for_questions_about_the_past(line, encoder):
    part = respond(Conversation(), Heard(text=line), demo_desk(encoder))
    assert "memory" not in part.intent
