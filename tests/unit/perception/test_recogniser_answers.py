"""The recogniser's process passes on all that a reading says."""

from dataclasses import asdict, fields

from perception.backends.recogniser_main import serve
from perception.turns.taking import Heard
from perception.words.packets import Kind, Packet
from perception.words.recognition import Reading
from tests.fakes.sounds import FakeRecogniser

READING = Reading(
    text="lift", confidence=0.7, language="de", ends_here=-0.1, ends_in_english=-0.2,
    whole_here=0.3, listens=-0.4,
)  # fmt: skip


class Told(FakeRecogniser):
    def finish(self):
        return READING


class Packets:
    def __init__(self, *packets):
        self._packets = list(packets)

    def read(self):
        return self._packets.pop(0) if self._packets else None

    def waiting(self):
        return bool(self._packets)


def test_all_that_a_reading_says_reaches_the_turn():
    answers = []
    serve(
        Told(),
        Packets(Packet(kind=Kind.BEGIN, turn=3), Packet(kind=Kind.SETTLE, turn=3, revision=2)),
        answers.append,
    )
    heard = Heard(**answers[-1])
    assert (heard.turn, heard.revision) == (3, 2)
    assert {one.name: getattr(heard, one.name) for one in fields(Reading)} == asdict(READING)
