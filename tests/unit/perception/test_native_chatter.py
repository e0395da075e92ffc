"""What native libraries write while they load stays off the terminal; everything else does not."""

import logging
import os

from perception.backends.native_chatter import chatter_logged

CHATTER = b"W0000 00:00:1795.1 1 manager.cc:121] Feedback manager\nINFO: Created delegate\n"


def test_chatter_goes_to_the_debug_log_and_the_rest_to_the_terminal(capfd, caplog):
    caplog.set_level(logging.DEBUG)
    with chatter_logged():
        os.write(2, CHATTER + b"E0000 a real fault\nTraceback\n")
    os.write(2, b"afterwards\n")

    assert capfd.readouterr().err == "E0000 a real fault\nTraceback\nafterwards\n"
    assert [record.said for record in caplog.records] == CHATTER.decode().splitlines()


def test_the_terminal_comes_back_after_a_fault(capfd):
    try:
        with chatter_logged():
            raise RuntimeError("no such model")
    except RuntimeError:
        os.write(2, b"told\n")
    assert capfd.readouterr().err == "told\n"
