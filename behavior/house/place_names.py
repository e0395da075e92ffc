"""The names of a site's places, exactly as they are written or a little bent by the ear."""

from collections import defaultdict
from collections.abc import Iterable

from behavior.languages.sounds_like import likeness, plain, words_of
from behavior.languages.tongue import ENGLISH, Tongue

_LENGTHS_APART = 3
_SHORTEST = 4
"""Letters. Shorter names are taken only as they are written."""
_ARTICLES = frozenset({"the", "a", "to", "is", "my"})


class PlaceNames:
    """All names of all places, sorted by length: most words are like none of them."""

    def __init__(self, names: Iterable[tuple[str, str]], words: Tongue) -> None:
        """Take (key of the place, name) pairs."""
        self._everyday = words.everyday
        self._exact: dict[str, list[str]] = defaultdict(list)
        self._bent: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
        for key, name in names:
            form = spaced(name)
            self._exact[form].append(key)
            if words.code == ENGLISH and not form.endswith("s"):
                self._exact[f"{form}s"].append(key)  # `the loos`
            # One Chinese character or one digit more or less is another place.
            if len(form) >= _SHORTEST and form.isascii() and not _numbered(form):
                self._bent[len(form)].append((key, form, len(form.split())))

    def scores(self, words: str) -> dict[str, float]:
        """Likeness, to 1.0, of plain `words` to each place that they may name, by its key."""
        scores = dict.fromkeys(self._exact.get(words, ()), 1.0)
        parts = words.split()
        small = [part in self._everyday for part in parts]
        if parts[0] in _ARTICLES or all(small) or _numbered(words):
            return scores
        for length in range(len(words) - _LENGTHS_APART, len(words) + _LENGTHS_APART + 1):
            for key, form, count in self._bent.get(length, ()):
                if scores.get(key) == 1.0 or (count != len(parts) and (small[0] or small[-1])):
                    continue
                scores[key] = max(scores.get(key, 0.0), likeness(words, form) - 0.02)
        return scores


def spaced(name: str) -> str:
    """A name as it is looked for: plain, with a space between Chinese characters."""
    return " ".join(words_of(plain(name)))


def _numbered(text: str) -> bool:
    return any(c.isdigit() for c in text)
