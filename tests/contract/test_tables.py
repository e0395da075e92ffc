"""Every back-end of a table can be named in a configuration, and whatever can be named is there."""

import importlib.util
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

import pytest

from actuation.bodies.configs import BodyConfig
from actuation.embodiments.catalogue import BODIES
from actuation.speech.voice import VOICES, VoiceConfig
from agent.commands.train import MODELS
from behavior.dialogue.config import DialogueConfig
from behavior.encoders import ENCODERS
from behavior.policies.catalogue import CATALOGUE, PoliciesConfig
from behavior.reception import DIALOGUES
from perception.eyes.detectors import DETECTORS, DetectorConfig
from perception.eyes.objects import OBJECT_DETECTORS, ObjectsConfig
from perception.words.recognition import RECOGNISERS, RecognitionConfig


def names_in(annotation):
    """The values of a `Literal`, also inside a union or a tagged union of models."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return {name for part in get_args(annotation) for name in names_in(part)}
    field = getattr(annotation, "model_fields", {}).get("kind")
    return names_in(field.annotation) if field is not None else set()


def choices(model, field):
    return names_in(model.model_fields[field].annotation) - {"auto"}


@pytest.mark.parametrize(
    ("table", "named", "where"),
    [
        (BODIES, names_in(BodyConfig), "`BodyConfig` of actuation/bodies/configs.py"),
        (VOICES, choices(VoiceConfig, "voice"), "`VoiceName` of actuation/speech/voice.py"),
        (RECOGNISERS, choices(RecognitionConfig, "backend"), "`RecognitionConfig.backend`"),
        (DETECTORS, choices(DetectorConfig, "backend"), "`DetectorConfig.backend`"),
        (OBJECT_DETECTORS, choices(ObjectsConfig, "backend"), "`ObjectsConfig.backend`"),
        (DIALOGUES, choices(DialogueConfig, "backend"), "`DialogueConfig.backend`"),
        (ENCODERS, choices(DialogueConfig, "encoder"), "`DialogueConfig.encoder`"),
        (CATALOGUE, set(PoliciesConfig.model_fields), "`PoliciesConfig`"),
    ],
    ids=[
        "bodies",
        "voices",
        "recognisers",
        "detectors",
        "objects",
        "dialogues",
        "encoders",
        "policies",
    ],
)
def test_a_row_and_its_name_in_the_configuration_go_together(table, named, where):
    assert set(table) == named, f"the table and {where} name different ones"


def test_every_row_leads_to_something_that_is_there():
    for table in (BODIES, VOICES, RECOGNISERS, DETECTORS, OBJECT_DETECTORS, DIALOGUES, ENCODERS):
        for name, row in table.items():
            if not row.missing():
                module, _, attribute = row.path.partition(":")
                assert importlib.util.find_spec(module), f"{name}: no module {module}"
                source = importlib.util.find_spec(module).loader.get_source(module)
                assert f"class {attribute}" in source, f"{name}: no {attribute} in {module}"


def test_every_model_that_can_be_trained_has_its_command():
    for name in MODELS:
        assert importlib.util.find_spec(f"agent.commands.training.{name}")
