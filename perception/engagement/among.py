"""What passes among those in view, and what changes how each is to be read, picture by picture.

Pure. Points of a body come in with a picture and are gone with it; out come facts.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    ContextChanged,
    EngagementChanged,
    FaceMoved,
    FormationChanged,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    VisitorActed,
)
from perception.engagement.context import ContextConfig, Contexts, limbs_of
from perception.engagement.handling import handled
from perception.engagement.nonverbal import Nonverbal
from perception.engagement.reach import hands_of
from perception.eyes.camera import CameraConfig, Lens
from perception.eyes.objects import LookedAt, ThingSeen
from perception.eyes.track import Track

SMILE = 12
"""The action unit that pulls up the corners of the mouth."""
FRESH_S = 0.5
"""A head seen so long after the hands were is still as it was then."""
SURE_SIGN = 0.7
"""Of a nod: movements come without a confidence."""


class AmongConfig(BaseModel):
    """What is told of people beside where they are and whether they attend."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contexts: bool = Field(
        True,
        description="Tell who is on the phone, carries, is in company, waits long, is a child, is"
        " in a wheelchair. It costs no looking: bodies are read that were measured anyway.",
    )
    interactions: bool = Field(
        True,
        description="Tell who looks at, faces or touches whom; smiles and gestures as well, where"
        " `closer` tells those.",
    )
    context: ContextConfig = Field(ContextConfig(), description="When a context is told.")


class Among:
    """Everybody in view. `tell` it what is known of them, then let it `look` at each picture."""

    def __init__(self, config: AmongConfig, camera: CameraConfig) -> None:
        self._camera = camera
        self._contexts = Contexts(config.context) if config.contexts else None
        self._nonverbal = Nonverbal() if config.interactions else None
        self._newest: dict[PersonId, PersonSeen] = {}

    def tell(self, message: Message) -> None:
        """Take in what is told of people; anything else is passed over."""
        match message:
            case PersonSeen():
                self._newest[message.person] = message
                if self._nonverbal is not None:
                    self._nonverbal.see(message)
            case PersonLost():
                self._lose(message.person)
            case FormationChanged():
                for core in (self._nonverbal, self._contexts):
                    if core is not None:
                        core.form(message)
            case EngagementChanged() if self._contexts is not None:
                self._contexts.serve(message)
            case VisitorActed() if self._nonverbal is not None:
                self._sign(self._nonverbal, message.person, message.action, message.fits)
            case FaceMoved() if self._nonverbal is not None:
                self._face(self._nonverbal, message)
            case _:
                pass

    def look(
        self, at: float, size_px: tuple[int, int], tracks: Sequence[Track]
    ) -> list[ContextChanged]:
        """What the picture of this moment brings. `size_px`: its width and height."""
        lens = Lens(self._camera, width_px=size_px[0], height_px=size_px[1])
        found: list[ContextChanged] = []
        for track in tracks:
            seen = self._newest.get(track.person)
            if seen is None or seen.at != at:
                continue
            body = track.body if track.body_at == at else None
            if self._nonverbal is not None and body is not None:
                self._nonverbal.reach(track.person, at, hands_of(body, lens))
            if self._contexts is not None:
                limbs = limbs_of(at, body, lens) if body is not None else None
                found += self._contexts.see(seen, limbs)
        if self._nonverbal is not None:
            found += [one.fact for one in self._nonverbal.judge(at)]
        return found

    def handle(self, look: LookedAt, things: Sequence[ThingSeen]) -> None:
        """Take in what a look at somebody's hands has found, a moment after that picture."""
        if self._contexts is None:
            return
        seen = self._newest.get(look.person)
        fresh = seen is not None and look.at <= seen.at <= look.at + FRESH_S
        held = handled(
            look.at, look.body, things, look.size_px, others=look.others,
            head_pitch_rad=seen.head_pitch_rad if seen is not None and fresh else None,
        )  # fmt: skip
        if held is not None:
            self._contexts.handle(look.person, held)

    def _lose(self, person: PersonId) -> None:
        self._newest.pop(person, None)
        for core in (self._nonverbal, self._contexts):
            if core is not None:
                core.lose(person)

    def _face(self, core: Nonverbal, moved: FaceMoved) -> None:
        if moved.units is not None:
            sure = [unit.confidence for unit in moved.units if unit.number == SMILE]
            core.smile(moved.person, max(sure, default=None))
        if moved.movement:
            self._sign(core, moved.person, moved.movement, SURE_SIGN)

    def _sign(self, core: Nonverbal, person: PersonId, gesture: str, fits: float) -> None:
        """It is being made now; that it was told says since when."""
        if (seen := self._newest.get(person)) is not None:
            core.sign(person, seen.at, gesture, fits)
