"""`foyer kiosk --install`: the unit it writes is one that systemd takes."""

import argparse
import shutil
import subprocess
import sys

import pytest

from agent.__main__ import main
from agent.commands import kiosk
from agent.kiosk.unit import NAME, unit_text


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """A chromium on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "chromium").write_text("#!/bin/sh\n")
    (folder / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def verified(path):
    """What systemd-analyze has against a unit."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", "--recursive-errors=no", str(path)],
        capture_output=True, text=True, timeout=60,
        env={"XDG_RUNTIME_DIR": str(path.parent), "PATH": "/usr/bin:/bin", "HOME": "/root"},
    )  # fmt: skip
    return done.returncode, done.stderr


def test_the_unit_passes_systemds_own_check_even_with_odd_names(tmp_path):
    folder = tmp_path / "the 100% lobby"
    folder.mkdir()
    path = tmp_path / NAME
    path.write_text(
        unit_text([sys.executable, "-m", "agent", "kiosk", f"{folder}/it's $HOME.yaml"], folder)
    )
    assert verified(path) == (0, "")
    path.write_text(path.read_text().replace("Restart=on-failure", "Restart=perhaps"))
    assert "perhaps" in verified(path)[1]


def test_it_starts_with_the_session_again_after_faults_and_takes_no_further_rights(tmp_path):
    lines = unit_text(["/usr/bin/python3", "-m", "agent"], tmp_path).splitlines()
    for line in (
        "Restart=on-failure",
        "Type=notify",
        "WatchdogSec=30",
        "StartLimitIntervalSec=0",
        "WantedBy=graphical-session.target",
        "NoNewPrivileges=yes",
        "KillMode=mixed",
    ):
        assert line in lines
    assert not [line for line in lines if line.startswith(("User=", "RestrictNamespaces="))]


def test_words_stand_in_the_unit_as_they_are_on_the_command_line(tmp_path):
    words = ["/a b/python", "100%", "$HOME", "plain", 'say "x"', "back\\slash"]
    (line,) = [
        line for line in unit_text(words, tmp_path).splitlines() if line.startswith("ExecStart=")
    ]
    assert line == ('ExecStart="/a b/python" 100%% $$HOME plain "say \\"x\\"" "back\\\\slash"')


def test_install_writes_the_unit_and_says_how_to_start_it_and_uninstall_removes_it(
    tmp_path, browser, capsys
):
    folder = tmp_path / "units"
    assert main(["kiosk", "configs/demo.yaml", "--install", "--unit-folder", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "systemctl --user enable --now foyer-kiosk.service" in said
    assert "sudo" not in said
    text = (folder / NAME).read_text()
    assert f"ExecStart={sys.executable} -m agent kiosk /" in text
    wants = folder / "graphical-session.target.wants"
    wants.mkdir()
    (wants / NAME).symlink_to(folder / NAME)

    assert main(["kiosk", "--uninstall", "--unit-folder", str(folder)]) == 0
    assert "systemctl --user stop foyer-kiosk.service" in capsys.readouterr().out
    assert [p.name for p in folder.rglob("*") if not p.is_dir()] == []
    assert main(["kiosk", "--uninstall", "--unit-folder", str(folder)]) == 0
    assert "nothing to remove" in capsys.readouterr().out


def test_a_unit_that_could_not_start_is_not_written(tmp_path, browser, capsys):
    config = tmp_path / "bad.yaml"
    config.write_text("sever: {}\n")
    assert main(["kiosk", str(config), "--install", "--unit-folder", str(tmp_path / "u")]) == 2
    assert "did you mean server" in capsys.readouterr().err
    assert not (tmp_path / "u").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path, browser, capsys):
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "units"
    assert main(["kiosk", "--install", "--unit-folder", str(folder)]) == 2
    assert "the unit cannot be written" in capsys.readouterr().err


def test_install_and_uninstall_do_not_go_together():
    parser = argparse.ArgumentParser()
    kiosk.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--install", "--uninstall"])
