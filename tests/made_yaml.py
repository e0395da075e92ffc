"""Material of tests in YAML, read by the quick parser where it is there."""

from functools import cache

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def read_yaml(path):
    """What the file holds, the same object each time: change a copy."""
    return yaml.load(path.read_text("utf-8"), _LOADER)
