"""Reads a face and a bearing, where a site has asked for it: observation, interpretation, so. Pure.

    observed: mouth open without a word, usually closed; may: want to say something; so: could be
    given a moment

Off by default. Only geometry that perception states is read, against the person's own last minute:
the opening of the mouth, how far the head is lowered, nods, a raised hand, nearer or farther than
usual, looking here more or less than usual. There is no brow and no smile in it, and no name of a
feeling. Every reading says `may` or `could`; nothing is decided by it alone.
"""

from dataclasses import dataclass

from behavior.house.site import SiteConfig
from behavior.transcript.watching import Glance

_MOUTH_MORE = 0.15
_LIPS_STILL = 0.03
_HEAD_DOWN_RAD = 0.25

NOTICE = (
    "This desk also notes how people hold their head and mouth, to wait for those who seem to want "
    "to speak. Nothing of it is kept after the visit."
)
"""Shown on the page wherever it is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was seen, what it may mean, and what could follow."""

    observed: str
    may: str
    so: str

    def text(self) -> str:
        """As one part of a line."""
        return f"observed: {self.observed}; may: {self.may}; so: {self.so}"


def why_not(site: SiteConfig) -> str:
    """Why faces are not read at this site, or nothing: never where only staff go."""
    floors = site.floor_map
    desk = next((p for p in floors.points if p.key == floors.desk), None)
    place = site.place(desk.place) if desk is not None and desk.place else None
    if place is None or place.public:
        return ""
    return (
        f"dialogue.transcript.expressions: off, for the desk stands in {place.name!r}, which is "
        "not public; faces of staff are not read"
    )


def readings(glance: Glance, *, spoke: bool) -> tuple[Reading, ...]:
    """What a stretch of watching may tell of somebody. `spoke`: they said something in it."""
    found: list[Reading] = []
    mouth, usual = glance.mouth_open, glance.usual_mouth
    wider = mouth is not None and usual is not None and mouth - usual >= _MOUTH_MORE
    if wider and not spoke and glance.lips is not None:
        still = glance.lips < _LIPS_STILL
        found.append(
            Reading(
                observed="mouth open without a word, usually closed",
                may="be surprised, or about to speak" if still else "speak to somebody else",
                so="could be given a moment" if still else "could be left to it",
            )
        )
    down, before = glance.head_down_rad, glance.usual_head_down_rad
    if down is not None and before is not None and down - before >= _HEAD_DOWN_RAD:
        found.append(
            Reading(
                observed="head lower than usual",
                may="read or look for something",
                so="could need a moment",
            )
        )
    if glance.nods:
        found.append(
            Reading(observed=f"nods x{glance.nods}", may="agree or follow", so="could go on")
        )
    if (glance.looks_more or 0.0) < 0.0 and (glance.nearer_m or 0.0) < 0.0:
        found.append(
            Reading(
                observed="looks here less than usual and stands farther off",
                may="have had enough",
                so="could be let go",
            )
        )
    return tuple(found)
