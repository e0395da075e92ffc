"""A small trigram language model from weighted sentences, as ARPA text.

Witten-Bell back-off: a history gives its unseen successors a share that grows with the number of
different words it has been followed by. Unigrams are mixed with a background of general words,
so that sentences may go ways the phrases never went. Pure; reading ARPA is the recogniser's.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

START, END = "<s>", "</s>"
History = tuple[str, ...]
Counts = dict[History, dict[str, float]]


def arpa(
    sentences: Iterable[tuple[str, float]],
    background: Mapping[str, float],
    *,
    background_share: float,
) -> str:
    """ARPA text of a trigram model.

    `sentences` are lines of words with weights. `background` gives general words and their
    relative frequency; together they take `background_share` (0..1) of the unigram mass.
    """
    counts = _count(sentences)
    unigrams = _unigrams(counts[()], background, background_share)
    bigrams, bigram_backoff = _order(counts, 1, lambda word, _: unigrams[word])
    # A word seen after two words was also seen after the last of them: no back-off here.
    trigrams, trigram_backoff = _order(counts, 2, lambda word, after: bigrams[after[1:]][word])
    lines = ["\\data\\", f"ngram 1={len(unigrams) + 1}"]
    lines += [f"ngram 2={sum(map(len, bigrams.values()))}"]
    lines += [f"ngram 3={sum(map(len, trigrams.values()))}", "", "\\1-grams:"]
    lines.append(f"-99.0000 {START} {_log(bigram_backoff.get((START,), 1.0))}")
    lines += [
        f"{_log(p)} {word} {_log(bigram_backoff.get((word,), 1.0))}"
        for word, p in sorted(unigrams.items())
    ]
    lines += ["", "\\2-grams:"]
    lines += [
        f"{_log(p)} {history[0]} {word} {_log(trigram_backoff.get((*history, word), 1.0))}"
        for history, followers in sorted(bigrams.items())
        for word, p in sorted(followers.items())
    ]
    lines += ["", "\\3-grams:"]
    lines += [
        f"{_log(p)} {' '.join(history)} {word}"
        for history, followers in sorted(trigrams.items())
        for word, p in sorted(followers.items())
    ]
    return "\n".join([*lines, "", "\\end\\", ""])


def _log(p: float) -> str:
    return f"{math.log10(max(p, 1e-9)):.4f}"


def _count(sentences: Iterable[tuple[str, float]]) -> Counts:
    counts: Counts = defaultdict(lambda: defaultdict(float))
    for sentence, weight in sentences:
        words = [START, *sentence.split(), END]
        for i in range(1, len(words)):
            for order in range(min(i, 2) + 1):
                counts[tuple(words[i - order : i])][words[i]] += weight
    return counts


def _unigrams(
    seen: Mapping[str, float], background: Mapping[str, float], share: float
) -> dict[str, float]:
    seen_total, back_total = sum(seen.values()), sum(background.values())
    if not background:
        share = 0.0
    words = {*seen, *background}
    return {
        word: (1 - share) * seen.get(word, 0.0) / seen_total
        + share * (background.get(word, 0.0) / back_total if background else 0.0)
        for word in words
    }


def _order(
    counts: Counts, order: int, lower: Callable[[str, History], float]
) -> tuple[dict[History, dict[str, float]], dict[History, float]]:
    """Probabilities of the successors seen after histories of `order` words, and back-offs."""
    seen: dict[History, dict[str, float]] = {}
    backoff: dict[History, float] = {}
    for history, followers in counts.items():
        if len(history) != order:
            continue
        total, kinds = sum(followers.values()), len(followers)
        kept = total / (total + kinds)
        seen[history] = {word: kept * count / total for word, count in followers.items()}
        unseen_below = 1.0 - sum(lower(word, history) for word in followers)
        backoff[history] = (1.0 - kept) / max(unseen_below, 1e-6)
    return seen, backoff
