"""Engagement examined: the learned model, the published rule and the house's own states.

The same sightings go to all three. A track is one person in one recording; what counts at its end
is what is held at the last sighting, and how long it took until that was held for good.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from agent.core.messages import (
    Engagement,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    SpeechStarted,
    TurnEnded,
    TurnId,
)
from agent.lessons.engagement_lessons import attend
from agent.lessons.engagement_lobby import live
from agent.lessons.engagement_people import Scene
from agent.lessons.practice import Stretch
from behavior.proactive.contenders import mutual_gaze
from perception.engagement.head_tracks import Recording
from perception.engagement.judge import Judge, JudgeConfig
from perception.engagement.model import Weights
from perception.engagement.mutual_gaze import Bond, MutualGaze, visual_bond
from perception.engagement.relation import EngagementConfig
from perception.engagement.states import EngagementCore
from perception.eyes.gaze import Angles, GazeConfig, GazeZero

EVERY_S = 0.1
WITH_AGENT = (Engagement.ATTENDING, Engagement.ENGAGED)
Array = NDArray[np.float64]
OURS, PUBLISHED, PUBLISHED_SHORT = "ours", "published", "published, 2 s"
STATES, LEARNED_STATES = "states by looks counted", "states by the model"
JUDGES = (OURS, PUBLISHED, PUBLISHED_SHORT, STATES, LEARNED_STATES)


@dataclass(slots=True)
class Track:
    """One person in one recording: what each judge held, moment by moment."""

    name: str
    truth: list[bool] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    held: dict[str, list[bool | None]] = field(default_factory=lambda: {j: [] for j in JUDGES})
    ours: list[float] = field(default_factory=list)
    """Momentary log-odds."""
    published: list[float] = field(default_factory=list)
    """Momentary mutual gaze times closeness; 0 while no gaze is known."""

    def right_at_the_end(self, judge: str) -> bool:
        """Whether what is held at the last sighting is true."""
        return self.held[judge][-1] is self.truth[-1]

    def settles_s(self, judge: str) -> float:
        """From the first sighting until the truth is held for good; infinite: it is not."""
        if not self.right_at_the_end(judge):
            return math.inf
        held, i = self.held[judge], len(self.at)
        while i > 0 and held[i - 1] is self.truth[i - 1]:
            i -= 1
        return self.at[i] - self.at[0]

    def right_share(self, judge: str) -> float:
        """Part of the moments at which what is held is true."""
        return float(np.mean([h is t for h, t in zip(self.held[judge], self.truth, strict=True)]))


@dataclass(slots=True)
class Examined:
    """All tracks of an examination."""

    tracks: list[Track] = field(default_factory=list)

    @property
    def truth(self) -> NDArray[np.bool_]:
        """Of all moments."""
        return np.array([one for track in self.tracks for one in track.truth], np.bool_)

    @property
    def ours(self) -> Array:
        """Momentary log-odds of the learned model."""
        return np.array([one for track in self.tracks for one in track.ours], np.float64)

    @property
    def published(self) -> Array:
        """Momentary value of the published rule."""
        return np.array([one for track in self.tracks for one in track.published], np.float64)

    def right(self, judge: str) -> int:
        """Tracks judged rightly at their end."""
        return sum(track.right_at_the_end(judge) for track in self.tracks)

    def settles_s(self, judge: str) -> float:
        """Median over tracks; infinite when half of them are wrong."""
        return float(np.median([track.settles_s(judge) for track in self.tracks]))

    def right_share(self, judge: str) -> float:
        """Part of all moments at which the truth was held, each track the same."""
        return float(np.mean([track.right_share(judge) for track in self.tracks]))


class _Examiner:
    """Three judges of the same people."""

    def __init__(self, weights: Weights, name: str) -> None:
        self._weights = weights
        self._name = name
        self._judge = Judge(weights, JudgeConfig())
        self._states = {
            STATES: EngagementCore(EngagementConfig(judge="looks")),
            LEARNED_STATES: EngagementCore(EngagementConfig(judge="learned")),
        }
        self._engagement: dict[tuple[str, PersonId], Engagement] = {}
        self._published: dict[PersonId, tuple[MutualGaze, MutualGaze]] = {}
        self._bond: dict[PersonId, float] = {}
        self._due: dict[str, float] = {}
        self.tracks: dict[str, Track] = {}

    def take(self, message: Message, bond: float | None, calibrated: PersonSeen | None) -> None:
        """`calibrated`: the sighting as the states get it, where it is one."""
        attend(self._judge, message)
        told = calibrated or message
        if isinstance(told, PersonSeen | PersonLost | SpeechStarted | TurnEnded):
            for name, core in self._states.items():
                change = core.take(told)
                if change is not None:
                    self._engagement[name, change.person] = change.state
        if isinstance(message, PersonSeen) and bond is not None:
            rules = self._published.setdefault(message.person, (MutualGaze(), MutualGaze(2.0)))
            self._bond[message.person] = bond
            for rule in rules:
                rule.see(message.at, bond)

    def ask(self, who: PersonId, at: float, truth: bool, called: str) -> None:
        """Note what everybody holds of a person, at most ten times a second."""
        if at < self._due.get(called, -math.inf) - 1e-9:
            return
        self._due[called] = at + EVERY_S
        track = self.tracks.setdefault(called, Track(f"{self._name} {called}"))
        track.at.append(at)
        track.truth.append(truth)
        track.ours.append(self._weights.log_odds(self._judge.cues_of(who)))
        track.published.append(self._bond.get(who, 0.0))
        rules = self._published.get(who, (MutualGaze(), MutualGaze()))
        for judge, held in (
            (OURS, self._judge.held_of(who)),
            (PUBLISHED, _bound(rules[0])),
            (PUBLISHED_SHORT, _bound(rules[1])),
        ):
            track.held[judge].append(held)
        for name in self._states:
            state = self._engagement.get((name, who), Engagement.PRESENT)
            track.held[name].append(state in WITH_AGENT)


def _bound(rule: MutualGaze) -> bool | None:
    return None if rule.state is Bond.UNKNOWN else rule.state is Bond.ENGAGED


def examined_recording(recording: Recording, weights: Weights) -> Examined:
    """A recording whose first line holds `people_engaged`."""
    truth = bool(recording.header["people_engaged"])
    examiner, zero = _Examiner(weights, recording.path.stem), GazeZero(GazeConfig())
    for seen, row in zip(recording.sightings(), recording.numbers, strict=True):
        bond = None if np.isnan(row[4]) else visual_bond(row[1:4], row[4:7])
        examiner.take(seen, bond, calibrated(seen, zero))
        examiner.ask(seen.person, seen.at, truth, str(recording.people[int(seen.person)]))
    return Examined(list(examiner.tracks.values()))


def calibrated(seen: PersonSeen, zero: GazeZero) -> PersonSeen:
    """The sighting with the person's own zero of gaze taken off, as the camera's people have it."""
    yaw, pitch = seen.head_yaw_rad, seen.head_pitch_rad
    if yaw is None or pitch is None:
        return seen
    raw = Angles(yaw, pitch)
    zero.learn(
        seen.person,
        seen.at,
        raw,
        distance_m=seen.place.distance_m,
        speed_m_s=seen.speed_m_s,
    )
    left = raw.minus(zero.of(seen.person))
    return replace(
        seen, head_yaw_rad=left.yaw_rad, head_pitch_rad=left.pitch_rad, gaze_off_rad=left.off_rad
    )


def examined_people(scenes: Iterable[Scene], weights: Weights) -> Examined:
    """Made people."""
    found = Examined()
    for number, scene in enumerate(scenes):
        examiner = _Examiner(weights, f"{scene.name} {number}")
        for moment in scene.moments:
            seen = moment.seen
            if moment.speaks:
                examiner.take(_voice(seen), None, None)
            examiner.take(seen, mutual_gaze(seen), None)
            examiner.ask(seen.person, seen.at, moment.engaged, str(seen.person))
        found.tracks += examiner.tracks.values()
    return found


def _voice(seen: PersonSeen) -> Message:
    """Words of this person: a turn that names them."""
    return TurnEnded(at=seen.at, turn=TurnId(1), revision=0, text="hello", person=seen.person)


def examined_lobby(stretches: Sequence[Stretch], weights: Weights) -> Examined:
    """The simulated lobby on held-out plans; a track is one person, under whatever ids."""
    found = Examined()
    for stretch in stretches:
        examiner = _Examiner(weights, f"{stretch.plan} {stretch.seed}")
        for instant in live(stretch, judging=True):
            for message in instant.messages:
                bond = mutual_gaze(message) if isinstance(message, PersonSeen) else None
                examiner.take(message, bond, None)
            for who, truth in instant.truth.items():
                examiner.ask(who, instant.at, truth, str(instant.numbers[who]))
        found.tracks += examiner.tracks.values()
    return found


def auc(scores: Array, truth: NDArray[np.bool_]) -> float:
    """How often an engaged moment is ranked above one that is not; ties count half."""
    yes, no = scores[truth], np.sort(scores[~truth])
    if not len(yes) or not len(no):
        return math.nan
    below = np.searchsorted(no, yes, side="left")
    ties = np.searchsorted(no, yes, side="right") - below
    return float((below + 0.5 * ties).sum() / (len(yes) * len(no)))


def interval(right: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z, share = 1.96, right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


# The same recordings, otherwise


def variants(recording: Recording, seed: int = 5) -> Iterator[tuple[str, Recording]]:
    """The recording in a mirror, turned about the agent, at other rates, with gazes missing."""
    table, rng = recording.numbers, np.random.default_rng(seed)
    mirror = table * np.array([1, 1, -1, 1, 1, -1, 1])
    yield "mirrored", _with(recording, mirror)
    turn = math.radians(35)
    turned = table.copy()
    for x, y in ((1, 2), (4, 5)):
        turned[:, x] = math.cos(turn) * table[:, x] - math.sin(turn) * table[:, y]
        turned[:, y] = math.sin(turn) * table[:, x] + math.cos(turn) * table[:, y]
    yield "turned by 35 degrees", _with(recording, turned)
    for hz in (10, 5):
        yield f"at {hz} Hz", _sampled(recording, 1 / hz)
    blind = table.copy()
    blind[rng.random(len(table)) < 0.4, 4:] = np.nan
    yield "40 % of gazes missing", _with(recording, blind)
    shaky = table.copy()
    shaky[:, 4:] += rng.normal(0, math.radians(4), (len(table), 3))
    shaky[:, 4:] /= np.linalg.norm(shaky[:, 4:], axis=1, keepdims=True)
    yield "gaze 4 degrees noisier", _with(recording, shaky)


def _with(recording: Recording, table: Array) -> Recording:
    return replace(recording, numbers=table)


def _sampled(recording: Recording, every_s: float) -> Recording:
    kept, due = [], dict[int, float]()
    for i, (who, row) in enumerate(zip(recording.who.tolist(), recording.numbers, strict=True)):
        if row[0] >= due.get(who, -math.inf) - 0.01:
            due[who] = float(row[0]) + every_s
            kept.append(i)
    return replace(recording, who=recording.who[kept], numbers=recording.numbers[kept])
