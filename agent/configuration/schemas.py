"""JSON Schemas of the YAML files, for editors that complete, explain and check while one types.

They come from the models. Added is what an editor can show: defaults and when a change counts; and
what only validators know: the facts that a norm may ask about, and short forms.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent.configuration.kinds import KINDS, FileKind
from behavior.norms.facts import FACTS

_DIALECT = "http://json-schema.org/draft-07/schema#"
"""The one that the YAML language server knows best."""
_SHORT = 60
SUFFIX = ".schema.json"

Json = dict[str, Any]


def schema_of(name: str) -> Json:
    """The schema of one kind of file."""
    kind = KINDS[name]
    made = kind.model.model_json_schema()
    if name == "norms":
        _open_norms(made)
    _tell(made, made, kind, ())
    _tidy(made)
    return {"$schema": _DIALECT, "title": f"Foyer: {name}", **made}


def schema_text(name: str) -> str:
    """The schema as the text of a file."""
    return json.dumps(schema_of(name), indent=1, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write one file a kind; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in KINDS:
        path = folder / (name + SUFFIX)
        path.write_text(schema_text(name), encoding="utf-8")
        written.append(path)
    return written


def header_for(folder: Path, name: str, file: Path) -> str:
    """The first line by which an editor finds the schema of a YAML file."""
    up = "../" * (len(file.relative_to(folder.parent).parts) - 1)
    return f"# yaml-language-server: $schema={up}{folder.name}/{name}{SUFFIX}"


def _tell(root: Json, node: Json, kind: FileKind, path: tuple[str, ...]) -> None:
    """Add to each setting's description its default and when a change of it counts."""
    for name, setting in node.get("properties", {}).items():
        here = (*path, name)
        inner = _group(root, setting)
        if inner is not None and "properties" in inner:
            if not inner.get("told"):
                inner["told"] = True  # one group may stand at several places
                _tell(root, inner, kind, here)
            continue
        parts = [str(setting.get("description", "")).strip()]
        if (default := _said(setting.get("default"))) and "default" in setting:
            parts.append(f"Default: {default}.")
        if path == () or kind.sooner:
            parts.append(f"A change takes effect {kind.effect_of(here)}.")
        setting["description"] = " ".join(part for part in parts if part)


def _group(root: Json, setting: Json) -> Json | None:
    """The group of settings that a setting stands for, if it is one."""
    target = setting.get("$ref")
    if target is None:
        return None
    found: Json = root["$defs"][str(target).rsplit("/", 1)[-1]]
    return found


def _said(default: object) -> str:
    """A default in few words; nothing when it is empty or long."""
    if default is None or default in ("", [], {}) or isinstance(default, dict | list):
        return ""
    text = str(default).lower() if isinstance(default, bool) else str(default)
    return text if len(text) <= _SHORT else ""


def _tidy(node: object) -> None:
    """Leave out what only repeats: titles made from names, and whole groups as defaults."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
    if not isinstance(node, dict):
        return
    if node.get("told") is True:
        del node["told"]
    for name in ("properties", "$defs", "patternProperties"):
        for inner in node.get(name, {}).values():
            inner.pop("title", None)
            if isinstance(inner.get("default"), dict):
                del inner["default"]
    for value in node.values():
        _tidy(value)


def _open_norms(schema: Json) -> None:
    """What the validators of norms know: the facts there are, and `fact: value` for `equals`."""
    check, norm = schema["$defs"]["Check"], schema["$defs"]["Norm"]
    short = [{"type": kind} for kind in ("boolean", "number", "string")]
    about = check.pop("description", "")
    schema["$defs"]["Check"] = {"description": about, "anyOf": [*short, check]}
    facts: Mapping[str, Json] = {
        name: {"description": f"{fact.about} ({fact.kind})", "allOf": [{"$ref": "#/$defs/Check"}]}
        for name, fact in FACTS.items()
    }
    for name in ("when", "unless"):
        asked = norm["properties"][name]
        asked.pop("additionalProperties", None)
        asked |= {"properties": dict(facts), "additionalProperties": False}


def kinds_of_files(configs: Path) -> Iterator[tuple[Path, str]]:
    """Each YAML file under `configs`, with its kind."""
    for name, kind in KINDS.items():
        for pattern in kind.files:
            for path in sorted(configs.glob(pattern)):
                yield path, name
