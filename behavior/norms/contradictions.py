"""Looks for norms that contradict: each other, or all that a policy could ever want.

Whether one norm always decides before another is read off their conditions, fact by fact. Whether a
policy is ever let through is tried: its wishes in many ordinary moments. What is found is a norm,
a field of it, and what is wrong with a cure.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from behavior.norms.changes import Change
from behavior.norms.facts import FACTS
from behavior.norms.norm import Check, Norm, Norms, Verdict
from behavior.norms.review import values
from behavior.norms.scenes import Scene
from behavior.situation.state import Situation
from behavior.wishes import Wish

Moment = tuple[Situation, Wish]
Finding = tuple[Norm, str, str]
"""The norm, the field of it, and what is wrong."""

_WORDLESS = frozenset({Change.WAIT, Change.SILENT_SIGN})
"""Changes after which there are no words left for other norms to look at."""
_NEEDS_WORDS = frozenset(
    {Change.ADD, Change.SAY_FIRST, Change.DISCLOSE, Change.ON_SCREEN, Change.SHORTER, Change.PAUSES,
     Change.DROP_NAMES, Change.DROP_CLAUSES, Change.INSTEAD, Change.DROP_WORDS, Change.ONCE}
)  # fmt: skip

_WISHES: Mapping[str, Mapping[str, object]] = {
    "greeting.words": {"say": "Hello. | How can I help you?", "unasked": True, "greets": True},
    "greeting.sign": {"gesture": "nod", "unasked": True, "face": "friendly"},
    "proactive.greet": {"say": "Hello. | How can I help you?", "unasked": True, "greets": True},
    "waiting.offer": {"say": "Can I help you with anything?", "unasked": True},
    "silence.again": {"say": "Take your time. You can also type it.", "unasked": True},
    "waiting.reassure": {"say": "Your host knows that you are here.", "unasked": True},
    "waiting.queue": {"say": "I will be with you in a moment.", "unasked": True},
    "farewell.words": {"say": "Goodbye.", "unasked": True, "gesture": "wave"},
    "reply.answer": {"say": "The lift is on your left.", "priority": "reply"},
    "reply.not_caught": {"say": "I did not catch that.", "priority": "reply"},
    "handover.called": {"say": "A person is on the way to you.", "priority": "operator"},
    "attention.look": {"priority": "idle"},
    "listening.posture": {"face": "attentive"},
}
"""What the policies of the house typically wish for."""
_PEOPLE: tuple[Mapping[str, object], ...] = tuple(
    {"engagement": engagement, "distance_m": distance_m, "has": has, "has_s": 200, "attends_s": 4}
    for engagement, distance_m, has in product(
        ("approaching", "attending", "engaged", "disengaging"),
        (0.8, 1.5, 2.8),
        ((), ("greeted",), ("greeted", "spoke"), ("greeted", "spoke", "waiting")),
    )
)
_HOURS = range(24)
_PAGES = (True, False)


def contradictions(norms: Norms) -> Iterator[Finding]:
    """All that was found, worst first."""
    yield from shut_out(norms)
    yield from decided_before(norms.all)
    yield from idle_exceptions(norms.all)


def shut_out(norms: Norms) -> Iterator[Finding]:
    """Norms that let no wish of a policy pass in any of the moments tried, or none in words."""
    for branch in _WISHES:
        refusing, tried = Counter[str](), list[Moment]()
        for scene in _moments(branch):
            moment = (scene.situation(), scene.wish())
            tried.append(moment)
            by = _stopped_by(norms, moment)
            if by is None:
                break
            refusing[by] += 1
        else:
            norm = _culprit(norms, tried, refusing)
            does = "vetoes" if norm.verdict is Verdict.VETO else "silences"
            yield (
                norm,
                "when",
                f"it always {does} {branch}: with it none of {refusing.total()} ordinary moments"
                f" tried lets that pass; narrow `when`, add an `unless`, or switch {branch} off",
            )


def _stopped_by(norms: Norms, moment: Moment) -> str | None:
    """The norm that refuses the wish of a moment or takes its words; None: it passes."""
    situation, wish = moment
    judged = norms.judge(situation, wish)
    if judged.refused is not None:
        return judged.refused.by.removeprefix("norm:")
    kept = judged.wish
    if kept is None or (wish.speaks and not kept.speaks):
        return kept.act.reason.norms[-1] if kept is not None else ""
    return None


def _culprit(norms: Norms, tried: Sequence[Moment], refusing: Counter[str]) -> Norm:
    """The norm without which something would pass; else the one that refuses most."""
    named = [next(one for one in norms.all if one.id == each) for each, _ in refusing.most_common()]
    for norm in named:
        rest = Norms([_without(one, norm) for one in norms.all if one is not norm])
        if any(_stopped_by(rest, moment) is None for moment in tried):
            return norm
    return named[0]


def _without(norm: Norm, gone: Norm) -> Norm:
    over = tuple(each for each in norm.over if each != gone.id)
    return norm.model_copy(update={"over": over}) if over != norm.over else norm


def decided_before(norms: Sequence[Norm]) -> Iterator[Finding]:
    """Norms that never come to anything because another always decides first."""
    exempt = {over for norm in norms for over in norm.over}
    for place, norm in enumerate(norms):
        if norm.verdict is Verdict.ALLOW:
            continue
        for at, other in enumerate(norms):
            if other is norm or other.id in exempt:
                continue
            if not _decides_before(other, norm, first=at < place):
                continue
            if _implies(norm, other):
                asks = "requires" if norm.verdict is Verdict.REQUIRE else "softens"
                what = "is vetoed" if other.verdict is Verdict.VETO else "is made silent"
                clash = (
                    f"{other.id} vetoes first"
                    if norm.verdict is Verdict.VETO
                    else f"it {asks} what {what} by {other.id}"
                )
                yield (
                    norm,
                    "when",
                    f"it never comes to anything: wherever it holds, {clash}; change one of the"
                    " two conditions, or remove this norm",
                )
                break


def idle_exceptions(norms: Sequence[Norm]) -> Iterator[Finding]:
    """Exceptions to norms that never speak up where the exception holds."""
    known = {norm.id: norm for norm in norms}
    for norm in norms:
        for over in norm.over:
            if over in known and not _meet(norm, known[over]):
                yield (
                    norm,
                    "over",
                    f"{over} never holds together with it, so there is nothing to set aside;"
                    f" change `when`, or take {over} out of `over`",
                )


def _moments(branch: str) -> Iterator[Scene]:
    for person, hour, page in product(_PEOPLE, _HOURS, _PAGES):
        says = "where is the lift" if branch == "reply.answer" else ""
        visitor = {"says": says} if branch.startswith("reply") else None
        yield Scene.model_validate(
            {
                "people": [person],
                "act": {"policy": branch, **_WISHES[branch]},
                "hour": hour,
                "page_connected": page,
                "visitor": visitor,
            }
        )


def _decides_before(other: Norm, norm: Norm, *, first: bool) -> bool:
    """Whether `other`, where both hold, leaves nothing for `norm` to do.

    `first`: it comes first in the files, which counts between two alike.
    """
    if other.verdict is Verdict.VETO:
        return norm.verdict is not Verdict.VETO or first
    if other.how not in _WORDLESS or norm.verdict is Verdict.VETO:
        return False
    if norm.how in _WORDLESS:
        return norm.how is other.how and first
    return norm.how in _NEEDS_WORDS


def _implies(norm: Norm, other: Norm) -> bool:
    """Whether `other` holds wherever `norm` does, as far as their conditions tell."""
    for name, check in other.when.items():
        mine = norm.when.get(name)
        if mine is None or not _within(name, mine, norm.unless.get(name), check):
            return False
    for name, check in other.unless.items():
        mine, spared = norm.when.get(name), norm.unless.get(name)
        if spared is not None and _within(name, check, None, spared):
            continue
        if mine is None or _within_any(name, mine, check):
            return False
    return True


def _within(name: str, mine: Check, spared: Check | None, check: Check) -> bool:
    """Whether each value that passes `mine` (and not `spared`) passes `check`."""
    if FACTS[name].kind == "text":
        return set(mine.mentions) <= set(check.mentions)
    checks = tuple(one for one in (mine, spared, check) if one is not None)
    passing = [
        value
        for value in values(name, checks)
        if mine.holds(value) and not (spared is not None and spared.holds(value))
    ]
    return bool(passing) and all(check.holds(value) for value in passing)


def _within_any(name: str, mine: Check, check: Check) -> bool:
    """Whether some value passes both."""
    return any(mine.holds(value) and check.holds(value) for value in values(name, (mine, check)))


def _meet(one: Norm, other: Norm) -> bool:
    """Whether both can hold at once, as far as their conditions tell."""
    for first, second in ((one, other), (other, one)):
        for name, check in first.when.items():
            theirs, spared = second.when.get(name), second.unless.get(name)
            if FACTS[name].kind == "text":
                continue
            if theirs is not None and not _within_any(name, check, theirs):
                return False
            if spared is not None and _within(name, check, first.unless.get(name), spared):
                return False
    return True
