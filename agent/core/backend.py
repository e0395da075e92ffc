"""Back-ends are rows in a table; the class is imported when it is picked.

So a configuration is checked, and a list printed, on a machine without torch.
"""

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.core.errors import BackendUnavailableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One back-end of a role."""

    path: str
    """`package.module:ClassName`."""
    about: str
    """One line for the operator."""
    packages: tuple[str, ...] = ()
    """Importable packages it needs."""
    cure: str = ""
    """What to install or fetch when it is not available."""

    def missing(self) -> tuple[str, ...]:
        """Packages that are not installed. Imports nothing."""
        return tuple(p for p in self.packages if importlib.util.find_spec(p) is None)


Table = Mapping[str, Row]


def pick(role: str, table: Table, name: str) -> Any:  # noqa: ANN401 - the Protocol is the caller's
    """Import and return the class of row `name`.

    Raises `BackendUnavailableError` when the row is unknown or its packages are missing.
    """
    row = table.get(name)
    if row is None:
        raise BackendUnavailableError(f"{role}: no back-end {name!r}; there is {', '.join(table)}")
    if missing := row.missing():
        cure = row.cure or f"pip install {' '.join(missing)}"
        raise BackendUnavailableError(f"{role}: {name} needs {', '.join(missing)}; {cure}")
    module, _, attribute = row.path.partition(":")
    return getattr(importlib.import_module(module), attribute)
