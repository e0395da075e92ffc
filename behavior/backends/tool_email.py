"""Tells people by e-mail, through the site's own SMTP server. The standard library, in a thread."""

import asyncio
import os
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr

from behavior.notifications import NotDeliveredError, NotifyConfig, SmtpConfig


class EmailChannel:
    """One message a delivery. Delivered means: the server took it."""

    def __init__(self, config: NotifyConfig) -> None:
        self._config = config

    async def send(self, address: str, subject: str, text: str) -> None:
        """Hand it to the server. A thread that outlives its deadline ends by the socket's own."""
        smtp = self._config.smtp
        if not smtp.host:
            raise NotDeliveredError("email: no server; set notify.smtp.host")
        message = _message(smtp, address, subject, text)
        try:
            await asyncio.to_thread(_send, smtp, message, self._config.deadline_s)
        except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
            # Servers repeat addresses in their answers: only their number is told on.
            code = getattr(error, "smtp_code", "")
            said = f" {code}" if code else ""
            raise NotDeliveredError(f"email: {type(error).__name__}{said} at {smtp.host}") from None


def _message(smtp: SmtpConfig, address: str, subject: str, text: str) -> EmailMessage:
    name, plain = parseaddr(address)
    if "@" not in plain or " " in plain or any(c in address for c in "\r\n,;"):
        raise NotDeliveredError("email: the address is none; write somebody@example.org")
    message = EmailMessage()
    try:
        message["From"] = smtp.sender
        message["To"] = address if name else plain
        message["Subject"] = " ".join(subject.split())
    except ValueError as error:  # a line feed in a header
        raise NotDeliveredError(f"email: {error}") from None
    message["Message-ID"] = make_msgid(domain=smtp.sender.rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _send(smtp: SmtpConfig, message: EmailMessage, timeout_s: float) -> None:
    context = ssl.create_default_context()
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            smtp.host, smtp.port, timeout=timeout_s, context=context
        )
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=timeout_s)
    with server:
        if smtp.security == "starttls":
            server.starttls(context=context)
        if smtp.user:
            server.login(smtp.user, os.environ.get(smtp.password_env, ""))
        server.send_message(message)
