"""Ways for whoever was seen to come on wheels: without steps, where the usual one has some. Pure.

Nothing of it is said of the visitor; the way is told as it would be to who asks for such a one.
"""

from agent.core.messages import Context, ContextChanged, Message, PersonId, PersonLost
from behavior.dialogue.conversation import Heard
from behavior.house.directory import Directory
from behavior.house.site import Destination, SiteConfig
from behavior.tools.contract import Way
from behavior.tools.floor_map import find_way

_NAMED = 0.97
"""Likeness at which a place is surely the one of that name."""


class OnWheels:
    """Who in view was told to sit in a wheelchair."""

    def __init__(self) -> None:
        self._people: set[PersonId] = set()

    def take(self, message: Message) -> None:
        """Take in what is told of people; anything else is passed over."""
        match message:
            case ContextChanged(context=Context.WHEELCHAIR, holds=True):
                self._people.add(message.person)
            case ContextChanged(context=Context.WHEELCHAIR) | PersonLost():
                self._people.discard(message.person)
            case _:
                pass

    def __contains__(self, person: PersonId | None) -> bool:
        return person in self._people


def accessible_one(directory: Directory, place: Destination) -> Destination:
    """For `toilets` the accessible toilet, where the house has one of that name."""
    of_its_kind = directory.words.said.get("accessible", "")
    for name in (place.name, *place.also) if of_its_kind else ():
        for other, score, _ in directory.places(of_its_kind.format(name=name))[:1]:
            if score > _NAMED and other.public:
                return other
    return place


def way_without_steps(heard: Heard, site: SiteConfig, place: Destination) -> Way | None:
    """The way to ask the floor map for; None: tell the usual one.

    The usual one has no steps, or none without is known, or the visitor walks.
    """
    floors = site.floor_map
    goal = floors.point_of(place.key)
    if not heard.on_wheels or goal is None or heard.leave.why_not("way"):
        return None
    usual, free = (
        find_way(floors, floors.desk, goal.key, step_free=only, name=place.the)
        for only in (False, True)
    )
    if free is None or not free[0] or free == usual:
        return None
    return Way(to=place.key, step_free=True)
