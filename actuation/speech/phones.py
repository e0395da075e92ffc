"""Phone names. Every engine's own alphabet becomes lower-case ARPAbet without digits."""

from collections.abc import Sequence

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
    "ʤ": ("jh",), "ʧ": ("ch",), "ɹ̩": ("er",), "ᵊ": ("ax",), "ʔ": ("t",),
    "θ": ("th",), "v": ("v",), "w": ("w",), "j": ("y",), "z": ("z",), "ʒ": ("zh",),
}  # fmt: skip
_LONGEST = max(map(len, _IPA))

# Sounds that English lacks, as the phone whose lips look most like theirs: what matters here is
# the face. Rounded front vowels purse as u and the vowel of `bird` do; r in the throat or with
# the tongue's tip does not round the lips as the English one does.
_ABROAD: dict[str, tuple[str, ...]] = {
    "a": ("aa",), "e": ("eh",), "o": ("ao",), "y": ("uw",), "ʏ": ("uh",), "ø": ("uh",),
    "œ": ("er",), "ɤ": ("ah",), "ɵ": ("uh",), "ɨ": ("ih",), "ʉ": ("uw",), "ɯ": ("uw",),
    "ts": ("t", "s"), "pf": ("p", "f"), "r": ("dx",), "ʁ": ("g",), "ʀ": ("g",), "ɣ": ("g",),
    "q": ("k",), "ɢ": ("g",), "c": ("k",), "ɟ": ("g",), "x": ("k",), "χ": ("k",), "ç": ("hh",),
    "ʝ": ("y",), "ʎ": ("y",), "ɥ": ("w",), "ɲ": ("n",), "ɳ": ("n",), "ɴ": ("ng",), "β": ("b",),
    "ɸ": ("f",), "ɕ": ("sh",), "ʑ": ("zh",), "ʂ": ("sh",), "ʐ": ("zh",), "tɕ": ("ch",),
    "dʑ": ("jh",), "ɭ": ("l",), "ɬ": ("l",), "ɮ": ("l",), "ʟ": ("l",), "ɻ": ("r",), "ɽ": ("dx",),
    "ɖ": ("d",), "ʈ": ("t",), "ɰ": ("g",), "ʋ": ("v",), "ɱ": ("m",), "ħ": ("hh",), "ɦ": ("hh",),
    "ɹ": ("r",), "ʲ": ("y",), "s.": ("sh",), "z.": ("zh",), "ts.": ("ch",), "r.": ("r",),
    "kh": ("k",), "ph": ("p",), "th": ("t",), "tɕh": ("ch",), "tsh": ("t", "s"), "ts.h": ("ch",),
}  # fmt: skip
_OTHERS = {**_IPA, **_ABROAD}
_LONGEST_ABROAD = max(map(len, _OTHERS))


def from_ipa(ipa: str, language: str = "en") -> tuple[tuple[str, ...], int]:
    """Return the ARPAbet phones of one IPA sign group, and its stress: 0, 1 or 2 (secondary).

    Signs that are not known (length, syllabic marks, ties) are passed over.
    """
    known, longest = (_IPA, _LONGEST) if language == "en" else (_OTHERS, _LONGEST_ABROAD)
    stress = 1 if "ˈ" in ipa else 2 if "ˌ" in ipa else 0
    found: list[str] = []
    i = 0
    while i < len(ipa):
        for size in range(min(longest, len(ipa) - i), 0, -1):
            if phones := known.get(ipa[i : i + size]):
                found += phones
                i += size
                break
        else:
            i += 1
    return tuple(found), stress


def from_timed_signs(
    signs: Sequence[tuple[str, float, float]],
) -> list[tuple[str, float, float, int, int]]:
    """Return ARPAbet phones with stress and token of single IPA signs with start and end.

    A space ends a token; punctuation and the ends are silence; marks of length belong to the
    phone before, stress to the vowel after.
    """
    found: list[tuple[str, float, float, int, int]] = []
    token, stress, i = 0, 0, 0
    while i < len(signs):
        sign, start, end = signs[i]
        if sign in "ˈˌ":
            stress = 1 if sign == "ˈ" else 2
            i += 1
            continue
        for size in range(min(_LONGEST, len(signs) - i), 0, -1):
            names = _IPA.get("".join(s for s, _, _ in signs[i : i + size]))
            if names:
                break
        else:
            names, size = None, 1
        end = signs[i + size - 1][2]
        if names:
            step = (end - start) / len(names)
            for k, name in enumerate(names):
                mark = stress if name in VOWELS else 0
                stress = 0 if name in VOWELS else stress
                found.append((name, start + k * step, start + (k + 1) * step, mark, token))
        elif sign == " " or not sign.isalpha():
            token += sign == " " and any(p[4] == token for p in found)
            found.append((PAUSE, start, end, 0, -1))
        elif found:
            last = found[-1]
            found[-1] = (last[0], last[1], end, last[3], last[4])
        i += size
    # Marks have time of their own in some models; it goes to the phone that follows.
    joined = [p for p in found if p[2] > p[1]]
    for k in range(1, len(joined)):
        name, _, end, mark, word = joined[k]
        joined[k] = (name, joined[k - 1][2], end, mark, word)
    return joined
