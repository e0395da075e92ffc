"""How finished a turn looks by its words. Pure."""

import re
from enum import StrEnum

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
    "i have", "i am", "what is the", "an appointment", "could you tell me", "can you tell me",
    "would you tell me", "can you show me", "could you show me", "i was told", "i was wondering",
    "do you know where", "i lost", "i forgot", "please tell",
)  # fmt: skip
"""Whole phrases that call for more. A turn that ends in one is waited for."""
_ASKING_WORDS = (
    "where what when who which how why is are can could may do does will would whats where's "
    "what's who's how's am"
)
_WH = frozenset(("where", "what", "when", "who", "which", "how", "whose"))
_STRANDED = frozenset(
    ("in", "on", "for", "with", "from", "to", "about", "at", "of", "by", "open", "meet", "find")
)
"""On these a question that asks for what, where or whom may end."""
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
_NUMBER_WORDS = (
    "oh zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
    "ninety hundred double triple dash dot slash"
)
_LETTERS = "a b c d e f g h i j k l m n o p q r s t u v w x y z"
_NUMBERED = (
    "number is", "number's", "code is", "spelled", "spelt", "spell it", "it's spelled",
)  # fmt: skip
"""What is said next is told bit by bit."""
_NUMBERED_WORDS = 6
"""So many words after it may still belong to it."""
_ASKS_TIME = (
    "let me see", "let me think", "let me check", "let me look", "hold on", "hang on", "one moment",
    "one second", "one sec", "just a moment", "just a second", "wait a moment", "give me a moment",
    "give me a second", "what was it", "how do you say", "what is it called", "or something",
)  # fmt: skip
"""Said to keep the floor while one thinks."""
_FORMULAS = (
    "thank you", "thanks", "thank you very much", "goodbye", "bye", "yes please", "no thank you",
    "no thanks", "how are you", "thank you goodbye", "help", "stop",
)  # fmt: skip
"""Whole by themselves, whatever their melody."""
_PRELUDES = (
    "hello", "hi", "hey", "good morning", "good afternoon", "good evening", "excuse me", "sorry",
    "pardon", "hi there", "hello there", "okay", "well", "please", "yes hello", "good day",
)  # fmt: skip
"""Often all, and often only the beginning."""
_TAKES_MORE_IN = (
    "open find found lost forgot brought bring take took show give gave meet met visit fix buy "
    "sell told asked tells asks rather possible supposed going trying wondering"
)
_TAKES_MORE = frozenset(_TAKES_MORE_IN.split())
"""Verbs and such that call for an object or for what comes of them."""
_TOLD = re.compile(r"\b(told|asked|wants|wanted|needs) (me|us|him|her|them)$")
_TIME_BEFORE_IN = "at past to around about by until till before after since for the on"
_TIME_BEFORE = frozenset(_TIME_BEFORE_IN.split())
"""Behind these a number is the time of day, and the end of a sentence."""
_TELLS = re.compile(r"\btell (mister |miss |missus |doctor )?\w+$")
"""Whom to tell is said, and not yet what."""
_NUMBER = frozenset(_NUMBER_WORDS.split())
_LETTER = frozenset(_LETTERS.split())
_DANGLING = frozenset(_DANGLING_WORDS.split())
_ASKS = frozenset(_ASKING_WORDS.split())
_ANSWERS = frozenset(_ANSWERING_WORDS.split())
_ALONE = _ANSWERS - {"hello", "hi", "hey", "morning", "afternoon", "evening", "wait", "sorry"}
"""Of these an answer may consist."""


class Completeness(StrEnum):
    """From the least to the most finished."""

    NOTHING = "nothing"
    """A voice, no words."""
    DANGLING = "dangling"
    """More must follow: `i have an appointment with`."""
    COUNTING = "counting"
    """Digits or letters, one by one: more may follow any of them."""
    OPEN = "open"
    """May or may not be all."""
    CLOSED = "closed"
    """A whole question, answer, farewell or request."""


def completeness(text: str) -> Completeness:
    """How finished `text` (lower case, no punctuation needed) looks."""
    line = _plain(text)
    words = line.split()
    if not words:
        return Completeness.NOTHING
    if _ends(line, _ASKS_TIME):
        return Completeness.DANGLING
    if _counts(words):
        return Completeness.COUNTING
    if line in _PRELUDES:
        return Completeness.OPEN
    if _TOLD.search(line):
        return Completeness.DANGLING
    if _TELLS.search(line) and not line.endswith(("tell me", "tell you")):
        return Completeness.DANGLING
    if _ends(line, _CUT) and line not in ("yes i am", "yes i have", "no i am", "i am"):
        return Completeness.DANGLING
    calls_for_more = words[-1] in _DANGLING or words[-1] in _TAKES_MORE
    if calls_for_more and not _ends(line, _MAY_END):
        # "What floor is it on" is whole; "where is the" is not.
        stranded = words[0] in _WH and len(words) >= 4 and words[-1] in _STRANDED
        return Completeness.OPEN if stranded else Completeness.DANGLING
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


def is_formula(text: str) -> bool:
    """Whole by itself, whatever its melody: `thank you`."""
    return _plain(text) in _FORMULAS


def is_whole(text: str) -> bool:
    """A formula, or nothing but answers: `yes`, `okay thanks`. Short, and yet all."""
    line = _plain(text)
    return line in _FORMULAS or (bool(line) and set(line.split()) <= _ALONE)


def _counts(words: list[str]) -> bool:
    """Digits or letters are being told: two in a row, nothing else, or after 'my number is'."""
    told = [word in _NUMBER or word in _LETTER for word in words]
    if len(words) > 1 and all(told[-2:]) and words[-1] != "i":
        return True
    if all(word in _NUMBER for word in words):
        return True
    if words[-1] in _NUMBER and words[-2] not in _TIME_BEFORE:
        return True
    line = " ".join(words[-_NUMBERED_WORDS - 2 :])
    return any(f" {start} " in f" {line} " and not line.endswith(start) for start in _NUMBERED)


def _plain(text: str) -> str:
    """Lower case words with single spaces, without the points and commas around them."""
    return " ".join(w for w in (w.strip(".,!?;:") for w in text.lower().split()) if w)


def _ends(line: str, endings: tuple[str, ...]) -> bool:
    return any(line == ending or line.endswith(" " + ending) for ending in endings)
