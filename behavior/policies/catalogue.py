"""All policies by name: add a row here and a file beside, and a file in `configs/policies`."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from behavior.policies.attention import AttentionConfig, AttentionPolicy
from behavior.policies.farewell import FarewellConfig, FarewellPolicy
from behavior.policies.greeting import GreetingConfig, GreetingPolicy
from behavior.policies.handover import HandoverConfig, HandoverPolicy
from behavior.policies.idle import IdleConfig, IdlePolicy
from behavior.policies.interruption import InterruptionConfig, InterruptionPolicy
from behavior.policies.listening import ListeningConfig, ListeningPolicy
from behavior.policies.mirroring import MirroringConfig, MirroringPolicy
from behavior.policies.page import PageConfig, PagePolicy
from behavior.policies.proactive import (
    GreetingBesideModel,
    ProactiveConfig,
    ProactivePolicy,
)
from behavior.policies.reply import ReplyConfig, ReplyPolicy
from behavior.policies.silence import SilenceConfig, SilencePolicy
from behavior.policies.spoken import speaking
from behavior.policies.tools import ToolsConfig, ToolsPolicy
from behavior.policies.waiting import WaitingConfig, WaitingPolicy
from behavior.wishes import Policy

CATALOGUE: Mapping[str, tuple[type[BaseModel], Callable[[Any], Policy]]] = {
    "interruption": (InterruptionConfig, InterruptionPolicy),
    "handover": (HandoverConfig, HandoverPolicy),
    "reply": (ReplyConfig, ReplyPolicy),
    "listening": (ListeningConfig, ListeningPolicy),
    "proactive": (ProactiveConfig, ProactivePolicy),
    "greeting": (GreetingConfig, GreetingPolicy),
    "farewell": (FarewellConfig, FarewellPolicy),
    "tools": (ToolsConfig, ToolsPolicy),
    "silence": (SilenceConfig, SilencePolicy),
    "waiting": (WaitingConfig, WaitingPolicy),
    "page": (PageConfig, PagePolicy),
    "attention": (AttentionConfig, AttentionPolicy),
    "idle": (IdleConfig, IdlePolicy),
    "mirroring": (MirroringConfig, MirroringPolicy),
}
"""Name -> its settings and itself, in the order in which they are asked."""


class PoliciesConfig(BaseModel):
    """The settings of all policies; in the folder of a site, one file for each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    interruption: InterruptionConfig = Field(
        default_factory=InterruptionConfig, description="Giving up the floor."
    )
    handover: HandoverConfig = Field(
        default_factory=HandoverConfig, description="When a person takes over."
    )
    reply: ReplyConfig = Field(default_factory=ReplyConfig, description="Answering.")
    listening: ListeningConfig = Field(
        default_factory=ListeningConfig, description="Showing that it listens."
    )
    proactive: ProactiveConfig = Field(
        default_factory=ProactiveConfig, description="The learned model's say; off by default."
    )
    greeting: GreetingConfig = Field(default_factory=GreetingConfig, description="Greeting.")
    farewell: FarewellConfig = Field(default_factory=FarewellConfig, description="Goodbyes.")
    tools: ToolsConfig = Field(
        default_factory=ToolsConfig, description="What it may do besides talking, and for whom."
    )
    silence: SilenceConfig = Field(
        default_factory=SilenceConfig, description="A question that gets no answer."
    )
    waiting: WaitingConfig = Field(default_factory=WaitingConfig, description="Those who wait.")
    page: PageConfig = Field(default_factory=PageConfig, description="A page that comes up.")
    attention: AttentionConfig = Field(
        default_factory=AttentionConfig, description="Where it looks."
    )
    idle: IdleConfig = Field(default_factory=IdleConfig, description="Between encounters.")
    mirroring: MirroringConfig = Field(
        default_factory=MirroringConfig, description="Leaning along with a visitor."
    )


if odd := set(CATALOGUE) ^ set(PoliciesConfig.model_fields):
    raise TypeError(f"{', '.join(sorted(odd))}: needs both, a row and a field of PoliciesConfig")


def build_policies(config: PoliciesConfig) -> tuple[Policy, ...]:
    """Return the policies with these settings, in the order in which they are asked."""
    made = {name: speaking(make, getattr(config, name)) for name, (_, make) in CATALOGUE.items()}
    if config.proactive.enabled:
        made["greeting"] = GreetingBesideModel(config.greeting, config.proactive)
    return tuple(made.values())
