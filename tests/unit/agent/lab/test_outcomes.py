"""The figures say what they are called."""

import math

from agent.lab.measures import measures
from agent.lab.parties import wanting
from agent.lab.tables import broken, by_intention, norm_counts
from tests.unit.agent.lab.lives import breach, day, deed, passer, served, visit


def figures(*days):
    return {one.key: one for one in measures(days)}


def value(key, *days):
    return figures(*days)[key].estimate.value


def test_a_visitor_without_a_word_is_missed_and_one_who_was_answered_is_not():
    lived = day(served(1), visit(2, stopped_at=5.0), served(3), served(4))
    assert value("missed", lived) == 25.0
    assert figures(lived)["missed"].met is False


def test_a_group_is_missed_only_when_nobody_of_it_heard_a_word():
    lived = day(served(1, group=1), visit(2, group=1), visit(3, group=2), visit(4, group=2))
    assert len(wanting([lived])) == 2
    assert value("missed", lived) == 50.0


def test_passers_by_count_as_spoken_to_unless_they_spoke_first():
    spoken_to = passer(1, word_at=3.0)
    asked_first = passer(2, spoke_at=2.0, word_at=3.0)
    lived = day(spoken_to, asked_first, passer(3), passer(4))
    assert value("passers_by", lived) == 25.0


def test_visitors_are_no_passers_by():
    assert math.isnan(value("passers_by", day(served(1))))


def test_the_lead_is_from_the_first_sign_to_standing_or_speaking():
    assert value("lead", day(served(1))) == 2.0
    assert value("lead", day(served(1, spoke_at=5.0))) == 1.0
    assert figures(day(served(1)))["lead"].met
    assert not figures(day(served(1, sign_at=5.5)))["lead"].met


def test_words_are_a_sign_too_and_none_at_all_is_never():
    assert value("lead", day(served(1, sign_at=None))) == -1.0
    nothing = visit(1, stopped_at=6.0)
    assert value("lead", day(nothing)) == -math.inf


def test_waiting_ends_with_the_first_word():
    assert value("wait", day(served(1), served(2), served(3, word_at=9.0))) == 1.0
    assert value("word_after_entry", day(served(1))) == 7.0


def test_breaches_that_nobody_could_know_of_are_counted_apart():
    lived = day(served(1), breaches=[breach("names"), breach("names", knowable=False)])
    assert value("breaches", lived) == 1.0
    assert broken([lived])["names"] == (1, 1)
    assert figures(day(served(1)))["breaches"].met


def test_norms_are_counted_by_what_they_did():
    deeds = [
        deed(1.0, "greeting.words", norms=("look_before_you_speak",)),
        deed(2.0, "greeting.words", kind="ActRefused", by="norm:greet_once"),
        deed(3.0, "waiting.offer", kind="ActRefused", by="arbiter"),
    ]
    counts = {one.norm: (one.shaped, one.vetoed) for one in norm_counts([day(deeds=deeds)])}
    assert counts == {"look_before_you_speak": (1, 0), "greet_once": (0, 1)}


def test_each_kind_of_people_has_its_row_those_who_want_help_first():
    lived = day(passer(1), passer(2), passer(3), served(4), visit(5, "delivery"))
    rows = by_intention([lived])
    assert [(row.intention, row.people) for row in rows] == [
        ("delivery", 1),
        ("visit", 1),
        ("passing", 3),
    ]
