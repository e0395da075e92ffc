"""A real vLLM that serves a tiny random model. Built and run by `make test-vllm`; else skipped."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import pytest

ENVIRONMENT = Path(__file__).parents[2] / ".venv-vllm"
OUTPUT = Path(__file__).parents[1] / "output" / "vllm"
KEY = "a-key-for-this-test-alone"
LONGEST = 8192


class Server:
    """One server at a time, on one port, with all the processes it starts."""

    def __init__(self, log):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.root = f"http://127.0.0.1:{self.port}"
        self.url = f"{self.root}/v1"
        self._log = log
        self._process = None
        self.up_after_s = 0.0

    def start(self):
        self._began_at = time.perf_counter()
        self._process = subprocess.Popen(
            [
                "nice", "-n", "15", ENVIRONMENT / "bin" / "vllm", "serve", ENVIRONMENT / "tiny",
                "--served-model-name", "tiny", "--host", "127.0.0.1", "--port", str(self.port),
                "--api-key", KEY, "--max-model-len", str(LONGEST), "--enforce-eager",
                # A seeded request that is read in two steps ends vLLM 0.32 on a processor.
                "--max-num-batched-tokens", str(LONGEST),
                # A random model would write nothing but the blanks that JSON allows.
                "--structured-outputs-config",
                json.dumps({"backend": "xgrammar", "disable_any_whitespace": True}),
            ],
            env={
                **os.environ, "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1",
                "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind",
                "OMP_NUM_THREADS": "1",
            },
            stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def wait(self, within_s=240.0):
        pause = threading.Event()
        while time.perf_counter() < self._began_at + within_s:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.root}/health", timeout=1):
                    self.up_after_s = time.perf_counter() - self._began_at
                    return self
            except OSError:
                pause.wait(0.3)
        raise RuntimeError(f"the server did not start; see {self._log.name}")

    def signal(self, number):
        """To the server and its engine, which is a process of its own."""
        os.killpg(self._process.pid, number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self._process.wait()

    def get(self, path):
        asked = urllib.request.Request(self.root + path, headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return answer.read().decode()

    def post(self, path, body):
        asked = urllib.request.Request(
            self.root + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"},
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.loads(answer.read())

    def figure(self, name):
        """A figure of its metrics."""
        lines = self.get("/metrics").splitlines()
        return sum(float(one.split()[-1]) for one in lines if one.startswith(f"vllm:{name}{{"))


@pytest.fixture(scope="session", autouse=True)
def built():
    """It takes minutes and is no part of `make test`, wherever it is installed."""
    if "FOYER_TEST_VLLM" not in os.environ or not (ENVIRONMENT / ".built").exists():
        pytest.skip("with a real vLLM: make test-vllm")


@pytest.fixture(scope="session")
def server(built):
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with open(OUTPUT / "server.log", "w") as log:
        server = Server(log)
        server.start()
        try:
            yield server.wait()
        finally:
            server.kill()


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("FOYER_VLLM_KEY", KEY)


@pytest.fixture(scope="session")
def figures():
    """What was measured; printed and written down at the end."""
    lines = []
    yield lines
    text = "\n".join(lines)
    (OUTPUT / "figures.txt").write_text(text + "\n")
    print(f"\n{text}")  # noqa: T201
