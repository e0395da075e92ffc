"""No word for a feeling leaves perception: by units, actions, phrases, movements or readings."""

import ast
import re
from pathlib import Path

import numpy as np

from agent.core.codec import encode
from agent.core.messages import FaceMoved, FaceUnit, PersonId
from perception.actions.phrases import PHRASES
from perception.actions.recogniser import own_actions
from perception.faces.movements import MovementKind
from perception.faces.network import CARD, load
from perception.faces.reader import FaceReader, Told
from perception.faces.units import UNITS

FEELINGS = re.compile(
    r"\b(happ(y|iness)|sad(ness)?|ang(ry|er)|afraid|fear(ful)?|disgust(ed)?|surprised?|contempt"
    r"|joy(ful)?|enjoy(s|ment)?|excited|bored(om)?|nervous|anxious|upset|frustrated|annoyed"
    r"|emotions?|mood|valence|arousal|affect)\b",
    re.IGNORECASE,
)
ROOM = Path(__file__).parents[3] / "perception"


def test_what_is_told_by_name_names_no_feeling():
    names = [unit.name for unit in UNITS] + [kind.value for kind in MovementKind]
    names += [*PHRASES, *own_actions()] + [w for p in PHRASES.values() for w in p.words]
    assert [name for name in names if FEELINGS.search(name)] == []


def test_a_face_that_moves_in_every_way_is_told_without_a_feeling():
    weights, rng = load(), np.random.default_rng(2)
    reader, said = FaceReader(weights, brief=True), []
    for k in range(60):
        face = weights.face_m + rng.normal(0, 0.004 * (k > 15), weights.face_m.shape)
        reading = reader.take(k / 15, face * 900)
        units = tuple(
            FaceUnit(
                number=u.number, name=UNITS[i].name, confidence=u.confidence,
                intensity=u.intensity, asymmetry=u.asymmetry, by=tuple(p for p, _ in u.parts),
            )
            for i, u in enumerate(reading.units) if u.told is Told.THERE
        )  # fmt: skip
        said.append(encode(FaceMoved(at=k / 15, person=PersonId("p1"), units=units)))
    assert any(one["units"] for one in said)
    assert not FEELINGS.search(str(said))


def test_no_text_that_perception_could_say_names_a_feeling():
    """Every string of the code of faces and actions but its explanations."""
    spoken = []
    for file in [*(ROOM / "faces").glob("*.py"), *(ROOM / "actions").glob("*.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        explained = {
            id(node.value) for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }  # fmt: skip
        spoken += [
            node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            and id(node) not in explained
        ]  # fmt: skip
    assert len(spoken) > 300
    assert [text for text in spoken if FEELINGS.search(text)] == []
    assert "feelings" in CARD.read_text(encoding="utf-8")
