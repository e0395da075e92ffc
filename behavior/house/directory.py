"""Finding people and places of the site by what was heard.

A name arrives as a recogniser heard it, so a find has four outcomes: sure, unsure (ask back),
several (ask which one), nobody (say so and offer a person). Nothing is ever guessed silently.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from behavior.house.place_names import PlaceNames, spaced
from behavior.house.site import Destination, Host, SiteConfig
from behavior.languages.sounds_like import likeness, plain, words_of
from behavior.languages.tongue import ENGLISH, Tongue, tongue

SURE = 0.84
UNSURE = 0.70
_TIE = 0.05
_WHOLE = 0.14
_ENGLISH = tongue(ENGLISH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search in the directory came to."""

    hosts: tuple[Host, ...] = ()
    """None: nobody. One: see `sure`. More: ask which."""
    sure: bool = False
    score: float = 0.0
    span: tuple[int, int] = (0, 0)
    """Words of the line that were taken for the name."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    host: Host
    score: float
    span: tuple[int, int]
    full: bool


class Directory:
    """Finds people and places of a site in words as they were heard."""

    def __init__(self, site: SiteConfig, words: Tongue = _ENGLISH) -> None:
        self.site = site
        self.words = words
        self._everyday = words.everyday
        # One line is looked at from several sides; the answer stays the same.
        self.people = lru_cache(maxsize=256)(self._people)
        self.places = lru_cache(maxsize=256)(self._places)

    @cached_property
    def _forms(self) -> tuple[tuple[Host, str, bool], ...]:
        forms: list[tuple[Host, str, bool]] = []
        for host in self.site.hosts:
            forms.append((host, plain(host.name), True))
            forms.append((host, f"{plain(host.last)} {plain(host.first)}", True))
            forms += [(host, plain(host.first), False), (host, plain(host.last), False)]
            forms += [(host, spaced(alias), " " in spaced(alias)) for alias in host.also]
        return tuple(forms)

    @cached_property
    def _place_names(self) -> PlaceNames:
        named = (
            (place.key, name) for place in self.site.places for name in (place.name, *place.also)
        )
        return PlaceNames(named, self.words)

    def _people(self, line: str, *, expected: bool = False) -> Found:
        """Find whom `line` names. `expected`: a name was asked for, so trust a poorer likeness."""
        best: dict[str, _Candidate] = {}
        for start, end, words in _runs(words_of(plain(line))):
            if words in self._everyday and not expected:
                continue  # "i will be late" does not name Will
            for host, form, full in self._forms:
                if not 0.5 * len(form) <= len(words) <= 2 * len(form):
                    continue  # `_score` would say 0, and most are told apart by this
                score = _score(words, form, full, self._everyday)
                if score < UNSURE - (0.02 if expected else 0.0):
                    continue
                known = best.get(host.name)
                # A whole name heard a little bent says more than half a name heard exactly.
                if known is None or _weight(score, full) >= _weight(known.score, known.full):
                    best[host.name] = _Candidate(host, score, (start, end), full)
        ranked = sorted(best.values(), key=lambda c: -_weight(c.score, c.full))
        return _decide(ranked, words_of(plain(line)), expected, self._everyday)

    def department(self, line: str) -> tuple[Host, ...]:
        """Return the people of the department that `line` names, if any."""
        words = f" {spaced(line)} "
        named = tuple(
            h for h in self.site.hosts if h.department and f" {spaced(h.department)} " in words
        )
        return named or tuple(h for h in self.site.hosts if f" {_initials(h.department)} " in words)

    def _places(self, line: str) -> tuple[tuple[Destination, float, tuple[int, int]], ...]:
        """Places that `line` names: place, likeness 0..1, words taken; best first, no overlaps."""
        found: list[tuple[Destination, float, tuple[int, int]]] = []
        for start, end, words in _runs(words_of(plain(line))):
            scores = self._place_names.scores(words)
            if not scores:
                continue
            found += [
                (place, scores[place.key], (start, end))
                for place in self.site.places
                if scores.get(place.key, 0.0) >= 0.80
            ]
        # Of two readings of the same words, the longer and then the closer one stands.
        found.sort(key=lambda f: (f[1] < 0.93, -(f[2][1] - f[2][0]), -f[1]))
        kept: list[tuple[Destination, float, tuple[int, int]]] = []
        for item in found:
            overlaps = any(item[2][0] < k[2][1] and k[2][0] < item[2][1] for k in kept)
            if not overlaps and all(item[0].key != k[0].key for k in kept):
                kept.append(item)
        return tuple(sorted(kept, key=lambda f: -f[1]))


def _initials(department: str) -> str:
    """`hr` for human resources; of one word, none that a line could hold."""
    parts = plain(department).split()
    return "".join(part[0] for part in parts) if len(parts) > 1 else "-"


def _weight(score: float, full: bool) -> float:
    """How much a likeness says: a whole name more than a half."""
    return round(score + _WHOLE * full, 3)


def _runs(words: list[str]) -> list[tuple[int, int, str]]:
    longest = 4 if all(word.isascii() for word in words) else 8
    return [
        (i, j, " ".join(words[i:j]))
        for i in range(len(words))
        for j in range(i + 1, min(i + longest, len(words)) + 1)
    ]


def _score(words: str, form: str, full: bool, everyday: frozenset[str]) -> float:
    parts = words.split()
    ratio = len(words.replace(" ", "")) / len(form.replace(" ", ""))
    if not 0.6 <= ratio <= 1.6 or len(parts) > len(form.split()) + 2:
        return 0.0
    if words != form and (parts[0] in everyday or parts[-1] in everyday) and not full:
        return 0.0
    if words != form and (all(p in everyday for p in parts) or parts[0] in everyday):
        return 0.0
    score = likeness(words, form)
    # A single short name is easily hit by chance: it has to be closer.
    return score if full else score - 0.02 - 0.25 * (1.0 - score) * (5.0 / max(5, len(form)))


def _decide(
    ranked: list[_Candidate], words: list[str], expected: bool, everyday: frozenset[str]
) -> Found:
    if not ranked:
        return Found()
    top = ranked[0]
    rivals = [
        c
        for c in ranked
        if top.score - c.score < _TIE and c.full == top.full and _overlap(c.span, top.span)
    ]
    if len(rivals) > 1:
        return Found(
            hosts=tuple(c.host for c in rivals[:4]), score=top.score, span=top.span, sure=False
        )
    sure = top.score >= SURE - (0.02 if expected else 0.0)
    if not top.full and _another_name_beside(top, words, everyday):
        sure = False  # "daniel smith" is not our only Daniel
    return Found(hosts=(top.host,), sure=sure, score=top.score, span=top.span)


def _another_name_beside(found: _Candidate, words: list[str], everyday: frozenset[str]) -> bool:
    start, end = found.span
    beside = words[end : end + 1] if words[start] in plain(found.host.first) else []
    if plain(found.host.last) in words[start:end] and start > 0:
        beside = words[start - 1 : start]
    return any(w not in everyday and w not in plain(found.host.name).split() for w in beside)


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]
