"""A yes or no with more behind it: `yes and where is the toilet`, `no thanks but is there a café`.

The answer is taken as one, and then the rest of the line as what it asks for by itself.
"""

import re
from dataclasses import replace

from behavior.dialogue.conversation import Asked
from behavior.dialogue.draft import Draft
from behavior.languages.sounds_like import plain
from behavior.languages.tongue import Tongue

ASKS_YES_OR_NO = frozenset(
    {Asked.CONFIRM_ENTRY, Asked.STAFF, Asked.MORE, Asked.CONFIRM_TOOL, Asked.CONFIRM_HOST}
)


def parted(line: str, words: Tongue) -> tuple[bool, str] | None:
    """Return whether it is a yes, and the rest of the line; None: it is no answer with a rest."""
    text = plain(line)
    for answer, cue in ((True, "yes_and"), (False, "no_and")):
        match = words.cue(cue).match(text)
        rest = text[match.end() :].strip() if match is not None else ""
        if len(rest.split()) > 1:  # one word more is only politeness
            return answer, rest
    return None


def without_answer(draft: Draft) -> None:
    """No, and something else: what was asked about is dropped without a word."""
    if draft.before.asked is Asked.CONFIRM_TOOL:
        draft.change(wanted=None)
    if draft.before.asked is Asked.CONFIRM_HOST and draft.state.meeting is not None:
        draft.change(meeting=replace(draft.state.meeting, options=(), host=None))


def unheard_rest(draft: Draft) -> int:
    """How many clauses of the last answer were heard before it was cut off; all if none was."""
    last = [re.sub(r"\W+", "", clause.text).lower() for clause in draft.before.last_reply]
    spoken = next((words for who, words in reversed(draft.heard.history) if who == "agent"), "")
    heard, whole = re.sub(r"\W+", "", spoken).lower(), "".join(last)
    if not heard or not whole.startswith(heard) or heard == whole:
        return len(last)
    count = 0
    while last and heard.startswith(last[count]):
        heard = heard[len(last[count]) :]
        count += 1
    return count
