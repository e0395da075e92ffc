"""What the pages show of the agent's facts and acts: captions, state, cards, and the panel.

Pure: messages in, words for the page out. Time comes from the messages and from `panel(now)`.
"""

from collections import OrderedDict, deque

from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActRefused,
    ActStarted,
    BackendChosen,
    ButtonPressed,
    Clause,
    ClauseSpoken,
    ComponentHealth,
    ContextChanged,
    Duck,
    EmergencyRelease,
    EmergencyStop,
    EngagementChanged,
    FaceMoved,
    FormationChanged,
    HelpCalled,
    HostNotified,
    LanguageFollowed,
    LineTyped,
    Message,
    MicrophoneLevel,
    ModelAnswered,
    PersonLost,
    PersonSeen,
    Played,
    PolicyReloaded,
    Reason,
    ReplyReady,
    SpeechStarted,
    StageState,
    Stop,
    StreamQuiet,
    ToolFinished,
    ToolOutcome,
    ToolRefused,
    TurnEnded,
    TurnPaused,
    VisitorActed,
    WordsHeard,
)
from agent.interpreting import Interpretations
from agent.pages.panel_people import PanelPeople
from agent.pages.wire import (
    Caption,
    Card,
    LanguageSaid,
    Notice,
    Panel,
    PanelAct,
    PanelHealth,
    State,
    ToPage,
    Worker,
    Workers,
)
from behavior.transcript.config import TranscriptConfig
from behavior.transcript.encounter import Transcript
from behavior.transcript.expression_reading import NOTICE

SHOWN: tuple[type[Message], ...] = (
    Act,
    ActFinished,
    ActRefused,
    ActStarted,
    BackendChosen,
    ButtonPressed,
    ClauseSpoken,
    ComponentHealth,
    ContextChanged,
    Duck,
    EmergencyRelease,
    EmergencyStop,
    EngagementChanged,
    FaceMoved,
    FormationChanged,
    HelpCalled,
    HostNotified,
    LanguageFollowed,
    LineTyped,
    MicrophoneLevel,
    ModelAnswered,
    PersonLost,
    PersonSeen,
    Played,
    PolicyReloaded,
    ReplyReady,
    SpeechStarted,
    StageState,
    Stop,
    StreamQuiet,
    ToolFinished,
    ToolRefused,
    TurnEnded,
    TurnPaused,
    VisitorActed,
    WordsHeard,
)
"""The kinds to subscribe to for the pages. Losing one is no fault: RECENT will do."""
THINKS_AT_MOST_S = 6.0
HEARS_AT_MOST_S = 30.0
ACTS_SHOWN = 30
TOLD = 16
"""Lines of the transcript that an operator sees."""
_STOPPED = "Stopped for safety. A member of staff can let me go on from the console."


class PageView:
    """Turns the stream of messages into what pages are told."""

    def __init__(
        self,
        *,
        help_text: str,
        language: str = "en",
        transcript: TranscriptConfig | None = None,
        interpretations: Interpretations | None = None,
    ) -> None:
        """`language`: of the site, and so of what names no other.

        `interpretations`: of faces, for the console, where the operator asked for them.
        """
        self._interpretations = interpretations
        self._help_text = help_text
        self._own = language
        self._language = LanguageSaid(language=language)
        self._workers: dict[str, Worker] = {}
        self._doing = State(doing="idle")
        self._thinks_since: float | None = None
        self._hears_since: float | None = None
        self._speaks = False
        self._clauses: OrderedDict[ActId, Act] = OrderedDict()
        self._people = PanelPeople()
        self._heard = ""
        self._level: MicrophoneLevel | None = None
        self._acts: deque[PanelAct] = deque(maxlen=ACTS_SHOWN)
        self._latencies_ms: dict[str, float] = {}
        self._figures: dict[str, float] = {}
        self._health: dict[str, PanelHealth] = {}
        self._turn_ended_at: float | None = None
        self._emergency: Notice | None = None
        self._transcript = Transcript(transcript)
        self._reads_faces = transcript is not None and transcript.expressions
        self._erased = 0
        self._began_at: float | None = None

    @property
    def anyone_there(self) -> bool:
        """Whether somebody is in view, or something is going on."""
        return bool(self._people) or self._doing.doing != "idle"

    @property
    def health(self) -> dict[str, PanelHealth]:
        """The last word of each component about itself."""
        return self._health

    def for_newcomer(self) -> list[ToPage]:
        """What a page that has just come needs to know."""
        words: list[ToPage] = [
            self._language,
            Workers(workers=list(self._workers.values())),
            self._doing,
        ]
        if self._reads_faces:
            words.append(Notice(code="reading", text=NOTICE))
        if self._interpretations is not None:
            words.append(Notice(code="interpreting", text=self._interpretations.notice))
        return words if self._emergency is None else [*words, self._emergency]

    def see(self, message: Message) -> list[ToPage]:  # noqa: C901 - one line a kind
        """Take in one message; return what every page is told at once."""
        said = self._words(message) + self._conduct(message)
        self._people.see(message)
        if self._interpretations is not None:
            self._interpretations.see(message)
        self._transcript.take(message)
        self._forget()
        if self._began_at is None:
            self._began_at = message.at
        match message:
            case BackendChosen():
                self._workers[message.role] = Worker(
                    role=message.role,
                    backend=message.backend,
                    fallback=message.fallback,
                    detail=message.detail[:300],
                    languages=list(message.languages),
                )
                said.append(Workers(workers=list(self._workers.values())))
            case MicrophoneLevel():
                self._level = message
            case ComponentHealth():
                self._health[message.component] = PanelHealth(
                    component=message.component, health=message.health, detail=message.detail[:300]
                )
            case StreamQuiet():
                self._health[message.stream] = PanelHealth(
                    component=message.stream,
                    health="running" if message.recovered else "quiet",
                    detail="" if message.recovered else f"nothing for {message.quiet_s:.1f} s",
                )
            case PolicyReloaded():
                name = "/".join(message.path.replace("\\", "/").split("/")[-2:])
                self._health[name] = PanelHealth(
                    component=name,
                    health="in use" if message.accepted else "refused",
                    detail=message.detail[:300],
                )
            case EmergencyStop():
                self._emergency = Notice(code="emergency", text=_STOPPED)
                said.append(self._emergency)
            case EmergencyRelease():
                self._emergency = None
                said.append(Notice(code="emergency", text=""))
            case LanguageFollowed():
                self._language = LanguageSaid(language=message.language)
                said.append(self._language)
            case HelpCalled():
                said.append(Notice(code="help_called", text=self._help_text))
            case _:
                pass
        return said + self._state()

    def tick(self, now: float) -> list[ToPage]:
        """Forget people long unseen and thinking that came to nothing."""
        self._people.tick(now)
        if self._thinks_since is not None and now - self._thinks_since > THINKS_AT_MOST_S:
            self._thinks_since = None
        if self._hears_since is not None and now - self._hears_since > HEARS_AT_MOST_S:
            self._hears_since = None
        self._transcript.tidy(now)
        self._forget()
        return self._state()

    def _forget(self) -> None:
        """Words that the transcript has forgotten are shown nowhere else."""
        if self._transcript.erased != self._erased:
            self._erased = self._transcript.erased
            self._heard = ""
            self._acts.clear()

    def panel(self, now: float, page: dict[str, float]) -> Panel:
        """The facts and reasons as they stand."""
        return Panel(
            at=now,
            people=self._people.people(now),
            groups=self._people.groups(),
            heard=self._heard,
            level_db=None if self._level is None else round(self._level.level_db, 1),
            speech=None if self._level is None else round(self._level.speech, 2),
            acts=list(self._acts)[-12:],
            latencies_ms={name: round(ms) for name, ms in self._latencies_ms.items()},
            health=list(self._health.values())[:40],
            page={**page, **self._figures},
            transcript=self._told(),
        )

    def _told(self) -> list[str]:
        """What trusted pages alone are shown."""
        lines = self._transcript.text(zero=self._began_at or 0.0).splitlines()[-TOLD:]
        return lines + (self._interpretations.lines() if self._interpretations else [])

    def _words(self, message: Message) -> list[ToPage]:
        match message:
            case WordsHeard(stable=""):
                return []
            case WordsHeard() | TurnPaused() if message.text:
                text = _stays(message)
                self._heard = text
                return [Caption(who="visitor", clauses=[text], languages=self._heard_in())]
            case TurnEnded(text=text) if text:
                self._heard = text
                languages = self._heard_in()
                return [Caption(who="visitor", clauses=[text], final=True, languages=languages)]
            case Act() if message.clauses:
                self._clauses[message.act] = message
                while len(self._clauses) > 64:
                    self._clauses.popitem(last=False)
            case ActStarted() if message.act in self._clauses:
                return self._clause(self._clauses[message.act], 0)
            case ClauseSpoken() if message.act in self._clauses:
                return self._clause(self._clauses[message.act], message.index + 1)
            case ActFinished() if (act := self._clauses.pop(message.act, None)) is not None:
                whole = [clause.text for clause in act.clauses]
                heard = [message.heard] if message.heard else []
                clauses = heard if message.interrupted else whole
                each = [self._of(clause) for clause in act.clauses]
                languages = each if clauses == whole else each[:1] * len(clauses)
                return [Caption(who="agent", clauses=clauses, final=True, languages=languages)]
            case _:
                pass
        return []

    def _clause(self, act: Act, index: int) -> list[ToPage]:
        texts = [clause.text for clause in act.clauses]
        languages = [self._of(clause) for clause in act.clauses]
        if index >= len(texts):
            return [Caption(who="agent", clauses=texts, final=True, languages=languages)]
        said: list[ToPage] = [
            Caption(who="agent", clauses=texts, current=index, languages=languages)
        ]
        if screen := act.clauses[index].screen:
            said.append(Card(text=screen, language=languages[index]))
        return said

    def _heard_in(self) -> list[str]:
        return [self._language.language]

    def _of(self, clause: Clause) -> str:
        return clause.language or self._own

    def _conduct(self, message: Message) -> list[ToPage]:
        match message:
            case SpeechStarted():
                self._hears_since = message.at
            case TurnEnded():
                self._hears_since, self._turn_ended_at = None, message.at
                self._thinks_since = message.at if message.text else None
            case StageState():
                self._speaks = message.speaking
                if message.speaking:
                    self._thinks_since = None
            case Played(first=True) if self._turn_ended_at is not None:
                self._latencies_ms["reaction"] = 1000 * (message.at - self._turn_ended_at)
                self._turn_ended_at = None
            case ModelAnswered():
                if message.first_clause_s is not None:
                    self._latencies_ms["model: first clause"] = 1000 * message.first_clause_s
                guessed = "" if message.counted_by == "server" else ", estimated"
                self._figures = {f"model: prompt tokens{guessed}": message.prompt_tokens}
            case Act():
                what = " ".join(clause.text for clause in message.clauses) or _silent(message)
                self._note(message.at, what, message.reason)
            case ActRefused():
                self._note(message.at, message.text or "refused", message.reason, message.by)
            case ToolRefused():
                reason = Reason(policy="tools", because=f"wished by the {message.wanted_by}")
                self._note(message.at, f"tool {message.tool}", reason, message.because)
            case ToolFinished() if message.outcome is not ToolOutcome.DROPPED:
                told = message.detail or message.found or f"took {message.took_s:.1f} s"
                reason = Reason(policy="tools", because=told)
                self._note(message.at, f"tool {message.tool}: {message.outcome.value}", reason)
            case Stop():
                self._note(message.at, "stop", message.reason)
            case Duck():
                self._note(message.at, f"voice at {message.gain:.0%}", message.reason)
            case _:
                pass
        return []

    def _note(self, at: float, what: str, reason: Reason, refused_by: str = "") -> None:
        self._acts.append(
            PanelAct(
                at=at,
                what=what[:200],
                policy=reason.policy,
                because=reason.because[:300],
                norms=list(reason.norms),
                refused_by=refused_by,
            )
        )

    def _state(self) -> list[ToPage]:
        if self._speaks:
            doing = State(doing="speaking")
        elif self._hears_since is not None:
            doing = State(doing="hearing")
        elif self._thinks_since is not None:
            doing = State(doing="thinking")
        else:
            doing = State(doing="idle")
        if doing == self._doing:
            return []
        self._doing = doing
        return [doing]


def _stays(heard: WordsHeard | TurnPaused) -> str:
    """What can be shown of it without being taken back a moment later."""
    stable = heard.stable if isinstance(heard, WordsHeard) else None
    return heard.text if stable is None else stable


def _silent(act: Act) -> str:
    parts = [cue.lexeme or cue.meaning or "gesture" for cue in act.gestures]
    if act.expression is not None:
        parts.append(f"{act.expression} face")
    if act.gaze is not None:
        parts.append(f"look at {act.gaze.target}")
    if act.posture is not None:
        parts.append(f"{act.posture} posture")
    return ", ".join(parts) or "act"
