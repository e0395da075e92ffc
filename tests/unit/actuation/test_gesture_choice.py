"""Which gestures go with words, and when: meaning first, on the stress, not too many."""

import asyncio
import shutil
from dataclasses import replace

import numpy as np
import pytest

from actuation.generators.voices.process import ProcessVoice
from actuation.gestures.choice import GestureChoice, GestureConfig
from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.lexemes import standard_lexicon
from actuation.joints.skeleton import load_skeleton
from actuation.score import Score
from actuation.speech.text import readable
from actuation.speech.voice import VoiceConfig
from agent.core.messages import (
    Act,
    ActId,
    Clause,
    Gaze,
    GazeTarget,
    GestureCue,
    Place,
    Reason,
    UtteranceId,
)
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


# Meaning first.


def test_what_the_act_asks_for_goes_before_what_words_call_for():
    spoken = clause("Hello over there.", GestureCue(lexeme="thumb_up"))
    assert names(chosen(spoken)) == ["thumb_up"]


def test_hands_speak_along_while_the_head_does_what_was_asked():
    strokes = chosen(clause("You can leave the parcel here.", GestureCue(lexeme="nod", word=0)))
    assert "nod" in names(strokes)
    assert "parcel" in names(strokes)


def test_a_gesture_is_found_by_its_meaning():
    strokes = chosen(clause("Gladly.", GestureCue(meaning="come closer")))
    assert names(strokes) == ["beckon"]


def test_words_with_a_gesture_of_their_own_come_before_beats():
    strokes = chosen(clause("We have a large box."), choice(meanings_per_minute=40))
    assert set(names(strokes)) & {"big", "parcel"}


def test_a_gesture_that_nobody_knows_is_left_out():
    assert chosen(clause("Mm.", GestureCue(lexeme="somersault"))) == []


# On the stress, and never before it may begin.


def test_a_stroke_lands_on_the_word_it_is_bound_to():
    spoken = clause("This is the way to it.", GestureCue(lexeme="offer_palm", word=3))
    (stroke,) = chosen(spoken)
    assert stroke.apex_s == pytest.approx(spoken.stroke_s(3))


def test_words_of_a_phrase_carry_the_stroke_on_their_strongest_stress():
    spoken = clause("So please take a seat now.")
    stroke = next(s for s in chosen(spoken) if s.lexeme == "offer_palm")
    stresses = [p.at_s for p in spoken.prominences if 2 <= p.word <= 4]
    assert min(abs(stroke.apex_s - at) for at in stresses) < 0.01


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("earliest_s", [0.0, 0.9, 1.4, 3.0])
def test_nothing_moves_before_it_may(text, earliest_s):
    cues = (GestureCue(lexeme="wave", word=0), GestureCue(lexeme="nod"))
    for spoken in (clause(text), clause(text, *cues)):
        strokes = chosen(spoken, earliest_s=earliest_s)
        assert all(stroke.start_s >= earliest_s for stroke in strokes)


def test_a_gesture_of_words_that_would_come_late_is_left_out():
    spoken = clause("Hello.", starts_s=0.05)
    assert "wave" not in names(chosen(spoken, earliest_s=0.0))
    asked = clause("Hello.", GestureCue(lexeme="wave"), starts_s=0.05)
    assert names(chosen(asked, earliest_s=0.0)) == ["wave"], "one asked for comes all the same"


# Free of each other.


def test_hands_are_done_with_one_gesture_before_the_next():
    choosing = choice(meanings_per_minute=40, beats_per_minute=60, again_after_s=0)
    at_s, busy_until_s = LEAD_S, -np.inf
    for text in SENTENCES:
        spoken = clause(text, starts_s=at_s)
        strokes = chosen(spoken, choosing, busy_until_s=busy_until_s)
        hands = sorted((s for s in strokes if not s.additive), key=lambda s: s.start_s)
        for stroke in hands:
            assert stroke.start_s >= busy_until_s - 1e-9
            busy_until_s = stroke.end_of_hold_s
        at_s = spoken.end_s + 0.2


def test_gestures_asked_for_together_come_one_after_another():
    cues = [GestureCue(lexeme="wave", word=0), GestureCue(lexeme="offer_palm", word=6)]
    first, second = chosen(clause("Hello and welcome here, please have this seat now.", *cues))
    assert second.start_s >= first.end_of_hold_s
    silent = choice().at_once(cues, now_s=5.0)
    assert silent[1].start_s >= silent[0].end_of_hold_s


# Not too many, not the same one twice in a while.


def long_talk(choosing, minutes):
    at_s, busy_until_s, strokes = LEAD_S, -np.inf, []
    i = 0
    while at_s < 60 * minutes:
        spoken = clause(SENTENCES[i % len(SENTENCES)], starts_s=at_s)
        new = chosen(spoken, choosing, busy_until_s=busy_until_s)
        strokes += new
        busy_until_s = max([busy_until_s, *(s.end_of_hold_s for s in new if not s.additive)])
        at_s, i = spoken.end_s + 0.2, i + 1
    return strokes


@pytest.mark.parametrize(("meanings", "beats"), [(14, 16), (6, 4), (0, 10), (10, 0), (0, 0)])
def test_there_are_as_many_gestures_as_the_operator_allows(meanings, beats):
    choosing = choice(meanings_per_minute=meanings, beats_per_minute=beats)
    strokes = [s for s in long_talk(choosing, 3) if not s.additive]
    of_beats = sum(s.lexeme in BEATS for s in strokes)
    assert len(strokes) - of_beats <= 3 * meanings + 3
    assert of_beats <= 3 * beats + 3
    assert bool(of_beats) == (beats > 0)
    assert bool(len(strokes) - of_beats) == (meanings > 0)


def test_the_same_gesture_does_not_come_twice_in_a_while():
    strokes = long_talk(choice(again_after_s=12), 3)
    last = {}
    for stroke in sorted(strokes, key=lambda s: s.apex_s):
        if stroke.lexeme not in BEATS:
            assert stroke.apex_s - last.get(stroke.lexeme, -np.inf) >= 12
        last[stroke.lexeme] = stroke.apex_s


def test_beats_take_turns():
    strokes = [s.lexeme for s in long_talk(choice(), 2) if s.lexeme in BEATS]
    assert len(set(strokes)) == 3


def test_the_same_talk_gives_the_same_gestures():
    once, again = (long_talk(choice(), 1) for _ in range(2))
    assert [(s.lexeme, s.apex_s) for s in once] == [(s.lexeme, s.apex_s) for s in again]


# Deictics.


@pytest.mark.parametrize(
    ("place", "side"), [(Place(x_m=2.0, y_m=3.0), "left"), (Place(x_m=2.0, y_m=-6.0), "right")]
)
@pytest.mark.parametrize("lexeme", ["point", "show_way", "offer_palm"])
def test_the_hand_on_the_side_of_the_place_shows_it(place, side, lexeme):
    spoken = clause("It is over there.", GestureCue(lexeme=lexeme, toward=place))
    (stroke,) = chosen(spoken)
    assert stroke.hands == {side}


@pytest.mark.parametrize(
    "place", [Place(x_m=2.0, y_m=3.0), Place(x_m=3.0, y_m=-3.0), Place(x_m=-1.0, y_m=4.0)]
)
def test_the_finger_aims_at_the_place(place):
    body = Gesticulation()
    (placed,) = body.for_clause(
        clause("It is over there.", GestureCue(lexeme="point", toward=place)), earliest_s=0.0
    )
    joints = np.zeros((1, 44, 4))
    joints[..., 3] = 1.0
    frame = body.lay_over(joints, np.array([placed.apex_s]))[0]
    side = "left" if place.y_m > 0 else "right"
    held = SKELETON.globals_of(frame)
    finger = held[f"{side}IndexDistal"][1] - held[f"{side}IndexProximal"][1]
    aim = np.array([place.y_m, 0.0, place.x_m]) / np.hypot(place.x_m, place.y_m)
    flat = finger * [1.0, 0.0, 1.0]
    assert float(flat @ aim) / np.linalg.norm(flat) > np.cos(np.radians(8))


def test_the_true_place_goes_along_with_a_gesture_that_points():
    near = Place(x_m=0.7, y_m=-0.4)
    words = clause("It is over there.", GestureCue(lexeme="point", toward=near))
    (placed,) = Gesticulation().for_clause(words, earliest_s=0.0)
    assert placed.place == pytest.approx((-0.4, 1.2, 0.7))
    nod = clause("Yes, there.", GestureCue(lexeme="nod", toward=near))
    assert Gesticulation().for_clause(nod, earliest_s=0.0)[0].place is None


def test_no_finger_points_at_the_visitor():
    ahead = Place(x_m=5.0, y_m=0.3)
    strokes = chosen(clause("It is behind you.", GestureCue(lexeme="point", toward=ahead)))
    assert names(strokes) == ["point_behind"]


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Go down the corridor on my left.", "left"),
        ("The lift is to my right, over there.", "right"),
        ("It is on your left, past the plant.", "right"),
        ("You turn right after the plant.", "left"),
    ],
)
def test_the_hand_shows_the_side_that_is_said(text, side):
    strokes = [s for s in chosen(clause(text)) if s.lexeme == "show_way"]
    assert [s.hands for s in strokes] == [{side}]


def test_a_gesture_that_words_call_for_points_at_the_place_that_is_looked_at():
    place = Place(x_m=2.0, y_m=3.0)
    spoken = clause("So it is over there.", starts_s=2.0)
    looked = replace(
        spoken, clause=replace(spoken.clause, gaze=Gaze(target=GazeTarget.PLACE, place=place))
    )
    assert [s.place for s in chosen(spoken) if s.lexeme == "point"] == [None]
    (aimed,) = [s for s in chosen(looked) if s.lexeme == "point"]
    assert aimed.place == pytest.approx((3.0, 1.2, 2.0))
    assert aimed.hands == {"left"}


def test_the_head_does_its_part_while_a_hand_does_the_other():
    strokes = chosen(clause("Mm.", GestureCue(lexeme="thinking_chin")))
    hand, head = (next(s for s in strokes if s.additive == additive) for additive in (False, True))
    assert (hand.lexeme, head.lexeme) == ("thinking_chin", "thinking_chin_head")
    assert hand.start_s <= head.start_s
    assert head.apex_s == pytest.approx(hand.apex_s, abs=0.2)


def test_steps_of_a_list_are_counted_on_the_fingers():
    text = "First of all you sign in over here today, secondly you wait for your host there."
    strokes = names(chosen(clause(text, starts_s=2.0)))
    assert "item_first" in strokes
    assert "item_second" in strokes


# Words that only look alike.


@pytest.mark.parametrize(
    ("text", "not_this"),
    [
        ("It is the second door.", {"two", "halt", "check_time", "stairs_up"}),
        ("It takes a second.", {"two"}),
        ("Wait a second, please.", {"two", "stairs_up"}),
        ("That is right.", {"show_way", "stairs_up"}),
        ("All right, right away.", {"show_way"}),
        ("The tool is called Foyer.", {"phone_call"}),
        ("Let us call it a day.", {"phone_call"}),
        ("You are welcome.", {"welcome_arms", "wave"}),
        ("Say hello to Bob.", {"wave"}),
        ("Make sure that it is closed.", {"nod"}),
        ("I am not sure.", {"nod"}),
        ("The first aid kit is red.", {"path", "one", "stairs_up"}),
        ("It is next to the door.", {"path"}),
        ("What is your first name?", {"path", "one", "self_indicate"}),
        ("I am afraid so.", {"self_indicate"}),
        ("It is half past nine.", {"show_way"}),
        ("I look forward to it.", {"straight_on"}),
        ("This is no big deal.", {"big"}),
        ("Apart from that, yes.", {"split"}),
        ("The bus stop is near.", {"halt"}),
        ("Please follow the signs.", {"writing"}),
        ("Do not use the lift in a fire.", {"stairs_up"}),
        ("If you are not sure, ask.", {"shrug"}),
        ("The meeting room is free.", {"link"}),
        ("Room two is free.", {"two"}),
        ("Good afternoon.", {"later"}),
        ("The box office is open.", {"parcel"}),
        ("Somebody will be with you.", {"none"}),
        ("He is a great deal better.", {"thumb_up"}),
        ("Tea or water?", {"balance"}),
        ("The paper cup is empty.", {"document"}),
        ("They ring a bell.", {"phone_call"}),
        ("A platform and a note.", {"writing"}),
    ],
)
def test_words_that_only_look_alike_call_for_nothing(text, not_this):
    assert not called_for(text) & not_this


@pytest.mark.parametrize(
    ("text", "gesture"),
    [
        ("One second, please.", "halt"),
        ("It is on the second floor.", "stairs_up"),
        ("Turn right at the plant.", "show_way"),
        ("I will call a colleague.", "phone_call"),
        ("I\u2019m afraid not.", "shake_head"),
        ("Welcome to the house.", "welcome_arms"),
        ("Sure, gladly.", "nod"),
        ("The room is right behind you.", "point_behind"),
        ("Please sign in here.", "writing"),
        ("It is straight ahead.", "straight_on"),
        ("Parking is free of charge.", "none"),
        ("It is down in the basement.", "stairs_down"),
        ("It is around the corner.", "around"),
        ("There are three ways to go.", "three"),
        ("I am sending them a message.", "send"),
        ("It opens again tomorrow.", "later"),
        ("Do you have a passport?", "document"),
        ("I do not know.", "shrug"),
    ],
)
def test_words_call_for_the_gesture_that_says_the_same(text, gesture):
    assert gesture in called_for(text)


def test_behavior_names_only_gestures_that_there_are():
    from behavior.model.act_grammar import LEXEMES

    assert all(LEXICON.named(name) is not None for name in LEXEMES)


# With a real voice.


@pytest.fixture(scope="module")
def read_aloud():
    """The sentences as flite says them."""
    if shutil.which("flite") is None:
        pytest.skip("flite is not on this system: apt-get install flite")

    async def speak():
        config = VoiceConfig(deadline_s=20, start_deadline_s=30)
        voice = ProcessVoice(name="flite", config=config)
        await voice.start()
        try:
            return [await voice.speak(text, readable(text)) for text in SENTENCES]
        finally:
            await voice.close()

    return asyncio.run(speak())


def test_strokes_meet_the_stress_of_a_real_voice(read_aloud):
    choosing = choice(meanings_per_minute=40, beats_per_minute=60, again_after_s=0)
    placed = apart = 0
    busy_until_s = -np.inf
    for spoken in score_of(*read_aloud, starts_s=LEAD_S):
        strokes = chosen(spoken, choosing, busy_until_s=busy_until_s)
        stresses = [p.at_s for p in spoken.prominences]
        for stroke in strokes:
            placed += 1
            apart += min(abs(stroke.apex_s - at) for at in stresses) > 0.05
            if not stroke.additive:
                busy_until_s = max(busy_until_s, stroke.end_of_hold_s)
    assert placed > len(SENTENCES)
    assert apart <= 0.05 * placed


def test_gestures_asked_for_meet_the_stress_of_their_word(read_aloud):
    apart = 0
    for each in read_aloud:
        words = [p.word for p in score_of(each)[0].prominences]
        cue = GestureCue(lexeme="offer_palm", word=words[len(words) // 2])
        (spoken,) = score_of(each, cues=(cue,), starts_s=LEAD_S)
        (stroke,) = chosen(spoken)
        apart += abs(stroke.apex_s - spoken.stroke_s(cue.word)) > 0.05
    assert apart <= 0.05 * len(SENTENCES)


def test_most_sentences_get_a_gesture_with_a_meaning(read_aloud):
    with_meaning = 0
    for spoken in score_of(*read_aloud, starts_s=LEAD_S):
        with_meaning += any(s.lexeme not in BEATS for s in chosen(spoken))
    assert with_meaning >= 0.8 * len(SENTENCES)
