"""Where a line turns from one wish to the next without a word for it, or with one misheard.

`where is the toilet in what is the wifi password`: `in` was `and`. Each question word begins a new
piece; whether the pieces are wishes of their own is for the reader to judge. Pure.
"""

import re

from behavior.languages.sounds_like import plain
from behavior.languages.tongue import Tongue

_NOT_ALONE = re.compile(r"(?:can|could|do) you (?:see|look|tell|know)(?: it| that)?(?: from here)?")
"""Belongs to the wish before it: `is the hall free, can you see`."""


def finer(pieces: list[str], words: Tongue) -> list[str]:
    """Part each piece again before words with which a question or a wish begins."""
    begins, link = words.cue("begins_a_wish"), words.cue("link_misheard")
    found: list[str] = []
    for piece in pieces:
        began = opened = 0
        for match in begins.finditer(piece):
            if match.start() > opened + 1:  # `tell me where` begins once
                found.append(piece[began : match.start()])
                began = match.start()
            opened = match.end()
        found.append(piece[began:])
    parted: list[str] = []
    for text in (plain(link.sub("", one.strip())) for one in found):
        if parted and _NOT_ALONE.fullmatch(text):
            parted[-1] = f"{parted[-1]} {text}"
        elif text:
            parted.append(text)
    return parted
