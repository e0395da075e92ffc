"""Which of the faces there are comes nearest to an instruction in words, and how strongly.

For bodies that know faces by name only, such as a robot's antennas. The words themselves travel in
`Clause.manner`, and a character wears what they say.
"""

import re
from functools import lru_cache
from importlib import resources

import yaml

from agent.core.messages import Expression

_USUAL, _LITTLE, _MUCH = 0.6, 0.35, 0.9
_WEAK = re.compile(r"\b(?:slight\w*|a little|a bit|mild\w*|faint\w*|hint|subtl\w*|somewhat)\b")
_STRONG = re.compile(r"\b(?:very|deep\w*|strong\w*|great\w*|clearly|truly|big|broad)\b")
_NOT = re.compile(r"\b(?:not|no|without|never|less)\s+(?:too |so |very |any )*$")


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[Expression, re.Pattern[str]], ...]:
    text = resources.files("behavior.model").joinpath("face_words.yaml").read_text(encoding="utf-8")
    rows: dict[str, list[str]] = yaml.safe_load(text)
    return tuple((Expression(name), _any_of(words)) for name, words in rows.items())


def _any_of(words: list[str]) -> re.Pattern[str]:
    forms = (re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in words)
    return re.compile(rf"\b(?:{'|'.join(forms)})\b")


def nearest_face(instruction: str) -> tuple[Expression, float] | None:
    """The face and its strength, 0..1; None: nothing in the words is known.

    What is named first counts; what is named with `not` in front does not.
    """
    line = instruction.lower()
    found = [
        (match.start(), rank, face)
        for rank, (face, words) in enumerate(_table())
        for match in words.finditer(line)
        if not _NOT.search(line[: match.start()])
    ]
    if not found:
        return None
    strength = _LITTLE if _WEAK.search(line) else _MUCH if _STRONG.search(line) else _USUAL
    return min(found)[2], strength
