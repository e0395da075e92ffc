"""Microphone and loudspeaker of this machine: one PortAudio, and what was played for the echo."""

from collections.abc import Callable, Sequence

from actuation.bodies.configs import SpeakerConfig
from actuation.embodiments.catalogue import BODIES, RunningBody
from actuation.embodiments.speaker import SpeakerBody
from agent.core.clock import Clock
from agent.core.component import Component
from agent.core.messages import Message
from agent.core.sound_devices import SoundSystem
from agent.settings import AgentConfig
from perception.microphone.echo import PlayedSound
from perception.microphone.echo_free import EchoFreeMicrophone
from perception.senses import Microphone


class LocalSound:
    """What they share, so that perception and actuation need not know each other."""

    def __init__(self, config: AgentConfig) -> None:
        self.system = SoundSystem()
        speakers = any(isinstance(body, SpeakerConfig) for body in config.bodies)
        self.speaks = speakers and not BODIES["speaker"].missing()
        """A loudspeaker of this machine has the voice: the page is silent."""
        self._config = config
        self._played = PlayedSound()

    def heard_by(
        self, microphone: Microphone, *, clock: Clock, publish: Callable[[Message], None]
    ) -> Microphone:
        """The microphone without the echo of this machine's loudspeaker, where that has the voice.

        A browser cancels the echo of what it plays itself. It does not play this voice, so it is
        taken out of the page's microphone here as well.
        """
        if not self.speaks or self._config.microphone.source not in ("device", "page"):
            return microphone
        return EchoFreeMicrophone(
            microphone, self._played, config=self._config.echo, clock=clock, publish=publish
        )

    def watch(self, clock: Clock, publish: Callable[[Message], None]) -> Component:
        """What tells of devices that come and go."""
        from perception.backends.devices_watch import DeviceWatch

        device = self._config.microphone.device
        return DeviceWatch(system=self.system, clock=clock, publish=publish, device=device)

    def in_order(
        self, bodies: Sequence[RunningBody]
    ) -> tuple[list[RunningBody], list[RunningBody]]:
        """The loudspeakers, connected to this, and the other bodies.

        The first body that speaks is the mouthpiece; of several loudspeakers the first is the one
        whose echo is cancelled.
        """
        speakers: list[RunningBody] = []
        others: list[RunningBody] = []
        for body in bodies:
            if isinstance(body, SpeakerBody):
                body.share(self.system, None if speakers else self._played.put)
                speakers.append(body)
            elif body.describe().speaks:
                speakers.append(body)
            else:
                others.append(body)
        return speakers, others
