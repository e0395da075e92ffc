"""One page's place in the server: what waits for it, and when it is let go."""

import asyncio
import json

import pytest

from agent.pages.page import CONTROL_WAITING, FRAMES_WAITING, Allowance, Closed, Page
from agent.pages.wire import Close, Pace, State


def page(at=0.0):
    opened = Page(opened_at=at, trusted=False)
    opened.greet("kiosk", "page-one", at)
    return opened


async def drained(outbox):
    out = []
    try:
        async with asyncio.timeout(1):
            while True:
                out.append(await outbox.next())
    except (TimeoutError, Closed):
        return out


async def test_control_goes_before_voice_and_voice_before_frames():
    kiosk = page()
    kiosk.frames(0, b"frames")
    kiosk.voice(0, b"voice")
    kiosk.say(State(doing="idle"))
    kinds = await drained(kiosk.outbox)
    assert [kinds[0][:15], *kinds[1:]] == ['{"kind":"state"', b"voice", b"frames"]


async def test_frames_that_wait_too_long_make_room_for_new_ones():
    kiosk = page()
    for number in range(FRAMES_WAITING + 10):
        kiosk.frames(0, b"%d" % number)
    waiting = await drained(kiosk.outbox)
    assert waiting[0] == b"10"
    assert waiting[-1] == b"%d" % (FRAMES_WAITING + 9)
    assert kiosk.outbox.dropped == 10


async def test_control_is_never_dropped_but_closes_the_page():
    kiosk = page()
    for number in range(CONTROL_WAITING + 1):
        kiosk.say(Pace(pictures_hz=number))
    waiting = await drained(kiosk.outbox)
    assert [json.loads(text)["pictures_hz"] for text in waiting] == list(range(CONTROL_WAITING))
    assert kiosk.outbox.closed.code == Close.TOO_SLOW


async def test_a_cut_empties_what_waits_of_older_generations():
    kiosk = page()
    for generation in (1, 2):
        kiosk.voice(generation, b"voice %d" % generation)
        kiosk.frames(generation, b"frames %d" % generation)
    kiosk.cut(2)
    said = await drained(kiosk.outbox)
    assert said == ['{"kind":"cut","generation":2}', b"voice 2", b"frames 2"]


async def test_a_page_that_does_not_echo_is_sent_no_voice_it_would_play_late():
    kiosk = page()
    kiosk.tick(3.0)
    kiosk.voice(0, b"voice")
    assert b"voice" not in await drained(kiosk.outbox)
    kiosk.echoed(3.0, 3.1, 0.0)
    kiosk.tick(3.1)
    kiosk.voice(0, b"voice")
    assert b"voice" in await drained(kiosk.outbox)


@pytest.mark.parametrize(("silent_s", "closed"), [(11.0, False), (13.0, True)])
def test_a_page_that_stopped_answering_is_let_go(silent_s, closed):
    kiosk = page()
    kiosk.tick(silent_s)
    assert (kiosk.outbox.closed is not None) == closed


@pytest.mark.parametrize(("waited_s", "closed"), [(4.0, False), (6.0, True)])
def test_a_socket_that_never_says_hello_is_let_go(waited_s, closed):
    stranger = Page(opened_at=0.0, trusted=False)
    stranger.tick(waited_s)
    assert (stranger.outbox.closed is not None) == closed


def test_a_page_that_reads_nothing_is_let_go():
    kiosk = page()
    kiosk.sending_since = 0.0
    kiosk.echoed(4.9, 5.0, 0.0)
    kiosk.tick(7.0)
    assert kiosk.outbox.closed.code == Close.TOO_SLOW


def test_an_allowance_lets_a_burst_through_and_then_its_rate():
    allowance = Allowance(rate_hz=10, burst=5)
    assert sum(allowance.take(0.0) for _ in range(20)) == 5
    assert sum(allowance.take(1 + n / 100) for n in range(100)) in range(13, 16)


def test_too_many_pictures_are_left_out_and_too_many_lines_close():
    kiosk = page()
    assert sum(kiosk.allows("picture", 0.0) for _ in range(50)) == 10
    assert all(kiosk.allows("line", 0.0) for _ in range(6))
    with pytest.raises(Closed, match="too many line"):
        kiosk.allows("line", 0.0)
