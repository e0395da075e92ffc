"""Norms: what one does not do, or does otherwise, as data that a person can review.

A norm tests named facts, gives a verdict on one wish, and brings its own examples. Order: what is
allowed whatever else, what is forbidden, what is softened, what is required. Whatever a norm does
to a wish is told: a veto as `ActRefused`, a change in the reason of the act.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from agent.core.messages import ActRefused, Clause, Gaze, GazeTarget, GestureCue
from behavior.arbiter import refusal
from behavior.hearing import says_any
from behavior.norm_facts import FACTS, FactKind, FactValue
from behavior.scenes import Scene
from behavior.situation import Mark, Situation
from behavior.wishes import Wish


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


class Change(StrEnum):
    """How a wish is softened, or what it is required to have."""

    SILENT_SIGN = "silent_sign"
    """A look and a nod instead of words."""
    MILDER = "milder"
    """A weaker face."""
    NO_GESTURES = "no_gestures"
    DROP_NAMES = "drop_names"
    """Say the discreet words of each clause that has them."""
    DROP_CLAUSES = "drop_clauses"
    """Leave out the clauses in which the words were found; with none left, say `say`."""
    LOOK = "look"
    """Look at the person spoken to."""
    DISCLOSE = "disclose"
    """Say first that this is an AI, with the words in `say`."""
    ON_SCREEN = "on_screen"
    """Show the words as well as saying them."""


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
        """Whether a fact with this value passes. What is unknown never does."""
        if value is None:
            return False
        if self.equals is not None and value != self.equals:
            return False
        if isinstance(value, str):
            if self.one_of and value not in self.one_of:
                return False
            return not self.mentions or says_any(value, self.mentions)
        if self.above is not None and not value > self.above:
            return False
        if self.below is not None and not value < self.below:
            return False
        return self._in_hours(float(value))

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
        if self.how in (Change.DISCLOSE, Change.DROP_CLAUSES) and not self.say:
            raise ValueError(f"{self.how} needs `say`")
        if self.over and self.verdict is not Verdict.ALLOW:
            raise ValueError("`over` goes with allow")
        return self

    def fires(self, situation: Situation, wish: Wish) -> bool:
        """Whether it has something to say about this wish."""
        for name, test in self.when.items():
            if not test.holds(FACTS[name].read(situation, wish)):
                return False
        return not any(
            test.holds(FACTS[name].read(situation, wish)) for name, test in self.unless.items()
        )


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
    """Every norm that had something to say, in order."""


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

    def judge(self, situation: Situation, wish: Wish) -> Judgement:
        """Return the wish as it may be done, or its refusal, and the norms behind it."""
        firing = [norm for norm in self.all if norm.fires(situation, wish)]
        if not firing:
            return Judgement(wish=wish)
        allowing = [norm for norm in firing if norm.verdict is Verdict.ALLOW]
        rest = [norm for norm in firing if norm not in allowing]
        for allow in allowing:
            rest = [norm for norm in rest if allow.over and norm.id not in allow.over]
        fired = tuple(norm.id for norm in (*allowing, *rest))
        if allowing:
            wish = wish.because_of(*(norm.id for norm in allowing))
        for veto in rest:
            if veto.verdict is Verdict.VETO:
                return self._refuse(wish, veto, fired)
        for norm in sorted(rest, key=lambda one: one.verdict is Verdict.REQUIRE):
            changed = _changed(situation, wish, norm)
            if changed is None:
                return self._refuse(wish, norm, fired)
            wish = changed.because_of(norm.id) if changed is not wish else wish
        return Judgement(wish=wish, fired=fired)

    def _refuse(self, wish: Wish, norm: Norm, fired: tuple[str, ...]) -> Judgement:
        named = wish.because_of(norm.id)
        refused = refusal(named, f"norm:{norm.id}", norm.reason)
        return Judgement(wish=None, refused=refused, fired=fired)


def _changed(situation: Situation, wish: Wish, norm: Norm) -> Wish | None:
    """The wish as the norm would have it; None: nothing is left of it."""
    act = wish.act
    match norm.how:
        case Change.SILENT_SIGN:
            return _silent(situation, wish)
        case Change.MILDER:
            return replace(wish, act=replace(act, intensity=min(act.intensity, 0.3)))
        case Change.NO_GESTURES:
            clauses = tuple(replace(clause, gestures=()) for clause in act.clauses)
            return replace(wish, act=replace(act, gestures=(), clauses=clauses))
        case Change.DROP_NAMES:
            return replace(wish, act=replace(act, clauses=_discreet(act.clauses)))
        case Change.DROP_CLAUSES:
            words = tuple(w for test in norm.when.values() for w in test.mentions)
            kept = tuple(one for one in act.clauses if not says_any(one.text, words))
            if not kept or len(kept) == len(act.clauses):
                kept = (Clause(text=norm.say),)
            return replace(wish, act=replace(act, clauses=kept))
        case Change.LOOK:
            if act.to is None:
                return wish
            gaze = Gaze(target=GazeTarget.PERSON, person=act.to)
            return replace(wish, act=replace(act, gaze=gaze))
        case Change.DISCLOSE:
            clauses = (Clause(text=norm.say), *act.clauses)
            return replace(wish, act=replace(act, clauses=clauses), discloses=True)
        case Change.ON_SCREEN:
            clauses = tuple(replace(one, screen=one.screen or one.text) for one in act.clauses)
            return replace(wish, act=replace(act, clauses=clauses))
        case None:
            return wish


def _silent(situation: Situation, wish: Wish) -> Wish | None:
    """A nod instead of words, once. What it would have done in words stays undone."""
    person = situation.person(wish.act.to)
    if person is None or person.has(Mark.SIGNED):
        return None
    act = replace(
        wish.act,
        clauses=(),
        gestures=(GestureCue(lexeme="nod"),),
        gaze=Gaze(target=GazeTarget.PERSON, person=person.id),
        intensity=min(wish.act.intensity, 0.5),
    )
    marks = ((person.id, Mark.SIGNED), (person.id, Mark.NOTICED))
    return replace(wish, act=act, marks=marks, discloses=False)


def _discreet(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    said = tuple(
        clause
        if clause.discreet is None
        else replace(clause, text=clause.discreet, discreet=None, gestures=())
        for clause in clauses
    )
    return tuple(clause for clause in said if clause.text.strip() or clause.screen)
