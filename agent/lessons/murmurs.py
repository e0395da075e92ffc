"""What a listener utters over the agent's voice: murmurs, and words that want the floor.

Made voices say both, other made voices hum, laugh and cough; all at other heights and speeds, in
noise and in rooms. What people murmur is a closed class, so the words themselves are much the same
as those by which it is judged; the lines that want the floor are none of the judging ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.bench.heard_once import lines
from agent.bench.hearing import in_noise
from agent.bench.hearing_words import SITE
from agent.bench.made_pauses import LEAD_S, VOICES, say
from agent.bench.sound_rooms import Room
from agent.core.errors import BackendUnavailableError
from agent.lessons.murmur_sounds import SOUNDS
from perception.audio import FRAME, FRAME_S, Sound
from perception.backends.silero import SileroDetector
from perception.senses import SOUND_RATE_HZ
from perception.turns.taking import TurnsConfig, TurnTaker
from perception.turns.turn_end import JudgeEnd
from perception.words.site_language import sentences

MURMURS: Final = (
    "yes", "yeah", "yep", "yup", "okay", "ok then", "right", "sure", "fine", "good", "great",
    "nice", "cool", "perfect", "exactly", "of course", "got it", "i see", "oh i see", "oh", "ah",
    "aha", "uh huh", "uh", "huh", "hm", "oh yes", "oh yeah", "oh good", "oh great", "oh nice",
    "yeah yeah", "yes yes", "right right", "okay okay", "yeah okay", "okay good", "okay great",
    "okay thanks", "all right", "thanks", "thank you", "i understand", "wow", "ah okay", "ah yes",
    "ah right", "sounds good", "very good", "good good", "yes of course", "oh wow", "true",
    "sure sure", "yes i see", "hm okay", "well okay", "lovely", "absolutely", "indeed",
    "interesting", "very interesting", "wonderful", "oh wonderful", "brilliant", "amazing",
    "excellent", "super", "awesome", "fantastic", "how interesting", "gotcha", "yes i know",
    "yeah i know", "no worries", "sure thing", "understood", "good to hear", "that works",
    "that's great", "very nice", "sounds great", "oh dear", "oh my", "mhm", "mm", "mm hmm",
    "uh huh yeah", "okay good", "ah nice", "ah i see", "yeah exactly", "yep got it", "oh is it",
    "right of course", "that makes sense", "ah perfect", "oh cool", "yeah true", "mm yes", "gosh",
)  # fmt: skip
FLOOR: Final = (
    "please stop", "no wait", "sorry", "pardon", "pardon me", "hey", "help", "help me", "listen",
    "one second", "just a second", "wait wait", "but where", "but why", "why", "when", "who",
    "how", "how far", "how long", "which one", "which floor", "which way", "what time", "where",
    "what was that", "say again", "once more", "slower please", "louder", "too fast", "not that",
    "no thanks", "no thank you", "never mind", "forget it", "that is enough", "enough", "quiet",
    "no stop", "actually no", "actually", "but", "and the lift", "not now", "hold on please",
    "can i ask", "may i ask", "one question", "another question", "i meant upstairs", "no i meant",
    "you misunderstood", "i am in a hurry", "i cannot hear you", "what floor", "is it far",
    "is it free", "with whom", "from where", "who is that", "i know", "i know that", "skip that",
    "let me", "let me ask", "tell me", "show me", "go back", "come here", "look", "there is a fire",
    "call someone", "do you speak german", "english please", "my bag is gone", "i am late",
    "the other one", "not the lift", "upstairs", "tomorrow", "the toilet", "coffee", "and parking",
    "what about lunch", "before that", "after lunch", "is he in", "i lost it", "wrong",
    "sorry but", "what about", "yes but", "okay but where", "right but which", "can i just",
    "listen to me", "sorry who", "sorry where", "but i need", "just stop", "no no", "okay stop",
    "one more thing", "i mean", "and who", "and when", "could i", "could you", "yes but when",
    "hold on now", "wait no", "hey wait", "stop there", "not yet", "i have to go", "let me through",
)  # fmt: skip
_MANY_VOICES: Final = (
    *VOICES, *VOICES, *VOICES, ("flite", "kal"),
    ("espeak", "en-us"), ("espeak", "en-us+f2"), ("espeak", "en-gb+m3"), ("espeak", "en-gb+f4"),
    ("espeak", "en-us+klatt4"), ("espeak", "en-gb-scotland"), ("espeak", "en-us+linda"),
    ("espeak", "en-us+john"), ("espeak", "en-gb-x-rp+f5"),
)  # fmt: skip
JUDGED: Final = (
    "backchannels", "backchannels_later", "backchannels_last", "backchannels_fresh",
    "interruptions", "interruptions_later", "interruptions_last", "interruptions_fresh",
)  # fmt: skip
"""Sets of lines of `bench/turn_ends.yaml` by which it is judged."""
_POLITE: Final = (
    "very much", "so much", "a lot", "no problem", "fair enough", "makes sense", "good to know",
    "really", "that's good", "that's nice", "that's great", "how nice", "i get it", "well", "then",
)  # fmt: skip
_TAIL_S: Final = 0.7
_SPEEDS: Final = (0.86, 1.16)
_NOISE_DB: Final = (5.0, 30.0)
_LEVEL_DB: Final = (-24.0, 0.0)
_OF_VOICE: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Uttered:
    """One short voice as the microphone has it, and quiet around it."""

    sound: Sound
    murmur: bool
    what: str
    voice: str


def uttered(count: int, seed: int = 5) -> Iterator[Uttered]:
    """`count` of them. Raises `BackendUnavailableError` without flite or espeak."""
    chance = np.random.default_rng(seed)
    judged = {line for name in JUDGED for line in lines(name)}
    visitors = [text for text, _ in sentences(SITE, forms=6)]
    asked = [text for text in visitors if 2 <= len(text.split()) <= 7]
    asked = [text for text in asked if text not in judged and not is_murmur(text)]
    wants = [text for text in FLOOR if text not in judged]
    while count > 0:
        kind = chance.random()
        if kind < 0.15:
            name = str(chance.choice(list(SOUNDS)))
            yield _heard(SOUNDS[name](chance), chance, murmur=True, what=name, voice="made sound")
        else:
            texts = MURMURS if kind < 0.5 else wants if kind < 0.82 else asked
            text = str(chance.choice(texts))
            voice = _MANY_VOICES[int(chance.integers(len(_MANY_VOICES)))]
            sound = _said(text, voice)
            if sound is None:
                continue
            yield _heard(sound, chance, murmur=kind < 0.5, what=text, voice=" ".join(voice))
        count -= 1


def is_murmur(text: str) -> bool:
    """It is made of what listeners say and of nothing else."""
    left = f" {text} "
    for phrase in sorted((*MURMURS, *_POLITE), key=len, reverse=True):
        while f" {phrase} " in left:
            left = left.replace(f" {phrase} ", " ", 1)
    return not left.strip()


def _said(text: str, voice: tuple[str, str]) -> Sound | None:
    try:
        said = say(text, voice, seed=0)
    except BackendUnavailableError as fault:
        if "needs" in str(fault):
            raise
        return None
    return said.sound[round((LEAD_S - 0.05) * SOUND_RATE_HZ) : round(said.ends_at * SOUND_RATE_HZ)]


def _heard(
    sound: Sound, chance: np.random.Generator, *, murmur: bool, what: str, voice: str
) -> Uttered:
    """At another height and speed, from another place, in another noise."""
    sound = faster(sound, float(chance.uniform(*_SPEEDS)))
    quiet = np.zeros(round(LEAD_S * SOUND_RATE_HZ), np.float32)
    tail = np.zeros(round(_TAIL_S * SOUND_RATE_HZ), np.float32)
    sound = np.concatenate([quiet, sound, tail])
    if chance.random() < 0.4:
        room = Room(silent_after_s=float(chance.choice([0.2, 0.35, 0.5])), seed=1)
        away = float(chance.choice([0.5, 1.0, 2.0]))
        sound = room.hears(sound, (1.0 + away, 2.4, 1.5), (1.0, 2.5, 1.2))[0]
        sound = sound * (0.5 / (np.abs(sound).max() + 1e-9))
    sound = in_noise(sound, float(chance.uniform(*_NOISE_DB)))
    sound = (sound * 10 ** (float(chance.uniform(*_LEVEL_DB)) / 20)).astype(np.float32)
    return Uttered(sound=sound, murmur=murmur, what=what, voice=voice)


def faster(sound: Sound, speed: float) -> Sound:
    """`sound` played so many times as fast, and so much higher."""
    places = np.arange(0, sound.size - 1, speed)
    played: Sound = np.interp(places, np.arange(sound.size), sound).astype(np.float32)
    return played


def asked_of(one: Uttered) -> tuple[Sound, tuple[float, float]] | None:
    """What the ear is asked at the first pause of the voice; None: nothing, of this one.

    The sound so far, and how long ago the voice began and ended, seconds.
    """
    detector, turns = SileroDetector(), TurnTaker(TurnsConfig())
    turns.agent_speaks(True)
    for i in range(one.sound.size // FRAME):
        frame = one.sound[i * FRAME : (i + 1) * FRAME]
        for wish in turns.hear(i * FRAME_S, detector.probability(frame)):
            if isinstance(wish, JudgeEnd):
                since = max(0, round(wish.since * SOUND_RATE_HZ))
                sound = one.sound[since : (i + 1) * FRAME]
                return None if wish.voice_s is None else (sound, wish.voice_s)
    return None
