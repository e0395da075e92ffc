"""What was seen, heard and read, in the desk's words: a key of the wordings and its slots. Pure.

How many, where, which way: never who. Text from outside was looked at before it came here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from behavior.tools.observations import Observation, Reading, SeenOne, Sight, Sounds, Told

_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_AHEAD_RAD = 0.3
_LOUDER_DB = 6.0
_MANY = 6
_MOVES = {"comes": "coming this way", "goes": "walking away", "walks": "walking past"}


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A wording to choose, and what to fill in."""

    key: str
    words: Mapping[str, str] = field(default_factory=dict)
    screen: str = ""


def seen_line(seen: Observation) -> SeenLine:
    """How it is told to a visitor."""
    match seen:
        case Sight(sees=False):
            return _blind(seen)
        case Sight():
            return _sight(seen)
        case Sounds():
            return _sounds(seen)
        case Reading():
            return SeenLine("tool.things", {"things": seen.words})
        case Told():
            return SeenLine("tool.things", {"things": seen.words}, seen.screen)


def _blind(seen: Sight) -> SeenLine:
    if seen.at == "place" and seen.place:
        return SeenLine("tool.look.blind.place", {"place": seen.place})
    known = seen.at in {"visitor", "behind_visitor"}
    return SeenLine(f"tool.look.blind.{seen.at}" if known else "tool.look.blind")


def _sight(seen: Sight) -> SeenLine:
    kind = {"visitor": "visitor", "behind_visitor": "behind", "place": "place"}.get(
        seen.at, "around"
    )
    words = {"place": seen.place}
    if not seen.people:
        return SeenLine(f"tool.look.none.{kind}", words)
    if kind == "visitor":
        return SeenLine("tool.look.visitor", {"where": _where(seen.people[0])})
    return SeenLine(f"tool.look.{kind}", words | {"people": _people(seen.people)})


def _people(people: tuple[SeenOne, ...]) -> str:
    """`three people, two of them together, the nearest about two metres in front of me`."""
    count = len(people)
    if count == 1:
        return _one(people[0])
    about = "about " if count > _MANY else ""
    parts = [f"{about}{_number(count)} people"]
    together = sum(one.company > 0 and not one.with_visitor for one in people)
    if together == count:
        parts.append("standing together")
    elif together > 1:
        parts.append(f"{_number(together)} of them standing together")
    coming = sum(one.moves == "comes" for one in people)
    if coming:
        parts.append(f"{_number(coming)} of them coming this way")
    nearest = min(people, key=lambda one: one.distance_m)
    parts.append(f"the nearest {_where(nearest)}")
    return ", ".join(parts)


def _one(one: SeenOne) -> str:
    parts = ["one person", _where(one)]
    if one.with_visitor:
        parts.append("standing with you")
    elif one.moves in _MOVES:
        parts.append(_MOVES[one.moves])
    elif one.faces_here is not None:
        parts.append("facing this way" if one.faces_here else "facing elsewhere")
    return ", ".join(parts)


def _where(one: SeenOne) -> str:
    if abs(one.bearing_rad) <= _AHEAD_RAD:
        side = "in front of me"
    else:
        side = "to my left" if one.bearing_rad > 0 else "to my right"
    return f"{_metres(one.distance_m)} {side}"


def _metres(distance_m: float) -> str:
    if distance_m < 0.75:
        return "less than a metre"
    whole = math.floor(distance_m + 0.5)
    return "about one metre" if whole == 1 else f"about {_number(whole)} metres"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _sounds(heard: Sounds) -> SeenLine:
    if not heard.hears:
        return SeenLine("tool.listen.deaf")
    loud = ""
    if heard.louder_db is not None:
        louder = heard.louder_db >= _LOUDER_DB
        quieter = heard.louder_db <= -_LOUDER_DB
        than = "louder than" if louder else "quieter than" if quieter else "about as loud as"
        loud = f"It is {than} usual here."
    sides = {"left": " from my left", "right": " from my right", "ahead": " in front of me"}
    if heard.voice:
        return SeenLine("tool.listen.voice", {"side": sides.get(heard.side, ""), "loud": loud})
    return SeenLine("tool.listen.none", {"loud": loud})
