"""What a language model's words are looked at for before they are spoken. Pure.

Form, language, recitation, false claims of deeds, secrets. Whether they are true is not known here.
"""

import re

from behavior.act_reader import NonsenseError

_MARKUP = re.compile(
    r"<\||\|>|```|[{}<>]|https?://|\*\*|^#|\[[a-z_]+\]|\bassistant:|\bsystem:", re.I
)
_COMMON = {
    "en": """the a an is are am i you it to of and or in on at for from with by my your this that
    there here please can could will would do does not no yes be have has what who where when how
    they we let know take may me our if so just thank thanks sorry hello welcome""",
    "de": """der die das ein eine einen ist sind bin ich sie es zu und oder in im an am auf für von
    mit bei mein ihr ihre ihren dieser dort hier bitte kann können wird werden nicht kein ja nein
    haben hat was wer wo wann wie wir uns dem den des danke guten gerne zum zur""",
    "fr": """le la les un une est sont suis je vous il elle à de du des et ou en dans sur pour par
    avec mon votre vos ce cette ici là peut pouvez sera ne pas non oui avoir avez a que qui où quand
    comment nous au aux merci bonjour si l d j c s'il plaît""",
    "es": """el la los las un una es son soy yo usted ello a de del y o en con por para mi su sus
    este esta aquí allí favor puede puedo será no sí ser tiene ha que quién dónde cuándo cómo nos le
    lo al gracias hola si está se""",
}
"""The commonest small words of each language: what is written in it is full of them."""
_SMALL = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_CLAIM = re.compile(
    r"\bI(?:'ve| have| am|'m|'ll| will)?(?: just| already| now)* "
    r"(?:called|calling|call|notified|notifying|informed|informing|told|telling|messaged|letting"
    r"|booked|ordered|sent|unlocked|opened)\b"
    r"|\bich (?:habe|hab|werde|rufe|sage|informiere|benachrichtige)\b.{0,60}"
    r"\b(?:angerufen|gerufen|bescheid|informiert|benachrichtigt|geschickt|geöffnet|bestellt)\b"
    r"|\bj(?:'ai|e viens)\b.{0,40}\b(?:appelé|prévenu|informé|envoyé|ouvert|commandé|averti)\w*"
    r"|\bhe (?:llamado|avisado|informado|enviado|abierto|pedido|notificado)\b"
    r"|我(?:已经|已|刚)?(?:通知|叫|告诉|打开|发送|预订)了",
    re.I | re.S,
)
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_RECITED = 8
_FEW_WORDS = 5


def check_words(
    text: str,
    *,
    before: tuple[str, ...],
    rules: str,
    deeds: bool,
    language: str = "en",
    secrets: tuple[str, ...] = (),
) -> None:
    """Raise `NonsenseError` when `text` must not be spoken.

    `before`: clauses of this reply so far. `rules`: the instructions, which must not be recited.
    `deeds`: something is being done, so that saying so is true. `language`: of the visitor.
    `secrets`: what may be told to nobody, such as the server's key.
    """
    words = _words(text)
    if not words:
        raise NonsenseError("no words")
    if any(secret and secret in text for secret in secrets):
        raise NonsenseError("tells a secret")
    if _MARKUP.search(text) or "\ufffd" in text:
        raise NonsenseError("markup instead of speech")
    if not _is_in(language, text, [*(w for clause in before for w in _words(clause)), *words]):
        raise NonsenseError("another language")
    if text in before or _stutters(words):
        raise NonsenseError("repeats itself")
    if _recites(words, rules):
        raise NonsenseError("recites its instructions")
    if not deeds and _CLAIM.search(text):
        raise NonsenseError("claims to do what is not being done")


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _LETTERS.findall(text)]


def _is_in(language: str, text: str, heard: list[str]) -> bool:
    """Whether it looks like the language. Few words prove nothing."""
    letters = [c for c in text if c.isalpha()]
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in letters)
    if language == "zh":
        return chinese >= 0.5 * len(letters)
    latin = sum(c <= "\u024f" for c in letters)
    if latin < 0.85 * len(letters):
        return False
    if language == "en" and sum(c.isascii() for c in letters) < 0.85 * len(letters):
        return False
    small = _SMALL.get(language)
    if small is None or len(heard) < _FEW_WORDS:
        return True
    return sum(w in small for w in heard) >= 0.12 * len(heard) and _likeliest(heard, language)


def _likeliest(heard: list[str], language: str) -> bool:
    """No other language explains its small words clearly better."""
    counts = {code: sum(w in small for w in heard) for code, small in _SMALL.items()}
    return counts[language] * 1.5 >= max(counts.values())


def _stutters(words: list[str]) -> bool:
    return len(words) >= 8 and len(set(words)) < 0.4 * len(words)


def _recites(words: list[str], rules: str) -> bool:
    ruled = " ".join(_words(rules))
    runs = (" ".join(words[i : i + _RECITED]) for i in range(len(words) - _RECITED + 1))
    return any(run in ruled for run in runs)
