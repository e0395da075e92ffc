"""How finished a visitor's words look, and so how long a silence ends the turn. Pure."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

_DANGLING_WORDS = (
    "a an and another any are as at because between but by can could do does for from he her his "
    "how i i'd i'll i'm if in into is it's its like me mister miss missus ms mr mrs doctor dr my "
    "named of on or our professor she so than that's the their they to um uh uhm er with "
    "was we were what's when where where's whether which who who's will with would you your "
    "called looking meeting see via very want need have has had am be been about not"
)
"""Nobody ends a sentence on these, or seldom."""
_MAY_END = (
    "where are you", "who are you", "how are you", "what can you do", "do you", "thank you",
    "who am i", "where am i", "what do you do", "help me", "excuse me", "expecting me", "for me",
    "tell me", "show me", "call me", "with me", "with you", "see you", "about you", "to you",
    "and you", "what is it", "what time is it", "it is", "yes i am", "i do", "i am", "i have",
    "no i am not", "i do not", "of course not", "why not", "not you", "a meeting", "the meeting",
    "my meeting", "to meet you", "how do you do", "yes i do", "yes i have", "for you",
)  # fmt: skip
"""Endings that look as if they dangle, and do not."""
_CUT = (
    "my name is", "i have an appointment with", "i am here to", "i'm here to", "i am here for",
    "i would like to", "i'd like to", "i want to", "i need to", "i am looking for", "can you tell",
    "could you tell", "can you show", "do you know", "where can i", "how can i", "how do i",
    "i have an", "i think", "i have got", "i've got", "to see", "to meet", "to visit", "to speak",
    "i am from", "i'm from", "can i", "may i", "could i", "would you", "could you", "can you",
    "i have", "i am", "what is the", "an appointment",
)  # fmt: skip
"""Whole phrases that call for more. A turn that ends in one is waited for."""
_ASKING_WORDS = (
    "where what when who which how why is are can could may do does will would whats where's "
    "what's who's how's am"
)
_ANSWERING_WORDS = (
    "yes no yeah yep nope okay ok sure hello hi hey thanks goodbye bye please help stop right "
    "correct exactly great perfect fine sorry pardon morning afternoon evening wait"
)
_CALL_FOR_MORE = {
    "de": "mit und oder zu zum zur bei von vom für der die das den dem ein eine einen mein um",
    "fr": "avec et ou à au de du des pour chez le la les un une mon ma dans que",
    "es": "con y o a al de del para por el la los las un una mi en que",
    "zh": "和 跟 找 见 叫 约 到 在 给 去 是",
}
"""On these nobody ends a sentence in other languages; what else they say is not judged there."""
_CONTINUED = {code: tuple(words.split()) for code, words in _CALL_FOR_MORE.items()}
_DANGLING = frozenset(_DANGLING_WORDS.split())
_ASKS = frozenset(_ASKING_WORDS.split())
_ANSWERS = frozenset(_ANSWERING_WORDS.split())


class Completeness(StrEnum):
    """From the least to the most finished."""

    NOTHING = "nothing"
    """A voice, no words."""
    DANGLING = "dangling"
    """More must follow: `i have an appointment with`."""
    OPEN = "open"
    """May or may not be all."""
    CLOSED = "closed"
    """A whole question, answer, farewell or request."""


class PatienceConfig(BaseModel):
    """How long a silence must last before the turn is over, by how finished the words look."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    closed_s: float = Field(
        0.38, ge=0.1, le=3, description="After a whole question, answer or farewell."
    )
    open_s: float = Field(0.6, ge=0.1, le=4, description="After words that may or may not be all.")
    dangling_s: float = Field(
        1.0, ge=0.1, le=6, description="After words that call for more, such as 'my name is'."
    )
    nothing_s: float = Field(
        0.9, ge=0.1, le=6, description="After a voice in which no words were understood."
    )
    patient: bool = Field(
        False, description="Wait longer for everybody: for people who speak slowly or stammer."
    )
    patient_factor: float = Field(
        2.5, ge=1, le=6, description="By how much every wait grows when patient is on."
    )

    def silence_s(self, text: str, confidence: float, language: str = "") -> float:
        """The silence, seconds, that ends a turn whose words so far are `text`.

        `language`: in which they were heard; empty means English.
        """
        waits = {
            Completeness.NOTHING: self.nothing_s,
            Completeness.DANGLING: self.dangling_s,
            Completeness.OPEN: self.open_s,
            Completeness.CLOSED: self.closed_s,
        }
        look = completeness(text) if language in {"", "en"} else completeness_in(language, text)
        if look is Completeness.CLOSED and confidence < 0.3:
            look = Completeness.OPEN
        return waits[look] * (self.patient_factor if self.patient else 1.0)


def completeness(text: str) -> Completeness:
    """How finished `text` (lower case, no punctuation needed) looks."""
    words = [w.strip(".,!?;:") for w in text.lower().split()]
    words = [w for w in words if w]
    if not words:
        return Completeness.NOTHING
    line = " ".join(words)
    if _ends(line, _CUT) and line not in ("yes i am", "yes i have", "no i am", "i am"):
        return Completeness.DANGLING
    if words[-1] in _DANGLING and not _ends(line, _MAY_END):
        return Completeness.DANGLING
    if words[-1] in _ANSWERS or line in _MAY_END or _ends(line, ("thank you", "excuse me")):
        return Completeness.CLOSED
    first = next((w for w in words if w not in _ANSWERS and w not in ("good", "excuse", "me")), "")
    if (first in _ASKS and len(words) >= 3) or len(words) >= 4:
        return Completeness.CLOSED
    return Completeness.OPEN


def completeness_in(language: str, text: str) -> Completeness:
    """How finished `text` looks in another language than English: that little is known there."""
    words = [w.strip(".,!?;:。，？！") for w in text.lower().split()]
    words = [w for w in words if w]
    if not words:
        return Completeness.NOTHING
    continued = _CONTINUED.get(language, ())
    last = words[-1][-1:] if language == "zh" else words[-1]
    return Completeness.DANGLING if last in continued else Completeness.OPEN


def _ends(line: str, endings: tuple[str, ...]) -> bool:
    return any(line == ending or line.endswith(" " + ending) for ending in endings)
