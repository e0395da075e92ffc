"""Why the model wants to act, in plain words.

Each cue of plain speech (coming, looking, standing ...) is made unknown in turn, and the model is
asked again: the cues without which it would be least sure drove it. Then the window itself is read
for what to say of them, so that a sentence never claims what was not seen.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from behavior.proactive.cues import CUES, GROUPS, Vector, without
from behavior.proactive.model import Model
from behavior.proactive.windows import Window

_PLACE = {cue.name: i for i, cue in enumerate(CUES)}
_WORTH_TELLING = 0.02
"""Change in probability below which a cue is not named."""


def drivers(model: Model, window: Window, person: int) -> list[tuple[str, float]]:
    """Cues and how much less sure the model is without each, the strongest first.

    `person` is a column of the window; all cues of that person are tried, in one batch.
    """
    views = [window]
    for group in GROUPS:
        tokens = window.tokens.copy()
        tokens[:, person] = without(tokens[:, person], group)
        views.append(replace(window, tokens=tokens))
    sure = [_odds(a.act_now) + _odds(float(a.whom[person])) for a in model.answers(views)]
    drops = [(group, sure[0] - value) for group, value in zip(GROUPS, sure[1:], strict=True)]
    return sorted(((g, d) for g, d in drops if d > _WORTH_TELLING), key=lambda pair: -pair[1])


def told(window: Window, person: int, groups: Sequence[str], most: int = 2) -> str:
    """One plain phrase about the `most` first groups that something can be said of."""
    track = window.tokens[window.seen[:, person], person]
    said: list[str] = []
    for group in groups:
        say = _SAYINGS.get(group)
        phrase = say(track) if say is not None and len(track) else ""
        if phrase and phrase not in said:
            said.append(phrase)
        if len(said) == most:
            break
    return " and ".join(said) or "is in view"


def _odds(probability: float) -> float:
    p = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(p / (1.0 - p))


def _known(track: Vector, name: str) -> Vector:
    """The values of a cue in the frames in which it is known."""
    i = _PLACE[name]
    return np.asarray(track[track[:, len(CUES) + i] > 0.5, i], np.float32)


def _last(track: Vector, name: str) -> float | None:
    known = _known(track, name)
    return float(known[-1]) if len(known) else None


def _coming(track: Vector) -> str:
    metres = _known(track, "distance") * 5.0
    nearer = float(metres[0] - metres[-1]) if len(metres) else 0.0
    if nearer >= 0.3:
        return f"has come {nearer:.1f} m nearer"
    closing = _last(track, "approach")
    return "is coming" if closing is not None and closing > 0.25 else ""


def _place(track: Vector) -> str:
    metres = _last(track, "distance")
    return "" if metres is None else f"is {5.0 * metres:.1f} m away"


def _looking(track: Vector) -> str:
    looks = _known(track, "looks")
    if len(looks):
        return "looks here" if looks.mean() >= 0.5 else "looks elsewhere"
    yaw = _known(track, "yaw")
    if len(yaw):
        return "has the head turned here" if abs(float(yaw[-1])) < 0.45 else "looks elsewhere"
    return ""


def _facing(track: Vector) -> str:
    angle = _last(track, "facing")
    if angle is None:
        return ""
    return "faces here" if angle * math.pi < 0.7 else "is turned elsewhere"


def _pace(track: Vector) -> str:
    speed = _last(track, "speed")
    if speed is None:
        return ""
    if speed <= 0.3:
        return "stands still"
    return "walks slowly" if speed < 0.8 else "walks fast" if speed > 1.5 else "walks"


def _hand(track: Vector) -> str:
    return "raises a hand" if (_last(track, "hand") or 0.0) > 0.5 else ""


def _speaking(track: Vector) -> str:
    if (_last(track, "speaks") or 0.0) > 0.5:
        return "speaks"
    return "has the mouth open" if (_last(track, "mouth") or 0.0) > 0.3 else ""


def _height(track: Vector) -> str:
    height = _last(track, "height")
    return "" if height is None else f"has the eyes at {height + 1.5:.1f} m"


def _stay(track: Vector) -> str:
    stay = _last(track, "in_view")
    if stay is None:
        return ""
    seconds = 10.0 * math.atanh(min(stay, 0.999))
    return f"has been in view for {seconds:.0f} s" if seconds >= 1.0 else "has just come in"


def _company(track: Vector) -> str:
    company = _last(track, "company")
    return "" if company is None else "is with others" if company > 0 else "is alone"


def _engagement(track: Vector) -> str:
    for name, say in (
        ("is_approaching", "is approaching"),
        ("is_attending", "attends"),
        ("is_engaged", "is engaged"),
    ):
        if (_last(track, name) or 0.0) > 0.5:
            return say
    return ""


def _history(track: Vector) -> str:
    if (_last(track, "was_refused") or 0.0) > 0:
        return "declined before"
    if (_last(track, "was_greeted") or 0.0) > 0:
        return "was greeted before"
    return "was not greeted yet"


def _others(track: Vector) -> str:
    return "waits while another is served" if (_last(track, "other_served") or 0.0) > 0.5 else ""


_SAYINGS: dict[str, Callable[[Vector], str]] = {
    "coming": _coming,
    "place": _place,
    "looking": _looking,
    "facing": _facing,
    "pace": _pace,
    "hand": _hand,
    "speaking": _speaking,
    "height": _height,
    "stay": _stay,
    "company": _company,
    "engagement": _engagement,
    "history": _history,
    "others": _others,
}
