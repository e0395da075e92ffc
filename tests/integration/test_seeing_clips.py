"""The real networks on pieces of real recordings: what a person sees in them, the agent sees."""

import math
from itertools import pairwise

import cv2
import numpy as np
import pytest

from agent.core.messages import Engagement, PersonLost, PersonSeen
from agent.models import MODELS, is_whole, models_folder
from perception.backends.recorded import RecordedCamera
from perception.engagement.relation import EngagementConfig
from perception.engagement.states import EngagementCore
from perception.senses import Picture
from tests.fakes.eyes import look_at_all
from tests.fakes.people import FakeCamera
from tests.media import media

pytestmark = pytest.mark.skipif(
    not all(is_whole(model, models_folder()) for model in MODELS),
    reason="needs the perception models: foyer models pull",
)


class Piece:
    """The stretch of a recording between two moments."""

    def __init__(self, path, start_s, end_s):
        self._path, self._start_s, self._end_s = path, start_s, end_s

    async def pictures(self):
        async for picture in RecordedCamera(self._path).pictures():
            if picture.at > self._end_s:
                return
            if picture.at >= self._start_s:
                yield picture


def watch(camera):
    """Sightings, losses and changes of engagement, in order."""
    found, engagement = [], EngagementCore(EngagementConfig())

    def take(message):
        found.append(message)
        if isinstance(message, PersonSeen | PersonLost) and (change := engagement.take(message)):
            found.append(change)

    look_at_all(camera, take)
    return found


def sightings(found):
    return [message for message in found if isinstance(message, PersonSeen)]


def states(found):
    return [message.state for message in found if hasattr(message, "state")]


@pytest.fixture(scope="module")
def one_man():
    return watch(Piece(media("video/face_noface.mov"), 0, 4.4))


def test_one_man_before_the_camera_is_one_person_near(one_man):
    seen = sightings(one_man)
    assert {message.person for message in seen} == {"p1"}
    assert all(0.3 < message.place.distance_m < 0.8 for message in seen)
    assert all(abs(message.place.y_m) < 0.15 for message in seen)


def test_his_gaze_and_body_face_the_agent(one_man):
    seen = sightings(one_man)
    assert np.median([m.gaze_off_rad for m in seen if m.gaze_off_rad is not None]) < math.radians(
        25
    )
    assert max(m.facing_rad for m in seen if m.facing_rad is not None) < math.radians(40)


def test_he_attends_and_leaves_with_the_cut(one_man):
    assert Engagement.ATTENDING in states(one_man)
    assert states(one_man)[-1] is Engagement.LEFT
    (gone,) = [message for message in one_man if isinstance(message, PersonLost)]
    assert 2.25 <= gone.at <= 2.42


def test_he_does_not_move_while_he_stands(one_man):
    assert max(message.speed_m_s for message in sightings(one_man)) < 0.3


def test_letters_and_clouds_are_nobody():
    assert watch(Piece(media("video/no_face.mp4"), 0, 2.0)) == []


@pytest.fixture(scope="module")
def lobby():
    return watch(Piece(media("video/lobby_approach.mp4"), 2.0, 4.8))


def test_the_man_who_crosses_the_lobby_is_one_person_all_the_way(lobby):
    near = [m for m in sightings(lobby) if m.place.distance_m < 3.5]
    (name,) = {message.person for message in near}
    assert near[0].place.y_m < -0.4
    assert near[-1].place.y_m > 0.7
    assert near[-1].at - near[0].at > 1.4
    steps = [
        math.dist((a.place.x_m, a.place.y_m), (b.place.x_m, b.place.y_m)) for a, b in pairwise(near)
    ]
    assert max(steps) < 0.8


def test_the_man_who_crosses_is_passing_and_nobody_engages(lobby):
    assert Engagement.PASSING in states(lobby)
    assert Engagement.ENGAGED not in states(lobby)


def test_the_people_at_the_far_door_are_seen_far_away(lobby):
    far = [m for m in sightings(lobby) if m.place.distance_m > 4.5]
    assert far


def test_five_friends_are_five_people():
    pixels = cv2.cvtColor(cv2.imread(str(media("video/multi_face.jpg"))), cv2.COLOR_BGR2RGB)
    still = FakeCamera([Picture(at=i / 15, pixels=pixels) for i in range(54)])
    seen = [m for m in sightings(watch(still)) if m.at > 3.0]
    assert len({message.person for message in seen}) == 5
    for moment in {message.at for message in seen}:
        bearings = [math.atan2(m.place.y_m, m.place.x_m) for m in seen if m.at == moment]
        gaps = np.diff(sorted(bearings))
        assert (gaps > 0.05).all()


def test_a_camera_without_anything_to_see_sees_nothing():
    rng = np.random.default_rng(5)
    noise = [
        Picture(at=i / 15, pixels=rng.integers(0, 255, (240, 320, 3), np.uint8)) for i in range(20)
    ]
    assert sightings(watch(FakeCamera(noise))) == []
