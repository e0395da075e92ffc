"""How long a decision takes. `foyer lobby` and `foyer bench proactive` state the figures."""

from time import perf_counter

from agent.core.messages import ComponentHealth, Health
from behavior.policies.proactive import COMPONENT
from behavior.proactive.suggesting import suggesting
from tests.fakes.encounters import Lobby, house_policies, seen

PEOPLE, RATE_HZ, SECONDS = 6, 15, 20
P95_LIMIT_S = 0.005
P95_WITH_MODEL_LIMIT_S = 0.015


def test_a_decision_takes_well_under_five_milliseconds_with_six_people_in_view():
    lobby = Lobby()
    lobby.page(0.0)
    states = ("approaching", "attending", "engaged", "present", "passing", "attending")
    taken = []
    for frame in range(RATE_HZ * SECONDS):
        at = 1.0 + frame / RATE_HZ
        for i in range(PEOPLE):
            start = perf_counter()
            lobby.sees(f"p{i}", at, x=1.2 + 0.5 * i, y=-1.5 + 0.6 * i)
            taken.append(perf_counter() - start)
            if frame % 40 == i:
                lobby.becomes(f"p{i}", at, states[(frame // 40 + i) % len(states)])
    taken.sort()
    assert taken[int(len(taken) * 0.95)] < P95_LIMIT_S


def test_a_decision_with_the_learned_model_takes_under_fifteen():
    """The planner and the model on every fact, with six people in view."""
    config = house_policies().proactive.model_copy(update={"enabled": True})
    model = suggesting(config, lambda _: 10.0)
    assert model is not None
    lobby = Lobby(proactive={"enabled": True})
    lobby.tell(ComponentHealth(at=0.0, component=COMPONENT, health=Health.RUNNING))
    taken, suggested = [], 0
    for frame in range(RATE_HZ * SECONDS // 4):
        at = 1.0 + frame / RATE_HZ
        for i in range(PEOPLE):
            x, y = 4.0 - 0.5 * at + 0.4 * i, -1.5 + 0.6 * i
            sighting = seen(f"p{i}", at, x=x, y=y, approach=0.5)
            start = perf_counter()
            lobby.tell(sighting)
            suggestion = model.take(sighting)
            if suggestion is not None:
                suggested += 1
                lobby.tell(suggestion)
            taken.append(perf_counter() - start)
    taken.sort()
    assert suggested
    assert taken[int(len(taken) * 0.95)] < P95_WITH_MODEL_LIMIT_S
