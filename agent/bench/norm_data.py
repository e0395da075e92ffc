"""Reads scenes in the format of EgoNormia's text mode: five behaviours, five justifications each.

A file is a JSON object of records by id, or a list of them. An empty behaviour means "none of the
others". Faults are told as file:record: what.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.core.errors import BadInputError

OPTIONS = 5
SAMPLE = Path(__file__).parent / "data" / "norm_scenes.json"
"""Scenes written for this project. Not the benchmark."""
_FAULTS_TOLD = 10


class Record(BaseModel):
    """One scene and what one might do in it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(min_length=1, description="Its name in the file.")
    behaviors: tuple[str, ...] = Field(
        min_length=OPTIONS, max_length=OPTIONS, description="Empty: none of the others."
    )
    justifications: tuple[str, ...] = Field(
        min_length=OPTIONS, max_length=OPTIONS, description="One for each behaviour, in order."
    )
    correct: int = Field(ge=0, lt=OPTIONS, description="The behaviour that is right.")
    sensibles: tuple[int, ...] = Field(description="All behaviours that make sense.")
    taxonomy: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Kinds of norms behind each behaviour."
    )
    desc: str = Field(min_length=1, description="What is seen, in words.")

    @model_validator(mode="after")
    def _is_whole(self) -> "Record":
        wrong = [index for index in self.sensibles if not 0 <= index < OPTIONS]
        if wrong:
            raise ValueError(f"sensibles: there is no behaviour {wrong[0]}")
        if sum(not text.strip() for text in self.behaviors) > 1:
            raise ValueError("behaviors: at most one may be empty")
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of norms behind the right behaviour; of none: `none of them`."""
        return self.taxonomy.get(str(self.correct)) or ("none of them",)


@dataclass(frozen=True, slots=True)
class Question:
    """A record as it is put: shuffled, with or without its description and hints."""

    desc: str
    """Empty: blind."""
    behaviours: tuple[str, ...]
    justifications: tuple[str, ...]
    cases: tuple[str, ...] = ()
    """What was right in the scenes most like this one."""
    rules: tuple[str, ...] = ()
    """Norms of the house nearest to this one."""


@dataclass(frozen=True, slots=True)
class Shuffled:
    """A record with its options in an order that tells nothing."""

    record: Record
    behaviour_order: tuple[int, ...]
    justification_order: tuple[int, ...]

    def question(
        self, *, blind: bool, cases: Sequence[str] = (), rules: Sequence[str] = ()
    ) -> Question:
        """The question to put."""
        one = self.record
        return Question(
            desc="" if blind else one.desc,
            behaviours=tuple(one.behaviors[i] for i in self.behaviour_order),
            justifications=tuple(one.justifications[i] for i in self.justification_order),
            cases=tuple(cases),
            rules=tuple(rules),
        )


def shuffled(record: Record, seed: int) -> Shuffled:
    """The same order for the same seed and record, whatever else is in the file."""
    chance = random.Random(f"{seed} {record.id}")
    orders = []
    for _ in range(2):
        order = list(range(OPTIONS))
        chance.shuffle(order)
        orders.append(tuple(order))
    return Shuffled(record, orders[0], orders[1])


def read_records(path: Path) -> tuple[Record, ...]:
    """Read all records, or raise `BadInputError` that names the first faults."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise BadInputError(f"{path}: {fault.strerror}; give a JSON file of scenes") from None
    except ValueError as fault:
        raise BadInputError(f"{path}: not JSON: {fault}") from None
    if not isinstance(data, dict | list) or not data:
        raise BadInputError(f"{path}: must be a JSON object of records by id, or a list of them")
    faults: list[str] = []
    records: list[Record] = []
    for name, raw in _entries(data):
        try:
            records.append(Record.model_validate(raw))
        except ValidationError as error:
            faults += [f"{path}:{name}: {_told(one)}" for one in error.errors()]
    ids = [record.id for record in records]
    faults += [
        f"{path}:{one}: is there twice" for one in sorted({i for i in ids if ids.count(i) > 1})
    ]
    if faults:
        more = len(faults) - _FAULTS_TOLD
        rest = [f"and {more} more"] if more > 0 else []
        raise BadInputError("\n".join([*faults[:_FAULTS_TOLD], *rest]))
    return tuple(records)


def _entries(data: dict[str, object] | list[object]) -> Iterator[tuple[str, object]]:
    if isinstance(data, dict):
        for name, raw in data.items():
            yield name, {"id": name, **raw} if isinstance(raw, dict) else raw
    else:
        for number, raw in enumerate(data, start=1):
            own = raw.get("id") if isinstance(raw, dict) else None
            yield str(own or f"record {number}"), raw


def _told(error: object) -> str:
    assert isinstance(error, dict)
    field = ".".join(str(part) for part in error["loc"])
    text = str(error["msg"]).removeprefix("Value error, ")
    return f"{field}: {text}" if field else text
