"""`foyer perform --hands`: who moves arms and hands, before and behind a recorded motion."""

import argparse

import pytest

from actuation.generators.body_sources import LEARNED
from actuation.gestures.gesticulation import Gesticulation
from agent.commands.perform_motion import add_motion_arguments, hands_of
from agent.core.backend import Row
from agent.core.errors import BadInputError


def asked(*words):
    parser = argparse.ArgumentParser()
    add_motion_arguments(parser)
    return parser.parse_args(words)


def test_the_rules_move_hands_unless_the_learned_body_is_asked_for():
    assert isinstance(hands_of(asked(), None), Gesticulation)
    pytest.importorskip("torch")
    learned = hands_of(asked("--hands", "learned"), None)
    assert type(learned).__name__ == "LearnedGestures"


def test_a_learned_body_that_cannot_be_had_is_said_so(monkeypatch):
    missing = Row(path="no.such:Body", about="", packages=("no_such_package_here",))
    monkeypatch.setitem(LEARNED, "learned", missing)
    with pytest.raises(BadInputError, match="perform: --hands learned"):
        hands_of(asked("--hands", "learned"), None)
