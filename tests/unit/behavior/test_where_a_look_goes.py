"""The eyes go where the tool `look` looks, and come back; nobody else turns them away meanwhile."""

from datetime import datetime

from agent.core.messages import (
    Act,
    ActFinished,
    Clause,
    Engagement,
    EngagementChanged,
    GazeTarget,
    PersonId,
    PersonSeen,
    Place,
    ReplyReady,
    StageState,
    ToolFinished,
    ToolOutcome,
    ToolStarted,
    TurnEnded,
    TurnId,
)
from behavior.norms.norm import Norms
from behavior.planner import Planner
from behavior.policies.catalogue import PoliciesConfig, build_policies
from behavior.wishes import Woke
from tests.fakes.encounters import house_norms

WHO = PersonId("p1")
THERE = Place(x_m=5.0, y_m=-1.5)


class Mind:
    """A planner with the house's policies and norms, and somebody in an encounter before it."""

    def __init__(self):
        self.planner = Planner(
            inputs=(),
            publish=print,
            clock=None,
            local_time=lambda at: datetime(2025, 6, 4, 14, 30),
            policies=build_policies(PoliciesConfig()),
            norms=Norms(house_norms()),
        )
        self.at = 100.0
        self.sees(10)
        for state in (Engagement.ATTENDING, Engagement.ENGAGED):
            self.takes(
                EngagementChanged(
                    at=self.at, person=WHO, state=state, previous=None, distance_m=1.2
                )
            )
        self.takes(TurnEnded(at=self.at, turn=TurnId(1), revision=0, text="hello", person=WHO))
        words = (Clause(text="Let me look."),)
        self.takes(ReplyReady(at=self.at, turn=TurnId(1), revision=0, clauses=words))
        for act in [act for act in self.done if act.clauses]:
            self.takes(ActFinished(at=self.at, act=act.act, heard="Let me look."))

    def sees(self, times):
        for _ in range(times):
            self.at += 0.1
            seen = {"approach_m_s": 0.0, "speed_m_s": 0.0, "gaze_off_rad": 0.0}
            self.takes(PersonSeen(at=self.at, person=WHO, place=Place(x_m=1.2, y_m=0.0), **seen))

    def takes(self, message):
        self.done = [a for a in self.planner.decide(message, self.at) if isinstance(a, Act)]
        return self.eyes()

    def wakes_until(self, at):
        """Let policies wake until then; where the eyes went."""
        went = []
        while self.at < at:
            self.at = round(self.at + 0.05, 3)
            due = self.planner.wake_at
            if due is not None and due <= self.at:
                went += self.takes(Woke(at=self.at))
        return went

    def eyes(self):
        return [act.gaze for act in self.done if act.gaze is not None]

    def looks(self, toward):
        started = ToolStarted(at=self.at, tool="look", turn=TurnId(2), revision=0, toward=toward)
        return self.takes(started)

    def has_looked(self):
        done = ToolOutcome.DONE
        finished = ToolFinished(
            at=self.at, tool="look", turn=TurnId(2), revision=0, outcome=done, took_s=1.0
        )
        return self.takes(finished)


def test_the_eyes_go_to_the_place_and_back_to_who_asked():
    mind = Mind()
    (gaze,) = mind.looks(THERE)
    assert (gaze.target, gaze.place) == (GazeTarget.PLACE, THERE)
    mind.at += 1.0
    assert [(g.target, g.person) for g in mind.has_looked()] == [(GazeTarget.PERSON, WHO)]


def test_a_look_around_goes_to_one_side_and_then_to_the_other():
    mind = Mind()
    (left,) = mind.looks(None)
    assert left.place.y_m > 0
    went = [g for g in mind.wakes_until(mind.at + 1.6) if g.target is GazeTarget.PLACE]
    assert [g.place.y_m < 0 for g in went] == [True]


def test_meanwhile_nothing_else_turns_the_eyes_away():
    mind = Mind()
    mind.looks(THERE)
    for speaking in (True, False):
        mind.at += 0.3
        assert mind.takes(StageState(at=mind.at, speaking=speaking)) == []


def test_a_tool_that_does_not_look_leaves_the_eyes_alone():
    mind = Mind()
    started = ToolStarted(at=mind.at, tool="agenda", turn=TurnId(2), revision=0)
    assert [g for g in mind.takes(started) if g.target is GazeTarget.PLACE] == []
