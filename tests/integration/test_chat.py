"""`agent chat`: typed lines in, words or JSON lines out."""

import io
import json
import sys

import pytest

from agent.__main__ import main
from tests.fakes.desk import ROOT


@pytest.fixture
def chat(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)

    def run(*arguments, lines):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        code = main(["chat", "--encoder", "words", *arguments])
        return code, capsys.readouterr()

    return run


def test_a_conversation_reads_like_one(chat):
    code, printed = chat(
        lines=["i have an appointment with daniel okafor", "tom baker", "", "where is the lift"]
    )
    assert code == 0
    assert "Daniel Okafor told (log)" in printed.out
    assert "visit 1 in the book: appointment" in printed.out
    assert "glass doors" in printed.out


def test_json_lines_are_messages(chat):
    code, printed = chat("--json", lines=["hello", "bye"])
    messages = [json.loads(line) for line in printed.out.splitlines()]
    assert code == 0
    replies = [m for m in messages if m["kind"] == "ReplyReady"]
    assert [m["turn"] for m in replies] == [1, 2]
    assert replies[-1]["closes"] is True


def test_a_file_that_is_not_there_is_said_plainly(chat):
    code, printed = chat("nowhere.yaml", lines=[])
    assert code == 2
    assert "nowhere.yaml: no such file" in printed.err


def test_what_was_said_before_can_be_asked_for(chat):
    _, printed = chat(
        lines=["where is the lift", "what did i ask about the lift", "what did you say about it"]
    )
    assert "where is the lift." in printed.out
