"""The rest of an act is to be said in other words: what of it stays, and what is said instead.

An act that revises another repeats its clauses in order, up to the last one, in the words wanted
now. The clause that is being heard is said to its end where its words stay as they were; else it is
cut at once. What waits behind it is said afterwards, as before.
"""

from dataclasses import dataclass, replace

from actuation.score import ScoredClause
from actuation.stage.playback import ActOnStage, Playback
from agent.core.messages import Act

REWORDED = "said in other words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewording:
    """What becomes of an utterance whose rest is worded anew."""

    then: tuple[Act, ...]
    """What is to be said now: the rest in its new words, and what waited behind it."""
    stays: ScoredClause | None
    """The clause that is being heard and is said to its end; None: all of it ends at once."""
    says_nothing: bool
    """The rest is left out: nothing is said instead."""


def rewording(playback: Playback | None, by: Act, now: float) -> Rewording | None:
    """What `by` makes of what is on stage; None: what it revises has been said, or has ended."""
    if playback is None:
        return None
    first = next((a for a in playback.acts if a.act.act == by.revises and not a.over), None)
    if first is None:
        return None
    heard = _heard_now(playback, now)
    stays, said = heard, first.spoken
    offset = len(first.act.clauses) - len(by.clauses)
    if heard is not None and heard.act is first.act:
        same = heard.index < offset or by.clauses[heard.index - offset].text == heard.clause.text
        stays, said = (heard, heard.index + 1) if same else (None, heard.index)
    if said >= len(first.act.clauses):
        return None
    rest = by.clauses[max(said - offset, 0) :]
    rest = tuple(one for one in rest if one.text.strip() or one.screen)
    at = playback.acts.index(first)
    before = (
        _unsaid(one) for one in playback.acts[:at] if stays is None or one.act is not stays.act
    )
    behind = (_unsaid(one) for one in playback.acts[at + 1 :])
    new = replace(by, clauses=rest, revises=None)
    return Rewording(
        then=tuple(a for a in (*before, new, *behind) if a is not None and a.clauses),
        stays=stays,
        says_nothing=not rest,
    )


def _unsaid(on_stage: ActOnStage) -> Act | None:
    """What is left of an act."""
    rest = on_stage.act.clauses[on_stage.spoken :]
    return None if on_stage.over or not rest else replace(on_stage.act, clauses=rest)


def _heard_now(playback: Playback, now: float) -> ScoredClause | None:
    """The clause whose sound is coming out; None between clauses, and while it is held."""
    if not playback.playing or now < playback.stage_at(0.0):
        return None
    at = playback.heard_s(now)
    return next((c for c in playback.score.clauses if c.start_s <= at < c.end_s), None)


def leave_for_later(playback: Playback, by: Act) -> None:
    """Take all off the playback, but for what `by` revises, without a word: it is said again."""
    for one in playback.acts:
        if one.act.act != by.revises:
            one.over = True


def shorten(playback: Playback, stays: ScoredClause, by: Act) -> tuple[list[ActOnStage], bool]:
    """Take off the score all that comes after the clause that stays, or after its own act.

    Returns the act that `by` revises where nothing of it is to be heard any more, and whether
    anything that was taken off had been sent or laid out already.
    """
    its_own = stays.act.act == by.revises
    ours = (stays,) if its_own else tuple(c for c in playback.score.clauses if c.act is stays.act)
    last = next(i for i, one in enumerate(playback.score.clauses) if one is ours[-1])
    kept, off = playback.score.clauses[: last + 1], playback.score.clauses[last + 1 :]
    gone = set(range(last + 1, last + 1 + len(off)))
    early = bool(gone & playback.performed) or playback.has_sent(ours[-1].end_s)
    playback.performed -= gone
    here = next(i for i, one in enumerate(playback.acts) if one.act is stays.act)
    later = [one for one in playback.acts[here + 1 :] if not one.over]
    for one in later:
        one.over = True
    on_stage = playback.acts[here]
    if its_own:
        cut = replace(on_stage.act, clauses=on_stage.act.clauses[: stays.index + 1])
        kept = tuple(replace(c, act=cut) if c.act is on_stage.act else c for c in kept)
        on_stage.act, on_stage.scored, on_stage.cut = cut, len(cut.clauses), True
    playback.score = replace(playback.score, clauses=kept)
    return [one for one in later if one.act.act == by.revises], early
