"""What is put right after it was done: a delivery's recipient, the time of an appointment; and a
person who is missed. Each function writes its share of an answer into a `Draft`."""

from dataclasses import replace

from behavior.dialogue import tasks
from behavior.dialogue.conversation import CallHelp, Meeting, NotifyHost, RecordVisit
from behavior.dialogue.draft import Draft
from behavior.house.directory import Found
from behavior.languages.sounds_like import plain
from behavior.tools import drafting
from behavior.understanding.intents import Intent, Request

_EXPECTED = 0.76
"""Likeness of a name that was asked for, above which it is taken."""


def redirect_delivery(draft: Draft, found: Found) -> None:
    """The delivery is for somebody else: tell the first host so, and the right one."""
    told = draft.state.delivery_for
    right = {host.name for host in found.hosts}
    if told and told not in right and drafting.may_tell(draft, told, follow_up=True):
        draft.do(NotifyHost(host=told, visitor="a delivery", purpose="withdrawn"))
    draft.change(delivery_for="")
    tasks.delivery_for(draft, replace(found, sure=found.sure or found.score > _EXPECTED))


def change_time(draft: Draft, time: str) -> None:
    """The appointment is at another time: note it, and tell a host who was told already."""
    meeting = draft.state.meeting or Meeting()
    if not meeting.notified or meeting.host is None:
        return tasks.meet(draft, Request(intent=Intent.MEET_HOST, text="", time=time))
    draft.change(meeting=replace(meeting, time=time))
    if drafting.may_tell(draft, meeting.host, follow_up=True):
        visitor = draft.state.visitor or "a visitor"
        draft.say("meet.corrected_visitor", visitor=draft.state.visitor or "")
        told = NotifyHost(host=meeting.host, visitor=visitor, purpose="correction", time=time)
        row = RecordVisit(kind="appointment", visitor=visitor, host=meeting.host, detail=time)
        draft.do(told, row)


def somebody_missing(draft: Draft) -> None:
    """A child without its parents, or parents without their child: a person comes at once."""
    if drafting.may_call(draft):
        draft.say("somebody_missing")
        draft.do(CallHelp(urgent=False, because="somebody is missing"))
        draft.change(recorded=(*draft.state.recorded, "missing"))


def about_delivery(draft: Draft) -> tuple[str, str] | None:
    """What is said on of a delivery that was taken in: where it goes, whom a part is for."""
    words, text = draft.desk.words, plain(draft.heard.text)
    place = draft.desk.site.place(draft.desk.site.parcels)
    if "delivery" not in draft.before.recorded or draft.before.meeting is not None:
        return None
    if place is not None and words.cue("where_to_put").search(text):
        where = place.directions.split(words.said["place_is"], 1)[-1].rstrip(".。")
        draft.say("delivery.again", toward=place.place, place=place.name, where=where)
        return "delivery", "asks again where it goes"
    if words.cue("cannot_stay").search(text):
        if "help" in draft.state.recorded:
            draft.say("staff.again")
        elif drafting.may_call(draft):
            draft.say("delivery.plain")
            draft.do(CallHelp(urgent=False, because="a delivery cannot stay on the shelf"))
            draft.change(recorded=(*draft.state.recorded, "help"))
        return "delivery", "it cannot stay there"
    found = draft.desk.directory.people(text)
    if found.hosts and words.cue("one_is_for").search(text):
        tasks.delivery_for(draft, found)
        return "delivery", f"a part is for {found.hosts[0].name}"
    return None
