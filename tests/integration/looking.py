"""A visit to a desk that has eyes and ears: people stand where a test puts them; virtual time."""

import math
from dataclasses import replace

from agent.core.messages import (
    Engagement,
    EngagementChanged,
    MicrophoneLevel,
    PersonId,
    PersonSeen,
    Place,
    SoundDirection,
)
from behavior.house.site import SiteConfig
from tests.fakes.desk import Reception, demo_site, ended

VISITOR = "p1"


def seen(person, x_m, y_m=0.0, **more):
    facts = {"approach_m_s": 0.0, "speed_m_s": 0.0, "facing_rad": 0.1} | more
    return PersonSeen(at=0.0, person=PersonId(person), place=Place(x_m=x_m, y_m=y_m), **facts)


def site_with(**places):
    """The demonstration site, with some of its places in view."""
    tree = demo_site().model_dump()
    for place in tree["places"]:
        place["in_view_m"] = places.get(place["key"], 0.0)
    return SiteConfig.model_validate(tree)


class Visit:
    """One visitor at 1.2 m, and others. `says` returns what the agent answers to a line."""

    def __init__(self, folder, *others, site=None, visitor=True, sensors=(), **more):
        tree = (site or site_with()).model_dump()
        tree["sensors"] = list(sensors)
        self.desk = Reception(folder, site=SiteConfig.model_validate(tree), **more)
        self.others = list(others)
        self.sounds = []
        self._visitor = [seen(VISITOR, 1.2)] if visitor else []
        self._turn = 0

    async def __aenter__(self):
        await self.desk.__aenter__()
        now = self.desk.clock.now()
        if self._visitor:
            self.desk.tell(
                EngagementChanged(
                    at=now, person=PersonId(VISITOR), state=Engagement.ENGAGED, previous=None,
                    distance_m=1.2,
                )
            )  # fmt: skip
        return self

    async def __aexit__(self, *fault):
        await self.desk.finish()

    async def passes(self, seconds):
        """Let time pass; everybody is seen ten times a second, and what sounds is heard."""
        for _ in range(math.ceil(seconds * 10)):
            now = self.desk.clock.now()
            self.desk.tell(*(replace(one, at=now) for one in (*self._visitor, *self.others)))
            self.desk.tell(*(replace(one, at=now) for one in self.sounds))
            await self.desk.settle(0.1)

    async def says(self, line, within_s=12.0):
        self._turn += 1
        desk, before = self.desk, len(self.desk.replies)
        await self.passes(0.3)
        person = PersonId(VISITOR) if self._visitor else None
        desk.tell(ended(desk.clock.now(), line, turn=self._turn, person=person))
        for _ in range(int(within_s * 10)):
            await self.passes(0.1)
            if any(reply.last for reply in desk.replies[before:]):
                break
        return " ".join(c.text for r in desk.replies[before:] for c in r.clauses)


def level(db, speech=0.0):
    return MicrophoneLevel(at=0.0, level_db=db, speech=speech)


def direction(azimuth_rad):
    return SoundDirection(at=0.0, azimuth_rad=azimuth_rad, speech=True)
