"""Clauses with a phone for every letter, and the gestures that are chosen for them."""

import numpy as np

from actuation.gestures.choice import GestureChoice, GestureConfig
from actuation.gestures.lexemes import standard_lexicon
from actuation.joints.skeleton import load_skeleton
from actuation.score import Score
from agent.core.messages import Act, ActId, Clause, Reason, UtteranceId
from tests.fakes.voices import speech, spelled

SENTENCES = (
    "Good morning, welcome to the house.",
    "Hello, how can I help you?",
    "Please take a seat, your host is coming down.",
    "The lift is to my right, past the glass doors.",
    "Go down the corridor on my left, the toilets are the second door.",
    "I am sorry, I did not catch your name.",
    "One moment please, let me look that up for you.",
    "Could you sign in with your name and your company?",
    "Your appointment with Doctor Weber is at ten o'clock.",
    "The café is open from eight in the morning until five.",
    "You can leave the parcel on the shelf behind you.",
    "I am letting your host know that you are here.",
    "Visitors need a badge, and it is valid for one day.",
    "That meeting room is on the third floor.",
    "Unfortunately the main entrance is closed after six.",
    "Either you wait here, or you come back tomorrow.",
    "There are three options for getting to the station.",
    "Of course, I will call a colleague for you.",
    "I do not know that, but I can find somebody who does.",
    "Everything on this floor is open to visitors.",
    "It is only a short walk from the main hall.",
    "The stairs are straight ahead, just behind the big plant.",
    "Thank you so much for bringing it all the way here.",
    "For example, you could visit the exhibition on the ground floor.",
    "Please keep your voice down in the reading room.",
    "Parking is free of charge for all visitors.",
    "The wireless network is called Foyer Guest.",
    "First you get a badge, and then somebody comes to meet you.",
    "Smoking is not allowed inside the building.",
    "Perfect, that is everything I need from you.",
    "Would you like a coffee while you are waiting?",
    "The conference starts in the large hall in ten minutes.",
    "My name is Robin, and I am the receptionist of this house.",
    "Follow the signs around the corner to the car park.",
    "Doctor Weber is still in a different meeting.",
    "You will find the restaurant upstairs on your left.",
    "It depends on the traffic, perhaps about twenty minutes.",
    "Have a nice day, and see you soon.",
    "The training course is held every week in this building.",
    "Please write your telephone number on this form.",
)

LEXICON, SKELETON = standard_lexicon(), load_skeleton()
BEATS = {"beat", "beat_down", "beat_both"}
LEAD_S = 1.0


def score_of(*spoken, cues=(), starts_s=0.0):
    """Clauses one after another, as the performer has them."""
    clauses = tuple(Clause(text=each.text, gestures=tuple(cues)) for each in spoken)
    reason = Reason(policy="test", because="a test")
    act = Act(at=0.0, act=ActId(1), reason=reason, clauses=clauses)
    score = Score(utterance=UtteranceId(1))
    for i, each in enumerate(spoken):
        score = score.append(act, i, each)
    return [scored.moved(starts_s) for scored in score.clauses]


def clause(text, *cues, starts_s=LEAD_S):
    """One clause with a phone for every letter."""
    return score_of(speech(spelled(text), text), cues=cues, starts_s=starts_s)[0]


def choice(**config):
    return GestureChoice(LEXICON, SKELETON, GestureConfig(**config))


def chosen(spoken, choosing=None, earliest_s=0.0, busy_until_s=-np.inf):
    choosing = choosing or choice()
    return choosing.for_clause(spoken, earliest_s=earliest_s, busy_until_s=busy_until_s)


def names(strokes):
    return [stroke.lexeme for stroke in strokes]


def called_for(text):
    """Every gesture that words of the text call for."""
    return {called.lexeme.name for called in LEXICON.in_text(text)}
