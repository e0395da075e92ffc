"""The norms that matter most, in the whole planner: each scene ends otherwise without its norm."""

from dataclasses import replace
from datetime import datetime

import pytest

from agent.core.messages import (
    Act,
    ActRefused,
    Clause,
    Expression,
    GestureCue,
    HelpCalled,
    PersonId,
    Place,
    ReplyReady,
    TurnId,
)
from behavior.norms.norm import Norm
from tests.fakes.encounters import Lobby, house_norms, seen

NIGHT = datetime(2026, 3, 2, 23, 0)
THERE = Place(x_m=4.0, y_m=4.0)


def without(name):
    """The house's norms but one, and no mention of it."""
    rest = [norm for norm in house_norms() if norm.id != name]
    assert len(rest) == len(house_norms()) - 1
    return [_forgetting(norm, name) for norm in rest]


def _forgetting(norm: Norm, name):
    over = tuple(one for one in norm.over if one != name)
    return norm.model_copy(update={"over": over})


def greeted_by_name(lobby):
    """A visitor is answered by name while a stranger stands near."""
    lobby.page(0.0)
    lobby.attends("p1", 0.5)
    lobby.sees("p2", 0.6, x=2.5, y=1.0)
    reply(lobby, 3.0, Clause(text="Ms Bell expects you.", discreet="Your host expects you."))


def reply(lobby, at, *clauses, heard="where is it", turn=1, voiced_s=1.0, part=0, last=True, **end):
    """A visitor has said something until `at`, and this is the answer."""
    if part == 0:
        lobby.speaks(at - voiced_s, turn)
        lobby.speaks_on(at, voiced_s, turn)
        lobby.ends(at + 0.1, heard, turn, voiced_s=voiced_s, **end)
    ready = ReplyReady(
        at=at + 0.15, turn=TurnId(turn), revision=0, clauses=clauses, part=part, last=last
    )
    lobby.tell(ready)


def over(lobby, at):
    """All that was said so far has been heard."""
    for act in [act for _, act in lobby.sent if isinstance(act, Act) and act.clauses]:
        lobby.finishes(act, at)


def line(text, **more):
    return Clause(text=text, **more)


def at_night(lobby):
    lobby.page(0.0)
    lobby.attends("p1", 1.0)
    lobby.until(4.0)


def in_an_alarm(lobby):
    lobby.page(0.0)
    lobby.tell(HelpCalled(at=0.5, urgent=True, because="a visitor fell"))
    lobby.until(1.0)
    over(lobby, 4.0)
    lobby.attends("p1", 30.0)
    lobby.until(33.0)


def on_the_phone(lobby):
    lobby.page(0.0)
    for at in (1.0, 2.0, 3.0, 4.0):
        lobby.tell(replace(seen("p1", at, facing=0.9), hand_raised=True))
    lobby.becomes("p1", 4.0, "attending")
    lobby.until(6.0)


def two_who_talk(lobby):
    lobby.page(0.0)
    for at in (1.0, 2.0, 4.0, 6.0):
        lobby.sees("p1", at, y=0.4, facing=1.3)
        lobby.sees("p2", at, y=-0.4, facing=1.3)
        if at == 2.0:
            lobby.becomes("p1", at, "attending")
    lobby.until(8.0)


def across_the_room(lobby):
    lobby.page(0.0)
    lobby.attends("p1", 1.0, x=4.2)
    lobby.until(4.0)


def declined_and_leaves(lobby):
    lobby.page(0.0)
    lobby.attends("p1", 0.5)
    reply(lobby, 3.0, line("All right."), heard="no thanks")
    over(lobby, 5.0)
    lobby.sees("p1", 6.0, x=2.0, approach=-1.0, facing=2.8)
    lobby.becomes("p1", 6.0, "disengaging", x=2.0)
    lobby.sees("p1", 7.0, x=2.6, approach=-1.0, facing=2.8)
    lobby.until(8.0)


def speaks_slowly(lobby):
    lobby.page(0.0)
    lobby.attends("p1", 0.5)
    reply(lobby, 8.0, line("It is on the left."), heard="where is the lift", voiced_s=5.0)
    lobby.until(12.0)


def not_heard_twice(lobby):
    lobby.page(0.0)
    lobby.attends("p1", 0.5)
    lobby.until(1.5)
    over(lobby, 3.0)
    for turn, at in ((1, 5.0), (2, 25.0)):
        lobby.until(at - 1.0)
        over(lobby, at - 1.0)
        lobby.speaks(at, turn)
        lobby.speaks_on(at + 1.5, 1.5, turn)
        lobby.ends(at + 2.0, "", turn, voiced_s=1.5)
        over(lobby, at + 5.0)


def sorry_again(lobby):
    lobby.page(0.0)
    lobby.attends("p1", 0.5)
    reply(lobby, 3.0, line("Sorry, I did not understand that."), heard="mumble mumble")
    over(lobby, 5.0)
    reply(lobby, 8.0, line("I am sorry, once more, please?"), heard="mumble", turn=2)


def a_remark(lobby):
    lobby.attends("p1", 0.5)
    reply(lobby, 3.0, line("You look tired today."), line("The lift is on your left."))


def advice(lobby):
    lobby.attends("p1", 0.5)
    reply(lobby, 3.0, line("You do not need a doctor."), heard="i have a headache")


def low_eyes(lobby, eyes_m=0.95):
    for at in (0.5, 1.0):
        lobby.tell(replace(seen("p1", at), face_height_m=eyes_m))
    lobby.becomes("p1", 1.0, "attending")


def a_child(lobby):
    low_eyes(lobby)
    reply(lobby, 4.0, line("Hello."), line("What is your name, please?"), heard="hello")


def in_a_wheelchair(lobby):
    low_eyes(lobby, 1.2)
    reply(lobby, 4.0, line("The lift is on your right."), last=False)
    reply(lobby, 4.0, line("All floors have one."), part=1)


def complains(lobby):
    lobby.attends("p1", 0.5)
    reply(lobby, 3.0, line("I have told your host again."), heard="this is unacceptable")


def heard_and_unseen(lobby):
    reply(lobby, 3.0, line("The lift is on your left."))


def asks_again(lobby):
    lobby.attends("p1", 0.5)
    reply(lobby, 3.0, line("The lift is on your left."), heard="pardon i am hard of hearing")


def hard_to_hear(lobby):
    lobby.attends("p1", 0.5)
    # Longer than a listener's murmur, which is left alone.
    reply(lobby, 3.0, line("The car park is behind the house."), confidence=0.1, voiced_s=1.5)


def somebody_in_the_way(lobby):
    lobby.attends("p1", 0.5, y=-0.8)
    lobby.sees("p2", 0.6, x=2.0, y=2.0)
    cue = GestureCue(lexeme="point", toward=THERE)
    reply(lobby, 3.0, line("It is over there.", gestures=(cue,)))


def offered_at_once(lobby):
    lobby.page(0.0)
    lobby.attends("p1", 0.5)
    lobby.until(1.2)
    (greeting,) = lobby.acts("greeting.words")
    lobby.finishes(greeting, 2.0)
    lobby.until(9.0)


def a_person_was_called(lobby):
    offered_at_once_after(lobby, HelpCalled(at=0.2, urgent=False, because="asked for a person"))


def offered_at_once_after(lobby, call):
    lobby.page(0.0)
    lobby.attends("p1", 0.5)
    lobby.until(1.2)
    over(lobby, 2.0)
    lobby.tell(replace(call, at=2.5))
    lobby.until(3.0)
    over(lobby, 4.0)
    for at in (6.0, 7.0):
        lobby.sees("p1", at, y=0.4, facing=1.3)
        lobby.sees("p2", at, y=-0.4, facing=1.3)
    lobby.until(25.0)


def spoken(lobby):
    return " ".join(words for _, _, words in lobby.said())


def first(lobby, branch="reply.answer"):
    return lobby.acts(branch)[0]


def refused_by(lobby, norm):
    return any(isinstance(one, ActRefused) and one.by == f"norm:{norm}" for _, one in lobby.sent)


SCENES = {
    "quiet_hours": (at_night, lambda seen: spoken(seen) == "", {"start": NIGHT}),
    "no_small_talk_in_an_alarm": (
        in_an_alarm, lambda seen: seen.acts("greeting.words") == [], {}
    ),
    "do_not_break_into_phone_calls": (on_the_phone, lambda seen: spoken(seen) == "", {}),
    "do_not_break_into_conversations": (two_who_talk, lambda seen: spoken(seen) == "", {}),
    "do_not_call_across_the_room": (
        across_the_room, lambda seen: spoken(seen) == "", {"greeting": {"words_within_m": 5.0}}
    ),
    "silence_after_refusal": (
        declined_and_leaves, lambda seen: seen.acts("farewell.words") == [], {}
    ),
    "names_are_not_for_strangers": (
        greeted_by_name, lambda seen: "Your host expects you." in spoken(seen), {}
    ),
    "longer_turns_for_slow_speakers": (
        speaks_slowly,
        lambda seen: [at for at, branch, _ in seen.said() if branch == "reply.answer"][0] > 9.4,
        {},
    ),
    "offer_the_keyboard": (not_heard_twice, lambda seen: "also type to me" in spoken(seen), {}),
    "do_not_apologise_again_and_again": (
        sorry_again, lambda seen: seen.said()[-1][2] == "Once more, please?", {}
    ),
    "no_remarks_about_people": (
        a_remark, lambda seen: "tired" not in spoken(seen) and "lift" in spoken(seen), {}
    ),
    "no_medical_advice": (advice, lambda seen: "not give medical advice" in spoken(seen), {}),
    "children_are_not_asked_who_they_are": (
        a_child, lambda seen: "What is your name" not in spoken(seen), {}
    ),
    "eyes_meet_low_eyes": (
        in_a_wheelchair, lambda seen: seen.acts("reply.answer")[1].gaze is not None, {}
    ),
    "no_smile_at_complaints": (
        complains, lambda seen: first(seen).expression is Expression.ATTENTIVE, {}
    ),
    "say_that_it_is_an_ai": (
        heard_and_unseen, lambda seen: "I am an AI receptionist." in spoken(seen), {}
    ),
    "shown_to_who_asks_again": (
        asks_again, lambda seen: first(seen).clauses[-1].screen is not None, {}
    ),
    "say_what_was_not_clear": (
        hard_to_hear, lambda seen: "not sure that I heard" in spoken(seen), {}
    ),
    "no_pointing_at_people": (
        somebody_in_the_way,
        lambda seen: first(seen).clauses[-1].gestures[0].lexeme == "offer_palm",
        {},
    ),
    "do_not_chatter": (
        offered_at_once,
        lambda seen: [at for at, branch, _ in seen.said() if branch == "waiting.offer"][0] > 5.0,
        {"waiting": {"offer_after_s": 2.0}},
    ),
    "give_way_to_staff": (
        a_person_was_called, lambda seen: refused_by(seen, "give_way_to_staff"), {}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_goes_as_its_norm_has_it_and_otherwise_without_it(name):
    play, holds, changes = SCENES[name]
    kept, lost = Lobby(**changes), Lobby(norms=without(name), **changes)
    play(kept)
    play(lost)
    assert holds(kept)
    assert not holds(lost)


def test_who_was_told_to_wait_a_moment_is_answered_when_the_moment_is_over():
    lobby = Lobby()
    speaks_slowly(lobby)
    (answer,) = [(at, words) for at, branch, words in lobby.said() if branch == "reply.answer"]
    assert "on the left" in answer[1]
    assert answer[0] < 10.0


def test_what_norms_did_is_kept_as_cases_without_words():
    lobby = Lobby(start=NIGHT)
    at_night(lobby)
    a_remark(lobby)
    told = [case.told for case in lobby.planner.cases]
    assert any("quiet_hours" in one and "to greet" in one for one in told)
    assert any("no_remarks_about_people" in one for one in told)
    assert not any("tired" in one or "lift" in one for one in told)


def test_the_plain_reason_of_a_norm_is_in_what_the_operator_is_shown():
    lobby = Lobby(start=NIGHT)
    at_night(lobby)
    at_night_reason = next(norm.reason for norm in house_norms() if norm.id == "quiet_hours")
    (nod,) = [act for act in lobby.acts("greeting.words") if not act.clauses] or [None]
    shown = [one.reason for _, one in lobby.sent if isinstance(one, Act | ActRefused)]
    assert any(at_night_reason in one.because and "quiet_hours" in one.norms for one in shown)
    assert nod is None or nod.to == PersonId("p1")
