"""What lines are read as where two rules would read them differently: one line or more a rule."""

from datetime import datetime

import pytest

from behavior.tools.permission import ToolsConfig
from behavior.understanding.whole_line import understand
from tests.fakes.desk import demo_desk

NOON = datetime(2025, 6, 4, 12, 5)


def read(line, spoken_of=""):
    desk = demo_desk("minilm")
    requests = understand(
        line, directory=desk.directory, index=desk.index, entries=desk.entries, now=NOON,
        words=desk.words, rules=ToolsConfig(), spoken_of=spoken_of,
    )  # fmt: skip
    return "+".join(_told(one) for one in requests)


def _told(one):
    host = one.found.hosts[0].name if one.found.hosts else ""
    tool = one.tool.tool if one.tool else ""
    what = one.entry.partition(".")[2] or tool or (one.place.key if one.place else "") or host
    return f"{one.intent.value} {what}".strip()


CASES = [
    # by meaning
    ("is there a swimming pool", "unknown"),
    ("How can I get my tablet online?", "question what-is-the-wifi-password"),
    ("and on saturday", "question when-are-you-open"),
    ("what is my name", "my_name"),
    ("I'd like to get in line for the badges", "tool take_number"),
    ("I'm a bit lost", "directions"),
    ("do you speak german", "maybe_question which-languages-do-you-speak"),
    ("i use a wheelchair how do i get upstairs",
     "question is-the-building-accessible-with-a-wheelchair"),
    ("and the bus", "question where-is-the-bus-stop"),
    ("doctor", "unknown"),
    # by name
    ("I could do with a washroom", "directions toilets"),
    ("i came about the lift and the stairs", "unknown"),
    ("Any parking nearby", "question where-can-i-park-my-car"),
    ("where is the fire exit", "question where-is-the-assembly-point"),
    ("Any chance of getting a taxi?", "question can-you-call-me-a-taxi"),
    ("I'm dying for a cigarette", "question where-can-i-smoke"),
    ("Do you mind if my trolley stays here for an hour", "question can-i-leave-my-luggage-here"),
    # by pattern
    ("where is the lift for deliveries", "directions lift"),
    ("where is the parcel shelf", "delivery"),
    ("what is the phone number of this house", "question what-is-the-address-here"),
    ("i need to speak to someone about marketing", "meet_host"),
    ("where is the fucking toilet", "directions toilets"),
    ("thank you the lift please", "directions lift"),
    ("not now thanks", "no"),
    ("this is rubbish", "insult"),
    # one part
    ("Could we have the meeting room for a bit", "tool room_free"),
    ("did anyone find a phone", "question i-lost-something"),
    ("how long may i stay here", "question when-are-you-open"),
    ("was there somebody behind me before", "memory"),
    ("how many people are there since i said hello", "memory"),
    ("do i need a badge or a number", "question do-i-need-a-visitor-badge"),
    # whole lines
    ("i am in a wheelchair, where is the meeting room", "tool way"),
    ("where is the toilet in the wifi password",
     "directions toilets+question what-is-the-wifi-password"),
    ("I cut my finger, do you have a plaster", "question is-there-a-defibrillator"),
    ("where is the café and is it open", "directions cafe+question can-i-get-a-coffee"),
    ("toilets, parking and wifi, please",
     "directions toilets+question where-can-i-park-my-car+question what-is-the-wifi-password"),
    ("once you have shown me the lift please call a colleague", "directions lift+staff"),
    ("is the meeting room free, and tell me the way there as well",
     "tool room_free+directions meeting_room"),
    ("is the meeting room free and how do i get there",
     "tool room_free+directions meeting_room"),
    ("i have an appointment and where is the toilet it is with priya nair",
     "meet_host Priya Nair+directions toilets"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "wanted"), CASES)
def test_a_line_is_read_as(line, wanted):
    assert read(line) == wanted


def test_it_is_the_place_last_spoken_of_only_where_the_answer_is_about_that_place():
    assert read("when does it open", "cafe") == "question can-i-get-a-coffee"
    assert read("when does it open", "lift") != "question can-i-get-a-coffee"
