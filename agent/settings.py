"""The whole configuration as one model, and what it refers to: site, policies, norms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from actuation.bodies.configs import BodyConfig
from actuation.embodiments.page import AvatarConfig
from actuation.gestures.choice import GestureConfig
from actuation.gestures.gesturing import BodyMotionConfig
from actuation.speech.voice import VoiceConfig
from actuation.stage.config import PerformerConfig
from agent.config import (
    ConfigError,
    Problem,
    beside,
    from_here,
    load,
    load_folder,
    place_of,
    yaml_files,
)
from agent.configuration.faults import alike
from agent.configuration.history import HistoryConfig, Source
from agent.core.errors import BadInputError
from agent.interpreting import not_here
from agent.kiosk.browser import KioskConfig
from agent.pages.config import ServerConfig
from agent.recorder import RecorderConfig
from agent.watchdog import WatchdogConfig
from behavior.dialogue.config import DialogueConfig
from behavior.dialogue.desks import in_other_languages, read_in_other_languages
from behavior.house.knowledge import (
    Entry,
    KnowledgeError,
    knowledge_files,
    read_knowledge,
    site_facts,
)
from behavior.house.site import SiteConfig
from behavior.lobby.live import LobbyConfig
from behavior.model.prompt import read_prompts
from behavior.model.server import ModelServerConfig
from behavior.norms.norm import Norm, Norms, NormsFile
from behavior.planner import PlannerConfig
from behavior.policies.catalogue import CATALOGUE, PoliciesConfig
from behavior.slots import SlotError, filled
from behavior.tools.calendars import seen_from_here
from behavior.tools.sensors import beside_site
from perception.microphone.echo import EchoConfig
from perception.microphone.trouble import TroubleConfig
from perception.seeing import SeeingConfig
from perception.turns.taking import TurnsConfig
from perception.voices.array import ArrayConfig
from perception.words.recognition import RecognitionConfig
from perception.words.site_language import SiteLanguage


class _Device(BaseModel):
    """One of this machine's devices, or a recording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    device: Annotated[int, Field(ge=0, le=256)] | Annotated[str, Field(max_length=80)] = Field(
        "",
        description="The device's number, or a part of its name; empty: the system's own choice.",
    )
    file: Path | None = Field(None, description="The recording to play.")


class SourceConfig(_Device):
    """Where a sense comes from."""

    source: Literal["page", "device", "file", "reachy", "none"] = Field(
        "page",
        description="page: the browser that shows the kiosk; device: one of this machine's own;"
        " file: a recording; reachy: the robot's among `bodies`; none.",
    )
    array: ArrayConfig = Field(
        ArrayConfig(),
        description="Several microphones of one device or recording, to tell where a voice is.",
    )

    @model_validator(mode="after")
    def _an_array_is_on_a_device(self) -> Self:
        if self.array.microphones and self.source in ("page", "reachy"):
            raise ValueError(
                "array: a page gives one channel and a robot tells directions itself; set"
                " source: device (or file), or remove the array"
            )
        return self


class CameraConfig(_Device):
    """Where people come from."""

    source: Literal["page", "device", "file", "lobby", "reachy", "none"] = Field(
        "page",
        description="page: the browser that shows the kiosk; device: one of this machine's own;"
        " file: a recording; lobby: simulated people instead of a camera, see `lobby`; reachy: the"
        " robot's among `bodies`; none.",
    )


class AgentConfig(BaseModel):
    """A receptionist: where it stands, what it senses, how it behaves, how it looks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Path = Field(
        Path("sites/demo.yaml"), description="Who works here and where things are; beside this."
    )
    policies: Path = Field(
        Path("policies"), description="Folder of policies and of norms/; beside this file."
    )
    norms_off: tuple[str, ...] = Field(
        (), description="Norms of that folder which do not hold here, by their id."
    )
    camera: CameraConfig = Field(CameraConfig(), description="Where pictures come from.")
    microphone: SourceConfig = Field(SourceConfig(), description="Where sound comes from.")
    lobby: LobbyConfig = Field(
        LobbyConfig(), description="The simulated people of `camera: {source: lobby}`."
    )
    sound_check: TroubleConfig = Field(
        TroubleConfig(), description="When a microphone is said to be in trouble."
    )
    echo: EchoConfig = Field(
        EchoConfig(), description="The agent's own voice in this machine's own microphone."
    )
    seeing: SeeingConfig = Field(SeeingConfig(), description="From pictures to people.")
    turns: TurnsConfig = Field(TurnsConfig(), description="From sound to turns.")
    recognition: RecognitionConfig = Field(RecognitionConfig(), description="From sound to words.")
    dialogue: DialogueConfig = Field(
        default_factory=DialogueConfig, description="From words to replies."
    )
    planner: PlannerConfig = Field(
        default_factory=PlannerConfig, description="What is remembered of the situation."
    )
    voice: VoiceConfig = Field(default_factory=VoiceConfig, description="The voice.")
    performer: PerformerConfig = Field(
        default_factory=PerformerConfig, description="Sound, lips, gaze and gestures in time."
    )
    gestures: GestureConfig = Field(
        default_factory=GestureConfig, description="How much the hands speak along."
    )
    body_motion: BodyMotionConfig = Field(
        BodyMotionConfig(), description="Who moves arms and hands: the rules, or the learned body."
    )
    bodies: tuple[BodyConfig, ...] = Field(
        (), description="Robots, streams and puppets that play along with the page."
    )
    avatar: AvatarConfig = Field(default_factory=AvatarConfig, description="How the page is fed.")
    server: ServerConfig = Field(default_factory=ServerConfig, description="The pages.")
    kiosk: KioskConfig = Field(
        default_factory=KioskConfig, description="The browser of `foyer kiosk`."
    )
    recorder: RecorderConfig = Field(
        default_factory=RecorderConfig, description="Recordings of messages."
    )
    history: HistoryConfig = Field(
        default_factory=HistoryConfig, description="Earlier configurations, to go back to."
    )
    watchdog: WatchdogConfig = Field(
        default_factory=WatchdogConfig, description="Watching the agent itself."
    )

    @model_validator(mode="after")
    def _a_robot_that_senses_is_there(self) -> Self:
        senses = {"camera": self.camera.source, "microphone": self.microphone.source}
        for name, source in senses.items():
            if source == "reachy" and all(body.kind != "reachy" for body in self.bodies):
                raise ValueError(f"{name}.source is reachy: add {{kind: reachy}} to `bodies`")
        return self

    @property
    def elsewhere(self) -> frozenset[str]:
        """The senses that work without the page's own devices."""
        sources = {"camera": self.camera.source, "microphone": self.microphone.source}
        if self.camera.source == "lobby":
            sources["microphone"] = "lobby"  # its people are heard as words
        return frozenset(name for name, source in sources.items() if source not in ("page", "none"))

    @field_validator("bodies")
    @classmethod
    def _names_differ(cls, bodies: tuple[BodyConfig, ...]) -> tuple[BodyConfig, ...]:
        names = [body.name or body.kind for body in bodies]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two bodies are called {', '.join(twice)}; give each its own `name`")
        return bodies


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A configuration read whole: everything it refers to was there and valid."""

    config: AgentConfig
    site: SiteConfig
    policies: PoliciesConfig
    norms: Norms
    policies_folder: Path
    norms_folder: Path
    path: Path = Path()
    """The configuration itself."""
    site_path: Path = Path()
    entries: tuple[Entry, ...] = ()
    """What the knowledge files say."""
    broken: tuple[Path, ...] = ()
    """Faulty files in place of which a kept edition was read; they are watched, too."""
    as_read: AgentConfig | None = None
    """`config` as it stands in the file, where a command or a test has changed it."""

    def source(self) -> Source:
        """What an edition of it is made of."""
        knowledge = self.config.dialogue.knowledge
        return Source(
            config=self.path,
            files=tuple(dict.fromkeys(self.files())),
            folders=(
                self.policies_folder,
                self.norms_folder,
                knowledge,
                *in_other_languages(knowledge, self.site),
            ),
        )

    def files(self) -> tuple[Path, ...]:
        """All files it was read from, and the folders that more may come into."""
        knowledge = self.config.dialogue.knowledge
        return (
            self.path,
            self.site_path,
            *(self.policies_folder / f"{name}.yaml" for name in POLICY_FILES),
            *yaml_files(self.policies_folder),
            *yaml_files(self.norms_folder),
            *knowledge_files(knowledge),
            *(
                file
                for folder in in_other_languages(knowledge, self.site)
                for file in knowledge_files(folder)
            ),
            *self.broken,
        )


def apart(settings: Settings, folder: Path) -> Settings:
    """The same agent on a free port, that writes into `folder` and fetches nothing.

    For benches and tests, which run beside whatever else this machine does.
    """
    config = settings.config
    recognition = config.recognition
    quiet = recognition.whisper.model_copy(update={"download": False})
    changes = {
        "server": config.server.model_copy(update={"port": 0, "token_file": folder / "token"}),
        "dialogue": config.dialogue.model_copy(
            update={"visits": folder / "visits.sqlite", "tickets": folder / "tickets.sqlite"}
        ),
        "recorder": config.recorder.model_copy(
            update={"enabled": False, "folder": folder / "recordings"}
        ),
        "recognition": recognition.model_copy(update={"whisper": quiet}),
        "history": HistoryConfig(folder=folder / "history"),
    }
    return replace(settings, config=config.model_copy(update=changes))


def with_lobby(settings: Settings) -> Settings:
    """The same agent with simulated people in place of camera and microphone."""
    senses = {
        "camera": CameraConfig(source="lobby"),
        "microphone": SourceConfig(source="none"),
    }
    return replace(settings, config=settings.config.model_copy(update=senses))


POLICY_FILES: Mapping[str, type[BaseModel]] = {name: row[0] for name, row in CATALOGUE.items()}


def read_settings(path: Path) -> Settings:
    """Read the configuration and all it refers to, or raise `ConfigError` with every problem."""
    config = load(path, AgentConfig)
    problems: list[Problem] = []
    site = policies = norms = None
    folder = beside(path, config.policies)
    try:
        site = read_site(beside(path, config.site))
    except ConfigError as error:
        problems.extend(_with_who_names_it(error, path, "site"))
    try:
        policies = PoliciesConfig.model_validate(load_folder(folder, POLICY_FILES))
    except ConfigError as error:
        problems.extend(_with_who_names_it(error, path, "policies"))
    try:
        norms = read_norms(folder / "norms", config.norms_off)
    except ConfigError as error:
        problems.extend(_where_it_is_set(problem, path) for problem in error.problems)
    if site is not None and config.seeing.affect.enabled and (because := not_here(site)):
        problems.append(Problem(str(path), *place_of(path, ("seeing", "affect")), because))
    knowledge = knowledge_folder(path, config.dialogue.knowledge)
    entries: tuple[Entry, ...] = ()
    if site is not None:
        try:
            entries = read_knowledge(knowledge, site)
            read_in_other_languages(knowledge, site, {e.key: e for e in entries})
        except KnowledgeError as error:
            problems.extend(Problem(at, line, "", what) for at, line, what in error.faults)
    if site is not None and policies is not None:
        try:
            policies = filled(policies, site_facts(site))
        except SlotError as error:
            problems.extend(_slot_problems(folder, error))
    model = _with_prompts(config.dialogue.model, path, problems)
    if site is None or policies is None or norms is None or problems:
        raise ConfigError(problems)
    dialogue = config.dialogue.model_copy(update={"knowledge": knowledge, "model": model})
    config = config.model_copy(update={"dialogue": dialogue})
    return Settings(
        config=config,
        site=site,
        policies=policies,
        norms=norms,
        policies_folder=folder,
        norms_folder=folder / "norms",
        path=path,
        site_path=beside(path, config.site),
        entries=entries,
        as_read=config,
    )


def _with_who_names_it(error: ConfigError, path: Path, field: str) -> Iterator[Problem]:
    """What is not there at all, with the line that names it."""
    line, _ = place_of(path, (field,))
    for problem in error.problems:
        missing = not problem.line and problem.what.startswith("there is no such")
        named = f"; {from_here(str(path))}:{line} names it" if missing and line else ""
        yield replace(problem, what=problem.what + named)


def read_site(path: Path) -> SiteConfig:
    """Read a site, with what lies beside its file named as seen from here."""
    site = load(path, SiteConfig)
    near = {
        "calendars": seen_from_here(site.calendars, path.parent),
        "sensors": beside_site(site.sensors, path.parent),
    }
    return site.model_copy(update=near)


def knowledge_folder(path: Path, named: Path) -> Path:
    """Beside the configuration, where there is such a folder; else as seen from here."""
    for folder in (beside(path, named), beside(path, named.name)):
        if folder.is_dir():
            return folder
    return named


def _with_prompts(
    model: ModelServerConfig, path: Path, problems: list[Problem]
) -> ModelServerConfig:
    """With the folder of prompts beside the configuration; what is wrong in it is a problem."""
    if model.prompts is None:
        return model
    folder = beside(path, model.prompts)
    try:
        read_prompts(folder)
    except BadInputError as fault:
        line, name = place_of(path, ("dialogue", "model", "prompts"))
        problems.append(Problem(str(path), line, name, str(fault)))
    return model.model_copy(update={"prompts": folder})


def _slot_problems(folder: Path, error: SlotError) -> Iterator[Problem]:
    for (policy, *field), what in error.faults:
        path = folder / f"{policy}.yaml"
        line, name = place_of(path, tuple(field))
        yield Problem(str(path), line, name, what)


def _where_it_is_set(problem: Problem, path: Path) -> Problem:
    """`norms_off` stands in the agent's own file, not with the norms."""
    if problem.field != "norms_off":
        return problem
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next((i for i, text in enumerate(lines, 1) if text.startswith("norms_off")), 0)
    return Problem(str(path), line, problem.field, problem.what)


def norm_files(folder: Path) -> dict[str, type[BaseModel]]:
    """Every YAML file of the folder is a file of norms."""
    return {path.stem: NormsFile for path in yaml_files(folder)}


def read_norms(folder: Path, off: tuple[str, ...] = ()) -> Norms:
    """Read all norms of the folder but those that are off, or raise `ConfigError`."""
    return norms_of(load_folder(folder, norm_files(folder)), folder, off)


def norms_of(files: Mapping[str, BaseModel], folder: Path, off: tuple[str, ...]) -> Norms:
    """The norms of several files as one body, or `ConfigError` where they contradict."""
    norms: list[Norm] = []
    for one in files.values():
        assert isinstance(one, NormsFile)
        norms.extend(one.norms)
    ids = [norm.id for norm in norms]
    if unknown := sorted(set(off) - set(ids)):
        what = f"there is no norm {', '.join(unknown)}{alike(unknown[0], ids)}"
        raise ConfigError([Problem(str(folder), 0, "norms_off", what)])
    try:
        return Norms([norm for norm in norms if norm.id not in off])
    except ValueError as error:
        raise ConfigError([Problem(str(folder), 0, "norms", str(error))]) from None


def site_language(site: SiteConfig) -> SiteLanguage:
    """What is likely to be said at this site, for the recogniser."""
    phrases = site.phrases()
    return SiteLanguage(
        names=tuple(host.name for host in site.hosts),
        rooms=phrases.rooms,
        phrases=phrases.sentences,
        company=(site.name,),
        languages=site.spoken,
    )


def hearing(config: Path) -> tuple[TurnsConfig, RecognitionConfig, SiteLanguage]:
    """The ears' part of a configuration."""
    settings = read_settings(config)
    return settings.config.turns, settings.config.recognition, site_language(settings.site)
