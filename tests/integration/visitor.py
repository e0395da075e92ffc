"""A made visitor who plays scenarios at a whole reception: real dialogue, tools, messages, books.

Time is virtual; the visitor speaks and listens for as long as people do, is heard as imperfectly
as the real recogniser hears (`mishearing`), and puts each line in its own way (`wordings`). A
visitor who was not understood says it another way, twice at most a line, and answers when asked
what was meant. How a scenario is written: `scenarios/README.md`.
"""

import asyncio
import random
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from agent.core.messages import (
    ActFinished,
    ActId,
    ButtonPressed,
    Engagement,
    EngagementChanged,
    HelpCalled,
    PersonId,
    ReplyReady,
    TicketCalled,
    ToolFinished,
    ToolOutcome,
    ToolRefused,
    TurnEnded,
    TurnId,
    TurnPaused,
)
from agent.settings import read_site
from agent.virtual_time import VirtualTimeLoop
from behavior.backends.embedded import EmbeddedDialogue
from behavior.dialogue.conversation import Asked, Conversation
from behavior.dialogue.desks import desks_of
from behavior.dialogue.memory import VisitBook
from behavior.house.directory import Directory
from behavior.house.site import Host
from behavior.tools.contract import ToolError
from behavior.tools.permission import ToolsConfig
from tests.fakes.desk import KNOWLEDGE, ROOT, Reception, demo_desk
from tests.integration.mishearing import misheard
from tests.integration.wordings import chosen, plain_words, put, scenarios

__all__ = ["NOON", "Run", "bend", "play", "played", "scenarios"]

NOON = datetime(2025, 6, 4, 12, 5)
_WORD_S, _LETTER_S, _THINKS_S, _PAUSE_S = 0.33, 0.06, 0.6, 0.35
_BETWEEN_VISITS_S = 61.0
_WAITS_S = 12.0
_HELPS = 2
_FIRST_WITHIN_S, _LAST_WITHIN_S = 1.0, 4.0
_UNCLEAR = {"unknown", "unheard"}
_SMALL = frozenset({"the", "a", "an", "is", "to", "i", "am", "please", "for", "there", "can", "do"})
_SOUNDS_LIKE = {
    "where": "wear", "is": "as", "the": "a", "to": "two", "for": "four", "i": "eye", "have": "had",
    "an": "and", "am": "m", "here": "hear", "see": "sea", "meet": "meat", "you": "ewe",
    "are": "our",
    "with": "which", "what": "watt", "your": "you're", "would": "wood", "can": "can't",
    "there": "their", "package": "packet", "please": "police", "know": "no", "by": "buy",
    "in": "on", "a": "the", "do": "due", "get": "got", "meeting": "meting", "toilet": "toilets",
}  # fmt: skip


def bend(line: str, chance: random.Random, word_errors: float, kept: frozenset[str]) -> str:
    """Return `line` with about this share of its words wrong, evenly; words in `kept` stay."""
    heard = []
    for word in re.sub(r"[^\w' ]", "", line.lower()).split():
        if word in kept or chance.random() >= word_errors:
            heard.append(word)
        elif word in _SMALL and chance.random() < 0.4:
            continue
        elif word in _SOUNDS_LIKE:
            heard.append(_SOUNDS_LIKE[word])
        else:
            heard += [word, chance.choice(["uh", "um", "the"])]
    return " ".join(heard)


@dataclass
class Run:
    """One visit that took place."""

    name: str
    seed: int
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    """What was said, what of it was heard, and the answer."""
    done: list[str] = field(default_factory=list)
    """What was sent, written, called and issued, in words."""
    faults: list[str] = field(default_factory=list)
    words: int = 0
    words_wrong: int = 0
    said_again: int = 0

    def __str__(self) -> str:
        lines = [
            f"    {said!r} heard {heard!r}\n      {reply}" for said, heard, reply in self.lines
        ]
        return "\n".join([f"{self.name} #{self.seed}", *lines, *(f"  ! {f}" for f in self.faults)])


def played(scenario, folder, seeds, **more) -> list[Run]:
    """`play` on a loop of its own, whose time jumps and waits for disks."""
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(patience_s=20)) as runner:
        return runner.run(play(scenario, folder, seeds, **more))


async def play(
    scenario, folder, seeds, *, errors=0.0, varied=True, encoder="minilm", pace=1.0, **more
) -> list[Run]:
    """One visit after the other, at one reception; `seeds` vary wording and hearing.

    `errors`: how often words come out wrong, as a multiple of what was measured. `varied`: lines
    are put in other ways than written. `pace`: 0 on a real clock, where nobody waits for speech.
    `more` goes to `Reception`: another back-end, for instance.
    """
    site = site_of(scenario)
    rules = ToolsConfig.model_validate(scenario.get("rules", {}))
    at = datetime.fromisoformat(str(scenario.get("at", NOON)))
    more = {"backend": _Ready(scenario, encoder)} | more if "row" not in more else more
    reception = Reception(
        folder, site=site, rules=rules, at=at.replace(tzinfo=ZoneInfo(site.timezone)), **more
    )
    async with reception:
        work = reception.dialogue._tools._work
        reception.dialogue._tools._work = _Hampered(work, reception.clock, scenario)
        reception.dialogue._deeds.errands.channels["log"] = outbox = Outbox()
        runs = []
        for number, seed in enumerate(seeds):
            visit = _Visit(scenario, reception, outbox, seed, number, errors, varied, pace)
            runs.append(await visit.run())
    return runs


@lru_cache(maxsize=1)
def _site():
    return read_site(ROOT / "configs" / "sites" / "demo.yaml")


def site_of(scenario):
    """The demonstration site, with the hosts and settings that the scenario adds."""
    more = tuple(Host.model_validate(one) for one in scenario.get("hosts_also", ()))
    hosts = (*_site().hosts, *more)
    return _site().model_copy(update={"hosts": hosts, **scenario.get("site", {})})


class _Ready(EmbeddedDialogue):
    """The embedded dialogue with its desks set up, computing on the loop."""

    def __init__(self, scenario, encoder):
        site = site_of(scenario)
        super().__init__(site=site, knowledge=KNOWLEDGE, encoder=encoder)
        self._desk = replace(demo_desk(encoder), site=site, directory=Directory(site))
        own = not ({"site", "hosts_also"} & set(scenario))
        desks = _desks(encoder) if own else desks_of(self._desk, KNOWLEDGE)
        self._desks = {**desks, site.language: self._desk}


@lru_cache(maxsize=2)
def _desks(encoder):
    return desks_of(
        replace(demo_desk(encoder), site=_site(), directory=Directory(_site())), KNOWLEDGE
    )


class Outbox:
    """A channel that keeps what it is given."""

    def __init__(self):
        self.sent = []

    async def send(self, address, subject, text, *, key=""):
        self.sent.append((address, subject, text))


class _Hampered:
    """Tools of which some are slow or broken."""

    def __init__(self, work, clock, scenario):
        self._work, self._clock = work, clock
        self._slow, self._broken = scenario.get("slow", {}), scenario.get("broken", ())

    async def do(self, use, encounter, local_time, rules):
        await self._clock.sleep_until(self._clock.now() + self._slow.get(use.tool, 0.0))
        if use.tool in self._broken:
            raise ToolError(f"{use.tool}: broken for this scenario")
        return await self._work.do(use, encounter, local_time, rules)

    def __getattr__(self, name):
        return getattr(self._work, name)


class _Visit:
    """One visitor, from coming to leaving."""

    def __init__(self, scenario, reception, outbox, seed, number, errors, varied, pace):
        self.scenario, self.reception, self.outbox = scenario, reception, outbox
        self.seed, self.errors = seed, 0.0 if scenario.get("heard_well") else errors
        self.varied = varied and not scenario.get("as_written")
        self.pace = pace
        self.chance = random.Random(f"{seed} {scenario['name']}")
        self.run_ = Run(scenario["name"], seed)
        self.person = PersonId(f"p{number}")
        self.turn = 100 * number
        self.sent_before = len(outbox.sent)
        self.told_before = len(reception.messages)
        self.began_unix_s = reception.wall.unix_s(reception.clock.now())
        self.kept = _kept(scenario, reception.site)
        self.reply, self.parts, self.forgotten = "", [], False

    async def run(self) -> Run:
        """Come, say everything, leave; what was wrong is in `faults`."""
        self._engagement(Engagement.ENGAGED)
        for number, turn in enumerate(self.scenario["turns"]):
            await self._take_turn(turn, number)
        await self.reception.dialogue._deeds.drained()
        self._engagement(Engagement.LEFT)
        await self._wait(_BETWEEN_VISITS_S)
        self._note_deeds(final=True)
        self._check_deeds()
        return self.run_

    def _engagement(self, state):
        now = self.reception.clock.now()
        change = {"previous": Engagement.ATTENDING, "distance_m": 1.1}
        self.reception.tell(EngagementChanged(at=now, person=self.person, state=state, **change))

    async def _wait(self, seconds):
        await self.reception.settle(seconds * self.pace if self.pace else 0.0)

    # Turns

    async def _take_turn(self, turn, number):
        if "presses" in turn:
            await self._press(turn["presses"])
        wordings = turn.get("says", ())
        if not wordings:
            return self._check(turn, "")
        before = self._state()
        line = wordings[self.seed % len(wordings)]
        await self._say(self._put(line, turn, number), turn)
        helps = _HELPS if self.errors else 0
        while helps and (answer := self._helps(turn, number, before, line)):
            self.run_.said_again += 1
            helps -= 1
            await self._say(answer, turn)
        self._check(turn, line)

    def _put(self, line, turn, number):
        line = chosen(line, self.chance)
        if not self.varied or turn.get("as_written"):
            return plain_words(line) if self.errors else line
        return put(line, self.chance, first=number == 0)

    async def _say(self, line, turn):
        heard = line
        if self.errors:
            line = plain_words(line)
            heard = misheard(line, self.chance, more=self.errors, kept=self.kept)
            self.run_.words += len(line.split())
            self.run_.words_wrong += _wrong(line, heard)
        desk = self.reception
        self.turn += 1
        await self._wait(_THINKS_S + _WORD_S * len(line.split()))
        words = {"turn": TurnId(self.turn), "revision": 0, "text": heard}
        typed = bool(turn.get("typed"))
        desk.tell(TurnPaused(at=desk.clock.now(), **words))
        await self._wait(_PAUSE_S)
        ended_at = desk.clock.now()
        desk.tell(
            TurnEnded(
                at=ended_at, person=self.person, typed=typed, **words, **self._language(TurnEnded)
            )
        )
        await desk.settle(0.001)  # a reply may be there since the pause: now it counts
        self.parts = await self._answer(TurnId(self.turn))
        self.reply = " ".join(c.text for _, part in self.parts for c in part.clauses)
        self.run_.lines.append((line, heard, self.reply))
        self._check_time(turn, line, ended_at)
        await desk.dialogue._deeds.drained()
        current = desk.dialogue.encounters.current
        self.forgotten |= current is not None and not current.history
        await self._listen(turn)
        self._note_deeds()

    def _language(self, kind):
        known = "language" in kind.__dataclass_fields__
        return {"language": self.scenario.get("language", "en")} if known else {}

    async def _answer(self, turn):
        desk = self.reception
        try:
            async with asyncio.timeout(_WAITS_S):
                while True:
                    parts = [
                        (at, m)
                        for at, m in zip(desk.told_at, desk.messages, strict=True)
                        if isinstance(m, ReplyReady) and m.turn == turn
                    ]
                    if parts and parts[-1][1].last:
                        return parts
                    desk.told.clear()
                    await desk.told.wait()
        except TimeoutError:
            return []

    async def _listen(self, turn):
        """The answer is spoken; of one that is cut off only the first words are heard."""
        heard, cut = self.reply, turn.get("cut_after")
        if cut is not None:
            heard = " ".join(heard.split()[:cut])
        await self._wait(_LETTER_S * len(heard))
        now = self.reception.clock.now()
        finished = {"act": ActId(self.turn), "heard": heard, "interrupted": cut is not None}
        self.reception.tell(ActFinished(at=now, **finished))
        await self.reception.settle(0.0)

    async def _press(self, button):
        desk = self.reception
        desk.tell(ButtonPressed(at=desk.clock.now(), button=button, person=self.person))
        await desk.settle(0.2)
        await desk.dialogue._deeds.drained()
        self._note_deeds()

    # How a visitor helps

    def _state(self) -> Conversation:
        current = self.reception.dialogue.encounters.current
        return current.conversation if current is not None else Conversation()

    def _helps(self, turn, number, before, line):
        """What a visitor says who was not understood as meant, or was asked what was meant."""
        state = self._state()
        intent = self.parts[-1][1].intent if self.parts else "unknown"
        misheard_ = self.run_.lines[-1][0] != self.run_.lines[-1][1]
        pleased = not self._wrong_in(turn) and ("expect" in turn or intent not in _UNCLEAR)
        unsure = not pleased or intent == "meet_host"
        if state.asked is Asked.CONFIRM_HOST and unsure and not self._answers_next(number):
            meant = any(w in self._all_words(turn) for w in plain_words(state.asked_about).split())
            return "yes" if meant else f"no {self._another(turn)}"
        if state.asked is Asked.CONFIRM_ENTRY and not self._answers_next(number):
            return "yes"
        if pleased:
            return None
        again = state.asked is before.asked and before.asked is not Asked.NOTHING
        if intent in _UNCLEAR or again or (state.asked is Asked.HOST and misheard_):
            return self._put(self._another(turn), turn, number + 1)
        return None

    def _another(self, turn):
        return chosen(self.chance.choice(turn["says"]), self.chance)

    def _all_words(self, turn):
        return {w for line in turn["says"] for w in plain_words(line).split()}

    def _answers_next(self, number):
        turns = self.scenario["turns"][number + 1 :]
        lines = turns[0].get("says", ()) if turns else ()
        return any(re.match(r"(?:yes|no|yeah|that's right)\b", plain_words(one)) for one in lines)

    # What is checked

    def _check_time(self, turn, line, ended_at):
        spoken = [at for at, part in self.parts if part.clauses]
        if not self.parts:
            return self._fault(f"{line!r}: no answer within {_WAITS_S:g} s")
        for what, at, limit in (
            ("first words", spoken[0] if spoken else ended_at, turn.get("within", _FIRST_WITHIN_S)),
            ("last words", self.parts[-1][0], turn.get("done_within", _LAST_WITHIN_S)),
        ):
            if self.pace and at - ended_at > limit:
                self._fault(f"{line!r}: {what} after {at - ended_at:.2f} s, not within {limit} s")
        return None

    def _wrong_in(self, turn):
        """What is wrong with the last answer, in words."""
        found, reply = [], self.reply
        for wanted in turn.get("expect", ()):
            if not re.search(wanted, reply, re.IGNORECASE | re.DOTALL):
                because = self.parts[-1][1].because if self.parts else "no answer"
                found.append(f"no {wanted!r} in {reply!r} ({because})")
        for unwanted in turn.get("absent", ()):
            if re.search(unwanted, reply, re.IGNORECASE):
                found.append(f"{unwanted!r} in {reply!r}")
        if turn.get("points") and not self._points_to(turn["points"]):
            found.append(f"does not point at {turn['points']}: {reply!r}")
        closes = self.parts[-1][1].closes if self.parts else None
        if "closes" in turn and closes is not turn["closes"]:
            found.append(f"closes={closes}")
        return found

    def _points_to(self, where):
        cues = [g for _, part in self.parts for c in part.clauses for g in c.gestures]
        if where is True:
            return any(cue.toward for cue in cues)
        return any(cue.toward == self.reception.site.place(where).place for cue in cues)

    def _check(self, turn, line):
        for what in self._wrong_in(turn):
            self._fault(f"{line!r}: {what}")
        for early in turn.get("not_yet", ()):
            if _among(early, self.run_.done):
                self._fault(f"{line!r}: {early} too early")
        for due in turn.get("by_now", ()):
            if not _among(due, self.run_.done):
                self._fault(f"{line!r}: not yet {due}; {self.run_.done}")

    def _fault(self, what):
        self.run_.faults.append(what)

    def _note_deeds(self, *, final=False):
        """Put down in words what is done so far: sent, written, called, issued, forgotten."""
        desk, done = self.reception, []
        names = {host.notify.address: host.name for host in desk.site.hosts}
        for address, subject, text in self.outbox.sent[self.sent_before :]:
            if address in names:
                done.append(f"NotifyHost {names[address]} {subject} {text}")
        for message in desk.messages[self.told_before :]:
            match message:
                case HelpCalled(urgent=urgent, because=because):
                    done.append(f"CallHelp {'urgent ' if urgent else ''}{because}")
                case ToolFinished(tool=tool, outcome=outcome):
                    done.append(f"Tool {tool} {outcome.value}")
                    if tool == "take_number" and outcome is ToolOutcome.DONE:
                        done.append("Ticket")
                case ToolRefused(tool=tool):
                    done.append(f"Refused {tool}")
                case TicketCalled(service=service, number=number):
                    done.append(f"Called {service} {number}")
        if self.forgotten:
            done.append("Forget")
        if final and desk.visits.exists():
            book = VisitBook(desk.visits)
            for visit in book.visits(self.began_unix_s - 0.5):
                words = (visit.kind, visit.visitor, visit.host, visit.detail)
                done.append(" ".join(("RecordVisit", *filter(None, words))))
            book.close()
        self.run_.done = done

    def _check_deeds(self):
        done = self.run_.done
        for wanted in self.scenario.get("done", ()):
            if not _among(wanted, done):
                self._fault(f"not done: {wanted}; done: {done}")
        for unwanted in self.scenario.get("not_done", ()):
            if _among(unwanted, done):
                self._fault(f"done: {unwanted}; {done}")


def _among(wanted, done):
    """Whether some deed has all these words."""
    words = [w.lower() for w in wanted.split()]
    return any(all(w in deed.lower() for w in words) for deed in done)


def _kept(scenario, site):
    """Words that come out right: what the visitor is called, for nobody could know it better."""
    hosts = {w for host in site.hosts for w in plain_words(host.name).split()}
    told = {w for d in scenario.get("done", ()) if d.startswith(("Notify", "Record"))
            for w in plain_words(d).split()}  # fmt: skip
    return frozenset((told - hosts) | set(plain_words(scenario.get("kept", "")).split()))


def _wrong(said, heard):
    from agent.bench.hearing import word_errors

    return word_errors(said, heard)[0]
