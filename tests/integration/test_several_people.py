"""Several people at one desk, through policies, norms, dialogue and a stage, in virtual time."""

from agent.core.messages import ActFinished, HostNotified, Stop
from tests.fakes.company import meet, person, says

A_CAR = "where can i leave my car"
B_LIFT = "excuse me where is the lift"


async def test_who_asks_in_between_is_answered_and_looked_at_and_then_the_first_one_again(tmp_path):
    met = await meet(
        tmp_path,
        person("a", comes=1, leaves=60, lips=[(9, 11), (35, 37)]),
        person("b", comes=10, leaves=60, y=0.9, lips=[(22, 24)]),
        says(9, A_CAR, 1),
        says(22, B_LIFT, 2),
        says(35, "and when do you close", 3),
        until=50,
    )
    answers = [(one.to, words) for (_, one), words in zip(
        met.acts(policy="reply.answer"), met.said(policy="reply.answer"), strict=True)]  # fmt: skip
    assert [who for who, _ in answers] == ["a", "b", "a"]
    assert "lift" in answers[1][1]
    assert "b" in met.looks(24, 28)
    assert "a" in met.looks(37, 45)


async def test_what_one_has_said_is_not_told_to_the_other_and_not_in_their_history(tmp_path):
    seen = {}

    def inspect(met):
        seen.update({e.person: list(e.history) for e in met.dialogue.encounters})

    met = await meet(
        tmp_path,
        person("a", comes=1, leaves=70, lips=[(9, 12)]),
        person("b", comes=10, leaves=70, y=0.9, lips=[(30, 32), (42, 44)]),
        says(9, "my name is robin and i am here to see priya nair", 1, seconds=3.0),
        says(30, "what is my name", 2),
        says(42, "what did i say about priya", 3),
        until=56,
        inspect=inspect,
    )
    told_b = " ".join(met.said(to="b"))
    assert "Robin" not in told_b
    assert "Priya" not in told_b
    assert not any("robin" in words.lower() for _, words in seen["b"])
    assert any("robin" in words.lower() for _, words in seen["a"])
    assert [one.person for one in met.of(HostNotified)] == ["a"]


async def test_a_couple_is_one_visit_whoever_of_them_speaks(tmp_path):
    met = await meet(
        tmp_path,
        person("a", comes=1, leaves=60, y=0.4, lips=[(9, 11)]),
        person("b", comes=1, leaves=60, y=-0.5, lips=[(20, 22)]),
        says(9, "we are here to see priya nair", 1),
        says(20, "my name is robin demo", 2),
        until=35,
    )
    assert [one.host for one in met.of(HostNotified)] == ["Priya Nair"]
    assert len(list(met.dialogue.encounters)) == 1


async def test_one_asks_for_the_other(tmp_path):
    met = await meet(
        tmp_path,
        person("a", comes=1, leaves=60, y=0.4, lips=[]),
        person("b", comes=1, leaves=60, y=-0.5, lips=[(9, 11), (20, 22)]),
        says(9, "she has an appointment with priya nair", 1),
        says(20, "her name is robin demo", 2),
        until=35,
    )
    assert [one.host for one in met.of(HostNotified)] == ["Priya Nair"]


async def test_whoever_waits_is_told_so_and_served_in_the_order_of_coming(tmp_path):
    met = await meet(
        tmp_path,
        person("a", comes=1, leaves=40, lips=[(9, 11), (20, 22), (30, 32)]),
        person("b", comes=8, leaves=90, y=0.9),
        person("c", comes=16, leaves=90, y=-0.9),
        says(9, A_CAR, 1),
        says(20, "and where is the toilet", 2),
        says(30, "and when do you close", 3),
        until=80,
    )
    waits = [(at, one.to) for at, one in met.acts(policy="waiting.queue")]
    assert [who for _, who in waits] == ["b", "c"]
    served = [one.to for at, one in met.acts() if at > 43 and not one.in_reply_to]
    assert served[0] == "b"


async def test_a_voice_over_an_answer_stops_it_and_what_was_not_heard_is_not_remembered(tmp_path):
    kept = {}

    def inspect(met):
        for one in met.dialogue.encounters:
            kept[one.person] = " ".join(words for who, words in one.history if who == "agent")
        kept["transcript"] = met.dialogue._transcript.text()

    met = await meet(
        tmp_path,
        person("a", comes=1, leaves=60, lips=[(9, 11), (12.6, 15)]),
        says(9, A_CAR, 1),
        says(12.6, "no wait where is the lift please", 2, seconds=2.4),
        until=30,
        inspect=inspect,
    )
    planned = met.said(policy="reply.answer")[0]
    cut = [one for one in met.of(ActFinished) if one.interrupted and one.heard]
    assert met.of(Stop)
    assert cut
    unheard = planned.removeprefix(cut[0].heard).strip()
    assert len(unheard.split()) > 3
    assert unheard not in kept["a"]
    assert unheard not in kept["transcript"]
    assert cut[0].heard in kept["a"]


async def test_a_visitor_whom_the_tracker_loses_and_finds_goes_on_with_the_same_conversation(
    tmp_path,
):
    before = [f for f in person("a", comes=1, leaves=18, lips=[(9, 11)]) if f[0] < 16]
    after = [f for f in person("a2", comes=13.2, leaves=60, lips=[(20, 22)]) if f[0] >= 16.4]
    met = await meet(
        tmp_path,
        before,
        after,
        says(9, "i am here to see priya nair", 1),
        says(20, "my name is robin demo", 2),
        until=35,
    )
    assert [one.host for one in met.of(HostNotified)] == ["Priya Nair"]
