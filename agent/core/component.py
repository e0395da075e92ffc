"""The contract between the runtime and everything it runs."""

from typing import Protocol


class Component(Protocol):
    """A long-running part of the agent: a thin shell around a pure core.

    Its inputs are async iterables and its outputs callables, both given to the constructor.
    """

    @property
    def name(self) -> str:
        """Dotted and stable, as it appears in logs and health: `perception.engagement`."""
        ...

    async def run(self) -> None:
        """Work until cancelled. Raise to report a fault; the runtime decides what follows."""
        ...
