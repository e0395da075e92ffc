import pytest

from agent.core.messages import (
    LineTyped,
    SpeechContinues,
    SpeechStarted,
    TurnEnded,
    TurnPaused,
    WordsHeard,
)
from perception.audio import FRAME_S
from perception.turns.completeness import Completeness, completeness
from perception.turns.patience import PatienceConfig
from perception.turns.taking import (
    BeginWords,
    DropWords,
    Heard,
    SettleWords,
    TurnsConfig,
    TurnTaker,
)
from perception.turns.turn_end import JudgeEnd
from perception.turns.voice_activity import VoiceConfig
from tests.fakes.sounds import script

RULE = PatienceConfig(judge="rule")
CONFIG = TurnsConfig(voice=VoiceConfig(trails_s=0.0), patience=RULE)


def take(*parts, words=("where is the restroom",), confidence=0.9, answer_after=1, config=CONFIG):
    """Outcomes with the sound's time, for (seconds, probability) parts and settled readings."""
    turns, out, due, words = TurnTaker(config), [], [], list(words)
    for i, p in enumerate(script(*parts)):
        now = (i + 1) * FRAME_S
        outcomes = turns.hear(i * FRAME_S, p)
        due = [(n - 1, w) for n, w in due]
        for _, wish in [d for d in due if d[0] <= 0]:
            text = words.pop(0) if len(words) > 1 else words[0]
            outcomes += turns.read(
                Heard(turn=wish.turn, revision=wish.revision, text=text, confidence=confidence)
            )
        due = [d for d in due if d[0] > 0]
        if answer_after is not None:
            due += [(answer_after, o) for o in outcomes if isinstance(o, SettleWords)]
        out += [(now, o) for o in outcomes]
    return out


def only(kind, outcomes):
    return [(now, o) for now, o in outcomes if isinstance(o, kind)]


def ended_after(outcomes):
    """Silence from the last voiced sample to each `TurnEnded`."""
    return [now - o.at for now, o in only(TurnEnded, outcomes)]


def test_a_turn_starts_pauses_and_ends_with_its_words():
    out = take((0.32, 0.0), (1.28, 0.9), (2.0, 0.0))
    told = [type(o) for _, o in out if not isinstance(o, SpeechContinues)]

    assert told == [
        SpeechStarted,
        BeginWords,
        SettleWords,
        JudgeEnd,
        TurnPaused,
        TurnEnded,
        DropWords,
    ]
    kinds = (SpeechStarted, TurnPaused, TurnEnded)
    (_, start), (_, pause), (_, end) = (only(kind, out)[0] for kind in kinds)
    assert start.at == pytest.approx(0.32)
    assert pause.at == end.at == pytest.approx(1.6)
    assert pause.text == end.text == "where is the restroom"
    assert end.voiced_s == pytest.approx(1.28)


def test_the_recogniser_is_given_the_sound_before_the_voice():
    _, begin = only(BeginWords, take((1.024, 0.0), (1.0, 0.9)))[0]
    assert begin.since == pytest.approx(1.024 - CONFIG.pre_roll_s)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("where is the restroom", 0.3, 0.43),
        ("yes", 0.3, 0.43),
        ("tuesday", 0.7, 0.8),
        ("i have an appointment with", 1.5, 1.7),
        ("my name is", 1.5, 1.7),
        ("five five one", 1.2, 1.4),
        ("let me think", 1.5, 1.7),
        ("", 0.8, 1.0),
    ],
)
def test_the_silence_that_ends_a_turn_depends_on_how_finished_it_looks(text, least, most):
    (silence,) = ended_after(take((1.0, 0.9), (3.0, 0.0), words=(text,)))
    assert least <= silence <= most


def test_a_patient_receptionist_waits_much_longer():
    config = CONFIG.model_copy(update={"patience": PatienceConfig(judge="rule", patient=True)})
    (silence,) = ended_after(take((1.0, 0.9), (4.0, 0.0), config=config))
    assert silence > 0.9


def test_going_on_raises_the_revision_and_only_the_last_one_is_committed():
    out = take((1.0, 0.9), (0.35, 0.0), (1.0, 0.9), (2.0, 0.0),
               words=("my name is", "my name is john smith"))  # fmt: skip

    assert [o.revision for _, o in only(SpeechStarted, out)] == [0, 1]
    assert [(o.revision, o.text) for _, o in only(TurnPaused, out)] == [
        (0, "my name is"),
        (1, "my name is john smith"),
    ]
    ((_, end),) = only(TurnEnded, out)
    assert (end.revision, end.text) == (1, "my name is john smith")
    assert len({o.turn for _, o in only(SpeechStarted, out)}) == 1


def test_a_late_answer_for_a_revision_gone_by_is_dropped():
    out = take((1.0, 0.9), (0.3, 0.0), (1.0, 0.9), (2.0, 0.0), answer_after=8,
               words=("stale", "fresh words are here"))  # fmt: skip

    assert [o.text for _, o in only(TurnPaused, out)] == ["fresh words are here"]


def test_the_voice_that_goes_on_is_told_ten_times_a_second():
    out = take((2.0, 0.9))
    assert 17 <= len(only(SpeechContinues, out)) <= 22


@pytest.mark.parametrize(
    "parts",
    [
        ((0.1, 0.9), (3.0, 0.0)),
        ((5.0, 0.9), (3.0, 0.0)),
        ((1.0, 0.9), (0.3, 0.0), (0.2, 0.9), (0.5, 0.0), (0.7, 0.9), (3.0, 0.0)),
        ((40.0, 0.9), (3.0, 0.0)),
        ((1.0, 0.9), (2.0, 0.0), (1.0, 0.9), (2.0, 0.0)),
        ((1.0, 0.9), (35.0, 0.4), (3.0, 0.0)),
    ],
)
@pytest.mark.parametrize("answer_after", [1, 20, None])
def test_every_turn_that_started_ends_exactly_once(parts, answer_after):
    out = take(*parts, answer_after=answer_after)
    started = [o.turn for _, o in only(SpeechStarted, out) if o.revision == 0]
    ended = [o.turn for _, o in only(TurnEnded, out)]

    assert started
    assert ended == started


def test_a_blip_of_voice_has_no_words():
    ((_, end),) = only(TurnEnded, take((0.1, 0.9), (3.0, 0.0), words=("thank",)))
    assert (end.text, end.confidence) == ("", 0.0)


def test_a_recogniser_that_never_answers_does_not_keep_the_turn_open():
    out = take((1.0, 0.9), (5.0, 0.0), answer_after=None)
    (_, end), (_, drop) = only(TurnEnded, out)[0], only(DropWords, out)[0]

    assert end.text == ""
    assert drop.late
    assert ended_after(out)[0] == pytest.approx(CONFIG.words_within_s, abs=2 * FRAME_S)


def test_a_monologue_is_cut_at_the_longest_turn_and_the_next_turn_begins():
    config = CONFIG.model_copy(update={"longest_turn_s": 3.0})
    ends = only(TurnEnded, take((8.0, 0.9), (2.0, 0.0), config=config))

    assert len(ends) >= 2
    assert ends[0][0] < 3.3


def test_words_are_shown_as_they_come_and_only_when_they_change():
    turns = TurnTaker(CONFIG)
    for i in range(10):
        turns.hear(i * FRAME_S, 0.9)
    turn = turns.open_turn
    shown = [turns.read(Heard(turn=turn, text=t)) for t in ("where", "where", "where is", "")]

    assert [len(s) for s in shown] == [1, 0, 1, 0]
    assert isinstance(shown[0][0], WordsHeard)
    assert turns.read(Heard(turn=turn + 1, text="another turn")) == []


def test_a_fault_in_mid_turn_closes_it_with_the_words_so_far_and_only_once():
    turns = TurnTaker(CONFIG)
    for i in range(20):
        turns.hear(i * FRAME_S, 0.9)
    turns.read(Heard(turn=turns.open_turn, text="where is"))
    end, drop = turns.close()

    assert (end.text, end.confidence < 0.5) == ("where is", True)
    assert isinstance(drop, DropWords)
    assert turns.close() == []


def test_a_typed_line_is_a_turn_of_its_own_and_leaves_a_spoken_one_open():
    turns = TurnTaker(CONFIG)
    for i in range(20):
        turns.hear(i * FRAME_S, 0.9)
    spoken = turns.open_turn
    end = turns.typed(LineTyped(at=5.0, text="  Where is the restroom? "))

    assert (end.typed, end.text, end.at) == (True, "Where is the restroom?", 5.0)
    assert end.turn != spoken
    assert turns.open_turn == spoken


def test_a_voice_that_may_be_beginning_again_is_given_the_benefit_of_the_doubt():
    nearly = 0.384 - 2 * FRAME_S  # the voice comes back just before the silence would end the turn
    out = take((0.96, 0.9), (nearly, 0.0), (1.0, 0.9), (2.0, 0.0))
    assert len(only(TurnEnded, out)) == 1


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("", Completeness.NOTHING),
        ("i would like to see", Completeness.DANGLING),
        ("i am here to deliver a package and", Completeness.DANGLING),
        ("can you tell me where the", Completeness.DANGLING),
        ("hi my name is", Completeness.DANGLING),
        ("um", Completeness.DANGLING),
        ("anna keller", Completeness.OPEN),
        ("where is the restroom", Completeness.CLOSED),
        ("what can you do for me", Completeness.CLOSED),
        ("who are you", Completeness.CLOSED),
        ("no", Completeness.CLOSED),
        ("thank you goodbye", Completeness.CLOSED),
        ("thank you", Completeness.CLOSED),
        ("i have an appointment with anna keller at ten", Completeness.CLOSED),
        ("Where is the restroom?", Completeness.CLOSED),
    ],
)  # fmt: skip
def test_sentences_look_as_finished_as_a_listener_would_say(text, look):
    assert completeness(text) is look
