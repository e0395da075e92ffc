"""The parser in C says the same of every configuration as the one in Python, and so do faults."""

from pathlib import Path

import pytest
import yaml

from agent.config import _tree, _tree_by
from agent.quick_yaml import MAX_DEPTH, QUICK

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "configs").rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_reads_the_same(path):
    text = path.read_text(encoding="utf-8")
    assert _tree_by(QUICK, text)[1] == (yaml.safe_load(text) or {})


def marks(node):
    if isinstance(node, yaml.ScalarNode):
        return [(node.start_mark.line, node.start_mark.column, node.value)]
    return (
        [
            (node.start_mark.line, node.start_mark.column),
            *(mark for child in node.value for mark in marks(child)),
        ]
        if isinstance(node, yaml.SequenceNode)
        else [mark for key, value in node.value for mark in (*marks(key), *marks(value))]
    )


def test_values_stand_in_the_same_lines():
    text = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    assert marks(_tree_by(QUICK, text)[0]) == marks(_tree_by(yaml.SafeLoader, text)[0])


BROKEN = ("a: [1, 2\nb: 3\n", "a: 1\n\tb: 2\n", "a: 'x\n", "a: b: c\n", "a: *b\n", "- a\nb: 1\n")


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_yaml_is_told_in_the_words_of_the_slower_one(text):
    with pytest.raises(yaml.YAMLError) as slow:
        _tree_by(yaml.SafeLoader, text)
    _tree.cache_clear()
    with pytest.raises(yaml.YAMLError) as told:
        _tree(text)
    assert str(told.value) == str(slow.value)


@pytest.mark.parametrize("deep", [MAX_DEPTH + 1, 5_000, 400_000])
@pytest.mark.parametrize("text", ["[", "{a: ", "- ", "? "])
def test_a_file_nested_without_end_is_refused_and_breaks_nothing(text, deep):
    with pytest.raises(RecursionError):
        _tree(text * deep)


def test_what_is_nested_as_deep_as_allowed_is_read():
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert _tree(text)[1] == yaml.safe_load(text)
