"""`foyer bench transcript`: the embedded reader, a scripted model server, and the control."""

import asyncio
import json
import re
from functools import cache

import numpy as np
import pytest

from agent.bench.transcript import area, encounters, measure
from agent.core.errors import BadInputError
from tests.integration.test_bench_norms import Server


@cache
def figures():
    return {one.name: one for one in asyncio.run(measure(episodes=4))}


def test_the_embedded_reader_beats_the_published_rule_and_another_transcript():
    figure = figures()["AUC, read by rule"]
    assert figure.value > figure.baseline
    assert 0.35 < figure.control < 0.65


def test_every_figure_has_its_baseline_or_control():
    assert all(f.baseline is not None or f.control is not None or f.target is not None
               for f in figures().values())  # fmt: skip


def test_truth_is_told_apart_from_what_is_seen():
    asked = encounters(2, 3)
    assert {one.truth for one in asked} == {True, False}
    assert all(line.began <= one.at for one in asked for line in one.lines)


def reads_gaze(text):
    """A model that goes by the newest gaze and distance in the transcript."""
    transcript = text.split("Transcript\n")[1].split("\nAbout ")[0]
    person = re.search(r"About (\w+),", text)[1]
    about = " ".join(line for line in transcript.splitlines() if f"] {person} " in line)
    shares = re.findall(r"gaze agent (\d+)%", about)
    metres = re.findall(r"(\d\.\d) m", about)
    mark = 5 if shares and metres and int(shares[-1]) > 60 and float(metres[-1]) < 3 else 1
    return json.dumps({"attention": mark, "approach": mark, "contact": mark})


def test_a_language_model_reads_the_same_transcripts():
    async def scene():
        async with Server(reads_gaze) as server:
            return {f.name: f for f in await measure(episodes=2, url=server.url)}

    figure = asyncio.run(scene())["AUC, read by model"]
    assert figure.value > 0.6
    assert abs(figure.control - 0.5) < 0.2


def test_a_model_that_talks_nonsense_tells_nothing_and_breaks_nothing(capsys):
    async def scene():
        async with Server(lambda text: "I would rather not say.") as server:
            return {f.name: f for f in await measure(episodes=2, url=server.url)}

    assert asyncio.run(scene())["AUC, read by model"].value == pytest.approx(0.5)
    faults = int(re.search(r"could not be read: (\d+)", capsys.readouterr().err)[1])
    assert faults > 0


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(BadInputError, match="does not answer"):
        asyncio.run(measure(episodes=2, url="http://127.0.0.1:9/v1"))


def test_area_counts_ties_half_and_goes_from_nothing_to_all():
    truth = np.array([True, True, False, False])
    assert area(np.array([2.0, 3.0, 0.0, 1.0]), truth) == 1.0
    assert area(np.array([0.0, 1.0, 2.0, 3.0]), truth) == 0.0
    assert area(np.zeros(4), truth) == 0.5
