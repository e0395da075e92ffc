"""What a line puts in the place of what was understood: `no, I said Whitfield`, `not Anna, Annika`.

A correction may name both, the wrong and the right. The wrong one is known: it is what the agent
has taken down, or something that sounds like it. So `not A B`, `B not A` and `A no B` say B.
"""

import re
from collections.abc import Iterable

from behavior.house.directory import Directory
from behavior.languages.sounds_like import likeness, plain
from behavior.languages.tongue import Tongue
from behavior.understanding.lines import correction, meeting_time

_SOUNDS_SO = 0.72
_SAME_WORD = 0.95
_SAME_PERSON = 0.6
_BESIDE_NAME = 1
"""Words beside a name that is put in the place of another: `to Anna Novak`."""


def put_right(line: str, taken_down: Iterable[str], words: Tongue) -> str | None:
    """Return what the line puts in place of something, plain; None: it corrects nothing.

    `taken_down`: the names that the agent has understood so far.
    """
    text, wrong = plain(line), [part for name in taken_down for part in plain(name).split()]
    kept = _without_denied(text, tuple(wrong), words)
    if found := correction(kept, words):
        return found
    return kept if kept and kept != text else None


def taken_back(line: str, directory: Directory, words: Tongue) -> str:
    """`where is the lift, no, the stairs I mean`: with the place, or person, that is meant in it.

    The line as it is where it takes nothing back.
    """
    match = words.cue("takes_back").match(plain(line))
    if match is None:
        return line
    wrong, right = directory.places(match["wrong"]), directory.places(match["right"])
    if not wrong and not right:
        return _other_person(line, match["wrong"], match["right"], directory)
    if not wrong or not right or wrong[0][0].key == right[0][0].key:
        return line
    parts, (start, end) = match["wrong"].split(), wrong[0][2]
    return " ".join((*parts[:start], right[0][0].name, *parts[end:]))


def _other_person(line: str, before: str, after: str, directory: Directory) -> str:
    """`I am here for Anna Keller, no, Anna Novak`, where little but a name stands behind."""
    wrong = directory.people(before)
    names = tuple(part for host in wrong.hosts for part in plain(host.name).split())
    after = _without_denied(after, names, directory.words)
    right = directory.people(after)
    known = len(right.hosts) == 1 and right.sure and bool(wrong.hosts)
    alone = len(after.split()) - (right.span[1] - right.span[0]) <= _BESIDE_NAME
    if not known or not alone or wrong.hosts == right.hosts:
        return line
    parts, (start, end) = before.split(), wrong.span
    return " ".join((*parts[:start], right.hosts[0].name, *parts[end:]))


def denied(line: str, names: Iterable[str], words: Tongue) -> frozenset[str]:
    """Those of `names` that the line says are not meant: `not Novak, the other one`."""
    text, no = plain(line), words.cue("denies").pattern
    return frozenset(
        name
        for name in names
        if any(
            likeness(said, part) >= _SOUNDS_SO
            for said in re.findall(rf"(?:{no})\s+((?:[\w']+ ?){{1,2}})", text)
            for part in (name, *plain(name).split())
        )
        or any(
            likeness(said.split()[0], part) >= _SOUNDS_SO
            for said in re.findall(rf"(?:{no})\s+([\w']+)", text)
            for part in plain(name).split()
        )
    )


def merged_name(old: str, new: str) -> str:
    """`Marina Stone` put right as `Martina` is `Martina Stone`; a whole new name replaces it."""
    parts = old.split()
    if len(new.split()) != 1 or len(parts) < 2:
        return new
    scores = [likeness(new, part) for part in parts]
    best = max(scores)
    if best < _SAME_PERSON:
        return new
    parts[scores.index(best)] = new
    return " ".join(parts)


def nearer_to_visitor(text: str, visitor: str, score: float) -> bool:
    """Whether a correction sounds more like the visitor's own name than like a host of `score`."""
    old = plain(visitor).split()
    return any(likeness(word, part) > score for word in plain(text).split() for part in old)


def new_time(text: str, words: Tongue) -> str:
    """The time of day that a correction gives, with or without `at`; nothing if it gives none."""
    return meeting_time(text, words) or meeting_time(f"at {text}", words)


def _without_denied(text: str, wrong: tuple[str, ...], words: Tongue) -> str:
    """The line without `not` and the wrong name after it."""
    no, parts, i = words.cue("denies"), text.split(), 0
    kept: list[str] = []
    while i < len(parts):
        j = i + 1
        if no.fullmatch(parts[i]):
            left, bar = list(wrong), _SOUNDS_SO
            while j < len(parts) and (same := _alike(parts[j], left, bar)):
                left.remove(same)  # `not Anna Keller Anna Novak`: the second Anna is the right one
                j, bar = j + 1, _SAME_WORD  # `not Marina Martina`
        if j > i + 1 and (kept or j < len(parts)):
            i = j
            continue
        kept.append(parts[i])
        i += 1
    return " ".join(kept)


def _alike(word: str, wrong: list[str], bar: float) -> str:
    """Which of the wrong words this sounds like; nothing if none."""
    return next((one for one in wrong if likeness(word, one) >= bar), "")
