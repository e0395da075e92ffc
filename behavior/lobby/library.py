"""What `configs/lobby` holds, by name, and a lobby put together from it."""

from pathlib import Path

from behavior.lobby.day_profile import DayProfile, load_day_profile
from behavior.lobby.floor_plan import FloorPlan, load_floor_plan
from behavior.lobby.intentions import Population, load_population
from behavior.lobby.lobby import Lobby
from behavior.lobby.noise import DetectorNoise, load_detector_noise

LIBRARY = Path("configs/lobby")


def floor_plan(name: str, library: Path = LIBRARY) -> FloorPlan:
    """The plan of that name; FileNotFoundError lists what there is."""
    return load_floor_plan(_file(library / "plans", name))


def day_profile(name: str, library: Path = LIBRARY) -> DayProfile:
    """The day of that name."""
    return load_day_profile(_file(library / "days", name))


def detector_noise(name: str, library: Path = LIBRARY) -> DetectorNoise:
    """The noise of that name."""
    return load_detector_noise(_file(library / "noise", name))


def intentions(library: Path = LIBRARY) -> Population:
    """All people there are, by intention, with what they know of the house."""
    return load_population(library / "people", library / "house.yaml")


def names(kind: str, library: Path = LIBRARY) -> list[str]:
    """What there is of `plans`, `days`, `noise` or `people`."""
    return sorted(path.stem for path in (library / kind).glob("*.yaml"))


def open_lobby(
    *,
    plan: str = "entrance_hall",
    day: str = "normal",
    noise: str = "measured",
    seed: int = 0,
    start_s: float = 0.0,
    library: Path = LIBRARY,
) -> Lobby:
    """A lobby of the library's parts, by name."""
    return Lobby(
        floor_plan(plan, library),
        day_profile(day, library),
        detector_noise(noise, library),
        seed,
        people=intentions(library),
        start_s=start_s,
    )


def _file(folder: Path, name: str) -> Path:
    path = folder / f"{name}.yaml"
    if not path.exists():
        there = ", ".join(sorted(one.stem for one in folder.glob("*.yaml"))) or "nothing"
        raise FileNotFoundError(f"{folder}: no {name!r}; there is {there}")
    return path
