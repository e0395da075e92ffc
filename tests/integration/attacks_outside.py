"""Attacks from outside: sensors that lie, an MCP server that gives orders; and whom they serve.

The server is in this process, so that hundreds of attacks are quick; the real one is tried in
`tests/fault/test_mcp_servers.py`.
"""

import contextlib
from types import SimpleNamespace

from behavior.backends import tool_mcp
from behavior.tools.outside import McpServerConfig
from behavior.tools.outside_answers import pin_of

ABOUT = "The news of the house."
_FREE = {"allowed": True, "model_may_propose": True, "acts": False}


def rules_of(attack, rules):
    """The rules of the attacked house: a tool for news, and one that orders lunch for few."""
    news = {
        "name": "news", "tool": "news", "about": "the news of the house", **_FREE,
        "pin": pin_of("news", ABOUT, {}, None), "phrases": ["what is the news"],
        "values": {"news": "/news"}, "say": "The news: {news}",
    }  # fmt: skip
    lunch = news | {
        "name": "lunch", "tool": "lunch", "pin": pin_of("lunch", "Orders lunch.", {}, None),
        "phrases": [], "arguments": {"guests": {"least": 1, "most": 4}}, "acts": True,
    }  # fmt: skip
    secret = news | {"name": "secret", "phrases": [], "model_may_propose": False}
    server = McpServerConfig(name="house", command="none", tools=[news, lunch, secret])
    return rules.model_copy(update={"mcp": (server,)})


def sensors_of(attack, folder):
    """A notice board and a thermometer; what they hold is the attacker's."""
    board, heat = folder / "board.txt", folder / "heat.txt"
    board.write_text(str(attack.get("board", "The lift works.")))
    heat.write_text(str(attack.get("heat", "21")))
    return [
        {"key": "board", "name": "the board", "kind": "text", "file": str(board),
         "say": "The board says: {value}", "asks": ["what does the board say"]},
        {"key": "heat", "name": "the heat", "file": str(heat), "least": -20, "most": 50,
         "say": "It is {value} degrees.", "asks": ["how hot is it"]},
    ]  # fmt: skip


@contextlib.contextmanager
def server_of(attack):
    """The attacked house's MCP server for as long as the attack lasts."""
    about = attack.get("described", ABOUT)

    class Session:
        async def offered(self):
            return {
                "news": pin_of("news", about, {}, None),
                "lunch": pin_of("lunch", "Orders lunch.", {}, None),
                "notify_host": pin_of("notify_host", "Notifies hosts.", {}, None),
            }

        async def call(self, tool, arguments):
            text = attack.get("answer", "All is well.")
            return SimpleNamespace(structured={"news": text}, texts=(text,), failed=False)

    @contextlib.asynccontextmanager
    async def connected(config, *, ended, changed):
        yield Session()

    async def library():
        return connected

    kept, tool_mcp._library = tool_mcp._library, library
    try:
        yield
    finally:
        tool_mcp._library = kept
