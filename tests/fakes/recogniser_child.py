"""A recogniser's process that misbehaves as told: the first phrase of its site is the trick.

`hang FILE`: hangs at the first reading, once; `crash FILE`: dies there, once; `never ready`;
`refuse`: cannot load. FILE marks that it has happened.
"""

import json
import os
import sys
import threading
from pathlib import Path

from perception.backends.recogniser_main import _Input, serve
from tests.fakes.sounds import FakeRecogniser


class Misbehaves(FakeRecogniser):
    def __init__(self, trick, mark):
        super().__init__()
        self._trick, self._mark = trick, Path(mark)

    def finish(self):
        if not self._mark.exists():
            self._mark.touch()
            if self._trick == "crash":
                os._exit(9)
            threading.Event().wait()
        return super().finish()


def answer(fields):
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


row, source = sys.argv[1], _Input(0)
settings = json.loads(source.read().sound)
trick, *more = settings["site"]["phrases"][0].split(" ", 1)
if trick == "never":
    threading.Event().wait()
if trick == "refuse" and row != "none":
    answer({"unavailable": "no model here"})
    sys.exit(3)
answer({"ready": row})
serve(Misbehaves(trick, *more) if more else FakeRecogniser(), source, answer)
