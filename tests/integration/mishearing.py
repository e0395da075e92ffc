"""Recogniser errors as they were measured: `mishearings.yaml`, made by `make_mishearings.py`.

A word comes out wrong as often as it did there, and as what it did there; runs of words that came
out together as something else do so again. `more` scales how often.
"""

import random
from functools import lru_cache
from pathlib import Path

from tests.made_yaml import read_yaml

TABLE = Path(__file__).with_name("mishearings.yaml")
_LONGEST = 4
_DOUBT = 2
"""A word that was said once and came out wrong does not always come out wrong."""


def aligned(said: list[str], heard: list[str]) -> list[tuple[list[str], list[str]]]:
    """Words side by side: equal runs of one, and runs that differ. An insertion takes a word along.

    `do i need a number`, `do i need an amber` -> (do)(do), (i)(i), (need)(need), (a number)(an
    amber).
    """
    cost = [[0] * (len(heard) + 1) for _ in range(len(said) + 1)]
    for i in range(len(said), -1, -1):
        for j in range(len(heard), -1, -1):
            if i == len(said) or j == len(heard):
                cost[i][j] = len(said) - i + len(heard) - j
                continue
            same = cost[i + 1][j + 1] + (said[i] != heard[j])
            cost[i][j] = min(same, cost[i + 1][j] + 1, cost[i][j + 1] + 1)
    pairs: list[tuple[list[str], list[str]]] = []
    left: tuple[list[str], list[str]] = ([], [])
    i = j = 0

    def close() -> None:
        nonlocal left
        if not left[0] and left[1] and pairs:  # only added words: the word before takes them along
            one, other = pairs.pop()
            left = (one, [*other, *left[1]])
        if left[0] or left[1]:
            pairs.append(left)
        left = ([], [])

    while i < len(said) or j < len(heard):
        if i < len(said) and j < len(heard) and said[i] == heard[j]:
            close()
            pairs.append(([said[i]], [heard[j]]))
            i, j = i + 1, j + 1
        elif i < len(said) and j < len(heard) and cost[i][j] == cost[i + 1][j + 1] + 1:
            left[0].append(said[i])
            left[1].append(heard[j])
            i, j = i + 1, j + 1
        elif i < len(said) and cost[i][j] == cost[i + 1][j] + 1:
            left[0].append(said[i])
            i += 1
        else:
            left[1].append(heard[j])
            j += 1
    close()
    return [pair for pair in pairs if pair[0]]


@lru_cache(maxsize=1)
def measured() -> dict:
    """The table."""
    return read_yaml(TABLE)


@lru_cache(maxsize=1)
def _spans() -> dict[str, tuple[float, tuple[str, ...], tuple[int, ...]]]:
    """Words -> chance that they come out wrong, as what, and how often as which."""
    table = measured()
    seen = dict(table["right"])
    for said, others in table["wrong"].items():
        for word in said.split():
            seen[word] = seen.get(word, 0) + sum(others.values())
    spans = {}
    for said, others in table["wrong"].items():
        rarest = min(seen[word] for word in said.split())
        chance = sum(others.values()) / (rarest + _DOUBT)
        spans[said] = (chance, tuple(others), tuple(others.values()))
    return spans


def misheard(line: str, chance: random.Random, *, more: float = 1.0, kept: frozenset[str]) -> str:
    """`line` (plain words) as the recogniser may well hear it; words in `kept` come out right."""
    words, spans, heard, i = line.split(), _spans(), [], 0
    while i < len(words):
        for length in range(min(_LONGEST, len(words) - i), 0, -1):
            run = words[i : i + length]
            known = spans.get(" ".join(run))
            if known and not kept & set(run) and chance.random() < min(0.9, more * known[0]):
                heard += chance.choices(known[1], known[2])[0].split()
                i += length
                break
        else:
            heard.append(words[i])
            i += 1
    return " ".join(heard) or line
