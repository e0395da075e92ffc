"""What is said of a form, and asked next, from what the screen shows. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from agent.core.messages import Clause
from behavior.dialogue.conversation import Asked, Conversation, Meeting
from behavior.forms.config import FieldConfig, FormConfig
from behavior.forms.state import FormState, FormTalk, Outcome
from behavior.forms.steps import open_fields
from behavior.forms.values import spoken
from behavior.tools.trust import fit_to_tell

Words = Callable[[Conversation, str, Mapping[str, str]], tuple[Conversation, tuple[Clause, ...]]]
"""Puts a wording into clauses, and notes it in the conversation."""
_ALOUD_AS_THEY_ARE = frozenset({"date", "number", "phone", "email", "choice", "yes_no", "host"})


def tell(
    state: FormState, before: Conversation, words: Words
) -> tuple[Conversation, tuple[Clause, ...]]:
    """The words of a result, and the conversation after it."""
    told = _Telling(state, before, words)
    match state.outcome:
        case Outcome.SENT:
            told.sent()
        case Outcome.INCOMPLETE:
            told.faults()
        case _:
            told.filled()
    return told.after, tuple(told.clauses)


def question_for(field: FieldConfig) -> str:
    """How a field is asked for."""
    if field.ask:
        return field.ask
    label = field.label[:1].lower() + field.label[1:]
    match field.kind:
        case "choice":
            return f"{field.label}: {', '.join(field.options[:-1])} or {field.options[-1]}?"
        case "agree":
            return f"Please read the {label} on the screen. Do you agree?"
        case "yes_no":
            return f"{field.label}?"
        case "host":
            return "Who are you here to see?"
    return f"What is your {label}?"


class _Telling:
    def __init__(self, state: FormState, before: Conversation, words: Words) -> None:
        self.after = before
        self.clauses: list[Clause] = []
        self._state = state
        self._form: FormConfig = state.form
        self._values = dict(state.values)
        self._talk = before.form or FormTalk(form=state.form.key)
        self._words = words

    def filled(self) -> None:
        """What was put in, what was noticed, and the next question."""
        state, talk = self._state, self._talk
        if state.opened:
            self._say("form.open", title=self._form.title)
        if state.changed:
            self._say("form.changed")
        elif state.reloaded:
            self._say("form.reloaded")
        self._name(state.by_hand, "form.by_hand")
        done = [
            key for key, value in talk.wanted
            if value and self._values.get(key) == value and key not in state.by_hand
        ]  # fmt: skip
        self._noted(done)
        if talk.look_over and open_fields(self._form, self._values, talk.skipped):
            self._say("form.so_far", things=self._things() or "nothing yet")
        for key in state.not_taken:
            self._say("form.not_taken", label=self._label(key))
        self._ask_next(state.outcome is Outcome.DIFFERENT)

    def faults(self) -> None:
        """What keeps it from being sent."""
        first = self._form.field(self._state.faulty[0])
        assert first is not None
        empty = not self._values.get(first.key)
        self._say("form.missing" if empty else "form.faulty", label=first.label)
        self._keep(asked=first.key, confirming=False)
        self._say("form.ask", question=question_for(first))

    def sent(self) -> None:
        """It has gone; nothing of it is kept here but who the visitor is and whom they see."""
        name = next((f.key for f in self._form.fields if f.kind == "name"), "")
        host = self._state.host_told
        self._say("form.sent.host" if host else "form.sent", host=host)
        meeting = Meeting(host=host, notified=True) if host else self.after.meeting
        visitor = self._values.get(name) or self.after.visitor
        self.after = replace(
            self.after, form=None, asked=Asked.MORE, asked_about="", visitor=visitor,
            meeting=meeting, wanted=None,
        )  # fmt: skip

    def _ask_next(self, different: bool) -> None:
        talk, state = self._talk, self._state
        key, value = talk.doubted
        doubted, field = self._form.field(key), self._form.field(talk.asked or state.at)
        if doubted is not None:
            self._keep(asked=key)
            self._say("form.meant", label=doubted.label, value=self._aloud(key, value))
        elif field is not None and (talk.asked or not self._values.get(field.key)):
            self._keep(asked=field.key)
            optional = not field.required and not self._values.get(field.key)
            self._say("form.ask.optional" if optional else "form.ask", question=question_for(field))
        elif missing := open_fields(self._form, self._values, talk.skipped):
            field = self._form.field(missing[0])
            assert field is not None
            self._keep(asked=field.key)
            self._say("form.ask", question=question_for(field))
        else:
            self._read_back("form.different" if different else "form.check")

    def _read_back(self, key: str) -> None:
        host = self._values.get(self._form.send.tell_host, "")
        self._keep(asked="", confirming=True)
        self._say(key, things=self._things())
        self._say("form.shall_i.host" if host else "form.shall_i", host=host)

    def _things(self) -> str:
        return "; ".join(
            f"{field.label}, {self._aloud(field.key, self._values[field.key])}"
            for field in self._form.fields
            if self._values.get(field.key) and field.kind != "agree"
        )

    def _noted(self, keys: list[str]) -> None:
        if len(keys) == 1 and self._form.kind_of(keys[0]) == "agree":
            self._say("form.agreed")
        elif len(keys) == 1:
            self._say("form.noted", label=self._label(keys[0]), value=self._value(keys[0]))
        elif keys:
            things = "; ".join(f"{self._label(key)}, {self._value(key)}" for key in keys)
            self._say("form.noted.several", things=things)

    def _name(self, keys: tuple[str, ...], wording: str) -> None:
        if keys:
            labels = [self._label(key) for key in keys]
            listed = labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
            self._say(wording, labels=listed)

    def _label(self, key: str) -> str:
        field = self._form.field(key)
        return field.label if field is not None else key

    def _value(self, key: str) -> str:
        return self._aloud(key, self._values.get(key, ""))

    def _aloud(self, key: str, value: str) -> str:
        field = self._form.field(key)
        if field is None or not value:
            return "nothing"
        plain = field.kind in _ALOUD_AS_THEY_ARE
        return spoken(field, value) if plain else fit_to_tell(value) or "as it stands there"

    def _keep(self, **changes: object) -> None:
        self._talk = replace(
            self._talk, known=self._state.values, wanted=(), look_over=False, **changes  # type: ignore[arg-type]
        )  # fmt: skip
        self.after = replace(self.after, form=self._talk, asked=Asked.FORM, asked_about="")

    def _say(self, key: str, **words: str) -> None:
        self.after, clauses = self._words(self.after, key, words)
        self.clauses += clauses
