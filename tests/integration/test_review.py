"""`foyer check` finds what is allowed and can hardly be meant, each with file, line and cure."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from actuation.embodiments.catalogue import BODIES
from actuation.speech.voice import VOICES
from agent.__main__ import main
from agent.configuration.review import _no_way_out, _not_here, _one_port_twice, surroundings
from agent.settings import AgentConfig, read_settings
from behavior.house.site import Notify
from behavior.policies.catalogue import PoliciesConfig
from behavior.policies.greeting import GreetingConfig, Phrase
from behavior.policy_review import review_policies
from tests.fakes.desk import demo_site

CONFIGS = Path(__file__).parents[2] / "configs"
HALL = "  - {key: hall, name: lift, directions: It is over there., x_m: 1, y_m: 1}\n"


@pytest.fixture
def site(tmp_path):
    shutil.copytree(CONFIGS, tmp_path / "configs")
    return tmp_path / "configs"


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def warned(site, capsys):
    assert main(["check", str(site / "demo.yaml")]) == 0
    told = capsys.readouterr()
    return told.err.replace(f"{site.resolve()}/", "").replace(f"{site}/", "").splitlines()


GREETING, REPLY = "policies/greeting.yaml", "policies/reply.yaml"
INTERRUPTION, LISTENING = "policies/interruption.yaml", "policies/listening.yaml"
WAITING = "policies/waiting.yaml"
SITE, BUILDING = "sites/demo.yaml", "knowledge/building.md"
STAFF = "staff: {channel: log, address: front office}"
PATIENT = "turns: {patience: {closed_s: 0.9}}\nrecorder:"
FAR = "seeing: {engagement: {attend_m: 4}}\nrecorder:"
TALKATIVE = "dialogue: {model: {max_tokens: 4000}}\nrecorder:"
FINDINGS = [
    (GREETING, "sign_within_m: 4.0", "sign_within_m: 2.0", ":AT: .*spoken to unprepared"),
    (GREETING, "words_within_m: 3.0", "words_within_m: 3.9", ":AT: .*nobody attends from farther"),
    (GREETING, "words_within_m: 3.0", "words_within_m: 1.0", ":AT: .*not greeted; raise it"),
    (GREETING, "I am an AI receptionist.", "I work here.", ":AT: .*does not say that .* an AI"),
    (GREETING, "until_hour: 12", "until_hour: 12.5", ": .*both 'good morning' and"),
    (GREETING, "until_hour: 12", "until_hour: 16", ": phrases.0: says 'good morning' from 0:00"),
    (GREETING, "from_hour: 18", "from_hour: 18\n    until_hour: 6", "18:00 is not before 6:00"),
    (GREETING, "Good morning.", "Good morning, and welcome.", ": .*is never said: an earlier"),
    ("policies/farewell.yaml", "after_s: 0.8", "after_s: 4.5", ":AT: after_s: no goodbye is ever"),
    (
        "policies/farewell.yaml",
        "after_s:",
        "gesture: wafe\nafter_s:",
        "no gesture is called 'wafe'",
    ),
    (REPLY, "filler_after_s: 2.5", "filler_after_s: 10", ":AT: filler_after_s: no filler is ever"),
    (REPLY, "give_up_after_s: 9", "give_up_after_s: 1", "filler_after_s: no filler is ever said"),
    (LISTENING, "nod_after_s: 0.3", "nod_after_s: 1.9", ":AT: nod_after_s: it never nods: a turn"),
    (INTERRUPTION, "stop_after_voiced_s: 1.2", "stop_after_voiced_s: 0.3", "words come too late"),
    (INTERRUPTION, "agreements: [", "agreements: [mm, ", ": .*'mm' is a backchannel, too"),
    ("policies/handover.yaml", "[help, staff]", "[halp, staff]", ":AT: .*no page has a button"),
    (WAITING, "offer_after_s: 12", "offer_after_s: 2", ": .*whoever comes back"),
    (
        WAITING,
        "unsure_after_s: 2.5",
        "unsure_after_s: 15",
        ":AT: .*whoever may be new waits longer",
    ),
    (WAITING, "I am the AI receptionist. Can", "Can", ": .*does not say that this is an AI"),
    (WAITING, "Ich bin die KI am Empfang. ", "", ": .*does not say that this is an AI"),
    (SITE, "places:\n", "places:\n" + HALL, ": places.4: 'lift' means an earlier one"),
    (SITE, STAFF, STAFF.replace("log", "fax"), ": staff.channel: there is no channel 'fax'"),
    (SITE, STAFF, STAFF.replace("log", "webhook"), ": staff.address: nobody is told: the webh"),
    (SITE, "visitor_fee: nothing", "visitor_fee: ''", ":AT: facts.visitor_fee: says nothing"),
    (SITE, "bus_lines:", "hours: always\n  bus_lines:", ": facts.hours: {hours} has a meaning"),
    (SITE, "seat: waiting_area\n", "", "hosts: visitors are asked to wait, and no place"),
    ("demo.yaml", "recorder:", PATIENT, r":\d+: turns.patience.closed_s: is more than turns.pat"),
    ("demo.yaml", "recorder:", TALKATIVE, r":\d+: dialogue.model.max_tokens: .*no prompt has room"),
    ("demo.yaml", "recorder:", FAR, r":\d+: seeing.*: is more than .*: attending ends at once"),
    (
        BUILDING,
        "## Can I bring my dog?",
        "## Can I bring a pram?",
        ": .*is asked in building.md",
    ),
    (BUILDING, "Smoking and", "Ask Anna Kellar. Smoking and", "is no host .*did you mean Anna Kel"),
]


@pytest.mark.parametrize(("file", "old", "new", "complaint"), FINDINGS)
def test_what_can_hardly_be_meant_is_told_with_line_and_cure(
    site, capsys, file, old, new, complaint
):
    at = edit(site / file, old, new)
    lines = warned(site, capsys)
    expected = f"^warning: {re.escape(file)}.*{complaint.replace('AT', str(at))}"
    assert any(re.search(expected, line) for line in lines)


def test_what_the_house_ships_contradicts_nowhere(site, capsys):
    assert warned(site, capsys) == []


def lacking(table, name, monkeypatch):
    """On a machine where a back-end's package is not installed."""
    monkeypatch.setitem(table, name, replace(table[name], packages=("no_such_package",)))


def test_what_is_configured_and_not_installed_is_told_with_its_cure(monkeypatch):
    config = AgentConfig.model_validate(
        {"bodies": [{"kind": "zmq"}, {"kind": "vmc"}], "voice": {"voice": "piper"}}
    )
    lacking(BODIES, "vmc", monkeypatch)
    lacking(VOICES, "piper", monkeypatch)
    (body, voice) = _not_here(config)
    assert body[0] == ("bodies", 1)
    assert "needs no_such_package" in body[1]
    assert voice[0] == ("voice", "voice")
    assert "piper_model" in voice[1]
    assert list(_not_here(AgentConfig())) == []


def test_two_parts_that_want_one_port_are_told():
    bodies = [
        {"kind": "zmq", "address": "tcp://127.0.0.1:8710"},
        {"kind": "zmq", "name": "two", "address": "tcp://127.0.0.1:6001"},
    ]
    told = list(_one_port_twice(AgentConfig.model_validate({"bodies": bodies})))
    assert [(field, re.findall(r"\d{4}", what)) for field, what in told] == [
        (("bodies", 0, "address"), ["8710"]),
        (("bodies", 1, "commands"), ["5572"]),
    ]


@pytest.mark.parametrize(
    ("channel", "notify", "told"),
    [
        ("email", {}, ("smtp", "host")),
        ("email", {"smtp": {"host": "mail", "password_env": "FOYER_NOT_SET"}}, "FOYER_NOT_SET"),
        ("mqtt", {}, ("mqtt", "host")),
        ("webhook", {"webhook_token_env": "FOYER_NOT_SET"}, "FOYER_NOT_SET"),
        ("log", {"webhook_token_env": "FOYER_NOT_SET"}, None),
    ],
)
def test_a_way_to_reach_people_that_lacks_what_it_needs_is_told(channel, notify, told):
    config = AgentConfig.model_validate({"dialogue": {"notify": notify}})
    host = demo_site().hosts[0]
    host = host.model_copy(update={"notify": Notify(channel=channel, address="x")})
    site = demo_site().model_copy(update={"hosts": (host,)})
    found = list(_no_way_out(config, site))
    assert len(found) == (told is not None)
    for field, what in found:
        assert told in what if isinstance(told, str) else field[-2:] == told


def test_the_defaults_contradict_nowhere():
    around = surroundings(AgentConfig())
    assert list(review_policies(PoliciesConfig(), around)) == []


def test_a_file_that_was_cut_off_to_nothing_is_told(site, capsys):
    (site / "policies" / "greeting.yaml").write_text("\n")
    (site / "demo.yaml").write_text("")
    told = warned(site, capsys)
    assert "warning: demo.yaml: is empty, so its defaults hold; was it cut off?" in told[0]
    assert any(line.startswith("warning: policies/greeting.yaml: is empty") for line in told)


def test_days_with_the_same_quiet_stretch_are_told_once(site, capsys):
    edit(site / "demo.yaml", "norms_off: [quiet_hours]", "norms_off: []")
    edit(
        site / "policies/norms/politeness.yaml",
        "from_hour: 21, until_hour: 6",
        "from_hour: 17, until_hour: 6",
    )
    one, other = warned(site, capsys)
    assert "silent from 17:00 to 18:00 (mon, tue, wed)" in one
    assert "silent from 17:00 to 20:00 (thu)" in other


def test_hours_in_which_the_house_is_open_and_must_be_silent_are_told(site, capsys):
    edit(site / "demo.yaml", "norms_off: [quiet_hours]", "norms_off: []")
    edit(site / "sites/demo.yaml", "thu: 08:00-20:00", "thu: 08:00-22:00")
    (line,) = warned(site, capsys)
    assert ":10: hours.thu: the house is open, and the norm quiet_hours" in line
    assert "silent from 21:00 to 22:00" in line


def test_hours_without_any_greeting_are_told_to_the_quarter_of_an_hour():
    phrases = (
        Phrase(say=("Hello.",), until_hour=12.25),
        Phrase(say=("Hello again.",), from_hour=12.75),
    )
    policies = PoliciesConfig(greeting=GreetingConfig(phrases=phrases))
    (finding,) = review_policies(policies, surroundings(AgentConfig()))
    assert "none for one person from 12:15 to 12:45" in finding.what


def test_a_model_slower_than_the_patience_of_the_policy_is_told(site, capsys):
    edit(site / "demo.yaml", "recorder:", "dialogue: {model: {url: http://x/v1}}\nrecorder:")
    edit(site / REPLY, "give_up_after_s: 9", "give_up_after_s: 1.2")
    assert any("apologises before the language model" in line for line in warned(site, capsys))


SLOTS = [
    ("Hello, and welcome to {site}.", "Hello, and welcome to Foyer House."),
    ("I am {agent}.", "I am Robin."),
    ("Braces {{are}} said.", "Braces {are} said."),
]


@pytest.mark.parametrize(("written", "said"), SLOTS)
def test_words_of_a_policy_may_name_facts_of_the_site(site, written, said):
    edit(site / GREETING, "Good morning, and welcome.", written)
    greeting = read_settings(site / "demo.yaml").policies.greeting
    assert greeting.phrases[0].say[0] == said


BAD_SLOTS = [
    (
        "Hello {qq}.",
        ": phrases.0.say.0: no fact fills the slot {qq}; there is {agent}",
    ),
    ("You are at {sight}.", "no fact fills the slot {sight}; did you mean {site}?"),
    ("Hello {.", "has a brace without its other half"),
]


@pytest.mark.parametrize(("written", "complaint"), BAD_SLOTS)
def test_a_slot_that_nothing_fills_is_refused_with_line_and_cure(site, capsys, written, complaint):
    edit(site / GREETING, "Good morning, and welcome.", written)
    assert main(["check", str(site / "demo.yaml")]) == 2
    assert complaint in capsys.readouterr().err


def test_every_fault_of_the_knowledge_is_told_at_once_with_those_of_other_files(site, capsys):
    edit(site / BUILDING, "point: lift", "point: lyft")
    (site / "knowledge/own.md").write_bytes("## Grüße?\nJa.\n".encode("latin-1"))
    edit(site / GREETING, "sign_within_m", "sign_with_m")
    assert main(["check", str(site / "demo.yaml")]) == 2
    err = capsys.readouterr().err
    lines = (site / BUILDING).read_text(encoding="utf-8").splitlines()
    line = lines.index("point: lyft") + 1
    assert f"building.md:{line}: no place 'lyft'; did you mean lift?" in err
    assert "own.md:1: is not UTF-8 text" in err
    assert "did you mean sign_within_m" in err
