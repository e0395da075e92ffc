"""Two who speak at once are noticed; one who speaks is not taken for two."""

import numpy as np

from agent.bench.overlap_scenes import area_under_curve, windows
from agent.commands.training.overlap import hum
from agent.core.messages import SoundDirection, SpeechContinues, TurnEnded, TurnId
from perception.audio import FRAME, FRAME_S
from perception.backends.recorded_sound import read_sound
from perception.senses import SoundChunk
from perception.voices.overlap import OverlapJudge, read_weights
from tests.media import MEDIA, media


def readers():
    """Real ones, of whom the judge was not fitted to a word."""
    media("audio/librivox")
    novel = sorted((MEDIA / "audio/librivox").glob("*.wav"))
    return {
        "novel": [read_sound(path) for path in novel],
        "report": [read_sound(media("audio/LJ050-0131.wav"))],
    }


def through(judge, sound, *, probability=0.9, agent_speaks=False):
    for k in range(sound.size // FRAME):
        frame = SoundChunk(at=k * FRAME_S, samples=sound[FRAME * k : FRAME * (k + 1)])
        judge.hear(frame, probability, agent_speaks=agent_speaks)


def turn(**more):
    return TurnEnded(at=3.0, turn=TurnId(1), revision=0, text="a b", **more)


def mixture(seconds=2.5):
    some = readers()
    n = round(seconds * 16_000)
    one, other = some["novel"][2][16_000 : 16_000 + n], some["report"][0][20_000 : 20_000 + n]
    return one, one + other * np.float32(np.std(one) / np.std(other))


def test_seconds_of_two_real_readers_score_higher_than_of_one():
    some = windows(readers(), 16, hum(3), seed=4)
    weights = read_weights()
    scores = np.array([weights.evidence(row) for row in some.rows])
    assert area_under_curve(scores, some.two) > 0.85
    shuffled = np.random.default_rng(1).permutation(some.two)
    assert abs(area_under_curve(scores, shuffled) - 0.5) < 0.15


def test_a_turn_says_how_much_of_it_was_two_and_the_next_begins_anew():
    judge, (one, both) = OverlapJudge(), mixture()
    through(judge, both)
    said = judge.complete(SpeechContinues(at=2.0, turn=TurnId(1), revision=0, voiced_s=2.0))
    assert said.overlap == round(judge.now, 2) > 0.5
    assert judge.complete(turn()).overlap > 0.5
    assert judge.complete(turn()).overlap == 0.0
    through(judge, np.zeros(FRAME * 40, np.float32), probability=0.0)
    through(judge, one)
    assert judge.complete(turn()).overlap < 0.5


def test_a_typed_line_is_nobodys_mixture():
    judge = OverlapJudge()
    through(judge, mixture()[1])
    assert judge.complete(turn(typed=True)).overlap == 0.0


def test_without_a_voice_or_while_the_agent_speaks_nothing_is_told():
    for more in ({"probability": 0.1}, {"agent_speaks": True}):
        judge = OverlapJudge()
        through(judge, mixture()[1], **more)
        assert judge.now == 0.0
        assert judge.complete(turn()).overlap == 0.0


def test_two_directions_at_once_weigh_more_than_how_it_sounds():
    one, _ = mixture()
    sure = []
    for others in ((), (1.5,)):
        judge = OverlapJudge()
        for at in np.arange(0, 2.5, 0.1):
            judge.see(SoundDirection(at=float(at), azimuth_rad=0.2, speech=True, others_rad=others))
            start = round(at * 16_000 / FRAME) * FRAME
            for k in range(3):
                part = one[start + k * FRAME : start + (k + 1) * FRAME]
                if part.size == FRAME:
                    frame = SoundChunk(at=at + k * FRAME_S, samples=part)
                    judge.hear(frame, 0.9, agent_speaks=False)
        sure.append(judge.now)
    assert sure[1] > sure[0] + 0.2
