"""Tells people through an HTTP address."""

from urllib.parse import urlsplit

import aiohttp

from behavior.dialogue.notifications import NotDeliveredError, NotifyConfig, secret

_AGAIN = frozenset({408, 425, 429})
"""Refusals that may be none a moment later."""


class WebhookChannel:
    """Posts `{"to", "subject", "text"}` as JSON; any 2xx answer counts as delivered.

    A redirection does not: a page to log in answers, too. An address may hold a secret, so of it
    only the host is ever told.
    """

    def __init__(self, config: NotifyConfig) -> None:
        self._config = config

    async def send(self, address: str, subject: str, text: str, *, key: str = "") -> None:
        """Post once."""
        url = address if address.startswith(("http://", "https://")) else self._config.webhook_url
        if not url:
            what = "webhook: no URL; set notify.webhook_url or use one as address"
            raise NotDeliveredError(what, again=False)
        token = secret(self._config.webhook_token_env, "webhook")
        headers = {"Idempotency-Key": key} if key else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = {"to": "" if url == address else address, "subject": subject, "text": text}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(url, json=body, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status >= 300:
                    again = answer.status >= 500 or answer.status in _AGAIN
                    what = f"webhook: the server answered {answer.status}"
                    raise NotDeliveredError(what, again=again)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            what = f"webhook: {type(error).__name__} at {_host(url)}"
            raise NotDeliveredError(what, again=not isinstance(error, ValueError)) from None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "no host"
    except ValueError:
        return "no host"
