"""What a good receptionist would do, knowing the truth: labels for training and scores.

`Intents` keeps for each person whether they mean to deal with the agent, over time. `due` says
toward whom to act now, and how: first who is spoken to already, then who waits before the agent
without a word, then who comes. Nobody else is to be bothered, whatever they look like.
"""

from bisect import bisect_right

from behavior.lobby.scene import Scene
from behavior.lobby.somebody import Phase, Somebody
from behavior.lobby.truth import CameBack, Due, Entered, GaveUp, Happening, Left, Refused, Served

SIGN_M = 4.0
WORDS_M = 2.2
_SETTLES_S = 0.4
_AGAIN_S = 2.5


class Intents:
    """Reads the truth as it grows."""

    def __init__(self, truth: list[Happening]) -> None:
        self._truth = truth
        self._read = 0
        self._known: dict[int, list[tuple[float, bool]]] = {}
        self._left: dict[int, int] = {}

    def at(self, person: int, at: float) -> bool:
        """Whether at that moment the person still meant to deal with the agent."""
        for one in self._truth[self._read :]:
            line = self._known.setdefault(one.person, [])
            if isinstance(one, Entered):
                line.append((one.at, one.wants_help))
                self._left[one.person] = one.tasks
            elif isinstance(one, CameBack):
                self._left[one.person] = 1
                line.append((one.at, True))
            elif isinstance(one, Served):
                self._left[one.person] -= 1
                line.append((one.at, self._left[one.person] > 0))
            elif isinstance(one, GaveUp | Refused | Left):
                line.append((one.at, False))
        self._read = len(self._truth)
        line = self._known.get(person, [])
        index = bisect_right(line, at, key=lambda pair: pair[0])
        return index > 0 and line[index - 1][1]


def due(scene: Scene) -> Due | None:
    """What to do now, toward whom; None: let everybody be."""
    best: tuple[int, float, Due] | None = None
    for one in scene.people:
        found = _due_to(scene, one)
        if found is None:
            continue
        rank, how, because = found
        key = rank, scene.from_agent_m(one)
        if best is None or key < best[:2]:
            due_now = Due(person=one.number, ids=tuple(one.ids), how=how, because=because)
            best = (*key, due_now)
    return best[2] if best is not None else None


def _due_to(scene: Scene, one: Somebody) -> tuple[int, str, str] | None:
    """Rank (low first), how, why."""
    if not one.wants_help or one.leader is not None or not one.ids:
        return None
    spoken_s = scene.now - scene.audience.said_until
    if one.phase is Phase.TALK and one.talk.opened and not one.talk.speaking:
        if scene.audience.speaking or one.talk.heard or one.talk.said_at is None:
            return None
        return 0, "reply", "has asked and waits for an answer"
    away = scene.from_agent_m(one)
    busy = scene.audience.speaking or scene.microphone.busy or spoken_s < _AGAIN_S
    if one.phase is Phase.STAND and one.worded_at is None and away <= WORDS_M:
        if scene.now - one.since >= _SETTLES_S and not busy:
            return 1, "words", "stands before the agent and wants help"
        return (2, "sign", "has just come to a stand") if one.signed_at is None else None
    if one.signed_at is not None or away > SIGN_M:
        return None
    if one.phase is Phase.HESITATE:
        return 3, "sign", "stands off, undecided"
    if one.phase is Phase.COME:
        return 3, "sign", "comes up to the agent"
    if one.phase is Phase.QUEUE:
        return 4, "sign", "waits for their turn"
    return None
