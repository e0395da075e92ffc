"""The proactive model in the whole agent, on real recordings, and with acts it never saw."""

import asyncio
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from agent.core.messages import (
    Act,
    ActSuggested,
    EngagementChanged,
    Health,
    PersonId,
    PersonLost,
    PersonSeen,
)
from agent.models import MODELS, is_whole, models_folder
from behavior.backends.embeddings import MiniLm
from behavior.backends.proactive_network import Network
from behavior.policies.proactive import COMPONENT, ProactiveConfig
from behavior.proactive.acts import Purpose, repertoire
from behavior.proactive.model import FILE, Batch, Model
from behavior.proactive.suggesting import Suggesting, chooser, open_chooser
from perception.backends.recorded import RecordedCamera
from perception.engagement.relation import EngagementConfig
from perception.engagement.states import EngagementCore
from perception.eyes.detectors import DetectorConfig, detector_opener
from perception.eyes.people import PeopleComponent, PeopleConfig
from perception.off_loop import OneThread
from tests.fakes.agents import house, visitor, whole_agent
from tests.fakes.frames import frames_of
from tests.fakes.people import approach, pass_by, seen, stand
from tests.media import media


@pytest.fixture(scope="module")
def shipped():
    return Model.read()


def with_engagement(messages):
    """The messages, and the changes of engagement that follow from them."""
    core, out = EngagementCore(EngagementConfig()), []
    for message in messages:
        out.append(message)
        if (change := core.take(message)) is not None:
            out.append(change)
    return out


def suggestions(messages, **settings):
    config = ProactiveConfig(enabled=True, **settings)
    core = Suggesting(open_chooser(config), config, lambda at: 10.0)
    return [found for m in with_engagement(messages) if (found := core.take(m)) is not None]


# The weights that ship


def test_the_weights_are_small_and_say_how_they_were_made(shipped):
    assert FILE.stat().st_size < 1_000_000
    card = shipped.card
    assert card.command.startswith("foyer train proactive --episodes")
    assert card.data
    assert card.date
    assert card.seeds
    assert set(card.held_out) == {"loss", "now", "whom", "what"}


def test_the_weights_answer_in_numpy_as_in_torch(shipped):
    net = Network(shipped.card).eval()
    net.load_state_dict({n: torch.from_numpy(v) for n, v in shipped.weights.items()})
    messages = sorted(
        approach(person="p1") + pass_by(person="p2") + stand(person="p3", y_m=1.5),
        key=lambda m: m.at,
    )
    _, windows = frames_of(with_engagement(messages))
    given = windows.window()
    batch = Batch.of([given])
    with torch.no_grad():
        now, whom, queries = net(
            *(torch.from_numpy(part) for part in (batch.room, batch.tokens, batch.mask()))
        )
    answer = shipped.answer(given)
    assert answer.act_now == pytest.approx(float(torch.sigmoid(now[0, -1])), abs=1e-5)
    assert np.allclose(answer.whom, torch.sigmoid(whom[0, -1]).numpy(), atol=1e-5)
    assert np.allclose(answer.queries, queries[0, -1].numpy(), atol=1e-4)


# Made-up walks


def test_who_comes_up_and_looks_is_acted_toward_before_they_stop():
    walk = approach(gaze_deg=5.0, facing_deg=3.0, end_m=1.1)
    stops_at = walk[-1].at
    found = suggestions(walk + stand(at=stops_at + 0.1, seconds=4.0, x_m=1.1, gaze_deg=5.0))
    assert found
    assert found[0].at < stops_at
    assert found[0].acts[0].split("/")[0] in ("sign", "sign_on_phone")


def test_one_who_walks_past_looking_ahead_is_left_alone():
    assert suggestions(pass_by(gaze_deg=85.0, facing_deg=85.0, distance_m=2.5)) == []


def test_the_reason_names_what_was_seen():
    found = suggestions(approach(gaze_deg=5.0, facing_deg=3.0, end_m=1.1))
    words = ("nearer", "looks here", "approaching", "coming", "faces here", "m away", "walks")
    assert any(word in found[0].because for word in words)


# Real recordings


def perceived(path):
    found, numbers = [], itertools.count(1)
    config = PeopleConfig()
    component = PeopleComponent(
        camera=RecordedCamera(path),
        open_detector=detector_opener(
            DetectorConfig(), camera=config.camera, models=models_folder()
        ),
        off_loop=OneThread("eyes"),
        publish=lambda m: found.append(m) if isinstance(m, PersonSeen | PersonLost) else None,
        config=config,
        new_id=lambda: PersonId(f"p{next(numbers)}"),
    )
    asyncio.run(component.run())
    return found


needs_models = pytest.mark.skipif(
    not all(is_whole(model, models_folder()) for model in MODELS),
    reason="needs the perception models: foyer models pull",
)


@needs_models
def test_a_real_lobby_with_people_walking_by_is_left_in_peace():
    found = perceived(media("video/lobby_approach.mp4"))
    assert len({m.person for m in found}) >= 3
    assert suggestions(found) == []


@needs_models
def test_a_recording_without_people_is_left_in_peace():
    assert suggestions(perceived(media("video/no_face.mp4"))) == []


@needs_models
def test_a_real_man_before_the_camera_is_acted_toward():
    found = perceived(media("video/face_noface.mov"))
    acted = suggestions(found)
    assert acted
    assert {one.person for one in acted} <= {m.person for m in found}
    assert all(one.at < 2.6 for one in acted)  # not after he is gone


# New acts


def test_a_new_act_is_chosen_by_its_words_without_any_training(shipped):
    more = {
        "reception_in_house_style": Purpose(
            about="greeting a visitor who has come near",
            gestures=("wave",),
            say=("Hello, and a warm welcome to you. How may I be of help?",),
            to="one",
        ),
        "closing": Purpose(
            about="telling everybody that the building closes now",
            gestures=("wave",),
            say=("Please leave the building now, we are closing.",),
            to="one",
        ),
    }
    acts = repertoire(more)
    made = chooser(acts, shipped, MiniLm().encode)
    assert made.left_out == 0
    walk = approach(gaze_deg=5.0, facing_deg=3.0, end_m=1.1)
    before_it = stand(at=walk[-1].at + 0.1, seconds=2.0, x_m=1.1, gaze_deg=5.0, facing_deg=3.0)
    _, windows = frames_of(with_engagement(walk + before_it))
    query = shipped.answer(windows.window()).queries[0]
    order = made.best(query, len(made.names))
    place = {name.split("/")[0]: i for i, name in reversed(list(enumerate(order)))}
    assert place["reception_in_house_style"] < len(order) / 4
    assert place["reception_in_house_style"] < place["closing"]


# In the agent


def settings(folder, **changes):
    made = house(folder)
    proactive = made.policies.proactive.model_copy(update={"enabled": True, **changes})
    return replace(made, policies=made.policies.model_copy(update={"proactive": proactive}))


async def test_in_the_agent_a_visitor_is_met_by_the_model_and_not_twice(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(3.0), settings=settings(tmp_path)) as agent:
        await agent.live(20)
        assert agent.of(ActSuggested)
        assert agent.heard("greeting") == []
        met = [act for act in agent.of(Act) if act.reason.policy.startswith("proactive.")]
        assert met
        assert len([act for act in met if act.clauses]) <= 2
        assert "p" in met[0].reason.because
        stopped_at = 3.0 + (6.0 - 1.2) / 1.2
        assert met[0].at < stopped_at + 1.0


async def test_without_its_weights_it_says_so_and_the_rules_greet(tmp_path):
    missing = settings(tmp_path, weights=tmp_path / "none.npz")
    async with whole_agent(tmp_path, scene=visitor(3.0), settings=missing) as agent:
        await agent.live(20)
        health, detail = agent.health(COMPONENT)[-1]
        assert health is Health.DEGRADED
        assert "foyer train proactive" in detail
        assert len(agent.heard("greeting")) == 1
        assert agent.of(ActSuggested) == []


async def test_off_by_default_there_is_no_model_in_the_agent(tmp_path):
    async with whole_agent(tmp_path, scene=visitor(3.0)) as agent:
        await agent.live(15)
        assert agent.health(COMPONENT) == []
        assert agent.of(ActSuggested) == []
        assert agent.of(EngagementChanged)


def test_a_person_turned_away_and_one_unknown_are_not_the_same_to_the_model(shipped):
    away = [seen(i / 10, 1.3, gaze_deg=math.degrees(2.5), facing_deg=150.0) for i in range(20)]
    unknown = [seen(i / 10, 1.3) for i in range(20)]
    sure = [
        shipped.answer(frames_of(with_engagement(m))[1].window()).act_now for m in (away, unknown)
    ]
    assert sure[0] != pytest.approx(sure[1], abs=1e-3)
