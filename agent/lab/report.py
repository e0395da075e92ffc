"""The report for operators: one page, without scripts, that needs nothing from elsewhere."""

import math
from collections.abc import Sequence

from agent.lab.audit import NORMS
from agent.lab.charts import bar, gauge, histogram, stacked
from agent.lab.comparison_report import comparison_section
from agent.lab.episodes import Kept
from agent.lab.html import anonymous, interval, number, table, tag, text
from agent.lab.measures import LEAD_TARGET_S, Measure, measures
from agent.lab.parties import (
    everybody,
    idle,
    lead_s,
    missed,
    passes,
    served,
    spoken_to,
    wait_s,
    wanting,
)
from agent.lab.plan_view import plan_view
from agent.lab.run import Run, costs
from agent.lab.style import SHEET
from agent.lab.tables import ByIntention, broken, by_intention, norm_counts

_FAR_LEAD_S = 9.0


def as_html(run: Run) -> str:
    """The page."""
    sections = [
        _head(run),
        comparison_section(run.comparison) if run.comparison else "",
        _first_seconds(run),
        _figures(run),
        _kinds(run),
        _manners(run),
        _rules(run),
        _episodes(run),
        _days(run),
        _foot(run),
    ]
    head = tag(
        "head",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        tag("title", text(f"Policy lab: {run.name}")),
        tag("style", SHEET),
    )
    body = tag("body", tag("main", *sections))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _head(run: Run) -> str:
    figures = [m for m in measures(run.days) if m.target is not None]
    parties = wanting(run.days)
    people = everybody(run.days)
    days = f"{len(run.days)} simulated day{'s' if len(run.days) != 1 else ''}"
    passers = [party for party in idle(run.days) if passes(party)]
    spoken = sum(map(spoken_to, passers))
    lede = (
        f"In {days}, {len(people):,} people came through the lobby. {len(parties):,} came for"
        f" help, alone or with others: {sum(map(served, parties)):,} got what they came for,"
        f" {_count(sum(map(missed, parties)), 'was', 'were')} missed. Of"
        f" {len(passers):,} who walked by, alone or together, it spoke to {spoken:,}."
    )
    return "".join(
        (
            tag("p", text(f"Policy lab · {run.name}"), class_="eyebrow"),
            tag("h1", text(_headline(figures))),
            tag("p", text(lede), class_="lede"),
            tag("div", *(_card(one) for one in figures), class_="cards"),
        )
    )


def _count(n: int, one: str, many: str) -> str:
    return f"{'nobody' if n == 0 else f'{n:,}'} {one if n < 2 else many}"


def _headline(figures: Sequence[Measure]) -> str:
    failed = [one.failing for one in figures if not one.met]
    if not failed:
        return "Ready for visitors: every target is met"
    *first, last = failed
    return "Not ready: " + (f"{', '.join(first)} and {last}" if first else last)


def _card(one: Measure) -> str:
    badge = tag(
        "span", "met" if one.met else "not met", class_="badge" if one.met else "badge miss"
    )
    sure = interval(one.estimate, one.digits)
    sure = f", 95 % sure {sure}" if sure else ""
    side = "at most" if one.better == "lower" else "at least"
    target = one.target or 0.0
    goal = "none" if target == 0 else f"{side} {number(target, 0)}"
    return tag(
        "div",
        badge,
        tag("p", text(one.label), class_="label"),
        tag(
            "p",
            text(number(one.estimate.value, one.digits)),
            tag("small", text(f" {one.unit}")),
            class_="value",
        ),
        tag("p", text(one.about), class_="about"),
        gauge(one.estimate, target, one.better),
        tag("p", text(f"Target: {goal}{sure}"), class_="target"),
        class_="card",
    )


def _first_seconds(run: Run) -> str:
    leads = [lead for party in wanting(run.days) if (lead := lead_s(party)) is not None]
    waits = [wait for party in wanting(run.days) if (wait := wait_s(party)) is not None]
    never = sum(math.isinf(lead) for lead in leads)
    shown = [max(lead, -2.9) for lead in leads if math.isfinite(lead)]
    missing = f" {never} got none." if never else ""
    return "".join(
        (
            tag("h2", "The first seconds"),
            tag(
                "p",
                "A visitor who is noticed early knows that somebody is there. On the left: how"
                " long before visitors stood or spoke the first look, nod or wave came. On the"
                " right: how long they then waited for a word.",
            ),
            tag(
                "div",
                _chart(
                    "First sign, seconds before they stand or speak",
                    histogram(shown, low=-3.0, high=_FAR_LEAD_S, step=0.5, mark=LEAD_TARGET_S),
                    f"{len(leads)} visitors; the dashed line is the target.{missing}",
                ),
                _chart(
                    "First word, seconds after they stand or speak",
                    histogram(waits, low=0.0, high=12.0, step=0.5, mark=0.0),
                    f"{len(waits)} visitors; the last bar holds all who waited longer.",
                ),
                class_="two",
            ),
        )
    )


def _chart(title: str, drawing: str, note: str) -> str:
    return tag(
        "div", tag("h3", text(title)), drawing, tag("p", text(note), class_="note"), class_="chart"
    )


def _figures(run: Run) -> str:
    rows = [
        [
            tag("strong", text(one.label)) + tag("span", text(one.about), class_="about"),
            text(f"{number(one.estimate.value, one.digits)} {one.unit}"),
            text(interval(one.estimate, one.digits)),
            text(f"{one.estimate.n:,}"),
        ]
        for one in measures(run.days)
    ]
    return tag("h2", "All figures") + table(["Figure", "Value", "95 % sure", "Rests on"], rows)


def _kinds(run: Run) -> str:
    rows = by_intention(run.days)
    wanted = [_wanting_row(one) for one in rows if one.wants_help]
    others = [_other_row(one) for one in rows if not one.wants_help]
    legend_wanting = _legend(
        ("served", "got what they came for"), ("answered", "were spoken with, and went without"),
        ("lost", "never heard a word"),
    )  # fmt: skip
    legend_others = _legend(
        ("alone", "left alone"), ("sign", "a look or a nod"), ("lost", "spoken to")
    )
    return "".join(
        (
            tag("h2", "Who came, and how they fared"),
            tag("p", "People who wanted help:"),
            legend_wanting,
            table(["Came to", "People", "", "Served", "Waited", "Went without, because"], wanted),
            tag("p", "People who wanted nothing:"),
            legend_others,
            table(["Kind", "People", "", "Spoken to", "Felt bothered, because"], others),
        )
    )


def _legend(*entries: tuple[str, str]) -> str:
    keys = (tag("span", class_=f"key k-{kind}") + text(about) for kind, about in entries)
    return tag("p", *keys, class_="note")


def _wanting_row(one: ByIntention) -> list[str]:
    lost = max(0, one.people - max(one.answered, one.served))
    parts = [
        ("served", one.served, "s-served"),
        ("spoken with, not served", max(0, one.people - one.served - lost), "s-answered"),
        ("never heard a word", lost, "s-lost"),
    ]
    wait = f"{number(one.wait_s.value)} s" if one.wait_s.n else "–"
    return [
        tag("strong", text(_readable(one.intention))),
        text(f"{one.people:,}"),
        stacked(parts),
        text(f"{100 * one.served / one.people:.0f} %"),
        text(wait),
        text(", ".join(f"{why} ({n})" for why, n in list(one.gave_up.items())[:3]) or "–"),
    ]


def _other_row(one: ByIntention) -> list[str]:
    signed = max(0, one.signed - one.spoken_to)
    parts = [
        ("spoken to", one.spoken_to, "s-lost"),
        ("a look or a nod", signed, "s-sign"),
        ("left alone", max(0, one.people - signed - one.spoken_to), "s-alone"),
    ]
    return [
        tag("strong", text(_readable(one.intention))),
        text(f"{one.people:,}"),
        stacked(parts),
        text(f"{one.spoken_to:,}"),
        text(", ".join(f"{why} ({n})" for why, n in list(one.disturbed.items())[:3]) or "–"),
    ]


def _readable(name: str) -> str:
    return name.replace("_", " ")


def _manners(run: Run) -> str:
    counts = broken(run.days)
    items = []
    for norm, about in NORMS.items():
        times, unseen = counts[norm]
        note = f"broken {times} time{'s' if times != 1 else ''}" if times else ""
        if unseen:
            hidden = f"{unseen} more that its camera could not have seen"
            note = f"{note}; {hidden}" if note else hidden
        items.append(
            tag(
                "li",
                text(about),
                tag("span", text(note), class_="about") if note else "",
                class_="broken" if times else None,
            )
        )
    return "".join(
        (
            tag("h2", "Manners"),
            tag(
                "p",
                "Judged by what was really so in the room, not by what the receptionist believed,"
                " and apart from its own rules.",
            ),
            tag("ul", *items, class_="norms"),
        )
    )


def _rules(run: Run) -> str:
    counts = norm_counts(run.days)
    most = max([c.shaped + c.vetoed for c in counts], default=1)
    rows = [
        [
            tag("code", text(one.norm)),
            text(f"{one.shaped:,}"),
            bar(one.shaped, most, "s-shaped"),
            text(f"{one.vetoed:,}"),
            bar(one.vetoed, most, "s-vetoed"),
        ]
        for one in counts
    ]
    if not rows:
        rows = [["None had a say.", "", "", "", ""]]
    return "".join(
        (
            tag("h2", "Its own rules at work"),
            tag(
                "p",
                "How often a norm of its configuration completed or softened what it did, and"
                " how often one held it back (the same wish is counted once in ten seconds).",
            ),
            table(["Norm", "Shaped", "", "Held back", ""], rows),
        )
    )


def _episodes(run: Run) -> str:
    if not run.episodes:
        return tag("h2", "Episodes worth a look") + tag("p", "Nothing went wrong enough to show.")
    shown = [_episode(run, one) for one in run.episodes]
    return "".join(
        (
            tag("h2", "Episodes worth a look"),
            tag(
                "p",
                "The worst of the run, from above. The red way is the person it is about, a dot"
                " every two seconds, a ring at the moment itself, with a stroke where they look;"
                " the fan is what the camera sees well. The commands open the recording.",
            ),
            *shown,
        )
    )


def _episode(run: Run, kept: Kept) -> str:
    cut = kept.episode.cut
    where = f"Day {kept.number}, {kept.day.clock(cut.at)}"
    commands = (
        f"foyer explain {kept.path} {kept.moment_s:.1f}\nfoyer replay {kept.path}"
        f" --config {run.name}"
    )
    return tag(
        "div",
        tag("div", plan_view(run.plans[kept.day.plan], kept.episode)),
        tag(
            "div",
            tag("p", text(f"{where} · {_readable(cut.kind)}"), class_="eyebrow"),
            tag("h3", text(_sentence(cut.sentence))),
            tag("ul", *(_story(line, kept.moment_s) for line in kept.lines), class_="story"),
            tag("pre", tag("code", text(commands))),
        ),
        class_="episode",
        id=kept.path.stem,
    )


def _sentence(words: str) -> str:
    return _readable(words[:1].upper() + words[1:])


def _story(line: tuple[float, str, str], moment_s: float) -> str:
    at, who, words = line
    words = anonymous(words)
    kinds = {"agent": "agent-says", "visitor": "visitor-says"}
    said = f"“{words}”" if who in kinds else words
    name = {"agent": "Receptionist: ", "visitor": "Visitor: ", "refused": "Held back: "}.get(
        who, ""
    )
    now = "now" if abs(at - moment_s) < 0.3 else None
    return tag(
        "li",
        tag("time", text(f"{at:.1f} s")),
        tag("span", text(name + said), class_=kinds.get(who, who)),
        class_=now,
    )


def _days(run: Run) -> str:
    rows = []
    for number_, day in enumerate(run.days, 1):
        parties = wanting([day])
        rows.append(
            [
                text(f"{number_}"),
                text(f"{_readable(day.plan)}, {_readable(day.day)}"),
                text(f"{day.seed}"),
                text(f"{len(day.visits):,}"),
                text(f"{len(parties):,}"),
                text(f"{sum(map(served, parties)):,}"),
                text(f"{sum(map(missed, parties)):,}"),
                text(f"{sum(map(spoken_to, filter(passes, idle([day])))):,}"),
                text(f"{sum(b.knowable for b in day.breaches):,}"),
                text(f"{day.timing.simulated_s / day.timing.cpu_s:,.0f}×"),
            ]
        )
    head = ["Day", "Where", "Seed", "People", "For help", "Served", "Missed", "Spoken to idly"]
    head += ["Norms broken", "Speed"]
    return tag("h2", "The days") + table(head, rows)


def _foot(run: Run) -> str:
    cost = costs(run.days)
    spent = (
        f"A decision took {cost['decision_p50_ms']:.2f} ms, 95 of 100 less than"
        f" {cost['decision_p95_ms']:.2f} ms. {cost['simulated_h']:.0f} simulated hours took"
        f" {cost['cpu_s']:.0f} s of a core ({cost['speed']:,.0f} times real time):"
        f" {cost['room_share']:.0%} in the lobby itself, {cost['decide_share']:.0%} in decisions,"
        f" {cost['rest_share']:.0%} in the rest."
    )
    told = (
        "People, rooms and what the camera and the recogniser get wrong are simulated; the"
        " receptionist's decisions are made by its own code. How long speech takes is reckoned"
        " from the measured pace of its voice. Nobody was told, and nothing was written into the"
        " visit book."
    )
    return tag(
        "footer",
        tag("p", text(spent)),
        tag("p", text(told)),
        tag("p", "The same run again:"),
        tag("pre", tag("code", text(run.command))),
    )
