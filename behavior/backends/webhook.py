"""Tells people through an HTTP address."""

import aiohttp

from behavior.notifications import NotDeliveredError, NotifyConfig


class WebhookChannel:
    """Posts `{"to", "subject", "text"}` as JSON; any 2xx answer counts as delivered."""

    def __init__(self, config: NotifyConfig) -> None:
        self._config = config

    async def send(self, address: str, subject: str, text: str) -> None:
        """Post once."""
        url = address if address.startswith(("http://", "https://")) else self._config.webhook_url
        if not url:
            raise NotDeliveredError("webhook: no URL; set notify.webhook_url or use one as address")
        body = {"to": address, "subject": subject, "text": text}
        try:
            async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
                if answer.status >= 300:
                    raise NotDeliveredError(f"webhook: the server answered {answer.status}")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotDeliveredError(f"webhook: {type(error).__name__}: {error}") from None
