"""What hears by the melody that somebody has finished, as a configuration asks for it."""

from collections.abc import Callable

from agent.core.clock import Clock
from agent.core.messages import Message
from agent.models import models_folder
from agent.stand_ins import StandIns
from perception.turns.taking import TurnsConfig
from perception.turns.turn_end import Ending, TurnEndings


def ending_of(
    config: TurnsConfig,
    stand_ins: StandIns,
    *,
    publish: Callable[[Message], None],
    clock: Clock,
) -> Ending | None:
    """The real one; None where it is switched off, or where voices are only stood in for."""
    if config.ending.detector == "none" or stand_ins.voice_detector is not None:
        return None
    return TurnEndings(config=config.ending, models=models_folder(), publish=publish, clock=clock)
