"""What silence ends a turn: by the learned odds that it is over, or by a rule with a wait a look.

The rule weighs words more: a sentence that calls for more is waited for, however it sounds. Where
words could be all, the sound decides between a quick answer and a wait. It stands in for the odds
where they were not learned: without the sound's judgement, without words, in other languages than
English. Either way a wait harms nobody: whoever pauses, spells or stammers is given time. Pure.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from perception.turns.completeness import Completeness, is_formula
from perception.turns.over import (
    CUT_COSTS_S,
    LONGEST_WAIT_S,
    Manner,
    Pause,
    chance_over,
    is_known,
    is_known_by_words,
    least_costly_wait_s,
)

_HARDLY_UNDERSTOOD, _WELL_UNDERSTOOD = 0.3, 0.7
_SURE_BY_WORDS = 0.95
"""So likely over by its words alone, a turn need not be judged by its sound."""


class PatienceConfig(BaseModel):
    """How long a silence must last before the turn is over, by how finished it looks and sounds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    judge: Literal["learned", "rule"] = Field(
        "learned",
        description="What decides how long is waited: learned (the chance that somebody goes on,"
        " and what it costs to cut them off), or rule (one wait for each kind of words, below).",
    )
    manner: Manner = Field(
        Manner.ORDINARY,
        description="For learned. To cut somebody off is as bad as an answer that is late by"
        + "".join(f" {cost:g} s ({one})," for one, cost in CUT_COSTS_S.items()).rstrip(",")
        + ".",
    )
    finished_s: float = Field(
        0.16,
        ge=0.1,
        le=3,
        description="After words that are all, in a voice that sounds finished, too; and the least"
        " for learned.",
    )
    closed_s: float = Field(
        0.38, ge=0.1, le=3, description="After a whole question, answer or farewell."
    )
    open_s: float = Field(0.75, ge=0.1, le=4, description="After words that may or may not be all.")
    counting_s: float = Field(
        1.3, ge=0.1, le=6, description="After digits or letters that are told one by one."
    )
    dangling_s: float = Field(
        1.6, ge=0.1, le=6, description="After words that call for more, such as 'my name is'."
    )
    nothing_s: float = Field(
        0.9, ge=0.1, le=6, description="After a voice in which no words were understood."
    )
    goes_on_s: float = Field(
        1.3,
        ge=0.1,
        le=6,
        description="At least this long after a voice that sounds as if it would go on, unless its"
        " words are all: then as after words that may be all.",
    )
    doubt_factor: float = Field(
        1.3,
        ge=1,
        le=4,
        description="By how much a wait grows where the voice sounds neither finished nor not.",
    )
    sounds_finished_at: float = Field(
        0.4, gt=0, lt=1, description="Judged likelier than this, a voice sounds finished."
    )
    sounds_open_below: float = Field(
        0.05, ge=0, lt=1, description="Judged less likely than this, it sounds as if it goes on."
    )
    adapts: bool = Field(
        True,
        description="Wait longer for whoever is heard to pause longer than most, for as long as"
        " they talk.",
    )
    patient: bool = Field(
        False, description="Wait longer for everybody: for people who speak slowly or stammer."
    )
    patient_factor: float = Field(
        2.5, ge=1, le=6, description="By how much every wait grows when patient is on."
    )

    def silence_s(self, pause: Pause) -> float:
        """The silence, seconds, that ends a turn of which so much is known."""
        wait_s = self._learned(pause) if self._is_learned(pause) else self._by_rule(pause)
        return wait_s * (self.patient_factor if self.patient else 1.0)

    def _is_learned(self, pause: Pause) -> bool:
        """There are odds for it; before its sound is judged only such as leave no doubt."""
        if self.judge != "learned":
            return False
        if is_known_by_words(pause):
            return pause.trust >= _WELL_UNDERSTOOD and chance_over(pause) >= _SURE_BY_WORDS
        return is_known(pause)

    def _learned(self, pause: Pause) -> float:
        return self.at_price(pause, CUT_COSTS_S[self.manner])

    def at_price(self, pause: Pause, cut_costs_s: float) -> float:
        """The wait that costs least where a cut-in costs so much, within what words allow.

        Whoever tells digits, or surely calls for more, is given time; "thank you" is whole.
        """
        least_s, most_s = self.finished_s, LONGEST_WAIT_S
        understood = pause.trust >= _WELL_UNDERSTOOD
        if pause.look is Completeness.COUNTING:
            least_s = self.counting_s
        elif understood and pause.look is Completeness.DANGLING:
            least_s = self.open_s
        elif understood and is_formula(pause.text):
            most_s = self.closed_s
        over = chance_over(pause)
        return min(most_s, least_costly_wait_s(over, cut_costs_s=cut_costs_s, least_s=least_s))

    def _by_rule(self, pause: Pause) -> float:
        look = pause.look
        if look is Completeness.CLOSED and pause.trust < _HARDLY_UNDERSTOOD:
            look = Completeness.OPEN
        wait_s = self._by_words(look)
        if pause.finished is None or look is Completeness.NOTHING:
            return wait_s
        return self._by_sound(wait_s, look, pause.finished, whole=is_formula(pause.text))

    def _by_words(self, look: Completeness) -> float:
        return {
            Completeness.NOTHING: self.nothing_s,
            Completeness.DANGLING: self.dangling_s,
            Completeness.COUNTING: self.counting_s,
            Completeness.OPEN: self.open_s,
            Completeness.CLOSED: self.closed_s,
        }[look]

    def _by_sound(
        self, wait_s: float, look: Completeness, finished: float, *, whole: bool
    ) -> float:
        if finished >= self.sounds_finished_at:
            return min(wait_s, self.finished_s) if look is Completeness.CLOSED else wait_s
        if whole:
            return wait_s
        wait_s *= self.doubt_factor
        if finished >= self.sounds_open_below:
            return wait_s
        # Words that are all, and a voice that is not: as after words that may be all.
        return max(wait_s, self.open_s if look is Completeness.CLOSED else self.goes_on_s)
