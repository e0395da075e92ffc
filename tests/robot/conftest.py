"""The robot's own daemon, with the robot in MuJoCo. Built by `make test-robot`; else skipped."""

import os
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import pytest

ENVIRONMENT = Path(__file__).parents[2] / ".venv-robot"
DAEMON = ENVIRONMENT / "bin" / "reachy-mini-daemon"
OUTPUT = Path(__file__).parents[1] / "output" / "robot"


class Daemon:
    """One daemon process at a time, on one port."""

    def __init__(self, log):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = log
        self._process = None

    def start(self):
        self._process = subprocess.Popen(
            [
                DAEMON, "--sim", "--headless", "--scene", "empty", "--no-wake-up-on-start",
                "--no-preload-datasets", "--fastapi-port", str(self.port), "--no-media",
                "--dataset-update-interval", "0",
            ],
            env={**os.environ, "MUJOCO_GL": "egl", "HF_HUB_OFFLINE": "1"},
            stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def wait(self, within_s=90.0):
        until = time.perf_counter() + within_s
        pause = threading.Event()
        while time.perf_counter() < until:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.address}/api/state/full", timeout=1):
                    return self
            except OSError:
                pause.wait(0.3)
        raise RuntimeError(f"the robot's daemon did not start; see {self._log.name}")

    def kill(self):
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="session")
def daemon():
    if not DAEMON.exists():
        pytest.skip("the robot's daemon is not installed here; make test-robot builds it")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with open(OUTPUT / "daemon.log", "w") as log:
        daemon = Daemon(log)
        daemon.start()
        try:
            yield daemon.wait()
        finally:
            daemon.kill()
