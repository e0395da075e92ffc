"""Tools in an answer that is being written: asked for, asked about first, or refused. Pure."""

from dataclasses import replace

from behavior.dialogue.conversation import Asked
from behavior.dialogue.draft import Draft
from behavior.tools.asking import Asked as Wanted
from behavior.tools.asking import use_of
from behavior.tools.contract import Expected, Refuse, Service, UseTool, Way, row_of


def want(draft: Draft, wanted: Wanted) -> None:
    """A visitor's line asks for a tool."""
    if wanted.refuse:
        draft.say(wanted.say)
        return draft.do(Refuse(tool=wanted.tool, because=wanted.refuse))
    if wanted.say:
        draft.say(wanted.say)
    if wanted.arguments is None:
        return draft.ask("tool.expected.ask_name", Asked.OWN_NAME)
    put(draft, use_of(wanted))
    if wanted.then is not None:
        want(draft, wanted.then)
    return None


def put(draft: Draft, use: UseTool) -> None:
    """Have it used, where the rules let it; ask first where they say so."""
    leave = draft.heard.leave
    name = use.arguments.visitor if isinstance(use.arguments, Expected) else ""
    if because := leave.why_not(use.tool, name=name):
        draft.ask("tool.refused", Asked.STAFF)
        return draft.do(Refuse(tool=use.tool, because=because))
    if leave.asks_first(use.tool) and not use.confirmed:
        draft.change(wanted=use)
        row = row_of(use.tool)
        key = (row.ask if row is not None else "") or "tool.ask"
        return draft.ask(key, Asked.CONFIRM_TOOL, **_words(draft, use))
    if isinstance(use.arguments, Way) and use.arguments.step_free:
        draft.change(step_free=True)
    draft.do(use)


def confirmed(draft: Draft) -> None:
    """The visitor says yes to what was asked about."""
    wanted = draft.before.wanted
    draft.change(wanted=None)
    if wanted is None:
        return draft.say("more.go_on")
    put(draft, replace(wanted, confirmed=True))


def declined(draft: Draft) -> None:
    """The visitor says no to it."""
    draft.change(wanted=None)
    draft.say("tool.cancelled")


def may_tell(draft: Draft, host: str, *, follow_up: bool = False) -> bool:
    """Whether this host may be told; if not, it is said and noted."""
    because = draft.heard.leave.why_not("notify_host", host=host, follow_up=follow_up)
    if because:
        draft.ask("tool.notify.refused", Asked.STAFF)
        draft.do(Refuse(tool="notify_host", because=because))
    return not because


def may_call(draft: Draft) -> bool:
    """Whether a colleague may be asked to come; if not, it is said and noted."""
    because = draft.heard.leave.why_not("call_staff")
    if because:
        draft.say("tool.staff.refused")
        draft.do(Refuse(tool="call_staff", because=because))
    return not because


def may_recall(draft: Draft) -> bool:
    """Whether questions about this visit are answered; if not, it is said and noted."""
    because = draft.heard.leave.why_not("visit_memory")
    if because:
        draft.ask("tool.refused", Asked.STAFF)
        draft.do(Refuse(tool="visit_memory", because=because))
    return not because


def _words(draft: Draft, use: UseTool) -> dict[str, str]:
    if isinstance(use.arguments, Service):
        key = use.arguments.service
        named = next((s.name for s in draft.desk.site.services if s.key == key), key)
        return {"service": named}
    return {}
