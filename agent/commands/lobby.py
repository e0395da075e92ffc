"""`foyer lobby`: the receptionist's manners, tried out on simulated people before anybody comes."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from agent.config import ConfigError
from agent.core.errors import BadInputError
from agent.lab.comparison import (
    Comparison,
    Effect,
    act_changes,
    credited,
    differences,
    tally,
)
from agent.lab.day import DayPlan
from agent.lab.days import Job, live_all
from agent.lab.episodes import keep
from agent.lab.manners import Change, Manners, changes_between, read_manners, with_changes
from agent.lab.outcomes import DayResult
from agent.lab.report import as_html
from agent.lab.run import Run, as_json, summary
from agent.settings import Settings
from behavior.lobby.library import LIBRARY, floor_plan, names

HELP = "try the manners on simulated people; write a report"
_CONFIG = Path("configs/demo.yaml")
_SEEDS_APART = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "config", nargs="?", type=Path, default=_CONFIG, help=f"the agent (default {_CONFIG})"
    )
    parser.add_argument(
        "--days", type=int, default=7, help="simulated days, from opening to closing (default 7)"
    )
    parser.add_argument("--seed", type=int, default=1, help="other people come with another")
    parser.add_argument("--plan", help="floor plan; default: all that are not held out, in turn")
    parser.add_argument("--day", default="normal", help="kind of day (default normal)")
    parser.add_argument("--noise", default="measured", help="what the senses get wrong")
    parser.add_argument("--hours", type=float, help="only the first hours of each day")
    parser.add_argument("--no-page", action="store_true", help="no page says that it is an AI")
    parser.add_argument("--out", type=Path, default=Path("var/lobby"), help="where to write")
    parser.add_argument(
        "--compare",
        nargs=2,
        type=Path,
        metavar=("OLD", "NEW"),
        help="two configurations or two folders of policies, on the same days",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--library", type=Path, default=LIBRARY, help="floor plans, days, people")
    parser.add_argument("--json", action="store_true", help="print only the summary")


def run(arguments: argparse.Namespace) -> int:
    """Live the days, write the report; 1 when a norm was broken."""
    return _Lab(arguments).run()


@dataclass(frozen=True, slots=True)
class _Progress:
    """Says how far it is, on the error stream, on one line where that is a terminal."""

    total: int
    began: float
    shown: bool

    def done(self, index: int, day: DayResult) -> None:
        """One more day is over."""
        if not self.shown:
            return
        n, took_s = index + 1, perf_counter() - self.began
        left_s = took_s / n * (self.total - n)
        speed = day.timing.simulated_s / day.timing.cpu_s
        words = (
            f"day {n} of {self.total}: {day.plan.replace('_', ' ')}, {len(day.visits)} people,"
            f" {speed:,.0f} times real time; about {left_s:.0f} s left"
        )
        end = "\r" if sys.stderr.isatty() and n < self.total else "\n"
        print(f"{words:<79}", end=end, file=sys.stderr, flush=True)


class _Lab:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self._given = arguments
        self._began = perf_counter()

    def run(self) -> int:
        given = self._given
        self._check()
        comparison = None
        if given.compare:
            comparison = self._compare(*(self._manners(path) for path in given.compare))
            name, days = comparison.new_name, comparison.new
        else:
            manners = self._manners(given.config)
            name, days = str(given.config), tuple(self._live(manners.settings, manners.name))
        given.out.mkdir(parents=True, exist_ok=True)
        told = Run(
            name=name,
            days=days,
            episodes=tuple(keep(days, given.out / "episodes", page=not given.no_page)),
            plans={plan: floor_plan(plan, given.library) for plan in self._plans()},
            command=self._command(),
            took_s=perf_counter() - self._began,
            processes=given.jobs,
            page=not given.no_page,
            comparison=comparison,
        )
        (given.out / "report.html").write_text(as_html(told), encoding="utf-8")
        (given.out / "report.json").write_text(as_json(told), encoding="utf-8")
        if not given.json:
            print(f"report: {given.out / 'report.html'}", file=sys.stderr)
        result = summary(told) | {"report": str(given.out / "report.html")}
        print(json.dumps(result, ensure_ascii=False))
        return int(bool(result["norms_broken"]))

    def _check(self) -> None:
        given = self._given
        if given.days < 1:
            raise BadInputError(f"--days {given.days}: live at least one day")
        if given.hours is not None and given.hours <= 0:
            raise BadInputError(f"--hours {given.hours:g}: a day has to last a while")
        wanted = (("plans", given.plan), ("days", given.day), ("noise", given.noise))
        for kind, name in wanted:
            there = names(kind, given.library)
            if name and name not in there:
                known = ", ".join(there) or "nothing"
                raise BadInputError(f"{given.library / kind}: no {name!r}; there is {known}")

    def _manners(self, path: Path) -> Manners:
        """Of a configuration, or of a folder of policies in the place of its own."""
        return read_manners(self._given.config, path) if path.is_dir() else read_manners(path)

    def _plans(self) -> list[str]:
        given = self._given
        if given.plan:
            return [given.plan]
        everywhere = names("plans", given.library)
        open_ones = [one for one in everywhere if not floor_plan(one, given.library).held_out]
        return open_ones or everywhere

    def _jobs(self, settings: Settings, variant: str) -> list[Job]:
        given, plans = self._given, self._plans()
        return [
            Job(
                plan=DayPlan(
                    seed=given.seed * _SEEDS_APART + i,
                    number=i,
                    plan=plans[i % len(plans)],
                    day=given.day,
                    noise=given.noise,
                    variant=variant,
                    page=not given.no_page,
                    until_s=given.hours * 3600 if given.hours else float("inf"),
                ),
                settings=settings,
                library=given.library,
            )
            for i in range(given.days)
        ]

    def _live(self, settings: Settings, variant: str) -> list[DayResult]:
        return self._live_jobs(self._jobs(settings, variant))

    def _live_jobs(self, jobs: list[Job]) -> list[DayResult]:
        progress = _Progress(len(jobs), perf_counter(), shown=not self._given.json)
        return live_all(jobs, self._given.jobs, progress.done)

    # Two of them

    def _compare(self, old: Manners, new: Manners) -> Comparison:
        changes = changes_between(old, new)
        alone, problems = self._alone(old, new, changes)
        jobs = self._jobs(old.settings, old.name) + self._jobs(new.settings, new.name)
        for change, settings in alone:
            jobs += self._jobs(settings, change.name)
        lived = self._live_jobs(jobs)
        n = self._given.days
        runs = [lived[i : i + n] for i in range(0, len(lived), n)]
        before, after, singles = runs[0], runs[1], runs[2:]
        if len(changes) == 1 and not alone and not problems:
            alone, singles = [(changes[0], new.settings)], [after]
        acts = act_changes(before, after)
        effects, explained = [], set()
        for (change, _), days in zip(alone, singles, strict=True):
            mine = credited(acts, days)
            explained |= {one.key for one in mine}
            effects.append(
                Effect(
                    change=change,
                    acts=tally(mine),
                    differences=tuple(differences(before, days)),
                    alone=True,
                )
            )
        for change, problem in problems:
            effects.append(
                Effect(change=change, acts={}, differences=(), alone=False, problem=problem)
            )
        return Comparison(
            old_name=old.name,
            new_name=new.name,
            old=tuple(before),
            new=tuple(after),
            differences=tuple(differences(before, after)),
            acts=tuple(acts),
            effects=tuple(effects),
            joint=tally(one for one in acts if one.key not in explained),
        )

    def _alone(
        self, old: Manners, new: Manners, changes: Sequence[Change]
    ) -> tuple[list[tuple[Change, Settings]], list[tuple[Change, str]]]:
        """Each change by itself; those that do not go alone with the reason."""
        if len(changes) < 2:
            return [], []
        alone: list[tuple[Change, Settings]] = []
        problems: list[tuple[Change, str]] = []
        for change in changes:
            try:
                alone.append((change, with_changes(old, new, [change])))
            except ConfigError as error:
                problems.append((change, str(error)))
        return alone, problems

    def _command(self) -> str:
        given = self._given
        what = f"--compare {given.compare[0]} {given.compare[1]}" if given.compare else given.config
        words = ["foyer lobby", str(what), f"--days {given.days}", f"--seed {given.seed}"]
        words += [f"--plan {given.plan}"] if given.plan else []
        words += [f"--day {given.day}", f"--noise {given.noise}"]
        words += [f"--hours {given.hours:g}"] if given.hours else []
        words += ["--no-page"] if given.no_page else []
        return " ".join([*words, f"--out {given.out}"])
