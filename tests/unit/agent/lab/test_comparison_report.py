"""What the report of two policies side by side says, and which differences it calls sure."""

import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from agent.lab.charts import verdict
from agent.lab.comparison import (
    Comparison,
    Effect,
    act_changes,
    differences,
    tally,
)
from agent.lab.comparison_report import _apart, comparison_section, comparison_summary
from agent.lab.manners import Change, Line
from behavior.policies.greeting import Phrase
from tests.unit.agent.lab.lives import breach, day, deed, passer, served, visit, words_of

SIGN, WORDS, OFFER = "greeting.sign", "greeting.words", "waiting.offer"


def a_change(name="words_within_m", old=3.0, new=2.0, line=6):
    where = Path("greeting.yaml")
    return Change(
        document="greeting",
        key=(name,),
        old=old,
        new=new,
        old_line=Line(path=where, line=line),
        new_line=Line(path=Path("new") / where, line=line + 1),
    )


def hours(lead_s, deeds=(), more=()):
    people = [served(i, at=600.0 * i, sign_at=600.0 * i + 6 - lead_s) for i in range(1, 60)]
    return [day(*people, *more, deeds=deeds)]


def compared(old, new, *effects, joint=None):
    return Comparison(
        old_name="old.yaml",
        new_name="new.yaml",
        old=tuple(old),
        new=tuple(new),
        differences=tuple(differences(old, new)),
        acts=tuple(act_changes(old, new)),
        effects=effects,
        joint=joint or {},
    )


OLD_DEEDS = (deed(604.0, SIGN, text="(nod)"), deed(607.0, WORDS), deed(650.0, OFFER))


NEW_DEEDS = (deed(604.0, SIGN, text="(nod)"), deed(609.5, WORDS), deed(650.0, OFFER, text="Yes?"))


@cache
def both():
    old, new = hours(3.0, OLD_DEEDS), hours(2.0, NEW_DEEDS)
    effect = Effect(
        change=a_change(),
        acts=tally(act_changes(old, new)),
        differences=tuple(differences(old, new)),
        alone=True,
    )
    return compared(old, new, effect)


def test_two_are_set_side_by_side_with_what_is_sure():
    page = words_of(comparison_section(both()))
    assert "received twice: by old.yaml and by new.yaml" in page
    lead = re.search(r"First sign comes ahead s (\S+) (\S+) (\S+) (.*? to \S+) (\w+)", page)
    assert lead is not None
    assert lead.groups() == ("3.00", "2.00", "−1.00", "−1.00 to −1.00", "worse")
    assert re.search(r"Visitors missed in 100 0.00 0.00 0.00 0.00 to 0.00 no clear", page)


def test_what_rises_is_signed_and_nothing_is_not():
    old, new = hours(2.0), hours(3.0)
    page = words_of(comparison_section(compared(old, new)))
    assert "2.00 3.00 +1.00 +1.00 to +1.00 better" in page
    assert "+0" not in page


def test_a_line_is_told_with_old_new_place_acts_and_figures():
    page = words_of(comparison_section(both()))
    assert "greeting: words_within_m 3.0 2.0 greeting.yaml:6 → new/greeting.yaml:7" in page
    assert "greeting.words done later: 1 time For example day 1, 08:10:09, to somebody" in page
    assert "“Hello.”, 2.5 s later" in page
    assert "waiting.offer worded otherwise: 1 time" in page
    assert "“Hello.” became “Yes?”" in page
    assert "First sign comes ahead: 3.00 → 2.00 s (worse)" in page
    assert "Visitors missed:" not in page


def test_better_worse_and_doubtful_look_different():
    def badges(old, new):
        page = comparison_section(compared(hours(old), hours(new)))
        return set(re.findall(r'class="(badge[^"]*)"[^>]*>(better|worse|no clear)', page))

    assert ("badge worse", "worse") in badges(3.0, 2.0)
    assert ("badge", "better") in badges(2.0, 3.0)
    assert badges(2.0, 2.0) == {("badge same", "no clear")}


def test_what_a_line_does_most_often_is_told_first():
    acts = {(SIGN, "gone"): 2, (WORDS, "later"): 7, (OFFER, "new"): 1}
    line = Effect(change=a_change(), acts=acts, differences=(), alone=True)
    page = words_of(comparison_section(compared(hours(3.0), hours(3.0), line)))
    assert re.findall(r": (\d) times?", page) == ["7", "2", "1"]


def test_a_long_setting_is_cut_for_the_page_and_the_data():
    long = Effect(change=a_change(new="w" * 161), acts={}, differences=(), alone=True)
    it = compared(hours(3.0), hours(3.0), long)
    assert f"{'w' * 157}..." in words_of(comparison_section(it))
    assert "w" * 158 not in comparison_section(it)
    assert comparison_summary(it)["lines"][0]["new"] == f"{'w' * 157}..."
    whole = replace(long, change=a_change(new="w" * 160))
    assert "w" * 160 in comparison_section(compared(hours(3.0), hours(3.0), whole))


def test_a_line_that_did_nothing_says_so():
    old = hours(3.0)
    nothing = Effect(change=a_change(), acts={}, differences=(), alone=True)
    page = words_of(comparison_section(compared(old, old, nothing)))
    assert "Changed no act." in page
    assert "No figure moved beyond doubt." in page
    same = words_of(comparison_section(compared(old, old)))
    assert "do not differ in any setting that bears on decisions" in same


def test_an_example_tells_no_ids():
    new = hours(3.0, (deed(607.0, WORDS, because="p12ab34cd stands at 1.2 m"),))
    line = Effect(
        change=a_change(), acts=tally(act_changes(hours(3.0), new)), differences=(), alone=True
    )
    page = words_of(comparison_section(compared(hours(3.0), new, line)))
    assert "“Hello.”; somebody stands at 1.2 m" in page
    assert "p12ab34cd" not in page


def test_a_line_that_does_not_go_alone_says_why():
    problem = Effect(
        change=a_change(old=None), acts={}, differences=(), alone=False, problem="it takes two"
    )
    page = words_of(comparison_section(compared(hours(3.0), hours(3.0), problem)))
    assert "not there 2.0" in page
    assert "it takes two" in page
    assert "Changed no act" not in page


def test_what_only_several_lines_bring_about_is_told_so():
    it = replace(both(), joint={(SIGN, "gone"): 3})
    page = words_of(comparison_section(it))
    assert "Several lines together" in page
    assert "greeting.sign no longer done: 3 times" in page
    assert "Several lines together" not in words_of(comparison_section(both()))


def test_the_comparison_as_data_says_the_same():
    told = comparison_summary(replace(both(), joint={(SIGN, "gone"): 3}))
    assert (told["old"], told["new"]) == ("old.yaml", "new.yaml")
    assert told["figures"]["lead"] == {
        "old": 3.0, "new": 2.0, "change": -1.0, "low": -1.0, "high": -1.0, "verdict": "worse",
    }  # fmt: skip
    assert told["acts_changed"] == {"greeting.words later": 1, "waiting.offer reworded": 1}
    (line,) = told["lines"]
    assert line["setting"] == "greeting: words_within_m"
    assert (line["old"], line["new"]) == ("3.0", "2.0")
    assert line["old_line"] == "greeting.yaml:6"
    assert "lead" in line["figures"]
    assert "missed" not in line["figures"]
    assert "problem" not in line
    assert told["joint"] == {"greeting.sign gone": 3}


def test_a_figure_of_nobody_is_not_known_and_no_difference():
    (missed,) = [d for d in differences([day()], [day()]) if d.old.key == "missed"]
    assert missed.change.n == 0
    assert verdict(missed.change, "lower") == "same"


def test_hours_are_drawn_whole_and_days_are_not_mixed():
    """Four people an hour for ten hours: what the interval rests on is ten blocks a day."""
    people = [served(i, at=900.0 * i, sign_at=900.0 * i + 3) for i in range(40)]
    twice = [day(*people), day(*people)]
    (lead,) = [d for d in differences(twice, twice) if d.old.key == "lead"]
    assert lead.change.n == 20


def test_each_figure_changes_by_its_own_kind():
    def one_day(slow_s, lost, broken):
        waits = [1.0] * 8 + [slow_s] * 2
        people = [served(i, at=300.0 * i, word_at=300.0 * i + 6 + w) for i, w in enumerate(waits)]
        gone = [visit(20 + i, at=300.0 * i) for i in range(lost)]
        return [
            day(*people, *gone, breaches=[breach("names", at=300.0 * i) for i in range(broken)])
        ]

    found = {d.old.key: d.change for d in differences(one_day(5.0, 0, 3), one_day(9.0, 10, 1))}
    assert found["wait"].value == 0.0
    assert found["wait_p90"].value == pytest.approx(4.0)
    assert found["missed"].value == pytest.approx(50.0)
    assert found["breaches"].value == -2.0


@pytest.mark.parametrize("many", [1, 2, 5, 10, 11])
def test_the_difference_told_is_that_of_the_two_figures_told(many):
    def lived_with(step_s):
        waits = [step_s * i for i in range(1, many + 1)]
        people = [served(i, at=300.0 * i, word_at=300.0 * i + 6 + w) for i, w in enumerate(waits)]
        return [day(*people)]

    found = {d.old.key: d for d in differences(lived_with(1.0), lived_with(3.0))}
    for key in ("wait", "wait_p90"):
        one = found[key]
        told = one.new.estimate.value - one.old.estimate.value
        assert told > 0
        assert one.change.value == pytest.approx(told)


def test_what_only_one_of_them_can_tell_of_is_no_difference():
    some, none = [day(passer(1), passer(2, word_at=3.0))], [day(served(1))]
    (passers,) = [d for d in differences(some, none) if d.old.key == "passers_by"]
    assert math.isnan(passers.change.value)
    assert verdict(passers.change, "lower") == "same"
    it = compared(some, none)
    shown = comparison_section(it)
    assert "not known" in shown
    (row,) = [one for one in shown.split("<tr>") if "Passers-by spoken to" in one]
    assert " to " not in words_of(row).replace("spoken to", "")
    told = comparison_summary(it)["figures"]["passers_by"]
    assert (told["old"], told["new"], told["change"], told["low"]) == (50.0, None, None, None)


def test_of_a_changed_list_only_what_changed_is_shown_and_as_it_is_written():
    common, said = Phrase(say=("Hello.",)), Phrase(say=("Good day.", "Well?"), until_hour=12)
    assert _apart((common, said), (common,)) == "say: Good day. / Well?, until_hour: 12.0"
    assert _apart((common,), (common, said)) == "nothing"
    assert (_apart(0.6, 1.8), _apart(None, 1.8)) == ("0.6", "not there")
