"""Ways for whoever was seen to come on wheels: without steps, where the usual one has some. Pure.

Nothing of it is said of the visitor; the way is told as it would be to who asks for such a one.
"""

from agent.core.messages import Context, ContextChanged, Message, PersonId, PersonLost
from behavior.dialogue.conversation import Heard
from behavior.house.site import Destination, SiteConfig
from behavior.tools.contract import Way
from behavior.tools.floor_map import find_way


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
