"""A question of the desk in other words: another of its own wordings. Pure.

Only questions that hold no name or other fact are put anew, so nothing is told a second time.
"""

from functools import lru_cache

from behavior.dialogue.wording import load_wording, read_clauses
from behavior.languages.tongue import LANGUAGES

_ENDS = ("?", "？")


def is_question(text: str) -> bool:
    """Whether the words end by asking something."""
    return text.rstrip(" \"'»”").endswith(_ENDS)


def in_other_words(said: str) -> tuple[str, str]:
    """Return another wording of the question at the end of `said`, and its language.

    Two empty words where it is none of the desk's, holds a fact, or has no other wording.
    """
    for question, (others, code) in _questions().items():
        if said.endswith(question):
            return others[0], code
    return "", ""


@lru_cache(maxsize=1)
def _questions() -> dict[str, tuple[tuple[str, ...], str]]:
    """Each question without a fact in it -> its other wordings, and its language; longest first."""
    found: dict[str, tuple[tuple[str, ...], str]] = {}
    for code in LANGUAGES:
        for key, lines in load_wording(code).lines.items():
            asked = [text for line in lines if (text := _asked(line))]
            for i, text in enumerate(asked):
                others = tuple(dict.fromkeys((*asked[i + 1 :], *asked[:i])))
                if key.startswith(_OPEN) and others and others[0] != text:
                    found.setdefault(text, (others, code))
    return dict(sorted(found.items(), key=lambda one: -len(one[0])))


_OPEN = ("meet.ask", "meet.wrong", "directions.which", "delivery.ask", "unclear", "more", "door")
"""What a visitor may need another wording of."""


def _asked(line: str) -> str:
    """The question at the end of a wording; empty where it asks none, or with a fact."""
    last = read_clauses(line)[-1].text
    return last if is_question(last) and "{" not in last else ""
