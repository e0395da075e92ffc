"""Says in plain language why the agent did what it did at a moment of a recording."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo

from agent.core.errors import BadInputError
from agent.core.messages import (
    Act,
    ActFinished,
    ActRefused,
    ActStarted,
    ButtonPressed,
    ComponentHealth,
    Duck,
    EngagementChanged,
    Health,
    HelpCalled,
    LineTyped,
    LoopStalled,
    Message,
    PageChanged,
    PersonLost,
    PersonSeen,
    PolicyReloaded,
    Reason,
    ReplyReady,
    SpeechStarted,
    Stop,
    StreamQuiet,
    TicketCalled,
    ToolFinished,
    ToolRefused,
    TurnEnded,
    WordsHeard,
)
from agent.recording import NS, Recorded

_BEFORE_S = 6.0
"""Facts so long before an act are told."""
_SLACK_S = 0.25
"""An act so shortly after the moment asked for is meant as well."""

_TIME = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d+)?)\s*s?")


def moment(
    text: str, recorded: Sequence[Recorded], offset_ns: int, zone: tzinfo | None = None
) -> float:
    """The moment that a person means, on the agent's axis.

    Seconds (`83.5`), minutes (`1:23.5`) or hours from the start; a time of day (`14:03:22`) where
    the recording is shorter than that, in `zone` (None: this machine's).
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise BadInputError(f"time {text!r}: write seconds (83.5), 1:23.5, or 14:03:22")
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    wanted_s = hours * 3600 + minutes * 60 + seconds
    start, end = recorded[0].seen_at, recorded[-1].seen_at
    if start + wanted_s <= end + 1 or not match.group(1):
        return start + wanted_s
    began, ended = (datetime.fromtimestamp(at + offset_ns / NS, zone) for at in (start, end))
    midnight = began.replace(hour=0, minute=0, second=0, microsecond=0)
    since_began_s = wanted_s - (began - midnight).total_seconds()
    since_began_s += 86400 if since_began_s < -1 else 0
    if since_began_s > end - start + 1:
        raise BadInputError(
            f"time {text!r} is not in the recording, which goes from {began:%H:%M:%S} to"
            f" {ended:%H:%M:%S} (and {end - start:.0f} s from its start)"
        )
    return start + since_began_s


def explain(recorded: Sequence[Recorded], at: float, offset_ns: int = 0) -> str:
    """The act at or just before `at`: what it was, why it happened, and what came of it."""
    start = recorded[0].seen_at
    acts = [r for r in recorded if isinstance(r.message, Act | Stop | Duck)]
    before = [r for r in acts if r.seen_at <= at + _SLACK_S]
    if not before:
        when = f"; its first act came at {acts[0].seen_at - start:.1f} s" if acts else ""
        return f"The agent had done nothing by {at - start:.1f} s{when}."
    chosen = before[-1]
    clock = datetime.fromtimestamp(chosen.seen_at + offset_ns / NS).strftime("%H:%M:%S")
    lines = [f"At {chosen.seen_at - start:.1f} s ({clock}) the agent {_deed(chosen.message)}."]
    reason = chosen.message.reason  # type: ignore[attr-defined]  # all three kinds have one
    lines += [f"Why: {_sentence(reason.because)} (policy {reason.policy})", *_norms(reason)]
    since = chosen.seen_at - _BEFORE_S
    window = [r for r in recorded if since <= r.seen_at <= chosen.seen_at and r is not chosen]
    lines += _section(f"What it knew, from {_BEFORE_S:g} s before:", _facts(window), start)
    refusals = [
        (r.seen_at, f"{r.message.reason.policy}: refused by {r.message.by}: "
         f"{r.message.reason.because}")
        for r in window
        if isinstance(r.message, ActRefused)
    ]  # fmt: skip
    lines += _section("What it wished to do and did not:", refusals, start)
    lines += _section("What came of it:", _outcome(recorded, chosen.message), start)
    return "\n".join(lines)


def _deed(message: Message) -> str:
    """The act as the rest of a sentence that begins with `the agent`."""
    match message:
        case Stop():
            return "stopped what it was saying and doing"
        case Duck(gain=gain) if gain == 0:
            return "fell silent and held"
        case Duck(gain=gain):
            return "spoke on at full voice" if gain >= 1 else f"lowered its voice to {gain:.0%}"
        case Act():
            return _performance(message)
    return f"published {type(message).__name__}"


def _performance(act: Act) -> str:
    said = " ".join(clause.text for clause in act.clauses)
    to = f" to {act.to}" if act.to else ""
    parts = [f'said "{said}"{to}' if said else ""]
    cues = [g for clause in act.clauses for g in clause.gestures] + list(act.gestures)
    if cues:
        parts.append("gestured " + ", ".join(g.lexeme or g.meaning or "freely" for g in cues))
    face = act.expression or next((c.expression for c in act.clauses if c.expression), None)
    if face:
        parts.append(f"looked {face}")
    if act.gaze:
        whom = f" {act.gaze.person}" if act.gaze.person else ""
        parts.append(f"turned its eyes: {act.gaze.target}{whom}")
    if act.posture:
        parts.append(f"took the posture {act.posture}")
    done = [part for part in parts if part] or ["did nothing visible"]
    return ", ".join(done) + ("" if said else to)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else "No reason was given."


def _norms(reason: Reason) -> list[str]:
    return [f"Norms that had a say: {', '.join(reason.norms)}."] if reason.norms else []


def _section(heading: str, entries: Iterable[tuple[float, str]], start: float) -> Iterator[str]:
    listed = sorted(entries)
    if listed:
        yield heading
        yield from (f"  {at - start:8.1f} s  {text}" for at, text in listed)


def _facts(window: Sequence[Recorded]) -> Iterator[tuple[float, str]]:
    """The facts of a stretch of time, frequent ones put together."""
    yield from _sightings(window)
    heard: dict[int, Recorded] = {}
    for r in window:
        if isinstance(r.message, WordsHeard):
            heard[r.message.turn] = r
        elif text := _fact(r.message):
            yield r.seen_at, text
    ended = {r.message.turn for r in window if isinstance(r.message, TurnEnded)}
    for turn, r in heard.items():
        if turn not in ended and isinstance(r.message, WordsHeard):
            yield r.seen_at, f'a visitor was saying "{r.message.text}"'


def _fact(message: Message) -> str:
    match message:
        case EngagementChanged():
            previous = f"{message.previous} -> " if message.previous else ""
            cues = f" ({', '.join(message.cues)})" if message.cues else ""
            where = f" at {message.distance_m:.1f} m"
            return f"{message.person}: {previous}{message.state}{where}{cues}"
        case PersonLost():
            return f"{message.person} was out of sight"
        case SpeechStarted():
            return "a voice began" + (" again" if message.revision else "")
        case TurnEnded():
            how = "typed" if message.typed else f"said (trust {message.confidence:.2f})"
            text = f'"{message.text}"' if message.text else "words that were not understood"
            return f"a visitor {how} {text}"
        case LineTyped():
            return ""  # the turn says it
        case ReplyReady():
            text = " ".join(clause.text for clause in message.clauses)
            found = f"; {message.because}" if message.because else ""
            return f'a reply was ready ({message.source}): "{text}"{found}'
        case ActStarted(text=text):
            return f'"{text}" began' if text else ""
        case ActFinished():
            return "an act was interrupted" if message.interrupted else "an act was over"
        case _:
            return _circumstance(message)


def _circumstance(message: Message) -> str:
    match message:
        case ButtonPressed(button=button):
            return f"the button {button} was pressed"
        case HelpCalled(because=because):
            return f"a person was asked to come: {because}"
        case ToolRefused(tool=tool, because=because):
            return f"the tool {tool} was refused: {because}"
        case ToolFinished(tool=tool, outcome=outcome, took_s=took_s):
            told = message.detail or message.found
            took = f"the tool {tool} was {outcome.value} after {took_s:.1f} s"
            return took + (f": {told}" if told else "")
        case TicketCalled(number=number):
            return f"number {number} was called"
        case ComponentHealth() if message.health is not Health.RUNNING:
            return f"{message.component} was {message.health}: {message.detail}"
        case StreamQuiet() if not message.recovered:
            return f"{message.stream} had been quiet for {message.quiet_s:.1f} s"
        case LoopStalled():
            return f"the agent itself was stuck for {message.stalled_s:.2f} s"
        case PolicyReloaded() if message.accepted:
            return f"{message.path} was changed by an operator"
        case PageChanged():
            return f"the page was {'there' if message.connected else 'gone'}"
    return ""


def _sightings(window: Sequence[Recorded]) -> Iterator[tuple[float, str]]:
    """For each person seen: where they were, how they moved, where they looked."""
    seen: dict[str, list[PersonSeen]] = {}
    last_at: dict[str, float] = {}
    for r in window:
        if isinstance(r.message, PersonSeen):
            seen.setdefault(r.message.person, []).append(r.message)
            last_at[r.message.person] = r.seen_at
    for person, sightings in seen.items():
        first, last = sightings[0], sightings[-1]
        near, far = first.place.distance_m, last.place.distance_m
        moved = f"from {near:.1f} m to {far:.1f} m" if abs(near - far) > 0.2 else f"at {far:.1f} m"
        text = f"{person} was {moved}, seen {len(sightings)} times"
        if abs(last.approach_m_s) > 0.15:
            way = "coming nearer" if last.approach_m_s > 0 else "going away"
            text += f", {way} at {abs(last.approach_m_s):.1f} m/s"
        if last.gaze_off_rad is not None:
            text += f", eyes {last.gaze_off_rad:.2f} rad off the agent"
        yield last_at[person], text


def _outcome(recorded: Sequence[Recorded], deed: Message) -> Iterator[tuple[float, str]]:
    if not isinstance(deed, Act):
        return
    for r in recorded:
        match r.message:
            case ActStarted() if r.message.act == deed.act:
                yield r.seen_at, "it began on stage"
            case ActFinished() if r.message.act == deed.act:
                end = "it was cut short" if r.message.interrupted else "it was over"
                heard = f'; heard: "{r.message.heard}"' if r.message.heard else ""
                detail = f" ({r.message.detail})" if r.message.detail else ""
                yield r.seen_at, end + heard + detail
