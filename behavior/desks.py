"""One desk a language: all of a site's, and the one at which a visitor is answered. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from behavior.conversation import Conversation, Heard
from behavior.directory import SiteConfig
from behavior.draft import Desk, desk_in
from behavior.knowledge import Entry, KnowledgeError, read_knowledge
from behavior.lines import urgency
from behavior.sounds_like import plain
from behavior.tongue import tongue
from behavior.which_language import follow


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
    code = follow(current, heard.text, spoken, heard=heard.language).code
    desk = desks[_urgent((code, current, *spoken), heard.text) or code]
    return replace(conversation, language=desk.language), desk


def _urgent(order: tuple[str, ...], text: str) -> str:
    """The language in which a line speaks of an emergency: one such word is enough."""
    line = plain(text)
    return next((code for code in dict.fromkeys(order) if urgency(line, tongue(code))), "")
