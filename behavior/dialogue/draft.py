"""What an answer is made from, and an answer while it is being written."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from agent.core.messages import Clause, GestureCue, Place
from behavior.dialogue.conversation import Asked, Conversation, Effect, Heard, Part
from behavior.dialogue.wording import Wording, in_language, load_wording
from behavior.encoders import Encoder, Words
from behavior.house.directory import Directory
from behavior.house.knowledge import Entry, Index, read_knowledge
from behavior.house.site import SiteConfig
from behavior.languages.sounds_like import plain
from behavior.languages.tongue import ENGLISH, Tongue, tongue
from behavior.past.time_questions import EXAMPLES
from behavior.tools.contract import UseTool
from behavior.understanding.said_as import FORMS

ENGLISH_WORDS = tongue(ENGLISH)
_LIKE_ENOUGH = 0.50
"""Likeness in spelling at which a question in another language than English is known."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a reply is made from, besides the conversation itself."""

    site: SiteConfig
    directory: Directory
    entries: dict[str, Entry]
    index: Index
    wording: Wording
    words: Tongue = ENGLISH_WORDS
    language: str = ""
    """Of what is said at this desk; empty: the site's own."""
    spoken: tuple[str, ...] = ("en",)
    """All languages of the site, its own first."""
    own_ways: frozenset[str] = frozenset()
    """Places whose way is written in the site's own language only, where this desk has another."""


def set_up_desk(
    site: SiteConfig, knowledge: Path, encoder: Encoder, kept: Path | None = None
) -> Desk:
    """Read the knowledge and encode it: some seconds with `minilm`, so off the loop.

    `kept`: folder in which the result waits for the next start.
    """
    if site.language != ENGLISH:
        return _own_desk(site, knowledge)
    entries = {e.key: e for e in read_knowledge(knowledge, site)}
    forms = [(f"know:{e.key}", q) for e in entries.values() for q in e.questions]
    said = ENGLISH_WORDS.examples
    forms += [(f"intent:{name}", line) for name, lines in said.items() for line in lines]
    forms += FORMS
    forms += [(f"time:{kind}", line) for kind, lines in EXAMPLES.items() for line in lines]
    return Desk(
        site,
        Directory(site),
        entries,
        Index(forms, encoder, kept, _WORD_BONUS) if encoder.slow else _by_spelling(tuple(forms)),
        load_wording(),
        spoken=site.spoken,
    )


def desk_in(code: str, site: SiteConfig, knowledge: Path, own: dict[str, Entry]) -> Desk:
    """The desk in another language of the site. `own`: the answers in the site's own.

    Lines are matched by patterns and spelling there: the sentence encoder knows English only.
    """
    words, there = tongue(code), site.in_language(code)
    folder = knowledge / code
    read = read_knowledge(folder, there, words, own) if folder.is_dir() else ()
    entries = {e.key: e for e in read}
    return replace(
        _desk(there, words, entries, language=code, spoken=site.spoken),
        own_ways=_own_ways(site, code),
    )


def _own_ways(site: SiteConfig, code: str) -> frozenset[str]:
    told = next((words.places for known, words in site.languages.items() if known == code), {})
    return frozenset(
        place.key
        for place in site.places
        if place.directions and not (place.key in told and told[place.key].directions)
    )


def _own_desk(site: SiteConfig, knowledge: Path) -> Desk:
    """The first desk of a site whose own language is not English."""
    words = tongue(site.language)
    entries = {e.key: e for e in read_knowledge(knowledge, site, words)}
    return _desk(site, words, entries, language="", spoken=site.spoken)


def _desk(
    site: SiteConfig,
    words: Tongue,
    entries: dict[str, Entry],
    *,
    language: str,
    spoken: tuple[str, ...],
) -> Desk:
    forms = [(f"know:{e.key}", q) for e in entries.values() for q in e.questions]
    forms += [(f"intent:{name}", line) for name, said in words.examples.items() for line in said]
    wording = load_wording(words.code)
    index = _by_spelling(tuple(forms), words.code)
    return Desk(site, Directory(site, words), entries, index, wording, words, language, spoken)


@lru_cache(maxsize=8)
def _by_spelling(forms: tuple[tuple[str, str], ...], code: str = "") -> Index:
    """What is known, found by spelling. Made once, however often the same site is read.

    `code`: a language besides English, whose own words then say how much each word tells.
    """
    if not code:
        return Index(forms, Words())
    lines = [plain(line) for _, line in forms]
    return Index(forms, Words(tongue(code).own_words, lines, _LIKE_ENOUGH))


_WORD_BONUS = 0.06
"""What a word that only one question has adds to the likeness to it."""


class Draft:
    """One answer being written. It changes; the conversation it came from does not."""

    def __init__(self, conversation: Conversation, heard: Heard, desk: Desk) -> None:
        self.state = replace(conversation, turns=conversation.turns + 1)
        self.before = conversation
        self.heard = heard
        self.desk = desk
        self.clauses: list[Clause] = []
        self.question: tuple[Clause, ...] = ()
        self.asked = Asked.NOTHING
        self.about = ""
        self.effects: list[Effect] = []
        self.closes = False
        self.repeats = False
        self.language = desk.language
        self.rests_on = ""
        """For a question about the past: the stretch of time that the answer rests on."""

    def change(self, **changes: object) -> None:
        """Change the conversation that comes after this answer."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def say(
        self, key: str, *, toward: Place | None = None, screen: str | None = None, **words: str
    ) -> None:
        """Add a wording of `key`."""
        self.clauses += self._word(key, toward, screen, words)

    def tell(self, clauses: tuple[Clause, ...], toward: Place | None, screen: str) -> None:
        """Add ready sentences, pointing on the first one that speaks of a place."""
        for i, clause in enumerate(clauses):
            first = i == 0
            if toward is not None and i == len(clauses) - 1:
                cue = GestureCue(lexeme="point", toward=toward)
                clause = replace(clause, gestures=(cue,))
            self.clauses.append(replace(clause, screen=screen) if first and screen else clause)

    def ask(
        self, key: str, asked: Asked, about: str = "", *, screen: str | None = None, **words: str
    ) -> None:
        """Put a question at the end. The first question of an answer is the one that is asked."""
        if self.asked is not Asked.NOTHING:
            return
        self.question = self._word(key, None, screen, words)
        self.asked, self.about = asked, about

    def do(self, *effects: Effect) -> None:
        """Have this done once the turn is committed."""
        self.effects += effects

    def finish(self, intent: str, because: str) -> Part:
        """Close the answer: its words, what is done, and the conversation that follows."""
        # Where a tool is asked first, the question comes after what it found.
        tools = any(isinstance(effect, UseTool) for effect in self.effects)
        self.question = in_language(self.question, self.language)
        self.clauses = [*in_language(self.clauses, self.language)]
        clauses = (*self.clauses, *(() if tools else self.question))
        unclear = intent in {"unknown", "unheard"}
        if self.state.spoken_of != self.before.spoken_of:
            self.change(place_before=self.before.spoken_of)
        after = replace(
            self.state,
            asked=self.asked,
            asked_about=self.about,
            last_reply=self.before.last_reply if self.repeats or unclear else clauses,
            last_intent=intent,
            not_understood=self.before.not_understood + 1 if unclear else 0,
        )
        return Part(
            clauses=clauses,
            intent=intent,
            because=f"{because}; {self.rests_on}" if self.rests_on else because,
            closes=self.closes,
            conversation=after,
            effects=tuple(self.effects),
            question=self.question if tools else (),
        )

    def _word(
        self, key: str, toward: Place | None, screen: str | None, words: dict[str, str]
    ) -> tuple[Clause, ...]:
        staff = self.desk.site.staff_name
        capital = staff[:1].upper() + staff[1:]
        filled = {"staff": staff, "staff_capital": capital, **words}
        self.state, clauses = self.desk.wording.say(
            self.state, key, toward=toward, screen=screen, **filled
        )
        return clauses
