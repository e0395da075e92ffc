"""Lines of the policies that the norms of the site would change or drop when they are said.

Each line is put before the norms as it would be said to one visitor who attends.
"""

from collections.abc import Iterator

from pydantic import BaseModel

from agent.core.messages import Act, Priority
from behavior.dialogue.wording import sentences
from behavior.norms.norm import Norms
from behavior.norms.scenes import Scene
from behavior.wishes import UNNUMBERED, Wish, because

Where = tuple[str | int, ...]
_WORDS_LEAST = 3
"""Fewer are a name or a key, and nothing that is said."""


def words_against(config: BaseModel, norms: Norms) -> Iterator[tuple[Where, str]]:
    """Where in a policy's settings such a line stands, and what becomes of it."""
    scene = Scene.model_validate({"people": [{}], "act": {}})
    situation = scene.situation()
    for where, line in _lines(config, ()):
        act = Act(
            at=situation.now,
            act=UNNUMBERED,
            reason=because("reply.answer", "a line of the house"),
            to=next(iter(situation.people)),
            clauses=sentences(line),
            priority=Priority.REPLY,
        )
        judged = norms.judge(situation, Wish(act=act))
        said = judged.wish.text if judged.wish is not None else ""
        meant = " ".join(clause.text for clause in act.clauses)
        if judged.fired and said != meant:
            becomes = f"says {said!r} instead" if said else "keeps silent"
            yield where, f"the norm {judged.fired[-1]} {becomes}; word it otherwise"


def _lines(value: object, where: Where) -> Iterator[tuple[Where, str]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _lines(getattr(value, name), (*where, name))
    elif isinstance(value, tuple | list):
        for number, one in enumerate(value):
            yield from _lines(one, (*where, number))
    elif isinstance(value, str) and len(value.split()) >= _WORDS_LEAST:
        yield where, value
