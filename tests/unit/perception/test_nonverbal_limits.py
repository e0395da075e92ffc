"""How near, how straight, how long: what just passes between two people, and what just does not."""

import math
from dataclasses import replace

import pytest

from agent.core.messages import Arrangement, Channel, FormationChanged, PersonId, Place
from perception.engagement.nonverbal import AGENT, Nonverbal
from tests.fakes.people import seen
from tests.unit.perception.test_nonverbal import FACING, A, B, begun, hand, looking, told

C = PersonId("c")
ELSEWHERE = (9, 9)


def looks(*people, **kwargs):
    return begun(told(*people, **kwargs), Channel.GAZE)


def aside(one, degrees):
    return replace(one, head_yaw_rad=one.head_yaw_rad + math.radians(degrees))


def formed(*people, arrangement=Arrangement.FACING):
    return FormationChanged(
        at=0, people=people, arrangement=arrangement, together=True, center=Place(x_m=2, y_m=0)
    )


def in_formation(*people, arrangement=Arrangement.FACING):
    core = Nonverbal()
    core.form(formed(*people, arrangement=arrangement))
    return core


# Looks


@pytest.mark.parametrize(("off_deg", "looked"), [(15, True), (-15, True), (26, False)])
def test_a_look_at_another_may_be_off_by_less_than_one_at_the_agent(off_deg, looked):
    one = aside(looking("a", 2, -0.6, (2, 0.6)), off_deg)
    assert (looks(one, looking("b", 2, 0.6, ELSEWHERE)) != set()) is looked


@pytest.mark.parametrize(("off_deg", "looked"), [(21, True), (-21, True), (32, False)])
def test_a_look_at_the_agent_is_near_it(off_deg, looked):
    assert (looks(aside(looking("a", 2, 0, (0, 0)), off_deg)) != set()) is looked


def test_eyes_on_the_agent_are_on_it_though_the_head_is_turned():
    one = replace(aside(looking("a", 2, 0, (0, 0)), 40), gaze_off_rad=math.radians(5))
    assert looks(one) == {(A, (AGENT,), "looks at")}


@pytest.mark.parametrize(("apart_m", "looked"), [(3.6, True), (4.5, False)])
def test_nobody_is_looked_at_from_afar(apart_m, looked):
    assert (looks(looking("a", apart_m, 0, (0, 0))) != set()) is looked
    pair = looking("a", 6, -apart_m / 2, (6, 9)), looking("b", 6, apart_m / 2, (6, 90))
    assert (looks(*pair) != set()) is looked


def test_of_three_in_a_row_each_look_is_at_the_next():
    people = (
        looking("a", 2, -1.0, (3, 0)), looking("b", 3, 0, (2, 1.0)), looking("c", 2, 1.0, (9, 9)),
    )  # fmt: skip
    assert looks(*people) == {(A, (B,), "looks at"), (B, (C,), "looks at")}


@pytest.mark.parametrize(
    ("speed_m_s", "head_deg", "looked"),
    [(0.3, 0, True), (0.7, 0, False), (0.7, 20, False), (0.7, 40, True), (0.7, -40, True)],
)
def test_who_walks_looks_at_those_to_whom_they_turn_the_head(speed_m_s, head_deg, looked):
    front = math.pi / 2 - math.radians(head_deg)
    walker = looking("a", 2, -1.0, (2, 1.0), front=front, vy=speed_m_s)
    assert (looks(walker, looking("b", 2, 1.0, ELSEWHERE)) != set()) is looked


def test_of_a_walker_whose_chest_is_unknown_no_look_is_told():
    walker = looking("a", 2, -1.0, (2, 1.0), vy=1.0)
    assert looks(walker, looking("b", 2, 1.0, ELSEWHERE)) == set()


def test_ahead_is_ahead_on_both_sides_of_the_full_circle():
    front = math.radians(-170)
    ahead = (4 + 2 * math.cos(front), -1.5 + 2 * math.sin(front))
    walker = looking("a", 4, -1.5, ahead, front=front, vx=-1.0)
    assert walker.head_yaw_rad > math.radians(25)
    assert looks(walker, looking("b", *ahead, (9, -9))) == set()


def test_a_straight_look_is_surer_than_one_a_little_off():
    straight, off = looking("a", 2, 0, (0, 0)), aside(looking("a", 2, 0, (0, 0)), 20)
    eyes = replace(off, head_yaw_rad=None, gaze_off_rad=math.radians(20))
    assert told(straight)[0].confidence == pytest.approx(1.0)
    assert [told(one)[0].confidence for one in (off, eyes)] == [pytest.approx(0.6)] * 2


# How long


def test_a_look_is_told_after_less_than_half_a_second_with_the_moment_it_began():
    (look,) = told(looking("a", 2, 0, (0, 0)), seconds=0.6)
    assert look.at == pytest.approx(0.0)


def watch(core, one, start, end):
    """What is judged of one who is seen ten times a second."""
    out = []
    for k in range(round(start * 10), round(end * 10)):
        core.see(replace(one, at=k / 10))
        out += core.judge(k / 10)
    return out


def test_a_look_goes_on_through_half_a_second_elsewhere_and_not_through_a_whole_one():
    here, away = looking("a", 2, 0, (0, 0)), looking("a", 2, 0, ELSEWHERE)
    core = Nonverbal()
    watch(core, here, 0, 1)
    assert [*watch(core, away, 1, 1.5), *watch(core, here, 1.5, 2)] == []
    assert [one.over for one in watch(core, away, 2, 3)] == [True]


def test_of_a_glance_not_even_the_end_is_told():
    core = Nonverbal()
    assert watch(core, looking("a", 2, 0, (0, 0)), 10, 10.3) == []
    assert watch(core, looking("a", 2, 0, ELSEWHERE), 10.3, 13) == []


@pytest.mark.parametrize(("lost", "last"), [(False, 1.5), (True, 0.9)])
def test_a_sighting_counts_for_half_a_second_more_and_not_once_the_person_is_gone(lost, last):
    core = Nonverbal()
    watch(core, looking("a", 2, 0, (0, 0)), 0, 1)
    if lost:
        core.lose(A)
    (over,) = [one for k in range(10, 30) for one in core.judge(k / 10)]
    assert over.over
    assert over.at == pytest.approx(last, abs=0.15)


# Hands


@pytest.mark.parametrize(("apart_m", "touch"), [(1.1, True), (1.5, False)])
def test_only_those_within_reach_shake_hands(apart_m, touch):
    def reach(core, at):
        core.reach(A, at, (hand(2, -1, 0.7), hand(2, 0, 1.0)))
        core.reach(B, at, (hand(2, 1, 0.7), hand(2, 0, 1.0)))

    pair = [
        replace(one, place=Place(x_m=2, y_m=sign * apart_m / 2))
        for one, sign in zip(FACING, (-1, 1), strict=True)
    ]
    found = begun(told(*pair, before=reach), Channel.TOUCH)
    assert found == ({(A, (B,), "shakes hands"), (B, (A,), "shakes hands")} if touch else set())


def test_either_hand_may_be_laid_on_somebody_and_one_that_is_met_is_surer():
    def lay(core, at):
        core.reach(A, at, (hand(2, -0.4, 0.7), hand(2, 0.45, 1.4)))

    def shake(core, at):
        for who in (A, B):
            core.reach(who, at, (hand(2, 0, 1.0),))

    (laid,) = [one for one in told(*FACING, before=lay) if one.triplet.kind is Channel.TOUCH]
    assert laid.triplet.what == "touches"
    met = [one for one in told(*FACING, before=shake) if one.triplet.kind is Channel.TOUCH]
    assert all(1 > one.confidence > laid.confidence for one in met)


@pytest.mark.parametrize("whose", [(A,), (A, B)])
def test_hands_count_for_half_a_second_after_they_were_seen(whose):
    def shake(core, at):
        for who in (A, B):
            if at < 1 or who not in whose:
                core.reach(who, at, (hand(2, 0, 1.0),))

    found = told(*FACING, seconds=4, before=shake)
    over = [one for one in found if one.over and one.triplet.kind is Channel.TOUCH]
    assert [one.triplet.individual for one in over] == [A, B]
    assert [one.at for one in over] == [pytest.approx(1.45, abs=0.15)] * 2


# Smiles and gestures


@pytest.mark.parametrize("gesture", ["wave", "point", "beckon", "nod", "shake"])
def test_a_gesture_goes_to_the_agent_and_is_over_a_second_after_it_was_told(gesture):
    def sign(core, at):
        if at == 0:
            core.sign(A, at, gesture, 0.7)

    here = looking("a", 2, 0, (0, 0))
    begin, over = [
        one for one in told(here, seconds=4, before=sign) if one.triplet.kind is Channel.GESTURE
    ]
    assert begin.triplet.what == gesture
    assert begin.confidence == pytest.approx(0.7)
    assert over.at == pytest.approx(1.0, abs=0.15)


def test_what_is_no_gesture_is_given_to_nobody():
    here = looking("a", 2, 0, (0, 0))
    found = told(here, before=lambda core, at: core.sign(A, at, "sit", 0.9))
    assert begun(found, Channel.GESTURE) == set()


def test_a_fact_says_how_well_it_was_seen_on_average():
    def smile(core, at):
        core.smile(A, 0.8 if round(at * 10) % 2 == 0 else 0.5)

    found = told(looking("a", 2, 0, (0, 0)), before=smile)
    (fact,) = [one.fact for one in found if one.triplet.kind is Channel.EXPRESSION]
    assert fact.interaction.channel is Channel.EXPRESSION
    assert fact.interaction.what == "smiles"
    assert fact.confidence == pytest.approx(0.68)


def smiles(*people, core=None):
    def smile(core, at):
        for one in people:
            core.smile(one.person, 0.8)

    return begun(told(*people, before=smile, core=core), Channel.EXPRESSION)


def test_a_smile_whose_direction_is_unseen_goes_to_those_one_talks_with():
    people = [replace(one, head_yaw_rad=None) for one in FACING]
    assert smiles(*people, core=in_formation(A, B)) == {(A, (B,), "smiles"), (B, (A,), "smiles")}
    assert smiles(people[0], core=in_formation(C, B, A)) == {(A, (B, C), "smiles")}
    queue = in_formation(A, B, arrangement=Arrangement.QUEUE)
    assert smiles(*people, core=queue) == set()


def test_a_smile_of_one_who_stands_alone_goes_to_nobody_unless_they_look_there():
    alone = looking("c", 3, 2, None)
    assert smiles(alone, core=in_formation(A, B)) == set()
    here = looking("a", 2, 0, (0, 0))
    assert smiles(here, core=in_formation(A, B)) == {(A, (AGENT,), "smiles")}


# Postures


def test_those_who_stand_together_are_named_in_order_and_only_of_who_is_in_view():
    core = in_formation(C, B, A, arrangement=Arrangement.QUEUE)
    found = begun(told(*FACING, core=core), Channel.POSTURE)
    assert found == {(A, (B, C), "queues with"), (B, (A, C), "queues with")}


@pytest.mark.parametrize(("away_m", "faces"), [(1.8, True), (2.4, False)])
def test_only_who_is_near_faces_the_agent(away_m, faces):
    one = seen(0, away_m, 0, person="a", facing_deg=5)
    assert (begun(told(one), Channel.POSTURE) != set()) is faces


@pytest.mark.parametrize(("facing_deg", "turns"), [(100, False), (140, True)])
def test_who_shows_their_side_has_not_turned_away(facing_deg, turns):
    core = Nonverbal()
    watch(core, seen(0, 1.5, 0, person="a", facing_deg=5), 0, 1)
    away = watch(core, seen(0, 1.5, 0, person="a", facing_deg=facing_deg), 1, 3)
    assert ((A, (AGENT,), "turns away") in begun(away, Channel.POSTURE)) is turns
