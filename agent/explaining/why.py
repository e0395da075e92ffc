"""Tells in plain language what the agent did in a recording, why, what not, and what to change.

From the recording alone, with today's configuration for the words of rules and norms and for the
lines of its files. What was known at a moment is worked out anew from the recorded messages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from agent.configuration.where_set import WhereSet
from agent.core.errors import BadInputError
from agent.core.messages import (
    Act,
    ActFinished,
    ActRefused,
    Duck,
    Engagement,
    EngagementChanged,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    Reason,
    ReplyReady,
    Stop,
    TurnEnded,
)
from agent.explaining.hindsight import situation_at
from agent.explaining.plain_words import joined, plain_deed, sentence, state_in_words, tells
from agent.recording import NOT_RECORDED, NS, Recorded
from agent.settings import Settings
from behavior.norms.norm import Norm, Verdict
from behavior.policies.rules import rule_of
from behavior.policies.why_not import Hindrance, why_no_goodbye, why_not_greeted
from behavior.situation.people import Mark, Person
from behavior.situation.state import Situation

WHY_NOT = ("greeting", "farewell")
"""What `--why-not` can be asked of."""
_BEFORE_S, _AFTER_S = 6.0, 1.0
_SLACK_S = 0.25
_NEARLY_M = 1.0
"""Somebody so little too far away might have expected a greeting."""
_LATELY_S = 2.5
"""A word or a gesture so shortly before is meant rather than a glance at the very moment."""
_VERDICTS = {
    Verdict.ALLOW: "let it pass",
    Verdict.SOFTEN: "softened it",
    Verdict.REQUIRE: "asked for more",
    Verdict.VETO: "forbade it",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What a recording tells, to a person who has never seen a log."""

    recorded: Sequence[Recorded]
    offset_ns: int
    settings: Settings

    def at(self, at: float) -> str:
        """What was done at a moment or just before."""
        deeds = [r for r in self.recorded if isinstance(r.message, Act | Stop | Duck)]
        before = [r for r in deeds if r.seen_at <= at + _SLACK_S]
        if not before:
            first = f"; its first act came at {self._when(deeds[0].seen_at)}" if deeds else ""
            return f"The receptionist had done nothing by {self._when(at)}{first}."
        telling = [r for r in before if tells(r.message) and at - r.seen_at <= _LATELY_S]
        return self._deed(telling[-1] if telling else before[-1])

    def last(self) -> str:
        """The last word or gesture."""
        telling = [r for r in self.recorded if tells(r.message)]
        if not telling:
            return "The receptionist said and gestured nothing in this recording."
        return self._deed(telling[-1])

    def visit(self, person: PersonId | None) -> str:
        """The whole visit of one person, or of each who came near; in a line for each event."""
        ids = self._visitors()
        if person is not None and person not in ids:
            known = ", ".join(ids) or "nobody"
            raise BadInputError(f"there is no visitor {person} in it; there is {known}")
        wanted = [person] if person is not None else self._served(ids)
        if not wanted:
            return f"Nobody stopped here; {len(ids)} people came into view and were let be."
        return "\n\n".join("\n".join(self._visit(one)) for one in wanted)

    def why_not(self, what: str, at: float | None, person: PersonId | None) -> str:
        """Why somebody was not greeted, or not said goodbye to, then or at the best moment."""
        told = []
        everybody = person is None and at is None
        for who in [person] if person is not None else self._visitors():
            moment = at if at is not None else self._best_moment(what, who)
            if moment is None or (everybody and not self._worth_asking(what, who, moment)):
                continue
            if text := self._hindered(what, who, moment, at is None):
                told.append(text)
        if not told:
            done = "greeted" if what == "greeting" else "said goodbye to"
            return f"Nobody came near without being {done}."
        return "\n\n".join(told)

    # One deed

    def _deed(self, deed: Recorded) -> str:
        message = deed.message
        assert isinstance(message, Act | Stop | Duck)
        reason = message.reason
        rule = rule_of(reason.policy, self.settings.policies)
        lines = [f"{self._when(deed.seen_at)}: the receptionist {plain_deed(message)}."]
        lines += self._saw(deed)
        because = reason.because
        for norm in reason.norms:  # told below, with what it did
            because = because.split(f"; {norm}: ")[0]
        here = sentence(because)
        if rule is not None:
            lines.append(f"It did so because {rule.text} ({reason.policy}). Here: {here}")
        else:
            lines.append(f"It did so by {reason.policy or 'no policy'}: {here}")
        lines += [self._norm(norm) for norm in reason.norms]
        lines += self._refused(deed)
        lines += self._outcome(message)
        text = " ".join(lines)
        changes = list(self._to_change(reason, deed))
        return "\n".join([text, "To change it:", *changes] if changes else [text])

    def _saw(self, deed: Recorded) -> Iterator[str]:
        """What was seen and heard shortly before, of the person it was meant for."""
        since = deed.seen_at - _BEFORE_S
        window = [r for r in self.recorded if since <= r.seen_at <= deed.seen_at]
        who = getattr(deed.message, "to", None)
        seen = [m.message for m in window if isinstance(m.message, PersonSeen)]
        own = [m for m in seen if m.person == who]
        if own:
            first, last = own[0].place.distance_m, own[-1].place.distance_m
            moved = "stood" if abs(first - last) < 0.3 else "came" if last < first else "went"
            way = f"at {last:.1f} m" if moved == "stood" else f"from {first:.1f} m to {last:.1f} m"
            yield f"It saw visitor {who}, who {moved} {way}{self._engaged(window, who)}."
        others = len({m.person for m in seen} - {who})
        if others:
            yield f"{others} more {'was' if others == 1 else 'were'} in view."
        heard = [m.message for m in window if isinstance(m.message, TurnEnded)]
        if heard and heard[-1].text:
            how = "typed" if heard[-1].typed else "said"
            said = heard[-1].text
            yield (
                f"A visitor had {how} something."
                if said == NOT_RECORDED
                else (f"A visitor had {how} “{said}”.")
            )

    def _engaged(self, window: Sequence[Recorded], who: PersonId | None) -> str:
        changes = [
            m.message
            for m in window
            if isinstance(m.message, EngagementChanged) and m.message.person == who
        ]
        if not changes:
            return ""
        last = changes[-1]
        cues = f" ({', '.join(last.cues)})" if last.cues else ""
        return f" and was {state_in_words(last.state)}{cues}"

    def _norm(self, norm_id: str) -> str:
        norm = self._norms().get(norm_id)
        if norm is None:
            return f"The norm {norm_id} had a say, which is not in the configuration any more."
        how = f" ({norm.how.replace('_', ' ')})" if norm.how else ""
        return f"The norm {norm_id} {_VERDICTS[norm.verdict]}{how}: {sentence(norm.reason)}"

    def _refused(self, deed: Recorded) -> Iterator[str]:
        """What it wished around that moment and did not do."""
        told: set[str] = set()
        for r in self.recorded:
            near = -_BEFORE_S <= r.seen_at - deed.seen_at <= _AFTER_S
            if (
                isinstance(r.message, ActRefused)
                and near
                and (text := self._refusal(r)) not in told
            ):
                told.add(text)
                yield text

    def _refusal(self, refused: Recorded) -> str:
        message = refused.message
        assert isinstance(message, ActRefused)
        wish = f"say “{message.text}”" if message.text else f"act ({message.reason.policy})"
        if message.by.startswith("norm:"):
            name = message.by.removeprefix("norm:")
            norm = self._norms().get(name)
            why = sentence(norm.reason if norm else message.facts.get("why", ""))
            return f"It wished to {wish} and did not, because of the norm {name}: {why}"
        return f"It wished to {wish} and did not: {sentence(message.facts.get('why', message.by))}"

    def _outcome(self, deed: Message) -> Iterator[str]:
        if not isinstance(deed, Act) or not deed.clauses:
            return
        for r in self.recorded:
            if isinstance(r.message, ActFinished) and r.message.act == deed.act:
                heard = (
                    f" after “{r.message.heard}”" if r.message.heard else " before a word was heard"
                )
                yield (
                    f"It was cut short{heard}." if r.message.interrupted else "It was heard whole."
                )

    def _to_change(self, reason: Reason, deed: Recorded) -> Iterator[str]:
        rule = rule_of(reason.policy, self.settings.policies)
        policy = reason.policy.split(".")[0]
        for name in rule.settings if rule is not None else ():
            yield self._lines.setting(f"{policy}.{name}")
        if reason.policy == "reply.answer":
            yield from self._answer(deed.message)
        names = [*reason.norms]
        for r in self.recorded:
            near = -_BEFORE_S <= r.seen_at - deed.seen_at <= _AFTER_S
            if isinstance(r.message, ActRefused) and near and r.message.by.startswith("norm:"):
                names.append(r.message.by.removeprefix("norm:"))
        yield from (
            self._lines.norm(name) for name in dict.fromkeys(names) if name in self._norms()
        )

    def _answer(self, deed: Message) -> Iterator[str]:
        """Where the words of an answer come from."""
        turn = getattr(deed, "in_reply_to", None)
        for r in self.recorded:
            if isinstance(r.message, ReplyReady) and r.message.turn == turn:
                for entry in self.settings.entries:
                    if entry.key in r.message.because:
                        yield f"  {self._lines.answer(entry.key, entry.questions[0])}"
                        return

    # A visit

    def _visit(self, who: PersonId) -> Iterator[str]:
        began = self._first(who)
        yield f"Visitor {who}:"
        for r in self.recorded:
            if r.seen_at < began:
                continue
            if text := self._event(r, who):
                yield f"  {self._clock(r.seen_at)}  {text}"
            gone = isinstance(r.message, PersonLost) and r.message.person == who
            left = isinstance(r.message, EngagementChanged) and r.message.state is Engagement.LEFT
            if gone or (left and r.message.person == who):  # type: ignore[attr-defined]
                return

    def _event(self, r: Recorded, who: PersonId) -> str:
        match r.message:
            case EngagementChanged(person=person) if person == who:
                cues = f" ({', '.join(r.message.cues)})" if r.message.cues else ""
                state = r.message.state
                return "left" if state is Engagement.LEFT else f"was {state_in_words(state)}{cues}"
            case PersonLost(person=person) if person == who:
                return "was out of sight"
            case TurnEnded(person=person) if person in (who, None) and r.message.text:
                known = r.message.text != NOT_RECORDED
                how = "typed" if r.message.typed else "said"
                return f"{how} “{r.message.text}”" if known else f"{how} something"
            case Act() if r.message.to == who and tells(r.message):
                norms = (
                    f"; norms: {', '.join(r.message.reason.norms)}"
                    if r.message.reason.norms
                    else ""
                )
                policy = r.message.reason.policy
                return f"the receptionist {plain_deed(r.message)} ({policy}{norms})"
            case Stop():
                return f"the receptionist stopped: {r.message.reason.because}"
            case ActRefused() if r.message.facts.get("to") == who:
                return self._refusal(r)[0].lower() + self._refusal(r)[1:]
        return ""

    def _visitors(self) -> list[PersonId]:
        return list(dict.fromkeys(
            r.message.person for r in self.recorded if isinstance(r.message, PersonSeen)
        ))  # fmt: skip

    def _served(self, ids: Sequence[PersonId]) -> list[PersonId]:
        stopped = (Engagement.ATTENDING, Engagement.ENGAGED)
        near = {
            r.message.person
            for r in self.recorded
            if isinstance(r.message, EngagementChanged) and r.message.state in stopped
        }
        return [one for one in ids if one in near]

    def _first(self, who: PersonId) -> float:
        return next(r.seen_at for r in self.recorded if getattr(r.message, "person", None) == who)

    # What was not done

    def _best_moment(self, what: str, who: PersonId) -> float | None:
        """The nearest approach of somebody not greeted; the leaving of somebody not farewelled."""
        branches = (
            ("greeting.words",) if what == "greeting" else ("farewell.words", "farewell.wave")
        )
        for r in self.recorded:
            act = r.message
            if not isinstance(act, Act) or act.to != who or act.reason.policy not in branches:
                continue
            if act.clauses or what != "greeting":
                return None
        seen = [r for r in self.recorded
                if isinstance(r.message, PersonSeen) and r.message.person == who]  # fmt: skip
        if not seen:
            return None
        if what == "greeting":
            near = min(r.message.place.distance_m for r in seen)  # type: ignore[attr-defined]
            best = [r for r in seen if r.message.place.distance_m <= near + 0.1]  # type: ignore[attr-defined]
            return best[-1].seen_at
        leaving = [r.seen_at for r in self.recorded
                   if isinstance(r.message, EngagementChanged) and r.message.person == who
                   and r.message.state is Engagement.DISENGAGING]  # fmt: skip
        return leaving[-1] + 1.0 if leaving else seen[-1].seen_at

    def _worth_asking(self, what: str, who: PersonId, at: float) -> bool:
        """Whether anybody would have expected it: of one who came near, of one talked with."""
        known = self._situation(at).person(who)
        if known is None:
            return False
        if what == "greeting":
            near_m = self.settings.policies.greeting.words_within_m + _NEARLY_M
            return known.distance_m <= near_m
        return any(known.has(one) for one in (Mark.GREETED, Mark.SPOKE, Mark.SERVED))

    def _hindered(self, what: str, who: PersonId, at: float, best: bool) -> str:
        situation = self._situation(at)
        person = situation.person(who)
        if person is None:
            return ""
        found = list(self._conditions(what, situation, person))
        done = "greeted in words" if what == "greeting" else "said goodbye to"
        at_best = (", when nearest," if what == "greeting" else ", when leaving,") if best else ""
        refused = [
            self._refusal(r)
            for r in self.recorded
            if isinstance(r.message, ActRefused)
            and r.message.reason.policy.startswith(what)
            and r.message.facts.get("to") == who
            and r.seen_at <= at + _AFTER_S
        ]
        begin = f"{self._when(at)}: visitor {who}{at_best} was not {done}"
        if found:
            text = f"{begin}, because {joined([one.text for one in found])}."
        elif refused:
            text = f"{begin}. {refused[-1]}"
        else:
            text = f"{begin}: nothing stood against it, and it was about to be done."
        lines = [self._lines.setting(one.setting) for one in found if one.setting]
        return "\n".join([text, *(["To change it:", *lines] if lines else [])])

    def _conditions(self, what: str, situation: Situation, person: Person) -> Iterator[Hindrance]:
        policies = self.settings.policies
        if what == "greeting":
            return why_not_greeted(policies.greeting, situation, person)
        return why_no_goodbye(policies.farewell, situation, person)

    def _situation(self, at: float) -> Situation:
        return situation_at(self.recorded, at, self.settings.config.planner.situation)

    @property
    def _lines(self) -> WhereSet:
        return WhereSet(self.settings)

    # Words

    def _when(self, at: float) -> str:
        start = self.recorded[0].seen_at
        return f"At {self._clock(at)} ({at - start:.1f} s into the recording)"

    def _clock(self, at: float) -> str:
        zone = ZoneInfo(self.settings.site.timezone)
        return datetime.fromtimestamp(at + self.offset_ns / NS, zone).strftime("%H:%M:%S")

    def _norms(self) -> dict[str, Norm]:
        return {norm.id: norm for norm in self.settings.norms.all}
