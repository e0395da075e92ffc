"""What is seen on stage: face, eyes, hands and posture, of acts with words and without."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from actuation.animation import Animation
from actuation.faces.heads import Mouth
from actuation.faces.words import read_face
from actuation.gestures.contract import PlacedStroke
from actuation.motion import FrameChunk, GestureLaid, MoodLaid
from actuation.score import ScoredClause
from actuation.stage.ahead import Ahead
from actuation.stage.attention import Attention
from actuation.stage.playback import Playback
from actuation.stage.telling import Telling
from agent.core.messages import Act, Expression, Meeting, Posture

_EARLY_S: Final = 0.9
"""Clauses are laid out on the stage this long before they begin: gestures prepare themselves."""
_FACE_EARLY_S: Final = 0.12
_SILENT_ACT_S: Final = 0.6
_AFTERGLOW_S: Final = 0.8


class Showing:
    """The visible half of the stage. What is heard, and when, the stage itself decides."""

    def __init__(
        self, *, animation: Animation, attention: Attention, telling: Telling, ahead: Ahead
    ) -> None:
        """All four are shared with the stage."""
        self._animation = animation
        self._attention = attention
        self._telling = telling
        self._ahead = ahead
        self._silent: list[tuple[float, Act]] = []
        self._relax_at = math.inf

    @property
    def waiting(self) -> bool:
        """Whether an act without words is still being done."""
        return bool(self._silent)

    # Acts without words.

    def perform(self, act: Act, now: float) -> None:
        """Do an act that says nothing."""
        at = self._ahead.at
        ends = [at + _SILENT_ACT_S]
        moving = self._animation.moving(at, act.gestures)
        if not (moving and act.gesture_meets is Meeting.SKIP):
            if moving and act.gesture_meets is Meeting.REPLACE and act.gestures:
                self._animation.give_up_gestures(at)
            placed = self._animation.at_once(act.gestures, at)
            self._lay(placed)
            ends += [s.end_s for s in placed]
        self._wear(act, now, at)
        if act.expression is not None or act.manner:
            self._relax_at = max(ends) + _AFTERGLOW_S
        self._telling.silent(act, at)
        self._silent.append((max(ends), act))

    def progress(self, now: float) -> None:
        """Tell of acts without words that are over."""
        for end_at, act in [pair for pair in self._silent if pair[0] <= now]:
            self._telling.finish(act, end_at)
            self._silent.remove((end_at, act))

    def end(self, now: float, why: str, keep: Callable[[Act], bool]) -> bool:
        """Give up acts without words that are not kept. Whether there were any."""
        ended = [act for _, act in self._silent if not keep(act)]
        for act in ended:
            self._telling.finish(act, now, interrupted=True, detail=why)
        self._silent = [pair for pair in self._silent if keep(pair[1])]
        return bool(ended)

    # What goes with words.

    def lay_out(
        self, playback: Playback, horizon: float, mouth_of: Callable[[ScoredClause], Mouth]
    ) -> None:
        """Schedule face and gestures of the clauses that begin before stage time `horizon`."""
        for i, scored in enumerate(playback.score.clauses):
            starts_at = playback.stage_at(scored.start_s)
            if i not in playback.performed and starts_at - _EARLY_S <= horizon:
                playback.performed.add(i)
                self._lay_out_clause(playback, i, starts_at, mouth_of(scored))

    def _lay_out_clause(self, playback: Playback, i: int, starts_at: float, mouth: Mouth) -> None:
        scored, soonest = playback.score.clauses[i], self._ahead.at
        from_at, moved = playback.resumed_inside(i), playback.rest_of(i)
        sooner = max(soonest, starts_at - _FACE_EARLY_S)
        if scored.index == 0 and from_at is None:
            self._wear(scored.act, sooner, sooner)
            self._lay(self._animation.at_once(scored.act.gestures, sooner))
        self._animation.speak(moved, mouth, from_at=from_at, seen_from=soonest)
        self._lay(self._animation.gesture(moved, earliest_at=soonest))
        clause = scored.clause
        if clause.expression is not None:
            self.express(clause.expression, clause.intensity, sooner, clause.manner)
        elif clause.manner:
            self.express(scored.act.expression, clause.intensity, sooner, clause.manner)
        if clause.posture is not None:
            self._lean(clause.posture, sooner)
        if clause.gaze is not None:
            self._attention.wish(clause.gaze, scored.act.to, sooner)
        elif scored.index > 0:
            self._attention.wish(scored.act.gaze, scored.act.to, sooner)

    def express(
        self, expression: Expression | None, intensity: float, at: float, manner: str = ""
    ) -> None:
        """Show a face by name, in words, or both; `intensity` 0..1."""
        instruction = read_face(manner)
        self._telling.not_understood(manner, instruction.unknown, at)
        self._animation.express(expression, intensity, at, instruction)
        expression = expression or instruction.nearest()
        if expression is not None:
            shown = min(intensity * dict(instruction.faces).get(expression, 1.0), 1.0)
            self._ahead.send(
                MoodLaid(
                    generation=self._ahead.generation,
                    at=at,
                    expression=expression,
                    intensity=shown,
                )
            )

    def stay(self) -> None:
        """The face stays as it is: words are on their way."""
        self._relax_at = math.inf

    def relax_soon(self, now: float) -> None:
        """Words are over: the face glows on for a moment, then rests."""
        self._relax_at = now + _AFTERGLOW_S

    # Time.

    def advance(self, now: float, horizon: float, current: Playback | None) -> None:
        """Look where attention is, and send the frames that are due up to `horizon`."""
        mode, aim = self._attention.target(now)
        self._animation.look(mode, aim, self._ahead.at, self._attention.face_distance_m)
        if now >= self._relax_at:
            self._relax(now)
        count = self._ahead.missing(horizon)
        if count > 0:
            frames = self._animation.frames(self._ahead.frame, count, current)
            self._ahead.frame += count
            self._ahead.send(FrameChunk(generation=self._ahead.generation, frames=frames))

    def _relax(self, now: float) -> None:
        self._relax_at = math.inf
        at = self._ahead.at
        self._animation.relax(at)
        self._ahead.send(
            MoodLaid(generation=self._ahead.generation, at=at, expression=Expression.NEUTRAL)
        )
        self._attention.back_to_partner(now)

    def _wear(self, act: Act, now: float, at: float) -> None:
        """Face, gaze and posture of an act."""
        if act.expression is not None or act.manner:
            self.express(act.expression, act.intensity, at, act.manner)
        if act.posture is not None:
            self._lean(act.posture, at)
        if act.lean is not None:
            self._animation.lean_along(act.lean, at)
        self._attention.wish(act.gaze, act.to, now)

    def _lean(self, posture: Posture, at: float) -> None:
        self._animation.lean(posture, at)
        self._ahead.send(MoodLaid(generation=self._ahead.generation, at=at, posture=posture))

    def _lay(self, placed: Sequence[PlacedStroke]) -> None:
        """Tell bodies of gestures, for those that have no arms to show their frames with."""
        for stroke in placed:
            self._ahead.send(
                GestureLaid(
                    generation=self._ahead.generation,
                    at=stroke.start_s,
                    apex_at=stroke.apex_s,
                    end_at=stroke.end_s,
                    lexeme=stroke.lexeme,
                    hands=stroke.hands,
                    aim=stroke.aim,
                    place=stroke.place,
                )
            )
