"""Whom or what the eyes are on: wishes of acts, resolved against where people are now. Pure."""

from actuation.generators.rules_gaze import GazeMode
from actuation.joints.rotations import aim
from agent.core.messages import Gaze, GazeTarget, PersonId, PersonLost, PersonSeen

_FRESH_S = 3.0
_AWAY_S = 3.5
"""Looking away or down is for a moment; then the eyes come back."""
_PLACE_HEIGHT_M = 1.2
_USUAL_DISTANCE_M = 1.2
"""Of somebody at the desk whom no camera sees."""


class Attention:
    """The target of gaze over time."""

    def __init__(self, eye_height_m: float) -> None:
        self._eye_height_m = eye_height_m
        self._people: dict[PersonId, PersonSeen] = {}
        self._wish: Gaze | None = None
        self._wished_at = 0.0
        self._partner: PersonId | None = None
        self.face_distance_m: float | None = None
        """Of the face that the target is; None where it is no face."""

    def see(self, sighting: PersonSeen | PersonLost) -> None:
        """Take in where somebody is, or that they are gone."""
        match sighting:
            case PersonSeen():
                self._people[sighting.person] = sighting
            case PersonLost():
                self._people.pop(sighting.person, None)

    def wish(self, gaze: Gaze | None, to: PersonId | None, now: float) -> None:
        """Look as an act or clause asks; without a wish, at the person addressed."""
        if to is not None:
            self._partner = to
        if gaze is None:
            if to is not None:
                self._wish, self._wished_at = Gaze(target=GazeTarget.PERSON, person=to), now
            return
        if gaze.target is GazeTarget.PERSON and gaze.person is not None:
            self._partner = gaze.person
        self._wish, self._wished_at = gaze, now

    def back_to_partner(self, now: float) -> None:
        """End a glance at a place, aside or down."""
        wish = self._wish
        if wish is not None and wish.target not in (GazeTarget.PERSON, GazeTarget.AMBIENT):
            self._wish, self._wished_at = Gaze(target=GazeTarget.PERSON), now

    def target(self, now: float) -> tuple[GazeMode, tuple[float, float]]:
        """What the eyes do now, and yaw and pitch of the target, radians."""
        self.face_distance_m = None
        wish = self._wish
        if wish is None:
            return GazeMode.AMBIENT, (0.0, 0.0)
        short = wish.target in (GazeTarget.AWAY, GazeTarget.DOWN)
        if short and now - self._wished_at > _AWAY_S:
            self.back_to_partner(now)
            wish = self._wish or wish
        match wish.target:
            case GazeTarget.AWAY:
                return GazeMode.AWAY, (0.0, 0.0)
            case GazeTarget.DOWN:
                return GazeMode.DOWN, (0.0, 0.0)
            case GazeTarget.PLACE if wish.place is not None:
                up_m = _PLACE_HEIGHT_M - self._eye_height_m
                return GazeMode.AT, aim(wish.place.x_m, wish.place.y_m, up_m)
            case GazeTarget.PERSON:
                return self._at_person(wish.person or self._partner, now)
        return GazeMode.AMBIENT, (0.0, 0.0)

    def _at_person(self, who: PersonId | None, now: float) -> tuple[GazeMode, tuple[float, float]]:
        seen = self._people.get(who) if who is not None else None
        if seen is None or now - seen.at > _FRESH_S:
            fresh = [p for p in self._people.values() if now - p.at <= _FRESH_S]
            seen = min(fresh, key=lambda p: p.place.distance_m, default=None)
        if seen is None:
            # Somebody is spoken to whom no camera sees: look straight ahead, as at the page.
            spoken_to = self._wish is not None and now - self._wished_at < 2 * _FRESH_S
            self.face_distance_m = _USUAL_DISTANCE_M
            return (GazeMode.AT if spoken_to else GazeMode.AMBIENT), (0.0, 0.0)
        up_m = seen.face_height_m - self._eye_height_m
        self.face_distance_m = seen.place.distance_m
        return GazeMode.AT, aim(seen.place.x_m, seen.place.y_m, up_m)
