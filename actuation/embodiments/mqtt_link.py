"""The link to a broker: how it is opened, with which secrets, and why it failed, in plain words."""

import asyncio
import os
import socket
import ssl
from collections import deque
from pathlib import Path
from typing import Any, Final, Self

import aiomqtt
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from actuation.bodies.configs import MqttConfig, MqttTls
from actuation.embodiments.mqtt_event import Event
from agent.core.errors import BackendUnavailableError

_INBOX: Final = 256
_OVER_A_COMMAND_BYTES: Final = 8192
"""Topic and properties of a message come on top of its body."""
_BAD_LOGIN: Final = (0x86, 0x87)
_NOT_VERSION_5: Final = 0x84
_ID_TAKEN: Final = 0x8E


class Inbox(asyncio.Queue[aiomqtt.Message]):
    """Commands not looked at yet: emergency stops first, and room for them in any flood."""

    shed = 0

    def put_nowait(self, item: aiomqtt.Message) -> None:
        """Take a message in; one too many is dropped and counted."""
        if self.full():
            if not _is_stop(item) or _is_stop(self._queue[-1]):
                self.shed += 1
                return
            self._queue.pop()
            self.shed += 1
        super().put_nowait(item)

    def _init(self, maxsize: int) -> None:
        self._queue: deque[aiomqtt.Message] = deque()

    def _put(self, item: aiomqtt.Message) -> None:
        if not _is_stop(item):
            self._queue.append(item)
            return
        ahead = next((i for i, m in enumerate(self._queue) if not _is_stop(m)), None)
        if ahead is None:
            self._queue.append(item)
        else:
            self._queue.insert(ahead, item)

    def _get(self) -> aiomqtt.Message:
        return self._queue.popleft()


def _is_stop(message: aiomqtt.Message) -> bool:
    return str(message.topic).endswith("/command/emergency_stop")


class Link(aiomqtt.Client):
    """A connection that also notices when the broker confirms a message by refusing it."""

    refusal = ""
    """Why the broker did not take what we published; empty: it took everything."""
    refused = 0
    listen_to = aiomqtt.Client.subscribe
    """To subscribe is the roof's word for the bus; this is a topic of the broker."""

    async def __aenter__(self) -> Self:
        """Connect; when that fails leave no half-open connection, which would hold our name."""
        try:
            return await super().__aenter__()
        except BaseException:
            self._connected = asyncio.Future()  # what paho reports next is of no more interest
            self._client.disconnect()
            raise

    def _on_publish(
        self,
        client: PahoClient,
        userdata: Any,  # noqa: ANN401 - paho's own
        mid: int,
        reason_code: ReasonCode,
        properties: Properties,
    ) -> None:
        if reason_code.is_failure:
            self.refused += 1
            self.refusal = str(reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)


def open_link(config: MqttConfig) -> Link:
    """Make the connection, not opened yet. Reads files: call it in a thread's loop turn.

    Raises `BackendUnavailableError` when a secret or a certificate cannot be read.
    """
    user = secret_of(config.username_from, "username_from")
    password = secret_of(config.password_from, "password_from")
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = config.session_expiry_s
    # The broker itself keeps back what is much too long.
    properties.MaximumPacketSize = config.command_bytes + _OVER_A_COMMAND_BYTES
    base = f"{config.prefix}/{config.agent}"
    return Link(
        config.host,
        config.port,
        identifier=f"foyer-{config.prefix.replace('/', '-')}-{config.agent}",
        username=user,
        password=password,
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=False,
        properties=properties,
        will=aiomqtt.Will(f"{base}/availability", b"offline", qos=1, retain=True),
        tls_context=None if config.tls is None else tls_context(config.tls),
        timeout=config.answer_within_s,
        keepalive=config.keepalive_s,
        queue_type=Inbox,
        max_queued_incoming_messages=_INBOX,
        # Without it the system keeps a small message back for up to 40 ms, to send it with others.
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
    )


def secret_of(source: str, setting: str) -> str | None:
    """The secret that `env:NAME` or `file:PATH` holds; None when `source` is empty."""
    kind, _, where = source.partition(":")
    if not kind:
        return None
    if kind == "env":
        found = os.environ.get(where, "")
        if not found:
            raise BackendUnavailableError(
                f"mqtt: {setting}: the environment variable {where} is not set; set it and restart"
            )
        return found
    try:
        found = Path(where).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "is not text"
        raise BackendUnavailableError(f"mqtt: {setting}: {where}: {why}") from None
    if not found:
        raise BackendUnavailableError(f"mqtt: {setting}: {where} is empty")
    return found


def tls_context(tls: MqttTls) -> ssl.SSLContext:
    """Checks the broker's certificate and name; shows our own certificate where there is one."""
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except OSError as fault:
        raise BackendUnavailableError(f"mqtt: tls.ca_file: {tls.ca_file}: {fault}") from None
    if tls.certificate is not None:
        try:
            context.load_cert_chain(tls.certificate, tls.certificate_key, password=lambda: "")
        except (OSError, ValueError) as fault:
            raise BackendUnavailableError(
                f"mqtt: tls.certificate: {tls.certificate}: {fault};"
                " both it and tls.certificate_key must be PEM files without a passphrase"
            ) from None
    return context


def message_properties(*, again: bool) -> Properties:
    """What goes along with a message. `again`: it may have been delivered before."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ContentType = "application/json"
    properties.PayloadFormatIndicator = 1
    if again:
        properties.UserProperty = [("resent", "true")]
    return properties


def leave_if_cancelled() -> None:
    """Raise if this task was asked to end.

    Before Python 3.12 a wait for the broker's answer forgets that, when the answer comes first.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def send(link: Link, topic: str, event: Event, *, again: bool) -> None:
    """Publish an event, and return once the broker has confirmed it."""
    properties = message_properties(again=again)
    await link.publish(f"{topic}/{event.topic}", event.body, qos=1, properties=properties)


def plain_reason(fault: BaseException, config: MqttConfig, *, was_there: bool) -> str:
    """Why there is no link, and what cures it, in one sentence for an operator.

    `was_there`: the link stood, and broke.
    """
    where = f"mqtt: the broker at {config.host}:{config.port}"
    if isinstance(fault, BackendUnavailableError):
        return str(fault)
    code = getattr(fault, "rc", None)
    value = code.value if isinstance(code, ReasonCode) else code
    text = str(fault)
    if isinstance(fault, aiomqtt.exceptions.MqttConnectError):
        if value in _BAD_LOGIN:
            return f"{where} refused user name or password; check username_from and password_from"
        if value == _NOT_VERSION_5:
            return f"{where} does not speak MQTT 5; it takes one that does, such as Mosquitto 2"
    if value == _ID_TAKEN:
        return f"{where} serves another agent of this name; give each its own `agent`"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return f"{where} shows a certificate that tls.ca_file does not vouch for: {text}"
    if "SSL" in text or "TLS" in text:
        return f"{where} and this agent do not agree on TLS: {text}; check port and tls"
    if "refused" in text:
        return f"{where} does not answer ({text}); start it, or correct host and port"
    if "timed out" in text and not was_there:
        return f"{where} took too long ({text}); is it the right port, with or without TLS?"
    cause = f" ({fault.__cause__})" if fault.__cause__ is not None else ""
    return f"{where} is gone: {text or type(fault).__name__}{cause}; it is called again"
