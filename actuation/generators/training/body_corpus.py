"""What the learned body learns from: takes of somebody speaking, made or recorded.

A made take is a made voice with the rule body: idle, strokes chosen by meaning and rhythm, in a
style and a feeling drawn by chance. So the coupling of body and speech is that of the rules, an
assumption, and no evidence of how people move. A recorded take comes from a folder of BVH, BEAT or
BEAT2 files through `actuation.body_formats`.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from actuation.faces.expressions import emotions, faces
from actuation.generators.flow_condition import (
    EMOTION,
    STATES,
    STYLE,
    Feeling,
    Said,
    Slot,
    Word,
    said,
    style_numbers,
)
from actuation.generators.flow_parts import RATE_HZ, SIDE_PARTS
from actuation.generators.learned_sound import RATE_HZ as SOUND_HZ
from actuation.generators.rules_idle import IdleBody, lean_vector
from actuation.generators.training.corpus import at_rate
from actuation.generators.training.sentences import sentences
from actuation.generators.training.speakers import Speakers
from actuation.generators.voices.engine import EngineMissingError
from actuation.gestures.bearing import body_bearing
from actuation.gestures.choice import GestureChoice, GestureConfig
from actuation.gestures.lexemes import Lexicon, standard_lexicon
from actuation.gestures.strokes import Stroke, lay_over
from actuation.gestures.style import BodyStyle
from actuation.gestures.talking import Talk, TalkingHands, talk_of
from actuation.gestures.unhurried import unhurried
from actuation.joints.moves import Moves
from actuation.joints.skeleton import load_skeleton
from actuation.score import Score
from agent.core.messages import (
    Act,
    ActId,
    Clause,
    GestureCue,
    Posture,
    Reason,
    UtteranceId,
)  # fmt: skip

Floats = NDArray[np.float64]
_POSTURES: Final = {"listen": Posture.LISTENING, "think": Posture.THINKING, "idle": Posture.REST}
FLITE: Final = ("rms", "awb", "kal", "slt")
_ESPEAK: Final = ("en-us+f2 55 50", "en-gb+m3 40 50", "en-us+m1 45 60", "en-gb-scotland+f3 60 40")


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One stretch of a body, with what it says. Times from its first frame."""

    motion: NDArray[np.float16]
    """(n, 44, 4) at 30 Hz."""
    said: tuple[Said, ...]
    slots: tuple[Slot, ...]
    """Gestures that were placed, without their poses: those are in the motion."""
    beats: tuple[bool, ...]
    """Which of them are beats, which the network is to find by itself."""
    states: NDArray[np.uint8]
    """(n,) index into `STATES`."""
    feeling: NDArray[np.float32]
    """(EMOTION,); zeros where it is not known."""
    style: NDArray[np.float32]
    """(STYLE,); zeros where it is not known."""
    speaker: str


def drawn_style(rng: random.Random) -> BodyStyle:
    """A style by chance; every fourth is the usual one."""
    if rng.random() < 0.25:
        return BodyStyle()
    return BodyStyle(
        size=round(rng.uniform(0.5, 1.4), 1),
        speed=round(rng.uniform(0.7, 1.3), 2),
        smoothness=round(1 - rng.random() ** 2, 2),
        spread=round(rng.uniform(-1, 1), 1),
        rest_height=rng.choice((0.0, 0.0, 0.5, 1.0)),
    )


def drawn_feeling(rng: random.Random) -> Feeling:
    """A feeling by chance; every third is none."""
    if rng.random() < 0.34:
        return Feeling()
    name, intensity = rng.choice(emotions()), round(rng.uniform(0.3, 1.0), 1)
    face = faces()[name]
    return Feeling(name, intensity, intensity * face.valence, intensity * face.arousal)


def made(
    count: int, seed: int, *, voices: Sequence[str], told: Callable[[int], None]
) -> Iterator[Take]:
    """`count` takes of made voices: `flite:rms`, `espeak`. Those of a missing engine are left out.

    Raises `EngineMissingError` when there is none.
    """
    engines: dict[str, Speakers] = {}
    try:
        for name in sorted({voice.split(":")[0] for voice in voices}):
            try:
                engines[name] = Speakers(name)
            except EngineMissingError:
                continue
        known = [v for v in voices if v.split(":")[0] in engines]
        if not known:
            raise EngineMissingError("no voice to learn from")
        lines = iter(sentences("en", 4 * count, seed))
        for number in range(count):
            rng = random.Random(f"take {seed} {number}")
            voice = rng.choice(known)
            engine, _, name = voice.partition(":")
            speaker = name or rng.choice(_ESPEAK)
            texts = [next(lines) for _ in range(rng.randint(2, 3))]
            take = _made(engines[engine], speaker, texts, rng, number)
            if take is not None:
                yield take
            told(number + 1)
    finally:
        for each in engines.values():
            each.close()


def _made(
    engine: Speakers, speaker: str, texts: Sequence[str], rng: random.Random, number: int
) -> Take | None:
    style, feeling = drawn_style(rng), drawn_feeling(rng)
    lexicon = standard_lexicon()
    choice = GestureChoice(lexicon, load_skeleton(), GestureConfig(again_after_s=4, size=1.0))
    choice.placing.style = style
    clauses = tuple(Clause(text=text, gestures=_cues(text, lexicon, rng)) for text in texts)
    act = Act(at=0.0, act=ActId(1), reason=Reason(policy="train", because="corpus"),
              clauses=clauses)  # fmt: skip
    score, begin = Score(utterance=UtteranceId(1)), rng.uniform(0.8, 2.2)
    strokes: list[Stroke] = []
    talks: list[Talk] = []
    parts: list[Said] = []
    pace = rng.uniform(0.85, 1.2)
    for i in range(len(clauses)):
        try:
            speech = engine.say(texts[i], speaker, pace=pace)
        except ValueError:
            return None
        later = score.end_s + rng.choice((0.0, 0.0, 0.6, 1.5))
        score = score.append(act, i, speech, not_before_s=later if i else 0.0)
        placed = score.clauses[-1].moved(begin)
        busy = max((s.end_of_hold_s for s in strokes if not s.additive), default=-np.inf)
        earliest_s = max(0.2, placed.start_s - 0.7)
        chosen = choice.for_clause(placed, earliest_s=earliest_s, busy_until_s=busy)
        strokes += unhurried(chosen, strokes, earliest_s=earliest_s, speed=style.speed)
        talks.append(talk_of(placed, earliest_s=earliest_s, style=style))
        parts.append(_at_sound_rate(said(placed)))
    arms = sorted((s for s in strokes if not s.additive), key=lambda s: s.start_s)
    count = int((begin + score.end_s + rng.uniform(1.0, 2.0)) * RATE_HZ)
    times = np.arange(count) / RATE_HZ
    states = np.full(count, STATES.index("speak"), np.uint8)
    before, after = rng.choice(list(_POSTURES)), rng.choice(list(_POSTURES))
    states[times < begin - 0.6] = STATES.index(before)
    states[times > begin + score.end_s + 0.4] = STATES.index(after)
    along = TalkingHands(load_skeleton(), seed=number).lay_over(
        _idle(times, states, style, feeling, number),
        talks, times, along=1.0,
    )  # fmt: skip
    motion = lay_over(along, arms, times)
    return Take(
        motion=motion.astype(np.float16),
        said=tuple(parts),
        slots=tuple(_slot(s) for s in arms),
        beats=tuple(s.lexeme.startswith("beat") for s in arms),
        states=states,
        feeling=feeling.numbers(),
        style=style_numbers(style),
        speaker=f"{engine.engine} {speaker}",
    )


def _cues(text: str, lexicon: Lexicon, rng: random.Random) -> tuple[GestureCue, ...]:
    """Any gesture on any word, so that all are seen; often none, so that words and beats choose."""
    if rng.random() < 0.5:
        return ()
    names = [each.name for each in lexicon if each.hands != "head"]
    return (GestureCue(lexeme=rng.choice(names), word=rng.randrange(len(text.split()))),)


def _idle(
    times: Floats, states: NDArray[np.uint8], style: BodyStyle, feeling: Feeling, seed: int
) -> Floats:
    lean = Moves(6)
    posture = [_POSTURES.get(STATES[s], Posture.REST) for s in states]
    lean.go(lean_vector(posture[0]), -3.0, 0.1)
    for i in range(1, len(times)):
        if posture[i] is not posture[i - 1]:
            lean.go(lean_vector(posture[i]), float(times[i]), 0.7)
    none = np.zeros(len(times))
    name = feeling.name or "neutral"
    mood = np.repeat(body_bearing(name, feeling.intensity)[None], len(times), axis=0)
    if feeling.name is None:
        mood = np.zeros_like(mood)
    return IdleBody(seed=seed, rest_height=style.rest_height).evaluate(
        times, lean=lean.evaluate(times), head_yaw=none, head_pitch=none, head_roll=none, mood=mood
    )


def _slot(stroke: Stroke) -> Slot:
    parts = tuple(p for side in sorted(stroke.hands) for p in SIDE_PARTS[side])
    return Slot(parts, stroke.start_s, float(stroke.key_times_s[0]), stroke.apex_s,
                stroke.end_of_hold_s, stroke.end_s)  # fmt: skip


def _at_sound_rate(one: Said) -> Said:
    return Said(one.start_s, at_rate(one.samples, one.rate_hz), SOUND_HZ, one.words, one.stresses)


def stresses_of(
    words: Sequence[Word], samples: NDArray[np.float32], rate_hz: int
) -> tuple[tuple[float, float, bool], ...]:
    """Stressed moments of words whose phones are not known: the loudest moment of each long word.

    Strength by loudness against the loudest word; the strongest of each phrase leads.
    """
    window = max(1, rate_hz // 50)
    power = np.convolve(np.square(samples, dtype=np.float64), np.ones(window) / window, "same")
    found: list[tuple[float, float]] = []
    for word in words:
        a, b = round(word.begin_s * rate_hz), round(word.end_s * rate_hz)
        part = power[max(a, 0) : max(b, 0)]
        if len(part) and len(word.text) > 3:
            at = int(np.argmax(part))
            found.append(((max(a, 0) + at) / rate_hz, float(np.sqrt(part[at]))))
    loudest = max((loud for _, loud in found), default=0.0) or 1.0
    stresses = []
    for i, (at_s, loud) in enumerate(found):
        near = [other for t, other in found if abs(t - at_s) < 0.7]
        stresses.append((at_s, 0.3 + 0.7 * loud / loudest, loud >= max(near) and i >= 0))
    return tuple(stresses)


def write(path: Path, takes: Iterable[Take]) -> None:
    """Keep takes in one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {}
    about: list[dict[str, Any]] = []
    for i, take in enumerate(takes):
        arrays[f"motion{i}"], arrays[f"states{i}"] = take.motion, take.states
        for j, one in enumerate(take.said):
            arrays[f"sound{i}_{j}"] = (np.clip(one.samples, -1, 1) * 32767).astype(np.int16)
        about.append({
            "speaker": take.speaker, "feeling": take.feeling.tolist(), "style": take.style.tolist(),
            "beats": take.beats,
            "slots": [[s.parts, s.start_s, s.first_s, s.apex_s, s.last_s, s.end_s]
                      for s in take.slots],
            "said": [[o.start_s, o.rate_hz, [[w.text, w.begin_s, w.end_s] for w in o.words],
                      o.stresses] for o in take.said],
        })  # fmt: skip
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        np.savez(file, about=np.array(json.dumps(about)), **arrays)
    beside.replace(path)


def read(path: Path) -> list[Take]:
    """Takes from their file."""
    takes = []
    with np.load(path) as file:
        for i, each in enumerate(json.loads(str(file["about"]))):
            spoken = tuple(
                Said(
                    start,
                    file[f"sound{i}_{j}"].astype(np.float32) / 32767,
                    rate,
                    tuple(Word(*w) for w in words),
                    tuple((t, s, bool(leads)) for t, s, leads in stresses),
                )
                for j, (start, rate, words, stresses) in enumerate(each["said"])
            )
            takes.append(
                Take(
                    motion=file[f"motion{i}"],
                    said=spoken,
                    slots=tuple(Slot(tuple(s[0]), *s[1:]) for s in each["slots"]),
                    beats=tuple(each["beats"]),
                    states=file[f"states{i}"],
                    feeling=np.array(each["feeling"], np.float32).reshape(EMOTION),
                    style=np.array(each["style"], np.float32).reshape(STYLE),
                    speaker=each["speaker"],
                )
            )
    return takes
