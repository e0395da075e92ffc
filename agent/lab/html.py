"""Elements of a page as text, escaped."""

import math
import re
from html import escape

from agent.lab.statistics import Estimate


def tag(name: str, *inside: str, **attributes: object) -> str:
    """An element. `inside` is markup already; a trailing `_` of an attribute's name is dropped."""
    shown = "".join(
        f' {_name(key)}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{shown}>{''.join(inside)}</{name}>"


def text(value: object) -> str:
    """Plain text as markup."""
    return escape(str(value))


def readable(name: str) -> str:
    """A name of data for people: `phone_visit` is phone visit."""
    return name.replace("_", " ")


def anonymous(words: str) -> str:
    """Words of a reason without the random ids that only a recording needs."""
    return re.sub(r"\bp[0-9a-f]{8}\b", "somebody", words)


def number(value: float, digits: int = 1) -> str:
    """A figure for people; what is not known is a dash."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "never" if value < 0 else "∞"
    shown = f"{value:,.{digits}f}"
    nothing = not float(shown.replace(",", ""))
    return shown.lstrip("-") if nothing else shown.replace("-", "−")


def interval(estimate: Estimate, digits: int = 1) -> str:
    """`from 0.3 to 1.2`, or nothing where there is no width."""
    if math.isnan(estimate.low) or estimate.low == estimate.high:
        return ""
    return f"{number(estimate.low, digits)} to {number(estimate.high, digits)}"


def table(head: list[str], rows: list[list[str]], **attributes: object) -> str:
    """A table; cells are markup. Scrolls by itself where the page is narrow."""
    top = tag("thead", tag("tr", *(tag("th", one, scope="col") for one in head)))
    body = tag("tbody", *(tag("tr", *(tag("td", cell) for cell in row)) for row in rows))
    return tag("div", tag("table", top, body, **attributes), class_="scroll", tabindex="0")


def _name(key: str) -> str:
    """`class_` is class, `aria_label` is aria-label; camelCase stays."""
    return key.rstrip("_").replace("_", "-")
