"""What words from outside may be used for. They are data: never obeyed, and not always said.

A visitor's name, a calendar's titles, a host's note are written by whoever they are written by.
They are looked at here before they are kept, sent on or read aloud. Pure.
"""

import re
import unicodedata

_LONGEST_NAME = 40
_NAME_WORDS = 5
_LONGEST_NOTE = 120
_NAME = re.compile(r"[^\W\d_]+(?:['’.\-][^\W\d_]*)*\.?")
# Nobody is called so, and a message that says so is an attempt.
_ORDERS = frozenset(
    """ignore disregard override bypass instruction instructions previous prompt prompts system
    admin administrator root sudo developer password passwords passcode credentials token secret
    secrets unlock notify everyone everybody execute command commands jailbreak mode debug assistant
    chatgpt gpt dan null undefined select drop delete insert script http https www reveal print
    output repeat obey comply pretend roleplay emergency evacuate evacuation fire bomb
    police urgent security""".split()  # noqa: SIM905
)
_NOTE_ORDERS = re.compile(
    r"\b(?:ignore|disregard|override|bypass|forget) (?:\w+ ){0,4}(?:instructions?|rules?|polic\w+"
    r"|prompts?|previous|above|limits?)"
    r"|\b(?:system|developer|admin\w*|debug|root) (?:prompt|mode|access|override|message)"
    r"|\b(?:passwords?|passcodes?|api keys?|credentials|secrets?|tokens?)\b"
    r"|\b(?:you are now|act as|pretend|roleplay|jailbreak|as an ai|assistant|chatbot|the robot)\b"
    r"|\b(?:notify|message|e ?mail|call|tell|inform|warn) (?:all|every\w*|each|the whole)\b"
    r"|\b(?:unlock|open) (?:\w+ ){0,3}(?:doors?|gates?|barriers?|turnstiles?)\b"
    r"|\b(?:repeat|read out|reveal|print|say|tell (?:the )?visitors?) (?:\w+ ){0,3}"
    r"(?:numbers?|addresses|names of|visit book|after me|that (?:the|all))\b",
    re.IGNORECASE,
)
_NO_SPEECH = re.compile(r"https?:|www\.|[<>{}\[\]|`\\$#*_=~^]|@|\d{5,}")


def without_tricks(text: str) -> str:
    """The text as it looks to an eye: one form of each letter, nothing that cannot be seen.

    Full-width and styled letters become plain ones (NFKC); marks that hide, join or turn the
    direction of text, and control characters, go.
    """
    plain = unicodedata.normalize("NFKC", text)
    kept = "".join(" " if c.isspace() else c for c in plain if not _unseen(c))
    return " ".join(kept.split())


def _unseen(char: str) -> bool:
    return unicodedata.category(char) in {"Cf", "Cc", "Cs", "Co", "Cn"} and not char.isspace()


def fit_name(name: str) -> str:
    """The name if somebody may be called so, or nothing. Letters of any one script are fine."""
    text = without_tricks(name)
    words = text.split()
    if not words or len(text) > _LONGEST_NAME or len(words) > _NAME_WORDS:
        return ""
    if not all(_NAME.fullmatch(word) for word in words) or _scripts(text) > 1:
        return ""
    if any(word.strip(".'’-").lower() in _ORDERS for word in words):
        return ""
    return text


def fit_to_tell(note: str) -> str:
    """A note of somebody else's as one spoken line, or nothing when it must not be read out.

    Too long, addresses and long numbers, markup, mixed alphabets, or orders: it is not said.
    """
    text = without_tricks(note)
    if not text or len(text) > _LONGEST_NOTE or _scripts(text) > 1:
        return ""
    if _NO_SPEECH.search(text) or _NOTE_ORDERS.search(text):
        return ""
    return text


def _scripts(text: str) -> int:
    """How many alphabets the letters come from: `раypal` has two."""
    found = {unicodedata.name(c, "?").split()[0] for c in text if c.isalpha()}
    together = {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK"}
    return len(found - together) + bool(found & together)
