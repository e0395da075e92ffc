"""What listens along with the ears: the judges of sound that a configuration asks for."""

from agent.settings import AgentConfig
from perception.sound_judges import Judge


def judges_of(config: AgentConfig) -> list[Judge]:
    """Where voices come from, as the configuration has microphones for it."""
    judges: list[Judge] = []
    if config.microphone.array.microphones:
        from perception.direction import DirectionJudge

        judges.append(DirectionJudge(config.microphone.array))
    return judges
