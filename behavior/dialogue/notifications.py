"""How people are told: hosts that a visitor is here, staff that they are needed."""

import asyncio
import logging
import os
import secrets
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from agent.core.backend import Row, Table
from agent.core.clock import Clock
from agent.core.errors import FoyerError

log = logging.getLogger(__name__)

CHANNELS: Table = {
    "log": Row(
        path="behavior.dialogue.notifications:LogChannel",
        about="a line in the log; needs nothing, tells nobody who does not read it",
    ),
    "webhook": Row(
        path="behavior.backends.webhook:WebhookChannel",
        about="JSON to an HTTP address: chat systems, paging, home automation",
        packages=("aiohttp",),
    ),
    "email": Row(
        path="behavior.backends.tool_email:EmailChannel",
        about="a message through the site's own mail server (SMTP); the address is a mailbox",
    ),
    "mqtt": Row(
        path="behavior.backends.tool_mqtt:MqttChannel",
        about="JSON to a broker's topic; the address is the topic",
        packages=("aiomqtt",),
    ),
}


class NotDeliveredError(FoyerError):
    """A message did not get through, with where and why, and without address, text or secret."""

    def __init__(self, what: str, *, again: bool = True) -> None:
        """`again`: another try may get it through."""
        super().__init__(what)
        self.again = again


def secret(variable: str, channel: str) -> str:
    """What an environment variable holds; empty where none is named.

    Raises `NotDeliveredError` where it is named and not set.
    """
    if variable and variable not in os.environ:
        what = f"{channel}: the environment variable {variable} is not set"
        raise NotDeliveredError(what, again=False)
    return os.environ[variable] if variable else ""


class SmtpConfig(BaseModel):
    """The mail server of the `email` channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("", description="Its name or address; empty: none.")
    port: int = Field(25, ge=1, le=65535, description="25 inside a house, 587 with a login.")
    security: Literal["none", "starttls", "tls"] = Field(
        "none", description="starttls: port 587 as a rule; tls: port 465 as a rule."
    )
    user: str = Field("", description="Name to log in with; empty: no login.")
    password_env: str = Field("", description="Environment variable that holds the password.")
    sender: str = Field("reception@localhost", min_length=3, description="Who the message is from.")


class MqttNotifyConfig(BaseModel):
    """The broker of the `mqtt` channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("", description="Its name or address; empty: none.")
    port: int = Field(1883, ge=1, le=65535, description="1883, or 8883 with tls as a rule.")
    topic: str = Field("", description="Where to, when an address is empty.")
    tls: bool = Field(False, description="Encrypted, with the machine's own certificates.")
    user: str = Field("", description="Name to log in with; empty: no login.")
    password_env: str = Field("", description="Environment variable that holds the password.")


class NotifyConfig(BaseModel):
    """How hard to try to reach people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    webhook_url: str = Field(
        "", description="Where the `webhook` channel posts when an address is no URL itself."
    )
    webhook_token_env: str = Field(
        "", description="Environment variable that holds a bearer token for the webhook."
    )
    smtp: SmtpConfig = Field(SmtpConfig(), description="The mail server of the `email` channel.")
    mqtt: MqttNotifyConfig = Field(
        MqttNotifyConfig(), description="The broker of the `mqtt` channel."
    )
    deadline_s: float = Field(4.0, gt=0, le=60, description="How long one try may take.")
    tries: int = Field(3, ge=1, le=10, description="How often to try before giving up.")
    pause_s: float = Field(0.5, ge=0, le=60, description="Pause before the second try; doubles.")
    left_over_s: float = Field(
        600.0,
        ge=0,
        le=86_400,
        description="A message to a host, or a call for help, that a crash or restart held up is"
        " sent by the next start, if it is no older than this.",
    )


class Channel(Protocol):
    """One way to reach somebody."""

    async def send(self, address: str, subject: str, text: str, *, key: str = "") -> None:
        """Deliver, or raise `NotDeliveredError`. `key`: the same for each try of one message."""
        ...


class LogChannel:
    """Writes to the log. Names are personal data, so they stand in their own field."""

    def __init__(self, config: NotifyConfig) -> None:
        self._config = config

    async def send(self, address: str, subject: str, text: str, *, key: str = "") -> None:
        """Log it."""
        log.info("notification", extra={"subject": subject, "pii_to": address, "pii_text": text})


async def send_with_retry(
    channel: Channel,
    address: str,
    subject: str,
    text: str,
    *,
    config: NotifyConfig,
    clock: Clock,
    key: str = "",
) -> str:
    """Try as often as the config says. Return an empty text, or what went wrong at last.

    What another try cannot cure is not tried again. All tries of one message bear the same key,
    so that a message that got through though its answer was lost need not be there twice. `key`:
    one that it bore before.
    """
    problem, key = "", key or secrets.token_hex(16)
    for attempt in range(config.tries):
        if attempt:
            await clock.sleep_until(clock.now() + config.pause_s * 2 ** (attempt - 1))
        try:
            async with asyncio.timeout(config.deadline_s):
                await channel.send(address, subject, text, key=key)
            return ""
        except TimeoutError:
            problem = f"no answer within {config.deadline_s:g} s"
        except NotDeliveredError as error:
            problem = str(error)
            if not error.again:
                break
    return problem
