import pytest

from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActRefused,
    ActStarted,
    BackendChosen,
    Clause,
    ClauseSpoken,
    EmergencyRelease,
    EmergencyStop,
    Engagement,
    EngagementChanged,
    HelpCalled,
    ModelAnswered,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
    Played,
    Reason,
    SpeechStarted,
    StageState,
    ToolFinished,
    ToolOutcome,
    ToolRefused,
    TurnEnded,
    TurnId,
    UtteranceId,
    WordsHeard,
)
from agent.pages.panel import PageView

WHY = Reason(policy="reply", because="the visitor asked", norms=("privacy",))
TURN = TurnId(1)
P1 = PersonId("p1")


def view():
    return PageView(help_text="Someone comes.")


def told(shown, *messages):
    return [word for message in messages for word in shown.see(message)]


def of(words, kind):
    return [word for word in words if word.kind == kind]


def reply(*texts, screen=None):
    clauses = tuple(Clause(text=text, screen=screen if i else None) for i, text in enumerate(texts))
    return Act(at=1.0, act=ActId(1), reason=WHY, clauses=clauses)


def test_a_clause_is_shown_when_it_begins_and_not_before():
    shown = view()
    assert of(told(shown, reply("One.", "Two.")), "caption") == []
    began = of(told(shown, ActStarted(at=1.5, act=ActId(1))), "caption")
    assert [(word.clauses, word.current) for word in began] == [(["One.", "Two."], 0)]
    on = of(told(shown, ClauseSpoken(at=2.0, act=ActId(1), index=0, text="One.")), "caption")
    assert [word.current for word in on] == [1]


def test_what_was_not_heard_is_not_left_standing():
    shown = view()
    told(shown, reply("One.", "Two."), ActStarted(at=1.5, act=ActId(1)))
    end = told(shown, ActFinished(at=2.0, act=ActId(1), heard="One.", interrupted=True))
    assert [(word.clauses, word.final) for word in of(end, "caption")] == [(["One."], True)]


def test_a_card_comes_with_its_clause():
    shown = view()
    first = told(shown, reply("It is", "here.", screen="Room 2"), ActStarted(at=1, act=ActId(1)))
    assert of(first, "card") == []
    second = told(shown, ClauseSpoken(at=2.0, act=ActId(1), index=0, text="It is"))
    assert [word.text for word in of(second, "card")] == ["Room 2"]


def test_the_visitors_words_are_shown_while_they_come():
    words = told(
        view(),
        WordsHeard(at=1.0, turn=TURN, revision=0, text="where is"),
        TurnEnded(at=2.0, turn=TURN, revision=0, text="where is the lift"),
    )
    shown = [(word.who, word.clauses, word.final) for word in of(words, "caption")]
    assert shown == [
        ("visitor", ["where is"], False),
        ("visitor", ["where is the lift"], True),
    ]


def test_of_words_that_may_still_change_only_those_that_stay_are_shown():
    words = told(
        view(),
        WordsHeard(at=1.0, turn=TURN, revision=0, text="wear", stable=""),
        WordsHeard(at=1.2, turn=TURN, revision=0, text="where is a", stable="where is"),
    )
    assert [word.clauses for word in of(words, "caption")] == [["where is"]]


def test_the_state_goes_from_hearing_to_thinking_to_speaking_to_idle():
    words = told(
        view(),
        SpeechStarted(at=1.0, turn=TURN),
        TurnEnded(at=2.0, turn=TURN, revision=0, text="hello"),
        StageState(at=2.5, speaking=True),
        StageState(at=4.0, speaking=False),
    )
    assert [word.doing for word in of(words, "state")] == [
        "hearing",
        "thinking",
        "speaking",
        "idle",
    ]


def test_thinking_that_comes_to_nothing_ends():
    shown = view()
    told(shown, TurnEnded(at=2.0, turn=TURN, revision=0, text="hello"))
    assert shown.tick(5.0) == []
    assert [word.doing for word in shown.tick(20.0)] == ["idle"]


def test_a_voice_that_leads_to_no_turn_is_not_heard_for_ever():
    shown = view()
    told(shown, SpeechStarted(at=1.0, turn=TURN))
    assert [word.doing for word in shown.tick(60.0)] == ["idle"]


def test_help_is_announced_and_a_fallback_is_named():
    words = told(
        view(),
        HelpCalled(at=1.0, urgent=False, because="button"),
        BackendChosen(at=1.0, role="recogniser", backend="pocketsphinx", fallback=True),
    )
    assert [word.text for word in of(words, "notice")] == ["Someone comes."]
    assert of(words, "workers")[0].workers[0].fallback


def test_an_emergency_stop_is_shown_until_it_is_over_also_to_who_comes_later():
    page = view()
    [shown] = of(told(page, EmergencyStop(at=1.0, source="console")), "notice")
    assert "console" in shown.text
    assert of(page.for_newcomer(), "notice") == [shown]
    [gone] = of(told(page, EmergencyRelease(at=2.0, source="console")), "notice")
    assert (gone.code, gone.text) == (shown.code, "")
    assert not of(page.for_newcomer(), "notice")


def seen(at, person=P1):
    return PersonSeen(
        at=at, person=person, place=Place(x_m=1.234, y_m=0.5), approach_m_s=0, speed_m_s=0
    )


def test_the_panel_names_people_cues_reasons_and_the_reaction():
    shown = view()
    told(
        shown,
        seen(1.0),
        EngagementChanged(
            at=1.0,
            person=P1,
            state=Engagement.ATTENDING,
            previous=None,
            distance_m=1.3,
            cues=("1.3 m",),
        ),
        TurnEnded(at=2.0, turn=TURN, revision=0, text="hi"),
        reply("Hello."),
        ActRefused(at=2.1, reason=WHY, by="norm:quiet_hours", text="Hello!"),
        Played(at=2.6, body="avatar", utterance=UtteranceId(1), score_s=0.0, first=True),
    )
    panel = shown.panel(3.0, {})
    person = panel.people[0]
    assert (person.x_m, person.state, person.cues) == (1.23, "attending", ["1.3 m"])
    assert [(act.what, act.refused_by) for act in panel.acts] == [
        ("Hello.", ""),
        ("Hello!", "norm:quiet_hours"),
    ]
    assert panel.acts[0].norms == ["privacy"]
    assert panel.latencies_ms["reaction"] == pytest.approx(600)


def test_one_who_has_left_is_not_on_the_panel():
    shown = view()
    told(shown, seen(1.0), PersonLost(at=1.5, person=P1))
    assert shown.panel(2.0, {}).people == []
    assert not shown.anyone_there


def test_one_who_was_not_seen_for_long_is_not_either():
    shown = view()
    told(shown, seen(1.0))
    assert shown.anyone_there
    shown.tick(10.0)
    assert shown.panel(10.0, {}).people == []


def test_a_tool_that_was_refused_or_failed_stands_on_the_panel_with_the_rule():
    because = "tools.yaml: calendar.allowed is false"
    refused = ToolRefused(at=1.0, tool="agenda", because=because, wanted_by="model")
    late = ToolFinished(
        at=2.0, tool="way", turn=TURN, revision=0, outcome=ToolOutcome.LATE, took_s=3.0,
        detail="nothing within 3 s",
    )  # fmt: skip
    shown = PageView(help_text="")
    for message in (refused, late):
        shown.see(message)
    acts = shown.panel(3.0, {}).acts
    assert [(a.what, a.because, a.refused_by) for a in acts] == [
        ("tool agenda", "wished by the model", because),
        ("tool way: late", "nothing within 3 s", ""),
    ]


def test_how_fast_a_model_speaks_and_how_long_its_prompt_is_stands_on_the_panel():
    shown = PageView(help_text="")
    shown.see(ModelAnswered(at=1.0, prompt_tokens=812, counted_by="server", first_clause_s=0.41))
    panel = shown.panel(2.0, {"pictures": 5.0})
    assert panel.latencies_ms["model: first clause"] == 410
    assert panel.page == {"pictures": 5.0, "model: prompt tokens": 812}
    shown.see(ModelAnswered(at=3.0, prompt_tokens=900, counted_by="estimate", fault="cut off"))
    panel = shown.panel(4.0, {})
    assert panel.page == {"model: prompt tokens, estimated": 900}
    assert panel.latencies_ms["model: first clause"] == 410  # the last one there was
