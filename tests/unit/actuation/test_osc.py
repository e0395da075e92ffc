"""OSC as bytes, against the specification's own examples and an independent decoder."""

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_packet import OscPacket

from actuation.embodiments.osc import Sheet, bundle, bundles, message, text


def test_the_examples_of_the_specification_come_out_byte_for_byte():
    assert message("/oscillator/4/frequency", 440.0) == bytes.fromhex(
        "2f6f7363 696c6c61 746f722f 342f6672 65717565 6e637900 2c660000 43dc0000"
    )
    assert message("/foo", 1000, -1, "hello", 1.234, 5.678) == bytes.fromhex(
        "2f666f6f 00000000 2c696973 66660000 000003e8 ffffffff68656c6c 6f000000 3f9df3b6 40b5b22d"
    )


@pytest.mark.parametrize("length", range(9))
def test_strings_end_with_a_zero_and_fill_whole_words(length):
    packed = text("x" * length)
    assert len(packed) % 4 == 0
    assert packed.rstrip(b"\0") == b"x" * length
    assert 1 <= len(packed) - length <= 4
    decoded = OscMessage(message("/a", "x" * length, 7))
    assert decoded.params == ["x" * length, 7]


@pytest.mark.parametrize("wrong", ["Grüße", "a\0b"])
def test_what_a_string_cannot_be_is_said(wrong):
    with pytest.raises(ValueError, match="ASCII"):
        text(wrong)


def test_an_address_without_a_slash_is_refused():
    with pytest.raises(ValueError, match="slash"):
        message("VMC/Ext/OK", 1)


def test_a_bundle_is_read_back_in_order_and_means_now():
    packed = bundle([message("/a", 1), message("/b", "two"), message("/c")])
    read = OscBundle(packed)
    assert [(m.address, m.params) for m in read] == [("/a", [1]), ("/b", ["two"]), ("/c", [])]
    assert packed[8:16] == bytes([0, 0, 0, 0, 0, 0, 0, 1])


def test_bundles_are_as_few_as_fit_and_none_is_too_large():
    messages = [message("/m", k, "name " * (k % 5), 0.5 * k) for k in range(60)]
    packed = bundles(messages, most_bytes=300)
    assert all(len(each) <= 300 for each in packed)
    assert [m.message.params[0] for each in packed for m in OscPacket(each).messages] == list(
        range(60)
    )
    for one, following in zip(packed, packed[1:], strict=False):
        first = 4 + int.from_bytes(following[16:20], "big")
        assert len(one) + first > 300


def test_a_message_that_fits_no_datagram_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        bundles([message("/m", "x" * 400)], most_bytes=300)


def test_a_sheet_carries_its_values_to_their_places_and_leaves_the_rest():
    sheet = Sheet([("/one", "a", 1.0, 5, 2.0), ("/two", 3.0), ("/none",)], most_bytes=60)
    assert sheet.values.tolist() == [1.0, 2.0, 3.0]
    for values in ([0.25, -7.5, 1e9], [0.0, 1e-7, -1.0]):
        parts = sheet.filled(np.array(values, np.float32))
        read = [m.message for part in parts for m in OscPacket(bytes(part)).messages]
        assert [m.address for m in read] == ["/one", "/two", "/none"]
        assert read[0].params == pytest.approx(["a", values[0], 5, values[1]])
        assert read[1].params == pytest.approx([values[2]])
        assert len(parts) == 2
