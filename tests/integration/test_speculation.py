"""Turns are revised, not guessed once: whatever the order of pauses, voices, words and replies.

Ears and planner as they are; recogniser, listener to melody and dialogue answer when chance wants.
"""

import heapq
from itertools import count

import numpy as np
import pytest

from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    Clause,
    Duck,
    PrepareSpeech,
    ReplyReady,
    SpeechStarted,
    Stop,
    TurnEnded,
    TurnPaused,
)
from behavior.wishes import Woke
from perception.audio import FRAME_S
from perception.turns.taking import Heard, SettleWords, TurnsConfig, TurnTaker
from perception.turns.turn_end import JudgeEnd, Sounded
from tests.fakes.encounters import planner, seen

WORDS = ("where is the restroom", "i have an appointment with", "yes", "tuesday", "mm-hm", "five")
SENTENCES = 3
NEVER = float("-inf")
GOES_ON_S = TurnsConfig().goes_on_within_s


class Chance:
    """One run of everything, with every delay drawn by lot."""

    def __init__(self, seed):
        self.chance = np.random.default_rng(seed)
        self.turns = TurnTaker(TurnsConfig())
        self.planner = planner()
        self.order, self.due = count(), []
        self.told, self.decided = [], []
        self.asked = {}
        """What the recogniser understood of each revision."""
        self.planner.decide(seen("p1", 0.0, x=1.2), 0.0)

    def later(self, at, what):
        heapq.heappush(self.due, (at, next(self.order), what))

    def run(self, seconds=30.0):
        voiced, until = False, 0.5
        for i in range(int(seconds / FRAME_S)):
            now = (i + 1) * FRAME_S
            self.advance(now)
            if now >= until:
                voiced = not voiced and now < seconds - 6.0
                usual_s = 0.9 if voiced else float(self.chance.choice((0.4, 0.4, 2.5)))
                until = now + float(self.chance.exponential(usual_s)) + 0.03
            p = 0.95 if voiced else 0.02
            self.hears(self.turns.hear(i * FRAME_S, p), now)
        self.advance(seconds + 5.0)
        return self

    def advance(self, now):
        while self.due and self.due[0][0] <= now:
            at, _, what = heapq.heappop(self.due)
            if isinstance(what, Heard):
                self.hears(self.turns.read(what), at)
            elif isinstance(what, Sounded):
                self.hears(self.turns.sounded(what), at)
            else:
                self.decide(what, at)
        while (wake := self.planner.wake_at) is not None and wake <= now:
            self.decide(Woke(at=wake), wake)

    def hears(self, outcomes, now):
        for one in outcomes:
            delay_s = float(self.chance.exponential(0.15))
            match one:
                case SettleWords() if self.chance.random() > 0.05:
                    text = str(self.chance.choice(WORDS))
                    heard = Heard(turn=one.turn, revision=one.revision, text=text, confidence=0.9)
                    self.asked[one.turn, one.revision] = text
                    self.later(now + delay_s, heard)
                case JudgeEnd() if self.chance.random() > 0.1:
                    sure = float(self.chance.random())
                    judged = Sounded(turn=one.turn, revision=one.revision, finished=sure)
                    self.later(now + delay_s, judged)
                case SpeechStarted() | TurnPaused() | TurnEnded():
                    self.told.append((now, one))
                    self.decide(one, now)

    def decide(self, message, now):
        for one in self.planner.decide(message, now):
            self.decided.append((now, one))
            if isinstance(one, Act) and one.clauses:
                self.later(now + 0.05, ActStarted(at=now, act=one.act))
                length_s = 0.2 + float(self.chance.exponential(1.0))
                self.later(now + length_s, ActFinished(at=now, act=one.act, heard="all"))
        if isinstance(message, TurnPaused | TurnEnded) and message.text:
            for part in range(SENTENCES):
                text = f"{message.turn}.{message.revision}.{part}"
                reply = ReplyReady(
                    at=message.at, turn=message.turn, revision=message.revision, part=part,
                    last=part == SENTENCES - 1, clauses=(Clause(text=text),),
                )  # fmt: skip
                self.later(now + float(self.chance.exponential(0.4)), reply)

    def of(self, kind):
        return [(now, one) for now, one in (*self.told, *self.decided) if isinstance(one, kind)]


@pytest.fixture(params=range(24))
def run(request):
    return Chance(request.param).run()


def test_whatever_comes_in_whatever_order_only_what_counts_is_spoken(run):
    ended = {one.turn: (now, one) for now, one in run.of(TurnEnded)}
    assert len(ended) == len(run.of(TurnEnded)) > 0

    # Ears: revisions only rise, each is paused once, the last one counts, and its words stand.
    newest, words, began = {}, {}, {}
    for now, one in run.told:
        assert one.turn not in ended or now <= ended[one.turn][0]
        if isinstance(one, SpeechStarted):
            assert one.revision == newest.get(one.turn, -1) + 1
            newest[one.turn] = one.revision
            began.setdefault(one.turn, one.at)
        elif isinstance(one, TurnPaused):
            assert (one.turn, one.revision) not in words
            assert one.revision == newest[one.turn]
            words[one.turn, one.revision] = one.text
            allowed = ["", run.asked[one.turn, one.revision]]  # too short for words
            end_at, end = ended.get(one.turn - 1, (NEVER, None))
            if began[one.turn] - end_at <= GOES_ON_S:  # it goes on with the turn before
                allowed.append(f"{end.text} {allowed[1]}")
            assert one.text in allowed
        else:
            assert one.revision == newest[one.turn]
            assert one.text == words.get((one.turn, one.revision), "")

    # Planner: nothing before the end, nothing of another revision, each part once and in order.
    spoken = {}
    for now, act in run.of(Act):
        if act.reason.policy == "reply.answer":
            end_at, end = ended[act.in_reply_to]
            assert now >= end_at
            turn, revision, part = made(act.clauses)
            assert (turn, revision) == (end.turn, end.revision)
            assert part == spoken.get(turn, -1) + 1
            spoken[turn] = part

    # What is made ready is of the newest revision, and of a turn that is not over.
    for now, prepare in run.of(PrepareSpeech):
        if (name := made(prepare.clauses)) is not None:
            begun = [o for at, o in run.of(SpeechStarted) if at <= now and o.turn == name[0]]
            assert name[1] == begun[-1].revision

    # In the end nobody is left waiting, and the voice is as loud as ever.
    assert run.planner.situation.open_turn is None
    assert run.planner.situation.floor.gain == 1.0


def made(clauses):
    """Turn, revision and part of which these clauses are; what the house adds is left out."""
    for clause in clauses:
        name = clause.text.split(".")
        if len(name) == 3 and all(one.isdigit() for one in name):
            return tuple(map(int, name))
    return None


def test_the_lot_reaches_what_it_is_to_reach():
    runs = [Chance(seed).run() for seed in range(9)]
    revised = [one for run in runs for _, one in run.of(SpeechStarted) if one.revision > 0]
    held = [one for run in runs for _, one in run.of(Duck) if one.gain == 0.0]
    assert min(len(revised), len(held), sum(len(run.of(Stop)) for run in runs)) > 5
    answers = [a for run in runs for _, a in run.of(Act) if a.reason.policy == "reply.answer"]
    assert len(answers) > 20
