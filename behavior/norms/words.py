"""What norms can know of words: the act's own, and those of the turn that it answers.

Visitors' words are looked at here and nowhere kept.
"""

import re
from functools import lru_cache

from agent.core.messages import Expression, TurnId
from behavior.situation.floor import Turn
from behavior.situation.hearing import plain
from behavior.situation.state import Situation
from behavior.wishes import Wish

FactValue = bool | float | str | None

_SHORT_FORMS = re.compile(r"n't\b|'(?:m|re|ll|ve|s)\b")
_LONG_FORMS = {"n't": " not", "'m": " am", "'re": " are", "'ll": " will", "'ve": " have"}
_IRREGULAR = {"can't": "cannot", "won't": "will not", "shan't": "shall not", "can not": "cannot"}
_IS = re.compile(r"\b(it|that|what|who|there|here|where|he|she|how|when)'s\b")
_IRREGULAR_FORM = re.compile(r"\b(?:can't|won't|shan't|can not)\b")
_SORRY = re.compile(r"\b(?:sorry|apologi[sz]e|apologies|beg your pardon|excuse me)\b")
_FEW_WORDS = 4
_SHORT_VOICE_S = 1.0
_VOICE_S = 0.6


def spoken(text: str) -> str:
    """Plain words between blanks, short forms written out, so that phrases are found whole."""
    words = plain(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    if "'" in words or "can not" in words:
        words = _IRREGULAR_FORM.sub(lambda found: _IRREGULAR[found[0]], words)
        words = _IS.sub(r"\1 is", words)
        words = _SHORT_FORMS.sub(lambda found: _LONG_FORMS.get(found[0], found[0]), words)
    return f" {words} "


@lru_cache(maxsize=4096)
def phrase(text: str) -> str:
    """A phrase of a norm as `spoken`; norms are few and stay, so they are kept."""
    return spoken(text)


def mentions(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether `text`, as `spoken`, holds one of `phrases`."""
    return any(phrase(one) in text for one in phrases)


def act_text(_: Situation, wish: Wish) -> FactValue:
    """All words of the act."""
    return spoken(wish.text)


def act_words(_: Situation, wish: Wish) -> FactValue:
    """How many words it has."""
    return float(len(wish.text.split()))


def act_clauses(_: Situation, wish: Wish) -> FactValue:
    """How many breaths it takes."""
    return float(sum(bool(clause.text.strip()) for clause in wish.act.clauses))


def act_apologies(_: Situation, wish: Wish) -> FactValue:
    """How often it says sorry."""
    return float(len(_SORRY.findall(wish.text.lower())))


def act_face(_: Situation, wish: Wish) -> FactValue:
    """The brightest face it makes."""
    faces = {wish.act.expression, *(clause.expression for clause in wish.act.clauses)} - {None}
    for face in (Expression.HAPPY, Expression.SURPRISED, Expression.FRIENDLY):
        if face in faces:
            return face.value
    return min((face.value for face in faces if face is not None), default=None)


def act_gesture_names(_: Situation, wish: Wish) -> FactValue:
    """Its gestures as words: `finger wag`."""
    cues = [*wish.act.gestures, *(cue for clause in wish.act.clauses for cue in clause.gestures)]
    return spoken(" ; ".join((cue.lexeme or cue.meaning or "").replace("_", " ") for cue in cues))


def act_continues(situation: Situation, wish: Wish) -> FactValue:
    """Earlier parts of the same answer were said already."""
    turn = _turn(situation, wish.act.in_reply_to)
    return turn is not None and turn.parts_spoken > 0


def answers_typed(situation: Situation, wish: Wish) -> FactValue:
    """It answers a typed line."""
    turn = _turn(situation, wish.act.in_reply_to)
    return turn is not None and turn.typed


def visitor_words(situation: Situation, wish: Wish) -> FactValue:
    """What the visitor said in the turn that the act answers, or last."""
    turn = answered(situation, wish)
    return None if turn is None else spoken(turn.words)


def visitor_trust(situation: Situation, wish: Wish) -> FactValue:
    """The recogniser's trust in these words."""
    turn = answered(situation, wish)
    if turn is None or turn.ended is None or turn.typed or not turn.words.strip():
        return None
    return turn.ended.confidence


def visitor_words_per_s(situation: Situation, wish: Wish) -> FactValue:
    """How fast these words were said; unknown where there were too few to tell."""
    turn = answered(situation, wish)
    if turn is None or turn.typed:
        return None
    count = len(turn.words.split())
    voiced_s = max(turn.total_voiced_s, turn.ended.voiced_s if turn.ended else 0.0)
    return count / voiced_s if count >= _FEW_WORDS and voiced_s >= _SHORT_VOICE_S else None


def visitor_unheard_turns(situation: Situation, _: Wish) -> FactValue:
    """How many of the last turns were a voice without words, counted back from the newest."""
    count = 0
    for turn in reversed(tuple(situation.turns.values())):
        ended = turn.ended
        if ended is None:
            continue
        if ended.text.strip() or max(turn.total_voiced_s, ended.voiced_s) < _VOICE_S:
            break
        count += 1
    return float(count)


def since_voice_s(situation: Situation, _: Wish) -> FactValue:
    """Seconds since a visitor's voice was last heard."""
    turn = situation.current_turn
    return None if turn is None or turn.typed else situation.now - turn.voice_at


def apologised(situation: Situation, _: Wish) -> FactValue:
    """One of the agent's last utterances said sorry."""
    return any(_SORRY.search(line.lower()) for line in situation.floor.spoken)


def answered(situation: Situation, wish: Wish) -> Turn | None:
    """The turn that the act answers; of an act that answers none, the last that ended."""
    turn = _turn(situation, wish.act.in_reply_to)
    if turn is not None:
        return turn
    ended = [turn for turn in situation.turns.values() if turn.ended is not None]
    return ended[-1] if ended else None


def _turn(situation: Situation, turn: TurnId | None) -> Turn | None:
    return situation.turns.get(turn) if turn is not None else None
