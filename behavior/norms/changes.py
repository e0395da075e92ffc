"""What a norm can make of a wish. Each change is one that the stage really performs. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from agent.core.messages import (
    Act,
    Clause,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
)
from behavior.norms.words import mentions, spoken
from behavior.situation.people import Mark
from behavior.situation.state import Situation
from behavior.wishes import Wish


class Change(StrEnum):
    """How a wish is softened, or what it is required to have."""

    SILENT_SIGN = "silent_sign"
    """A look and a nod instead of words."""
    WAIT = "wait"
    """Not yet: the policy is asked again in a moment."""
    MILDER = "milder"
    """A weaker face."""
    SOBER = "sober"
    """An attentive face instead of a smile."""
    NO_GESTURES = "no_gestures"
    OPEN_HAND = "open_hand"
    """An open hand shows the way instead of a finger."""
    LOOK = "look"
    """Look at the person spoken to, at the height of their eyes."""
    LOOK_AWAY = "look_away"
    """Let the eyes rest elsewhere for a moment."""
    DROP_NAMES = "drop_names"
    """Say the discreet words of each clause that has them, and show nothing with it."""
    DROP_CLAUSES = "drop_clauses"
    """Leave out the clauses in which the words were found; with none left, say `say`."""
    INSTEAD = "instead"
    """Say `say` in place of the clauses in which the words were found."""
    DROP_WORDS = "drop_words"
    """Leave out the words that were found, and say the rest."""
    ONCE = "once"
    """Say the words that were found only the first time, and not again soon after."""
    SHORTER = "shorter"
    """Say the first two clauses and the last question; show the rest."""
    PAUSES = "pauses"
    """A longer breath after each clause."""
    SAY_FIRST = "say_first"
    """Begin with `say`."""
    ADD = "add"
    """Say `say` as well, before the last question."""
    DISCLOSE = "disclose"
    """Say first that this is an AI, with the words in `say`."""
    ON_SCREEN = "on_screen"
    """Show the words as well as saying them."""


NEEDS_SAY = frozenset(
    {Change.DISCLOSE, Change.DROP_CLAUSES, Change.INSTEAD, Change.SAY_FIRST, Change.ADD}
)
NEEDS_WORDS = frozenset({Change.DROP_CLAUSES, Change.INSTEAD, Change.DROP_WORDS, Change.ONCE})
"""These look for the words that `when` asks of act.text."""

_MILD = 0.3
_BREATH_S = 0.7
_CLAUSES_KEPT = 2
_ENDS = re.compile(r"^[\s,.;:!-]+|[\s,;:-]+$")


@dataclass(frozen=True, slots=True)
class Found:
    """What a change works with besides the wish."""

    situation: Situation
    say: str
    words: tuple[str, ...]


_NO_SMILE = "serious, no smile"


def changed(how: Change, wish: Wish, found: Found) -> Wish | None:
    """The wish as a norm would have it; None: nothing is left of it for now."""
    return _CHANGES[how](wish, found)


def _silent(wish: Wish, found: Found) -> Wish | None:
    """A nod instead of words, once. What it would have done in words stays undone."""
    person = found.situation.person(wish.act.to)
    if person is None or person.has(Mark.SIGNED):
        return None
    act = replace(
        wish.act,
        clauses=(),
        gestures=(GestureCue(lexeme="nod"),),
        gaze=Gaze(target=GazeTarget.PERSON, person=person.id),
        intensity=min(wish.act.intensity, 0.5),
    )
    marks = ((person.id, Mark.SIGNED), (person.id, Mark.NOTICED))
    return replace(wish, act=act, marks=marks, discloses=False)


def _wait(_: Wish, __: Found) -> Wish | None:
    return None


def _milder(wish: Wish, _: Found) -> Wish:
    act = wish.act
    clauses = tuple(replace(one, intensity=min(one.intensity, _MILD)) for one in act.clauses)
    act = replace(act, intensity=min(act.intensity, _MILD), clauses=clauses)
    return replace(wish, act=act)


def _sober(wish: Wish, _: Found) -> Wish:
    smiles = (Expression.HAPPY, Expression.FRIENDLY, Expression.SURPRISED)

    def face(one: Expression | None) -> Expression | None:
        return Expression.ATTENTIVE if one in smiles else one

    def words(manner: str) -> str:
        # Faces are also asked for in words, and the last word counts.
        return f"{manner}, {_NO_SMILE}" if manner else ""

    act = wish.act
    clauses = tuple(
        replace(one, expression=face(one.expression), manner=words(one.manner))
        for one in act.clauses
    )
    worn = replace(act, expression=face(act.expression), manner=words(act.manner), clauses=clauses)
    return replace(wish, act=worn)


def _no_gestures(wish: Wish, _: Found) -> Wish:
    clauses = tuple(replace(clause, gestures=()) for clause in wish.act.clauses)
    return replace(wish, act=replace(wish.act, gestures=(), clauses=clauses))


def _open_hand(wish: Wish, _: Found) -> Wish:
    def opened(cues: tuple[GestureCue, ...]) -> tuple[GestureCue, ...]:
        return tuple(
            replace(cue, lexeme="offer_palm") if cue.lexeme == "point" else cue for cue in cues
        )

    act = wish.act
    clauses = tuple(replace(one, gestures=opened(one.gestures)) for one in act.clauses)
    return replace(wish, act=replace(act, gestures=opened(act.gestures), clauses=clauses))


def _look(wish: Wish, _: Found) -> Wish:
    if wish.act.to is None:
        return wish
    gaze = Gaze(target=GazeTarget.PERSON, person=wish.act.to)
    return replace(wish, act=replace(wish.act, gaze=gaze))


def _look_away(wish: Wish, _: Found) -> Wish:
    return replace(wish, act=replace(wish.act, gaze=Gaze(target=GazeTarget.AWAY)))


def without_names(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """As many clauses, each in its discreet words where it has some, with nothing shown."""
    return tuple(
        clause
        if clause.discreet is None
        else replace(clause, text=clause.discreet, discreet=None, screen=None, gestures=())
        for clause in clauses
    )


def _drop_names(wish: Wish, _: Found) -> Wish:
    said = without_names(wish.act.clauses)
    return _saying(wish, tuple(one for one in said if one.text.strip() or one.screen))


def _drop_clauses(wish: Wish, found: Found) -> Wish:
    clauses = wish.act.clauses
    kept = tuple(one for one in clauses if not mentions(spoken(one.text), found.words))
    if not kept or len(kept) == len(clauses):
        kept = (Clause(text=found.say),)
    return _saying(wish, kept)


def _instead(wish: Wish, found: Found) -> Wish:
    clauses = wish.act.clauses
    asks = [i for i, one in enumerate(clauses) if mentions(spoken(one.text), found.words)]
    first = min(asks, default=0)  # words found only across clauses: all of it
    rest = (one for i, one in enumerate(clauses) if i > first and asks and i not in asks)
    return _saying(wish, (*clauses[:first], Clause(text=found.say), *rest))


def _drop_words(wish: Wish, found: Found) -> Wish:
    return _saying(wish, _without(wish.act.clauses, found.words, keep=0))


def _once(wish: Wish, found: Found) -> Wish:
    lately = mentions(spoken(" ; ".join(found.situation.floor.spoken)), found.words)
    return _saying(wish, _without(wish.act.clauses, found.words, keep=0 if lately else 1))


def _without(
    clauses: tuple[Clause, ...], words: tuple[str, ...], *, keep: int
) -> tuple[Clause, ...]:
    """The clauses without these words, but for the first `keep` times. One has to be left."""
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile(
        r"\b(?:" + "|".join(re.escape(one) for one in longest_first) + r")\b", re.IGNORECASE
    )
    left: list[Clause] = []
    for clause in clauses:
        cut = ""
        at = 0
        for match in pattern.finditer(clause.text):
            if keep:
                keep -= 1
                continue
            cut += clause.text[at : match.start()].rstrip(" ,")
            at = match.end()
        cut += clause.text[at:]
        if at:
            cut = re.sub(r"\s+", " ", _ENDS.sub("", cut))
            cut = cut[:1].upper() + cut[1:]
            unbound = tuple(replace(cue, word=None) for cue in clause.gestures)
            clause = replace(clause, text=cut, gestures=unbound)
        if clause.text.strip():
            left.append(clause)
    return tuple(left) or clauses


def _shorter(wish: Wish, _: Found) -> Wish:
    clauses = tuple(one for one in wish.act.clauses if one.text.strip())
    kept, rest = clauses[:_CLAUSES_KEPT], clauses[_CLAUSES_KEPT:]
    asked = rest[-1:] if rest and rest[-1].text.endswith("?") else ()
    shown = " ".join(one.screen or one.text for one in rest[: len(rest) - len(asked)])
    if not shown:
        return wish
    last = kept[-1]
    line = f"{last.screen} · {shown}" if last.screen else shown
    return _saying(wish, (*kept[:-1], replace(last, screen=line), *asked))


def _pauses(wish: Wish, _: Found) -> Wish:
    *first, last = wish.act.clauses
    slow = tuple(replace(o, pause_after_s=max(o.pause_after_s, _BREATH_S)) for o in first)
    return _saying(wish, (*slow, last)) if slow else wish


def _say_first(wish: Wish, found: Found) -> Wish:
    return _saying(wish, (Clause(text=found.say), *wish.act.clauses))


def _add(wish: Wish, found: Found) -> Wish:
    if wish.act.more_follows:  # the last part of the answer will say it
        return wish
    clauses, more = wish.act.clauses, Clause(text=found.say)
    if clauses and clauses[-1].text.endswith("?"):
        return _saying(wish, (*clauses[:-1], more, clauses[-1]))
    return _saying(wish, (*clauses, more))


def _disclose(wish: Wish, found: Found) -> Wish:
    return replace(_say_first(wish, found), discloses=True)


def _on_screen(wish: Wish, _: Found) -> Wish:
    shown = tuple(replace(one, screen=one.screen or one.text) for one in wish.act.clauses)
    return _saying(wish, shown)


def _saying(wish: Wish, clauses: tuple[Clause, ...]) -> Wish:
    act: Act = replace(wish.act, clauses=clauses)
    return replace(wish, act=act)


_CHANGES: Mapping[Change, Callable[[Wish, Found], Wish | None]] = {
    Change.SILENT_SIGN: _silent,
    Change.WAIT: _wait,
    Change.MILDER: _milder,
    Change.SOBER: _sober,
    Change.NO_GESTURES: _no_gestures,
    Change.OPEN_HAND: _open_hand,
    Change.LOOK: _look,
    Change.LOOK_AWAY: _look_away,
    Change.DROP_NAMES: _drop_names,
    Change.DROP_CLAUSES: _drop_clauses,
    Change.INSTEAD: _instead,
    Change.DROP_WORDS: _drop_words,
    Change.ONCE: _once,
    Change.SHORTER: _shorter,
    Change.PAUSES: _pauses,
    Change.SAY_FIRST: _say_first,
    Change.ADD: _add,
    Change.DISCLOSE: _disclose,
    Change.ON_SCREEN: _on_screen,
}
