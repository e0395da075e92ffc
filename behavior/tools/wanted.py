"""A tool that a visitor's line asks for, as it was understood."""

from dataclasses import dataclass

from behavior.tools.contract import Arguments


@dataclass(frozen=True, slots=True)
class Asked:
    """A tool that is wanted, perhaps with something still to be asked for."""

    tool: str
    arguments: Arguments | None
    """None: the visitor's own name has to be asked for first."""
    then: "Asked | None" = None
    """Wanted as well, after it."""
    refuse: str = ""
    """Why nothing is done, for the operator; `say` is told instead."""
    say: str = ""
    """A wording said before it, or in its place."""
    firm: bool = False
    """The words mean this and nothing else, whatever known question they are like."""
