"""The whole agent as the roof builds it: a visitor before it, devices made of numbers."""

from agent.core.messages import (
    Act,
    ActFinished,
    Duck,
    Engagement,
    EngagementChanged,
    HostNotified,
    PersonLost,
    PolicyReloaded,
    ReplyReady,
    Stop,
    TurnEnded,
)
from tests.fakes.agents import visitor, whole_agent


def silent_signs(agent):
    return agent.when(Act, lambda act: act.gestures and not act.clauses)


def attended(agent):
    (at,) = agent.when(EngagementChanged, lambda change: change.state is Engagement.ATTENDING)
    return at


async def test_who_comes_gets_a_sign_on_the_way_and_words_once_they_attend(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(3.0)) as agent:
        await agent.live(20)
        first_word = agent.first_sounds()[0]
        greeted = agent.heard("greeting")

        assert silent_signs(agent)[0] < attended(agent) < first_word < attended(agent) + 2.5
        assert len(greeted) == 1
        assert "morning" in greeted[0]
        assert "AI" in greeted[0]


async def test_an_empty_room_is_left_in_peace(tmp_path):
    async with whole_agent(tmp_path) as agent:
        await agent.live(60)
        assert agent.first_sounds() == []
        assert not [act for act in agent.of(Act) if act.gestures or act.clauses]


async def test_who_leaves_is_lost_and_said_goodbye_to(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(3.0, leaves_at=30.0)) as agent:
        await agent.live(15)
        await agent.answers()
        await agent.live(25)
        assert len(agent.of(PersonLost)) == 1
        assert len(agent.heard("greeting")) == 1


async def test_a_typed_question_is_answered_aloud(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(1.0)) as agent:
        await agent.live(12)
        answer = await agent.answers("where is the restroom")

        assert "restroom" in answer or "door" in answer
        (turn,) = agent.of(TurnEnded)
        (act,) = [a for a in agent.of(Act) if a.in_reply_to == turn.turn]
        (done,) = [d for d in agent.of(ActFinished) if d.act == act.act]
        assert not done.interrupted
        assert done.heard == " ".join(clause.text for clause in act.clauses)


async def test_a_spoken_question_is_answered_and_a_host_is_told(tmp_path):
    said = ("i have an appointment with priya nair", "my name is sam fisher", "yes")
    async with whole_agent(tmp_path, scene=visitor(1.0), texts=said) as agent:
        await agent.live(14)
        for _ in said:
            agent.speaks(agent.clock.now() + 0.1, 1.6)
            before = len(agent.heard("reply"))
            await agent.until(lambda n=before: len(agent.heard("reply")) > n)
            if agent.of(HostNotified):
                break
        assert [told.host for told in agent.of(HostNotified)] == ["Priya Nair"]


async def asks_and_then_speaks_up(agent, seconds):
    """A question, and 1.5 s into its answer a voice of that length."""
    await agent.live(14)
    agent.types("where is the restroom")
    sounds = len(agent.first_sounds())
    await agent.until(lambda: len(agent.first_sounds()) > sounds)
    begins = agent.clock.now() + 0.6
    agent.speaks(begins, seconds)
    return begins


async def test_a_murmur_holds_the_voice_and_lets_it_go_on_to_its_end(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(1.0), texts=("mm-hm",)) as agent:
        begins = await asks_and_then_speaks_up(agent, 0.45)
        await agent.until(lambda: agent.heard("reply"))

        ducks = [(at - begins, duck.gain) for at, duck in agent.passed if isinstance(duck, Duck)]
        assert ducks[0][0] < 0.25
        assert ducks[0][1] < 1.0
        assert ducks[-1][1] == 1.0
        assert agent.of(Stop) == []
        whole = next(r for r in agent.of(ReplyReady) if r.clauses)
        assert agent.heard("reply") == [" ".join(clause.text for clause in whole.clauses)]


async def test_a_visitor_who_speaks_on_gets_the_floor_and_an_answer(tmp_path):
    texts = ("no i mean the canteen",)
    async with whole_agent(tmp_path, scene=visitor(1.0), texts=texts) as agent:
        begins = await asks_and_then_speaks_up(agent, 2.0)
        await agent.until(lambda: len(agent.heard("reply")) == 2)

        (stopped,) = agent.when(Stop)
        assert begins < stopped < begins + 2.0
        cut, answer = [d for d in agent.of(ActFinished) if d.heard in agent.heard("reply")]
        assert cut.interrupted
        assert not answer.interrupted
        silent = agent.when(Duck, lambda duck: duck.gain == 0.0)[0]
        assert silent < begins + 0.35


async def change(agent, old, new):
    path = agent.folder / "configs" / "policies" / "greeting.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    reports = len(agent.of(PolicyReloaded))
    await agent.until(lambda: len(agent.of(PolicyReloaded)) > reports)
    return agent.of(PolicyReloaded)[-1]


async def test_a_policy_changed_on_disk_shows_in_the_next_greeting(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(8.0)) as agent:
        told = await change(agent, "Good morning", "Ahoy")
        await agent.live(20)
        assert told.accepted
        assert agent.heard("greeting")[0].startswith("Ahoy")


async def test_a_policy_that_breaks_on_disk_is_told_and_the_last_good_one_greets(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(8.0)) as agent:
        told = await change(agent, "sign_within_m:", "sign_with_m:")
        await agent.live(20)
        assert not told.accepted
        assert "greeting.yaml:5: sign_with_m: " in told.detail
        assert "did you mean sign_within_m" in told.detail
        assert agent.heard("greeting")[0].startswith("Good morning")


async def test_all_is_ready_and_said_to_be(tmp_path):
    async with whole_agent(tmp_path) as agent:
        await agent.live(1)
        assert {name: event.is_set() for name, event in agent.agent.ready.items()} == {
            "dialogue": True,
            "eyes": True,
        }
