"""Reads what parts look up when they first need it, before there is a loop to hold up."""

from actuation.faces.expressions import faces
from actuation.faces.style import habits
from actuation.faces.words import read_face
from actuation.gestures.bearing import body_bearings
from actuation.gestures.image_schemas import standard_schemas
from actuation.gestures.lexemes import standard_lexicon


def read_ahead() -> None:
    """Read the tables of the stage. Each is kept by its owner; a second call costs nothing."""
    standard_lexicon()
    standard_schemas()
    body_bearings()
    faces()
    habits()
    read_face("a friendly smile")
