"""The log says what happened and where, and not what a visitor said."""

import ast
import io
import json
import logging
from pathlib import Path

import pytest

from agent.core.errors import BackendUnavailableError
from agent.log import setup

ROOT = Path(__file__).parents[3]


@pytest.fixture
def log():
    """Set up a log; undo it afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    streams = []

    def to_text(**settings):
        streams.append(io.StringIO())
        setup(stream=streams[-1], **settings)
        return streams[-1]

    yield to_text
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("agent", "perception", "behavior", "actuation"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_fields_are_shown_and_personal_ones_are_not(log):
    out = log()
    extra = {"turn": 3, "pii_text": "my name is Zanzibar", "host_pii": "Zanzibar"}
    logging.getLogger("behavior.dialogue").info("turn answered", extra=extra)
    line = out.getvalue()
    assert "info behavior.dialogue: turn answered  turn=3" in line
    assert "Zanzibar" not in line


def test_personal_fields_can_be_switched_on(log):
    out = log(personal=True)
    logging.getLogger("behavior").info("turn answered", extra={"pii_text": "Zanzibar"})
    assert "pii_text=Zanzibar" in out.getvalue()


def test_the_text_of_an_unexpected_exception_counts_as_personal(log):
    out = log()
    try:
        raise ValueError("cannot parse 'my name is Zanzibar'")
    except ValueError:
        logging.getLogger("behavior").exception("reply failed")
    assert "Zanzibar" not in out.getvalue()
    assert "fault=ValueError" in out.getvalue()
    assert "test_log.py" in out.getvalue()


def test_the_text_of_an_error_with_a_cure_is_shown(log):
    out = log()
    try:
        raise BackendUnavailableError("pip install faster-whisper")
    except BackendUnavailableError:
        logging.getLogger("perception").exception("recogniser failed")
    assert "pip install faster-whisper" in out.getvalue()


def test_what_a_library_fills_into_its_messages_is_left_out(log):
    out = log()
    logging.getLogger("openai").warning("sent %s", "my name is Zanzibar")
    logging.getLogger("openai").info("chatter")
    assert out.getvalue().endswith("openai: sent %s\n")


def test_a_record_is_one_line_whatever_is_in_it(log):
    out = log()
    logging.getLogger("agent").warning("stalled", extra={"stack": "a\nb\u2028c"})
    assert len(out.getvalue().splitlines()) == 1


def test_json_lines_are_json(log):
    out = log(json_lines=True)
    logging.getLogger("agent").warning("stalled", extra={"stall_s": 0.4, "pii_text": "x"})
    record = json.loads(out.getvalue())
    assert record["message"] == "stalled"
    assert record["stall_s"] == 0.4
    assert "pii_text" not in record


LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def log_calls():
    for package in ("agent", "perception", "behavior", "actuation"):
        for path in (ROOT / package).rglob("*.py"):
            if "node_modules" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in LEVELS
                    and isinstance(node.func.value, ast.Name)
                    and "log" in node.func.value.id.lower()
                ):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_log_messages_are_constant_everywhere():
    calls = list(log_calls())
    assert calls
    for where, call in calls:
        constant = isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
        assert constant, f"{where}: the message must be a constant string"
        assert len(call.args) == 1, f"{where}: put values into extra={{...}}"
