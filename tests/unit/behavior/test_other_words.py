"""A question put anew, a policy in another language, times of day in other languages."""

import pytest
from pydantic import ValidationError

from agent.core.messages import LanguageFollowed, PersonId
from behavior.dialogue.other_words import in_other_words, is_question
from behavior.languages.sounds_like import plain
from behavior.policies.spoken import speaking
from behavior.policies.waiting import WaitingConfig, WaitingPolicy
from behavior.situation.state import Situation
from behavior.situation.update import update
from behavior.tools.clock_times import time_of_day
from behavior.tools.phrases import phrases_in
from behavior.tools.queues import minutes_about


def test_another_wording_of_the_same_question_is_found_in_each_language():
    for said, code in (("Of course. May I have your name, please?", "en"),
                       ("Gern. Wie ist bitte Ihr Name?", "de")):  # fmt: skip
        other, found = in_other_words(said)
        assert is_question(other)
        assert not said.endswith(other)
        assert found == code


@pytest.mark.parametrize("said", ["Did you say Tomas Berger?", "It is open.", "", "Who am I?"])
def test_what_holds_a_name_or_is_not_the_desks_is_not_put_anew(said):
    assert in_other_words(said) == ("", "")


def test_lines_in_another_language_have_to_be_lines_of_the_policy():
    with pytest.raises(ValidationError, match="xx is none of"):
        WaitingConfig(languages={"xx": {}})
    with pytest.raises(ValidationError, match="de: offer_after_s is no line"):
        WaitingConfig(languages={"de": {"offer_after_s": "3"}})
    with pytest.raises(ValidationError, match="de: queue_line is one line"):
        WaitingConfig(languages={"de": {"queue_line": ["a"]}})
    with pytest.raises(ValidationError, match="de: offers is a list of lines"):
        WaitingConfig(languages={"de": {"offers": "a"}})


def test_a_policy_without_other_languages_is_the_policy_itself():
    assert type(speaking(WaitingPolicy, WaitingConfig())) is WaitingPolicy


def test_who_is_served_in_which_language_is_remembered_of_each():
    one, other = PersonId("a"), PersonId("b")
    now = update(Situation(tidied_at=1.5), LanguageFollowed(at=1.0, language="de", person=one))
    now = update(now, LanguageFollowed(at=2.0, language="fr", person=other))
    assert (now.language_of(one), now.language_of(other), now.language_of(None)) == (
        "de", "fr", "fr")  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code", "minutes", "certain"),
    [("um drei Uhr", "de", 180, False), ("um halb vier", "de", 210, False),
     ("um viertel vor drei", "de", 165, False), ("um 15 Uhr 30", "de", 930, True),
     ("gegen sieben abends", "de", 1140, True), ("à trois heures et demie", "fr", 210, False),
     ("à 14h30", "fr", 870, True), ("vers midi", "fr", 720, True),
     ("a las tres y media", "es", 210, False), ("a las 4 de la tarde", "es", 960, True),
     ("a la una menos cuarto", "es", 45, False), ("下午三点半", "zh", 930, True),
     ("十二点一刻", "zh", 735, True), ("三点20分", "zh", 200, False)],
)  # fmt: skip
def test_a_time_of_day_in_other_languages(line, code, minutes, certain):
    found = time_of_day(plain(line), code)
    assert (found.minutes, found.certain) == (minutes, certain)


@pytest.mark.parametrize(
    ("line", "code"), [("um den Raum", "de"), ("à la salle", "fr"), ("um 31 Uhr", "de")]
)
def test_what_is_no_time_of_day(line, code):
    assert time_of_day(plain(line), code) is None


def test_every_language_has_every_piece():
    pieces = set(phrases_in("en")._said)
    for code in ("de", "fr", "es", "zh"):
        assert set(phrases_in(code)._said) == pieces
        assert phrases_in(code).number(13) == "13"
    assert [minutes_about(s) for s in (20, 500, 780)] == [1, 8, 15]


def test_it_is_forgotten_with_the_person():
    gone = PersonId("a")
    now = update(Situation(), LanguageFollowed(at=1.0, language="de", person=gone))
    assert (now.language_of(gone), now.language_of(None)) == ("", "de")
