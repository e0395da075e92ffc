"""Who could be followed through a tracker's changes of id, and who could not."""

from agent.core.messages import PersonId
from agent.lab.identity import Identities
from tests.fakes.encounters import seen


def told(*sightings):
    """(person as they are, sighting), in order."""
    identities = Identities()
    for number, one in sightings:
        identities.take(one, number)
    return identities


def test_who_goes_on_under_another_id_in_the_same_place_can_be_followed():
    who = told((1, seen("p1", 1.0)), (1, seen("p2", 2.5)))
    assert who.followed_since(1, 0.5)


def test_who_was_gone_for_long_cannot_be_followed():
    who = told((1, seen("p1", 1.0)), (1, seen("p2", 3.5)))
    assert not who.followed_since(1, 0.5)
    assert who.followed_since(1, 3.5)


def test_who_turns_up_elsewhere_cannot_be_followed():
    who = told((1, seen("p1", 1.0)), (1, seen("p2", 1.5, y=0.8)))
    assert not who.followed_since(1, 0.5)


def test_who_changes_the_id_beside_another_cannot_be_followed():
    beside = told((2, seen("p9", 1.0, y=0.6)), (1, seen("p1", 1.0)), (1, seen("p2", 1.5)))
    assert not beside.followed_since(1, 0.5)
    apart = told((2, seen("p9", 1.0, y=1.2)), (1, seen("p1", 1.0)), (1, seen("p2", 1.5)))
    assert apart.followed_since(1, 0.5)
    gone = told((2, seen("p9", 1.0, y=0.6)), (1, seen("p1", 4.0)), (1, seen("p2", 4.5)))
    assert gone.followed_since(1, 0.5)


def test_two_who_change_ids_over_are_each_taken_for_the_other():
    who = told(
        (1, seen("p1", 1.0)),
        (2, seen("p2", 1.0, y=2.0)),
        (1, seen("p2", 1.5)),
        (2, seen("p1", 1.5, y=2.0)),
    )
    assert not who.followed_since(1, 1.2)
    assert not who.followed_since(2, 1.2)
    assert who.was_another(PersonId("p1"))
    assert not told((1, seen("p1", 1.0))).was_another(PersonId("p1"))


def test_one_id_all_the_time_is_one_person_whatever_they_do():
    who = told((1, seen("p1", 1.0)), (1, seen("p1", 90.0, x=5.0)))
    assert who.followed_since(1, 0.5)


def test_whom_the_senses_told_of_lately():
    who = told((1, seen("p1", 1.0)), (2, seen("p2", 4.0)))
    assert who.told_lately(4.5, 1.0) == {2}
