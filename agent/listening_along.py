"""What listens along with the ears: the judges of sound that a configuration asks for."""

from agent.settings import AgentConfig
from perception.overlap import OverlapJudge
from perception.sound_judges import Judge


def judges_of(config: AgentConfig) -> list[Judge]:
    """Where voices come from, where there are microphones for it, and how many they are."""
    judges: list[Judge] = []
    if config.microphone.array.microphones:
        from perception.direction import DirectionJudge

        judges.append(DirectionJudge(config.microphone.array))
    judges.append(OverlapJudge())
    return judges
