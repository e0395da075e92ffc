"""Which step comes next on a form, and what is noticed after it."""

from dataclasses import replace

import pytest

from behavior.forms.screen import Seen, SeenField, Step
from behavior.forms.steps import Goal, Wrong, as_described, mismatch, next_step, open_fields
from tests.fakes.desk import demo_site

FORM = demo_site().forms[0]


def seen(*, page=1, at="", visible=(), wrong=(), **values):
    fields = tuple(
        SeenField(
            key=f.key, label=f.label, kind=f.kind, required=f.required, options=f.options,
            page=f.page, value=values.get(f.key, ""), visible=f.key in visible,
            wrong=f.key in wrong,
        )
        for f in FORM.fields
    )  # fmt: skip
    return Seen(sheet="s1", fields=fields, page=page, at=at)


def changed(before, key, **changes):
    fields = tuple(replace(f, **changes) if f.key == key else f for f in before.fields)
    return replace(before, fields=fields)


TYPE = Step(do="type", target="name", text="Rosa Demo")


@pytest.mark.parametrize(
    ("there", "step"),
    [
        (seen(page=1), Step(do="tap", target="next")),
        (seen(page=2), Step(do="scroll", target="plate")),
        (seen(page=2, visible=("plate",)), Step(do="tap", target="plate")),
        (seen(page=2, visible=("plate",), at="plate"), Step(do="type", target="plate", text="X1")),
        (seen(page=2, visible=("plate",), at="plate", plate="X1"), None),
    ],
)
def test_a_field_is_reached_before_it_is_written_in(there, step):
    assert next_step(FORM, there, Goal(values={"plate": "X1"})) == step


def test_a_choice_is_tapped_and_only_emptied_by_typing_nothing():
    there = seen(page=2, at="until", visible=("until",), until="Noon")
    tap = next_step(FORM, there, Goal(values={"until": "Whole day"}))
    assert tap == Step(do="tap", target="until", text="Whole day")
    empty = next_step(FORM, there, Goal(values={"until": ""}))
    assert empty == Step(do="type", target="until", text="")


def test_it_ends_at_the_field_that_is_asked_for_next():
    there = seen(page=2, at="plate", visible=("plate",), name="Rosa Demo")
    step = next_step(FORM, there, Goal(values={"name": "Rosa Demo"}, at="company"))
    assert step == Step(do="tap", target="back")


def test_a_step_that_did_what_it_was_to_do_passes():
    before = seen(at="name", visible=("name",))
    assert mismatch(FORM, "s1", TYPE, before, seen(at="name", name="Rosa Demo")) is None


@pytest.mark.parametrize(
    ("after", "wrong"),
    [
        (Seen(), Wrong.RELOADED),
        (replace(seen(name="Rosa Demo"), sheet="another"), Wrong.RELOADED),
        (changed(seen(name="Rosa Demo"), "company", label="Password"), Wrong.CHANGED),
        (changed(seen(name="Rosa Demo"), "rules", required=False), Wrong.CHANGED),
        (changed(seen(name="Rosa Demo"), "until", options=("Noon",)), Wrong.CHANGED),
        (
            replace(seen(name="Rosa Demo"), fields=seen(name="Rosa Demo").fields[:-1]),
            Wrong.CHANGED,
        ),
        (seen(name="Rosa Demo", company="Acme"), Wrong.BY_HAND),
        (replace(seen(name="Ro"), by_hand=True), Wrong.BY_HAND),
        (seen(name="Rosa Dem"), Wrong.NOT_DONE),
        (seen(), Wrong.NOT_DONE),
    ],
)
def test_what_went_otherwise_is_told_apart(after, wrong):
    found = mismatch(FORM, "s1", TYPE, seen(), after)
    assert found is not None
    assert found.wrong is wrong


def test_a_hand_elsewhere_is_named_by_its_field():
    found = mismatch(FORM, "s1", TYPE, seen(), seen(name="Rosa Demo", company="Acme"))
    assert found.fields == ("company",)


@pytest.mark.parametrize(
    ("step", "before", "after", "done"),
    [
        (Step(do="tap", target="next"), seen(page=1), seen(page=2), True),
        (Step(do="tap", target="next"), seen(page=1), seen(page=1), False),
        (Step(do="tap", target="back"), seen(page=2), seen(page=1), True),
        (Step(do="tap", target="name"), seen(), seen(at="name"), True),
        (Step(do="tap", target="name"), seen(), seen(at="company"), False),
        (Step(do="scroll", target="host"), seen(), seen(visible=("host",)), True),
        (Step(do="scroll", target="host"), seen(), seen(), False),
        (Step(do="tap", target="rules", text="yes"), seen(), seen(rules="yes"), True),
        (Step(do="tap", target="rules", text="yes"), seen(), seen(), False),
    ],
)
def test_each_kind_of_step_is_looked_after(step, before, after, done):
    assert (mismatch(FORM, "s1", step, before, after) is None) is done


def test_the_form_of_the_site_is_known_again():
    assert as_described(FORM, seen())
    assert not as_described(FORM, replace(seen(), fields=seen().fields[::-1]))


def test_optional_fields_are_asked_for_until_they_are_skipped_and_needed_ones_always():
    values = {"name": "Rosa Demo", "until": "Noon"}
    assert open_fields(FORM, values) == ("company", "host", "plate", "rules")
    assert open_fields(FORM, values, ("company", "host")) == ("host", "plate", "rules")
