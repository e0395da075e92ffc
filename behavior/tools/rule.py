"""When one kind of tool may be used: what every rule of `policies/tools.yaml` has."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ToolRule(BaseModel):
    """When one kind of tool may be used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allowed: bool = Field(True, description="false: never, for nobody.")
    hours: Literal["always", "open"] = Field(
        "always", description="`open`: only within the site's opening hours."
    )
    needs: Literal["nothing", "greeted", "named"] = Field(
        "nothing",
        description="greeted: this visitor has heard the agent before; named: has said a name.",
    )
    confirm: bool = Field(False, description="The visitor is asked first and has to say yes.")
    per_visit: int = Field(12, ge=0, le=1000, description="How often during one visit.")
    per_minute: int = Field(30, ge=0, le=1000, description="How often in a minute, all visitors.")
    model_may_propose: bool = Field(
        False, description="A language model may propose it; these rules still decide."
    )
    aloud: Literal["always", "discreetly", "never"] = Field(
        "discreetly",
        description="Names and times in the result: said always; not while a stranger may hear;"
        " or never.",
    )
