"""Phone names. Every engine's own alphabet becomes lower-case ARPAbet without digits."""

PAUSE = "pau"

VOWELS = frozenset(
    "aa ae ah ao aw ax axr ay eh er ey ih ix iy ow oy uh uw".split()  # noqa: SIM905
)
CONSONANTS = frozenset(
    "b ch d dh dx f g hh jh k l m n ng p r s sh t th v w y z zh".split()  # noqa: SIM905
)
PHONES = VOWELS | CONSONANTS | {PAUSE}

_IPA: dict[str, tuple[str, ...]] = {
    "tʃ": ("ch",), "dʒ": ("jh",), "aɪ": ("ay",), "aʊ": ("aw",), "eɪ": ("ey",), "oʊ": ("ow",),
    "əʊ": ("ow",), "ɔɪ": ("oy",), "iə": ("iy", "ax"), "ɪə": ("ih", "ax"), "eə": ("eh", "ax"),
    "ʊə": ("uh", "ax"), "əl": ("ax", "l"), "ɑ": ("aa",), "ɒ": ("aa",), "a": ("ae",),
    "æ": ("ae",), "ʌ": ("ah",), "ɐ": ("ax",), "ɔ": ("ao",), "o": ("ow",), "ə": ("ax",),
    "ɚ": ("er",), "ɜ": ("er",), "ɝ": ("er",), "ɛ": ("eh",), "e": ("eh",), "ɪ": ("ih",),
    "ᵻ": ("ih",), "i": ("iy",), "ʊ": ("uh",), "u": ("uw",), "b": ("b",), "d": ("d",),
    "ð": ("dh",), "ɾ": ("dx",), "f": ("f",), "ɡ": ("g",), "g": ("g",), "h": ("hh",),
    "k": ("k",), "x": ("k",), "l": ("l",), "ɫ": ("l",), "m": ("m",), "n": ("n",), "ŋ": ("ng",),
    "p": ("p",), "ɹ": ("r",), "r": ("r",), "s": ("s",), "ʃ": ("sh",), "t": ("t",),
    "θ": ("th",), "v": ("v",), "w": ("w",), "j": ("y",), "z": ("z",), "ʒ": ("zh",),
}  # fmt: skip
_LONGEST = max(map(len, _IPA))


def from_ipa(ipa: str) -> tuple[tuple[str, ...], int]:
    """Return the ARPAbet phones of one IPA sign group, and its stress: 0, 1 or 2 (secondary).

    Signs that are not known (length, syllabic marks, ties) are passed over.
    """
    stress = 1 if "ˈ" in ipa else 2 if "ˌ" in ipa else 0
    found: list[str] = []
    i = 0
    while i < len(ipa):
        for size in range(min(_LONGEST, len(ipa) - i), 0, -1):
            if phones := _IPA.get(ipa[i : i + size]):
                found += phones
                i += size
                break
        else:
            i += 1
    return tuple(found), stress
