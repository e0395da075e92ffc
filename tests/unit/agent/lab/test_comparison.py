"""Two configurations side by side: what differs, where, and which line changed which act."""

import shutil
from pathlib import Path

import pytest

from agent.config import ConfigError
from agent.lab.comparison import act_changes, credited, differences, tally
from agent.lab.manners import changes_between, read_manners, with_changes
from tests.unit.agent.lab.lives import day, deed, served, visit

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "configs", folder / "configs", ignore=shutil.ignore_patterns("lobby"))
    return folder / "configs"


def edited(house, tmp_path, name, *swaps):
    """A copy in which lines of one file are swapped for others."""
    copy = tmp_path / "configs"
    if not copy.exists():
        shutil.copytree(house, copy)
    path = copy / name
    text = path.read_text()
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    return read_manners(copy / "demo.yaml")


def line_of(path, words):
    lines = path.read_text().splitlines()
    return next(i for i, line in enumerate(lines, 1) if words in line)


GREETING = "policies/greeting.yaml"
SWAP = ("words_after_s: 0.6", "words_after_s: 1.2")


def test_a_changed_setting_is_found_with_both_its_lines(house, tmp_path):
    old, new = read_manners(house / "demo.yaml"), edited(house, tmp_path, GREETING, SWAP)
    (change,) = changes_between(old, new)
    assert (change.document, change.key, change.old, change.new) == (
        "greeting",
        ("words_after_s",),
        0.6,
        1.2,
    )
    assert change.old_line.line == line_of(house / GREETING, "words_after_s")
    assert str(change.new_line).endswith(f"greeting.yaml:{change.new_line.line}")


def test_what_is_only_written_down_otherwise_is_no_change(house, tmp_path):
    comment = ("words_after_s: 0.6", "words_after_s: 0.60  # as before\nsign_gesture: nod")
    old, new = read_manners(house / "demo.yaml"), edited(house, tmp_path, GREETING, comment)
    assert changes_between(old, new) == []


def test_a_norm_that_is_changed_is_found_where_it_stands(house, tmp_path):
    swap = ("reason: Who visits whom", "reason: Surely, who visits whom")
    name = "policies/norms/privacy.yaml"
    old, new = read_manners(house / "demo.yaml"), edited(house, tmp_path, name, swap)
    (change,) = changes_between(old, new)
    assert change.document == "norms/privacy"
    assert change.key == ("names_are_not_for_strangers",)
    assert change.old_line.line == line_of(house / name, "id: names_are_not_for_strangers")


def test_a_norm_that_is_switched_off_is_a_change_of_the_agents_own_file(house, tmp_path):
    swap = ("norms_off: [quiet_hours]", "norms_off: [quiet_hours, greet_once]")
    old, new = read_manners(house / "demo.yaml"), edited(house, tmp_path, "demo.yaml", swap)
    (change,) = changes_between(old, new)
    assert (change.document, change.key) == ("agent", ("norms_off",))
    alone = with_changes(old, new, [change])
    assert "greet_once" not in [norm.id for norm in alone.norms.all]


def test_one_of_two_changes_is_applied_alone(house, tmp_path):
    edited(house, tmp_path, GREETING, SWAP)
    new = edited(
        house, tmp_path, "policies/waiting.yaml", ("offer_after_s: 12", "offer_after_s: 9")
    )
    old = read_manners(house / "demo.yaml")
    first, second = changes_between(old, new)
    alone = with_changes(old, new, [first]).policies
    assert alone.greeting.words_after_s == 1.2
    assert alone.waiting.offer_after_s == 12
    both = with_changes(old, new, [first, second]).policies
    assert (both.greeting.words_after_s, both.waiting.offer_after_s) == (1.2, 9)


def test_a_change_that_does_not_go_alone_is_told(house, tmp_path):
    old = read_manners(house / "demo.yaml")
    new = edited(house, tmp_path, GREETING, SWAP)
    (change,) = changes_between(old, new)
    new.trees["greeting"]["words_after_s"] = 99
    with pytest.raises(ConfigError, match="does not go without"):
        with_changes(old, new, [change])


def test_a_folder_of_policies_stands_in_for_the_configurations_own(house, tmp_path):
    copy = tmp_path / "policies"
    shutil.copytree(house / "policies", copy)
    shutil.rmtree(copy / "norms")
    manners = read_manners(house / "demo.yaml", copy)
    assert manners.settings.policies_folder == copy.resolve()
    assert manners.settings.norms_folder == (house / "policies" / "norms").resolve()


# Acts

SIGN, WORDS = "greeting.sign", "greeting.words"


def lived(*deeds):
    return [day(visit(1), visit(2, at=50.0), deeds=deeds)]


OLD = (deed(10.0, SIGN, text="(nod)"), deed(12.0, WORDS), deed(60.0, SIGN, 2, text="(nod)"))
NEW = (deed(12.9, WORDS, text="Welcome."), deed(62.0, SIGN, 2, text="(nod)"))


def test_acts_that_went_came_changed_or_moved_are_told_apart():
    changed = act_changes(lived(*OLD), lived(*NEW))
    assert tally(changed) == {(SIGN, "gone"): 1, (WORDS, "reworded"): 1, (SIGN, "later"): 1}
    assert act_changes(lived(*OLD), lived(*OLD)) == []


def test_an_act_is_put_down_to_the_line_that_changes_it_alone():
    changed = act_changes(lived(*OLD), lived(*NEW))
    no_sign = (deed(12.0, WORDS), deed(62.0, SIGN, 2, text="(nod)"))
    assert tally(credited(changed, lived(*no_sign))) == {(SIGN, "gone"): 1, (SIGN, "later"): 1}
    nothing = credited(changed, lived(*OLD))
    assert nothing == []


def test_people_are_paired_by_when_they_came_not_by_their_numbers():
    before = [day(visit(1), visit(2, at=50.0), deeds=[deed(60.0, WORDS, 2)])]
    after = [day(visit(1), visit(3, at=50.0), deeds=[deed(60.0, WORDS, 3)])]
    assert act_changes(before, after) == []


def test_a_figure_that_changes_for_everybody_is_sure_and_one_that_does_not_is_none():
    def hours(lead):
        people = [served(i, at=600.0 * i, sign_at=600.0 * i + 6 - lead) for i in range(1, 60)]
        return [day(*people)]

    found = {one.old.key: one.change for one in differences(hours(2.0), hours(3.0))}
    assert found["lead"].low == pytest.approx(1.0)
    assert found["lead"].high == pytest.approx(1.0)
    assert found["missed"].value == 0.0
    assert found["breaches"].value == 0.0
