"""What a language model's words are looked at for before they are spoken. Pure.

Form, language, recitation, false claims of deeds, secrets. Whether they are true is not known here.
"""

import re
from dataclasses import dataclass

from behavior.model.act_reader import NonsenseError

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
_NEVER_DONE = re.compile(
    r"\bI(?:'ve| have| am|'m|'ll| will)?(?: just| already| now)* "
    r"(?:booked|ordered|sent for|unlocked|opened|unlock|open)\b"
    r"|\bich (?:habe|hab)\b.{0,60}\b(?:geöffnet|aufgeschlossen|bestellt|gebucht)\b"
    r"|\bj'ai\b.{0,40}\b(?:ouvert|commandé|réservé)\w*"
    r"|\bhe (?:abierto|pedido|reservado)\b|我(?:已经|已|刚)?(?:打开|预订)了",
    re.I | re.S,
)
_CALLS = re.compile(
    r"\bI(?:'ve| have| am|'m|'ll| will)?(?: just| already| now)* (?:called|calling|call)\b"
    r"|\bich (?:habe|hab|werde|rufe)\b.{0,60}\b(?:angerufen|gerufen|an)\b"
    r"|\bj(?:'ai|e viens)\b.{0,40}\bappelé\w*|\bhe llamado\b|我(?:已经|已|刚)?叫了",
    re.I | re.S,
)
_RESCUE = re.compile(
    r"\b(?:police|ambulance|doctor|fire (?:brigade|department)|polizei|krankenwagen|feuerwehr"
    r"|pompiers|policía|ambulancia|bomberos)\b|警察|救护车|消防",
    re.I,
)
"""Called by the desk alone, in its own words."""
_TELLS = re.compile(
    r"\bI(?:'ve| have| am|'m|'ll| will)?(?: just| already| now)* "
    r"(?:notified|notifying|informed|informing|told|telling|messaged|letting|sent)\b"
    r"|\bich (?:habe|hab|werde|sage|informiere|benachrichtige)\b.{0,60}"
    r"\b(?:bescheid|informiert|benachrichtigt|geschickt)\b"
    r"|\bj(?:'ai|e viens)\b.{0,40}\b(?:prévenu|informé|envoyé|averti)\w*"
    r"|\bhe (?:avisado|informado|enviado|notificado)\b|我(?:已经|已|刚)?(?:通知|告诉|发送)了",
    re.I | re.S,
)


@dataclass(frozen=True, slots=True)
class Deeds:
    """What is being done in this turn, so that saying so is true."""

    told: tuple[str, ...] = ()
    """Hosts who are told."""
    called: bool = False
    """A colleague is asked to come."""
    own_words: tuple[str, ...] = ()
    """What the desk says itself, which is true."""


NOTHING_DONE = Deeds()

_NUMBER = re.compile(r"\+?\d(?:[\s./()-]{0,2}\d){4,}")
"""A telephone number and the like, however it is parted; a time of day is shorter."""
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\bwww\.\S+", re.I)
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]+")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_RECITED = 8
_FEW_WORDS = 5


def check_words(
    text: str,
    *,
    before: tuple[str, ...],
    rules: str,
    deeds: Deeds = NOTHING_DONE,
    language: str = "en",
    secrets: tuple[str, ...] = (),
    told: str = "",
) -> None:
    """Raise `NonsenseError` when `text` must not be spoken.

    `before`: clauses of this reply so far. `rules`: the instructions, which must not be recited.
    `deeds`: what may be said to be done. `language`: of the visitor.
    `secrets`: what may be told to nobody, such as the server's key. `told`: all that the model was
    told, where its long numbers and addresses have to come from.
    """
    words = _words(text)
    if not words:
        raise NonsenseError("no words")
    if any(secret and secret in text for secret in secrets):
        raise NonsenseError("tells a secret")
    if _MARKUP.search(text) or "\ufffd" in text:
        raise NonsenseError("markup instead of speech")
    ours = text in deeds.own_words
    if not ours and not _is_in(
        language, text, [*(w for clause in before for w in _words(clause)), *words]
    ):
        raise NonsenseError("another language")
    if _makes_up_numbers(text, told):
        raise NonsenseError("gives a number or an address that it was not told")
    if text in before or _stutters(words):
        raise NonsenseError("repeats itself")
    if _recites(words, rules):
        raise NonsenseError("recites its instructions")
    if not ours and _claims_falsely(text, deeds):
        raise NonsenseError("claims to do what is not being done")


def _claims_falsely(text: str, deeds: Deeds) -> bool:
    named = {word for host in deeds.told for word in _words(host)} & set(_words(text))
    if _CALLS.search(text) and (_RESCUE.search(text) or not (deeds.called or named)):
        return True
    tells = _TELLS.search(text) and (_RESCUE.search(text) or not (deeds.called or deeds.told))
    return bool(_NEVER_DONE.search(text) or tells)


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _LETTERS.findall(text)]


def _is_in(language: str, text: str, heard: list[str]) -> bool:
    """Whether it looks like the language. Few words prove nothing."""
    letters = [c for c in text if c.isalpha()]
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in letters)
    if language == "zh":  # names stay as they are: a character weighs as much as a whole name
        return chinese > 0 and chinese >= len(_LATIN.findall(text))
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


def _makes_up_numbers(text: str, told: str) -> bool:
    numbers = (re.sub(r"\D", "", one) for one in _NUMBER.findall(text))
    known = {re.sub(r"\D", "", one) for one in _NUMBER.findall(told)}
    addresses = (one.lower().rstrip(".,") for one in _ADDRESS.findall(text))
    return any(n not in known for n in numbers) or any(a not in told.lower() for a in addresses)


def _stutters(words: list[str]) -> bool:
    return len(words) >= 8 and len(set(words)) < 0.4 * len(words)


def _recites(words: list[str], rules: str) -> bool:
    ruled = " ".join(_words(rules))
    runs = (" ".join(words[i : i + _RECITED]) for i in range(len(words) - _RECITED + 1))
    return any(run in ruled for run in runs)
