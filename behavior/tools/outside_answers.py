"""What an MCP server says of its tools, and answers: pinned, bounded, looked at. Pure.

Nothing of a server's own words reaches a model or a visitor but the values that the site names,
each fit to be said, in the site's own sentence.
"""

import hashlib
import json
from collections.abc import Mapping

from behavior.tools.contract import ToolError
from behavior.tools.observations import Told
from behavior.tools.outside import McpToolConfig, Value
from behavior.tools.pointers import NotThereError, at_pointer
from behavior.tools.trust import fit_to_tell

_LONGEST = 480
_LISTED = 5
_WORDS = 400


def pin_of(name: str, description: str, takes: object, gives: object) -> str:
    """What stands for a tool as its server describes it: 16 hexadecimal digits."""
    whole = json.dumps([name, description, takes, gives], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def changed(config: McpToolConfig, offered: Mapping[str, str]) -> str:
    """Why a tool may not be used as its server offers it now (name -> pin); or nothing."""
    pin = offered.get(config.tool)
    if pin is None:
        return f"the server offers no tool {config.tool!r}"
    if not config.pin:
        return f"look at what the server says of {config.tool!r}, then write `pin: {pin}`"
    if pin != config.pin:
        return (
            f"{config.tool!r} is not what was looked at (pin {config.pin}, now {pin}); look at it"
            " again, then change the pin"
        )
    return ""


def told(
    config: McpToolConfig, sent: Mapping[str, Value], structured: object, texts: tuple[str, ...]
) -> Told:
    """The words for an answer. Raises `ToolError` where it is unfit to be said."""
    values = {}
    for name, pointer in config.values.items():
        raw = _text_at(config, structured, texts, pointer)
        if not (fit := fit_to_tell(raw)):
            raise ToolError(f"{config.called}: {name} is empty, too long, or unfit to be said")
        values[name] = fit
    words = {name: _plain(value) for name, value in sent.items()} | values
    said = config.say.format_map(_harmless(words))
    if len(said) > _WORDS:
        raise ToolError(f"{config.called}: the answer would be too long")
    return Told(
        tool=config.called,
        words=said,
        screen=config.screen.format_map(_harmless(words)),
        values=tuple(values.items()),
    )


def _text_at(
    config: McpToolConfig, structured: object, texts: tuple[str, ...], pointer: str
) -> str:
    if not pointer:
        return texts[0] if texts else ""
    try:
        found = at_pointer(structured, pointer)
    except NotThereError:
        raise ToolError(f"{config.called}: the answer has no {pointer}") from None
    if isinstance(found, list):
        found = ", ".join(_plain(one) for one in found[:_LISTED])
    return _plain(found)


def _plain(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.6g}"
        case str() | int():
            return str(value)[:_LONGEST]
        case _:
            return ""


def _harmless(words: Mapping[str, str]) -> dict[str, str]:
    table = str.maketrans("", "", "<>[]{}()|")
    return {name: text.translate(table) for name, text in words.items()}
