"""What became of each question of `bench reaction`, one line each: where slow answers come from."""

from agent.bench.reaction_lines import Line
from agent.bench.reaction_take import Take
from agent.core.messages import Act, Message, Played, TurnEnded, TurnPaused

_AFTER_S, _BEFORE_S = 4.0, 0.1


def told(take: Take, line: Line, at: float, heard_s: float | None) -> str:
    """`at`: when the line began at the agent. `heard_s`: from its end to the first sound."""
    end = at + line.voiced[1]
    seen = [(t, m) for t, m in take.seen if -_BEFORE_S < t - end < _AFTER_S]
    steps = [f"  {line.text}: {_ms(heard_s)}"]
    pauses = [(t, m) for t, m in seen if isinstance(m, TurnPaused)]
    if pauses:
        t, paused = pauses[-1]
        words = "" if paused.text == line.text else f" as '{paused.text}'"
        steps.append(f"words{words} (trust {paused.confidence:.2f}) {_ms(t - end)}")
    for name, kind in (("over", TurnEnded), ("reply", Act), ("played", Played)):
        first = next(((t, m) for t, m in seen if isinstance(m, kind) and _counts(m)), None)
        if first is not None:
            t, message = first
            steps.append(f"{name} {_ms((message.at if isinstance(message, Played) else t) - end)}")
    return ", ".join(steps)


def _counts(message: Message) -> bool:
    match message:
        case Act():
            return bool(message.clauses)
        case Played():
            return message.first
    return True


def _ms(seconds: float | None) -> str:
    return "not heard" if seconds is None else f"{1e3 * seconds:.0f} ms"
