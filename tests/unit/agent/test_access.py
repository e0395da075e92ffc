import errno
import os
import resource
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent.core.errors import BadInputError
from agent.pages.access import host_allowed, origin_allowed, same_token, token_from


def test_the_token_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "var" / "token"
    token = token_from(path)
    assert token_from(path) == token
    assert len(token) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_token_file_left_open_to_all_is_closed(tmp_path):
    path = tmp_path / "token"
    path.write_text("a token that is long enough\n")
    path.chmod(0o644)
    token_from(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_empty_token_file_opens_nothing_and_gets_a_new_token(tmp_path):
    """A start that was killed, or a machine that lost its power, may leave one."""
    path = tmp_path / "token"
    path.write_text("")
    token = token_from(path)
    assert len(token) >= 32
    assert token_from(path) == token
    assert not same_token("", token)


STARTS = 8


def tokens_of_starts_at_once(path):
    """What as many threads get that all begin to make a token in the same moment."""
    gate = threading.Barrier(STARTS)

    def start(_):
        gate.wait()
        return token_from(path)

    with ThreadPoolExecutor(STARTS) as threads:
        return set(threads.map(start, range(STARTS)))


@pytest.mark.parametrize("found", ["nothing", "an empty file", "a link to nothing"])
@pytest.mark.parametrize("links", [True, False])
def test_agents_started_at_once_have_one_token(found, links, tmp_path, monkeypatch):
    def no_link(*_):
        raise OSError(errno.EPERM, "no links here")

    if not links:
        monkeypatch.setattr(os, "link", no_link)
    for attempt in range(25):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        path = folder / "token"
        if found == "an empty file":
            path.touch()
        elif found == "a link to nothing":
            path.symlink_to(folder / "elsewhere")
        told = tokens_of_starts_at_once(path)
        assert told == {path.read_text().strip()}
        left = {"token", "elsewhere"} if found == "a link to nothing" else {"token"}
        assert {one.name for one in folder.iterdir()} == left


def test_processes_started_at_once_have_one_token(tmp_path):
    code = (
        "import sys; from pathlib import Path; from agent.pages.access import token_from;"
        "print('here', flush=True); sys.stdin.readline();"
        "print(*(token_from(Path(folder) / 'token') for folder in sys.argv[1:]))"
    )
    folders = [tmp_path / str(number) for number in range(40)]
    for folder in folders[::2]:
        folder.mkdir()
        (folder / "token").touch()
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code, *map(str, folders)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        for _ in range(3)
    ]
    for start in starts:
        assert start.stdout.readline() == "here\n"
    for start in starts:
        start.stdin.write("now\n")
        start.stdin.flush()
    told = {start.communicate(timeout=60)[0] for start in starts}
    kept = [(folder / "token").read_text().strip() for folder in folders]
    assert told == {" ".join(kept) + "\n"}
    assert len(set(kept)) == len(folders)


@pytest.mark.parametrize("content", [b"short\n", b"\xff\xfe too far from plain text\n"])
def test_a_token_that_nobody_should_use_is_refused_with_the_cure(tmp_path, content):
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="delete the file"):
        token_from(path)


def test_a_full_disk_leaves_no_half_token_and_the_run_has_one_of_its_own(tmp_path, caplog):
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        token = token_from(tmp_path / "token")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert len(token) >= 32
    assert list(tmp_path.iterdir()) == []
    assert "cannot be kept" in caplog.text


@pytest.mark.parametrize("where", ["a file/token", "a folder"])
def test_where_no_token_can_be_kept_visitors_are_served_all_the_same(tmp_path, where, caplog):
    (tmp_path / "a file").write_text("")
    (tmp_path / "a folder").mkdir()
    assert token_from(tmp_path / where) != token_from(tmp_path / where)
    assert "cannot be kept" in caplog.text


@pytest.mark.parametrize("given", [None, "", "tok", "tokenx", "Token", "tök"])
def test_only_the_token_itself_is_the_token(given):
    assert not same_token(given, "token")
    assert same_token("token", "token")


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost:8710", True),
        ("127.0.0.1:8710", True),
        ("[::1]:8710", True),
        ("192.168.1.20:8710", True),
        ("kiosk.lan:8710", True),
        ("KIOSK.lan", True),
        ("evil.example:8710", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("kiosk.lan.evil.example", False),
        ("", False),
        (None, False),
        ("[::1", False),
    ],
)
def test_only_our_own_names_are_answered(host, allowed):
    assert host_allowed(host, ("kiosk.lan",)) is allowed


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("http://localhost:8710", True),
        ("https://sister.site", True),
        ("http://localhost:9999", False),
        ("http://evil.example", False),
        ("http://localhost:8710.evil.example", False),
        ("null", False),
        ("file://", False),
        ("", False),
    ],
)
def test_only_our_own_pages_open_sockets(origin, allowed):
    assert origin_allowed(origin, "localhost:8710", ("https://sister.site",)) is allowed
