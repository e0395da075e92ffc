"""Pictures and points stay in memory, and a face is measured only where that is wanted."""

import os
import re
import sys
from dataclasses import asdict, is_dataclass, replace
from typing import Literal, get_args, get_origin, get_type_hints

import cv2
import numpy as np
import pytest

from agent.core import messages
from agent.core.messages import Message, PersonId
from agent.models import MODELS, is_whole, models_folder
from perception.eyes.camera import CameraConfig
from perception.eyes.detectors import DetectorConfig, detector_opener
from perception.eyes.gaze import GazeZero
from perception.eyes.people import People, PeopleComponent, PeopleConfig
from perception.eyes.sightings import Focus, Look
from perception.off_loop import OneThread
from perception.senses import Picture
from tests.fakes.people import FakeCamera, body_at, face_at
from tests.media import media


def plain(value):
    if isinstance(value, dict):
        return all(plain(one) for one in value.values())
    if isinstance(value, tuple):
        return all(plain(one) for one in value)
    return value is None or isinstance(value, str | float | int | bool)


def test_no_picture_and_no_point_is_in_what_is_told_of_people():
    config = PeopleConfig()
    people = People(config, lambda: PersonId("p1"), GazeZero(config.gaze))
    points = np.full((478, 3), 77.7)
    face = replace(face_at(1.5), points=points)
    body = replace(body_at(1.5), world=points[:33], visible=points[:33, 0])
    told = [m for k in range(30) for m in people.see(k / 15, Look(faces=(face,), bodies=(body,)))]

    assert told
    for message in told:
        assert plain(asdict(message))
        assert "77.7" not in repr(message)


def leaves(kind):
    """All the types that a message is made of, down to what cannot be taken apart."""
    kind = getattr(kind, "__supertype__", kind)
    if is_dataclass(kind):
        for hint in get_type_hints(kind).values():
            yield from leaves(hint)
    elif get_args(kind) and get_origin(kind) is not Literal:
        for part in get_args(kind):
            yield from leaves(part)
    else:
        yield kind


def test_no_message_has_room_for_a_picture_a_sound_or_a_point():
    kinds = [kind for kind in vars(messages).values() if isinstance(kind, type)]
    kinds = [kind for kind in kinds if issubclass(kind, Message)]
    assert len(kinds) > 20
    plain_kinds = (str, int, float, bool, type(None))
    for kind in kinds:
        for leaf in leaves(kind):
            fits = leaf is ... or get_origin(leaf) is Literal or isinstance(leaf, type)
            assert fits, (kind, leaf)
            if isinstance(leaf, type):
                assert issubclass(leaf, plain_kinds), (kind, leaf)


WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
WATCHED: list[list[str]] = []
DEVICES = re.compile(r"/dev/(?!shm/)|/proc/")


def _note(event, args):
    """Python calls this before any file is opened or anything is sent, in whatever thread."""
    if WATCHED and event in ("open", "socket.sendto", "socket.sendmsg", "socket.connect"):
        writes = event != "open" or (isinstance(args[2], int) and args[2] & WRITES)
        # What the networks print while they load passes through a file without a name.
        nameless = event == "open" and isinstance(args[0], str) and os.path.isdir(args[0])  # noqa: PTH112
        if writes and not nameless and not DEVICES.match(str(args[0])):
            WATCHED[-1].append(f"{event} {args[0]}")


sys.addaudithook(_note)


@pytest.mark.skipif(
    not all(is_whole(m, models_folder()) for m in MODELS), reason="foyer models pull"
)
@pytest.mark.real_time
@pytest.mark.parametrize("mode", ["full", "no face mesh", "none"])
async def test_in_no_mode_a_picture_or_a_point_leaves_memory(mode, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # no picture, but it would be seen
    backend = "none" if mode == "none" else "mediapipe"
    config, told, thread = PeopleConfig(), [], OneThread("eyes")
    pixels = cv2.cvtColor(cv2.imread(str(media("video/multi_face.jpg"))), cv2.COLOR_BGR2RGB)
    eyes = PeopleComponent(
        camera=FakeCamera([Picture(at=i / 8, pixels=pixels) for i in range(10)]),
        open_detector=detector_opener(
            DetectorConfig(backend=backend, faces=mode == "full"),
            camera=config.camera,
            models=models_folder(),
        ),
        off_loop=thread,
        publish=told.append,
        config=config,
    )
    WATCHED.append([])
    try:
        await eyes.run()
        thread.wait(20)
    finally:
        written = WATCHED.pop()
    assert written == []
    assert list(tmp_path.rglob("*")) == []
    assert bool(told) is (mode != "none")
    assert all(plain(asdict(message)) for message in told)


def test_the_watch_for_writing_sees_a_picture_that_is_written(tmp_path):
    WATCHED.append([])
    np.save(tmp_path / "picture.npy", np.zeros((8, 8, 3)))
    assert any("picture.npy" in one for one in WATCHED.pop())


def test_points_are_in_no_printed_sighting():
    assert "77.7" not in repr(replace(face_at(2), points=np.full((478, 3), 77.7)))


@pytest.mark.skipif(
    not all(is_whole(m, models_folder()) for m in MODELS), reason="foyer models pull"
)
@pytest.mark.parametrize("faces", [True, False])
def test_bodies_only_measures_no_face(faces):
    pixels = cv2.cvtColor(cv2.imread(str(media("video/multi_face.jpg"))), cv2.COLOR_BGR2RGB)
    open_eyes = detector_opener(
        DetectorConfig(faces=faces), camera=CameraConfig(), models=models_folder()
    )
    eyes = open_eyes()
    look = eyes.look(Picture(at=0.0, pixels=pixels), Focus(scan=None))
    eyes.close()

    assert bool(look.faces) is faces
    assert all(face.points is not None and face.points.shape == (478, 3) for face in look.faces)
