"""The learned face as it was before it learned anything: the control of what learning is worth."""

import torch

from actuation.generators.learned_face import LearnedFace
from actuation.generators.learned_model import FaceModel


def untrained(learned: LearnedFace, seed: int = 1) -> LearnedFace:
    """Networks of the same shape with the weights they begin with."""
    torch.manual_seed(seed)
    weights = {
        f"{name}.{key}": value.numpy()
        for name, network in learned.model.networks().items()
        for key, value in type(network)(learned.model.card.shape).state_dict().items()
    }
    return LearnedFace(FaceModel(weights, learned.model.card))
