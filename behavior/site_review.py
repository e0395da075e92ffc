"""Finds in a site and in what it knows what can hardly be meant: names that lead nowhere, or twice.

Pure, as `behavior.policy_review`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from behavior.dialogue.notifications import CHANNELS
from behavior.house.knowledge import Entry, site_facts
from behavior.house.site import WEEKDAYS, SiteConfig, opening_minutes
from behavior.languages.sounds_like import likeness, plain
from behavior.norms.changes import Change
from behavior.norms.norm import Norm, Verdict
from behavior.policy_review import Finding, Where

_BUILT_IN = frozenset(site_facts(SiteConfig(name="any")))
_NAME = re.compile(r"\b(?=([A-ZÄÖÜ][\w'-]+ [A-ZÄÖÜ][\w'-]+))")
"""Two capitalised words in a row, also where three are."""
_ALIKE = 0.75
_SILENT = (None, Change.SILENT_SIGN)


@dataclass(frozen=True, slots=True)
class AnswerFinding:
    """One thing in the knowledge files."""

    entry: Entry
    question: str
    """The heading it stands under."""
    what: str


def review_site(site: SiteConfig, norms: Iterable[Norm], webhook_url: str) -> Iterator[Finding]:
    """Findings in the site's own file."""
    yield from _names(site)
    yield from _channels(site, webhook_url)
    for name in sorted(_BUILT_IN & set(site.facts)):
        what = f"{{{name}}} has a meaning already, which this hides; call the fact otherwise"
        yield Finding("site", ("facts", name), what)
    for name in sorted(name for name, words in site.facts.items() if not words.strip()):
        what = f"says nothing, so {{{name}}} leaves a hole in the sentence; fill it or remove it"
        yield Finding("site", ("facts", name), what)
    if site.hosts and not site.seat:
        what = "visitors are asked to wait, and no place is named for it; add `seat`"
        yield Finding("site", ("hosts",), what)
    yield from _silent_while_open(site, norms)


def _names(site: SiteConfig) -> Iterator[Finding]:
    """One name for two people, or for two places: nobody can ask for the second."""
    for kind, names in (
        ("hosts", [(host.name, (host.name, *host.also)) for host in site.hosts]),
        ("places", [(place.name, (place.name, *place.also)) for place in site.places]),
    ):
        known: dict[str, str] = {}
        for index, (name, forms) in enumerate(names):
            for form in dict.fromkeys(map(plain, forms)):
                other = known.setdefault(form, name)
                if other != name or (form == plain(name) and _again(names, index)):
                    whom = other if plain(other) != form else "an earlier one of this list"
                    what = f"{form!r} means {whom} as well; call one of them otherwise"
                    yield Finding("site", (kind, index), what)


def _again(names: list[tuple[str, tuple[str, ...]]], index: int) -> bool:
    return any(name == names[index][0] for name, _ in names[:index])


def _channels(site: SiteConfig, webhook_url: str) -> Iterator[Finding]:
    ways: list[tuple[Where, str, str]] = [
        (("staff",), site.staff.channel, site.staff.address),
        (("emergency", "notify"), site.emergency.notify.channel, site.emergency.notify.address),
    ]
    ways += [
        (("hosts", index, "notify"), host.notify.channel, host.notify.address)
        for index, host in enumerate(site.hosts)
    ]
    for where, channel, address in ways:
        if channel not in CHANNELS:
            what = f"there is no channel {channel!r}, so nobody is told; there is "
            yield Finding("site", (*where, "channel"), what + ", ".join(CHANNELS))
        elif channel == "webhook" and not address.startswith("http") and not webhook_url:
            what = "nobody is told: the webhook has no address; set a URL here, or"
            yield Finding("site", (*where, "address"), f"{what} dialogue.notify.webhook_url")


def _silent_while_open(site: SiteConfig, norms: Iterable[Norm]) -> Iterator[Finding]:
    """Hours in which the house is open, and a norm keeps the receptionist from greeting."""
    for norm in norms:
        check = norm.when.get("room.hour")
        speaks = norm.verdict is Verdict.VETO or norm.verdict is Verdict.SOFTEN
        if check is None or check.from_hour is None or not speaks or norm.how not in _SILENT:
            continue
        stretches: dict[tuple[str, str], list[str]] = {}
        for day in WEEKDAYS:
            if (hours := site.hours.get(day)) is None:
                continue
            start, end = opening_minutes(hours, day)
            silent = [m for m in range(start, end, 15) if check.holds(m / 60)]
            if silent:
                first, last = (f"{m // 60}:{m % 60:02d}" for m in (silent[0], silent[-1] + 15))
                stretches.setdefault((first, last), []).append(day)
        for (first, last), days in stretches.items():
            what = (
                f"the house is open, and the norm {norm.id} keeps the receptionist silent from"
                f" {first} to {last} ({', '.join(days)}); change one, or switch the norm off in"
                " norms_off"
            )
            yield Finding("site", ("hours", days[0]), what)


def review_knowledge(entries: Iterable[Entry], site: SiteConfig) -> Iterator[AnswerFinding]:
    """Findings in the answers: questions answered twice, people who are not there."""
    asked: dict[str, Entry] = {}
    for entry in entries:
        for question in entry.questions:
            other = asked.setdefault(plain(question), entry)
            if other is not entry:
                what = f"is asked in {other.key.split('.')[0]}.md, too; keep one answer"
                yield AnswerFinding(entry, question, what)
        for name, near in _strangers(entry.answer + " " + entry.screen, site):
            what = f"the answer names {name}, who is no host of the site; did you mean {near}?"
            yield AnswerFinding(entry, entry.questions[0], what)


def _strangers(text: str, site: SiteConfig) -> Iterator[tuple[str, str]]:
    """Full names that are nearly a host's: somebody who left, married, or was misspelled."""
    known: Mapping[str, str] = {plain(host.name): host.name for host in site.hosts}
    for match in _NAME.finditer(text):
        name = plain(match[1])
        if name in known:
            continue
        for form, host in known.items():
            shares = set(name.split()) & set(form.split())
            if shares and likeness(name, form) >= _ALIKE:
                yield match[1], host
                break
