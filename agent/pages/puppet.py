"""The agent as a puppet: its face by sliders, its mouth by somebody's speech."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actuation.faces.heads import as_part, slider
from actuation.stage.live_talk import LiveTalk, LiveTalks
from agent.core.clock import Clock
from agent.core.errors import BadInputError
from agent.core.messages import HoldFace, Message


class HoldWish(BaseModel):
    """What is asked of a part of the face."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    values: dict[str, float] = Field(default_factory=dict, max_length=60)
    adds: bool = False


class Puppet:
    """What operators and programs may do with it live."""

    def __init__(
        self, *, clock: Clock, publish: Callable[[Message], None], talks: LiveTalks | None = None
    ) -> None:
        self._clock, self._publish, self._talks = clock, publish, talks

    def hold(self, part: str, asked: bytes) -> list[str]:
        """Hold columns of a part as a JSON `HoldWish` says; return them. None: it is given back.

        Raises `BadInputError` for what is no such wish.
        """
        try:
            wish = HoldWish.model_validate_json(asked or b"{}")
        except ValidationError as fault:
            first = fault.errors()[0]
            where = ".".join(str(step) for step in first["loc"]) or "the body"
            raise BadInputError(f"face: {where}: {first['msg']}") from None
        slider(as_part(part), wish.values)
        self._publish(
            HoldFace(
                at=self._clock.now(),
                part=part,
                columns=tuple(wish.values),
                values=tuple(wish.values.values()),
                adds=wish.adds,
                source="api",
            )
        )
        return sorted(wish.values)

    def begin_talk(self, rate_hz: int) -> LiveTalk:
        """Somebody begins to speak. Raises `BadInputError` where that cannot be now."""
        if self._talks is None:
            raise BadInputError("talk: nobody can speak through this agent")
        return self._talks.begin(rate_hz)
