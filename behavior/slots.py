"""Fills `{name}` in the words of policies with the facts of the site, as in the knowledge files."""

import difflib
import string
from collections.abc import Iterator, Mapping

from behavior.policies.catalogue import PoliciesConfig

Where = tuple[str | int, ...]
"""Names and indices from the top: `greeting`, `phrases`, 0, `say`, 1."""


class SlotError(ValueError):
    """Words with slots that cannot be filled. `faults`: where, and what is wrong."""

    def __init__(self, faults: list[tuple[Where, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(what for _, what in faults))


def filled(policies: PoliciesConfig, facts: Mapping[str, str]) -> PoliciesConfig:
    """The policies with their slots filled. Raises `SlotError` with every slot that has no fact."""
    faults: list[tuple[Where, str]] = []
    changed = False

    def fill(value: object, where: Where) -> object:
        nonlocal changed
        match value:
            case dict():
                return {key: fill(one, (*where, key)) for key, one in value.items()}
            case list() | tuple():
                return [fill(one, (*where, index)) for index, one in enumerate(value)]
            case str() if "{" in value or "}" in value:
                changed = True
                if what := wrong_slot(value, facts):
                    faults.append((where, what))
                    return value
                return value.format_map(facts)
        return value

    data = fill(policies.model_dump(exclude_unset=True), ())
    if faults:
        raise SlotError(faults)
    return PoliciesConfig.model_validate(data) if changed else policies


def wrong_slot(text: str, facts: Mapping[str, str]) -> str:
    """What is wrong with the slots of a text; empty when all can be filled."""
    try:
        names = list(_slots(text))
    except ValueError:
        return "has a brace without its other half; write {{ or }} for one that is said"
    for name in names:
        if name not in facts:
            near = difflib.get_close_matches(name, facts, n=1)
            known = f"did you mean {{{near[0]}}}?" if near else f"there is {_listed(facts)}"
            return f"no fact fills the slot {{{name}}}; {known}"
    return ""


def _slots(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _listed(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(facts))
