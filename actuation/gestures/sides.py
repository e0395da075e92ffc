"""Where a gesture goes: the side that words name, and the true place that it points at. Pure."""

from actuation.joints.rotations import stage_from_room
from actuation.joints.skeleton import Skeleton
from agent.core.messages import Place

_POINTED_HEIGHT_M = 1.2
"""Doors and counters are pointed at about here, metres above the floor."""
_SIDES = {"left", "right", "left-hand", "right-hand"}
_NO_SIDE_BEFORE = {"all", "is", "that's", "are"}
_NO_SIDE_AFTER = {"behind", "here", "away", "now", "there"}


def named_side(text: str, word: int | None) -> str | None:
    """The hand that words such as `on my left` near `word` ask for; none if they do not.

    A visitor stands opposite: their left, which is meant unless it is said, is the right hand.
    """
    words = [w.strip(".,;:!?").lower() for w in text.split()]
    for i in range(max(0, (word or 0) - 2), min(len(words), (word or 0) + 8)):
        before = words[i - 1] if i else ""
        after = words[i + 1] if i + 1 < len(words) else ""
        if words[i] not in _SIDES or before in _NO_SIDE_BEFORE or after in _NO_SIDE_AFTER:
            continue
        own = "left" if words[i].startswith("left") else "right"
        if before == "my":
            return own
        return "right" if own == "left" else "left"
    return None


def spot_of(toward: Place) -> tuple[float, float, float]:
    """The point that is pointed at, in the model frame, metres."""
    return stage_from_room(toward.x_m, toward.y_m, _POINTED_HEIGHT_M)


def direction_of(toward: Place, skeleton: Skeleton) -> tuple[float, float, float]:
    """Unit direction in the model frame from the shoulders to a place in the room."""
    left, height, forward = spot_of(toward)
    up = height - float(skeleton.shoulder_centre[1])
    length = max((left**2 + up**2 + forward**2) ** 0.5, 1e-6)
    return left / length, up / length, forward / length
