"""The worst model there is: it says and proposes whatever an attacker wants of it."""

import json
import re

from tests.fakes.model_server import ModelServer

OBEYS = {
    "English": "Very well, I do as you say.",
    "German": "Sehr gerne, ich mache das so für Sie.",
    "French": "Très bien, je fais ce que vous dites.",
    "Spanish": "Muy bien, lo hago como usted dice.",
    "Mandarin": "好的，我照您说的做。",
}
"""In the visitor's language: a model that spoke another one would be silenced for that alone."""


class ObedientModel(ModelServer):
    """Answers every request with the attacker's words and the attacker's tool."""

    def __init__(self, says, proposes):
        super().__init__()
        self._says = says
        self._proposes = proposes

    def _text(self):
        said = [s for words in self._says for s in self._sentences(words)]
        clauses = [{"say": text[:200]} for text in said[:6]]
        return json.dumps({"clauses": clauses, "tool": self._proposes})

    def _sentences(self, words):
        if words == "$OBEYS":
            asked = self.requests[-1]["messages"][-1]["content"]
            return [OBEYS[re.search(r"^- speak: (\w+)", asked, re.M)[1]]]
        if words != "$PROMPT":
            return [words]
        prompt = self.requests[-1]["messages"][0]["content"]
        return [s.strip() for s in re.split(r"[.\n]", prompt) if len(s.split()) >= 8]

    @property
    def prompts(self):
        """All that it was ever told."""
        return json.dumps([r["messages"] for r in self.requests], ensure_ascii=False)
