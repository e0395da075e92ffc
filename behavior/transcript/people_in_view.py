"""Who is in view, who has just left, and who is talked with. Pure.

Ids expire. Where a tracker loses somebody who stands and finds them under another id, the new one
begins where the old one ended: the two are one. Who walked in side by side is company.
"""

import math

from agent.core.messages import (
    Engagement,
    EngagementChanged,
    PersonId,
    PersonSeen,
    Place,
    SpeechStarted,
    TurnEnded,
    TurnId,
)
from behavior.transcript.event_memory import Passage
from behavior.transcript.in_view import Present
from behavior.transcript.watching import Glance

_IN_ENCOUNTER = (Engagement.ENGAGED, Engagement.ATTENDING)
_TOGETHER_S = 1.0
"""So long side by side, while walking, makes two people company."""
_FOUND_AGAIN_S = 10.0
_FOUND_AGAIN_M = 0.6
_UNSEEN_S = 0.25
_VOICES_S = 120.0
_BEFORE_M = 0.5
_LATELY_S = 2.5
_GOES = (Engagement.PASSING, Engagement.DISENGAGING)
_TALKS_S = 30.0
"""A conversation without a word for so long keeps nobody from being the next."""
_PASSAGES_KEPT = 60


class PeopleInView:
    """Everybody who is or was just there, and the one who is talked with."""

    def __init__(self) -> None:
        self.present: dict[PersonId, Present] = {}
        self.passages: list[Passage] = []
        """Visits that are over: times, without an id."""
        self.partner: PersonId | None = None
        self.partner_at = float("-inf")
        """When they last spoke, or came up."""
        self._voices: dict[TurnId, float] = {}

    # Who is there

    def see(self, seen: PersonSeen) -> tuple[Present, bool]:
        """Take in a sighting; say whether this person is new."""
        here = self.present.get(seen.person)
        new = here is None
        if here is None:
            here = self.present[seen.person] = Present(
                seen.at, written_until=seen.at, began_at=seen.place
            )
        here.left_at = None
        here.watched.add(seen)
        return here, new

    def change(self, change: EngagementChanged) -> Present:
        """Somebody who is there relates to the agent in another way."""
        here = self.present.get(change.person)
        if here is None:
            here = self.present[change.person] = Present(change.at, written_until=change.at)
        if change.state is Engagement.ENGAGED and not self.talks_with_another(
            change.person, change.at
        ):
            self.talk_with(change.person, change.at)
        return here

    def talk_with(self, person: PersonId, now: float) -> None:
        """This is whom the agent talks with now."""
        self.partner, self.partner_at = person, now

    def talks_with_another(self, person: PersonId, now: float) -> bool:
        """Whoever comes up does not take the place of one who still stands there."""
        partner = self.present.get(self.partner) if self.partner is not None else None
        return self._stands_behind(person, now) or (
            partner is not None
            and self.partner != person
            and partner.left_at is None
            and partner.state in _IN_ENCOUNTER
            and now - self.partner_at <= _TALKS_S
        )

    def _stands_behind(self, person: PersonId, now: float) -> bool:
        """Somebody else stands before the agent, clearly nearer: theirs is the turn."""
        here = self.present.get(person)
        away_m = here.watched.distance_m if here is not None else None
        if away_m is None:
            return False
        return any(
            one.state not in _GOES
            and one.watched.stood_lately(now, _LATELY_S)
            and (one.watched.distance_m or away_m) <= away_m - _BEFORE_M
            for who, one in self.present.items()
            if who != person
        )

    def together(self, one: PersonId, other: PersonId) -> bool:
        """Whether the two walked in side by side."""
        a, b = self.present.get(one), self.present.get(other)
        if a is None or b is None or one == other:
            return False
        if other in a.company:
            return True
        if a.watched.walked_beside(b.watched) >= _TOGETHER_S:
            a.company.add(other)
            b.company.add(one)
            return True
        return False

    def before(self, person: PersonId) -> PersonId | None:
        """Who this person was before a tracker gave them another id; None: nobody."""
        here = self.present.get(person)
        if here is None or here.began_at is None:
            return None
        for who, one in self.present.items():
            seen_at, place = one.watched.seen_at, one.watched.place
            if who == person or seen_at is None or place is None:
                continue
            unseen_s = here.came_at - seen_at
            same_place = _apart_m(place, here.began_at) <= _FOUND_AGAIN_M
            if same_place and _UNSEEN_S < unseen_s + _UNSEEN_S <= _FOUND_AGAIN_S and unseen_s >= 0:
                return who
        return None

    def rename(self, old: PersonId, new: PersonId) -> None:
        """The one is the other, and has been here since."""
        here, before = self.present[new], self.present.pop(old)
        here.came_at, here.stopped = before.came_at, here.stopped or before.stopped
        here.state = here.state or before.state
        here.company |= before.company - {new}
        for one in self.present.values():
            if old in one.company:
                one.company = (one.company - {old}) | {new}
        if self.partner == old:
            self.partner = new

    def left(self, who: PersonId, at: float) -> Passage | None:
        """A visit is over: it remains as times without an id."""
        here = self.present.get(who)
        if here is None or here.left_at is None:
            return None
        del self.present[who]
        passage = Passage(came_at=here.came_at, left_at=here.left_at, stopped=here.stopped)
        self.passages.append(passage)
        return passage

    def others(self, person: PersonId | None) -> tuple[Passage, ...]:
        """When other people came and went, by their coming."""
        there = [
            Passage(came_at=one.came_at, left_at=one.left_at, stopped=one.stopped)
            for who, one in self.present.items()
            if who != person
        ]
        return tuple(sorted((*self.passages, *there), key=lambda one: one.came_at))

    def forget(self, person: PersonId, now: float) -> None:
        """Known from now on, if still in view, and as nobody in particular."""
        here = self.present.pop(person, None)
        for one in self.present.values():
            one.company.discard(person)
        if here is not None and here.left_at is None:
            self.present[person] = Present(now, written_until=now, state=here.state)
        if self.partner == person:
            self.partner = None

    def tidy(self, now: float, passages_s: float) -> None:
        """Drop the times that may not be kept any longer."""
        self.passages = [
            one
            for one in self.passages[-_PASSAGES_KEPT:]
            if now - (one.left_at or one.came_at) <= passages_s
        ]

    # While a voice is heard

    def hear(self, start: SpeechStarted) -> None:
        """A voice begins."""
        self._voices.setdefault(start.turn, start.at)

    def began(self, turn: TurnEnded) -> float:
        """When the voice of a turn began; the turn is over then."""
        began = self._voices.pop(turn.turn, turn.at - turn.voiced_s)
        self._voices = {t: at for t, at in self._voices.items() if turn.at - at < _VOICES_S}
        return began

    def glances(self, began: float, ended: float) -> dict[PersonId, Glance]:
        """How those who were there while it was said stood and looked meanwhile."""
        return {
            who: one.watched.over(began, ended)
            for who, one in self.present.items()
            if one.left_at is None or ended - one.left_at < 2.0
        }


def _apart_m(one: Place, other: Place) -> float:
    return math.dist((one.x_m, one.y_m), (other.x_m, other.y_m))
