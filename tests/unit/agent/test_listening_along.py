"""What listens along is what the configuration asks for."""

import asyncio

import numpy as np
import pytest
from pydantic import ValidationError

from agent.core.clock import LoopClock
from agent.core.messages import SoundDirection
from agent.listening_along import ListeningAlong
from agent.settings import AgentConfig
from agent.sources import microphone_of
from perception.backends.browser import BrowserMicrophone
from perception.listening import Listening
from perception.turns.taking import TurnsConfig
from perception.voices.direction import DirectionJudge
from tests.fakes.sounds import FakeWords, nothing
from tests.media import media

PLACES = [
    {"x_m": -0.05, "y_m": -0.05}, {"x_m": -0.05, "y_m": 0.05},
    {"x_m": 0.05, "y_m": -0.05}, {"x_m": 0.05, "y_m": 0.05},
]  # fmt: skip


def directed(config):
    along = ListeningAlong(config, lambda _: None)
    return [one for one in along.judges if isinstance(one, DirectionJudge)]


def test_an_array_is_listened_to_where_there_is_one():
    array = {"microphones": PLACES}
    assert directed(AgentConfig()) == []
    assert len(directed(AgentConfig(microphone={"source": "device", "array": array}))) == 1


def test_an_array_on_the_page_is_refused_with_the_cure():
    with pytest.raises(ValidationError, match="source: device"):
        AgentConfig(microphone={"source": "page", "array": {"microphones": PLACES}})


async def test_a_recording_of_an_array_becomes_directions_on_the_bus():
    path = media("audio/mic_array/speech_-0.98894_0_0.14834.flac")
    config = AgentConfig(
        microphone={"source": "file", "file": path, "array": {"microphones": PLACES}}
    )
    clock, told = LoopClock(asyncio.get_running_loop()), []
    along = ListeningAlong(config, told.append)
    microphone = microphone_of(config.microphone, BrowserMicrophone(), clock=clock)
    await Listening(
        microphone=along.watched(microphone),
        words=FakeWords(clock),
        lines=nothing(),
        stage=nothing(),
        publish=told.append,
        clock=clock,
        config=TurnsConfig(),
        judges=along.judges,
    ).run()
    heard = [m for m in told if isinstance(m, SoundDirection) and m.speech]
    assert len(heard) > 10
    off = [abs(abs(m.azimuth_rad) - np.pi) for m in heard]
    assert np.median(off) < 0.05
