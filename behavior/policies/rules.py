"""What each branch of each policy does, for people: the rule in one sentence, and its settings.

`{setting}` stands for the value that the site has given it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from behavior.policies.catalogue import PoliciesConfig


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a branch acts, and what an operator may change of it."""

    text: str
    settings: tuple[str, ...] = ()
    """The most telling first."""


RULES: Mapping[str, Rule] = {
    "greeting.sign": Rule(
        "someone who comes and is within {sign_within_m} m gets a silent sign",
        ("sign_within_m", "sign_gesture"),
    ),
    "greeting.words": Rule(
        "someone within {words_within_m} m who has attended for {words_after_s} s (farther off than"
        " {near_m} m: {far_after_s} s) is greeted",
        ("words_within_m", "words_after_s", "near_m", "far_after_s", "walking_m_s", "phrases"),
    ),
    "greeting.unseen": Rule(
        "without a camera, someone who pressed start is greeted {unseen_after_s} s later",
        ("unseen_after_s", "phrases"),
    ),
    "farewell.words": Rule(
        "someone who was surely talked with and walks away within {words_within_m} m hears a"
        " goodbye",
        ("lines", "words_within_m", "after_s"),
    ),
    "farewell.wave": Rule(
        "someone who was served and walks away gets a wave, farther than {words_within_m} m off or"
        " where others stood by",
        ("words_within_m", "gesture", "after_s"),
    ),
    "farewell.gone": Rule(
        "it stops talking when the person spoken to has been gone for {gone_after_s} s",
        ("gone_after_s",),
    ),
    "tools.called": Rule("the next number of a queue is called aloud", ("call_line",)),
    "tools.look": Rule("asked to look somewhere, it turns its eyes there", ("look",)),
    "tools.look_other_side": Rule("asked to look around, it looks to both sides", ("look",)),
    "tools.looked": Rule("after a look its eyes go back to whoever asked", ("look",)),
    "waiting.reassure": Rule(
        "someone who waits for a host hears of it every {reassure_every_s} s",
        ("reassure_every_s", "reassure_times", "reassurances"),
    ),
    "waiting.queue": Rule(
        "someone who attends for {queue_after_s} s while another is served is told to wait",
        ("queue_after_s", "queue_line"),
    ),
    "waiting.long": Rule(
        "someone who attends and is seen to stand there for long unserved is told once that it is"
        " seen, {long_after_s} s after the last words to them",
        ("long_after_s", "long_lines"),
    ),
    "silence.again": Rule(
        "a visitor who says nothing to a question for {after_s} s hears it once in other words",
        ("after_s", "in_other_words", "otherwise", "otherwise_without_page"),
    ),
    "waiting.offer": Rule(
        "someone greeted who says nothing for {offer_after_s} s is offered help once",
        ("offer_after_s", "offer_returned_after_s", "offers"),
    ),
    "waiting.unsure": Rule(
        "someone who turns up close by and may have been greeted before, or be new, is offered help"
        " after {unsure_after_s} s without a greeting",
        ("unsure_offers", "unsure_after_s"),
    ),
    "reply.answer": Rule("a visitor who has spoken or typed is answered"),
    "reply.mixed": Rule(
        "words that two spoke at once for {mixed_from} of the turn are asked for again",
        ("mixed_from",),
    ),
    "reply.thinking": Rule(
        "it looks away, or says a word, when an answer takes longer than {think_after_s} s",
        ("think_after_s", "thinks_by", "thinking_words"),
    ),
    "reply.filler": Rule(
        "it says that it is at it when an answer takes longer than {filler_after_s} s",
        ("filler_after_s", "fillers"),
    ),
    "reply.apology": Rule(
        "it apologises when there is no answer after {give_up_after_s} s",
        ("give_up_after_s", "apology"),
    ),
    "reply.cut_short": Rule(
        "an answer of which no more comes for {part_gap_s} s is over", ("part_gap_s",)
    ),
    "reply.not_caught": Rule(
        "it asks again when a voice had no words in it, at most every {not_caught_every_s} s",
        ("not_caught", "not_caught_voiced_s", "not_caught_every_s"),
    ),
    "reply.overheard": Rule(
        "words it makes no sense of are let pass when those who stand there look at each other"
    ),
    "interruption.duck": Rule(
        "it lowers its voice to {soft_gain} as soon as a visitor's voice begins", ("soft_gain",)
    ),
    "interruption.hold": Rule(
        "it falls silent and keeps its place after {hold_after_voiced_s} s of a visitor's voice",
        ("hold_after_voiced_s", "hold_at_latest_s"),
    ),
    "interruption.words": Rule(
        "it yields to a visitor who says something that is no `mm-hm`",
        ("backchannels", "agreements", "words_after_voiced_s", "doubt_below", "floor_words"),
    ),
    "interruption.voice": Rule(
        "it yields to a voice that lasts {stop_after_voiced_s} s", ("stop_after_voiced_s",)
    ),
    "interruption.stop": Rule("it stops when somebody presses the stop button"),
    "interruption.typed": Rule("it stops talking to read what a visitor types"),
    "interruption.resume": Rule(
        "it goes on when nothing was said, or after {resume_after_s} s of silence",
        ("resume_after_s", "backchannels"),
    ),
    "listening.nod": Rule(
        "it nods at pauses of {nod_after_s} s in turns longer than {long_turn_s} s",
        ("nods", "nod_after_s", "long_turn_s", "nod_every_s"),
    ),
    "listening.murmur": Rule(
        "it says `mm-hm` with a nod in turns longer than {murmur_long_turn_s} s, now and then",
        ("murmurs", "murmur_long_turn_s", "murmur_every_s", "murmurs_until_hour"),
    ),
    "listening.posture": Rule("it turns to whoever speaks and listens"),
    "attention.look": Rule(
        "it looks at whoever it attends to, but never stares", ("longest_look_s", "within_m")
    ),
    "attention.away": Rule(
        "each look ends after {longest_look_s} s at the latest: nobody is stared at",
        ("longest_look_s", "away_s"),
    ),
    "attention.glance": Rule(
        "it glances at someone new within {within_m} m", ("within_m", "glance_s")
    ),
    "attention.ambient": Rule("its eyes wander when nobody comes"),
    "handover.button": Rule(
        "whoever presses the button for a person is told at once", ("button_line", "buttons")
    ),
    "handover.called": Rule(
        "a visitor is told when a person was called and nothing else has said so",
        ("called_line", "urgent_line"),
    ),
    "page.ready": Rule("it shows that it is ready when the page comes up"),
    "mirroring.lean": Rule(
        "while a visitor who stands within {within_m} m leans by {from_deg} degrees or more, it"
        " leans along, slowly and by at most {most_deg} degrees; never with children or from a"
        " wheelchair",
        ("enabled", "share", "most_deg", "from_deg", "within_m", "eyes_above_m", "every_s"),
    ),
    "idle.attentive": Rule("it holds itself attentively while somebody is there"),
    "idle.rest": Rule(
        "it relaxes {rest_after_s} s after the last person has gone", ("rest_after_s",)
    ),
}


def rule_of(branch: str, policies: PoliciesConfig) -> Rule | None:
    """The rule of a branch, in this site's numbers; None of a branch that is none of these."""
    policy = branch.split(".")[0]
    if policy == "proactive":
        return Rule("the learned model suggested it", ("enabled",))
    rule = RULES.get(branch)
    config = getattr(policies, policy, None)
    if rule is None or not isinstance(config, BaseModel):
        return None
    values = {name: _shown(getattr(config, name)) for name in type(config).model_fields}
    return Rule(rule.text.format_map(values), rule.settings)


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
