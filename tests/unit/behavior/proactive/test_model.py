"""The network in numpy: the same as in torch, causal, indifferent to padding."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from agent.core.errors import BadInputError
from behavior.proactive.model import Batch, Model, write
from tests.fakes.frames import SMALL, model, network, window


def in_torch(net, *windows):
    batch = Batch.of(windows)
    with torch.no_grad():
        now, whom, queries = net(
            torch.from_numpy(batch.room),
            torch.from_numpy(batch.tokens),
            torch.from_numpy(batch.mask()),
        )
    return torch.sigmoid(now).numpy(), torch.sigmoid(whom).numpy(), queries.numpy()


@pytest.mark.parametrize("people", [1, 2, 5])
def test_numpy_answers_as_torch_does(people):
    given = window(people, seed=people)
    now, whom, queries = in_torch(network(), given)
    answer = model().answer(given)
    assert answer.act_now == pytest.approx(now[0, -1], abs=1e-5)
    assert np.allclose(answer.whom, whom[0, -1], atol=1e-5)
    assert np.allclose(answer.queries, queries[0, -1], atol=1e-4)


def test_several_windows_at_once_are_answered_like_each_alone():
    windows = [window(people, seed=people) for people in (1, 4, 2)]
    together = model().answers(windows)
    for given, answer in zip(windows, together, strict=True):
        alone = model().answer(given)
        assert answer.act_now == pytest.approx(alone.act_now, abs=1e-5)
        assert np.allclose(answer.whom, alone.whom, atol=1e-5)
        assert np.allclose(answer.queries, alone.queries, atol=1e-4)


def test_what_comes_later_changes_nothing_earlier():
    given = window(3)
    later = given.tokens.copy()
    later[-1] += 5.0
    room = given.room.copy()
    room[-1] -= 3.0
    one = in_torch(network(), given)
    other = in_torch(network(), replace(given, tokens=later, room=room))
    for before, after in zip(one, other, strict=True):
        assert np.allclose(before[:, :-1], after[:, :-1], atol=1e-5)
        assert not np.allclose(before[:, -1], after[:, -1], atol=1e-3)


def test_people_of_one_frame_see_each_other():
    given = window(2, absent=0.0)
    moved = given.tokens.copy()
    moved[-1, 1] += 3.0
    one, other = model().answers([given, replace(given, tokens=moved)])
    assert abs(one.whom[0] - other.whom[0]) > 1e-4


def test_a_token_that_is_not_there_says_nothing():
    given = window(2, absent=0.5, seed=4)
    noise = given.tokens.copy()
    noise[:-1][~given.seen[:-1]] = 9.0
    one, other = model().answers([given, replace(given, tokens=noise)])
    assert one.act_now == pytest.approx(other.act_now, abs=1e-6)


def test_frames_that_never_were_say_nothing():
    given = window(1, absent=0.0)
    lived = given.lived.copy()
    lived[:3] = False
    seen = given.seen.copy()
    seen[:3] = False
    room = given.room.copy()
    room[:3] = 7.0
    young = replace(given, lived=lived, seen=seen)
    one, other = model().answers([young, replace(young, room=room)])
    assert one.act_now == pytest.approx(other.act_now, abs=1e-6)


def test_weights_come_back_as_they_were_written(tmp_path):
    path = tmp_path / "w.npz"
    made = model()
    write(path, made.weights, SMALL.model_copy(update={"act_at": 0.7}))
    again = Model.read(path)
    given = window(2)
    assert again.card.act_at == 0.7
    # They are kept as 16 bit numbers.
    assert again.answer(given).act_now == pytest.approx(made.answer(given).act_now, abs=5e-3)


def test_missing_and_foreign_weights_are_told_with_the_cure(tmp_path):
    with pytest.raises(BadInputError, match="foyer train proactive"):
        Model.read(tmp_path / "none.npz")
    path = tmp_path / "w.npz"
    weights = {**model().weights, "person.weight": np.zeros((16, 3), np.float32)}
    write(path, weights, SMALL)
    with pytest.raises(BadInputError, match=r"other tokens.*train it again"):
        Model.read(path)
    path.with_suffix(".json").write_text(json.dumps({"shape": {"depth": 3}}))
    with pytest.raises(BadInputError, match="depth"):
        Model.read(path)
