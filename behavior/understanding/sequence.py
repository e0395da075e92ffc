"""In which order the things are to be done that one line asks for. Pure.

    first tell me where the lift is, then call Priya         lift, Priya
    call Priya, but first tell me where the lift is          lift, Priya
    before you call Priya, tell me where the lift is         lift, Priya
    call Priya after you have told me where the lift is      lift, Priya
    call Priya, and tell me where the lift is first          lift, Priya

The order of the words is not the order of the deeds: each connection says which comes before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from behavior.languages.sounds_like import plain, words_of
from behavior.languages.tongue import ENGLISH, Tongue, tongue

_ENGLISH = tongue(ENGLISH)
_WHO_DOES = r"(?=(?:you|we|i)\b|\w+ing\b|that you\b)"
_FIRST = rf"(?:{_ENGLISH.cue('first').pattern}|\bbut\s+first\b|[.;,]\s*first\b)"
_BEFORE = rf"\bbefore\s+{_WHO_DOES}"
_AFTER = (
    rf"\b(?:after|once|as soon as|when)\s+(?:(?:you|we)(?:'ve| have| are done| did)\b|{_WHO_DOES})"
)
_WHEN_ASKED = re.compile(r"\bwhen\s+(?!(?:you|we)(?:'ve| have)\b)")
_THEN = _ENGLISH.cue("split").pattern + r"|\b(?:after that|afterwards|finally|lastly|last of all)\b"
_CONNECTION = re.compile(
    rf"(?P<first>{_FIRST})|(?P<before>{_BEFORE})|(?P<after>{_AFTER})|(?P<then>{_THEN})"
)
_LEAVE_OUT = re.compile(
    r"^(?:(?:first|firstly|second|secondly|third|thirdly|next|of all|now)\b\s*)+"
    r"|^(?:that )?(?:you|we)(?: have| had|'ve)? (?=\w)"
)
_MAIN = re.compile(
    r"(?<=\w )(?<!\bme )(?<!\byou )(?<!\bknow )(?<!\bto )(?<!\bask )(?<!\bhave )(?<!\bus )"
    r"(?:call|tell|show|let|where|what|when|how|can|could|please|i need|i want|i would|get|bring"
    r"|give|is there|do you|which)\b"
)
"""Where the main clause begins after one with `before you` or `after you`."""
_AT_LAST = re.compile(r"\s+(?:first|beforehand|before that)$")


_TO_DO = {"shown": "show", "given": "give", "brought": "bring", "called": "call"}
_DONE = re.compile(r"^(shown|given|brought|called)(?= (?:me|us|him|her|a|the|somebody|someone)\b)")
"""`once you have shown me the lift`: what is to be done first."""
_GREETING_WORDS = 2
"""`hello` in front of `before you call her` is nothing to be done."""


@dataclass(frozen=True, slots=True)
class _Order:
    """How one language connects what is to be done."""

    connection: re.Pattern[str]
    leave_out: re.Pattern[str]
    main: re.Pattern[str]
    at_last: re.Pattern[str]


@lru_cache(maxsize=16)
def _order(words: Tongue) -> _Order:
    if words.code == ENGLISH:
        return _Order(_CONNECTION, _LEAVE_OUT, _MAIN, _AT_LAST)
    parts = {"first": "first", "before": "before_that", "after": "after_that", "then": "split"}
    joined = "|".join(f"(?P<{key}>{words.cue(cue).pattern})" for key, cue in parts.items())
    never = words.cue("")
    return _Order(re.compile(joined), words.cue("order_words"), never, words.cue("at_last"))


def in_order(line: str, words: Tongue = _ENGLISH) -> tuple[str, ...]:
    """The parts of `line` as plain text, in the order in which they are to be done."""
    order = _order(words)
    done: list[str] = []
    waits: str | None = None
    for how, text in _parts(line.lower(), order):
        piece, goes_first = _piece(text, order)
        if how == "before" and not any(len(words_of(one)) > _GREETING_WORDS for one in done):
            waits = piece  # `before you A, B`: A waits for B
            continue
        if how == "first" or goes_first:
            done.insert(0, piece)
        elif how == "after" and done:
            done.insert(len(done) - 1, piece)  # `B after you A`
        else:
            done.append(piece)
        if waits is not None:
            done.append(waits)
            waits = None
    return tuple(done) if waits is None else (*done, waits)


def _parts(line: str, order: _Order) -> Iterator[tuple[str, str]]:
    """Each part of a line, and how it is connected to what stands before it."""
    how, began, first = "then", 0, True
    for match in [*order.connection.finditer(line), None]:
        if match is not None and match["after"] and _WHEN_ASKED.match(match["after"]):
            continue  # `when you open` asks for a time
        text = line[began : match.start() if match is not None else len(line)]
        if plain(text):
            main = order.main.search(text) if how in {"before", "after"} and first else None
            yield how, text[: main.start()] if main else text
            if main:  # `once you have told me that call Priya`: no comma was heard
                yield "then", text[main.start() :]
            how, first = "then", first and len(words_of(plain(text))) <= _GREETING_WORDS
        if match is None:
            return
        if (kind := match.lastgroup or "then") != "then":
            how = kind
        began = match.end()


def _piece(text: str, order: _Order) -> tuple[str, bool]:
    """One part without the words that only tell its place; and whether it is to come first."""
    piece = plain(text)
    goes_first = order.at_last.search(piece) is not None and len(words_of(piece)) > 2
    piece = order.at_last.sub("", piece) if goes_first else piece
    piece = order.leave_out.sub("", piece).strip() or piece
    return _DONE.sub(lambda match: _TO_DO[match[1]], piece), goes_first
