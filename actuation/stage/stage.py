"""What happens on stage, as a function of commands, sounds, reports and time. No loop, no I/O.

Frames and sound leave ahead of time in small chunks. Whatever must be seen sooner than what was
sent ahead starts a new generation: bodies drop the rest and get it again from this moment on.
A hold freezes the score where it was really heard; it goes on from the start of the cut phrase,
or is given up. Sound that was asked for by an act that has ended meanwhile is not played.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from actuation.animation import Animation, track_of
from actuation.faces.heads import FaceHeads, FacePart, Mouth, slider
from actuation.gestures.contract import Gestures
from actuation.motion import (
    FRAME_RATE_HZ,
    StageItem,
    Volume,
)
from actuation.score import ScoredClause
from actuation.speech.voice import Speech
from actuation.stage.ahead import Ahead
from actuation.stage.attention import Attention
from actuation.stage.config import PerformerConfig
from actuation.stage.giving_up import give_up
from actuation.stage.playback import ActOnStage, Playback
from actuation.stage.second_wording import REWORDED, leave_for_later, rewording, shorten
from actuation.stage.showing import Showing
from actuation.stage.telling import Telling
from agent.core.messages import (
    Act,
    Duck,
    Expression,
    Meeting,
    Message,
    Played,
    Priority,
    Stop,
    UtteranceId,
)

_RANK: Final = {priority: rank for rank, priority in enumerate(Priority)}
_LATE_S: Final = 0.01


class Stage:
    """Everything the agent shows and says."""

    def __init__(
        self,
        *,
        config: PerformerConfig,
        gestures: Gestures,
        lead_s: float,
        start: float,
        publish: Callable[[Message], None],
        send: Callable[[StageItem], None],
        want: Callable[[ActOnStage, int, str], None],
        generation: int = 0,
        utterances: Iterator[int] | None = None,
    ) -> None:
        """`generation`, `utterances`: where an earlier stage for the same bodies left off."""
        self._config = config
        self._lead_s = lead_s
        self._telling = Telling(config.telling, publish)
        self._want = want
        self.attention = Attention(config.animation.gaze.eye_height_m)
        self._animation = Animation(config=config.animation, gestures=gestures, start=start)
        self._ahead = Ahead(send, start=start, generation=generation)
        self._showing = Showing(
            animation=self._animation,
            attention=self.attention,
            telling=self._telling,
            ahead=self._ahead,
        )
        self._utterances = utterances or itertools.count(1)
        self._current: Playback | None = None
        self._covered: list[Playback] = []
        self._tracks: dict[int, Mouth] = {}
        self._starving = False
        """Held because the voice is late, and by nobody's wish."""
        self._ahead.rewind(start)

    @property
    def generation(self) -> int:
        """Of what is being sent now."""
        return self._ahead.generation

    @property
    def heads(self) -> FaceHeads:
        """Who is in charge of mouth, expression, head pose and gaze, from a stage time on."""
        return self._animation.heads

    @property
    def sent_at(self) -> float:
        """Stage time of the next frame: what is scheduled from here on will be seen."""
        return self._ahead.at

    # Commands.

    def hold_face(self, part: FacePart, values: Mapping[str, float], *, adds: bool = False) -> None:
        """Hold columns of a part of the face at `values`; none: the rules have it again.

        Raises `BadInputError` for a column that the part has not, and what is no number.
        """
        if values:
            self.heads.take(part, slider(part, values), self.sent_at, adds=adds)
        else:
            self.heads.give_back(part, self.sent_at)

    def act(self, act: Act, now: float) -> None:
        """Take on an act."""
        current = self._current
        if not act.clauses:
            if current is None or not current.playing:
                self._ahead.rewind(now)
            self._showing.perform(act, now)
            self.advance(now)
            return
        if act.revises is not None:
            self._revise(act, now)
            return
        if current is not None:
            match act.speech_meets:
                case Meeting.SKIP:
                    self._telling.finish(act, now, detail="skipped: speech is under way")
                    return
                case Meeting.REPLACE:
                    self._end_speech(now, "replaced by another act", lambda _: False)
                case Meeting.OVERRIDE:
                    self._hold(current, now)
                    self._covered.append(current)
                    self._current = None
        if self._current is None:
            self._current = Playback(UtteranceId(next(self._utterances)))
        on_stage = ActOnStage(act)
        self._current.acts.append(on_stage)
        for i, clause in enumerate(act.clauses):
            self._want(on_stage, i, clause.text)

    def stop(self, stop: Stop, now: float) -> None:
        """End what is said and done, apart from acts of high enough priority."""
        limit, why = stop.except_priority, stop.reason.because
        outlasting = self._current is None and self._animation.moving(now)

        def keep(act: Act) -> bool:
            return limit is not None and _RANK[act.priority] >= _RANK[limit]

        self._end_speech(now, why, keep)
        ended = self._showing.end(now, why, keep)
        over = ended or (outlasting and not self._showing.waiting)
        if over and (self._current is None or not self._current.playing):
            self._ahead.rewind(now, gestures_end=True)
            self._animation.give_up_gestures(now)
        self._ahead.send(Volume(at=now, gain=1.0))
        self.advance(now)

    def give_up(self, now: float, why: str) -> None:
        """End everything on stage, whatever its priority."""
        self._end_speech(now, why, lambda _: False)
        self._showing.end(now, why, lambda _: False)
        self._animation.give_up_gestures(now)
        self._ahead.rewind(now, gestures_end=True)
        self.advance(now)

    def begin_again(self, now: float) -> None:
        """Bodies dropped what they were sent: make it again from now on."""
        self._ahead.rewind(now)
        self.advance(now)

    def abandon(self, now: float) -> None:
        """The stage comes down with what is on it; whoever waits for an act is told."""
        playbacks = ([self._current] if self._current is not None else []) + self._covered
        for playback in playbacks:
            heard_s = playback.heard_s(now)
            for on_stage in playback.acts:
                if not on_stage.over:
                    on_stage.over = True
                    heard = playback.score.heard(on_stage.act.act, heard_s)
                    self._telling.finish(
                        on_stage.act, now, heard=heard, interrupted=True, detail="stage ended"
                    )
        self._showing.end(now, "stage ended", lambda _: False)
        self._telling.state(now, speaking=False, moving=False)

    def duck(self, duck: Duck, now: float) -> None:
        """Lower, hold or bring back the voice."""
        current = self._current
        if duck.gain <= 0.0:
            self._starving = False
            if current is not None and current.held_s is None:
                self._hold(current, now)
                self.advance(now)
            return
        if current is not None and current.held_s is not None and duck.gain >= 1.0:
            self._resume(current, now)
        self._ahead.send(Volume(at=now, gain=min(duck.gain, 1.0)))
        self.advance(now)

    def have_sound(
        self,
        on_stage: ActOnStage,
        index: int,
        speech: Speech,
        now: float,
        *,
        track: Mouth | None = None,
    ) -> ScoredClause | None:
        """A clause's sound is there: put it on the score, and start if it is the first.

        Only what is heard is sent. Pictures take tens of milliseconds to make: whoever lets the
        sound go out first, and then calls `advance`, is heard by so much sooner.

        `track`: its mouth, when that was made before. Returns its place on the score, or None when
        nobody wants it any more.
        """
        playback = next(
            (p for p in (self._current, *self._covered) if p and on_stage in p.acts), None
        )
        if playback is None or on_stage.over or index >= len(on_stage.act.clauses):
            return None
        earliest = max(now + self._config.lead_in_s, self.sent_at)
        if playback is self._current and playback.has_fallen_silent(now):
            # Nothing is being heard that a new start could cut: no need to wait for sent frames.
            self._ahead.rewind(now)
            earliest = now + self._config.lead_in_s
        scored = playback.append(on_stage, index, speech, not_before_at=earliest)
        self._tracks[id(speech)] = track or track_of(speech)
        if playback is self._current and playback.base_at is None and playback.held_s is None:
            self._begin(playback, now)
        if playback is self._current and playback.playing:
            self._send_sound(playback, now)
        return scored

    def more_sound(self, now: float) -> None:
        """There is more of the sound of a clause that was put on the score before it was whole."""
        current = self._current
        if current is None or current.starves():
            return
        if self._starving:
            self._starving = False
            if current.held_s is not None:
                self._resume(current, now, repeat=False)
        self._send_sound(current, now)

    def have_whole(
        self,
        on_stage: ActOnStage,
        index: int,
        speech: Speech,
        now: float,
        *,
        track: Mouth | None = None,
    ) -> ScoredClause | None:
        """A clause that was put on the score early is whole; in other times, if another said it."""
        for playback in (self._current, *self._covered):
            for i, scored in enumerate(playback.score.clauses if playback else ()):
                if playback is None or (scored.act.act, scored.index) != (on_stage.act.act, index):
                    continue
                as_planned = (scored.speech.voice, scored.speech.phones) == (
                    speech.voice,
                    speech.phones,
                )
                playback.score = playback.score.with_sound(i, speech)
                self._tracks[id(speech)] = track or track_of(speech)
                if as_planned and i in playback.performed and playback.playing:
                    moved = playback.score.clauses[i].moved(playback.base_at or 0.0)
                    self._animation.hear(moved, self._tracks[id(speech)], self.sent_at)
                elif not as_planned and playback is self._current:
                    self._begin_anew(playback, i, now)
                self.more_sound(now)
                return playback.score.clauses[i]
        return None

    def report(self, played: Played, now: float) -> float | None:
        """A body says what it played. By how much later than planned; None: that is of no use."""
        current = self._current
        if current is None or played.utterance != current.utterance:
            return None
        current.report(played)
        self._progress(now)
        return current.lag_s if current.playing else None

    # Time.

    def advance(self, now: float) -> None:
        """Send what is due by `now`, tell what has happened."""
        self._progress(now)
        self._ahead.skip_to(now)
        horizon = self._horizon(now)
        current = self._current
        if current is not None and current.playing:
            self._send_sound(current, now)
            self._showing.lay_out(current, horizon, lambda c: self._tracks[id(c.speech)])
        self._showing.advance(now, horizon, self._current)
        speaking = self._current is not None and self._current.base_at is not None
        self._telling.state(now, speaking=speaking, moving=self._animation.moving(now))

    def _horizon(self, now: float) -> float:
        return now + self._lead_s + self._config.chunk_frames / FRAME_RATE_HZ

    def _send_sound(self, current: Playback, now: float) -> None:
        unsent_at = current.unsent_at()
        if unsent_at is not None and unsent_at < now - _LATE_S:
            # The loop, or the voice, was away for longer than what was sent ahead.
            self._starving = current.starves()
            self._hold(current, now)
            if self._starving:
                return
            self._resume(current, now, repeat=False)
        for chunk in current.sound_until(self._horizon(now), self._ahead.generation):
            self._ahead.send(chunk)

    def _progress(self, now: float) -> None:
        self._showing.progress(now)
        current = self._current
        if current is None:
            return
        if current.held_s is not None:
            if now - current.held_at > self._config.hold_limit_s:
                self._end_speech(now, "held too long", lambda _: False)
            return
        if current.base_at is None:
            return
        self._telling.progress(current, now)
        if all(a.over for a in current.acts):
            self._end_playback(now)

    def _end_playback(self, now: float) -> None:
        if self._current is not None:
            self._telling.ended(self._current)
        self._current = None
        waiting = {id(c.speech) for p in self._covered for c in p.score.clauses}
        self._tracks = {each: track for each, track in self._tracks.items() if each in waiting}
        self._showing.relax_soon(now)
        if self._covered:
            self._current = self._covered.pop()
            self._resume(self._current, now)

    # Playbacks: begun, held, resumed, ended.

    def _begin(self, playback: Playback, now: float) -> None:
        self._ahead.rewind(now)
        wait_s = min(self._animation.lead_s(playback.score.clauses[0]), self._config.gesture_wait_s)
        playback.begin(now + max(self._config.lead_in_s, wait_s))
        self._showing.stay()
        self._telling.begun()

    def _hold(self, playback: Playback, now: float) -> None:
        playing = playback.playing
        playback.hold(now)
        if playing:
            self._ahead.rewind(now, gestures_end=True)
            self._animation.hold(now)
            self.attention.back_to_partner(now)
            self._showing.express(Expression.ATTENTIVE, 0.5, now)

    def _begin_anew(self, playback: Playback, i: int, now: float) -> None:
        """Another voice says a clause that may have begun: from its first word."""
        waits = playback.held_s is not None and not self._starving
        self._starving = False
        self._hold(playback, now)
        playback.held_s = min(playback.held_s or 0.0, playback.score.clauses[i].start_s)
        if not waits:
            self._resume(playback, now, repeat=False)

    def _resume(self, playback: Playback, now: float, *, repeat: bool = True) -> None:
        self._ahead.rewind(now)
        at = now + self._config.lead_in_s
        placed = playback.base_at is not None
        playback.resume(at, repeat=repeat)
        if not placed and playback.score.clauses:
            playback.begin(at)
        self._showing.stay()

    def _end_speech(self, now: float, why: str, keep: Callable[[Act], bool]) -> None:
        """Give up all speech whose act is not kept."""
        current = self._current
        if current is None:
            return
        self._progress_before_end(current, now)
        give_up((current, *self._covered), now, why, keep, self._telling)
        self._covered = [p for p in self._covered if not all(a.over for a in p.acts)]
        if self._current is not current:
            return
        if current.cut_short(now):
            return
        kept = [a.act for a in current.acts if not a.over]
        self._hold(current, now)
        self._current = None
        self._end_playback(now)
        for act in kept:
            self.act(act, now)

    def _revise(self, by: Act, now: float) -> None:
        """Say the rest of an act in other words; what is being heard may end first."""
        current = self._current
        if current is not None:
            self._progress_before_end(current, now)
        new = rewording(self._current, by, now)
        if new is None or current is None:
            self._telling.finish(by, now, interrupted=True, detail="nothing was left to be said")
            return
        if new.stays is None:
            leave_for_later(current, by)
            self._end_speech(now, REWORDED, lambda _: False)
        else:
            ended, early = shorten(current, new.stays, by)
            for one in ended:
                self._telling.finish(one.act, now, interrupted=True, detail=REWORDED)
            if early:
                self._hold(current, now)
                self._resume(current, now, repeat=False)
        if new.says_nothing:
            self._telling.finish(by, now)
        for act in new.then:
            self.act(act, now)

    def _progress_before_end(self, current: Playback, now: float) -> None:
        """Tell of clauses that ended just now, so that they are not lost to the stop."""
        if current.playing:
            self._progress(now)
