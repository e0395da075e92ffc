"""Where an operator finds what to change: file, line, value and meaning, a line each."""

import re
from pathlib import Path

from agent.config import place_of
from agent.explaining.plain_words import is_number
from agent.settings import POLICY_FILES, Settings
from behavior.dialogue.desks import in_other_languages


class WhereSet:
    """The lines of one configuration."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def setting(self, name: str) -> str:
        """`configs/policies/greeting.yaml:6: words_within_m (3.0): what it means`."""
        group, _, field = name.partition(".")
        path = self._settings.policies_folder / f"{group}.yaml"
        model: object = getattr(self._settings.policies, group, None)
        if group not in POLICY_FILES:
            path, field, model = self._settings.path, name, self._settings.config
        line, _ = place_of(path, tuple(field.split(".")))
        value, about = model, ""
        for step in field.split("."):
            fields = getattr(type(value), "model_fields", {})
            about = (fields[step].description if step in fields else "") or about
            value = getattr(value, step, "")
        plain = isinstance(value, str | int | float)
        shown = f" ({value:g})" if is_number(value) else f" ({value})" if plain else ""
        where = f"{near(path)}:{line}" if line else f"{near(path)}"
        default = "" if line else "; not in the file yet, so its default holds"
        return f"  {where}: {field}{shown}: {about}{default}"

    def norm(self, name: str) -> str:
        """`configs/policies/norms/safety.yaml:12: the norm alarm`."""
        begins = re.compile(rf"^\s*-?\s*id:\s*[\"']?{re.escape(name)}\b")
        for path in sorted(self._settings.norms_folder.glob("*.yaml")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if begins.match(line):
                    return f"  {near(path)}:{number}: the norm {name}"
        return f"  the norm {name}"

    def answer(self, key: str, question: str) -> str:
        """`configs/knowledge/about.md:12: the answer to “...”`."""
        folder, name = self._settings.config.dialogue.knowledge, f"{key.split('.')[0]}.md"
        places = [folder, *in_other_languages(folder, self._settings.site)]
        path = next((at / name for at in places if (at / name).is_file()), folder / name)
        lines = path.read_text(encoding="utf-8").splitlines()
        line = next((i for i, one in enumerate(lines, 1) if one.strip() == f"## {question}"), 0)
        return f"{near(path)}:{line}: the answer to “{question}”"


def near(path: Path) -> str:
    """A path as seen from here, where that is shorter."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
