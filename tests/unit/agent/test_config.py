"""Whatever is wrong with a YAML file, the operator is told where it is and what cures it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from agent.config import MAX_BYTES, ConfigError, beside, load, load_folder, load_text
from agent.configuration.text import as_json_schema, as_yaml


class Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Voice(StrEnum):
    FLITE = "flite"
    ESPEAK = "espeak"


class Greeting(Frozen):
    """How to greet."""

    text: str = Field("Hello.", min_length=1, description="What is said.")
    near_m: float = Field(2.5, gt=0, le=10, description="Nobody farther away is greeted")
    formal: bool = False

    @field_validator("text")
    @classmethod
    def no_shouting(cls, text):
        if text.isupper():
            raise ValueError("shouts; write it in small letters")
        return text


class Camera(Frozen):
    type: Literal["camera"] = "camera"
    rate_hz: int = Field(15, ge=1, le=60)


class File(Frozen):
    type: Literal["file"] = "file"
    path: Path = Path("x.mp4")
    until: str = Field("10:30", pattern=r"^\d\d:\d\d$")

    @model_validator(mode="after")
    def no_tapes(self):
        if self.path.suffix == ".vhs":
            raise ValueError(f"path {self.path} is a tape: copy it to a file first")
        return self


class Site(Frozen):
    name: str = "Foyer"
    voice: Voice = Field(Voice.FLITE, description="Who speaks.")
    greeting: Greeting = Field(Greeting(), description="The first words.")
    sources: tuple[Annotated[Camera | File, Field(discriminator="type")], ...] = ()
    rooms: dict[str, Greeting] = {}
    pause_s: float | None = 1.0
    limit: int | Greeting = 3
    windows: tuple[float, float] = (0.5, 2.0)
    words: tuple[str, ...] = ("no", "a: b", "plain")


def problems(text, model=Site):
    with pytest.raises(ConfigError) as raised:
        load_text(text, model, "site.yaml")
    return str(raised.value).splitlines()


def test_a_good_file_is_read():
    site = load_text("name: Library\ngreeting:\n  near_m: 3\n", Site, "site.yaml")
    assert site.name == "Library"
    assert site.greeting.near_m == 3


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_file_means_the_defaults(text):
    assert load_text(text, Site, "site.yaml") == Site()


def test_everything_that_is_wrong_is_said_at_once_and_in_order():
    text = """\
nmae: Library
voice: flit
greeting:
  near_m: -5
  near: 3
sources:
  - type: camera
    rate_hz: 90
  - type: flie
rooms:
  hall:
    txt: Welcome
"""
    assert problems(text) == [
        "site.yaml:1: nmae: unknown setting; did you mean name?",
        "site.yaml:2: voice: must be one of flite, espeak, and is 'flit'; did you mean flite?",
        "site.yaml:4: greeting.near_m: must be more than 0, and is -5",
        "site.yaml:5: greeting.near: unknown setting; did you mean near_m?",
        "site.yaml:8: sources.0.rate_hz: must be at most 60, and is 90",
        "site.yaml:9: sources.1: type must be one of camera, file; is 'flie'; did you mean file?",
        "site.yaml:12: rooms.hall.txt: unknown setting; did you mean text?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: 12", "1: name: must be text, and is 12; put it in quotes"),
        ("name: no", "1: name: must be text, and is false; YAML takes yes, no"),
        ("pause_s: 1,5", "1: pause_s: must be a number, and is '1,5'; write decimals with a point"),
        ("greeting: hi", "1: greeting: must be a group of settings"),
        ("greeting:\n  formal: maybe", "2: greeting.formal: must be true or false, and is 'maybe'"),
        ("greeting:\n  text: HELLO", "2: greeting.text: shouts; write it in small letters"),
        ("greeting:\n  text: ''", "2: greeting.text: must be text of at least 1 characters"),
        ("words: hello", "1: words: must be a list (lines that begin with `- `), and is 'hello'"),
        ("sources:\n- rate_hz: 3", "2: sources.0: needs `type:`, one of camera, file"),
        (
            "sources:\n- type: file\n  path: a.vhs",
            "2: sources.0: path a.vhs is a tape: copy it to a file first",
        ),
        (
            "sources:\n- type: file\n  until: noon",
            "3: sources.0.until: has the wrong form, and is 'noon'; write it like this: 10:30",
        ),
        (
            "sources:\n- type: camera\n  paths: b",
            "3: sources.0.paths: unknown setting; there is type, rate_hz",
        ),
        ("limit: soon", "1: limit: must be a whole number or a group of settings"),
        ("limit:\n  near_m: far", "2: limit.near_m: must be a number, and is 'far'"),
        ("windows: [1, x]", "1: windows.1: must be a number, and is 'x'"),
        ("name: a\nvoice: flite\nname: b", "3: name: is set twice"),
        ("rooms:\n  a: {text: x}\n  a: {text: y}", "3: rooms.a: is set twice"),
        ("- a\n- b", "1: must be a group of settings (`name: value` lines), and is a list"),
        ("hello", "1: must be a group of settings"),
    ],
)
def test_a_wrong_value_is_explained(text, said):
    (problem,) = problems(text)
    assert problem.startswith("site.yaml:" + said), problem
    assert " is a tape" not in problem or problem.endswith("first"), "a sentence with a tail"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("greeting:\n\tnear_m: 3", "2: is indented with a tab; use spaces"),
        ("name: a: b", "1: has a second `:`"),
        ("name: x\nvoice flite\nlimit: 3", "2: lacks a `:`"),
        ("name: 'a\nlimit: 3\n", "1: begins a text in quotes that is not closed"),
        ("limit: 3\nwindows: [1, 2\nname: x", "2: opens a bracket that is not closed"),
        ("  name: x\n limit: 3", "2: does not fit the lines above"),
        ("name: @home", "1: found character '@' that cannot start any token; put"),
        ("name: *home", "1: found undefined alias 'home'; text that begins with * needs quotes"),
        ("name: !home x", "1: uses a !tag"),
        ("name: x\n---\nname: y", "2: begins a second document"),
        ("limit: 3\nname: \x07", "2: holds a character that is not text"),
    ],
)
def test_what_is_no_yaml_is_explained(text, said):
    (problem,) = problems(text)
    assert problem.startswith("site.yaml:" + said), problem


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(
            f"{n}: &{n} [{','.join(['*' + p] * 9)}]\n"
            for p, n in zip("abcdef", "bcdefg", strict=True)
        ),
        "[" * 3000,
        "name: 2026-13-45",
    ],
)
def test_a_hostile_file_is_refused_and_does_no_harm(text):
    assert len(problems(text)) == 1


def test_a_missing_file_is_named_with_its_neighbour(tmp_path):
    (tmp_path / "demo.yaml").write_text("name: x")
    with pytest.raises(
        ConfigError, match="demo.yml: there is no such file; did you mean demo.yaml"
    ):
        load(tmp_path / "demo.yml", Site)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match="is a folder"):
        load(tmp_path, Site)


def test_text_in_another_encoding_is_told_with_its_line(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_bytes("limit: 3\nname: Müller\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="site.yaml:2: is not UTF-8 text"):
        load(path, Site)
    path.write_text("name: Müller\n", encoding="utf-8-sig")  # Notepad's mark is no fault
    assert load(path, Site).name == "Müller"


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(ConfigError, match="larger than 1 MB"):
        load(path, Site)


def test_a_folder_of_files_is_read_with_defaults_for_those_that_are_not_there(tmp_path):
    (tmp_path / "greeting.yaml").write_text("near_m: 3")
    models = load_folder(tmp_path, {"greeting": Greeting, "camera": Camera})
    assert models == {"greeting": Greeting(near_m=3), "camera": Camera()}


def test_the_faults_of_all_files_of_a_folder_are_told_together(tmp_path):
    (tmp_path / "greeting.yaml").write_text("near_m: 30")
    (tmp_path / "camera.yaml").write_text("rate: 3")
    (tmp_path / "greetings.yaml").write_text("")
    (tmp_path / "farewell.yml").write_text("")
    with pytest.raises(ConfigError) as raised:
        load_folder(tmp_path, {"greeting": Greeting, "camera": Camera})
    said = str(raised.value)
    assert "camera.yaml:1: rate: unknown setting; did you mean rate_hz?" in said
    assert "greeting.yaml:1: near_m: must be at most 10, and is 30" in said
    assert "farewell.yml: is not read; call it farewell.yaml" in said
    assert "greetings.yaml: nothing is called greetings; did you mean greeting?" in said


def test_files_are_found_beside_the_file_that_names_them():
    assert beside(Path("/etc/foyer/demo.yaml"), "policies") == Path("/etc/foyer/policies")


def test_defaults_are_written_as_yaml_that_reads_back():
    text = as_yaml(Site, "All settings of a site.")
    assert load_text(text, Site, "default.yaml") == Site()
    assert "# Nobody farther away is greeted. Above 0 to 10.\n  near_m: 2.5\n" in text
    assert "# Who speaks. One of flite, espeak.\nvoice: flite\n" in text
    assert max(map(len, text.splitlines())) <= 100


def test_an_instance_is_written_with_its_own_values():
    site = Site(
        name="no: 'body'\n",
        sources=(Camera(rate_hz=5), File(path=Path("a b.mp4"))),
        rooms={"hall": Greeting(near_m=1)},
        pause_s=None,
    )
    assert load_text(as_yaml(site), Site, "x.yaml") == site


def test_a_setting_without_default_stands_as_a_comment():
    class Needed(Frozen):
        key: str = Field(description="The key of the house.")

    assert as_yaml(Needed) == "# The key of the house.\n# key:   (has no default: set it)\n"


def test_the_json_schema_carries_ranges_and_descriptions():
    assert '"exclusiveMinimum": 0' in as_json_schema(Site)
    assert "What is said." in as_json_schema(Site)
