"""What native libraries write while they load stays off the terminal; everything else does not."""

import logging
import os
import threading

from perception.backends import native_chatter
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


class Loads(threading.Thread):
    """A thread that loads something, and stays at it until told to go on."""

    def __init__(self):
        super().__init__(daemon=True)
        self.within, self.go_on = threading.Event(), threading.Event()
        self.start()

    def run(self):
        with chatter_logged():
            self.within.set()
            self.go_on.wait(5)


def test_threads_that_load_at_once_leave_the_terminal_as_it_was(capfd):
    before = os.fstat(2)
    first = Loads()
    assert first.within.wait(5)
    second = Loads()
    assert not second.within.wait(0.1)  # it waits for its turn
    first.go_on.set()
    assert second.within.wait(5)
    first.join(5)
    second.go_on.set()
    second.join(5)
    assert os.path.samestat(before, os.fstat(2))
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"


def test_whoever_hangs_while_loading_keeps_nobody_else_from_it(capfd, monkeypatch):
    monkeypatch.setattr(native_chatter, "_OTHERS_S", 0.05)
    hangs = Loads()
    assert hangs.within.wait(5)
    other = Loads()
    assert other.within.wait(5)
    for one in (hangs, other):
        one.go_on.set()
        one.join(5)
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
