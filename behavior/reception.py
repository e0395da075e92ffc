"""Puts the dialogue together from a site and its configuration."""

from collections.abc import AsyncIterable, Callable, Sequence

from agent.core.backend import Row, Table, pick
from agent.core.clock import Clock, WallTime
from agent.core.errors import BackendUnavailableError
from agent.core.messages import BackendChosen, ComponentHealth, Health, Message
from behavior.backends.embedded import EmbeddedDialogue
from behavior.backends.scripted import Line, ScriptedDialogue
from behavior.dialogue.answering import Dialogue, Input
from behavior.dialogue.config import DialogueConfig
from behavior.dialogue.conversation import DialogueBackend
from behavior.dialogue.deeds import Deeds
from behavior.dialogue.wording import load_wording
from behavior.forms.delivery import Delivery
from behavior.forms.screen import NoScreen, Screen
from behavior.forms.work import FormWork
from behavior.house.site import SiteConfig
from behavior.norms.retrieval import House, NormAdvice
from behavior.tools.desk import ToolDesk
from behavior.tools.permission import ToolsConfig
from behavior.tools.reach import Reach
from behavior.tools.senses import Senses
from behavior.tools.surroundings import Surroundings
from behavior.tools.telling import Voice
from behavior.tools.work import TICKETS, Tickets, Work
from behavior.transcript.config import for_site

DIALOGUES: Table = {
    "embedded": Row(
        path="behavior.backends.embedded:EmbeddedDialogue",
        about="patterns, likeness in meaning and the site's facts; needs nothing else",
    ),
    "openai_compatible": Row(
        path="behavior.backends.openai_compatible:OpenAiCompatibleDialogue",
        about="worded by a language model server; the embedded dialogue stands behind it",
        packages=("aiohttp",),
    ),
    "scripted": Row(
        path="behavior.backends.scripted:ScriptedDialogue",
        about="says what the configuration's script says, whatever it hears",
    ),
}


def set_up_dialogue(
    *,
    inputs: AsyncIterable[Input],
    publish: Callable[[Message], None],
    site: SiteConfig,
    config: DialogueConfig,
    clock: Clock,
    wall: WallTime,
    gestures: tuple[str, ...],
    house: House | None = None,
    sightings: AsyncIterable[Message] | None = None,
    rules: ToolsConfig | None = None,
    own_camera: bool = False,
    reaches_out: bool = True,
    screen: Screen | None = None,
    backend: DialogueBackend | None = None,
) -> Dialogue:
    """Return the component, not yet started. Raises `BackendUnavailableError` with the cure.

    `gestures`: names that a language model may ask for, as the body has them.

    `house` knows the moment and its norms; a language model is told those that fit. `sightings`:
    who is seen where, for what is remembered of an encounter. `rules`: which tools may run.

    `screen` shows the site's forms; without it they cannot be filled in. `own_camera`: pictures do
    not come from the page. `reaches_out`: sensors are read and servers asked; not in a replay.

    `backend` answers in place of the one that the configuration names.
    """
    read, because = for_site(config.transcript, site)
    if because:
        config = config.model_copy(update={"transcript": read})
        publish(
            ComponentHealth(
                at=clock.now(),
                component="behavior.dialogue",
                health=Health.DEGRADED,
                detail=because,
            )
        )
    forms = FormWork(screen=screen or NoScreen(), site=site, publish=publish, now=clock.now)
    tools = _tools(
        publish=publish,
        site=site,
        config=config,
        clock=clock,
        rules=rules or ToolsConfig(),
        forms=forms,
        senses=Senses(clock=clock, site=site, surroundings=Surroundings(own_camera=own_camera)),
        reach=Reach(publish=publish, clock=clock) if reaches_out else None,
    )
    deeds = Deeds(
        publish=publish,
        site=site,
        book=config.visits,
        retention_days=config.retention_days,
        notify=config.notify,
        clock=clock,
        wall=wall,
        tools=tools,
    )
    forms.delivers = Delivery(deeds=deeds, tools=tools, site=site)
    return Dialogue(
        inputs=inputs,
        publish=publish,
        backend=backend
        or choose_backend(
            publish=publish, site=site, config=config, clock=clock, gestures=gestures, house=house
        ),
        deeds=deeds,
        site=site,
        config=config,
        clock=clock,
        wall=wall,
        sightings=sightings,
        tools=tools,
    )


def _tools(
    *,
    publish: Callable[[Message], None],
    site: SiteConfig,
    config: DialogueConfig,
    clock: Clock,
    rules: ToolsConfig,
    forms: FormWork,
    senses: Senses,
    reach: Reach | None,
) -> ToolDesk:

    def tickets() -> Tickets:
        book: Tickets = pick("tickets", TICKETS, "sqlite")(config.tickets)
        return book

    return ToolDesk(
        work=Work(site=site, tickets=tickets, now=clock.now, senses=senses, reach=reach),
        voice=lambda now: Voice(load_wording(now.language), now.staff_name, now),
        site=site,
        config=rules,
        publish=publish,
        clock=clock,
        senses=senses,
        forms=forms,
    )


def choose_backend(
    *,
    publish: Callable[[Message], None],
    site: SiteConfig,
    config: DialogueConfig,
    clock: Clock,
    gestures: tuple[str, ...],
    house: House | None = None,
) -> DialogueBackend:
    """Take the row that the configuration names; `auto`: a model server if one is set."""
    name = config.backend
    if name == "auto":
        name = "openai_compatible" if config.model.url else "embedded"
    if name == "scripted":
        return ScriptedDialogue(_script(config.script))
    row = pick("dialogue", DIALOGUES, name)

    def encoder_degraded(detail: str) -> None:
        publish(
            ComponentHealth(
                at=clock.now(),
                component="behavior.dialogue",
                health=Health.DEGRADED,
                detail=f"{detail}; questions are matched by spelling only",
            )
        )

    embedded = EmbeddedDialogue(
        site=site,
        knowledge=config.knowledge,
        encoder=config.encoder,
        degraded=encoder_degraded,
        kept=config.cache,
    )
    if name == "embedded":
        publish(BackendChosen(at=clock.now(), role="dialogue", backend="embedded"))
        return embedded
    if name == "openai_compatible" and not config.model.url:
        raise BackendUnavailableError(
            "dialogue: openai_compatible needs dialogue.model.url, such as http://127.0.0.1:8000/v1"
        )
    advice = None if house is None else NormAdvice(house, encoder=config.encoder, kept=config.cache)
    served: DialogueBackend = row(
        embedded=embedded,
        config=config.model,
        publish=publish,
        clock=clock,
        advice=advice,
        gestures=gestures,
    )
    return served


def _script(lines: Sequence[str]) -> list[Line]:
    return [Line(clauses=tuple(line.split(" | "))) for line in lines]
