"""Lessons for murmurs: what is made is what it is called, drawn anew, and none of the judged."""

import numpy as np
import pytest

from agent.bench.heard_once import lines
from agent.commands.training.murmurs import Lesson, fit, left_out, looked_up, write
from agent.core.errors import BadInputError
from agent.lessons.murmur_sounds import SOUNDS
from agent.lessons.murmurs import FLOOR, JUDGED, MURMURS, is_murmur
from perception.backends.pocketsphinx import dictionary
from perception.senses import SOUND_RATE_HZ
from perception.turns.listeners import AS_SAID, CLAIMS, LISTENS
from perception.turns.murmur import chance_of_murmur, read_line, read_lists
from perception.turns.phones import PHONES
from perception.turns.phrases import Phrases
from perception.turns.pitch import pitch_hz

KNOWN = dictionary()
UNHEARD = {line for name in JUDGED if name.endswith(("later", "last")) for line in lines(name)}


@pytest.mark.parametrize("name", SOUNDS)
def test_a_made_sound_is_short_even_and_never_twice_the_same(name):
    first, second = (SOUNDS[name](np.random.default_rng(seed)) for seed in (1, 2))
    for sound in (first, second):
        assert 0.1 < sound.size / SOUND_RATE_HZ < 2.5
        assert np.abs(sound).max() == pytest.approx(0.5)
    size = min(first.size, second.size)
    assert abs(np.corrcoef(first[:size], second[:size])[0, 1]) < 0.9


def test_hums_have_a_pitch_and_doors_have_none():
    def voiced(name):
        return np.mean([(pitch_hz(SOUNDS[name](np.random.default_rng(k))) > 0).mean()
                        for k in range(6)])  # fmt: skip

    assert voiced("hum") > 0.6
    assert voiced("hum") > 2 * voiced("cough")


def test_the_lines_that_judge_are_none_of_the_lessons():
    assert not UNHEARD & set(FLOOR)
    assert not UNHEARD & set(MURMURS)


def test_thanks_in_other_words_are_no_wish_for_the_floor():
    assert is_murmur("okay thank you very much")
    assert is_murmur("oh good to know")
    assert not is_murmur("okay thank you goodbye")
    assert not any(is_murmur(line) for line in FLOOR)


def lessons(count=160):
    """Two kinds that differ in one of six features, and in nothing else."""
    chance = np.random.default_rng(4)
    made = []
    for k in range(count):
        told = chance.standard_normal(6).astype(np.float32)
        told[2] += 3.0 if k % 2 else -3.0
        made.append(Lesson(told=told, murmur=bool(k % 2), what=f"w{k % 9}", voice=f"v{k % 4}"))
    return made


def test_what_tells_the_kinds_apart_is_found_and_judged_on_what_is_left_out(tmp_path):
    made = lessons()
    line = fit(made, ridge=1.0)
    assert np.argmax(np.abs(line.weights)) == 2
    assert chance_of_murmur(np.float32([0, 0, 3, 0, 0, 0]), line) > 0.9
    assert left_out(made, lambda one: int(one.voice[1]), ridge=1.0) > 0.97
    dealt = [Lesson(told=one.told, murmur=bool(k % 4 > 1), what="", voice=one.voice)
             for k, one in enumerate(made)]  # fmt: skip
    assert left_out(dealt, lambda one: int(one.voice[1]), ridge=1.0) < 0.75
    write(made, tmp_path / "weights.npz", KNOWN)
    assert read_line(tmp_path / "weights.npz").weights == pytest.approx(fit(made).weights)
    assert read_lists(tmp_path / "weights.npz").claims.phones.size > 1000


def test_phrases_are_looked_up_in_every_way_they_are_said():
    columns = {name: i + 1 for i, name in enumerate(PHONES)}
    read = {"read": ["R IY D", "R EH D"], "it": ["IH T"]}
    ways = looked_up(("read it", "hm"), read)
    assert ways[:2] == [[columns[p] for p in way.split()] for way in ("R IY D IH T", "R EH D IH T")]
    assert len(ways) == 2 + len(AS_SAID["hm"])


def test_the_lists_that_ship_are_the_lists():
    shipped = read_lists()
    for said, kept in ((LISTENS, shipped.listens), (CLAIMS, shipped.claims)):
        now = Phrases.of(looked_up(said, KNOWN))
        assert np.array_equal(now.phones, kept.phones), "run foyer train murmurs"
        assert np.array_equal(now.ends, kept.ends)
        assert len(set(said)) == len(said)
    assert not set(LISTENS) & set(CLAIMS) - {"is it"}


def test_too_few_are_refused(tmp_path):
    with pytest.raises(BadInputError, match="too few"):
        write(lessons(20), tmp_path / "weights.npz", KNOWN)
