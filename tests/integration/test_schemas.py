"""Editors' schemas and the reference: fresh, true to the models, of use on every shipped file."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from agent.__main__ import main
from agent.config import ConfigError, load_text
from agent.configuration.kinds import KINDS, TakesEffect
from agent.configuration.reference import reference
from agent.configuration.schemas import SUFFIX, header_for, kinds_of_files, schema_of, schema_text

CONFIGS = Path(__file__).parents[2] / "configs"
FILES = list(kinds_of_files(CONFIGS))
NAMES = [str(path.relative_to(CONFIGS)) for path, _ in FILES]


def faults(name, data):
    return [error.message for error in Draft7Validator(schema_of(name)).iter_errors(data)]


@pytest.mark.parametrize("name", KINDS)
def test_the_schemas_in_the_house_are_fresh(name):
    written = (CONFIGS / "schemas" / (name + SUFFIX)).read_text(encoding="utf-8")
    assert written == schema_text(name), "run `foyer check --write-generated configs`"


def test_no_schema_is_left_of_a_kind_that_is_gone():
    assert {p.name for p in (CONFIGS / "schemas").iterdir()} == {name + SUFFIX for name in KINDS}


def test_the_reference_in_the_house_is_fresh():
    cure = "run `foyer check --write-generated configs`"
    assert (CONFIGS / "REFERENCE.md").read_text(encoding="utf-8") == reference(), cure


@pytest.mark.parametrize("name", KINDS)
def test_every_schema_is_one(name):
    Draft7Validator.check_schema(schema_of(name))


@pytest.mark.parametrize(("path", "name"), FILES, ids=NAMES)
def test_every_file_of_the_house_passes_its_schema(path, name):
    assert faults(name, yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(("path", "name"), FILES, ids=NAMES)
def test_a_misspelled_setting_of_any_file_is_underlined(path, name):
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    first = next(iter(data))
    data[first[:-1] + "x"] = data.pop(first)
    assert any(f"'{first[:-1]}x' was unexpected" in fault for fault in faults(name, data))


@pytest.mark.parametrize(("path", "name"), FILES, ids=NAMES)
def test_every_file_names_its_schema_in_its_first_line(path, name):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == header_for(CONFIGS / "schemas", name, path)
    target = first.split("$schema=")[1]
    assert (path.parent / target).resolve().name == name + SUFFIX


WRONG = [
    ("greeting", "words_within_m: 9\n"),
    ("greeting", "disclose: sometimes\n"),
    ("greeting", "phrases: [{say: [Hello.], untill_hour: 9}]\n"),
    ("site", "name: House\nhours: {monday: 08:00-18:00}\n"),
    ("site", "name: House\nplaces: [{key: A, name: hall, directions: There., x_m: 1, y_m: 1}]\n"),
    ("agent", "camera: {source: screen}\n"),
    ("agent", "bodies: [{kind: toaster}]\n"),
    ("norms", "norms: [{id: x, when: {act.speeks: true}}]\n"),
]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_what_the_agent_refuses_the_editor_underlines(name, text):
    assert faults(name, yaml.safe_load(text))
    with pytest.raises(ConfigError):
        load_text(text, KINDS[name].model, "x.yaml")


def test_a_norm_may_be_asked_in_short_or_at_length():
    norms = yaml.safe_load((CONFIGS / "policies/norms/safety.yaml").read_text(encoding="utf-8"))
    norms["norms"][0]["when"] = {"act.speaks": True, "room.hour": {"above": 3}}
    assert faults("norms", norms) == []


def test_the_editor_shows_meaning_default_and_when_a_change_counts():
    shown = schema_of("greeting")["properties"]["words_within_m"]
    assert "Nobody farther away is greeted in words" in shown["description"]
    assert "Default: 3.0. A change takes effect now." in shown["description"]
    assert (shown["minimum"], shown["maximum"]) == (0.5, 5)


def settings_of(model, path=()):
    for name, field in model.model_fields.items():
        yield ".".join((*path, name))
        if hasattr(field.annotation, "model_fields"):
            yield from settings_of(field.annotation, (*path, name))


@pytest.mark.parametrize("name", KINDS)
def test_settings_with_a_class_of_their_own_exist(name):
    assert set(KINDS[name].sooner) <= set(settings_of(KINDS[name].model))


def test_the_longest_row_decides_when_a_change_counts():
    agent = KINDS["agent"]
    assert agent.effect_of(("server", "port")) is TakesEffect.RESTART
    assert agent.effect_of(("seeing", "engagement", "attend_m")) is TakesEffect.NEXT_VISITOR
    assert agent.effect_of(("planner",)) is TakesEffect.NOW
    rows = {"voice": TakesEffect.NOW, "voice.kokoro_model": TakesEffect.RESTART}
    assert replace(agent, sooner=rows).effect_of(("voice", "kokoro_model")) is TakesEffect.RESTART


def test_every_setting_of_a_file_stands_in_the_reference():
    text = reference()
    for kind in KINDS.values():
        for path in settings_of(kind.model):
            assert f"`{path.split('.')[-1]}`" in text or f"### {path}\n" in text, path


def test_all_that_is_generated_is_written_at_once(tmp_path):
    (tmp_path / "schemas").mkdir()
    assert main(["check", "--write-generated", str(tmp_path)]) == 0
    assert (tmp_path / "REFERENCE.md").read_text() == reference()
    for name in ("default.yaml", "schemas/site.schema.json"):
        assert (tmp_path / name).read_text() == (CONFIGS / name).read_text()


def test_schemas_are_written_where_asked(tmp_path, capsys):
    assert main(["check", "--write-schemas", str(tmp_path / "s")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(KINDS)
    assert json.loads((tmp_path / "s" / "site.schema.json").read_text())["type"] == "object"
