"""Words as people write them, and back: for a recogniser that has learned from writing. Pure.

`where is doctor tanaka` becomes `Where is Dr. Tanaka?`, and `Some one is in the rest room.` becomes
`someone is in the restroom` where that is what the site's own sentences say.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from perception.words.site_language import SiteLanguage, sentences, spoken

_WRITTEN: Final = {
    "i": "I", "i'm": "I'm", "i've": "I've", "i'd": "I'd", "i'll": "I'll", "wifi": "Wi-fi",
    "mister": "Mr.", "missus": "Mrs.", "doctor": "Dr.", "okay": "Okay",
}  # fmt: skip
_FORMS: Final = 30
"""Of each general phrase, so many are known."""
_ASKS: Final = frozenset(
    (
        *("where", "what", "who", "whom", "whose", "how", "when", "why", "which"),
        *("is", "are", "am", "can", "could", "do", "does", "did", "may", "will", "would"),
    )
)


class Writing:
    """How the names of one site are written, and everything else."""

    def __init__(self, site: SiteLanguage) -> None:
        """`site`: its names and rooms, as people write them."""
        self._written: dict[tuple[str, ...], str] = {
            (word,): written for word, written in _WRITTEN.items()
        }
        for name in site.names:
            for part in name.split():
                self._written.setdefault(tuple(spoken(part).split()), part)
        for text in (*site.rooms, *site.company, *site.names):
            if said := tuple(spoken(text).split()):
                self._written[said] = text
        self._longest = max(map(len, self._written))
        said_here = [said.split() for said, _ in sentences(site, forms=_FORMS)]
        self._words = {word for words in said_here for word in words}
        self._pairs = {pair for words in said_here for pair in pairwise(words)}

    def words(self, text: str) -> tuple[str, ...]:
        """What was written, as it is spoken; two words are one where they are that here."""
        joined: list[str] = []
        for word in spoken(text).split():
            one = joined[-1] + word if joined else ""
            if one in self._words and (joined[-1], word) not in self._pairs:
                joined[-1] = one
            else:
                joined.append(word)
        return tuple(joined)

    def sentence(self, words: Sequence[str]) -> str:
        """One sentence, with capitals and its last sign; empty of no words."""
        parts: list[str] = []
        at = 0
        while at < len(words):
            sizes = range(self._longest, 0, -1)
            size = next((n for n in sizes if tuple(words[at : at + n]) in self._written), 0)
            parts.append(self._written[tuple(words[at : at + size])] if size else words[at])
            at += size or 1
        text = " ".join(parts)
        sign = "?" if words and words[0] in _ASKS else "."
        return text[:1].upper() + text[1:] + sign if text else ""
