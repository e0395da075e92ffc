"""Lines about a person: what is nobody's business, and whom `she` and `him` stand for. Pure."""

from behavior.house.directory import SURE, Directory, Found
from behavior.languages.sounds_like import plain
from behavior.languages.tongue import Tongue
from behavior.understanding.intents import Intent, Request


def private_of(text: str, directory: Directory, words: Tongue) -> Request | None:
    """A question after the life of somebody who works here; None: it is no such question."""
    if not words.cue("private_of").search(text):
        return None
    found = directory.people(words.cue("possessive").sub("", text))
    if not found.hosts or found.score < SURE:
        return None
    because = "asks after somebody's life"
    return Request(intent=Intent.PRIVATE, text=text, found=found, because=because)


def named(text: str, person: str, directory: Directory, words: Tongue) -> str:
    """The line with the name of the person last spoken of in place of `she`; empty: none stands."""
    pronoun = words.cue("person_pronoun")
    if not person or not pronoun.search(text) or directory.people(text).hosts:
        return ""
    return pronoun.sub(plain(person), text)


def namesake(name: str, directory: Directory) -> Found:
    """The other person of that given name or surname, where there is just one."""
    parts = set(plain(name).split())
    others = tuple(
        host
        for host in directory.site.hosts
        if host.name != name and parts & set(plain(host.name).split())
    )
    return Found(hosts=others, sure=True, score=1.0) if len(others) == 1 else Found()
