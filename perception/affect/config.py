"""The operator's own choice to have faces interpreted, and the law's bounds to it.

Default: off, and then `reading.py` is not even imported.
"""

from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

NOTICE: Final = (
    "Regulation (EU) 2024/1689 (AI Act), in short and no legal advice: to infer emotions of people "
    "at work or in education from their faces is prohibited, but for medical or safety reasons "
    "(article 5(1)(f)); elsewhere it is a high-risk use (annex III 1(c)), and whoever is exposed "
    "to it must be told so at the first exposure at the latest (article 50(3)). What is read from "
    "faces is often wrong, most of all for people whose faces move otherwise than most."
)
TOLD: Final = (
    "At this desk a computer also interprets what visitors' faces express. Staff see that "
    "interpretation; nothing of it is kept. Please say so if you do not want it."
)
"""Shown to visitors on the page wherever it is on."""


class AffectConfig(BaseModel):
    """Whether faces are interpreted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(
        False,
        description="Interpret what faces may express, for the operator's console and `foyer"
        " perceive` alone: never said to visitors, never kept. Needs `closer.faces`.",
    )
    legal_notice_acknowledged: bool = Field(
        False,
        description="The operator has read the legal notice, which an attempt to enable this"
        " without it prints.",
    )
    watches: Literal["unknown", "visitors", "staff", "pupils"] = Field(
        "unknown",
        description="Whom the camera sees. Only `visitors` may be interpreted; where staff or"
        " pupils pass by as a rule, they are seen, too.",
    )

    @model_validator(mode="after")
    def _within_the_law(self) -> Self:
        if not self.enabled:
            return self
        if self.watches in ("staff", "pupils"):
            raise ValueError(
                f"faces of {self.watches} are not interpreted: article 5(1)(f) of the AI Act"
                " prohibits it; set `enabled: false`"
            )
        if not self.legal_notice_acknowledged:
            raise ValueError(
                f"read this first, then set `legal_notice_acknowledged: true`. {NOTICE}"
            )
        if self.watches == "unknown":
            raise ValueError("say whom the camera sees: `watches: visitors` if no one else")
        return self


def refused(*, public: bool, place: str) -> str:
    """Why a site's desk may not have it, or nothing. `public`: visitors go there."""
    if public:
        return ""
    return (
        f"seeing.affect: refused, for the desk stands in {place!r}, which is not public: faces of"
        " staff are not interpreted (AI Act, article 5(1)(f)); set `enabled: false`"
    )
