"""How the receptionist puts things: several wordings of each, never the same twice in short order.

`wording.yaml` holds them. ` | ` parts clauses, `(friendly)` in front sets the face, `[nod]` before
a word binds a gesture to it, `{name}` is filled in, `<this|that>` is said as `that` where a
stranger may hear it.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources

import yaml

from agent.core.messages import Clause, Expression, Gaze, GazeTarget, GestureCue, Place
from behavior.dialogue.conversation import Conversation
from behavior.languages.tongue import ENGLISH, tongue
from behavior.past.time_questions import WORDING

_FACE = re.compile(r"^\((\w+)\)\s*")
_MARK = re.compile(r"^\[([a-z_]+)\](.*)$", re.DOTALL)
_CHOICE = re.compile(r"<([^<>|]*)\|([^<>|]*)>")
_REMEMBERED = 24


@dataclass(frozen=True, slots=True)
class Wording:
    """The lines of one language."""

    lines: Mapping[str, tuple[str, ...]]
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """English lines for what has none in this language; they are said to be English."""

    def say(
        self,
        conversation: Conversation,
        key: str,
        *,
        toward: Place | None = None,
        screen: str | None = None,
        **words: str,
    ) -> tuple[Conversation, tuple[Clause, ...]]:
        """Choose a wording of `key` that was not used lately; note it in the conversation."""
        known = key in self.lines
        variants = self.lines[key] if known else self.instead[key]
        turn = zlib.crc32(key.encode()) + conversation.salt + conversation.turns
        order = [(turn + i) % len(variants) for i in range(len(variants))]

        def last_used(index: int) -> int:
            tag = f"{key}/{index}"
            return max((i for i, w in enumerate(conversation.wordings) if w == tag), default=-1)

        index = min(order, key=last_used)
        used = (*conversation.wordings, f"{key}/{index}")[-_REMEMBERED:]
        clauses = read_clauses(variants[index].format_map(words), toward)
        if screen and clauses:
            clauses = (replace(clauses[0], screen=screen), *clauses[1:])
        if not known:
            told = read_clauses(self.lines["in_english"][0])
            clauses = (*told, *in_language(clauses, ENGLISH))
        return replace(conversation, wordings=used), clauses


def in_language(clauses: Sequence[Clause], code: str) -> tuple[Clause, ...]:
    """The clauses, marked as said in that language unless they are marked already."""
    if not code:
        return tuple(clauses)
    return tuple(c if c.language else replace(c, language=code) for c in clauses)


@lru_cache(maxsize=16)
def load_wording(code: str = ENGLISH) -> Wording:
    """Read the wordings that come with the package."""
    if code != ENGLISH:
        return Wording(tongue(code).lines, load_wording().lines)
    text = resources.files("behavior.dialogue").joinpath("wording.yaml").read_text(encoding="utf-8")
    tools = resources.files("behavior").joinpath("tools", "wording.yaml").read_text("utf-8")
    forms = resources.files("behavior").joinpath("forms", "wording.yaml").read_text("utf-8")
    both = {**yaml.safe_load(text), **WORDING, **yaml.safe_load(tools), **yaml.safe_load(forms)}
    return Wording({key: tuple(lines) for key, lines in both.items()})


def read_clauses(line: str, toward: Place | None = None) -> tuple[Clause, ...]:
    """Read a marked line as clauses. A pointing gesture goes `toward` the place given."""
    return tuple(_read_clause(part.strip(), toward) for part in line.split(" | ") if part.strip())


def sentences(text: str) -> tuple[Clause, ...]:
    """Part plain prose into one clause a sentence."""
    return tuple(
        Clause(text=s) for s in re.split(r"(?<=[.?!])\s+|(?<=[。？！])\s*", text.strip()) if s
    )


def _read_clause(part: str, toward: Place | None) -> Clause:
    if _CHOICE.search(part):
        discreet = _read_clause(_CHOICE.sub(r"\2", part), toward).text
        return replace(_read_clause(_CHOICE.sub(r"\1", part), toward), discreet=discreet)
    expression = None
    if face := _FACE.match(part):
        expression, part = Expression(face[1]), part[face.end() :]
    words: list[str] = []
    gestures: list[GestureCue] = []
    gaze = None
    for word in part.split():
        while mark := _MARK.match(word):
            deictic = mark[1] in {"point", "show_way", "offer_palm"}
            if deictic and toward is not None:
                gaze = Gaze(target=GazeTarget.PLACE, place=toward)
            cue = GestureCue(lexeme=mark[1], word=len(words), toward=toward if deictic else None)
            gestures.append(cue)
            word = mark[2]
        if word:
            words.append(word)
    return Clause(text=" ".join(words), gestures=tuple(gestures), expression=expression, gaze=gaze)
