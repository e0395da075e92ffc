"""The engagement questionnaire: what a reader is asked, and how answers and numbers are read."""

import pytest

from agent.core.messages import PersonId
from behavior.transcript.encounter import Transcript
from behavior.transcript.engagement_reading import Reading, questionnaire, read_answer, read_by_rule
from tests.fakes.people import approach, leave, pass_by, stand
from tests.unit.behavior.test_transcript import agent_says, says

P1 = PersonId("p1")


def lines_of(messages):
    transcript = Transcript()
    for message in sorted(messages, key=lambda one: one.at):
        transcript.take(message)
    return transcript.lines()


def read(messages, at, person=P1):
    return read_by_rule(lines_of(messages), person, at).engagement


def test_whoever_stands_before_the_agent_and_looks_reads_higher_than_who_passes():
    visitor = [*approach(gaze_deg=0.0), *stand(at=4.0, seconds=6.0, gaze_deg=0.0)]
    passer = pass_by(distance_m=2.0, gaze_deg=80.0)
    assert read(visitor, 10.0) > 0.7
    assert read(passer, passer[-1].at) < 0.3


def test_each_statement_counts_for_itself():
    looks = read_by_rule(lines_of(stand(seconds=9.0, gaze_deg=0.0)), P1, 9.0)
    looks_away = read_by_rule(lines_of(stand(seconds=9.0, gaze_deg=90.0)), P1, 9.0)
    assert looks.attention == 5.0
    assert looks_away.attention == 1.0
    near = read_by_rule(lines_of(stand(seconds=9.0, gaze_deg=0.0)), P1, 9.0)
    far = read_by_rule(lines_of(stand(seconds=9.0, x_m=3.4, gaze_deg=0.0)), P1, 9.0)
    assert near.approach > far.approach
    spoke = [*stand(seconds=9.0, gaze_deg=0.0), *says(6.0, 7.0, "hello, where is the lift")]
    spoken_to = [*stand(seconds=9.0, gaze_deg=0.0), *agent_says(6.0, 7.0, "Hello.")]
    contact = [read_by_rule(lines_of(one), P1, 9.0).contact for one in (spoke, spoken_to)]
    assert contact[0] > contact[1] > looks.contact


def test_unseen_gaze_is_neither_attention_nor_its_lack():
    unseen = read_by_rule(lines_of(stand(seconds=9.0, gaze_deg=None)), P1, 9.0)
    assert unseen.attention == 3.0


def test_walking_off_ends_it():
    goes = [*stand(seconds=6.0, gaze_deg=0.0), *leave(at=6.0)]
    assert read(goes, goes[-1].at) < read(stand(seconds=6.0, gaze_deg=0.0), 6.0) - 0.3


def test_only_lines_up_to_the_moment_and_about_the_person_count():
    messages = [*stand(seconds=5.0, gaze_deg=0.0), *stand(seconds=5.0, person="p2", gaze_deg=90.0)]
    lines = lines_of([*messages, *says(4.0, 4.5, "hello", person="p2")])
    assert read_by_rule(lines, P1, 5.0).contact == 1.0
    assert read_by_rule(lines, PersonId("p2"), 3.9).contact == 1.0


def test_the_questionnaire_holds_the_transcript_in_seconds_before_the_question():
    prompt = questionnaire(lines_of(says(4.0, 6.0, "where is the lift")), P1, 10.0)
    assert '[-6.0--4.0] p1 says "where is the lift"' in prompt
    assert '{"attention": 1' in prompt


def test_the_questionnaire_is_bounded():
    many = [m for i in range(200) for m in says(i, i + 0.5, "a line of words " * 5, turn=i)]
    assert len(questionnaire(lines_of(many), P1, 200.0, tokens=300)) < 300 * 4 + 1800


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ('{"attention": 5, "approach": 4, "contact": 1}', (5, 4, 1)),
        ('Sure: ```{"attention": 2, "approach": 2, "contact": 2}```', (2, 2, 2)),
        ("attention: 3, approach: 4, contact: 5", (3, 4, 5)),
    ],
)
def test_marks_are_read_from_an_answer(text, marks):
    assert read_answer(text) == Reading(attention=marks[0], approach=marks[1], contact=marks[2])


@pytest.mark.parametrize(
    "text",
    ["", "yes", "{broken", '{"attention": 9, "approach": 1, "contact": 1}', '{"attention": "x"}',
     '{"attention": null, "approach": 1, "contact": 1}', "[1]", "1 2 3 4"],
)  # fmt: skip
def test_an_answer_without_marks_is_none(text):
    assert read_answer(text) is None


def test_all_marks_low_is_nothing_and_all_high_is_one():
    assert Reading(attention=1, approach=1, contact=1).engagement == pytest.approx(0.0)
    assert Reading(attention=5, approach=5, contact=5).engagement == pytest.approx(1.0)
