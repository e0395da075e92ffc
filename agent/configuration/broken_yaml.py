"""What stops a file from being YAML at all, in other words than the parser's."""

import re
from collections.abc import Sequence

import yaml

_HARD = re.compile(r"\s*[\u00a0\u2000-\u200b\u202f\u3000\ufeff]")
_MERGE = re.compile(r"(<{7}|={7}|>{7})(\s|$)")


def broken(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """The line to look at, counted from 1 (0: the file as a whole), and what is wrong with it."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    lines = text.splitlines()
    here = _line(lines, line)
    problem = error.problem or "cannot be read"
    if merged := next((k for k, one in enumerate(lines, 1) if _MERGE.match(one)), 0):
        return merged, f"holds a mark of two versions, {lines[merged - 1][:7]}; keep one of them"
    if "\t" in here[: len(here) - len(here.lstrip())] or "'\\t'" in problem:
        return line, "is indented with a tab; use spaces"
    if hard := next((k for k in range(line, 0, -1) if _HARD.match(_line(lines, k))), 0):
        return hard, "is indented with a hard space, which looks like a plain one; type it anew"
    if begun := _open_quote(text, line):
        return begun, "begins a text in quotes that is not closed"
    if "could not find expected ':'" in problem:
        line = error.context_mark.line + 1 if error.context_mark else line
        return line, _without_colon(_line(lines, line))
    if "mapping values are not allowed" in problem:
        what = "has a second `:`; put the text in quotes, or check the indentation"
    elif "expected the node content" in problem:
        line = min(line, len(text.rstrip().splitlines()))
        what = "opens a bracket that is not closed, or lacks a value"
    elif "expected ',' or" in problem:
        line = error.context_mark.line + 1 if error.context_mark else line
        what = "opens a bracket that is not closed"
    elif "expected <block end>" in problem or "expected '<document start>'" in problem:
        what = "does not fit the lines above; check the indentation, `-`, brackets and quotes"
    elif "unexpected end of stream" in problem:
        line = error.context_mark.line + 1 if error.context_mark else line
        what = "begins a text in quotes that is not closed"
    elif "undefined alias" in problem:
        what = f"{problem}; text that begins with * needs quotes"
    elif "cannot start any token" in problem:
        what = f"{problem}; put the text in quotes"
    elif "expected a single document" in (error.context or ""):
        what = "begins a second document with ---; keep one"
    elif "could not determine a constructor" in problem:
        what = "uses a !tag; plain values only. Text that begins with ! needs quotes"
    else:
        what = problem
    return line, what


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _without_colon(here: str) -> str:
    if re.match(r"\s*-[^\s-]", here):
        return "has no space after `-`; write one"
    if re.match(r"\s*(- )?[\w ]+:[\u00a0\u202f\u3000]", here):
        return "has a hard space after `:`, which looks like a plain one; type it anew"
    if re.match(r"\s*(- )?\w+:\S", here):
        return "has no space after `:`; write one"
    return "lacks a `:` between name and value; or a line above is not closed"


def _open_quote(text: str, line: int) -> int:
    """Where a text in quotes begins that runs over its line into the one that does not fit; or 0.

    It ends at the first quote of the next text in quotes, and what follows is out of place.
    """
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                first = int(token.start_mark.line) + 1
                last = token.end_mark.line + 1
                if first < last == line:
                    return first
    except yaml.YAMLError:
        pass
    return 0
