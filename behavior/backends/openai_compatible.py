"""Dialogue worded by a language model, through any server that speaks OpenAI's protocol.

The embedded dialogue understands every turn and decides what is done; the model puts it into
words and answers what the desk has no rule for. So a model can neither notify nor call anybody,
and when it is absent, slow or talks nonsense, the answer is there already.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from importlib import resources

import aiohttp

from agent.core.clock import Clock
from agent.core.messages import (
    BackendChosen,
    Clause,
    ComponentHealth,
    Health,
    Message,
    Place,
    ReplySource,
    ToolRefused,
)
from behavior.act_grammar import (
    CLAUSE_CHARS,
    LEXEMES,
    ClauseReader,
    NonsenseError,
    check_words,
    reply_schema,
    to_clause,
)
from behavior.backends.embedded import EmbeddedDialogue
from behavior.conversation import Asked, CallHelp, Conversation, Heard, NotifyHost, Part
from behavior.draft import Desk
from behavior.hearing import plain
from behavior.knowledge import site_facts
from behavior.model_server import ModelServerConfig
from behavior.norm_retrieval import NormAdvice
from behavior.tools.arguments import proposal
from behavior.tools.contract import TOOLS, Refuse, UseTool

_KEPT = frozenset(
    {
        "tool",
        "emergency",
        "fire",
        "forget_me",
        "memory",
        "repeat",
        "backchannel",
        "unheard",
        "private",
        "staff",
    }
)
"""Answered in the desk's own words: at once, and the same each time."""


@dataclass(slots=True)
class _Trust:
    """Whether the server is worth a try: a circuit breaker."""

    failures: int = 0
    closed_until: float = 0.0
    pause_s: float = 0.0
    fallen_back: bool = True
    """The last answer was the embedded dialogue's; nothing is proven yet."""


class OpenAiCompatibleDialogue:
    """Streams the model's words clause by clause; falls back within its deadlines."""

    name = "openai_compatible"

    def __init__(
        self,
        *,
        embedded: EmbeddedDialogue,
        config: ModelServerConfig,
        publish: Callable[[Message], None],
        clock: Clock,
        advice: NormAdvice | None = None,
    ) -> None:
        """`advice`: the norms and past cases that fit the moment, for the prompt."""
        self._embedded = embedded
        self._advice = advice
        self._config = config
        self._publish = publish
        self._clock = clock
        self._trust = _Trust()
        self._session: aiohttp.ClientSession | None = None
        self._model = config.model
        self._rules = _prompt("receptionist.md")
        self._turn = _prompt("turn.md")

    async def warm_up(self) -> None:
        """Warm the embedded dialogue, and ask the server for its models."""
        await self._embedded.warm_up()
        if self._advice is not None:
            await self._advice.warm_up()
        try:
            async with asyncio.timeout(self._config.first_clause_s):
                await self._find_model()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, LookupError) as fault:
            self._failed(f"{type(fault).__name__}: {fault}", at_once=True)
        else:
            self._worked()

    async def close(self) -> None:
        """Close the connections and the embedded dialogue."""
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._advice is not None:
            self._advice.close()
        await self._embedded.close()

    async def answer(self, conversation: Conversation, heard: Heard) -> AsyncGenerator[Part, None]:
        """Yield clauses as the model completes them; the embedded answer where it fails."""
        desk_says = await self._embedded.respond(conversation, heard)
        if _kept(desk_says) or self._clock.now() < self._trust.closed_until:
            yield desk_says
            return
        said: list[Clause] = []
        fault = ""
        try:
            wanted: list[UseTool] = []
            async with contextlib.aclosing(self._clauses(heard, desk_says, wanted)) as clauses:
                async for clause in clauses:
                    said.append(clause)
                    yield _model_part(desk_says, (clause,), first=len(said) == 1)
        except TimeoutError:
            fault = f"no answer in time ({'whole' if said else 'first clause'})"
        except (aiohttp.ClientError, OSError, ValueError, LookupError, NonsenseError) as error:
            fault = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if not fault:
            self._worked()
            yield replace(_closing(desk_says, said), effects=tuple(wanted))
            return
        self._failed(fault)
        because = f"the model failed ({fault}); {desk_says.because}"
        if not said:
            yield replace(desk_says, because=because)
        else:  # cut off in mid-reply: what the desk had to say is not lost
            rest = () if desk_says.intent == "unknown" else desk_says.clauses
            yield replace(desk_says, clauses=rest, because=because, effects=())

    async def _clauses(
        self, heard: Heard, desk_says: Part, wanted: list[UseTool]
    ) -> AsyncGenerator[Clause, None]:
        """Yield what may be spoken; a tool the model proposes in the end goes to `wanted`."""
        now, config = asyncio.get_running_loop().time(), self._config
        toward = _pointed_at(desk_says)
        deeds = any(isinstance(e, NotifyHost | CallHelp) for e in desk_says.effects)
        before: list[str] = []
        reader = ClauseReader()
        async with asyncio.timeout_at(now + min(config.first_clause_s, config.whole_s)) as limit:
            async with contextlib.aclosing(self._text(heard, desk_says)) as pieces:
                async for piece in pieces:
                    for spoken in reader.feed(piece):
                        check_words(
                            spoken.say, before=tuple(before), rules=self._rules, deeds=deeds
                        )
                        limit.reschedule(now + config.whole_s)
                        before.append(spoken.say)
                        clause = to_clause(spoken, person=heard.person, toward=toward)
                        yield _discreetly(clause, desk_says)
                    if reader.complete and (reader.closed or not reader.goes_on):
                        break
        if not reader.complete or not before:
            raise NonsenseError("cut off" if before else "empty")
        self._note_proposal(reader.tool, heard, desk_says, wanted)

    def _note_proposal(
        self, raw: object, heard: Heard, desk_says: Part, wanted: list[UseTool]
    ) -> None:
        """A proposal is a wish: whether it runs is judged by the site's rules, like a visitor's."""
        use = proposal(raw, self._embedded.desk.site)
        if isinstance(use, UseTool) and desk_says.intent != "unknown":
            use = Refuse(tool=use.tool, because="the desk had answered this turn itself")
        if isinstance(use, UseTool):
            wanted.append(use)
        elif use is not None:
            self._publish(
                ToolRefused(
                    at=self._clock.now(),
                    tool=use.tool,
                    because=use.because,
                    wanted_by="model",
                    person=heard.person,
                )
            )

    async def _text(self, heard: Heard, desk_says: Part) -> AsyncGenerator[str, None]:
        if not self._model:
            await self._find_model()
        advice = await self._advice.about(heard.text) if self._advice is not None else ""
        async with self._connect().post(
            f"{self._config.url.rstrip('/')}/chat/completions",
            json=self._request(heard, desk_says, advice),
            headers=self._headers(),
        ) as answer:
            if answer.status != 200:
                raise NonsenseError(f"the server answered {answer.status}")
            async for raw in answer.content:
                line = raw.decode("utf-8", "replace").strip()
                if not line.startswith("data:"):
                    continue
                data = line.removeprefix("data:").strip()
                if data == "[DONE]":
                    return
                for choice in json.loads(data).get("choices") or ():
                    if text := (choice.get("delta") or {}).get("content"):
                        yield str(text)

    def _request(self, heard: Heard, desk_says: Part, advice: str) -> dict[str, object]:
        config = self._config
        request: dict[str, object] = {
            "model": self._model,
            "messages": self._messages(heard, desk_says, advice),
            "stream": True,
            "max_tokens": config.max_tokens,
            "temperature": config.temperature,
        }
        if config.structured:
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {
                    "name": "reply",
                    "schema": reply_schema(tools=_proposable(heard, desk_says)),
                    "strict": True,
                },
            }
        return request

    def _messages(self, heard: Heard, desk_says: Part, advice: str) -> list[dict[str, str]]:
        desk = self._embedded.desk
        system = self._rules.format(
            **{**site_facts(desk.site), "staff": desk.site.staff_name},
            clause_chars=CLAUSE_CHARS,
            gestures=", ".join(LEXEMES),
            facts=_facts(desk),
        )
        turn = self._turn.format(
            intent=desk_says.intent,
            draft=" ".join(c.text for c in desk_says.clauses),
            deeds=", ".join(_deeds(desk_says)) or "nothing",
            knowledge=_retrieved(desk, heard.text)
            + advice
            + _told_of_tools(heard, desk_says, desk),
            seen=_seen(heard, self._config.transcript_tokens),
            line=json.dumps(heard.text, ensure_ascii=False),
        )
        # About four characters a token in English; the oldest turns go first.
        room = (self._config.context_tokens - self._config.max_tokens) * 4 - len(system) - len(turn)
        kept: list[dict[str, str]] = []
        for who, words in reversed(heard.history):
            room -= len(words) + 16
            if room < 0:
                break
            kept.append({"role": "user" if who == "visitor" else "assistant", "content": words})
        return [
            {"role": "system", "content": system},
            *reversed(kept),
            {"role": "user", "content": turn},
        ]

    # The server

    def _connect(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Deadlines are ours; the library must not add its own.
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        return self._session

    def _headers(self) -> dict[str, str]:
        key = os.environ.get(self._config.api_key_env, "") if self._config.api_key_env else ""
        return {"Authorization": f"Bearer {key}"} if key else {}

    async def _find_model(self) -> None:
        url = f"{self._config.url.rstrip('/')}/models"
        async with self._connect().get(url, headers=self._headers()) as answer:
            if answer.status != 200:
                raise ValueError(f"the server answered {answer.status}")
            if not self._model:
                self._model = str((await answer.json())["data"][0]["id"])

    def _worked(self) -> None:
        if self._trust.fallen_back:
            self._say_who_answers(Health.RUNNING, "")
        self._trust = _Trust(fallen_back=False)

    def _failed(self, fault: str, *, at_once: bool = False) -> None:
        trust, config = self._trust, self._config
        trust.failures += 1
        if at_once or trust.failures >= config.failures:
            trust.pause_s = min(max(config.retry_after_s, 2 * trust.pause_s), 120.0)
            trust.closed_until = self._clock.now() + trust.pause_s
        trust.fallen_back = True
        where = f"model server {config.url}: {fault}; the embedded dialogue answers"
        self._say_who_answers(Health.DEGRADED, where)

    def _say_who_answers(self, health: Health, detail: str) -> None:
        now, embedded = self._clock.now(), health is Health.DEGRADED
        self._publish(
            BackendChosen(
                at=now,
                role="dialogue",
                backend=self._embedded.name if embedded else self.name,
                fallback=embedded,
                detail=detail or f"{self._model} at {self._config.url}",
            )
        )
        self._publish(
            ComponentHealth(at=now, component="behavior.dialogue", health=health, detail=detail)
        )


def _deeds(desk_says: Part) -> list[str]:
    return [type(e).__name__ for e in desk_says.effects if not isinstance(e, Refuse)]


def _proposable(heard: Heard, desk_says: Part) -> dict[str, dict[str, object]]:
    """Tools that a model is told of: where the desk has no answer, and the rules allow it."""
    if desk_says.intent != "unknown" or not heard.leave.ready:
        return {}
    rules = heard.leave.config
    return {
        name: tool.arguments.model_json_schema()
        for name, tool in TOOLS.items()
        if tool.proposable and rules.rule(name).allowed and rules.rule(name).model_may_propose
    }


def _told_of_tools(heard: Heard, desk_says: Part, desk: Desk) -> str:
    names = _proposable(heard, desk_says)
    if not names:
        return ""
    places = ", ".join(place.key for place in desk.site.places if place.public)
    lines = [f"- `{name}`: {TOOLS[name].about}" for name in names]
    return (
        "- after the clauses you may propose one tool, or null; the desk decides and tells what"
        ' came of it: "tool": {"name": ..., "arguments": ...}. '
        f"Keys of places: {places}\n" + "\n".join(lines) + "\n"
    )


def _prompt(name: str) -> str:
    return resources.files("behavior").joinpath("prompts", name).read_text(encoding="utf-8")


def _kept(desk_says: Part) -> bool:
    parts = set(desk_says.intent.split("+"))
    return not desk_says.clauses or bool(parts & _KEPT) or desk_says.closes


def _model_part(desk_says: Part, clauses: tuple[Clause, ...], *, first: bool) -> Part:
    conversation = desk_says.conversation
    if conversation is not None and desk_says.intent == "unknown":
        # The model takes on what the desk has no answer to, so nothing of ours is asked.
        conversation = replace(conversation, asked=Asked.NOTHING, not_understood=0)
    return replace(
        desk_says,
        clauses=clauses,
        last=False,
        source=ReplySource.LANGUAGE_MODEL,
        because=f"worded by the model; {desk_says.because}",
        conversation=conversation if first else None,
        effects=desk_says.effects if first else (),
    )


def _closing(desk_says: Part, said: list[Clause]) -> Part:
    """End the reply; with the desk's question where it is owed one and the model forgot it."""
    asked = desk_says.conversation.asked if desk_says.conversation else Asked.NOTHING
    owed = desk_says.intent != "unknown" and asked is not Asked.NOTHING
    rest: tuple[Clause, ...] = ()
    if owed and not any("?" in clause.text for clause in said):
        rest = tuple(c for c in desk_says.clauses if c.text.endswith("?"))
    part = _model_part(desk_says, rest, first=False)
    return replace(part, last=True)


def _discreetly(clause: Clause, desk_says: Part) -> Clause:
    """With the desk's discreet words, where the model says a name that the desk would not say."""
    said = set(plain(clause.text).split())
    for ours in desk_says.clauses:
        if ours.discreet is None:
            continue
        kept = set(plain(ours.discreet).split())
        names = {word for word in ours.text.replace(",", " ").split() if word[:1].isupper()}
        if said & (set(plain(" ".join(names)).split()) - kept):
            return replace(clause, discreet=ours.discreet)
    return clause


def _pointed_at(part: Part) -> Place | None:
    cues = (cue for clause in part.clauses for cue in clause.gestures)
    return next((cue.toward for cue in cues if cue.toward is not None), None)


def _seen(heard: Heard, tokens: int) -> str:
    """What was seen and heard of the visitor, who is the only person whose words are in it."""
    text = heard.memory.text(tokens) if heard.memory is not None else ""
    return f"What was seen and heard, in seconds before now:\n{text}\n" if text else ""


def _facts(desk: Desk) -> str:
    facts = site_facts(desk.site)
    lines = [f"- open {facts['hours']}"]
    lines += [f"- {place.name}: {place.directions}" for place in desk.site.places if place.public]
    return "\n".join(lines)


def _retrieved(desk: Desk, line: str) -> str:
    near = [m for m in desk.index.nearest(line, 4) if m.label.startswith("know:")]
    entries = [desk.entries[m.label.removeprefix("know:")] for m in near if m.score > 0.3]
    return "".join(f"- may help: {e.questions[0]} {e.answer}\n" for e in entries[:3])
