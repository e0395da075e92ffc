"""Labelled frames as arrays to learn from. Pure; no torch."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from behavior.proactive.acts import ActPattern
from behavior.proactive.cues import COLUMNS, CUES, Vector
from behavior.proactive.labels import UNKNOWN, YES, Labelled
from behavior.proactive.model import Batch
from behavior.proactive.windows import Window, WindowConfig, assemble

Episode = Sequence[Labelled]
"""Frames that follow each other."""
Place = tuple[int, int]
"""Which episode, and the frame that ends the window."""
_HELD_OUT_EVERY = 6


@dataclass(frozen=True, slots=True)
class Examples:
    """Windows and what was right at each of their frames."""

    batch: Batch
    now: NDArray[np.int8]
    """(batch, frames): YES, NO or UNKNOWN"""
    whom: NDArray[np.int8]
    """(batch, frames, people)"""
    suit: NDArray[np.int16]
    """(batch, frames, people): number of the set of purposes that would do; -1: none"""


class Collection:
    """All windows of some episodes, drawn so that moments to act are not too rare."""

    def __init__(self, episodes: Sequence[Episode], config: WindowConfig) -> None:
        self.episodes, self.config = episodes, config
        self.suits: list[frozenset[str]] = []
        self._suit_number: dict[frozenset[str], int] = {}
        self._yes: dict[int, list[Place]] = {}
        self._no: dict[int, list[Place]] = {}
        for e, episode in enumerate(episodes):
            for i, one in enumerate(episode):
                if one.frame.people and one.label.act_now != UNKNOWN:
                    side = self._yes if one.label.act_now == YES else self._no
                    side.setdefault(len(one.frame.people), []).append((e, i))

    def __len__(self) -> int:
        return sum(len(v) for side in (self._yes, self._no) for v in side.values())

    @property
    def moments_to_act(self) -> int:
        """Frames at which acting was right."""
        return sum(map(len, self._yes.values()))

    def draw(self, count: int, yes_share: float, rng: random.Random) -> Examples:
        """`count` windows of about the same number of people."""
        crowd = self._crowd(rng)
        places = []
        for _ in range(count):
            side = self._yes if rng.random() < yes_share and self._yes else self._no or self._yes
            known = [n for n in crowd if n in side] or list(side)
            n = rng.choices(known, [len(side[n]) for n in known])[0]
            places.append(rng.choice(side[n]))
        return self.take(places)

    def _crowd(self, rng: random.Random) -> tuple[int, ...]:
        sizes = {n: len(self._yes.get(n, ())) + len(self._no.get(n, ())) for n in range(1, 17)}
        n = rng.choices(list(sizes), list(sizes.values()))[0]
        return (1, 2) if n <= 2 else (3, 4) if n <= 4 else tuple(range(5, 17))

    def places(self, stride: int) -> list[Place]:
        """Every `stride`-th window, in order."""
        found = sorted(p for side in (self._yes, self._no) for v in side.values() for p in v)
        return found[::stride]

    def take(self, places: Sequence[Place]) -> Examples:
        """The windows that end at these places."""
        frames = self.config.frames
        cut = [self.episodes[e][max(0, i - frames + 1) : i + 1] for e, i in places]
        windows = [window_of(piece, self.config) for piece in cut]
        batch = Batch.of(windows)
        now = np.full((len(cut), frames), UNKNOWN, np.int8)
        whom = np.full((len(cut), frames, batch.columns), UNKNOWN, np.int8)
        suit = np.full(whom.shape, -1, np.int16)
        for b, (piece, window) in enumerate(zip(cut, windows, strict=True)):
            column = {who: c for c, who in enumerate(window.people)}
            first = frames - int(window.lived.sum())
            for row, one in enumerate(piece[len(piece) - (frames - first) :], first):
                now[b, row] = one.label.act_now
                for who, yes, purposes in zip(
                    one.frame.people, one.label.whom, one.label.suited, strict=True
                ):
                    if (c := column.get(who)) is not None:
                        whom[b, row, c] = yes
                        suit[b, row, c] = self._suit(purposes)
        return Examples(batch, now, whom, suit)

    def _suit(self, purposes: frozenset[str]) -> int:
        if not purposes:
            return -1
        if purposes not in self._suit_number:
            self._suit_number[purposes] = len(self.suits)
            self.suits.append(purposes)
        return self._suit_number[purposes]


def window_of(piece: Episode, config: WindowConfig) -> Window:
    """The window that ends with the last frame; a gap in time cuts off what lies before it."""
    frames = [one.frame for one in piece]
    for i in range(len(frames) - 1, 0, -1):
        if frames[i].at - frames[i - 1].at > config.frames * config.frame_s:
            frames = frames[i:]
            break
    return assemble(frames, config)


def blind(tokens: Vector, share: float, rng: np.random.Generator) -> Vector:
    """Make one or two cues unknown in a share of the windows (in place): they do go missing."""
    groups = tuple(COLUMNS.values())
    for one in tokens:
        if rng.random() < share:
            for g in rng.choice(len(groups), rng.integers(1, 3), replace=False):
                for i in groups[g]:
                    one[..., i] = 0.0
                    one[..., len(CUES) + i] = 0.0
    return tokens


def held_out_sayings(patterns: Sequence[ActPattern]) -> frozenset[str]:
    """Words that training never sees, to show that a new act needs none."""
    said = sorted({(p.purpose, p.say) for p in patterns if p.say})
    return frozenset(f"{purpose}\n{say}" for purpose, say in said[::_HELD_OUT_EVERY])


def is_held_out(pattern: ActPattern, held_out: frozenset[str]) -> bool:
    """Whether training left this act out."""
    return f"{pattern.purpose}\n{pattern.say}" in held_out


def suits_matrix(
    suits: Sequence[frozenset[str]], patterns: Sequence[ActPattern]
) -> NDArray[np.bool_]:
    """(suits, acts): whether an act is for one of the purposes."""
    return np.array([[p.purpose in suit for p in patterns] for suit in suits], np.bool_).reshape(
        len(suits), len(patterns)
    )
