"""A learned body with few weights, drawn by chance: quick, and moves without sense near rest."""

import numpy as np
import torch

from actuation.generators.flow_model import BodyModel
from actuation.generators.flow_network import FlowNetwork, FlowShape
from actuation.generators.flow_parts import WIDTH, Scale, to_six
from actuation.generators.flow_weights import BodyCard
from actuation.generators.rules_idle import rest_pose
from actuation.score import Score
from agent.core.messages import Act, ActId, Clause, GestureCue, Reason, UtteranceId
from tests.fakes.voices import speech, spelled

SHAPE = FlowShape(width=16, blocks=1, heads=2, hear_width=8)


def small_model(device="cpu", seed=0):
    torch.manual_seed(seed)
    network = FlowNetwork(SHAPE)
    # A new network says next to nothing; this one has opinions.
    for layer in network.out:
        torch.nn.init.normal_(layer.weight, std=0.3)
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    scale = Scale(
        to_six(rest_pose()).astype(np.float32), np.full(WIDTH, 0.08, np.float32)
    )  # fmt: skip
    return BodyModel(weights, scale, BodyCard(shape=SHAPE), device)


def clauses(*texts, start_s=0.0, cues=()):
    """A score's clauses, their times as they are on the score plus `start_s`.

    `cues`: (clause, lexeme, word).
    """
    made = tuple(
        Clause(
            text=text,
            gestures=tuple(GestureCue(lexeme=name, word=word) for i, name, word in cues if i == k),
        )
        for k, text in enumerate(texts)
    )
    act = Act(
        at=0.0, act=ActId(1), clauses=made, reason=Reason(policy="test", because="a body speaks")
    )
    score = Score(utterance=UtteranceId(1))
    for i, text in enumerate(texts):
        score = score.append(act, i, speech(spelled(text), text))
    return [each.moved(start_s) for each in score.clauses]
