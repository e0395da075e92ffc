"""What listeners say, and what those say who want the floor. English.

Whoever listens says a closed class of things: yes, sounds, how good something is, thanks. Whoever
wants the floor begins in one of many ways, and goes on as they like. None of the lines by which
`foyer bench hearing` judges was looked up for these lists. The embedded recogniser has shorter
ones of its own (`perception/words/listeners.py`), which it follows while somebody speaks.
"""

from typing import Final

_HOW: Final = (
    *("good", "great", "nice", "lovely", "interesting", "brilliant", "amazing", "wonderful"),
    *("excellent", "super", "awesome", "fantastic", "perfect", "cool", "splendid", "marvelous"),
    *("fascinating", "incredible", "impressive", "beautiful", "sweet", "neat", "terrific"),
    *("superb", "funny", "clever", "smart", "easy", "handy", "useful", "helpful"),
)
LISTENS: Final = (
    *_HOW,
    *(f"{lead} {one}" for lead in ("that's", "that is", "very", "how") for one in _HOW),
    *(f"{lead} {one}" for lead in ("sounds", "so", "really") for one in _HOW),
    *("kind", "fair", "true", "fine", "right", "okay", "yes", "yeah", "yep", "yup", "alright"),
    *("all right", "sure", "exactly", "correct", "really", "indeed", "absolutely", "definitely"),
    *("certainly", "totally", "of course", "got it", "i got it", "i get it", "gotcha", "i see"),
    *("i understand", "understood", "i know", "oh", "ah", "aha", "ooh", "wow", "whoa", "gosh"),
    *("huh", "hm", "hmm", "mm", "mhm", "uh", "uh huh", "oh dear", "my goodness", "goodness"),
    *("oh my", "dear me", "no way", "no kidding", "you don't say", "fancy that", "too bad"),
    *("what a shame", "what a pity", "good to know", "good to hear", "glad to hear that"),
    *("makes sense", "that makes sense", "fair enough", "no problem", "no worries", "sure thing"),
    *("fine by me", "works for me", "that works", "that helps", "thanks", "thank you"),
    *("thanks a lot", "thank you very much", "thank you so much", "many thanks", "cheers"),
    *("it is", "it does", "is it", "is that so", "is that right", "i hear you", "i think so"),
    *("i guess so", "i suppose so", "i bet", "i believe so", "i hope so", "i agree", "agreed"),
    *("me too", "same here", "you're right", "not bad", "not too bad", "then", "well"),
    *("very well", "there you go", "will do", "noted", "go on", "please go on", "carry on"),
    *("i'm listening", "i follow", "so far so good", "point taken"),
)
CLAIMS: Final = (
    *("wait", "stop", "no", "nope", "hold on", "hang on", "hold it", "sorry", "excuse me"),
    *("pardon", "pardon me", "hey", "hello", "hi", "help", "listen", "look", "please", "quiet"),
    *("enough", "shut up", "silence", "pause", "cancel", "skip", "never mind", "forget it"),
    *("leave it", "not now", "not that", "not yet", "not", "one moment", "just a moment"),
    *("one second", "just a second", "a second", "one minute", "just a minute", "slow down"),
    *("slower", "louder", "speak up", "repeat", "say that", "again", "come again"),
    *("what was that", "what did", "i didn't", "i don't", "i do not", "i can't", "i cannot"),
    *("i couldn't", "i have", "i've", "i had", "i need", "i want", "i wanted", "i would", "i'd"),
    *("i'm", "i am", "i was", "i meant", "i mean", "i said", "i asked", "i lost", "i forgot"),
    *("i left", "i will", "i'll", "i just", "i only", "can", "can i", "can you", "can we"),
    *("could i", "could you", "may i", "might i", "would you", "will you", "do you", "do i"),
    *("does it", "does the", "did you", "is it", "is there", "is that", "is this", "is he"),
    *("is she", "are you", "are there", "are we", "was it", "where", "where's", "what"),
    *("what's", "what about", "what if", "when", "why", "who", "who's", "whose", "which"),
    *("how", "how about", "how do", "how long", "how far", "how much", "how many", "but", "and"),
    *("or", "so where", "so what", "actually", "wrong", "that's wrong", "that's not"),
    *("that isn't", "it's not", "it isn't", "it's", "there's", "there is", "my", "the", "this"),
    *("these", "those", "to", "for", "with", "another", "one more", "just one", "just", "first"),
    *("before", "after", "let me", "let's", "tell me", "show me", "give me", "take me", "call"),
    *("get me", "find", "go back", "go to", "start over", "next", "other", "someone"),
    *("somebody", "doctor", "police", "fire", "emergency", "ambulance", "toilet", "bathroom"),
    *("lift", "elevator", "coffee", "english", "in english", "you said", "you're wrong"),
    *("you are", "you have", "you don't", "misunderstood", "bye", "goodbye", "no thank you"),
    *("no thanks", "upstairs", "downstairs", "today", "tomorrow"),
)
AS_SAID: Final = {
    "mm": ("M",), "mhm": ("M HH M", "AH M HH AH M"), "hm": ("HH M", "HH AH M"),
    "hmm": ("HH M", "HH AH M"), "uh": ("AH",), "huh": ("HH AH",),
    "aha": ("AA HH AA", "AH HH AA"), "ah": ("AA",), "oh": ("OW",), "ooh": ("UW",),
    "yeah": ("Y AE", "Y EH", "Y AE AH"), "whoa": ("W OW",), "gotcha": ("G AA CH AH",),
}  # fmt: skip
"""What dictionaries lack or spell."""
