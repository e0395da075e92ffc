"""Keeps what became of everybody who came: the truth of a day, visit by visit."""

import math
from typing import Final

from agent.lab.outcomes import ONLOOKER_M, Visit
from agent.lab.tape import Cut, Tape
from behavior.lobby.lobby import Lobby
from behavior.lobby.truth import (
    Disturbed,
    Entered,
    FirstSign,
    FirstWord,
    GaveUp,
    Happening,
    Interrupted,
    Left,
    Refused,
    Served,
    Spoke,
    Stopped,
)
from behavior.lobby.view import LobbyView

_BEFORE_S: Final = 15.0
_AFTER_S: Final = 8.0
_LONGEST_S: Final = 200.0
_SLOW_S: Final = 8.0
_SEVERITY: Final = {"missed": 50.0, "disturbed": 40.0, "gave_up": 30.0, "slow": 10.0}
_LOOKS_RAD: Final = 0.45
_STANDS_M: Final = 0.15


class Visits:
    """Who came, and what became of them; asks the tape for what is worth looking at."""

    def __init__(self, lobby: Lobby, tape: Tape) -> None:
        self.all: dict[int, Visit] = {}
        self.speed_m_s: dict[int, float] = {}
        """How fast everybody really walks."""
        self._lobby, self._tape = lobby, tape
        self._read = 0
        self._stood: dict[int, tuple[float, float]] = {}

    def see_what_happened(self) -> None:
        """Take in what is true since the last time."""
        truth = self._lobby.truth
        while self._read < len(truth):
            self._happened(truth[self._read])
            self._read += 1

    def _happened(self, one: Happening) -> None:
        if isinstance(one, Entered):
            self.all[one.person] = Visit(
                person=one.person,
                intention=one.intention,
                wants_help=one.wants_help,
                group=one.group,
                entered_at=one.at,
            )
            return
        visit = self.all.get(one.person)
        if visit is None:
            return
        match one:
            case Stopped():
                visit.stopped_at = visit.stopped_at if visit.stopped_at is not None else one.at
            case Spoke():
                visit.spoke_at = visit.spoke_at if visit.spoke_at is not None else one.at
                visit.turns += 1
            case FirstSign():
                visit.sign_at = one.at
            case FirstWord():
                visit.word_at = one.at
                self._if_slow(visit, one.at)
            case Served():
                visit.served_at, visit.task = one.at, one.task
            case Refused():
                visit.refused_at = one.at
            case GaveUp():
                visit.gave_up, visit.gave_up_at = one.why, one.at
                if visit.word_at is not None:
                    sentence = f"{visit.intention}: gave up, {one.why}"
                    self.want("gave_up", sentence, one.at, one.person, since=visit.entered_at)
            case Disturbed():
                visit.disturbed.append(one.why)
                self.want("disturbed", f"{visit.intention}: {one.why}", one.at, one.person)
            case Interrupted():
                visit.interrupted += 1
            case Left():
                self._left(visit, one.at)
            case _:
                pass

    def _if_slow(self, visit: Visit, at: float) -> None:
        came = visit.came_at
        if visit.wants_help and came is not None and at - came > _SLOW_S:
            sentence = f"{visit.intention}: waited {at - came:.0f} s for a word"
            self.want("slow", sentence, at, visit.person, extra=at - came, since=came)

    def _left(self, visit: Visit, at: float) -> None:
        visit.left_at = at
        if visit.missed and not self._company_served(visit):
            sentence = f"{visit.intention}: wanted help and never heard a word"
            self.want("missed", sentence, at, visit.person, since=visit.entered_at)

    def _company_served(self, visit: Visit) -> bool:
        return any(
            other.group == visit.group and other.word_at is not None
            for other in self.all.values()
            if visit.group
        )

    def look(self, view: LobbyView, since_s: float) -> None:
        """Add up who stands near and looks at the agent, without wanting anything."""
        for one in view.people:
            visit, before = self.all.get(one.person), self._stood.get(one.person)
            self._stood[one.person] = (one.x_m, one.y_m)
            if visit is None or before is None:
                continue
            moved_m = math.hypot(one.x_m - before[0], one.y_m - before[1])
            self.speed_m_s[one.person] = moved_m / max(since_s, 0.1)
            if visit.wants_help:
                continue
            if one.place.distance_m > ONLOOKER_M or visit.word_at is not None:
                continue
            x, y = self._lobby.plan.agent.x_m, self._lobby.plan.agent.y_m
            off = math.remainder(one.gaze_rad - math.atan2(y - one.y_m, x - one.x_m), math.tau)
            if moved_m <= _STANDS_M and abs(off) <= _LOOKS_RAD:
                visit.looked_on_s += min(since_s, 1.0)

    def want(
        self,
        kind: str,
        sentence: str,
        at: float,
        person: int,
        severity: float | None = None,
        *,
        extra: float = 0.0,
        since: float | None = None,
    ) -> None:
        """Have what led to this kept, with what followed."""
        start = at - _BEFORE_S
        if since is not None:
            start = max(min(start, since - 3.0), at - _LONGEST_S)
        base = severity if severity is not None else _SEVERITY.get(kind, 0.0)
        cut = Cut(
            kind=kind,
            sentence=sentence,
            at=at,
            start=max(0.0, start),
            end=at + _AFTER_S,
            person=person,
            severity=base + extra,
        )
        self._tape.want(cut)
