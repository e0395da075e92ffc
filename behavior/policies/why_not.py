"""What stands between somebody and a greeting, or a goodbye: the policies' conditions, told.

Each condition here is one of the policy's own; a test holds the two together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from agent.core.messages import Engagement
from behavior.policies.farewell import FarewellConfig
from behavior.policies.greeting import GreetingConfig
from behavior.situation.people import Mark, Person
from behavior.situation.state import Situation


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One condition that was not met."""

    text: str
    """Follows `because`: `it stood at 3.4 m and is greeted from 3 m on`."""
    setting: str = ""
    """What to change: `greeting.words_within_m`; empty: nothing would help."""


def why_not_greeted(
    config: GreetingConfig, situation: Situation, person: Person
) -> Iterator[Hindrance]:
    """Why this person is not greeted in words at this moment; nothing: it is due."""
    if not config.enabled:
        yield Hindrance("greeting is switched off", "greeting.enabled")
    if (at := person.marks.get(Mark.GREETED)) is not None:
        yield Hindrance(f"the visitor had been greeted {situation.now - at:.0f} s before")
    if person.has(Mark.SPOKE):
        yield Hindrance("the visitor had spoken first, and is answered instead")
    if situation.refused(person):
        what = "the visitor had declined, or walked away from a greeting, before"
        yield Hindrance(what, "planner.situation.refusal_lasts_s")
    if person.perhaps_met and not person.has(Mark.GREETED):
        what = (
            f"the visitor {person.perhaps_met}, and may have been greeted before: help is offered"
        )
        yield Hindrance(what, "planner.situation.sudden_within_m")
    if person.distance_m > config.words_within_m:
        what = f"the visitor stood at {person.distance_m:.2f} m (words begin within"
        yield Hindrance(f"{what} {config.words_within_m:g} m)", "greeting.words_within_m")
    if person.speed_m_s > config.walking_m_s:
        what = f"the visitor was still walking at {person.speed_m_s:.1f} m/s"
        yield Hindrance(what, "greeting.walking_m_s")
    yield from _attention(config, situation, person)
    yield from _floor(situation)
    addressee = situation.addressee
    other = addressee is not None and addressee.id != person.id
    if addressee is not None and other:
        here = addressee.attends or situation.now - addressee.seen_at < 1.0
        yield from (Hindrance("it was talking with somebody else"),) if here else ()


def why_no_goodbye(
    config: FarewellConfig, situation: Situation, person: Person
) -> Iterator[Hindrance]:
    """Why no goodbye is said to this person at this moment; nothing: it is due."""
    if not config.enabled:
        yield Hindrance("goodbyes are switched off", "farewell.enabled")
    if person.engagement is not Engagement.DISENGAGING:
        what = f"the visitor was not turning away, but {_engagement(person.engagement)}"
        yield Hindrance(what)
    else:
        turned_s = situation.now - person.engagement_since
        if turned_s < config.after_s:
            what = f"the visitor had turned away for {turned_s:.1f} s only"
            yield Hindrance(what, "farewell.after_s")
        if turned_s > config.until_s:
            what = f"the visitor had turned away {turned_s:.0f} s before: it would run after them"
            yield Hindrance(what, "farewell.until_s")
    if person.leaves_m_s < config.leaving_m_s:
        yield Hindrance("the visitor was not walking away", "farewell.leaving_m_s")
    marks = person.marks
    goodbye = marks.get(Mark.FAREWELLED, float("-inf"))
    talked = (Mark.ANSWERED, Mark.SERVED, Mark.SPOKE)
    if max(marks.get(one, goodbye) for one in talked) <= goodbye:
        yield Hindrance("nothing had been said between them since")
    if Mark.WAITING in marks:
        yield Hindrance("the visitor had been asked to take a seat and wait")
    yield from _floor(situation)


def _attention(config: GreetingConfig, situation: Situation, person: Person) -> Iterator[Hindrance]:
    since = person.attending_since
    if since is None:
        what = f"the visitor did not attend, but was {_engagement(person.engagement)}"
        yield Hindrance(what, "seeing.engagement")
        return
    far = person.distance_m > config.near_m
    wanted_s = max(config.words_after_s, config.far_after_s) if far else config.words_after_s
    if situation.now < since + wanted_s:
        what = f"the visitor had attended for {situation.now - since:.1f} s of {wanted_s:g} s"
        setting = "far_after_s" if wanted_s > config.words_after_s else "words_after_s"
        yield Hindrance(what, f"greeting.{setting}")


def _engagement(state: Engagement) -> str:
    words = {
        Engagement.PRESENT: "only in view",
        Engagement.PASSING: "passing by",
        Engagement.ENGAGED: "in an encounter",
    }
    return words.get(state, str(state))


def _floor(situation: Situation) -> Iterator[Hindrance]:
    if situation.in_turn:
        yield Hindrance("a visitor was speaking")
    if situation.floor.agent_speaks:
        yield Hindrance("it was saying something")
    if situation.open_turn is not None:
        yield Hindrance("an answer was still owed")
