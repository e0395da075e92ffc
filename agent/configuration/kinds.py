"""The kinds of YAML files an operator writes: what each is, where it lies, when a change counts.

One row a kind. From these rows come the editors' schemas, the reference of all settings, and what
the running agent says of a change: now, with the next visitor, or after a restart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel

from agent.settings import POLICY_FILES, AgentConfig
from behavior.house.site import SiteConfig
from behavior.lobby.day_profile import DayProfile
from behavior.lobby.floor_plan import FloorPlan
from behavior.lobby.intentions import House, Intention
from behavior.lobby.noise import DetectorNoise
from behavior.norms.norm import NormsFile


class TakesEffect(StrEnum):
    """When the running agent decides by a changed setting. The words follow `takes effect`."""

    NOW = "now"
    """At once; while somebody has the floor, as soon as nobody has."""
    NEXT_VISITOR = "with the next visitor"
    """Whoever is being served is served to the end as before."""
    RESTART = "after a restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """One kind of YAML file."""

    model: type[BaseModel]
    about: str
    files: tuple[str, ...]
    """Where such files lie under configs/, as globs."""
    effect: TakesEffect
    """Of its settings, but for those below."""
    sooner: Mapping[str, TakesEffect] = field(default_factory=dict)
    """Settings, and groups of settings, with another class than the file's."""

    def effect_of(self, path: Sequence[str]) -> TakesEffect:
        """The class of the setting at `path`, by the longest row that covers it."""
        for length in range(len(path), 0, -1):
            found = self.sooner.get(".".join(path[:length]))
            if found is not None:
                return found
        return self.effect


_ABOUT_POLICIES = {
    "interruption": "How easily it gives up the floor.",
    "handover": "What is said when a person takes over.",
    "reply": "Between the end of a turn and the answer.",
    "listening": "How it shows that it listens.",
    "greeting": "When and how it greets.",
    "farewell": "When and how it says goodbye.",
    "tools": "Which tools may run, for whom and how often.",
    "waiting": "What people hear who wait.",
    "silence": "What a visitor hears who says nothing to a question.",
    "page": "What a page shows when it comes up.",
    "attention": "Where it looks.",
    "proactive": "Whether a learned model decides when to act, toward whom, and how.",
    "idle": "How it holds itself when nothing goes on.",
}

_LOBBY: tuple[tuple[str, type[BaseModel], str, str], ...] = (
    ("plan", FloorPlan, "A floor plan of the simulated lobby.", "plans/*"),
    ("day", DayProfile, "Who comes to the simulated lobby, hour by hour.", "days/*"),
    ("person", Intention, "One kind of simulated visitor, and what it wants.", "people/*"),
    ("noise", DetectorNoise, "What the simulated senses get wrong.", "noise/*"),
    ("house", House, "What simulated people know of the house, and how they say it.", "house"),
)
"""What the lab lives by; read anew at each start of it."""

KINDS: Mapping[str, FileKind] = {
    "agent": FileKind(
        model=AgentConfig,
        about="A receptionist: what it refers to, senses, voice, bodies, pages.",
        files=("*.yaml",),
        effect=TakesEffect.RESTART,
        sooner={
            "site": TakesEffect.NEXT_VISITOR,
            "dialogue.knowledge": TakesEffect.NEXT_VISITOR,
            "seeing.engagement": TakesEffect.NEXT_VISITOR,
            "policies": TakesEffect.NOW,
            "norms_off": TakesEffect.NOW,
            "planner": TakesEffect.NOW,
            "turns.patience": TakesEffect.NOW,
            "voice": TakesEffect.NOW,
            "gestures": TakesEffect.NOW,
        },
    ),
    "site": FileKind(
        model=SiteConfig,
        about="Who works here, what is where, when it is open.",
        files=("sites/*.yaml",),
        effect=TakesEffect.NEXT_VISITOR,
    ),
    "norms": FileKind(
        model=NormsFile,
        about="What one does not do, or does otherwise.",
        files=("policies/norms/*.yaml",),
        effect=TakesEffect.NOW,
    ),
    **{
        name: FileKind(
            model=model,
            about=_ABOUT_POLICIES.get(name, (model.__doc__ or "").splitlines()[0]),
            files=(f"policies/{name}.yaml",),
            effect=TakesEffect.RESTART if name == "proactive" else TakesEffect.NOW,
        )
        for name, model in POLICY_FILES.items()
    },
    **{
        f"lobby-{name}": FileKind(
            model=model, about=about, files=(f"lobby/{files}.yaml",), effect=TakesEffect.RESTART
        )
        for name, model, about, files in _LOBBY
    },
}
"""By the name that `foyer check --schema` takes."""
