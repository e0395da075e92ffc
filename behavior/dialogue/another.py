"""Another way, another one: to or like the place that was just told. None is made up."""

from behavior.dialogue.conversation import Asked
from behavior.dialogue.draft import Draft
from behavior.dialogue.requests import show_way
from behavior.house.site import Destination
from behavior.languages.sounds_like import plain, words_of
from behavior.tools import drafting
from behavior.tools.contract import UseTool, Way
from behavior.tools.floor_map import find_way
from behavior.understanding.intents import Intent, Request

_BY = ("lift", "stairs")
"""What a way upstairs is told apart by."""


def another(draft: Draft) -> tuple[str, str] | None:
    """Answer a line that asks for another way or another one. None: it is no such line."""
    words, text = draft.desk.words, plain(draft.heard.text)
    place = draft.desk.site.place(draft.before.spoken_of)
    if place is None:
        return None
    if words.cue("another_way").match(text):
        return _another_way(draft, place)
    match = words.cue("another_there").match(text)
    if match is not None and _means(draft, place, match.groupdict().get("kind")):
        return _another_one(draft, place, text)
    return None


def _means(draft: Draft, place: Destination, kind: str | None) -> bool:
    """Whether another of this kind is another of the place that was told."""
    if kind is None or kind in {"one", "ones"}:
        return True
    named = draft.desk.directory.places(kind)
    return bool(named) and named[0][0].key == place.key


def _another_way(draft: Draft, place: Destination) -> tuple[str, str]:
    ways = other_ways(draft, place)
    if ways and not draft.heard.leave.why_not("way"):
        drafting.put(draft, UseTool(tool="way", arguments=ways[0]))
    else:
        draft.ask("way.only", Asked.STAFF)
    return "directions", f"another way to `{place.key}`"


def other_ways(draft: Draft, place: Destination) -> tuple[Way, ...]:
    """Ways on the floor map that are not the one told last."""
    floors = draft.desk.site.floor_map
    goal = floors.point_of(place.key)
    if goal is None:
        return ()
    told = set(words_of(plain(" ".join(clause.text for clause in draft.before.last_reply))))
    told_by = {by for by in _BY if by in told}
    usual = find_way(floors, floors.desk, goal.key, step_free=False, name=place.name)
    found = []
    for on_foot, step_free in ((True, False), (False, True)):
        way = find_way(
            floors,
            floors.desk,
            goal.key,
            step_free=step_free,
            without_lift=on_foot,
            name=place.name,
        )
        by = {one for one in _BY if way and one in words_of(plain(" ".join(way[0])))}
        same = bool(told_by & by) if told_by else way == usual
        if way and way[0] and not same:
            found.append(Way(to=place.key, step_free=step_free, without_lift=on_foot))
    return tuple(found)


def _another_one(draft: Draft, place: Destination, text: str) -> tuple[str, str]:
    other = _of_its_kind(draft, place)
    elsewhere = draft.desk.words.cue("one_elsewhere").search(text) is not None
    if other is not None and not elsewhere:
        show_way(draft, Request(intent=Intent.DIRECTIONS, text=text, place=other))
    else:
        draft.say("place.only")
    return "directions", f"another one like `{place.key}`"


def _of_its_kind(draft: Draft, place: Destination) -> Destination | None:
    """Another place whose name says more of the same thing: toilet, accessible toilet."""
    kinds = {plain(name) for name in (place.name, *place.also) if " " not in name}
    return next(
        (
            other
            for other in draft.desk.site.places
            if other.key != place.key
            and other.public
            and kinds & set(plain(other.name).split()[-1:])
        ),
        None,
    )
