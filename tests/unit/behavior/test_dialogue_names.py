"""Names as a recogniser hears them, and what a site tells the recogniser."""

import pytest
from pydantic import ValidationError

from behavior.house.directory import Directory
from behavior.house.site import SiteConfig
from behavior.languages.sounds_like import likeness, plain, spelled
from behavior.understanding.intents import Intent
from behavior.understanding.lines import correction, urgency
from tests.fakes.desk import demo_site


def people(line, **how):
    found = Directory(demo_site()).people(line, **how)
    return [h.name for h in found.hosts], found.sure


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("i have an appointment with daniel okafor", "Daniel Okafor"),
        ("i'm meeting pre a near", "Priya Nair"),
        ("mora lind quest", "Mara Lindqvist"),
        ("way chen please", "Wei Chen"),
        ("thomas burger", "Tomas Berger"),
        ("see mister keller", "Anna Keller"),
        ("james with field", "James Whitfield"),
    ],
)
def test_a_slightly_bent_name_is_found(line, name):
    assert people(line) == ([name], True)


@pytest.mark.parametrize("line", ["dan your oak for", "daniel smith", "peter keller"])
def test_a_badly_bent_or_other_name_has_to_be_confirmed(line):
    names, sure = people(line)
    assert len(names) == 1
    assert not sure


def test_a_first_name_of_two_people_is_asked_about():
    assert people("i am here to see anna") == (["Anna Keller", "Anna Novak"], False)


@pytest.mark.parametrize(
    "line", ["where can i park my car", "my phone is dead", "john smith", "i would like a coffee"]
)
def test_ordinary_words_are_nobody(line):
    assert people(line) == ([], False)


def test_an_everyday_word_is_a_name_only_where_one_was_asked_for():
    host = demo_site().hosts[0].model_copy(update={"name": "Will Stone"})
    directory = Directory(demo_site().model_copy(update={"hosts": (host,)}))
    assert directory.people("i will be late").hosts == ()
    assert directory.people("will", expected=True).hosts == (host,)


def test_likeness_tells_sounds_from_letters():
    assert likeness("lindquist", "lindqvist") > 0.85
    assert likeness("anna", "omar") < 0.5


def test_spelled_names_are_joined():
    assert spelled("s m i t h") == "smith"
    assert spelled("ess m i t aitch") == "smith"
    assert spelled("where is the lift") is None


def test_plain_text_has_no_accents_or_punctuation():
    assert plain("Café, s'il vous plaît!") == "cafe s'il vous plait"


def test_corrections_are_told_from_plain_refusals():
    assert correction("no i said mara lindqvist") == "mara lindqvist"
    assert correction("no thanks") is None
    assert correction("where is the lift") is None


@pytest.mark.parametrize(
    "line",
    ["where is the fire exit", "there is no fire", "first aid kit", "is this an emergency exit"],
)
def test_talk_of_emergencies_is_none(line):
    assert urgency(line) is None


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("help", Intent.EMERGENCY),
        ("he has a knife", Intent.EMERGENCY),
        ("she can't breathe", Intent.EMERGENCY),
        ("there's smoke", Intent.FIRE),
    ],
)
def test_urgent_words_are_urgent(line, intent):
    assert urgency(line) == intent


def test_the_recogniser_is_given_names_rooms_and_phrases():
    phrases = demo_site().phrases()
    assert "daniel okafor" in phrases.names
    assert "restroom" in phrases.rooms
    assert "i have an appointment with daniel okafor" in phrases.sentences
    assert {"okafor", "restroom", "pardon"} <= set(phrases.words)
    assert all(s == plain(s) for s in phrases.sentences)


def test_a_site_with_a_room_that_is_not_there_is_refused():
    data = demo_site().model_dump()
    with pytest.raises(ValidationError, match="no place with the key attic"):
        SiteConfig.model_validate(data | {"seat": "attic"})
    with pytest.raises(ValidationError, match="opening hours"):
        SiteConfig.model_validate(data | {"hours": {"mon": "nine to five"}})
