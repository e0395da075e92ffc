"""Whether a line says that an AI speaks, in any of the languages served."""

import re

_NAMES_ITSELF = re.compile(
    r"(?<![a-zà-ÿ])(a\.?i\.?|k\.?i\.?|i\.?a\.?|artificial\w*|artificielle|künstlich\w*"
    r"|robot\w*|computer|machine|virtual\w*|automat\w+|bot)(?![a-zà-ÿ])|人工智能|机器人"
)


def names_itself(line: str) -> bool:
    """The line says that it comes from an AI, a robot or a machine."""
    return _NAMES_ITSELF.search(line.lower()) is not None
