"""What configs/lobby holds fits together: plans, days, noise, people and the house."""

import re
import string

import pytest
import yaml
from pydantic import ValidationError

from agent.core.messages import Place
from behavior.lobby.ear import Ear
from behavior.lobby.floor_plan import FloorPlan
from behavior.lobby.library import (
    day_profile,
    detector_noise,
    floor_plan,
    intentions,
    names,
    open_lobby,
)
from behavior.lobby.lobby import Lobby
from behavior.lobby.room import room_of
from tests.unit.behavior.lobby.agents import LIBRARY

PEOPLE = intentions(LIBRARY)
FILLS = {"host", "visitor", "first", "firm", "place", "time"}


def test_there_is_enough_to_train_on_and_enough_held_out():
    plans = [floor_plan(one, LIBRARY) for one in names("plans", LIBRARY)]
    assert sum(not plan.held_out for plan in plans) >= 4
    assert sum(plan.held_out for plan in plans) >= 2
    assert len(PEOPLE) >= 20
    assert sum(one.held_out for one in PEOPLE.values()) >= 3
    assert {"measured", "none", "harsh"} <= set(names("noise", LIBRARY))
    assert any(detector_noise(one, LIBRARY).held_out for one in names("noise", LIBRARY))


@pytest.mark.parametrize("name", names("days", LIBRARY))
def test_a_day_names_only_people_there_are_and_held_out_ones_only_if_it_is(name):
    day = day_profile(name, LIBRARY)
    assert set(day.intentions) <= set(PEOPLE)
    if not day.held_out:
        assert not [one for one in day.intentions if PEOPLE[one].held_out]
    for hour in day.hours:
        assert day.opens_hour <= hour.hour < day.closes_hour
        assert set(hour.more) <= set(day.intentions)


@pytest.mark.parametrize("name", names("plans", LIBRARY))
def test_every_door_place_and_seat_of_a_plan_can_be_reached_from_the_agent(name):
    plan = floor_plan(name, LIBRARY)
    room = room_of(plan)
    desk = plan.to_world(_ahead(1.2))
    goals = [(d.x_m, d.y_m) for d in plan.doors]
    for place in plan.places:
        goals += [place.seat(k) for k in range(place.seats)] or [(place.x_m, place.y_m)]
    for goal in goals:
        assert room.clearance(*goal)[0] >= 0.2, goal
        points = [desk, *room.way(desk, goal)]
        for one, other in zip(points, points[1:], strict=False):
            assert room.open_line(one, other, 0.1), (name, goal)
    assert room.in_sight(*desk)
    assert any(door.street for door in plan.doors)
    assert any(not door.street for door in plan.doors)


def _ahead(metres):
    return Place(x_m=metres, y_m=0.0)


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_what_people_say_and_wait_for_is_known(name):
    one, house = PEOPLE[name], PEOPLE.house
    tasks = [*one.tasks, *([one.impatient] if one.impatient else [])]
    for task in tasks:
        lines = [*task.opens, *task.again, *(line for told in task.tells.values() for line in told)]
        for line in lines:
            used = {field for _, field, _, _ in string.Formatter().parse(line) if field}
            assert used <= FILLS, line
        assert set(task.satisfied_by) <= set(house.cues), task.name
        assert task.satisfied_by or task.words, task.name
        for pattern in task.words:
            re.compile(pattern)
    assert bool(one.wants_help) == bool(one.tasks)
    assert set(one.company.others) <= set(PEOPLE)
    for size in one.company.sizes:
        assert 1 <= size <= 6


def test_the_hosts_are_those_of_the_demonstration_site():
    site = yaml.safe_load((LIBRARY.parent / "sites/demo.yaml").read_text(encoding="utf-8"))
    staff = {person["name"] for person in site["hosts"]}
    assert set(PEOPLE.house.hosts) <= staff
    known = {n for place in site["places"] for n in (place["name"], *place.get("also", ()))}
    assert set(PEOPLE.house.places) <= known


def test_people_understand_what_the_agents_own_dialogue_says():
    """Its wordings by key: whatever it says must mean to them what it is meant to."""
    ear = Ear(PEOPLE.house.cues)
    path = LIBRARY.parents[1] / "behavior/dialogue/wording.yaml"
    wording = yaml.safe_load(path.read_text(encoding="utf-8"))
    means = {
        "meet.ask_host": "asks_host", "meet.ask_visitor": "asks_name",
        "meet.confirm_host": "asks_confirm", "meet.unknown_host": "asks_spelling",
        "meet.notify": "told", "meet.notify_nameless": "told", "meet.private": "denies",
        "delivery": "leave_parcel", "delivery.plain": "calls_staff",
        "delivery.ask_for": "asks_whom",
        "staff": "calls_staff", "unclear.1": "not_understood", "unheard": "not_understood",
        "know.unknown": "offers_staff", "more": "asks_more", "farewell": "farewell",
        "emergency": "calls_staff", "know.confirm": "asks_confirm",
    }  # fmt: skip
    missed = []
    for key, cue in means.items():
        for line in wording[key]:
            plain = re.sub(r"\((?:\w+)\)|\[\w+\]| \|", "", line)
            plain = re.sub(r"<([^|>]*)\|[^>]*>", r"\1", plain)
            plain = re.sub(r"\{place\}", "parcel shelf", plain)
            plain = plain.replace("{staff_capital}", "A colleague")
            plain = plain.replace("{staff}", "a colleague")
            plain = plain.replace("{host}", "Priya Nair").replace("{text}", "Help is on the way.")
            if cue not in ear.cues(plain):
                missed.append((key, plain))
    assert missed == []


def test_a_name_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(FileNotFoundError, match="no 'moon'; there is clinic, entrance_hall"):
        open_lobby(plan="moon", library=LIBRARY)


def test_a_day_with_unknown_people_is_refused_by_name():
    day = day_profile("quiet", LIBRARY)
    strange = day.model_copy(update={"intentions": {"martian": 1.0}})
    noise = detector_noise("none", LIBRARY)
    with pytest.raises(ValueError, match="quiet: no such intentions: martian"):
        Lobby(floor_plan("clinic", LIBRARY), strange, noise, 1, people=PEOPLE)


def test_an_unknown_key_in_a_plan_is_an_error():
    data = yaml.safe_load((LIBRARY / "plans/clinic.yaml").read_text(encoding="utf-8"))
    with pytest.raises(ValidationError, match="wals"):
        FloorPlan.model_validate(data | {"wals": []})
