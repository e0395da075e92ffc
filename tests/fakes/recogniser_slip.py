"""A recogniser whose author slipped, in its real process."""

import sys

from agent.core.backend import Row
from perception.backends import recogniser_main
from perception.words.recognition import RECOGNISERS


class Slips:
    def __init__(self, config, site):
        raise NameError("a slip of the pen")


if __name__ == "__main__":
    RECOGNISERS["pocketsphinx"] = Row(path="tests.fakes.recogniser_slip:Slips", about="")
    sys.exit(recogniser_main.main())
