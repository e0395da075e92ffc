"""Why people come, as data: how they walk and look, what they want, say, mind and put up with."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

Span = tuple[float, float]
"""Lowest and highest; each person draws one in between."""
_CONFIG = ConfigDict(extra="forbid", frozen=True)


class Errand(StrEnum):
    """What somebody does in the room."""

    DESK = "desk"
    """Comes up to the agent."""
    CROSS = "cross"
    """Walks from one door to another."""
    BROWSE = "browse"
    """Looks at what there is to look at, the agent perhaps."""
    SIT = "sit"
    """Sits down and waits for somebody."""
    CHAT = "chat"
    """Stands with others and talks."""
    STAND = "stand"
    """Stands about, busy with something of their own."""
    WORK = "work"
    """Goes from spot to spot, as cleaners do."""
    FOLLOW = "follow"
    """Stays with whom they came with."""


class MindsWords(StrEnum):
    """When unasked words are a disturbance."""

    NEVER = "never"
    MOVING = "moving"
    """Unless they stand before the agent and look at it."""
    ALWAYS = "always"


class Looks(BaseModel):
    """Share of the time the eyes are on the agent, 0..1."""

    model_config = _CONFIG

    passing: float = Field(0.08, ge=0, le=1, description="On the way to something else.")
    coming: float = Field(0.5, ge=0, le=1, description="On the way to the agent.")
    standing: float = Field(0.75, ge=0, le=1, description="In front of it, waiting for a sign.")
    speaking: float = Field(0.4, ge=0, le=1, description="While they speak.")
    listening: float = Field(0.75, ge=0, le=1, description="While it speaks.")
    down_rad: float = Field(0.0, ge=0, le=1.4, description="How far the eyes are lowered else.")


class Frame(BaseModel):
    """The body."""

    model_config = _CONFIG

    pace_m_s: Span = Field((1.0, 1.5), description="Walking speed.")
    eye_height_m: Span = Field((1.48, 1.76), description="Of the eyes, standing.")
    wheels: bool = Field(False, description="Sits in a wheelchair.")
    hand_up: float = Field(0.0, ge=0, le=1, description="How likely to wave when coming.")


class Patience(BaseModel):
    """How long what is put up with."""

    model_config = _CONFIG

    begins: float = Field(0.8, ge=0, le=1, description="How likely to speak first in the end.")
    begins_after_s: Span = Field((2.5, 8.0), description="Standing without a word until then.")
    gives_up_s: Span = Field((25.0, 60.0), description="Standing or queueing until they go.")
    answer_s: Span = Field((4.0, 8.0), description="Waiting for an answer until asking again.")
    tries: int = Field(4, ge=1, le=20, description="Saying the same thing so often at most.")


class Speech(BaseModel):
    """How they speak and hear."""

    model_config = _CONFIG

    letters_s: Span = Field((12.0, 16.0), description="Letters a second.")
    reacts_s: Span = Field((0.3, 1.0), description="From the agent's last word to their first.")
    halts: float = Field(0.05, ge=0, le=1, description="How likely a gap after each few words.")
    halt_s: Span = Field((0.3, 0.7), description="How long such a gap is.")
    mishears: float = Field(0.02, ge=0, le=1, description="How likely an utterance is not caught.")
    barges_in: float = Field(0.03, ge=0, le=1, description="How likely to talk into an utterance.")
    hums: float = Field(0.15, ge=0, le=1, description="How likely a mm-hm in an utterance.")
    types: float = Field(0.0, ge=0, le=1, description="How likely to type instead.")


class Minds(BaseModel):
    """What disturbs."""

    model_config = _CONFIG

    words: MindsWords = Field(MindsWords.MOVING, description="When unasked words disturb.")
    stare_s: float | None = Field(
        8.0, gt=0, le=120, description="Being looked at without a break for longer; none: never."
    )
    stare_in_talk: bool = Field(False, description="The same also while talking with it.")
    refuses: float = Field(
        0.4, ge=0, le=1, description="Addressed unasked: how likely to decline aloud, else ignore."
    )


class Task(BaseModel):
    """Something they want of a receptionist."""

    model_config = _CONFIG

    name: str = Field(description="As it is told in the truth: meet_host, delivery ...")
    weight: float = Field(1.0, gt=0, description="How likely among the tasks of the intention.")
    opens: tuple[str, ...] = Field(min_length=1, description="Ways to ask for it.")
    again: tuple[str, ...] = Field((), description="Ways to say it again; none: as before.")
    tells: dict[str, tuple[str, ...]] = Field(
        {}, description="What is said when asked for: name, host, for_whom, other."
    )
    satisfied_by: tuple[str, ...] = Field(
        (), description="Cues (see house.yaml) in the agent's words that end it well."
    )
    words: tuple[str, ...] = Field((), description="Regular expressions that do so as well.")
    notice: bool = Field(False, description="Telling the host ends it well.")
    help: bool = Field(True, description="Calling a person ends it well.")
    then: str = Field("leave", description="leave, inside, wait, or a place of the plan.")


class Company(BaseModel):
    """With whom they come."""

    model_config = _CONFIG

    sizes: dict[int, float] = Field({1: 1.0}, description="Weight of each number of people.")
    others: tuple[str, ...] = Field(
        ("companion",), description="Intentions of the others, in turn; see people/."
    )


class Intention(BaseModel):
    """One kind of person in the lobby."""

    model_config = _CONFIG

    name: str = Field(description="Short, as the file is called.")
    description: str = Field("", description="One sentence.")
    held_out: bool = Field(False, description="Never trained or tuned on; for tests only.")
    wants_help: bool = Field(description="Comes to be served by a receptionist.")
    errand: Errand = Field(description="What they do in the room.")
    comes_by: str = Field("any", description="street, inside, any, or a door's name.")
    goes_by: str = Field("other", description="street, inside, other (than they came by), same.")
    stays_s: Span = Field((20.0, 120.0), description="How long they sit, chat, stand or work.")
    frame: Frame = Field(Frame(), description="The body.")
    looks: Looks = Field(Looks(), description="Where the eyes go.")
    patience: Patience = Field(Patience(), description="How long what is put up with.")
    speech: Speech = Field(Speech(), description="How they speak and hear.")
    minds: Minds = Field(Minds(), description="What disturbs.")
    company: Company = Field(Company(), description="With whom they come.")
    greets: float = Field(0.6, ge=0, le=1, description="How likely to begin with a greeting.")
    tasks: tuple[Task, ...] = Field((), description="What they may want, at the agent's.")
    tasks_at_once: dict[int, float] = Field({1: 1.0}, description="Weight of wanting so many.")
    near: float = Field(
        0.0, ge=0, le=1, description="How likely to stand before the agent on another errand."
    )
    hesitates: float = Field(
        0.2, ge=0, le=1, description="How likely to stand off for a while before coming up."
    )
    impatient: Task | None = Field(
        None, description="What they come back for while they wait; none: they wait."
    )
    impatient_after_s: Span = Field((100.0, 400.0), description="After so long a wait.")
    declines: tuple[str, ...] = Field((), description="How they decline; none: the house's ways.")
    chat: tuple[str, ...] = Field((), description="What they say to others.")
    stands_m: Span = Field((0.85, 1.45), description="How near to the agent they stop.")


class House(BaseModel):
    """What people know of the house, and how they understand the agent."""

    model_config = _CONFIG

    hosts: tuple[str, ...] = Field(min_length=1, description="Whom visitors come to see.")
    visitors: tuple[str, ...] = Field(min_length=1, description="What visitors are called.")
    firms: tuple[str, ...] = Field(min_length=1, description="Where they come from.")
    places: tuple[str, ...] = Field(min_length=1, description="What they look for.")
    says: dict[str, tuple[str, ...]] = Field(
        description="Ways of saying everyday things: greeting, yes, no, thanks, pardon ..."
    )
    cues: dict[str, tuple[str, ...]] = Field(
        description="Regular expressions that tell what the agent's words are, on lower case."
    )


class Population(dict[str, Intention]):
    """Intentions by name, with what all of them know of the house."""

    def __init__(self, people: Mapping[str, Intention], house: House) -> None:
        super().__init__(people)
        self.house = house


def load_population(folder: Path, house: Path) -> Population:
    """Read all intentions of a folder and what their people know of the house."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        one = Intention.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        found[one.name] = one
    known = House.model_validate(yaml.safe_load(house.read_text(encoding="utf-8")))
    return Population(found, known)
