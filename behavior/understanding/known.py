"""What a line is read with: people, places and questions of the house, the language, the time."""

from dataclasses import dataclass
from datetime import datetime

from behavior.house.directory import Directory
from behavior.house.knowledge import Entry, Index, Match
from behavior.house.site import Destination
from behavior.languages.tongue import ENGLISH, Tongue
from behavior.tools.asking import Asked as ToolWanted
from behavior.tools.asking import asked_for
from behavior.tools.permission import ToolsConfig
from behavior.understanding.intents import Intent, Request

SURELY = 0.12
"""So much nearer than the least likeness: a rule that is more often wrong gives way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that reading a line may look at."""

    directory: Directory
    index: Index
    entries: dict[str, Entry]
    words: Tongue
    now: datetime | None = None
    """At the site."""
    visitor: str = ""
    """The name given before."""
    rules: ToolsConfig | None = None
    """What may be asked of MCP servers."""

    @property
    def english(self) -> bool:
        """Whether the line is English: some rules know no other language."""
        return self.words.code == ENGLISH

    def nearest(self, *lines: str) -> tuple[Match, ...]:
        """The known forms that the line is like, with its frame or without."""
        found = [self.index.nearest(line) for line in dict.fromkeys(lines)]
        return max(found, key=lambda one: one[0].score)

    def tool(self, text: str) -> ToolWanted | None:
        """The tool that the words ask for."""
        return asked_for(
            text,
            self.directory,
            now=self.now,
            visitor=self.visitor,
            words=self.words,
            rules=self.rules,
        )

    def pattern_of(self, text: str) -> Intent | None:
        """The first intent whose words the line has."""
        found = (name for name, pattern in self.words.intents.items() if pattern.search(text))
        name = next(found, None)
        return Intent(name) if name is not None else None

    def place_of(self, request: Request) -> Destination | None:
        """What place a request is about."""
        arguments = request.tool.arguments if request.tool is not None else None
        key = getattr(arguments, "room", "") or getattr(arguments, "to", "")
        return request.place or self.directory.site.place(key)
