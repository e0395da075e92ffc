"""A closer look at those in view, where the site asks for it: facts about faces and actions."""

from collections.abc import Callable, Sequence

from agent.core.messages import Message
from perception.actions.recogniser import own_actions
from perception.closer import Closer, CloserConfig, messages_of
from perception.eyes.people import PeopleConfig
from perception.eyes.sightings import Look
from perception.eyes.track import Track
from perception.faces.network import load
from perception.senses import Picture


class LookingCloser:
    """Publishes what the newest picture tells of the nearest people. Keeps no picture."""

    def __init__(self, config: CloserConfig, publish: Callable[[Message], None]) -> None:
        """Raises `BackendUnavailableError` where faces are wanted and their weights are not."""
        self._publish = publish
        self._closer = Closer(
            weights=load() if config.faces else None,
            actions=own_actions() if config.actions else None,
            people=config.people,
        )

    def looking(self, config: PeopleConfig) -> PeopleConfig:
        """How often people are looked at then."""
        return self._closer.looking(config)

    def watch(self, picture: Picture, look: Look, tracks: Sequence[Track]) -> None:
        """One picture and what was found in it."""
        for close in self._closer.take(picture.at, tracks):
            for message in messages_of(close):
                self._publish(message)
