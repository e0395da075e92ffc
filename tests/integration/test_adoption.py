"""The whole agent while an operator edits: what counts now, with the next visitor, or later."""

import json

from agent.core.messages import PolicyReloaded
from tests.fakes.agents import Look, visitor, whole_agent


async def edits(agent, file, old, new):
    """Change a file of the running agent; return what it says of it."""
    path = agent.folder / "configs" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    before = len(agent.of(PolicyReloaded))
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    await agent.until(lambda: len(agent.of(PolicyReloaded)) > before)
    return agent.of(PolicyReloaded)[-1]


def comes_twice(at):
    """A visitor who leaves at 26 s, and another after 60 s."""
    first, second = visitor(2.0, leaves_at=26), visitor(60.0)
    return first(at) if at < 50 else second(at)


async def test_what_the_house_knows_changes_with_the_next_visitor(tmp_path):
    async with whole_agent(tmp_path, scene=comes_twice) as agent:
        await agent.live(14)
        assert "no room for that" in await agent.answers("is there a prayer room")
        told = await edits(agent, "knowledge/building.md", "There is no room for that", "Surely")
        assert told.accepted
        effect = "takes effect with the next visitor: building.is-there-a-quiet-room changed"
        assert told.detail == effect
        assert "no room for that" in await agent.answers("is there a prayer room")
        await agent.live(70 - agent.clock.now())
        assert "Surely" in await agent.answers("is there a prayer room")


async def test_a_host_who_is_new_in_the_site_is_known_to_the_next_visitor(tmp_path):
    async with whole_agent(tmp_path, scene=comes_twice) as agent:
        await agent.live(14)
        first = await agent.answers("i am here to see mia sandberg")
        new = "hosts:\n  - {name: Mia Sandberg, department: design}\n"
        told = await edits(agent, "sites/demo.yaml", "hosts:\n", new)
        assert told.detail == "takes effect with the next visitor: hosts.Mia Sandberg added"
        await agent.live(70 - agent.clock.now())
        second = await agent.answers("i am here to see mia sandberg")
        assert "Mia Sandberg" in second
        assert "Mia Sandberg" not in first


async def test_a_fact_of_the_site_shows_in_a_greeting_that_names_it(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(8.0)) as agent:
        await edits(
            agent, "policies/greeting.yaml", "Good morning, and welcome.", "Welcome to {site}."
        )
        await edits(agent, "sites/demo.yaml", "name: Foyer House", "name: Glass House")
        await agent.live(20)
        assert agent.heard("greeting")[0].startswith("Welcome to Glass House.")


async def test_settings_of_the_agent_are_told_by_when_they_count(tmp_path):
    async with whole_agent(tmp_path) as agent:
        await agent.live(1)
        new = (
            "voice: {level_db: -25}\nplanner: {refusal_repeat_s: 5}\n"
            "seeing: {engagement: {attend_m: 2}}\nwatchdog: {stall_s: 0.2}\nrecorder:"
        )
        told = await edits(agent, "demo.yaml", "recorder:", new)
        assert told.detail == (
            "takes effect now: planner.refusal_repeat_s 10.0 -> 5.0, voice.level_db -20.0 -> -25.0;"
            " with the next visitor: seeing.engagement.attend_m 2.5 -> 2.0;"
            " after a restart: watchdog.stall_s 0.1 -> 0.2"
        )
        assert agent.agent.planner._config.refusal_repeat_s == 5
        told = await edits(agent, "demo.yaml", "level_db: -25", "level_db: -24")
        assert told.detail.endswith("; a restart is still needed for watchdog.stall_s")


async def test_a_norm_in_a_new_file_holds_at_once_and_is_switched_off_at_once(tmp_path):
    silence = """
norms:
  - id: never_greet
    kind: politeness
    when: {act.greets: true}
    verdict: veto
    reason: Today nobody is greeted here.
    examples:
      fires: [{people: [{}], act: {policy: greeting.words, say: Hello., greets: true}}]
      silent: [{people: [{}], act: {say: Hello.}}]
"""
    async with whole_agent(tmp_path, scene=visitor(8.0)) as agent:
        (tmp_path / "configs/policies/norms/own.yaml").write_text(silence)
        (told,) = [await edits(agent, "demo.yaml", "norms_off: [", "norms_off: [ ")][:1]
        assert told.accepted
        await agent.live(20)
        assert agent.heard("greeting") == []
        await edits(agent, "demo.yaml", "norms_off: [ ", "norms_off: [never_greet, ")
        await agent.until(lambda: agent.heard("greeting"))


async def test_everything_waits_for_the_one_file_that_is_broken(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(8.0)) as agent:
        await edits(agent, "sites/demo.yaml", "timezone", "timzone")
        told = await edits(agent, "policies/greeting.yaml", "Good morning, and", "Ahoy, and")
        assert not told.accepted
        assert [t.accepted for t in agent.of(PolicyReloaded)] == [False] * 3
        await agent.live(20)
        assert agent.heard("greeting")[0].startswith("Good morning, and welcome")


async def test_what_it_runs_by_is_kept_to_go_back_to(tmp_path):
    async with whole_agent(tmp_path, scene=lambda at: Look()) as agent:
        await agent.live(2)
        await edits(agent, "policies/greeting.yaml", "words_within_m: 3.0", "words_within_m: 2.5")
        kept = sorted((tmp_path / "history").glob("*/manifest.json"))
        first, second = (json.loads(path.read_text()) for path in kept)
        assert first["why"] == "the agent was started"
        change = "policies/greeting.yaml takes effect now: words_within_m 3.0 -> 2.5"
        assert second["why"] == change


TWICE = """
  - id: always_greet_again
    kind: politeness
    when: { act.greets: true, addressee.greeted: true }
    verdict: veto
    reason: Being greeted twice is too much.
    examples:
      fires:
        - people: [{ has: [greeted] }]
          act: { policy: greeting.words, say: Hello., unasked: true, greets: true }
      silent:
        - people: [{}]
          act: { policy: greeting.words, say: Hello., unasked: true, greets: true }
"""


async def test_what_can_hardly_be_meant_is_taken_and_warned_of_once(tmp_path):
    norms, greeting = "policies/norms/politeness.yaml", "policies/greeting.yaml"
    async with whole_agent(tmp_path) as agent:
        begun = (agent.folder / "configs" / norms).read_text("utf-8")
        told = await edits(agent, norms, begun, begun + TWICE)
        assert told.accepted
        assert "takes effect now: always_greet_again added\nwarning: " in told.detail
        assert "always_greet_again" in told.detail.partition("warning: ")[2]
        told = await edits(agent, norms, begun, begun + "# a remark\n")
        assert told.detail == "says the same as before"
        text = (agent.folder / "configs" / greeting).read_text("utf-8")
        told = await edits(agent, greeting, text, "")
        assert told.accepted
        assert "greeting.yaml: is empty, so its defaults hold; was it cut off?" in told.detail
