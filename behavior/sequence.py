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

from behavior.lines import CUES
from behavior.sounds_like import plain

_WHO_DOES = r"(?=(?:you|we|i)\b|\w+ing\b|that you\b)"
_FIRST = rf"(?:{CUES['first'].pattern}|\bbut\s+first\b|[.;,]\s*first\b)"
_BEFORE = rf"\bbefore\s+{_WHO_DOES}"
_AFTER = (
    rf"\b(?:after|once|as soon as|when)\s+(?:(?:you|we)(?:'ve| have| are done| did)\b|{_WHO_DOES})"
)
_WHEN_ASKED = re.compile(r"\bwhen\s+(?!(?:you|we)(?:'ve| have)\b)")
_THEN = CUES["split"].pattern + r"|\b(?:after that|afterwards|finally|lastly|last of all)\b"
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


def in_order(line: str) -> tuple[str, ...]:
    """The parts of `line` as plain text, in the order in which they are to be done."""
    done: list[str] = []
    waits: str | None = None
    for how, text in _parts(line.lower()):
        piece, goes_first = _piece(text)
        if how == "before" and not done:
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


def _parts(line: str) -> Iterator[tuple[str, str]]:
    """Each part of a line, and how it is connected to what stands before it."""
    how, began, first = "then", 0, True
    for match in [*_CONNECTION.finditer(line), None]:
        if match is not None and match["after"] and _WHEN_ASKED.match(match["after"]):
            continue  # `when you open` asks for a time
        text = line[began : match.start() if match is not None else len(line)]
        if plain(text):
            main = _MAIN.search(text) if how in {"before", "after"} and first else None
            yield how, text[: main.start()] if main else text
            if main:  # `once you have told me that call Priya`: no comma was heard
                yield "then", text[main.start() :]
            how, first = "then", False
        if match is None:
            return
        if (kind := match.lastgroup or "then") != "then":
            how = kind
        began = match.end()


def _piece(text: str) -> tuple[str, bool]:
    """One part without the words that only tell its place; and whether it is to come first."""
    piece = plain(text)
    goes_first = _AT_LAST.search(piece) is not None and len(piece.split()) > 2
    piece = _AT_LAST.sub("", piece) if goes_first else piece
    return _LEAVE_OUT.sub("", piece).strip() or piece, goes_first
