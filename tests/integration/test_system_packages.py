"""The script that fetches system packages for the tests: nothing it brings starts by itself.

It is run with a package manager of its own that only notes what it is asked.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "system_packages.sh"
TOOLS = ("sh", "grep", "rm", "tee", "chmod", "cat", "kill")
APT = """#!/bin/sh
[ "$1" = install ] || exit 0
shift
echo "apt-get $*" >> "$NOTES"
if [ -x "$SBIN/policy-rc.d" ]; then
  "$SBIN/policy-rc.d"
  echo "policy $?" >> "$NOTES"
fi
[ -z "$KILLED" ] || kill -TERM $PPID
exit ${APT_FAILS:-0}
"""
NOTE = '#!/bin/sh\necho "{name} $*" >> "$NOTES"\n'


class Machine:
    """A machine on which nothing is installed yet."""

    def __init__(self, folder):
        self.bin, self.sbin, self.notes = folder / "bin", folder / "sbin", folder / "notes"
        self.bin.mkdir()
        self.sbin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.command("apt-get", APT)
        self.command("id", "#!/bin/sh\necho 0\n")
        self.command("ldconfig", "#!/bin/sh\n")
        self.command("systemctl", NOTE.format(name="systemctl"))
        self.policy = self.sbin / "policy-rc.d"
        (folder / "systemd").mkdir()
        self.systemd = folder / "systemd"

    def command(self, name, text, folder=None):
        path = (folder or self.bin) / name
        path.write_text(text)
        path.chmod(0o755)

    def run(self, **environment):
        self.notes.write_text("")
        done = subprocess.run(
            [self.bin / "sh", str(SCRIPT)],
            env={
                "PATH": str(self.bin), "SBIN": str(self.sbin), "NOTES": str(self.notes),
                "SYSTEMD": str(self.systemd), **environment,
            },
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert not done.stderr, done.stderr
        return done, self.notes.read_text().splitlines()


@pytest.fixture
def machine(tmp_path):
    if os.name != "posix":
        pytest.skip("a script of the shell")
    return Machine(tmp_path)


def test_no_service_may_start_while_packages_are_installed_and_no_trace_is_left(machine):
    done, notes = machine.run()
    assert done.returncode == 0
    assert notes[0].endswith("chromium flite espeak-ng mosquitto libportaudio2 openssl")
    assert notes[1:] == ["policy 101", "systemctl disable --now --quiet mosquitto.service"]
    assert list(machine.sbin.iterdir()) == []


def test_a_policy_that_is_there_is_asked_and_kept(machine):
    machine.command("policy-rc.d", "#!/bin/sh\nexit 0\n", machine.sbin)
    _, notes = machine.run()
    assert notes[1:] == ["policy 0", "systemctl disable --now --quiet mosquitto.service"]
    assert machine.policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_a_broker_that_was_there_before_is_left_as_it_is(machine):
    machine.command("mosquitto", "#!/bin/sh\n", machine.sbin)
    _, notes = machine.run()
    assert "mosquitto" not in notes[0]
    assert not [n for n in notes if n.startswith("systemctl")]


@pytest.mark.parametrize("trouble", ["APT_FAILS", "KILLED"])
def test_a_failure_leaves_no_trace_either(machine, trouble):
    done, _ = machine.run(**{trouble: "1"})
    assert not machine.policy.exists()
    if trouble == "APT_FAILS":
        assert done.returncode == 0
        assert "sudo apt-get install" in done.stdout


def test_with_everything_there_it_does_nothing(machine):
    for name in ("chromium", "flite", "espeak-ng", "mosquitto", "openssl"):
        machine.command(name, "#!/bin/sh\n")
    machine.command("ldconfig", "#!/bin/sh\necho libportaudio.so.2\n")
    done, notes = machine.run()
    assert (done.stdout, notes) == ("", [])
