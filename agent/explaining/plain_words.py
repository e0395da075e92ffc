"""What the agent does and sees, in words for people who have never seen a log."""

import re
from collections.abc import Sequence

from agent.core.messages import Act, Duck, Engagement, GazeTarget, Message, Stop

_ID = re.compile(r"(?<!visitor )\b(p[0-9a-f]{8})\b")
_GESTURES = {
    "nod": "nodded",
    "wave": "waved",
    "point": "pointed the way",
    "offer_palm": "held out its hand",
    "shrug": "shrugged",
    "bow": "bowed",
}


def plain_deed(message: Act | Stop | Duck) -> str:
    """The deed as the rest of a sentence that begins with `the receptionist`."""
    match message:
        case Stop():
            return "stopped what it was saying and doing"
        case Duck(gain=gain):
            held = (
                "fell silent and kept its place"
                if gain == 0
                else f"lowered its voice to {gain:.0%}"
            )
            return "spoke on at full voice" if gain >= 1 else held
    said = " ".join(clause.text for clause in message.clauses)
    to = f" to visitor {message.to}" if message.to else ""
    parts = [f"said “{said}”{to}"] if said else []
    cues = [g for clause in message.clauses for g in clause.gestures] + list(message.gestures)
    parts += [_gesture(cue.lexeme or cue.meaning or "") for cue in cues]
    face = message.expression or next((c.expression for c in message.clauses if c.expression), None)
    if face:
        asked = next((c.manner for c in message.clauses if c.manner), "")
        parts.append(f"looked {face}" + (f" (asked for: {asked})" if asked else ""))
    if message.gaze is not None and not said:
        looks = message.gaze.target
        parts.append(f"looked at visitor {message.gaze.person}" if looks is GazeTarget.PERSON
                     else "looked away for a moment" if looks is GazeTarget.AWAY
                     else "let its eyes wander")  # fmt: skip
    if message.posture is not None and not parts:
        parts.append(f"held itself {message.posture}")
    if not parts:
        return "did nothing that shows"
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _gesture(name: str) -> str:
    return _GESTURES.get(name, f"made the gesture {name.replace('_', ' ')}" if name else "gestured")


def tells(message: Message) -> bool:
    """Whether a visitor notices it as an act: words, a gesture, a stop."""
    if isinstance(message, Act):
        return bool(message.clauses or message.gestures)
    return isinstance(message, Stop)


def state_in_words(state: Engagement) -> str:
    """How somebody related to the agent; follows `was`."""
    words = {
        Engagement.PRESENT: "in view",
        Engagement.PASSING: "passing by",
        Engagement.ENGAGED: "in an encounter",
        Engagement.DISENGAGING: "turning away",
    }
    return words.get(state, str(state))


def sentence(text: str) -> str:
    """A reason as a sentence of its own."""
    text = _ID.sub(r"visitor \1", text)
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else "No reason was given."


def joined(parts: Sequence[str]) -> str:
    """`a, b, and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}, and {parts[-1]}"


def is_number(value: object) -> bool:
    """Whether it is one, and no yes or no."""
    return isinstance(value, int | float) and not isinstance(value, bool)
