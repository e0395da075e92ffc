"""Whose hands are looked at: known people near enough, seldom, and each in turn."""

import pytest

from agent.core.messages import PersonSeen, Place
from perception.engagement.among import Among, AmongConfig
from perception.eyes.camera import CameraConfig
from perception.eyes.objects import (
    LABELS,
    ObjectFocus,
    ObjectsConfig,
    Thing,
    cut_out,
    object_opener,
)
from tests.fakes.holding import SIZE_PX, figure, followed, thing
from tests.fakes.people import seen


def chosen(focus, at, *tracks):
    look = focus.choose(at, tracks, SIZE_PX)
    return look.person if look is not None else None


def test_nobody_known_is_nobody_looked_at():
    assert chosen(ObjectFocus(ObjectsConfig()), 0.0) is None


@pytest.mark.parametrize(
    "track",
    [
        followed(confirmed=False),
        followed(x_m=6.0),
        followed(at=0.0, body_at_s=-0.2),
    ],
    ids=["may be nobody", "too far off", "the body was measured in another picture"],
)
def test_who_is_in_doubt_or_far_is_not_looked_at(track):
    focus = ObjectFocus(ObjectsConfig())
    assert chosen(focus, 0.0, track) is None
    assert chosen(focus, 0.0, followed()) == "p1"


def test_looks_are_seldom_and_go_round():
    focus, whom = ObjectFocus(ObjectsConfig(every_s=0.5)), []
    for k in range(30):
        at = k / 10
        whom.append(chosen(focus, at, followed("p1", at=at), followed("p2", at=at, x_m=3.0)))
    looked = [one for one in whom if one]
    assert looked == ["p1", "p2"] * 3
    assert whom[1:5] == [None] * 4


def test_where_a_look_is_slow_looks_are_rarer():
    focus = ObjectFocus(ObjectsConfig(every_s=0.5, share=0.1))
    assert chosen(focus, 0.0, followed()) == "p1"
    focus.took(0.0, 0.3)
    assert chosen(focus, 2.9, followed(at=2.9)) is None
    assert chosen(focus, 3.1, followed(at=3.1)) == "p1"
    focus.took(3.1, 0.001)
    assert chosen(focus, 3.3, followed(at=3.3)) is None


def test_others_of_the_same_moment_come_along_and_old_ones_do_not():
    focus = ObjectFocus(ObjectsConfig())
    beside, gone = followed("p2", at=1.0, body_at_s=0.7), followed("p3", at=1.0, body_at_s=0.2)
    look = focus.choose(1.0, [followed("p1", at=1.0), beside, gone], SIZE_PX)
    assert [body is beside.body for body in look.others] == [True]


def test_what_is_cut_out_is_a_square_of_pixels_around_the_body_inside_the_picture():
    body = figure()
    box = cut_out(body.box, SIZE_PX)
    wide, high = box.width * SIZE_PX[0], box.height * SIZE_PX[1]
    assert wide == pytest.approx(1.3 * body.box.height * SIZE_PX[1], rel=0.02)
    assert high <= wide + 1
    assert min(box.left, box.top) >= 0
    assert max(box.right, box.bottom) <= 1


def test_every_word_of_ours_is_a_label_and_labels_are_lower_case():
    assert set(LABELS.values()) == set(Thing)
    assert all(label == label.lower() for label in LABELS)


def test_without_a_model_it_is_off_and_that_is_said_once(tmp_path, caplog):
    said = []
    assert object_opener(ObjectsConfig(), tmp_path, said.append) is None
    (line,) = said
    assert "told by posture alone" in line
    assert "foyer models pull --objects" in line
    with caplog.at_level("INFO"):
        assert object_opener(ObjectsConfig(), tmp_path) is None
    assert [record.message for record in caplog.records] == ["things are not looked for"]


def test_whoever_switches_it_off_hears_nothing_of_it(tmp_path):
    said = []
    (tmp_path / "objects.tflite").write_bytes(b"")
    assert object_opener(ObjectsConfig(backend="none"), tmp_path, said.append) is None
    assert said == []


def among_with(pitch_rad, *, seen_at=1.0, contexts=True):
    """Three looks at somebody with a telephone in the hand, and what is told then."""
    among, out = Among(AmongConfig(contexts=contexts, interactions=False), CameraConfig()), []
    for k in range(4):
        at = 1.0 + k / 2
        body = figure(moved={15: (0.08, -0.3)})
        look = ObjectFocus(ObjectsConfig()).choose(at, [followed(at=at, body=body)], SIZE_PX)
        among.tell(
            PersonSeen(
                at=at + seen_at - 1.0, person=look.person, place=Place(x_m=2.0, y_m=0.0),
                approach_m_s=0.0, speed_m_s=0.0, head_pitch_rad=pitch_rad,
            )
        )  # fmt: skip
        out += among.look(at + seen_at - 1.0, SIZE_PX, [followed(at=at)])
        among.handle(look, [thing("telephone", (0.08, -0.28), 0.08, 0.14)])
    return [(one.context, one.because) for one in out]


def test_a_telephone_in_the_hand_is_told_of_who_looks_down_at_it():
    ((context, because),) = among_with(-0.4)
    assert (context, because.split(" in ")[0]) == ("on the phone", "a telephone")
    assert among_with(0.0) == []
    assert among_with(None) == []
    assert among_with(-0.4, seen_at=2.0) == []  # the head is of another moment
    assert among_with(-0.4, contexts=False) == []


def test_what_two_reach_for_is_told_of_the_nearer_alone():
    bag = thing("handbag", (0.38, 0.1), 0.24)
    for apart_m, then in ((0.6, []), (1.6, ["carrying"])):
        among, out = Among(AmongConfig(interactions=False), CameraConfig()), []
        beside = figure(hips_px=(320 + apart_m * 200, 240))
        for k in range(4):
            at = 1.0 + k / 2
            both = [followed(at=at), followed("p2", at=at, body=beside, x_m=3.0)]
            look = ObjectFocus(ObjectsConfig()).choose(at, both, SIZE_PX)
            among.tell(seen(at, 2.0))
            out += among.look(at, SIZE_PX, both[:1])
            among.handle(look, [bag])
        assert [one.context for one in out] == then
