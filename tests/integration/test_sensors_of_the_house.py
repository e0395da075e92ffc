"""Sensors by a real broker, a real HTTP server and a file; and what `foyer check` says of them."""

import asyncio
import sys

import aiomqtt
import pytest
import yaml
from aiohttp import web

from agent.commands.check import warnings
from agent.core.clock import LoopClock
from agent.core.messages import ComponentHealth
from agent.settings import read_settings
from behavior.house.site import SiteConfig
from behavior.tools.contract import ToolError
from behavior.tools.permission import ToolsConfig
from behavior.tools.reach import Reach
from tests.fakes.brokers import broker, needs_mosquitto, until
from tests.fakes.desk import ROOT, demo_site
from tests.integration.mcp_house import HOUSE

pytestmark = pytest.mark.real_time
NOW = 1_750_000_000.0
HEAT = {"key": "hall", "name": "the hall", "least": -10.0, "most": 50.0}


class House:
    """Reads the sensors of a site that has these."""

    def __init__(self, *sensors):
        self.told = []
        self.site = SiteConfig.model_validate(demo_site().model_dump() | {"sensors": sensors})
        self.reach = Reach(publish=self.told.append, clock=LoopClock(asyncio.get_running_loop()))

    async def __aenter__(self):
        work = self.reach.run(self.site, ToolsConfig())
        self._task = asyncio.get_running_loop().create_task(work)
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        await asyncio.wait((self._task,))

    async def read(self, index=0):
        return (await self.reach.read(self.site.sensors[index], NOW)).value

    @property
    def health(self):
        return [one.detail for one in self.told if isinstance(one, ComponentHealth)]


@needs_mosquitto
async def test_a_topic_is_listened_to_and_a_broker_that_breaks_is_told(tmp_path):
    async with broker(tmp_path) as made:
        topic = {"host": "127.0.0.1", "port": made.port, "topic": "hall/air"}
        async with House(HEAT | {"mqtt": topic}) as house:
            await until(lambda: "" in house.health, 10)
            async with aiomqtt.Client("127.0.0.1", made.port) as someone:
                await someone.publish("hall/air", b"21.5")
                assert await house.read() == 21.5
                await someone.publish("hall/air", b"9000")
                newest = house.reach._sensors["mqtt"]._brokers[house.site.sensors[0].mqtt.broker]
                await until(lambda: newest.newest["hall/air"].raw == b"9000", 5)
                with pytest.raises(ToolError, match="absurd"):
                    await house.read()
            made.process.kill()
            await until(lambda: any("check the broker" in one for one in house.health), 10)
            assert "not told" in house.health[-1]


@needs_mosquitto
async def test_what_a_broker_has_kept_is_believed_only_where_the_site_says_so(tmp_path):
    async with broker(tmp_path) as made:
        topic = {"host": "127.0.0.1", "port": made.port, "topic": "kept"}
        async with aiomqtt.Client("127.0.0.1", made.port) as someone:
            await someone.publish("kept", b"19", retain=True)
        async with House(HEAT | {"mqtt": topic}) as house:
            with pytest.raises(ToolError, match="nobody knows how old"):
                await house.read()
        async with House(HEAT | {"mqtt": topic | {"retained": True}}) as house:
            assert await house.read() == 19.0


async def test_an_address_is_asked_with_its_token_and_a_bad_answer_is_told(monkeypatch):
    monkeypatch.setenv("HEAT_TOKEN", "canary-token")
    answers = [
        web.json_response({"air": 21}),
        web.Response(status=500),
        web.Response(body=b"x" * 99_999),
    ]
    asked = []

    async def serve(request):
        asked.append(request.headers.get("Authorization"))
        return answers[len(asked) - 1]

    app = web.Application()
    app.add_routes([web.get("/air", serve)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/air"
    sensor = HEAT | {"http": {"url": url, "token_env": "HEAT_TOKEN"}, "value": "/air"}
    try:
        async with House(sensor) as house:
            assert await house.read() == 21.0
            for why in ("answered 500", "larger than 64 KiB"):
                with pytest.raises(ToolError, match=why) as refused:
                    await house.read()
                assert "canary" not in str(refused.value)
    finally:
        await runner.cleanup()
    assert asked[0] == "Bearer canary-token"


async def test_an_address_outside_the_house_is_not_asked():
    async with House(HEAT | {"http": {"url": "http://93.184.215.14/air"}}) as house:
        with pytest.raises(ToolError, match="local network"):
            await house.read()


# foyer check


def checked(folder, tools, sensors=()):
    """Warnings on a configuration of its own, as text."""
    for name in ("policies", "knowledge"):
        (folder / name).symlink_to(ROOT / "configs" / name)
    site = yaml.safe_load((ROOT / "configs" / "sites" / "demo.yaml").read_text())
    site |= {"sensors": list(sensors), "calendars": []}
    (folder / "site.yaml").write_text(yaml.safe_dump(site, sort_keys=False))
    policies = folder / "own"
    policies.mkdir()
    for path in (ROOT / "configs" / "policies").iterdir():
        if path.name != "tools.yaml":
            (policies / path.name).symlink_to(path)
    (policies / "tools.yaml").write_text(yaml.safe_dump(tools, sort_keys=False))
    (folder / "agent.yaml").write_text("site: site.yaml\npolicies: own\n")
    settings = read_settings(folder / "agent.yaml")
    return [str(one) for one in warnings(settings)]


def test_what_is_wrong_with_a_server_is_told_with_its_line(tmp_path):
    lunch = {"name": "lunch", "tool": "lunch", "about": "what is for lunch"}
    servers = [
        {"name": "gone", "command": "/no/such/program", "tools": [lunch]},
        {"name": "house", "command": sys.executable, "args": [str(HOUSE)],
         "tools": [lunch | {"name": "meal"}, lunch | {"name": "dinner", "tool": "dinner"}]},
        {"name": "shy", "command": sys.executable, "env": ["NO_SUCH_VARIABLE_HERE"]},
    ]  # fmt: skip
    sensor = HEAT | {"file": "x", "mqtt": None}
    told = checked(tmp_path, {"mcp": servers}, [sensor])
    text = "\n".join(told)
    assert "there is no program '/no/such/program'" in text
    assert "write `pin: ce9e66fae526d021`" in text
    assert "offers no tool 'dinner'; it offers" in text
    assert "NO_SUCH_VARIABLE_HERE is not set" in text
    assert "add phrases to `asks`" in text
    lines = (tmp_path / "own" / "tools.yaml").read_text().splitlines()
    (dinner,) = (one for one in told if "offers no tool" in one)
    line = int(dinner.split("tools.yaml:")[1].split(":")[0])
    assert lines[line - 1].strip() == "tool: dinner"
