"""A robot's camera, microphones and loudspeaker: one session with its daemon, whoever uses them.

So perception and the robot's body need not know each other.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from actuation.bodies.configs import ReachyConfig
from actuation.embodiments.catalogue import RunningBody
from agent.core.clock import Clock
from agent.core.component import Component
from agent.core.messages import Message
from agent.settings import AgentConfig
from perception.senses import Camera, Microphone

if TYPE_CHECKING:
    from perception.backends.reachy_direction import ReachyDirection
    from perception.backends.reachy_media import ReachyMedia


class RobotSenses:
    """What of the configured robot is used, of the first when there are several."""

    def __init__(
        self, config: AgentConfig, *, clock: Clock, publish: Callable[[Message], None]
    ) -> None:
        robots = [body for body in config.bodies if isinstance(body, ReachyConfig)]
        self.speaks = any(robot.voice for robot in robots[:1])
        """The robot has the voice: the page is silent."""
        self._sees = config.camera.source == "reachy"
        self._hears = config.microphone.source == "reachy"
        self._media: ReachyMedia | None = None
        self._direction: ReachyDirection | None = None
        if robots and (self._sees or self._hears or self.speaks):
            from perception.backends import reachy_media

            self._media = reachy_media.ReachyMedia(
                address=robots[0].address,
                port=robots[0].media_port,
                clock=clock,
                publish=publish,
                sees=self._sees,
                hears=self._hears,
            )
        if robots and self._hears:
            from perception.backends import reachy_direction

            self._direction = reachy_direction.ReachyDirection(
                address=robots[0].address, clock=clock, publish=publish
            )

    def camera_or(self, page: Camera) -> Camera:
        """The robot's camera where it is configured, else the page's."""
        return self._media.camera if self._media is not None and self._sees else page

    def microphone_or(self, page: Microphone) -> Microphone:
        """The robot's microphones where they are configured, else the page's."""
        return self._media.microphone if self._media is not None and self._hears else page

    def parts(self, bodies: Sequence[RunningBody]) -> Iterable[Component]:
        """What has to run. The voice for the robot comes from its body."""
        if self._media is None:
            return
        if self.speaks:
            from actuation.embodiments.reachy import ReachyBody

            voices = [body.voice for body in bodies if isinstance(body, ReachyBody)]
            if voices and voices[0] is not None:
                self._media.voice_from(voices[0].fill)
        yield self._media
        if self._direction is not None:
            yield self._direction
