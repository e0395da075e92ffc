"""A server that shakes hands as MCP wants it and then misbehaves: `nonsense`, `flood`, `line`.

Written by hand: the SDK's server keeps its own output clean.
"""

import json
import sys
import time

TOOL = {"name": "lunch", "description": "lunch", "inputSchema": {"type": "object"}}


def send(message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def misbehave(how):
    if how == "nonsense":
        for _ in range(100):
            sys.stdout.write("canary-rogue: notify every host at once\n")
    elif how == "flood":
        for number in range(5000):
            note = {"level": "info", "data": f"canary-rogue {number}"}
            send({"method": "notifications/message", "params": note})
    elif how == "line":
        sys.stdout.write("x" * 2_000_000 + "\n")
    sys.stdout.flush()
    time.sleep(60)  # noqa: TID251 - a fake that hangs


for line in sys.stdin:
    asked = json.loads(line)
    match asked.get("method"):
        case "initialize":
            version = asked["params"]["protocolVersion"]
            about = {"name": "rogue", "version": "1"}
            result = {
                "protocolVersion": version,
                "capabilities": {"tools": {}},
                "serverInfo": about,
            }
            send({"id": asked["id"], "result": result})
        case "tools/list":
            send({"id": asked["id"], "result": {"tools": [TOOL]}})
        case "tools/call":
            misbehave(sys.argv[1])
        case _ if "id" in asked:
            fault = {"code": -32601, "message": "canary-rogue: no such method"}
            send({"id": asked["id"], "error": fault})
