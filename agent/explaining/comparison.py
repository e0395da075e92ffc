"""Decisions of two runs, paired and told: what is the same, what changed, what is gone or new."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agent.core.codec import encode
from agent.core.messages import Act, ActRefused, Duck, Message
from agent.recording import Recorded

_NEAR_S = 2.0
"""A decision that moved by more than this is another decision."""
_INCIDENTAL = {"at", "act", "because"}
"""Fields that may differ between two runs of the same decision."""


class Verdict(StrEnum):
    """How a decision of then compares with the decision of now."""

    SAME = "same"
    CHANGED = "changed"
    MISSING = "missing"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One decision, then and now."""

    verdict: Verdict
    then: Recorded | None
    now: Recorded | None

    @property
    def at(self) -> float:
        """When it was decided, seconds on the agent's axis."""
        one = self.then or self.now
        return one.seen_at if one is not None else 0.0


def compare(then: Sequence[Recorded], now: Sequence[Recorded]) -> list[Comparison]:
    """Pair the decisions of two runs: equal ones first, then those about the same thing."""
    found: list[Comparison] = []
    left, right = list(then), list(now)
    for verdict, likeness in ((Verdict.SAME, essence), (Verdict.CHANGED, about)):
        pairs = _pairs(left, right, likeness)
        found += [Comparison(verdict=verdict, then=left[i], now=right[j]) for i, j in pairs]
        gone, come = {i for i, _ in pairs}, {j for _, j in pairs}
        left = [one for i, one in enumerate(left) if i not in gone]
        right = [one for j, one in enumerate(right) if j not in come]
    found += [Comparison(verdict=Verdict.MISSING, then=one, now=None) for one in left]
    found += [Comparison(verdict=Verdict.NEW, then=None, now=one) for one in right]
    return sorted(found, key=lambda c: c.at)


def _pairs(
    left: Sequence[Recorded], right: Sequence[Recorded], likeness: Callable[[Message], str]
) -> list[tuple[int, int]]:
    """Indices of those that are alike and near in time, the nearest paired first."""
    alike: dict[str, list[int]] = {}
    for j, one in enumerate(right):
        alike.setdefault(likeness(one.message), []).append(j)
    candidates: list[tuple[float, int, int]] = []
    for i, one in enumerate(left):
        group = alike.get(likeness(one.message), [])
        first = bisect_left(group, one.seen_at - _NEAR_S, key=lambda j: right[j].seen_at)
        for j in group[first:]:
            if not is_near(right[j], one):
                break
            candidates.append((abs(right[j].seen_at - one.seen_at), i, j))
    pairs: list[tuple[int, int]] = []
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    for _, i, j in sorted(candidates):
        if i not in taken_left and j not in taken_right:
            taken_left.add(i)
            taken_right.add(j)
            pairs.append((i, j))
    return pairs


def is_near(a: Recorded, b: Recorded) -> bool:
    """Whether two decisions may be one that has moved."""
    return abs(a.seen_at - b.seen_at) <= _NEAR_S


def essence(message: Message) -> str:
    """What makes two decisions equal."""
    return repr(sorted(_flat(encode(message)).items()))


def about(message: Message) -> str:
    """What makes two decisions about the same thing."""
    if isinstance(message, Act) and message.in_reply_to is not None:
        return f"Act in reply to {message.in_reply_to}"
    policy = getattr(getattr(message, "reason", None), "policy", "")
    return f"{type(message).__name__} {policy}"


def _flat(value: Any, path: str = "") -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A JSON value as dotted names and plain values, without what is incidental."""
    if isinstance(value, dict):
        items: Iterable[tuple[object, Any]] = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return {path: value}
    flat: dict[str, Any] = {}
    for key, item in items:
        if key not in _INCIDENTAL:
            flat |= _flat(item, f"{path}.{key}" if path else str(key))
    return flat


def told(comparisons: Sequence[Comparison], *, start: float, everything: bool = False) -> str:
    """The comparison for people: differences (or all), and the sum."""
    lines = []
    for c in comparisons:
        if c.verdict is Verdict.SAME and not everything:
            continue
        one = c.then or c.now
        if one is not None:
            lines.append(f"{c.at - start:9.2f} s  {c.verdict:8} {brief(one.message)}")
        lines += [f"{'':13}{line}" for line in _details(c)]
    counts = Counter(c.verdict for c in comparisons)
    lines.append(", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict))
    return "\n".join(lines)


def _details(c: Comparison) -> list[str]:
    """What differs and why, one line each."""
    if c.then is None or c.now is None:
        one = c.then or c.now
        because = getattr(getattr(one.message, "reason", None), "because", "") if one else ""
        return [f"because {because}"] if because else []
    lines = []
    moved_s = c.now.seen_at - c.then.seen_at
    if abs(moved_s) > 0.05:
        lines.append(f"{abs(moved_s):.2f} s {'later' if moved_s > 0 else 'earlier'} now")
    if c.verdict is Verdict.CHANGED:
        then, now = _flat(encode(c.then.message)), _flat(encode(c.now.message))
        for key in sorted(then.keys() | now.keys()):
            if then.get(key) != now.get(key):
                lines.append(f"{key}: {then.get(key)!r} -> {now.get(key)!r}")
        reasons = [getattr(o.message, "reason", None) for o in (c.then, c.now)]
        lines += [
            f"because, {when}: {reason.because}"
            for when, reason in zip(("then", "now"), reasons, strict=True)
            if reason is not None
        ]
    return lines


def brief(message: Message) -> str:
    """A decision in a few words."""
    kind = type(message).__name__
    policy = getattr(getattr(message, "reason", None), "policy", "")
    match message:
        case Act(clauses=clauses, gestures=gestures):
            said = " ".join(clause.text for clause in clauses)
            cues = [g for clause in clauses for g in clause.gestures] + list(gestures)
            signs = ", ".join(g.lexeme or g.meaning or "" for g in cues)
            parts = [f'"{said}"' if said else "", f"({signs})" if signs else ""]
            return " ".join(part for part in (kind, policy, *parts) if part)
        case Duck(gain=gain):
            return f"{kind} to {gain:g} {policy}"
        case ActRefused(by=by):
            return f"{kind} {policy} by {by}"
    return f"{kind} {policy}".strip()
