"""What was seen, heard and read, in the desk's words: a key of the wordings and its slots. Pure.

How many, where, which way: never who. Text from outside was looked at before it came here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from behavior.tools.observations import Observation, Reading, SeenOne, Sight, Sounds, Told
from behavior.tools.phrases import Phrases

_AHEAD_RAD = 0.3
_LOUDER_DB = 6.0
_MANY = 6
_MOVES = frozenset({"comes", "goes", "walks"})


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A wording to choose, and what to fill in."""

    key: str
    words: Mapping[str, str] = field(default_factory=dict)
    screen: str = ""


def seen_line(seen: Observation, said: Phrases) -> SeenLine:
    """How it is told to a visitor."""
    match seen:
        case Sight(sees=False):
            return _blind(seen)
        case Sight():
            return _sight(seen, said)
        case Sounds():
            return _sounds(seen, said)
        case Reading():
            return SeenLine("tool.things", {"things": seen.words})
        case Told():
            return SeenLine("tool.things", {"things": seen.words}, seen.screen)


def _blind(seen: Sight) -> SeenLine:
    if seen.at == "place" and seen.place:
        return SeenLine("tool.look.blind.place", {"place": seen.place})
    known = seen.at in {"visitor", "behind_visitor"}
    return SeenLine(f"tool.look.blind.{seen.at}" if known else "tool.look.blind")


def _sight(seen: Sight, said: Phrases) -> SeenLine:
    kind = {"visitor": "visitor", "behind_visitor": "behind", "place": "place"}.get(
        seen.at, "around"
    )
    words = {"place": seen.place}
    if not seen.people:
        return SeenLine(f"tool.look.none.{kind}", words)
    if kind == "visitor":
        return SeenLine("tool.look.visitor", {"where": _where(seen.people[0], said)})
    return SeenLine(f"tool.look.{kind}", words | {"people": _people(seen.people, said)})


def _people(people: tuple[SeenOne, ...], said: Phrases) -> str:
    """`three people, two of them together, the nearest about two metres in front of me`."""
    count = len(people)
    if count == 1:
        return _one(people[0], said)
    parts = [said("people_about" if count > _MANY else "people", count=said.number(count))]
    together = sum(one.company > 0 and not one.with_visitor for one in people)
    if together == count:
        parts.append(said("together_all"))
    elif together > 1:
        parts.append(said("together", count=said.number(together)))
    coming = sum(one.moves == "comes" for one in people)
    if coming:
        parts.append(said("coming", count=said.number(coming)))
    nearest = min(people, key=lambda one: one.distance_m)
    parts.append(said("nearest", where=_where(nearest, said)))
    return said.join(parts)


def _one(one: SeenOne, said: Phrases) -> str:
    parts = [said("people_1"), _where(one, said)]
    if one.with_visitor:
        parts.append(said("with_you"))
    elif one.moves in _MOVES:
        parts.append(said(one.moves))
    elif one.faces_here is not None:
        parts.append(said("faces_here" if one.faces_here else "faces_away"))
    return said.join(parts)


def _where(one: SeenOne, said: Phrases) -> str:
    if abs(one.bearing_rad) <= _AHEAD_RAD:
        side = said("in_front")
    else:
        side = said("left" if one.bearing_rad > 0 else "right")
    return said("where", metres=_metres(one.distance_m, said), side=side)


def _metres(distance_m: float, said: Phrases) -> str:
    if distance_m < 0.75:
        return said("metre_less")
    whole = math.floor(distance_m + 0.5)
    return said("metre_1") if whole == 1 else said("metres", count=said.number(whole))


def _sounds(heard: Sounds, said: Phrases) -> SeenLine:
    if not heard.hears:
        return SeenLine("tool.listen.deaf")
    loud = ""
    if heard.louder_db is not None:
        louder = heard.louder_db >= _LOUDER_DB
        quieter = heard.louder_db <= -_LOUDER_DB
        loud = said("louder" if louder else "quieter" if quieter else "as_loud")
    if not heard.voice:
        return SeenLine("tool.listen.none", {"loud": loud})
    known = heard.side in {"left", "right", "ahead"}
    side = said(f"voice_{heard.side}") if known else ""
    return SeenLine("tool.listen.voice", {"side": side, "loud": loud})
