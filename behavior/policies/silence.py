"""Bears with a visitor who says nothing to a question: waits, helps once, and leaves in peace.

Nobody has to speak. After a while the question is put once in other words, with what can be done
instead of speaking: the screen, the keyboard, a person. Then nothing more is said until the visitor
does something; who looks elsewhere, writes on the page or has declined is not spoken to at all.
"""

from typing import ClassVar

from pydantic import ConfigDict, Field

from agent.core.messages import (
    Act,
    ActFinished,
    Clause,
    EngagementChanged,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
    Message,
    StageState,
    TurnEnded,
)
from behavior.dialogue.other_words import in_other_words, is_question
from behavior.languages.tongue import ENGLISH
from behavior.policies.spoken import Spoken
from behavior.situation.people import Mark, Person
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

_BRANCH = "silence.again"
_NEVER = float("-inf")


class SilenceConfig(Spoken):
    """How a visitor is helped who says nothing to a question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(True, description="Whether a question is ever put once more.")
    after_s: float = Field(
        12.0, ge=4, le=120, description="So long a visitor is left to think after a question."
    )
    within_m: float = Field(
        2.5, ge=0.5, le=6, description="Nobody farther away is asked again, metres."
    )
    in_other_words: bool = Field(
        True, description="Whether the question itself is put again, where it holds no name."
    )
    otherwise: tuple[str, ...] = Field(
        (
            "Take your time. You can also type it, or touch the screen and have a person called.",
            "There is no hurry. If you would rather not speak, type it or press the help button.",
        ),
        min_length=1,
        description="What can be done instead of speaking, where there is a page; in turn.",
    )
    otherwise_without_page: tuple[str, ...] = Field(
        ("Take your time. If you like, I can call a person.",),
        min_length=1,
        description="The same, where there is no page to touch or type on.",
    )
    gesture: str = Field("offer_palm", description="Gesture with these words; empty: none.")
    courtesies: tuple[str, ...] = Field(
        ("greeting", "thanks", "cancel", "yes", "no", "forget_me", "farewell", "how_are_you",
         "joke", "compliment", "name", "form", "tool.fill", "tool.send", "tool.scroll"),
        description="What was answered when a question is only politeness, or the page waits.",
    )  # fmt: skip


class SilencePolicy:
    """Pure: whether a question that got no answer is put once more now."""

    name: ClassVar[str] = "silence"
    hears: ClassVar[tuple[type[Message], ...]] = (
        EngagementChanged,
        TurnEnded,
        ActFinished,
        StageState,
    )

    def __init__(self, config: SilenceConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return the question in other words once it is due, or the moment to look again."""
        person = situation.addressee
        if not self._config.enabled or person is None:
            return NOTHING
        asked_at = self._open_since(situation, person)
        if asked_at is None:
            return NOTHING
        due = asked_at + self._config.after_s
        if situation.now < due:
            return Wishes(wake_at=due)
        if not situation.quiet:
            return Wishes(wake_at=situation.now + 1.0)
        return Wishes(acts=(self._again(situation, message, person),), wake_at=situation.now + 1.0)

    def _open_since(self, situation: Situation, person: Person) -> float | None:
        """Since when a question waits for this person; None: none does, or it is to be left."""
        meeting, spoken = situation.encounter, situation.floor.spoken
        turn = next(reversed(tuple(situation.turns.values())), None)
        if meeting is None or turn is None or turn.ended is None or not turn.replies or not spoken:
            return None
        intents = turn.replies[-1].intent.split("+")
        if not is_question(spoken[-1]) or set(intents) <= set(self._config.courtesies):
            return None
        if not person.attends or person.distance_m > self._config.within_m:
            return None
        since = turn.ended.at
        helped_at = max(
            person.marks.get(Mark.OFFERED, _NEVER), situation.acted.get(_BRANCH, _NEVER)
        )
        writes_at = situation.devices.page_used_at or _NEVER
        if helped_at >= since or writes_at > since or situation.refused(person):
            return None
        return meeting.active_at

    def _again(self, situation: Situation, message: Message, person: Person) -> Wish:
        config = self._config
        page = situation.devices.page_connected
        lines = config.otherwise if page else config.otherwise_without_page
        line = min(lines, key=lambda one: _said_at(one, situation.lines))
        cue = (GestureCue(lexeme=config.gesture),) if config.gesture else ()
        clauses: tuple[Clause, ...] = (Clause(text=line, gestures=cue),)
        question, code = in_other_words(situation.floor.spoken[-1])
        if config.in_other_words and question:
            clauses = (Clause(text=question, language=code if code != ENGLISH else ""), *clauses)
        sentence = f"{person.id} has said nothing to a question for {config.after_s:.0f} s"
        act = Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because(_BRANCH, sentence),
            to=person.id,
            clauses=clauses,
            expression=Expression.FRIENDLY,
            gaze=Gaze(target=GazeTarget.PERSON, person=person.id),
        )
        return Wish(act=act, proactive=True, marks=((person.id, Mark.OFFERED),))


def _said_at(line: str, said: tuple[str, ...]) -> int:
    """The line said longest ago comes first."""
    return said.index(line) + 1 if line in said else 0
