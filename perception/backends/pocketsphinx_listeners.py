"""Whether a short voice fits what listeners say, or what those say who want the floor.

Two searches of some fifty phrases each beside the recogniser's own; both keep pace with the voice
and cost a thirtieth of a core each, for its first two seconds. Their acoustic scores stand on one
scale, so the difference per frame is a likelihood ratio of the sound alone.
"""

import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pocketsphinx

from perception.words.listeners import CLAIMS, LISTENS, grammar, words

_MOST_SAMPLES: Final = round(2.4 * 16_000)
"""A murmur's longest, the quiet before it and the pause behind it. A longer voice is none."""
_CATCH_UP: Final = 3
"""A voice that was read and goes on is heard again, so many pieces of sound for each new one: all
at once they would keep the recogniser's own words waiting."""
_OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "mm": ("M", "AH M"), "mhm": ("M HH M", "AH M HH AH M", "HH M HH M"), "hm": ("HH M",),
    "gotcha": ("G AA CH AH",),
}  # fmt: skip
_SCALE: Final = 1e3
_MOST: Final = 3.0


class ShortVoice:
    """One voice at a time; `start`, `feed`, and `listens` as often as asked."""

    def __init__(self, dictionary: Mapping[str, Sequence[str]]) -> None:
        """`dictionary`: readings of English words, as phones."""
        self._searches = [_search(phrases, dictionary) for phrases in (LISTENS, CLAIMS)]
        self._cepstra = self._searches[0].get_cmn(False)
        self._sound: list[bytes] = []
        self._size = self._heard = 0
        self._open = False

    def start(self) -> None:
        """Another voice."""
        self._end()
        self._sound.clear()
        self._size = 0
        self._begin()

    def feed(self, raw: bytes) -> None:
        """More of it: 16 bit, 16 kHz."""
        self._size += len(raw) // 2
        if self._size > _MOST_SAMPLES:
            self._end()
            self._sound.clear()
            return
        if not self._open:  # it was read and goes on
            self._begin()
        self._sound.append(raw)
        self._hear(self._sound[self._heard : self._heard + _CATCH_UP])

    def listens(self) -> float | None:
        """A thousandth of a nat a frame, -3..3: above 0 it fits what listeners say better.

        None: it is too long, or one of both was given up.
        """
        if not self._sound:
            return None
        if self._open:
            self._hear(self._sound[self._heard :])
        self._end()
        listens, claims = (_fit(search) for search in self._searches)
        if listens is None or claims is None:
            return None  # that one of them was given up early tells nothing, as measured
        return max(-_MOST, min(_MOST, _SCALE * (listens - claims)))

    def _begin(self) -> None:
        for search in self._searches:
            search.set_cmn(self._cepstra)
            search.start_utt()
        self._open, self._heard = True, 0

    def _hear(self, pieces: Sequence[bytes]) -> None:
        for search in self._searches:
            for raw in pieces:
                search.process_raw(raw, False, False)
        self._heard += len(pieces)

    def _end(self) -> None:
        if self._open:
            for search in self._searches:
                search.end_utt()
        self._open = False


def _fit(search: pocketsphinx.Decoder) -> float | None:
    """Logarithm of the sound's likelihood a frame, by the best of its phrases."""
    found = search.hyp()
    parts = list(search.seg()) if found is not None else []
    if not parts:
        return None
    whole = sum(math.log(part.ascore) for part in parts if part.ascore > 0)
    return float(whole) / (int(parts[-1].end_frame) + 1)


def _search(
    phrases: Sequence[str], dictionary: Mapping[str, Sequence[str]]
) -> pocketsphinx.Decoder:
    entries = []
    for word in words(phrases):
        for i, reading in enumerate(_OWN.get(word) or dictionary[word]):
            entries.append(f"{word}({i + 1}) {reading}" if i else f"{word} {reading}")
    with tempfile.TemporaryDirectory() as folder:
        lexicon, said = Path(folder, "said.dict"), Path(folder, "said.gram")
        lexicon.write_text("\n".join(entries) + "\n")
        said.write_text(grammar(phrases))
        return pocketsphinx.Decoder(
            lm=None, jsgf=str(said), dict=str(lexicon), fwdflat=False, bestpath=False,
            loglevel="FATAL",
        )  # fmt: skip
