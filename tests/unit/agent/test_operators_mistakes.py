"""What an operator most likely does wrong is told with its line and its cure."""

import pytest

from agent.config import ConfigError, load
from agent.settings import read_site
from behavior.house.knowledge import KnowledgeError, read_knowledge
from behavior.norms.house_words import words_against
from behavior.norms.norm import Norms
from behavior.policies.catalogue import PoliciesConfig
from behavior.policies.greeting import GreetingConfig, Phrase
from behavior.policy_review import Surroundings, review_policies
from tests.fakes.desk import ROOT, demo_site
from tests.fakes.encounters import house_norms

SITE = ROOT / "configs/sites/demo.yaml"
AROUND = Surroundings(
    attend_keep_m=4.0,
    engage_m=2.0,
    longest_patience_s=3.0,
    model_begins_s=None,
    knows_gesture=lambda name: True,
)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("timezone: Europe/Berlin", "timezone: Berlin", "5: timezone: .*mean Europe/Berlin"),
        ("seat: waiting_area", "seat: waitingarea", "19: seat: .*did you mean waiting_area"),
        ("room: second_floor, also: [dan", "room: third_floor, also: [dan",
         r"194: hosts.0.room: .*third_floor; did you mean second_floor"),
        ("2026-12-24:", "2026-02-30:", "13: holds an impossible value"),
        ("2026-12-24:", "24.12.2026:", "13: .*write days as 2026-12-24"),
        ("wed: 08:00-18:00", "wed: 08:00-25:00", "9: hours.wed: 25:00 is no time of day"),
        ("wed: 08:00-18:00", "wed: 08:61-18:00", "9: hours.wed: 08:61 is no time of day"),
        ("tue: 08:00-18:00", "tue: 18:00-02:00", "8: hours.tue: .*24:00 at the latest"),
        ("mon: 08:00-18:00", "mon: 8am-6pm", "7: hours.mon: write opening hours as 08:00-18:00"),
        ("fri: 08:00-16:00", "fri: 08:00-12:00, 13:00-16:00", "11: hours.fri: one stretch a day"),
        ("ends: [hall, seats]", "ends: [hall, seatz]",
         r"153: floor_map.passages.0.ends: .*seatz; did you mean seats"),
        ("desk: hall", "desk: hal", r"133: floor_map.desk: .*hal; did you mean hall"),
        ("agent_name: Robin", "agent_name: Robin\nlanguage: de",
         r"269: languages.de: .*leave it out"),
        ("      lift: {name: Aufzug", "      lyft: {name: Aufzug",
         r"languages.de.places: the site has no lyft; did you mean lift"),
    ],
)  # fmt: skip
def test_a_fault_of_the_site_has_its_line_and_its_cure(right, wrong, told, tmp_path):
    text = SITE.read_text("utf-8")
    assert right in text
    path = tmp_path / "site.yaml"
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(ConfigError, match=told):
        read_site(path)


@pytest.mark.parametrize(
    ("written", "unit"), [("600ms", "seconds"), ("0.6 s", "seconds"), ("half", None)]
)
def test_a_number_with_its_unit_is_told_to_stand_alone(written, unit, tmp_path):
    path = tmp_path / "greeting.yaml"
    path.write_text(f"words_after_s: {written}\n")
    with pytest.raises(ConfigError) as told:
        load(path, GreetingConfig)
    assert ("the number alone" in str(told.value)) is (unit is not None)
    assert unit is None or unit in str(told.value)


def test_an_hour_written_as_a_time_is_told_as_yaml_reads_it(tmp_path):
    path = tmp_path / "greeting.yaml"
    path.write_text("phrases:\n  - say: [Hello.]\n    until_hour: 12:30\n")
    with pytest.raises(ConfigError, match=r"is 750; YAML reads 12:30 so: write 12\.5"):
        load(path, GreetingConfig)


def test_a_question_without_an_answer_does_not_borrow_the_next_one(tmp_path):
    text = "## Can I leave my coat?\npoint: lockers\n\n## Is there an umbrella?\nI have none.\n"
    (tmp_path / "visiting.md").write_text(text)
    with pytest.raises(KnowledgeError, match="'Can I leave my coat\\?' has no answer"):
        read_knowledge(tmp_path, demo_site())


def greeting(*say):
    return GreetingConfig(phrases=(Phrase(say=say),))


def test_a_greeting_longer_than_anybody_waits_for_is_told():
    def long(config):
        found = review_policies(PoliciesConfig(greeting=config), AROUND)
        return [one.field for one in found if "shorter" in one.what]

    assert long(greeting("Welcome to a house that has served its visitors. " * 5)) == [
        ("phrases", 0, "say")
    ]
    assert long(greeting("Hello, and welcome.", "How can I help you?")) == []


def test_a_line_that_a_norm_would_drop_is_told_with_the_norm():
    norms = Norms(house_norms())
    rude = list(words_against(greeting("You look tired today.", "How can I help you?"), norms))
    assert [where for where, _ in rude] == [("phrases", 0, "say", 0)]
    assert "no_remarks_about_people" in rude[0][1]
    assert list(words_against(greeting("Hello, and welcome.", "How can I help?"), norms)) == []
