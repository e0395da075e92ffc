"""What a language model is told of a turn: the house, the conversation, the desk's own answer.

The texts are files, those of the package or a folder of the site's own; what goes into them comes
from the desk. When it is too long, what matters least is left out first.
"""

import json
import string
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

from agent.core.errors import BadInputError, FoyerError
from agent.core.messages import PersonId
from behavior.dialogue.conversation import Heard, Part
from behavior.dialogue.draft import Desk
from behavior.house.knowledge import site_facts
from behavior.model.act_grammar import CLAUSE_CHARS, Here, from_clause
from behavior.model.token_budget import Chat, Counted, estimate_chat, estimate_message
from behavior.tools.contract import Refuse
from behavior.tools.proposing import told

PROMPTS: Mapping[str, frozenset[str]] = {
    "receptionist.md": frozenset({
        "agent", "site", "staff", "hours", "emergency_number", "languages", "clause_chars",
        "gestures", "places", "facts",
    }),
    "turn.md": frozenset({
        "intent", "draft", "acts", "deeds", "knowledge", "advice", "tools", "seen", "observed",
        "line", "language", "people",
    }),
}  # fmt: skip
"""Files of prompts, and the words in braces that each may hold."""
_LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "zh": "Mandarin"}
_LIKE = 0.3
_COMES = "(comes up to the desk)"


_ROUNDS = 8
"""So often a prompt is made shorter before it is given up."""
_HEADROOM = 0.05
"""A prompt that is too long is made this share shorter than it would have to be."""


class PromptTooLongError(FoyerError):
    """The model's context has no room for what has to be told."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The texts around what is told."""

    receptionist: str
    """Who the model is and by what rules it speaks; the same for a whole site."""
    turn: str
    """What is told of one turn."""


def read_prompts(folder: Path | None = None) -> Prompts:
    """Read the prompts of a folder; a file that is not in it is the package's own.

    Raises `BadInputError` with file and cure for a word in braces that means nothing.
    """
    if folder is not None and not folder.is_dir():
        raise BadInputError(f"{folder}: no such folder of prompts; make it, or leave it empty")
    return Prompts(*(_read(folder, name) for name in PROMPTS))


def _read(folder: Path | None, name: str) -> str:
    path = folder / name if folder is not None else None
    if path is None or not path.is_file():
        return resources.files("behavior").joinpath("prompts", name).read_text(encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as fault:
        raise BadInputError(f"{path}: {fault}; a brace that is meant is written twice") from None
    if unknown := sorted(used - PROMPTS[name]):
        known = ", ".join(sorted(PROMPTS[name]))
        raise BadInputError(
            f"{path}: {{{unknown[0]}}} stands for nothing; there are {known};"
            " a brace that is meant is written twice"
        )
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The prompt of one turn, in the parts that may be left out."""

    texts: Prompts
    house: Mapping[str, str]
    """Fills the text on the house."""
    turn: Mapping[str, str]
    """Fills the text on the turn."""
    history: tuple[tuple[str, str], ...] = ()
    """(`visitor` or `agent`, words), oldest first."""
    dropped: int = 0
    """Turns of the history that had no room."""
    without: frozenset[str] = field(default_factory=frozenset)
    """Parts of the turn that had no room."""

    @property
    def system(self) -> str:
        """The text on the house."""
        return self.texts.receptionist.format_map(self.house)

    @property
    def text(self) -> str:
        """All that is told."""
        return "\n".join(message["content"] for message in self.chat())

    def chat(self) -> list[dict[str, str]]:
        """As a server takes it."""
        told = {**self.turn, **dict.fromkeys(self.without, "")}
        roles = {"visitor": "user", "agent": "assistant"}
        said = [(roles[who], words) for who, words in self.history]
        if said and said[0][0] == "assistant":
            said.insert(0, ("user", _COMES))
        said.append(("user", self.texts.turn.format_map(told)))
        chat = [{"role": "system", "content": self.system}]
        for role, words in said:  # many templates want user and assistant to take turns
            if chat[-1]["role"] == role:
                chat[-1]["content"] += f"\n{words}"
            else:
                chat.append({"role": role, "content": words})
        return chat

    def shortened(self, to: float) -> "Prompt | None":
        """About this share of it: old turns go first, then what was seen, then advice.

        None: there is nothing more to leave out.
        """
        if not self.history:
            return self._without_a_part()
        now = estimate_chat(self.chat())
        gone, bound = 0, now * to
        while gone < len(self.history) and now > bound:
            now -= estimate_message(self.history[gone][1])
            gone += 1
        return replace(self, history=self.history[gone:], dropped=self.dropped + gone)

    def _without_a_part(self) -> "Prompt | None":
        for name in ("seen", "advice", "knowledge", "tools", "acts"):
            if self.turn.get(name) and name not in self.without:
                return replace(self, without=self.without | {name})
        return None


def prompt_of(
    texts: Prompts,
    desk: Desk,
    heard: Heard,
    desk_says: Part,
    *,
    here: Here,
    language: str,
    advice: str = "",
    transcript_tokens: int = 300,
    tools: tuple[str, ...] = (),
) -> Prompt:
    """Put together what is told of a turn. `tools`: names of those that may be proposed."""
    house = {
        **site_facts(desk.site),
        "staff": desk.site.staff_name,
        "clause_chars": str(CLAUSE_CHARS),
        "gestures": ", ".join(here.gestures) or "none",
        "places": ", ".join(here.places) or "none",
        "facts": _facts(desk),
    }
    drafted = [from_clause(clause, here) for clause in desk_says.clauses]
    turn = {
        "intent": desk_says.intent,
        "draft": " ".join(clause.text for clause in desk_says.clauses),
        "acts": json.dumps({"clauses": drafted}, ensure_ascii=False, separators=(",", ":")),
        "deeds": ", ".join(_deeds(desk_says)) or "nothing",
        "knowledge": _retrieved(desk, heard.text),
        "advice": advice,
        "tools": _told_of_tools(tools, heard, desk),
        "seen": _seen(heard, transcript_tokens),
        "observed": _observed(heard),
        "line": json.dumps(heard.text, ensure_ascii=False),
        "language": _LANGUAGES.get(language, language),
        "people": _people(here.others),
    }
    return Prompt(texts=texts, house=house, turn=turn, history=heard.history)


async def fitted(
    prompt: Prompt, count: Callable[[Chat], Awaitable[Counted]], room: int
) -> tuple[Prompt, Counted]:
    """The prompt with so much left out that it has at most `room` tokens, and how many it has.

    Raises `PromptTooLongError` with the cure where even the shortest has more.
    """
    for _ in range(_ROUNDS):
        counted = await count(prompt.chat())
        if counted.tokens <= room:
            return prompt, counted
        shorter = prompt.shortened((1 - _HEADROOM) * room / counted.tokens)
        if shorter is None:
            break
        prompt = shorter
    raise PromptTooLongError(
        f"the prompt has {counted.tokens} tokens where {room} have room; raise"
        " dialogue.model.context_tokens, or take a model with a longer context"
    )


def _deeds(desk_says: Part) -> list[str]:
    return [type(e).__name__ for e in desk_says.effects if not isinstance(e, Refuse)]


def _facts(desk: Desk) -> str:
    facts = site_facts(desk.site)
    lines = [f"- open {facts['hours']}"]
    lines += [f"- {place.name}: {place.directions}" for place in desk.site.places if place.public]
    return "\n".join(lines)


def _retrieved(desk: Desk, line: str) -> str:
    near = [m for m in desk.index.nearest(line, 4) if m.label.startswith("know:")]
    entries = [desk.entries[m.label.removeprefix("know:")] for m in near if m.score > _LIKE]
    return "".join(f"- may help: {e.questions[0]} {e.answer}\n" for e in entries[:3])


def _told_of_tools(names: tuple[str, ...], heard: Heard, desk: Desk) -> str:
    if not names:
        return ""
    places = ", ".join(place.key for place in desk.site.places if place.public)
    lines = told(names, heard.leave, desk.site)
    return (
        "- after the clauses you may propose one tool, or null; the desk decides and tells what"
        ' came of it: "tool": {"name": ..., "arguments": ...}. '
        f"Keys of places: {places}\n" + "\n".join(lines) + "\n"
    )


def _seen(heard: Heard, tokens: int) -> str:
    """What was seen and heard of the visitor, who is the only person whose words are in it."""
    text = heard.memory.text(tokens) if heard.memory is not None else ""
    return f"What was seen and heard, in seconds before now:\n{text}\n" if text else ""


def _observed(heard: Heard) -> str:
    """What tools have just found out for this turn."""
    return "".join(f"- just found out: {one}\n" for one in heard.observed)


def _people(others: tuple[PersonId, ...]) -> str:
    return f"- also here, and may be spoken to: {', '.join(others)}\n" if others else ""
