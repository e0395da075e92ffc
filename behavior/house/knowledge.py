"""What the house knows: frequent questions from Markdown files, found by meaning.

An entry is one or more `##` headings, the ways a visitor may ask, and below them the answer as it
is spoken. Lines that start with `screen:`, `point:` or `offer:` add what to show, which place of
the site to point at, and whether to offer a person. `{name}` stands for a fact of the site.
"""

import contextlib
import difflib
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from agent.core.errors import BadInputError
from behavior.encoders import Encoder, Vectors
from behavior.house.site import WEEKDAYS, SiteConfig, opening_minutes
from behavior.languages.sounds_like import plain
from behavior.languages.tongue import ENGLISH, Tongue, tongue
from behavior.slots import wrong_slot

_MAX_BYTES = 1_000_000
_EXTRA = re.compile(r"(screen|point|offer|as):\s*(.+)")
_ENGLISH = tongue(ENGLISH)
_RARE = 4
"""A word that so many labels have says nothing about any of them."""
_OTHER_KINDS = ("as:", "room:", "department:")
"""Labels of forms that are looked for by themselves only (`said_as`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One frequent question with its answer."""

    key: str
    """File and first heading: `visiting.when-are-you-open`."""
    questions: tuple[str, ...]
    answer: str
    screen: str = ""
    point: str = ""
    """Key of a place of the site."""
    offers_staff: bool = False
    language: str = ""
    """Of the answer, where it is another than that of the question."""
    tells_hours: bool = False
    """Whether it tells the opening hours: then one day may be asked about."""


@dataclass(frozen=True, slots=True)
class Match:
    """How near a line came to a known form."""

    label: str
    """`know:KEY` for an entry, `intent:NAME` for an example of an intent."""
    score: float
    """Likeness, -1..1."""
    form: str
    bonus: float = 0.0
    """What of the likeness is due to a word that few others have."""

    @property
    def by_meaning(self) -> float:
        """The likeness in meaning alone."""
        return self.score - self.bonus


class KnowledgeError(BadInputError):
    """Files an operator can put right. `faults`: path, line (0: the whole file), what."""

    def __init__(self, faults: Sequence[tuple[str, int, str]]) -> None:
        self.faults = tuple(faults)
        lines = [
            f"{path}:{line}: {what}" if line else f"{path}: {what}" for path, line, what in faults
        ]
        super().__init__("\n".join(lines))


def knowledge_files(folder: Path) -> list[Path]:
    """The Markdown files of a folder, without those that editors hide there."""
    return sorted(path for path in folder.glob("*.md") if path.name[0] not in ".#~")


def read_knowledge(
    folder: Path,
    site: SiteConfig,
    words: Tongue = _ENGLISH,
    own: Mapping[str, Entry] | None = None,
) -> tuple[Entry, ...]:
    """Read all `*.md` of `folder`, or raise `KnowledgeError` with all faults.

    `own`: the answers in the site's own language, for `as: KEY` in the files of another.
    """
    if not folder.is_dir():
        what = "no such folder; name one with Markdown files in dialogue.knowledge"
        raise KnowledgeError([(str(folder), 0, what)])
    facts = site_facts(site, words)
    faults: list[tuple[str, int, str]] = []
    entries: list[Entry] = []
    for path in knowledge_files(folder):
        try:
            entries += _read(path, site, facts, own or {})
        except KnowledgeError as error:
            faults += error.faults
    if faults:
        raise KnowledgeError(faults)
    return tuple(entries)


def site_facts(site: SiteConfig, words: Tongue = _ENGLISH) -> dict[str, str]:
    """Return the words that `{name}` may stand for in answers."""
    return {
        "site": site.name,
        "agent": site.agent_name or words.said["agent"],
        "staff": site.staff_name,
        "hours": hours_in_words(site, words),
        "emergency_number": site.emergency.number,
        "languages": words.listed(tuple(words.language_names[code] for code in site.spoken)),
        **site.facts,
    }


def hours_in_words(site: SiteConfig, words: Tongue = _ENGLISH) -> str:
    """Opening hours as they are spoken, equal days joined: `Monday to Wednesday from 8 to 18`."""
    runs: list[tuple[int, int, str]] = []
    for index, day in enumerate(WEEKDAYS):
        hours = site.hours.get(day)
        if hours is None:
            continue
        if runs and runs[-1][1] == index - 1 and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], index, hours)
        else:
            runs.append((index, index, hours))
    parts = []
    for first, last, hours in runs:
        days = words.days(first, last)
        start, end = opening_minutes(hours, days)
        parts.append(
            words.said["hours"].format(days=days, start=words.clock(start), end=words.clock(end))
        )
    return words.listed(tuple(parts)) if parts else words.said["hours_unknown"]


def clock_in_words(minutes: int, words: Tongue = _ENGLISH) -> str:
    """Say a time of day: 480 -> `8 am`, 1050 -> `5 30 pm`."""
    return words.clock(minutes)


def _read(
    path: Path, site: SiteConfig, facts: dict[str, str], own: Mapping[str, Entry]
) -> list[Entry]:
    entries: list[Entry] = []
    questions: list[str] = []
    body: list[str] = []
    extras: dict[str, str] = {}
    hours: list[int] = []
    """Lines of the answer that name the opening hours."""
    faults: list[tuple[str, int, str]] = []

    def close(line: int) -> None:
        if questions and not body and extras.get("as") in own:
            entries.append(_as(own[extras["as"]], f"{path.stem}.{_slug(questions[0])}", questions))
        elif questions and not body:
            faults.append((str(path), line, f"{questions[0]!r} has no answer below it"))
        elif questions:
            entries.append(
                Entry(
                    key=f"{path.stem}.{_slug(questions[0])}",
                    questions=tuple(questions),
                    answer=" ".join(body),
                    screen=extras.get("screen", ""),
                    point=extras.get("point", ""),
                    offers_staff="offer" in extras,
                    tells_hours=bool(hours),
                )
            )
        for kept in (questions, body, extras, hours):
            kept.clear()

    number = 0
    for number, raw in enumerate(_text(path).splitlines(), 1):
        line = raw.strip()
        if line.startswith("## "):
            if body or extras:  # a heading after `point:` begins another question
                close(number)
            questions.append(line[3:].strip())
        elif line and questions:
            extra = _EXTRA.fullmatch(line)
            text = extra[2] if extra else line
            if what := wrong_slot(text, facts):
                faults.append((str(path), number, what))
            else:
                hours += [number] if extra is None and "{hours}" in text else []
                text = text.format_map(facts)
            if extra is None:
                body.append(text)
            elif extra[1] == "as" and text not in own:
                near = difflib.get_close_matches(text, own, n=1)
                cure = f"; did you mean {near[0]}?" if near else ""
                faults.append((str(path), number, f"no answer is called {text!r}{cure}"))
            elif extra[1] == "point" and site.place(text) is None:
                keys = [p.key for p in site.places]
                near = difflib.get_close_matches(text, keys, n=1)
                cure = f"did you mean {near[0]}?" if near else f"the site has {', '.join(keys)}"
                faults.append((str(path), number, f"no place {text!r}; {cure}"))
            else:
                extras[extra[1]] = text
    close(number)
    if faults:
        raise KnowledgeError(faults)
    return entries


def _slug(question: str) -> str:
    return plain(question).replace("'", "").replace(" ", "-")


def _as(entry: Entry, key: str, questions: list[str]) -> Entry:
    """An answer of the site's own language to questions in another."""
    return replace(entry, key=key, questions=tuple(questions), language="own")


def _text(path: Path) -> str:
    """The text of a file, or a `KnowledgeError` that says why there is none."""
    try:
        raw = b""
        if path.is_file():  # a pipe would keep us waiting
            with path.open("rb") as stream:
                raw = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise KnowledgeError([(str(path), 0, f"cannot be read: {error.strerror}")]) from None
    if len(raw) > _MAX_BYTES:
        what = f"is larger than {_MAX_BYTES // 1_000_000} MB; make several files of it"
        raise KnowledgeError([(str(path), 0, what)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = "is not UTF-8 text; save it in your editor as UTF-8"
        raise KnowledgeError([(str(path), line, what)]) from None


class Index:
    """Known forms as vectors. Finding is a pure function of the line."""

    def __init__(
        self,
        forms: Sequence[tuple[str, str]],
        encoder: Encoder,
        kept: Path | None = None,
        word_bonus: float = 0.0,
    ) -> None:
        """Take (label, form) pairs. Encodes them all, so build it off the loop.

        `kept`: folder in which the vectors wait for the next start. `word_bonus`: added to the
        likeness of a label's forms where the line has a word that only this label has.
        """
        self._labels = [label for label, _ in forms]
        self._forms = [form for _, form in forms]
        self._encoder = encoder
        self.threshold = encoder.threshold
        self.knows_meaning = encoder.slow
        """Whether likeness is of meaning; of spelling otherwise, which says less."""
        self._word_bonus = word_bonus
        self._rare = _rare_words(forms) if word_bonus else {}
        self._vectors = _encoded([plain(form) for _, form in forms], encoder, kept)
        self._columns = (
            self._vectors if self.knows_meaning else np.ascontiguousarray(self._vectors.T)
        )
        self._row = {plain(form): i for i, (_, form) in enumerate(forms)}

    def nearest(self, line: str, count: int = 3, *, only: str = "") -> tuple[Match, ...]:
        """Return the nearest forms, best first, at most one a label.

        `only`: of labels that begin so. Without it, those of `said_as` are left out.
        """
        vector = self._vector(plain(line))
        if self.knows_meaning:
            scores = self._vectors @ vector
        else:  # nearly all of it is nought
            there = np.flatnonzero(vector)
            scores = vector[there] @ self._columns[there]
        bonus = self._bonus(line) if self._rare else {}
        if bonus:
            scores = scores + np.array([bonus.get(label, 0.0) for label in self._labels])
        best: dict[str, Match] = {}
        for i in np.argsort(-scores):
            label = self._labels[i]
            fits = label.startswith(only) if only else not label.startswith(_OTHER_KINDS)
            if fits and label not in best:
                gain = bonus.get(label, 0.0)
                best[label] = Match(label, float(scores[i]), self._forms[i], gain)
            if len(best) == count:
                break
        return tuple(best.values())

    def _vector(self, text: str) -> Vectors:
        row = self._row.get(text)
        one: Vectors = self._vectors[row] if row is not None else self._encoder.encode([text])[0]
        return one

    def _bonus(self, line: str) -> dict[str, float]:
        """What each label gains by the words of the line: the fewer have a word, the more."""
        found: dict[str, float] = {}
        for word in set(plain(line).split()) & self._rare.keys():
            labels = self._rare[word]
            for label in labels:
                gain = self._word_bonus * (1.0 - (len(labels) - 1) / _RARE)
                found[label] = max(found.get(label, 0.0), gain)
        return found

    def alike(self, line: str, others: Sequence[str]) -> list[float]:
        """Likeness in meaning of `line` to each of `others`, -1..1."""
        vectors = self._encoder.encode([plain(one) for one in (line, *others)])
        return [float(one) for one in vectors[1:] @ vectors[0]]


def _rare_words(forms: Sequence[tuple[str, str]]) -> dict[str, set[str]]:
    """Words that few labels have in their forms, with these labels."""
    labels: dict[str, set[str]] = {}
    for label, form in forms:
        if not label.startswith(_OTHER_KINDS):
            for word in plain(form).split():
                labels.setdefault(word, set()).add(label)
    return {w: those for w, those in labels.items() if len(those) < _RARE and len(w) > 2}


def _encoded(lines: Sequence[str], encoder: Encoder, kept: Path | None) -> Vectors:
    """The vectors of the lines: read from `kept` if these very lines were encoded before.

    Only what the site itself has written comes here, never what a visitor says.
    """
    if kept is None or not encoder.slow:
        return encoder.encode(lines)
    told = hashlib.sha256("\n".join((encoder.name, *lines)).encode()).hexdigest()[:24]
    file = kept / f"vectors-{told}.npy"
    try:
        vectors: Vectors = np.load(file, allow_pickle=False)
        if vectors.shape[0] == len(lines):
            return vectors
    except (OSError, ValueError, EOFError):
        pass  # not there yet, or half-written by an older crash: made anew
    vectors = encoder.encode(lines)
    with contextlib.suppress(OSError):  # a full or read-only disk costs the next start a second
        kept.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(f".{os.getpid()}.part")
        with half.open("wb") as out:
            np.save(out, vectors, allow_pickle=False)
        half.replace(file)
    return vectors
