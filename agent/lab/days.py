"""Many days at once: a process each, the results in the order in which they were asked for."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from agent.lab.day import DayPlan, live
from agent.lab.manners import same_desk
from agent.lab.outcomes import DayResult
from agent.lab.talk import open_desk
from agent.settings import Settings
from behavior.dialogue.draft import Desk
from behavior.lobby.library import LIBRARY, open_lobby


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One day to be lived, and by whom."""

    plan: DayPlan
    settings: Settings
    library: Path = LIBRARY


_desks: list[tuple[Settings, Desk]] = []


def live_job(job: Job) -> DayResult:
    """Live the day of one job."""
    plan = job.plan
    lobby = open_lobby(
        plan=plan.plan, day=plan.day, noise=plan.noise, seed=plan.seed, library=job.library
    )
    return live(lobby, job.settings, _desk_for(job.settings), plan)


def live_all(
    jobs: Sequence[Job], processes: int, done: Callable[[int, DayResult], None]
) -> list[DayResult]:
    """Live all days on so many processes. `done` is told of each: its place, its result."""
    results: list[DayResult] = []
    for index, result in enumerate(_lived(jobs, min(processes, len(jobs)))):
        results.append(result)
        done(index, result)
    return results


def _lived(jobs: Sequence[Job], processes: int) -> Iterator[DayResult]:
    if processes <= 1:
        yield from map(live_job, jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(live_job, jobs)


def _desk_for(settings: Settings) -> Desk:
    """The dialogue's desk, set up once a process: that takes seconds."""
    for known, desk in _desks:
        if same_desk(known, settings):
            return desk
    desk = open_desk(settings.site, settings.config.dialogue)
    _desks.append((settings, desk))
    return desk
