"""The reader of lips looks at the same sentences from each side, in one camera and one light."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.vrm_file import read_character
from actuation.generators.lip_reader import LipReader
from actuation.generators.lip_reader_camera import CHARACTER, STRAIGHT, MouthCamera, View
from actuation.generators.lip_reader_corpus import EVERY
from actuation.generators.lip_reader_verdict import (
    SaidWord,
    Verdict,
    closed_set,
    judged,
    words_of,
)
from actuation.generators.metrics.visemes import visemes_of
from actuation.rehearsal import LEAD_IN_S
from agent.bench.face_takes import Take

Floats = NDArray[np.float64]


@dataclass
class LipTest:
    """Sentences with their words, and what was read from somebody's lips for each."""

    reader: LipReader
    takes: Sequence[Take]
    """The lips to read; the others' are for the same sentences in the same order."""
    view: View = STRAIGHT
    camera: MouthCamera = field(default_factory=lambda: MouthCamera(read_character(CHARACTER)))

    def __post_init__(self) -> None:
        self._words = [words_of(take.speech, LEAD_IN_S) for take in self.takes]
        self._closed: dict[str, dict[str, tuple[int, ...]]] = {}
        for voice in {take.speech.voice for take in self.takes}:
            said = [
                word
                for take, words in zip(self.takes, self._words, strict=True)
                if take.speech.voice == voice
                for word in words
            ]
            self._closed[voice] = closed_set(said)
        self.seen = [self.look(take) for take in self.takes]

    def look(self, take: Take) -> Floats:
        """(n, visemes) log probabilities of what the lips of `take` show, 30 a second."""
        return self.reader.read(self.camera.pictures(take.faces[::EVERY], self.view))

    def verdict(self, seen: Sequence[Floats], *, later_s: float = 0.0) -> Verdict:
        """Judge what was seen, in the order of the takes; `later_s`: lips come so much later."""
        total = Verdict()
        for number, lips in enumerate(seen):
            total += self.of_one(number, lips, later_s=later_s)
        return total

    def of_one(self, number: int, lips: Floats, *, later_s: float = 0.0) -> Verdict:
        """Judge what was seen beside one sentence. Lips that end early stay as they are then."""
        take = self.takes[number]
        times = take.times[::EVERY]
        lips = np.concatenate([lips, np.repeat(lips[-1:], max(len(times) - len(lips), 0), axis=0)])
        words: list[SaidWord] = self._words[number]
        return judged(
            lips[: len(times)],
            times + later_s,
            take.phones,
            words,
            self._closed[take.speech.voice],
            self.reader.card.prior,
        )

    def frozen(self) -> list[Floats]:
        """What is seen of lips that stay as they are in the middle of each sentence."""
        stills = [t.moved_by(np.repeat(t.faces[[len(t.faces) // 2]], len(t.faces), axis=0))
                  for t in self.takes]  # fmt: skip
        return [self.look(take) for take in stills]

    def of_another(self) -> list[Floats]:
        """What is seen when the lips say the next sentence."""
        return [self.seen[(i + 1) % len(self.seen)] for i in range(len(self.seen))]

    @property
    def viseme_chance(self) -> float:
        """What one gets who always says the most frequent viseme."""
        names = [v.name for t in self.takes for v in visemes_of(t.phones) if v.name != "sil"]
        return max(names.count(name) for name in set(names)) / len(names)

    @property
    def word_chance(self) -> float:
        """One of the closed set."""
        return 1 / min(len(words) for words in self._closed.values())

    @property
    def words_to_choose(self) -> int:
        """How large the closed set is."""
        return min(len(words) for words in self._closed.values())
