"""Mm-hm, or may I? What makes the agent give up the floor, judged without a loudspeaker.

Made listeners say what listeners say while somebody speaks to them, and made visitors interrupt in
earnest. Real voice detector and recogniser, the turn taker and the planner of the agent with its
policy for interruptions, on virtual time. No echo of the agent's own voice is mixed in.

A murmur has stopped the agent if it gave up the floor, or was silent for longer than
`LONGEST_HUSH_S` on end: after that a listener asks what is wrong. An interruption is ignored if the
agent did not give up the floor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from agent.bench.figure import Figure
from agent.bench.heard_once import SOUND_AFTER_S, WORDS_AFTER_S, HeardOnce, lines, made
from agent.bench.hearing_words import SITE
from agent.bench.made_pauses import VOICES
from agent.core.messages import (
    Act,
    ActId,
    ActStarted,
    Clause,
    Duck,
    Message,
    Reason,
    SpeechStarted,
    StageState,
    Stop,
    UtteranceId,
)
from behavior.norms.norm import Norms
from behavior.planner import Planner
from behavior.policies.interruption import InterruptionConfig, InterruptionPolicy
from behavior.wishes import Woke
from perception.audio import FRAME_S
from perception.turns.taking import BeginWords, Heard, SettleWords, TurnsConfig, TurnTaker
from perception.turns.turn_end import JudgeEnd, Sounded

ANSWER: Final = (
    "The exhibition of the museum is on the third floor, and the lift is behind the pillar."
)
LONGEST_HUSH_S: Final = 2.0
_LOOK_FRAMES: Final = 7
"""Frames between two looks at the words so far: about a fifth of a second."""
_NOISE_DB: Final = 20.0
_TELLS_AFTER_S: Final = 0.6
"""So long after the last sound it must be settled what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of the agent's voice."""

    noticed: bool
    stopped_s: float | None
    """From the first sound to giving up the floor; None: it was not given up."""
    ducked_s: float | None
    """From the first sound to the order to lower the voice, or to be silent."""
    silent_s: float | None
    """From the first sound to silence, held or stopped; None: only lowered, or not at all."""
    goes_on: bool
    """At the end it speaks at its full voice."""
    hush_s: float = 0.0
    """The longest time on end for which it was told to be silent and then to go on."""


def interrupted(
    heard: HeardOnce,
    config: InterruptionConfig | None = None,
    *,
    deaf: bool = False,
    by_ear: bool = True,
) -> Verdict:
    """Let the agent, in the middle of an answer, hear it.

    `deaf`: words are not understood. `by_ear`: it is judged how the voice sounds.
    """
    planner, turns = _speaking(config or InterruptionConfig()), TurnTaker(TurnsConfig())
    turns.agent_speaks(True)
    heard.forget()
    out: list[tuple[float, Message]] = []
    waiting: list[tuple[float, SettleWords | JudgeEnd]] = []
    since, began = 0.0, None

    def tell(messages: Sequence[object], now: float) -> None:
        for one in messages:
            if isinstance(one, Message):
                out.extend((now, sent) for sent in planner.decide(one, now))

    for i, probability in enumerate(heard.probabilities):
        now = (i + 1) * FRAME_S
        while planner.wake_at is not None and planner.wake_at <= now:
            tell((Woke(at=planner.wake_at),), planner.wake_at)
        for due, wish in [w for w in waiting if w[0] <= now]:
            waiting.remove((due, wish))
            if isinstance(wish, SettleWords):
                tell(turns.read(_answer(heard, wish, since, due, deaf=deaf)), due)
            else:
                tell(turns.sounded(_sounded(heard, wish, due, by_ear=by_ear)), due)
        outcomes = turns.hear(i * FRAME_S, probability)
        tell(outcomes, now)
        for outcome in outcomes:
            if isinstance(outcome, SpeechStarted) and began is None:
                began = outcome.at
            if isinstance(outcome, BeginWords):
                since = outcome.since
            if isinstance(outcome, SettleWords):
                waiting.append((now + WORDS_AFTER_S, outcome))
            if isinstance(outcome, JudgeEnd):
                waiting.append((now + SOUND_AFTER_S, outcome))
        if turns.open_turn is not None and not deaf and i % _LOOK_FRAMES == 0:
            text = heard.words_so_far(since, now)
            tell(turns.read(Heard(turn=turns.open_turn, text=text)), now)
    return _verdict(out, heard.begins_at, began is not None)


def _answer(heard: HeardOnce, wish: SettleWords, since: float, due: float, *, deaf: bool) -> Heard:
    if deaf:
        return Heard(turn=wish.turn, revision=wish.revision, text="", confidence=0.0)
    reading = heard.reading(since, due - WORDS_AFTER_S)
    return Heard(
        turn=wish.turn, revision=wish.revision, text=reading.text, confidence=reading.confidence,
        listens=reading.listens,
    )  # fmt: skip


def _sounded(heard: HeardOnce, wish: JudgeEnd, due: float, *, by_ear: bool) -> Sounded:
    asked = due - SOUND_AFTER_S
    murmur = None
    if by_ear and wish.voice_s is not None:
        murmur = heard.murmur(wish.since, asked, wish.voice_s)
    return Sounded(turn=wish.turn, revision=wish.revision, finished=0.5, murmur=murmur)


def _verdict(out: list[tuple[float, Message]], start: float, noticed: bool) -> Verdict:
    stops = [now for now, one in out if isinstance(one, Stop)]
    silent = [now for now, one in out if isinstance(one, Stop) or _holds(one)]
    ducks = [one.gain for _, one in out if isinstance(one, Duck)]
    lowered = stops + [now for now, one in out if isinstance(one, Duck) and one.gain < 1.0]
    return Verdict(
        noticed=noticed,
        stopped_s=stops[0] - start if stops else None,
        ducked_s=min(lowered) - start if lowered else None,
        silent_s=silent[0] - start if silent else None,
        goes_on=not stops and (not ducks or ducks[-1] >= 1.0),
        hush_s=_hush_s(out),
    )


def _hush_s(out: list[tuple[float, Message]]) -> float:
    longest, since = 0.0, None
    for now, one in out:
        if isinstance(one, Duck) and one.gain <= 0.0 and since is None:
            since = now
        elif isinstance(one, Duck) and one.gain > 0.0 and since is not None:
            longest, since = max(longest, now - since), None
    return longest


def _holds(message: Message) -> bool:
    return isinstance(message, Duck) and message.gain <= 0.0


def _speaking(config: InterruptionConfig) -> Planner:
    """In the middle of an answer, with nothing to decide but whether to go on."""
    day = datetime(2026, 3, 2, 10, tzinfo=UTC)
    planner = Planner(
        inputs=(), publish=lambda message: None, clock=_NoClock(),
        local_time=lambda at: day + timedelta(seconds=at),
        policies=[InterruptionPolicy(config)], norms=Norms(()),
    )  # fmt: skip
    reason = Reason(policy="bench", because="it answers")
    planner.decide(Act(at=0.0, act=ActId(1), reason=reason, clauses=(Clause(text=ANSWER),)))
    planner.decide(ActStarted(at=0.0, act=ActId(1), utterance=UtteranceId(1)))
    planner.decide(StageState(at=0.0, speaking=True))
    return planner


class _NoClock:
    def now(self) -> float:
        return 0.0

    async def sleep_until(self, at: float) -> None:
        raise NotImplementedError


def figures(audio: Path | None, *, short: bool) -> list[Figure]:
    """A quarter of an hour of one core. Raises `BackendUnavailableError` without flite."""
    listeners, visitors = (_said(name, short=short) for name in ("backchannels", "interruptions"))
    kept = [interrupted(one) for one in listeners]
    cut = [interrupted(one) for one in visitors]
    worded_kept = [interrupted(one, by_ear=False) for one in listeners]
    worded_cut = [interrupted(one, by_ear=False) for one in visitors]
    deaf_kept = [interrupted(one, deaf=True) for one in listeners]
    deaf_cut = [interrupted(one, deaf=True) for one in visitors]
    return [
        Figure(
            name="backchannels that stop the agent, of 100", value=_share(kept, _stopped), unit="",
            target=3.0, baseline=_share(worded_kept, _stopped), baseline_of="by words alone",
            control=_share(deaf_kept, _stopped), control_of="words not understood",
            note=f"n = {len(kept)}; {_share(kept, _goes_on):.0f} of 100 go on at full voice",
        ),
        Figure(
            name="interruptions ignored, of 100", value=_share(cut, _ignored), unit="", target=1.0,
            baseline=_share(worded_cut, _ignored), baseline_of="by words alone",
            control=_share(deaf_cut, _ignored), control_of="words not understood",
            note=f"n = {len(cut)}; any voice stops: {100.0 - _share(cut, _noticed):.0f}",
        ),
        _delay("first sound to the order to lower the voice, p95", [one.ducked_s for one in cut]),
        _delay("first sound to the order to be silent, p95", [one.silent_s for one in cut]),
    ]  # fmt: skip


def _said(name: str, *, short: bool) -> list[HeardOnce]:
    """Each line by two of the voices, the second time in noise."""
    sets = (name, *(f"{name}_{more}" for more in ("later", "last", "fresh", "common", "blind")))
    some = [line for one in sets for line in lines(one)][:: 8 if short else 1]
    quiet = made(some, site=SITE)
    if short:
        return quiet
    return quiet + made(some, VOICES[2:] + VOICES[:2], site=SITE, noise_db=_NOISE_DB)


def _delay(name: str, delays: Sequence[float | None]) -> Figure:
    known = [1e3 * one for one in delays if one is not None]
    return Figure(
        name=name, value=float(np.percentile(known, 95)) if known else float("nan"), unit="ms",
        note=f"n = {len(known)}, p50 {np.percentile(known, 50):.0f} ms" if known else "",
    )  # fmt: skip


def _share(verdicts: Sequence[Verdict], what: Callable[[Verdict], bool]) -> float:
    return 100.0 * sum(map(what, verdicts)) / max(1, len(verdicts))


def _stopped(one: Verdict) -> bool:
    return one.stopped_s is not None or one.hush_s > LONGEST_HUSH_S


def _ignored(one: Verdict) -> bool:
    return one.stopped_s is None


def _noticed(one: Verdict) -> bool:
    return one.noticed


def _goes_on(one: Verdict) -> bool:
    return one.goes_on
