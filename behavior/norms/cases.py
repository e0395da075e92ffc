"""What norms have changed or refused in this run: for the log, and as past cases to go by.

A case holds no words of anyone, only the kind of moment, the policy and the norm.
"""

import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.core.messages import Act, ActRefused, Message, Reason
from behavior.norms.moment import moment
from behavior.norms.norm import Judgement
from behavior.situation.state import Situation
from behavior.wishes import Wish

log = logging.getLogger(__name__)

_KEPT = 64
_BY_NORM = "norm:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One decision in which a norm had a say."""

    at: float
    moment: str
    """The kind of moment and what was wished, without words of anyone."""
    norms: tuple[str, ...]
    refused: bool

    @property
    def told(self) -> str:
        """As one sentence."""
        what = "It was not done" if self.refused else "It was done otherwise"
        return f"{self.moment} {what}: {', '.join(self.norms)}."


class Cases:
    """The last of them; of equal ones the newest."""

    def __init__(self) -> None:
        self._kept: deque[Case] = deque(maxlen=_KEPT)

    def __iter__(self) -> Iterator[Case]:
        return iter(tuple(self._kept))

    def note(self, situation: Situation, wish: Wish, judgement: Judgement) -> None:
        """Keep it if a norm softened, changed or refused the wish."""
        refused, after = judgement.refused, judgement.wish
        if refused is not None:
            norms = refused.reason.norms
        elif after is not None and replace(after.act, reason=wish.act.reason) != wish.act:
            norms = after.act.reason.norms
        else:
            return
        case = Case(
            at=situation.now,
            moment=moment(situation, wish),
            norms=norms,
            refused=refused is not None,
        )
        for same in [one for one in self._kept if one.told == case.told]:
            self._kept.remove(same)
        self._kept.append(case)


def log_norms(decided: Message) -> None:
    """Log the norms behind a decision, where there are any. Words are personal."""
    match decided:
        case ActRefused() if decided.by.startswith(_BY_NORM):
            norm, why = decided.by.removeprefix(_BY_NORM), decided.facts.get("why", "")
            extra = {"norms": norm, "why": why, **_reason(decided.reason)}
            log.info("a norm refused an act", extra=extra)
        case Act() if decided.reason.norms:
            norms = ", ".join(decided.reason.norms)
            extra = {"norms": norms, "why": "", **_reason(decided.reason)}
            log.info("a norm changed an act", extra=extra)


def _reason(reason: Reason) -> dict[str, str]:
    return {"policy": reason.policy, "pii_because": reason.because}
