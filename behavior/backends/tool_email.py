"""Tells people by e-mail, through the site's own SMTP server. The standard library, in a thread."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr

from behavior.dialogue.notifications import NotDeliveredError, NotifyConfig, SmtpConfig, secret


class EmailChannel:
    """One message a delivery. Delivered means: the server took it."""

    def __init__(self, config: NotifyConfig) -> None:
        self._config = config

    async def send(self, address: str, subject: str, text: str, *, key: str = "") -> None:
        """Hand it to the server. A thread that outlives its deadline ends by the socket's own."""
        smtp = self._config.smtp
        if not smtp.host:
            raise NotDeliveredError("email: no server; set notify.smtp.host", again=False)
        password = secret(smtp.password_env, "email")
        message = _message(smtp, address, subject, text, key)
        try:
            await asyncio.to_thread(_send, smtp, message, password, self._config.deadline_s)
        except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
            # Servers repeat addresses in their answers: only their number is told on.
            code = getattr(error, "smtp_code", "")
            said = f" {code}" if code else ""
            what = f"email: {type(error).__name__}{said} at {smtp.host}"
            raise NotDeliveredError(what, again=not _for_good(error)) from None


def _for_good(error: Exception) -> bool:
    """A refusal that stays one: 5xx, or every mailbox refused with one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _message(smtp: SmtpConfig, address: str, subject: str, text: str, key: str) -> EmailMessage:
    name, plain = parseaddr(address)
    if "@" not in plain or " " in plain or any(c in address for c in "\r\n,;"):
        what = "email: the address is none; write somebody@example.org"
        raise NotDeliveredError(what, again=False)
    message = EmailMessage()
    try:
        message["From"] = smtp.sender
        message["To"] = address if name else plain
        message["Subject"] = " ".join(subject.split())
    except ValueError:
        what = "email: the address or subject holds a line feed; it is no header"
        raise NotDeliveredError(what, again=False) from None
    domain = smtp.sender.rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{key}@{domain}>" if key else make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _send(smtp: SmtpConfig, message: EmailMessage, password: str, timeout_s: float) -> None:
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
            server.login(smtp.user, password)
        server.send_message(message)
