"""The encoded knowledge waits on disk for the next start."""

import numpy as np
import pytest

from behavior.house.knowledge import Index

FORMS = [("know:wifi", "what is the wifi password"), ("know:taxi", "can you call me a taxi")]


class CountingEncoder:
    name = "counting"
    threshold = 0.5
    slow = True

    def __init__(self):
        self.encoded = 0

    def encode(self, lines):
        self.encoded += len(lines)
        rows = [[len(line), line.count("i"), 1.0] for line in lines]
        return np.array(rows, np.float32) / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_second_start_encodes_nothing(tmp_path):
    first, second = CountingEncoder(), CountingEncoder()
    Index(FORMS, first, tmp_path)
    index = Index(FORMS, second, tmp_path)

    assert (first.encoded, second.encoded) == (2, 0)
    assert index.nearest("what is the wifi password")[0].label == "know:wifi"


def test_a_changed_answer_file_is_encoded_anew(tmp_path):
    Index(FORMS, CountingEncoder(), tmp_path)
    encoder = CountingEncoder()
    Index([*FORMS, ("know:bus", "where is the bus")], encoder, tmp_path)

    assert encoder.encoded == 3


@pytest.mark.parametrize("garbage", [b"", b"not numpy at all", b"\x93NUMPY\x01\x00"])
def test_a_damaged_file_is_made_again(tmp_path, garbage):
    Index(FORMS, CountingEncoder(), tmp_path)
    (file,) = tmp_path.glob("*.npy")
    file.write_bytes(garbage)
    encoder = CountingEncoder()
    Index(FORMS, encoder, tmp_path)

    assert encoder.encoded == 2


def test_a_visitors_words_are_never_kept(tmp_path):
    index = Index(FORMS, CountingEncoder(), tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    index.nearest("my name is nobody in particular")

    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_disk_that_takes_nothing_costs_only_time(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert Index(FORMS, CountingEncoder(), blocked / "cache").nearest("taxi")
