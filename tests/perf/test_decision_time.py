"""How long a decision takes. The bound is generous; `agent bench` states the figure."""

from time import perf_counter

from tests.fakes.encounters import Lobby

PEOPLE, RATE_HZ, SECONDS = 6, 15, 20
P95_LIMIT_S = 0.005


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
