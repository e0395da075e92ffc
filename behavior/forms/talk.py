"""What a visitor's line does to a form, as a share of an answer. Pure.

The line becomes a wish to fill, scroll or send; tools carry it out on the screen. What is said of
it, and what is asked next, follows from what the screen shows then (`behavior.forms.telling`).
"""

import re
from collections.abc import Callable

from behavior.dialogue.conversation import Asked, LeaveForm
from behavior.dialogue.draft import Draft
from behavior.forms.answering import ASKS, Answered, Answering
from behavior.forms.config import FormConfig
from behavior.forms.orders import Order, order_in, wanted_form
from behavior.forms.repairs import repaired, respelled, spelled_in
from behavior.forms.state import FormTalk
from behavior.forms.steps import TAPPED, open_fields
from behavior.forms.telling import question_for
from behavior.forms.values import Read, fault_in, yes_or_no
from behavior.languages.sounds_like import plain
from behavior.understanding.intents import Intent, Request
from behavior.understanding.lines import correction

_ALWAYS_ASIDE = frozenset(
    {Intent.STAFF, Intent.REPEAT, Intent.WAIT, Intent.INSULT, Intent.BACKCHANNEL, Intent.THANKS,
     Intent.FORGET_ME, Intent.PRIVATE, Intent.MEMORY}
)  # fmt: skip
_ASIDE_IF_ASKED = frozenset(
    {Intent.DIRECTIONS, Intent.QUESTION, Intent.TOOL, Intent.OPEN_NOW, Intent.TIME, Intent.DATE,
     Intent.MY_NAME, Intent.HOST_STATUS, Intent.PERSONAL, Intent.MAYBE_QUESTION, Intent.JOKE,
     Intent.HOW_ARE_YOU}
)  # fmt: skip
_ABOUT_IT = re.compile(r"^(?:do|does|must|should|is|are|why|when|what|who|which|have)\b")
"""A frequent question about registering is answered, and no form shown unasked."""
_NO_VALUE = re.compile(r"(?:yes|no|yeah|nope|ok|okay|sure|please|well|sorry|correct|right|\s)*")


def about_form(
    draft: Draft, requests: tuple[Request, ...], take: Callable[[Draft, Request], None]
) -> Answered:
    """Take the line as one about a form. `take` answers what else a line asks for."""
    site, talk = draft.desk.site, draft.before.form
    form = next((f for f in site.forms if talk is not None and f.key == talk.form), None)
    if talk is None or form is None:
        wanted = wanted_form(draft.heard.text, site.forms)
        if requests[0].intent is Intent.QUESTION and _ABOUT_IT.search(plain(draft.heard.text)):
            return None
        return _begin(draft, wanted, requests, take) if wanted is not None else None
    if requests[0].intent is Intent.FAREWELL and not order_in(draft.heard.text, form).what:
        _leave(draft)
        return None
    return _Turn(draft, form, talk, requests).answer()


def ask_again(draft: Draft) -> None:
    """Come back to the form after something else was answered."""
    talk = draft.state.form
    form = next((f for f in draft.desk.site.forms if talk is not None and f.key == talk.form), None)
    field = form.field(talk.asked) if form is not None and talk is not None else None
    if field is not None:
        draft.ask("form.back_to", Asked.FORM, question=question_for(field))
    elif talk is not None and talk.confirming:
        draft.ask("form.check.again", Asked.FORM)


def _begin(
    draft: Draft,
    form: FormConfig,
    requests: tuple[Request, ...],
    take: Callable[[Draft, Request], None],
) -> Answered:
    """Show the form, with what is known already and what the line says beside."""
    for request in requests if len(requests) > 1 else ():
        if request.intent in _ASIDE_IF_ASKED and request.intent is not Intent.MAYBE_QUESTION:
            take(draft, request)
    talk = FormTalk(form=form.key)
    turn = _Turn(draft, form, talk, requests)
    known: dict[str, Read] = {}
    meeting = draft.before.meeting
    for kind, value in (("name", draft.before.visitor), ("host", meeting and meeting.host)):
        field = next((f for f in form.fields if f.kind == kind), None)
        if field is not None and value and not fault_in(field, value, draft.desk.directory):
            known[field.key] = Read(value)
    # `with the registration` names no company.
    own = {word for name in (form.title, *form.also) for word in plain(name).split()}
    said = {
        key: read
        for key, read in turn.values("").values.items()
        if not set(plain(read.value).split()) <= own
    }
    turn.fill(known | said)
    return "form", "asks for a form"


def _leave(draft: Draft) -> None:
    draft.change(form=None)
    draft.do(LeaveForm())


class _Turn(Answering):
    """How a line is read while a form is on the screen."""

    def answer(self) -> Answered:
        intent = self.requests[0].intent
        if intent is Intent.FORGET_ME or self._answers_something_else():
            return None
        if wanted_form(self.line, (self.form,)) is not None and not self.values("").values:
            return self.filled({}, "asks for the form again")
        order = order_in(self.line, self.form)
        return (
            self._yes_or_no(order)
            or self._order(order)
            or self._put_right()
            or self._fill_in(order)
        )

    def _answers_something_else(self) -> bool:
        """`Yes`, where not the form but something beside it was asked about."""
        other = self.draft.before.asked not in (Asked.FORM, Asked.NOTHING)
        return other and bool(_NO_VALUE.fullmatch(plain(self.line)))

    # In the order in which they are tried

    def _yes_or_no(self, order: Order) -> Answered:
        """An answer to `shall I send it?` or `did you mean ...?`."""
        said = yes_or_no(plain(self.line)) if order.what in ("", "skip") else ""
        key, value = self.talk.doubted
        if key and said == "yes":
            return self.filled({key: Read(value)}, "says yes to the value")
        if self.talk.confirming and said == "yes" and not self.values("").values:
            return self.send("says yes to what was read back")
        if (key or self.talk.confirming) and said == "no" and len(plain(self.line).split()) <= 3:
            field = self.form.field(key)
            instead = self.read(field, correction(self.line) or "") if field is not None else None
            if field is not None and instead is not None:
                return self.filled({key: instead}, "says what is meant")
            if field is not None:
                self.change(doubted=("", ""), asked=key)
                self.draft.ask("form.again", Asked.FORM, question=question_for(field))
            else:
                self.change(confirming=False)
                self.draft.ask("form.what_to_change", Asked.FORM)
            return "form", "says no to it"
        return None

    def _order(self, order: Order) -> Answered:  # noqa: C901 - one case an order
        field = self.form.field(order.field)
        match order.what:
            case "cancel":
                _leave(self.draft)
                self.draft.say("form.cancelled")
                return "form", "gives the form up"
            case "by_hand":
                self.change(asked="", doubted=("", ""))
                self.draft.ask("form.yours", Asked.FORM)
                return "form", "would rather type"
            case "send":
                # Who has just been read all of it says yes with these words, too.
                return self.send("wants it sent", pressed=not self.talk.confirming)
            case "read_back":
                self.fill({})
                self.change(look_over=True)
                return "form", "wants to hear it"
            case "change" if field is not None and order.value:
                return self.changed(field, order.value)
            case "change" if field is not None:
                return self.filled({}, "wants to change a field", at=field.key)
            case "empty" if field is not None and not field.required:
                return self.skip(field)
            case "empty" if field is not None:
                return self.filled({field.key: Read("")}, "wants a field emptied", at=field.key)
            case "back":
                back = field or self.before_asked()
                return self.filled({}, "goes back", at=back.key) if back is not None else None
            case "help":
                return self.help(field or self.asked)
            case "scroll":
                return self.scroll(order, field)
            case "skip" if field is not None and not field.required:
                return self.skip(field)
            case "skip" if self.asked is not None and self.is_skip(self.asked):
                return self.skip(self.asked)
        return None

    def _put_right(self) -> Answered:
        """`no, with a k`, `no, it is ...`, letters: about what was filled in last."""
        last = [f for f in map(self.form.field, self.talk.last) if f is not None]
        values = self.talk.values
        for field in last:
            more = self.read(field, self.line) if field.kind == "name" else None
            old = set(plain(values.get(field.key, "")).split())
            if more is not None and old and old < set(plain(more.value).split()):
                return self.filled({field.key: more}, "says more of the name")
            if right := repaired(self.line, values.get(field.key, "")):
                return self.put_again(field, right)
        if (letters := spelled_in(self.line)) and self.asked is None and last:
            return self.put_again(last[0], respelled(letters, values.get(last[0].key, "")))
        if letters and plain(self.line).startswith("no") and last:
            return self.put_again(last[0], respelled(letters, values.get(last[0].key, "")))
        rest = correction(self.line)
        if rest is None or not last or (self.asked is not None and self.asked.kind in TAPPED):
            return None
        if self.values("").values:
            return None  # it names its field
        said = re.search(re.escape(rest), self.line, re.IGNORECASE)
        for field in last:
            read = self.read(field, said[0] if said else rest)
            if read is not None:
                return self.filled({field.key: read}, "puts right what was filled in last")
        return None

    def _is_aside(self) -> bool:
        asks = bool(ASKS.search(plain(self.line)))
        intents = {request.intent for request in self.requests}
        return bool(intents & _ALWAYS_ASIDE) or (asks and bool(intents & _ASIDE_IF_ASKED))

    def _fill_in(self, order: Order) -> Answered:
        asked = self.asked
        reading = self.values(self.talk.asked)
        bare = bool(_NO_VALUE.fullmatch(plain(self.line)))
        tapped = asked is not None and asked.kind in TAPPED
        values = dict(reading.values) if not bare or tapped else {}
        only_asked = set(values) <= {self.talk.asked}
        if self._is_aside() and only_asked and not tapped:
            return None
        values = values or self._one_after_the_other()
        if values:
            return self.filled(values, "gives " + ", ".join(values))
        if asked is not None and asked.kind == "agree" and yes_or_no(plain(self.line)) == "no":
            self.draft.ask("form.not_agreed", Asked.FORM)
            return "form", "does not agree"
        if re.search(r"\b(?:wrong|incorrect|not right|not correct)\b", plain(self.line)):
            self.draft.ask("form.what_to_change", Asked.FORM)
            return "form", "something is wrong"
        if asked is not None and yes_or_no(plain(self.line)) == "no" and self.is_skip(asked):
            return self.skip(asked)
        return None if self._is_aside() else self.unclear(reading)

    def _one_after_the_other(self) -> dict[str, Read]:
        """`Rosa Demo, Acme, Anna Keller`: the open fields in their order, if all of it fits."""
        parts = [part for part in re.split(r"\s*[,;]\s*", self.line) if part]
        keys = open_fields(self.form, self.talk.values, self.talk.skipped)
        keys = keys[keys.index(self.talk.asked) :] if self.talk.asked in keys else ()
        fields = [self.form.field(key) for key in keys[: len(parts)]]
        if not 2 <= len(parts) == len(fields):
            return {}
        reads = {
            f.key: self.read(f, p) for f, p in zip(fields, parts, strict=True) if f is not None
        }
        return (
            {key: read for key, read in reads.items() if read is not None}
            if all(reads.values())
            else {}
        )
