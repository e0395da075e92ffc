"""The whole agent looks: eyes that go there and come back, words of what is seen and heard."""

from agent.core.messages import Act, GazeTarget, ToolFinished, ToolStarted
from tests.fakes.agents import visitor, whole_agent


async def test_the_agent_looks_around_and_is_still_to_listen(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(1.0)) as agent:
        await agent.live(12)
        await agent.answers("is anybody else here at the moment")
        await agent.live(8)
        await agent.answers("can you hear anything")
        await agent.live(8)
        began, (finished, listened) = agent.of(ToolStarted)[0], agent.of(ToolFinished)
        said = " ".join(agent.heard("reply"))
        looks = [
            act.gaze for act in agent.of(Act)
            if act.gaze is not None and act.reason.policy.startswith("tools.look")
        ]  # fmt: skip
    assert "nobody else" in said
    assert (began.tool, finished.found) == ("look", "look around: 0 besides the visitor")
    assert [gaze.target for gaze in looks][:2] == [GazeTarget.PLACE, GazeTarget.PLACE]
    assert looks[0].place.y_m > 0 > looks[1].place.y_m
    assert listened.found.startswith("listen 2 s: no voice")
    assert listened.took_s < 4.0
    assert said.index("I am listening.") < said.index("no voice")
