"""After a visit, and after `forget me`, no store in the agent holds a word of the visitor."""

import asyncio
import sqlite3

import pytest

from agent.core.messages import Act, HostNotified, ReplyReady
from agent.pages.panel import PageView
from behavior.dialogue.notifications import NotDeliveredError
from tests.fakes.company import meet, person, says
from tests.fakes.desk import Reception, demo_site, ended
from tests.fakes.stores import places_of

NAME = "zanzibar"
ABOUT = "my name is zanzibar demo and i am here to see priya nair"
MORE = "my zanzibar suitcase stands outside"


def _places(met, panel, tmp_path):
    return [
        *places_of(NAME, planner=met.planner, dialogue=met.dialogue, panel=panel),
        *(
            f"panel: {NAME}"
            for _ in [0]
            if NAME in panel.panel(met.log[-1][0], {}).model_dump_json()
        ),
        *_on_disk(tmp_path),
    ]


def _on_disk(tmp_path):
    found = []
    for file in tmp_path.glob("*.sqlite"):
        with sqlite3.connect(file) as db:
            rows = [row for (t,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
                    for row in db.execute(f"SELECT * FROM {t}")]  # fmt: skip
        found += [f"{file.name}: {row}" for row in rows if NAME in str(row).lower()]
    return found


async def _visit(tmp_path, *more, until, at, leaves=200):
    """Play it; return where the name was kept at each of the moments `at`."""
    panel, kept = PageView(help_text="..."), {}

    async def look(met):
        done = 0
        clock = asyncio.get_running_loop()
        for moment in at:
            while clock.time() < moment:
                await asyncio.sleep(0.25)
                for _, message in met.log[done:]:
                    panel.see(message)
                done = len(met.log)
                panel.tick(clock.time())
            kept[moment] = _places(met, panel, tmp_path)

    met = await meet(
        tmp_path,
        person("a", comes=1, leaves=leaves, lips=[(9, 13), (24, 27)]),
        says(9, ABOUT, 1, seconds=4.0),
        says(24, MORE, 2, seconds=3.0),
        *more,
        until=until,
        meanwhile=look,
    )
    return met, kept


async def test_the_search_finds_the_words_while_the_visit_lasts(tmp_path):
    met, kept = await _visit(tmp_path, at=[32], until=34)
    where = " ".join(kept[32])
    for store in (".history", "dialogue._transcript", "panel._transcript", "planner._situation"):
        assert store in where
    assert "visits.sqlite" in where
    assert [one.host for one in met.of(HostNotified)] == ["Priya Nair"]


@pytest.mark.parametrize("how", ["forget me please", "delete my data"])
async def test_forget_me_works_at_once_in_every_store(tmp_path, how):
    forgets = says(34, how, 3)
    met, kept = await _visit(tmp_path, forgets, at=[32, 45], until=46)
    assert kept[32]
    assert kept[45] == []
    assert [one.intent for one in met.of(ReplyReady)][-1] == "forget_me"
    said = [c.text for one in met.of(Act) for c in one.clauses]
    assert any(NAME in text.lower() for text in said)  # what was said aloud was said


async def test_memory_ends_with_the_visit_in_every_store_but_the_visit_book(tmp_path):
    _, kept = await _visit(tmp_path, at=[32, 90], until=92, leaves=40)
    assert kept[32]
    assert [one for one in kept[90] if not one.startswith("visits.sqlite")] == []
    assert any(one.startswith("visits.sqlite") for one in kept[90])


class Down:
    """An address that does not answer at first; keeps what it was given."""

    def __init__(self):
        self.got = []

    async def send(self, address, subject, text, *, key=""):
        self.got.append(text)
        raise NotDeliveredError("no answer")


@pytest.mark.parametrize("forgets", [True, False])
async def test_a_message_that_waits_to_be_tried_again_is_dropped_with_forget_me(tmp_path, forgets):
    channel = Down()
    async with Reception(tmp_path) as reception:
        host = next(h for h in demo_site().hosts if h.name == "Priya Nair")
        reception.dialogue._deeds.errands.channels[host.notify.channel] = channel
        reception.tell(ended(1.0, ABOUT, turn=1))
        await reception.settle(0.8)
        assert len(channel.got) == 1
        if forgets:
            reception.tell(ended(2.0, "forget me", turn=2))
        await reception.settle(60)
        assert (len(channel.got) == 1) is forgets
