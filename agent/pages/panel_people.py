"""Who is in view as the panel draws them: places, looks, groups, what faces and hands do, and why.

Pure; fed with messages alone, so no picture and no point of a face comes here.
"""

import math

from agent.core.messages import (
    Arrangement,
    Context,
    ContextChanged,
    EngagementChanged,
    FaceMoved,
    FaceUnit,
    FormationChanged,
    Interaction,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    VisitorActed,
)
from agent.pages.wire import PanelDoing, PanelGroup, PanelPerson

UNSEEN_S = 3.0
DOES_S = 4.0
"""How long what somebody did stays on the panel."""
HERE_RAD = 0.35
MOST = 12
UNITS = 5
MORE = 6


class PanelPeople:
    """The newest of everybody in view."""

    def __init__(self) -> None:
        self._seen: dict[PersonId, PersonSeen] = {}
        self._engaged: dict[PersonId, EngagementChanged] = {}
        self._units: dict[PersonId, tuple[FaceUnit, ...]] = {}
        self._did: dict[PersonId, tuple[float, PanelDoing]] = {}
        self._contexts: dict[PersonId, dict[Context | Interaction, tuple[float, str]]] = {}
        self._groups: dict[frozenset[PersonId], FormationChanged] = {}

    def __bool__(self) -> bool:
        return bool(self._seen)

    def see(self, message: Message) -> None:
        """Take in one message; others than about people are left alone."""
        match message:
            case PersonSeen():
                self._seen[message.person] = message
            case EngagementChanged():
                self._engaged[message.person] = message
            case PersonLost():
                self._forget(message.person)
            case FormationChanged():
                self._groups.pop(frozenset(message.people), None)
                if message.together:
                    self._groups[frozenset(message.people)] = message
            case ContextChanged():
                self._hold(message)
            case FaceMoved():
                if message.units is not None:
                    self._units[message.person] = message.units
                if message.movement:
                    self._note(message.at, message.person, PanelDoing(what=message.movement))
            case VisitorActed():
                did = PanelDoing(
                    what=message.action, hand=message.hand, by=list(message.because)[:4]
                )
                self._note(message.at, message.person, did)
            case _:
                pass

    def tick(self, now: float) -> None:
        """Forget who was long unseen."""
        for person in [p for p, seen in self._seen.items() if now - seen.at > UNSEEN_S]:
            self._forget(person)

    def people(self, now: float) -> list[PanelPerson]:
        """Everybody, at most `MOST`."""
        return [self._person(seen, now) for seen in self._seen.values()][:MOST]

    def groups(self) -> list[PanelGroup]:
        """Who stands with whom, of those in view."""
        return [
            PanelGroup(
                people=[p for p in group.people if p in self._seen],
                arrangement=group.arrangement.value,
                x_m=round(group.center.x_m, 2),
                y_m=round(group.center.y_m, 2),
                queue=group.arrangement is Arrangement.QUEUE,
            )
            for group in self._groups.values()
            if sum(p in self._seen for p in group.people) > 1
        ]

    def _hold(self, change: ContextChanged) -> None:
        held = self._contexts.setdefault(change.person, {})
        what = change.context or change.interaction
        if what is not None:
            held.pop(what, None)
            if change.holds:
                held[what] = (change.confidence, change.because)

    def _note(self, at: float, person: PersonId, did: PanelDoing) -> None:
        self._did[person] = (at, did)

    def _forget(self, person: PersonId) -> None:
        for kept in (self._seen, self._engaged, self._units, self._did, self._contexts):
            kept.pop(person, None)
        for group in [group for group in self._groups if person in group]:
            del self._groups[group]

    def _more(self, person: PersonId) -> list[str]:
        """What changes how they are read, and what passes between them and whom."""
        held = self._contexts.get(person, {}).items()
        return [_named(what, sure, because) for what, (sure, because) in held][:MORE]

    def _person(self, seen: PersonSeen, now: float) -> PanelPerson:
        engaged = self._engaged.get(seen.person)
        at, did = self._did.get(seen.person, (-math.inf, None))
        return PanelPerson(
            person=seen.person,
            x_m=round(seen.place.x_m, 2),
            y_m=round(seen.place.y_m, 2),
            facing_rad=_rounded(seen.facing_rad),
            gaze_off_rad=_rounded(seen.gaze_off_rad),
            front_rad=_rounded(seen.front_rad),
            look_rad=_rounded(_look(seen)),
            looks_here=None if seen.gaze_off_rad is None else seen.gaze_off_rad < HERE_RAD,
            state="present" if engaged is None else engaged.state,
            cues=[*([] if engaged is None else engaged.cues)][:6] + self._more(seen.person),
            units=[_unit(unit) for unit in self._units.get(seen.person, ())][:UNITS],
            did=did if now - at < DOES_S else None,
        )


def _named(what: Context | Interaction, sure: float, because: str) -> str:
    if isinstance(what, Interaction):
        return f"{what.what} {', '.join(what.group)}"
    return f"{what} ({sure:.1f})" + (f": {because}" if because else "")


def _look(seen: PersonSeen) -> float | None:
    """Where the head looks over the floor, agent's frame; None: not seen."""
    if seen.head_yaw_rad is None:
        return None
    return math.atan2(-seen.place.y_m, -seen.place.x_m) + seen.head_yaw_rad


def _unit(unit: FaceUnit) -> PanelDoing:
    side = ""
    if abs(unit.asymmetry) >= 0.25:
        side = "left" if unit.asymmetry > 0 else "right"
    return PanelDoing(
        what=f"{unit.number} {unit.name}", hand=side, sure=round(unit.confidence, 2),
        by=list(unit.by),
    )  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
