"""What a closer look tells of people in view: names of parts and actions, never points."""

import dataclasses

import numpy as np
import pytest
from pydantic import ValidationError

from agent.core.codec import encode
from agent.core.messages import FaceMoved, PersonId, VisitorActed
from agent.lessons.action_people import made
from perception.actions.recogniser import own_actions
from perception.closer import Closer, CloserConfig, Closeup, messages_of
from perception.eyes.people import PeopleConfig
from perception.faces.movements import Movement, MovementKind
from perception.faces.network import load
from perception.faces.reader import Told, UnitSeen

P1 = PersonId("p1")
SMILE = UnitSeen(
    number=12, told=Told.THERE, confidence=0.9, intensity=0.6, asymmetry=0.1, points=(61, 291, 425),
    parts=(("lips", 0.6), ("left cheek", 0.3)), in_regions=0.9,
)  # fmt: skip


class Body:
    def __init__(self, sight):
        self.world, self.visible = sight.body, sight.visible


class Followed:
    """As much of a track as a closer look reads."""

    def __init__(self, sight, person=P1, distance_m=1.0):
        self.person, self.confirmed = person, True
        self.seen_at = self.body_at = sight.at
        self.body, self.face, self.face_at = Body(sight), None, -1.0
        self.place = dataclasses.make_dataclass("Spot", ["distance_m"])(distance_m)


def test_nothing_is_looked_at_closer_unless_asked():
    assert not CloserConfig().asked
    assert Closer(weights=None, actions=None).looking(PeopleConfig()) == PeopleConfig()
    with pytest.raises(ValidationError):
        CloserConfig(people=0)


def test_somebody_who_waves_is_told_once_with_the_clauses():
    closer = Closer(weights=None, actions=own_actions())
    told = []
    for sight in made("wave", 501):
        hands = {P1: sight.hands}
        told += [m for c in closer.take(sight.at, [Followed(sight)], hands) for m in messages_of(c)]
    assert [(m.person, m.action) for m in told if isinstance(m, VisitorActed)] == [(P1, "wave")]
    assert any(clause.startswith("side to side") for clause in told[0].because)


def test_only_the_nearest_are_looked_at():
    closer = Closer(weights=None, actions=own_actions(), people=1)
    far, told = PersonId("p2"), set()
    for sight in made("wave", 501):
        tracks = [Followed(sight, far, 3.0), Followed(sight, P1, 1.0)]
        hands = {P1: sight.hands, far: sight.hands}
        told |= {close.person for close in closer.take(sight.at, tracks, hands)}
    assert told == {P1}


def test_units_are_told_by_names_of_parts_and_no_point_is_in_what_is_told():
    blink = Movement(kind=MovementKind.BLINK, begin_s=0.1, end_s=0.3)
    close = Closeup(person=P1, at=1.0, there=(SMILE,), movements=(blink,))
    units, moved = messages_of(close)
    assert units.units[0].by == ("lips", "left cheek")
    assert units.units[0].name == "corners of the mouth drawn up"
    assert (moved.movement, moved.units) == ("blink", None)
    for message in (units, moved):
        assert isinstance(message, FaceMoved)
        assert not any(isinstance(value, np.ndarray) for value in vars_of(message))
        assert "425" not in str(encode(message))


def vars_of(message):
    return [getattr(message, field.name) for field in dataclasses.fields(message)]


@pytest.mark.parametrize(("shakes_px", "poor"), [(0.1, False), (3.0, True)])
def test_that_most_pictures_were_too_poor_is_known(shakes_px, poor):
    weights, chance = load(), np.random.default_rng(3)
    look = Closer(weights=weights, actions=None)
    assert not look.poor
    for k in range(30):
        someone = Followed(next(iter(made("wave", 501))))
        points = weights.face_m * 900 + chance.normal(0, shakes_px, weights.face_m.shape)
        someone.face = dataclasses.make_dataclass("Seen", ["points", "shapes"])(points, None)
        someone.face_at = someone.seen_at = k / 30
        look.take(k / 30, [someone])
    assert look.poor is poor


def test_for_brief_movements_every_picture_of_a_film_is_looked_at():
    looks = Closer(weights=None, actions=None, brief=True).looking(PeopleConfig())

    assert looks.focus.busy_hz >= 30
