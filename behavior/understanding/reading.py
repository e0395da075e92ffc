"""One part of a line read as one wish: what it comes to, in the order in which rules are tried.

A plainer line that it stands for; a tool that its words ask for; a question about what was; words
that give a wish away; a place or a person named; and last, likeness in meaning. Pure.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from behavior.house.knowledge import Match
from behavior.past.questions import Kind
from behavior.past.time_questions import time_question
from behavior.tools.asking import Asked as ToolWanted
from behavior.understanding.by_meaning import better_question, by_meaning
from behavior.understanding.by_name import meeting, way
from behavior.understanding.by_pattern import by_pattern
from behavior.understanding.intents import Intent, Request
from behavior.understanding.known import SURELY, Known
from behavior.understanding.said_as import ANYWHERE, read_as, unframed


def read(known: Known, text: str, *, sure_only: bool = False) -> Request:
    """Read one part as one request. `sure_only`: a part of a line has to be surer than a whole."""
    stripped = known.words.cue("lead").sub("", text + " ").strip() or text
    asked = unframed(stripped, known.words)
    nearest = known.nearest(stripped, asked)
    wanted = next(filter(None, map(known.tool, dict.fromkeys((asked, stripped, text)))), None)
    firm = wanted is not None and wanted.firm
    kept = known.words.intents.get(Intent.PRIVATE)
    private = kept is not None and kept.search(asked) is not None
    if not firm and not private and (other := _read_as(known, asked, nearest, wanted, sure_only)):
        return other
    past = _is_past(known, text, nearest)
    if past and firm and known.words.tool("look_past").search(text):
        wanted = None  # what was, is remembered; only what is can be looked at
    if wanted is not None and (firm or not better_question(known, Intent.TOOL, nearest)):
        because = f"the words of the tool `{wanted.tool}`"
        return Request(intent=Intent.TOOL, text=stripped, tool=wanted, because=because)
    if past:
        return Request(intent=Intent.MEMORY, text=text, because="asks about the past")
    return (
        by_pattern(
            known, stripped, (stripped, text, asked), nearest, partial(read, known, sure_only=True)
        )
        or way(known, stripped, nearest)
        or meeting(known, stripped, nearest)
        or by_meaning(known, stripped, nearest, sure_only)
    )


def _is_past(known: Known, text: str, nearest: Sequence[Match]) -> bool:
    """Whether the line asks about what was; `did anyone find a phone` is no such question."""
    asked = time_question(text) if known.english else None
    if asked is None or known.words.cue("not_past").match(text):
        return False
    others = asked.kind is Kind.OTHERS or asked.kind.value.startswith("came_")
    if not (others and known.index.knows_meaning):
        return True
    best = nearest[0]
    return best.label.startswith("time:") or best.by_meaning < known.index.threshold + SURELY


def _read_as(
    known: Known, text: str, nearest: Sequence[Match], wanted: ToolWanted | None, sure_only: bool
) -> Request | None:
    """Read a line that is put in another way as the plainer one that it comes to.

    `wanted`: the tool that its words ask for; it yields to a line that is very near.
    """
    if not known.english:
        return None
    line, why = ("", "") if wanted else read_as(text, known.directory, known.index, known.words)
    best = known.index.nearest(text, 1, only=ANYWHERE)[:1]
    bar = max(known.index.threshold + (SURELY if wanted else 0.0), nearest[0].score)
    if not why and best and best[0].score >= bar:
        line = best[0].label.removeprefix(ANYWHERE)
        why = f"like {best[0].form!r}, {best[0].score:.2f}"
    if not line:
        return None
    because = f"read as {line!r}: {why}"
    if tool := known.tool(line):
        return Request(intent=Intent.TOOL, text=text, tool=tool, because=because)
    place = way(known, line, ()) if not sure_only else None
    return replace(place, text=text, because=because) if place else None
