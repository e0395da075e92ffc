"""Made speech for a reader of lips to learn from: any words, many rhythms, many mouths, many views.

Words in random order, so that it has to look at the lips: there is no sentence to guess from. The
rules move them; every clip then gets a mouth of its own (how wide, how far, how quick), a rhythm,
a face, a camera and a light.
"""

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from actuation.faces.expressions import faces
from actuation.generators.lip_reader_camera import MouthCamera, View
from actuation.generators.metrics.lips import TimedPhone
from actuation.generators.metrics.visemes import labels_at
from actuation.motion import FRAME_RATE_HZ
from actuation.rehearsal import LEAD_IN_S, rehearse
from actuation.speech.voice import Phone, Speech, VoiceConfig, VoiceName, Voices
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Act, ActId, BackendChosen, Clause, Expression, Reason

Floats = NDArray[np.float64]

EVERY = 2
"""Of the frames, each second one is read."""
RATE_HZ = FRAME_RATE_HZ // EVERY
VOICE: VoiceName = "espeak"
HELD_OUT_VOICE: VoiceName = "flite"
HELD_OUT_EXPRESSION = Expression.SURPRISED
_PACES = (0.85, 1.0, 1.2)
_WORDS_A_CLIP = (6, 10)

_WORDS = """
about above across after again along apple argue arm artist autumn away baby bacon badge bag banana
bark basin battle beach bean beauty become bedroom began being below beyond bicycle bird bishop
blue board boat body bottle bowl boy bread breathe bridge bright brother brown bubble bucket budget
build bus busy butter button buy cabin cable camel camera candle canvas capital captain carpet
carry castle chair change cheap cheese cherry chicken chief choice choose church cinema city clever
climb clothes cloud club coach coat collar colour come common cook copper corner cousin cover cow
cream crowd cup danger daughter deep desert dinner dirty doctor dollar double dream drive early
earth east easy edge eight either elbow empty engine evening every exam eye fabric false family far
farmer fashion father feather fellow fever few finger fire fish flag flame flavour flower follow
foot foreign forest forget forgive fox free fresh friend front full future game garage garden
gentle ghost giant give glove go goose grape grass group grow guess guide hammer happy harbour
heart heavy height hollow honey horse hotel hour house huge human hungry idea image invite island
jacket jam join journey judge juice jump kitchen knife labour language large laugh lavender lawn
leaf league leather lemon letter level liver loaf lobster lovely low lunch magic maple march marble
measure member memory menu method mirror mix money monkey morning mother mouth move movie much mud
mushroom music mystery narrow nature never new night noise north nothing notice novel ocean offer
often oil old onion orange oval over own oyster pair panel parade parrot party path pavement pear
pebble pepper perfume piano picture pigeon pillow planet pleasure poem poison pool poor poppy porch
potato power prefer price proof prove public pull purple push queen question quiet rabbit rather
reach ready reason remember remove reverse rich river road robin roof rough round rover rubber safe
salmon saw school season seven shadow shape share sharp shelf shiver shoe shop short shoulder
shovel shower silver simple sister six sky sleep smoke smooth soap soft soil soup south spoon
square steam stomach storm street strong suburb summer supper sweet swim table taste teach teeth
temple tennis theatre thirsty thirty thumb thunder toast tomato tooth touch tower toy trouble
trumpet tube tulip two umbrella uncle under valley value vapour velvet verb very victory view
village violin voice voyage vow walk wall warm wash watch wave weather weave week west wheel
whistle white whole window winter wise wisdom wolf woman wood wool world yard year yellow you young
zebra zero
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Lips that were drawn, and what they say."""

    times: Floats
    """(n,) seconds, `RATE_HZ` a second."""
    pictures: NDArray[np.uint8]
    """(n, size, size)."""
    labels: NDArray[np.int64]
    """(n,) index into `VISEMES`."""


def texts(count: int, seed: int, *, without: Iterable[str] = ()) -> list[str]:
    """`count` rows of words in random order, none of them in a text of `without`."""
    rng = random.Random(f"lips {seed}")
    kept_back = {word for text in without for word in bare_words(text)}
    words = [word for word in _WORDS.split() if word not in kept_back]
    rows = []
    for _ in range(count):
        some = rng.sample(words, rng.randint(*_WORDS_A_CLIP))
        if len(some) > 7:
            some[3] += ","
        rows.append(" ".join(some) + ".")
    return rows


def bare_words(text: str) -> list[str]:
    """The words of a text in lower case, without what is written around them."""
    return [w for word in text.lower().split() if (w := word.strip(".,;:!?\"'()"))]


async def spoken(rows: Sequence[str], voice: VoiceName = VOICE) -> list[Speech]:
    """Have `rows` said by `voice` at several paces; raise where that voice is not here."""
    clock = LoopClock(asyncio.get_running_loop())
    speeches: list[Speech] = []
    for i, pace in enumerate(_PACES):
        chosen: list[BackendChosen] = []
        config = VoiceConfig(voice=voice, pace=pace)
        voices = Voices(config=config, clock=clock, publish=chosen.append)
        await voices.start()
        try:
            if not chosen or chosen[-1].backend != voice:
                raise BackendUnavailableError(f"the voice {voice} does not speak here")
            speeches += [await voices.speak(row) for row in rows[i :: len(_PACES)]]
        finally:
            await voices.close()
    return speeches


def clip_of(speech: Speech, camera: MouthCamera, random: np.random.Generator) -> Clip:
    """Draw one made mouth that says `speech`."""
    speech = _another_rhythm(speech, random)
    worn = [name for name in faces() if name != HELD_OUT_EXPRESSION]
    face = worn[int(random.integers(len(worn)))]
    rehearsal = rehearse(_act(speech.text, face, float(random.uniform(0, 1))), [speech])
    shapes = _another_mouth(rehearsal.faces.astype(np.float64), random)[::EVERY]
    times = rehearsal.times[::EVERY]
    return Clip(
        times=times,
        pictures=camera.pictures(shapes, any_view(random)),
        labels=labels_at(times, timed(speech)),
    )


def timed(speech: Speech, lead_in_s: float = LEAD_IN_S) -> tuple[TimedPhone, ...]:
    """The phones on the time axis of frames that begin `lead_in_s` before the sound."""
    return tuple(
        TimedPhone(name=p.name, start_s=lead_in_s + p.start_s, end_s=lead_in_s + p.end_s)
        for p in speech.phones
    )


def any_view(random: np.random.Generator) -> View:
    """A camera before the face, moderately to a side, in some light."""
    return View(
        yaw_rad=float(random.uniform(-0.35, 0.35)),
        pitch_rad=float(random.uniform(-0.15, 0.2)),
        closer=float(random.uniform(0.88, 1.15)),
        aside=(float(random.uniform(-0.05, 0.05)), float(random.uniform(-0.05, 0.05))),
        light=(float(random.uniform(-1, 1)), float(random.uniform(0.1, 0.8)), 0.8),
        ambient=float(random.uniform(0.2, 0.6)),
    )


def _act(text: str, face: str, intensity: float) -> Act:
    return Act(
        at=0.0,
        act=ActId(1),
        reason=Reason(policy="lip reader", because="lips are made to learn from"),
        clauses=(Clause(text=text),),
        manner=face,
        intensity=intensity,
    )


def _another_rhythm(speech: Speech, random: np.random.Generator) -> Speech:
    """The same words in other time: each phone longer or shorter, neighbours alike."""
    count = len(speech.phones)
    drift = np.convolve(random.normal(0, 0.35, count + 6), np.ones(7) / 7, "valid")[:count]
    factors = np.exp(drift + random.normal(0, 0.12, count))
    ends = np.cumsum(
        [f * (p.end_s - p.start_s) for f, p in zip(factors, speech.phones, strict=True)]
    )
    begins = np.concatenate([[0.0], ends[:-1]])
    phones: list[Phone] = [
        replace(p, start_s=float(a), end_s=float(b))
        for p, a, b in zip(speech.phones, begins, ends, strict=True)
    ]
    was = [speech.phones[0].start_s, *(p.end_s for p in speech.phones)]
    at = np.arange(round(float(ends[-1]) * speech.rate_hz)) / speech.rate_hz
    source = np.interp(at, [0.0, *ends], was) * speech.rate_hz
    samples = np.interp(source, np.arange(len(speech.samples)), speech.samples)
    words = [
        replace(w, start_s=float(a), end_s=float(b))
        for w in speech.words
        for a, b in [np.interp([w.start_s, w.end_s], was, [0.0, *ends])]
    ]
    return replace(
        speech,
        phones=tuple(phones),
        words=tuple(words),
        samples=np.asarray(samples, np.float32),
    )


_MOUTH = np.array([n.startswith(("jaw", "mouth", "tongue")) for n in ARKIT_NAMES])


def _another_mouth(faces: Floats, random: np.random.Generator) -> Floats:
    """The same lips on somebody who moves them more or less, a little lazily, not quite evenly."""
    gains = np.where(_MOUTH, np.exp(random.normal(0, 0.15, faces.shape[1])), 1.0)
    jaw, close = ARKIT_NAMES.index("jawOpen"), ARKIT_NAMES.index("mouthClose")
    # mouthClose takes back what the jaw opens, on everybody.
    gains[close] = gains[jaw] = np.exp(random.normal(0, 0.2))
    made = faces * gains
    if random.random() < 0.4:
        width = int(random.integers(2, 5))
        kernel = np.ones(width) / width
        made = np.apply_along_axis(lambda c: np.convolve(c, kernel, "same"), 0, made)
    rest = np.where(_MOUTH, np.abs(random.normal(0, 0.02, faces.shape[1])), 0.0)
    rest[[jaw, close]] = 0.0
    return np.asarray(np.clip(made + rest, 0.0, 1.0))
