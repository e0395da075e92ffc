"""What faces may express, for the operator's console alone, where a site asks for it. See `affect`.

Nothing of it is a message: so nothing is recorded, remembered or said. It is worked out anew from
the units in `FaceMoved` and forgotten with the person.
"""

from typing import TYPE_CHECKING

from agent.core.errors import BadInputError
from agent.core.messages import FaceMoved, FaceUnit, Message, PersonId, PersonLost
from behavior.house.site import SiteConfig
from perception.affect.config import TOLD, refused
from perception.seeing import SeeingConfig

if TYPE_CHECKING:
    from perception.affect.reading import Interpreter, Reading

SHOWN_AT_MOST = 3
"""People, the latest to move."""


class Interpretations:
    """The newest interpretation of everybody in view."""

    notice = TOLD
    """What visitors must be told."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter
        self._newest: dict[PersonId, Reading] = {}

    def see(self, message: Message) -> None:
        """Take in one message; others than about faces are left alone."""
        match message:
            case FaceMoved(units=units) if units is not None:
                self._newest.pop(message.person, None)
                if units:
                    self._newest[message.person] = self.of(units)
            case PersonLost():
                self._newest.pop(message.person, None)
            case _:
                pass

    def of(self, units: tuple[FaceUnit, ...]) -> "Reading":
        """Of one face."""
        from perception.affect.reading import Shown

        return self._interpreter.read(
            [Shown(number=u.number, name=u.name, confidence=u.confidence, by=u.by) for u in units]
        )

    def lines(self) -> list[str]:
        """The chains, as the console shows them."""
        latest = list(self._newest.items())[-SHOWN_AT_MOST:]
        return [
            f"{person[:6]} (an interpretation) {line}"
            for person, reading in latest
            for line in reading.lines()
        ]


def interpretations(seeing: SeeingConfig, site: SiteConfig | None) -> Interpretations | None:
    """None unless asked for: then nothing of it is imported. `site`: None for a film.

    Raises `BadInputError` where the site's desk is no place for it.
    """
    if not seeing.affect.enabled:
        return None
    if site is not None and (because := not_here(site)):
        raise BadInputError(because)
    # Only here: what is off is not even loaded.
    from perception.affect.reading import Interpreter

    return Interpretations(Interpreter())


def not_here(site: SiteConfig) -> str:
    """Why a site's desk may not have it, or nothing."""
    floors = site.floor_map
    desk = next((p for p in floors.points if p.key == floors.desk), None)
    place = site.place(desk.place) if desk is not None and desk.place else None
    return "" if place is None else refused(public=place.public, place=place.name)
