"""What the report of one run says: words and figures, not looks."""

import json
import math
import re
from dataclasses import replace

import pytest

from agent.lab.charts import change, gauge, histogram, stacked, verdict
from agent.lab.episode_report import episodes_section
from agent.lab.episodes import Kept
from agent.lab.html import anonymous, interval, number, readable, table, tag, text
from agent.lab.people_report import kinds_section, manners_section, rules_section
from agent.lab.report import as_html
from agent.lab.run import as_json, summary
from agent.lab.tables import by_intention
from agent.lab.tape import Cut, Episode
from behavior.lobby.library import floor_plan
from tests.unit.agent.lab.lives import (
    TIMING,
    a_run,
    breach,
    day,
    deed,
    estimate,
    passer,
    served,
    visit,
    words_of,
)

SIGN, WORDS, OFFER = "greeting.sign", "greeting.words", "waiting.offer"


# Elements


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (1234.5, 1, "1,234.5"),
        (-0.25, 2, "−0.25"),
        (0.0, 1, "0.0"),
        (-0.0, 1, "0.0"),
        (-0.004, 2, "0.00"),
        (math.nan, 1, "–"),
        (-math.inf, 1, "never"),
        (math.inf, 1, "∞"),
    ],
)
def test_a_figure_is_written_for_people(value, digits, shown):
    assert number(value, digits) == shown


def test_an_interval_without_width_or_knowledge_is_left_out():
    assert interval(estimate(1, 0.5, 1.5)) == "0.5 to 1.5"
    assert interval(estimate(1, 1.0, 1.0)) == ""
    assert interval(estimate(1, math.nan, math.nan)) == ""


def test_what_people_wrote_cannot_become_markup():
    assert text("<b> & 'c'") == "&lt;b&gt; &amp; &#x27;c&#x27;"
    assert tag("p", class_='a"b', aria_label=None) == '<p class="a&quot;b"></p>'
    assert readable("phone_visit") == "phone visit"


def test_ids_of_people_are_not_told():
    assert anonymous("p12ab34cd came with pffffffff, plain p12") == (
        "somebody came with somebody, plain p12"
    )


def test_a_table_has_a_cell_for_each_head():
    shown = table(["A", "B"], [["1", "2"], ["3", "4"]])
    assert shown.count("<th ") == 2
    assert re.findall(r"<td>(\d)</td>", shown) == list("1234")


@pytest.mark.parametrize(
    ("found", "better", "said"),
    [
        (estimate(1, 0.5, 1.5), "lower", "worse"),
        (estimate(1, 0.5, 1.5), "higher", "better"),
        (estimate(-1, -1.5, -0.5), "lower", "better"),
        (estimate(-1, -1.5, -0.5), "higher", "worse"),
        (estimate(1, 0.0, 1.5), "higher", "same"),
        (estimate(-1, -1.5, 0.0), "lower", "same"),
        (estimate(1, 0.5, 1.5), "", "same"),
        (estimate(1, 0.5, math.nan), "lower", "same"),
    ],
)
def test_only_what_the_interval_leaves_no_doubt_of_is_called_a_difference(found, better, said):
    assert verdict(found, better) == said
    assert said == "same" or f"point {said}" in change(found, better)


def numbers(drawing, element, attribute):
    found = re.findall(rf"<{element}[^>]*? {attribute}=\"([-\d.]+)\"", drawing)
    return [float(one) for one in found]


def test_a_gauge_shows_value_interval_and_the_good_side():
    drawing = gauge(estimate(1.0, 0.5, 1.5), 2.0, "lower")  # the line goes from 0 to 4
    assert numbers(drawing, "circle", "cx") == [50.0]
    assert numbers(drawing, "rect", "x") == [0.0, 0.0, 25.0]
    assert numbers(drawing, "rect", "width") == [200.0, 100.0, 50.0]
    higher = gauge(estimate(1.0, 0.5, 1.5), 2.0, "higher")
    assert numbers(higher, "rect", "x")[1] == 100.0
    assert numbers(gauge(estimate(0, 0, 0), 0.0, "lower"), "rect", "width")[1] == 4.0


def test_a_change_is_drawn_on_its_side_of_nothing():
    assert numbers(change(estimate(1.0, 0.5, 1.5), "lower"), "circle", "cx")[0] > 70
    assert numbers(change(estimate(-1.0, -1.5, -0.5), "lower"), "circle", "cx")[0] < 70
    assert "not known" in change(estimate(math.nan, math.nan, math.nan), "lower")


def test_a_histogram_counts_all_and_the_ends_hold_what_lies_outside():
    drawing = histogram([-9.0, 0.1, 0.2, 1.0, 99.0], low=0.0, high=2.0, step=1.0, mark=1.0)
    assert re.findall(r"<title>([^<]*)</title>", drawing) == ["0.0 to 1.0 s: 3", "1.0 to 2.0 s: 2"]
    assert re.findall(r'class="(good|short)"', drawing) == ["short", "good"]
    assert numbers(drawing, "rect", "height") == [130.0, 86.7]


def test_parts_of_a_whole_are_as_wide_as_they_are_many():
    drawing = stacked([("a", 3, "x"), ("b", 0, "y"), ("c", 1, "z")])
    assert numbers(drawing, "rect", "width") == [120.0, 40.0]
    assert numbers(drawing, "rect", "x") == [0.0, 120.0]
    assert 'aria-label="a: 3, b: 0, c: 1"' in drawing


# One run


def good_day():
    return day(served(1), served(2, group=4), visit(3, group=4), passer(4), passer(5))


def test_ready_is_said_only_where_every_target_is_met():
    assert "Ready for visitors: every target is met" in as_html(a_run(good_day()))
    late = day(served(1, sign_at=5.9), visit(2, stopped_at=3.0), breaches=[breach("names")])
    page = words_of(as_html(a_run(late)))
    assert "Not ready: it misses visitors, it notices people too late and it breaks norms" in page
    assert "Ready for visitors" not in page


def test_what_there_was_nobody_to_judge_by_is_not_held_against_it():
    """No passers-by came: nothing is said of them, good or bad."""
    run = a_run(day(served(1)))
    assert "Ready for visitors" in as_html(run)
    assert summary(run)["targets_met"] is True
    assert summary(a_run(day(visit(1, stopped_at=3.0))))["targets_met"] is False


def test_the_first_words_count_people_and_parties():
    page = words_of(as_html(a_run(good_day(), day(passer(1, word_at=3.0)))))
    assert (
        "In 2 simulated days, 6 people came through the lobby. 2 came for help, alone or with"
        " others: 2 got what they came for, nobody was missed. Of 3 who walked by, alone or"
        " together, it spoke to 1."
    ) in page


def test_several_missed_are_so_many_and_one_is_one():
    one, two = visit(1, stopped_at=3.0), visit(2, stopped_at=4.0)
    assert "0 got what they came for, 1 was missed" in words_of(as_html(a_run(day(one))))
    assert "2 were missed" in words_of(as_html(a_run(day(one, two))))


def test_each_target_has_a_card_that_says_met_or_not():
    cards = re.findall(r'<div class="card">(.*?)</div>', as_html(a_run(good_day())), re.DOTALL)
    assert [words_of(one).split()[0] for one in cards] == ["met"] * 4
    assert "Target: at most 1" in words_of(cards[0])
    assert "Target: at least 1" in words_of(cards[2])
    assert "Target: none" in words_of(cards[3])
    late = day(served(1, sign_at=5.9))
    cards = re.findall(r'<div class="card">(.*?)</div>', as_html(a_run(late)), re.DOTALL)
    assert words_of(cards[2]).split()[:2] == ["not", "met"]
    assert words_of(cards[0]).strip().startswith("nobody to judge by")


def test_who_never_got_a_sign_is_told_beside_the_first_seconds():
    page = words_of(as_html(a_run(day(served(1), visit(2, stopped_at=4.0)))))
    assert "2 visitors; the dashed line is the target. 1 got none." in page
    assert "got none" not in words_of(as_html(a_run(good_day())))


def bars(drawing):
    found = re.findall(r'class="(good|short)"[^>]*>\s*<title>([^<]*): ([1-9]\d*)</title>', drawing)
    return [(title, int(n), side) for side, title, n in found]


def test_the_first_seconds_are_drawn_to_their_scale_and_against_the_target():
    leads = (0.8, 1.2, 8.7, 30.0)
    people = [served(i, at=60.0 * i, sign_at=60.0 * i + 6 - s) for i, s in enumerate(leads)]
    late = served(8, at=800.0, sign_at=813.0, word_at=814.0)
    page = as_html(a_run(day(*people, late, served(9, at=900.0, sign_at=903.0, word_at=909.2))))
    signs, words = page.split("First word, seconds after")[:2]
    assert bars(signs.split("First sign, seconds before")[1]) == [
        ("−3.0 to −2.5 s", 1, "short"),
        ("0.5 to 1.0 s", 1, "short"),
        ("1.0 to 1.5 s", 1, "good"),
        ("3.0 to 3.5 s", 1, "good"),
        ("8.5 to 9.0 s", 2, "good"),
    ]
    assert [one[:2] for one in bars(words)] == [
        ("1.0 to 1.5 s", 4), ("3.0 to 3.5 s", 1), ("8.0 to 8.5 s", 1),
    ]  # fmt: skip


def test_each_figure_says_how_sure_it_is_and_on_how_many_it_rests():
    section = as_html(a_run(good_day())).split("All figures")[1].split("</table>")[0]
    rows = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in section.split("<tr>")[2:]]
    told = {words_of(row[0]).strip().split("  ")[0].split(" of ")[0]: row[1:] for row in rows}
    assert told["Passers-by spoken to"] == ["0.00 in 100", "0.00 to 65.76", "2"]
    assert any(row[-1] == "5" for row in told.values())


def test_each_day_has_its_row():
    one = replace(good_day(), plan="hall", seed=71)
    other = day(visit(1, stopped_at=2.0), passer(2, word_at=1.0), breaches=[
        breach("names"), breach("names", knowable=False)], seed=72)  # fmt: skip
    rows = re.findall(r"<tr>(.*?)</tr>", as_html(a_run(one, other)).split("The days")[1], re.DOTALL)
    cells = [re.findall(r"<td>(.*?)</td>", row) for row in rows[1:]]
    assert cells[0] == ["1", "hall, normal", "71", "5", "2", "2", "0", "0", "0", "1,800×"]
    assert cells[1] == ["2", "hall, normal", "72", "2", "1", "0", "1", "1", "1", "1,800×"]


def test_the_foot_tells_what_it_cost_and_how_to_do_it_again():
    slow = replace(good_day(), timing=replace(TIMING, p95_ms=0.42, cpu_s=6.0))
    page = words_of(as_html(a_run(good_day(), slow)))
    assert "95 of 100 less than 0.42 ms. 2 simulated hours took 8 s of a core" in page
    assert "(900 times real time): 50% in the lobby itself, 25% in decisions, 25% in" in page
    assert "foyer lobby configs/demo.yaml" in page


def test_kinds_of_people_are_told_with_what_became_of_them():
    people = day(
        served(1),
        visit(2, word_at=3.0, gave_up="not understood"),
        visit(3),
        passer(4, word_at=2.0, disturbed=["spoken to while passing"]),
        passer(5, sign_at=1.0),
        passer(6),
        passer(7),
    )
    page = kinds_section(a_run(people))
    assert 'aria-label="served: 1, spoken with, not served: 1, never heard a word: 1"' in page
    assert 'aria-label="spoken to: 1, a look or a nod: 1, left alone: 2"' in page
    assert "33 %" in page
    assert "not understood (1)" in page
    assert "spoken to while passing (1)" in page


def test_a_broken_norm_is_marked_and_what_could_not_be_known_is_told_apart():
    hidden = breach("names", knowable=False)
    page = manners_section(a_run(day(breaches=[breach("names"), breach("names"), hidden])))
    (item,) = re.findall(r'<li class="broken">(.*?)</li>', page)
    assert words_of(item).strip() == (
        "No names with strangers in earshot broken 2 times; 1 more that its senses could not tell"
        " of"
    )
    only = manners_section(a_run(day(breaches=[hidden])))
    assert 'class="broken"' not in only
    assert "1 more that its senses could not tell of" in only


def test_its_own_norms_are_told_with_what_they_did():
    shaped = deed(1.0, WORDS, norms=("look_before_you_speak",))
    vetoed = deed(2.0, WORDS, kind="ActRefused", by="norm:greet_once")
    page = rules_section(a_run(day(deeds=[shaped, shaped, vetoed])))
    rows = re.findall(r"<code>(\w+)</code></td><td>(\d)</td>.*?<td>(\d)</td>", page)
    assert rows == [("look_before_you_speak", "2", "0"), ("greet_once", "0", "1")]
    assert "None had a say." in rules_section(a_run(day()))


def test_the_three_most_frequent_reasons_are_told():
    whys = ["it took long"] * 4 + ["not understood"] * 3 + ["nobody came"] * 2 + ["it rained"]
    people = [visit(i, word_at=3.0, gave_up=why) for i, why in enumerate(whys)]
    page = words_of(kinds_section(a_run(day(*people))))
    assert "it took long (4), not understood (3), nobody came (2) " in page
    assert "it rained" not in page


def test_who_was_served_without_a_word_was_not_lost():
    page = kinds_section(a_run(day(visit(1, served_at=9.0), visit(2))))
    assert 'aria-label="served: 1, spoken with, not served: 0, never heard a word: 1"' in page


def test_rules_are_drawn_against_the_busiest():
    shaped = deed(1.0, WORDS, norms=("look_before_you_speak",))
    vetoed = deed(2.0, WORDS, kind="ActRefused", by="norm:greet_once")
    page = rules_section(a_run(day(deeds=[shaped, shaped, shaped, shaped, vetoed, vetoed])))
    assert numbers(page, "rect", "width") == [120.0, 1.0, 1.0, 60.0]


def test_an_episode_tells_its_story_without_ids_and_marks_the_moment(tmp_path):
    cut = Cut(kind="names", sentence="said a name", at=20.0, start=5.0, end=28.0, person=1,
              severity=1.0)  # fmt: skip
    kept = Kept(
        day=replace(good_day(), plan="clinic"),
        number=2,
        episode=Episode(cut=cut, recorded=(), views=()),
        path=tmp_path / "01-names.mcap",
        moment_s=15.0,
        lines=(
            (14.6, "visitor", "hello"),
            (15.2, "agent", "Tomas Berger expects you."),
            (15.4, "fact", "p12ab34cd is out of sight"),
        ),
    )
    page = episodes_section(a_run(episodes=(kept,), plans={"clinic": floor_plan("clinic")}))
    assert "Day 2, 08:00:20 · names Said a name" in words_of(page)
    assert f"foyer explain {kept.path} 15.0" in page
    told = re.findall(r"<li((?: [^>]*)?)>(.*?)</li>", page)
    assert [(' class="now"' in how, words_of(line).strip()) for how, line in told] == [
        (False, "14.6 s Visitor: “hello”"),
        (True, "15.2 s Receptionist: “Tomas Berger expects you.”"),
        (False, "15.4 s somebody is out of sight"),
    ]


def test_no_episode_is_said_to_be_none():
    assert "Nothing went wrong enough to show." in episodes_section(a_run(good_day()))


def test_the_summary_and_the_file_tell_the_same():
    run = a_run(day(served(1), breaches=[breach("names"), breach("phone", knowable=False)]))
    told = summary(run)
    assert told["norms_broken"] == {"names": 1}
    assert told["could_not_know"] == {"phone": 1}
    assert told["targets_met"] is False
    assert told["speed"] == 1800
    kept = json.loads(as_json(run))
    assert {key: kept[key] for key in told if key != "breaches"} | {"breaches": 1.0} == told
    assert kept["breaches"][0]["clock"] == "08:00:05"
    assert kept["measures"]["lead"] == {
        "label": "First sign comes ahead", "unit": "s", "target": 1.0, "met": True,
        "value": 2.0, "low": 2.0, "high": 2.0, "n": 1,
    }  # fmt: skip


def test_kinds_that_want_help_come_first_and_the_frequent_before_the_rare():
    people = [passer(1), passer(2), passer(3), served(4), visit(5, "lost"), visit(6, "lost")]
    assert [one.intention for one in by_intention([day(*people)])] == ["lost", "visit", "passing"]


def test_who_was_spoken_to_after_a_sign_counts_as_spoken_to():
    people = [passer(1, sign_at=1.0, word_at=2.0), passer(2, sign_at=1.0), passer(3)]
    (row,) = by_intention([day(*people)])
    assert (row.signed, row.spoken_to) == (1, 1)
