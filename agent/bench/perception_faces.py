"""What of faces is read rightly: drawn people whom nothing was learned from, the character first.

Head, eyes, blendshapes, action units with their confidence, movements. Baselines are what the
product had (one fit to sixteen points, the eyes' corners) or the same without what is judged.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.bench.figure import Figure
from agent.commands.training.expressions import PICTURE_ALONE
from agent.lessons.face_corpus import KINDS, SIZE_PX, Faces, person_faces
from agent.lessons.face_examination import (
    Exam,
    at_rest_alarms,
    blinks,
    brief_movements,
    calibration_error,
    confidences,
    explanations,
    films,
    gaze_errors_deg,
    head_errors_deg,
    head_movements,
    mean_f1,
    raw,
    reliability,
    residuals_mm,
    shape_correlations,
    sit,
    told_columns,
)
from agent.lessons.face_identity import leaks
from agent.lessons.face_lessons import out_of_order, over_time, picture_by_picture
from perception.eyes.camera import CameraConfig, Lens
from perception.faces.movements import MovementKind
from perception.faces.network import CARD, COURSE_TERMS, FILE, Weights, load
from perception.faces.units import UNITS

Floats = NDArray[np.float64]

EXAMINED: Final = (0, 1001, 1002, 1003)
STILLS: Final = 30
OTHERS: Final = tuple(range(1201, 1209))
OTHER_STILLS: Final = 24
"""Of those who sit only for the question who they are."""
MOVING: Final = ("faces", "talk", "brief", "nod", "shake")


def corpus(people: Sequence[int] = EXAMINED, stills: int = STILLS) -> list[Faces]:
    """Some three minutes of one core, on a machine with nothing else to do."""
    return [f for who in people for f in person_faces(who, stills=stills, kinds=KINDS)]


def others() -> list[Faces]:
    """Ten seconds of one core."""
    return [f for who in OTHERS for f in person_faces(who, stills=OTHER_STILLS)]


def face_figures(
    weights: Path = FILE,
    faces: Sequence[Faces] | None = None,
    strangers: Sequence[Faces] | None = None,
) -> list[Figure]:
    """All figures of one corpus."""
    learned = load(weights)
    given = corpus() if faces is None else list(faces)
    more = others() if strangers is None else list(strangers)
    exam = sit(learned, given)
    impersonal = sit(learned, given, personal=False)
    return [
        *_frame(exam),
        *_units(exam, impersonal),
        *_movements(exam),
        *_identity(learned, [*given, *more]),
    ]


def _frame(exam: Exam) -> list[Figure]:
    ours, plain, none = residuals_mm(exam)
    heads, gaze = head_errors_deg(exam), gaze_errors_deg(exam)
    pnp, corners = _as_before(exam)
    yaw, pitch, roll = (float(v) for v in np.median(heads, axis=0))
    return [
        Figure(
            name="faces: what is left of a face that does nothing while its head turns",
            value=ours, unit="mm", baseline=plain, baseline_of="sixteen points, no learning",
            control=none, control_of="size and place alone", note="on an ordinary face, r.m.s.",
        ),
        Figure(
            name="faces: head pose off the truth, median of yaw and pitch", value=(yaw + pitch) / 2,
            unit="deg", baseline=pnp, baseline_of="perspective fit of sixteen points",
            control=_shuffled_heads(exam), control_of="another picture's truth",
            note=f"yaw {yaw:.1f}, pitch {pitch:.1f}, roll {roll:.1f}",
        ),
        Figure(
            name="faces: eyes off the truth, against the head, median",
            value=float(np.median(gaze[0])), unit="deg", baseline=corners,
            baseline_of="irises between the corners",
            control=float(np.median(gaze[1])), control_of="always straight ahead",
        ),
    ]  # fmt: skip


def _as_before(exam: Exam) -> tuple[float, float]:
    """Median error of yaw and pitch, and of the eyes, by what the live eyes do."""
    # Heavy: only where faces are judged.
    from perception.backends.mediapipe_people import read_face

    lens = Lens(CameraConfig(horizontal_fov_deg=24.06), width_px=SIZE_PX, height_px=SIZE_PX)
    heads, eyes = [], []
    for one in exam.of("stills", "turn"):
        found = one.faces.found
        for points, head, gaze, shapes in zip(
            one.faces.points[found], one.faces.head[found], one.faces.gaze[found], one.shapes,
            strict=True,
        ):  # fmt: skip
            face = read_face(points[:, :2] * (1, -1), lens)
            if face is None:
                continue
            # The room's x runs toward the person, who looks back along it.
            yaw = np.arctan2(face.forward[1], -face.forward[0])
            pitch = np.arcsin(np.clip(face.forward[2], -1, 1))
            heads.append((abs(-yaw - head[0]) + abs(pitch - head[1])) / 2)
            if face.eyes_yaw_rad is not None and shapes[[0, 7]].max() < 0.5:
                off = (face.eyes_yaw_rad - gaze[0], (face.eyes_pitch_rad or 0.0) - gaze[1])
                eyes.append(float(np.hypot(*off)))
    return float(np.degrees(np.median(heads))), float(np.degrees(np.median(eyes)))


def _shuffled_heads(exam: Exam) -> float:
    truth = np.concatenate([o.faces.head[o.faces.found] for o in exam.of("stills", "turn")])
    other = np.random.default_rng(1).permutation(truth)
    return float(np.degrees(np.median(np.abs(truth - other), axis=0))[:2].mean())


def _units(exam: Exam, impersonal: Exam) -> list[Figure]:
    weights, columns = exam.weights, told_columns(exam.weights)
    together = shape_correlations(exam)
    alone, true = confidences(exam, picture_by_picture, *MOVING)
    course, _ = confidences(exam, over_time, *MOVING)
    mixed, _ = confidences(exam, out_of_order, *MOVING)
    bare, _ = confidences(exam, raw, *MOVING)
    still, still_true = confidences(exam, picture_by_picture, "stills")
    nobody, _ = confidences(impersonal, picture_by_picture, "stills")
    others = np.roll(true, len(true) // 2, axis=0)
    where = explanations(exam)
    points = float(np.mean([one.points_inside for one in where]))
    heat = [one.sensitive for one in where]
    hidden = [one.read_by for one in where if one.read_by is not None]
    told = [UNITS[k].number for k in columns]
    never = [u.number for u, t in zip(UNITS, weights.told, strict=True) if t < 0.5]
    lines = "; ".join(f"{s:.2f}: {t:.2f} ({n})" for s, t, n in reliability(course, true))
    return [
        Figure(
            name=f"faces: intensity of the {len(told)} units that are told, against the truth, r",
            value=float(together[columns].mean()), unit="", at_most=False,
            note=f"told {told}; never told {never}, r {np.delete(together, columns).mean():.2f}",
        ),
        Figure(
            name="faces: F1 of units on stills of new people", value=mean_f1(still, still_true),
            unit="", at_most=False, baseline=mean_f1(nobody, still_true),
            baseline_of="no personal face at rest",
            control=mean_f1(still, np.roll(still_true, len(still_true) // 2, axis=0)),
            control_of="another picture's truth",
        ),
        Figure(
            name="faces: F1 of units in films, over time", value=mean_f1(course, true), unit="",
            at_most=False, baseline=mean_f1(alone, true), baseline_of="picture by picture",
            control=mean_f1(course, others), control_of="another film's truth",
            note=f"picture by picture as the same films teach it {_by_pictures(exam, true):.3f};"
            f" pictures of each film in another order {mean_f1(mixed, true):.3f}",
        ),
        Figure(
            name="faces: expected calibration error in films", unit="",
            value=calibration_error(course, true),
            baseline=calibration_error(bare, true), baseline_of="intensity as a probability",
            note=f"picture by picture {calibration_error(alone, true):.3f};"
            f" said: was there (how many): {lines}",
        ),
        Figure(
            name="faces: right where the confidence is 0.7 or more", at_most=False, unit="",
            value=_sure_accuracy(course, true), baseline=float((course.round() == true).mean()),
            baseline_of="told always",
            note=f"unknown {float((np.maximum(course, 1 - course) < 0.7).mean()):.0%}",
        ),
        Figure(
            name="faces: units told of new people's faces at rest", unit="",
            value=at_rest_alarms(exam), baseline=at_rest_alarms(impersonal),
            baseline_of="no personal face at rest",
        ),
        *(
            Figure(
                name=f"faces: {name}, inside the regions of FACS", unit="", at_most=False,
                value=float(np.mean([one.inside for one in shares])), baseline=points,
                baseline_of="share of points there",
                control=float(np.mean([one.dealt for one in shares])),
                control_of="points dealt anew", note=f"of {len(shares)} stills",
            )
            for name, shares in (
                ("sensitivity", heat), ("what units are read by when parts keep still", hidden)
            )
        ),
    ]  # fmt: skip


def _by_pictures(exam: Exam, true: NDArray[np.bool_]) -> float:
    """F1 of what the same films teach of single pictures; NaN where the card does not say."""
    curve = json.loads(CARD.read_text(encoding="utf-8")).get(PICTURE_ALONE)
    if curve is None:
        return math.nan
    course = np.zeros(COURSE_TERMS)
    course[: len(curve)] = curve
    other = replace(exam, weights=replace(exam.weights, course=course))
    return mean_f1(confidences(other, over_time, *MOVING)[0], true)


def _sure_accuracy(sure: Floats, true: NDArray[np.bool_]) -> float:
    clear = np.maximum(sure, 1 - sure) >= 0.7
    return float(((sure >= 0.5) == true)[clear].mean())


def _movements(exam: Exam) -> list[Figure]:
    figures = []
    for kind in (MovementKind.NOD, MovementKind.SHAKE):
        share, false, count = head_movements(exam, kind)
        figures.append(
            Figure(
                name=f"faces: films with a {kind} in which it is told",
                value=share,
                unit="",
                at_most=False,
                note=f"of {count}; {false:.1f} false a minute of other films",
            )
        )
    share, false, count = blinks(exam)
    figures.append(
        Figure(
            name="faces: blinks told", value=share, unit="", at_most=False,
            note=f"of {count}; {false:.1f} false a minute",
        )
    )  # fmt: skip
    share, false, count, chance = brief_movements(exam)
    minutes = sum(float(f.at_s[-1]) for f in films(exam.corpus)) / 60
    return [
        *figures,
        Figure(
            name="faces: movements under half a second told, in their area", value=share, unit="",
            at_most=False, control=chance, control_of="told of another film",
            note=f"of {count} in nine units, told or not; {false:.1f} false a minute"
            f" of {minutes:.1f} minutes",
        ),
    ]  # fmt: skip


def _identity(weights: Weights, people: Sequence[Faces]) -> list[Figure]:
    """How well a plain classifier tells from another light who it is."""
    found = leaks(weights, people)
    count = len({one.person for one in people})
    raw_points, against = found["raw points"][0], found["points against the own face at rest"][0]
    drawn = found["units as drawn"][0]
    return [
        Figure(
            name=f"faces: which of {count} people it is, told from {of}", unit="",
            value=found[what][0], baseline=found[other][0], baseline_of=other,
            control=found[what][1], control_of="people dealt anew",
            note=f"chance {1 / count:.3f}; raw points {raw_points:.3f}, against the own face at"
            f" rest {against:.3f}; units as drawn {drawn:.3f}",
        )
        for of, what, other in (
            ("intensities of units", "units", "units without the own face at rest"),
            ("what is told", "confidences of told units", "units"),
        )
    ]  # fmt: skip
