"""The report for operators: one page, without scripts, that needs nothing from elsewhere."""

import math
from collections.abc import Sequence

from agent.lab.charts import gauge, histogram
from agent.lab.comparison_report import comparison_section
from agent.lab.episode_report import episodes_section
from agent.lab.html import interval, number, readable, table, tag, text
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
from agent.lab.people_report import kinds_section, manners_section, rules_section
from agent.lab.run import Run, costs
from agent.lab.style import SHEET

_FAR_LEAD_S = 9.0


def as_html(run: Run) -> str:
    """The page."""
    sections = [
        _head(run),
        comparison_section(run.comparison) if run.comparison else "",
        _first_seconds(run),
        _figures(run),
        kinds_section(run),
        manners_section(run),
        rules_section(run),
        episodes_section(run),
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
    failed = [one.failing for one in figures if one.met is False]
    if not failed:
        return "Ready for visitors: every target is met"
    *first, last = failed
    return "Not ready: " + (f"{', '.join(first)} and {last}" if first else last)


def _card(one: Measure) -> str:
    said = {True: "met", False: "not met", None: "nobody to judge by"}[one.met]
    badge = tag("span", said, class_="badge miss" if one.met is False else "badge")
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
    shown = [lead for lead in leads if math.isfinite(lead)]
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


def _days(run: Run) -> str:
    rows = []
    for number_, day in enumerate(run.days, 1):
        parties = wanting([day])
        rows.append(
            [
                text(f"{number_}"),
                text(f"{readable(day.plan)}, {readable(day.day)}"),
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
