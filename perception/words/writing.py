"""Words as people write them: for a recogniser that has learned from writing. Pure.

`where is doctor tanaka` becomes `Where is Dr. Tanaka?`.
"""

from collections.abc import Sequence
from typing import Final

from perception.words.site_language import SiteLanguage, spoken

_WRITTEN: Final = {
    "i": "I", "i'm": "I'm", "i've": "I've", "i'd": "I'd", "i'll": "I'll", "wifi": "Wi-fi",
    "mister": "Mr.", "missus": "Mrs.", "doctor": "Dr.", "okay": "Okay",
}  # fmt: skip
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
