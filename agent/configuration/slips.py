"""What YAML takes otherwise than a person means who has never read its rules.

A house number `010` is eight, `12:30` is 750, `a #b` is `a`, and Norway's `no` is false. Each is
valid, so nothing else would ever tell.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

_TAGS = "tag:yaml.org,2002:"
_INT, _FLOAT, _BOOL, _TEXT = f"{_TAGS}int", f"{_TAGS}float", f"{_TAGS}bool", f"{_TAGS}str"
_OCTAL = re.compile(r"[-+]?0[0-7_]+")
_CURLY = ("“”„‟«»", "“”‟«»")
"""Quotes that typewriters lack: at the beginning and at the end of a text."""
_SWALLOWED = re.compile(r"\s+#[^\s#]")


@dataclass(frozen=True, slots=True)
class Slip:
    """One value that is read otherwise than it looks."""

    line: int
    """Counted from 1."""
    field: str
    what: str
    outranks: bool = False
    """It says more than what the model finds wrong with the value."""


def slips(node: yaml.Node, text: str) -> tuple[Slip, ...]:
    """All slips of a tree read from `text`. Repeated `*aliases` are looked at once."""
    return tuple(_slips(node, (), text.splitlines(), set()))


def _slips(
    node: yaml.Node, path: tuple[str, ...], lines: Sequence[str], seen: set[int]
) -> Iterator[Slip]:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _slips(value, (*path, str(key.value)), lines, seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _slips(item, (*path, str(index)), lines, seen)
    elif isinstance(node, yaml.ScalarNode) and not node.style:  # plain
        line, field = node.start_mark.line + 1, ".".join(path)
        for what, outranks in _of(node, lines):
            yield Slip(line, field, what, outranks)


def _of(node: yaml.ScalarNode, lines: Sequence[str]) -> Iterator[tuple[str, bool]]:
    value = node.value
    if node.tag == _INT and _OCTAL.fullmatch(value):
        number = int(value.replace("_", ""), 8)
        yield (
            (
                f"{value} is read as {number}, for its leading 0; leave the 0 out, or put a text in"
                " quotes"
            ),
            True,
        )
    elif node.tag in (_INT, _FLOAT) and ":" in value:
        yield f"{value} is read as a number of sixtieths; put it in quotes", False
    elif node.tag == _TEXT:
        yield from ((what, False) for what in _of_text(node, lines))


def _of_text(node: yaml.ScalarNode, lines: Sequence[str]) -> Iterator[str]:
    first, last = node.start_mark.line, node.end_mark.line
    if len(node.value) > 1 and node.value[0] in _CURLY[0] and node.value[-1] in _CURLY[1]:
        yield f"{node.value[0]} and {node.value[-1]} belong to the text; YAML knows only \" and '"
    if last < len(lines) and _SWALLOWED.match(lines[last][node.end_mark.column :]):
        lost = lines[last][node.end_mark.column :].strip()
        yield (
            f"{lost[:40]} is read as a comment; put the text in quotes, or a space after # if it"
            " is one"
        )
    for number in range(first + 1, min(last + 1, len(lines))):
        if re.match(r"\s*-\S", lines[number]):
            yield f"takes in line {number + 1}, too; write a space after its -"


def text_keys(node: yaml.Node, seen: set[int]) -> None:
    """Take names such as `no` and `on` for the words they are: no setting is called `false`."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.tag == _BOOL:
                key.tag = _TEXT
            text_keys(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            text_keys(item, seen)
