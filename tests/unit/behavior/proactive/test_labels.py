"""Labels: what would have been right, by the lobby's truth and by a site's annotations."""

from dataclasses import replace

import numpy as np
import pytest

from agent.core.errors import BadInputError
from agent.core.messages import PersonId
from behavior.proactive.labels import (
    NO,
    UNKNOWN,
    YES,
    Wanted,
    annotated,
    label_of,
    read_annotations,
)
from behavior.situation.people import Mark
from behavior.situation.presence import mark
from tests.fakes.frames import frames_of
from tests.fakes.people import stand

P1, P2 = PersonId("p1"), PersonId("p2")


def scene(*marks):
    two = stand(seconds=1.0) + stand(seconds=1.0, person="p2", x_m=2.0)
    closed, windows = frames_of(sorted(two, key=lambda m: m.at))
    situation = windows.framed
    for who, what in marks:
        situation = mark(situation, who, what)
    return closed[-1], situation


def visitor(due="words", intention="visit", **more):
    return Wanted(intention=intention, wants=True, due=due, **more)


PASSER_BY = Wanted(intention="passing", wants=False)


def test_one_who_waits_for_words_is_to_be_greeted_and_a_passer_by_is_not():
    label = label_of(*scene(), {P1: visitor(), P2: PASSER_BY})
    assert label.act_now == YES
    assert label.whom.tolist() == [YES, NO]
    assert label.suited == (frozenset({"greet"}), frozenset())


def test_nobody_who_wants_anything_means_no_act():
    label = label_of(*scene(), {P1: PASSER_BY, P2: PASSER_BY})
    assert label.act_now == NO
    assert label.whom.tolist() == [NO, NO]


def test_another_who_wants_help_too_is_neither_right_nor_wrong():
    label = label_of(*scene(), {P1: visitor(), P2: visitor(due="")})
    assert label.whom.tolist() == [YES, UNKNOWN]


@pytest.mark.parametrize(
    ("due", "done", "expected"),
    [
        ("sign", [], YES),
        ("sign", [Mark.SIGNED], NO),
        ("words", [Mark.SIGNED], YES),
        ("words", [Mark.SIGNED, Mark.GREETED], NO),
        ("words", [Mark.SPOKE], NO),
        ("words", [Mark.REFUSED], NO),
    ],
)
def test_what_was_done_needs_no_second_time(due, done, expected):
    given = scene(*((P1, what) for what in done))
    assert label_of(*given, {P1: visitor(due)}).act_now == expected


@pytest.mark.parametrize(
    ("told", "purposes"),
    [
        (visitor(intention="child_alone"), {"greet_child"}),
        (visitor(intention="lost"), {"offer_way", "offer_help"}),
        (visitor(intention="group", company=True), {"greet_group"}),
        (visitor(intention="group"), {"greet"}),
        (visitor("sign", "phone_visit"), {"sign_on_phone"}),
        (visitor("sign"), {"sign"}),
    ],
)
def test_how_to_address_depends_on_what_somebody_came_with(told, purposes):
    assert label_of(*scene(), {P1: told}).suited[0] == purposes


@pytest.mark.parametrize(("stood_s", "offers"), [(1.0, False), (6.0, True)])
def test_one_who_has_stood_in_silence_for_a_while_may_be_offered_help_instead(stood_s, offers):
    frame, situation = scene()
    person = replace(situation.people[P1], attending_since=situation.now - stood_s)
    situation = replace(situation, people={**situation.people, P1: person})
    suited = label_of(frame, situation, {P1: visitor()}).suited[0]
    assert suited == ({"greet", "offer_help"} if offers else {"greet"})


# A site's annotations


def written(tmp_path, *lines):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines))
    return path


def test_an_annotation_holds_until_the_next(tmp_path):
    path = written(
        tmp_path,
        '{"at": 0.0, "act_now": false}',
        '{"at": 0.5, "act_now": true, "person": "p1", "act": "greet"}',
        '{"at": 0.8, "act_now": null}',
    )
    frames, _ = frames_of(stand(at=100.0, seconds=1.2))
    found = annotated(frames, 100.0, read_annotations(path, ("greet", "sign")))
    told = [(round(one.frame.at - 100.0, 1), one.label.act_now) for one in found]
    assert dict(told)[0.3] == NO
    assert dict(told)[0.6] == YES
    assert dict(told)[1.0] == UNKNOWN
    (yes,) = [one for one in found if abs(one.frame.at - 100.6) < 0.01]
    assert yes.label.suited == (frozenset({"greet"}),)
    assert np.array_equal(yes.label.whom, [YES])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("not json", ":2: "),
        ('{"at": 1, "act_now": true, "person": "p1", "act": "sing"}', r":2: act: .*there is greet"),
        ('{"at": 1, "act_now": true}', ":2: person"),
        ('{"at": -1, "act_now": false}', ":2: "),
        ('{"at": 1, "act_now": false, "who": "p1"}', ":2: .*who"),
        ('{"at": 0.1, "act_now": false}', ":2: at: earlier"),
    ],
)
def test_a_bad_annotation_is_named_by_file_line_and_field(tmp_path, line, told):
    path = written(tmp_path, '{"at": 0.5, "act_now": false}', line)
    with pytest.raises(BadInputError, match=told):
        read_annotations(path, ("greet",))
