"""`foyer train proactive`: from lobbies and from a site's own recordings, to weights that work."""

import io
import json

import numpy as np
import pytest

from agent.__main__ import main
from agent.commands.train import MODELS
from agent.lessons.practice import recorded
from agent.recording import Recorded, RecordingWriter
from behavior.proactive.acts import repertoire
from behavior.proactive.examples import Collection, held_out_sayings, is_held_out
from behavior.proactive.labels import NO, YES
from behavior.proactive.model import Model, ModelCard
from behavior.proactive.threshold import best_threshold
from behavior.proactive.windows import WindowConfig
from tests.fakes.frames import SMALL, comings
from tests.fakes.people import approach, pass_by

PURPOSES = repertoire().purposes


def site(folder, name, messages, *lines):
    """A recording with its annotations, as a site would have them."""
    stream = io.BytesIO()
    writer = RecordingWriter(stream, axis_offset_ns=0)
    for message in messages:
        writer.write(Recorded(message.at + 0.05, message))
    writer.finish()
    (folder / f"{name}.mcap").write_bytes(stream.getvalue())
    (folder / f"{name}.jsonl").write_text("\n".join(json.dumps(line) for line in lines))


@pytest.mark.long
def test_training_runs_and_the_weights_it_writes_are_read(tmp_path, capsys):
    out = tmp_path / "w.npz"
    options = ["--episodes", "4", "--minutes", "5", "--steps", "12", "--threads", "1"]
    assert main(["train", "proactive", *options, "--seed", "3", "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert "lived 5 of 5 stretches" in told.err
    assert "12 of 12 steps, loss" in told.err
    assert told.out.splitlines()[-1].startswith("held-out loss ")
    card = Model.read(out).card
    assert card.command.endswith("--episodes 4 --minutes 5 --seed 3 --steps 12 --threads 1")
    assert card.held_out["loss"] > 0


def test_a_sites_recordings_are_learned_from(tmp_path):
    site(
        tmp_path,
        "monday",
        approach(at=100.0),
        {"at": 0.0, "act_now": False},
        {"at": 1.5, "act_now": True, "person": "p1", "act": "sign"},
    )
    site(tmp_path, "tuesday", pass_by(at=5.0), {"at": 0.0, "act_now": False})
    first, second = recorded(tmp_path, WindowConfig(), PURPOSES)
    assert {one.label.act_now for one in first} == {YES, NO}
    assert {one.label.act_now for one in second} == {NO}
    assert any(one.label.suited == (frozenset({"sign"}),) for one in first)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--episodes", "1"], "at least 2"),
        (["--out", "weights.bin"], "must end in .npz"),
        (["--recordings", "/no/such/folder"], "no such folder"),
    ],
)
def test_bad_options_are_refused_with_the_cure(options, told, capsys):
    assert main(["train", "proactive", *options]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", MODELS)
def test_weights_that_could_not_be_kept_are_refused_before_the_work(name, tmp_path, capsys):
    assert main(["train", name, "--out", str(tmp_path / "weights.bin")]) == 2
    assert f"train {name}: --out {tmp_path / 'weights.bin'}: must end in" in capsys.readouterr().err
    ends = ".json" if name in {"engagement", "overlap", "turns"} else ".npz"
    assert main(["train", name, "--out", str(tmp_path / "no" / f"weights{ends}")]) == 2
    assert f"there is no folder {tmp_path / 'no'}" in capsys.readouterr().err


def test_a_recording_without_annotations_is_named(tmp_path, capsys):
    site(tmp_path, "monday", approach(), {"at": 0.0, "act_now": False})
    (tmp_path / "monday.jsonl").unlink()
    assert main(["train", "proactive", "--recordings", str(tmp_path)]) == 2
    assert "monday.jsonl" in capsys.readouterr().err


def test_a_small_network_learns_to_tell_who_comes_from_who_stands():
    from behavior.backends.proactive_training import Lesson, train
    from behavior.proactive import act_vectors

    patterns = [p for p in repertoire().patterns if p.purpose in ("greet", "sign", "calm")][::8]
    vectors, kept = act_vectors.act_vectors(patterns, act_vectors.read_vectors())
    taught, test = comings(40), comings(20, seed=9)
    lesson = Lesson(steps=200, batch=12, seed=1, threads=1)
    examples = Collection(taught, SMALL.window)
    losses = []
    weights = train(examples, SMALL, vectors, kept, lesson, lambda p: losses.append(p.loss))
    assert losses[-1] < losses[0] / 2
    made = Model(weights, SMALL)
    from behavior.proactive.threshold import answers_of

    right = [
        (answers_of(made, episode)[len(episode) - 1].act_now > 0.5)
        == (episode[-1].label.act_now == YES)
        for episode in test
    ]
    assert np.mean(right) >= 0.9
    assert 0.3 <= best_threshold(made, test) <= 0.99


def test_training_is_the_same_for_the_same_seed_and_another_for_another():
    from behavior.backends.proactive_training import Lesson, train
    from behavior.proactive import act_vectors

    patterns = [p for p in repertoire().patterns if p.purpose in ("greet", "sign")][::8]
    vectors, kept = act_vectors.act_vectors(patterns, act_vectors.read_vectors())

    def weights(seed):
        lesson = Lesson(steps=4, batch=8, seed=seed, threads=1)
        examples = Collection(comings(10), SMALL.window)
        return train(examples, SMALL, vectors, kept, lesson, lambda p: None)

    one, same, other = weights(1), weights(1), weights(2)
    assert all(np.array_equal(one[name], same[name]) for name in one)
    assert not np.array_equal(one["now.weight"], other["now.weight"])


def test_some_sayings_are_kept_from_training_to_test_new_acts():
    patterns = repertoire().patterns
    held_out = held_out_sayings(patterns)
    unseen = [p for p in patterns if is_held_out(p, held_out)]
    assert 0.05 < len(unseen) / len(patterns) < 0.4
    assert {p.say for p in unseen}.isdisjoint(
        {p.say for p in patterns if p.purpose in {u.purpose for u in unseen} and p not in unseen}
        - {p.say for p in unseen}
    )


def test_moments_to_act_are_drawn_more_often_than_they_come():
    import random

    examples = Collection(comings(40), SMALL.window)
    drawn = [examples.draw(32, 0.5, random.Random(i)) for i in range(10)]
    share = np.mean([(one.now[:, -1] == YES).mean() for one in drawn])
    assert 0.4 < share < 0.6
    assert examples.moments_to_act / len(examples) < 0.45


def test_the_card_of_a_default_model_is_small_enough_to_ship():
    assert ModelCard().window.frames * ModelCard().window.frame_s == pytest.approx(1.5)
