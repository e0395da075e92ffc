"""`foyer bench perception [DIR]`: what of people is seen rightly, and what it costs.

Engagement, clips, who deals with whom, cost beside a conversation, bad films, actions, what they
hold, faces.

DIR holds recordings as `foyer engage` reads them (`*.jsonl`, `people_engaged` in the first line),
itself or in `engagement/`, and clips in `video/`. Engagement three ways at the same moments: the
learned model, the published rule of hri_engagement, the house's own states. One recording left
out: the model learns from all recordings but the one it is judged by. Control: the same lessons
with their truths dealt out anew. Ten tracks are few: the interval is told, and a larger table
follows, of made people and of the simulated lobby, on seeds and plans that nothing was learned
from.
"""

import asyncio
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from agent.bench.between import between_figures
from agent.bench.clips import clip_figures
from agent.bench.crowd import crowd_figures
from agent.bench.figure import Figure, as_table
from agent.bench.perception_actions import action_figures
from agent.bench.perception_bad import bad_figures
from agent.bench.perception_faces import face_figures
from agent.bench.perception_things import thing_figures
from agent.commands.training.engagement import school_of
from agent.core.errors import BadInputError, FoyerError
from agent.lessons.engagement_examination import (
    OURS,
    PUBLISHED,
    PUBLISHED_SHORT,
    STATES,
    Examined,
    auc,
    examined_lobby,
    examined_people,
    examined_recording,
    interval,
    variants,
)
from agent.lessons.engagement_lessons import (
    Lesson,
    first_look,
    learn,
    lessons_of_recording,
    recordings_in,
)
from agent.lessons.engagement_lobby import examination
from agent.lessons.engagement_people import scenes
from perception.engagement.head_tracks import Recording
from perception.engagement.model import Weights, own_weights

EXAM_STRETCHES = 12
HELD_OUT_SCENES, HELD_OUT_SEED = 399, 9901
Teach = Callable[[Recording], Weights]


PARTS = ("between", "clips", "cost", "bad", "actions", "things", "engagement", "faces")


def measure(
    data: Path | None = None,
    episodes: int = EXAM_STRETCHES,
    seed: int = 1,
    only: str = "all",
) -> list[Figure]:
    """All parts: a quarter of an hour of a free core. Each is told as soon as it is measured.

    `episodes`: stretches of the lobby, ten minutes each, to judge. `only`: some of `PARTS`;
    between takes seconds, clips, actions, things, bad films and cost one or two minutes,
    engagement four, faces six. What needs recordings or clips falls away without `data`.
    """
    parts = set(PARTS) if only == "all" else {part.strip() for part in only.split(",")}
    if unknown := parts - set(PARTS):
        raise BadInputError(f"perception: no part {', '.join(unknown)}; all, {', '.join(PARTS)}")
    video = data / "video" if data is not None and (data / "video").is_dir() else None
    measured: dict[str, Callable[[], list[Figure]]] = {
        "engagement": lambda: _engagement(data, episodes, seed),
        "clips": lambda: clip_figures(video) if video else [],
        "between": between_figures,
        "bad": lambda: bad_figures(video) if video else [],
        "cost": lambda: asyncio.run(crowd_figures()),
        "actions": action_figures,
        "things": lambda: thing_figures(video),
        "faces": face_figures,
    }
    figures = []
    for part in PARTS:
        if part in parts:
            figures += _told(part, measured[part])
    return figures


def _told(part: str, measured: Callable[[], list[Figure]]) -> list[Figure]:
    """What a part measures, told on the error output meanwhile: the whole takes long.

    A part that cannot be measured here is missed; the others are measured all the same.
    """
    began = time.perf_counter()
    try:
        found = measured()
    except FoyerError as fault:
        found = [_not_measured(part, fault)]
    except ExceptionGroup as faults:
        known, others = faults.split(FoyerError)
        if known is None or others is not None:
            raise
        found = [_not_measured(part, known)]
    spent_s = time.perf_counter() - began
    print(f"{part}: {spent_s:.0f} s\n{as_table(found)}\n", file=sys.stderr, flush=True)
    return found


def _not_measured(part: str, fault: Exception) -> Figure:
    while isinstance(fault, ExceptionGroup):
        fault = fault.exceptions[0]
    return Figure(name=f"{part}: not measured", value=math.nan, unit="", target=0, note=str(fault))


def _engagement(data: Path | None, episodes: int, seed: int) -> list[Figure]:
    if data is None:
        return _simulated(episodes)
    folder = data / "engagement" if (data / "engagement").is_dir() else data
    return _recorded(recordings_in(folder), seed) + _simulated(episodes)


def _recorded(recordings: Sequence[Recording], seed: int) -> list[Figure]:
    weights, made = first_look(school_of(seed))
    own = {r.path.stem: list(lessons_of_recording(r, weights)) for r in recordings}

    def left_out(lessons: Callable[[list[Lesson]], list[Lesson]]) -> Teach:
        def teach(recording: Recording) -> Weights:
            others = [
                one for name, some in own.items() if name != recording.path.stem for one in some
            ]
            return learn(lessons(made + others))

        return teach

    fair = _all(recordings, left_out(lambda lessons: lessons))
    control = _all(recordings, left_out(lambda lessons: _dealt_anew(lessons, seed)))
    shipped = _all(recordings, lambda recording: own_weights())
    return [
        *_table("leave-one-recording-out", fair, control, target=True),
        *_table("shipped, taught by no recording", shipped, control, target=False),
        *_otherwise(recordings),
    ]


def _all(recordings: Sequence[Recording], teach: Teach) -> Examined:
    return Examined([t for r in recordings for t in examined_recording(r, teach(r)).tracks])


def _dealt_anew(lessons: list[Lesson], seed: int) -> list[Lesson]:
    """Each person's truths go to another: what is left is chance."""
    rng, order = random.Random(seed), list(range(len(lessons)))
    rng.shuffle(order)
    return [
        replace(one, engaged=(lessons[i].engaged[0],) * len(one.cues))
        for one, i in zip(lessons, order, strict=True)
    ]


def _table(how: str, found: Examined, control: Examined, *, target: bool) -> list[Figure]:
    of = len(found.tracks)
    low, high = interval(found.right(OURS), of)
    return [
        Figure(
            name=f"recordings, {how}: tracks right at the end, of {of}",
            value=found.right(OURS),
            unit="",
            target=math.floor(0.9 * of) if target else None,
            at_most=False,
            baseline=found.right(PUBLISHED),
            baseline_of=f"published; {found.right(PUBLISHED_SHORT)} with 2 s; states"
            f" {found.right(STATES)}",
            control=control.right(OURS),
            control_of="truths dealt anew",
            note=f"95 %: {low:.2f} to {high:.2f}; wrong: {_wrong(found)}",
        ),
        Figure(
            name=f"recordings, {how}: AUC of moments",
            value=auc(found.ours, found.truth),
            unit="",
            target=0.9 if target else None,
            at_most=False,
            baseline=auc(found.published, found.truth),
            baseline_of="published",
            control=_of_others(found),
            control_of="another track's truth",
            note=f"{_resampled(found)}; {auc(control.ours, control.truth):.2f} with truths dealt"
            " anew in the lessons, as which way each curve goes is given",
        ),
        Figure(
            name=f"recordings, {how}: accuracy of moments",
            value=found.right_share(OURS),
            unit="",
            at_most=False,
            baseline=found.right_share(PUBLISHED),
            baseline_of=f"published; {found.right_share(PUBLISHED_SHORT):.2f} with 2 s; states"
            f" {found.right_share(STATES):.2f}",
            control=control.right_share(OURS),
            control_of="truths dealt anew",
            note="undecided counts as wrong",
        ),
        Figure(
            name=f"recordings, {how}: to the right state for good, median",
            value=found.settles_s(OURS),
            unit="s",
            target=1.5 if target else None,
            baseline=found.settles_s(PUBLISHED),
            baseline_of=f"published; {found.settles_s(PUBLISHED_SHORT):.2g} with 2 s",
        ),
    ]


def _wrong(found: Examined) -> str:
    return ", ".join(t.name for t in found.tracks if not t.right_at_the_end(OURS)) or "none"


def _of_others(found: Examined) -> float:
    """Every track held against the truth of every other, on average."""
    ends = [track.truth[-1] for track in found.tracks]
    areas = []
    for shift in range(1, len(ends)):
        truths = [
            np.full(len(track.ours), ends[(i + shift) % len(ends)])
            for i, track in enumerate(found.tracks)
        ]
        areas.append(auc(found.ours, np.concatenate(truths)))
    return float(np.mean(areas))


def _resampled(found: Examined, times: int = 300) -> str:
    """The interval when tracks, not moments, are drawn anew."""
    rng, areas = np.random.default_rng(0), list[float]()
    while len(areas) < times:
        drawn = Examined(
            [found.tracks[i] for i in rng.integers(len(found.tracks), size=len(found.tracks))]
        )
        if 0 < drawn.truth.mean() < 1:
            areas.append(auc(drawn.ours, drawn.truth))
    low, high = np.percentile(areas, (2.5, 97.5))
    return f"95 % of resampled tracks: {low:.2f} to {high:.2f}"


def _otherwise(recordings: Sequence[Recording]) -> list[Figure]:
    """The same recordings mirrored, turned, thinned out, by the shipped weights."""
    found: dict[str, list[Examined]] = {}
    for recording in recordings:
        for name, variant in variants(recording):
            found.setdefault(name, []).append(examined_recording(variant, own_weights()))
    figures = []
    for name, parts in found.items():
        every = Examined([track for part in parts for track in part.tracks])
        area, settles_s = auc(every.ours, every.truth), every.settles_s(OURS)
        figures.append(
            Figure(
                name=f"recordings {name}: tracks right, of {len(every.tracks)}",
                value=every.right(OURS),
                unit="",
                at_most=False,
                baseline=every.right(PUBLISHED),
                baseline_of="published",
                note=f"AUC {area:.3f}, median {settles_s:.2f} s",
            )
        )
    return figures


def _simulated(episodes: int) -> list[Figure]:
    made = examined_people(scenes(HELD_OUT_SCENES, HELD_OUT_SEED, untaught=True), own_weights())
    lobby = examined_lobby(examination(episodes, HELD_OUT_SEED), own_weights())
    figures = []
    for name, found in (("made people", made), ("lobby on held-out plans", lobby)):
        figures += [
            Figure(
                name=f"{name}, {len(found.tracks)} of them: AUC of moments",
                value=auc(found.ours, found.truth),
                unit="",
                at_most=False,
                baseline=auc(found.published, found.truth),
                baseline_of="published",
                note=f"{len(found.truth)} moments, {found.truth.mean():.0%} engaged",
            ),
            Figure(
                name=f"{name}: accuracy of moments",
                value=found.right_share(OURS),
                unit="",
                at_most=False,
                baseline=found.right_share(PUBLISHED),
                baseline_of=f"published; states {found.right_share(STATES):.2f}",
                note="each person the same; undecided counts as wrong",
            ),
        ]
    return figures
