"""How one message changes the situation. Pure: `update(situation, message) -> situation`.

The planner also feeds its own decisions through here (`Act`, `Stop`, `Duck`), so that what it has
just asked for is known before the stage reports it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    ButtonPressed,
    ClauseSpoken,
    ComponentHealth,
    Duck,
    Engagement,
    EngagementChanged,
    Health,
    HelpCalled,
    HostNotified,
    LineTyped,
    Message,
    PageChanged,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
    StageState,
    Stop,
    StreamQuiet,
    VisitRecorded,
)
from behavior.hearing import HEARD
from behavior.situation import (
    Departure,
    Encounter,
    Holder,
    Mark,
    OnStage,
    Person,
    Situation,
    apart_m,
)

_STAGE = "actuation.performer"
_TIDY_EVERY_S = 1.0
_LINES_KEPT = 12
_SPOKEN_KEPT = 3
_WALK_M_S = 1.0
_ATTENTIVE = (Engagement.ATTENDING, Engagement.ENGAGED)


def update(situation: Situation, message: Message) -> Situation:
    """Return the situation after `message`. Messages it knows nothing of only move time on."""
    if message.at > situation.now:
        situation = replace(situation, now=message.at)
    change = _CHANGES.get(type(message))
    if change is not None:
        situation = change(situation, message)
    if situation.now - situation.tidied_at >= _TIDY_EVERY_S:
        situation = _tidy(situation)
    return _with_holder(situation)


def mark(situation: Situation, who: PersonId | None, what: Mark) -> Situation:
    """Return the situation in which `what` has just happened with `who`."""
    person = situation.person(who)
    if person is None:
        return situation
    marks = {**person.marks, what: situation.now}
    return _put(situation, replace(person, marks=marks))


# People


def _put(situation: Situation, person: Person) -> Situation:
    return replace(situation, people={**situation.people, person.id: person})


def _seen(situation: Situation, seen: PersonSeen) -> Situation:
    known = situation.people.get(seen.person)
    if known is None:
        situation, known = _enter(situation, seen.person, seen.place, seen.at)
    return _put(
        situation,
        replace(
            known,
            place=seen.place,
            seen_at=max(seen.at, known.seen_at),
            approach_m_s=seen.approach_m_s,
            speed_m_s=seen.speed_m_s,
            facing_rad=seen.facing_rad,
            gaze_off_rad=seen.gaze_off_rad,
        ),
    )


def _enter(
    situation: Situation, who: PersonId, place: Place, at: float
) -> tuple[Situation, Person]:
    """Someone new, unless someone just like that has left where this one appears."""
    person = Person(id=who, place=place, first_seen_at=at, seen_at=at, engagement_since=at)
    left = _departure_for(situation, who, place, at)
    if left is None:
        return situation, person
    elapsed_s = at - left.at
    bridged = elapsed_s <= situation.config.bridge_s
    person = replace(
        person,
        marks=left.kept_marks(elapsed_s, situation.config.bridge_s),
        returned=not bridged,
    )
    rest = tuple(one for one in situation.departures if one is not left)
    situation = replace(situation, departures=rest)
    meeting = situation.encounter
    if bridged and meeting is not None and meeting.addressee in (None, left.id):
        situation = replace(situation, encounter=replace(meeting, addressee=who))
    return situation, person


def _departure_for(
    situation: Situation, who: PersonId, place: Place, at: float
) -> Departure | None:
    config = situation.config
    best: Departure | None = None
    for left in situation.departures:
        elapsed_s = at - left.at
        if left.id == who:
            return left
        reach_m = config.return_radius_m
        if elapsed_s <= config.bridge_s:  # they walked on unseen
            reach_m += _WALK_M_S * min(elapsed_s, 2.0)
        near = apart_m(left.place, place) <= reach_m
        if near and elapsed_s <= max(config.return_within_s, config.bridge_s):
            best = left
    return best


def _engagement(situation: Situation, change: EngagementChanged) -> Situation:
    if change.state is Engagement.LEFT:
        return _leave(situation, change.person)
    person = situation.people.get(change.person)
    if person is None:
        place = Place(x_m=change.distance_m, y_m=0.0)
        situation, person = _enter(situation, change.person, place, change.at)
    attends = change.state in _ATTENTIVE
    since = (person.attending_since or change.at) if attends else None
    marks = person.marks
    if _walks_away(change.state) and Mark.GREETED in marks and Mark.SPOKE not in marks:
        marks = {**marks, Mark.REFUSED: change.at}
    return _put(
        situation,
        replace(
            person,
            engagement=change.state,
            engagement_since=change.at,
            attending_since=since,
            marks=marks,
        ),
    )


def _walks_away(state: Engagement) -> bool:
    return state in (Engagement.DISENGAGING, Engagement.PASSING)


def _lost(situation: Situation, lost: PersonLost) -> Situation:
    return _leave(situation, lost.person)


def _leave(situation: Situation, who: PersonId) -> Situation:
    person = situation.people.get(who)
    if person is None:
        return situation
    people = {other: one for other, one in situation.people.items() if other != who}
    left = Departure(id=who, place=person.place, at=person.seen_at, marks=person.marks)
    situation = replace(situation, people=people, departures=(*situation.departures, left))
    meeting = situation.encounter
    if meeting is None or meeting.addressee != who:
        return situation
    company = [one for one in people.values() if one.attends and one.has(Mark.GREETED)]
    if company:
        nearest = min(company, key=lambda one: one.distance_m)
        return replace(situation, encounter=replace(meeting, addressee=nearest.id))
    if situation.devices.camera is False or situation.in_turn or situation.open_turn is not None:
        return replace(situation, encounter=replace(meeting, addressee=None))
    return replace(situation, encounter=None)


# What the agent did, and what the stage says about it


def _act(situation: Situation, act: Act) -> Situation:
    situation = _bearing(situation, act)
    now = situation.now
    situation = replace(situation, acted={**situation.acted, act.reason.policy: now})
    text = " ".join(clause.text for clause in act.clauses if clause.text.strip())
    if not text:
        return situation
    sent = OnStage(
        act=act.act,
        to=act.to,
        policy=act.reason.policy,
        priority=act.priority,
        interruptible=act.interruptible,
        text=text,
        sent_at=now,
        news_at=now,
        in_reply_to=act.in_reply_to,
    )
    lines = (*situation.lines, act.clauses[0].text)[-_LINES_KEPT:]
    floor = situation.floor
    spoken = (*floor.spoken, text)[-_SPOKEN_KEPT:]
    floor = replace(floor, on_stage=(*floor.on_stage, sent), spoken=spoken)
    return _converse(replace(situation, floor=floor, lines=lines), act.to)


def _bearing(situation: Situation, act: Act) -> Situation:
    now = situation.bearing
    if act.gaze is not None:
        now = replace(
            now,
            gaze=act.gaze.target,
            gaze_person=act.gaze.person,
            gaze_since=situation.now,
        )
    if act.posture is not None or act.expression is not None:
        now = replace(
            now,
            posture=act.posture or now.posture,
            expression=act.expression or now.expression,
        )
    return situation if now is situation.bearing else replace(situation, bearing=now)


def _converse(situation: Situation, to: PersonId | None) -> Situation:
    meeting, now = situation.encounter, situation.now
    if meeting is None:
        meeting = Encounter(addressee=to, since=now, active_at=now)
    else:
        first = situation.addressee
        aside = first is not None and first.attends  # a word to another changes nothing
        addressee = meeting.addressee if aside else to or meeting.addressee
        meeting = replace(meeting, addressee=addressee, active_at=now)
    return replace(situation, encounter=meeting)


def _stop(situation: Situation, stop: Stop) -> Situation:
    floor = situation.floor
    kept = tuple(act for act in floor.on_stage if not act.interruptible)
    floor = replace(
        floor,
        on_stage=kept,
        stage_speaks=bool(kept),
        gain=1.0,
        stopped_turn=floor.current_turn,
    )
    turns = {
        turn.id: replace(turn, closed=True) if turn.ended and turn.parts_spoken else turn
        for turn in situation.turns.values()
    }
    return replace(situation, floor=floor, turns=turns)


def _duck(situation: Situation, duck: Duck) -> Situation:
    ducked_at = situation.now if situation.floor.gain == 1.0 else situation.floor.ducked_at
    floor = replace(situation.floor, gain=duck.gain, ducked_at=ducked_at)
    return replace(situation, floor=floor)


def _act_started(situation: Situation, report: ActStarted) -> Situation:
    return _stage_news(situation, report.act, started=True)


def _clause_spoken(situation: Situation, report: ClauseSpoken) -> Situation:
    return _stage_news(situation, report.act, heard=report.text)


def _stage_news(
    situation: Situation, act: int, *, started: bool = False, heard: str = ""
) -> Situation:
    now = situation.now
    on_stage = tuple(
        replace(
            one,
            started=one.started or started,
            heard=f"{one.heard} {heard}".strip(),
            news_at=now,
        )
        if one.act == act
        else one
        for one in situation.floor.on_stage
    )
    return replace(situation, floor=replace(situation.floor, on_stage=on_stage))


def _act_finished(situation: Situation, report: ActFinished) -> Situation:
    ended = [one for one in situation.floor.on_stage if one.act == report.act]
    if not ended:
        return situation
    rest = tuple(one for one in situation.floor.on_stage if one.act != report.act)
    situation = replace(situation, floor=replace(situation.floor, on_stage=rest))
    meeting = situation.encounter
    if meeting is None:
        return situation
    return replace(situation, encounter=replace(meeting, active_at=situation.now))


def _stage(situation: Situation, state: StageState) -> Situation:
    floor = replace(situation.floor, stage_speaks=state.speaking)
    return replace(situation, floor=floor)


# The visitor's business, devices, health


def _visit(situation: Situation, _: VisitRecorded) -> Situation:
    meeting = situation.encounter
    return mark(situation, meeting.addressee if meeting else None, Mark.SERVED)


def _host(situation: Situation, told: HostNotified) -> Situation:
    meeting = situation.encounter
    if not told.delivered or meeting is None:
        return situation
    return mark(situation, meeting.addressee, Mark.WAITING)


def _help(situation: Situation, call: HelpCalled) -> Situation:
    alarm_at = call.at if call.urgent else situation.alarm_at
    return replace(situation, help_at=call.at, alarm_at=alarm_at)


def _page(situation: Situation, page: PageChanged) -> Situation:
    devices = replace(
        situation.devices,
        page_connected=page.connected,
        camera=page.camera if page.connected else None,
        microphone=page.microphone if page.connected else None,
        muted=page.muted,
    )
    return replace(situation, devices=devices)


def _used(situation: Situation, used: ButtonPressed | LineTyped) -> Situation:
    devices = replace(situation.devices, page_used_at=used.at)
    if isinstance(used, ButtonPressed) and used.button == "start":
        devices = replace(devices, started_at=used.at)
    situation = replace(situation, devices=devices)
    if isinstance(used, ButtonPressed) and used.button == "forget":
        people = {who: replace(one, marks={}) for who, one in situation.people.items()}
        return replace(situation, people=people, departures=(), turns={}, encounter=None)
    return situation


def _quiet(situation: Situation, stream: StreamQuiet) -> Situation:
    devices = situation.devices
    if "camera" in stream.stream or "picture" in stream.stream:
        devices = replace(devices, camera=stream.recovered)
    elif "microphone" in stream.stream or "sound" in stream.stream:
        devices = replace(devices, microphone=stream.recovered)
    return replace(situation, devices=devices)


def _health(situation: Situation, report: ComponentHealth) -> Situation:
    situation = replace(situation, health={**situation.health, report.component: report.health})
    if report.component == _STAGE and report.health in (Health.RESTARTING, Health.FAILED):
        floor = replace(situation.floor, on_stage=(), stage_speaks=False, gain=1.0)
        return replace(situation, floor=floor)
    return situation


# What only the passing of time changes


def _tidy(situation: Situation) -> Situation:
    config, now = situation.config, situation.now
    for person in tuple(situation.people.values()):
        if now - max(person.seen_at, person.engagement_since) > config.stale_after_s:
            situation = _leave(situation, person.id)
    memory_s = max(config.return_within_s, config.bridge_s)
    floor = situation.floor
    on_stage = tuple(act for act in floor.on_stage if now - act.news_at <= config.act_expires_s)
    situation = replace(
        situation,
        tidied_at=now,
        departures=tuple(one for one in situation.departures if now - one.at <= memory_s),
        floor=floor if on_stage == floor.on_stage else replace(floor, on_stage=on_stage),
    )
    return _end_encounter(situation)


def _end_encounter(situation: Situation) -> Situation:
    meeting, person = situation.encounter, situation.addressee
    if meeting is None or situation.in_turn or situation.floor.agent_speaks:
        return situation
    idle_s = situation.now - meeting.active_at
    gone = person is None or not person.attends
    said_goodbye = person is not None and person.has(Mark.FAREWELLED) and gone
    next_one = any(one.attends and not one.has(Mark.GREETED) for one in situation.people.values())
    if said_goodbye or ((gone or next_one) and idle_s > situation.config.encounter_idle_s):
        return replace(situation, encounter=None)
    return situation


def _with_holder(situation: Situation) -> Situation:
    floor = situation.floor
    holder = Holder.NOBODY
    if floor.agent_speaks:
        holder = Holder.AGENT
    elif situation.in_turn:
        holder = Holder.VISITOR
    if holder is floor.holder:
        return situation
    return replace(situation, floor=replace(floor, holder=holder, since=situation.now))


_CHANGES: Mapping[type[Message], Callable[[Situation, Any], Situation]] = {
    PersonSeen: _seen,
    EngagementChanged: _engagement,
    PersonLost: _lost,
    Act: _act,
    Stop: _stop,
    Duck: _duck,
    ActStarted: _act_started,
    ClauseSpoken: _clause_spoken,
    ActFinished: _act_finished,
    StageState: _stage,
    VisitRecorded: _visit,
    HostNotified: _host,
    HelpCalled: _help,
    PageChanged: _page,
    ButtonPressed: _used,
    LineTyped: _used,
    StreamQuiet: _quiet,
    ComponentHealth: _health,
    **HEARD,
}
