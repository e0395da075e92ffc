"""Answers questions about the past from what was really seen and heard.

Each answer is told with the stretch of time it rests on.

Quotes are short and carry a discreet form, for a stranger may stand beside.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from behavior.dialogue.draft import Draft
from behavior.house.knowledge import Index
from behavior.languages.sounds_like import likeness, plain
from behavior.past.questions import Kind, Relation, TimeQuestion
from behavior.past.recall import recall
from behavior.past.recalled import Recalled
from behavior.past.time_questions import by_example, follow_up, time_question
from behavior.transcript.event_memory import Memory
from behavior.transcript.lines import Line, What
from behavior.understanding.lines import INTENTS

_MARKUP = re.compile(r"[<>|\[\]{}()]")
_LONGEST_WORDS = 24
_MOST_QUOTED = 4
_SAME_WORD = 0.82
_ALIKE = 0.45
_DONE = {"point": "pointed", "wave": "waved", "nod": "nodded", "bow": "bowed"}
_LITTLE_WORDS = frozenset({"a", "an", "the", "is", "of", "to", "for", "my", "your", "i", "you"})
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def recollect(draft: Draft, line: str, kind: str = "") -> bool:
    """Answer a question about the past; False: it is no such question.

    `kind`: what the line is like in meaning, where no pattern fits.
    """
    before = draft.before
    again = before.asked_of_past if "memory" in before.last_intent.split("+") else None
    question = follow_up(line, again) or time_question(line)
    if question is None and kind:
        question = by_example(kind, line)
    if question is None:
        return False
    memory = _without_looking_back(draft.heard.memory or Memory(now=draft.heard.at))
    last = before.recalled if again is not None else None
    found = recall(memory, _About(draft.desk.index), question, last)
    _say(draft, question, found, memory)
    draft.change(asked_of_past=question, recalled=found.span or (last if again else None))
    draft.rests_on = _because(question, found)
    return True


def _because(question: TimeQuestion, found: Recalled) -> str:
    if question.kind is Kind.OTHERS:
        return "about others, who are not told of"
    if found.span is None:
        return f"`{question.kind.value}`: nothing of the kind is remembered"
    began, ended = found.span
    return f"`{question.kind.value}`: rests on [{began:.1f}-{ended:.1f}]"


def _without_looking_back(memory: Memory) -> Memory:
    """Without earlier questions about the past and their answers: they are not what is meant."""
    kept: list[Line] = []
    looked_back = False
    for line in memory.lines:
        if line.what is What.SAID:
            looked_back = time_question(line.words) is not None or (
                looked_back and follow_up(line.words, TimeQuestion(kind=Kind.I_SAID)) is not None
            )
        if not (looked_back and line.what in {What.SAID, What.AGENT_SAID}):
            kept.append(line)
    return replace(memory, lines=tuple(kept))


class _About:
    """Which lines are about a topic: by a word of it, by the same frequent question, by meaning."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def __call__(self, topic: str, lines: Sequence[Line]) -> tuple[Line, ...]:
        if not topic or not lines:
            return tuple(lines)
        scores = [_shared(topic, line.words) for line in lines]
        best = max(scores)
        if best > 0.0:
            return tuple(o for o, score in zip(lines, scores, strict=True) if score >= best - 1e-9)
        if known := self._known(topic):
            same = tuple(line for line in lines if self._known(line.words) == known)
            if same:
                return same
        alike = self._index.alike(topic, [line.words for line in lines])
        return tuple(o for o, score in zip(lines, alike, strict=True) if score >= _ALIKE)

    def _known(self, words: str) -> str:
        best = self._index.nearest(words, 1)[0]
        sure = best.label.startswith("know:") and best.score >= self._index.threshold
        return best.label if sure else ""


def _shared(topic: str, words: str) -> float:
    """Share of the topic's words that a line has, bent by a recogniser or by grammar."""
    wanted = [w for w in plain(topic).split() if w not in _LITTLE_WORDS]
    there = [w for w in plain(words).split() if w not in _LITTLE_WORDS]
    return sum(any(_same(a, b) for b in there) for a in wanted) / max(len(wanted), 1)


def _same(a: str, b: str) -> bool:
    if a == b:
        return True
    if min(len(a), len(b)) >= 4 and (a.startswith(b[:4]) and b.startswith(a[: min(len(a), 5) - 1])):
        return True
    return min(len(a), len(b)) >= 5 and likeness(a, b) >= _SAME_WORD


# Words


def _say(draft: Draft, question: TimeQuestion, found: Recalled, memory: Memory) -> None:
    if found.missing is not None:
        return draft.say("memory.no_such_moment")
    match question.kind:
        case Kind.OTHERS | Kind.UNKEPT | Kind.EARLIER_VISIT:
            draft.say(f"memory.{question.kind.value}")
        case Kind.I_SAID | Kind.YOU_SAID:
            _say_words(draft, question, found, memory.now)
        case Kind.HOW_OFTEN | Kind.HOW_OFTEN_YOU:
            draft.say("memory.how_often", count=_times(found.count))
        case Kind.YOU_DID:
            deeds = list(dict.fromkeys(one.deed for one in found.lines))
            if deeds:
                draft.say("memory.did", deeds=" and ".join(deeds))
            else:
                draft.say("memory.did_nothing")
        case Kind.YOU_GESTURED | Kind.I_GESTURED | Kind.I_STOOD:
            _say_seen(draft, question, found, memory.now)
        case Kind.WHEN_I_SAID | Kind.WHEN_YOU_SAID | Kind.WHEN_TOLD if found.span:
            draft.say("memory.when", ago_low=_ago(memory.now - found.span[0]))
        case Kind.WHEN_TOLD:
            draft.say("memory.told_not")
        case Kind.WHEN_I_SAID | Kind.WHEN_YOU_SAID:
            by = "i" if question.kind is Kind.WHEN_I_SAID else "you"
            draft.say(f"memory.{by}_said_nothing")
        case _:
            _say_presence(draft, question, found, memory)


def _say_presence(draft: Draft, question: TimeQuestion, found: Recalled, memory: Memory) -> None:
    """Who came and went, and how long somebody was here."""
    ago = "" if found.span is None else _ago(memory.now - found.span[1])
    length = "" if found.span is None else _length(found.span[1] - found.span[0])
    key = "none" if not found.count else "one" if found.count == 1 else "many"
    count = _capital(_count(found.count))
    match question.kind:
        case Kind.CAME_BEFORE:
            _say_before(draft, found, memory)
        case Kind.CAME_SINCE:
            draft.say(f"memory.since_{key}", ago_low=ago, count=count)
        case Kind.CAME_WITH:
            draft.say(f"memory.with_{key}", count=count)
        case Kind.WENT if not found.count:
            draft.say("memory.before_still")
        case Kind.WENT:
            draft.say(f"memory.went_{key}", ago_low=ago, count=count)
        case Kind.WHEN_OTHER_CAME | Kind.WHEN_OTHER_WENT | Kind.HOW_LONG_OTHER if not found.others:
            draft.say("memory.other_none")
        case Kind.WHEN_OTHER_CAME | Kind.WHEN_OTHER_WENT:
            draft.say("memory.other_when", ago_low=ago)
        case Kind.HOW_LONG_OTHER:
            stays = found.others[0].left_at is None
            draft.say(f"memory.other_{'stays' if stays else 'length'}", length=length)
        case Kind.HOW_LONG_HERE | Kind.HOW_LONG_WAITED | Kind.HOW_LONG_TALKED if found.span:
            draft.say(f"memory.{question.kind.value}", length=length)
        case Kind.WHEN_CAME if found.span:
            draft.say("memory.when_came", ago_low=_ago(memory.now - found.span[0]))
        case _:
            draft.say("memory.too_long_ago")


def _say_seen(draft: Draft, question: TimeQuestion, found: Recalled, now: float) -> None:
    """Gestures, and where somebody stood."""
    mine = question.kind is Kind.YOU_GESTURED
    if not found.lines:
        if question.kind is Kind.I_STOOD:
            return draft.say("memory.too_long_ago")
        return draft.say("memory.gestured_not" if mine else "memory.you_gestured_not")
    line = found.lines[-1]
    ago = _ago(now - line.ended)
    if question.kind is Kind.I_STOOD and line.glance is not None:
        metres = line.glance.distance_m or 0.0
        return draft.say("memory.stood", distance=f"{metres:.1f} metres", ago_low=ago)
    if not mine and line.glance is not None:
        gesture = "a raised hand" if line.glance.hand_raised else "a nod"
        return draft.say("memory.you_gestured", gesture=gesture, ago_low=ago)
    named = re.findall(r"(?:with |gestures: |, )(\w+)", line.deed)
    gesture = "made a gesture" if not named else f"made the gesture '{named[0].replace('_', ' ')}'"
    gesture = _DONE.get(named[0], gesture) if named else gesture
    if not line.words:
        return draft.say("memory.gestured_only", gesture=gesture, ago_low=ago)
    words = _quotable(line.words)
    draft.say("memory.gestured", ago=_capital(ago), ago_low=ago, gesture=gesture, words=words)


def _say_words(draft: Draft, question: TimeQuestion, found: Recalled, now: float) -> None:
    by = "you" if question.kind is Kind.YOU_SAID else "i"
    if not found.lines:
        placed = question.relation is not Relation.ANY and not question.topic
        return draft.say(f"memory.{by}_said_nothing{'_then' if placed else ''}")
    newest = found.lines[-1]
    ago = _ago(now - newest.ended)
    quoted = [_quotable(one.words) for one in found.lines[-_MOST_QUOTED:]]
    if by == "i" and any(INTENTS["insult"].search(plain(one.words)) for one in found.lines):
        return draft.say("memory.unquotable", ago_low=ago)
    if len(found.lines) > 1 and by == "i":
        words = ". Then: ".join(quoted)
        count = _count(len(found.lines))
        return draft.say("memory.i_said_several", count=count, words=words)
    words = " ".join(quoted)
    if by == "you" and not words.endswith((".", "?", "!")):
        words += "."
    key = "memory.you_said_cut" if by == "you" and newest.cut else f"memory.{by}_said"
    draft.say(key, ago=_capital(ago), ago_low=ago, words=words)


def _say_before(draft: Draft, found: Recalled, memory: Memory) -> None:
    if not found.others:
        return draft.say("memory.before_none")
    last, came = found.others[-1], memory.came_at or memory.now
    gone = "is still here" if last.left_at is None else f"left {_ago(memory.now - last.left_at)}"
    key = "memory.before_one" if found.count == 1 else "memory.before_many"
    gap = _length(came - last.came_at)
    draft.say(key, gap=gap, gone=gone, count=_capital(_count(found.count)))


def _quotable(words: str) -> str:
    """Words to be spoken again: without marks that would be read as ours, and not too long."""
    kept = _MARKUP.sub(" ", words).split()
    more = " and so on" if len(kept) > _LONGEST_WORDS else ""
    return " ".join(kept[:_LONGEST_WORDS]) + more


def _ago(seconds: float) -> str:
    if seconds < 20:
        return "a moment ago"
    if seconds < 45:
        return "half a minute ago"
    return f"{_length(seconds)} ago"


def _length(seconds: float) -> str:
    if seconds < 10:
        return "a few seconds"
    if seconds < 45:
        return f"about {_count(round(seconds / 10) * 10)} seconds"
    minutes = round(seconds / 60)
    if minutes <= 1:
        return "about a minute"
    if minutes < 60:
        return f"about {_count(minutes)} minutes"
    hours = round(minutes / 60)
    return "about an hour" if hours == 1 else f"about {_count(hours)} hours"


def _count(number: int) -> str:
    return _COUNTS[number] if number < len(_COUNTS) else str(number)


def _times(number: int) -> str:
    return {0: "Never", 1: "Once", 2: "Twice"}.get(number, f"{_capital(_count(number))} times")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
