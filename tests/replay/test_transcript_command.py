"""`foyer transcript`: a recording as lines, and questions about the past put to it."""

from argparse import ArgumentParser

import pytest

from agent.commands import transcript as command
from agent.core.errors import BadInputError
from agent.recording import Recorded, RecordingWriter, without_words
from tests.integration.temporal import encounters, messages_of

NAMED = {one["name"]: one for one in encounters()}


def recording_of(path, name, change=lambda message: message):
    with path.open("wb") as stream:
        writer = RecordingWriter(stream, axis_offset_ns=10**18)
        for message in messages_of(NAMED[name]):
            writer.write(Recorded(message.at, change(message)))
        writer.finish()
    return path


def printed(capsys, *arguments):
    parser = ArgumentParser()
    command.add_arguments(parser)
    command.run(parser.parse_args([str(a) for a in arguments]))
    return capsys.readouterr().out


def test_it_prints_one_line_an_event_from_the_start_of_the_recording(tmp_path, capsys):
    path = recording_of(tmp_path / "x.mcap", "parking, asked a minute ago")
    text = printed(capsys, path)
    assert '[5.0-7.0] a says "where can i leave my car" | gaze agent 100%' in text
    assert '[8.0-12.0] agent says to a "You can park behind the house."' in text


def test_it_ends_where_it_is_told_to(tmp_path, capsys):
    path = recording_of(tmp_path / "x.mcap", "parking, asked a minute ago")
    text = printed(capsys, path, "--until", "15")
    assert "leave my car" in text
    assert "cafe" not in text


def test_words_are_left_out_on_request_and_where_none_were_recorded(tmp_path, capsys):
    path = recording_of(tmp_path / "x.mcap", "parking, asked a minute ago")
    assert "leave my car" not in printed(capsys, path, "--without-words")
    bare = recording_of(tmp_path / "y.mcap", "parking, asked a minute ago", without_words)
    text = printed(capsys, bare)
    assert "leave my car" not in text
    assert "(not recorded)" in text


def test_one_visitor_alone_is_shown(tmp_path, capsys):
    path = recording_of(tmp_path / "x.mcap", "two visitors at once, each has their own past")
    text = printed(capsys, path, "--of", "b")
    assert "wheelchairs" in text
    assert "On your right" not in text


def test_whoever_left_is_in_it_still(tmp_path, capsys):
    path = recording_of(tmp_path / "x.mcap", "after a visit nothing is left")
    assert "where is the lift please" in printed(capsys, path)


def test_whoever_asked_to_be_forgotten_is_not(tmp_path, capsys):
    path = recording_of(tmp_path / "x.mcap", "forget me")
    assert "in front of the gate" not in printed(capsys, path)


def test_a_question_about_the_past_is_answered_with_its_stretch(tmp_path, capsys):
    path = recording_of(tmp_path / "x.mcap", "parking, asked a minute ago")
    text = printed(capsys, path, "--of", "a", "--ask", "what did i say about my car")
    assert "leave my car" in text
    assert "rests on [5.0-7.0]" in text


def test_engagement_is_read_and_its_prompt_printed(tmp_path, capsys):
    path = recording_of(tmp_path / "x.mcap", "parking, asked a minute ago")
    text = printed(capsys, path, "--of", "a", "--engagement", "--until", "24")
    observed, read, so = text.index("observed:"), text.index("read as:"), text.index("so: a means")
    assert observed < read < so
    assert "gaze agent 100%" in text[observed:read]
    assert "mark each statement" in printed(capsys, path, "--of", "a", "--engagement", "--prompt")


@pytest.mark.parametrize("who", ["zz", ""])
def test_a_visitor_that_is_not_there_or_not_clear_is_an_error_that_names_them(tmp_path, who):
    path = recording_of(tmp_path / "x.mcap", "two visitors at once, each has their own past")
    parser = ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(BadInputError, match="a, b"):
        command.run(parser.parse_args([str(path), "--of", who]))


def test_a_question_needs_a_visitor(tmp_path):
    path = recording_of(tmp_path / "x.mcap", "forget me")
    parser = ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(BadInputError, match="--of"):
        command.run(parser.parse_args([str(path), "--ask", "when did i come"]))
