"""`foyer puppeteer --page`: the face goes to an agent at work, and trouble is told."""

import asyncio
import contextlib
from types import SimpleNamespace

import pytest

from agent.__main__ import main
from agent.core.clock import LoopClock
from agent.core.errors import BadInputError
from agent.core.messages import HoldFace
from agent.pages.config import ServerConfig
from agent.pages.puppet import Puppet
from agent.pages.site import listening
from agent.puppet_page import PagePuppet, page_address
from perception.faces.distances import PuppetFrame

SMILE = PuppetFrame(
    at_s=0.0, shapes={"mouthSmileLeft": 0.5, "eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.8},
    head=(0.2, 0.1, 0.0), eyes=(0.1, 0.0),
)  # fmt: skip


class Told(list):
    """What was published; `third` is set when three things were."""

    def __init__(self):
        super().__init__()
        self.third = asyncio.Event()

    def append(self, message):
        super().append(message)
        if len(self) >= 3:
            self.third.set()


@contextlib.asynccontextmanager
async def agent_at_work(tmp_path):
    told = Told()
    server = SimpleNamespace(
        config=ServerConfig(port=0, token_file=tmp_path / "token"), web=tmp_path, token="secret",
        room=None, puppet=Puppet(clock=LoopClock(asyncio.get_running_loop()), publish=told.append),
    )  # fmt: skip
    async with listening(server) as address:
        yield address, told


@pytest.mark.real_time
async def test_a_seen_face_is_held_on_the_page_and_given_back(tmp_path):
    async with agent_at_work(tmp_path) as (address, told):
        page = PagePuppet(f"{address}/console?token=secret")
        page.apply(SMILE)
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            sending = group.create_task(page.run())
            await told.third.wait()
            sending.cancel()
            await page.give_back()
    held = {m.part: dict(zip(m.columns, m.values, strict=True)) for m in told[:3]}
    assert held["expression"] == {"mouthSmileLeft": 0.5}
    assert held["gaze"] == {"yaw_rad": 0.3, "pitch_rad": 0.1, "lids": 0.8}
    assert held["head"]["yaw_rad"] == 0.2
    assert all(isinstance(m, HoldFace) and not m.columns for m in told[3:])
    assert {m.part for m in told[3:]} == {"expression", "head", "gaze"}


@pytest.mark.real_time
async def test_a_wrong_token_and_a_closed_page_are_told_with_their_cure(tmp_path):
    async with agent_at_work(tmp_path) as (address, told):
        page = PagePuppet(f"{address}/console?token=wrong")
        page.apply(SMILE)
        with pytest.raises(ExceptionGroup) as refused:
            await page.run()
    assert not told
    fault = refused.value.exceptions[0]
    assert isinstance(fault, BadInputError)
    assert "refuses the token" in str(fault)
    closed = PagePuppet(f"{address}/console?token=secret")
    closed.apply(SMILE)
    with pytest.raises(ExceptionGroup) as away:
        await closed.run()
    assert "does not answer" in str(away.value.exceptions[0])


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:8080", "is no address of a page"),
        ("http://127.0.0.1:8080/console", "no token"),
        ("http://host:port/?token=x", "is no address of a page"),
        ("ftp://a/?token=x", "is no address of a page"),
    ],
)
def test_an_address_that_cannot_be_is_told(address, said, capsys, tmp_path):
    assert main(["puppeteer", str(tmp_path / "x.mp4"), "--page", address]) == 2
    assert said in capsys.readouterr().err


def test_an_address_is_read_with_its_token():
    told = "http://[::1]:8080/console?token=abc"
    assert page_address(told) == ("http://[::1]:8080", "abc")
