"""A kiosk page without a browser, in a process of its own: made pictures, quiet sound, typed lines.

`python -m agent.bench.made_page ADDRESS [CLIP]`; its standard input says what happens: `empty`,
`person`, `say TEXT`. With a clip, its pictures take the place of the drawn person.
"""

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import numpy as np

from agent.pages.wire import PROTOCOL
from perception.backends.browser import HEADER, PICTURE, SOUND, VERSION

SIZE_PX, SWAY_PX, PICTURES = 55.0, 12.0, 24
CHUNK_S, RATE_HZ, HISS = 0.04, 16_000, 30.0
MOST_CLIP_PICTURES = 300


class MadePage:
    """What the page at the other end of the socket would do."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, clip: Path | None) -> None:
        self._socket = socket
        self._clip = clip
        self._pictures_hz = 6.0
        self._shown: list[bytes] = []

    async def run(self) -> None:
        """Until standard input ends."""
        drawn = importlib.import_module("perception.backends.drawn")
        empty = [drawn.as_jpeg(drawn.scene(None, seed=i)) for i in range(PICTURES)]
        person = await self._clip_pictures() if self._clip else self._person()
        self._shown = empty
        await self._say(
            kind="hello", protocol=PROTOCOL, role="kiosk", page="bench-page",
            token=None, take_over=False,
        )  # fmt: skip
        lines = await _standard_input()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job()) for job in (self._read, self._look, self._listen)]
            while line := (await lines.readline()).decode().strip():
                if line.startswith("say "):
                    await self._say(kind="line", text=line[4:])
                else:
                    self._shown = person if line == "person" else empty
            for task in tasks:
                task.cancel()

    def _person(self) -> list[bytes]:
        drawn = importlib.import_module("perception.backends.drawn")
        turns = np.sin(np.linspace(0, 2 * np.pi, PICTURES, endpoint=False))
        return [
            drawn.as_jpeg(drawn.scene(SIZE_PX, seed=i, sway_px=SWAY_PX * turn))
            for i, turn in enumerate(turns)
        ]

    async def _clip_pictures(self) -> list[bytes]:
        drawn = importlib.import_module("perception.backends.drawn")
        recorded = importlib.import_module("perception.backends.recorded")
        jpegs: list[bytes] = []
        async for picture in recorded.RecordedCamera(self._clip).pictures():
            jpegs.append(drawn.as_jpeg(picture.pixels))
            if len(jpegs) >= MOST_CLIP_PICTURES:
                break
        return jpegs

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            word = json.loads(message.data)
            match word["kind"]:
                case "welcome":
                    await self._say(
                        kind="devices", camera=True, microphone=True, muted=False,
                        sound="on", detail="",
                    )  # fmt: skip
                case "ping":
                    await self._say(kind="pong", at=word["at"], client_s=_now())
                case "pace":
                    self._pictures_hz = word["pictures_hz"]

    async def _look(self) -> None:
        number, due = 0, _now()
        while True:
            jpeg = self._shown[number % len(self._shown)]
            await self._send(PICTURE, number, _now(), jpeg)
            number, due = number + 1, due + 1 / self._pictures_hz
            await asyncio.sleep(max(0.0, due - _now()))

    async def _listen(self) -> None:
        rng, number, due = np.random.default_rng(0), 0, _now()
        while True:
            samples = rng.normal(0, HISS, round(CHUNK_S * RATE_HZ)).astype("<i2")
            await self._send(SOUND, number, due, samples.tobytes())
            number, due = number + 1, due + CHUNK_S
            await asyncio.sleep(max(0.0, due + CHUNK_S - _now()))

    async def _send(self, kind: int, number: int, client_s: float, payload: bytes) -> None:
        await self._socket.send_bytes(HEADER.pack(kind, VERSION, 0, number, client_s) + payload)

    async def _say(self, **word: object) -> None:
        await self._socket.send_str(json.dumps(word))


def _now() -> float:
    """The page's clock."""
    return asyncio.get_running_loop().time()


async def _standard_input() -> asyncio.StreamReader:
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    return lines


class PageProcess:
    """The made page as its maker sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Of its process: what it costs is not the agent's."""
        return self._process.pid

    def tell(self, line: str) -> None:
        """`empty`, `person` or `say TEXT`."""
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")


@asynccontextmanager
async def made_page(address: str, clip: Path | None = None) -> AsyncIterator[PageProcess]:
    """A page connected to the agent at `address`, until the block ends."""
    more = [str(clip)] if clip else []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agent.bench.made_page", address, *more, stdin=asyncio.subprocess.PIPE
    )
    try:
        yield PageProcess(process)
    finally:
        process.kill()
        await process.wait()


async def _main(address: str, clip: Path | None) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{address}/ws", max_msg_size=0) as socket,
    ):
        await MadePage(socket, clip).run()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2]) if sys.argv[2:] else None))
