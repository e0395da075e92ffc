"""One sentence performed, and the same sentence as others would move the lips for it.

What the rules make is what the performer would send. Beside it: a jaw that follows loudness (what
most avatars do), shapes held in turn for as long as the text alone suggests, and the same mouth
against sound shifted by 0.2 s, which must fail.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from actuation.generators.metrics.lips import (
    TimedPhone,
    closed_vowels_rate,
    closure_rate,
    contact_rate,
    long_vowels,
)
from actuation.generators.rules_face import CLOSURES, CONTACTS, pose_of
from actuation.joints.rotations import multiply, to_vector
from actuation.motion import FACE_INDEX, FRAME_RATE_HZ, JOINT_INDEX
from actuation.rehearsal import LEAD_IN_S, Rehearsal, rehearse
from actuation.speech.phones import PAUSE
from actuation.speech.voice import Speech, VoiceConfig, VoiceName, Voices
from agent.core.clock import LoopClock
from agent.core.messages import Act, ActId, BackendChosen, Clause, Expression, Reason

Floats = NDArray[np.float64]

SENTENCES = (
    "Good morning, welcome. How may I help you today?",
    "Please follow the blue line to the lift, it is just behind me.",
    "Your meeting with Bob Palmer begins at half past five.",
    "The conference room is on the fourth floor, number four twelve.",
    "I am afraid the bathroom by the main entrance is being fixed.",
    "May I have your name, and whom are you visiting?",
    "Would you mind waiting for a moment? He will be down in five minutes.",
    "Pam bought a big map before the museum opened.",
    "We have very fine coffee over there, if you would like some.",
    "The wifi password is printed on the paper beside the lamp.",
    "Somebody from the maintenance team will pick up the package.",
    "Have a wonderful afternoon, and thank you for coming by.",
)
MORE_SENTENCES = (
    "Your taxi will arrive at the side door in about seven minutes.",
    "Could you please spell your surname for me once more?",
    "Visitors leave their umbrellas and bags in the small room behind the stairs.",
    "The auditorium holds three hundred people and has two balconies.",
    "Mister Fischer moved his office up to the eleventh floor last February.",
    "We serve breakfast from seven until a quarter past ten.",
    "Sorry, the photocopier is broken, but there is another one upstairs.",
    "If the alarm rings, walk calmly to the big maple tree outside.",
    "Your badge opens every door except the server room and the vault.",
    "Both elevators are very slow this morning, perhaps you prefer the stairs.",
    "My favourite picture in this building shows five white horses by a river.",
    "Thank you, I have told Doctor Bergman that you are waiting.",
)
"""Only for reading lips: more words to tell apart."""
SHIFT_S = 0.2
_GLIDE_S = 0.05
_NECK_AND_HEAD = [JOINT_INDEX["neck"], JOINT_INDEX["head"]]


@dataclass(frozen=True, slots=True)
class Take:
    """Lips for one sentence."""

    times: Floats
    """(n,) seconds, 60 a second."""
    faces: Floats
    """(n, 52)."""
    phones: tuple[TimedPhone, ...]
    """As they sound, on the frames' axis."""
    speech: Speech
    head: Floats | None = None
    """(n, 3) how the head stands on the trunk, as a rotation vector, radians; None: not known."""

    def shifted(self, by_s: float = SHIFT_S) -> "Take":
        """The same lips, the sound later."""
        late = tuple(
            TimedPhone(name=p.name, start_s=p.start_s + by_s, end_s=p.end_s + by_s)
            for p in self.phones
        )
        return replace(self, phones=late)

    def moved_by(self, faces: Floats) -> "Take":
        """The same sound, other lips."""
        return replace(self, faces=faces)


async def speak(
    names: Sequence[VoiceName], texts: Sequence[str] = SENTENCES
) -> tuple[list[Speech], list[float]]:
    """All texts by each voice that works here; how long text to first frames took, ms."""
    clock = LoopClock(asyncio.get_running_loop())
    speeches: list[Speech] = []
    first_ms: list[float] = []
    for name in names:
        chosen: list[BackendChosen] = []
        voices = Voices(config=VoiceConfig(voice=name), clock=clock, publish=chosen.append)
        await voices.start()
        if not chosen or chosen[-1].backend != name:
            await voices.close()
            continue
        for text in texts:
            begun = time.perf_counter()
            speech = await voices.speak(text)
            by_rule(speech, frames_only=True)
            first_ms.append(1e3 * (time.perf_counter() - begun))
            speeches.append(speech)
        await voices.close()
    return speeches, first_ms


def act_of(text: str, expression: Expression | None = None, intensity: float = 1.0) -> Act:
    """An act that says `text` with this face."""
    return Act(
        at=0.0,
        act=ActId(1),
        reason=Reason(policy="bench", because="lips are measured"),
        clauses=(Clause(text=text),),
        expression=expression,
        intensity=intensity,
    )


def by_rule(
    speech: Speech,
    expression: Expression | None = None,
    intensity: float = 1.0,
    *,
    frames_only: bool = False,
) -> Take:
    """What the performer would send; with `frames_only` the first 0.3 s of it."""
    rehearsal = rehearse(
        act_of(speech.text, expression, intensity), [speech], until_s=0.3 if frames_only else None
    )
    return performed(rehearsal, speech)


def performed(rehearsal: Rehearsal, speech: Speech) -> Take:
    """What was performed of one speech."""
    joints = np.stack([f.joints[_NECK_AND_HEAD] for f in rehearsal.frames]).astype(np.float64)
    return Take(
        rehearsal.times,
        rehearsal.faces.astype(np.float64),
        phones_of(speech),
        speech,
        to_vector(multiply(joints[:, 0], joints[:, 1])),
    )


def phones_of(speech: Speech) -> tuple[TimedPhone, ...]:
    """The phones of a speech on the frames' axis."""
    return tuple(
        TimedPhone(name=p.name, start_s=LEAD_IN_S + p.start_s, end_s=LEAD_IN_S + p.end_s)
        for p in speech.phones
    )


_RATES: dict[str, tuple[Callable[[Sequence[TimedPhone]], int], Callable[..., float]]] = {
    "closure": (lambda phones: sum(p.name in CLOSURES for p in phones), closure_rate),
    "contact": (lambda phones: sum(p.name in CONTACTS for p in phones), contact_rate),
    "closed vowels": (lambda phones: len(long_vowels(phones)), closed_vowels_rate),
}


def pooled(takes: Iterable[Take], judge: str) -> float:
    """A rate over the phones of all takes, in per cent: one of `_RATES`."""
    number, function = _RATES[judge]
    reached, count = 0.0, 0
    for take in takes:
        n = number(take.phones)
        if n:
            reached += n * function(take.times, take.faces, take.phones)
            count += n
    return 100.0 * reached / count if count else float("nan")


def by_loudness(take: Take) -> Take:
    """What most avatars do: the jaw follows the sound's envelope, the lips do nothing."""
    speech = take.speech
    jaw = loudness_jaw(speech.samples, speech.rate_hz, take.times - LEAD_IN_S)
    faces = np.zeros_like(take.faces)
    faces[:, FACE_INDEX["jawOpen"]] = jaw
    return take.moved_by(faces)


def loudness_jaw(samples: NDArray[np.float32], rate_hz: int, times: Floats) -> Floats:
    """(n,) jaw 0..1 that follows the loudness of `samples` at `times` from their first."""
    window = round(_GLIDE_S * rate_hz)
    power = np.convolve(samples.astype(np.float64) ** 2, np.ones(window) / window, "same")
    envelope = np.sqrt(np.maximum(power, 0)) / (float(np.sqrt(power.max())) or 1.0)
    return np.interp(times * rate_hz, np.arange(len(envelope)), envelope, left=0.0, right=0.0)


def by_text(take: Take) -> Take:
    """Each phone's shape held for its share of the clause, as known from the text alone."""
    spoken = [p for p in take.phones if p.name != PAUSE]
    shares = np.array([1.3 if len(p.name) > 1 and p.name[0] in "aeiou" else 1.0 for p in spoken])
    return _held(
        take, spoken, LEAD_IN_S + take.speech.duration_s * np.cumsum(shares) / shares.sum()
    )


def by_held_shapes(take: Take) -> Take:
    """Each phone's shape held while it sounds: the right times, and no way from one to the next."""
    spoken = [p for p in take.phones if p.start_s >= LEAD_IN_S]
    return _held(take, spoken, np.array([p.end_s for p in spoken]))


def _held(take: Take, spoken: Sequence[TimedPhone], ends: Floats) -> Take:
    faces = np.zeros_like(take.faces)
    for frame, at in enumerate(take.times):
        i = int(np.searchsorted(ends, at))
        if at < LEAD_IN_S or i >= len(spoken):
            continue
        shape = pose_of(spoken[i].name)
        close, teeth = shape.get("close", 0.0), shape.get("teeth", 0.0)
        faces[frame, FACE_INDEX["jawOpen"]] = shape.get("jaw", 0.0) * (1 - close)
        faces[frame, FACE_INDEX["mouthPucker"]] = shape.get("pucker", 0.0)
        faces[frame, FACE_INDEX["mouthRollLower"]] = 0.55 * teeth
        for side in ("Left", "Right"):
            faces[frame, FACE_INDEX[f"mouthUpperUp{side}"]] = 0.2 * teeth
    # A short glide from shape to shape.
    width = round(_GLIDE_S * FRAME_RATE_HZ)
    kernel = np.ones(width) / width
    faces = np.apply_along_axis(lambda c: np.convolve(c, kernel, "same"), 0, faces)
    return take.moved_by(faces)


OTHERS: dict[str, Callable[[Take], Take]] = {
    "shapes timed by text": by_text,
    "jaw by loudness": by_loudness,
}
"""Who else moves lips, without having learned anything."""
