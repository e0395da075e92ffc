"""The part of the report that sets two policies side by side."""

import math
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from agent.lab.charts import change, verdict
from agent.lab.comparison import ActChange, Comparison, Difference, Effect, examples, tally
from agent.lab.html import anonymous, number, table, tag, text

_LONG = 160
_WORDS = {"better": "better", "worse": "worse", "same": "no clear difference"}
_HOW = {
    "gone": "no longer done",
    "new": "done now",
    "reworded": "worded otherwise",
    "earlier": "done earlier",
    "later": "done later",
}


def comparison_section(it: Comparison) -> str:
    """Figures of both, and what each changed line did."""
    return "".join(
        (
            tag("h2", "Old against new"),
            tag(
                "p",
                text("The same people on the same days, received twice: by "),
                tag("code", text(it.old_name)),
                text(" and by "),
                tag("code", text(it.new_name)),
                text(". The cards above are those of the new one."),
            ),
            _figures(it),
            tag("h2", "Which line did it"),
            _lines(it),
        )
    )


def _figures(it: Comparison) -> str:
    rows = [_row(one) for one in it.differences]
    return table(["Figure", "Old", "New", "Difference", "", "95 % sure", ""], rows)


def _row(one: Difference) -> list[str]:
    digits = one.old.digits
    kind = verdict(one.change, one.old.better)
    low, high = one.change.low, one.change.high
    sure = "" if math.isnan(low) else f"{_signed(low, digits)} to {_signed(high, digits)}"
    badge = f"badge {kind}" if kind != "better" else "badge"
    return [
        tag("strong", text(one.old.label)) + tag("span", text(one.old.unit), class_="about"),
        text(number(one.old.estimate.value, digits)),
        text(number(one.new.estimate.value, digits)),
        text(_signed(one.change.value, digits)),
        change(one.change, one.old.better),
        text(sure),
        tag("span", _WORDS[kind], class_=badge, style="float:none;white-space:nowrap"),
    ]


def _signed(value: float, digits: int) -> str:
    shown = number(value, digits)
    return (
        f"+{shown}"
        if math.isfinite(value) and value > 0 and float(shown.replace(",", ""))
        else shown
    )


def _lines(it: Comparison) -> str:
    if not it.effects:
        return tag("p", "The two do not differ in any setting that bears on decisions.")
    joint = ""
    if it.joint:
        joint = tag(
            "div",
            tag("h3", "Several lines together"),
            tag("p", "No single line brings these about; it takes more than one of them."),
            tag("ul", *(_counted(branch, how, n) for (branch, how), n in sorted(it.joint.items()))),
            class_="change-card",
        )
    return "".join(_effect(it, one) for one in it.effects) + joint


def _effect(it: Comparison, one: Effect) -> str:
    what = one.change
    title = tag(
        "h3",
        tag("code", text(what.name)),
        text(" "),
        tag("span", text(_apart(what.old, what.new)), class_="was"),
        text(" "),
        tag("span", text(_apart(what.new, what.old)), class_="is"),
    )
    where = tag("p", text(f"{what.old_line} → {what.new_line}"), class_="note")
    if one.problem:
        return tag("div", title, where, tag("p", text(one.problem)), class_="change-card")
    acts = [
        _counted(branch, how, n, _shown(it, branch, how))
            for (branch, how), n in sorted(one.acts.items(), key=lambda kv: -kv[1])]  # fmt: skip
    figures = [_figure(d) for d in one.differences if verdict(d.change, d.old.better) != "same"]
    effects = tag("ul", *acts) if acts else tag("p", "Changed no act.")
    sure = tag("ul", *figures) if figures else tag("p", "No figure moved beyond doubt.")
    return tag("div", title, where, effects, sure, class_="change-card")


def _apart(value: object, other: object) -> str:
    """A value as an operator writes it; of two lists only what the other one lacks."""
    if isinstance(value, list | tuple) and isinstance(other, list | tuple):
        value = [item for item in value if item not in other]
    shown = _value(value)
    return shown if len(shown) <= _LONG else shown[: _LONG - 3] + "..."


def _value(value: object) -> str:
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_defaults=True)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_value(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return " / ".join(map(_value, value)) or "nothing"
    return "not there" if value is None else str(value)


def _counted(branch: str, how: str, n: int, example: str = "") -> str:
    words = text(f" {_HOW[how]}: {n} time{'s' * (n != 1)}")
    return tag("li", tag("code", text(branch)), words, example)


def _shown(it: Comparison, branch: str, how: str) -> str:
    few = examples(it.acts, branch, how)[:1]
    return "".join(tag("div", text(_example(it, one)), class_="note") for one in few)


def _example(it: Comparison, one: ActChange) -> str:
    number_, _, _ = one.key
    deed = one.new or one.old
    assert deed is not None
    day = it.new[number_]
    who = f"somebody ({deed.intention.replace('_', ' ')})"
    where = f"For example day {number_ + 1}, {day.clock(deed.at)}, to {who}"
    if one.how == "reworded" and one.old is not None and one.new is not None:
        return f"{where}: “{one.old.text}” became “{one.new.text}”"
    if one.old is not None and one.new is not None:
        return f"{where}: “{deed.text}”, {abs(one.new.at - one.old.at):.1f} s {one.how}"
    return f"{where}: “{deed.text}”; {anonymous(deed.because)}"


def _figure(one: Difference) -> str:
    digits = max(one.old.digits, 1)
    return tag(
        "li",
        text(
            f"{one.old.label}: {number(one.old.estimate.value, digits)} →"
            f" {number(one.new.estimate.value, digits)} {one.old.unit}"
            f" ({verdict(one.change, one.old.better)})"
        ),
    )


def comparison_summary(it: Comparison) -> dict[str, Any]:
    """The comparison as data."""
    return {
        "old": it.old_name,
        "new": it.new_name,
        "figures": {one.old.key: _difference(one) for one in it.differences},
        "acts_changed": {f"{b} {how}": n for (b, how), n in sorted(tally(it.acts).items())},
        "lines": [
            {
                "setting": one.change.name,
                "old": _apart(one.change.old, one.change.new),
                "new": _apart(one.change.new, one.change.old),
                "old_line": str(one.change.old_line),
                "new_line": str(one.change.new_line),
                "acts": {f"{b} {how}": n for (b, how), n in sorted(one.acts.items())},
                "figures": {
                    d.old.key: _difference(d)
                    for d in one.differences
                    if verdict(d.change, d.old.better) != "same"
                },
                **({"problem": one.problem} if one.problem else {}),
            }
            for one in it.effects
        ],
        "joint": {f"{b} {how}": n for (b, how), n in sorted(it.joint.items())},
    }


def _difference(one: Difference) -> dict[str, float | str | None]:
    def plain(value: float) -> float | None:
        return round(value, 4) if math.isfinite(value) else None

    return {
        "old": plain(one.old.estimate.value),
        "new": plain(one.new.estimate.value),
        "change": plain(one.change.value),
        "low": plain(one.change.low),
        "high": plain(one.change.high),
        "verdict": verdict(one.change, one.old.better),
    }
