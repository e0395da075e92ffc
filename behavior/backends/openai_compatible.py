"""Dialogue worded by a language model, through any server that speaks OpenAI's protocol.

The embedded dialogue understands every turn and decides what is done; the model puts it into
words and answers what the desk has no rule for. So a model can neither notify nor call anybody,
and when it is absent, slow or talks nonsense, the answer is there already.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace

from agent.core.clock import Clock
from agent.core.messages import Clause, Message, ModelAnswered, ToolRefused
from behavior.backends.embedded import EmbeddedDialogue
from behavior.backends.model_client import ModelClient, ServerRefusedError
from behavior.backends.model_stream import FAULTS, ReplyStream
from behavior.backends.model_trust import Trust
from behavior.dialogue.conversation import Conversation, Heard, Part
from behavior.dialogue.wording import in_language
from behavior.model.act_grammar import Here, reply_schema, to_clause
from behavior.model.act_reader import ClauseReader, NonsenseError
from behavior.model.prompt import Prompt, fitted, prompt_of, read_prompts
from behavior.model.reply import (
    closing,
    deeds_of,
    discreetly,
    is_kept,
    model_part,
    pointed_at,
    proposable,
    with_card,
)
from behavior.model.server import ModelServerConfig
from behavior.model.token_budget import Counted
from behavior.model.words import check_words
from behavior.norms.retrieval import NormAdvice
from behavior.tools.arguments import proposal
from behavior.tools.contract import Refuse, UseTool

_kept = is_kept


@dataclass(slots=True)
class _Attempt:
    """One turn put to the model: what it is about, and what came of it."""

    heard: Heard
    desk_says: Part
    here: Here
    language: str
    began_at: float
    tools: dict[str, dict[str, object]]
    said: list[Clause] = field(default_factory=list)
    wanted: list[UseTool] = field(default_factory=list)
    prompt: Prompt | None = None
    counted: Counted | None = None
    reply_tokens: int | None = None
    first_clause_s: float | None = None


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
        gestures: tuple[str, ...] = (),
    ) -> None:
        """`advice`: the norms and past cases that fit the moment, for the prompt.

        `gestures`: names that the model may ask for, as the body has them.

        Raises `BadInputError` for prompts that cannot be used.
        """
        self._embedded = embedded
        self._advice = advice
        self._gestures = gestures
        self._config = config
        self._publish = publish
        self._clock = clock
        self._trust = Trust(config, clock=clock, publish=publish, names=(self.name, embedded.name))
        self._server = ModelClient(config)
        self._prompts = read_prompts(config.prompts)

    async def warm_up(self) -> None:
        """Warm the embedded dialogue, and ask the server for its models."""
        await self._embedded.warm_up()
        if self._advice is not None:
            await self._advice.warm_up()
        try:
            async with asyncio.timeout(self._config.first_clause_s):
                await self._server.find_model()
        except TimeoutError:
            self._failed("no answer in time", at_once=True)
        except FAULTS as fault:
            self._failed(_told(fault), at_once=True)
        else:
            self._worked()

    async def close(self) -> None:
        """Close the connections and the embedded dialogue."""
        await self._server.close()
        if self._advice is not None:
            self._advice.close()
        await self._embedded.close()

    async def answer(self, conversation: Conversation, heard: Heard) -> AsyncGenerator[Part, None]:
        """Yield clauses as the model completes them; the embedded answer where it fails."""
        desk_says = await self._embedded.respond(conversation, heard)
        if _kept(desk_says) or not self._trust.open:
            yield desk_says
            return
        attempt = self._attempt(heard, desk_says)
        said, fault, pause_s = attempt.said, "", 0.0
        try:
            async with contextlib.aclosing(self._clauses(attempt)) as clauses:
                async for clause in clauses:
                    said.append(clause)
                    yield model_part(desk_says, (clause,), first=len(said) == 1)
        except TimeoutError:
            fault = f"no answer in time ({'whole' if said else 'first clause'})"
        except FAULTS as error:
            fault = _told(error)
            pause_s = error.retry_after_s if isinstance(error, ServerRefusedError) else 0.0
        fault = self._server.without_secrets(fault)
        self._measured(attempt, fault)
        if not fault:
            self._worked()
            yield replace(closing(desk_says, said), effects=tuple(attempt.wanted))
            return
        self._failed(fault, pause_s=pause_s)
        because = f"the model failed ({fault}); {desk_says.because}"
        if not said:
            yield replace(desk_says, because=because)
        else:  # cut off in mid-reply: what the desk had to say is not lost
            rest = () if desk_says.intent == "unknown" else desk_says.clauses
            yield replace(desk_says, clauses=rest, because=because, effects=())

    def _attempt(self, heard: Heard, desk_says: Part) -> _Attempt:
        site = self._embedded.desk.site
        marked = next((c.language for c in desk_says.clauses if c.language), "")
        return _Attempt(
            heard=heard,
            desk_says=desk_says,
            here=Here(
                person=heard.person,
                others=heard.others,
                toward=pointed_at(desk_says),
                places={place.key: place.place for place in site.places if place.public},
                gestures=self._gestures,
            ),
            language=marked or site.language,
            began_at=self._clock.now(),
            tools=proposable(heard, desk_says, site),
        )

    async def _clauses(self, attempt: _Attempt) -> AsyncGenerator[Clause, None]:
        """Yield what may be spoken; a tool the model proposes in the end becomes wanted."""
        now, config = asyncio.get_running_loop().time(), self._config
        reader = ClauseReader()
        async with asyncio.timeout_at(now + min(config.first_clause_s, config.whole_s)) as limit:
            request = await self._request(attempt)
            async with self._server.reply(request) as stream:
                async with contextlib.aclosing(stream.text()) as pieces:
                    async for piece in pieces:
                        for spoken in reader.feed(piece):
                            clause = to_clause(spoken, attempt.here)
                            self._check(clause, attempt)
                            limit.reschedule(now + config.whole_s)
                            yield self._dressed(clause, attempt)
                        if reader.complete and (reader.closed or not attempt.tools):
                            break
                if reader.complete and attempt.said:
                    await self._take_figures(stream, attempt)
        if not reader.complete or not attempt.said:
            raise NonsenseError("cut off" if attempt.said else "no whole clause in it")
        self._note_proposal(reader.tool, attempt.heard, attempt.desk_says, attempt.wanted)

    def _check(self, clause: Clause, attempt: _Attempt) -> None:
        check_words(
            clause.text,
            before=tuple(one.text for one in attempt.said),
            rules=self._prompts.receptionist,
            deeds=deeds_of(attempt.desk_says),
            language=attempt.language,
            secrets=self._server.secrets,
            told=attempt.prompt.text if attempt.prompt is not None else "",
        )

    def _dressed(self, clause: Clause, attempt: _Attempt) -> Clause:
        if attempt.first_clause_s is None:
            attempt.first_clause_s = self._clock.now() - attempt.began_at
        marked = next((c.language for c in attempt.desk_says.clauses if c.language), "")
        clause = with_card(clause, attempt.desk_says, len(attempt.said))
        return in_language((discreetly(clause, attempt.desk_says),), marked)[0]

    async def _take_figures(self, stream: ReplyStream, attempt: _Attempt) -> None:
        await stream.finish()
        if stream.usage is not None and attempt.prompt is not None:
            attempt.counted = Counted(stream.usage.prompt_tokens, "server")
            attempt.reply_tokens = stream.usage.reply_tokens
            self._server.learn(attempt.prompt.chat(), stream.usage)

    def _note_proposal(
        self, raw: object, heard: Heard, desk_says: Part, wanted: list[UseTool]
    ) -> None:
        """A proposal is a wish: whether it runs is judged by the site's rules, like a visitor's."""
        use = proposal(raw, self._embedded.desk.site, heard.leave.config)
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

    # The prompt

    async def _request(self, attempt: _Attempt) -> dict[str, object]:
        config = self._config
        if not self._server.model:
            await self._server.find_model()
        bound = min(config.context_tokens, self._server.longest_tokens or config.context_tokens)
        room = bound - config.max_tokens
        whole = await self._prompt(attempt)
        attempt.prompt, attempt.counted = await fitted(whole, self._server.count, room)
        request: dict[str, object] = {
            "model": self._server.model,
            "messages": attempt.prompt.chat(),
            "max_tokens": config.max_tokens,
            "temperature": config.temperature,
        }
        if config.seed is not None:
            request["seed"] = config.seed
        if config.structured:
            schema = reply_schema(attempt.here, attempt.tools)
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "reply", "schema": schema},
            }
        return request

    async def _prompt(self, attempt: _Attempt) -> Prompt:
        advice = self._advice
        return prompt_of(
            self._prompts,
            self._embedded.desk,
            attempt.heard,
            attempt.desk_says,
            here=attempt.here,
            language=attempt.language,
            advice=await advice.about(attempt.heard.text) if advice is not None else "",
            transcript_tokens=self._config.transcript_tokens,
            tools=tuple(attempt.tools),
        )

    # Trust and figures

    def _measured(self, attempt: _Attempt, fault: str) -> None:
        if attempt.counted is None or attempt.prompt is None:
            return
        self._publish(
            ModelAnswered(
                at=self._clock.now(),
                prompt_tokens=attempt.counted.tokens,
                counted_by=attempt.counted.by,
                turns_dropped=attempt.prompt.dropped,
                reply_tokens=attempt.reply_tokens,
                first_clause_s=attempt.first_clause_s,
                whole_s=self._clock.now() - attempt.began_at,
                fault=fault,
            )
        )

    def _worked(self) -> None:
        self._trust.worked(f"{self._server.model} at {self._server.address}")

    def _failed(self, fault: str, *, at_once: bool = False, pause_s: float = 0.0) -> None:
        detail = self._server.without_secrets(f"model server {self._server.address}: {fault}")
        self._trust.failed(detail, at_once=at_once, pause_s=pause_s)


def _told(fault: BaseException) -> str:
    if isinstance(fault, NonsenseError):
        return f"its reply is not used: {fault}"
    name = type(fault).__name__
    if name == "ClientPayloadError":  # its text tells of transfer encodings
        return "its reply broke off"
    return f"{name}: {fault}" if str(fault) else name
