"""A puppet on a running agent's page: the face that was seen, held there by `POST /api/face/PART`.

Needs the operator's token, as the console's address carries it. One request a part at a time and
always the newest; what is held is given back at the end.
"""

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, urlsplit

import aiohttp

from agent.core.errors import BadInputError
from perception.faces.distances import PuppetFrame

EVERY_S: Final = 1 / 15
ANSWERS_S: Final = 3.0
CURE: Final = "give the console's address as the agent prints it, with its token"
_LIDS: Final = ("eyeBlinkLeft", "eyeBlinkRight")
Values = Mapping[str, float]


def page_address(told: str) -> tuple[str, str]:
    """Server and token of a console's address. Raises `BadInputError` for what is none."""
    try:
        parts = urlsplit(told)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if parts.scheme not in ("http", "https") or not host:
        raise BadInputError(f"puppeteer: --page {told}: is no address of a page; {CURE}")
    token = parse_qs(parts.query).get("token", [""])[0]
    if not token:
        raise BadInputError(f"puppeteer: --page: there is no token in the address; {CURE}")
    where = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{where}{f':{port}' if port else ''}", token


def held(seen: PuppetFrame) -> dict[str, Values]:
    """What each part of the face is held at. The eyes' aim is against the trunk, as the API's."""
    yaw, pitch, roll = seen.head
    return {
        "expression": {k: round(v, 3) for k, v in seen.shapes.items() if k not in _LIDS},
        "head": {
            "yaw_rad": round(yaw, 4), "pitch_rad": round(pitch, 4), "roll_rad": round(roll, 4),
        },
        "gaze": {
            "yaw_rad": round(yaw + seen.eyes[0], 4),
            "pitch_rad": round(pitch + seen.eyes[1], 4),
            "lids": round(min(seen.shapes.get(name, 0.0) for name in _LIDS), 3),
        },
    }  # fmt: skip


class PagePuppet:
    """Moves the face of a running agent. `run` sends until it is cancelled; then give it back."""

    def __init__(self, address: str) -> None:
        """Raises `BadInputError` for an address without host or token."""
        self._server, token = page_address(address)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._newest: dict[str, Values] = {}
        self._fresh = asyncio.Event()

    def apply(self, seen: PuppetFrame) -> None:
        """Show this as soon as can be; what was not sent yet is dropped."""
        self._newest = held(seen)
        self._fresh.set()

    async def run(self) -> None:
        """Send what is newest. Raises `BadInputError` when nobody answers, or not to us."""
        async with self._session() as session:
            while True:
                await self._fresh.wait()
                self._fresh.clear()
                await self._send(session, self._newest)
                await asyncio.sleep(EVERY_S)

    async def give_back(self) -> None:
        """Let the agent move its own face again."""
        async with self._session() as session:
            await self._send(session, dict.fromkeys(("expression", "head", "gaze"), {}))

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            headers=self._headers, timeout=aiohttp.ClientTimeout(total=ANSWERS_S)
        )

    async def _send(self, session: aiohttp.ClientSession, parts: Mapping[str, Values]) -> None:
        async with asyncio.TaskGroup() as group:
            for part, values in parts.items():
                group.create_task(self._hold(session, part, values))

    async def _hold(self, session: aiohttp.ClientSession, part: str, values: Values) -> None:
        url = f"{self._server}/api/face/{part}"
        try:
            async with session.post(url, json={"values": dict(values)}) as answer:
                if answer.status == 200:
                    return
                text = (await answer.text()).strip()[:300]
        except (aiohttp.ClientError, TimeoutError) as fault:
            raise BadInputError(
                f"puppeteer: {self._server} does not answer ({fault or 'too slow'}); is"
                " `foyer run` at work there?"
            ) from None
        if answer.status in (401, 403):
            raise BadInputError(f"puppeteer: {self._server} refuses the token; {CURE}")
        raise BadInputError(f"puppeteer: {self._server} says {answer.status}: {text}")
