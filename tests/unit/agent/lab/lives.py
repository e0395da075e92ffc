"""Days made by hand: what came of them is known."""

import re

from agent.lab.outcomes import Breach, DayResult, Deed, Timing, Visit
from agent.lab.run import Run
from agent.lab.statistics import Estimate

TIMING = Timing(
    simulated_s=3600,
    cpu_s=2.0,
    wall_s=2.0,
    room_s=1.0,
    decide_s=0.5,
    rest_s=0.5,
    decisions=1000,
    p50_ms=0.03,
    p95_ms=0.1,
    worst_ms=2.0,
)


def visit(person, intention="visit", *, wants=True, at=0.0, group=0, **more):
    return Visit(
        person=person, intention=intention, wants_help=wants, group=group, entered_at=at, **more
    )


def served(person, at=0.0, **more):
    """Came, got a sign two seconds before standing, a word one second after, and was served."""
    given = {"sign_at": at + 4, "stopped_at": at + 6, "word_at": at + 7, "served_at": at + 20}
    return visit(person, at=at, **(given | more))


def passer(person, at=0.0, **more):
    return visit(person, "passing", wants=False, at=at, **more)


def deed(at, policy, person=1, text="Hello.", **more):
    given = {"kind": "Act", "intention": "visit", "because": "somebody stands there"}
    return Deed(at=at, policy=policy, person=person, text=text, **(given | more))


def breach(norm, at=5.0, **more):
    given = {"person": 1, "policy": "greeting.words", "sentence": "said a name"}
    return Breach(norm=norm, at=at, **(given | more))


def day(*visits, deeds=(), breaches=(), episodes=(), replies=(), seed=1, **more):
    given = {
        "seed": seed,
        "plan": "hall",
        "day": "normal",
        "noise": "none",
        "variant": "",
        "opens_hour": 8.0,
        "start_unix_s": 1.77e9,
        "timing": TIMING,
    }
    return DayResult(
        visits=visits,
        deeds=tuple(deeds),
        breaches=tuple(breaches),
        episodes=tuple(episodes),
        replies_s=tuple(replies),
        **(given | more),
    )


def a_run(*days, **more):
    given = {
        "name": "configs/demo.yaml",
        "days": days,
        "episodes": (),
        "plans": {},
        "command": "foyer lobby configs/demo.yaml",
        "took_s": 1.0,
        "processes": 1,
        "page": True,
    }
    return Run(**(given | more))


def words_of(page):
    """The page as one reads it."""
    shown = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown))


def estimate(value, low, high, n=10):
    return Estimate(value=value, low=low, high=high, n=n)
