"""What a receptionist does: announces visitors, takes deliveries, calls a person.

Each function writes its share of an answer into a `Draft`. Nothing is done here; effects are noted
and run when the turn counts.
"""

from dataclasses import replace

from behavior.dialogue.conversation import Asked, CallHelp, Meeting, NotifyHost, RecordVisit
from behavior.dialogue.draft import Draft
from behavior.house.directory import Found
from behavior.house.site import Host
from behavior.languages.sounds_like import plain
from behavior.languages.tongue import Tongue
from behavior.tools import drafting
from behavior.tools.contract import Message, UseTool
from behavior.understanding.intents import Intent, Request
from behavior.understanding.lines import urgency


def meet(draft: Draft, request: Request) -> None:
    """Take a visit forward by what the request adds: a name, a host, a time."""
    meeting = draft.state.meeting or Meeting()
    found = _spoken_of(request.found, meeting)
    if meeting.notified and not found.hosts:
        return host_status(draft)
    if request.time:
        meeting = replace(meeting, time=request.time)
    if meeting.notified and found.hosts and found.hosts[0].name != meeting.host:
        meeting = Meeting(time=meeting.time)
    draft.change(meeting=meeting)
    if found.hosts:
        return choose_host(draft, found)
    if department := draft.desk.directory.department(request.text):
        return _choose_among(draft, department, department[0].department)
    if meeting.host:
        return _next_step(draft)
    if names_somebody(request.text, draft.desk.words):
        return unknown_host(draft)
    draft.ask("meet.ask_host", Asked.HOST)


def choose_host(draft: Draft, found: Found) -> None:
    """Go on with whom the directory found: take one, confirm one, or ask which."""
    if len(found.hosts) > 1:
        return _choose_among(draft, found.hosts, "")
    host = found.hosts[0]
    if found.sure:
        return accept_host(draft, host.name)
    _meeting(draft, options=(host.name,), host=None)
    draft.ask("meet.confirm_host", Asked.CONFIRM_HOST, host.name, host=host.name)


def _spoken_of(found: Found, meeting: Meeting) -> Found:
    """Of several with the same name, the one of whom it goes already."""
    same = tuple(host for host in found.hosts if host.name == meeting.host)
    return replace(found, hosts=same, sure=True) if len(found.hosts) > 1 and same else found


def accept_host(draft: Draft, name: str) -> None:
    """The host is clear; go on to the visitor's name or to the message."""
    known = draft.state.meeting
    again = known is not None and known.host == name and known.notified
    tries = known.tries if known is not None and known.host == name else 0
    _meeting(draft, host=name, options=(), tries=tries)
    if again:
        return host_status(draft)
    _next_step(draft)


def unknown_host(draft: Draft) -> None:
    """Nobody of that name: ask to spell it, then offer a person."""
    tries = (draft.state.meeting or Meeting()).tries + 1
    _meeting(draft, tries=tries)
    if tries > 2:
        draft.ask("meet.unknown_host_staff", Asked.STAFF)
    else:
        draft.ask("meet.unknown_host", Asked.HOST)


def confirmed(draft: Draft) -> None:
    """The visitor says yes to what was asked about."""
    wanted = draft.before.wanted
    if wanted is not None and wanted.tool == "notify_host":
        draft.change(wanted=None)
        return announce(draft, confirmed=True)
    drafting.confirmed(draft)


def announce(draft: Draft, *, confirmed: bool = False) -> None:
    """Host known, name asked for: send the message, note the visit, offer a seat."""
    meeting = draft.state.meeting
    if meeting is None or meeting.host is None:
        return draft.ask("meet.ask_host", Asked.HOST)
    if not drafting.may_tell(draft, meeting.host):
        return None
    if draft.heard.leave.asks_first("notify_host") and not confirmed:
        draft.change(wanted=UseTool(tool="notify_host", arguments=Message(host=meeting.host)))
        return draft.ask("tool.notify.ask", Asked.CONFIRM_TOOL, host=meeting.host)
    visitor = draft.state.visitor
    seat = draft.desk.site.place(draft.desk.site.seat)
    toward = seat.place if seat else None
    if visitor:
        draft.say(
            "meet.notify",
            toward=toward,
            screen=f"{visitor} → {meeting.host}",
            visitor=visitor,
            host=meeting.host,
        )
    else:
        draft.say("meet.notify_nameless", toward=toward, host=meeting.host)
    draft.do(
        NotifyHost(
            host=meeting.host,
            visitor=visitor or "a visitor",
            purpose="appointment",
            time=meeting.time or "",
        ),
        RecordVisit(
            kind="appointment",
            visitor=visitor or "",
            host=meeting.host,
            detail=meeting.time or "",
        ),
    )
    _meeting(draft, notified=True)


def withdraw(draft: Draft, unless: tuple[Host, ...]) -> None:
    """The host was the wrong one: tell that host so, and start over with the rest as it is."""
    meeting = draft.state.meeting or Meeting()
    told = meeting.notified and meeting.host not in {h.name for h in unless}
    if told and meeting.host and drafting.may_tell(draft, meeting.host, follow_up=True):
        draft.do(
            NotifyHost(
                host=meeting.host, visitor=draft.state.visitor or "a visitor", purpose="withdrawn"
            )
        )
    draft.change(meeting=Meeting(time=meeting.time))


def host_status(draft: Draft) -> None:
    """Say what is known of the message to the host: no more than that."""
    meeting = draft.state.meeting
    if meeting is None or not meeting.notified or meeting.host is None:
        if meeting and meeting.host and draft.before.asked is Asked.VISITOR:
            return no_name(draft, "meet.ask_visitor")  # who asks on has no name to give
        if meeting and meeting.host:
            return _next_step(draft)
        if "help" in draft.state.recorded:
            return draft.say("staff.again")  # it is a colleague who is waited for
        if "words" in draft.state.recorded:
            return draft.say("word.status", host=draft.state.person_spoken_of)
        return draft.ask("meet.ask_host", Asked.HOST)
    key = "meet.status"
    if meeting.host in draft.state.unreachable:
        key = "meet.status_unreachable"
    draft.say(key, host=meeting.host)


def take_name(draft: Draft, name: str) -> None:
    """Note the visitor's name; correct it where a host was already told another one."""
    meeting, old = draft.state.meeting, draft.state.visitor
    draft.change(visitor=name)
    if meeting and meeting.notified and meeting.host and old != name:
        if not drafting.may_tell(draft, meeting.host, follow_up=True):
            return draft.change(visitor=old)
        draft.say("meet.corrected_visitor", visitor=name)
        draft.do(
            NotifyHost(host=meeting.host, visitor=name, purpose="correction"),
            RecordVisit(kind="appointment", visitor=name, host=meeting.host),
        )
    elif meeting and meeting.host and not meeting.notified:
        announce(draft)
    elif meeting and not meeting.notified:
        draft.ask("meet.ask_host", Asked.HOST)
    elif old and old != name:
        draft.say("meet.corrected_name_only", visitor=name)
    else:
        draft.say("name.noted", visitor=name)


def no_name(draft: Draft, ask: str = "meet.ask_visitor_again") -> None:
    """The name was not understood, or not said: `ask` once more, then do without it."""
    tries = (draft.state.meeting or Meeting()).tries + 1
    _meeting(draft, tries=tries)
    if tries > 1:
        announce(draft)
    else:
        draft.ask(ask, Asked.VISITOR)


def private(draft: Draft, request: Request) -> None:
    """Somebody's number or address: never told; the host can be told instead."""
    if request.found.hosts and len(request.found.hosts) == 1:
        host = request.found.hosts[0].name
        _meeting(draft, options=(host,))
        draft.say("meet.private", host=host)
        draft.asked, draft.about = Asked.CONFIRM_HOST, host
    elif draft.state.meeting is not None:
        draft.say("meet.private", host=draft.desk.words.said["host"])
    else:
        draft.say("private")


def deliver(draft: Draft, request: Request) -> None:
    """Say where it goes and who signs, and pass it on to whom it is for."""
    site = draft.desk.site
    place = site.place(site.parcels)
    if place is None or place.key in draft.desk.own_ways:
        if drafting.may_call(draft):
            draft.say("delivery.plain")
            draft.do(CallHelp(urgent=False, because="a delivery is at the desk"))
    else:
        said = draft.desk.words.said
        where = place.directions.split(said["place_is"], 1)[-1].rstrip(".。")
        signed = site.parcels_signed_by or said["signs"].format(staff=site.staff_name)
        draft.say(
            "delivery",
            toward=place.place,
            screen=place.screen or said["deliveries"].format(place=place.name),
            place=place.name,
            where=where,
            signed=signed[:1].upper() + signed[1:],
        )
    if request.found.hosts:
        return delivery_for(draft, request.found)
    _record_delivery(draft, "")
    draft.ask("delivery.ask_for", Asked.DELIVERY_FOR)


def delivery_for(draft: Draft, found: Found) -> None:
    """Tell whom the delivery is for, when that is clear."""
    if len(found.hosts) != 1 or not found.sure:
        draft.say("delivery.noted")
        return _record_delivery(draft, "")
    host = found.hosts[0].name
    if not drafting.may_tell(draft, host):
        return _record_delivery(draft, host)
    draft.change(delivery_for=host)
    draft.say("delivery.told", host=host)
    draft.do(NotifyHost(host=host, visitor="a courier", purpose="delivery"))
    _record_delivery(draft, host)


def sign(draft: Draft, request: Request) -> None:
    """A signature is wanted: only a person can give one."""
    if "help" in draft.state.recorded:
        draft.say("staff.again")  # who comes signs
    elif drafting.may_call(draft):
        draft.say("delivery.sign")
        draft.do(CallHelp(urgent=False, because="a delivery needs a signature"))
    host = request.found.hosts[0].name if request.found.sure else ""
    _record_delivery(draft, host)


def pick_up(draft: Draft, request: Request) -> None:
    """Something is to be handed out: a person has to look for it."""
    if not drafting.may_call(draft):
        return
    draft.say("delivery.pickup")
    draft.do(CallHelp(urgent=False, because="a visitor collects something"))


def call_staff(draft: Draft, because: str) -> None:
    """Ask a person to come; once is enough."""
    if "help" in draft.state.recorded:
        return draft.say("staff.again")
    if not drafting.may_call(draft):
        return None
    draft.say("staff")
    draft.do(CallHelp(urgent=False, because=because), RecordVisit(kind="help", detail=because))
    draft.change(recorded=(*draft.state.recorded, "help"))


def emergency(draft: Draft, intent: Intent) -> None:
    """Help first, everything else later. Called every time, for a second call may differ."""
    site = draft.desk.site
    number = " ".join(site.emergency.number.replace(" ", ""))
    if intent is Intent.FIRE:
        screen = draft.desk.words.said["fire_screen"]
        draft.say("emergency.fire", text=site.emergency.fire_text, screen=screen)
    else:
        again = "urgent" in draft.state.recorded
        key = "emergency.again" if again else "emergency"
        screen = draft.desk.words.said["emergency_screen"].format(number=site.emergency.number)
        draft.say(key, text=site.emergency.text, number=number, screen=screen)
    what = "a fire" if intent is Intent.FIRE else "an emergency"
    because = f"a visitor reports {what}"
    draft.do(CallHelp(urgent=True, because=because), RecordVisit(kind="help", detail=because))
    kinds = ("urgent", "fire") if intent is Intent.FIRE else ("urgent",)
    draft.change(recorded=(*draft.state.recorded, *kinds))


def was_false_alarm(draft: Draft) -> bool:
    """After an emergency: tell those who come that it was none. They come all the same."""
    words, text = draft.desk.words, plain(draft.heard.text)
    rest, taken_back = words.cue("false_alarm").subn(" ", text)
    if not taken_back or "urgent" not in draft.state.recorded or urgency(plain(rest), words):
        return False
    draft.say("emergency.false")
    over = {"fire", "urgent"}
    draft.change(recorded=tuple(kind for kind in draft.state.recorded if kind not in over))
    draft.do(CallHelp(urgent=False, because="a visitor says that it was a false alarm"))
    return True


def _next_step(draft: Draft) -> None:
    meeting = draft.state.meeting
    if meeting is None or meeting.host is None:
        return draft.ask("meet.ask_host", Asked.HOST)
    if draft.state.visitor:
        return announce(draft)
    draft.say("meet.host_found", host=meeting.host)
    draft.ask("meet.ask_visitor", Asked.VISITOR)


def _choose_among(draft: Draft, hosts: tuple[Host, ...], department: str) -> None:
    names = tuple(h.name for h in hosts)
    _meeting(draft, options=names, host=None)
    listed = draft.desk.words.listed(names)
    if len(names) == 1:
        return draft.ask(
            "meet.department",
            Asked.CONFIRM_HOST,
            names[0],
            department=department or hosts[0].department,
            hosts=listed,
        )
    draft.ask("meet.which_host", Asked.WHICH_HOST, hosts=listed)


def _record_delivery(draft: Draft, host: str) -> None:
    recorded = draft.state.recorded
    if "delivery" in recorded and not host:
        return
    draft.do(RecordVisit(kind="delivery", host=host))
    draft.change(recorded=(*recorded, "delivery"))


def _meeting(draft: Draft, **changes: object) -> None:
    meeting = draft.state.meeting or Meeting()
    draft.change(meeting=replace(meeting, **changes))  # type: ignore[arg-type]


def names_somebody(text: str, words: Tongue) -> bool:
    """Whether the line names a person we did not find, rather than none at all."""
    match = words.cue("somebody").search(text)
    return match is not None and match[1].split()[0] not in words.nobody
