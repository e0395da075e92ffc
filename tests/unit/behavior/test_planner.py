import asyncio
from dataclasses import fields

import pytest
import yaml
from pydantic import BaseModel

from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock
from agent.core.messages import (
    Act,
    ActRefused,
    Engagement,
    EngagementChanged,
    PersonSeen,
    ReplyReady,
    StageState,
    TurnEnded,
    TurnId,
)
from behavior.norms.norm import Norms
from behavior.planner import PlannerConfig
from behavior.policies.catalogue import CATALOGUE, PoliciesConfig, build_policies
from behavior.wishes import Wishes
from tests.fakes.encounters import (
    CONFIGS,
    Lobby,
    acts_of,
    house_norms,
    house_policies,
    planner,
    seen,
)


def policies(**changes):
    config = house_policies()
    for name, values in changes.items():
        part = getattr(config, name).model_copy(update=values)
        config = config.model_copy(update={name: part})
    return build_policies(config)


def test_the_same_messages_give_the_same_decisions():
    def decisions():
        lobby = Lobby()
        lobby.page(0.0)
        lobby.attends("p1", 1.0)
        lobby.until(5.0)
        lobby.speaks(6.0)
        lobby.ends(7.0, "where is the lift", voiced_s=1.0)
        lobby.replies(7.0, "On your left.", now=7.4)
        return lobby.sent

    assert decisions() == decisions()


def test_every_act_has_its_own_number_and_a_reason_in_words():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.until(60)
    acts = acts_of(one for _, one in lobby.sent)
    assert len({act.act for act in acts}) == len(acts) > 5
    assert all("." in act.reason.policy and act.reason.because for act in acts)


def test_policies_are_changed_between_turns_and_not_within_one():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    lobby.speaks(1.2)
    lobby.planner.adopt(policies(reply={"filler_after_s": 1.0}), Norms(house_norms()))
    lobby.ends(3.0, "where is the lift", voiced_s=1.5)
    lobby.until(4.5)
    assert lobby.branches() == []  # the old one still counts
    lobby.performs(lobby.replies(3.0, "On your left.", now=5.0), 5.2, 6.0)
    lobby.ends(8.0, "where are the stairs", turn=2, voiced_s=1.5)
    lobby.until(9.1)
    assert lobby.branches() == ["reply.answer", "reply.filler"]


def test_changed_policies_do_not_greet_anew():
    lobby = Lobby(waiting={"enabled": False})
    lobby.attends("p1", 1.0)
    lobby.until(2.0)
    lobby.finishes(lobby.acts("greeting.words")[0], 4.0)
    lobby.planner.adopt(policies(waiting={"enabled": False}), Norms(house_norms()))
    for i in range(5, 60):
        lobby.sees("p1", float(i))
    assert lobby.branches() == ["greeting.words"]


def test_a_refusal_is_told_once_in_a_while_and_not_with_every_picture():
    norms = [norm for norm in house_norms() if norm.id == "greet_once"]
    always = [norm.model_copy(update={"when": norms[0].when.copy()}) for norm in norms]
    for norm in always:
        norm.when.pop("addressee.greeted")
    lobby = Lobby(norms=always)
    lobby.attends("p1", 1.0)
    for i in range(200):
        lobby.sees("p1", 2.0 + i / 15)
    refused = [(at, one) for at, one in lobby.sent if isinstance(one, ActRefused)]
    assert 1 <= len(refused) <= 3
    assert refused[0][1].by == "norm:greet_once"


def test_what_was_softened_names_its_norm():
    norms = [norm for norm in house_norms() if norm.id == "milder_up_close"]
    lobby = Lobby(norms=norms)
    lobby.attends("p1", 1.0, x=0.5)
    lobby.until(3.0)
    assert lobby.acts("greeting.words")[0].reason.norms == ("milder_up_close",)


async def test_it_runs_wakes_by_itself_and_knows_everything_after_a_restart():
    bus, clock = Bus(), LoopClock(asyncio.get_running_loop())
    acts = bus.subscribe(Act, delivery=EVERY)
    kinds = (PersonSeen, EngagementChanged, TurnEnded, ReplyReady, StageState)
    decider = planner(
        inputs=[bus.subscribe(*kinds, delivery=EVERY)], publish=bus.publish, clock=clock
    )

    async def run_for(seconds, *facts):
        for fact in facts:
            bus.publish(fact)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(seconds):
                await decider.run()
        said = []
        while len(acts):
            act = await anext(acts)
            said += [act.reason.policy] if act.clauses else []
        return said

    assert await run_for(1.0, seen("p1", 0.0), attending("p1", 0.0)) == ["greeting.words"]
    assert await run_for(10.0, seen("p1", 1.0), attending("p1", 1.0)) == []
    end = TurnEnded(at=clock.now(), turn=TurnId(1), revision=0, text="hello", typed=True)
    assert await run_for(3.0, end) == ["reply.filler"]


def attending(person, at):
    return EngagementChanged(
        at=at, person=person, state=Engagement("attending"), previous=None, distance_m=1.5
    )


def test_the_planner_has_no_wakes_in_the_past():
    lobby = Lobby()
    lobby.attends("p1", 1.0)
    for i in range(1, 200):
        lobby.until(1.0 + i / 7)
        assert lobby.planner.wake_at is None or lobby.planner.wake_at > lobby.now


def test_a_policy_that_asks_for_a_moment_in_the_past_does_not_stop_time():
    class Impatient:
        name, hears = "impatient", (TurnEnded,)

        def decide(self, situation, message):
            return Wishes(wake_at=situation.now - 5.0)

    decider = planner()
    decider.adopt([Impatient()], Norms([]))
    decider.decide(TurnEnded(at=1.0, turn=TurnId(1), revision=0, text="hello", typed=True))
    assert decider.wake_at > 1.0


# The catalogue and the files of the house


def test_there_is_a_file_a_model_and_a_policy_for_every_name():
    assert set(CATALOGUE) == set(PoliciesConfig.model_fields)
    assert set(CATALOGUE) == {path.stem for path in CONFIGS.glob("*.yaml")}
    assert [policy.name for policy in build_policies(PoliciesConfig())] == list(CATALOGUE)


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_file_of_the_house_is_valid_and_starts_with_what_it_is_for(name):
    text = (CONFIGS / f"{name}.yaml").read_text()
    assert text.startswith("# ")
    CATALOGUE[name][0].model_validate(yaml.safe_load(text))


def models(model):
    yield model
    for field in model.model_fields.values():
        for one in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(one, type) and issubclass(one, BaseModel):
                yield from models(one)


@pytest.mark.parametrize("model", [PlannerConfig, PoliciesConfig], ids=lambda m: m.__name__)
def test_every_setting_is_explained_and_frozen(model):
    for one in models(model):
        assert one.model_config["frozen"]
        assert one.model_config["extra"] == "forbid"
        for name, field in one.model_fields.items():
            assert field.description, f"{one.__name__}.{name}"


def test_no_line_of_the_house_shouts_or_guesses_a_gender():
    words = " ".join(path.read_text() for path in CONFIGS.glob("*.yaml")).lower()
    assert "!" not in words
    assert not {"sir", "madam", "ma'am", "miss", "gentlemen", "ladies"} & set(words.split())


def test_a_situation_is_small():
    lobby = Lobby()
    assert len(fields(lobby.situation)) < 25
