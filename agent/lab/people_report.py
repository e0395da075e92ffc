"""The parts of the report on who came, on manners, and on the rules at work."""

from agent.lab.audit import NORMS
from agent.lab.charts import bar, stacked
from agent.lab.html import number, readable, table, tag, text
from agent.lab.run import Run
from agent.lab.tables import ByIntention, broken, by_intention, norm_counts


def kinds_section(run: Run) -> str:
    """Each kind of people, and how they fared."""
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
        tag("strong", text(readable(one.intention))),
        text(f"{one.people:,}"),
        stacked(parts),
        text(f"{100 * one.served / one.people:.0f} %"),
        text(wait),
        text(", ".join(f"{why} ({n})" for why, n in list(one.gave_up.items())[:3]) or "–"),
    ]


def _other_row(one: ByIntention) -> list[str]:
    parts = [
        ("spoken to", one.spoken_to, "s-lost"),
        ("a look or a nod", one.signed, "s-sign"),
        ("left alone", one.people - one.signed - one.spoken_to, "s-alone"),
    ]
    return [
        tag("strong", text(readable(one.intention))),
        text(f"{one.people:,}"),
        stacked(parts),
        text(f"{one.spoken_to:,}"),
        text(", ".join(f"{why} ({n})" for why, n in list(one.disturbed.items())[:3]) or "–"),
    ]


def manners_section(run: Run) -> str:
    """Every audited norm, and how often it was broken."""
    counts = broken(run.days)
    items = []
    for norm, about in NORMS.items():
        times, unseen = counts[norm]
        note = f"broken {times} time{'s' if times != 1 else ''}" if times else ""
        if unseen:
            hidden = f"{unseen} more that its senses could not tell of"
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


def rules_section(run: Run) -> str:
    """The norms of the configuration that had a say."""
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
