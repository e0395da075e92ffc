"""How long all norms take over one wish. In processor time, so that other work does not count."""

from time import process_time

from behavior.norms.norm import Norms
from tests.fakes.encounters import house_norms

P95_LIMIT_S = 0.001


def test_a_wish_is_judged_by_all_norms_well_within_a_millisecond():
    norms = Norms(house_norms())
    scenes = [s for norm in norms.all for s in (*norm.examples.fires, *norm.examples.silent)]
    cases = [(scene.situation(), scene.wish()) for scene in scenes]
    taken = []
    for _ in range(5):
        for situation, wish in cases:
            start = process_time()
            norms.judge(situation, wish)
            taken.append(process_time() - start)
    taken.sort()
    assert taken[int(len(taken) * 0.95)] < P95_LIMIT_S
