"""Triplets of nonverbal interaction, told of made scenes whose truth is what they were made of."""

from collections.abc import Sequence

from agent.bench.figure import Figure
from agent.core.messages import Channel
from agent.lessons.interaction_scenes import nearest_rule, scenes, told_of
from perception.engagement.nonverbal import Triplet

COUNT, SEED = 400, 7301
SHIFT = 3
"""The control holds a scene against the truth of one of another kind."""


def between_figures(count: int = COUNT, seed: int = SEED) -> list[Figure]:
    """Some seconds."""
    made = list(scenes(count, seed))
    told = [told_of(scene, seed + k) for k, scene in enumerate(made)]
    truth = [scene.truth for scene in made]
    simple = [nearest_rule(scene) for scene in made]
    others = truth[SHIFT:] + truth[:SHIFT]
    figures = []
    for kind in (None, *Channel):
        precision, recall, f1, of = _agree(told, truth, kind)
        figures.append(
            Figure(
                name=f"who, with whom, what: {kind.value if kind else 'all'}, F1",
                value=f1,
                unit="",
                at_most=False,
                baseline=_agree(simple, truth, kind)[2],
                baseline_of="whoever is nearest",
                control=_agree(told, others, kind)[2],
                control_of="another scene",
                note=f"precision {precision:.2f}, recall {recall:.2f}, {of} true ones",
            )
        )
    return figures


def _agree(
    told: Sequence[set[Triplet]], truth: Sequence[set[Triplet]], kind: Channel | None
) -> tuple[float, float, float, int]:
    """Precision, recall, F1, and how many are true."""
    right = said = true = 0
    for ours, theirs in zip(told, truth, strict=True):
        ours, theirs = (
            {one for one in some if kind in (None, one.kind)} for some in (ours, theirs)
        )
        right, said, true = right + len(ours & theirs), said + len(ours), true + len(theirs)
    precision, recall = right / max(said, 1), right / max(true, 1)
    return precision, recall, 2 * right / max(said + true, 1), true
