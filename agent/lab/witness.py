"""Follows one day as it really was: who came, what the agent did to whom, what was not right."""

import math
from dataclasses import replace
from typing import Final

from agent.core.messages import (
    Act,
    ActRefused,
    ActStarted,
    Duck,
    Message,
    PersonId,
    PersonSeen,
    SpeechContinues,
    SpeechStarted,
    Stop,
    TurnEnded,
)
from agent.lab.audit import (
    BROKE_IN,
    BROKE_IN_S,
    CHECKS,
    NAMES,
    PASSERS_BY,
    REFUSALS,
    TALKED_OVER,
    TALKED_OVER_S,
    TWICE,
    Finding,
    Moment,
    named_in,
    says_ai,
)
from agent.lab.identity import Identities
from agent.lab.outcomes import ONLOOKER_M, Breach, Deed, Visit
from agent.lab.stage import TimedStage
from agent.lab.tape import Cut, Tape
from behavior.house.directory import SiteConfig
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
from behavior.lobby.view import LobbyView, PersonView
from behavior.situation.hearing import plain

_BEFORE_S: Final = 15.0
_AFTER_S: Final = 8.0
_LONGEST_S: Final = 200.0
_SLOW_S: Final = 8.0
_SEVERITY: Final = {"missed": 50.0, "disturbed": 40.0, "gave_up": 30.0, "slow": 10.0}
_BREACH: Final = 100.0
_STILL_SOUNDS_S: Final = 0.15
_LOOKS_RAD: Final = 0.45
_STANDS_M: Final = 0.15
_SAME_TALK_S: Final = 60.0
_WALKS_M_S: Final = 0.5
_HAND_UP_S: Final = 3.0
_TOLD_FOR_S: Final = 1.0
_NO_LASTS_S: Final = 3.0
_STEP_S: Final = 0.1
"""The room is looked at so often."""
_HUMS: Final = ("mm-hm", "mhm", "uh-huh")


class Witness:
    """Keeps the truth of a day, and asks the tape for what is worth looking at."""

    def __init__(
        self, lobby: Lobby, site: SiteConfig, tape: Tape, stage: TimedStage, page: bool
    ) -> None:
        self.visits: dict[int, Visit] = {}
        self.deeds: list[Deed] = []
        self.breaches: list[Breach] = []
        self.replies_s: list[tuple[float, float]] = []
        self._lobby, self._tape, self._stage, self._page = lobby, tape, stage, page
        self._names = _names(site)
        self._read = 0
        self._acts: dict[int, Act] = {}
        self._told_ai: set[int] = set()
        self._greeted: dict[int, PersonId | None] = {}
        self._greeted_at: dict[int, float] = {}
        self._talked_at: dict[int, float] = {}
        self._ended_at: float | None = None
        self._voice_from = self._voice_at = float("-inf")
        self._hand_up_at: dict[PersonId, float] = {}
        self._identities = Identities()
        self._stood: dict[int, tuple[float, float]] = {}
        self._speed_m_s: dict[int, float] = {}
        self._talked_over_s = 0.0
        self._overlapped_at = float("-inf")
        self._begun_with: Moment | None = None
        """What was so when the words that are being heard began, until a name of them is judged."""

    # What the agent did

    def take(self, now: float, message: Message) -> None:
        """Take in one message of the agent or its senses."""
        match message:
            case Act():
                self._acts[message.act] = message
                self._note(now, message, message.to, " ".join(c.text for c in message.clauses))
            case ActRefused():
                to = message.facts.get("to")
                self._note(now, message, PersonId(to) if to else None, message.text)
            case Stop() | Duck():
                self._note(now, message, None, "")
            case ActStarted() if message.text:
                self._begun(now, self._acts[message.act])
            case PersonSeen():
                self._identities.take(message, self._number(message.person))
                if message.hand_raised:
                    self._hand_up_at[message.person] = now
            case SpeechStarted():
                self._voice_from = self._voice_at = message.at
            case SpeechContinues():
                self._voice_at = message.at
            case TurnEnded() if message.text:
                self._ended_at = message.at
            case _:
                pass

    def _note(
        self, now: float, message: Act | ActRefused | Stop | Duck, to: PersonId | None, text: str
    ) -> None:
        number = self._number(to)
        visit = self.visits.get(number)
        gestures: tuple[str, ...] = ()
        if isinstance(message, Act):
            gestures = tuple(cue.lexeme or cue.meaning or "" for cue in message.gestures)
        self.deeds.append(
            Deed(
                at=now,
                kind=type(message).__name__,
                policy=message.reason.policy,
                person=number,
                intention=visit.intention if visit else "",
                text=text or " ".join(f"({one})" for one in gestures),
                because=message.reason.because,
                norms=message.reason.norms,
                by=message.by if isinstance(message, ActRefused) else "",
            )
        )

    def _number(self, person: PersonId | None) -> int:
        return 0 if person is None else self._lobby.number_of(person) or 0

    def _begun(self, now: float, act: Act) -> None:
        """The agent's words begin: is that right, as things really are?"""
        view = self._as_told(self._lobby.view())
        number = self._number(act.to)
        if act.in_reply_to is not None and self._ended_at is not None:
            self.replies_s.append((now, now - self._ended_at))
            self._ended_at = None
        if says_ai(act):
            self._told_ai.add(number)
        it = Moment(
            act=act,
            view=view,
            addressee=next((one for one in view.people if one.person == number), None),
            visits=self.visits,
            names=self._names,
            page=self._page,
            told_ai=number in self._told_ai,
            greeted=self._knows_of_greeting(number, act, now),
            hand_up=act.to is not None
            and now - self._hand_up_at.get(act.to, float("-inf")) <= _HAND_UP_S,
            walks=self._speed_m_s.get(number, 0.0) > _WALKS_M_S,
            now=now,
        )
        self._begun_with = it
        for norm, (_, check) in CHECKS.items():
            if finding := check(it):
                self._judged(norm, it, number, finding)
        sounds_s = self._voice_at - self._voice_from
        if now - self._voice_at <= _STILL_SOUNDS_S and now - self._voice_from > BROKE_IN_S:
            speaker = _talks_to_agent(view)
            if speaker is not None:
                finding = Finding(f"began to speak into a voice {sounds_s:.1f} s old")
                self._breach(BROKE_IN, now, speaker.person, act, finding)
        for one in it.company:
            self._talked_at[one] = now
            if act.reason.policy.startswith("greeting."):
                self._greeted[one], self._greeted_at[one] = act.to, now

    def _judged(self, norm: str, it: Moment, number: int, finding: Finding) -> None:
        known = finding.knowable and self._could_know(norm, it, number)
        self._breach(norm, it.now, number, it.act, replace(finding, knowable=known))
        if norm == NAMES:
            self._begun_with = None

    def _hear_names(self, now: float) -> None:
        """Who comes while the agent speaks may hear a name that follows: judged as it is said."""
        began, heard = self._begun_with, self._stage.heard(now)
        if began is None or heard is None:
            return
        clause, at_s = heard
        words, name = clause.speech.words, named_in(clause.clause.text, self._names)
        if name is None or not words[name[0]].start_s <= at_s < words[name[-1]].end_s + _STEP_S:
            return
        number = began.addressee.person if began.addressee else self._number(began.act.to)
        view = self._as_told(self._lobby.view())
        it = replace(
            began,
            view=view,
            addressee=next((one for one in view.people if one.person == number), None),
            now=now,
        )
        if finding := CHECKS[NAMES][1](it):
            self._judged(NAMES, it, number, finding)

    def _as_told(self, view: LobbyView) -> LobbyView:
        """A camera sees before it says so: the agent knows of whom it has been told."""
        told = self._identities.told_lately(view.at, _TOLD_FOR_S)
        people = (replace(one, seen=one.seen and one.person in told) for one in view.people)
        return replace(view, people=tuple(people))

    def _could_know(self, norm: str, it: Moment, number: int) -> bool:
        """What the senses never told of, or told of as somebody else, nobody could know."""
        refused_at = it.visit.refused_at if it.visit is not None else None
        if norm == REFUSALS and refused_at is not None:
            heard = self._voice_at >= refused_at - _NO_LASTS_S
            return heard and self._identities.followed_since(number, refused_at)
        if norm == TWICE:
            return self._identities.followed_since(number, self._greeted_at.get(number, it.now))
        return norm != PASSERS_BY or not self._identities.was_another(it.act.to)

    def _knows_of_greeting(self, number: int, act: Act, now: float) -> bool:
        """Greeted before, and not so long ago that it is another visit under another id."""
        if number not in self._greeted:
            return False
        lately = now - self._talked_at[number] <= _SAME_TALK_S
        return lately or self._greeted[number] == act.to

    def _breach(self, norm: str, now: float, number: int, act: Act, finding: Finding) -> None:
        self.breaches.append(
            Breach(
                norm=norm,
                at=now,
                person=number,
                policy=act.reason.policy,
                sentence=finding.sentence,
                knowable=finding.knowable,
            )
        )
        self._want(norm, finding.sentence, now, number, _BREACH + 20.0 * finding.knowable)

    # What happened

    def see_what_happened(self, now: float) -> None:
        """Take in what is true since the last time."""
        truth = self._lobby.truth
        while self._read < len(truth):
            self._happened(truth[self._read])
            self._read += 1
        self._listen(now)
        self._hear_names(now)

    def _happened(self, one: Happening) -> None:
        if isinstance(one, Entered):
            self.visits[one.person] = Visit(
                person=one.person,
                intention=one.intention,
                wants_help=one.wants_help,
                group=one.group,
                entered_at=one.at,
            )
            return
        visit = self.visits.get(one.person)
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
                    self._want("gave_up", sentence, one.at, one.person, since=visit.entered_at)
            case Disturbed():
                visit.disturbed.append(one.why)
                self._want("disturbed", f"{visit.intention}: {one.why}", one.at, one.person)
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
            self._want("slow", sentence, at, visit.person, extra=at - came, since=came)

    def _left(self, visit: Visit, at: float) -> None:
        visit.left_at = at
        if visit.missed and not self._company_served(visit):
            sentence = f"{visit.intention}: wanted help and never heard a word"
            self._want("missed", sentence, at, visit.person, since=visit.entered_at)

    def _company_served(self, visit: Visit) -> bool:
        return any(
            other.group == visit.group and other.word_at is not None
            for other in self.visits.values()
            if visit.group
        )

    def look(self, view: LobbyView, since_s: float) -> None:
        """Add up who stands near and looks at the agent, without wanting anything."""
        for one in view.people:
            visit, before = self.visits.get(one.person), self._stood.get(one.person)
            self._stood[one.person] = (one.x_m, one.y_m)
            if visit is None or before is None:
                continue
            moved_m = math.hypot(one.x_m - before[0], one.y_m - before[1])
            self._speed_m_s[one.person] = moved_m / max(since_s, 0.1)
            if visit.wants_help:
                continue
            if one.place.distance_m > ONLOOKER_M or visit.word_at is not None:
                continue
            x, y = self._lobby.plan.agent.x_m, self._lobby.plan.agent.y_m
            off = math.remainder(one.gaze_rad - math.atan2(y - one.y_m, x - one.x_m), math.tau)
            if moved_m <= _STANDS_M and abs(off) <= _LOOKS_RAD:
                visit.looked_on_s += min(since_s, 1.0)

    # Two who talk at once

    def _listen(self, now: float) -> None:
        """Add up how long the agent talks while somebody talks to it."""
        act = self._stage.sounding(now)
        if act is None:
            self._talked_over_s = 0.0
            return
        talking = _talks_to_agent(self._lobby.view())
        if talking is None:
            self._talked_over_s = 0.0
            return
        before = self._talked_over_s
        gap_s = now - self._overlapped_at
        self._talked_over_s += gap_s if gap_s < 0.5 else 0.0
        self._overlapped_at = now
        if before < TALKED_OVER_S <= self._talked_over_s:
            sentence = f"talked on over a visitor for {TALKED_OVER_S:g} s and more"
            finding = Finding(sentence, knowable=now - self._voice_at <= TALKED_OVER_S)
            self._breach(TALKED_OVER, now, talking.person, act, finding)

    def _want(
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


def _talks_to_agent(view: LobbyView) -> PersonView | None:
    for one in view.people:
        if one.says and one.doing == "talks to the agent" and one.says not in _HUMS:
            return one
    return None


def _names(site: SiteConfig) -> frozenset[str]:
    """Full and last names of the people of the house, plain."""
    full = [plain(host.name) for host in site.hosts]
    return frozenset([*full, *(name.split()[-1] for name in full if " " in name)])
