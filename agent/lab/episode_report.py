"""The part of the report that shows what went wrong: from above, in words, and where to look on."""

from agent.lab.episodes import Kept
from agent.lab.html import anonymous, readable, tag, text
from agent.lab.plan_view import plan_view
from agent.lab.run import Run


def episodes_section(run: Run) -> str:
    """The worst episodes, a card each."""
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
            tag("p", text(f"{where} · {readable(cut.kind)}"), class_="eyebrow"),
            tag("h3", text(_sentence(cut.sentence))),
            tag("ul", *(_story(line, kept.moment_s) for line in kept.lines), class_="story"),
            tag("pre", tag("code", text(commands))),
        ),
        class_="episode",
        id=kept.path.stem,
    )


def _sentence(words: str) -> str:
    return readable(words[:1].upper() + words[1:])


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
