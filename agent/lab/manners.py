"""What the lab tries out: a configuration with its policies and norms, or one with single changes.

Two configurations are compared key by key, each change with the lines where it stands, so that a
difference in behaviour can be led back to the line that made it.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel

from agent.config import ConfigError, Problem, beside, load, load_folder, place_of, yaml_files
from agent.settings import (
    POLICY_FILES,
    AgentConfig,
    Settings,
    norms_of,
    read_norms,
    read_settings,
)
from behavior.norms.norm import NormsFile
from behavior.policies.catalogue import PoliciesConfig

_AGENT, _SITE, _NORMS = "agent", "site", "norms/"
_DECIDES: Final = ("norms_off", "seeing", "planner", "dialogue", "voice")
"""Settings of the agent's own file that bear on what is decided, and when."""
Tree = dict[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where a setting stands."""

    path: Path
    line: int
    """0: the file does not name it; its default holds."""

    def __str__(self) -> str:
        here = Path.cwd()
        path = self.path.relative_to(here) if self.path.is_relative_to(here) else self.path
        return f"{path}:{self.line}" if self.line else f"{path} (default)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One setting that differs between two configurations."""

    document: str
    """`greeting`, `norms/privacy`, `agent`, `site`."""
    key: Key
    old: Any
    new: Any
    old_line: Line
    new_line: Line
    absent: bool = False
    """The new configuration does not name it: taken out, its default or nothing holds."""

    @property
    def name(self) -> str:
        """For people: `greeting: words_within_m`."""
        return f"{self.document}: {'.'.join(self.key)}"

    def __str__(self) -> str:
        return f"{self.name}: {_short(self.old)} -> {_short(self.new)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """A configuration as it stands in its files, read and checked."""

    name: str
    config: Path
    settings: Settings
    trees: Mapping[str, Tree]
    files: Mapping[str, Path]


def read_manners(config: Path, policies: Path | None = None) -> Manners:
    """Read a configuration; `policies`: with this folder in place of its own.

    Raises `ConfigError` with every problem of every file.
    """
    settings = read_settings(config)
    if policies is not None:
        settings = _with_folder(settings, policies.resolve())
    files = {_AGENT: config, _SITE: beside(config, load(config, AgentConfig).site)}
    files |= {p.stem: p for p in yaml_files(settings.policies_folder)}
    files |= {f"{_NORMS}{p.stem}": p for p in yaml_files(settings.norms_folder)}
    return Manners(
        name=str(policies or config),
        config=config,
        settings=settings,
        trees={name: _tree(name, path) for name, path in files.items()},
        files=files,
    )


def _with_folder(settings: Settings, folder: Path) -> Settings:
    own_norms = folder / "norms"
    norms_folder = own_norms if own_norms.is_dir() else settings.norms_folder
    return replace(
        settings,
        policies=PoliciesConfig.model_validate(load_folder(folder, POLICY_FILES)),
        norms=read_norms(norms_folder, settings.config.norms_off),
        policies_folder=folder,
        norms_folder=norms_folder,
    )


def _tree(document: str, path: Path) -> Tree:
    tree = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if document == _AGENT:
        return {key: value for key, value in tree.items() if key in _DECIDES}
    if document.startswith(_NORMS):
        return {norm["id"]: norm for norm in tree.get("norms", ())}
    return dict(tree)


# What differs


def changes_between(old: Manners, new: Manners) -> list[Change]:
    """Every setting whose value differs, in the order of the documents."""
    found: list[Change] = []
    for document in dict.fromkeys((*old.trees, *new.trees)):
        before, after = old.trees.get(document, {}), new.trees.get(document, {})
        for key in _differing(before, after, deep=not document.startswith(_NORMS)):
            change = _change(old, new, document, key)
            if change is not None:
                found.append(change)
    return found


def _differing(old: Tree, new: Tree, *, deep: bool, at: Key = ()) -> Iterator[Key]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if name in old and name in new and before == after:
            continue
        if deep and isinstance(before, dict) and isinstance(after, dict):
            yield from _differing(before, after, deep=True, at=(*at, name))
        else:
            yield (*at, name)


def _change(old: Manners, new: Manners, document: str, key: Key) -> Change | None:
    before, after = _value(old, document, key), _value(new, document, key)
    if before == after:
        return None  # one names the default that the other leaves out
    return Change(
        document=document,
        key=key,
        old=before,
        new=after,
        old_line=_line(old, document, key),
        new_line=_line(new, document, key),
        absent=not _has(new.trees.get(document, {}), key),
    )


def _value(manners: Manners, document: str, key: Key) -> Any:  # noqa: ANN401 - any setting
    """What holds, named or by default."""
    if document.startswith(_NORMS) or document == _SITE:
        tree: Any = manners.trees.get(document, {})
        for name in key:
            tree = tree.get(name) if isinstance(tree, dict) else None
        return tree
    at: Any = manners.settings.config
    if document != _AGENT:
        at = getattr(manners.settings.policies, document)
    for name in key:
        at = at.get(name) if isinstance(at, dict) else getattr(at, name, None)
    return at.model_dump() if isinstance(at, BaseModel) else at


def _has(tree: Tree, key: Key) -> bool:
    for name in key:
        if not isinstance(tree, dict) or name not in tree:
            return False
        tree = tree[name]
    return True


def _line(manners: Manners, document: str, key: Key) -> Line:
    path = manners.files.get(document)
    if path is None:
        return Line(path=Path(f"{document}.yaml"), line=0)
    if not _has(manners.trees[document], key):
        return Line(path=path, line=0)
    if not document.startswith(_NORMS):
        return Line(path=path, line=place_of(path, key)[0])
    lines = path.read_text(encoding="utf-8").splitlines()
    wanted = f"id: {key[0]}"
    number = next((i for i, text in enumerate(lines, 1) if text.strip(" -") == wanted), 0)
    return Line(path=path, line=number)


# One configuration with some changes of another


def with_changes(old: Manners, new: Manners, changes: Sequence[Change]) -> Settings:
    """`old` with only these changes of `new`. Raises `ConfigError` where they do not go alone."""
    if any(change.document == _SITE for change in changes):
        old = replace(old, settings=replace(old.settings, site=new.settings.site))
    trees = deepcopy(dict(old.trees))
    for change in changes:
        _apply(trees.setdefault(change.document, {}), new.trees.get(change.document, {}), change)
    try:
        return _settings(old.settings, trees)
    except ValueError as error:
        what = f"does not go without the other changes: {error}"
        raise ConfigError([Problem(str(changes[0].new_line), 0, changes[0].name, what)]) from None


def _apply(tree: Tree, new: Tree, change: Change) -> None:
    for name in change.key[:-1]:
        tree, new = tree.setdefault(name, {}), new.get(name, {})
    last = change.key[-1]
    if change.absent:
        tree.pop(last, None)
    else:
        tree[last] = deepcopy(new[last])


def _settings(base: Settings, trees: Mapping[str, Tree]) -> Settings:
    policies = PoliciesConfig.model_validate({name: trees.get(name, {}) for name in POLICY_FILES})
    named = {key: value for key, value in trees[_AGENT].items() if key in _DECIDES}
    agent = AgentConfig.model_validate(named)
    dialogue = agent.dialogue.model_copy(update={"knowledge": base.config.dialogue.knowledge})
    config = base.config.model_copy(
        update={name: getattr(agent, name) for name in _DECIDES} | {"dialogue": dialogue}
    )
    norms = {
        name: NormsFile.model_validate({"norms": list(tree.values())})
        for name, tree in trees.items()
        if name.startswith(_NORMS)
    }
    return replace(
        base,
        config=config,
        policies=policies,
        norms=norms_of(norms, base.norms_folder, agent.norms_off),
    )


def same_desk(one: Settings, other: Settings) -> bool:
    """Whether the dialogue of one can serve the other."""
    mine, theirs = one.config.dialogue, other.config.dialogue
    alike = (mine.knowledge, mine.encoder) == (theirs.knowledge, theirs.encoder)
    return alike and one.site == other.site


def _short(value: Any) -> str:  # noqa: ANN401
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
