"""A site's MCP servers: which of their tools are used, with what, and what is said of an answer.

All that a model or a visitor ever meets of such a server is written here by the site: the name, a
sentence on what it is for, arguments within bounds, the words of the answer with slots. The
server's own names and descriptions go into a pin and nowhere else, so that a tool which has
changed is refused. Pure.
"""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from behavior.tools.contract import OUTSIDE, OutsideArguments, ToolError
from behavior.tools.rule import ToolRule
from behavior.tools.trust import fit_to_tell

Value = str | int | float | bool
_NAME = r"^[a-z][a-z0-9_]{0,40}$"
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class ArgumentConfig(BaseModel):
    """What one argument of a tool may be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fixed: Value | None = Field(None, description="Always this; nobody else has a say.")
    choices: tuple[str, ...] = Field((), description="One of these; the first if nothing is said.")
    least: float | None = Field(None, description="A number of at least this ...")
    most: float | None = Field(None, description="... and at most this.")
    longest: int = Field(
        0, ge=0, le=80, description="Plain words of the visitor, at most so many letters; 0: none."
    )

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        number = self.least is not None or self.most is not None
        kinds = [self.fixed is not None, bool(self.choices), number, self.longest > 0]
        if sum(kinds) != 1:
            raise ValueError("write one of: fixed; choices; least and most; longest")
        if number and (self.least is None or self.most is None or self.least > self.most):
            raise ValueError("write both least and most, the smaller first")
        return self

    def grammar(self) -> dict[str, object]:
        """As JSON Schema, for a model."""
        if self.choices:
            return {"enum": list(self.choices)}
        if self.longest:
            return {"type": "string", "minLength": 1, "maxLength": self.longest}
        return {"type": "number", "minimum": self.least, "maximum": self.most}

    def taken(self, given: Value | None) -> Value:
        """The value that is sent for what was given. Raises `ToolError`."""
        if self.fixed is not None:
            if given is not None and given != self.fixed:
                raise ToolError("is fixed by the site")
            return self.fixed
        if self.choices:
            value = self.choices[0] if given is None else str(given)
            known = {choice.casefold(): choice for choice in self.choices}
            if value.casefold() not in known:
                raise ToolError("is none of the site's choices")
            return known[value.casefold()]
        if given is None:
            raise ToolError("is missing")
        if self.longest:
            words = fit_to_tell(str(given))
            if not words or len(words) > self.longest:
                raise ToolError("is not plain words, or too long")
            return words
        return self._number(given)

    def _number(self, given: Value) -> float:
        try:
            number = float(given) if not isinstance(given, bool) else float("nan")
        except ValueError:
            number = float("nan")
        if self.least is None or self.most is None or not self.least <= number <= self.most:
            raise ToolError("is no number within the site's bounds")
        return int(number) if number.is_integer() else number


class McpToolConfig(ToolRule):
    """One tool of a server that is used, under which rules, and what is said of it."""

    name: str = Field(pattern=_NAME, description="What it is called here: `mcp.NAME`.")
    tool: str = Field(min_length=1, max_length=128, description="What the server calls it.")
    about: str = Field(
        min_length=5, max_length=200, description="What it is for, told to a language model."
    )
    pin: str = Field(
        "",
        pattern=r"^([0-9a-f]{16})?$",
        description="`foyer check` prints it: of the tool's name, description and schemas as they"
        " were looked at. Without it, and once any of them changes, the tool is refused.",
    )
    arguments: Mapping[str, ArgumentConfig] = Field(
        default_factory=dict, description="What it is sent, by the server's names."
    )
    phrases: tuple[str, ...] = Field(
        (), description="By which visitors ask for it; `{name}` of an argument takes their words."
    )
    values: Mapping[str, str] = Field(
        default_factory=lambda: {"value": ""},
        min_length=1,
        description="What is said of its result: name -> JSON pointer such as `/temperature`;"
        " empty: its text.",
    )
    say: str = Field(
        "{value}",
        min_length=3,
        max_length=200,
        description="The answer, with `{name}` of values and arguments; ` | ` parts clauses.",
    )
    screen: str = Field("", max_length=80, description="A line for the page, with the same names.")
    acts: bool = Field(
        True, description="It may change something: it runs once, and only for a turn that counts."
    )
    deadline_s: float = Field(4.0, gt=0, le=20, description="How long it may take.")

    @field_validator("values")
    @classmethod
    def _pointers(cls, values: Mapping[str, str]) -> Mapping[str, str]:
        for name, pointer in values.items():
            if pointer and not pointer.startswith("/"):
                raise ValueError(f"{name}: write a JSON pointer such as /{pointer}, or nothing")
        return values

    @model_validator(mode="after")
    def _slots_are_filled(self) -> Self:
        for what, text in (("say", self.say), ("screen", self.screen)):
            for name in _slots(text):
                if name not in self.values and name not in self.arguments:
                    raise ValueError(f"{what}: there is no value or argument {{{name}}}")
        for phrase in self.phrases:
            for name in _slots(phrase):
                if name not in self.arguments or self.arguments[name].fixed is not None:
                    raise ValueError(f"phrases: {{{name}}} is no argument that may be said")
        return self

    @property
    def called(self) -> str:
        """The name by which the rules, the panel and a model know it."""
        return OUTSIDE + self.name

    def grammar(self) -> dict[str, object]:
        """Of the arguments that a model may choose. Nothing of it comes from the server."""
        free = {name: one for name, one in self.arguments.items() if one.fixed is None}
        given = {
            "type": "object",
            "properties": {name: one.grammar() for name, one in free.items()},
            "required": [name for name, one in free.items() if not one.choices],
            "additionalProperties": False,
        }
        return {
            "type": "object",
            "properties": {"given": given},
            "required": ["given"],
            "additionalProperties": False,
        }

    def sent(self, arguments: OutsideArguments) -> dict[str, Value]:
        """What is sent for what was asked. Raises `ToolError` with what is wrong."""
        if unknown := sorted(set(arguments.given) - set(self.arguments)):
            raise ToolError(f"{self.called}: has no argument {unknown[0][:40]!r}")
        taken = {}
        for name, one in self.arguments.items():
            try:
                taken[name] = one.taken(arguments.given.get(name))
            except ToolError as fault:
                raise ToolError(f"{self.called}: {name} {fault}") from None
        return taken


class McpServerConfig(BaseModel):
    """One MCP server: a command of this machine, or an address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=_NAME, description="What it is called here.")
    command: str = Field("", max_length=400, description="The program to start; speaks on stdio.")
    args: tuple[str, ...] = Field((), max_length=40, description="Its arguments. No secrets here.")
    env: tuple[str, ...] = Field(
        (),
        max_length=40,
        description="Names of environment variables it gets, besides PATH, HOME and LANG.",
    )
    url: str = Field(
        "",
        max_length=400,
        pattern=r"^(https?://[^\s@]+)?$",
        description="Where it listens (streamable HTTP), in place of a command.",
    )
    token_env: str = Field(
        "",
        pattern=rf"({_VARIABLE})?",
        description="Environment variable with the bearer token for the address.",
    )
    start_s: float = Field(10.0, gt=0, le=120, description="How long it may take to be ready.")
    check_s: float = Field(
        30.0, ge=1, le=3600, description="How often it is asked whether it is well and unchanged."
    )
    tools: tuple[McpToolConfig, ...] = Field(
        (), max_length=50, description="Which of its tools are used. All others are not."
    )

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise ValueError("write either a command or a url")
        if self.url and (self.args or self.env):
            raise ValueError("args and env go with a command")
        if self.token_env and not self.url:
            raise ValueError("token_env goes with a url; name the variable in env")
        return self


def _slots(text: str) -> list[str]:
    """Names in braces. Raises ValueError for anything else that is in braces."""
    try:
        fields = list(Formatter().parse(text))
    except ValueError as fault:
        raise ValueError(f"{text!r}: {fault}; write names in braces only") from None
    names = [name for _, name, _, _ in fields if name is not None]
    if any(not _SLOT.fullmatch(f"{{{name}}}") for name in names):
        raise ValueError(f"{text!r}: write plain names in braces, such as {{value}}")
    if any(spec or how for _, name, spec, how in fields if name is not None):
        raise ValueError(f"{text!r}: write plain names in braces, such as {{value}}")
    return names
