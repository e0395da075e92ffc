"""What visitors of a site are likely to say, as plain data for a recogniser."""

from collections.abc import Sequence
from dataclasses import dataclass

from behavior.languages.sounds_like import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Plain data for a recogniser: what visitors of this site are likely to say."""

    sentences: tuple[str, ...]
    """Lower case, no punctuation."""
    names: tuple[str, ...]
    """Full names of hosts."""
    rooms: tuple[str, ...]
    """Names of places and what else they are called."""
    words: tuple[str, ...]
    """All words of the above, each once, sorted."""


_TO_HOST = (
    "i have an appointment with {}", "i am here to see {}", "i'm here to see {}",
    "i would like to see {}", "i have a meeting with {}", "i am meeting {}", "is {} in",
    "i have a delivery for {}", "i have a package for {}", "can i speak to {}", "no i said {}",
    "i am here for an interview with {}", "{}", "can you tell {} i am here", "i meant {}",
)  # fmt: skip
_TO_PLACE = (
    "where is the {}", "where is the {} please", "how do i get to the {}",
    "i am looking for the {}", "can you tell me the way to the {}", "how do i find the {}",
    "which way is the {}", "the {}", "is there a {} here", "where can i find the {}",
)  # fmt: skip
_GENERAL = (
    "hello", "hi", "good morning", "good afternoon", "good evening", "yes", "yes please", "no",
    "no thank you", "no thanks", "thank you", "thank you very much", "thanks", "goodbye", "bye",
    "that is all", "that is correct", "that's right", "pardon", "sorry what did you say",
    "can you repeat that please", "could you say that again", "i have a delivery",
    "i have a package", "i am here to deliver a package", "i have a parcel to deliver",
    "who can sign for this", "i have an appointment", "i have a meeting", "i am a visitor",
    "my name is", "forget it", "never mind", "cancel that", "forget me", "delete my data",
    "can i talk to a person", "i want to speak to a human", "can someone help me", "help",
    "i need help", "call an ambulance", "there is a fire", "someone has fainted", "i need a doctor",
    "what time is it", "are you open now", "when are you open", "when do you close",
    "what is the wifi password", "is there a wifi", "where can i park", "where can i smoke",
    "can you call me a taxi", "where is the bus stop", "i lost my phone", "i lost my keys",
    "how are you", "who are you", "what is your name", "are you a robot", "are you a human",
    "are you recording me", "what can you do", "tell me a joke", "do you speak german",
    "can i bring my dog", "where can i charge my phone", "where can i wait",
    "how long will it take", "i am early", "i am late", "at nine o'clock",
    "at ten o'clock", "at half past two",
)  # fmt: skip


def make_phrases(
    *, people: Sequence[tuple[str, str, str]], places: Sequence[str], also: Sequence[str] = ()
) -> Phrases:
    """Fill the typical sentences with people (name, given name, surname) and places of a site."""
    names = tuple(dict.fromkeys(plain(name) for name, _, _ in people))
    short = tuple(dict.fromkeys(plain(part) for _, *parts in people for part in parts))
    rooms = tuple(dict.fromkeys(plain(place) for place in places))
    sentences = [plain(line) for line in (*_GENERAL, *also)]
    sentences += [line.format(name) for name in (*names, *short) for line in _TO_HOST]
    sentences += [line.format(room) for room in rooms for line in _TO_PLACE]
    unique = tuple(dict.fromkeys(sentences))
    words = sorted({word for sentence in unique for word in sentence.split()})
    return Phrases(sentences=unique, names=names, rooms=rooms, words=tuple(words))
