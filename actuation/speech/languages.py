"""What other languages than English need before a voice can say them.

Their engine reads numbers itself, in its own language. Times and signs are put into words here;
what no voice can say (emoji, other scripts, mark-up) is left out, as in English.
"""

import re
import unicodedata
from dataclasses import dataclass

_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_PHONE = re.compile(r"\+?\d[\d\-]{6,}")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PIECE = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+(?:['-][^\W\u3400-\u9fff]+)*")
_STOPS = str.maketrans(
    {"。": ".", "，": ",", "、": ",", "；": ";", "：": ":", "？": "?", "！": "!"}
)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "–": "-", "—": ",", "…": ".", "‑": "-"})


@dataclass(frozen=True, slots=True)
class _Spoken:
    """How one language says times and signs."""

    hour: str
    minutes: str
    signs: dict[str, str]


_LANGUAGES = {
    "de": _Spoken("{h} Uhr", "{h} Uhr {m}", {
        "&": "und", "+": "plus", "%": "Prozent", "=": "gleich", "@": "ät", "€": "Euro",
        "·": ",", "→": "zu"}),
    "fr": _Spoken("{h} heures", "{h} heures {m}", {
        "&": "et", "+": "plus", "%": "pour cent", "=": "égale", "@": "arobase", "€": "euros",
        "·": ",", "→": "vers"}),
    "es": _Spoken("{h} horas", "{h} y {m}", {
        "&": "y", "+": "más", "%": "por ciento", "=": "igual a", "@": "arroba", "€": "euros",
        "·": ",", "→": "a"}),
    "zh": _Spoken("{h}点", "{h}点{m}分", {
        "&": "和", "+": "加", "%": "百分号", "=": "等于", "@": "艾特", "€": "欧元",
        "·": ",", "→": "到"}),
}  # fmt: skip

SPOKEN = ("en", *_LANGUAGES)
"""Languages that text can be made sayable in."""


def is_chinese(text: str) -> bool:
    """Whether any character of `text` is Chinese."""
    return _CHINESE.search(text) is not None


def written_words(text: str) -> tuple[str, ...]:
    """`text` split at white space, and each Chinese character by itself with what follows it."""
    words: list[str] = []
    for part in text.split():
        if is_chinese(part):
            words += re.findall(
                r"[\u3400-\u9fff][^\w\s]*|[^\u3400-\u9fff\w\s]*[^\W\u3400-\u9fff]+[^\w\s]*|\W+",
                part,
            )
        else:
            words.append(part)
    return tuple(words)


def joined(words: tuple[str, ...] | list[str]) -> str:
    """Written words as one text: no space beside a Chinese character."""
    text = ""
    for word in words:
        tight = not text or (is_chinese(text[-2:]) and is_chinese(word[:1]))
        text += word if tight else f" {word}"
    return text


def tokens_of(word: str, language: str) -> list[str]:
    """What a voice of `language` is given for a written word; may be nothing."""
    spoken = _LANGUAGES[language]
    word = unicodedata.normalize("NFC", word.translate(_QUOTES).translate(_STOPS))
    stop = re.search(r"[.,;:!?)\]»”]+$", word)
    tail = next((c for c in stop.group() if c in "?!.,;:"), "") if stop else ""
    core = word[: stop.start()] if stop else word
    said = _read(core, spoken)
    if said:
        said[-1] += tail
    return said


def _read(core: str, spoken: _Spoken) -> list[str]:
    bare = core.strip("\"'()[]{}<>*_~`^|\\/-«»“”„¿¡")
    if bare in spoken.signs:
        return [one for one in spoken.signs[bare].split() if one != ","]
    if match := _TIME.fullmatch(bare):
        hour, minute = int(match[1]), int(match[2])
        form = spoken.minutes if minute else spoken.hour
        return form.format(h=hour, m=minute).split()
    if _PHONE.fullmatch(bare) and sum(c.isdigit() for c in bare) >= 7:
        return [c for c in bare if c.isdigit()]
    said: list[str] = []
    for piece in re.findall(r"[&+%=@€·→]|[^&+%=@€·→]+", bare):
        if piece in spoken.signs:
            said += [one for one in spoken.signs[piece].split() if one != ","]
        else:
            said += [one for one in _PIECE.findall(piece) if _sayable(one)]
    return said


def _sayable(piece: str) -> bool:
    """Latin letters, digits and Chinese characters; no other script."""
    return all(
        c.isdigit() or c in "'-" or is_chinese(c) or "LATIN" in unicodedata.name(c, "")
        for c in piece
    )
