"""A turn that was taken for over, and whose owner goes on before an answer can have been heard."""

import pytest

from agent.core.messages import SpeechStarted, TurnEnded, TurnPaused, WordsHeard
from perception.audio import FRAME_S
from perception.turns.patience import PatienceConfig
from perception.turns.taking import Heard, SettleWords, TurnsConfig, TurnTaker
from perception.turns.turn_end import JudgeEnd, Sounded
from perception.turns.voice_activity import VoiceConfig
from tests.fakes.sounds import script

CLOSED_S = 0.4
PATIENCE = PatienceConfig(judge="rule", closed_s=CLOSED_S, doubt_factor=1.0, adapts=False)
CONFIG = TurnsConfig(voice=VoiceConfig(trails_s=0.0), patience=PATIENCE)
FIRST, SECOND = "i have an appointment at ten", "with anna keller"


def heard(pause_s, *, second=SECOND, config=CONFIG, agent_speaks=False, over=False):
    """What is told of two stretches of voice with `pause_s` of silence between them.

    `over`: the first is over the agent's voice. `agent_speaks`: the second is.
    """
    turns, out, words = TurnTaker(config), [], [FIRST, second]
    turns.agent_speaks(over)
    parts = script((1.0, 0.9), (pause_s, 0.0), (0.8, 0.9), (3.0, 0.0))
    for i, probability in enumerate(parts):
        outcomes = turns.hear(i * FRAME_S, probability)
        for wish in [o for o in outcomes if isinstance(o, SettleWords)]:
            told = Heard(turn=wish.turn, revision=wish.revision, text=words.pop(0), confidence=0.9)
            outcomes += turns.read(told)
        for wish in [o for o in outcomes if isinstance(o, JudgeEnd)]:
            judged = Sounded(turn=wish.turn, revision=wish.revision, finished=0.2)
            outcomes += turns.sounded(judged)
        if any(isinstance(o, TurnEnded) for o in outcomes):
            turns.agent_speaks(agent_speaks)
        out += outcomes
    return out


def ends(outcomes):
    return [o.text for o in outcomes if isinstance(o, TurnEnded)]


@pytest.mark.parametrize("agent_speaks", [False, True])
def test_who_goes_on_before_an_answer_can_be_heard_is_understood_as_a_whole(agent_speaks):
    out = heard(CLOSED_S + 0.25, agent_speaks=agent_speaks)
    assert ends(out) == [FIRST, f"{FIRST} {SECOND}"]
    began = [(o.turn, o.goes_on) for o in out if isinstance(o, SpeechStarted)]
    assert began == [(1, None), (2, 1)]
    last = [o for o in out if isinstance(o, TurnPaused)][-1]
    assert last.text == f"{FIRST} {SECOND}"
    assert [o for o in out if isinstance(o, JudgeEnd)][-1].voice_s is None  # it is no murmur


@pytest.mark.parametrize(
    ("pause_s", "config"),
    [
        (CLOSED_S + 0.6, CONFIG),
        (CLOSED_S + 0.25, CONFIG.model_copy(update={"goes_on_within_s": 0.0})),
    ],
)
def test_who_comes_later_begins_a_turn_of_their_own(pause_s, config):
    out = heard(pause_s, config=config)
    assert ends(out) == [FIRST, SECOND]
    assert all(o.goes_on is None for o in out if isinstance(o, SpeechStarted))


def test_who_was_let_pass_and_speaks_again_over_the_same_answer_is_heard_anew():
    out = heard(CLOSED_S + 0.25, over=True, agent_speaks=True)
    assert ends(out) == [FIRST, SECOND]
    assert [o for o in out if isinstance(o, JudgeEnd)][-1].voice_s is not None
    stopped = heard(CLOSED_S + 0.25, over=True, agent_speaks=False)
    assert ends(stopped) == [FIRST, f"{FIRST} {SECOND}"]  # who got the floor goes on


def test_a_cough_after_a_question_does_not_ask_it_again():
    assert ends(heard(CLOSED_S + 0.25, second="")) == [FIRST, ""]


def test_words_that_are_shown_meanwhile_are_of_the_whole_too():
    turns = TurnTaker(CONFIG)
    shown = []
    for i, p in enumerate(script((1.0, 0.9), (CLOSED_S + 0.25, 0.0), (0.8, 0.9))):
        outcomes = turns.hear(i * FRAME_S, p)
        for wish in [o for o in outcomes if isinstance(o, SettleWords)]:
            outcomes += turns.read(Heard(turn=wish.turn, revision=wish.revision, text=FIRST))
        if turns.open_turn == 2 and not shown:
            shown = turns.read(Heard(turn=turns.open_turn, text="with"))
    (words,) = shown
    assert isinstance(words, WordsHeard)
    assert words.text == f"{FIRST} with"
