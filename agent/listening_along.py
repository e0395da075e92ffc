"""What listens along with the ears: the judges of sound that a configuration asks for."""

from collections.abc import Callable

from agent.core.messages import Message
from agent.settings import AgentConfig
from perception.microphone.judges import Judge
from perception.microphone.trouble import DeviceTrouble, WatchedMicrophone
from perception.senses import Microphone
from perception.voices.active_speaker import ActiveSpeaker
from perception.voices.overlap import OverlapJudge
from perception.words.stable import StableWords


class ListeningAlong:
    """One set of judges, and the microphone as it comes to them before its echo is taken out."""

    def __init__(self, config: AgentConfig, publish: Callable[[Message], None]) -> None:
        self._trouble = DeviceTrouble(config.sound_check)
        self._publish = publish
        self.judges: list[Judge] = []
        """Whence voices come, where an array tells; how many; whose; what is wrong."""
        if config.microphone.array.microphones:
            from perception.voices.direction import DirectionJudge

            self.judges.append(DirectionJudge(config.microphone.array))
        self.judges += [OverlapJudge(), ActiveSpeaker(), self._trouble.frames, StableWords()]

    def watched(self, microphone: Microphone) -> Microphone:
        """The same microphone; what is wrong with its sound is told."""
        return WatchedMicrophone(microphone, self._trouble, self._publish)
