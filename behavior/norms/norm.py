"""Norms: what one does not do, or does otherwise, as data that a person can review.

A norm tests named facts, gives a verdict on one wish, and brings its own examples. Order: what is
allowed whatever else, what is forbidden, what is softened, what is required; each looks at the wish
as those before it have left it. Whatever a norm does to a wish is told, with the norm's own reason:
a veto as `ActRefused`, a change in the reason of the act.
"""

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from agent.core.messages import ActRefused
from behavior.arbiter import refusal
from behavior.norms.changes import NEEDS_SAY, NEEDS_WORDS, Change, Found, changed
from behavior.norms.facts import FACTS, FactKind, Facts
from behavior.norms.people import FactValue
from behavior.norms.scenes import Scene
from behavior.norms.words import spoken
from behavior.situation.state import Situation
from behavior.wishes import Wish

_AGAIN_S = 0.25
"""How soon a policy is asked again that was told to wait."""


class NormKind(StrEnum):
    """The seven kinds of EgoNormia."""

    SAFETY = "safety"
    PRIVACY = "privacy"
    PROXEMICS = "proxemics"
    POLITENESS = "politeness"
    COOPERATION = "cooperation"
    COORDINATION = "coordination"
    COMMUNICATION = "communication"


class Verdict(StrEnum):
    """What a norm says about a wish."""

    ALLOW = "allow"
    """No other norm may object (or none of those in `over`)."""
    VETO = "veto"
    SOFTEN = "soften"
    REQUIRE = "require"


class Check(BaseModel):
    """What has to be true of one fact. All that is given has to hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    equals: bool | float | str | None = Field(None, description="Exactly this.")
    above: float | None = Field(None, description="More than this number.")
    below: float | None = Field(None, description="Less than this number.")
    one_of: tuple[str, ...] = Field((), description="One of these words.")
    mentions: tuple[str, ...] = Field((), description="Some of these words occur in the text.")
    from_hour: float | None = Field(None, ge=0, le=24, description="An hour of the day or later.")
    until_hour: float | None = Field(
        None, ge=0, le=24, description="Before this hour; may be past midnight."
    )

    @model_validator(mode="before")
    @classmethod
    def _plain_value_means_equals(cls, value: object) -> object:
        return value if isinstance(value, dict) else {"equals": value}

    @model_validator(mode="after")
    def _says_something(self) -> "Check":
        if (self.from_hour is None) != (self.until_hour is None):
            raise ValueError("from_hour and until_hour go together")
        if not self.model_fields_set:
            raise ValueError("says nothing")
        return self

    def holds(self, value: FactValue) -> bool:
        """Whether a fact with this value passes. What is unknown never does.

        A text is given as `behavior.norms.words.spoken` has it.
        """
        if value is None:
            return False
        if self.equals is not None and value != self.equals:
            return False
        if isinstance(value, str):
            if self.one_of and value not in self.one_of:
                return False
            return not self.mentions or any(one in value for one in self._phrases)
        if self.above is not None and not value > self.above:
            return False
        if self.below is not None and not value < self.below:
            return False
        return self._in_hours(float(value))

    @cached_property
    def _phrases(self) -> tuple[str, ...]:
        return tuple(spoken(one) for one in self.mentions)

    def _in_hours(self, hour: float) -> bool:
        start, end = self.from_hour, self.until_hour
        if start is None or end is None:
            return True
        return start <= hour < end if start <= end else hour >= start or hour < end

    def fits(self, kind: FactKind) -> bool:
        """Whether it can be asked of a fact of this kind."""
        numeric = self.above is not None or self.below is not None or self.from_hour is not None
        match kind:
            case FactKind.FLAG:
                return isinstance(self.equals, bool) and self.model_fields_set == {"equals"}
            case FactKind.NUMBER:
                number = isinstance(self.equals, float) and not isinstance(self.equals, bool)
                return (numeric or number) and not self.one_of and not self.mentions
            case FactKind.WORD:
                return (isinstance(self.equals, str) or bool(self.one_of)) and not numeric
            case FactKind.TEXT:
                return bool(self.mentions) and not numeric and not self.one_of


class Examples(BaseModel):
    """Situations that show what a norm means. They are run as tests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fires: tuple[Scene, ...] = Field(min_length=1, description="Here it speaks up.")
    silent: tuple[Scene, ...] = Field(min_length=1, description="Here it does not.")


class Norm(BaseModel):
    """One norm."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z_]*$", description="Its name, as it appears in reasons.")
    kind: NormKind = Field(description="One of the seven kinds.")
    when: dict[str, Check] = Field(min_length=1, description="All of these have to be true.")
    unless: dict[str, Check] = Field(
        default_factory=dict, description="And none of these may be true."
    )
    verdict: Verdict = Field(description="allow, veto, soften or require.")
    how: Change | None = Field(None, description="How to soften, or what is required.")
    over: tuple[str, ...] = Field(
        (), description="For allow: the norms it sets aside; none named: all."
    )
    say: str = Field("", description="Words it needs for that, see `how`.")
    reason: str = Field(min_length=10, description="Why, so that anyone understands it.")
    examples: Examples = Field(description="Where it fires and where it does not.")

    @field_validator("when", "unless")
    @classmethod
    def _facts_exist(cls, tests: dict[str, Check]) -> dict[str, Check]:
        for name, test in tests.items():
            if name not in FACTS:
                near = difflib.get_close_matches(name, FACTS, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise ValueError(f"there is no fact {name}{hint}")
            if not test.fits(FACTS[name].kind):
                raise ValueError(f"{name} is a {FACTS[name].kind} and cannot be tested like this")
        return tests

    @model_validator(mode="after")
    def _is_complete(self) -> "Norm":
        changes = self.verdict in (Verdict.SOFTEN, Verdict.REQUIRE)
        if changes != (self.how is not None):
            raise ValueError("`how` goes with soften and require, and only with these")
        if self.how in NEEDS_SAY and not self.say:
            raise ValueError(f"{self.how} needs `say`")
        if self.how in NEEDS_WORDS and not self.words:
            raise ValueError(f"{self.how} needs the words to look for: act.text mentions them")
        if self.over and self.verdict is not Verdict.ALLOW:
            raise ValueError("`over` goes with allow")
        return self

    @property
    def words(self) -> tuple[str, ...]:
        """The words it looks for in what is to be said."""
        text = self.when.get("act.text")
        return text.mentions if text is not None else ()

    @property
    def needs_words(self) -> bool:
        """Whether it can only have something to say about an act that speaks."""
        speaks = self.when.get("act.speaks")
        if speaks is not None and speaks.equals is True:
            return True
        greets = self.when.get("act.greets")
        return bool(self.words) or (greets is not None and greets.equals is True)

    def spares(self, others: Sequence["Norm"]) -> list["Norm"]:
        """Those of the others that it sets aside: the ones in `over`, or all that object."""
        if self.over:
            return [norm for norm in others if norm.id in self.over]
        return [norm for norm in others if norm.verdict is not Verdict.REQUIRE]

    def fires(self, situation: Situation, wish: Wish) -> bool:
        """Whether it has something to say about this wish."""
        return self.holds(Facts(situation, wish))

    def holds(self, facts: Facts) -> bool:
        """Whether it has something to say where these are the facts."""
        for name, test in self.when.items():
            if not test.holds(facts[name]):
                return False
        return not any(test.holds(facts[name]) for name, test in self.unless.items())


class NormsFile(BaseModel):
    """A file of norms."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    norms: tuple[Norm, ...] = Field(description="The norms of this file.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of a wish."""

    wish: Wish | None
    """As it may be done; None: not at all."""
    refused: ActRefused | None = None
    fired: tuple[str, ...] = ()
    """Every norm that had something to say, in order; exceptions, where there was one to make."""
    again_at: float | None = None
    """The wish may be had later: ask its policy again at this moment."""


class Norms:
    """All norms at work. Pure."""

    def __init__(self, norms: Sequence[Norm]) -> None:
        ids = [norm.id for norm in norms]
        twice = {one for one in ids if ids.count(one) > 1}
        if twice:
            raise ValueError(f"these norms are there twice: {', '.join(sorted(twice))}")
        unknown = {over for norm in norms for over in norm.over} - set(ids)
        if unknown:
            raise ValueError(f"`over` names no norm: {', '.join(sorted(unknown))}")
        self.all = tuple(norms)
        self._in_order = sorted(self.all, key=_rank)
        self._of_silence = [norm for norm in self._in_order if not norm.needs_words]

    def judge(
        self, situation: Situation, wish: Wish, *, only: Collection[Change] = ()
    ) -> Judgement:
        """Return the wish as it may be done, or its refusal, and the norms behind it.

        `only`: by norms that make these changes, and by exceptions to them; none: by all.
        """
        facts = Facts(situation, wish)
        asked = self._in_order if wish.speaks else self._of_silence
        if only:
            asked = [n for n in asked if n.how in only or n.verdict is Verdict.ALLOW]
        firing = [norm for norm in asked if norm.holds(facts)]
        if not firing:
            return Judgement(wish=wish)
        rest = [norm for norm in firing if norm.verdict is not Verdict.ALLOW]
        allowing: list[Norm] = []
        for norm in firing:
            if norm.verdict is Verdict.ALLOW and (spared := norm.spares(rest)):
                allowing.append(norm)
                rest = [one for one in rest if one not in spared]
                wish = named(wish, norm)
        vetoes = [norm for norm in rest if norm.verdict is Verdict.VETO]
        if vetoes:
            return _refuse(situation, wish, vetoes[0], (*_ids(allowing), *_ids(rest)))
        fired = list(_ids(allowing))
        for norm in rest:
            if not norm.holds(facts):
                continue  # an earlier change has taken away what it is about
            fired.append(norm.id)
            assert norm.how is not None
            after = changed(norm.how, wish, Found(situation, norm.say, norm.words))
            if after is None:
                return _refuse(situation, wish, norm, tuple(fired))
            if after is not wish:
                wish = named(after, norm)
                facts = Facts(situation, wish)
        return Judgement(wish=wish, fired=tuple(fired))


def named(wish: Wish, norm: Norm) -> Wish:
    """The wish with the norm and its plain reason in why it is done."""
    reason = wish.act.reason
    why = f"{reason.because.rstrip('.')}; {norm.id}: {norm.reason}"
    reason = replace(reason, because=why, norms=(*reason.norms, norm.id))
    return replace(wish, act=replace(wish.act, reason=reason))


def _refuse(situation: Situation, wish: Wish, norm: Norm, fired: tuple[str, ...]) -> Judgement:
    refused = refusal(named(wish, norm), f"norm:{norm.id}", norm.reason)
    later = norm.how is Change.WAIT
    again_at = situation.now + _AGAIN_S if later else None
    return Judgement(wish=None, refused=refused, fired=fired, again_at=again_at)


def _ids(norms: Sequence[Norm]) -> tuple[str, ...]:
    return tuple(norm.id for norm in norms)


def _rank(norm: Norm) -> tuple[int, int]:
    """Softening before requiring; what leaves nothing or no words before what changes words."""
    order = (Change.WAIT, Change.SILENT_SIGN, Change.DROP_NAMES, Change.DROP_CLAUSES)
    place = order.index(norm.how) if norm.how in order else len(order)
    return (norm.verdict is Verdict.REQUIRE, place)
