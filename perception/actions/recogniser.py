"""Which of the described actions somebody does, sight by sight. Pure; one recogniser a person.

An action is told when its sentence has fitted best, and well enough, for a few sights in a row;
it is told once until it is over. What is missing of body, hands or head is left out of the
question. Nothing fits: nothing is told.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from agent.core.errors import BadInputError
from perception.actions.figure import INDEXES, SHOULDERS, WRISTS, Figure, Sight
from perception.actions.judge import Weights
from perception.actions.sentences import Sentence, Truths, ask, read

FILE: Final = Path(__file__).with_name("visitor_actions.yaml")
TOLD_FROM: Final = 0.6
"""Of a sentence whose phrases are measured."""
JUDGED_FROM: Final = 0.5
"""Of one whose phrases are judged, too; what is doubtful is then less than half true."""
ROW_S: Final = 0.35
OVER_S: Final = 0.8
ASK_EVERY_S: Final = 0.19
"""All sentences cost some 5 ms; people do not act more often."""
POINTS: Final = "point"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSeen:
    """Somebody does something. `at`: since when."""

    at: float
    action: str
    fits: float
    """How well the sentence fits, 0..1."""
    hand: str
    """`left` or `right`, the person's own; of an action without hands it says nothing."""
    because: tuple[str, ...]
    """Each clause, and how true it is: `above the elbow 0.9`."""
    toward: tuple[float, float] | None = None
    """Of pointing: left of and above where the chest faces, radians."""


@cache
def own_actions() -> Mapping[str, Sentence]:
    """Those that ship."""
    return read_actions(FILE)


def read_actions(path: Path) -> dict[str, Sentence]:
    """Names and sentences of a YAML file. Raises `BadInputError` with file, name and cure."""
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise BadInputError(f"{path}: cannot be read ({fault})") from None
    if not isinstance(tree, dict) or not tree:
        raise BadInputError(f"{path}: must be lines `name: sentence`")
    for name, text in tree.items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise BadInputError(f"{path}: {name}: must be a name and a sentence")
    return {name: read(text, f"{path}: {name}") for name, text in tree.items()}


class ActionRecogniser:
    """Of one person."""

    def __init__(self, actions: Mapping[str, Sentence], weights: Weights | None = None) -> None:
        """`weights`: who judges phrases where no body is seen; None: they are only measured."""
        self._actions, self._weights = actions, weights
        self._figure = Figure()
        self._best = ""
        self._since = 0.0
        self._told = ""
        self._last_fit = self._asked_at = -math.inf
        self._parts: dict[str, float] = {}

    def take(self, sight: Sight) -> ActionSeen | None:
        """One more sight; an action when one has just become clear."""
        self._figure.take(sight)
        self._note(sight)
        if sight.at - self._asked_at < ASK_EVERY_S:
            return None
        self._asked_at = sight.at
        seen = self._seen(sight.at)
        # Where a body is seen it is best measured; without one, the rest has to tell of it.
        judge = None if "body" in seen else self._weights
        truths = Truths(self._figure, seen, judge)
        answers = {name: ask(sentence, truths) for name, sentence in self._actions.items()}
        told = {name: one for name, one in answers.items() if math.isfinite(one.fits)}
        best = max(told, key=lambda name: told[name].fits, default="")
        if not best or told[best].fits < (TOLD_FROM if judge is None else JUDGED_FROM):
            self._best = ""
            if sight.at - self._last_fit > OVER_S:
                self._told = ""
            return None
        if best != self._best:
            self._best, self._since = best, sight.at
        if best == self._told:
            self._last_fit = sight.at
            return None
        if sight.at - self._since < ROW_S:
            return None
        self._told, self._last_fit = best, sight.at
        answer = told[best]
        return ActionSeen(
            at=self._since, action=best, fits=answer.fits,
            hand=("left", "right")[answer.hand],
            because=tuple(f"{p} {v:.1f}" for p, v in answer.why if math.isfinite(v)),
            toward=self._toward(answer.hand) if best == POINTS else None,
        )  # fmt: skip

    def _note(self, sight: Sight) -> None:
        if sight.body is not None:
            self._parts["body"] = sight.at
        if any(hand is not None for hand in sight.hands):
            self._parts["hands"] = sight.at
        if sight.head is not None or sight.body is not None:
            self._parts["head"] = sight.at

    def _seen(self, at: float) -> frozenset[str]:
        return frozenset(part for part, last in self._parts.items() if at - last < 1.0)

    def _toward(self, hand: int) -> tuple[float, float] | None:
        """From the shoulder along the arm, in the body's own frame."""
        points = self._figure.now[-1].points
        way = (points[WRISTS[hand]] + points[INDEXES[hand]]) / 2 - points[SHOULDERS[hand]]
        level = math.hypot(float(way[0]), float(way[2]))
        if not math.isfinite(level) or level < 1e-6:
            return None
        return math.atan2(float(way[0]), float(way[2])), math.atan2(float(way[1]), level)
