"""`kill -9` at any moment loses no committed visit."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys

import pytest

from agent.core.errors import BadInputError
from behavior.backends.tool_tickets import TicketBook
from behavior.dialogue.conversation import RecordVisit
from behavior.dialogue.memory import VisitBook

_WRITER = """
import sys
from pathlib import Path
from behavior.dialogue.conversation import RecordVisit
from behavior.dialogue.memory import VisitBook
book, number = VisitBook(Path(sys.argv[1])), 0
while True:
    number += 1
    visit = book.record(RecordVisit(kind="appointment", visitor=f"v{number}"), float(number))
    print(visit, flush=True)
"""


@pytest.mark.parametrize("after", [1, 7, 40])
def test_a_kill_at_any_moment_loses_no_committed_visit(tmp_path, after):
    path = tmp_path / "visits.sqlite"
    told = []
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        for line in writer.stdout:
            told.append(int(line))
            if len(told) == after:
                os.kill(writer.pid, signal.SIGKILL)
                break
        told += [int(rest) for rest in writer.stdout.read().splitlines()]
    book = VisitBook(path)
    kept = {v.visit: v.visitor for v in book.visits()}
    assert set(told) <= set(kept)
    assert all(kept[number] == f"v{number}" for number in told)
    assert book.record(RecordVisit(kind="question"), 1.0) == max(kept) + 1


def test_a_correction_changes_the_visit_it_corrects(tmp_path):
    book = VisitBook(tmp_path / "v.sqlite")
    first = book.record(RecordVisit(kind="appointment", visitor="Marina"), 1.0)
    assert (
        book.record(RecordVisit(kind="appointment", visitor="Martina"), 2.0, instead_of=first)
        == first
    )
    assert [v.visitor for v in book.visits()] == ["Martina"]


def test_what_is_forgotten_is_not_left_in_the_file(tmp_path):
    path = tmp_path / "v.sqlite"
    book = VisitBook(path)
    visit = book.record(RecordVisit(kind="appointment", visitor="Zebedee Quux"), 1.0)
    assert book.forget((visit,)) == 1
    files = [p.read_bytes() for p in tmp_path.iterdir()]
    assert not any(b"Quux" in content for content in files)


def test_only_old_visits_expire(tmp_path):
    book = VisitBook(tmp_path / "v.sqlite")
    book.record(RecordVisit(kind="question"), 0.0)
    young = book.record(RecordVisit(kind="question"), 10 * 86_400.0)
    assert book.expire(11 * 86_400.0, retention_days=5) == 1
    assert [v.visit for v in book.visits()] == [young]


def test_a_book_of_a_newer_version_is_refused_with_the_cure(tmp_path):
    path = tmp_path / "v.sqlite"
    VisitBook(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(BadInputError, match="newer version"):
        VisitBook(path)


def test_a_file_that_is_no_book_is_refused(tmp_path):
    path = tmp_path / "v.sqlite"
    path.write_text("not a database, only words " * 100)
    with pytest.raises(BadInputError, match="not a visit book"):
        VisitBook(path)


@pytest.mark.parametrize("book", [VisitBook, TicketBook])
def test_a_disk_that_takes_nothing_is_not_taken_for_a_broken_book(tmp_path, book):
    """Whoever reads that it is no book moves it away, and with it what it holds."""
    path = tmp_path / "book.sqlite"
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(sqlite3.OperationalError, match="full|disk"):
            book(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    path.write_bytes(b"this is no database at all, and longer than its head" * 20)
    with pytest.raises(BadInputError, match="move it away"):
        book(path)
