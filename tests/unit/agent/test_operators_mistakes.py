"""What an operator most likely does wrong is told with its line and its cure."""

import shutil

import pytest
from pydantic import BaseModel

from agent.config import ConfigError, load
from agent.settings import read_settings, read_site
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
        ('number: "112"', 'number: "112', "24: begins a text in quotes that is not closed"),
        ("in_view_m: 2.0", "in_view_m: 010", "45: .*: 010 is read as 8, for its leading 0"),
        ("welcome home", "01234567", "32: facts.wifi_password: 01234567 is read as 342391"),
        ("welcome home", "welcome #home", "32: .*#home is read as a comment"),
        ("a colleague\n", "“a colleague”\n", "17: staff_name: “ and ” belong to the text"),
        ("visitor_fee: nothing", "visitor_fee: 2026-12-24",
         "34: .*must be text, and is 2026-12-24; put it in quotes"),
        ("  fr:\n", "  no:\n", "291: languages.no: must be one of en, .*and is 'no'"),
        ("timezone: ", "<<<<<<< mine\ntimezone: ", "5: holds a mark of two versions, <<<<<<<"),
        ("timezone: Europe", "timezone:Europe", "5: has no space after `:`; write one"),
        ("timezone: ", "timezone:\u00a0", "5: has a hard space after `:`"),
        ("  mon: 08", "\u00a0 mon: 08", "7: is indented with a hard space"),
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
    ("written", "told"),
    [
        ("words_after_s: 600", "1: words_after_s: .*at most 2, and is 600; .*its unit, seconds$"),
        ("words_after_s: 3", "1: words_after_s: must be at most 2, and is 3$"),
        ("words_after_s: yes", "1: words_after_s: must be a number, and is true; YAML takes yes"),
        ("phrases:\n  - say:\n    - Hi\n      -Hello", "3: .*takes in line 4, too; write a space"),
        ("phrases:\n  - say:\n    - Hi\n    -Hello", "4: has no space after `-`; write one"),
    ],
)  # fmt: skip
def test_a_setting_that_yaml_reads_otherwise_than_it_looks_is_told(written, told, tmp_path):
    path = tmp_path / "greeting.yaml"
    path.write_text(written + "\n")
    with pytest.raises(ConfigError, match=f"greeting.yaml:{told}"):
        load(path, GreetingConfig)


class Words(BaseModel):
    facts: dict[str, str] = {}
    enabled: bool = False
    amount: float | None = None
    either: bool | int = 0
    deep: dict[str, tuple[float, ...]] = {}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("facts: {no: nothing, on: air}", Words(facts={"no": "nothing", "on": "air"})),
        ("enabled: yes", Words(enabled=True)),
        ("either: on", Words(either=True)),
        ("facts: {a: 'x #y', b: x# y, c: \"“x”\"}",
         Words(facts={"a": "x #y", "b": "x# y", "c": "“x”"})),
        ("amount: 0   # nothing\nenabled: on # so\n#facts: x", Words(amount=0, enabled=True)),
        ("facts: {a: 'é' }  #b", Words(facts={"a": "é"})),
        ("facts:\n  a: |-\n    x\n    -y #z", Words(facts={"a": "x\n-y #z"})),
        ("amount: 0x10", Words(amount=16)),
    ],
)  # fmt: skip
def test_what_is_meant_as_it_is_read_is_taken(written, meant, tmp_path):
    path = tmp_path / "words.yaml"
    path.write_text(written + "\n", "utf-8")
    assert load(path, Words) == meant


@pytest.mark.parametrize(("written", "told"), [
    ("amount: on", "must be a number, and is true"),
    ("deep: {a: [1, yes]}", "must be a number, and is true"),
    ("amount: 1:30", "1:30 is read as a number of sixtieths; put it in quotes"),
])  # fmt: skip
def test_what_is_no_number_is_told_wherever_it_stands(written, told, tmp_path):
    path = tmp_path / "words.yaml"
    path.write_text(written + "\n")
    with pytest.raises(ConfigError, match=told):
        load(path, Words)


def test_what_is_no_number_is_told_once(tmp_path):
    path = tmp_path / "greeting.yaml"
    path.write_text("words_within_m: no\n")  # below its least, too
    with pytest.raises(ConfigError) as told:
        load(path, GreetingConfig)
    assert len(told.value.problems) == 1


def test_a_file_cut_off_to_nothing_is_told_as_that(tmp_path):
    path = tmp_path / "site.yaml"
    path.touch()
    with pytest.raises(ConfigError, match="site.yaml: is empty; was it cut off"):
        read_site(path)


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ("Sites/demo.yaml", "Sites: there is no such folder; did you mean sites.*:1 names it"),
        ("sites/dmo.yaml", "no such file; did you mean demo.yaml.*mine.yaml:1 names it"),
        ("sites\\demo.yaml", "write / between folders.*mine.yaml:1 names it"),
        ("loop.yaml", "loop.yaml: is a link that leads in a circle; put the file itself there"),
    ],
)
def test_a_site_that_is_not_there_is_told_with_who_names_it(site, told, tmp_path):
    folder = tmp_path / "configs"
    shutil.copytree(ROOT / "configs", folder)
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "mine.yaml").write_text(f"site: {site}\n")
    with pytest.raises(ConfigError, match=told):
        read_settings(folder / "mine.yaml")


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
