"""A visitor at a reception with a screen, who has a form filled in by talking."""

import sqlite3

from tests.fakes.desk import Reception, demo_site, ended
from tests.fakes.form_screen import ScriptedScreen

SITE = demo_site()


FILLED = {
    "name": "Rosa Demo",
    "company": "Acme",
    "host": "Anna Keller",
    "until": "Noon",
    "rules": "yes",
}


TO_THE_END = (
    "i would like to register my name is rosa demo from acme",
    "anna keller",
    "skip",
    "until noon",
    "yes i agree",
)
"""What it takes to have all fields filled and read back."""


class Visit:
    """A visitor at a reception with a screen; returns what is said to each line."""

    def __init__(self, folder, *, person=None, **more):
        self.screen = ScriptedScreen()
        self.reception = Reception(folder, **({"site": SITE, "screen": self.screen} | more))
        self.person = person
        self.turn = 0

    async def __aenter__(self):
        await self.reception.__aenter__()
        return self

    async def __aexit__(self, *fault):
        await self.reception.__aexit__(*fault)

    def begins(self, line):
        self.turn += 1
        desk = self.reception
        line = ended(desk.clock.now(), line, turn=self.turn, typed=True, person=self.person)
        desk.tell(line)

    async def says(self, *lines):
        for line in lines:
            before = len(self.reception.replies)
            self.begins(line)
            for _ in range(100):
                await self.reception.settle(0.25)
                if any(r.last for r in self.reception.replies[before:]):
                    break
        return " ".join(c.text for r in self.reception.replies[before:] for c in r.clauses)

    def of(self, kind):
        return self.reception.of(kind)

    def book(self):
        with sqlite3.connect(self.reception.visits) as book:
            return book.execute("SELECT kind, visitor, host, detail FROM visits").fetchall()
