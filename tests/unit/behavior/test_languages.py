"""Which language a visitor is served in, and that each has the words it needs."""

import string
from dataclasses import replace

import pytest

from agent.config import load
from agent.core.messages import ButtonPressed, Engagement, EngagementChanged, LanguageFollowed
from behavior.dialogue.conversation import Asked, Conversation, Heard
from behavior.dialogue.desks import answer, at_desk, desks_of
from behavior.dialogue.draft import set_up_desk
from behavior.dialogue.wording import load_wording
from behavior.encoders import Words
from behavior.house.knowledge import KnowledgeError, hours_in_words, read_knowledge
from behavior.house.site import SiteConfig
from behavior.languages.tongue import LANGUAGES, tongue
from behavior.languages.which_language import follow, wished
from tests.fakes.desk import KNOWLEDGE, ROOT, Reception, demo_desk, demo_site, ended

OTHERS = LANGUAGES[1:]
ONLY_ENGLISH = ("memory.", "tool.look", "tool.listen", "tool.sensor", "tool.room", "tool.agenda",
                "tool.queue.", "tool.way", "tool.form", "form.", "tool.mcp", "tool.things",
                "tool.still", "tool.expected.time", "tool.who.status")  # fmt: skip
"""Told in English where a pack has no words for it, after a sentence that says so."""
SPOKEN = ("en", "de", "fr", "es", "zh")


@pytest.fixture(scope="module")
def desks():
    return desks_of(demo_desk("words"), KNOWLEDGE)


def said(part):
    return " ".join(clause.text for clause in (*part.clauses, *part.question))


def slots(line):
    return {name for _, name, _, _ in string.Formatter().parse(line) if name}


# The words of each language


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_can_say_what_a_receptionist_says(code):
    english, words = load_wording().lines, tongue(code).lines
    missing = [key for key in english if key not in words and not key.startswith(ONLY_ENGLISH)]
    assert missing == []
    assert [key for key in words if key not in english and key != "in_english"] == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_line_fills_in_nothing_that_the_english_one_does_not_know(code):
    english = load_wording().lines
    for key, lines in tongue(code).lines.items():
        known = {slot for line in english.get(key, ()) for slot in slots(line)}
        for line in lines:
            assert slots(line) <= known | {"staff", "staff_capital"}, f"{code} {key}: {line}"


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_reads_every_wish_that_english_reads(code):
    english, words = tongue("en"), tongue(code)
    assert set(words.intents) == set(english.intents)
    assert set(words.urgent) == set(english.urgent)
    for cue in ("meet", "where", "name", "correction", "split", "lead", "speak", "asks", "lost"):
        assert cue in words.cues, cue
    assert set(words.said) >= set(english.said)
    assert set(words.language_names) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("code", "hours", "time"),
    [
        ("de", "Montag bis Mittwoch von 8 Uhr bis 18 Uhr", "14 Uhr 30"),
        ("fr", "lundi à mercredi de 8 heures à 18 heures", "14 heures 30"),
        ("es", "lunes a miércoles de las 8 horas a las 18 horas", "las 14 y 30"),
        ("zh", "星期一到星期三8点到18点", "14点30分"),
    ],
)
def test_hours_are_said_as_the_language_says_them(code, hours, time):
    assert hours_in_words(demo_site(), tongue(code)).startswith(hours)
    assert tongue(code).clock(14 * 60 + 30) == time


def test_an_unknown_language_is_no_language():
    with pytest.raises(KeyError):
        tongue("tlh")


# Who is followed, and who is not


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Guten Tag", "de"),
        ("Wo finde ich die Toiletten?", "de"),
        ("Bonjour", "fr"),
        ("Je cherche les toilettes", "fr"),
        ("Hola", "es"),
        ("Busco los servicios, por favor", "es"),
        ("洗手间在哪里", "zh"),
        ("where is the restroom", "en"),
    ],
)
def test_a_visitor_is_followed_from_the_first_line(line, code):
    assert follow("en", line, SPOKEN).code == code


@pytest.mark.parametrize(
    "line",
    [
        "I have an appointment with Jürgen von der Heide",
        "I am here to see Claire Dubois",
        "danke",
        "merci",
        "Sofia Moreno",
        "",
        "j o s e m u n o z",
    ],
)
def test_one_foreign_name_or_word_does_not_switch(line):
    assert follow("en", line, SPOKEN).code == "en"


def test_a_noble_name_is_a_name_where_one_was_asked_for():
    line = "Heinrich von der Heide"
    assert follow("en", line, SPOKEN).code == "de"
    assert follow("en", line, SPOKEN, name_asked=True).code == "en"


def test_a_visitor_who_changes_over_is_followed_and_back():
    assert follow("de", "Excuse me, where is the lift?", SPOKEN).code == "en"
    assert follow("en", "Entschuldigung, wo ist der Aufzug?", SPOKEN).code == "de"
    assert follow("de", "okay", SPOKEN).code == "de"


def test_a_language_can_be_asked_for_in_any_language():
    assert wished("Do you speak German?", SPOKEN) == "de"
    assert wished("Parlez-vous chinois ?", SPOKEN) == "zh"
    assert wished("Sprechen Sie Polnisch?", SPOKEN) == "other"
    assert wished("I am here for the German lecture", SPOKEN) == ""
    assert follow("en", "Do you speak German?", SPOKEN).code == "de"
    assert follow("en", "Do you speak German?", ("en",)).code == "en"


def test_what_the_recogniser_heard_needs_a_word_that_speaks_for_it():
    line = "anna keller um zehn"
    assert follow("en", line, SPOKEN).code == "en"
    assert follow("en", line, SPOKEN, heard="de").code == "de"
    assert follow("en", "anna keller at ten", SPOKEN, heard="de").code == "en"


def test_a_site_of_one_language_keeps_to_it():
    assert follow("en", "Guten Tag, wo ist die Toilette?", ("en",)).code == "en"


@pytest.mark.parametrize("line", ["Feuer!", "Au secours !", "¡Socorro!", "救命", "help"])
def test_help_is_understood_in_any_language_of_the_site_whatever_was_spoken(line, desks):
    for language in ("", "de", "zh"):
        part = answer(Conversation(language=language), Heard(text=line), desks)
        assert part.intent in {"emergency", "fire"}, (language, said(part))


def test_a_line_that_makes_no_sense_is_read_in_the_language_its_words_are_of(desks):
    part = answer(Conversation(), Heard(text="Eres tonto"), desks)
    assert (part.intent, part.conversation.language) == ("insult", "es")
    alone = answer(Conversation(), Heard(text="paquete"), desks)
    assert alone.conversation.language == ""


# What is missing is said to be


def test_a_way_without_words_is_told_in_the_sites_own_language_and_said_to_be():
    site = demo_site()
    words = site.languages["de"]
    places = {key: one for key, one in words.places.items() if key != "lift"}
    lacking = words.model_copy(update={"places": places})
    site = site.model_copy(update={"languages": {**site.languages, "de": lacking}})
    own = demo_desk("words")
    desks = desks_of(replace(own, site=site), KNOWLEDGE)
    part = answer(Conversation(language="de"), Heard(text="Bitte, wo ist hier der lift?"), desks)
    assert "nur auf Englisch" in said(part)
    assert [clause.language for clause in part.clauses] == ["de", "en"]
    assert "glass doors" in part.clauses[1].text
    assert any(cue.toward for clause in part.clauses for cue in clause.gestures)


def test_an_answer_without_words_is_told_in_the_sites_own_language_and_said_to_be(desks):
    part = answer(Conversation(language="fr"), Heard(text="Puis-je imprimer ici ?"), desks)
    assert "anglais" in part.clauses[0].text
    assert {clause.language for clause in part.clauses[1:]} == {"en"}


def test_every_clause_of_another_language_says_so_and_the_sites_own_says_nothing(desks):
    german = answer(Conversation(), Heard(text="Guten Tag"), desks)
    english = answer(Conversation(), Heard(text="Good morning"), desks)
    assert {clause.language for clause in german.clauses} == {"de"}
    assert {clause.language for clause in english.clauses} == {""}


def test_a_site_whose_own_language_is_german_speaks_it_unasked(tmp_path):
    (tmp_path / "a.md").write_text("## Wie lautet das Passwort?\nEs steht hier.\n", "utf-8")
    site = demo_site().in_language("de").model_copy(update={"language": "de", "languages": {}})
    own = set_up_desk(site, tmp_path, Words())
    for line, told in (("Wo ist die Toilette?", "zweite Tür"), ("Das Passwort bitte", "steht")):
        part = answer(Conversation(), Heard(text=line), desks_of(own, tmp_path))
        assert told in said(part)
        assert {clause.language for clause in part.clauses} == {""}


def test_a_reference_to_an_answer_that_is_not_there_says_which_is_near(tmp_path, desks):
    (tmp_path / "de.md").write_text("## Drucken?\nas: visiting.can-i-print-anything\n", "utf-8")
    with pytest.raises(KnowledgeError, match="visiting.can-i-print-something"):
        read_knowledge(tmp_path, demo_site(), tongue("de"), desks["en"].entries)


def test_words_for_a_place_that_the_site_lacks_are_a_fault(tmp_path):
    site = (ROOT / "configs" / "sites" / "demo.yaml").read_text("utf-8")
    path = tmp_path / "site.yaml"
    path.write_text(
        site.replace("      lift: {name: Aufzug", "      lifft: {name: Aufzug"), "utf-8"
    )
    with pytest.raises(Exception, match="lifft"):
        load(path, SiteConfig)


# In a whole reception


def comes(at, person):
    return EngagementChanged(
        at=at, person=person, state=Engagement.ENGAGED, previous=Engagement.ATTENDING,
        distance_m=1.0,
    )  # fmt: skip


async def test_the_page_is_told_when_the_language_changes_and_the_next_visitor_starts_anew(
    tmp_path,
):
    async with Reception(tmp_path) as desk:
        desk.tell(comes(0.0, "p1"), ended(1.0, "Guten Tag", turn=1, person="p1"))
        await desk.settle()
        desk.tell(ended(2.0, "Wo ist der Aufzug?", turn=2, person="p1"))
        await desk.settle()
        left = {"previous": Engagement.ENGAGED, "distance_m": 4.0}
        desk.tell(EngagementChanged(at=5.0, person="p1", state=Engagement.LEFT, **left))
        await desk.settle(8.0)  # the encounter may still go on
        desk.tell(comes(desk.clock.now(), "p2"))
        await desk.settle()
        assert [m.language for m in desk.of(LanguageFollowed)] == ["de", "en"]
        assert desk.of(LanguageFollowed)[0].person == "p1"


async def test_a_button_chooses_the_language_before_anything_was_said(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(ButtonPressed(at=0.5, button="language_zh"))
        desk.tell(ButtonPressed(at=0.6, button="language_tlh"))
        desk.tell(ended(1.0, "Anna Keller", turn=1))
        await desk.settle()
        assert [m.language for m in desk.of(LanguageFollowed)] == ["zh"]
        assert "Anna Keller" in desk.said()
        assert {c.language for reply in desk.replies for c in reply.clauses} == {"zh"}


async def test_forgetting_a_visitor_keeps_the_language_they_are_told_so_in(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(ended(1.0, "Guten Tag, ich heiße Jürgen", turn=1))
        await desk.settle()
        desk.tell(ended(2.0, "Bitte vergessen Sie mich", turn=2))
        await desk.settle()
        desk.tell(ended(3.0, "Danke", turn=3))
        await desk.settle()
        assert "gelöscht" in desk.said()
        assert {c.language for c in desk.replies[-1].clauses} == {"de"}


async def test_a_tool_answers_in_the_visitors_language_or_says_that_it_is_english(tmp_path):
    async with Reception(tmp_path) as desk:
        desk.tell(ended(1.0, "Guten Tag, arbeitet Frau Nair hier?", turn=1))
        await desk.settle(0.3)
        assert "arbeitet hier, in der Abteilung Finanzen" in desk.said()
        desk.tell(ended(9.0, "Ich möchte bitte eine Nummer ziehen", turn=2))
        await desk.settle(0.5)
        desk.tell(ended(12.0, "Ja, bitte", turn=3))
        await desk.settle(0.5)
        assert {c.language for c in desk.replies[-1].clauses} == {"de"}
        desk.tell(ended(20.0, "Wie komme ich ohne Stufen zum Café?", turn=4))
        await desk.settle(0.5)
        last = desk.replies[-1].clauses
        assert [c.language for c in last[:2]] == ["de", "en"]
        assert "nur auf Englisch" in last[0].text


def test_the_language_of_an_open_question_is_kept_by_a_bare_answer(desks):
    asked = Conversation(language="de", asked=Asked.HOST)
    conversation, desk = at_desk(asked, Heard(text="Claire Dubois"), desks)
    assert (conversation.language, desk.words.code) == ("de", "de")
