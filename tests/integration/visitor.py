"""A simulated visitor: says scripted lines, mishears nothing, is heard imperfectly.

`bend` does to a line what a recogniser does: drops small words, swaps words for others that sound
alike, adds fillers. Names of people stay as they are: how bent names fare is tested by itself.
"""

import random
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import yaml

from behavior.conversation import Asked, Conversation, Effect, Heard, Part
from behavior.draft import Desk
from behavior.replies import respond

SCENARIOS = Path(__file__).parent / "scenarios"
NOON = datetime(2025, 6, 4, 12, 5)

_SOUNDS_LIKE = {
    "where": "wear", "is": "as", "the": "a", "to": "two", "for": "four", "i": "eye", "have": "had",
    "an": "and", "am": "m", "here": "hear", "see": "sea", "meet": "meat", "you": "ewe",
    "are": "our",
    "with": "which", "what": "watt", "your": "you're", "would": "wood", "can": "can't",
    "there": "their", "package": "packet", "please": "police", "know": "no", "by": "buy",
    "in": "on", "a": "the", "do": "due", "get": "got", "meeting": "meting", "toilet": "toilets",
}  # fmt: skip
_SMALL = frozenset({"the", "a", "an", "is", "to", "i", "am", "please", "for", "there", "can", "do"})


def bend(line: str, chance: random.Random, word_errors: float, kept: frozenset[str]) -> str:
    """Return `line` with about this share of its words wrong; words in `kept` stay."""
    heard = []
    for word in re.sub(r"[^\w' ]", "", line.lower()).split():
        if word in kept or chance.random() >= word_errors:
            heard.append(word)
        elif word in _SMALL and chance.random() < 0.4:
            continue
        elif word in _SOUNDS_LIKE:
            heard.append(_SOUNDS_LIKE[word])
        else:
            heard += [word, chance.choice(["uh", "um", "the"])]
    return " ".join(heard)


@dataclass
class Run:
    """One conversation that took place."""

    name: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def scenarios() -> list[dict]:
    return [
        s for path in sorted(SCENARIOS.glob("*.yaml")) for s in yaml.safe_load(path.read_text())
    ]


def words_of(effect: Effect) -> str:
    urgent = ["urgent"] if getattr(effect, "urgent", False) else []
    values = [str(getattr(effect, f)) for f in type(effect).__dataclass_fields__ if f != "urgent"]
    return " ".join([type(effect).__name__, *urgent, *values])


def converse(scenario: dict, desk: Desk, seed: int, word_errors: float = 0.0) -> Run:
    """Play a scenario. A bent line that was not understood is said again, as people do, once."""
    if scenario.get("heard_well"):
        word_errors = 0.0
    chance, run = random.Random(f"{seed} {scenario['name']}"), Run(scenario["name"])
    people = {p.lower() for h in desk.site.hosts for p in h.name.split()}
    spoken = {w.lower() for d in scenario.get("done", ()) for w in d.split()}
    kept = frozenset(people | spoken | set("bcdefghjklmnopqrstuvwxyz"))
    state = Conversation(salt=seed)
    for turn in scenario["turns"]:
        wordings = turn["says"]
        line = wordings[seed % len(wordings)]
        heard = bend(line, chance, word_errors, kept) if word_errors else line
        part = _hear(run, state, heard, desk)
        if word_errors and _lost(part, state):
            state = part.conversation or state
            part = _hear(run, state, chance.choice(wordings), desk)
        elif word_errors and part.conversation and part.conversation.asked is Asked.CONFIRM_ENTRY:
            state = part.conversation
            part = _hear(run, state, "yes", desk)
        _check(run, turn, part)
        state = part.conversation or state
    _check_effects(run, scenario)
    return run


def _hear(run: Run, state: Conversation, line: str, desk: Desk) -> Part:
    part = respond(state, Heard(text=line, local_time=NOON), desk)
    run.effects += part.effects
    run.lines.append((line, " ".join(c.text for c in part.clauses)))
    return part


def _lost(part: Part, before: Conversation) -> bool:
    again = part.conversation is not None and part.conversation.asked is before.asked
    return part.intent == "unknown" or (again and before.asked is not Asked.NOTHING)


def _check(run: Run, turn: dict, part: Part) -> None:
    line, reply = run.lines[-1]
    for wanted in turn.get("expect", ()):
        if not re.search(wanted, reply, re.IGNORECASE | re.DOTALL):
            run.faults.append(f"{line!r}: no {wanted!r} in {reply!r} ({part.because})")
    for unwanted in turn.get("absent", ()):
        if re.search(unwanted, reply, re.IGNORECASE):
            run.faults.append(f"{line!r}: {unwanted!r} in {reply!r}")
    for early in turn.get("not_yet", ()):
        if any(early in words_of(e) for e in run.effects):
            run.faults.append(f"{line!r}: {early} too early")
    if turn.get("points") and not any(g.toward for c in part.clauses for g in c.gestures):
        run.faults.append(f"{line!r}: nothing is pointed at")
    if "closes" in turn and part.closes is not turn["closes"]:
        run.faults.append(f"{line!r}: closes={part.closes}")


def _check_effects(run: Run, scenario: dict) -> None:
    done = [words_of(e) for e in run.effects]
    for wanted in scenario.get("done", ()):
        if not any(all(w in d for w in wanted.split()) for d in done):
            run.faults.append(f"not done: {wanted}; done: {done}")
    for unwanted in scenario.get("not_done", ()):
        if any(all(w in d for w in unwanted.split()) for d in done):
            run.faults.append(f"done: {unwanted}")
