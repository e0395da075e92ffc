"""A clause that comes on stage while its voice still speaks it."""

from collections.abc import Callable

from actuation.faces.heads import Mouth
from actuation.speech.voice import Speech
from actuation.stage.playback import ActOnStage
from actuation.stage.stage import Stage
from agent.core.clock import Clock


class EarlyClause:
    """What a voice tells of one clause, brought on stage at once."""

    def __init__(
        self,
        stage: Stage,
        wanted_by: ActOnStage,
        index: int,
        clock: Clock,
        show: Callable[[], None],
    ) -> None:
        """`show`: has pictures made as soon as what is heard is out."""
        self._stage, self._wanted_by, self._index, self._clock = stage, wanted_by, index, clock
        self._show = show
        self._has_begun = False

    @property
    def over(self) -> bool:
        """Nobody wants it any more."""
        return self._wanted_by.over

    def begun(self, speech: Speech, track: Mouth | None = None) -> None:
        """Its phones are known. Another voice, after this one failed, only says it whole."""
        if not self._has_begun:
            self._has_begun = True
            now = self._clock.now()
            self._stage.have_sound(self._wanted_by, self._index, speech, now, track=track)
            self._show()

    def more(self) -> None:
        """More of its sound is there."""
        self._stage.more_sound(self._clock.now())

    def whole(self, speech: Speech, track: Mouth | None = None) -> bool:
        """All of it is there. False: it never began, and is to be put on stage now."""
        if self._has_begun:
            now = self._clock.now()
            self._stage.have_whole(self._wanted_by, self._index, speech, now, track=track)
        return self._has_begun
