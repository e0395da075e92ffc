"""Frames, windows and weights for tests of the proactive model, made without a lobby."""

import numpy as np
import torch

from agent.core.messages import PersonId
from behavior.backends.proactive_network import Network
from behavior.proactive.cues import CUES, ROOM_WIDTH, WIDTH
from behavior.proactive.labels import NO, YES, Label, Labelled
from behavior.proactive.model import Model, ModelCard
from behavior.proactive.windows import Frame, Window, WindowConfig, Windows

SMALL = ModelCard.model_validate(
    {"shape": {"width": 16, "blocks": 2, "heads": 2, "inner": 24}, "window": {"frames": 6}}
)


def network(card=SMALL, seed=3):
    torch.manual_seed(seed)
    return Network(card).eval()


def model(card=SMALL, seed=3):
    state = network(card, seed).state_dict()
    return Model({name: value.numpy() for name, value in state.items()}, card)


def window(people=2, frames=6, seed=0, absent=0.2):
    """Random tokens; some are missing."""
    rng = np.random.default_rng(seed)
    return Window(
        1.0,
        tuple(PersonId(f"p{i}") for i in range(people)),
        rng.normal(size=(frames, ROOM_WIDTH)).astype(np.float32),
        rng.normal(size=(frames, people, WIDTH)).astype(np.float32),
        rng.random((frames, people)) > absent,
        np.ones(frames, np.bool_),
    )


def frame(at, **cues):
    """A frame with one person whose known cues are these."""
    token = np.zeros((1, WIDTH), np.float32)
    for i, cue in enumerate(CUES):
        if cue.name in cues:
            token[0, i], token[0, len(CUES) + i] = cues[cue.name], 1.0
    return Frame(at, np.zeros(ROOM_WIDTH, np.float32), (PersonId("p1"),), token)


def comings(count, seed=0, length=20):
    """Episodes of one person each: who nears looks here, and nearing is what acting is for."""
    rng = np.random.default_rng(seed)
    episodes = []
    for _ in range(count):
        comes = rng.random() < 0.5
        start = rng.uniform(0.5, 0.9)
        steps = []
        for i in range(length):
            metres = start - 0.02 * i if comes else start
            one = frame(
                i / 10,
                distance=metres + rng.normal(0, 0.005),
                approach=1.0 if comes else 0.0,
                looks=float(comes),
            )
            yes = YES if comes and metres < start - 0.1 else NO
            purposes = (frozenset({"greet"}),) if yes == YES else (frozenset(),)
            steps.append(Labelled(one, Label(yes, np.array([yes], np.int8), purposes)))
        episodes.append(steps)
    return episodes


def frames_of(messages, config=None, **kwargs):
    """The frames that these messages close, in order, and the builder after them."""
    windows = Windows(config or WindowConfig(), **kwargs)
    closed = [frame for message in messages for frame in windows.take(message)]
    return closed, windows
