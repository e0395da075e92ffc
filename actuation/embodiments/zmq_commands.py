"""Takes commands by ZeroMQ: who may ask what, how often, and what is refused.

A stop is always taken: it harms nobody, and no flood of others' may keep it out. So sockets are
read in turn, a little at a time, and only releases and refusals are rationed.
"""

from collections.abc import Callable
from typing import Final

import zmq
import zmq.asyncio
from zmq.auth.base import Authenticator

from actuation.bodies.allowance import Allowance
from actuation.bodies.zmq_config import ZmqConfig
from actuation.embodiments.zmq_keys import ClientKeys
from actuation.embodiments.zmq_wire import Command, answer, read_command
from agent.core.clock import Clock
from agent.core.errors import BadInputError
from agent.core.messages import CommandRefused, EmergencyRelease, EmergencyStop, Message

_SOURCE: Final = "zmq"
_DOMAIN: Final = "foyer"
_IN_A_ROW: Final = 8
_BREATH_S: Final = 0.002
"""After so many commands in a row the loop has so long for others."""
_WAITING: Final = 64
_STOP_AGAIN_S: Final = 0.1
_TOLD_PER_S: Final = 1.0
_TOLD_AT_ONCE: Final = 5
_LARGEST_FACTOR: Final = 16
"""Messages so many times too long are not even received: their connection is closed."""
_MOST_CLIENTS: Final = 256


class Commands:
    """The commands of one stream."""

    def __init__(
        self,
        *,
        config: ZmqConfig,
        keys: ClientKeys | None,
        clock: Clock,
        publish: Callable[[Message], None],
    ) -> None:
        self.halted = False
        """An emergency stop holds; the body says so."""
        self.refused = 0
        self.endpoint = ""
        self._config = config
        self._keys = keys
        self._clock = clock
        self._publish = publish
        self._stopped_at = float("-inf")
        self._releases: dict[str, Allowance] = {}
        self._told = Allowance(per_s=_TOLD_PER_S, at_once=_TOLD_AT_ONCE)
        self._untold = 0

    def limit(self, router: "zmq.Socket[bytes]") -> None:
        """Bound what may wait in `router`."""
        router.setsockopt(zmq.RCVHWM, _WAITING)
        router.setsockopt(zmq.SNDHWM, _WAITING)
        router.setsockopt(zmq.MAXMSGSIZE, _LARGEST_FACTOR * self._config.most_command_bytes)

    async def take(self, router: "zmq.Socket[bytes]", endpoint: str) -> None:
        """Answer what comes to `router`, until cancelled."""
        self.endpoint = endpoint
        poller = zmq.asyncio.Poller()
        poller.register(router, zmq.POLLIN)
        while True:
            await poller.poll()
            for _ in range(_IN_A_ROW):
                try:
                    parts = router.recv_multipart(zmq.DONTWAIT, copy=False)
                except zmq.Again:
                    break
                self._answer(router, parts)
            await self._clock.sleep_until(self._clock.now() + _BREATH_S)

    def refuse(self, because: str) -> None:
        """Count a refusal and tell it; in a flood, one a second with the number of the others."""
        self.refused += 1
        now = self._clock.now()
        if not self._told.take(now):
            self._untold += 1
            return
        more = f" (and {self._untold} others before)" if self._untold else ""
        self._untold = 0
        self._publish(CommandRefused(at=now, source=_SOURCE, because=because + more))

    def obey(self, payload: bytes, key: bytes | None) -> tuple[bool, str]:
        """Do what `payload` asks for, for the client with `key`; whether it was done, and why."""
        who = self._who(key)
        if who is None:
            return self._refusal("its key is not let in any more")
        try:
            command = read_command(payload, most_bytes=self._config.most_command_bytes)
        except BadInputError as error:
            return self._refusal(f"{who}: {error}")
        if command.name == "emergency_stop":
            return self._stop(command, who)
        return self._release(who)

    def _stop(self, command: Command, who: str) -> tuple[bool, str]:
        now = self._clock.now()
        if not self.halted and now - self._stopped_at >= _STOP_AGAIN_S:
            self._stopped_at = now
            self._publish(EmergencyStop(at=now, source=who, because=command.because))
        return True, "stopped"

    def _release(self, who: str) -> tuple[bool, str]:
        named = who.removeprefix(f"{_SOURCE}:")
        if self._keys is None or named not in self._config.may_release:
            return self._refusal(f"{who} may stop and not release; name its key in may_release")
        if not self._allowance(who).take(self._clock.now()):
            return self._refusal(f"{who} asks too often")
        self._stopped_at = float("-inf")
        self._publish(EmergencyRelease(at=self._clock.now(), source=who))
        return True, "released"

    def _allowance(self, who: str) -> Allowance:
        if len(self._releases) >= _MOST_CLIENTS:
            self._releases.clear()
        per_s = self._config.commands_per_s
        return self._releases.setdefault(who, Allowance(per_s=per_s, at_once=max(1, round(per_s))))

    def _who(self, key: bytes | None) -> str | None:
        """`zmq`, or `zmq:NAME` of the client's key; None for a key that was taken away."""
        if self._keys is None:
            return _SOURCE
        name = self._keys.name_of(key) if key is not None else None
        return None if name is None else f"{_SOURCE}:{name}"

    def _refusal(self, because: str) -> tuple[bool, str]:
        self.refuse(because)
        return False, because

    def _answer(self, router: "zmq.Socket[bytes]", parts: list["zmq.Frame"]) -> None:
        *address, payload = parts
        if len(parts) == 2 or (len(parts) == 3 and not parts[1].bytes):
            done, because = self.obey(payload.bytes, _key_of(payload))
        else:
            done, because = self._refusal("a command has one part")
            address = address[:1]
        try:
            said = answer(done=done, because=because)
            router.send_multipart([*(a.bytes for a in address), said], zmq.DONTWAIT)
        except zmq.Again:
            pass  # it does not read its answers


def _key_of(frame: "zmq.Frame") -> bytes | None:
    """The public key of whoever sent `frame`, as CURVE proved it; None without CURVE."""
    try:
        return str(frame.get("User-Id")).encode()
    except zmq.ZMQError:
        return None


class Door:
    """Lets in the clients whose keys are in the folder, and nobody while it is not there."""

    def __init__(
        self,
        context: "zmq.Context[zmq.Socket[bytes]]",
        keys: ClientKeys,
        refuse: Callable[[str], None],
    ) -> None:
        self._authenticator = Authenticator(context)
        self._authenticator.configure_curve_callback(_DOMAIN, _Keyring(keys, refuse))
        self._authenticator.start()

    def guard(self, socket: "zmq.Socket[bytes]", public: bytes, secret: bytes) -> None:
        """Let `socket`, not yet bound, talk only to those let in."""
        socket.setsockopt(zmq.CURVE_SERVER, 1)
        socket.setsockopt(zmq.CURVE_PUBLICKEY, public)
        socket.setsockopt(zmq.CURVE_SECRETKEY, secret)
        # Enforced: without anyone at the door ZeroMQ would otherwise let everybody in.
        socket.setsockopt(zmq.ZAP_DOMAIN, _DOMAIN.encode())
        socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)

    async def admit(self) -> None:
        """Answer for who knocks, until cancelled."""
        asked = self._authenticator.zap_socket
        poller = zmq.asyncio.Poller()
        poller.register(asked, zmq.POLLIN)
        while True:
            await poller.poll()
            await self._authenticator.handle_zap_message(asked.recv_multipart(zmq.DONTWAIT))

    def close(self) -> None:
        """Leave. To be called after the sockets it guards are closed."""
        self._authenticator.stop()


class _Keyring:
    """What pyzmq asks for each client."""

    def __init__(self, keys: ClientKeys, refuse: Callable[[str], None]) -> None:
        self._keys = keys
        self._refuse = refuse

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether the client with this public key is let in."""
        if self._keys.name_of(key) is not None:
            return True
        self._refuse(f"a client with an unknown key: {key.decode('ascii', 'replace')}")
        return False
