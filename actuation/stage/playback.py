"""One utterance on stage: which sound goes out when, what has been heard, hold and resume. Pure.

Stage time of a score time is `base_at + score_s`. The body may play later than planned and says
so; `lag_s` is by how much. A hold freezes the score; resuming lays it anew on the stage.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from actuation.motion import VoiceChunk
from actuation.score import Score, ScoredClause
from actuation.speech.voice import Speech
from agent.core.messages import Act, Played, UtteranceId

_MOST_LAG_S = 2.0
_RESUME_FADE_S = 0.01


@dataclass
class ActOnStage:
    """An act with words, from the wish to the last word."""

    act: Act
    scored: int = 0
    """How many of its clauses have sound."""
    spoken: int = 0
    started: bool = False
    over: bool = False
    cut: bool = False
    """Its last clauses were taken off, to be said in other words."""

    @property
    def complete(self) -> bool:
        """All its clauses are on the score."""
        return self.scored == len(self.act.clauses)


@dataclass
class Playback:
    """The utterance that is, or will be, played."""

    utterance: UtteranceId
    acts: list[ActOnStage] = field(default_factory=list)
    score: Score = field(init=False)
    base_at: float | None = None
    """Stage time of score time 0; None until the first sound is there."""
    held_s: float | None = None
    """Score time at which it is held."""
    held_at: float = 0.0
    lag_s: float = 0.0
    performed: set[int] = field(default_factory=set)
    """Clauses of the score whose face and gestures are laid out on the stage."""
    told: set[int] = field(default_factory=set)
    """Clauses of the score whose end has been told."""
    reported: bool = False
    """A body has said how it plays this, since it was last laid."""
    _laid_at: float = 0.0
    _sent_s: float = 0.0
    _resumed_s: float = -1.0

    def __post_init__(self) -> None:
        self.score = Score(utterance=self.utterance)

    @property
    def playing(self) -> bool:
        """It has a place on the stage and goes on."""
        return self.base_at is not None and self.held_s is None

    def begin(self, at: float) -> None:
        """Lay the score on the stage, its first sample at `at`."""
        self.base_at, self._laid_at = at, at

    def append(
        self, on_stage: ActOnStage, index: int, speech: Speech, *, not_before_at: float
    ) -> ScoredClause:
        """Add a clause; it starts no earlier than `not_before_at` on the stage."""
        earliest = not_before_at - self.base_at if self.base_at is not None else 0.0
        if self.held_s is not None:
            earliest = 0.0
        self.score = self.score.append(on_stage.act, index, speech, not_before_s=earliest)
        on_stage.scored += 1
        return self.score.clauses[-1]

    def score_at(self, at: float) -> float:
        """Score time planned for stage time `at`; negative before the first sample."""
        if self.base_at is None:
            return 0.0
        return self.held_s if self.held_s is not None else at - self.base_at

    def stage_at(self, score_s: float) -> float:
        """Stage time planned for `score_s`."""
        return (self.base_at or 0.0) + score_s

    def heard_s(self, now: float) -> float:
        """Score time that has really come out by `now`, as far as is known."""
        if self.base_at is None:
            return 0.0
        if self.held_s is not None:
            return self.held_s
        return float(np.clip(now - self.lag_s - self.base_at, 0.0, self._sent_s))

    def report(self, played: Played) -> None:
        """Take in what the body says it played. Reports from before the last laying are old."""
        if self.base_at is None or self.held_s is not None or played.at < self._laid_at:
            return
        lag = played.at - self.stage_at(played.score_s)
        self.lag_s = float(np.clip(lag, -0.1, _MOST_LAG_S))
        self.reported = True

    def hold(self, now: float) -> None:
        """Freeze at what has been heard."""
        self.held_s, self.held_at = self.heard_s(now), now

    def resume(self, at: float, *, repeat: bool = True) -> float:
        """Lay the rest on the stage from `at` on; return the score time it goes on from.

        `repeat`: from the start of the cut phrase, else from the very sample.
        """
        held = self.held_s or 0.0
        if self.base_at is None:
            self.held_s = None
            return 0.0
        on_s = self.score.resume_s(held) if repeat else held
        self.base_at, self._laid_at = at - on_s, at
        self.held_s, self._sent_s, self._resumed_s, self.lag_s = None, on_s, on_s, 0.0
        self.reported = False
        self.performed = {i for i in self.performed if self.score.clauses[i].end_s <= on_s}
        return on_s

    def cut_short(self, now: float) -> bool:
        """Take acts that are over off the score where they were not sent yet.

        Returns False when what plays now belongs to such an act: then all of it has to be held.
        """
        if not self.playing:
            return False
        at = self.score_at(now)
        alive = {a.act.act for a in self.acts if not a.over}
        if any(c.start_s <= max(at, self._sent_s) and c.end_s > at and c.act.act not in alive
               for c in self.score.clauses):  # fmt: skip
            return False
        self.score = replace(
            self.score,
            clauses=tuple(c for c in self.score.clauses if c.end_s <= at or c.act.act in alive),
        )
        return bool(alive)

    def resumed_inside(self, i: int) -> float | None:
        """Stage time at which clause `i` goes on, when it was resumed in its middle."""
        inside = self.score.clauses[i].start_s < self._resumed_s - 1e-3
        return self.stage_at(self._resumed_s) if inside else None

    def rest_of(self, i: int) -> ScoredClause:
        """Clause `i` in stage time, without gestures and stresses from before a resumption."""
        moved = self.score.clauses[i].moved(self.base_at or 0.0)
        from_at = self.resumed_inside(i)
        if from_at is None:
            return moved
        gestures = tuple(
            cue for cue in moved.clause.gestures if moved.stroke_s(cue.word) >= from_at
        )
        return replace(
            moved,
            clause=replace(moved.clause, gestures=gestures),
            prominences=tuple(p for p in moved.prominences if p.at_s >= from_at),
        )

    def has_sent(self, score_s: float) -> bool:
        """Sound from beyond `score_s` has gone out."""
        return self._sent_s > score_s + 1e-6

    def has_fallen_silent(self, now: float) -> bool:
        """All sound there is has come out, and more is awaited."""
        return self.playing and now >= self.stage_at(self.score.end_s) + max(self.lag_s, 0.0)

    def unsent_at(self) -> float | None:
        """Stage time of the next sample to send; None when all is sent or nothing plays."""
        if not self.playing:
            return None
        for scored in self.score.clauses:
            if scored.end_s > self._sent_s + 1e-6:
                return self.stage_at(max(scored.start_s, self._sent_s))
        return None

    def starves(self) -> bool:
        """The sound that comes next is not there yet."""
        for scored in self.score.clauses:
            if scored.end_s > self._sent_s + 1e-6:
                sent = round((self._sent_s - scored.start_s) * scored.speech.rate_hz)
                return scored.speech.there <= max(sent, 0)
        return False

    def sound_until(self, at: float, generation: int) -> list[VoiceChunk]:
        """The sound that follows what was sent, up to stage time `at`."""
        if not self.playing:
            return []
        until_s = at - (self.base_at or 0.0)
        chunks: list[VoiceChunk] = []
        for scored in self.score.clauses:
            if scored.end_s <= self._sent_s + 1e-6 or scored.start_s >= until_s:
                continue
            rate = scored.speech.rate_hz
            first = round(max(self._sent_s - scored.start_s, 0.0) * rate)
            stop = min(round((until_s - scored.start_s) * rate), scored.speech.there)
            if stop <= first:
                if scored.speech.coming is not None:
                    break  # nothing may overtake what is still being made
                continue
            begin_s = scored.start_s + first / rate
            samples = scored.speech.samples[first:stop]
            if abs(begin_s - self._resumed_s) < 1e-3:
                samples = _faded(samples, rate)
            last = scored is self.score.clauses[-1] and stop == len(scored.speech.samples)
            chunks.append(
                VoiceChunk(
                    generation=generation,
                    at=self.stage_at(begin_s),
                    utterance=self.utterance,
                    score_s=begin_s,
                    rate_hz=rate,
                    samples=samples,
                    last=last and all(a.complete for a in self.acts),
                )
            )
            self._sent_s = scored.start_s + stop / rate
            if scored.speech.coming is not None:
                break
        return chunks


def _faded(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    out = samples.copy()
    count = min(round(_RESUME_FADE_S * rate_hz), len(out))
    out[:count] *= np.linspace(0, 1, count, dtype=np.float32)
    return out
