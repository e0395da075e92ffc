"""Giving up speech: the acts that are not kept are over, and told with what was heard of them."""

from collections.abc import Callable, Iterable

from actuation.stage.playback import Playback
from actuation.stage.telling import Telling
from agent.core.messages import Act


def give_up(
    playbacks: Iterable[Playback],
    now: float,
    why: str,
    keep: Callable[[Act], bool],
    telling: Telling,
) -> None:
    """End every act on these playbacks that `keep` does not want, and tell of each.

    The playbacks themselves go on: what is done with the rest of their sound is the stage's.
    """
    for playback in playbacks:
        heard_s = playback.heard_s(now)
        for on_stage in playback.acts:
            if not on_stage.over and not keep(on_stage.act):
                on_stage.over = True
                heard = playback.score.heard(on_stage.act.act, heard_s)
                telling.finish(on_stage.act, now, heard=heard, interrupted=True, detail=why)
