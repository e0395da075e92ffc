"""What pages are told of languages: captions, cards, the page's own."""

from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    BackendChosen,
    Clause,
    LanguageFollowed,
    Reason,
    TurnEnded,
    TurnId,
)
from agent.pages.buttons import chooses_language, is_button
from agent.pages.panel import PageView
from agent.pages.wire import Caption, Card, LanguageSaid, Workers


def view():
    return PageView(help_text="Someone comes.", language="fr")


def told(shown, message, kind):
    return [word for word in shown.see(message) if isinstance(word, kind)]


def act(*clauses):
    return Act(at=1.0, act=ActId(1), reason=Reason(policy="reply", because="x"), clauses=clauses)


def test_each_clause_of_a_caption_says_its_language_and_silence_means_the_sites_own():
    shown = view()
    shown.see(act(Clause(text="Nur auf Englisch.", language="de", screen="Karte"),
                  Clause(text="Here.", language="en"), Clause(text="Ici.")))  # fmt: skip
    started = shown.see(ActStarted(at=1.1, act=ActId(1)))
    assert [w.languages for w in started if isinstance(w, Caption)] == [["de", "en", "fr"]]
    assert [w.language for w in started if isinstance(w, Card)] == ["de"]
    over = told(shown, ActFinished(at=3.0, act=ActId(1), heard="x"), Caption)
    assert over[0].languages == ["de", "en", "fr"]


def test_a_caption_cut_short_keeps_the_language_of_what_was_heard():
    shown = view()
    shown.see(act(Clause(text="Guten Tag.", language="de"), Clause(text="Hi.", language="en")))
    cut = ActFinished(at=3.0, act=ActId(1), heard="Guten", interrupted=True)
    assert told(shown, cut, Caption)[0].languages == ["de"]


def test_the_page_is_told_the_language_and_a_newcomer_too():
    shown = view()
    assert LanguageSaid(language="fr") in shown.for_newcomer()
    said = told(shown, LanguageFollowed(at=1.0, language="zh"), LanguageSaid)
    assert said == [LanguageSaid(language="zh")]
    assert LanguageSaid(language="zh") in shown.for_newcomer()
    heard = told(shown, TurnEnded(at=2.0, turn=TurnId(1), revision=0, text="你好"), Caption)
    assert heard[0].languages == ["zh"]


def test_the_page_is_told_which_languages_are_understood():
    chosen = BackendChosen(at=1.0, role="recogniser", backend="pocketsphinx", languages=("en",))
    assert told(view(), chosen, Workers)[0].workers[0].languages == ["en"]


def test_anybody_may_choose_a_language_and_nothing_else_by_that_name():
    assert chooses_language("language_de")
    assert is_button("language_zh")
    assert not chooses_language("language_")
    assert not chooses_language("language_deutsch")
    assert not chooses_language("release")
