"""A stage without picture and sound: acts take the time they would take, and are reported so.

What the performer tells of an act (begun, clause heard, over, floor) decides what the agent does
next, so it has to be told alike. Score, playback and reports are the performer's own code; only
the moving of limbs and the making of sound are left out.
"""

import itertools
import math
from collections.abc import Callable
from functools import cache
from typing import Final

from actuation.gestures.gesticulation import Gesticulation
from actuation.score import ScoredClause
from actuation.stage.giving_up import give_up
from actuation.stage.playback import ActOnStage, Playback
from actuation.stage.second_wording import REWORDED, leave_for_later, rewording, shorten
from actuation.stage.telling import Telling, TellingConfig
from agent.core.messages import (
    Act,
    Duck,
    GestureCue,
    Meeting,
    Message,
    Priority,
    Stop,
    UtteranceId,
)
from agent.lab.pace import timed

SOUND_AFTER_S: Final = 0.145
"""From an act at the stage to its first audible sample at a page: `foyer bench reaction`."""
_RESUME_AFTER_S: Final = 0.05
_SILENT_ACT_S: Final = 0.6
_HOLD_LIMIT_S: Final = 8.0
_SENT_AHEAD_S: Final = 0.35
_RANK: Final = {priority: rank for rank, priority in enumerate(Priority)}
_NEVER = math.inf


class TimedStage:
    """Performs in time alone. Reports go to `publish` while a command or `advance` runs."""

    def __init__(self, *, publish: Callable[[Message], None], pace: float = 1.0) -> None:
        self._publish = publish
        self._pace = pace
        config = TellingConfig()
        self._telling = Telling(config, publish)
        self._floor_kept_s = config.floor_kept_s
        self._utterances = itertools.count(1)
        self._current: Playback | None = None
        self._covered: list[Playback] = []
        self._silent: list[tuple[float, Act]] = []
        self._moves_until = -_NEVER
        self._floor_until = -_NEVER

    @property
    def next_at(self) -> float:
        """When something is to be told next; infinite: nothing is on stage."""
        moments = [end_at for end_at, _ in self._silent]
        moments += [at for at in (self._moves_until, self._floor_until) if math.isfinite(at)]
        if self._current is not None:
            moments.append(self._due_at(self._current))
        return min(moments, default=_NEVER)

    def sounding(self, now: float) -> Act | None:
        """The act whose words are being heard now."""
        heard = self.heard(now)
        return None if heard is None else heard[0].act

    def heard(self, now: float) -> tuple[ScoredClause, float] | None:
        """The clause that is being heard now, and how many seconds of it have been."""
        current = self._current
        if current is None or not current.playing:
            return None
        at = current.score_at(now)
        inside = (c for c in current.score.clauses if c.start_s <= at < c.end_s)
        return next(((scored, at - scored.start_s) for scored in inside), None)

    # Commands

    def act(self, act: Act, now: float) -> None:
        """Take on an act."""
        if not act.clauses:
            self._perform_silent(act, now)
            return
        if act.revises is not None:
            self._revise(act, now)
            return
        current = self._current
        if current is not None:
            match act.speech_meets:
                case Meeting.SKIP:
                    self._telling.finish(act, now, detail="skipped: speech is under way")
                    return
                case Meeting.REPLACE:
                    self._end_speech(now, "replaced by another act", lambda _: False)
                case Meeting.OVERRIDE:
                    self._tell(current, now)
                    current.hold(now)
                    self._covered.append(current)
                    self._current = None
        if self._current is None:
            self._current = Playback(UtteranceId(next(self._utterances)))
        self._score(self._current, act, now)
        self.advance(now)

    def stop(self, stop: Stop, now: float) -> None:
        """End what is said and done, apart from acts of high enough priority."""
        limit, why = stop.except_priority, stop.reason.because

        def keep(act: Act) -> bool:
            return limit is not None and _RANK[act.priority] >= _RANK[limit]

        self._end_speech(now, why, keep)
        for _, act in [pair for pair in self._silent if not keep(pair[1])]:
            self._telling.finish(act, now, interrupted=True, detail=why)
        self._silent = [pair for pair in self._silent if keep(pair[1])]
        self._moves_until = min(self._moves_until, now)
        self.advance(now)

    def duck(self, duck: Duck, now: float) -> None:
        """Hold or bring back the voice; a lowered one goes on."""
        current = self._current
        if current is None:
            return
        if duck.gain <= 0.0 and current.held_s is None:
            self._tell(current, now)
            current.hold(now)
        elif duck.gain >= 1.0 and current.held_s is not None:
            self._resume(current, now)
        self.advance(now)

    # Time

    def advance(self, now: float) -> None:
        """Tell what has happened by `now`."""
        for pair in [pair for pair in self._silent if pair[0] <= now]:
            self._telling.finish(pair[1], pair[0])
            self._silent.remove(pair)
        current = self._current
        if current is not None and current.held_s is not None:
            if now - current.held_at >= _HOLD_LIMIT_S:
                self._end_speech(now, "held too long", lambda _: False)
        elif current is not None:
            self._tell(current, now)
            if all(act.over for act in current.acts):
                self._end_playback(current, now)
        if self._moves_until <= now:
            self._moves_until = -_NEVER
        if self._floor_until <= now:
            self._floor_until = -_NEVER
        speaking = self._current is not None and self._current.base_at is not None
        self._telling.state(now, speaking=speaking, moving=math.isfinite(self._moves_until))

    def _tell(self, playback: Playback, now: float) -> None:
        playback.sound_until(now + _SENT_AHEAD_S, 0)
        playback.reported = True  # a page reports some ten times a second
        self._telling.progress(playback, now)
        last = playback.acts[-1]
        if last.over and last.act.more_follows:
            self._floor_until = now + self._floor_kept_s

    def _due_at(self, playback: Playback) -> float:
        """When the next clause of `playback` begins or ends."""
        if playback.held_s is not None:
            return playback.held_at + _HOLD_LIMIT_S
        over = {act.act.act: act for act in playback.acts}
        for i, scored in enumerate(playback.score.clauses):
            on_stage = over[scored.act.act]
            if on_stage.over or i in playback.told:
                continue
            return playback.stage_at(scored.end_s if on_stage.started else scored.start_s)
        return _NEVER

    # Moves of the whole

    def _score(self, playback: Playback, act: Act, now: float) -> None:
        on_stage = ActOnStage(act)
        playback.acts.append(on_stage)
        if playback.has_fallen_silent(now) or playback.base_at is None:
            earliest = now + SOUND_AFTER_S
        else:
            earliest = max(now + SOUND_AFTER_S, playback.stage_at(playback.score.end_s))
        first = len(playback.score.clauses)
        for i, clause in enumerate(act.clauses):
            playback.append(on_stage, i, timed(clause.text, self._pace), not_before_at=earliest)
        if playback.base_at is None and playback.held_s is None:
            playback.begin(earliest)
            self._telling.begun()
            self._floor_until = -_NEVER
        for scored in playback.score.clauses[first:]:
            ends = [
                playback.stage_at(scored.start_s) + gesture_s(g) for g in scored.clause.gestures
            ]
            self._moves_until = max([self._moves_until, *ends])

    def _perform_silent(self, act: Act, now: float) -> None:
        lengths = [gesture_s(cue) for cue in act.gestures]
        if lengths:
            self._moves_until = max(self._moves_until, now + sum(lengths))
        self._telling.silent(act, now)
        self._silent.append((now + max(_SILENT_ACT_S, sum(lengths)), act))
        self.advance(now)

    def _resume(self, playback: Playback, now: float) -> None:
        placed = playback.base_at is not None
        playback.resume(now + _RESUME_AFTER_S)
        if not placed and playback.score.clauses:
            playback.begin(now + _RESUME_AFTER_S)

    def _revise(self, by: Act, now: float) -> None:
        current = self._current
        if current is not None and current.playing:
            self._tell(current, now)
        new = rewording(current, by, now)
        if new is None or current is None:
            self._telling.finish(by, now, interrupted=True, detail="nothing was left to be said")
            return
        if new.stays is None:
            leave_for_later(current, by)
            self._end_speech(now, REWORDED, lambda _: False)
        else:
            ended, _ = shorten(current, new.stays, by)
            for one in ended:
                self._telling.finish(one.act, now, interrupted=True, detail=REWORDED)
        if new.says_nothing:
            self._telling.finish(by, now)
        for act in new.then:
            self.act(act, now)

    def _end_playback(self, playback: Playback, now: float) -> None:
        self._telling.ended(playback)
        self._current = None
        if self._covered:
            self._current = self._covered.pop()
            self._resume(self._current, now)

    def _end_speech(self, now: float, why: str, keep: Callable[[Act], bool]) -> None:
        """Give up all speech whose act is not kept."""
        current = self._current
        if current is None:
            return
        if current.playing:
            self._tell(current, now)
        give_up((current, *self._covered), now, why, keep, self._telling)
        self._covered = [p for p in self._covered if not all(a.over for a in p.acts)]
        if current.cut_short(now):
            return
        kept = [a.act for a in current.acts if not a.over]
        self._end_playback(current, now)
        for act in kept:
            self.act(act, now)


@cache
def _gesture_s(lexeme: str | None, meaning: str | None) -> float:
    placed = Gesticulation().at_once((GestureCue(lexeme=lexeme, meaning=meaning),), now_s=0.0)
    return max((stroke.end_s for stroke in placed), default=0.0)


def gesture_s(cue: GestureCue) -> float:
    """How long the body takes for a gesture, from the lexicon's key poses; 0: it knows none."""
    return _gesture_s(cue.lexeme, cue.meaning)
