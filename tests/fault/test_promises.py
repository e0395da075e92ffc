"""What visitors were told is done: across a kill, a stop, and a disk that takes nothing."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.messages import ComponentHealth, HelpCalled, HostNotified, VisitRecorded
from behavior.dialogue.memory import VisitBook
from behavior.dialogue.notifications import NotDeliveredError
from tests.fakes.desk import Reception, ended

EVERYTHING = "my name is tom baker and i am here to see daniel okafor"
TEN = datetime(2026, 5, 12, 10, tzinfo=UTC)


class Phone:
    """A way to reach people that works or does not; keeps what came to it."""

    def __init__(self, works=True):
        self.works, self.got = works, []

    async def send(self, address, subject, text, *, key=""):
        self.got.append((text, key))
        if not self.works:
            raise NotDeliveredError("no answer")


def reception(folder, phone, at=TEN):
    made = Reception(folder, at=at)
    made.dialogue._deeds.errands.channels["log"] = phone
    return made


def on_disk(folder):
    """Whether the message's words lie anywhere, also in a journal."""
    return any(b"Tom Baker is here" in file.read_bytes() for file in folder.iterdir())


async def killed_while_it_waits(folder):
    """A host is to be told, does not answer, and the agent ends. Returns what was tried."""
    phone = Phone(works=False)
    desk = await reception(folder, phone).__aenter__()
    desk.tell(ended(0.0, EVERYTHING))
    await desk.settle(0.8)
    assert desk.of(HostNotified) == []
    desk._task.cancel()
    await asyncio.wait((desk._task,))
    (tried,) = phone.got
    return tried


async def test_a_host_who_was_to_be_told_when_the_agent_was_killed_is_told_by_the_next(tmp_path):
    tried = await killed_while_it_waits(tmp_path)
    assert "Tom Baker" in tried[0]
    phone = Phone()
    async with reception(tmp_path, phone, TEN + timedelta(seconds=20)) as desk:
        await desk.settle(1)
        assert phone.got == [tried]
        (told,) = desk.of(HostNotified)
        assert (told.host, told.delivered) == ("Daniel Okafor", True)
        assert not on_disk(tmp_path)
    again = Phone()
    async with reception(tmp_path, again, TEN + timedelta(seconds=40)) as desk:
        await desk.settle(1)
        assert again.got == []
    assert not on_disk(tmp_path)


async def test_who_cannot_be_reached_after_the_restart_either_has_a_person_called(tmp_path):
    await killed_while_it_waits(tmp_path)
    async with reception(tmp_path, Phone(works=False), TEN + timedelta(seconds=20)) as desk:
        await desk.settle(20)
        assert [told.delivered for told in desk.of(HostNotified)] == [False]
        assert [call.urgent for call in desk.of(HelpCalled)] == [False]


async def test_a_message_that_has_become_old_is_not_sent_and_that_is_told(tmp_path):
    await killed_while_it_waits(tmp_path)
    phone = Phone()
    async with reception(tmp_path, phone, TEN + timedelta(hours=1)) as desk:
        await desk.settle(1)
        assert phone.got == []
        assert any("too old to send" in one.detail for one in desk.of(ComponentHealth))
    assert not on_disk(tmp_path)


@pytest.mark.parametrize("forgets", [True, False])
async def test_a_message_to_be_tried_again_leaves_the_disk_with_forget_me(tmp_path, forgets):
    desk = await reception(tmp_path, Phone(works=False)).__aenter__()
    desk.tell(ended(0.0, EVERYTHING))
    await desk.settle(0.8)
    if forgets:
        desk.tell(ended(1.0, "forget me", turn=2))
        await desk.settle(0.3)
    assert on_disk(tmp_path) is not forgets
    await desk.finish()


async def killed_while_help_is_called(folder, line):
    phone = Phone(works=False)
    desk = await reception(folder, phone).__aenter__()
    desk.tell(ended(0.0, line))
    await desk.settle(0.3)
    assert len(desk.of(HelpCalled)) == 1
    desk._task.cancel()
    await asyncio.wait((desk._task,))
    (tried,) = phone.got
    return tried


@pytest.mark.parametrize("line", ["my colleague has collapsed", "can i talk to a human please"])
async def test_help_that_was_called_when_the_agent_was_killed_is_called_by_the_next(tmp_path, line):
    tried = await killed_while_help_is_called(tmp_path, line)
    phone = Phone()
    async with reception(tmp_path, phone, TEN + timedelta(seconds=20)) as desk:
        await desk.settle(1)
        assert phone.got == [tried]
        assert desk.of(HostNotified) == []
    again = Phone()
    async with reception(tmp_path, again, TEN + timedelta(seconds=40)) as desk:
        await desk.settle(1)
        assert again.got == []


async def test_a_call_for_help_that_has_become_old_is_told_and_not_made(tmp_path):
    await killed_while_help_is_called(tmp_path, "my colleague has collapsed")
    phone = Phone()
    async with reception(tmp_path, phone, TEN + timedelta(hours=1)) as desk:
        await desk.settle(1)
        assert phone.got == []
        assert any("a call for help was held up" in one.detail for one in desk.of(ComponentHealth))


async def test_help_that_got_through_leaves_nothing_on_the_disk(tmp_path):
    async with reception(tmp_path, Phone()) as desk:
        desk.tell(ended(0.0, "my colleague has collapsed"))
        await desk.settle(1)
    again = Phone()
    async with reception(tmp_path, again, TEN + timedelta(seconds=20)) as desk:
        await desk.settle(1)
        assert again.got == []


async def test_help_is_called_though_the_disk_takes_nothing(tmp_path):
    (tmp_path / "var").write_text("a file where the folder should be")
    phone = Phone()
    async with reception(tmp_path, phone) as desk:
        desk.dialogue._deeds.keeper.path = tmp_path / "var" / "visits.sqlite"
        desk.tell(ended(0.0, "my colleague has collapsed"))
        await desk.settle(1)
        assert len(phone.got) == 1


async def test_visits_that_the_disk_did_not_take_are_written_when_it_does(tmp_path):
    (tmp_path / "var").write_text("a file where the folder should be")
    async with reception(tmp_path, Phone()) as desk:
        desk.dialogue._deeds.keeper.path = tmp_path / "var" / "visits.sqlite"
        desk.tell(ended(0.0, EVERYTHING))
        await desk.settle(2)
        told = [one for one in desk.of(ComponentHealth) if one.component == "behavior.visit_book"]
        assert str(told[-1].health) == "degraded"
        assert "1 visits wait to be written" in told[-1].detail
        assert desk.of(VisitRecorded) == []
        (tmp_path / "var").unlink()
        await desk.settle(60)
        told = [one for one in desk.of(ComponentHealth) if one.component == "behavior.visit_book"]
        assert str(told[-1].health) == "running"
        assert [one.purpose for one in desk.of(VisitRecorded)] == ["appointment"]
    visits = VisitBook(tmp_path / "var" / "visits.sqlite").visits()
    assert [visit.visitor for visit in visits] == ["Tom Baker"]


async def test_a_visit_that_waits_for_the_disk_is_not_written_after_forget_me(tmp_path):
    (tmp_path / "var").write_text("a file where the folder should be")
    async with reception(tmp_path, Phone()) as desk:
        desk.dialogue._deeds.keeper.path = tmp_path / "var" / "visits.sqlite"
        desk.tell(ended(0.0, EVERYTHING))
        await desk.settle(2)
        desk.tell(ended(3.0, "forget me", turn=2))
        await desk.settle(1)
        (tmp_path / "var").unlink()
        await desk.settle(60)
        assert desk.of(VisitRecorded) == []
