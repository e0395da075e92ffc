"""Follows one day as it really was: who came, what the agent did to whom, what was not right."""

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
from agent.lab.outcomes import Breach, Deed
from agent.lab.stage import TimedStage
from agent.lab.tape import Tape
from agent.lab.visits import Visits
from behavior.house.site import SiteConfig
from behavior.lobby.lobby import Lobby
from behavior.lobby.view import LobbyView, PersonView
from behavior.situation.hearing import plain

_BREACH: Final = 100.0
_STILL_SOUNDS_S: Final = 0.15
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
        self.deeds: list[Deed] = []
        self.breaches: list[Breach] = []
        self.replies_s: list[tuple[float, float]] = []
        self._lobby, self._stage, self._page = lobby, stage, page
        self._seen = Visits(lobby, tape)
        self.visits = self._seen.all
        self._names = _names(site)
        self._acts: dict[int, Act] = {}
        self._told_ai: set[int] = set()
        self._greeted: dict[int, PersonId | None] = {}
        self._greeted_at: dict[int, float] = {}
        self._talked_at: dict[int, float] = {}
        self._ended_at: float | None = None
        self._voice_from = self._voice_at = float("-inf")
        self._hand_up_at: dict[PersonId, float] = {}
        self._identities = Identities()
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
            walks=self._seen.speed_m_s.get(number, 0.0) > _WALKS_M_S,
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
        self._seen.want(norm, finding.sentence, now, number, _BREACH + 20.0 * finding.knowable)

    # What happened

    def see_what_happened(self, now: float) -> None:
        """Take in what is true since the last time."""
        self._seen.see_what_happened()
        self._listen(now)
        self._hear_names(now)

    def look(self, view: LobbyView, since_s: float) -> None:
        """The room as it is `since_s` after the last look."""
        self._seen.look(view, since_s)

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


def _talks_to_agent(view: LobbyView) -> PersonView | None:
    for one in view.people:
        if one.says and one.doing == "talks to the agent" and one.says not in _HUMS:
            return one
    return None


def _names(site: SiteConfig) -> frozenset[str]:
    """Full and last names of the people of the house, plain."""
    full = [plain(host.name) for host in site.hosts]
    return frozenset([*full, *(name.split()[-1] for name in full if " " in name)])
