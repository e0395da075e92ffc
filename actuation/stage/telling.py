"""Says what really happened on stage: acts begun, clauses heard, acts over, who has the floor."""

import math
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from actuation.stage.playback import ActOnStage, Playback
from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    ClauseSpoken,
    Message,
    ShownOtherwise,
    StageState,
)

_PUZZLED_KEPT = 100


class TellingConfig(BaseModel):
    """When the stage believes its bodies, and how long it keeps the floor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    report_grace_s: float = Field(
        0.5, ge=0, le=5, description="How long to wait for a body's report before the clock counts."
    )
    floor_kept_s: float = Field(
        4.0, ge=0, le=30, description="How long the floor is kept when an act says more follows."
    )


class Telling:
    """Turns the state of a playback into messages, each once."""

    def __init__(self, config: TellingConfig, publish: Callable[[Message], None]) -> None:
        self._config = config
        self._publish = publish
        self._bodies_report = True
        self._floor_until = -math.inf
        self._state = (False, False)
        self._puzzled: set[str] = set()

    def begun(self) -> None:
        """Speech begins: an earlier promise that more follows is kept by it."""
        self._floor_until = -math.inf

    def ended(self, playback: Playback) -> None:
        """An utterance is over; whether bodies reported it tells what to expect of the next."""
        self._bodies_report = playback.reported

    def progress(self, playback: Playback, now: float) -> None:
        """Tell of what has been heard of `playback` by `now`."""
        heard_s = playback.heard_s(now)
        for i, scored in enumerate(playback.score.clauses):
            on_stage = next(a for a in playback.acts if a.act is scored.act)
            if on_stage.over or i in playback.told:
                continue
            starts_at = playback.stage_at(scored.start_s) + playback.lag_s
            believed = (
                playback.reported
                or not self._bodies_report
                or now >= starts_at + self._config.report_grace_s
            )
            ended = heard_s >= scored.end_s - 1e-6
            if not on_stage.started and now >= starts_at and (believed or ended):
                on_stage.started = True
                self._publish(
                    ActStarted(
                        at=starts_at,
                        act=scored.act.act,
                        utterance=playback.utterance,
                        text=" ".join(c.text for c in scored.act.clauses),
                    )
                )
            if ended:
                playback.told.add(i)
                self._spoken(playback, on_stage, i)

    def _spoken(self, playback: Playback, on_stage: ActOnStage, i: int) -> None:
        scored = playback.score.clauses[i]
        ended_at = playback.stage_at(scored.end_s) + playback.lag_s
        act = on_stage.act
        self._publish(
            ClauseSpoken(at=ended_at, act=act.act, index=scored.index, text=scored.clause.text)
        )
        on_stage.spoken += 1
        if on_stage.spoken == len(act.clauses):
            on_stage.over = True
            if act.more_follows:
                self._floor_until = ended_at + self._config.floor_kept_s
            heard = playback.score.heard(act.act, math.inf)
            self.finish(act, ended_at, heard=heard, interrupted=on_stage.cut)

    def silent(self, act: Act, at: float) -> None:
        """An act without words begins."""
        self._publish(ActStarted(at=at, act=act.act))

    def finish(
        self, act: Act, at: float, *, heard: str = "", interrupted: bool = False, detail: str = ""
    ) -> None:
        """An act is over."""
        self._publish(
            ActFinished(at=at, act=act.act, heard=heard, interrupted=interrupted, detail=detail)
        )

    def not_understood(self, instruction: str, words: Sequence[str], at: float) -> None:
        """Words of an instruction to the face that mean nothing to it; each instruction once."""
        if words and instruction not in self._puzzled:
            self._puzzled = {*list(self._puzzled)[-_PUZZLED_KEPT:], instruction}
            done = f"left out {', '.join(words)}: no words for a face"
            self._publish(ShownOtherwise(at=at, body="face", asked=instruction, done=done))

    def state(self, now: float, *, speaking: bool, moving: bool) -> None:
        """Who has the floor; told when it changes."""
        state = (speaking or now < self._floor_until, moving)
        if state != self._state:
            self._state = state
            self._publish(StageState(at=now, speaking=state[0], moving=state[1]))
