"""`foyer run` as a person starts it: a process, its lines on the terminal, and Ctrl-C."""

import asyncio
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.request import Request, urlopen

import pytest

from agent.commands.run import _tell_ready
from agent.core.clock import LoopClock

ROOT = Path(__file__).parents[2]


@pytest.fixture
def quick_site(tmp_path):
    """The demonstration without anything that is slow to load."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    config = tmp_path / "configs" / "quick.yaml"
    config.write_text(
        "camera: { source: none }\n"
        "recognition: { backend: none }\n"
        f"dialogue: {{ encoder: words, visits: {tmp_path}/visits.sqlite, cache: {tmp_path} }}\n"
        "server: { port: 0, token_file: token }\n".replace("token }", f"{tmp_path}/token }}")
    )
    return config


def started(config, *more):
    command = [sys.executable, "-m", "agent", "run", str(config), "--no-browser", *more]
    return asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def parts_of(said, token):
    """The health of each part of a running agent, by its name."""
    address = re.search(r"http://127.0.0.1:\d+", said)[0]
    asked = Request(f"{address}/health", headers={"Authorization": f"Bearer {token.strip()}"})  # noqa: S310
    with urlopen(asked, timeout=10) as answer:  # noqa: S310
        return {part["component"]: part["health"] for part in json.load(answer)["components"]}


@pytest.mark.real_time
async def test_it_says_where_it_is_and_when_it_is_ready_and_stops_without_a_word_too_many(
    quick_site,
):
    process = await started(quick_site)
    said = []
    async with asyncio.timeout(60):
        while not said or "ready after" not in said[-1]:
            line = await process.stdout.readline()
            assert line, (await process.stderr.read()).decode()
            said.append(line.decode())
    text = "".join(said)
    parts = await asyncio.to_thread(parts_of, text, (quick_site.parents[1] / "token").read_text())
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(15):
        out, err = await process.communicate()

    assert parts["agent.calendar"] == "running"
    assert re.search(r"The receptionist: +http://127.0.0.1:\d+/", text)
    assert re.search(r"ready after \d+\.\d s", said[-1])
    assert process.returncode == 0
    assert "stopped" in out.decode()
    assert "Traceback" not in err.decode()
    assert "Exception ignored" not in err.decode()


@pytest.mark.real_time
async def test_a_configuration_that_is_broken_starts_nothing(quick_site):
    quick_site.write_text("sever: {}\n")
    process = await started(quick_site)
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode == 2
    assert "quick.yaml:1: sever: " in err.decode()
    assert "did you mean server" in err.decode()
    assert out == b""


@pytest.mark.patient
async def test_a_port_that_is_taken_is_told_once_before_anything_starts(quick_site):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = quick_site.read_text().replace("port: 0", f"port: {port}")
        quick_site.write_text(config)
        process = await started(quick_site)
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    assert process.returncode == 2
    assert out == b""
    (told,) = err.decode().splitlines()
    assert told.endswith(
        f"server: cannot listen on 127.0.0.1:{port}: address already in use; "
        "end what runs there, or set server.port to a free one"
    )


async def test_what_never_comes_is_told_and_gone_on_without(monkeypatch, capsys):
    """Without it the collector of garbage would hold up the loop all day."""
    settled = []
    monkeypatch.setattr("agent.commands.run.settle", lambda: settled.append(len(settled)))
    ready = {name: asyncio.Event() for name in ("eyes", "page")}
    ready["page"].set()
    clock = LoopClock(asyncio.get_running_loop())
    agent = SimpleNamespace(ready=ready, settled=asyncio.Event())
    async with asyncio.TaskGroup() as group:
        group.create_task(_tell_ready(agent, clock))
        await asyncio.sleep(74)
        assert (capsys.readouterr().out, settled) == ("  not ready yet: eyes\n", [])
        assert not agent.settled.is_set()
        await asyncio.sleep(2)
        assert capsys.readouterr().out == "  visitors are served without: eyes\n"
        assert settled == [0]
        assert agent.settled.is_set()
        ready["eyes"].set()
    assert capsys.readouterr().out.startswith("  ready after")
    assert settled == [0, 1]
