"""Stretches of simulated lobby days to learn from and to be judged by.

Training takes floor plans, people and noises that are not held out; judging takes the held-out
plans, everybody, and the noise it is told. In half of the training the agent's rules act, a little
differently each time, so that the model learns what has been done already.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from agent.core.errors import BadInputError
from agent.core.messages import Message
from agent.lab.talk import SimulatedTime
from agent.lessons.rehearsals import Rehearsal
from agent.recording import Recording
from behavior.lobby.day_profile import DayProfile, Hour
from behavior.lobby.intentions import Population
from behavior.lobby.library import (
    LIBRARY,
    day_profile,
    detector_noise,
    floor_plan,
    intentions,
    names,
)
from behavior.lobby.lobby import Lobby
from behavior.norms.norm import Norms
from behavior.planner import Planner
from behavior.policies.catalogue import PoliciesConfig, build_policies
from behavior.policies.greeting import GreetingConfig
from behavior.proactive.labels import Labelled, annotated, read_annotations
from behavior.proactive.windows import Frame, WindowConfig, Windows

STRETCH_S = 900.0
_DAY = datetime(2026, 3, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some minutes of one day in one place."""

    plan: str
    day: str
    noise: str
    seed: int
    hour: int
    busier: float = 1.0
    """So many times the day's arrivals."""
    acts: bool = False
    """The agent's rules act in it."""
    seconds: float = STRETCH_S


def stretches(
    count: int,
    seed: int,
    *,
    judging: bool,
    seconds: float = STRETCH_S,
    library: Path = LIBRARY,
) -> list[Stretch]:
    """`count` stretches, the same for the same seed. Judging ones share no plan with training."""
    rng = random.Random(f"practice {seed} {judging}")
    plans = [n for n in names("plans", library) if floor_plan(n, library).held_out == judging]
    days = [n for n in names("days", library) if judging or not day_profile(n, library).held_out]
    noises = [
        n
        for n in names("noise", library)
        if n != "none" and (judging or not detector_noise(n, library).held_out)
    ]
    found = []
    for i in range(count):
        day = days[i // len(plans) % len(days)]
        found.append(
            Stretch(
                plan=plans[i % len(plans)],
                day=day,
                noise=rng.choice(noises),
                seed=rng.randrange(1, 2**31),
                hour=rng.choice([h.hour for h in day_profile(day, library).hours if h.arrivals]),
                busier=1.0 if judging else rng.choice((1.0, 1.0, 1.5)),
                seconds=seconds,
                acts=not judging and rng.random() < 0.5,
            )
        )
    return found


def lobby_of(one: Stretch, *, judging: bool, library: Path = LIBRARY) -> Lobby:
    """The lobby of a stretch. Training never meets people who are held out."""
    day = _one_hour(day_profile(one.day, library), one)
    return Lobby(
        floor_plan(one.plan, library),
        day,
        detector_noise(one.noise, library),
        one.seed,
        people=people_of(judging=judging, library=library),
    )


def people_of(*, judging: bool, library: Path = LIBRARY) -> Population:
    """Everybody who may come; in training nobody who is held out."""
    people = intentions(library)
    known = {name: who for name, who in people.items() if judging or not who.held_out}
    return Population(known, people.house)


def _one_hour(day: DayProfile, one: Stretch) -> DayProfile:
    (hour,) = [h for h in day.hours if h.hour == one.hour][:1]
    busy: Hour = hour.model_copy(update={"arrivals": hour.arrivals * one.busier})
    return day.model_copy(
        update={"opens_hour": float(one.hour), "closes_hour": one.hour + 1.0, "hours": (busy,)}
    )


def rehearsal_of(
    one: Stretch,
    window: WindowConfig,
    *,
    judging: bool,
    library: Path = LIBRARY,
    watch: Callable[[Message], None] = lambda message: None,
) -> Rehearsal:
    """The stretch, with its agent, not yet lived. `watch` sees every message."""
    lobby = lobby_of(one, judging=judging, library=library)
    planner = _planner(one) if one.acts else None
    return Rehearsal(lobby, window=window, planner=planner, watch=watch)


def live(
    one: Stretch, window: WindowConfig, *, judging: bool, library: Path = LIBRARY
) -> list[Labelled]:
    """Live a stretch to its end; its frames with their labels."""
    rehearsal = rehearsal_of(one, window, judging=judging, library=library)
    return list(rehearsal.frames(one.seconds))


def _planner(one: Stretch) -> Planner:
    rng = random.Random(one.seed)
    greeting = GreetingConfig(
        sign_within_m=rng.uniform(2.5, 5.0),
        words_within_m=rng.uniform(1.5, 3.5),
        words_after_s=rng.uniform(0.2, 2.0),
    )
    begin = _DAY + timedelta(hours=one.hour)

    def publish(_: object) -> None:
        return None

    return Planner(
        inputs=(),
        publish=publish,
        clock=SimulatedTime(),
        local_time=lambda at: begin + timedelta(seconds=at),
        policies=build_policies(PoliciesConfig(greeting=greeting)),
        norms=Norms(()),
    )


# A site's own recordings


def recorded(
    folder: Path, window: WindowConfig, purposes: Sequence[str]
) -> Iterator[list[Labelled]]:
    """Every `NAME.mcap` of a folder with its `NAME.jsonl` of annotations, as labelled frames."""
    files = sorted(folder.glob("*.mcap"))
    if not files:
        raise BadInputError(f"{folder}: no recordings (*.mcap) there")
    for path in files:
        notes = path.with_suffix(".jsonl")
        if not notes.is_file():
            raise BadInputError(f"{path}: its annotations {notes.name} are missing; see the README")
        lines = read_annotations(notes, purposes)
        windows, start_s = Windows(window), None
        frames: list[Frame] = []
        for one in Recording(path):
            start_s = one.seen_at if start_s is None else start_s
            frames.extend(windows.take(one.message))
        yield annotated(frames, start_s or 0.0, lines)
