"""One desk a language: all of a site's, and the one at which a visitor is answered. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from behavior.dialogue.conversation import Asked, Conversation, Heard, Part
from behavior.dialogue.draft import Desk, desk_in
from behavior.dialogue.replies import respond
from behavior.house.knowledge import Entry, KnowledgeError, read_knowledge
from behavior.house.site import SiteConfig
from behavior.languages.sounds_like import plain, without_fillers, words_of
from behavior.languages.tongue import ENGLISH, tongue
from behavior.languages.which_language import evidence_for, follow
from behavior.understanding.lines import urgency

_WORDS_ENOUGH = 2
_NAMES = frozenset({Asked.HOST, Asked.WHICH_HOST, Asked.VISITOR, Asked.OWN_NAME})
_VAGUE = frozenset({"unknown", "maybe_question", "unheard"})


def desks_of(own: Desk, knowledge: Path) -> dict[str, Desk]:
    """Return the desks of a site by their language, its own first."""
    first, *others = own.spoken
    made = {first: own}
    for code in others:
        made[code] = desk_in(code, own.site, knowledge, own.entries)
    return made


def in_other_languages(knowledge: Path, site: SiteConfig) -> tuple[Path, ...]:
    """Folders of answers in the site's other languages, those that are there."""
    folders = (knowledge / code for code in site.spoken[1:])
    return tuple(folder for folder in folders if folder.is_dir())


def read_in_other_languages(
    knowledge: Path, site: SiteConfig, own: Mapping[str, Entry]
) -> dict[str, tuple[Entry, ...]]:
    """Return the answers by their language, or raise `KnowledgeError` with all faults."""
    faults: list[tuple[str, int, str]] = []
    read: dict[str, tuple[Entry, ...]] = {}
    for folder in in_other_languages(knowledge, site):
        code = folder.name
        try:
            read[code] = read_knowledge(folder, site.in_language(code), tongue(code), own)
        except KnowledgeError as error:
            faults += error.faults
    if faults:
        raise KnowledgeError(faults)
    return read


def at_desk(
    conversation: Conversation, heard: Heard, desks: Mapping[str, Desk]
) -> tuple[Conversation, Desk]:
    """Return the conversation in the language it goes on in, and the desk for it."""
    spoken = tuple(desks)
    current = conversation.language or spoken[0]
    named = conversation.asked in _NAMES
    text = _said(heard, current)
    code = follow(current, text, spoken, heard=heard.language, name_asked=named).code
    desk = desks[_urgent((code, current, *spoken), heard.text) or code]
    return replace(conversation, language=desk.language), desk


def answer(conversation: Conversation, heard: Heard, desks: Mapping[str, Desk]) -> Part:
    """Answer at the desk of the visitor's language.

    What makes no sense there may be plain in another language that some of its words speak for;
    then the visitor has changed over to that one.
    """
    before, desk = at_desk(conversation, heard, desks)
    part = respond(before, heard, desk)
    if part.intent not in _VAGUE or len(words_of(plain(heard.text))) < _WORDS_ENOUGH:
        return part
    for code, other in desks.items():
        if other is desk or not evidence_for(code, _said(heard, desk.words.code), tuple(desks)):
            continue
        there = respond(replace(conversation, language=other.language), heard, other)
        if there.intent not in _VAGUE:
            return there
    return part


def _said(heard: Heard, current: str) -> str:
    """The words that tell a language: an English `um` is no German word."""
    spoken = current == ENGLISH and not heard.typed and heard.language in ("", ENGLISH)
    return without_fillers(heard.text) if spoken else heard.text


def _urgent(order: tuple[str, ...], text: str) -> str:
    """The language in which a line speaks of an emergency: one such word is enough."""
    line = plain(text)
    return next((code for code in dict.fromkeys(order) if urgency(line, tongue(code))), "")
