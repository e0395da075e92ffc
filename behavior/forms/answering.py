"""What a line about a form may come to: values put in, the form sent, something asked. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from behavior.dialogue.conversation import Asked
from behavior.dialogue.draft import Draft
from behavior.forms.config import FieldConfig, FormConfig
from behavior.forms.orders import Order
from behavior.forms.reading import Reading, values_in
from behavior.forms.repairs import respelled
from behavior.forms.state import FormTalk
from behavior.forms.steps import open_fields
from behavior.forms.telling import question_for
from behavior.forms.values import Read, fault_in, read_value
from behavior.languages.sounds_like import plain
from behavior.tools import drafting
from behavior.tools.contract import FieldValue, Fill, ScrollTo, Send, UseTool
from behavior.understanding.intents import Request

Answered = tuple[str, str] | None
"""(intent, why), or None: the line is none of the form's business."""
ASKS = re.compile(
    r"^(?:and |but |sorry |excuse me |by the way )*(?:where|what|when|how|who|which|why|is|are|can|"
    r"could|do|does|will|would|may|should|tell me|show me)\b"
)
"""A line that is a question."""


@dataclass(frozen=True, slots=True)
class Answering:
    """One line while a form is on the screen, and what it may come to."""

    draft: Draft
    form: FormConfig
    talk: FormTalk
    requests: tuple[Request, ...]

    @property
    def line(self) -> str:
        """What was said, without fillers."""
        return self.draft.heard.text

    @property
    def asked(self) -> FieldConfig | None:
        """The field that was asked for."""
        return self.form.field(self.talk.asked)

    def values(self, asked: str) -> Reading:
        """The values that the line gives; `asked`: the field it may answer."""
        now = self.draft.heard.local_time
        return values_in(
            self.line,
            self.form,
            asked,
            directory=self.draft.desk.directory,
            today=now.date() if now is not None else None,
        )

    def read(self, field: FieldConfig, words: str) -> Read | None:
        """What words would put into a field."""
        now = self.draft.heard.local_time
        today = now.date() if now is not None else None
        return read_value(field, words, directory=self.draft.desk.directory, today=today)

    def changed(self, field: FieldConfig, words: str) -> Answered:
        """A field is to hold something else."""
        read = self.read(field, words)
        if read is None:
            return self.not_read(field)
        return self.filled({field.key: read}, "wants a field changed")

    def put_again(self, field: FieldConfig, value: str) -> Answered:
        """A value put right, if it will do."""
        if fault_in(field, value, self.draft.desk.directory):
            return None
        return self.filled({field.key: Read(value)}, "puts a letter right")

    def filled(self, values: Mapping[str, Read], why: str, at: str = "") -> Answered:
        """Values are put in."""
        self.fill(values, at=at)
        return "form", why

    def fill(self, values: Mapping[str, Read], at: str = "") -> None:
        """Have what is sure put in; of what is not, ask first."""
        sure = {key: self.whole(key, read.value) for key, read in values.items() if read.sure}
        unsure = [(key, read.value) for key, read in values.items() if not read.sure]
        wanted = dict(self.talk.wanted) | sure
        doubted = unsure[0] if unsure else ("", "")
        skipped = tuple(key for key in self.talk.skipped if key not in (*values, at))
        self.change(
            wanted=tuple(wanted.items()),
            asked=at,
            doubted=doubted,
            skipped=skipped,
            confirming=False,
            tries=0,
            last=tuple(sure) or self.talk.last,
        )
        fill = Fill(
            form=self.form.key,
            values=_listed(wanted),
            known=_listed(dict(self.talk.known)),
            skipped=skipped,
            asked="" if self.talk.asked in self.values("").values else self.talk.asked,
            at=at or doubted[0],
        )
        drafting.put(self.draft, UseTool(tool="fill", arguments=fill))

    def whole(self, key: str, value: str) -> str:
        """One word that is much like a part of the name takes that part's place."""
        known = self.talk.values.get(key, "")
        one_of_several = len(value.split()) == 1 and len(known.split()) > 1
        return (
            respelled(value, known)
            if one_of_several and self.form.kind_of(key) == "name"
            else value
        )

    def send(self, why: str, *, pressed: bool = False) -> Answered:
        """`pressed`: it goes if the form's own button was pressed; else it is read back first."""
        known = _listed(dict(self.talk.known))
        send = Send(form=self.form.key, known=known, pressed=pressed)
        drafting.put(self.draft, UseTool(tool="send", arguments=send, confirmed=True))
        return "form", why

    def scroll(self, order: Order, field: FieldConfig | None) -> Answered:
        """Another part of the form is shown."""
        keys = [f.key for f in self.form.fields]
        here = keys.index(self.talk.asked) if self.talk.asked in keys else 0
        target = (
            field.key if field else keys[max(0, min(len(keys) - 1, here + (-1 if order.up else 1)))]
        )
        drafting.put(self.draft, UseTool(tool="scroll", arguments=ScrollTo(field=target)))
        return "form", "wants to see another part"

    def help(self, field: FieldConfig | None) -> Answered:
        """What a field is for, and the question again."""
        if field is None:
            return None
        if field.help:
            self.draft.say("form.help", help=field.help)
        else:
            self.draft.say("form.help.none")
        self.draft.ask("form.again", Asked.FORM, question=question_for(field))
        return "form", "asks what a field is for"

    def is_skip(self, field: FieldConfig) -> bool:
        """Whether `no` and `none` leave this field empty; in others they are answers."""
        return field.kind not in ("yes_no", "number") or plain(self.line).startswith(
            ("skip", "next")
        )

    def skip(self, field: FieldConfig) -> Answered:
        """Leave a field empty, if it may stay so."""
        if field.required:
            self.draft.ask(
                "form.needed", Asked.FORM, label=field.label, question=question_for(field)
            )
            return "form", "a field that is needed"
        skipped = (*self.talk.skipped, field.key)
        replace(self, talk=replace(self.talk, skipped=skipped)).fill(
            {field.key: Read("")} if self.talk.values.get(field.key) else {}
        )
        return "form", "leaves a field empty"

    def before_asked(self) -> FieldConfig | None:
        """The field before the one that was asked for."""
        keys = [field.key for field in self.form.fields]
        if self.talk.asked in keys:
            return self.form.fields[max(0, keys.index(self.talk.asked) - 1)]
        last = self.talk.last[-1] if self.talk.last else keys[-1]
        return self.form.field(last)

    def unclear(self, reading: Reading) -> Answered:
        """Nothing was understood: ask again."""
        named = [f for f in map(self.form.field, reading.unread) if f is not None]
        field = named[0] if named else self.asked
        if field is None:
            missing = open_fields(self.form, self.talk.values, self.talk.skipped)
            if self.talk.confirming or not missing:
                self.draft.ask("form.check.again", Asked.FORM)
                return "form", "neither yes nor no"
            field = self.form.field(missing[0])
            assert field is not None
        if field is self.asked and (field.help or field.text) and ASKS.search(plain(self.line)):
            return self.help(field)
        return self.not_read(field)

    def not_read(self, field: FieldConfig) -> Answered:
        """Ask for a field again, the second time to be typed."""
        tries = self.talk.tries + 1
        self.change(tries=tries, asked=field.key, doubted=("", ""))
        key = "form.unclear" if tries == 1 else "form.unclear.type"
        host = ".host" if field.kind == "host" and tries == 1 else ""
        self.draft.ask(key + host, Asked.FORM, question=question_for(field), label=field.label)
        return "form", f"no answer to {field.key}"

    def change(self, **changes: object) -> None:
        """Note something about the form in the conversation."""
        talk = self.draft.state.form if self.draft.state.form is not None else self.talk
        self.draft.change(form=replace(talk, **changes))  # type: ignore[arg-type]


def _listed(values: Mapping[str, str]) -> tuple[FieldValue, ...]:
    return tuple(FieldValue(field=key, value=value) for key, value in values.items())
