"""The teacher and the lessons of the manner: expression, head and gaze by rule, then by network.

The teacher knows the stresses of the sentence and when somebody speaks; the network has to hear
both. What it is asked for (emotion, identity) and what chance adds is drawn at random.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from actuation.faces.expressions import GazeHabit
from actuation.generators.learned_manner import Manner
from actuation.generators.learned_network import BEHIND, FRAMES, Listener, NetworkShape
from actuation.generators.learned_wish import CHANCE, FACES, MANNER, PARTS, Wish, chance
from actuation.generators.sounds_of_speech import SILENCE
from actuation.generators.training.corpus import Taught
from actuation.generators.training.listening import Heard, stretch
from actuation.generators.training.loop import Pace, Progress, device, fast, learn
from actuation.motion import FACE_INDEX

Floats = NDArray[np.float64]
_BROWS: Final = (("browInnerUp", 0.30), ("browOuterUpLeft", 0.42), ("browOuterUpRight", 0.42))
_NOD_RAD: Final = 0.045
_EYES: Final = {
    GazeHabit.STEADY: (0.0, 0.0),
    GazeHabit.DOWN_BRIEFLY: (0.0, -0.12),
    GazeHabit.ASIDE: (0.22, 0.14),
}
"""Where eyes rest with a face against the one who is spoken to, yaw and pitch in radians."""
_GLANCE: Final = 1.1
_SETTLED_BY: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MannerLesson:
    """How to train."""

    steps: int = 1200
    batch: int = 8
    length: int = 100
    rate: float = 2e-3
    seed: int = 3


def taught_manner(
    accents: NDArray[np.float32], speaks: Floats, wish: Wish, noise: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(frames, MANNER) by rule. `accents`: (frames, 2); `speaks`: (frames,); noise by frame."""
    worn = wish.bearing()
    _, arousal = wish.felt()
    brows, nods, sway, side = wish.identity
    made = np.zeros((len(accents), MANNER))
    lively = wish.amplitude
    breath = 1 + 0.08 * noise[:, 5] * (0.5 + speaks)
    made[:, PARTS["expression"]] = worn.shapes * breath[:, None]
    lift = accents[:, 0] * 0.8 * lively * (1 + 0.5 * arousal) * (1 + 0.4 * brows)
    for name, most in _BROWS:
        lean = 1 + 0.35 * side * (1 if name.endswith("Left") else -1 if "Right" in name else 0)
        made[:, FACE_INDEX[name]] += lift * most * lean
    stir = (0.12 + 0.88 * speaks) * lively * (1 + 0.5 * arousal) * (1 + 0.4 * sway)
    head = worn.head + noise[:, :3] * stir[:, None] * np.array([0.030, 0.014, 0.018])
    head[:, 1] -= accents[:, 1] * _NOD_RAD * lively * (1 + 0.4 * nods)
    rest = np.array(_EYES[worn.gaze]) * min(1.0, 2 * float(np.clip(wish.intensity, 0, 1)))
    away = np.clip(np.abs(noise[:, 3]) - _GLANCE, 0, 0.5)[:, None] * speaks[:, None]
    glance = np.sign(noise[:, 3:4]) * away * np.array([0.5, 0.0])
    glance[:, 1] = away[:, 0] * 0.3 * np.sign(noise[:, 4])
    made[:, PARTS["head"]] = head
    made[:, PARTS["gaze"]] = rest + glance
    made[:, PARTS["speaks"]] = speaks[:, None]
    return made.astype(np.float32)


def speaks(sounds: NDArray[np.int64]) -> Floats:
    """(frames,) 1 while somebody speaks, short pauses bridged, soft at both ends."""
    voiced = maximum_filter1d((sounds != SILENCE).astype(np.float64), 31)
    return np.asarray(uniform_filter1d(voiced, 25))


def drawn_wish(rng: np.random.Generator) -> Wish:
    """Any wish, equally likely, but for liveliness, which is applied to what the network says."""
    emotions = {FACES[int(rng.integers(len(FACES)))]: 1.0}
    if rng.random() < 0.25:
        emotions[FACES[int(rng.integers(len(FACES)))]] = float(rng.random())
    felt = rng.random() < 0.2
    valence, arousal = rng.uniform(-1, 1, 2)
    intensity = float(rng.choice([0.0, 1.0, rng.random(), rng.random()]))
    brows, nods, sway, side = rng.uniform(-1, 1, 4) * (rng.random() < 0.7)
    return Wish(
        emotions=emotions,
        intensity=intensity,
        valence=float(valence) if felt else None,
        arousal=float(arousal) if felt else None,
        identity=(float(brows), float(nods), float(sway), float(side)),
    )


def train(
    corpus: Sequence[Taught],
    listener: Listener,
    shape: NetworkShape,
    lesson: MannerLesson,
    report: Callable[[Progress], None],
) -> Manner:
    """A trained manner."""
    torch.manual_seed(lesson.seed)
    where = device()
    listener = listener.to(where)
    manner = Manner(shape, 0.05)
    _settle(manner, lesson.seed)
    manner.to(where)

    def loss_at(step: int) -> torch.Tensor:
        rng = np.random.default_rng((lesson.seed, step))
        heard = [stretch(corpus, rng, lesson.length) for _ in range(lesson.batch)]
        return loss_of(manner, listener, heard, rng, where)

    pace = Pace(steps=lesson.steps, rate=lesson.rate, decay=0.01, seed=lesson.seed)
    learn(manner, loss_at, pace, report)
    listener.cpu()
    return manner.cpu().eval()


def _settle(manner: Manner, seed: int) -> None:
    """Begin with what is worn in silence, by least squares over wishes; sound is left to learn."""
    rng = np.random.default_rng((seed, 0))
    wishes = [drawn_wish(rng) for _ in range(_SETTLED_BY)]
    nothing = np.zeros((1, CHANCE), np.float32)
    wanted = np.concatenate(
        [taught_manner(nothing[:, :2], np.zeros(1), wish, nothing) for wish in wishes]
    )
    given = np.stack([np.append(wish.condition(), 1.0) for wish in wishes])
    fit, *_ = np.linalg.lstsq(given, wanted, rcond=None)
    with torch.no_grad():
        manner.resting.weight.copy_(torch.from_numpy(fit[:-1].T.astype(np.float32)))
        manner.resting.bias.copy_(torch.from_numpy(fit[-1].astype(np.float32)))
        manner.manner.weight.mul_(0.1)
        manner.manner.bias.zero_()


def loss_of(
    manner: Manner,
    listener: Listener,
    heard: Sequence[Heard],
    rng: np.random.Generator,
    where: torch.device,
) -> torch.Tensor:
    """Distance from the teacher, in position and motion, head and gaze counted in wider units."""
    wishes = [drawn_wish(rng) for _ in heard]
    steps = len(heard[0].looks)
    seeds = [int(s) for s in rng.integers(1 << 30, size=len(heard))]
    begins = rng.uniform(0, 600, len(heard))
    noise = [
        chance(seed, begin + np.arange(FRAMES * steps) / 60)
        for seed, begin in zip(seeds, begins, strict=True)
    ]
    taught = np.stack(
        [taught_manner(h.accents, speaks(h.sounds), w, n)
         for h, w, n in zip(heard, wishes, noise, strict=True)]
    )  # fmt: skip
    with torch.no_grad(), fast(where):
        looks = torch.from_numpy(np.stack([h.looks for h in heard])).to(where)
        hidden, *_ = listener(looks, listener.stack.begin(len(heard)))
    conditions = torch.from_numpy(np.stack([w.condition() for w in wishes])).to(where)
    chances = torch.from_numpy(np.stack([n[::FRAMES] for n in noise])).to(where)
    said, _ = manner(hidden.float(), conditions, chances, manner.stack.begin(len(heard)))
    said = said[:, FRAMES * BEHIND :]
    wanted = torch.from_numpy(taught).to(where)[:, FRAMES * BEHIND :]
    scale = torch.ones(MANNER, device=where)
    scale[PARTS["head"]] = 6.0
    scale[PARTS["gaze"]] = 4.0
    apart = (said - wanted) * scale
    moved = apart[:, 1:] - apart[:, :-1]
    return torch.add(100 * (apart**2).mean(), 400 * (moved**2).mean())
