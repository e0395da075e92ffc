"""What a drawing of a face's points shows: most where most is, the outline about its region."""

import cv2
import numpy as np
import pytest

from agent.core.errors import BadInputError
from perception.backends.face_map import (
    _TOP_PX,
    FILLED,
    MARGIN_PX,
    PANEL_PX,
    FaceMap,
    Panel,
    drawn,
    written,
)
from perception.faces.network import load
from perception.faces.points import READ_POINTS, REGIONS

FACE = load().face_m[:, :2] * (1, -1)
READ = np.zeros(478, np.bool_)
READ[list(READ_POINTS)] = True
BLUE, WHITE = (30, 90, 200), (255, 255, 255)


def face_map(values, regions=("chin",), places=FACE, panels=1, **more):
    panel = Panel(title="a", values=values, lines=("b", "c"))
    return FaceMap(
        heading="AU 26: jaw dropped", about="p1", places=places, read=READ, key="FACS",
        outlined=[REGIONS[region] for region in regions], panels=(panel,) * panels, **more,
    )  # fmt: skip


def square(face, number=0):
    left = MARGIN_PX + number * (PANEL_PX + MARGIN_PX)
    return drawn(face)[_TOP_PX : _TOP_PX + PANEL_PX, left : left + PANEL_PX]


def place(i, places=FACE):
    low, high = places.min(axis=0), places.max(axis=0)
    scale = FILLED * PANEL_PX / (high - low).max()
    x, y = (places[i] - (low + high) / 2) * scale + PANEL_PX / 2
    return round(y), round(x)


def heat(**shares):
    values = np.zeros(478)
    values[list(READ_POINTS)] = 0.001
    for point, share in shares.items():
        values[int(point[1:])] = share
    return values


def darkness(picture, i):
    return 765 - int(picture[place(i)].astype(int).sum())


def size(picture, i):
    """Pixels along a row from the middle of a point that have its colour."""
    y, x = place(i)
    same = (np.abs(picture[y].astype(int) - picture[y, x]).sum(axis=1) < 30)[x : x + 20]
    return int(np.argmin(same))


def test_the_point_that_counts_most_is_the_darkest_and_largest():
    picture = square(face_map(heat(p152=0.1, p10=0.05), regions=()))

    assert darkness(picture, 152) > darkness(picture, 10) > darkness(picture, 9)
    assert size(picture, 152) > size(picture, 10) > size(picture, 9)


def test_points_that_are_not_read_are_specks():
    picture, unread = square(face_map(heat(p152=0.1), regions=())), 234

    assert unread not in READ_POINTS
    assert size(picture, unread) <= 2
    assert darkness(picture, unread) > 100


def test_the_outline_encloses_the_region_and_nothing_else():
    picture = square(face_map(np.zeros(478), regions=("left eye", "chin")))
    line = (np.abs(picture.astype(int) - BLUE).sum(axis=2) < 30).astype(np.uint8)
    outside = np.zeros((PANEL_PX + 2, PANEL_PX + 2), np.uint8)
    cv2.floodFill(line.copy(), outside, (0, 0), 2)
    enclosed = outside[1:-1, 1:-1] == 0

    for region in ("left eye", "chin"):
        assert all(enclosed[place(i)] for i in REGIONS[region])
    for region in ("right eye", "left cheek", "nose", "forehead"):
        assert not any(enclosed[place(i)] for i in REGIONS[region])
    # Between the lower lip and the jaw's arms, where no point of the chin lies.
    assert not any(enclosed[place(i)] for i in (17, 211, 431))


def test_the_ground_is_plain_unless_a_picture_is_given():
    plain = square(face_map(heat(), regions=()))
    grey = np.full((200, 200, 3), 90, np.uint8)
    span = FACE.max(axis=0) - FACE.min(axis=0)
    places = (FACE - FACE.min(axis=0)) / span.max() * 100 + 50
    # Red where the picture's point 234 lies, at the edge of the face.
    cv2.circle(grey, tuple(int(v) for v in places[234].round()), 6, (255, 0, 0), -1)
    upon = square(face_map(heat(), regions=(), places=places, ground=grey))
    red = np.argwhere(upon[:, :, 0].astype(int) - upon[:, :, 1] > 100)

    assert tuple(plain[2, 2]) == WHITE
    assert tuple(upon[300, 5]) != WHITE
    assert np.hypot(*(np.median(red, axis=0) - place(234, places))) < 10


def test_each_map_has_its_own_panel():
    panels = tuple(Panel(title="", values=heat(**{p: 0.1}), lines=()) for p in ("p152", "p10"))
    face = FaceMap(heading="", about="", places=FACE, read=READ, key="", outlined=[], panels=panels)

    assert darkness(square(face, 0), 152) > darkness(square(face, 0), 10)
    assert darkness(square(face, 1), 10) > darkness(square(face, 1), 152)


def test_long_lines_stay_in_their_panel():
    long = Panel(title="a", values=heat(), lines=("m" * 200, ""))
    face = FaceMap(
        heading="", about="", places=FACE, read=READ, key="", outlined=[], panels=(long, long)
    )
    between = drawn(face)[_TOP_PX + PANEL_PX :, MARGIN_PX + PANEL_PX + 4 : 2 * MARGIN_PX + PANEL_PX]

    assert (between > 240).all()


def test_a_map_of_nothing_is_drawn():
    assert square(face_map(np.zeros(478))).shape == (PANEL_PX, PANEL_PX, 3)


def test_it_is_written_as_it_was_drawn_into_a_folder_that_is_made(tmp_path):
    path = tmp_path / "new" / "a.png"
    picture = drawn(face_map(heat(p152=0.1)))
    written(picture, path)

    assert np.array_equal(cv2.imread(str(path))[:, :, ::-1], picture)


def test_what_cannot_be_written_says_where(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError, match=r"file/a\.png: cannot be written"):
        written(drawn(face_map(heat())), tmp_path / "file" / "a.png")
