"""A learned face with few weights, drawn by chance: quick, and says nothing sensible."""

import numpy as np
import torch

from actuation.generators.learned_face import LearnedFace
from actuation.generators.learned_manner import Manner
from actuation.generators.learned_model import FaceModel
from actuation.generators.learned_network import Listener, NetworkShape, Reader
from actuation.generators.learned_weights import FaceCard

SHAPE = NetworkShape(
    width=32, inner=48, dilations=(1, 4), text_width=16, text_dilations=(1,)
)  # fmt: skip


def weights(seed=0):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    networks = {"listener": Listener(SHAPE), "reader": Reader(SHAPE), "manner": Manner(SHAPE)}
    made = {
        f"{name}.{key}": value.numpy()
        for name, network in networks.items()
        for key, value in network.state_dict().items()
    }
    # A new reader adds nothing; this one has opinions.
    for key in ("reader.mouth.weight", "listener.mouth.weight"):
        made[key] = rng.normal(0, 0.5, made[key].shape).astype(np.float32)
    return made


def small_model(device="cpu"):
    return FaceModel(weights(), FaceCard(shape=SHAPE), device)


def small_face():
    return LearnedFace(small_model())


def voice(seconds, rate_hz=16_000, seed=1):
    """Something like a voice: a buzz whose loudness and colour change, with rests."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    buzz = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 12))
    loud = np.clip(np.sin(2 * np.pi * 1.7 * t + seed), 0, 1) * (0.5 + 0.5 * np.sin(9 * t))
    return (0.1 * buzz * loud + 1e-4 * rng.standard_normal(len(t))).astype(np.float32)
