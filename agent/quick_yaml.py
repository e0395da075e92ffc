"""YAML by the parser in C: several times as fast as the one in Python, and as safe.

It builds what is nested by calling itself and breaks the process where that goes too deep, so the
depth is looked at first, event by event.
"""

from typing import Any, Final

import yaml

QUICK: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Where PyYAML was built without libyaml, the one in Python."""
MAX_DEPTH: Final = 100


class TooDeepError(yaml.YAMLError):
    """Lists and mappings within each other, more than `MAX_DEPTH` of them."""


def refuse_depth(text: str) -> None:
    """Raise `TooDeepError` for what must not be built; another `yaml.YAMLError` for no YAML."""
    depth = 0
    for event in yaml.parse(text, Loader=QUICK):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise TooDeepError(f"nested more than {MAX_DEPTH} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
