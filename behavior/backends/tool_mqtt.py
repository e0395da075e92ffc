"""Tells people through an MQTT broker: one JSON message to the topic that is the address."""

import json

import aiomqtt

from behavior.dialogue.notifications import NotDeliveredError, NotifyConfig, secret


class MqttChannel:
    """Connects, publishes at QoS 1, and goes. Delivered means: the broker has confirmed it."""

    def __init__(self, config: NotifyConfig) -> None:
        self._config = config

    async def send(self, address: str, subject: str, text: str, *, key: str = "") -> None:
        """Publish once."""
        mqtt = self._config.mqtt
        topic = address or mqtt.topic
        if not mqtt.host:
            raise NotDeliveredError("mqtt: no broker; set notify.mqtt.host", again=False)
        if not topic or any(c in topic for c in "#+\0"):
            what = "mqtt: no topic; write one as address or in notify.mqtt.topic"
            raise NotDeliveredError(what, again=False)
        password = secret(mqtt.password_env, "mqtt")
        told = {"subject": subject, "text": text} | ({"key": key} if key else {})
        body = json.dumps(told, ensure_ascii=False)
        try:
            async with aiomqtt.Client(
                mqtt.host,
                mqtt.port,
                username=mqtt.user or None,
                password=password or None,
                tls_params=aiomqtt.TLSParameters() if mqtt.tls else None,
                timeout=self._config.deadline_s,
            ) as client:
                await client.publish(topic, body.encode(), qos=1)
        except (aiomqtt.MqttError, OSError, ValueError) as error:
            raise NotDeliveredError(f"mqtt: {type(error).__name__} at {mqtt.host}") from None
