import pytest

from actuation.speech.text import LONGEST_CLAUSE, cardinal, readable


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Room 3.12, please.", "Room three twelve, please."),
        ("room 204", "room two oh four"),
        ("It is 10:30 now", "It is ten thirty now"),
        ("at 9:05 a", "at nine oh five a"),
        ("at 8:00.", "at eight o'clock."),
        ("the 3rd floor", "the third floor"),
        ("the 21st and 20th", "the twenty first and twentieth"),
        ("3.5 hours", "three point five hours"),
        ("1,250 people", "one thousand two hundred fifty people"),
        ("A & B", "A and B"),
        ("50% off", "fifty percent off"),
        ("$5 each", "five dollars each"),
        ("B204", "B two oh four"),
        ("call 555-0142-33", "call five five five zero one four two three three"),
        ("ask Zoë or Jürgen", "ask Zoe or Jurgen"),
        ("ann@foyer.example", "ann at foyer dot example"),
    ],
)
def test_figures_and_signs_are_read_as_people_say_them(written, said):
    assert readable(written).text == said


def test_every_token_knows_the_written_word_it_stands_for():
    made = readable("See room 3.12 at 10:30")
    assert made.words == ("See", "room", "3.12", "at", "10:30")
    assert [made.words[i] for i in made.source] == [
        "See", "room", "3.12", "3.12", "at", "10:30", "10:30",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "<speak><break time='9s'/>hi</speak>",
        "[[foo]] hi",
        "hi $(reboot) `ls`; rm -rf / | cat",
        "hi \\x00 \x00 \x1b[31m",
        'hi "; --voice evil',
    ],
)
def test_no_command_of_an_engine_or_a_shell_survives(text):
    said = readable(text).text
    assert "hi" in said
    assert not set(said) & set('<>[]{}`|\\"$&*/=\x00\x1b')
    assert all(not token.startswith("-") for token in said.split())


@pytest.mark.parametrize("text", ["", "   ", "😀", "привет", "!!!", "…", "\u200b"])
def test_what_cannot_be_said_comes_out_empty(text):
    assert readable(text).tokens == ()


def test_a_text_without_end_is_cut_at_a_word():
    made = readable("word " * 1000)
    assert len(" ".join(made.words)) <= LONGEST_CLAUSE
    assert set(made.words) == {"word"}


@pytest.mark.parametrize("number", [0, 7, 13, 40, 99, 100, 101, 999, 1000, 999_999, 10**12])
def test_cardinals_are_words(number):
    assert all(word.isalpha() for word in cardinal(number))
