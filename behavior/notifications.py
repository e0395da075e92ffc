"""How people are told: hosts that a visitor is here, staff that they are needed."""

import asyncio
import logging
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from agent.core.backend import Row, Table
from agent.core.clock import Clock
from agent.core.errors import FoyerError

log = logging.getLogger(__name__)

CHANNELS: Table = {
    "log": Row(
        path="behavior.notifications:LogChannel",
        about="a line in the log; needs nothing, tells nobody who does not read it",
    ),
    "webhook": Row(
        path="behavior.backends.webhook:WebhookChannel",
        about="JSON to an HTTP address: chat systems, paging, home automation",
        packages=("aiohttp",),
    ),
}


class NotDeliveredError(FoyerError):
    """A message did not get through, with where and why."""


class NotifyConfig(BaseModel):
    """How hard to try to reach people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    webhook_url: str = Field(
        "", description="Where the `webhook` channel posts when an address is no URL itself."
    )
    deadline_s: float = Field(4.0, gt=0, le=60, description="How long one try may take.")
    tries: int = Field(3, ge=1, le=10, description="How often to try before giving up.")
    pause_s: float = Field(0.5, ge=0, le=60, description="Pause before the second try; doubles.")


class Channel(Protocol):
    """One way to reach somebody."""

    async def send(self, address: str, subject: str, text: str) -> None:
        """Deliver, or raise `NotDeliveredError`."""
        ...


class LogChannel:
    """Writes to the log. Names are personal data, so they stand in their own field."""

    def __init__(self, config: NotifyConfig) -> None:
        self._config = config

    async def send(self, address: str, subject: str, text: str) -> None:
        """Log it."""
        log.info("notification", extra={"subject": subject, "pii_to": address, "pii_text": text})


async def send_with_retry(
    channel: Channel, address: str, subject: str, text: str, *, config: NotifyConfig, clock: Clock
) -> str:
    """Try as often as the config says. Return an empty text, or what went wrong at last."""
    problem = ""
    for attempt in range(config.tries):
        if attempt:
            await clock.sleep_until(clock.now() + config.pause_s * 2 ** (attempt - 1))
        try:
            async with asyncio.timeout(config.deadline_s):
                await channel.send(address, subject, text)
            return ""
        except TimeoutError:
            problem = f"no answer within {config.deadline_s:g} s"
        except NotDeliveredError as error:
            problem = str(error)
    return problem
