"""A policy's own lines in the language of whoever hears them.

The settings of a policy hold its lines in the site's own language and, under `languages`, the same
lines in others. A policy is pure, so what it would say to somebody in German is what the same
policy with the German lines says at the same moment.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Self

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from agent.core.messages import Clause, Message
from behavior.dialogue.wording import in_language
from behavior.languages.tongue import LANGUAGES
from behavior.situation.state import Situation
from behavior.wishes import Policy, Wish, Wishes


class Spoken(BaseModel):
    """Settings of a policy that has lines."""

    languages: dict[str, dict[str, str | tuple[str, ...]]] = Field(
        default_factory=dict,
        description="The lines in other languages, for visitors who are served in them: "
        "`de: {lines: [...]}`. What is left out is said in the site's own.",
    )

    @field_validator("languages")
    @classmethod
    def _of_lines(
        cls, value: dict[str, dict[str, str | tuple[str, ...]]], _: ValidationInfo
    ) -> dict[str, dict[str, str | tuple[str, ...]]]:
        for code, lines in value.items():
            if code not in LANGUAGES:
                raise ValueError(f"{code} is none of {', '.join(LANGUAGES)}")
            for name, said in lines.items():
                field = cls.model_fields.get(name)
                sort = _SORTS.get(str(field.annotation)) if field is not None else None
                if sort is None:
                    raise ValueError(f"{code}: {name} is no line of this policy")
                if (sort == _LINE) != isinstance(said, str):
                    raise ValueError(f"{code}: {name} is {sort} here")
        return value

    def said_in(self, code: str) -> Self:
        """The same settings with the lines of that language."""
        return self.model_copy(update=dict(self.languages[code]))


_LINE = "one line"
_SORTS = {str(str): _LINE, str(tuple[str, ...]): "a list of lines"}


def speaking(make: Callable[[Any], Policy], config: BaseModel) -> Policy:
    """The policy with these settings, in whatever languages they have lines."""
    own = make(config)
    if not isinstance(config, Spoken) or not config.languages:
        return own
    others = {code: make(config.said_in(code)) for code in config.languages}
    named = type(type(own).__name__, (_InTheirLanguage,), {"name": own.name, "hears": own.hears})
    made: Policy = named(own, others)
    return made


class _InTheirLanguage:
    """Asks the policy, and says what it wishes to say in the language of the person."""

    def __init__(self, own: Policy, others: Mapping[str, Policy]) -> None:
        self._own, self._others = own, others

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return what the policy wants, in the visitor's words."""
        wishes = self._own.decide(situation, message)
        acts = tuple(self._put(wish, situation, message) for wish in wishes.acts)
        return replace(wishes, acts=acts)

    def _put(self, wish: Wish, situation: Situation, message: Message) -> Wish:
        code = situation.language_of(wish.act.to)
        other = self._others.get(code)
        if other is None or not wish.speaks:
            return wish
        for same in other.decide(situation, message).acts:
            alike = (same.act.to, same.act.reason) == (wish.act.to, wish.act.reason)
            if alike and same.act.clauses != wish.act.clauses:
                clauses = _marked(same.act.clauses, wish.act.clauses, code)
                return replace(same, act=replace(same.act, clauses=clauses))
        return wish


def _marked(clauses: tuple[Clause, ...], own: tuple[Clause, ...], code: str) -> tuple[Clause, ...]:
    """The clauses that differ from the site's own are in that language."""
    known = {clause.text for clause in own}
    return tuple(one if one.text in known else in_language((one,), code)[0] for one in clauses)
