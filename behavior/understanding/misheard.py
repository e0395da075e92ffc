"""A spoken line as it was probably said, where one small word in it can hardly have been meant.

    town do i get upstairs          how do i get upstairs
    is nair a lift                  is there a lift
    i need an honor                 i need a number

Small words are said fast and come out as others that sound alike; where a sentence has room for
few words only, the one meant is known by its place and its sound. English, and only what was
spoken: what is typed is meant. Pure.
"""

import re
from functools import lru_cache

from rapidfuzz.distance import Indel

from behavior.house.directory import Directory
from behavior.house.knowledge import Index
from behavior.languages.sounds_like import plain, sound_key
from behavior.languages.tongue import Tongue

_QUESTION_WORDS = ("how", "what", "where", "when", "who")
_THING = "a number"
"""What a house with queues gives out."""
_SOUNDS_SO, _THING_SOUNDS_SO = 0.6, 0.74


def mended(line: str, directory: Directory, index: Index, words: Tongue) -> str:
    """`line` with such words put right; capitals and signs are lost only where it changes."""
    text = plain(line)
    meant = _people_are_no_links(text, directory, words)
    meant = _things(meant, directory, words)
    for cue, instead in _REPLACED.items():
        meant = words.cue(cue).sub(instead, meant)
    meant = _question_word(" ".join(meant.split()), index, words)
    return meant if meant != text else line


_REPLACED = {
    "misheard_i_am": r"\g<before>i'm ",
    "misheard_i_am_here": r"\g<before>i'm ",
    "misheard_it_is": r"\g<before>it's ",
    "misheard_no": r"\g<before>no ",
    "misheard_before": r"\g<before>before you ",
    "misheard_how": r"\g<before>how ",
    "misheard_wifi": r"\g<before>wifi",
    "misheard_mean": r"\g<before>i mean ",
    "misheard_where": r"\g<before>where ",
    "misheard_wait": r"\g<before>wait",
    "it_left_out": r"\g<before> it ",
}
"""Pattern -> what stands in its place."""


def _question_word(text: str, index: Index, words: Tongue) -> str:
    """Put the question word in, where only one can stand and another word was heard.

    Of those that sound like it, the one that makes a question nearest to a known one.
    """
    match = words.cue("question_word_place").match(text)
    if match is None or match["word"] in words.everyday | words.not_a_name:
        return text
    heard = match["word"]
    alike = [one for one in _QUESTION_WORDS if _sounds(heard, one) >= _SOUNDS_SO]
    lines = [f"{text[: match.start('word')]}{one}{text[match.end('word') :]}" for one in alike]
    return max(lines, key=lambda line: index.nearest(line, 1)[0].score, default=text)


def _people_are_no_links(text: str, directory: Directory, words: Tongue) -> str:
    """A surname alone where nobody is named: `is nair a lift`, `hi nair where is ...`."""
    names = _surnames(directory)
    if names is None:
        return text
    text = re.sub(rf"\b(is|are) {names} (?=(?:an?|any|some|some\w+|any\w+)\b)", r"\1 there ", text)
    greeting = words.cue("hello_to_nobody").pattern
    text = re.sub(rf"^({greeting}) {names} (?={words.cue('clause_begins').pattern})", r"\1 ", text)
    first = {part for host in directory.site.hosts for part in plain(host.name).split()[:-1]}

    def link(match: re.Match[str]) -> str:
        before = text[: match.start()]
        named = words.cue("before_surname").search(before)
        if named or first.intersection(before.split()[-1:]):
            return match[0]
        return "near " if match["here"] else "and "

    follows = words.cue("link_follows").pattern
    return re.sub(rf"\b{names} (?=(?P<here>here\b)|{follows})", link, text)


@lru_cache(maxsize=8)
def _surnames(directory: Directory) -> str | None:
    """The hosts' surnames as an expression, for those who have two names."""
    parts = [plain(host.name).split() for host in directory.site.hosts]
    found = sorted({re.escape(one[-1]) for one in parts if len(one) > 1})
    return f"(?:{'|'.join(found)})" if found else None


def _things(text: str, directory: Directory, words: Tongue) -> str:
    """What the house gives out, by its sound, after `I need` and the like."""
    if not directory.site.services:
        return text
    match = words.cue("thing_wanted").search(text)
    if match is None or match["noun"] in words.everyday:
        return text
    if _sounds(match["thing"], _THING) < _THING_SOUNDS_SO:
        return text
    return f"{text[: match.start('thing')]}{_THING}{text[match.end('thing') :]}"


@lru_cache(maxsize=1024)
def _sounds(heard: str, meant: str) -> float:
    """How alike two short words sound, 0..1."""
    return float(Indel.normalized_similarity(sound_key(heard), sound_key(meant)))
