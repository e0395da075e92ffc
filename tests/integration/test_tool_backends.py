"""Calendars, e-mail, MQTT and numbers against the real thing: files, servers, a broker."""

import json
from datetime import date
from email import message_from_bytes
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiosmtpd.controller import Controller

from behavior.backends.tool_calendar import CalendarShelf
from behavior.backends.tool_email import EmailChannel
from behavior.backends.tool_mqtt import MqttChannel
from behavior.backends.tool_tickets import TicketBook
from behavior.dialogue.notifications import NotDeliveredError, NotifyConfig
from behavior.tools.calendars import CalendarConfig
from behavior.tools.contract import ToolError
from tests.fakes.brokers import broker, free_port, needs_mosquitto, reader, until

pytestmark = pytest.mark.real_time
ZONE = ZoneInfo("Europe/Berlin")
HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n"
EVENT = """BEGIN:VEVENT
UID:{uid}
DTSTAMP:20250101T000000Z
DTSTART;TZID=Europe/Berlin:{start}
DTEND;TZID=Europe/Berlin:{end}
{more}SUMMARY:{title}
END:VEVENT
"""


def calendar(*events):
    return HEAD + "".join(events) + "END:VCALENDAR\n"


def event(start, end, title="x", more="", uid="1"):
    return EVENT.format(start=start, end=end, title=title, more=more, uid=uid)


def shelf(folder=None, now=lambda: 0.0):
    return CalendarShelf(folder=folder, zone=ZONE, now=now)


async def events_of(folder, text, day):
    (folder / "c.ics").write_text(text)
    return await shelf(folder).events(CalendarConfig(source="c.ics"), day)


async def test_a_rule_recurs_over_the_change_of_clocks_and_leaves_out_its_exceptions(tmp_path):
    more = "RRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;TZID=Europe/Berlin:20250407T150000\n"
    text = calendar(event("20250106T150000", "20250106T163000", "Lecture", more))
    summer = await events_of(tmp_path, text, date(2025, 3, 31))
    assert [e.begins.hour for e in summer] == [15]
    assert await events_of(tmp_path, text, date(2025, 4, 7)) == ()
    assert await events_of(tmp_path, text, date(2025, 4, 8)) == ()


async def test_an_occurrence_that_was_moved_is_where_it_was_moved_to(tmp_path):
    series = event("20250106T150000", "20250106T160000", "S", "RRULE:FREQ=WEEKLY\n")
    instead = "RECURRENCE-ID;TZID=Europe/Berlin:20250113T150000\n"
    moved = event("20250114T100000", "20250114T110000", "S", instead)
    text = calendar(series, moved)
    assert await events_of(tmp_path, text, date(2025, 1, 13)) == ()
    assert [e.begins.hour for e in await events_of(tmp_path, text, date(2025, 1, 14))] == [10]


async def test_cancelled_private_and_transparent_events_are_known_as_such(tmp_path):
    day = ("20250106T150000", "20250106T160000")
    text = calendar(
        event(*day, "gone", "STATUS:CANCELLED\n", "a"),
        event(*day, "mine", "CLASS:PRIVATE\n", "b"),
        event(*day, "air", "TRANSP:TRANSPARENT\n", "c"),
    )
    found = {e.title: e for e in await events_of(tmp_path, text, date(2025, 1, 6))}
    assert set(found) == {"mine", "air"}
    assert not found["mine"].public
    assert not found["air"].busy


async def test_an_event_every_second_is_refused(tmp_path):
    text = calendar(event("20250106T150000", "20250106T150001", "x", "RRULE:FREQ=SECONDLY\n"))
    with pytest.raises(ToolError, match="every minute"):
        await events_of(tmp_path, text, date(2025, 1, 6))


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"])
async def test_what_is_no_calendar_says_so(tmp_path, text):
    with pytest.raises(ToolError, match="not iCalendar"):
        await events_of(tmp_path, text, date(2025, 1, 6))


async def test_a_calendar_is_fetched_from_the_local_network_and_kept_for_a_while(tmp_path):
    asked = []

    async def serve(request):
        asked.append(request.path)
        return web.Response(text=calendar(event("20250106T150000", "20250106T160000", "Choir")))

    async def astray(request):
        raise web.HTTPFound("/c.ics")

    app = web.Application()
    app.add_routes([web.get("/c.ics", serve), web.get("/astray", astray)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    time = [0.0]
    kept = shelf(tmp_path, lambda: time[0])
    config = CalendarConfig(source=f"{base}/c.ics", refresh_s=60)
    try:
        for time[0] in (0.0, 30.0, 100.0):
            (found,) = await kept.events(config, date(2025, 1, 6))
            assert found.title == "Choir"
        assert len(asked) == 2
        with pytest.raises(ToolError, match="answered 302"):
            await kept.events(CalendarConfig(source=f"{base}/astray"), date(2025, 1, 6))
    finally:
        await runner.cleanup()


async def test_an_address_outside_the_local_network_is_not_asked(tmp_path):
    with pytest.raises(ToolError, match="local network"):
        await shelf(tmp_path).events(
            CalendarConfig(source="http://93.184.215.14/c.ics"), date(2025, 1, 6)
        )


# E-mail


class Mailbox:
    """A real SMTP server that keeps what it takes, or refuses it."""

    def __init__(self, refuses=False):
        self.took = []
        self._refuses = refuses

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - its library's name
        if self._refuses:
            return "554 no such mailbox for p.nair@foyer.example"
        self.took.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 taken"


def mail(port):
    smtp = {"host": "127.0.0.1", "port": port, "sender": "reception@foyer.example"}
    return EmailChannel(NotifyConfig(smtp=smtp, deadline_s=2.0))


async def test_a_message_arrives_at_a_mail_server():
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        await mail(port).send("p.nair@foyer.example", "visitor: appointment", "Zoë is here\nBcc: x")
    finally:
        server.stop()
    ((to, message),) = box.took
    assert to == ["p.nair@foyer.example"]
    assert message["Subject"] == "visitor: appointment"
    assert "Zoë is here" in message.get_payload(decode=True).decode()
    assert message["Bcc"] is None


async def test_a_server_that_refuses_or_is_not_there_is_told_without_the_address():
    box, port = Mailbox(refuses=True), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        with pytest.raises(NotDeliveredError, match="554") as refused:
            await mail(port).send("p.nair@foyer.example", "s", "t")
    finally:
        server.stop()
    assert "p.nair" not in str(refused.value)
    with pytest.raises(NotDeliveredError, match="ConnectionRefused"):
        await mail(port).send("p.nair@foyer.example", "s", "t")


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example"]
)
async def test_what_is_no_address_is_not_written_to(address):
    with pytest.raises(NotDeliveredError, match="address|header"):
        await mail(9).send(address, "s", "t")


# MQTT


@needs_mosquitto
async def test_a_message_arrives_at_a_broker(tmp_path):
    async with broker(tmp_path) as made, reader(made.port) as someone:
        mqtt = {"host": "127.0.0.1", "port": made.port}
        await MqttChannel(NotifyConfig(mqtt=mqtt)).send("house/desk", "visitor", "Zoë is here")
        await until(lambda: someone.read)
        _, message = someone.read[0]
    assert str(message.topic) == "house/desk"
    assert json.loads(message.payload) == {"subject": "visitor", "text": "Zoë is here"}


async def test_a_broker_that_is_away_is_told():
    channel = MqttChannel(NotifyConfig(mqtt={"host": "127.0.0.1", "port": free_port()}))
    with pytest.raises(NotDeliveredError, match="mqtt"):
        await channel.send("house/desk", "s", "t")
    with pytest.raises(NotDeliveredError, match="no topic"):
        await channel.send("house/#", "s", "t")


# Numbers


def test_numbers_rise_through_the_day_and_survive_a_restart(tmp_path):
    path = tmp_path / "tickets.sqlite"
    book = TicketBook(path)
    first, new = book.take("badges", "2025-06-04", "a", 1.0, first=20)
    again, renewed = book.take("badges", "2025-06-04", "a", 2.0, first=20)
    assert (first.number, new, again.number, renewed) == (20, True, 20, False)
    book.close()
    book = TicketBook(path)
    second, _ = book.take("badges", "2025-06-04", "b", 3.0, first=20)
    assert second.number == 21
    assert [book.call_next("badges", "2025-06-04", 4.0) for _ in range(3)] == [20, 21, None]
    assert book.take("badges", "2025-06-05", "c", 5.0, first=20)[0].number == 20
    book.close()
