"""Which gestures go with words, and when: meaning first, on the stress, not too many."""

import asyncio
import shutil
from dataclasses import replace

import numpy as np
import pytest

from actuation.generators.voices.process import ProcessVoice
from actuation.gestures.gesticulation import Gesticulation
from actuation.speech.text import readable
from actuation.speech.voice import VoiceConfig
from agent.core.messages import Gaze, GazeTarget, GestureCue, Place
from tests.fakes.gestured import (
    BEATS,
    LEAD_S,
    SENTENCES,
    SKELETON,
    choice,
    chosen,
    clause,
    names,
    score_of,
)

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
