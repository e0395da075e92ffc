"""Logging for people and machines: constant messages, facts in fields, personal data left out.

Any module logs with the standard library: `logging.getLogger(__name__)`, a constant string, and
fields in `extra={...}`. Fields whose key contains `pii` hold personal data (words, names) and are
dropped unless switched on. The text of an unexpected exception may quote a visitor, so it counts
as personal too; its type and place are always shown.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TextIO

from agent.core.errors import FoyerError

_OWN = ("agent", "perception", "behavior", "actuation")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def setup(
    level: str = "info",
    *,
    personal: bool = False,
    json_lines: bool = False,
    stream: TextIO | None = None,
) -> None:
    """Log to `stream` (stderr). `level` is for this product; others say warnings only.

    `personal`: show fields with personal data. For a developer's own desk.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(personal) if json_lines else LineFormatter(personal))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OWN:
        logging.getLogger(name).setLevel(level.upper())


class _FieldsFormatter(logging.Formatter):
    """What both formats share: which fields are shown."""

    def __init__(self, personal: bool) -> None:
        super().__init__()
        self._personal = personal

    def _fields(self, record: logging.LogRecord) -> Mapping[str, Any]:
        fields = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            fields |= _exception(record.exc_info[1])
        if not self._personal:
            fields = {key: value for key, value in fields.items() if "pii" not in key}
        return fields

    def _message(self, record: logging.LogRecord) -> str:
        if record.name.split(".")[0] in _OWN or self._personal or not record.args:
            return record.getMessage()
        # A library's own message may have a visitor's words filled in.
        return str(record.msg)


class LineFormatter(_FieldsFormatter):
    """`12:03:22.104 warning agent.runtime: component failed  component=perception.camera`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, however many the fields' values have."""
        stamp = datetime.fromtimestamp(record.created).strftime("%H:%M:%S.%f")[:-3]
        fields = "".join(f"  {key}={_flat(value)}" for key, value in self._fields(record).items())
        head = f"{stamp} {record.levelname.lower()} {record.name}: "
        return head + _flat(self._message(record)) + fields


class JsonFormatter(_FieldsFormatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time as Unix seconds, level, logger, message, then the fields."""
        head = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._message(record),
        }
        return json.dumps({**self._fields(record), **head}, ensure_ascii=False, default=str)


def _exception(error: BaseException) -> dict[str, str]:
    frames = traceback.extract_tb(error.__traceback__)
    stack = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames[-8:]))
    text = "text" if isinstance(error, FoyerError) else "pii_text"
    return {"fault": type(error).__name__, "stack": stack, text: str(error)}


def _flat(value: object) -> str:
    return " | ".join(str(value).splitlines())
