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
    ContextChanged,
    Duck,
    FormationChanged,
    Health,
    HelpCalled,
    HostNotified,
    LanguageFollowed,
    LineTyped,
    Message,
    PageChanged,
    PersonId,
    StageState,
    Stop,
    StreamQuiet,
    VisitRecorded,
)
from behavior.situation.contexts import hold
from behavior.situation.floor import Holder, OnStage
from behavior.situation.formations import form
from behavior.situation.hearing import HEARD
from behavior.situation.people import Mark
from behavior.situation.presence import PRESENCE, leave, mark
from behavior.situation.state import Encounter, Situation

_STAGE = "actuation.performer"
_TIDY_EVERY_S = 1.0
_LINES_KEPT = 12
_SPOKEN_KEPT = 3


def update(situation: Situation, message: Message) -> Situation:
    """Return the situation after `message`. Messages it knows nothing of only move time on."""
    if message.at > situation.now:
        situation = replace(situation, now=message.at)
    met = situation.encounter
    who_spoke = situation.who_spoke.take(message)
    if who_spoke is not situation.who_spoke:
        situation = replace(situation, who_spoke=who_spoke)
    change = _CHANGES.get(type(message))
    if change is not None:
        situation = change(situation, message)
    if situation.now - situation.tidied_at >= _TIDY_EVERY_S:
        situation = _tidy(situation)
    if met is not None and situation.encounter is None:
        situation = without_words(situation)
    return _with_holder(situation)


def without_words(situation: Situation, *, spoken: tuple[str, ...] | None = None) -> Situation:
    """What was said ends with the visit. What waits for an answer or is on stage goes on.

    `spoken`: what the agent is saying now; None: all of its last utterances while it speaks.
    """
    floor = situation.floor
    kept = {
        turn.id: turn
        for turn in situation.turns.values()
        if turn.ended is None or (turn.awaits_reply and not turn.parts_spoken)
    }
    if spoken is None:
        spoken = floor.spoken if floor.agent_speaks else ()
    return replace(situation, turns=kept, floor=replace(floor, spoken=spoken))


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
        more_follows=act.more_follows,
        clauses=act.clauses,
        revises=act.revises,
    )
    lines = situation.lines
    if act.in_reply_to is None:  # an answer is no line of the house's, and may hold names
        lines = (*lines, act.clauses[0].text)[-_LINES_KEPT:]
    floor = situation.floor
    spoken = (*floor.spoken, text)[-_SPOKEN_KEPT:]
    floor = replace(floor, on_stage=(*floor.on_stage, sent), spoken=spoken)
    situation = _converse(replace(situation, floor=floor, lines=lines), act.to)
    asked = situation.turns.get(act.in_reply_to) if act.in_reply_to is not None else None
    asker = situation.person(act.to)
    answers = asked.replies if asked is not None else ()
    if asker is not None and not asker.has(Mark.SPOKE) and any(r.to == asker.id for r in answers):
        situation = mark(situation, asker.id, Mark.SPOKE)  # was seen to have asked it
    if asked is not None and any("forget_me" in one.intent.split("+") for one in asked.replies):
        situation = without_words(situation, spoken=(text,))
    return situation


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
    if act.lean is not None:
        now = replace(now, lean=act.lean)
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
    if situation.floor.gain <= 0.0 < duck.gain:  # the cut phrase is said again from its start
        on_stage = tuple(
            one if one.clause_at is None else replace(one, clause_at=situation.now)
            for one in floor.on_stage
        )
        floor = replace(floor, on_stage=on_stage, vain_hold_at=situation.now)
    return replace(situation, floor=floor)


def _act_started(situation: Situation, report: ActStarted) -> Situation:
    return _stage_news(situation, report.act, clause_at=report.at, started=True)


def _clause_spoken(situation: Situation, report: ClauseSpoken) -> Situation:
    return _stage_news(
        situation, report.act, clause_at=report.at, spoken=report.index + 1, heard=report.text
    )


def _stage_news(
    situation: Situation,
    act: int,
    *,
    clause_at: float,
    started: bool = False,
    spoken: int = 0,
    heard: str = "",
) -> Situation:
    now = situation.now
    on_stage = tuple(
        replace(
            one,
            started=one.started or started,
            heard=f"{one.heard} {heard}".strip(),
            spoken=max(one.spoken, spoken),
            clause_at=clause_at,
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


def _language(situation: Situation, followed: LanguageFollowed) -> Situation:
    """Whoever cannot be seen is whoever was followed last."""
    known = {followed.person: followed.language, None: followed.language}
    return replace(situation, languages={**situation.languages, **known})


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
            situation = leave(situation, person.id)
    memory_s = max(config.return_within_s, config.bridge_s)
    here = {None, *situation.people, *(one.id for one in situation.departures)}
    floor = situation.floor
    on_stage = tuple(act for act in floor.on_stage if now - act.news_at <= config.act_expires_s)
    situation = replace(
        situation,
        tidied_at=now,
        languages={who: code for who, code in situation.languages.items() if who in here},
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
    LanguageFollowed: _language,
    LineTyped: _used,
    StreamQuiet: _quiet,
    ComponentHealth: _health,
    FormationChanged: form,
    ContextChanged: hold,
    **PRESENCE,
    **HEARD,
}
