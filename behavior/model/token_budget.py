"""How long a prompt is in tokens, and what is left out of it to keep within bounds. Pure.

A server that has a tokenizer is asked; for others there is an estimate that rather says too much.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Chat = Sequence[Mapping[str, str]]
"""Messages of a chat: `role` and `content`."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How long a prompt is."""

    tokens: int
    by: str
    """`server`, or `estimate`, which rather says too much."""


_PIECES = re.compile(r"[A-Za-z]+|[0-9]|[^\x00-\x7f]|[^\sA-Za-z0-9]|\n+| {2,}")
_SHORT, _LETTERS_OF_SHORT, _LETTERS_OF_LONG = 7, 3.5, 2.4
"""Common words are one token or two; long and foreign ones come apart into small pieces."""
_MESSAGE, _CHAT = 8, 8
"""What a chat template puts around a message, and around all of them."""


def estimate(text: str) -> int:
    """Tokens of a text, rather too many: words in pieces of a few letters, each digit and sign.

    A letter outside of ASCII counts as two, as in tokenizers made for English.
    """
    total = 0.0
    for piece in _PIECES.findall(text):
        if piece[0].isascii() and piece[0].isalpha():
            letters = _LETTERS_OF_SHORT if len(piece) <= _SHORT else _LETTERS_OF_LONG
            total += math.ceil(len(piece) / letters)
        else:
            total += 1 if piece[0].isascii() else 2
    return math.ceil(total)


def estimate_chat(chat: Chat) -> int:
    """Tokens of a whole chat, rather too many."""
    return _CHAT + sum(estimate_message(one["content"]) for one in chat)


def estimate_message(text: str) -> int:
    """Tokens of a message with what a template puts around it, rather too many."""
    return _MESSAGE + estimate(text)
