"""`foyer bench norms`: its protocol, its faults, and a model server over the real protocol."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from aiohttp import web

from agent.bench.norm_data import OPTIONS, SAMPLE, Record, read_records, shuffled
from agent.bench.norms import measure
from agent.core.errors import BadInputError
from tests.media import media

pytestmark = pytest.mark.real_time
CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """The demonstration with the encoder that needs nothing."""
    path = tmp_path_factory.mktemp("bench") / "demo.yaml"
    path.write_text(
        f"site: {CONFIGS}/sites/demo.yaml\npolicies: {CONFIGS}/policies\n"
        f"dialogue: {{encoder: words, knowledge: {CONFIGS}/knowledge}}\n"
    )
    return path


def record(name="one", **changes):
    return {
        "id": name,
        "behaviors": [f"do {name} {i}" for i in range(4)] + [""],
        "justifications": [f"because {name} {i}" for i in range(4)] + [""],
        "correct": 2,
        "sensibles": [1, 2],
        "taxonomy": {"2": ["Privacy", "Politeness"]},
        "desc": f"the scene {name}",
    } | changes


def written(folder, data):
    path = folder / "scenes.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def test_our_own_sample_is_whole_and_large_enough():
    records = read_records(SAMPLE)
    assert len(records) >= 40
    assert {record.correct for record in records} == set(range(OPTIONS))


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ("{", "scenes.json: not JSON"),
        ("[]", "must be a JSON object of records"),
        ({"a": record("a", behaviors=["x"])}, "scenes.json:a: behaviors: "),
        ({"a": record("a", correct=5)}, "scenes.json:a: correct: "),
        ({"a": record("a", sensibles=[7])}, "scenes.json:a: sensibles: there is no behaviour 7"),
        ({"a": record("a", behaviors=["x", "", "y", "", "z"])}, "at most one may be empty"),
        ([record("a"), record("a")], "scenes.json:a: is there twice"),
        ([{"desc": "x"}], "scenes.json:record 1: behaviors: Field required"),
        ({"a": 7}, "scenes.json:a: "),
    ],
)
def test_a_bad_file_is_told_with_record_and_fault(tmp_path, data, complaint):
    with pytest.raises(BadInputError, match=re.escape(complaint)):
        read_records(written(tmp_path, data))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInputError, match="No such file"):
        read_records(tmp_path / "none.json")


def test_options_are_shuffled_by_seed_and_record_and_no_order_is_usual():
    records = [Record.model_validate(record(f"r{i}")) for i in range(400)]
    places = [shuffled(one, 1).behaviour_order.index(one.correct) for one in records]
    assert all(50 < places.count(place) < 110 for place in range(OPTIONS))
    assert shuffled(records[0], 1) == shuffled(records[0], 1)
    assert any(shuffled(one, 1) != shuffled(one, 2) for one in records[:5])
    assert any(shuffled(one, 1).behaviour_order != shuffled(one, 1).justification_order
               for one in records[:5])  # fmt: skip


class Server:
    """A language model that answers by a script: a function of the question's text."""

    def __init__(self, script):
        self.script = script
        self.asked = []

    async def __aenter__(self):
        app = web.Application()
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    async def _models(self, _):
        return web.json_response({"data": [{"id": "tiny"}]})

    async def _complete(self, request):
        text = (await request.json())["messages"][-1]["content"]
        self.asked.append(text)
        return web.json_response({"choices": [{"message": {"content": self.script(text)}}]})


def run(tmp_path, config, script, data=None):
    path = written(tmp_path, data or {name: record(name) for name in ("one", "two", "ten", "six")})

    async def scene():
        async with Server(script) as server:
            figures = await measure(path, "model", url=server.url, config=config)
            return server, {figure.name: figure for figure in figures}

    return asyncio.run(scene())


def knows(text):
    """Answers right, by finding the option that ends in 2 in the list."""
    options = dict(re.findall(r"^(\d)\. (.*)$", text, re.MULTILINE))
    right = next(number for number, option in options.items() if option.endswith(" 2"))
    also = next((n for n, option in options.items() if option.endswith(" 1")), right)
    return f"I think: [{right}, {also}]" if "in brackets" in text else f"So option {right}"


def test_a_model_that_knows_is_right_in_everything(tmp_path, config):
    server, figures = run(tmp_path, config, knows)
    for name in ("behaviour", "justification", "both", "sensible, overlap"):
        assert figures[name].value == 1.0
    assert figures["  both: Privacy"].note == "4 scenes"
    assert len(server.asked) == 4 * 3 * 3


def test_the_reason_is_asked_for_the_behaviour_that_was_chosen(tmp_path, config):
    server, _ = run(tmp_path, config, knows)
    reasons = [text for text in server.asked if "supports it best" in text]
    assert all(re.search(r'chosen as the most appropriate: "do \w+ 2"', one) for one in reasons)


def test_blind_means_that_no_description_is_given(tmp_path, config):
    server, _ = run(tmp_path, config, knows)
    blind = [text for text in server.asked if "not described" in text]
    assert len(blind) == 4 * 3
    assert not any("the scene" in text for text in blind)


def test_hints_come_from_the_other_half_and_only_with_retrieval(tmp_path, config):
    server, _ = run(tmp_path, config, knows)
    helped = [text for text in server.asked if "similar situation" in text]
    assert len(helped) == 4 * 2  # behaviours and what is sensible, once each a scene
    halves = {}
    for text in helped:
        own = re.search(r"the scene (\w+)", text)[1]
        hints = set(re.findall(r"this was right: do (\w+) 2", text))
        assert len(hints) == 2
        assert own not in hints
        halves.setdefault(own, hints)
    assert all(
        own not in halves[other] or other in halves[own] for own in halves for other in halves
    )


def test_answers_that_cannot_be_read_count_as_wrong_and_are_told(tmp_path, config):
    _, figures = run(tmp_path, config, lambda text: "I would rather not say.")
    assert figures["both"].value == 0
    assert "36 answers could not be read" in figures["behaviour"].note


def test_one_that_always_takes_the_first_option_is_at_chance(tmp_path, config):
    data = {f"r{i}": record(f"r{i}") for i in range(100)}
    figures = asyncio.run(measure(written(tmp_path, data), "scripted", config=config))
    named = {figure.name: figure.value for figure in figures}
    assert 0.1 < named["behaviour"] < 0.32
    assert named["both"] < 0.1


def test_our_own_sample_is_said_not_to_be_the_benchmark(config):
    figures = asyncio.run(measure(SAMPLE, "scripted", config=config))
    assert "not the benchmark" in figures[0].note


def test_the_benchmarks_own_file_is_read_and_answered_in_all_three_ways(config):
    """Three records as the benchmark publishes them; the fifth option of each is empty."""
    path = media("norms/egonormia_sample.json")
    records = read_records(path)
    assert [record.id for record in records] == ["clip-1", "clip-2", "clip-3"]
    for one in records:
        assert (one.behaviors[4], one.justifications[4], one.taxonomy["4"]) == ("", "", ())
        assert one.correct in one.sensibles
        assert one.desc.startswith("The scene is set") or "Frame" in one.desc
    assert records[0].kinds == ("Politeness", "Coordination/Proactivity")
    figures = {one.name: one for one in asyncio.run(measure(path, config=config))}
    for name in ("behaviour", "justification", "both", "sensible, overlap"):
        assert 0 <= figures[name].value <= 1
        assert figures[name].control is not None
        assert f"{name}, with retrieval" in figures
    assert "3 scenes of egonormia_sample.json" in figures["behaviour"].note
    assert "not the benchmark" not in figures["behaviour"].note


def test_an_empty_option_is_put_as_none_of_the_others(tmp_path, config):
    data = json.loads(media("norms/egonormia_sample.json").read_text())
    server, figures = run(tmp_path, config, lambda text: "[1]" if "brackets" in text else "1", data)
    assert len(server.asked) == 3 * 3 * 3
    listed = [text for text in server.asked if "None of the others." in text]
    assert len(listed) == len(server.asked)
    assert figures["behaviour"].note.startswith("3 scenes")


def test_the_embedded_planner_answers_with_and_without_a_description(tmp_path, config):
    few = dict(list(json.loads(SAMPLE.read_text()).items())[:8])
    figures = asyncio.run(measure(written(tmp_path, few), config=config))
    assert "(words)" in figures[0].note
    assert all(0 <= figure.value <= 1 for figure in figures)
    assert figures[0].control is not None


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"planner": "oracle"}, "there is no planner oracle"),
        ({"planner": "model"}, "needs --url"),
        ({"planner": "model", "url": "http://127.0.0.1:9/v1"}, "does not answer"),
    ],
)
def test_a_planner_that_is_not_there_is_told(config, options, complaint):
    with pytest.raises(BadInputError, match=complaint):
        asyncio.run(measure(SAMPLE, config=config, **options))
