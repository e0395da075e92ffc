"""People as they came: alone or together, for help or for nothing, and how they fared."""

import math
from collections.abc import Iterable, Sequence

from agent.lab.outcomes import DayResult, Visit


def everybody(days: Iterable[DayResult]) -> list[Visit]:
    """All visits of all days."""
    return [visit for day in days for visit in day.visits]


def parties(visits: Iterable[Visit]) -> list[list[Visit]]:
    """Those who came together, together. Of one day only: groups are numbered by the day."""
    together: dict[tuple[str, int], list[Visit]] = {}
    for one in visits:
        key = ("group", one.group) if one.group else ("alone", one.person)
        together.setdefault(key, []).append(one)
    return list(together.values())


def wanting(days: Iterable[DayResult]) -> list[list[Visit]]:
    """Parties of whom somebody wanted help."""
    found = [party for day in days for party in parties(day.visits)]
    return [party for party in found if any(one.wants_help for one in party)]


def missed(party: Sequence[Visit]) -> bool:
    """Nobody of them heard a word, although they wanted help."""
    return all(one.word_at is None and one.served_at is None for one in party)


def served(party: Sequence[Visit]) -> bool:
    """Somebody of them got what they came for."""
    return any(one.served_at is not None for one in party)


def idle(days: Iterable[DayResult]) -> list[list[Visit]]:
    """Parties of whom nobody wanted anything."""
    found = [party for day in days for party in parties(day.visits)]
    return [party for party in found if not any(one.wants_help for one in party)]


def passes(party: Sequence[Visit]) -> bool:
    """Went by: none of them stood before the agent looking at it."""
    return all(one.passes for one in party)


def spoken_to(party: Sequence[Visit]) -> bool:
    """Somebody of them was spoken to before saying a word."""
    return any(one.spoken_to_unasked for one in party)


def lead_s(party: Sequence[Visit]) -> float | None:
    """How long before they stood or spoke the first sign to any of them came; None: never stood."""
    came = [one.came_at for one in party if one.came_at is not None]
    if not came:
        return None
    signs = [one.sign_at for one in party if one.sign_at is not None]
    words = [one.word_at for one in party if one.word_at is not None]
    first = min([*signs, *words], default=math.inf)
    return min(came) - first


def wait_s(party: Sequence[Visit]) -> float | None:
    """From standing before the agent, or speaking, to its first word; None: never both."""
    came = [one.came_at for one in party if one.came_at is not None]
    words = [one.word_at for one in party if one.word_at is not None]
    return max(0.0, min(words) - min(came)) if came and words else None
