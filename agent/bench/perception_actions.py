"""What visitors do, told by sentences alone: made motions with a detector's noise.

No part of the recogniser was fitted to a motion. The new actions have sentences that were written
before any of their motions was recognised. Control: the sentences dealt to other actions. Baseline:
what a wrist says: higher than its shoulder, moving or not.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from agent.bench.figure import Figure
from agent.lessons.action_last import LAST, LAST_SENTENCES
from agent.lessons.action_later import LATER, LATER_SENTENCES
from agent.lessons.action_people import ACTION_S, ACTIONS, NEW, NOTHING, REST_S, made
from perception.actions.figure import Sight
from perception.actions.judge import own_weights
from perception.actions.recogniser import ActionRecogniser, own_actions
from perception.actions.sentences import Sentence, read

EACH: Final = 20
SEED: Final = 500
NEW_SENTENCES: Final[Mapping[str, str]] = {
    "clap": "both hands are in front of the body, the hands come together again and again",
    "cross the arms": "both arms cross the body, both arms are bent, "
    "both hands are at the height of the chest",
    "salute": "a hand is at the forehead, the arm is bent, the hand is still",
    "cover the mouth": "a hand is at the mouth, the hand is still",
    "hands on hips": "both hands are on the hips, both arms are bent",
    "thumb down": "a hand is in front of the chest, the thumb points down, the fingers are curled",
}
Blind = Callable[[Sight], Sight]


def without_hands(sight: Sight) -> Sight:
    """No hand model."""
    return replace(sight, hands=(None, None), places=(None, None))


def without_body(sight: Sight) -> Sight:
    """No body model."""
    return replace(sight, body=None, visible=None)


def without_head(sight: Sight) -> Sight:
    """No face in view."""
    return replace(sight, head=None, places=(None, None))


def recognised(
    actions: Mapping[str, Sentence], sights: Sequence[Sight], *, judged: bool = True
) -> str:
    """What was told first after the action began; empty: nothing. `judged`: see `judge.py`."""
    recogniser = ActionRecogniser(actions, own_weights() if judged else None)
    told = [recogniser.take(sight) for sight in sights]
    after = [one for one in told if one is not None and one.at >= REST_S - 0.2]
    return after[0].action if after else ""


def accuracy(
    actions: Mapping[str, Sentence],
    names: Sequence[str],
    each: int,
    blind: Blind | None = None,
    *,
    judged: bool = True,
) -> tuple[float, Counter[tuple[str, str]]]:
    """Share told rightly, and what was taken for what."""
    wrong, right = Counter[tuple[str, str]](), 0
    for name in names:
        for seed in range(SEED, SEED + each):
            sights = made(name, seed)
            seen = [blind(s) for s in sights] if blind else sights
            said = recognised(actions, seen, judged=judged)
            right += said == name
            if said != name:
                wrong[name, said or "nothing"] += 1
    return right / (len(names) * each), wrong


def action_figures(each: int = EACH) -> list[Figure]:
    """About a minute."""
    own = dict(own_actions())
    new = {name: read(text, name) for name, text in NEW_SENTENCES.items()}
    names = list(own)
    dealt = dict(zip(names, [own[n] for n in names[1:] + names[:1]], strict=True))
    found, wrong = accuracy(own, list(ACTIONS), each)
    control, _ = accuracy(dealt, list(ACTIONS), max(each // 4, 1))
    held, wrong_new = accuracy(own | new, list(NEW), each)
    later = {name: read(text, name) for name, text in LATER_SENTENCES.items()}
    late, wrong_late = accuracy(own | new | later, list(LATER), max(each // 2, 1))
    every = own | new | later | {name: read(text, name) for name, text in LAST_SENTENCES.items()}
    last, wrong_last = accuracy(every, list(LAST), max(each // 2, 1))
    figures = [
        Figure(
            name=f"actions: {len(names)} by their sentences, told rightly", value=found, unit="",
            at_most=False, baseline=1 / (len(names) + 1), baseline_of="chance",
            control=control, control_of="sentences dealt to others", note=_most(wrong),
        ),
        Figure(
            name=f"actions: {len(new)} new ones by a sentence alone, among all", value=held,
            unit="", at_most=False, baseline=1 / (len(names) + len(new) + 1),
            baseline_of="chance",
            note=_most(wrong_new),
        ),
        Figure(
            name=f"actions: {len(later)} made up later, by a sentence alone, among all", value=late,
            unit="", at_most=False, baseline=1 / (len(own | new | later) + 1),
            baseline_of="chance", note=_most(wrong_late),
        ),
        Figure(
            name=f"actions: {len(LAST)} made up last, by a sentence alone, among all", value=last,
            unit="", at_most=False, baseline=1 / (len(every) + 1), baseline_of="chance",
            note=_most(wrong_last),
        ),
    ]  # fmt: skip
    for how in (without_hands, without_body, without_head):
        left, wrong = accuracy(own, list(ACTIONS), each, how)
        measured, _ = accuracy(own, list(ACTIONS), max(each // 2, 1), how, judged=False)
        figures.append(
            Figure(
                name=f"actions {how.__name__.replace('_', ' ')}: told rightly",
                value=left,
                unit="",
                at_most=False,
                baseline=measured,
                baseline_of="measured alone",
                note=_most(wrong),
            )  # fmt: skip
        )
    return [*figures, _nothing(own, each), _pointing(own, each)]


def _nothing(own: Mapping[str, Sentence], each: int) -> Figure:
    """Visitors who stand, walk or talk with their hands."""
    said = Counter(
        recognised(own, made(name, seed)) or "nothing"
        for name in NOTHING
        for seed in range(SEED, SEED + each)
    )
    count = len(NOTHING) * each
    false = count - said.pop("nothing", 0)
    return Figure(
        name="actions told of who stands, walks or talks with the hands", value=false / count,
        unit="", note=f"of {count} who do so for {ACTION_S:g} s: {dict(said)}",
    )  # fmt: skip


def _pointing(own: Mapping[str, Sentence], each: int) -> Figure:
    """Where to: the angle between the arm as drawn and as told."""
    off = []
    for seed in range(SEED, SEED + each):
        recogniser = ActionRecogniser(own)
        sights = made("point", seed)
        for sight in sights:
            one = recogniser.take(sight)
            if one is not None and one.toward is not None:
                off.append(abs(math.degrees(one.toward[1])))
    return Figure(
        name="actions: pointing, height of the arm told off the truth, median",
        value=float(np.median(off)) if off else math.nan, unit="deg",
        note=f"{len(off)} of {each} told; made level",
    )  # fmt: skip


def _most(wrong: Counter[tuple[str, str]]) -> str:
    return "; ".join(f"{a} taken for {b} {n}" for (a, b), n in wrong.most_common(4)) or "none wrong"
