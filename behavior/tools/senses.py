"""Looking and listening as something that takes time: the eyes go there, the room is still.

`ToolDesk` says when it begins (`ToolStarted`), which turns the eyes as any act does; here is the
wait, bounded, and the finding.
"""

from collections.abc import Callable
from typing import Final

from agent.core.clock import Clock
from agent.core.messages import Message, PersonId, Place
from behavior.dialogue.memory import Encounter
from behavior.house.site import SiteConfig
from behavior.tools.contract import Listen, Look, UseTool
from behavior.tools.observations import Sight, Sounds
from behavior.tools.surroundings import Surroundings

LOOK_S: Final = 1.0
"""The eyes rest there for so long."""
AROUND_S: Final = 1.8
"""To one side, to the other."""
_BEGINS_S: Final = 0.4
"""The agent's own words, `I am listening`, begin within this."""
_STILL_WITHIN_S: Final = 3.0
_STEP_S: Final = 0.05


class Senses:
    """The agent's eyes and ears as tools."""

    def __init__(
        self, *, clock: Clock, site: SiteConfig, surroundings: Surroundings | None = None
    ) -> None:
        self._clock = clock
        self._site = site
        self._around = surroundings or Surroundings()

    def take(self, message: Message) -> None:
        """Take in what perception and stage report."""
        self._around.take(message)

    def adopt(self, site: SiteConfig) -> None:
        """Look at the places of another edition of the site."""
        self._site = site

    def toward(self, use: UseTool, person: PersonId | None) -> Place | None:
        """Where the eyes go for it; None: nowhere in particular."""
        if not isinstance(use.arguments, Look):
            return None
        place = self._site.place(use.arguments.place)
        return self._around.where(use.arguments, person, place.place if place else None)

    async def look(self, look: Look, encounter: Encounter) -> Sight:
        """Look there, and say what is to be seen at the end."""
        began = self._clock.now()
        await self._clock.sleep_until(began + (AROUND_S if look.at == "around" else LOOK_S))
        place = self._site.place(look.place) if look.at == "place" else None
        return self._around.sight(
            look,
            now=self._clock.now(),
            visitor=encounter.person,
            place=place.place if place else None,
            within_m=place.in_view_m if place else 0.0,
            name=place.the if place else "",
        )

    async def listen(self, listen: Listen, encounter: Encounter) -> Sounds:
        """Be still, once the agent's own words are over, and say what was to be heard."""
        began = self._clock.now()
        await self._clock.sleep_until(began + _BEGINS_S)
        await self._until(lambda: not self._around.agent_speaks, began + _STILL_WITHIN_S)
        began = self._clock.now()
        await self._clock.sleep_until(began + listen.seconds)
        said = [words for who, words in encounter.history[:-1] if who == "visitor"]
        last = said[-1] if said else ""
        return self._around.sounds(began, self._clock.now(), said_last=last)

    async def _until(self, holds: Callable[[], bool], at_most: float) -> None:
        while not holds() and self._clock.now() < at_most:
            await self._clock.sleep_until(self._clock.now() + _STEP_S)
