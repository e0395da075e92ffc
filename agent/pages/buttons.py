"""The buttons of the pages: which there are, and which anybody may press."""

import re
from typing import Final

VISITOR_BUTTONS: Final = frozenset({"help", "start", "forget", "emergency"})
"""Anybody may stop a machine that moves; only an operator lets it move again."""
OPERATOR_BUTTONS: Final = VISITOR_BUTTONS | {"stop", "reload", "staff", "release", "next"}
"""`next` calls the next number of the first queue; `next_KEY`, that of the service KEY."""


def is_button(name: str) -> bool:
    """Whether an operator can press it."""
    known = name in OPERATOR_BUTTONS or chooses_language(name)
    return known or re.fullmatch(r"next_[a-z_]{1,27}", name) is not None


def chooses_language(name: str) -> bool:
    """Whether it is a visitor's choice of a language: `language_de`."""
    return re.fullmatch(r"language_[a-z]{2,3}", name) is not None
