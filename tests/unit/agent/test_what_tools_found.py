"""What a tool found is seen on the panel, told by `foyer explain` and a line of the transcript."""

from agent.core.messages import Act, ActId, Clause, Reason, ToolFinished, ToolOutcome, TurnId
from agent.explaining.explain import explain
from agent.pages.panel import PageView
from agent.recording import Recorded
from behavior.transcript.encounter import Transcript

FOUND = "look around: 1 besides the visitor: 2.2 m 27 deg left, stands, faces here"
LOOKED = ToolFinished(
    at=12.0,
    tool="look",
    turn=TurnId(1),
    revision=0,
    outcome=ToolOutcome.DONE,
    took_s=1.8,
    found=FOUND,
)


def test_it_stands_on_the_panel():
    shown = PageView(help_text="")
    shown.see(LOOKED)
    (act,) = shown.panel(13.0, {}).acts
    assert (act.what, act.policy, act.because) == ("tool look: done", "tools", FOUND)


def test_it_is_told_when_the_answer_is_explained():
    answer = Act(
        at=12.0,
        act=ActId(1),
        reason=Reason(policy="reply.answer", because="the tool `look`"),
        clauses=(Clause(text="Besides you I see one person."),),
    )
    recorded = [Recorded(12.0, LOOKED), Recorded(12.1, answer)]
    assert f"the tool look was done after 1.8 s: {FOUND}" in explain(recorded, 12.2)


def test_it_is_a_line_of_the_transcript_with_its_stretch_of_time():
    transcript = Transcript()
    transcript.take(LOOKED)
    (line,) = transcript.lines()
    assert (line.began, line.ended) == (12.0 - 1.8, 12.0)
    assert FOUND in transcript.text()
